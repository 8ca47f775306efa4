#include <algorithm>

#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::BlockIndex;

void Lowering::statements(NodeIndex n) {
  declare_block(n);
  for (const NodeIndex child : children(n)) statement(child);
}

/// Names of `let`, `const`, classes, enums, imports and functions are known in the whole block;
/// functions have their values from its start.
void Lowering::declare_block(NodeIndex n) {
  std::vector<NodeIndex> functions;
  for (const NodeIndex child : children(n)) declare_statement(child, functions);
  for (const NodeIndex function : functions) function_declaration(function);
}

void Lowering::declare_statement(NodeIndex n, std::vector<NodeIndex>& functions) {
  const Depth depth(*this);
  if (depth.exceeded()) return too_deep(n);
  switch (kind(n)) {
    case Kind::ImportStatement:
      import_statement(n);
      break;
    case Kind::LexicalDeclaration:
    case Kind::UsingDeclaration:
      for (const NodeIndex child : children(n)) {
        if (kind(child) == Kind::VariableDeclarator) {
          declare_pattern(this->child(child, Field::Name), /*function_scope=*/false);
        }
      }
      break;
    case Kind::FunctionDeclaration:
    case Kind::GeneratorFunctionDeclaration:
      functions.push_back(n);
      [[fallthrough]];
    case Kind::ClassDeclaration:
    case Kind::AbstractClassDeclaration:
    case Kind::EnumDeclaration:
      declare_pattern(child(n, Field::Name), false);
      break;
    case Kind::FunctionSignature:
      if (ambient_ > 0) declare_pattern(child(n, Field::Name), false);
      break;
    case Kind::InternalModule:
    case Kind::AmbientModule: {
      NodeIndex first = child(n, Field::Name);
      while (kind(first) == Kind::NestedIdentifier) first = child(first, Field::Object);
      if (kind(first) == Kind::Identifier) declare_pattern(first, false);
      break;
    }
    case Kind::ImportAlias:
      declare_pattern(child(n, Kind::Identifier), false);
      break;
    case Kind::InterfaceDeclaration:
    case Kind::TypeAlias:
      if (const NodeIndex own = child(n, Field::Name); own != kNoNode && contexts_.size() == 1) {
        type_names_.insert(name(own));
      }
      break;
    case Kind::ExportStatement:
      declare_statement(child(n, Field::Declaration), functions);
      break;
    case Kind::AmbientDeclaration:
      ++ambient_;
      for (const NodeIndex child : children(n)) {
        declare_statement(child, functions);
        if (kind(child) == Kind::VariableDeclaration) hoist_vars(n);
      }
      --ambient_;
      break;
    case Kind::ExpressionStatement:
      // `namespace N {}` is an expression to the grammar.
      if (const NodeIndex inner = first_operand(n); kind(inner) == Kind::InternalModule) {
        declare_statement(inner, functions);
      }
      break;
    default:
      break;
  }
}

/// `var` anywhere below `n`, but not in a function or class inside. One pass over the subtree, and
/// every node belongs to one function only, so the whole file costs O(nodes).
void Lowering::hoist_vars(NodeIndex n) {
  if (n == kNoNode) return;
  NodeIndex i = n + 1;
  const NodeIndex end = node(n).next;
  while (i < end) {
    const Kind k = kind(i);
    if (is_function(k) || k == Kind::ClassBody) {
      i = node(i).next;
      continue;
    }
    if (k == Kind::VariableDeclaration) {
      for (const NodeIndex child : children(i)) {
        if (kind(child) == Kind::VariableDeclarator) {
          declare_pattern(this->child(child, Field::Name), /*function_scope=*/true);
        }
      }
    } else if (k == Kind::ForInStatement && has(i, Kind::VarToken)) {
      declare_pattern(child(i, Field::Left), /*function_scope=*/true);
    }
    ++i;
  }
}

/// Binds every name of a pattern.
void Lowering::declare_pattern(NodeIndex n, bool function_scope) {
  if (n == kNoNode) return;
  const Depth depth(*this);
  if (depth.exceeded()) return too_deep(n);
  switch (kind(n)) {
    case Kind::Identifier:
    case Kind::TypeIdentifier:
    case Kind::ShorthandPattern:
    case Kind::Undefined:
      builder_.declare(name(n), span(n), ir::Local::Kind::Variable, function_scope);
      break;
    case Kind::ObjectPattern:
    case Kind::ArrayPattern:
    case Kind::RestPattern:
    case Kind::Error:
      for (const NodeIndex child : children(n)) declare_pattern(child, function_scope);
      break;
    case Kind::PairPattern:
      declare_pattern(child(n, Field::Value), function_scope);
      break;
    case Kind::AssignmentPattern:
    case Kind::ObjectAssignmentPattern:
      declare_pattern(child(n, Field::Left), function_scope);
      break;
    default:
      break;
  }
}

