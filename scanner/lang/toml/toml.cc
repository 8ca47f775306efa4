#include <tree_sitter/api.h>

#include <unordered_map>
#include <vector>

#include "lang/document/builder.h"
#include "lang/language.h"
#include "lang/syntax/tree.h"

extern "C" const TSLanguage* tree_sitter_toml();

/// TOML: tables that are written in pieces all over the file become one tree.
namespace privet::lang {
namespace {

using document::Builder;
using ir::kNone;
using ir::Name;
// `syntax::Node` is of the text, `ir::Node` of the document.

/// The tree while it grows: tables are found again by parent and key.
class Tables {
 public:
  struct Value {
    ir::Node::Kind kind = ir::Node::Kind::Map;
    Name key;
    std::string text;
    source::Span key_span;
    source::Span span;
    std::vector<std::uint32_t> children;
  };

  explicit Tables(source::Span file) {
    values_.push_back({ir::Node::Kind::Map, {}, {}, {}, file, {}});
  }

  const Value& operator[](std::uint32_t index) const { return values_[index]; }
  Value& operator[](std::uint32_t index) { return values_[index]; }

  std::uint32_t add(std::uint32_t parent, Value value) {
    const auto index = static_cast<std::uint32_t>(values_.size());
    if (values_[parent].kind == ir::Node::Kind::Map) {
      by_key_.emplace(place(parent, value.key), index);
    }
    values_[parent].children.push_back(index);
    values_.push_back(std::move(value));
    return index;
  }

  /// The table called so, made when there is none; of a list of tables, its last one.
  std::uint32_t table(std::uint32_t parent, Name key, source::Span key_span) {
    const auto found = by_key_.find(place(parent, key));
    if (found == by_key_.end()) {
      return add(parent, {ir::Node::Kind::Map, key, {}, key_span, key_span, {}});
    }
    const Value& value = values_[found->second];
    if (value.kind == ir::Node::Kind::List && !value.children.empty()) return value.children.back();
    return found->second;
  }

  std::uint32_t list(std::uint32_t parent, Name key, source::Span key_span) {
    const auto found = by_key_.find(place(parent, key));
    if (found != by_key_.end()) return found->second;
    return add(parent, {ir::Node::Kind::List, key, {}, key_span, key_span, {}});
  }

  std::size_t size() const { return values_.size(); }

  /// Into a document, parents before children, with a stack of our own.
  void write(Builder& out) const {
    struct Step {
      std::uint32_t value;
      std::size_t child;
    };
    std::vector<Step> steps;
    write_one(out, 0);
    steps.push_back({0, 0});
    while (!steps.empty()) {
      Step& step = steps.back();
      const Value& value = values_[step.value];
      if (step.child == value.children.size()) {
        out.end(value.span.end);
        steps.pop_back();
        continue;
      }
      const std::uint32_t child = value.children[step.child++];
      if (write_one(out, child)) steps.push_back({child, 0});
    }
  }

 private:
  bool write_one(Builder& out, std::uint32_t index) const {
    const Value& value = values_[index];
    if (index != 0) out.key(value.key.text(), value.key_span.begin, value.key_span.end);
    if (value.kind == ir::Node::Kind::Map || value.kind == ir::Node::Kind::List) {
      out.begin(value.kind, value.span.begin);
      return true;
    }
    out.scalar(value.kind, value.text, value.span.begin, value.span.end);
    return false;
  }

  static std::uint64_t place(std::uint32_t parent, Name key) {
    return std::uint64_t{parent} << 32 | key.index();
  }

