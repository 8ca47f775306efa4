#include "ir/access_path.h"

#include <algorithm>
#include <charconv>

namespace privet::ir {
namespace {

// A field or keyword that needs no backquotes.
bool is_plain(std::string_view name) {
  return !name.empty() && name.find_first_of("`.|()\\ \t\r\n") == std::string_view::npos;
}

void append_name(std::string& out, std::string_view name) {
  if (is_plain(name)) {
    out += name;
    return;
  }
  out += '`';
  for (const char c : name) {
    if (c == '`' || c == '\\') out += '\\';
    out += c;
  }
  out += '`';
}

/// Reads the text form from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }
  bool eat(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  std::optional<Name> name() {
    std::string out;
    if (eat("`")) {
      while (!at_end() && text_[at_] != '`') {
        if (text_[at_] == '\\') ++at_;
        if (at_end()) return std::nullopt;
        out += text_[at_++];
      }
      if (!eat("`")) return std::nullopt;
      return Name::of(out);
    }
    while (!at_end() && is_plain(text_.substr(at_, 1))) out += text_[at_++];
    if (out.empty()) return std::nullopt;
    return Name::of(out);
  }

  std::optional<std::int32_t> number() {
    std::int32_t value = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc{}) return std::nullopt;
    at_ += static_cast<std::size_t>(end - begin);
    return value;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// A number too large to be one.
bool starts_with_digit(std::string_view name) {
  return !name.empty() && ((name.front() >= '0' && name.front() <= '9') || name.front() == '-');
}

bool read_argument(Reader& reader, AccessPath& path) {
  path.root = AccessPath::Root::Argument;
  path.index = -1;
  bool has_index = false;
  do {
    if (const auto number = reader.number(); number) {
      if (has_index) return false;
      has_index = true;
      path.index = *number;
      path.and_after = reader.eat("..");
    } else if (const auto name = reader.name();
               name && path.keyword.empty() && !starts_with_digit(name->text())) {
      path.keyword = *name;
    } else {
      return false;
    }
  } while (reader.eat("|"));
  // A position from the end beside a keyword would read as "by keyword only".
  if (has_index && !path.keyword.empty() && path.index < 0) return false;
  return reader.eat(")");
}

}  // namespace

Name any_element() {
  static const Name name = Name::of("*");
  return name;
}

std::optional<AccessPath> AccessPath::parse(std::string_view text) {
  Reader reader(text);
  AccessPath path;
  if (reader.eat("arg(")) {
    if (!read_argument(reader, path)) return std::nullopt;
  } else if (reader.eat("capture(")) {
    const auto index = reader.number();
    if (!index || *index < 0 || !reader.eat(")")) return std::nullopt;
    path.root = Root::Capture;
    path.index = *index;
  } else if (reader.eat("this")) {
    path.root = Root::Receiver;
  } else if (reader.eat("return")) {
    path.root = Root::Return;
  } else if (reader.eat("callee")) {
    path.root = Root::Callee;
  } else {
    return std::nullopt;
  }
  while (reader.eat(".")) {
    const auto field = reader.name();
    if (!field) return std::nullopt;
    if (path.fields.size() < kMaxDepth) path.fields.push_back(*field);
  }
  if (!reader.at_end()) return std::nullopt;
  return path;
}

std::string AccessPath::text() const {
  std::string out;
  switch (root) {
    case Root::Argument:
      out = "arg(";
      if (keyword.empty() || index >= 0) {
        out += std::to_string(index);
        if (and_after) out += "..";
        if (!keyword.empty()) out += '|';
      }
      if (!keyword.empty()) append_name(out, keyword.text());
      out += ')';
      break;
    case Root::Receiver: out = "this"; break;
    case Root::Return: out = "return"; break;
    case Root::Callee: out = "callee"; break;
    case Root::Capture: out = "capture(" + std::to_string(index) + ")"; break;
  }
  for (const Name field : fields) {
    out += '.';
    append_name(out, field.text());
  }
  return out;
}

}  // namespace privet::ir
