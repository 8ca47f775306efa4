// Python binds a name in the whole function that assigns it anywhere, so names are declared before
// the statements are lowered.

#include "lang/python/lowerer.h"

namespace privet::lang::python {

struct Lowerer::Hoisted {
  std::vector<Node> assigned;  ///< identifiers, in order, with repetitions
  std::vector<Node> globals;
  std::vector<Node> nonlocals;
};

void Lowerer::hoist(const Node& body) {
  Hoisted names;
  hoist_children(body, names);
  if (has_walrus_) hoist_walrus(body, names);
  for (const Node& name : names.globals) b_.capture(name_of(name), span(name), /*of_module=*/true);
  for (const Node& name : names.nonlocals) {
    b_.capture(name_of(name), span(name), /*of_module=*/false);
  }
  for (const Node& name : names.assigned) {
    b_.declare(name_of(name), span(name), ir::Local::Kind::Variable, /*function_scope=*/true);
  }
}

void Lowerer::hoist_children(const Node& node, Hoisted& out) {
  const Deeper deeper(depth_);
  if (too_deep()) return;
  const Kids children = kids(node);
  for (std::size_t i = 0; i < children.size(); ++i) {
    hoist_statement(children[i].node, children[i].kind, out);
  }
}

void Lowerer::hoist_statement(const Node& node, Kind kind, Hoisted& out) {
  switch (kind) {
    case Kind::ExpressionStatement: {
      Node inner(ts_node_named_child(node.raw(), 0), text_);
      // `a = b = c` is an assignment to `a` of an assignment.
      for (Kind k = kind_of(inner); k == Kind::Assignment || k == Kind::AugmentedAssignment;
           inner = child_by(inner, f_.right), k = kind_of(inner)) {
        const Node left = child_by(inner, f_.left);
        hoist_target(left, kind_of(left), out);
      }
      return;
    }
    case Kind::For: {
      const Kids children = kids(node);
      for (std::size_t i = 0; i < children.size(); ++i) {
        const Kid kid = children[i];
        if (kid.field == f_.left) hoist_target(kid.node, kid.kind, out);
        if (kid.field == f_.body) hoist_children(kid.node, out);
        if (kid.kind == Kind::ElseClause) hoist_children(kid.node, out);
      }
      return;
    }
    case Kind::If:
    case Kind::ElifClause:
    case Kind::ElseClause:
    case Kind::While:
    case Kind::Try:
    case Kind::FinallyClause:
    case Kind::Block:
    case Kind::Error:
      hoist_children(node, out);
      return;
    case Kind::ExceptClause: {
      const Kids children = kids(node);
      for (std::size_t i = 0; i < children.size(); ++i) {
        const Kid kid = children[i];
        if (kid.field == f_.alias || is_old_alias(children, i)) {
          hoist_target(kid.node, kid.kind, out);
        }
        if (kid.kind == Kind::AsPattern || kid.kind == Kind::Block) {
          hoist_statement(kid.node, kid.kind, out);
        }
      }
      return;
    }
    case Kind::With:
    case Kind::WithClause:
    case Kind::WithItem:
      hoist_children(node, out);
      return;
    case Kind::AsPattern: {
      const Node alias = child_by(node, f_.alias);
      hoist_target(alias, kind_of(alias), out);
      return;
    }
    case Kind::Tuple:
    case Kind::Parenthesized:
      // `with (open(a) as b, open(c) as d):` may be read as a tuple; other expressions bind nothing.
      if (node.end() - node.begin() < 4096 &&
          node.text().find(" as ") != std::string_view::npos) {
        hoist_children(node, out);
      }
      return;
    case Kind::Match: {
      const Node body = child_by(node, f_.body);
      if (!body) return;
      const Kids cases = kids(body);
      for (std::size_t i = 0; i < cases.size(); ++i) {
        const Kids parts = kids(cases[i].node);
        for (std::size_t k = 0; k < parts.size(); ++k) {
          if (parts[k].kind == Kind::Block) {
            hoist_children(parts[k].node, out);
          } else if (parts[k].kind != Kind::IfClause) {
            hoist_case(parts[k].node, out);
          }
        }
      }
      return;
    }
    case Kind::Decorated: {
      const Node inner = child_by(node, f_.definition);
      hoist_statement(inner, kind_of(inner), out);
      return;
    }
    case Kind::Function:
    case Kind::Class:
      if (const Node name = child_by(node, f_.name)) out.assigned.push_back(name);
      return;
    case Kind::Import:
    case Kind::ImportFrom:
      hoist_imports(node, out);
      return;
    case Kind::Global:
    case Kind::Nonlocal: {
      const Kids names = kids(node);
      auto& into = kind == Kind::Global ? out.globals : out.nonlocals;
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].kind == Kind::Identifier) into.push_back(names[i].node);
      }
      return;
    }
    case Kind::TypeAlias: {
      const Node name(ts_node_named_child(child_by(node, f_.left).raw(), 0), text_);
      if (kind_of(name) == Kind::Identifier) out.assigned.push_back(name);
      return;
    }
    default:
      return;
  }
}

