#include <algorithm>

#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::Annotation;
using ir::Class;
using ir::ClassIndex;
using ir::FunctionIndex;

ClassIndex Lowering::new_class(NodeIndex n, Name name, Span name_span, Class::Kind kind) {
  Class made;
  made.name = name;
  made.kind = kind;
  made.parent = builder_.current_function();
  made.span = span(n);
  made.name_span = name_span;
  builder_.module().classes.push_back(std::move(made));
  return static_cast<ClassIndex>(builder_.module().classes.size() - 1);
}

void Lowering::class_declaration(NodeIndex n, std::vector<Annotation> outer) {
  const NodeIndex name_node = child(n, Field::Name);
  const LocalIndex local =
      name_node == kNoNode ? kNone : builder_.lookup(name(name_node), span(name_node));
  class_value(n, Name{}, local, std::move(outer));
  if (local != kNone) bound_.insert({builder_.current_function(), local});
}

LocalIndex Lowering::class_value(NodeIndex n, Name hint, LocalIndex local,
                                 std::vector<Annotation> annotations) {
  const NodeIndex name_node = child(n, Field::Name);
  const Name own = name_node == kNoNode ? hint : name(name_node);
  const Span head = name_node == kNoNode ? Span{file_, node(n).begin, node(n).begin} : span(name_node);
  const bool is_expression = local == kNone;
  if (is_expression) builder_.begin_scope();
  if (is_expression && name_node != kNoNode) local = builder_.declare(own, head);

  const ClassIndex index = new_class(n, own, head, Class::Kind::Class);
  class_heritage(n, index);
  for (const Annotation& one : this->annotations(n)) annotations.push_back(one);
  const LocalIndex value = builder_.class_value(index, span(n));
  if (local != kNone) builder_.copy(local, value, head);
  Class& made = builder_.module().classes[index];
  made.annotations = std::move(annotations);
  made.local = local != kNone ? local : value;
  if (const NodeIndex body = child(n, Field::Body); body != kNoNode) {
    class_body(body, index, made.local);
  }
  if (is_expression) builder_.end_scope();
  return value;
}

void Lowering::class_heritage(NodeIndex n, ClassIndex index) {
  const NodeIndex heritage = child(n, Kind::ClassHeritage);
  if (heritage == kNoNode) return;
  const auto extends = [&](NodeIndex value, NodeIndex arguments) {
    const LocalIndex base = expression(value);
    builder_.module().classes[index].bases.push_back(base);
    if (arguments == kNoNode) return;
    const std::string written = dotted(value);
    if (written.empty()) return;
    const ir::TypeIndex made = make_type(written, type_arguments(arguments), value);
    builder_.module().classes[index].base_types.push_back(made);
  };
  for (const NodeIndex clause : children(heritage)) {
    if (kind(clause) == Kind::ExtendsClause) {
      NodeIndex value = kNoNode;
      NodeIndex arguments = kNoNode;
      for (const NodeIndex part : children(clause)) {
        if (field_of(part) == Field::Value) {
          if (value != kNoNode) extends(value, arguments);
          value = part;
          arguments = kNoNode;
        } else if (field_of(part) == Field::TypeArguments) {
          arguments = part;
        }
      }
      if (value != kNoNode) extends(value, arguments);
    } else if (kind(clause) == Kind::ImplementsClause) {
      for (const NodeIndex part : children(clause)) {
        if (is_token(kind(part))) continue;
        const ir::TypeIndex base = type(part);
        if (base != kNone) builder_.module().classes[index].base_types.push_back(base);
      }
    } else if (!is_token(kind(clause))) {
      extends(clause, kNoNode);
    }
  }
}

void Lowering::class_body(NodeIndex n, ClassIndex index, LocalIndex value) {
  // Fields first: the constructor needs their initialisers, wherever it stands.
  std::vector<std::pair<NodeIndex, NodeIndex>> deferred;
  std::vector<std::pair<NodeIndex, std::vector<Annotation>>> methods;
  std::vector<Annotation> pending;
  bool has_constructor = false;
  for (const NodeIndex member : children(n)) {
    switch (kind(member)) {
      case Kind::Decorator:
        pending.push_back(annotation(member));
        continue;
      case Kind::FieldDefinition:
        for (const Annotation& one : annotations(member)) pending.push_back(one);
        class_field(member, index, value, std::move(pending), deferred);
        break;
      case Kind::MethodDefinition:
        for (const Annotation& one : annotations(member)) pending.push_back(one);
        if (const NodeIndex own = child(member, Field::Name);
            own != kNoNode && text(own) == "constructor") {
          has_constructor = true;
        }
        methods.emplace_back(member, std::move(pending));
        break;
      case Kind::MethodSignature:
        if (ambient_ > 0) methods.emplace_back(member, std::move(pending));
        break;
      case Kind::AbstractMethodSignature:
        methods.emplace_back(member, std::move(pending));
        break;
      case Kind::ClassStaticBlock:
        static_block(member, value);
        break;
      case Kind::Error:
        error_region(member);
        break;
      default:
        if (is_token(kind(member))) continue;
        break;
    }
    pending.clear();
  }
  if (!has_constructor && !deferred.empty()) made_constructor(n, index, deferred);
  for (auto& [member, values] : methods) class_method(member, index, std::move(values), deferred);
}

