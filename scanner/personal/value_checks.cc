#include "personal/value_checks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <vector>

#include "personal/checksum.h"

namespace privet::personal {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lower_of(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}
bool contains(const rule::Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}
int number(std::string_view text) {
  int n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

/// `*` stands for one or more labels, at either end.
bool fits_host(std::string_view pattern, std::string_view host) {
  if (pattern.starts_with("*.")) {
    const std::string_view rest = pattern.substr(1);
    return host.size() > rest.size() && host.ends_with(rest);
  }
  if (pattern.ends_with(".*")) {
    const std::string_view rest = pattern.substr(0, pattern.size() - 1);
    return host.size() > rest.size() && host.starts_with(rest);
  }
  return host == pattern;
}

ValueCheck check_email(const rule::DataTypes& types, std::string_view value) {
  const std::string text = lower_of(value);
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos || at == 0) return ValueCheck::Fails;
  const std::string_view account = std::string_view(text).substr(0, at);
  const std::string_view host = std::string_view(text).substr(at + 1);
  const std::size_t dot = host.rfind('.');
  if (dot == std::string_view::npos) return ValueCheck::Fails;
  const auto& documentation = types.documentation();
  // `x@2x.png` is a file; `git@host` a remote.
  if (contains(documentation.file_extensions, host.substr(dot + 1))) return ValueCheck::Fails;
  if (account == "git" || account.front() == '.' || account.back() == '.') return ValueCheck::Fails;
  if (account.find("%s") != std::string_view::npos) return ValueCheck::Fails;
  if (contains(documentation.role_accounts, account)) return ValueCheck::Documentation;
  const bool reserved = std::any_of(documentation.hosts.begin(), documentation.hosts.end(),
                                    [&](const std::string& p) { return fits_host(p, host); });
  return reserved ? ValueCheck::Documentation : ValueCheck::Passes;
}

bool is_ladder(std::string_view digits) {
  if (digits.size() < 6) return false;
  const bool equal = digits.find_first_not_of(digits.substr(0, 1)) == std::string_view::npos;
  return equal || digits.find("123456789") != std::string_view::npos ||
         digits.find("12345678") != std::string_view::npos ||
         digits.find("987654321") != std::string_view::npos ||
         digits.find("0000000") != std::string_view::npos;
}

bool is_calling_code(std::string_view digits) {
  constexpr std::string_view two =
      "20 27 28 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 "
      "65 66 81 82 84 86 90 91 92 93 94 95 98 ";
  constexpr std::string_view three = "21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99 ";
  if (digits.empty()) return false;
  if (digits[0] == '1' || digits[0] == '7') return true;
  const std::string key = std::string(digits.substr(0, 2)) + " ";
  return two.find(key) != std::string_view::npos || three.find(key) != std::string_view::npos;
}

ValueCheck check_phone(const rule::DataTypes& types, std::string_view value, bool international) {
  const std::string digits = digits_of(value);
  if (digits.size() < 8 || digits.size() > 15) return ValueCheck::Fails;
  if (international && !is_calling_code(digits)) return ValueCheck::Fails;
  if (is_ladder(digits)) return ValueCheck::Documentation;
  const auto& phones = types.documentation().phones;
  const bool drama = std::any_of(phones.begin(), phones.end(),
                                 [&](const std::string& p) { return fits_digits(p, digits); });
  return drama ? ValueCheck::Documentation : ValueCheck::Passes;
}

std::optional<std::uint32_t> ipv4_of(std::string_view text) {
  std::uint32_t address = 0;
  int parts = 0;
  while (!text.empty()) {
    const std::size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty() || part.size() > 3 || !std::all_of(part.begin(), part.end(), is_digit)) {
      return std::nullopt;
    }
    const int n = number(part);
    if (n > 255) return std::nullopt;
    address = address << 8 | static_cast<std::uint32_t>(n);
    ++parts;
    text = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  }
  if (parts != 4) return std::nullopt;
  return address;
}