void Lowering::block(NodeIndex n) {
  if (n == kNoNode) return;
  builder_.begin_scope();
  statements(n);
  builder_.end_scope();
}

void Lowering::statement(NodeIndex n) {
  if (n == kNoNode) return;
  const Depth depth(*this);
  if (depth.exceeded()) return too_deep(n);
  switch (kind(n)) {
    case Kind::StatementBlock: return block(n);
    case Kind::ExpressionStatement: {
      const NodeIndex inner = first_operand(n);
      if (inner == kNoNode) return;
      if (kind(inner) == Kind::InternalModule) return namespace_declaration(inner);
      expression(inner);
      return;
    }
    case Kind::VariableDeclaration:
    case Kind::LexicalDeclaration:
    case Kind::UsingDeclaration: return variable_declaration(n);
    case Kind::IfStatement: return if_statement(n);
    case Kind::SwitchStatement: return switch_statement(n);
    case Kind::ForStatement: return for_statement(n);
    case Kind::ForInStatement: return for_in_statement(n);
    case Kind::WhileStatement: return while_statement(n);
    case Kind::DoStatement: return do_statement(n);
    case Kind::TryStatement: return try_statement(n);
    case Kind::WithStatement:
      expression(child(n, Field::Object));
      return statement(child(n, Field::Body));
    case Kind::BreakStatement:
    case Kind::ContinueStatement: return jump_statement(n);
    case Kind::ReturnStatement: return return_statement(n);
    case Kind::ThrowStatement:
      builder_.throw_value(expression(first_operand(n)), span(n));
      return;
    case Kind::LabeledStatement: return labeled_statement(n);
    case Kind::ExportStatement: return export_statement(n);
    case Kind::ClassDeclaration:
    case Kind::AbstractClassDeclaration: return class_declaration(n, {});
    case Kind::InterfaceDeclaration: return interface_declaration(n);
    case Kind::TypeAlias: return type_alias(n);
    case Kind::EnumDeclaration: return enum_declaration(n);
    case Kind::InternalModule:
    case Kind::AmbientModule: return namespace_declaration(n);
    case Kind::AmbientDeclaration: return ambient_declaration(n);
    case Kind::ImportAlias: return import_alias(n);
    case Kind::FunctionSignature:
      if (ambient_ > 0) {
        const NodeIndex name_node = child(n, Field::Name);
        const LocalIndex value = builder_.closure(signature(n, kNone), span(n));
        if (name_node != kNoNode) assign(name_node, value, span(n));
      }
      return;  // else an overload: the implementation follows
    case Kind::Error: return error_region(n);
    case Kind::FunctionDeclaration:           // done at the start of the block
    case Kind::GeneratorFunctionDeclaration:
    case Kind::ImportStatement:
    case Kind::EmptyStatement:
    case Kind::DebuggerStatement:
    case Kind::Decorator: return;
    default:
      if (!is_token(kind(n))) expression(n);
      return;
  }
}

/// What the parser did not understand: the parts that look like code are still lowered.
void Lowering::error_region(NodeIndex n) {
  std::vector<NodeIndex> functions;
  for (const NodeIndex child : children(n)) {
    if (is_statement(kind(child))) declare_statement(child, functions);
  }
  for (const NodeIndex function : functions) function_declaration(function);
  for (const NodeIndex child : children(n)) {
    if (!is_token(kind(child))) statement(child);
  }
}

void Lowering::variable_declaration(NodeIndex n) {
  for (const NodeIndex child : children(n)) {
    if (kind(child) == Kind::VariableDeclarator) variable_declarator(child);
  }
}

void Lowering::variable_declarator(NodeIndex n) {
  const NodeIndex target = child(n, Field::Name);
  const NodeIndex value_node = child(n, Field::Value);
  const ir::TypeIndex declared = type(child(n, Field::Type));
  if (kind(target) == Kind::Identifier && declared != kNone) {
    set_type(builder_.lookup(name(target), span(target)), declared);
  }
  if (value_node == kNoNode) return;
  if (import_declarator(target, value_node, span(n))) return;
  LocalIndex value = kNone;
  if (kind(target) == Kind::Identifier) {
    value = named_expression(value_node, name(target), span(target));
  } else {
    value = expression(value_node);
    if (declared != kNone) {
      const LocalIndex typed = builder_.temporary();
      set_type(typed, declared);
      builder_.copy(typed, value, span(value_node));
      value = typed;
    }
  }
  assign(target, value, span(n));
}