void Lowering::class_field(NodeIndex n, ClassIndex index, LocalIndex value,
                           std::vector<Annotation> annotations,
                           std::vector<std::pair<NodeIndex, NodeIndex>>& deferred) {
  NodeIndex name_node = child(n, Field::Name);
  if (name_node == kNoNode) name_node = child(n, Field::Property);
  if (name_node == kNoNode) return;
  const auto known = property_name(name_node);
  const NodeIndex initialiser = child(n, Field::Value);
  const NodeIndex access = child(n, Kind::AccessibilityModifier);
  ir::Field field;
  field.is_static = has(n, Kind::StaticToken);
  field.is_optional = has(n, Kind::QuestionToken);
  field.is_private = kind(name_node) == Kind::PrivateProperty ||
                     (access != kNoNode && text(access) == "private");
  field.annotations = std::move(annotations);
  field.span = span(n);
  field.name_span = span(name_node);
  field.type = type(child(n, Field::Type));
  if (!known) {
    expression(first_operand(name_node));
    if (initialiser != kNoNode) expression(initialiser);
    return;
  }
  field.name = *known;
  if (initialiser != kNoNode) {
    NodeIndex inner = initialiser;
    while (kind(inner) == Kind::ParenthesizedExpression) inner = first_operand(inner);
    if (kind(inner) == Kind::ArrowFunction || kind(inner) == Kind::FunctionExpression ||
        kind(inner) == Kind::GeneratorFunction) {
      FunctionSpec spec;
      spec.node = inner;
      spec.name = field.name;
      spec.name_span = field.name_span;
      spec.owner = index;
      const FunctionIndex made = function(spec);
      builder_.function(made).is_static = field.is_static;
      builder_.function(made).is_private = field.is_private;
      builder_.function(made).annotations = field.annotations;
      builder_.module().classes[index].methods.push_back(made);
      field.initialiser = builder_.closure(made, span(inner));
    } else if (field.is_static) {
      builder_.begin_scope();
      if (mentions(initialiser, Kind::This)) {
        builder_.copy(builder_.declare(this_, field.name_span), value, field.name_span);
      }
      field.initialiser = named_expression(initialiser, field.name, field.name_span);
      builder_.end_scope();
    } else if (mentions(initialiser, Kind::This) || mentions(initialiser, Kind::Super)) {
      deferred.emplace_back(name_node, initialiser);
    } else {
      field.initialiser = named_expression(initialiser, field.name, field.name_span);
    }
    if (field.is_static && field.initialiser != kNone) {
      builder_.store(value, field.name, field.initialiser, field.span, field.name_span);
    }
  }
  add_field(index, std::move(field));
}

void Lowering::method_flags(NodeIndex n, ir::Function& function) const {
  function.is_static = has(n, Kind::StaticToken);
  function.is_getter = has(n, Kind::GetToken);
  function.is_setter = has(n, Kind::SetToken);
  const NodeIndex access = child(n, Kind::AccessibilityModifier);
  function.is_private = (access != kNoNode && text(access) == "private") ||
                        kind(child(n, Field::Name)) == Kind::PrivateProperty;
}

void Lowering::class_method(NodeIndex n, ClassIndex index, std::vector<Annotation> annotations,
                            std::vector<std::pair<NodeIndex, NodeIndex>>& deferred) {
  if (kind(n) != Kind::MethodDefinition) {
    const FunctionIndex made = signature(n, index);
    builder_.function(made).annotations = std::move(annotations);
    builder_.module().classes[index].methods.push_back(made);
    return;
  }
  const NodeIndex name_node = child(n, Field::Name);
  FunctionSpec spec;
  spec.node = n;
  spec.owner = index;
  if (name_node != kNoNode) {
    spec.name_span = span(name_node);
    if (const auto known = property_name(name_node)) {
      spec.name = *known;
    } else {
      expression(first_operand(name_node));
    }
  }
  const bool is_static = has(n, Kind::StaticToken);
  spec.is_constructor = !is_static && spec.name.text() == "constructor";
  if (spec.is_constructor) spec.initialisers = deferred;
  const FunctionIndex made = function(spec);
  ir::Function& method = builder_.function(made);
  method_flags(n, method);
  method.annotations = std::move(annotations);
  builder_.module().classes[index].methods.push_back(made);
}

