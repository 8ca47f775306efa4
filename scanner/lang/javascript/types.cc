#include <algorithm>

#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::TypeIndex;

void Lowering::set_type(LocalIndex local, TypeIndex type) {
  if (local != kNone && type != kNone) builder_.function().locals[local].type = type;
}

TypeIndex Lowering::make_type(std::string_view name, std::vector<TypeIndex> arguments, NodeIndex n) {
  ir::Type made;
  made.name = Name::of(name);
  made.arguments = std::move(arguments);
  std::erase(made.arguments, kNone);
  made.span = span(n);
  return builder_.type(std::move(made));
}

std::vector<TypeIndex> Lowering::type_arguments(NodeIndex n) {
  std::vector<TypeIndex> result;
  if (n == kNoNode) return result;
  for (const NodeIndex child : children(n)) {
    if (kind(child) == Kind::CommaToken) continue;
    result.push_back(type(child));
  }
  std::erase(result, kNone);
  return result;
}

/// `A | B | C` nests to the left.
TypeIndex Lowering::combined_type(NodeIndex n, Kind combined, std::string_view name) {
  std::vector<NodeIndex> parts;
  NodeIndex left = n;
  while (kind(left) == combined) {
    NodeIndex first = kNoNode;
    NodeIndex second = kNoNode;
    for (const NodeIndex child : children(left)) {
      if (kind(child) == Kind::Token) continue;
      (first == kNoNode ? first : second) = child;
    }
    if (second == kNoNode) {  // `| A` at the start
      left = first;
      break;
    }
    parts.push_back(second);
    left = first;
  }
  if (left != kNoNode) parts.push_back(left);
  std::reverse(parts.begin(), parts.end());
  std::vector<TypeIndex> arguments;
  for (const NodeIndex part : parts) arguments.push_back(type(part));
  std::erase(arguments, kNone);
  if (arguments.size() == 1) return arguments.front();
  return make_type(name, std::move(arguments), n);
}

TypeIndex Lowering::type(NodeIndex n) {
  if (n == kNoNode) return kNone;
  const Depth depth(*this);
  if (depth.exceeded()) {
    too_deep(n);
    return kNone;
  }
  const auto inner = [&] { return type(first_operand(n)); };
  switch (kind(n)) {
    case Kind::TypeAnnotation:
    case Kind::ParenthesizedType:
    case Kind::ReadonlyType:
    case Kind::OptionalType:
    case Kind::FlowMaybeType:
      return inner();
    case Kind::TypePredicate: return make_type("boolean", {}, n);
    case Kind::PredefinedType:
    case Kind::TypeIdentifier:
    case Kind::Identifier: return make_type(text(n), {}, n);
    case Kind::ThisType: return make_type("this", {}, n);
    case Kind::NestedTypeIdentifier:
    case Kind::NestedIdentifier: return make_type(dotted(n), {}, n);
    case Kind::GenericType: {
      const NodeIndex own = child(n, Field::Name);
      if (own == kNoNode) return kNone;
      return make_type(dotted(own), type_arguments(child(n, Field::TypeArguments)), n);
    }
    case Kind::ArrayType:
    case Kind::RestType: {
      const TypeIndex element = inner();
      return kind(n) == Kind::RestType ? element : make_type("[]", {element}, n);
    }
    case Kind::TupleType: {
      std::vector<TypeIndex> elements;
      for (const NodeIndex part : children(n)) {
        if (is_token(kind(part))) continue;
        const bool named =
            kind(part) == Kind::RequiredParameter || kind(part) == Kind::OptionalParameter;
        elements.push_back(type(named ? child(part, Field::Type) : part));
      }
      return make_type("[]", std::move(elements), n);
    }
    case Kind::UnionType: return combined_type(n, Kind::UnionType, "|");
    case Kind::IntersectionType: return combined_type(n, Kind::IntersectionType, "&");
    case Kind::LiteralType: {
      const NodeIndex value = n + 1 < node(n).next ? n + 1 : kNoNode;
      if (kind(value) == Kind::String) {
        std::string quoted = "\"";
        quoted += string_value(value);
        quoted += '"';
        return make_type(quoted, {}, n);
      }
      return make_type(cut_literal(text(n)), {}, n);
    }
    case Kind::ObjectType: {
      const ir::ClassIndex index = new_class(n, Name{}, span(n), ir::Class::Kind::Interface);
      object_type_members(n, index);
      ir::Type made;
      made.class_index = index;
      made.span = span(n);
      return builder_.type(std::move(made));
    }
    case Kind::FunctionType:
      return make_type("()", {type(child(n, Field::ReturnType))}, n);
    case Kind::ConstructorType: return make_type("()", {type(child(n, Field::Type))}, n);
    case Kind::TypeQuery: {
      const NodeIndex of = first_operand(n);
      const std::string written = of == kNoNode ? std::string{} : dotted(of);
      if (written.empty()) return make_type("typeof", {}, n);
      return make_type("typeof", {make_type(written, {}, of)}, n);
    }
    case Kind::IndexTypeQuery: return make_type("keyof", {inner()}, n);
    case Kind::LookupType: {
      std::vector<TypeIndex> parts;
      for (const NodeIndex part : children(n)) {
        if (!is_token(kind(part))) parts.push_back(type(part));
      }
      return make_type("[k]", std::move(parts), n);
    }
    case Kind::MemberExpression:
    case Kind::CallExpression:  // import("./user").User
      return make_type(cut_literal(text(n)), {}, n);
    default: {
      if (is_token(kind(n))) return kNone;
      std::vector<TypeIndex> parts;
      for (const NodeIndex part : children(n)) {
        if (!is_token(kind(part))) parts.push_back(type(part));
      }
      return make_type("", std::move(parts), n);
    }
  }
}

}  // namespace privet::lang::javascript
