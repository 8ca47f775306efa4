#include "lang/python/lowerer.h"

namespace privet::lang::python {

using ir::ContainerKind;
using ir::LiteralKind;
using ir::value_operand;

namespace {

// Longer constants are data; what tells them apart is in their beginning.
constexpr std::size_t kMaxLiteral = 64 * 1024;

bool is_string(Kind kind) { return kind == Kind::String || kind == Kind::ConcatenatedString; }

}  // namespace

LocalIndex Lowerer::null_literal(const Span& where) {
  return b_.literal(LiteralKind::Null, "None", where);
}

LocalIndex Lowerer::unknown_of_children(const Node& node) {
  const Deeper deeper(depth_);
  if (too_deep()) return give_up(node);
  std::vector<LocalIndex> operands;
  const Kids children = kids(node);
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (children[i].kind == Kind::Token) continue;
    operands.push_back(expression(children[i].node, children[i].kind));
  }
  return b_.unknown(operands, span(node));
}

LocalIndex Lowerer::expression(const Node& node, Kind kind) {
  const Deeper deeper(depth_);
  if (!node) return b_.unknown({}, span(0, 0));
  if (too_deep()) return give_up(node);
  switch (kind) {
    case Kind::Identifier:
      if (node.begin() == node.end()) return b_.unknown({}, span(node));  // missing
      return read(node);
    case Kind::String: return string(node);
    case Kind::ConcatenatedString: return concatenated_string(node);
    case Kind::Integer:
    case Kind::Float:
    case Kind::ComplexPattern:
      return b_.literal(LiteralKind::Number, node.text().substr(0, kMaxLiteral), span(node));
    case Kind::True:
    case Kind::False:
      return b_.literal(LiteralKind::Boolean, node.text(), span(node));
    case Kind::None:
      return null_literal(span(node));
    case Kind::Ellipsis:
      return b_.literal(LiteralKind::Null, "...", span(node));
    case Kind::Attribute:
    case Kind::Subscript:
    case Kind::Call:
      return chain(node);
    case Kind::BinaryOperator: return binary_operator(node);
    case Kind::BooleanOperator: return boolean_operator(node);
    case Kind::ComparisonOperator: return comparison(node);
    case Kind::Conditional: return conditional(node);
    case Kind::NotOperator: {
      const Node inner = child_by(node, f_.argument);
      return b_.operate("not", {value_operand(expression(inner), span(inner))}, span(node));
    }
    case Kind::UnaryOperator: {
      const Node inner = child_by(node, f_.argument);
      const Node op = child_by(node, f_.op);
      return b_.operate(op ? op.text() : "-", {value_operand(expression(inner), span(inner))},
                        span(node));
    }
    case Kind::Parenthesized:
    case Kind::Type:
    case Kind::AsPatternTarget: {
      const Kids inner = kids(node);
      if (inner.size() == 1) return expression(inner[0].node, inner[0].kind);
      return unknown_of_children(node);
    }
    case Kind::Await: {
      // A coroutine and its value are one.
      const Kids inner = kids(node);
      if (inner.size() == 1) return expression(inner[0].node, inner[0].kind);
      return unknown_of_children(node);
    }
    case Kind::NamedExpression: {
      const Node name = child_by(node, f_.name);
      const LocalIndex value = expression(child_by(node, f_.value));
      if (!name || name.begin() == name.end()) return value;
      const LocalIndex local = variable(name);
      b_.copy(local, value, span(node));
      return local;
    }
    case Kind::List:
    case Kind::Set:
    case Kind::Tuple:
    case Kind::ExpressionList:
    case Kind::PatternList:
    case Kind::ListPattern:
    case Kind::TuplePattern: {
      std::vector<Operand> operands;
      elements(node, operands);
      const bool is_list = kind == Kind::List || kind == Kind::ListPattern;
      return b_.construct(is_list             ? ContainerKind::List
                          : kind == Kind::Set ? ContainerKind::Set
                                              : ContainerKind::Tuple,
                          operands, span(node));
    }
    case Kind::Dictionary: return dictionary(node);
    case Kind::ListComprehension:
    case Kind::SetComprehension:
    case Kind::DictionaryComprehension:
    case Kind::GeneratorExpression:
      return comprehension(node, kind);
    case Kind::Lambda: return lambda(node, Name{});
    case Kind::Yield: return yield(node);
    case Kind::Slice: return slice(node, kNone, span(node));
    case Kind::AsPattern: {
      // Outside `with`, `except` and `case` only in broken code.
      const Kids inner = kids(node);
      if (inner.empty()) return b_.unknown({}, span(node));
      return expression(inner[0].node, inner[0].kind);
    }
    case Kind::Error:
    case Kind::ListSplat:
    case Kind::ListSplatPattern:
    case Kind::DictionarySplat:
    case Kind::DictionarySplatPattern:
    case Kind::Interpolation:
    case Kind::ArgumentList:
    case Kind::KeywordArgument:
    case Kind::Pair:
    case Kind::DottedName:
    case Kind::CasePattern:
    case Kind::GenericType:
    case Kind::UnionType:
    case Kind::MemberType:
    case Kind::ConstrainedType:
    case Kind::SplatType:
    case Kind::TypeParameter:
      return unknown_of_children(node);
    case Kind::Token:
    case Kind::StringStart:
    case Kind::StringContent:
    case Kind::StringEnd:
    case Kind::TypeConversion:
      return b_.unknown({}, span(node));
    // Inside an error there may be statements where an expression belongs.
    case Kind::Assignment:
      assignment(node);
      return b_.unknown({}, span(node));
    case Kind::AugmentedAssignment:
      augmented_assignment(node);
      return b_.unknown({}, span(node));
    case Kind::Block:
    case Kind::ExpressionStatement:
    case Kind::Return:
    case Kind::If:
    case Kind::For:
    case Kind::While:
    case Kind::Try:
    case Kind::With:
    case Kind::Function:
    case Kind::Class:
    case Kind::Decorated:
    case Kind::Import:
    case Kind::ImportFrom:
      statement(node, kind);
      return b_.unknown({}, span(node));
    default:
      if (!has_errors_) unknown_syntax(node);
      return unknown_of_children(node);
  }
}

