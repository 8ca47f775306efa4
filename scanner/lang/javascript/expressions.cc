#include <algorithm>

#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::BlockIndex;
using ir::LiteralKind;
using ir::Operand;

LocalIndex Lowering::null_value(Span where) {
  return builder_.literal(LiteralKind::Null, "null", where);
}

LocalIndex Lowering::expression(NodeIndex n) { return named_expression(n, Name{}, Span{}); }

LocalIndex Lowering::named_expression(NodeIndex n, Name hint, Span hint_span) {
  if (n == kNoNode) return builder_.unknown({}, {file_, 0, 0});
  const Depth depth(*this);
  if (depth.exceeded()) {
    too_deep(n);
    return builder_.unknown({}, span(n));
  }
  switch (kind(n)) {
    case Kind::Identifier: return identifier(n);
    case Kind::This: return builder_.lookup(this_, span(n));
    case Kind::Super: return builder_.lookup(super_, span(n));
    case Kind::MetaProperty: return builder_.lookup(name(n), span(n));
    case Kind::Undefined: return builder_.literal(LiteralKind::Null, "undefined", span(n));
    case Kind::Null: return null_value(span(n));
    case Kind::True:
    case Kind::False: return builder_.literal(LiteralKind::Boolean, text(n), span(n));
    case Kind::Number: return builder_.literal(LiteralKind::Number, cut_literal(text(n)), span(n));
    case Kind::Regex: return builder_.literal(LiteralKind::Regex, cut_literal(text(n)), span(n));
    case Kind::String: return builder_.literal(LiteralKind::String, string_value(n), span(n));
    case Kind::TemplateString: return template_string(n);
    case Kind::Object: return object(n);
    case Kind::Array: return array(n);
    case Kind::ArrowFunction:
    case Kind::FunctionExpression:
    case Kind::GeneratorFunction: return function_value(n, hint, hint_span);
    case Kind::ClassExpression: return class_value(n, hint, kNone, {});
    case Kind::ParenthesizedExpression:
    case Kind::NonNullExpression:
    case Kind::InstantiationExpression: return named_expression(first_operand(n), hint, hint_span);
    case Kind::MemberExpression:
    case Kind::NestedIdentifier:
    case Kind::SubscriptExpression:
    case Kind::CallExpression: return chain(n);
    case Kind::NewExpression: return new_expression(n);
    case Kind::AssignmentExpression: return assignment(n);
    case Kind::AugmentedAssignment: return augmented_assignment(n);
    case Kind::UpdateExpression: return update(n);
    case Kind::UnaryExpression: return unary(n);
    case Kind::BinaryExpression: return binary(n);
    case Kind::TernaryExpression: return ternary(n);
    case Kind::SequenceExpression: {
      LocalIndex last = kNone;
      for (const NodeIndex child : children(n)) {
        if (!is_token(kind(child))) last = expression(child);
      }
      return last == kNone ? null_value(span(n)) : last;
    }
    case Kind::AwaitExpression: {
      if (const auto module = required_module(n)) return import_module(*module, n);
      const LocalIndex value = expression(first_operand(n));
      const LocalIndex result = builder_.temporary();
      builder_.copy(result, value, span(n));
      return result;
    }
    case Kind::YieldExpression: return yield_expression(n);
    case Kind::AsExpression:
    case Kind::SatisfiesExpression:
    case Kind::TypeAssertion: return type_assertion(n);
    case Kind::JsxElement:
    case Kind::JsxSelfClosing: return jsx(n);
    case Kind::JsxExpression: {
      const NodeIndex inner = first_operand(n);
      return inner == kNoNode ? null_value(span(n)) : expression(inner);
    }
    case Kind::SpreadElement: return expression(first_operand(n));
    case Kind::Import: return builder_.lookup(name(n), span(n));
    default: return unknown_expression(n);
  }
}

/// Keeps what is understood inside, so that its taint goes on.
LocalIndex Lowering::unknown_expression(NodeIndex n) {
  // A known node in a strange place belongs to a syntax error that has its Problem already.
  if (kind(n) == Kind::Other) {
    builder_.problem(source::ProblemCode::UnknownSyntax, span(n), "syntax not known here");
  }
  std::vector<LocalIndex> parts;
  for (const NodeIndex child : children(n)) {
    if (is_token(kind(child))) continue;
    if (is_statement(kind(child))) {
      statement(child);
    } else {
      parts.push_back(expression(child));
    }
  }
  return builder_.unknown(parts, span(n));
}

