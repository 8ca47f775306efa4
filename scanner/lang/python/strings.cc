#include <algorithm>

#include "lang/python/lowerer.h"

namespace privet::lang::python {

using ir::LiteralKind;
using ir::value_operand;

namespace {

constexpr std::size_t kMaxLiteral = 64 * 1024;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void append_code_point(std::uint32_t code, std::string& out) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) {
    push(code);
  } else if (code < 0x800) {
    push(0xC0 | (code >> 6));
    push(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    push(0xE0 | (code >> 12));
    push(0x80 | ((code >> 6) & 0x3F));
    push(0x80 | (code & 0x3F));
  } else {
    push(0xF0 | (code >> 18));
    push(0x80 | ((code >> 12) & 0x3F));
    push(0x80 | ((code >> 6) & 0x3F));
    push(0x80 | (code & 0x3F));
  }
}

/// Up to `n` hexadecimal digits from `i` on, which moves behind them. False if there are fewer.
bool hex_number(std::string_view text, std::size_t& i, std::size_t n, std::uint32_t& value) {
  if (i + n > text.size()) return false;
  value = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const int digit = hex_digit(text[i + k]);
    if (digit < 0) return false;
    value = value * 16 + static_cast<std::uint32_t>(digit);
  }
  i += n;
  return true;
}

char simple_escape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'a': return '\a';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'v': return '\v';
    case '\\':
    case '\'':
    case '"': return c;
    default: return 0;
  }
}

/// What stands before and between the quotes of a string node.
struct Shape {
  bool raw = false;
  bool bytes = false;
  bool formatted = false;
  std::size_t begin = 0;  ///< of the content, in the node's text
  std::size_t end = 0;
};

Shape shape_of(std::string_view text) {
  Shape shape;
  std::size_t i = 0;
  for (; i < text.size() && text[i] != '"' && text[i] != '\''; ++i) {
    switch (text[i]) {
      case 'r': case 'R': shape.raw = true; break;
      case 'b': case 'B': shape.bytes = true; break;
      case 'f': case 'F': case 't': case 'T': shape.formatted = true; break;
      default: break;
    }
  }
  const std::string_view rest = text.substr(i);
  const std::size_t n_quotes = rest.starts_with("\"\"\"") || rest.starts_with("'''") ? 3 : 1;
  shape.begin = std::min(i + n_quotes, text.size());
  shape.end = text.size();
  // The end quotes are absent in broken code.
  if (shape.end >= shape.begin + n_quotes && rest.size() >= 2 * n_quotes &&
      text.substr(text.size() - n_quotes) == rest.substr(0, n_quotes)) {
    shape.end -= n_quotes;
  }
  return shape;
}

void append_text(std::string_view text, const Shape& shape, std::string& out) {
  if (shape.raw || text.find('\\') == std::string_view::npos) {
    out.append(text);
  } else {
    out.append(unescape(text, shape.bytes));
  }
}

std::string single_braces(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    out.push_back(text[i]);
    if ((text[i] == '{' || text[i] == '}') && i + 1 < text.size() && text[i + 1] == text[i]) ++i;
  }
  return out;
}

}  // namespace

std::string unescape(std::string_view text, bool bytes) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '\\' || i + 1 >= text.size()) {
      out.push_back(text[i++]);
      continue;
    }
    const char c = text[i + 1];
    std::size_t after = i + 2;
    std::uint32_t code = 0;
    if (const char simple = simple_escape(c); simple != 0) {
      out.push_back(simple);
    } else if (c == '\n') {
      // A continued line.
    } else if (c == '\r') {
      if (after < text.size() && text[after] == '\n') ++after;
    } else if (c >= '0' && c <= '7') {
      after = i + 1;
      for (int k = 0; k < 3 && after < text.size() && text[after] >= '0' && text[after] <= '7';
           ++k, ++after) {
        code = code * 8 + static_cast<std::uint32_t>(text[after] - '0');
      }
      if (bytes) {
        out.push_back(static_cast<char>(code & 0xFF));
      } else {
        append_code_point(code, out);
      }
    } else if (c == 'x' && hex_number(text, after, 2, code)) {
      if (bytes) {
        out.push_back(static_cast<char>(code));
      } else {
        append_code_point(code, out);
      }
    } else if (!bytes && ((c == 'u' && hex_number(text, after, 4, code)) ||
                          (c == 'U' && hex_number(text, after, 8, code)))) {
      append_code_point(code, out);
    } else {
      // Not an escape, or a named character: kept as written.
      out.push_back('\\');
      after = i + 1;
    }
    i = after;
  }
  return out;
}

