#include <algorithm>

#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::Annotation;
using ir::FunctionIndex;
using ir::Parameter;

ir::Annotation Lowering::annotation(NodeIndex decorator) {
  Annotation result;
  result.span = span(decorator);
  const NodeIndex inner = first_operand(decorator);
  if (inner != kNoNode) result.value = expression(inner);
  return result;
}

/// Values of the decorators that stand directly on `n`.
std::vector<Annotation> Lowering::annotations(NodeIndex n) {
  std::vector<Annotation> result;
  for (const NodeIndex child : children(n)) {
    if (kind(child) == Kind::Decorator) result.push_back(annotation(child));
  }
  return result;
}

LocalIndex Lowering::function_value(NodeIndex n, Name hint, Span hint_span) {
  FunctionSpec spec;
  spec.node = n;
  spec.is_arrow = kind(n) == Kind::ArrowFunction;
  spec.name = hint;
  spec.name_span = hint_span;
  const NodeIndex own_name = child(n, Field::Name);
  if (own_name == kNoNode) return builder_.closure(function(spec), span(n));

  spec.name = name(own_name);
  spec.name_span = span(own_name);
  builder_.begin_scope();
  const LocalIndex self = builder_.declare(spec.name, spec.name_span);
  const LocalIndex value = builder_.closure(function(spec), span(n));
  builder_.copy(self, value, span(own_name));
  builder_.end_scope();
  return value;
}

void Lowering::function_declaration(NodeIndex n) {
  const NodeIndex name_node = child(n, Field::Name);
  FunctionSpec spec;
  spec.node = n;
  if (name_node != kNoNode) {
    spec.name = name(name_node);
    spec.name_span = span(name_node);
  }
  const LocalIndex value = builder_.closure(function(spec), span(n));
  if (name_node == kNoNode) return;
  const LocalIndex local = builder_.lookup(spec.name, spec.name_span);
  builder_.copy(local, value, spec.name_span);
  bound_.insert({builder_.current_function(), local});
}

FunctionIndex Lowering::function(const FunctionSpec& spec) {
  const Depth depth(*this);
  const NodeIndex n = spec.node;
  const NodeIndex list = child(n, Field::Parameters);
  NodeIndex body = child(n, Field::Body);
  if (depth.exceeded()) {
    too_deep(n);
    body = kNoNode;
  }
  std::vector<std::vector<Annotation>> parameter_annotations;
  if (list != kNoNode) {
    for (const NodeIndex parameter : children(list)) {
      if (!is_token(kind(parameter))) parameter_annotations.push_back(annotations(parameter));
    }
  }
  Span head = spec.name_span;
  if (!head.valid()) {
    const NodeIndex single = child(n, Field::Parameter);
    const NodeIndex last = list != kNoNode ? list : single != kNoNode ? single : n;
    head = {file_, node(n).begin, node(last).end};
  }

  const FunctionIndex index = builder_.begin_function(spec.name, span(n), head);
  contexts_.emplace_back();
  context().is_arrow = spec.is_arrow;
  {
    ir::Function& made = builder_.function();
    made.is_async = has(n, Kind::AsyncToken);
    made.is_generator = has(n, Kind::StarToken) || kind(n) == Kind::GeneratorFunction ||
                        kind(n) == Kind::GeneratorFunctionDeclaration;
    made.owner = spec.owner;
    made.is_constructor = spec.is_constructor;
  }
  if (!spec.is_arrow) {
    const LocalIndex self = builder_.declare(this_, head, ir::Local::Kind::Parameter);
    builder_.function().self = self;
    if (spec.owner != kNone && mentions(n, Kind::Super)) {
      builder_.copy(builder_.declare(super_, head), self, head);
    }
  }
  const ir::TypeIndex result_type = type(child(n, Field::ReturnType));
  builder_.function().return_type = result_type;
  if (builder_.function().is_generator) {
    context().generator = builder_.construct(ir::ContainerKind::List, {}, head);
  }
  if (spec.is_constructor) {
    context().constructs = spec.owner;
    for (const ir::Field& field : builder_.module().classes[spec.owner].fields) {
      context().fields.insert(field.name);
    }
  }
  parameters(n, std::move(parameter_annotations), spec);
  if (!spec.is_arrow && body != kNoNode) bind_arguments(body);
  if (spec.is_constructor) initialise_fields(spec.initialisers);

  if (kind(body) == Kind::StatementBlock) {
    hoist_vars(body);
    statements(body);
  } else if (body != kNoNode) {
    const LocalIndex value = expression(body);
    builder_.return_value(value, span(body));
  }
  if (context().generator != kNone) builder_.return_value(context().generator, head);
  builder_.end_function();
  contexts_.pop_back();
  return index;
}

/// A function that is declared without a body, with its types.
FunctionIndex Lowering::signature(NodeIndex n, ir::ClassIndex owner) {
  const NodeIndex name_node = child(n, Field::Name);
  const Name known = name_node == kNoNode ? Name{} : property_name(name_node).value_or(Name{});
  FunctionSpec spec;
  spec.node = n;
  spec.name = known;
  spec.name_span = name_node == kNoNode ? span(n) : span(name_node);
  spec.owner = owner;
  const FunctionIndex index = function(spec);
  ir::Function& made = builder_.function(index);
  made.is_abstract = true;
  made.is_constructor = owner != kNone && known.text() == "constructor";
  method_flags(n, made);
  return index;
}

