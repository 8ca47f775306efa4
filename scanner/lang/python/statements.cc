#include "lang/python/lowerer.h"

namespace privet::lang::python {

using ir::BlockIndex;

void Lowerer::block(const Node& node) {
  const Deeper deeper(depth_);
  if (too_deep()) {
    give_up(node);
    return;
  }
  const Kids children = kids(node);
  for (std::size_t i = 0; i < children.size(); ++i) {
    const Kid kid = children[i];
    statement(kid.node, kid.kind);
  }
}

void Lowerer::statement(const Node& node, Kind kind) {
  const Deeper deeper(depth_);
  if (too_deep()) {
    give_up(node);
    return;
  }
  switch (kind) {
    case Kind::ExpressionStatement: return expression_statement(node);
    case Kind::Return: return return_statement(node);
    case Kind::If: return if_statement(node);
    case Kind::For: return for_statement(node);
    case Kind::While: return while_statement(node);
    case Kind::Try: return try_statement(node);
    case Kind::With: return with_statement(node);
    case Kind::Match: return match_statement(node);
    case Kind::Function: return function_definition(node, {}, {});
    case Kind::Class: return class_definition(node, {});
    case Kind::Decorated: return decorated(node);
    case Kind::Import: return import_statement(node);
    case Kind::ImportFrom: return import_from(node);
    case Kind::Raise: return raise_statement(node);
    case Kind::Assert: return assert_statement(node);
    case Kind::Break: return leave_loop(/*is_break=*/true);
    case Kind::Continue: return leave_loop(/*is_break=*/false);
    case Kind::Print: return print_statement(node);
    case Kind::Delete: {
      const Kids targets = kids(node);
      for (std::size_t i = 0; i < targets.size(); ++i) {
        delete_target(targets[i].node, targets[i].kind);
      }
      return;
    }
    case Kind::Exec: {
      std::vector<Operand> operands;
      const Kids parts = kids(node);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        element(parts[i].node, parts[i].kind, operands);
      }
      b_.call(b_.lookup(Name::of("exec"), span(node)), operands, span(node));
      return;
    }
    case Kind::Block: return block(node);
    case Kind::FutureImport:
    case Kind::Pass:
    case Kind::Global:
    case Kind::Nonlocal:
    case Kind::TypeAlias:
    case Kind::Token:
      return;
    // A whole file that is one error node comes with its pieces as children.
    case Kind::Error: return error_statement(node);
    default:
      expression(node, kind);
  }
}

void Lowerer::error_statement(const Node& node) {
  const Kids children = kids(node);
  for (std::size_t i = 0; i < children.size(); ++i) {
    const Kid kid = children[i];
    switch (kid.kind) {
      // Broken pieces without a meaning of their own.
      case Kind::Parameters:
      case Kind::ArgumentList:
      case Kind::DottedName:
      case Kind::StringStart:
      case Kind::StringContent:
      case Kind::StringEnd:
      case Kind::TypeConversion:
      case Kind::ImportPrefix:
        break;
      default: statement(kid.node, kid.kind);
    }
  }
}

void Lowerer::expression_statement(const Node& node) {
  const Kids children = kids(node);
  for (std::size_t i = 0; i < children.size(); ++i) {
    const Kid kid = children[i];
    switch (kid.kind) {
      case Kind::Assignment: assignment(kid.node); break;
      case Kind::AugmentedAssignment: augmented_assignment(kid.node); break;
      case Kind::Ellipsis: break;
      default: expression(kid.node, kid.kind);
    }
  }
}