ValueCheck check_ipv4(const rule::DataTypes& types, std::string_view value) {
  const auto address = ipv4_of(value);
  if (!address) return ValueCheck::Fails;
  for (const std::string& network : types.documentation().networks) {
    const std::size_t slash = network.find('/');
    const auto base = ipv4_of(std::string_view(network).substr(0, slash));
    if (!base || slash == std::string::npos) continue;
    const int bits = number(std::string_view(network).substr(slash + 1));
    const std::uint32_t mask = bits == 0 ? 0 : ~std::uint32_t{0} << (32 - bits);
    if ((*address & mask) == (*base & mask)) return ValueCheck::Documentation;
  }
  return ValueCheck::Passes;
}

ValueCheck check_ipv6(std::string_view value) {
  const std::string text = lower_of(value);
  const std::size_t doubles = text.find("::");
  const bool compressed = doubles != std::string::npos;
  if (compressed && text.find("::", doubles + 1) != std::string::npos) return ValueCheck::Fails;
  const auto colons = std::count(text.begin(), text.end(), ':');
  if (!compressed && colons != 7) return ValueCheck::Fails;
  const std::string first = text.substr(0, text.find(':'));
  unsigned head = 0;
  std::from_chars(first.data(), first.data() + first.size(), head, 16);
  if (head < 0x2000 || head > 0x3FFF) return ValueCheck::Documentation;  // not global unicast
  const bool reserved = text.starts_with("2001:db8:") || text.starts_with("3fff:") ||
                        text.starts_with("2001:0db8:");
  return reserved ? ValueCheck::Documentation : ValueCheck::Passes;
}

ValueCheck check_mac(std::string_view value) {
  const std::string text = compact_of(value);
  std::string hex;
  for (char c : text) {
    if (c != ':') hex += c;
  }
  if (hex.size() != 12) return ValueCheck::Fails;
  if (hex == "FFFFFFFFFFFF" || hex == "000000000000") return ValueCheck::Fails;
  // Made up on the device itself, not sold with it.
  constexpr std::string_view local = "2367ABEF";
  if (hex.starts_with("00005E0053") || local.find(hex[1]) != std::string_view::npos) {
    return ValueCheck::Documentation;
  }
  if (hex.starts_with("001122") || hex.starts_with("AABBCC") || hex.starts_with("112233")) {
    return ValueCheck::Documentation;
  }
  return ValueCheck::Passes;
}

ValueCheck check_coordinates(std::string_view value) {
  const std::size_t comma = value.find(',');
  if (comma == std::string_view::npos) return ValueCheck::Fails;
  const auto degrees = [](std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    double out = 1000;
    std::from_chars(text.data(), text.data() + text.size(), out);
    return out;
  };
  const double latitude = degrees(value.substr(0, comma));
  const double longitude = degrees(value.substr(comma + 1));
  const bool possible = latitude >= -90 && latitude <= 90 && longitude >= -180 && longitude <= 180;
  if (!possible) return ValueCheck::Fails;
  return latitude == 0 && longitude == 0 ? ValueCheck::Documentation : ValueCheck::Passes;
}

ValueCheck check_card(const rule::DataTypes& types, std::string_view value) {
  const std::string digits = digits_of(value);
  if (!luhn(digits) || digits.find_first_not_of(digits[0]) == std::string::npos) {
    return ValueCheck::Fails;
  }
  bool branded = false;
  for (const rule::CardBrand& brand : types.card_brands()) {
    if (std::find(brand.lengths.begin(), brand.lengths.end(), digits.size()) ==
        brand.lengths.end()) {
      continue;
    }
    for (const auto& range : brand.prefixes) {
      const auto head = static_cast<std::uint32_t>(number(digits.substr(0, range.digits)));
      branded |= head >= range.low && head <= range.high;
    }
  }
  if (!branded) return ValueCheck::Fails;
  const auto& cards = types.documentation().cards;
  const bool test = std::any_of(cards.begin(), cards.end(),
                                [&](const std::string& p) { return fits_digits(p, digits); });
  return test || is_ladder(digits) ? ValueCheck::Documentation : ValueCheck::Passes;
}

