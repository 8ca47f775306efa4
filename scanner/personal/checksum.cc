#include "personal/checksum.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace privet::personal {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return c >= '0' && c <= '9'; });
}
bool all_equal(std::string_view text) {
  return text.find_first_not_of(text.substr(0, 1)) == std::string_view::npos;
}
int digit(char c) { return c - '0'; }
bool is_letter(char c) { return c >= 'A' && c <= 'Z'; }

/// 0–9, A = 10 … Z = 35; -1 for others.
int value_36(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return is_letter(c) ? c - 'A' + 10 : -1;
}

long long number(std::string_view digits) {
  long long n = 0;
  for (char c : digits) n = n * 10 + digit(c);
  return n;
}

int mod(int value, int m) { return (value % m + m) % m; }

template <std::size_t N>
int weighted(std::string_view digits, const std::array<int, N>& weights) {
  int sum = 0;
  for (std::size_t i = 0; i < N && i < digits.size(); ++i) sum += digit(digits[i]) * weights[i];
  return sum;
}

/// Digits only, of one length.
bool digits_of(std::string_view text, std::size_t length) {
  return text.size() == length && all_digits(text);
}

// The odd positions of the Italian and Cypriot codes.
constexpr std::array<int, 36> kOddTable = {1,  0,  5,  7,  9,  13, 15, 17, 19, 21, 1,  0,
                                           5,  7,  9,  13, 15, 17, 19, 21, 2,  4,  18, 20,
                                           11, 3,  6,  8,  12, 14, 16, 10, 22, 25, 24, 23};