void Lowerer::assignment(const Node& node) {
  // `a = b = value` nests to the right: the value first, then the targets from left to right.
  struct Target {
    Node node;
    Kind kind;
    Node type;
  };
  std::vector<Target> targets;
  Node value;
  Node augmented;
  for (Node step = node;;) {
    const Node left = child_by(step, f_.left);
    targets.push_back({left, kind_of(left), child_by(step, f_.type)});
    value = child_by(step, f_.right);
    const Kind kind = kind_of(value);
    if (kind == Kind::AugmentedAssignment) {
      augmented = value;
      break;
    }
    if (kind != Kind::Assignment) break;
    step = value;
  }
  if (augmented) {
    augmented_assignment(augmented);
    value = child_by(augmented, f_.left);
  }

  const Kind value_kind = kind_of(value);
  ClassBody* class_body = state().class_body;
  const Target& first = targets.front();
  if (value && targets.size() == 1 && class_body == nullptr && !first.type) {
    const Kids left = kids(first.node);
    const Kids right = kids(value);
    const bool left_is_list =
        first.kind == Kind::PatternList || first.kind == Kind::TuplePattern;
    const bool right_is_list = value_kind == Kind::ExpressionList || value_kind == Kind::Tuple;
    if (left_is_list && right_is_list && can_assign_in_parallel(left, right)) {
      assign_in_parallel(first.node, value, span(node));
      return;
    }
  }

  LocalIndex result = kNone;
  if (value) {
    if (value_kind == Kind::Lambda && first.kind == Kind::Identifier) {
      result = lambda(value, name_of(first.node));
    } else {
      result = expression(value, value_kind);
    }
  }
  for (const Target& target : targets) {
    ir::TypeIndex type = kNone;
    std::vector<ir::Annotation> metadata;
    if (target.type) type = type_of(target.type, &metadata);
    if (target.kind == Kind::Identifier && class_body != nullptr) {
      class_field(target.node, result, type, std::move(metadata),
                  form_of(target.type ? target.type.text() : "") == TypeForm::ClassVar, node);
      if (result != kNone) b_.copy(variable(target.node), result, span(node));
      continue;
    }
    if (target.kind == Kind::Identifier) {
      const LocalIndex local = variable(target.node);
      if (type != kNone) {
        ir::Local& declared = b_.function().locals[local];
        if (declared.type == kNone) declared.type = type;
      }
      if (result != kNone) b_.copy(local, result, span(node));
      if (b_.current_function() == 0 && value && target.node.text() == "__all__") {
        star_names(value, value_kind, /*add=*/false);
      }
      continue;
    }
    if (target.kind == Kind::Attribute) {
      const Node object = child_by(target.node, f_.object);
      const Node attribute = child_by(target.node, f_.attribute);
      if (!attribute || attribute.begin() == attribute.end()) continue;
      const LocalIndex base = expression(object);
      note_instance_field(base, target.node, result, type);
      if (result != kNone) {
        b_.store(base, name_of(attribute), result, span(node), span(attribute));
      }
      continue;
    }
    if (result != kNone) assign(target.node, target.kind, result, span(node));
  }
}

void Lowerer::augmented_assignment(const Node& node) {
  const Node left = child_by(node, f_.left);
  const Node right = child_by(node, f_.right);
  const Node op_node = child_by(node, f_.op);
  if (!left || !right || !op_node) {
    unknown_of_children(node);
    return;
  }
  std::string_view op = op_node.text();
  if (op.ends_with('=')) op.remove_suffix(1);
  const Kind right_kind = kind_of(right);
  LocalIndex base = kNone;
  LocalIndex old = kNone;
  const Kind left_kind = kind_of(left);
  // The base of the target is computed once.
  Node attribute;
  Name key;
  LocalIndex computed = kNone;
  if (left_kind == Kind::Attribute) {
    base = expression(child_by(left, f_.object));
    attribute = child_by(left, f_.attribute);
    if (!attribute || attribute.begin() == attribute.end()) {
      b_.unknown({base, expression(right)}, span(node));
      return;
    }
    old = b_.load(base, name_of(attribute), span(left), span(attribute));
  } else if (left_kind == Kind::Subscript) {
    base = expression(child_by(left, f_.value));
    const Node subscript = child_by(left, f_.subscript);
    key = constant_key(subscript, kind_of(subscript));
    if (!key.empty()) {
      attribute = subscript;
      old = b_.load(base, key, span(left), span(subscript));
    } else {
      const Kids children = kids(left);
      computed = subscript_key(children, left);
      old = b_.load_computed(base, computed, span(left));
    }
  } else {
    old = expression(left, left_kind);
  }
  const LocalIndex value = right_kind == Kind::AugmentedAssignment || right_kind == Kind::Assignment
                               ? unknown_of_children(right)
                               : expression(right, right_kind);
  const LocalIndex result = b_.operate(
      op, {ir::value_operand(old, span(left)), ir::value_operand(value, span(right))}, span(node));
  if (left_kind == Kind::Attribute) {
    b_.store(base, name_of(attribute), result, span(node), span(attribute));
  } else if (left_kind == Kind::Subscript && !key.empty()) {
    b_.store(base, key, result, span(node), span(attribute));
  } else if (left_kind == Kind::Subscript) {
    b_.store_computed(base, computed, result, span(node));
  } else {
    assign(left, left_kind, result, span(node));
    if (b_.current_function() == 0 && left.text() == "__all__") {
      star_names(right, right_kind, /*add=*/true);
    }
  }
}

