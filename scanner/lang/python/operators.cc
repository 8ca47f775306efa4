// Operators and conditions. Chains lean to the left and may be long: loops, not recursion.

#include "lang/python/lowerer.h"

namespace privet::lang::python {

using ir::BlockIndex;
using ir::value_operand;

LocalIndex Lowerer::binary_operator(const Node& node) {
  std::vector<Node> links;
  Node base = node;
  while (kind_of(base) == Kind::BinaryOperator) {
    const Node left = child_by(base, f_.left);
    if (!left) break;
    links.push_back(base);
    base = left;
  }
  if (links.empty()) return unknown_of_children(node);
  std::size_t i = links.size();
  LocalIndex value = kNone;
  Node literal = base;
  Kind literal_kind = kind_of(base);
  while (literal_kind == Kind::Parenthesized) {
    literal = Node(ts_node_named_child(literal.raw(), 0), text_);
    literal_kind = kind_of(literal);
  }
  if ((literal_kind == Kind::String || literal_kind == Kind::ConcatenatedString)) {
    const Node op = child_by(links[i - 1], f_.op);
    if (op && op.text() == "%") {
      value = percent_template(links[i - 1], literal, child_by(links[i - 1], f_.right));
      --i;
    }
  }
  if (value == kNone) value = expression(base);
  std::uint32_t left_end = base.end();
  while (i > 0) {
    const Node& link = links[--i];
    const Node op = child_by(link, f_.op);
    const Node right = child_by(link, f_.right);
    const LocalIndex right_value = expression(right);
    value = b_.operate(op ? op.text() : "+",
                       {value_operand(value, span(link.begin(), left_end)),
                        value_operand(right_value, right ? span(right) : span(link))},
                       span(link));
    left_end = link.end();
  }
  return value;
}

LocalIndex Lowerer::percent_template(const Node& node, const Node& literal, const Node& values) {
  std::vector<Operand> operands{value_operand(expression(literal), span(literal))};
  Node inner = values;
  Kind kind = kind_of(inner);
  while (kind == Kind::Parenthesized) {
    inner = Node(ts_node_named_child(inner.raw(), 0), text_);
    kind = kind_of(inner);
  }
  if (kind == Kind::Tuple) {
    elements(inner, operands);
  } else if (kind == Kind::Dictionary) {
    const Kids children = kids(inner);
    for (std::size_t i = 0; i < children.size(); ++i) {
      const Kid kid = children[i];
      if (kid.kind == Kind::Pair) {
        entry(kid.node, operands);
      } else {
        element(kid.node, kid.kind, operands);
      }
    }
  } else {
    operands.push_back(value_operand(expression(inner, kind), inner ? span(inner) : span(node)));
  }
  return b_.operate("template", operands, span(node));
}

LocalIndex Lowerer::boolean_operator(const Node& node) {
  const std::string_view op = child_by(node, f_.op) ? child_by(node, f_.op).text() : "and";
  std::vector<Node> operands;
  Node left = node;
  while (kind_of(left) == Kind::BooleanOperator) {
    const Node its_op = child_by(left, f_.op);
    if (!its_op || its_op.text() != op) break;
    operands.push_back(child_by(left, f_.right));
    left = child_by(left, f_.left);
  }
  operands.push_back(left);
  const LocalIndex result = b_.temporary();
  const BlockIndex after = b_.new_block();
  for (std::size_t i = operands.size(); i-- > 0;) {
    const LocalIndex value = expression(operands[i]);
    const Span where = operands[i] ? span(operands[i]) : span(node);
    b_.copy(result, value, where);
    if (i == 0) break;
    const BlockIndex next = b_.new_block();
    if (op == "and") {
      b_.branch(value, next, after, where);
    } else {
      b_.branch(value, after, next, where);
    }
    b_.set_block(next);
  }
  b_.jump(after);
  b_.set_block(after);
  return result;
}

LocalIndex Lowerer::comparison(const Node& node) {
  const Kids parts = kids(node);
  if (parts.size() == 3 && parts[1].field == f_.operators) {
    const LocalIndex left = expression(parts[0].node, parts[0].kind);
    const LocalIndex right = expression(parts[2].node, parts[2].kind);
    return b_.operate(parts[1].node.type(),
                      {value_operand(left, span(parts[0].node)),
                       value_operand(right, span(parts[2].node))},
                      span(node));
  }
  const LocalIndex result = b_.temporary();
  const BlockIndex after = b_.new_block();
  comparison_steps(node, result, after, after);
  b_.set_block(after);
  return result;
}

void Lowerer::comparison_steps(const Node& node, LocalIndex into, BlockIndex yes, BlockIndex no) {
  // `a < b < c` is `a < b and b < c` with b computed once.
  const Kids parts = kids(node);
  LocalIndex left = kNone;
  Span left_span = span(node);
  std::string_view op;
  std::size_t n_values = 0;
  LocalIndex last = kNone;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    if (part.field == f_.operators) {
      op = part.node.type();
      continue;
    }
    const LocalIndex value = expression(part.node, part.kind);
    if (++n_values > 1) {
      last = b_.operate(op, {value_operand(left, left_span), value_operand(value, span(part.node))},
                        span(left_span.begin, part.node.end()));
      if (into != kNone) b_.copy(into, last, span(node));
      if (i + 1 < parts.size()) {
        const BlockIndex next = b_.new_block();
        b_.branch(last, next, no, span(node));
        b_.set_block(next);
      }
    }
    left = value;
    left_span = span(part.node);
  }
  if (last == kNone) last = left != kNone ? left : b_.unknown({}, span(node));
  if (yes == no) {
    b_.jump(yes);
  } else {
    b_.branch(last, yes, no, span(node));
  }
}