bool Lowerer::is_old_alias(const Kids& clause, std::size_t i) const {
  if (i == 0 || clause[i].field != f_.value || clause[i].kind != Kind::Identifier) return false;
  if (clause[i - 1].field != f_.value) return false;
  const char first = clause[i].node.text().empty() ? 'A' : clause[i].node.text().front();
  return first == '_' || (first >= 'a' && first <= 'z');
}

void Lowerer::hoist_target(const Node& node, Kind kind, Hoisted& out) {
  switch (kind) {
    case Kind::Identifier:
      if (node.begin() < node.end()) out.assigned.push_back(node);
      return;
    case Kind::PatternList:
    case Kind::TuplePattern:
    case Kind::ListPattern:
    case Kind::ListSplatPattern:
    case Kind::ListSplat:
    case Kind::Tuple:
    case Kind::List:
    case Kind::ExpressionList:
    case Kind::Parenthesized:
    case Kind::AsPatternTarget: {
      const Deeper deeper(depth_);
      if (too_deep()) return;
      const Kids children = kids(node);
      for (std::size_t i = 0; i < children.size(); ++i) {
        hoist_target(children[i].node, children[i].kind, out);
      }
      return;
    }
    default:
      return;
  }
}

void Lowerer::hoist_case(const Node& node, Hoisted& out) {
  const Deeper deeper(depth_);
  if (too_deep()) return;
  const Kind kind = kind_of(node);
  const Kids children = kids(node);
  switch (kind) {
    case Kind::DottedName:
      if (children.size() == 1 && node.text() != "_") out.assigned.push_back(children[0].node);
      return;
    case Kind::SplatPattern:
      if (const Node name = children.first(Kind::Identifier)) out.assigned.push_back(name);
      return;
    case Kind::AsPattern:
      for (std::size_t i = 0; i < children.size(); ++i) {
        if (children[i].kind == Kind::Identifier) {
          out.assigned.push_back(children[i].node);
        } else {
          hoist_case(children[i].node, out);
        }
      }
      return;
    case Kind::KeywordPattern:
    case Kind::ClassPattern:
      // The first child is the attribute or the class.
      for (std::size_t i = 1; i < children.size(); ++i) hoist_case(children[i].node, out);
      return;
    case Kind::DictPattern:
      for (std::size_t i = 0; i < children.size(); ++i) {
        if (children[i].field != f_.key) hoist_case(children[i].node, out);
      }
      return;
    case Kind::CasePattern:
    case Kind::UnionPattern:
    case Kind::ListPattern:
    case Kind::TuplePattern:
      for (std::size_t i = 0; i < children.size(); ++i) hoist_case(children[i].node, out);
      return;
    default:
      return;
  }
}

void Lowerer::hoist_imports(const Node& node, Hoisted& out) {
  const Kids children = kids(node);
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (children[i].field != f_.name) continue;
    Node name = children[i].node;
    if (children[i].kind == Kind::AliasedImport) {
      name = child_by(name, f_.alias);
    } else {
      name = Node(ts_node_named_child(name.raw(), 0), text_);  // `a` of `import a.b`
    }
    if (name && name.begin() < name.end()) out.assigned.push_back(name);
  }
}

void Lowerer::hoist_walrus(const Node& body, Hoisted& out) {
  TSTreeCursor cursor = ts_tree_cursor_new(body.raw());
  bool more = ts_tree_cursor_goto_first_child(&cursor);
  while (more) {
    const Node node(ts_tree_cursor_current_node(&cursor), text_);
    const Kind kind = kind_of(node);
    if (kind == Kind::NamedExpression) {
      if (const Node name = child_by(node, f_.name)) out.assigned.push_back(name);
    }
    const bool own_scope =
        kind == Kind::Function || kind == Kind::Class || kind == Kind::Lambda;
    if (!own_scope && ts_tree_cursor_goto_first_child(&cursor)) continue;
    while (!ts_tree_cursor_goto_next_sibling(&cursor)) {
      if (!ts_tree_cursor_goto_parent(&cursor)) {
        more = false;
        break;
      }
    }
  }
  ts_tree_cursor_delete(&cursor);
}

LocalIndex Lowerer::variable(const Node& identifier) {
  const Name name = name_of(identifier);
  // The statements of a class body bind in the class's scope, whatever is outside.
  if (state().class_body != nullptr) {
    state().class_body->methods.erase(name);
    return b_.declare(name, span(identifier));
  }
  const LocalIndex found = b_.find_here(name);
  if (found != kNone) return found;
  return b_.declare(name, span(identifier), ir::Local::Kind::Variable, /*function_scope=*/true);
}

LocalIndex Lowerer::read(const Node& identifier) {
  const Name name = name_of(identifier);
  if (state().class_body != nullptr) {
    const LocalIndex method = method_value(name, span(identifier));
    if (method != kNone) return method;
  }
  return b_.lookup(name, span(identifier));
}

}  // namespace privet::lang::python