// --- names, members, calls: long chains are loops ---

LocalIndex Lowerer::chain(const Node& node) {
  std::vector<std::pair<Node, Kind>> links;
  Node base = node;
  Kind kind = kind_of(node);
  for (;;) {
    const TSFieldId inner = kind == Kind::Attribute   ? f_.object
                            : kind == Kind::Subscript ? f_.value
                            : kind == Kind::Call      ? f_.function
                                                      : 0;
    if (inner == 0) break;
    const Node next = child_by(base, inner);
    if (!next) break;
    links.emplace_back(base, kind);
    base = next;
    kind = kind_of(base);
  }
  LocalIndex value = kNone;
  std::size_t i = links.size();
  if (links.empty()) return unknown_of_children(node);
  // `"…".format(…)` starts with its attribute and call together.
  Node literal = base;
  Kind literal_kind = kind;
  while (literal_kind == Kind::Parenthesized) {
    literal = Node(ts_node_named_child(literal.raw(), 0), text_);
    literal_kind = kind_of(literal);
  }
  if (is_string(literal_kind) && links.size() >= 2 && links[i - 1].second == Kind::Attribute &&
      links[i - 2].second == Kind::Call) {
    const Node attribute = child_by(links[i - 1].first, f_.attribute);
    if (attribute && (attribute.text() == "format" || attribute.text() == "format_map")) {
      std::vector<Operand> operands{
          value_operand(expression(literal, literal_kind), span(literal))};
      if (const Node list = child_by(links[i - 2].first, f_.arguments)) arguments(list, operands);
      if (attribute.text() == "format_map" && operands.size() == 2) {
        operands[1].kind = Operand::Kind::Spread;
      }
      value = b_.operate("template", operands, span(links[i - 2].first));
      i -= 2;
    }
  }
  if (value == kNone) value = expression(base, kind);
  while (i > 0) {
    const auto& [link, link_kind] = links[i - 1];
    if (link_kind == Kind::Attribute && i >= 2 && links[i - 2].second == Kind::Call) {
      value = method_call(links[i - 2].first, link, value);
      i -= 2;
      continue;
    }
    value = chain_link(link, link_kind, value);
    --i;
  }
  return value;
}

LocalIndex Lowerer::chain_link(const Node& link, Kind kind, LocalIndex base) {
  if (kind == Kind::Call) return call(link, base);
  if (kind == Kind::Subscript) return subscript(link, base);
  const Node attribute = child_by(link, f_.attribute);
  if (!attribute || attribute.begin() == attribute.end()) return b_.unknown({base}, span(link));
  return b_.load(base, name_of(attribute), span(link), span(attribute));
}

LocalIndex Lowerer::call(const Node& node, LocalIndex callee) {
  std::vector<Operand> operands;
  if (const Node list = child_by(node, f_.arguments)) arguments(list, operands);
  return b_.call(callee, operands, span(node));
}

LocalIndex Lowerer::method_call(const Node& node, const Node& attribute, LocalIndex receiver) {
  const Node name = child_by(attribute, f_.attribute);
  if (!name || name.begin() == name.end()) {
    return call(node, b_.unknown({receiver}, span(attribute)));
  }
  std::vector<Operand> operands;
  if (const Node list = child_by(node, f_.arguments)) arguments(list, operands);
  return b_.call_method(receiver, name_of(name), operands, span(node), span(name));
}

void Lowerer::arguments(const Node& node, std::vector<Operand>& out) {
  if (kind_of(node) == Kind::GeneratorExpression) {
    out.push_back(value_operand(expression(node), span(node)));
    return;
  }
  elements(node, out);
}

