#include "ir/text_words.h"

#include <algorithm>
#include <array>

namespace privet::ir::text {
namespace {

// Sorted.
constexpr std::array<std::string_view, 56> kReserved = {
    "abstract", "alias",       "async",    "branch",  "bytes",     "call",      "capture",
    "class",    "constructor", "document", "element", "entity",    "enum",      "export",
    "extends",  "false",       "free",     "from",    "function",  "generator", "getter",
    "handler",  "implements",  "import",   "in",      "interface", "jump",      "key",
    "list",     "literal",     "local",    "locals",  "map",       "method",    "module",
    "new",      "null",        "number",   "object",  "operate",   "optional",  "owner",
    "param",    "private",     "problem",  "return",  "self",      "set",       "static",
    "stop",     "temp",        "throw",    "true",    "tuple",     "unknown",   "var",
};
static_assert(std::is_sorted(kReserved.begin(), kReserved.end()));

}  // namespace

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_name_part(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }

bool is_plain_name(std::string_view name) {
  return !name.empty() && is_name_start(name.front()) &&
         std::all_of(name.begin(), name.end(), is_name_part);
}

bool is_reserved(std::string_view name) {
  return std::binary_search(kReserved.begin(), kReserved.end(), name);
}

void append_quoted(std::string& out, std::string_view text, char quote) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += quote;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\' || c == quote) {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  out += quote;
}

void append_name(std::string& out, std::string_view name) {
  if (is_plain_name(name) || name == "*") {
    out += name;
  } else {
    append_quoted(out, name, '`');
  }
}

}  // namespace privet::ir::text