  std::vector<Value> values_;
  std::unordered_map<std::uint64_t, std::uint32_t> by_key_;
};

struct Text {
  std::string text;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

void escape(std::string_view text, std::size_t& at, std::string& out) {
  const char c = text[at++];
  switch (c) {
    case 'n': out += '\n'; return;
    case 't': out += '\t'; return;
    case 'r': out += '\r'; return;
    case 'b': out += '\b'; return;
    case 'f': out += '\f'; return;
    case 'u': document::append_utf8(out, document::read_hex(text, at, 4)); return;
    case 'U': document::append_utf8(out, document::read_hex(text, at, 8)); return;
    case ' ':
    case '\t':
    case '\r':
    case '\n':
      // A line that goes on: the break and the blanks around it are not there.
      while (at < text.size() &&
             (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' || text[at] == '\n'))
        ++at;
      return;
    default: out += c; return;
  }
}

/// Without quotes, escapes resolved.
Text text_of(const syntax::Node& node) {
  std::string_view raw = node.text();
  Text read{{}, node.begin(), node.end()};
  if (raw.empty() || (raw[0] != '"' && raw[0] != '\'')) {
    read.text = raw;
    return read;
  }
  const char quote = raw[0];
  const std::size_t n = raw.size() >= 6 && raw[1] == quote && raw[2] == quote ? 3 : 1;
  if (raw.size() < 2 * n) return read;
  raw = raw.substr(n, raw.size() - 2 * n);
  read.begin += static_cast<std::uint32_t>(n);
  read.end -= static_cast<std::uint32_t>(n);
  if (n == 3 && raw.substr(0, 1) == "\n") raw.remove_prefix(1);
  if (n == 3 && raw.substr(0, 2) == "\r\n") raw.remove_prefix(2);
  if (quote == '\'') {
    read.text = raw;
    return read;
  }
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] == '\\' && at + 1 < raw.size()) {
      escape(raw, ++at, read.text);
    } else {
      read.text += raw[at++];
    }
  }
  return read;
}

class Reader {
 public:
  Reader(source::FileId file, std::string_view text, Builder& out)
      : file_(file),
        out_(out),
        tables_(source::Span{file, 0, static_cast<std::uint32_t>(text.size())}) {}

  void read(const syntax::Node& root) {
    syntax::for_each_child(root, [&](const syntax::Node& child, std::string_view) {
      const auto type = child.type();
      if (type == "table" || type == "table_array_element") {
        table(child, type == "table_array_element");
      } else {
        pair_or_error(child, 0, 0);
      }
    });
    tables_.write(out_);
  }

 private:
  struct Key {
    Name name;
    source::Span span;
  };

  source::Span span(const Text& text) const { return {file_, text.begin, text.end}; }

  /// The parts of a dotted key; the grammar nests them to the left.
  std::vector<Key> keys_of(const syntax::Node& node) const {
    std::vector<Key> keys;
    std::vector<syntax::Node> pending{node};
    while (!pending.empty() && keys.size() <= document::kMaxDepth) {
      const syntax::Node at = pending.back();
      pending.pop_back();
      if (at.type() != "dotted_key") {
        const Text text = text_of(at);
        keys.push_back({Name::of(text.text), span(text)});
        continue;
      }
      std::vector<syntax::Node> parts;
      syntax::for_each_child(at, [&](const syntax::Node& child, std::string_view) {
        if (child.is_named() && !child.is_error()) parts.push_back(child);
      });
      pending.insert(pending.end(), parts.rbegin(), parts.rend());
    }
    return keys;
  }

  static bool is_key(const syntax::Node& node) {
    const auto type = node.type();
    return type == "bare_key" || type == "quoted_key" || type == "dotted_key";
  }

  void table(const syntax::Node& node, bool is_list) {
    std::uint32_t current = 0;
    bool has_key = false;
    syntax::for_each_child(node, [&](const syntax::Node& child, std::string_view) {
      if (has_key || !is_key(child)) return pair_or_error(child, current, 0);
      has_key = true;
      const std::vector<Key> keys = keys_of(child);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const bool last = i + 1 == keys.size();
        if (!last || !is_list) {
          current = tables_.table(current, keys[i].name, keys[i].span);
          continue;
        }
        const std::uint32_t list = tables_.list(current, keys[i].name, keys[i].span);
        current = list;
        if (tables_[list].kind == ir::Node::Kind::List) {
          current = tables_.add(list, {ir::Node::Kind::Map, {}, {}, {}, node.span(file_), {}});
        }
      }
      if (tables_[current].kind == ir::Node::Kind::Map) tables_[current].span = node.span(file_);
    });
  }

