#include <algorithm>
#include <utility>

#include "lang/document/builder.h"
#include "lang/language.h"

/// What a Python project asks pip for: one map of package name to version specifier, as written
/// (`==4.2`, `>=1,<2`, `@ https://…`, empty). Options keep their dashes as keys (`-r`: `base.txt`);
/// extras, environment markers, hashes and comments are left out.
namespace privet::lang {
namespace {

using document::Builder;
using ir::Node;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

class Reader {
 public:
  Reader(std::string_view text, Builder& out) : text_(text), out_(out) {}

  void read() {
    std::size_t begin = document::skip_mark(text_);
    out_.begin(Node::Kind::Map, 0);
    while (begin < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      // A line that goes on holds the hashes of the package before it.
      const bool is_continuation = std::exchange(goes_on_, false);
      line(begin, end, is_continuation);
      begin = end + 1;
    }
    out_.end(static_cast<std::uint32_t>(text_.size()));
  }

 private:
  void line(std::size_t begin, std::size_t end, bool is_continuation) {
    while (begin < end && is_blank(text_[begin])) ++begin;
    for (std::size_t i = begin; i < end; ++i) {
      if (text_[i] == '#' && (i == begin || is_blank(text_[i - 1]))) end = i;
    }
    while (end > begin && is_blank(text_[end - 1])) --end;
    if (end > begin && text_[end - 1] == '\\') {
      goes_on_ = true;
      --end;
      while (end > begin && is_blank(text_[end - 1])) --end;
    }
    if (begin == end || is_continuation) return;
    if (text_[begin] == '-') return option(begin, end);
    package(begin, end);
  }

  void option(std::size_t begin, std::size_t end) {
    std::size_t at = begin;
    while (at < end && !is_blank(text_[at]) && text_[at] != '=') ++at;
    const std::size_t name_end = at;
    while (at < end && (is_blank(text_[at]) || text_[at] == '=')) ++at;
    entry(begin, name_end, at, end);
  }

  void package(std::size_t begin, std::size_t end) {
    std::size_t at = begin;
    while (at < end && is_name(text_[at])) ++at;
    const std::string_view line = text_.substr(begin, end - begin);
    if (at < end && (text_[at] == ':' || text_[at] == '+' || text_[at] == '/')) {
      // An address or a path; its name, if any, stands in the fragment.
      const std::size_t egg = line.find("#egg=");
      if (egg == std::string_view::npos) return;
      const std::size_t name = begin + egg + 5;
      std::size_t name_end = name;
      while (name_end < end && is_name(text_[name_end])) ++name_end;
      return entry(name, name_end, begin, begin + egg);
    }
    const std::size_t name_end = at;
    while (at < end && is_blank(text_[at])) ++at;
    if (at < end && text_[at] == '[') {
      const std::size_t close = text_.find(']', at);
      at = close == std::string_view::npos || close >= end ? end : close + 1;
      while (at < end && is_blank(text_[at])) ++at;
    }
    const char next = at < end ? text_[at] : ';';
    const bool known = next == ';' || next == '@' || next == '=' || next == '<' || next == '>' ||
                       next == '~' || next == '!' || next == '(' || next == '-';
    if (name_end == begin || !known) {
      out_.syntax_error(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end),
                        "expected a package");
      return;
    }
    std::size_t spec_end = at;
    while (spec_end < end && text_[spec_end] != ';' && text_.substr(spec_end, 3) != " --")
      ++spec_end;
    if (next == '-') spec_end = at;
    while (spec_end > at && is_blank(text_[spec_end - 1])) --spec_end;
    entry(begin, name_end, at, spec_end);
  }

  void entry(std::size_t name, std::size_t name_end, std::size_t begin, std::size_t end) {
    out_.key(text_.substr(name, name_end - name), static_cast<std::uint32_t>(name),
             static_cast<std::uint32_t>(name_end));
    out_.scalar(Node::Kind::String, text_.substr(begin, end - begin),
                static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
  }

  std::string_view text_;
  Builder& out_;
  bool goes_on_ = false;
};

void read_into(source::FileId file, std::string_view text, ir::Module& module) {
  Builder out(file, "requirements", module.problems);
  Reader(text, out).read();
  module.documents.push_back(out.finish(static_cast<std::uint32_t>(text.size())));
}

ir::Module lower(const FileInfo& info, std::string_view text) {
  ir::Module module = document::module_of(info.file, "requirements");
  read_into(info.file, text, module);
  return module;
}

void parse_only(std::string_view text) {
  ir::Module module;
  read_into(source::FileId{0}, text, module);
}

constexpr std::string_view kFileNames[] = {"requirements.txt", "*requirements.txt",
                                           "requirements*.txt", "requirements/*.txt",
                                           "constraints.txt"};

}  // namespace

extern const Language kLanguage_requirements;
const Language kLanguage_requirements{"requirements", "requirements", {}, kFileNames, "#",
                                      lower,          parse_only};

}  // namespace privet::lang