LocalIndex Lowering::identifier(NodeIndex n) { return builder_.lookup(name(n), span(n)); }

LocalIndex Lowering::assignment(NodeIndex n) {
  const NodeIndex target = child(n, Field::Left);
  const NodeIndex value_node = child(n, Field::Right);
  NodeIndex named = target;
  if (kind(target) == Kind::MemberExpression) named = child(target, Field::Property);
  const bool has_name = named != kNoNode && module_object(target).empty() &&
                        (kind(named) == Kind::Identifier || kind(named) == Kind::PropertyIdentifier);
  const LocalIndex value = has_name ? named_expression(value_node, name(named), span(named))
                                    : expression(value_node);
  assign(target, value, span(n));
  commonjs_export(target, value_node, value);
  return value;
}

LocalIndex Lowering::augmented_assignment(NodeIndex n) {
  const NodeIndex target = child(n, Field::Left);
  const NodeIndex op_node = child(n, Field::Operator);
  const NodeIndex value_node = child(n, Field::Right);
  std::string_view op = op_node == kNoNode ? std::string_view("+=") : text(op_node);
  op.remove_suffix(1);
  const LocalIndex old = expression(target);
  if (op != "&&" && op != "||" && op != "??") {
    const LocalIndex value = expression(value_node);
    const LocalIndex result =
        builder_.operate(op, {ir::value_operand(old, span(target)),
                              ir::value_operand(value, span(value_node))}, span(n));
    assign(target, result, span(n));
    return result;
  }
  const LocalIndex result = builder_.temporary();
  const BlockIndex change = builder_.new_block();
  const BlockIndex done = builder_.new_block();
  builder_.copy(result, old, span(target));
  if (op == "&&") {
    builder_.branch(old, change, done, span(target));
  } else if (op == "||") {
    builder_.branch(old, done, change, span(target));
  } else {
    const LocalIndex missing = builder_.operate("is-missing", {old}, span(target));
    builder_.branch(missing, change, done, span(target));
  }
  builder_.set_block(change);
  const LocalIndex value = expression(value_node);
  builder_.copy(result, value, span(value_node));
  assign(target, value, span(n));
  builder_.jump(done);
  builder_.set_block(done);
  return result;
}

LocalIndex Lowering::update(NodeIndex n) {
  const NodeIndex target = child(n, Field::Argument);
  const NodeIndex op = child(n, Field::Operator);
  const bool is_prefix = op != kNoNode && target != kNoNode && op < target;
  const LocalIndex old = expression(target);
  LocalIndex before = old;
  if (!is_prefix && kind(target) == Kind::Identifier) {
    before = builder_.temporary();
    builder_.copy(before, old, span(target));
  }
  const LocalIndex one = builder_.literal(LiteralKind::Number, "1", span(n));
  const bool down = op != kNoNode && text(op) == "--";
  const LocalIndex after = builder_.operate(down ? "-" : "+", {before, one}, span(n));
  assign(target, after, span(n));
  return is_prefix ? after : before;
}

LocalIndex Lowering::unary(NodeIndex n) {
  const NodeIndex op_node = child(n, Field::Operator);
  const NodeIndex argument = child(n, Field::Argument);
  const std::string_view op = op_node == kNoNode ? std::string_view("!") : text(op_node);
  if (op == "delete") {
    NodeIndex target = argument;
    while (kind(target) == Kind::ParenthesizedExpression || kind(target) == Kind::NonNullExpression) {
      target = first_operand(target);
    }
    if (kind(target) == Kind::MemberExpression || kind(target) == Kind::SubscriptExpression) {
      assign(target, null_value(span(n)), span(n));
      return builder_.literal(LiteralKind::Boolean, "true", span(n));
    }
  }
  const LocalIndex value = expression(argument);
  if (op == "void") return builder_.literal(LiteralKind::Null, "undefined", span(n));
  return builder_.operate(op, {ir::value_operand(value, argument == kNoNode ? span(n) : span(argument))},
                          span(n));
}

