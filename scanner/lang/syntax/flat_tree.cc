#include "lang/syntax/flat_tree.h"

#include <unordered_map>

namespace privet::lang::syntax {

Vocabulary make_vocabulary(const TSLanguage* language, std::span<const NodeType> types,
                           std::span<const std::string_view> fields) {
  std::unordered_map<std::string_view, const NodeType*> named;
  std::unordered_map<std::string_view, const NodeType*> tokens;
  for (const NodeType& type : types) (type.is_named ? named : tokens).emplace(type.name, &type);

  Vocabulary result;
  result.language = language;
  const std::uint32_t n_symbols = ts_language_symbol_count(language);
  result.kinds.assign(n_symbols, kOtherKind);
  result.treatments.assign(n_symbols, NodeType::Treatment::Keep);
  for (std::uint32_t symbol = 0; symbol < n_symbols; ++symbol) {
    const auto id = static_cast<TSSymbol>(symbol);
    const char* name = ts_language_symbol_name(language, id);
    const bool is_named = ts_language_symbol_type(language, id) == TSSymbolTypeRegular;
    if (!is_named) result.kinds[symbol] = kTokenKind;
    if (name == nullptr) continue;
    const auto& table = is_named ? named : tokens;
    if (const auto found = table.find(name); found != table.end()) {
      result.kinds[symbol] = found->second->kind;
      result.treatments[symbol] = found->second->treatment;
    }
  }
  result.fields.assign(ts_language_field_count(language) + 1, 0);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const TSFieldId id = ts_language_field_id_for_name(
        language, fields[i].data(), static_cast<std::uint32_t>(fields[i].size()));
    if (id != 0) result.fields[id] = static_cast<std::uint8_t>(i + 1);
  }
  return result;
}

NodeIndex FlatTree::child(NodeIndex n, std::uint8_t field) const {
  if (n == kNoNode) return kNoNode;
  for (const NodeIndex child : children(n)) {
    if (nodes[child].field == field) return child;
  }
  return kNoNode;
}

NodeIndex FlatTree::child_of_kind(NodeIndex n, std::uint16_t kind) const {
  if (n == kNoNode) return kNoNode;
  for (const NodeIndex child : children(n)) {
    if (nodes[child].kind == kind) return child;
  }
  return kNoNode;
}

FlatTree flatten(const TSTree* tree, const Vocabulary& vocabulary, source::FileId file) {
  FlatTree result;
  const TSNode root = ts_tree_root_node(tree);
  result.nodes.reserve(ts_node_end_byte(root) / 6 + 16);
  std::vector<NodeIndex> open;
  std::uint32_t error_end = 0;

  TSTreeCursor cursor = ts_tree_cursor_new(root);
  bool done = false;
  while (!done) {
    const TSNode node = ts_tree_cursor_current_node(&cursor);
    const TSSymbol symbol = ts_node_symbol(node);
    const bool is_error = symbol == static_cast<TSSymbol>(-1);
    const bool is_missing = !is_error && ts_node_is_missing(node);
    const std::uint32_t begin = ts_node_start_byte(node);
    const std::uint32_t end = ts_node_end_byte(node);
    if ((is_error || is_missing) && begin >= error_end &&
        result.errors.size() < FlatTree::kMaxErrors) {
      result.errors.push_back({file, begin, end});
      error_end = end == begin ? end + 1 : end;
    }

    bool descend = false;
    const std::uint16_t kind = is_error ? kErrorKind : vocabulary.kinds[symbol];
    const auto treatment =
        is_error ? NodeType::Treatment::Keep : vocabulary.treatments[symbol];
    const bool is_root = result.nodes.empty();
    if (is_root || (!is_missing && treatment != NodeType::Treatment::Drop)) {
      const std::uint8_t field = vocabulary.fields[ts_tree_cursor_current_field_id(&cursor)];
      if (is_root || kind != kTokenKind || field != 0) {
        const auto index = static_cast<NodeIndex>(result.nodes.size());
        result.nodes.push_back({begin, end, index + 1, kind, field});
        if (is_root || treatment == NodeType::Treatment::Keep) {
          if (ts_tree_cursor_goto_first_child(&cursor)) {
            open.push_back(index);
            descend = true;
          }
        }
      }
    }
    if (descend) continue;
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (open.empty()) {
        done = true;
        break;
      }
      ts_tree_cursor_goto_parent(&cursor);
      result.nodes[open.back()].next = static_cast<NodeIndex>(result.nodes.size());
      open.pop_back();
    }
  }
  ts_tree_cursor_delete(&cursor);
  return result;
}

}  // namespace privet::lang::syntax