LocalIndex Lowerer::string(const Node& node) {
  const std::string_view text = node.text();
  const Shape shape = shape_of(text);
  if (!shape.formatted) {
    const std::string_view content =
        text.substr(shape.begin, std::min(shape.end - shape.begin, kMaxLiteral));
    const LiteralKind kind = shape.bytes ? LiteralKind::Bytes : LiteralKind::String;
    if (shape.raw || content.find('\\') == std::string_view::npos) {
      return b_.literal(kind, content, span(node));
    }
    return b_.literal(kind, unescape(content, shape.bytes), span(node));
  }
  return concatenated_string(node);
}

LocalIndex Lowerer::concatenated_string(const Node& node) {
  std::vector<Operand> parts;
  std::string pending;
  std::uint32_t pending_begin = node.begin();
  bool is_template = false;
  bool is_bytes = false;
  if (kind_of(node) == Kind::String) {
    is_template = string_parts(node, parts, pending, pending_begin);
  } else {
    const Kids strings = kids(node);
    for (std::size_t i = 0; i < strings.size(); ++i) {
      const Kid kid = strings[i];
      if (kid.kind != Kind::String) continue;
      is_bytes = shape_of(kid.node.text()).bytes;
      if (string_parts(kid.node, parts, pending, pending_begin)) is_template = true;
    }
  }
  if (!is_template) {
    return b_.literal(is_bytes ? LiteralKind::Bytes : LiteralKind::String,
                      std::string_view(pending).substr(0, kMaxLiteral), span(node));
  }
  if (!pending.empty()) {
    const Span where = span(std::min(pending_begin, node.end()), node.end());
    parts.push_back(value_operand(
        b_.literal(LiteralKind::String, std::string_view(pending).substr(0, kMaxLiteral), where),
        where));
  }
  return b_.operate("template", parts, span(node));
}

bool Lowerer::string_parts(const Node& node, std::vector<Operand>& out, std::string& pending,
                           std::uint32_t& pending_begin) {
  const Shape shape = shape_of(node.text());
  if (pending.empty()) pending_begin = node.begin();
  if (!shape.formatted) {
    append_text(node.text().substr(shape.begin, shape.end - shape.begin), shape, pending);
    return false;
  }
  bool has_interpolation = false;
  const Kids parts = kids(node);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    if (part.kind == Kind::StringContent) {
      if (pending.empty()) pending_begin = part.node.begin();
      append_text(single_braces(part.node.text()), shape, pending);
    } else if (part.kind == Kind::Interpolation) {
      has_interpolation = true;
      if (!pending.empty()) {
        const Span where = span(pending_begin, part.node.begin());
        out.push_back(value_operand(
            b_.literal(LiteralKind::String, std::string_view(pending).substr(0, kMaxLiteral),
                       where),
            where));
        pending.clear();
      }
      interpolation(part.node, out);
      pending_begin = part.node.end();
    }
  }
  return has_interpolation;
}

void Lowerer::interpolation(const Node& node, std::vector<Operand>& out) {
  const Deeper deeper(depth_);
  if (too_deep()) {
    out.push_back(value_operand(give_up(node), span(node)));
    return;
  }
  const Kids parts = kids(node);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    if (part.field == f_.expression) {
      out.push_back(value_operand(expression(part.node, part.kind), span(part.node)));
    } else if (part.kind == Kind::FormatSpecifier) {
      const Kids inner = kids(part.node);
      for (std::size_t k = 0; k < inner.size(); ++k) {
        if (inner[k].kind == Kind::FormatExpression) interpolation(inner[k].node, out);
      }
    }
  }
}

bool Lowerer::plain_text(const Node& node, Kind kind, std::string& out, bool& is_bytes) {
  const auto append = [&](const Node& string_node) {
    const Shape shape = shape_of(string_node.text());
    if (shape.formatted && string_node.text().find('{') != std::string_view::npos) return false;
    is_bytes = is_bytes || shape.bytes;
    append_text(string_node.text().substr(shape.begin, shape.end - shape.begin), shape, out);
    return true;
  };
  if (kind == Kind::String) return append(node);
  const Kids strings = kids(node);
  for (std::size_t i = 0; i < strings.size(); ++i) {
    if (strings[i].kind != Kind::String || !append(strings[i].node)) return false;
  }
  return true;
}

}  // namespace privet::lang::python