LocalIndex Lowering::binary(NodeIndex n) {
  const NodeIndex op_node = child(n, Field::Operator);
  const std::string_view op = op_node == kNoNode ? std::string_view("+") : text(op_node);
  if (op == "&&" || op == "||" || op == "??") return logical(n, op);
  // `a + b + c + …` nests to the left as deep as it is long: walk down, then compute upwards.
  std::vector<NodeIndex> spine;
  NodeIndex left = n;
  while (kind(left) == Kind::BinaryExpression) {
    const NodeIndex inner_op = child(left, Field::Operator);
    if (inner_op != kNoNode) {
      const std::string_view inner = text(inner_op);
      if (inner == "&&" || inner == "||" || inner == "??") break;
    }
    spine.push_back(left);
    left = child(left, Field::Left);
  }
  LocalIndex value = kind(left) == Kind::PrivateProperty
                         ? builder_.literal(LiteralKind::String, text(left), span(left))
                         : expression(left);
  Span value_span = left == kNoNode ? span(n) : span(left);
  for (auto at = spine.rbegin(); at != spine.rend(); ++at) {
    const NodeIndex right = child(*at, Field::Right);
    const NodeIndex inner_op = child(*at, Field::Operator);
    const LocalIndex other = expression(right);
    value = builder_.operate(inner_op == kNoNode ? std::string_view("+") : text(inner_op),
                             {ir::value_operand(value, value_span),
                              ir::value_operand(other, right == kNoNode ? span(*at) : span(right))},
                             span(*at));
    value_span = span(*at);
  }
  return value;
}

LocalIndex Lowering::logical(NodeIndex n, std::string_view op) {
  std::vector<NodeIndex> operands;
  NodeIndex left = n;
  while (kind(left) == Kind::BinaryExpression) {
    const NodeIndex inner_op = child(left, Field::Operator);
    if (inner_op == kNoNode || text(inner_op) != op) break;
    operands.push_back(child(left, Field::Right));
    left = child(left, Field::Left);
  }
  operands.push_back(left);
  std::reverse(operands.begin(), operands.end());

  const LocalIndex result = builder_.temporary();
  const BlockIndex done = builder_.new_block();
  const BlockIndex falsy = op == "&&" ? builder_.new_block() : kNone;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const NodeIndex operand = operands[i];
    const bool last = i + 1 == operands.size();
    const BlockIndex next = last ? kNone : builder_.new_block();
    if (op == "&&" && !last) {
      condition(operand, next, falsy);
    } else {
      const LocalIndex value = expression(operand);
      const Span where = operand == kNoNode ? span(n) : span(operand);
      builder_.copy(result, value, where);
      if (last) {
        builder_.jump(done);
      } else if (op == "||") {
        builder_.branch(value, done, next, where);
      } else {
        const LocalIndex missing = builder_.operate("is-missing", {value}, where);
        builder_.branch(missing, next, done, where);
      }
    }
    if (!last) builder_.set_block(next);
  }
  if (falsy != kNone) {
    builder_.set_block(falsy);
    builder_.copy(result, builder_.literal(LiteralKind::Boolean, "false", span(n)), span(n));
    builder_.jump(done);
  }
  builder_.set_block(done);
  return result;
}

void Lowering::condition(NodeIndex n, BlockIndex yes, BlockIndex no) {
  const Depth depth(*this);
  while (true) {
    switch (kind(n)) {
      case Kind::ParenthesizedExpression:
      case Kind::NonNullExpression:
      case Kind::AsExpression:
      case Kind::SatisfiesExpression:
        n = first_operand(n);
        continue;
      case Kind::UnaryExpression:
        if (const NodeIndex op = child(n, Field::Operator); op != kNoNode && text(op) == "!") {
          n = child(n, Field::Argument);
          std::swap(yes, no);
          continue;
        }
        break;
      case Kind::BinaryExpression: {
        const NodeIndex op_node = child(n, Field::Operator);
        const std::string_view op = op_node == kNoNode ? std::string_view{} : text(op_node);
        if ((op != "&&" && op != "||") || depth.exceeded()) break;
        std::vector<NodeIndex> operands;
        NodeIndex left = n;
        while (kind(left) == Kind::BinaryExpression) {
          const NodeIndex inner = child(left, Field::Operator);
          if (inner == kNoNode || text(inner) != op) break;
          operands.push_back(child(left, Field::Right));
          left = child(left, Field::Left);
        }
        operands.push_back(left);
        for (std::size_t i = operands.size(); i-- > 0;) {
          const BlockIndex next = i == 0 ? kNone : builder_.new_block();
          if (op == "&&") {
            condition(operands[i], i == 0 ? yes : next, no);
          } else {
            condition(operands[i], yes, i == 0 ? no : next);
          }
          if (i != 0) builder_.set_block(next);
        }
        return;
      }
      case Kind::MemberExpression:
      case Kind::SubscriptExpression:
      case Kind::CallExpression:
        if (!depth.exceeded()) {
          const LocalIndex value = chain(n, no);
          builder_.branch(value, yes, no, span(n));
          return;
        }
        break;
      default:
        break;
    }
    break;
  }
  const LocalIndex value = expression(n);
  builder_.branch(value, yes, no, n == kNoNode ? Span{file_, 0, 0} : span(n));
}