LocalIndex Lowerer::conditional(const Node& node) {
  const Kids parts = kids(node);
  if (parts.size() != 3) return unknown_of_children(node);
  const LocalIndex result = b_.temporary();
  const BlockIndex yes = b_.new_block();
  const BlockIndex no = b_.new_block();
  const BlockIndex after = b_.new_block();
  condition(parts[1].node, yes, no);
  b_.set_block(yes);
  b_.copy(result, expression(parts[0].node, parts[0].kind), span(parts[0].node));
  b_.jump(after);
  b_.set_block(no);
  b_.copy(result, expression(parts[2].node, parts[2].kind), span(parts[2].node));
  b_.jump(after);
  b_.set_block(after);
  return result;
}

void Lowerer::condition(const Node& node, BlockIndex yes, BlockIndex no) {
  const Deeper deeper(depth_);
  const Kind kind = kind_of(node);
  if (!node || too_deep()) {
    b_.branch(node ? give_up(node) : b_.unknown({}, span(0, 0)), yes, no,
              node ? span(node) : span(0, 0));
    return;
  }
  switch (kind) {
    case Kind::Parenthesized: {
      const Kids inner = kids(node);
      if (inner.size() == 1) return condition(inner[0].node, yes, no);
      break;
    }
    case Kind::NotOperator: return condition(child_by(node, f_.argument), no, yes);
    case Kind::BooleanOperator: {
      const Node first_op = child_by(node, f_.op);
      if (!first_op) break;
      const bool is_and = first_op.text() == "and";
      std::vector<Node> operands;
      Node left = node;
      while (kind_of(left) == Kind::BooleanOperator) {
        const Node op = child_by(left, f_.op);
        if (!op || (op.text() == "and") != is_and) break;
        operands.push_back(child_by(left, f_.right));
        left = child_by(left, f_.left);
      }
      operands.push_back(left);
      for (std::size_t i = operands.size(); i-- > 1;) {
        const BlockIndex next = b_.new_block();
        if (is_and) {
          condition(operands[i], next, no);
        } else {
          condition(operands[i], yes, next);
        }
        b_.set_block(next);
      }
      return condition(operands[0], yes, no);
    }
    case Kind::ComparisonOperator:
      return comparison_steps(node, kNone, yes, no);
    default: break;
  }
  const LocalIndex value = expression(node, kind);
  b_.branch(value, yes, no, span(node));
}

}  // namespace privet::lang::python