/// The constructor that a class without one has: passes everything on to its base, then sets the
/// fields whose initialisers use `this`.
void Lowering::made_constructor(NodeIndex n, ClassIndex index,
                                const std::vector<std::pair<NodeIndex, NodeIndex>>& deferred) {
  const Span head = builder_.module().classes[index].name_span;
  const bool has_base = !builder_.module().classes[index].bases.empty();
  const FunctionIndex made = builder_.begin_function(Name::of("constructor"), span(n), head);
  contexts_.emplace_back();
  const LocalIndex self = builder_.declare(this_, head, ir::Local::Kind::Parameter);
  ir::Function& function = builder_.function();
  function.owner = index;
  function.is_constructor = true;
  function.self = self;
  if (has_base) {
    ir::Parameter rest;
    rest.local = builder_.temporary();
    rest.kind = ir::Parameter::Kind::Rest;
    rest.span = head;
    builder_.function().parameters.push_back(rest);
    const LocalIndex base = builder_.declare(super_, head);
    builder_.copy(base, self, head);
    ir::Operand all = ir::value_operand(rest.local, head);
    all.kind = ir::Operand::Kind::Spread;
    builder_.call_method(base, Name::of("constructor"), {all}, head, head);
  }
  initialise_fields(deferred);
  builder_.end_function();
  contexts_.pop_back();
  builder_.module().classes[index].methods.push_back(made);
}

void Lowering::initialise_fields(const std::vector<std::pair<NodeIndex, NodeIndex>>& fields) {
  for (const auto& [name_node, initialiser] : fields) {
    const Name field = property_name(name_node).value_or(Name{});
    const LocalIndex value = named_expression(initialiser, field, span(name_node));
    builder_.store(builder_.lookup(this_, span(name_node)), field, value,
                   {file_, node(name_node).begin, node(initialiser).end}, span(name_node));
  }
}

void Lowering::static_block(NodeIndex n, LocalIndex value) {
  const NodeIndex body = child(n, Field::Body);
  if (body == kNoNode) return;
  builder_.begin_scope();
  const Span head{file_, node(n).begin, node(n).begin};
  builder_.copy(builder_.declare(this_, head), value, head);
  hoist_vars(body);
  block(body);
  builder_.end_scope();
}

void Lowering::add_field(ClassIndex index, ir::Field field) {
  builder_.module().classes[index].fields.push_back(std::move(field));
}

/// `this.x = …` in a constructor, or in an arrow function there, declares a field.
void Lowering::note_constructor_field(NodeIndex member) {
  if (kind(child(member, Field::Object)) != Kind::This) return;
  auto at = contexts_.rbegin();
  while (at != contexts_.rend() && at->is_arrow) ++at;
  if (at == contexts_.rend() || at->constructs == kNone) return;
  const NodeIndex property = child(member, Field::Property);
  if (!at->fields.insert(name(property)).second) return;
  ir::Field field;
  field.name = name(property);
  field.is_private = kind(property) == Kind::PrivateProperty;
  field.span = span(member);
  field.name_span = span(property);
  add_field(at->constructs, std::move(field));
}

void Lowering::interface_declaration(NodeIndex n) {
  const NodeIndex name_node = child(n, Field::Name);
  const ClassIndex index =
      new_class(n, name_node == kNoNode ? Name{} : name(name_node),
                name_node == kNoNode ? span(n) : span(name_node), Class::Kind::Interface);
  if (const NodeIndex extends = child(n, Kind::ExtendsTypeClause); extends != kNoNode) {
    for (const NodeIndex base : children(extends)) {
      if (is_token(kind(base))) continue;
      const ir::TypeIndex made = type(base);
      if (made != kNone) builder_.module().classes[index].base_types.push_back(made);
    }
  }
  object_type_members(child(n, Field::Body), index);
}

/// `type T = {…}` is an Interface; so is `type T = A & {…}` with the base A; any other type is an
/// Interface without fields whose one base is that type.
void Lowering::type_alias(NodeIndex n) {
  const NodeIndex name_node = child(n, Field::Name);
  const ClassIndex index =
      new_class(n, name_node == kNoNode ? Name{} : name(name_node),
                name_node == kNoNode ? span(n) : span(name_node), Class::Kind::Interface);
  std::vector<NodeIndex> parts{child(n, Field::Value)};
  while (!parts.empty()) {
    const NodeIndex part = parts.back();
    parts.pop_back();
    if (part == kNoNode) continue;
    if (kind(part) == Kind::ParenthesizedType || kind(part) == Kind::IntersectionType) {
      const auto top = static_cast<std::ptrdiff_t>(parts.size());
      for (const NodeIndex inner : children(part)) {
        if (!is_token(kind(inner))) parts.push_back(inner);
      }
      std::reverse(parts.begin() + top, parts.end());
    } else if (kind(part) == Kind::ObjectType) {
      object_type_members(part, index);
    } else {
      const ir::TypeIndex made = type(part);
      if (made != kNone) builder_.module().classes[index].base_types.push_back(made);
    }
  }
}