LocalIndex Lowering::ternary(NodeIndex n) {
  const LocalIndex result = builder_.temporary();
  const BlockIndex done = builder_.new_block();
  // `a ? b : c ? d : …` nests to the right.
  while (true) {
    const BlockIndex yes = builder_.new_block();
    const BlockIndex no = builder_.new_block();
    condition(child(n, Field::Condition), yes, no);
    builder_.set_block(yes);
    const NodeIndex consequence = child(n, Field::Consequence);
    const LocalIndex first = expression(consequence);
    builder_.copy(result, first, consequence == kNoNode ? span(n) : span(consequence));
    builder_.jump(done);
    builder_.set_block(no);
    const NodeIndex alternative = child(n, Field::Alternative);
    if (kind(alternative) == Kind::TernaryExpression) {
      n = alternative;
      continue;
    }
    const LocalIndex second = expression(alternative);
    builder_.copy(result, second, alternative == kNoNode ? span(n) : span(alternative));
    builder_.jump(done);
    break;
  }
  builder_.set_block(done);
  return result;
}

std::vector<NodeIndex> Lowering::template_substitutions(NodeIndex n) const {
  std::vector<NodeIndex> result;
  for (const NodeIndex child : children(n)) {
    if (kind(child) == Kind::TemplateSubstitution) result.push_back(child);
  }
  return result;
}

LocalIndex Lowering::template_part(std::uint32_t begin, std::uint32_t end) {
  const std::string_view raw = text_.substr(begin, end - begin);
  return builder_.literal(LiteralKind::String, unescape(raw), {file_, begin, end});
}

LocalIndex Lowering::template_string(NodeIndex n) {
  std::uint32_t at = node(n).begin + 1;
  const std::uint32_t end = std::max(at, node(n).end > at ? node(n).end - 1 : at);
  const std::vector<NodeIndex> substitutions = template_substitutions(n);
  if (substitutions.empty()) {
    return builder_.literal(LiteralKind::String, unescape(text_.substr(at, end - at)), span(n));
  }
  std::vector<Operand> parts;
  const auto literal_until = [&](std::uint32_t until) {
    if (until > at) parts.push_back(ir::value_operand(template_part(at, until), {file_, at, until}));
  };
  for (const NodeIndex substitution : substitutions) {
    literal_until(node(substitution).begin);
    const NodeIndex inner = first_operand(substitution);
    if (inner != kNoNode) parts.push_back(ir::value_operand(expression(inner), span(inner)));
    at = node(substitution).end;
  }
  literal_until(end);
  return builder_.operate("template", parts, span(n));
}

