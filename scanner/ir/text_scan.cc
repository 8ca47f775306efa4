#include "ir/text_scan.h"

#include <algorithm>

#include "ir/text_words.h"

namespace privet::ir::text {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

void Scanner::fail(std::string message) {
  if (failed()) return;
  const auto line =
      1 + std::count(text_.begin(),
                     text_.begin() +
                         std::min<std::ptrdiff_t>(at_, static_cast<std::ptrdiff_t>(text_.size())),
                     '\n');
  error_ = "line " + std::to_string(line) + ": " + std::move(message);
  at_ = static_cast<std::uint32_t>(text_.size());
}

void Scanner::skip_blanks() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '/' && text_.substr(at_, 2) == "//") {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else {
      return;
    }
  }
}

void Scanner::skip_lines() {
  skip_blanks();
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == ';')) {
    ++at_;
    skip_blanks();
  }
}

bool Scanner::at_end() {
  skip_blanks();
  return at_ >= text_.size();
}

bool Scanner::at_end_of_statement() {
  const char c = peek();
  return c == '\0' || c == '\n' || c == ';' || c == '}' || c == ')' || c == ']' || c == ',';
}

char Scanner::peek() {
  skip_blanks();
  return at_ < text_.size() ? text_[at_] : '\0';
}

char Scanner::peek_second() { return at_ + 1 < text_.size() ? text_[at_ + 1] : '\0'; }

bool Scanner::eat(std::string_view symbol) {
  skip_blanks();
  if (text_.substr(at_, symbol.size()) != symbol) return false;
  at_ += static_cast<std::uint32_t>(symbol.size());
  last_ = at_;
  return true;
}

void Scanner::expect(std::string_view symbol) {
  if (!eat(symbol)) fail("expected `" + std::string(symbol) + "`");
}

std::string_view Scanner::peek_word() {
  skip_blanks();
  if (at_ >= text_.size() || !is_name_start(text_[at_])) return {};
  std::size_t end = at_ + 1;
  while (end < text_.size() && is_name_part(text_[end])) ++end;
  return text_.substr(at_, end - at_);
}

char Scanner::peek_after_word() {
  std::size_t at = at_ + peek_word().size();
  while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
  return at < text_.size() ? text_[at] : '\0';
}

bool Scanner::eat_word(std::string_view word) {
  if (peek_word() != word) return false;
  at_ += static_cast<std::uint32_t>(word.size());
  last_ = at_;
  return true;
}

bool Scanner::at_name() {
  const char c = peek();
  return c == '`' || c == '*' || is_name_start(c);
}

std::string Scanner::name() {
  if (peek() == '`') return delimited('`');
  if (eat("*")) return "*";
  const std::string word(peek_word());
  if (word.empty()) fail("expected a name");
  at_ += static_cast<std::uint32_t>(word.size());
  if (!failed()) last_ = at_;
  return word;
}

std::string Scanner::quoted() {
  if (peek() != '"') {
    fail("expected a text in quotes");
    return {};
  }
  return delimited('"');
}

std::string Scanner::delimited(char quote) {
  std::string out;
  ++at_;
  while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
    const char c = text_[at_++];
    if (c != '\\') {
      out += c;
      continue;
    }
    const char escape = at_ < text_.size() ? text_[at_++] : '\0';
    if (escape == 'n') {
      out += '\n';
    } else if (escape == 'r') {
      out += '\r';
    } else if (escape == 't') {
      out += '\t';
    } else if (escape == '\\' || escape == '"' || escape == '`') {
      out += escape;
    } else if (escape == 'x' && at_ + 1 < text_.size() && hex_value(text_[at_]) >= 0 &&
               hex_value(text_[at_ + 1]) >= 0) {
      out += static_cast<char>(hex_value(text_[at_]) * 16 + hex_value(text_[at_ + 1]));
      at_ += 2;
    } else {
      fail("unknown escape");
      return out;
    }
  }
  if (at_ >= text_.size() || text_[at_] != quote) {
    fail(std::string("missing `") + (quote == '`' ? "backquote" : "\"") + "`");
    return out;
  }
  ++at_;
  last_ = at_;
  return out;
}

std::optional<std::uint32_t> Scanner::number() {
  skip_blanks();
  std::uint64_t value = 0;
  std::size_t end = at_;
  while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9' && value < 0xFFFFFFFFu) {
    value = value * 10 + static_cast<unsigned>(text_[end] - '0');
    ++end;
  }
  if (end == at_ || value >= 0xFFFFFFFFu) return std::nullopt;
  at_ = static_cast<std::uint32_t>(end);
  last_ = at_;
  return static_cast<std::uint32_t>(value);
}

std::uint32_t Scanner::expect_number() {
  const auto value = number();
  if (!value) fail("expected a number");
  return value.value_or(0);
}

source::Span Scanner::since(std::uint32_t begin) const {
  return {file_, std::min(begin, last_), last_};
}

}  // namespace privet::ir::text
