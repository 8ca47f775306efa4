#include <algorithm>

#include "lang/document/builder.h"
#include "lang/language.h"

/// Files of environment variables (`.env`, `.env.production`, …): `export NAME=value`, one a line,
/// values with `#` comments, in single quotes as they are, in double quotes with escapes and over
/// several lines. `${OTHER}` is left as written. One map of strings.
namespace privet::lang {
namespace {

using document::Builder;
using ir::Node;

class Reader {
 public:
  Reader(std::string_view text, Builder& out) : text_(text), out_(out) {}

  void read() {
    at_ = document::skip_mark(text_);
    out_.begin(Node::Kind::Map, 0);
    while (at_ < text_.size()) line();
    out_.end(at());
  }

 private:
  std::uint32_t at() const { return static_cast<std::uint32_t>(at_); }
  bool at_line_end() const { return at_ >= text_.size() || text_[at_] == '\n'; }
  void blanks() {
    while (!at_line_end() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }
  void rest_of_line() {
    at_ = std::min(text_.find('\n', at_), text_.size());
    if (at_ < text_.size()) ++at_;
  }

  void line() {
    blanks();
    if (at_line_end() || text_[at_] == '#') return rest_of_line();
    if (text_.substr(at_, 7) == "export ") at_ += 7;
    blanks();
    const std::uint32_t begin = at();
    while (!at_line_end() && is_name(text_[at_])) ++at_;
    const std::uint32_t end = at();
    blanks();
    if (end == begin || at_line_end() || (text_[at_] != '=' && text_[at_] != ':')) {
      out_.syntax_error(begin, std::max(end, begin), "expected `NAME=value`");
      return rest_of_line();
    }
    ++at_;
    blanks();
    out_.key(text_.substr(begin, end - begin), begin, end);
    if (!at_line_end() && (text_[at_] == '"' || text_[at_] == '\'' || text_[at_] == '`')) {
      quoted();
    } else {
      plain();
    }
    rest_of_line();
  }

  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  }

  void plain() {
    const std::size_t begin = at_;
    std::size_t end = begin;
    for (; !at_line_end(); ++at_) {
      const char c = text_[at_];
      const bool blank_before = at_ == begin || text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t';
      if (c == '#' && blank_before) break;
      if (c != ' ' && c != '\t' && c != '\r') end = at_ + 1;
    }
    out_.scalar(Node::Kind::String, text_.substr(begin, end - begin),
                static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
  }

  void quoted() {
    const char quote = text_[at_];
    const std::size_t begin = ++at_;
    std::string value;
    while (at_ < text_.size() && text_[at_] != quote) {
      if (quote == '"' && text_[at_] == '\\' && at_ + 1 < text_.size()) {
        const char c = text_[at_ + 1];
        value += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
        at_ += 2;
      } else {
        value += text_[at_++];
      }
    }
    if (at_ >= text_.size()) {
      // A stray quote must not swallow the variables after it.
      at_ = begin;
      out_.syntax_error(at() - 1, at(), "a value without its closing quote");
      return plain();
    }
    out_.scalar(Node::Kind::String, value, static_cast<std::uint32_t>(begin), at());
    ++at_;
  }

  std::string_view text_;
  Builder& out_;
  std::size_t at_ = 0;
};

void read_into(source::FileId file, std::string_view text, ir::Module& module) {
  Builder out(file, "env", module.problems);
  Reader(text, out).read();
  module.documents.push_back(out.finish(static_cast<std::uint32_t>(text.size())));
}

ir::Module lower(const FileInfo& info, std::string_view text) {
  ir::Module module = document::module_of(info.file, "env");
  read_into(info.file, text, module);
  return module;
}

void parse_only(std::string_view text) {
  ir::Module module;
  read_into(source::FileId{0}, text, module);
}

constexpr std::string_view kExtensions[] = {".env"};
constexpr std::string_view kFileNames[] = {".env",      ".env.*",      ".env-*",    ".env_*",
                                           ".flaskenv", "env.example", "env.sample"};

}  // namespace

extern const Language kLanguage_env;
const Language kLanguage_env{"env", "env", kExtensions, kFileNames, "#", lower, parse_only};

}  // namespace privet::lang
