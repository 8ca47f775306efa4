#include "lang/document/builder.h"

#include <algorithm>
#include <utility>

#include "ir/builder.h"

namespace privet::lang::document {

using ir::kNone;
using ir::Name;
using ir::Node;
using source::ProblemCode;

namespace {

/// Cut where no character is split.
std::string_view cut(std::string_view text) {
  if (text.size() <= kMaxText) return text;
  std::size_t end = kMaxText;
  while (end > kMaxText - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

bool is_number(std::string_view word) {
  std::size_t at = 0;
  if (at < word.size() && (word[at] == '-' || word[at] == '+')) ++at;
  const std::string_view prefix = word.substr(at, 2);
  if (prefix == "0x" || prefix == "0o" || prefix == "0b") at += 2;
  bool has_digit = false;
  for (; at < word.size(); ++at) {
    const char c = word[at];
    const bool hex = (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (c >= '0' && c <= '9') {
      has_digit = true;
    } else if (!has_digit && c != '.') {
      return false;
    } else if (c != '.' && c != '_' && c != '-' && c != '+' && !hex) {
      return false;
    } else if (hex && c != 'e' && c != 'E' && prefix != "0x") {
      return false;
    } else if ((c == '-' || c == '+') && word[at - 1] != 'e' && word[at - 1] != 'E') {
      return false;
    }
  }
  // Two dots make a version or an address.
  return has_digit && std::count(word.begin(), word.end(), '.') < 2;
}

bool equals_ignoring_case(std::string_view a, std::string_view lower) {
  return a.size() == lower.size() &&
         std::equal(a.begin(), a.end(), lower.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
         });
}

}  // namespace

Builder::Builder(source::FileId file, std::string_view format, source::Problems& problems)
    : file_(file), problems_(problems) {
  document_.format = Name::of(format);
}

void Builder::key(std::string_view text, std::uint32_t begin, std::uint32_t end) {
  key_ = Name::of(cut(text));
  key_span_ = {file_, begin, end};
}

void Builder::add(Node node, std::uint32_t begin, std::uint32_t end) {
  node.span = {file_, begin, end};
  last_node_ = kNone;
  const Name key = std::exchange(key_, Name{});
  const source::Span key_span = std::exchange(key_span_, source::Span{});
  if (n_skipped_ > 0) return;
  // A second root is the caller's mistake to report.
  if (open_.empty() && !document_.nodes.empty()) return;
  if (document_.nodes.size() >= kMaxNodes) {
    return left_out(ProblemCode::TooLarge, begin, "too many values; the rest was not read");
  }
  const auto index = static_cast<std::uint32_t>(document_.nodes.size());
  if (!open_.empty()) {
    Open& parent = open_.back();
    node.parent = parent.node;
    if (document_.nodes[parent.node].kind == Node::Kind::Map) {
      node.key = key;
      node.key_span = key_span;
    }
    if (parent.last_child == kNone) {
      document_.nodes[parent.node].first_child = index;
    } else {
      document_.nodes[parent.last_child].next = index;
    }
    parent.last_child = index;
  }
  document_.nodes.push_back(node);
  last_node_ = index;
}

void Builder::begin(Node::Kind map_or_list, std::uint32_t begin) {
  if (open_.size() >= kMaxDepth) {
    left_out(ProblemCode::TooDeep, begin, "values nest too deep; the inner part was not read");
    key_ = Name{};
    last_node_ = kNone;
  } else {
    Node node;
    node.kind = map_or_list;
    add(node, begin, begin);
  }
  kinds_.push_back(map_or_list == Node::Kind::Map);
  if (last_node_ == kNone) {
    ++n_skipped_;
  } else {
    open_.push_back({last_node_, kNone});
  }
}

void Builder::end(std::uint32_t end) {
  if (kinds_.empty()) return;
  kinds_.pop_back();
  key_ = Name{};
  if (n_skipped_ > 0) {
    --n_skipped_;
    return;
  }
  source::Span& span = document_.nodes[open_.back().node].span;
  span.end = std::max(span.begin, end);
  open_.pop_back();
}

void Builder::scalar(Node::Kind kind, std::string_view text, std::uint32_t begin,
                     std::uint32_t end) {
  Node node;
  node.kind = kind;
  node.text = Name::of(cut(text));
  add(node, begin, end);
}

void Builder::alias(std::uint32_t target, std::uint32_t begin, std::uint32_t end) {
  Node node;
  node.kind = Node::Kind::Alias;
  node.target = target;
  add(node, begin, end);
}

void Builder::syntax_error(std::uint32_t begin, std::uint32_t end, std::string message) {
  if (++n_syntax_errors_ > kMaxSyntaxErrors) return;
  problems_.push_back({ProblemCode::SyntaxError, {file_, begin, end}, std::move(message)});
}

void Builder::left_out(ProblemCode code, std::uint32_t at, const char* message) {
  if (std::exchange(told_, true)) return;
  problems_.push_back({code, {file_, at, at}, message});
}

ir::Document Builder::finish(std::uint32_t end) {
  while (!kinds_.empty()) this->end(end);
  return std::move(document_);
}

ir::Module module_of(source::FileId file, std::string_view language) {
  return ir::ModuleBuilder(file, Name::of(language)).finish();
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point < 0xE000)) code_point = 0xFFFD;
  const auto byte = [&](std::uint32_t value) { out += static_cast<char>(value); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

std::uint32_t read_hex(std::string_view text, std::size_t& at, int n) {
  std::uint32_t value = 0;
  for (; n > 0 && at < text.size(); --n, ++at) {
    const char c = text[at];
    if (c >= '0' && c <= '9')
      value = value * 16 + static_cast<std::uint32_t>(c - '0');
    else if (c >= 'a' && c <= 'f')
      value = value * 16 + static_cast<std::uint32_t>(c - 'a' + 10);
    else if (c >= 'A' && c <= 'F')
      value = value * 16 + static_cast<std::uint32_t>(c - 'A' + 10);
    else
      break;
  }
  return value;
}

std::uint32_t skip_mark(std::string_view text) {
  return text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
}

Node::Kind kind_of_word(std::string_view word) {
  if (word == "~" || equals_ignoring_case(word, "null")) return Node::Kind::Null;
  for (const std::string_view spelled : {"true", "false", "yes", "no", "on", "off"}) {
    if (equals_ignoring_case(word, spelled)) return Node::Kind::Boolean;
  }
  return is_number(word) ? Node::Kind::Number : Node::Kind::String;
}

}  // namespace privet::lang::document