void Lowering::parameters(NodeIndex n, std::vector<std::vector<Annotation>> annotations,
                          const FunctionSpec& spec) {
  if (const NodeIndex single = child(n, Field::Parameter); single != kNoNode) {
    return parameter(single, {}, spec);
  }
  const NodeIndex list = child(n, Field::Parameters);
  if (list == kNoNode) return;
  // Defaults may use parameters that come later in the text only through functions, but patterns
  // must be bound before them all the same.
  std::size_t i = 0;
  for (const NodeIndex one : children(list)) {
    if (is_token(kind(one))) continue;
    parameter(one, std::move(annotations[i]), spec);
    ++i;
  }
}

void Lowering::parameter(NodeIndex n, std::vector<Annotation> annotations,
                         const FunctionSpec& spec) {
  NodeIndex pattern = n;
  NodeIndex default_node = kNoNode;
  ir::TypeIndex declared = kNone;
  if (kind(n) == Kind::RequiredParameter || kind(n) == Kind::OptionalParameter) {
    pattern = child(n, Field::Pattern);
    if (pattern == kNoNode) pattern = child(n, Field::Name);
    default_node = child(n, Field::Value);
    declared = type(child(n, Field::Type));
  } else if (kind(n) == Kind::AssignmentPattern) {
    pattern = child(n, Field::Left);
    default_node = child(n, Field::Right);
  }
  if (kind(pattern) == Kind::This) {
    if (builder_.function().self != kNone) set_type(builder_.function().self, declared);
    return;
  }
  Parameter result;
  result.span = span(n);
  result.annotations = annotations;
  result.has_default = default_node != kNoNode;
  if (kind(pattern) == Kind::RestPattern) {
    result.kind = Parameter::Kind::Rest;
    pattern = first_operand(pattern);
  }
  const bool is_name = kind(pattern) == Kind::Identifier || kind(pattern) == Kind::Undefined;
  result.local = is_name ? builder_.declare(name(pattern), span(pattern), ir::Local::Kind::Parameter)
                         : builder_.temporary();
  // A name that an earlier pattern took too is still a parameter.
  if (is_name) builder_.function().locals[result.local].kind = ir::Local::Kind::Parameter;
  set_type(result.local, declared);
  builder_.function().parameters.push_back(result);

  if (!is_name) declare_pattern(pattern, /*function_scope=*/true);
  if (default_node != kNoNode) {
    const LocalIndex chosen = with_default(result.local, default_node,
                                           is_name ? name(pattern) : Name{},
                                           is_name ? span(pattern) : Span{});
    builder_.copy(result.local, chosen, span(default_node));
  }
  if (!is_name && pattern != kNoNode) assign(pattern, result.local, span(pattern));
  if (spec.is_constructor && is_name &&
      (has(n, Kind::AccessibilityModifier) || has(n, Kind::ReadonlyToken) ||
       has(n, Kind::OverrideModifier))) {
    parameter_property(n, spec.owner, result.local, annotations);
  }
}

/// `constructor(private readonly users: UserService)` declares a field and sets it.
void Lowering::parameter_property(NodeIndex n, ir::ClassIndex owner, LocalIndex local,
                                  const std::vector<Annotation>& annotations) {
  const NodeIndex pattern = child(n, Field::Pattern);
  const NodeIndex access = child(n, Kind::AccessibilityModifier);
  ir::Field field;
  field.name = name(pattern);
  field.type = builder_.function().locals[local].type;
  field.is_optional = kind(n) == Kind::OptionalParameter;
  field.is_private = access != kNoNode && text(access) == "private";
  field.annotations = annotations;
  field.span = span(n);
  field.name_span = span(pattern);
  builder_.store(builder_.function().self, field.name, local, span(n), span(pattern));
  context().fields.insert(field.name);
  add_field(owner, std::move(field));
}

/// `arguments` is the list of all arguments: the parameters, then a Rest parameter of our own.
void Lowering::bind_arguments(NodeIndex body) {
  NodeIndex used = kNoNode;
  NodeIndex i = body;
  const NodeIndex end = node(body).next;
  while (i < end && used == kNoNode) {
    const Kind k = kind(i);
    if ((is_function(k) && k != Kind::ArrowFunction) || k == Kind::ClassBody) {
      i = node(i).next;
      continue;
    }
    if (k == Kind::Identifier && text(i) == "arguments") used = i;
    ++i;
  }
  const Name wanted = Name::of("arguments");
  if (used == kNoNode || builder_.find_here(wanted) != kNone) return;
  std::vector<ir::Operand> operands;
  LocalIndex rest = kNone;
  for (const Parameter& parameter : builder_.function().parameters) {
    ir::Operand operand = ir::value_operand(parameter.local, parameter.span);
    if (parameter.kind == Parameter::Kind::Rest) {
      operand.kind = ir::Operand::Kind::Spread;
      rest = parameter.local;
    }
    operands.push_back(operand);
  }
  const Span where = span(used);
  if (rest == kNone) {
    Parameter more;
    more.local = builder_.temporary();
    more.kind = Parameter::Kind::Rest;
    more.span = where;
    builder_.function().parameters.push_back(more);
    ir::Operand operand = ir::value_operand(more.local, where);
    operand.kind = ir::Operand::Kind::Spread;
    operands.push_back(operand);
  }
  const LocalIndex list = builder_.construct(ir::ContainerKind::List, operands, where);
  builder_.copy(builder_.declare(wanted, where), list, where);
}

}  // namespace privet::lang::javascript
