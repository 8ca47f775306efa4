#include <algorithm>

#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {
namespace {

constexpr std::size_t kMaxLiteral = 64 * 1024;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = 0xFFFD;
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// Reads `n` hexadecimal digits at `at`; nothing when there are fewer.
std::optional<std::uint32_t> read_hex(std::string_view text, std::size_t at, std::size_t n) {
  if (at + n > text.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const int digit = hex_digit(text[at + i]);
    if (digit < 0) return std::nullopt;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  return value;
}

/// Reads what follows `\u`; `at` moves behind it.
std::optional<std::uint32_t> read_unicode(std::string_view text, std::size_t& at) {
  if (at < text.size() && text[at] == '{') {
    const std::size_t close = text.find('}', at);
    if (close == std::string_view::npos || close == at + 1 || close - at > 9) return std::nullopt;
    const auto code = read_hex(text, at + 1, close - at - 1);
    if (code) at = close + 1;
    return code;
  }
  const auto code = read_hex(text, at, 4);
  if (code) at += 4;
  return code;
}

}  // namespace

std::string_view cut_literal(std::string_view text) {
  if (text.size() <= kMaxLiteral) return text;
  std::size_t end = kMaxLiteral;
  while (end > kMaxLiteral - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string unescape(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size() && out.size() < kMaxLiteral) {
    const std::size_t slash = std::min(text.find('\\', at), text.size());
    out += text.substr(at, std::min(slash - at, kMaxLiteral + 4));
    if (slash + 1 >= text.size()) break;
    const char c = text[slash + 1];
    at = slash + 2;
    switch (c) {
      case 'n': out += '\n'; break;
      case 't': out += '\t'; break;
      case 'r': out += '\r'; break;
      case 'b': out += '\b'; break;
      case 'f': out += '\f'; break;
      case 'v': out += '\v'; break;
      case '\r':
        if (at < text.size() && text[at] == '\n') ++at;
        break;
      case '\n': break;
      case 'x':
        if (const auto code = read_hex(text, at, 2)) {
          append_utf8(out, *code);
          at += 2;
        } else {
          out += c;
        }
        break;
      case 'u': {
        auto code = read_unicode(text, at);
        if (!code) {
          out += c;
          break;
        }
        if (*code >= 0xD800 && *code < 0xDC00 && text.substr(at, 2) == "\\u") {
          std::size_t low_at = at + 2;
          const auto low = read_unicode(text, low_at);
          if (low && *low >= 0xDC00 && *low < 0xE000) {
            code = 0x10000 + ((*code - 0xD800) << 10) + (*low - 0xDC00);
            at = low_at;
          }
        }
        append_utf8(out, *code);
        break;
      }
      default:
        if (c >= '0' && c <= '7') {
          std::uint32_t code = static_cast<std::uint32_t>(c - '0');
          for (int more = 0; more < 2 && at < text.size() && text[at] >= '0' && text[at] <= '7';
               ++more) {
            const std::uint32_t next = code * 8 + static_cast<std::uint32_t>(text[at] - '0');
            if (next > 0xFF) break;
            code = next;
            ++at;
          }
          append_utf8(out, code);
        } else {
          out += c;
        }
        break;
    }
  }
  return std::string(cut_literal(out));
}

}  // namespace privet::lang::javascript
