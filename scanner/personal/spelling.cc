#include "personal/spelling.h"

#include <cstdint>

namespace privet::personal {
namespace {

enum class Letter : std::uint8_t { Other, Lower, Upper, Digit };

struct Folded {
  Letter letter = Letter::Other;
  char text[3] = {0, 0, 0};
};

/// One code point; moves `at` behind it. Broken UTF-8 is a separator.
std::uint32_t decode(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC0 ? 1 : 0;
  if (more == 0 || at + more > text.size()) return ' ';
  std::uint32_t code = first & (0x3Fu >> more);
  for (std::size_t i = 0; i < more; ++i) {
    if ((byte(at) & 0xC0) != 0x80) return ' ';
    code = (code << 6) | (byte(at++) & 0x3Fu);
  }
  return code;
}

/// Latin letters U+00C0 … U+017F without their marks; `.` where there is none.
constexpr std::string_view kLatin =
    "AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTsaaaaaaaceeeeiiiidnooooo.ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlL"
    "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

Folded fold(std::uint32_t code, Umlauts umlauts, bool& umlaut) {
  Folded out;
  const auto one = [&](char c) {
    out.letter = c >= 'a' ? Letter::Lower : c >= 'A' ? Letter::Upper : Letter::Digit;
    out.text[0] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  if (code < 0x80) {
    const char c = static_cast<char>(code);
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) one(c);
    return out;
  }
  if (code < 0xC0 || code >= 0xC0 + kLatin.size()) return out;
  const char base = kLatin[code - 0xC0];
  if (base == '.') return out;
  one(base);
  switch (code) {
    case 0xC4: case 0xD6: case 0xDC: case 0xE4: case 0xF6: case 0xFC:
      umlaut = true;
      if (umlauts == Umlauts::Long) out.text[1] = 'e';
      break;
    case 0xDF:
      out.text[1] = 's';
      break;
    case 0xC6: case 0xE6: case 0x152: case 0x153:
      out.text[1] = 'e';
      break;
    default:
      break;
  }
  return out;
}

/// True if the `s` before `at` ends a word.
bool ends_plural(std::string_view name, std::size_t at) {
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  return name[at - 1] == 's' && (at == name.size() || !lower(name[at]));
}

}  // namespace

std::vector<std::string> split_name(std::string_view name, Umlauts umlauts, bool* has_umlauts) {
  std::vector<std::string> tokens;
  if (has_umlauts) *has_umlauts = false;
  if (name.size() > kMaxNameBytes) return tokens;
  bool umlaut = false;
  std::string current;
  Letter before = Letter::Other;
  std::size_t last_letter = 0;  // where in `current` the last letter begins
  const auto finish = [&] {
    if (!current.empty()) tokens.push_back(std::move(current));
    current.clear();
  };
  for (std::size_t at = 0; at < name.size();) {
    const Folded now = fold(decode(name, at), umlauts, umlaut);
    const bool digits = (now.letter == Letter::Digit) != (before == Letter::Digit);
    if (now.letter == Letter::Other || before == Letter::Other || digits ||
        (before == Letter::Lower && now.letter == Letter::Upper)) {
      finish();
    } else if (before == Letter::Upper && now.letter == Letter::Lower && last_letter > 0 &&
               !ends_plural(name, at)) {
      // `APIKey`: the last capital of the run begins the next word; not in `userIDs`.
      std::string next = current.substr(last_letter);
      current.resize(last_letter);
      finish();
      current = std::move(next);
    }
    if (now.letter != Letter::Other) {
      last_letter = current.size();
      current += now.text;
    }
    before = now.letter;
  }
  finish();
  if (tokens.size() > kMaxNameTokens) tokens.clear();
  if (has_umlauts) *has_umlauts = umlaut;
  return tokens;
}

std::string singular_of(std::string_view word) {
  if (word == "children") return "child";
  if (word.size() < 3 || !word.ends_with('s')) return std::string(word);
  if (word.ends_with("ss") || word.ends_with("us") || word.ends_with("is")) return std::string(word);
  if (word.size() > 4 && word.ends_with("ies")) {
    return std::string(word.substr(0, word.size() - 3)) + "y";
  }
  for (std::string_view ending : {"sses", "xes", "ches", "shes"}) {
    if (word.ends_with(ending)) return std::string(word.substr(0, word.size() - 2));
  }
  return std::string(word.substr(0, word.size() - 1));
}

std::string join(const std::vector<std::string>& tokens, std::size_t begin, std::size_t end,
                 std::string_view separator) {
  std::string text;
  for (std::size_t i = begin; i < end; ++i) {
    if (i > begin) text += separator;
    text += tokens[i];
  }
  return text;
}

}  // namespace privet::personal
