#pragma once

#include <tree_sitter/api.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "source/problem.h"
#include "source/span.h"

/// Parsing with tree-sitter under bounds. Shared by the language folders; knows no language.
namespace privet::lang::syntax {

/// Nesting beyond which lowering gives up on the inner part. Lowering may recurse this deep.
inline constexpr int kMaxDepth = 400;

struct TreeDeleter {
  void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};
using TreePtr = std::unique_ptr<TSTree, TreeDeleter>;

/// Parses `text` on this thread's parser. The parser is stopped after a number of progress calls
/// that is proportional to the text, never after a time; a stopped parse gives null.
TreePtr parse(const TSLanguage* language, std::string_view text);

/// A node with what lowering asks of it all the time. Cheap to copy (a TSNode and the text).
class Node {
 public:
  Node() = default;
  Node(TSNode node, std::string_view text) : node_(node), text_(text) {}

  explicit operator bool() const { return node_.id != nullptr && !ts_node_is_null(node_); }
  TSSymbol symbol() const { return ts_node_symbol(node_); }
  std::string_view type() const { return ts_node_type(node_); }
  bool is(std::string_view type_name) const { return *this && type() == type_name; }
  bool is_named() const { return ts_node_is_named(node_); }
  bool is_error() const { return ts_node_is_error(node_) || ts_node_is_missing(node_); }
  std::uint32_t begin() const { return ts_node_start_byte(node_); }
  std::uint32_t end() const { return ts_node_end_byte(node_); }
  source::Span span(source::FileId file) const { return {file, begin(), end()}; }
  std::string_view text() const { return text_.substr(begin(), end() - begin()); }

  Node field(std::string_view name) const {
    return {ts_node_child_by_field_name(node_, name.data(),
                                        static_cast<std::uint32_t>(name.size())),
            text_};
  }
  /// Children by index cost O(index); walk them with `children` below.
  std::uint32_t child_count() const { return ts_node_child_count(node_); }
  std::uint32_t named_child_count() const { return ts_node_named_child_count(node_); }
  Node named_child(std::uint32_t i) const { return {ts_node_named_child(node_, i), text_}; }
  TSNode raw() const { return node_; }
  std::string_view source() const { return text_; }

 private:
  TSNode node_{};
  std::string_view text_;
};

/// Calls `visit(child, field_name)` for each child in order, comments and extras included;
/// `field_name` is empty for a child without one. Linear in the number of children.
template <class Visit>
void for_each_child(const Node& node, Visit visit) {
  TSTreeCursor cursor = ts_tree_cursor_new(node.raw());
  if (ts_tree_cursor_goto_first_child(&cursor)) {
    do {
      const char* field = ts_tree_cursor_current_field_name(&cursor);
      visit(Node(ts_tree_cursor_current_node(&cursor), node.source()),
            field == nullptr ? std::string_view{} : std::string_view{field});
    } while (ts_tree_cursor_goto_next_sibling(&cursor));
  }
  ts_tree_cursor_delete(&cursor);
}

}  // namespace privet::lang::syntax
