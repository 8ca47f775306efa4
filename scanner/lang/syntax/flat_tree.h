#pragma once

#include <tree_sitter/api.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "source/span.h"

/// A syntax tree as one array in source order, made by a single walk of tree-sitter's tree. A
/// frontend then dispatches on small numbers and finds children by index, which costs a fraction of
/// asking tree-sitter node by node. Knows no language: a Vocabulary says which node types matter.
namespace privet::lang::syntax {

/// Index into FlatTree::nodes.
using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = 0xFFFFFFFFu;

/// Kinds every language has; its own begin at kFirstKind.
inline constexpr std::uint16_t kOtherKind = 0;  ///< a named node the language does not list
inline constexpr std::uint16_t kTokenKind = 1;  ///< an unlisted token; kept when it has a field
inline constexpr std::uint16_t kErrorKind = 2;  ///< what the parser did not understand
inline constexpr std::uint16_t kFirstKind = 3;

/// One node type of a grammar.
struct NodeType {
  enum class Treatment : std::uint8_t {
    Keep,    ///< with its children
    Opaque,  ///< without its children
    Drop,    ///< neither it nor its children: comments, punctuation
  };

  std::string_view name;
  std::uint16_t kind = kOtherKind;
  bool is_named = true;  ///< false: a token spelled `name`
  Treatment treatment = Treatment::Keep;
};

/// The node types and fields of one grammar, looked up once per process.
struct Vocabulary {
  const TSLanguage* language = nullptr;
  std::vector<std::uint16_t> kinds;                ///< by TSSymbol
  std::vector<NodeType::Treatment> treatments;     ///< by TSSymbol
  std::vector<std::uint8_t> fields;                ///< by TSFieldId; 0: none of ours
};

/// `fields[i]` gets the number i + 1. Several types may share a kind.
Vocabulary make_vocabulary(const TSLanguage* language, std::span<const NodeType> types,
                           std::span<const std::string_view> fields);

struct FlatNode {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  NodeIndex next = 0;         ///< one past the subtree: the next sibling, or where the parent ends
  std::uint16_t kind = kOtherKind;
  std::uint8_t field = 0;
};

/// The children of a node, for range-for: `for (NodeIndex child : tree.children(n))`.
class Children {
 public:
  class Iterator {
   public:
    Iterator(const FlatNode* nodes, NodeIndex at) : nodes_(nodes), at_(at) {}
    NodeIndex operator*() const { return at_; }
    Iterator& operator++() {
      at_ = nodes_[at_].next;
      return *this;
    }
    friend bool operator!=(const Iterator& a, const Iterator& b) { return a.at_ != b.at_; }

   private:
    const FlatNode* nodes_;
    NodeIndex at_;
  };

  Children(const FlatNode* nodes, NodeIndex first, NodeIndex end)
      : nodes_(nodes), first_(first), end_(end) {}
  Iterator begin() const { return {nodes_, first_}; }
  Iterator end() const { return {nodes_, end_}; }

 private:
  const FlatNode* nodes_;
  NodeIndex first_;
  NodeIndex end_;
};

struct FlatTree {
  std::vector<FlatNode> nodes;  ///< pre-order; node 0 is the root
  /// Places the parser did not understand or where it supposed a missing token, outermost ones, in
  /// order; at most kMaxErrors of them.
  std::vector<source::Span> errors;
  static constexpr std::size_t kMaxErrors = 10;

  Children children(NodeIndex n) const { return {nodes.data(), n + 1, nodes[n].next}; }
  /// The first child in `field`; kNoNode when there is none or `n` is kNoNode. O(children).
  NodeIndex child(NodeIndex n, std::uint8_t field) const;
  /// The first child of `kind`, else kNoNode. O(children).
  NodeIndex child_of_kind(NodeIndex n, std::uint16_t kind) const;
};

/// O(nodes), without recursion. Missing tokens are left out.
FlatTree flatten(const TSTree* tree, const Vocabulary& vocabulary, source::FileId file);

}  // namespace privet::lang::syntax