  void pair_or_error(const syntax::Node& node, std::uint32_t table, int depth) {
    if (node.is_error()) {
      out_.syntax_error(node.begin(), node.end(), "not understood");
      return;
    }
    if (node.type() != "pair") return;
    std::vector<Key> keys;
    bool has_value = false;
    syntax::for_each_child(node, [&](const syntax::Node& child, std::string_view) {
      if (!child.is_named() || child.type() == "comment") return;
      if (child.is_error()) {
        out_.syntax_error(child.begin(), child.end(), "not understood");
      } else if (keys.empty() && is_key(child)) {
        keys = keys_of(child);
      } else if (!keys.empty() && !has_value) {
        has_value = true;
        for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
          table = tables_.table(table, keys[i].name, keys[i].span);
        }
        if (tables_[table].kind == ir::Node::Kind::Map) value(child, table, keys.back(), depth);
      }
    });
  }

  void value(const syntax::Node& node, std::uint32_t parent, const Key& key, int depth) {
    Tables::Value made;
    made.key = key.name;
    made.key_span = key.span;
    made.span = node.span(file_);
    const auto type = node.type();
    if (type == "array" || type == "inline_table") {
      made.kind = type == "array" ? ir::Node::Kind::List : ir::Node::Kind::Map;
      const std::uint32_t index = tables_.add(parent, std::move(made));
      if (depth >= syntax::kMaxDepth) {
        // The builder says that this is too deep when it gets there; here the walk only stops.
        out_.syntax_error(node.begin(), node.end(), "values nest too deep");
        return;
      }
      syntax::for_each_child(node, [&](const syntax::Node& child, std::string_view) {
        if (!child.is_named() || child.type() == "comment") return;
        if (child.is_error() || child.type() == "pair")
          return pair_or_error(child, index, depth + 1);
        value(child, index, Key{}, depth + 1);
      });
      return;
    }
    if (type == "string") {
      Text text = text_of(node);
      made.kind = ir::Node::Kind::String;
      made.span = span(text);
      made.text = std::move(text.text);
    } else {
      made.kind = type == "boolean"                      ? ir::Node::Kind::Boolean
                  : type == "integer" || type == "float" ? ir::Node::Kind::Number
                                                         : ir::Node::Kind::String;
      made.text = node.text();
    }
    tables_.add(parent, std::move(made));
  }

  source::FileId file_;
  Builder& out_;
  Tables tables_;
};

ir::Module lower(const FileInfo& info, std::string_view text) {
  ir::Module module = document::module_of(info.file, "toml");
  const syntax::TreePtr tree = syntax::parse(tree_sitter_toml(), text);
  if (!tree) {
    module.problems.push_back({source::ProblemCode::ParseStopped,
                               {info.file, 0, static_cast<std::uint32_t>(text.size())},
                               "the parser used up its steps"});
    return module;
  }
  const syntax::Node root(ts_tree_root_node(tree.get()), text);
  if (root.named_child_count() == 0) return module;
  Builder out(info.file, "toml", module.problems);
  Reader(info.file, text, out).read(root);
  module.documents.push_back(out.finish(static_cast<std::uint32_t>(text.size())));
  return module;
}

void parse_only(std::string_view text) { syntax::parse(tree_sitter_toml(), text); }

constexpr std::string_view kExtensions[] = {".toml"};
constexpr std::string_view kFileNames[] = {"Pipfile"};

}  // namespace

extern const Language kLanguage_toml;
const Language kLanguage_toml{"toml", "toml", kExtensions, kFileNames, "#", lower, parse_only};

}  // namespace privet::lang