void Lowering::if_statement(NodeIndex n) {
  // `else if` chains may be long; each turn lowers one of them.
  const BlockIndex done = builder_.new_block();
  while (n != kNoNode) {
    const BlockIndex yes = builder_.new_block();
    const BlockIndex no = builder_.new_block();
    condition(child(n, Field::Condition), yes, no);
    builder_.set_block(yes);
    statement(child(n, Field::Consequence));
    builder_.jump(done);
    builder_.set_block(no);
    const NodeIndex alternative = child(n, Field::Alternative);
    const NodeIndex inner = alternative == kNoNode ? kNoNode : first_operand(alternative);
    if (kind(inner) == Kind::IfStatement) {
      n = inner;
      continue;
    }
    statement(inner);
    n = kNoNode;
  }
  builder_.jump(done);
  builder_.set_block(done);
}

void Lowering::push_target(BlockIndex break_to, BlockIndex continue_to) {
  Target target;
  target.labels = std::move(context().pending_labels);
  context().pending_labels.clear();
  target.break_to = break_to;
  target.continue_to = continue_to;
  target.n_finals = context().finals.size();
  context().targets.push_back(std::move(target));
}

void Lowering::switch_statement(NodeIndex n) {
  const NodeIndex body = child(n, Field::Body);
  const LocalIndex value = expression(child(n, Field::Value));
  const BlockIndex done = builder_.new_block();
  if (body == kNoNode) {
    builder_.jump(done);
    builder_.set_block(done);
    return;
  }
  builder_.begin_scope();
  std::vector<NodeIndex> functions;
  std::vector<NodeIndex> cases;
  for (const NodeIndex one : children(body)) {
    if (kind(one) != Kind::SwitchCase && kind(one) != Kind::SwitchDefault) continue;
    cases.push_back(one);
    for (const NodeIndex child : children(one)) {
      if (field_of(child) == Field::Body) declare_statement(child, functions);
    }
  }
  for (const NodeIndex function : functions) function_declaration(function);

  std::vector<BlockIndex> bodies;
  BlockIndex otherwise = done;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    bodies.push_back(builder_.new_block());
    if (kind(cases[i]) == Kind::SwitchDefault) otherwise = bodies.back();
  }
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const NodeIndex tested = child(cases[i], Field::Value);
    if (tested == kNoNode) continue;
    const LocalIndex against = expression(tested);
    const LocalIndex equal = builder_.operate("===", {value, against}, span(tested));
    const BlockIndex next = builder_.new_block();
    builder_.branch(equal, bodies[i], next, span(tested));
    builder_.set_block(next);
  }
  builder_.jump(otherwise);

  push_target(done, kNone);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    builder_.set_block(bodies[i]);
    for (const NodeIndex child : children(cases[i])) {
      if (field_of(child) == Field::Body) statement(child);
    }
    builder_.jump(i + 1 < cases.size() ? bodies[i + 1] : done);
  }
  pop_target();
  builder_.end_scope();
  builder_.set_block(done);
}

void Lowering::for_statement(NodeIndex n) {
  builder_.begin_scope();
  const NodeIndex initializer = child(n, Field::Initializer);
  if (initializer != kNoNode) {
    std::vector<NodeIndex> functions;
    declare_statement(initializer, functions);
    statement(initializer);
  }
  const BlockIndex head = builder_.new_block();
  const BlockIndex body = builder_.new_block();
  const BlockIndex step = builder_.new_block();
  const BlockIndex done = builder_.new_block();
  builder_.jump(head);
  builder_.set_block(head);
  const NodeIndex tested = child(n, Field::Condition);
  if (tested == kNoNode || kind(tested) == Kind::EmptyStatement) {
    builder_.jump(body);
  } else {
    condition(tested, body, done);
  }
  push_target(done, step);
  builder_.set_block(body);
  statement(child(n, Field::Body));
  builder_.jump(step);
  pop_target();
  builder_.set_block(step);
  if (const NodeIndex increment = child(n, Field::Increment); increment != kNoNode) {
    expression(increment);
  }
  builder_.jump(head);
  builder_.end_scope();
  builder_.set_block(done);
}