void Lowerer::delete_target(const Node& node, Kind kind) {
  const Deeper deeper(depth_);
  if (too_deep()) return;
  switch (kind) {
    case Kind::ExpressionList:
    case Kind::Tuple:
    case Kind::List:
    case Kind::Parenthesized: {
      const Kids children = kids(node);
      for (std::size_t i = 0; i < children.size(); ++i) {
        delete_target(children[i].node, children[i].kind);
      }
      return;
    }
    case Kind::Identifier:
    case Kind::Attribute:
    case Kind::Subscript:
      assign(node, kind, null_literal(span(node)), span(node));
      return;
    default:
      expression(node, kind);
  }
}

void Lowerer::return_statement(const Node& node) {
  const Kids children = kids(node);
  LocalIndex value = children.empty() ? kNone : expression(children[0].node, children[0].kind);
  if (value != kNone && !state().finalisers.empty()) {
    // A finally clause may assign to the variable that is returned.
    const LocalIndex kept = b_.temporary();
    b_.copy(kept, value, span(node));
    value = kept;
  }
  const BlockIndex handler = b_.handler();
  finalise_down_to(0);
  b_.return_value(value, span(node));
  b_.set_handler(handler);
}

void Lowerer::raise_statement(const Node& node) {
  const Node cause = child_by(node, f_.cause);
  if (cause) expression(cause);
  const Kids children = kids(node);
  LocalIndex value = kNone;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (children[i].field == f_.cause) continue;
    value = expression(children[i].node, children[i].kind);
  }
  if (children.empty() && !state().caught.empty()) value = state().caught.back();
  b_.throw_value(value, span(node));
}

void Lowerer::assert_statement(const Node& node) {
  const Kids children = kids(node);
  if (children.empty()) return;
  const BlockIndex holds = b_.new_block();
  const BlockIndex fails = b_.new_block();
  condition(children[0].node, holds, fails);
  b_.set_block(fails);
  LocalIndex message = kNone;
  if (children.size() > 1) message = expression(children[1].node, children[1].kind);
  b_.throw_value(message, span(node));
  b_.set_block(holds);
}

bool Lowerer::is_type_checking(const Node& condition) const {
  const std::string_view text = condition.text();
  return text == "TYPE_CHECKING" || text.ends_with(".TYPE_CHECKING");
}

void Lowerer::if_statement(const Node& node) {
  const BlockIndex after = b_.new_block();
  const Kids parts = kids(node);
  // if, then each elif, then else: a loop, since generated code has thousands of them.
  BlockIndex otherwise = kNone;
  const auto branch_of = [&](const Node& test, const Node& body) {
    const BlockIndex yes = b_.new_block();
    otherwise = b_.new_block();
    if (test) {
      condition(test, yes, otherwise);
    } else {
      b_.jump(yes);
    }
    b_.set_block(yes);
    const bool outer = type_only_;
    if (test && is_type_checking(test)) type_only_ = true;
    if (body) block(body);
    type_only_ = outer;
    b_.jump(after);
    b_.set_block(otherwise);
  };
  branch_of(parts.by(f_.condition), parts.by(f_.consequence));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    if (part.kind == Kind::ElifClause) {
      branch_of(child_by(part.node, f_.condition), child_by(part.node, f_.consequence));
    } else if (part.kind == Kind::ElseClause) {
      if (const Node body = child_by(part.node, f_.body)) block(body);
    } else if (part.kind == Kind::Error) {
      error_statement(part.node);
    }
  }
  b_.jump(after);
  b_.set_block(after);
}

void Lowerer::while_statement(const Node& node) {
  const Node test = child_by(node, f_.condition);
  const Node body = child_by(node, f_.body);
  const Node alternative = child_by(node, f_.alternative);
  const BlockIndex head = b_.new_block();
  const BlockIndex inside = b_.new_block();
  const BlockIndex end = b_.new_block();
  const BlockIndex after = alternative ? b_.new_block() : end;
  b_.jump(head);
  b_.set_block(head);
  if (!test || test.text() == "True" || test.text() == "1") {
    b_.jump(inside);
  } else {
    condition(test, inside, end);
  }
  state().loops.push_back({head, after, state().finalisers.size()});
  b_.set_block(inside);
  if (body) block(body);
  b_.jump(head);
  state().loops.pop_back();
  b_.set_block(end);
  if (alternative) {
    if (const Node inner = child_by(alternative, f_.body)) block(inner);
    b_.jump(after);
    b_.set_block(after);
  }
}