bool nhs(std::string_view v) {
  if (!digits_of(v, 10)) return false;
  const int c = 11 - weighted(v, std::array{10, 9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return c != 10 && (c == 11 ? 0 : c) == digit(v[9]);
}
bool utr(std::string_view v) {
  if (!digits_of(v, 10)) return false;
  const int r = weighted(v.substr(1), std::array{6, 7, 8, 9, 10, 5, 4, 3, 2}) % 11;
  return std::string_view("21987654321")[static_cast<std::size_t>(r)] == v[0];
}
bool bsn(std::string_view v) {
  if (!all_digits(v) || (v.size() != 8 && v.size() != 9)) return false;
  const std::string padded = (v.size() == 8 ? "0" : "") + std::string(v);
  const int sum = weighted(padded, std::array{9, 8, 7, 6, 5, 4, 3, 2, -1});
  return number(padded) > 0 && sum % 11 == 0;
}
bool pesel(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  return (10 - weighted(v, std::array{1, 3, 7, 9, 1, 3, 7, 9, 1, 3}) % 10) % 10 == digit(v[10]);
}
bool nip(std::string_view v) {
  if (!digits_of(v, 10)) return false;
  return weighted(v, std::array{6, 5, 7, 2, 3, 4, 5, 6, 7}) % 11 == digit(v[9]);
}
bool pl_id(std::string_view v) {
  if (v.size() != 9 || !all_digits(v.substr(3))) return false;
  constexpr std::array weights{7, 3, 1, 9, 7, 3, 1, 7, 3};
  int sum = 0;
  for (std::size_t i = 0; i < 9; ++i) {
    if (value_36(v[i]) < 0 || (i < 3 && !is_letter(v[i]))) return false;
    sum += value_36(v[i]) * weights[i];
  }
  return sum % 10 == 0;
}
bool dni(std::string_view v) {
  if (v.size() != 9 || !all_digits(v.substr(1, 7)) || !is_letter(v[8])) return false;
  std::string n(v.substr(0, 8));
  if (n[0] >= 'X' && n[0] <= 'Z') n[0] = static_cast<char>('0' + (n[0] - 'X'));
  else if (n[0] >= 'K' && n[0] <= 'M') n[0] = '0';
  if (!all_digits(n)) return false;
  return std::string_view("TRWAGMYFPDXBNJZSQVHLCKE")[static_cast<std::size_t>(number(n) % 23)] == v[8];
}
bool nss_es(std::string_view v) {
  if (!digits_of(v, 12)) return false;
  const long long province = number(v.substr(0, 2)), serial = number(v.substr(2, 8));
  const long long all =
      serial < 10'000'000 ? province * 10'000'000 + serial : province * 100'000'000 + serial;
  return (province <= 53 || province == 66) && province > 0 && all % 97 == number(v.substr(10));
}
bool cf(std::string_view v) {
  if (v.size() != 16) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 15; ++i) {
    const int value = value_36(v[i]);
    if (value < 0) return false;
    sum += i % 2 == 0 ? kOddTable[static_cast<std::size_t>(value)] : value < 10 ? value : value - 10;
  }
  return v[15] == 'A' + sum % 26;
}
bool nir(std::string_view v) {
  if (v.size() != 15) return false;
  std::string n(v.substr(0, 13));
  if (n[5] == '2' && n[6] == 'A') n[6] = '9', n[5] = '1';
  else if (n[5] == '2' && n[6] == 'B') n[6] = '8', n[5] = '1';
  if (!all_digits(n) || !all_digits(v.substr(13))) return false;
  return 97 - number(n) % 97 == number(v.substr(13));
}
bool spi(std::string_view v) {
  return digits_of(v, 13) && number(v.substr(0, 10)) % 511 == number(v.substr(10));
}
bool iso_11_10(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  int p = 10;
  for (std::size_t i = 0; i < 10; ++i) {
    const int s = (digit(v[i]) + p) % 10;
    p = 2 * (s == 0 ? 10 : s) % 11;
  }
  return (11 - p) % 10 == digit(v[10]);
}
bool steuer_id(std::string_view v) {
  if (!iso_11_10(v)) return false;
  std::array<int, 10> count{};
  for (char c : v.substr(0, 10)) ++count[static_cast<std::size_t>(digit(c))];
  const auto repeated = std::count_if(count.begin(), count.end(), [](int n) { return n > 1; });
  const int most = *std::max_element(count.begin(), count.end());
  return repeated == 1 && most <= 3;
}

/// `<` counts as 0.
int mrz_digit(std::string_view text) {
  constexpr std::array weights{7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int value = text[i] == '<' ? 0 : value_36(text[i]);
    if (value < 0) return -1;
    sum += value * weights[i % 3];
  }
  return sum % 10;
}
bool mrz_number(std::string_view v) {
  return v.size() >= 2 && mrz_digit(v.substr(0, v.size() - 1)) == value_36(v.back());
}
/// The lines of TD1 (3 × 30), TD2 (2 × 36) or TD3 (2 × 44), one after the other.
bool mrz(std::string_view v) {
  const auto checked = [&](std::size_t begin, std::size_t end) {
    const int expected = v[end] == '<' ? 0 : value_36(v[end]);
    return mrz_digit(v.substr(begin, end - begin)) == expected;
  };
  if (v.size() == 88 || v.size() == 72) {
    const std::size_t line = v.size() / 2;
    return checked(line, line + 9) && checked(line + 13, line + 19) &&
           checked(line + 21, line + 27) && (line == 36 || checked(line + 28, line + 42));
  }
  return v.size() == 90 && checked(5, 14) && checked(30, 36) && checked(38, 44);
}
bool kvnr(std::string_view v) {
  if (v.size() != 10 || !is_letter(v[0]) || !all_digits(v.substr(1))) return false;
  const int letter = v[0] - 'A' + 1;
  const std::string n = std::string(letter < 10 ? "0" : "") + std::to_string(letter) +
                        std::string(v.substr(1, 8));
  int sum = 0;
  for (std::size_t i = 0; i < n.size(); ++i) {
    const int product = digit(n[i]) * (i % 2 == 0 ? 1 : 2);
    sum += product > 9 ? product - 9 : product;
  }
  return sum % 10 == digit(v[9]);
}
bool de_sv(std::string_view v) {
  if (v.size() != 12 || !all_digits(v.substr(0, 8)) || !is_letter(v[8]) || !all_digits(v.substr(9))) {
    return false;
  }
  const int letter = v[8] - 'A' + 1;
  const std::string n = std::string(v.substr(0, 8)) + (letter < 10 ? "0" : "") +
                        std::to_string(letter) + std::string(v.substr(9, 2));
  constexpr std::array weights{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const int product = digit(n[i]) * weights[i];
    sum += product / 10 + product % 10;
  }
  return sum % 10 == digit(v[11]);
}
bool at_svnr(std::string_view v) {
  if (!digits_of(v, 10)) return false;
  return weighted(v, std::array{3, 7, 9, 0, 5, 8, 4, 2, 1, 6}) % 11 == digit(v[3]);
}
bool ean_13(std::string_view v) {
  if (!digits_of(v, 13)) return false;
  return (10 - weighted(v, std::array{1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3}) % 10) % 10 == digit(v[12]);
}
bool be_rrn(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  const long long nine = number(v.substr(0, 9)), check = number(v.substr(9));
  // Births from 2000 have a 2 in front; a year far ahead cannot be one of them.
  const bool new_century = number(v.substr(0, 2)) < 50;
  return 97 - nine % 97 == check || (new_century && 97 - (2'000'000'000 + nine) % 97 == check);
}
bool pt_nif(std::string_view v) {
  if (!digits_of(v, 9)) return false;
  const int c = 11 - weighted(v, std::array{9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  const bool person = v[0] <= '3' || v.starts_with("45");
  return person && (c > 9 ? 0 : c) == digit(v[8]);
}
bool pis(std::string_view v) {
  if (!digits_of(v, 11) || all_equal(v)) return false;
  const int c = 11 - weighted(v, std::array{3, 2, 9, 8, 7, 6, 5, 4, 3, 2}) % 11;
  return (c > 9 ? 0 : c) == digit(v[10]);
}
bool pps(std::string_view v) {
  if ((v.size() != 8 && v.size() != 9) || !all_digits(v.substr(0, 7))) return false;
  int sum = weighted(v, std::array{8, 7, 6, 5, 4, 3, 2});
  if (v.size() == 9 && v[8] >= 'A' && v[8] <= 'I') sum += 9 * (v[8] - 'A' + 1);
  return std::string_view("WABCDEFGHIJKLMNOPQRSTUV")[static_cast<std::size_t>(sum % 23)] == v[7];
}
bool rc(std::string_view v) {
  if (digits_of(v, 9)) return true;  // born before 1954: no check digit
  if (!digits_of(v, 10)) return false;
  return number(v.substr(0, 9)) % 11 % 10 == digit(v[9]);
}
bool cnp(std::string_view v) {
  if (!digits_of(v, 13)) return false;
  const int r = weighted(v, std::array{2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9}) % 11;
  return (r == 10 ? 1 : r) == digit(v[12]);
}
bool egn(std::string_view v) {
  if (!digits_of(v, 10)) return false;
  const int c = weighted(v, std::array{2, 4, 8, 5, 10, 9, 7, 3, 6}) % 11 % 10;
  const int lnch = weighted(v, std::array{21, 19, 17, 13, 11, 9, 7, 3, 1}) % 10;
  return c == digit(v[9]) || lnch == digit(v[9]);
}
bool lv(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  return (1 + weighted(v, std::array{10, 5, 8, 4, 2, 1, 6, 3, 7, 9})) % 11 % 10 == digit(v[10]);
}
bool afm(std::string_view v) {
  if (!digits_of(v, 9)) return false;
  return weighted(v, std::array{256, 128, 64, 32, 16, 8, 4, 2}) % 11 % 10 == digit(v[8]);
}
bool cy(std::string_view v) {
  if (v.size() != 9 || !all_digits(v.substr(0, 8))) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const int d = digit(v[i]);
    sum += i % 2 == 0 ? kOddTable[static_cast<std::size_t>(d)] : d;
  }
  return v[8] == 'A' + sum % 26;
}
bool emso(std::string_view v) {
  if (!digits_of(v, 13)) return false;
  const int sum = weighted(v, std::array{7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2});
  return mod(-sum, 11) % 10 == digit(v[12]);
}
bool my_number(std::string_view v) {
  if (!digits_of(v, 12)) return false;
  const int sum = weighted(v, std::array{6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2});
  return mod(-sum, 11) % 10 == digit(v[11]);
}
bool taj(std::string_view v) {
  return digits_of(v, 9) && weighted(v, std::array{3, 7, 3, 7, 3, 7, 3, 7}) % 10 == digit(v[8]);
}
bool hu_tax(std::string_view v) {
  return digits_of(v, 10) && weighted(v, std::array{1, 2, 3, 4, 5, 6, 7, 8, 9}) % 11 == digit(v[9]);
}
bool hu_pid(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  const int old_style = weighted(v, std::array{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) % 11;
  const int from_1997 = weighted(v, std::array{10, 9, 8, 7, 6, 5, 4, 3, 2, 1}) % 11;
  return old_style == digit(v[10]) || from_1997 == digit(v[10]);
}
bool lt_ee(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  int r = weighted(v, std::array{1, 2, 3, 4, 5, 6, 7, 8, 9, 1}) % 11;
  if (r == 10) r = weighted(v, std::array{3, 4, 5, 6, 7, 8, 9, 1, 2, 3}) % 11;
  return (r == 10 ? 0 : r) == digit(v[10]);
}
bool hetu(std::string_view v) {
  if (v.size() != 10 && v.size() != 11) return false;
  const std::string n = std::string(v.substr(0, 6)) + std::string(v.substr(v.size() - 4, 3));
  if (!all_digits(n)) return false;
  constexpr std::string_view letters = "0123456789ABCDEFHJKLMNPRSTUVWXY";
  return letters[static_cast<std::size_t>(number(n) % 31)] == v.back();
}
bool no_fnr(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  const int k1 = (11 - weighted(v, std::array{3, 7, 6, 1, 8, 9, 4, 5, 2}) % 11) % 11;
  const int k2 = (11 - weighted(v, std::array{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11) % 11;
  return k1 == digit(v[9]) && k2 == digit(v[10]);
}
bool kt(std::string_view v) {
  return digits_of(v, 10) && weighted(v, std::array{3, 2, 7, 6, 5, 4, 3, 2, 1}) % 11 == 0;
}
bool tckn(std::string_view v) {
  if (!digits_of(v, 11) || v[0] == '0') return false;
  int odd = 0, even = 0, all = 0;
  for (std::size_t i = 0; i < 9; ++i) (i % 2 == 0 ? odd : even) += digit(v[i]);
  for (std::size_t i = 0; i < 10; ++i) all += digit(v[i]);
  return mod(7 * odd - even, 10) == digit(v[9]) && all % 10 == digit(v[10]);
}
bool ua(std::string_view v) {
  if (!digits_of(v, 10)) return false;
  const int sum = weighted(v, std::array{-1, 5, 7, 9, 4, 6, 10, 5, 7});
  return mod(sum, 11) % 10 == digit(v[9]);
}
bool snils(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  const int r = weighted(v, std::array{9, 8, 7, 6, 5, 4, 3, 2, 1}) % 101;
  return (r == 100 ? 0 : r) == number(v.substr(9));
}
bool inn(std::string_view v) {
  if (!digits_of(v, 12)) return false;
  return weighted(v, std::array{7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) % 11 % 10 == digit(v[10]) &&
         weighted(v, std::array{3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}) % 11 % 10 == digit(v[11]);
}
bool cpf(std::string_view v) {
  if (!digits_of(v, 11) || all_equal(v)) return false;
  return weighted(v, std::array{10, 9, 8, 7, 6, 5, 4, 3, 2}) * 10 % 11 % 10 == digit(v[9]) &&
         weighted(v, std::array{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}) * 10 % 11 % 10 == digit(v[10]);
}
bool cuit(std::string_view v) {
  if (!digits_of(v, 11)) return false;
  const int c = 11 - weighted(v, std::array{5, 4, 3, 2, 7, 6, 5, 4, 3, 2}) % 11;
  return (c == 11 ? 0 : c == 10 ? 9 : c) == digit(v[10]);
}
bool rut(std::string_view v) {
  if (v.size() < 2 || v.size() > 10 || !all_digits(v.substr(0, v.size() - 1))) return false;
  int sum = 0, weight = 2;
  for (std::size_t i = v.size() - 1; i-- > 0;) {
    sum += digit(v[i]) * weight;
    weight = weight == 7 ? 2 : weight + 1;
  }
  const int c = 11 - sum % 11;
  return v.back() == (c == 11 ? '0' : c == 10 ? 'K' : static_cast<char>('0' + c));
}
bool curp(std::string_view v) {
  if (v.size() != 18 || !all_digits(v.substr(17))) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    int value = value_36(v[i]);
    if (value < 0) return false;
    if (value > 23) ++value;  // the Ñ stands after N
    sum += value * (18 - static_cast<int>(i));
  }
  return (10 - sum % 10) % 10 == digit(v[17]);
}
bool rfc(std::string_view v) {
  if (v.size() != 13) return false;
  constexpr std::string_view order = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ";
  int sum = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    const std::size_t value = order.find(v[i]);
    if (value == std::string_view::npos) return false;
    sum += static_cast<int>(value) * (13 - static_cast<int>(i));
  }
  const int c = 11 - sum % 11;
  return v[12] == (c == 11 ? '0' : c == 10 ? 'A' : static_cast<char>('0' + c));
}
bool verhoeff(std::string_view v) {
  if (!all_digits(v)) return false;
  constexpr std::array<std::size_t, 10> permute = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
  const auto combine = [](int a, int b) {
    const int s = a / 5, x = a % 5, t = b / 5, y = b % 5;
    return mod(s ? x - y : x + y, 5) + 5 * (s ^ t);
  };
  int c = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    std::size_t n = static_cast<std::size_t>(digit(v[v.size() - 1 - i]));
    for (std::size_t k = 0; k < i % 8; ++k) n = permute[n];
    c = combine(c, static_cast<int>(n));
  }
  return c == 0;
}
bool aadhaar(std::string_view v) {
  if (!digits_of(v, 12) || std::equal(v.begin(), v.end(), v.rbegin())) return false;
  return verhoeff(v);
}
bool lu(std::string_view v) {
  return digits_of(v, 13) && luhn(v.substr(0, 12)) &&
         verhoeff(std::string(v.substr(0, 11)) + v[12]);
}
bool ric(std::string_view v) {
  if (v.size() != 18 || !all_digits(v.substr(0, 17))) return false;
  const int sum = weighted(v, std::array{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2});
  return std::string_view("10X98765432")[static_cast<std::size_t>(sum % 11)] == v[17];
}
bool hkid(std::string_view v) {
  const std::size_t letters = v.size() == 9 ? 2 : 1;
  if (v.size() != 7 + letters || !all_digits(v.substr(letters, 6))) return false;
  int sum = letters == 1 ? 36 * 9 : 0;
  int weight = letters == 1 ? 8 : 9;
  for (std::size_t i = 0; i + 1 < v.size(); ++i) {
    if (i < letters && !is_letter(v[i])) return false;
    sum += value_36(v[i]) * weight--;
  }
  const int c = 11 - sum % 11;
  return v.back() == (c == 11 ? '0' : c == 10 ? 'A' : static_cast<char>('0' + c));
}
bool tw(std::string_view v) {
  if (v.size() != 10 || !is_letter(v[0]) || !all_digits(v.substr(2))) return false;
  constexpr std::array letters{10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21,
                               22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30, 31, 33};
  const auto value = [&](char c) { return letters[static_cast<std::size_t>(c - 'A')]; };
  const int first = value(v[0]);
  const int second = is_letter(v[1]) ? value(v[1]) % 10 : digit(v[1]);
  int sum = first / 10 + 9 * (first % 10) + 8 * second;
  for (std::size_t i = 2; i < 9; ++i) sum += digit(v[i]) * (9 - static_cast<int>(i));
  return (sum + digit(v[9])) % 10 == 0;
}
bool rrn_date(std::string_view v) { return digits_of(v, 13); }
bool nric(std::string_view v) {
  if (v.size() != 9 || !all_digits(v.substr(1, 7))) return false;
  int sum = weighted(v.substr(1), std::array{2, 7, 6, 5, 4, 3, 2});
  std::string_view letters;
  switch (v[0]) {
    case 'S': letters = "JZIHGFEDCBA"; break;
    case 'T': letters = "JZIHGFEDCBA"; sum += 4; break;
    case 'F': letters = "XWUTRQPNMLK"; break;
    case 'G': letters = "XWUTRQPNMLK"; sum += 4; break;
    case 'M': letters = "XWUTRQPNJLK"; sum += 3; break;
    default: return false;
  }
  return letters[static_cast<std::size_t>(sum % 11)] == v[8];
}
bool th(std::string_view v) {
  if (!digits_of(v, 13)) return false;
  const int sum = weighted(v, std::array{13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2});
  return (11 - sum % 11) % 10 == digit(v[12]);
}
bool tfn(std::string_view v) {
  return digits_of(v, 9) && weighted(v, std::array{1, 4, 3, 7, 5, 8, 6, 9, 10}) % 11 == 0;
}
bool med(std::string_view v) {
  if (!all_digits(v) || (v.size() != 10 && v.size() != 11)) return false;
  return weighted(v, std::array{1, 3, 7, 9, 1, 3, 7, 9}) % 10 == digit(v[8]);
}
bool ird(std::string_view v) {
  if (!all_digits(v) || (v.size() != 8 && v.size() != 9)) return false;
  const std::string n = (v.size() == 8 ? "0" : "") + std::string(v);
  if (number(n) < 10'000'000 || number(n) > 150'000'000) return false;
  int c = mod(-weighted(n, std::array{3, 2, 7, 6, 5, 4, 3, 2}), 11);
  if (c == 10) c = mod(-weighted(n, std::array{7, 4, 3, 2, 5, 2, 7, 6}), 11);
  return c == digit(n[8]);
}
bool nhi(std::string_view v) {
  constexpr std::string_view letters = "ABCDEFGHJKLMNPQRSTUVWXYZ";
  if (v.size() != 7) return false;
  int sum = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    const std::size_t letter = letters.find(v[i]);
    const bool is_digit = v[i] >= '0' && v[i] <= '9';
    if (!is_digit && letter == std::string_view::npos) return false;
    sum += (is_digit ? digit(v[i]) : static_cast<int>(letter) + 1) * (7 - static_cast<int>(i));
  }
  if (v[6] >= '0' && v[6] <= '9') {
    const int r = sum % 11;
    return r != 0 && (11 - r) % 10 == digit(v[6]);
  }
  return v[6] == letters[static_cast<std::size_t>(23 - sum % 23 - 1)];
}
bool dea(std::string_view v) {
  if (v.size() != 9 || !all_digits(v.substr(2))) return false;
  const auto d = [&](std::size_t i) { return digit(v[i + 1]); };
  return (d(1) + d(3) + d(5) + 2 * (d(2) + d(4) + d(6))) % 10 == d(7);
}
bool vin(std::string_view v) {
  if (v.size() != 17) return false;
  constexpr std::array letters{1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 0, 7, 0, 9, 2, 3, 4, 5, 6, 7, 8, 9};
  constexpr std::array weights{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
  int sum = 0;
  for (std::size_t i = 0; i < 17; ++i) {
    if (value_36(v[i]) < 0) return false;
    sum += (is_letter(v[i]) ? letters[static_cast<std::size_t>(v[i] - 'A')] : digit(v[i])) * weights[i];
  }
  return v[8] == (sum % 11 == 10 ? 'X' : static_cast<char>('0' + sum % 11));
}
bool aba(std::string_view v) {
  return digits_of(v, 9) && number(v) > 0 &&
         weighted(v, std::array{3, 7, 1, 3, 7, 1, 3, 7, 1}) % 10 == 0;
}
bool orcid(std::string_view v) {
  if (v.size() != 16 || !all_digits(v.substr(0, 15))) return false;
  int t = 0;
  for (std::size_t i = 0; i < 15; ++i) t = (t + digit(v[i])) * 2 % 11;
  const int c = (12 - t) % 11;
  return v[15] == (c == 10 ? 'X' : static_cast<char>('0' + c));
}

bool nino(std::string_view v) {
  if (v.size() < 8) return false;
  for (std::string_view never : {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}) {
    if (v.starts_with(never)) return false;
  }
  return true;
}
bool ssn(std::string_view v) {
  if (!digits_of(v, 9)) return false;
  const long long area = number(v.substr(0, 3));
  return area > 0 && area != 666 && area < 900 && v.substr(3, 2) != "00" && v.substr(5) != "0000";
}
bool itin(std::string_view v) {
  if (!digits_of(v, 9) || v[0] != '9') return false;
  const long long group = number(v.substr(3, 2));
  return (group >= 50 && group <= 65) || (group >= 70 && group <= 88) ||
         (group >= 90 && group <= 92) || group >= 94;
}
bool npi(std::string_view v) { return digits_of(v, 10) && luhn("80840" + std::string(v)); }
bool ca_health(std::string_view v) { return all_digits(v) ? luhn(v) : v.size() == 12; }
bool luhn_9(std::string_view v) {
  if (!all_digits(v) || v.size() > 9 || v.size() < 5) return false;
  return luhn(std::string(9 - v.size(), '0') + std::string(v));
}
bool luhn_36(std::string_view v) {
  int sum = 0;
  for (std::size_t i = 0; i < v.size(); ++i) {
    int value = value_36(v[v.size() - 1 - i]);
    if (value < 0) return false;
    if (i % 2 == 1) {
      value *= 2;
      if (value > 9) value -= 9;
    }
    sum += value;
  }
  return sum % 10 == 0;
}
bool se(std::string_view v) {
  if (!all_digits(v) || (v.size() != 10 && v.size() != 12)) return false;
  const std::string_view ten = v.substr(v.size() - 10);
  const long long month = number(ten.substr(2, 2)), day = number(ten.substr(4, 2));
  const bool date = month >= 1 && month <= 12 && ((day >= 1 && day <= 31) || (day > 60 && day <= 91));
  return date && luhn(ten);
}
bool epic(std::string_view v) { return v.size() == 10 && luhn(v.substr(3)); }
bool npwp(std::string_view v) {
  return (v.size() == 15 || v.size() == 16) && luhn(v.substr(v.size() - 15, 9));
}
bool nik(std::string_view v) { return digits_of(v, 16) && number(v.substr(0, 2)) >= 11; }
bool mykad(std::string_view v) {
  if (!digits_of(v, 12)) return false;
  const long long place = number(v.substr(6, 2));
  return place > 0 && !(place >= 17 && place <= 20) && !(place >= 69 && place <= 70) && place != 73;
}
bool gb_licence(std::string_view v) {
  if (v.size() != 16) return false;
  const long long month = number(v.substr(6, 2)) % 50, day = number(v.substr(8, 2));
  return all_digits(v.substr(5, 6)) && month >= 1 && month <= 12 && day >= 1 && day <= 31;
}
bool cpr(std::string_view v) { return digits_of(v, 10); }
bool imei(std::string_view v) {
  return digits_of(v, 15) && !v.starts_with("00000000") && luhn(v);
}
bool anything(std::string_view) { return true; }

/// Sorted by name.
constexpr Checksum kChecksums[] = {
    {"aadhaar", aadhaar}, {"aba-10", aba}, {"afm-11", afm}, {"at-11", at_svnr}, {"be-97", be_rrn},
    {"bsn-11", bsn}, {"ca-health", ca_health, false}, {"cf-26", cf}, {"cnp-11", cnp},
    {"cpf-11", cpf}, {"cpr", cpr, false}, {"cuit-11", cuit}, {"curp-10", curp}, {"cy-26", cy},
    {"de-sv-10", de_sv}, {"dea-10", dea}, {"dni-23", dni}, {"ean-13", ean_13}, {"egn-11", egn},
    {"emso-11", emso}, {"epic", epic}, {"gb-licence", gb_licence}, {"hetu-31", hetu},
    {"hkid-11", hkid}, {"hu-pid-11", hu_pid}, {"hu-tax-11", hu_tax}, {"imei", imei},
    {"inn-11", inn}, {"ird-11", ird}, {"iso-11-10", iso_11_10}, {"itin", itin, false},
    {"kt-11", kt}, {"kvnr-10", kvnr}, {"lt-ee-11", lt_ee}, {"lu-13", lu}, {"luhn", luhn},
    {"luhn-36", luhn_36}, {"luhn-9", luhn_9}, {"lv-11", lv}, {"med-10", med}, {"mod-97", mod_97_is_1},
    {"mrz-731", mrz}, {"mrz-number", mrz_number}, {"mykad", mykad, false}, {"myn-11", my_number},
    {"name-only", anything, false}, {"nhi-11", nhi}, {"nhs-11", nhs}, {"nik", nik, false},
    {"nino", nino, false}, {"nip-11", nip}, {"nir-97", nir}, {"no-11", no_fnr}, {"npi", npi},
    {"npwp", npwp}, {"nric-11", nric}, {"nss-97", nss_es}, {"orcid", orcid}, {"pesel-10", pesel},
    {"pis-11", pis}, {"pl-id-10", pl_id}, {"pps-23", pps}, {"pt-11", pt_nif}, {"rc-11", rc},
    {"rfc-11", rfc}, {"ric-11", ric}, {"rrn", rrn_date, false}, {"rut-11", rut}, {"se-luhn", se},
    {"snils-101", snils}, {"spi-511", spi}, {"ssn", ssn, false}, {"steuer-id", steuer_id},
    {"taj-10", taj}, {"tckn-10", tckn}, {"tfn-11", tfn}, {"th-11", th}, {"tw-10", tw},
    {"ua-11", ua}, {"utr-11", utr}, {"verhoeff", verhoeff}, {"vin-11", vin},
};

}  // namespace

bool luhn(std::string_view digits) {
  if (!all_digits(digits)) return false;
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    int value = digit(digits[digits.size() - 1 - i]);
    if (i % 2 == 1) {
      value *= 2;
      if (value > 9) value -= 9;
    }
    sum += value;
  }
  return sum % 10 == 0;
}

bool mod_97_is_1(std::string_view value) {
  if (value.size() < 5) return false;
  int rest = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const int v = value_36(value[(i + 4) % value.size()]);
    if (v < 0) return false;
    rest = (rest * (v > 9 ? 100 : 10) + v) % 97;
  }
  return rest == 1;
}

const Checksum* find_checksum(std::string_view name) {
  const auto at = std::lower_bound(std::begin(kChecksums), std::end(kChecksums), name,
                                   [](const Checksum& c, std::string_view n) { return c.name < n; });
  return at != std::end(kChecksums) && at->name == name ? at : nullptr;
}

}  // namespace privet::personal
