#include "lang/python/lowerer.h"

#include <algorithm>

namespace privet::lang::python {
namespace {

constexpr std::size_t kMaxErrorProblems = 10;
constexpr int kMaxUnknownProblems = 10;
// Names looked for below a node that is too deep.
constexpr std::size_t kMaxDeepNodes = 256;
constexpr std::size_t kMaxDeepNames = 16;

/// Owns a cursor for one walk.
struct Cursor {
  explicit Cursor(const Node& node) : cursor(ts_tree_cursor_new(node.raw())) {}
  ~Cursor() { ts_tree_cursor_delete(&cursor); }
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  TSNode node() const { return ts_tree_cursor_current_node(&cursor); }
  bool down() { return ts_tree_cursor_goto_first_child(&cursor); }
  /// To the next node that is not below this one; false at the end.
  bool next() {
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) return false;
    }
    return true;
  }

  TSTreeCursor cursor;
};

}  // namespace

Lowerer::Lowerer(source::FileId file, std::string_view text)
    : b_(file, Name::of("python")), file_(file), text_(text) {
  pool_.reserve(256);
  has_walrus_ = text.find(":=") != std::string_view::npos;
  finally_budget_ = 4 * text.size() + 65536;
}

ir::Module Lowerer::lower(const Node& root) && {
  b_.module().exports_every_local = true;
  b_.function().span = span(0, static_cast<std::uint32_t>(text_.size()));
  if (!root) {
    b_.problem(source::ProblemCode::ParseStopped, b_.function().span,
               "the parser used up its steps on this file");
    return std::move(b_).finish();
  }
  cursor_ = ts_tree_cursor_new(root.raw());
  has_errors_ = ts_node_has_error(root.raw());
  if (has_errors_) report_errors(root);
  hoist(root);
  block(root);
  if (state().generator != kNone) finish_function();  // `yield` outside a function: broken code
  ts_tree_cursor_delete(&cursor_);
  return std::move(b_).finish();
}

Node Lowerer::Kids::first(Kind kind) const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (pool_[begin_ + i].kind == kind) return pool_[begin_ + i].node;
  }
  return {};
}

Node Lowerer::Kids::by(TSFieldId field) const {
  for (std::size_t i = 0; i < size_; ++i) {
    if (pool_[begin_ + i].field == field) return pool_[begin_ + i].node;
  }
  return {};
}

Lowerer::Kids Lowerer::kids(const Node& node, bool with_tokens) {
  const std::size_t begin = pool_.size();
  ts_tree_cursor_reset(&cursor_, node.raw());
  if (ts_tree_cursor_goto_first_child(&cursor_)) {
    do {
      Kid kid;
      kid.node = Node(ts_tree_cursor_current_node(&cursor_), text_);
      kid.kind = kind_of(kid.node.symbol());
      if (kid.kind == Kind::Comment || kid.kind == Kind::LineContinuation) continue;
      kid.field = ts_tree_cursor_current_field_id(&cursor_);
      if (kid.kind == Kind::Token && !with_tokens && kid.field == 0) continue;
      pool_.push_back(kid);
    } while (ts_tree_cursor_goto_next_sibling(&cursor_));
  }
  return {pool_, begin};
}

LocalIndex Lowerer::give_up(const Node& node) {
  if (!reported_depth_) {
    reported_depth_ = true;
    b_.problem(source::ProblemCode::TooDeep, span(node),
               "nested more deeply than " + std::to_string(syntax::kMaxDepth) +
                   " levels; the inner part was not understood");
  }
  std::vector<LocalIndex> operands;
  Cursor cursor(node);
  for (std::size_t seen = 0; seen < kMaxDeepNodes && operands.size() < kMaxDeepNames; ++seen) {
    const Node inner(cursor.node(), text_);
    if (kind_of(inner) == Kind::Identifier && inner.begin() < inner.end()) {
      operands.push_back(read(inner));
    }
    if (!cursor.down() && !cursor.next()) break;
  }
  return b_.unknown(operands, span(node));
}

void Lowerer::report_errors(const Node& root) {
  std::size_t n_reported = 0;
  Cursor cursor(root);
  bool more = true;
  while (more && n_reported < kMaxErrorProblems) {
    const Node node(cursor.node(), text_);
    if (node.is_error()) {
      ++n_reported;
      b_.problem(source::ProblemCode::SyntaxError, span(node),
                 ts_node_is_missing(node.raw())
                     ? std::string("`") + std::string(node.type()) + "` is missing here"
                     : "this is not understood as Python");
      more = cursor.next();
    } else if (ts_node_has_error(node.raw())) {
      more = cursor.down() || cursor.next();
    } else {
      more = cursor.next();
    }
  }
}

void Lowerer::unknown_syntax(const Node& node) {
  if (++n_unknown_ > kMaxUnknownProblems) return;
  b_.problem(source::ProblemCode::UnknownSyntax, span(node),
             "`" + std::string(node.type()) + "` is not known here");
}

}  // namespace privet::lang::python