void Lowering::for_in_statement(NodeIndex n) {
  builder_.begin_scope();
  const NodeIndex left = child(n, Field::Left);
  const NodeIndex right = child(n, Field::Right);
  if (child(n, Field::Kind) != kNoNode && !has(n, Kind::VarToken)) declare_pattern(left, false);
  LocalIndex over = expression(right);
  if (const NodeIndex op = child(n, Field::Operator); op != kNoNode && text(op) == "in") {
    over = builder_.operate("keys", {over}, span(right));
  }
  const BlockIndex head = builder_.new_block();
  const BlockIndex body = builder_.new_block();
  const BlockIndex done = builder_.new_block();
  builder_.jump(head);
  builder_.set_block(head);
  const LocalIndex more = builder_.operate("has-next", {over}, span(right));
  builder_.branch(more, body, done, span(right));
  push_target(done, head);
  builder_.set_block(body);
  const LocalIndex element = builder_.load(over, ir::any_element(), span(right), {});
  assign(left, element, span(left));
  statement(child(n, Field::Body));
  builder_.jump(head);
  pop_target();
  builder_.end_scope();
  builder_.set_block(done);
}

void Lowering::while_statement(NodeIndex n) {
  const BlockIndex head = builder_.new_block();
  const BlockIndex body = builder_.new_block();
  const BlockIndex done = builder_.new_block();
  builder_.jump(head);
  builder_.set_block(head);
  condition(child(n, Field::Condition), body, done);
  push_target(done, head);
  builder_.set_block(body);
  statement(child(n, Field::Body));
  builder_.jump(head);
  pop_target();
  builder_.set_block(done);
}

void Lowering::do_statement(NodeIndex n) {
  const BlockIndex body = builder_.new_block();
  const BlockIndex head = builder_.new_block();
  const BlockIndex done = builder_.new_block();
  builder_.jump(body);
  push_target(done, head);
  builder_.set_block(body);
  statement(child(n, Field::Body));
  builder_.jump(head);
  pop_target();
  builder_.set_block(head);
  condition(child(n, Field::Condition), body, done);
  builder_.set_block(done);
}

/// Up to this many nodes of a file are lowered a second time because a `finally` has several ways
/// in: nested ones would otherwise double the work at each level.
constexpr std::size_t kMaxRepeatedNodes = 20'000;

bool Lowering::spend_on_repetition(NodeIndex n) {
  const std::size_t size = node(n).next - n;
  if (repeated_nodes_ + size > kMaxRepeatedNodes) return false;
  repeated_nodes_ += size;
  return true;
}

void Lowering::try_statement(NodeIndex n) {
  const NodeIndex handler = child(n, Field::Handler);
  const NodeIndex finalizer = child(n, Field::Finalizer);
  const NodeIndex final_body = finalizer == kNoNode ? kNoNode : child(finalizer, Field::Body);
  const BlockIndex outer = builder_.handler();
  const BlockIndex done = builder_.new_block();
  const BlockIndex caught = handler == kNoNode ? kNone : builder_.new_block();
  const BlockIndex unwinding = final_body == kNoNode ? kNone : builder_.new_block();
  const BlockIndex after = final_body == kNoNode ? done : builder_.new_block();

  if (final_body != kNoNode) {
    Final guard;
    guard.body = final_body;
    guard.outer_handler = outer;
    guard.n_scopes = builder_.n_scopes();
    guard.n_targets = context().targets.size();
    context().finals.push_back(guard);
  }

  const BlockIndex before = builder_.current_block();
  const bool was_open = builder_.is_open();
  builder_.set_handler(caught != kNone ? caught : unwinding != kNone ? unwinding : outer);
  const BlockIndex body = builder_.new_block();
  if (was_open) {
    builder_.set_block(before);
    builder_.jump(body);
  }
  builder_.set_block(body);
  block(child(n, Field::Body));
  builder_.jump(after);

  builder_.set_handler(unwinding != kNone ? unwinding : outer);
  if (caught != kNone) {
    // The block was made before the guards changed.
    builder_.function().blocks[caught].handler = builder_.handler();
    builder_.set_block(caught);
    builder_.begin_scope();
    const LocalIndex value = builder_.operate("caught", std::vector<ir::Operand>{}, span(handler));
    if (const NodeIndex parameter = child(handler, Field::Parameter); parameter != kNoNode) {
      declare_pattern(parameter, false);
      if (kind(parameter) == Kind::Identifier) {
        const ir::TypeIndex declared = type(child(handler, Field::Type));
        set_type(builder_.lookup(name(parameter), span(parameter)), declared);
      }
      assign(parameter, value, span(parameter));
    }
    block(child(handler, Field::Body));
    builder_.end_scope();
    builder_.jump(after);
  }

  if (final_body != kNoNode) {
    context().finals.pop_back();
    builder_.set_handler(outer);
    builder_.set_block(unwinding);
    const LocalIndex value = builder_.operate("caught", std::vector<ir::Operand>{}, span(finalizer));
    if (spend_on_repetition(final_body)) {
      block(final_body);
      builder_.throw_value(value, span(finalizer));
      builder_.set_block(after);
      block(final_body);
      builder_.jump(done);
    } else {
      // Over-approximates: what follows is reached with what was thrown, too.
      builder_.jump(after);
      builder_.set_block(after);
      block(final_body);
      const BlockIndex rethrow = builder_.new_block();
      const LocalIndex completed =
          builder_.operate("completed", std::vector<ir::Operand>{}, span(finalizer));
      builder_.branch(completed, done, rethrow, span(finalizer));
      builder_.set_block(rethrow);
      builder_.throw_value(value, span(finalizer));
    }
  }
  builder_.set_handler(outer);
  builder_.set_block(done);
}

