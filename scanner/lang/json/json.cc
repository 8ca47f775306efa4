#include <algorithm>

#include "lang/document/builder.h"
#include "lang/language.h"

/// JSON as configuration files have it: with comments, trailing commas, single quotes and bare keys
/// (JSONC, JSON5). Our own reader: it keeps going after errors, needs no memory but the document's,
/// and is ten times faster than a grammar on the megabytes of a lock file.
namespace privet::lang {
namespace {

using document::Builder;
using ir::Node;

class Reader {
 public:
  Reader(std::string_view text, Builder& out) : text_(text), out_(out) {}

  /// One loop with the builder's stack, so nesting costs no stack of ours.
  void read() {
    at_ = document::skip_mark(text_);
    for (skip(); at_ < text_.size(); skip()) {
      if (out_.depth() == 0 && !out_.empty()) {
        out_.syntax_error(at(), at() + 1, "text after the end of the value");
        return;
      }
      const char c = text_[at_];
      if (c == '}' || c == ']') {
        close(c);
      } else if (c == ',') {
        if (has_key_) missing_value();
        ++at_;
      } else if (out_.in_map() && !has_key_) {
        key();
      } else {
        value();
      }
    }
    if (has_key_) missing_value();
    if (out_.depth() > 0) out_.syntax_error(at(), at(), "the file ends inside a value");
  }

 private:
  std::uint32_t at() const { return static_cast<std::uint32_t>(at_); }

  void skip() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        ++at_;
      } else if (text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const std::size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return;
      }
    }
  }

  void close(char c) {
    if (has_key_) missing_value();
    if (out_.depth() == 0 || out_.in_map() != (c == '}')) {
      out_.syntax_error(at(), at() + 1, std::string("unexpected `") + c + "`");
    }
    ++at_;
    out_.end(at());
  }

  void missing_value() {
    out_.syntax_error(at(), at(), "a key without a value");
    out_.scalar(Node::Kind::Null, "", at(), at());
    has_key_ = false;
  }

  void key() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      const Text read = quoted();
      out_.key(read.text, read.begin, read.end);
    } else if (is_word(c)) {
      const std::uint32_t begin = at();
      const std::string_view read = word();
      out_.key(read, begin, at());
    } else {
      out_.syntax_error(at(), at() + 1, "expected a key");
      ++at_;
      return;
    }
    has_key_ = true;
    skip();
    if (at_ < text_.size() && text_[at_] == ':') {
      ++at_;
    } else {
      out_.syntax_error(at(), at(), "expected `:`");
    }
  }

  void value() {
    has_key_ = false;
    const char c = text_[at_];
    const std::uint32_t begin = at();
    if (c == '{' || c == '[') {
      out_.begin(c == '{' ? Node::Kind::Map : Node::Kind::List, begin);
      ++at_;
    } else if (c == '"' || c == '\'') {
      const Text read = quoted();
      out_.scalar(Node::Kind::String, read.text, read.begin, read.end);
    } else if (is_word(c)) {
      const std::string_view read = word();
      const Node::Kind kind = kind_of(read);
      if (kind == Node::Kind::String) out_.syntax_error(begin, at(), "a text without quotes");
      out_.scalar(kind, read, begin, at());
    } else {
      out_.syntax_error(begin, begin + 1, "expected a value");
      ++at_;
    }
  }

  static Node::Kind kind_of(std::string_view word) {
    if (word == "null") return Node::Kind::Null;
    if (word == "true" || word == "false") return Node::Kind::Boolean;
    if (word == "NaN" || word == "Infinity" || word == "-Infinity") return Node::Kind::Number;
    const char c =
        word[word[0] == '-' || word[0] == '+' ? std::min<std::size_t>(1, word.size() - 1) : 0];
    return (c >= '0' && c <= '9') || c == '.' ? Node::Kind::Number : Node::Kind::String;
  }

  // Letters, digits and what stands in numbers and bare keys.
  static bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '-' || c == '+' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
  }

  std::string_view word() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  struct Text {
    std::string text;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  Text quoted() {
    const char quote = text_[at_++];
    Text read;
    read.begin = at();
    while (at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '\n') {
        out_.syntax_error(read.begin, at(), "a text without an end");
        read.end = at();
        return read;
      }
      if (text_[at_] == '\\') {
        ++at_;
        escape(read.text);
      } else {
        read.text += text_[at_++];
      }
    }
    read.end = at();
    if (at_ < text_.size()) ++at_;
    return read;
  }

  void escape(std::string& out) {
    if (at_ >= text_.size()) return;
    const char c = text_[at_++];
    switch (c) {
      case 'n': out += '\n'; return;
      case 't': out += '\t'; return;
      case 'r': out += '\r'; return;
      case 'b': out += '\b'; return;
      case 'f': out += '\f'; return;
      case 'u': break;
      case '\r':
        if (at_ < text_.size() && text_[at_] == '\n') ++at_;
        return;
      case '\n': return;
      default: out += c; return;
    }
    std::uint32_t code_point = document::read_hex(text_, at_, 4);
    if (code_point >= 0xD800 && code_point < 0xDC00 && text_.substr(at_, 2) == "\\u") {
      std::size_t next = at_ + 2;
      const std::uint32_t low = document::read_hex(text_, next, 4);
      if (low >= 0xDC00 && low < 0xE000) {
        code_point = 0x10000 + ((code_point - 0xD800) << 10) + (low - 0xDC00);
        at_ = next;
      }
    }
    document::append_utf8(out, code_point);
  }

  std::string_view text_;
  Builder& out_;
  std::size_t at_ = 0;
  bool has_key_ = false;
};

void read_into(source::FileId file, std::string_view text, ir::Module& module) {
  Builder out(file, "json", module.problems);
  Reader(text, out).read();
  module.documents.push_back(out.finish(static_cast<std::uint32_t>(text.size())));
}

ir::Module lower(const FileInfo& info, std::string_view text) {
  ir::Module module = document::module_of(info.file, "json");
  read_into(info.file, text, module);
  return module;
}

void parse_only(std::string_view text) {
  ir::Module module;
  read_into(source::FileId{0}, text, module);
}

constexpr std::string_view kExtensions[] = {".json", ".jsonc", ".json5", ".webmanifest"};
constexpr std::string_view kFileNames[] = {".babelrc", ".eslintrc", ".firebaserc", ".swcrc"};

}  // namespace

extern const Language kLanguage_json;
const Language kLanguage_json{"json", "json", kExtensions, kFileNames, "//", lower, parse_only};

}  // namespace privet::lang