void Lowering::object_type_members(NodeIndex n, ClassIndex index) {
  if (n == kNoNode) return;
  for (const NodeIndex member : children(n)) {
    switch (kind(member)) {
      case Kind::PropertySignature: {
        const NodeIndex name_node = child(member, Field::Name);
        const auto known = name_node == kNoNode ? std::optional<Name>() : property_name(name_node);
        if (!known) break;
        ir::Field field;
        field.name = *known;
        field.is_optional = has(member, Kind::QuestionToken);
        field.type = type(child(member, Field::Type));
        field.span = span(member);
        field.name_span = span(name_node);
        add_field(index, std::move(field));
        break;
      }
      case Kind::IndexSignature: {
        ir::Field field;
        field.name = ir::any_element();
        field.type = type(child(member, Field::Type));
        field.span = span(member);
        field.name_span = span(member);
        add_field(index, std::move(field));
        break;
      }
      case Kind::MethodSignature: {
        const FunctionIndex made = signature(member, index);
        builder_.module().classes[index].methods.push_back(made);
        break;
      }
      default:
        break;
    }
  }
}

void Lowering::enum_declaration(NodeIndex n) {
  const NodeIndex name_node = child(n, Field::Name);
  if (name_node == kNoNode) return;
  const ClassIndex index = new_class(n, name(name_node), span(name_node), Class::Kind::Enum);
  const LocalIndex local = builder_.lookup(name(name_node), span(name_node));
  builder_.module().classes[index].local = local;
  if (const NodeIndex body = child(n, Field::Body); body != kNoNode) {
    for (const NodeIndex member : children(body)) {
      const NodeIndex key = kind(member) == Kind::EnumAssignment ? child(member, Field::Name) : member;
      if (key == kNoNode || is_token(kind(key))) {
        if (key == kNoNode || (kind(key) != Kind::String && kind(key) != Kind::Number)) continue;
      }
      const auto known = property_name(key);
      if (!known) continue;
      ir::Field field;
      field.name = *known;
      field.is_static = true;
      field.span = span(member);
      field.name_span = span(key);
      if (kind(member) == Kind::EnumAssignment) {
        field.initialiser = expression(child(member, Field::Value));
      }
      add_field(index, std::move(field));
    }
  }
  builder_.copy(local, builder_.class_value(index, span(n)), span(name_node));
  bound_.insert({builder_.current_function(), local});
}

/// `namespace A.B { export … }`: statements in a scope of their own; what is exported is stored to
/// an object. It adds to a class, function, enum or namespace of the same name.
void Lowering::namespace_declaration(NodeIndex n) {
  const NodeIndex name_node = child(n, Field::Name);
  const NodeIndex body = child(n, Field::Body);
  LocalIndex holder = kNone;
  std::vector<NodeIndex> path;
  for (NodeIndex at = name_node; at != kNoNode;) {
    if (kind(at) == Kind::NestedIdentifier || kind(at) == Kind::MemberExpression) {
      path.push_back(child(at, Field::Property));
      at = child(at, Field::Object);
    } else {
      path.push_back(at);
      break;
    }
  }
  if (!path.empty() && kind(path.back()) == Kind::Identifier) {
    holder = builder_.lookup(name(path.back()), span(path.back()));
    if (bound_.insert({builder_.current_function(), holder}).second) {
      builder_.copy(holder, builder_.construct(ir::ContainerKind::Object, {}, span(path.back())),
                    span(path.back()));
    }
    for (std::size_t i = path.size() - 1; i-- > 0;) {
      if (path[i] == kNoNode) continue;
      const LocalIndex inner = builder_.construct(ir::ContainerKind::Object, {}, span(path[i]));
      builder_.store(holder, name(path[i]), inner, span(path[i]), span(path[i]));
      holder = inner;
    }
  }
  if (body == kNoNode) return;
  namespaces_.push_back(ambient_ > 0 ? kNone : holder);
  block(body);
  namespaces_.pop_back();
}

void Lowering::ambient_declaration(NodeIndex n) {
  ++ambient_;
  for (const NodeIndex child : children(n)) {
    if (kind(child) == Kind::StatementBlock) {
      namespaces_.push_back(kNone);
      block(child);
      namespaces_.pop_back();
    } else if (!is_token(kind(child)) && is_statement(kind(child))) {
      statement(child);
    }
  }
  --ambient_;
}

}  // namespace privet::lang::javascript