/// Lowers the `finally` blocks that are left when control goes to where `n_finals` of them guard.
void Lowering::leave_through_finally(std::size_t n_finals) {
  if (context().finals.size() <= n_finals || !builder_.is_open()) return;
  const std::vector<Final> finals = context().finals;
  const std::vector<Target> targets = context().targets;
  const BlockIndex handler = builder_.handler();
  while (context().finals.size() > n_finals) {
    const Final guard = context().finals.back();
    context().finals.pop_back();
    // Misses: `finally` code on this way out, when the bound is reached.
    if (!builder_.is_open() || !spend_on_repetition(guard.body)) continue;
    const BlockIndex before = builder_.current_block();
    builder_.set_handler(guard.outer_handler);
    const BlockIndex inlined = builder_.new_block();
    builder_.set_block(before);
    builder_.jump(inlined);
    builder_.set_block(inlined);
    context().targets.resize(guard.n_targets);
    builder_.take_scopes_off(guard.n_scopes);
    block(guard.body);
    builder_.put_scopes_back();
  }
  context().finals = finals;
  context().targets = targets;
  if (builder_.is_open()) {
    const BlockIndex last = builder_.new_block();
    builder_.jump(last);
    builder_.set_handler(handler);
    builder_.set_block(last);
  } else {
    builder_.set_handler(handler);
  }
}

void Lowering::labeled_statement(NodeIndex n) {
  const NodeIndex label = child(n, Field::Label);
  const NodeIndex body = child(n, Field::Body);
  if (label != kNoNode) context().pending_labels.push_back(name(label));
  switch (kind(body)) {
    case Kind::ForStatement:
    case Kind::ForInStatement:
    case Kind::WhileStatement:
    case Kind::DoStatement:
    case Kind::SwitchStatement:
    case Kind::LabeledStatement:
      return statement(body);
    default:
      break;
  }
  const BlockIndex done = builder_.new_block();
  push_target(done, kNone);
  context().targets.back().takes_plain_break = false;
  statement(body);
  builder_.jump(done);
  pop_target();
  builder_.set_block(done);
}

void Lowering::jump_statement(NodeIndex n) {
  const bool is_continue = kind(n) == Kind::ContinueStatement;
  const NodeIndex label = child(n, Field::Label);
  const Name wanted = label == kNoNode ? Name{} : name(label);
  const auto& targets = context().targets;
  for (auto target = targets.rbegin(); target != targets.rend(); ++target) {
    if (is_continue && target->continue_to == kNone) continue;
    const bool fits = wanted.empty()
                          ? target->takes_plain_break
                          : std::find(target->labels.begin(), target->labels.end(), wanted) !=
                                target->labels.end();
    if (!fits) continue;
    const BlockIndex to = is_continue ? target->continue_to : target->break_to;
    leave_through_finally(target->n_finals);
    builder_.jump(to);
    return;
  }
}

void Lowering::return_statement(NodeIndex n) {
  const NodeIndex value_node = first_operand(n);
  LocalIndex value = value_node == kNoNode ? kNone : expression(value_node);
  leave_through_finally(0);
  if (const LocalIndex generator = context().generator; generator != kNone) {
    if (value != kNone) builder_.store(generator, ir::any_element(), value, span(n), {});
    value = generator;
  }
  builder_.return_value(value, span(n));
}

}  // namespace privet::lang::javascript
