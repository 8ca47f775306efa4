#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::Operand;

/// A tag is a component when it has a dot or begins with a capital; others are plain tags.
LocalIndex Lowering::jsx(NodeIndex n) {
  const NodeIndex open = kind(n) == Kind::JsxElement ? child(n, Field::OpenTag) : n;
  const NodeIndex tag_node = open == kNoNode ? kNoNode : child(open, Field::Name);
  LocalIndex component = kNone;
  std::string tag;
  if (tag_node != kNoNode) {
    tag = dotted(tag_node);
    if (tag.empty()) tag = std::string(text(tag_node));
    const bool is_component = kind(tag_node) == Kind::MemberExpression ||
                              (kind(tag_node) == Kind::Identifier &&
                               !(tag.front() >= 'a' && tag.front() <= 'z'));
    if (is_component) component = expression(tag_node);
  }
  std::vector<Operand> operands;
  if (open != kNoNode) {
    for (const NodeIndex attribute : children(open)) {
      if (field_of(attribute) == Field::Attribute) jsx_attribute(attribute, operands);
    }
  }
  if (kind(n) == Kind::JsxElement) {
    const std::vector<Operand> inside = jsx_children(n);
    if (!inside.empty()) {
      Operand operand;
      operand.kind = Operand::Kind::Keyed;
      operand.name = Name::of("children");
      operand.span = {file_, inside.front().span.begin, inside.back().span.end};
      operand.value = builder_.construct(ir::ContainerKind::List, inside, operand.span);
      operands.push_back(operand);
    }
  }
  return builder_.element(component, Name::of(tag), operands, span(n));
}

void Lowering::jsx_attribute(NodeIndex n, std::vector<Operand>& operands) {
  Operand operand;
  operand.span = span(n);
  if (kind(n) != Kind::JsxAttribute) {  // {...props}
    operand.kind = Operand::Kind::Spread;
    operand.value = expression(n);
    operands.push_back(operand);
    return;
  }
  NodeIndex value = kNoNode;
  bool seen_name = false;
  for (const NodeIndex part : children(n)) {
    if (!seen_name) {
      operand.name = name(part);
      seen_name = true;
    } else if (!is_token(kind(part))) {
      value = part;
    }
  }
  operand.kind = Operand::Kind::Keyed;
  operand.value = value == kNoNode
                      ? builder_.literal(ir::LiteralKind::Boolean, "true", span(n))
                      : named_expression(kind(value) == Kind::JsxExpression &&
                                                 first_operand(value) != kNoNode
                                             ? first_operand(value)
                                             : value,
                                         operand.name, span(n));
  operands.push_back(operand);
}

std::vector<Operand> Lowering::jsx_children(NodeIndex n) {
  std::vector<Operand> result;
  for (const NodeIndex part : children(n)) {
    if (field_of(part) == Field::OpenTag) continue;
    switch (kind(part)) {
      case Kind::JsxText: {
        std::string_view written = text(part);
        const auto first = written.find_first_not_of(" \t\r\n");
        if (first == std::string_view::npos) break;
        const auto last = written.find_last_not_of(" \t\r\n");
        const Span where{file_, node(part).begin + static_cast<std::uint32_t>(first),
                         node(part).begin + static_cast<std::uint32_t>(last) + 1};
        written = cut_literal(written.substr(first, last - first + 1));
        result.push_back(ir::value_operand(
            builder_.literal(ir::LiteralKind::String, written, where), where));
        break;
      }
      case Kind::JsxExpression: {
        const NodeIndex inner = first_operand(part);
        if (inner == kNoNode) break;  // {/* comment */}
        Operand operand = ir::value_operand(kNone, span(inner));
        if (kind(inner) == Kind::SpreadElement) operand.kind = Operand::Kind::Spread;
        operand.value = expression(inner);
        result.push_back(operand);
        break;
      }
      default:
        if (is_token(kind(part))) break;
        result.push_back(ir::value_operand(expression(part), span(part)));
        break;
    }
  }
  return result;
}

}  // namespace privet::lang::javascript