void Lowerer::for_statement(const Node& node) {
  const Kids parts = kids(node);
  const Node left = parts.by(f_.left);
  const Node right = parts.by(f_.right);
  const Node body = parts.by(f_.body);
  const Node alternative = parts.first(Kind::ElseClause);
  if (!left || !right) {
    unknown_of_children(node);
    return;
  }
  const LocalIndex iterable = expression(right);
  const BlockIndex head = b_.new_block();
  const BlockIndex inside = b_.new_block();
  const BlockIndex end = b_.new_block();
  const BlockIndex after = alternative ? b_.new_block() : end;
  b_.jump(head);
  b_.set_block(head);
  const LocalIndex more =
      b_.operate("has-next", {ir::value_operand(iterable, span(right))}, span(right));
  b_.branch(more, inside, end, span(right));
  state().loops.push_back({head, after, state().finalisers.size()});
  b_.set_block(inside);
  const LocalIndex item = b_.load(iterable, ir::any_element(), span(right), span(right));
  assign(left, kind_of(left), item, span(left.begin(), right.end()));
  if (body) block(body);
  b_.jump(head);
  state().loops.pop_back();
  b_.set_block(end);
  if (alternative) {
    if (const Node inner = child_by(alternative, f_.body)) block(inner);
    b_.jump(after);
    b_.set_block(after);
  }
}

void Lowerer::leave_loop(bool is_break) {
  if (state().loops.empty()) return;  // broken code
  const Loop loop = state().loops.back();
  const BlockIndex handler = b_.handler();
  finalise_down_to(loop.n_finalisers);
  b_.jump(is_break ? loop.after : loop.next);
  b_.set_handler(handler);
}

void Lowerer::finalise_down_to(std::size_t level) {
  if (state().finalisers.size() <= level || !b_.is_open()) return;
  const std::vector<Finaliser> finalisers = state().finalisers;
  const std::vector<Loop> loops = state().loops;
  for (std::size_t i = finalisers.size(); i-- > level;) {
    const Finaliser& finaliser = finalisers[i];
    const std::size_t size = finaliser.clause.end() - finaliser.clause.begin();
    // Copies inside copies grow exponentially. Misses: what the clause does on this way out.
    if (size > finally_budget_) break;
    finally_budget_ -= size;
    state().finalisers.resize(i);
    state().loops.resize(finaliser.n_loops);
    b_.set_handler(finaliser.handler);
    const BlockIndex inside = b_.new_block();
    b_.jump(inside);
    b_.set_block(inside);
    const Kids parts = kids(finaliser.clause);
    if (const Node body = parts.first(Kind::Block)) block(body);
  }
  state().finalisers = finalisers;
  state().loops = loops;
}

void Lowerer::try_statement(const Node& node) {
  Node body;
  Node otherwise;
  Node finally_clause;
  std::vector<Node> clauses;
  {
    const Kids parts = kids(node);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Kid part = parts[i];
      if (part.field == f_.body) body = part.node;
      if (part.kind == Kind::ExceptClause) clauses.push_back(part.node);
      if (part.kind == Kind::ElseClause) otherwise = part.node;
      if (part.kind == Kind::FinallyClause) finally_clause = part.node;
      if (part.kind == Kind::Error) error_statement(part.node);
    }
  }
  const BlockIndex outer = b_.handler();
  const BlockIndex done = b_.new_block();
  const BlockIndex unwind = finally_clause ? b_.new_block() : outer;
  if (finally_clause) {
    state().finalisers.push_back({finally_clause, outer, state().loops.size()});
  }
  b_.set_handler(unwind);
  const BlockIndex caught = clauses.empty() ? unwind : b_.new_block();

  b_.set_handler(caught);
  const BlockIndex inside = b_.new_block();
  b_.jump(inside);
  b_.set_block(inside);
  if (body) block(body);

  b_.set_handler(unwind);
  if (otherwise) {
    const BlockIndex next = b_.new_block();
    b_.jump(next);
    b_.set_block(next);
    if (const Node inner = child_by(otherwise, f_.body)) block(inner);
  }
  b_.jump(done);
  if (!clauses.empty()) {
    b_.set_block(caught);
    except_clauses(clauses, done);
  }
  b_.set_handler(outer);
  if (finally_clause) {
    state().finalisers.pop_back();
    const Kids parts = kids(finally_clause);
    const Node inner = parts.first(Kind::Block);
    b_.set_block(unwind);
    const LocalIndex pending = b_.operate("caught", {}, span(finally_clause));
    const std::size_t size = finally_clause.end() - finally_clause.begin();
    if (inner && size <= finally_budget_) {
      finally_budget_ -= size;
      block(inner);
    }
    b_.throw_value(pending, span(finally_clause));
    b_.set_block(done);
    if (inner) block(inner);
    return;
  }
  b_.set_block(done);
}

