// Comprehensions, lambdas, generators.

#include "lang/python/lowerer.h"

namespace privet::lang::python {

using ir::BlockIndex;
using ir::ContainerKind;
using ir::value_operand;

LocalIndex Lowerer::comprehension(const Node& node, Kind kind) {
  const Kids parts = kids(node);
  const Node body = parts.by(f_.body);
  if (!body) return unknown_of_children(node);
  const ContainerKind container = kind == Kind::SetComprehension          ? ContainerKind::Set
                                  : kind == Kind::DictionaryComprehension ? ContainerKind::Object
                                                                          : ContainerKind::List;
  const LocalIndex result = b_.construct(container, {}, span(node));
  const BlockIndex after = b_.new_block();
  b_.begin_scope();
  std::size_t first = 0;
  while (first < parts.size() && parts[first].kind != Kind::ForInClause) ++first;
  comprehension_clauses(parts, first, body, result, kind, after);
  b_.end_scope();
  b_.set_block(after);
  return result;
}

void Lowerer::comprehension_clauses(const Kids& children, std::size_t i, const Node& body,
                                    LocalIndex result, Kind kind, BlockIndex after) {
  // From the outer loop to the inner one; `next` is where a failed condition or the end of the
  // inner loop goes: to the head of the loop around it.
  BlockIndex next = after;
  for (; i < children.size(); ++i) {
    const Kid clause = children[i];
    const Kids parts = kids(clause.node);
    if (clause.kind == Kind::IfClause) {
      if (parts.empty()) continue;
      const BlockIndex passes = b_.new_block();
      condition(parts[0].node, passes, next);
      b_.set_block(passes);
      continue;
    }
    if (clause.kind != Kind::ForInClause) continue;
    const Node left = parts.by(f_.left);
    const Node right = parts.by(f_.right);
    if (!left || !right) continue;
    const LocalIndex iterable = expression(right);
    const BlockIndex head = b_.new_block();
    const BlockIndex inside = b_.new_block();
    b_.jump(head);
    b_.set_block(head);
    const LocalIndex more =
        b_.operate("has-next", {value_operand(iterable, span(right))}, span(right));
    b_.branch(more, inside, next, span(right));
    b_.set_block(inside);
    const LocalIndex item = b_.load(iterable, ir::any_element(), span(right), span(right));
    declare_targets(left);
    assign(left, kind_of(left), item, span(left.begin(), right.end()));
    next = head;
  }
  const Span where = span(body);
  if (kind == Kind::DictionaryComprehension) {
    const Node key = child_by(body, f_.key);
    const Node value = child_by(body, f_.value);
    const Name name = constant_key(key, kind_of(key));
    const LocalIndex key_value = name.empty() ? expression(key) : kNone;
    const LocalIndex result_value = expression(value);
    if (name.empty()) {
      b_.store_computed(result, key_value, result_value, where);
    } else {
      b_.store(result, name, result_value, where, span(key));
    }
  } else {
    b_.store(result, ir::any_element(), expression(body), where, where);
  }
  b_.jump(next);
}

void Lowerer::declare_targets(const Node& target) {
  const Deeper deeper(depth_);
  if (too_deep()) return;
  switch (kind_of(target)) {
    case Kind::Identifier:
      b_.declare(name_of(target), span(target));
      return;
    case Kind::PatternList:
    case Kind::TuplePattern:
    case Kind::ListPattern:
    case Kind::ListSplatPattern: {
      const Kids children = kids(target);
      for (std::size_t i = 0; i < children.size(); ++i) declare_targets(children[i].node);
      return;
    }
    default: return;
  }
}

LocalIndex Lowerer::lambda(const Node& node, Name name) {
  const Deeper deeper(depth_);
  if (too_deep()) return give_up(node);
  const Node list = child_by(node, f_.parameters);
  const Node body = child_by(node, f_.body);
  const std::vector<ParameterDraft> drafts =
      list ? parameters(list) : std::vector<ParameterDraft>{};
  const Span head = span(node.begin(), node.begin() + 6);
  const ir::FunctionIndex index = b_.begin_function(name, span(node), head);
  states_.emplace_back();
  declare_parameters(drafts);
  if (has_walrus_ && body) hoist(node);
  if (body) {
    const LocalIndex value = expression(body);
    b_.return_value(value, span(body));
  }
  finish_function();
  states_.pop_back();
  b_.end_function();
  return b_.closure(index, span(node));
}

LocalIndex Lowerer::yield(const Node& node) {
  const Kids parts = kids(node, /*with_tokens=*/true);
  bool is_from = false;
  std::vector<Kid> values;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].kind == Kind::Token) {
      if (parts[i].node.type() == "from") is_from = true;
      continue;
    }
    values.push_back(parts[i]);
  }
  LocalIndex value = kNone;
  if (values.size() == 1) {
    value = expression(values[0].node, values[0].kind);
  } else if (!values.empty()) {
    value = unknown_of_children(node);
  }
  if (state().generator == kNone) state().generator = b_.temporary();
  const LocalIndex generator = state().generator;
  if (value != kNone) {
    const Span where = span(values[0].node);
    if (is_from) value = b_.load(value, ir::any_element(), where, where);
    b_.store(generator, ir::any_element(), value, span(node), where);
  }
  // What the caller sends in.
  return b_.operate("sent", {}, span(node));
}

}  // namespace privet::lang::python