LocalIndex Lowering::object(NodeIndex n) {
  std::vector<Operand> operands;
  for (const NodeIndex entry : children(n)) {
    Operand operand;
    operand.span = span(entry);
    switch (kind(entry)) {
      case Kind::ShorthandProperty:
        operand.kind = Operand::Kind::Keyed;
        operand.name = name(entry);
        operand.value = builder_.lookup(operand.name, span(entry));
        break;
      case Kind::SpreadElement:
        operand.kind = Operand::Kind::Spread;
        operand.value = expression(first_operand(entry));
        break;
      case Kind::Pair: {
        const NodeIndex key = child(entry, Field::Key);
        const auto known = key == kNoNode ? std::optional<Name>() : property_name(key);
        if (known) {
          operand.kind = Operand::Kind::Keyed;
          operand.name = *known;
          operand.value = named_expression(child(entry, Field::Value), *known, span(key));
        } else {
          operand.kind = Operand::Kind::Computed;
          operand.key = key == kNoNode ? null_value(span(entry)) : expression(first_operand(key));
          operand.value = expression(child(entry, Field::Value));
        }
        break;
      }
      case Kind::MethodDefinition: {
        const NodeIndex key = child(entry, Field::Name);
        const auto known = key == kNoNode ? std::optional<Name>() : property_name(key);
        if (!known) {
          operand.kind = Operand::Kind::Computed;
          operand.key = key == kNoNode ? null_value(span(entry)) : expression(first_operand(key));
        } else {
          operand.kind = Operand::Kind::Keyed;
          operand.name = *known;
        }
        FunctionSpec spec;
        spec.node = entry;
        spec.name = operand.name;
        spec.name_span = key == kNoNode ? span(entry) : span(key);
        const ir::FunctionIndex index = function(spec);
        method_flags(entry, builder_.function(index));
        operand.value = builder_.closure(index, span(entry));
        break;
      }
      case Kind::CommaToken:
        continue;
      default:
        if (is_token(kind(entry))) continue;
        operand.kind = Operand::Kind::Spread;
        operand.value = expression(entry);
        break;
    }
    operands.push_back(operand);
  }
  return builder_.construct(ir::ContainerKind::Object, operands, span(n));
}

LocalIndex Lowering::array(NodeIndex n) {
  std::vector<Operand> operands;
  bool expects = true;
  for (const NodeIndex entry : children(n)) {
    if (kind(entry) == Kind::CommaToken) {
      if (expects) operands.push_back(ir::value_operand(null_value(span(entry)), span(entry)));
      expects = true;
      continue;
    }
    if (is_token(kind(entry))) continue;
    expects = false;
    Operand operand = ir::value_operand(kNone, span(entry));
    if (kind(entry) == Kind::SpreadElement) operand.kind = Operand::Kind::Spread;
    operand.value = expression(entry);
    operands.push_back(operand);
  }
  return builder_.construct(ir::ContainerKind::List, operands, span(n));
}

std::vector<Operand> Lowering::arguments(NodeIndex n) {
  std::vector<Operand> operands;
  if (n == kNoNode) return operands;
  for (const NodeIndex argument : children(n)) {
    if (is_token(kind(argument))) continue;
    Operand operand = ir::value_operand(kNone, span(argument));
    if (kind(argument) == Kind::SpreadElement) {
      operand.kind = Operand::Kind::Spread;
      const NodeIndex inner = first_operand(argument);
      if (inner != kNoNode) operand.span = span(inner);
    }
    operand.value = expression(argument);
    operands.push_back(operand);
  }
  return operands;
}

LocalIndex Lowering::new_expression(NodeIndex n) {
  const LocalIndex callee = expression(child(n, Field::Constructor));
  const std::vector<Operand> operands = arguments(child(n, Field::Arguments));
  return builder_.call(callee, operands, span(n), /*is_new=*/true);
}

LocalIndex Lowering::yield_expression(NodeIndex n) {
  const NodeIndex inner = first_operand(n);
  LocalIndex value = inner == kNoNode ? null_value(span(n)) : expression(inner);
  if (has(n, Kind::StarToken)) value = builder_.load(value, ir::any_element(), span(n), {});
  if (context().generator != kNone) {
    builder_.store(context().generator, ir::any_element(), value, span(n), {});
  }
  return value;
}

LocalIndex Lowering::type_assertion(NodeIndex n) {
  NodeIndex first = kNoNode;
  NodeIndex second = kNoNode;
  for (const NodeIndex child : children(n)) {
    if (!is_token(kind(child))) (first == kNoNode ? first : second) = child;
  }
  const bool type_first = kind(n) == Kind::TypeAssertion;
  const NodeIndex value_node = type_first ? second : first;
  NodeIndex type_node = type_first ? first : second;
  const LocalIndex value = expression(value_node);
  if (kind(type_node) == Kind::TypeArguments) type_node = first_operand(type_node);
  if (type_node == kNoNode) return value;
  if (kind(type_node) == Kind::PredefinedType) {
    const std::string_view written = text(type_node);
    if (written == "any" || written == "unknown" || written == "never") return value;
  }
  const ir::TypeIndex asserted = type(type_node);
  if (asserted == kNone) return value;
  const LocalIndex result = builder_.temporary();
  set_type(result, asserted);
  builder_.copy(result, value, span(n));
  return result;
}

}  // namespace privet::lang::javascript
