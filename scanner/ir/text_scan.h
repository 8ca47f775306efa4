#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "source/span.h"

/// The words of the text form, read on demand from left to right.
namespace privet::ir::text {

class Scanner {
 public:
  Scanner(std::string_view text, source::FileId file) : text_(text), file_(file) {}

  /// First error only; nothing is read after it.
  void fail(std::string message);
  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }

  /// Past blanks and comments, not past a line end.
  void skip_blanks();
  /// Past line ends and `;` too.
  void skip_lines();
  bool at_end();
  /// At a line end, a `;`, a closing bracket or the end.
  bool at_end_of_statement();
  /// The next character after blanks; NUL at the end.
  char peek();
  /// The next character, blanks not skipped.
  char peek_direct() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  /// The one after the next, directly.
  char peek_second();
  bool eat(std::string_view symbol);
  /// Like `eat`, but an error otherwise.
  void expect(std::string_view symbol);

  /// The plain word here, not consumed; empty when there is none.
  std::string_view peek_word();
  /// The character after that word and blanks.
  char peek_after_word();
  bool eat_word(std::string_view word);
  /// A name: plain, `*` or in backquotes.
  bool at_name();
  std::string name();
  std::string quoted();
  std::optional<std::uint32_t> number();
  std::uint32_t expect_number();

  std::uint32_t position() const { return at_; }
  source::Span since(std::uint32_t begin) const;
  std::string_view text() const { return text_; }
  std::string_view raw(std::uint32_t begin) const { return text_.substr(begin, at_ - begin); }
  void seek(std::uint32_t position) {
    if (!failed()) at_ = last_ = position;
  }
  void skip_char() { ++at_; last_ = at_; }

 private:
  std::string delimited(char quote);

  std::string_view text_;
  source::FileId file_;
  std::uint32_t at_ = 0;
  std::uint32_t last_ = 0;  // end of what was read last, without blanks after it
  std::string error_;
};

}  // namespace privet::ir::text