void Lowerer::except_clauses(const std::vector<Node>& clauses, BlockIndex done) {
  const LocalIndex caught = b_.operate("caught", {}, span(clauses.front()));
  bool catches_all = false;
  for (const Node& clause : clauses) {
    std::vector<Node> types;
    Node alias;
    Node body;
    const Kids parts = kids(clause);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Kid part = parts[i];
      if (part.kind == Kind::Block) {
        body = part.node;
      } else if (part.field == f_.alias) {
        alias = part.node;
      } else if (part.kind == Kind::AsPattern) {
        const Kids inner = kids(part.node);
        if (!inner.empty()) types.push_back(inner[0].node);
        alias = inner.by(f_.alias);
      } else if (is_old_alias(parts, i)) {
        alias = part.node;
      } else if (part.field == f_.value) {
        types.push_back(part.node);
      }
    }
    const BlockIndex matches = b_.new_block();
    const BlockIndex next = b_.new_block();
    catches_all = types.empty() || (types.size() == 1 && (types[0].text() == "Exception" ||
                                                          types[0].text() == "BaseException"));
    if (catches_all) {
      b_.jump(matches);
    } else {
      std::vector<Operand> operands{ir::value_operand(caught, span(clause))};
      for (const Node& type : types) {
        operands.push_back(ir::value_operand(expression(type), span(type)));
      }
      const Span where = span(types.front().begin(), types.back().end());
      b_.branch(b_.operate("isinstance", operands, where), matches, next, where);
    }
    b_.set_block(matches);
    if (alias) assign(alias, kind_of(alias), caught, span(alias));
    state().caught.push_back(caught);
    if (body) block(body);
    state().caught.pop_back();
    b_.jump(done);
    b_.set_block(next);
  }
  // No clause fits. After a catch-all this block is unreachable.
  b_.throw_value(caught, span(clauses.back()));
}

void Lowerer::with_statement(const Node& node) {
  const Kids parts = kids(node, /*with_tokens=*/true);
  bool is_async = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    if (part.kind == Kind::Token && part.node.type() == "async") is_async = true;
    if (part.kind == Kind::WithClause) {
      const Kids items = kids(part.node);
      for (std::size_t k = 0; k < items.size(); ++k) {
        with_item(items[k].node, items[k].kind, is_async, items[k].node);
      }
    }
    if (part.field == f_.body) block(part.node);
  }
}

void Lowerer::with_item(const Node& node, Kind kind, bool is_async, const Node& whole) {
  const Deeper deeper(depth_);
  if (too_deep()) return;
  if (kind == Kind::WithItem) {
    const Node value = child_by(node, f_.value);
    if (value) with_item(value, kind_of(value), is_async, node);
    return;
  }
  if ((kind == Kind::Tuple || kind == Kind::Parenthesized)) {
    // `with (open(a) as b, open(c) as d):` may be read as one tuple.
    const Kids inner = kids(node);
    bool has_alias = false;
    for (std::size_t i = 0; i < inner.size(); ++i) {
      if (inner[i].kind == Kind::AsPattern) has_alias = true;
    }
    if (has_alias) {
      for (std::size_t i = 0; i < inner.size(); ++i) {
        with_item(inner[i].node, inner[i].kind, is_async, inner[i].node);
      }
      return;
    }
  }
  Node manager = node;
  Node alias;
  if (kind == Kind::AsPattern) {
    const Kids inner = kids(node);
    if (inner.empty()) return;
    manager = inner[0].node;
    alias = inner.by(f_.alias);
  }
  const LocalIndex value = expression(manager);
  const LocalIndex entered =
      b_.call_method(value, Name::of(is_async ? "__aenter__" : "__enter__"),
                     std::vector<Operand>{}, span(manager), span(manager));
  if (alias) assign(alias, kind_of(alias), entered, span(whole));
}

void Lowerer::print_statement(const Node& node) {
  std::vector<Operand> operands;
  const Kids parts = kids(node);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].field == f_.argument) element(parts[i].node, parts[i].kind, operands);
    if (parts[i].kind == Kind::Chevron) unknown_of_children(parts[i].node);
  }
  b_.call(b_.lookup(Name::of("print"), span(node)), operands, span(node));
}

}  // namespace privet::lang::python