ValueCheck check_iban(const rule::DataTypes& types, std::string_view value) {
  const std::string text = compact_of(value);
  const std::size_t length = types.iban_length(std::string_view(text).substr(0, 2));
  if (length == 0 || text.size() != length || !mod_97_is_1(text)) return ValueCheck::Fails;
  return is_documentation_id(types, text) ? ValueCheck::Documentation : ValueCheck::Passes;
}

/// Base64url without padding; stops at anything else.
std::string decode_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int n = 0;
  for (char c : text) {
    int value = -1;
    if (c >= 'A' && c <= 'Z') value = c - 'A';
    else if (c >= 'a' && c <= 'z') value = c - 'a' + 26;
    else if (is_digit(c)) value = c - '0' + 52;
    else if (c == '-') value = 62;
    else if (c == '_') value = 63;
    else break;
    bits = (bits << 6 | static_cast<std::uint32_t>(value)) & 0xFFFFFF;
    n += 6;
    if (n >= 8) {
      n -= 8;
      out += static_cast<char>(bits >> n & 0xFF);
    }
  }
  return out;
}

ValueCheck check_jwt(std::string_view value) {
  const std::size_t dot = value.find('.');
  const std::string header = decode_base64url(value.substr(0, dot));
  if (header.empty() || header[0] != '{' || header.find("\"alg\"") == std::string::npos) {
    return ValueCheck::Fails;
  }
  const std::string payload = decode_base64url(value.substr(dot + 1));
  const bool sample = payload.find("\"1234567890\"") != std::string::npos ||
                      payload.find("John Doe") != std::string::npos;
  return sample ? ValueCheck::Documentation : ValueCheck::Passes;
}

/// A user and a real-looking password in a URL.
ValueCheck check_url_password(std::string_view value) {
  const std::size_t scheme = value.find("://");
  const std::size_t at = value.find('@', scheme + 3);
  const std::size_t colon = value.find(':', scheme + 3);
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) {
    return ValueCheck::Fails;
  }
  const std::string user = lower_of(value.substr(scheme + 3, colon - scheme - 3));
  const std::string password = lower_of(value.substr(colon + 1, at - colon - 1));
  const std::string_view host = value.substr(at + 1);
  for (std::string_view word : {"password", "passwd", "pass", "secret", "changeme", "pw", "root", "admin",
                                "postgres", "test", "xxx", "user", "guest", "example", "mysql"}) {
    if (password == word) return ValueCheck::Documentation;
  }
  const bool masked = password.find_first_not_of("*x.") == std::string::npos;
  const bool local = host.starts_with("localhost") || host.starts_with("127.0.0.1") ||
                     host.starts_with("db:") || host.starts_with("db/") ||
                     host.starts_with("example.");
  return password == user || masked || local ? ValueCheck::Documentation : ValueCheck::Passes;
}

ValueCheck check_bech32(std::string_view value) {
  constexpr std::string_view alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
  constexpr std::array<std::uint32_t, 5> generator{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                                                   0x2a1462b3};
  std::uint32_t sum = 1;
  const auto add = [&](std::uint32_t v) {
    const std::uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ v;
    for (std::size_t i = 0; i < 5; ++i) sum ^= (top >> i & 1) != 0 ? generator[i] : 0;
  };
  for (char c : std::string_view("bc")) add(static_cast<std::uint32_t>(c) >> 5);
  add(0);
  for (char c : std::string_view("bc")) add(static_cast<std::uint32_t>(c) & 31);
  for (char c : value.substr(3)) {
    const std::size_t at = alphabet.find(c);
    if (at == std::string_view::npos) return ValueCheck::Fails;
    add(static_cast<std::uint32_t>(at));
  }
  return sum == 1 || sum == 0x2bc830a3 ? ValueCheck::Passes : ValueCheck::Fails;
}

ValueCheck check_birth_date(std::string_view value) {
  const std::string digits = digits_of(value);
  const bool default_date = digits == "19700101" || digits == "19000101" || digits == "20000101" ||
                            digits == "01011970" || digits == "01011900" || digits == "01012000";
  return default_date ? ValueCheck::Documentation : ValueCheck::Passes;
}