void Lowerer::elements(const Node& node, std::vector<Operand>& out) {
  const Kids children = kids(node);
  out.reserve(out.size() + children.size());
  for (std::size_t i = 0; i < children.size(); ++i) {
    const Kid kid = children[i];
    element(kid.node, kid.kind, out);
  }
}

void Lowerer::element(const Node& node, Kind kind, std::vector<Operand>& out) {
  Operand operand;
  operand.span = span(node);
  switch (kind) {
    case Kind::Token: return;
    case Kind::KeywordArgument: {
      const Node name = child_by(node, f_.name);
      const Node value = child_by(node, f_.value);
      if (!name || !value) break;
      operand.kind = Operand::Kind::Keyed;
      operand.name = name_of(name);
      operand.value = expression(value);
      out.push_back(operand);
      return;
    }
    case Kind::ListSplat:
    case Kind::ListSplatPattern:
    case Kind::DictionarySplat:
    case Kind::DictionarySplatPattern: {
      const Node inner(ts_node_named_child(node.raw(), 0), text_);
      operand.kind = Operand::Kind::Spread;
      operand.value = expression(inner);
      out.push_back(operand);
      return;
    }
    default: break;
  }
  operand.value = expression(node, kind);
  out.push_back(operand);
}

LocalIndex Lowerer::dictionary(const Node& node) {
  std::vector<Operand> operands;
  const Kids children = kids(node);
  operands.reserve(children.size());
  for (std::size_t i = 0; i < children.size(); ++i) {
    const Kid kid = children[i];
    if (kid.kind == Kind::Pair) {
      entry(kid.node, operands);
    } else {
      element(kid.node, kid.kind, operands);
    }
  }
  return b_.construct(ContainerKind::Object, operands, span(node));
}

void Lowerer::entry(const Node& pair, std::vector<Operand>& out) {
  const Node key = child_by(pair, f_.key);
  const Node value = child_by(pair, f_.value);
  Operand operand;
  operand.span = span(pair);
  operand.name = constant_key(key, kind_of(key));
  if (!operand.name.empty()) {
    operand.kind = Operand::Kind::Keyed;
  } else {
    operand.kind = Operand::Kind::Computed;
    operand.key = expression(key);
  }
  operand.value = expression(value);
  out.push_back(operand);
}

// --- subscripts ---

Name Lowerer::constant_key(const Node& node, Kind kind) {
  if (kind == Kind::Integer) return name_of(node);
  if (!is_string(kind)) return {};
  std::string text;
  bool is_bytes = false;
  if (!plain_text(node, kind, text, is_bytes) || is_bytes) return {};
  return Name::of(std::string_view(text).substr(0, kMaxLiteral));
}

LocalIndex Lowerer::subscript(const Node& node, LocalIndex base) {
  const Kids children = kids(node);
  if (children.size() == 2) {
    const Kid key = children[1];
    if (key.kind == Kind::Slice) return slice(key.node, base, span(node));
    if (const Name name = constant_key(key.node, key.kind); !name.empty()) {
      return b_.load(base, name, span(node), span(key.node));
    }
  }
  if (children.size() > 2 && form_of(children[0].node.text()) == TypeForm::Annotated) {
    std::vector<Operand> operands;
    for (std::size_t i = 1; i < children.size(); ++i) {
      element(children[i].node, children[i].kind, operands);
    }
    return b_.operate("annotated", operands, span(node));
  }
  return b_.load_computed(base, subscript_key(children, node), span(node));
}

LocalIndex Lowerer::subscript_key(const Kids& children, const Node& node) {
  if (children.size() == 2) return expression(children[1].node, children[1].kind);
  std::vector<Operand> operands;
  for (std::size_t i = 1; i < children.size(); ++i) {
    element(children[i].node, children[i].kind, operands);
  }
  return b_.construct(ContainerKind::Tuple, operands, span(node));
}

LocalIndex Lowerer::slice(const Node& node, LocalIndex base, const Span& whole) {
  LocalIndex bounds[3] = {kNone, kNone, kNone};
  Span spans[3] = {span(node), span(node), span(node)};
  {
    const Kids children = kids(node, /*with_tokens=*/true);
    std::size_t position = 0;
    for (std::size_t i = 0; i < children.size() && position < 3; ++i) {
      const Kid kid = children[i];
      if (kid.kind == Kind::Token) {
        ++position;
      } else {
        bounds[position] = expression(kid.node, kid.kind);
        spans[position] = span(kid.node);
      }
    }
  }
  for (std::size_t i = 0; i < 2; ++i) {
    if (bounds[i] == kNone) bounds[i] = null_literal(span(node));
  }
  std::vector<Operand> operands;
  if (base != kNone) operands.push_back(value_operand(base, whole));
  for (std::size_t i = 0; i < 3; ++i) {
    if (bounds[i] != kNone) operands.push_back(value_operand(bounds[i], spans[i]));
  }
  return b_.operate("slice", operands, whole);
}

}  // namespace privet::lang::python
