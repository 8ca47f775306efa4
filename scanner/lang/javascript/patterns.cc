#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::BlockIndex;
using ir::Operand;

void Lowering::assign(NodeIndex target, LocalIndex value, Span whole) {
  if (target == kNoNode) return;
  const Depth depth(*this);
  if (depth.exceeded()) return too_deep(target);
  switch (kind(target)) {
    case Kind::Identifier:
    case Kind::TypeIdentifier:
    case Kind::ShorthandPattern:
      builder_.copy(builder_.lookup(name(target), span(target)), value, whole);
      return;
    case Kind::ParenthesizedExpression:
    case Kind::NonNullExpression:
    case Kind::AsExpression:
    case Kind::SatisfiesExpression:
      return assign(first_operand(target), value, whole);
    case Kind::MemberExpression: {
      const NodeIndex property = child(target, Field::Property);
      const LocalIndex base = expression(child(target, Field::Object));
      if (property == kNoNode) return;
      builder_.store(base, name(property), value, whole, span(property));
      note_constructor_field(target);
      return;
    }
    case Kind::SubscriptExpression: {
      const NodeIndex key = child(target, Field::Index);
      const LocalIndex base = expression(child(target, Field::Object));
      if (key == kNoNode) return;
      if (kind(key) != Kind::Identifier) {
        if (const auto known = property_name(key); known && !known->empty()) {
          builder_.store(base, *known, value, whole, span(key));
          return;
        }
      }
      const LocalIndex computed = expression(key);
      builder_.store_computed(base, computed, value, whole);
      return;
    }
    case Kind::AssignmentPattern:
    case Kind::ObjectAssignmentPattern: {
      const NodeIndex left = child(target, Field::Left);
      const bool named = kind(left) == Kind::Identifier || kind(left) == Kind::ShorthandPattern;
      const LocalIndex chosen =
          with_default(value, child(target, Field::Right), named ? name(left) : Name{},
                       named ? span(left) : Span{});
      return assign(left, chosen, whole);
    }
    case Kind::ObjectPattern:
    case Kind::Object:
      return assign_object(target, value, whole);
    case Kind::ArrayPattern:
    case Kind::Array:
      return assign_array(target, value, whole);
    case Kind::RestPattern:
    case Kind::SpreadElement:
      return assign(first_operand(target), value, whole);
    default:
      return;
  }
}

void Lowering::assign_object(NodeIndex pattern, LocalIndex value, Span whole) {
  std::vector<std::pair<Name, Span>> taken;
  for (const NodeIndex entry : children(pattern)) {
    switch (kind(entry)) {
      case Kind::ShorthandPattern:
      case Kind::ShorthandProperty: {
        const Name field = name(entry);
        taken.emplace_back(field, span(entry));
        const LocalIndex part = builder_.load(value, field, span(entry), span(entry));
        builder_.copy(builder_.lookup(field, span(entry)), part, span(entry));
        break;
      }
      case Kind::ObjectAssignmentPattern: {
        const NodeIndex left = child(entry, Field::Left);
        if (left == kNoNode) break;
        taken.emplace_back(name(left), span(left));
        const LocalIndex part = builder_.load(value, name(left), span(left), span(left));
        assign(entry, part, span(entry));
        break;
      }
      case Kind::PairPattern:
      case Kind::Pair: {
        const NodeIndex key = child(entry, Field::Key);
        if (key == kNoNode) break;
        if (const auto known = property_name(key)) taken.emplace_back(*known, span(key));
        LocalIndex part = kNone;
        if (const auto known = property_name(key)) {
          part = builder_.load(value, *known, span(key), span(key));
        } else {
          part = builder_.load_computed(value, expression(first_operand(key)), span(key));
        }
        assign(child(entry, Field::Value), part, span(entry));
        break;
      }
      case Kind::RestPattern:
      case Kind::SpreadElement: {
        std::vector<Operand> operands{ir::value_operand(value, span(entry))};
        for (const auto& [field, where] : taken) {
          operands.push_back(
              ir::value_operand(builder_.literal(ir::LiteralKind::String, field.text(), where), where));
        }
        assign(first_operand(entry), builder_.operate("without", operands, span(entry)), whole);
        break;
      }
      default:
        break;
    }
  }
}

void Lowering::assign_array(NodeIndex pattern, LocalIndex value, Span whole) {
  std::uint32_t index = 0;
  for (const NodeIndex entry : children(pattern)) {
    if (kind(entry) == Kind::CommaToken) {
      ++index;
      continue;
    }
    if (is_token(kind(entry))) continue;
    if (kind(entry) == Kind::RestPattern || kind(entry) == Kind::SpreadElement) {
      Operand all = ir::value_operand(value, span(entry));
      all.kind = Operand::Kind::Spread;
      const LocalIndex rest = builder_.construct(ir::ContainerKind::List, {all}, span(entry));
      assign(first_operand(entry), rest, whole);
      continue;
    }
    const LocalIndex part =
        builder_.load(value, Name::of(std::to_string(index)), span(entry), {});
    assign(entry, part, span(entry));
  }
}

LocalIndex Lowering::with_default(LocalIndex value, NodeIndex default_value, Name hint,
                                  Span hint_span) {
  if (default_value == kNoNode) return value;
  const Span where = span(default_value);
  const LocalIndex result = builder_.temporary();
  const BlockIndex absent = builder_.new_block();
  const BlockIndex done = builder_.new_block();
  builder_.copy(result, value, where);
  const LocalIndex missing = builder_.operate("is-missing", {value}, where);
  builder_.branch(missing, absent, done, where);
  builder_.set_block(absent);
  const LocalIndex other = named_expression(default_value, hint, hint_span);
  builder_.copy(result, other, where);
  builder_.jump(done);
  builder_.set_block(done);
  return result;
}

}  // namespace privet::lang::javascript