/// Eight or eleven capitals are a word unless a country stands in the middle.
ValueCheck check_bic(std::string_view value) {
  constexpr std::string_view countries =
      "AD AE AL AM AR AT AU AZ BA BD BE BG BH BR BY CA CH CL CN CO CR CY CZ DE DK DO DZ EE EG ES FI FO "
      "FR GB GE GI GL GR GT HK HR HU ID IE IL IN IQ IR IS IT JO JP KE KR KW KZ LB LI LK LT LU LV MA MC "
      "MD ME MK MT MU MX MY NG NL NO NZ OM PA PE PH PK PL PS PT PY QA RO RS RU SA SE SG SI SK SM TH TN "
      "TR TW UA US UY UZ VA VE VN XK ZA ";
  const std::string country = std::string(value.substr(4, 2)) + " ";
  return countries.find(country) != std::string_view::npos ? ValueCheck::Passes : ValueCheck::Fails;
}

}  // namespace

std::string compact_of(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (char c : value) {
    if (c == ' ' || c == '.' || c == '-' || c == '/' || c == '(' || c == ')') continue;
    out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string digits_of(std::string_view value) {
  std::string out;
  for (char c : value) {
    if (is_digit(c)) out += c;
  }
  return out;
}

bool fits_digits(std::string_view pattern, std::string_view value) {
  if (pattern.size() != value.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == 'x' ? !is_digit(value[i]) : pattern[i] != value[i]) return false;
  }
  return true;
}

bool is_documentation_id(const rule::DataTypes& types, std::string_view compact) {
  const auto& ids = types.documentation().ids;
  return std::any_of(ids.begin(), ids.end(),
                     [&](const std::string& p) { return fits_digits(p, compact); });
}

bool date_exists(std::string_view rule, std::string_view compact) {
  const std::size_t at = rule.find('@');
  if (at == std::string_view::npos) return true;
  const std::string_view form = rule.substr(0, at);
  std::string_view rest = rule.substr(at + 1);
  const auto begin = static_cast<std::size_t>(number(rest));
  if (begin + form.size() > compact.size()) return false;
  const auto part = [&](char letter) {
    const std::size_t first = form.find(letter);
    const std::size_t n = form.rfind(letter) - first + 1;
    return number(compact.substr(begin + first, n));
  };
  const auto offsets = [&](std::string_view word) {
    std::vector<int> out{0};
    const std::size_t found = rest.find(word);
    if (found == std::string_view::npos) return out;
    std::string_view list = rest.substr(found + word.size());
    list = list.substr(0, list.find(' '));
    while (!list.empty()) {
      const std::size_t comma = list.find(',');
      out.push_back(number(list.substr(0, comma)));
      list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    }
    return out;
  };
  constexpr std::array days{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (int month_offset : offsets("month+")) {
    const int month = part('m') - month_offset;
    if (month < 1 || month > 12) continue;
    for (int day_offset : offsets("day+")) {
      const int day = part('d') - day_offset;
      if (day >= 1 && day <= days[static_cast<std::size_t>(month - 1)]) return true;
    }
  }
  return false;
}

ValueCheck check_value(const rule::DataTypes& types, std::string_view check,
                       std::string_view value) {
  if (check == "email") return check_email(types, value);
  if (check == "phone") return check_phone(types, value, true);
  if (check == "phone-national") return check_phone(types, value, false);
  if (check == "ipv4") return check_ipv4(types, value);
  if (check == "ipv6") return check_ipv6(value);
  if (check == "mac") return check_mac(value);
  if (check == "coordinates") return check_coordinates(value);
  if (check == "card") return check_card(types, value);
  if (check == "iban") return check_iban(types, value);
  if (check == "bic") return check_bic(value);
  if (check == "jwt") return check_jwt(value);
  if (check == "url-password") return check_url_password(value);
  if (check == "bech32") return check_bech32(value);
  if (check == "birth-date") return check_birth_date(value);
  const Checksum* checksum = find_checksum(check);
  if (!checksum) return ValueCheck::Passes;
  const std::string compact = compact_of(value);
  if (!checksum->passes(compact)) return ValueCheck::Fails;
  return is_documentation_id(types, compact) ? ValueCheck::Documentation : ValueCheck::Passes;
}

}  // namespace privet::personal
