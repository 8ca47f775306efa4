#include "lang/python/lowerer.h"

namespace privet::lang::python {

using ir::BlockIndex;

void Lowerer::assign(const Node& target, Kind kind, LocalIndex value, const Span& whole) {
  const Deeper deeper(depth_);
  if (too_deep()) {
    give_up(target);
    return;
  }
  switch (kind) {
    case Kind::Identifier:
      if (target.begin() < target.end()) b_.copy(variable(target), value, whole);
      return;
    case Kind::Attribute: return store_attribute(target, value, whole);
    case Kind::Subscript: return store_subscript(target, value, whole);
    case Kind::PatternList:
    case Kind::TuplePattern:
    case Kind::ListPattern:
    case Kind::Tuple:
    case Kind::List:
    case Kind::ExpressionList:
      return assign_elements(target, value, whole);
    case Kind::AsPatternTarget:
    case Kind::Parenthesized: {
      const Kids inner = kids(target);
      if (!inner.empty()) assign(inner[0].node, inner[0].kind, value, whole);
      return;
    }
    default:
      b_.unknown({value, expression(target, kind)}, whole);
  }
}

void Lowerer::assign_elements(const Node& target, LocalIndex value, const Span& whole) {
  const Kids targets = kids(target);
  if (targets.size() == 1 && target.text().starts_with('(') &&
      text_.substr(targets[0].node.end(), target.end() - targets[0].node.end()).find(',') ==
          std::string_view::npos) {
    // `(a) = b` is no tuple.
    assign(targets[0].node, targets[0].kind, value, whole);
    return;
  }
  bool after_star = false;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Kid kid = targets[i];
    if (kid.kind == Kind::ListSplatPattern || kid.kind == Kind::ListSplat) {
      const LocalIndex from = b_.literal(ir::LiteralKind::Number, std::to_string(i), whole);
      const LocalIndex rest = b_.operate("slice", {value, from, null_literal(whole)}, whole);
      const Kids inner = kids(kid.node);
      if (!inner.empty()) assign(inner[0].node, inner[0].kind, rest, whole);
      after_star = true;
      continue;
    }
    // Over-approximates: behind a star, any element.
    const Name index = after_star ? ir::any_element() : Name::of(std::to_string(i));
    assign(kid.node, kid.kind, b_.load(value, index, whole, span(kid.node)), whole);
  }
}

bool Lowerer::can_assign_in_parallel(const Kids& targets, const Kids& values) {
  if (targets.size() != values.size()) return false;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const Kind target = targets[i].kind;
    const Kind value = values[i].kind;
    if (target == Kind::ListSplatPattern || target == Kind::ListSplat) return false;
    if (value == Kind::ListSplat || value == Kind::ListSplatPattern) return false;
  }
  return true;
}

void Lowerer::assign_in_parallel(const Node& target, const Node& value, const Span& whole) {
  std::vector<LocalIndex> results;
  {
    const Kids values = kids(value);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const LocalIndex result = expression(values[i].node, values[i].kind);
      if (values[i].kind != Kind::Identifier) {
        results.push_back(result);
        continue;
      }
      // `a, b = b, a`: the variables are read before they are written.
      const LocalIndex kept = b_.temporary();
      b_.copy(kept, result, span(values[i].node));
      results.push_back(kept);
    }
  }
  const Kids targets = kids(target);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    assign(targets[i].node, targets[i].kind, results[i], whole);
  }
}

void Lowerer::store_attribute(const Node& target, LocalIndex value, const Span& whole) {
  const Node attribute = child_by(target, f_.attribute);
  const Node object = child_by(target, f_.object);
  if (!attribute || !object || attribute.begin() == attribute.end()) return;
  const LocalIndex base = expression(object);
  note_instance_field(base, target, value, kNone);
  b_.store(base, name_of(attribute), value, whole, span(attribute));
}

void Lowerer::store_subscript(const Node& target, LocalIndex value, const Span& whole) {
  const Kids children = kids(target);
  const Node object = children.by(f_.value);
  if (!object) return;
  const LocalIndex base = expression(object);
  const Node key = children.by(f_.subscript);
  const bool single = children.size() == 2;
  const Name constant = single ? constant_key(key, kind_of(key)) : Name{};
  if (!constant.empty()) {
    b_.store(base, constant, value, whole, span(key));
  } else {
    b_.store_computed(base, subscript_key(children, target), value, whole);
  }
}

void Lowerer::note_instance_field(LocalIndex base, const Node& target, LocalIndex value,
                                  ir::TypeIndex type) {
  ClassBody* body = state().owner;
  if (body == nullptr) return;
  const ir::Function& function = b_.function();
  if (!function.is_constructor || function.self != base) return;
  const Node name = child_by(target, f_.attribute);
  ir::Class& owner = b_.module().classes[body->index];
  if (value != kNone && type == kNone &&
      function.locals[value].kind == ir::Local::Kind::Parameter) {
    type = function.locals[value].type;
  }
  const auto [known, is_new] = body->fields.emplace(name_of(name), owner.fields.size());
  if (!is_new) {
    ir::Field& field = owner.fields[known->second];
    if (field.type == kNone) field.type = type;
    return;
  }
  ir::Field field;
  field.name = name_of(name);
  field.type = type;
  field.is_private = name.text().starts_with('_');
  field.span = span(target);
  field.name_span = span(name);
  owner.fields.push_back(std::move(field));
}

void Lowerer::require(LocalIndex condition, BlockIndex fail, const Span& where) {
  const BlockIndex next = b_.new_block();
  b_.branch(condition, next, fail, where);
  b_.set_block(next);
}

void Lowerer::match_statement(const Node& node) {
  std::vector<Node> subjects;
  Node body;
  {
    const Kids parts = kids(node);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (parts[i].field == f_.subject) subjects.push_back(parts[i].node);
      if (parts[i].field == f_.body) body = parts[i].node;
    }
  }
  if (subjects.empty() || !body) {
    unknown_of_children(node);
    return;
  }
  LocalIndex value = kNone;
  if (subjects.size() == 1) {
    value = expression(subjects.front());
  } else {
    std::vector<Operand> operands;
    for (const Node& subject : subjects) element(subject, kind_of(subject), operands);
    value = b_.construct(ir::ContainerKind::Tuple, operands,
                         span(subjects.front().begin(), subjects.back().end()));
  }
  const BlockIndex after = b_.new_block();
  const Kids cases = kids(body);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Kid kid = cases[i];
    if (kid.kind != Kind::CaseClause) {
      statement(kid.node, kid.kind);
      continue;
    }
    const BlockIndex next = b_.new_block();
    std::vector<Kid> patterns;
    Node guard;
    Node consequence;
    {
      const Kids parts = kids(kid.node);
      for (std::size_t k = 0; k < parts.size(); ++k) {
        const Kid part = parts[k];
        if (part.kind == Kind::Block) {
          consequence = part.node;
        } else if (part.kind == Kind::IfClause) {
          guard = part.node;
        } else {
          patterns.push_back(part);
        }
      }
    }
    if (patterns.size() == 1) {
      match(patterns[0].node, patterns[0].kind, value, next);
    } else {
      // `case a, b:` is a sequence without brackets.
      for (std::size_t k = 0; k < patterns.size(); ++k) {
        const Span where = span(patterns[k].node);
        const LocalIndex item = b_.load(value, Name::of(std::to_string(k)), where, where);
        match(patterns[k].node, patterns[k].kind, item, next);
      }
    }
    if (guard) {
      const Kids test = kids(guard);
      if (!test.empty()) {
        const BlockIndex passes = b_.new_block();
        condition(test[0].node, passes, next);
        b_.set_block(passes);
      }
    }
    if (consequence) block(consequence);
    b_.jump(after);
    b_.set_block(next);
  }
  b_.jump(after);
  b_.set_block(after);
}

void Lowerer::match(const Node& pattern, Kind kind, LocalIndex value, BlockIndex fail) {
  const Deeper deeper(depth_);
  if (too_deep()) {
    give_up(pattern);
    return;
  }
  const Span where = span(pattern);
  switch (kind) {
    case Kind::CasePattern: {
      const Kids inner = kids(pattern);
      if (inner.empty()) return;  // `_`
      if (inner[0].kind == Kind::Integer || inner[0].kind == Kind::Float) {
        // With its sign, which is a token.
        const LocalIndex literal = b_.literal(ir::LiteralKind::Number, pattern.text(), where);
        require(b_.operate("==", {value, literal}, where), fail, where);
        return;
      }
      match(inner[0].node, inner[0].kind, value, fail);
      return;
    }
    case Kind::DottedName: {
      const Kids names = kids(pattern);
      if (names.size() == 1) {
        if (pattern.text() != "_") b_.copy(variable(names[0].node), value, where);
        return;
      }
      LocalIndex constant = kNone;
      for (std::size_t i = 0; i < names.size(); ++i) {
        const Node name = names[i].node;
        constant = i == 0 ? read(name)
                          : b_.load(constant, name_of(name), span(pattern.begin(), name.end()),
                                    span(name));
      }
      require(b_.operate("==", {value, constant}, where), fail, where);
      return;
    }
    case Kind::AsPattern: {
      const Kids inner = kids(pattern);
      for (std::size_t i = 0; i < inner.size(); ++i) {
        if (inner[i].kind == Kind::Identifier) {
          b_.copy(variable(inner[i].node), value, where);
        } else {
          match(inner[i].node, inner[i].kind, value, fail);
        }
      }
      return;
    }
    case Kind::ClassPattern: return match_class(pattern, value, fail);
    case Kind::ListPattern:
    case Kind::TuplePattern:
      return match_sequence(pattern, value, fail);
    case Kind::DictPattern: return match_mapping(pattern, value, fail);
    case Kind::UnionPattern: return match_union(pattern, value, fail);
    case Kind::String:
    case Kind::ConcatenatedString:
    case Kind::True:
    case Kind::False:
    case Kind::None:
    case Kind::Integer:
    case Kind::Float: {
      const LocalIndex literal = expression(pattern, kind);
      require(b_.operate("==", {value, literal}, where), fail, where);
      return;
    }
    case Kind::ComplexPattern: {
      const LocalIndex literal = b_.literal(ir::LiteralKind::Number, pattern.text(), where);
      require(b_.operate("==", {value, literal}, where), fail, where);
      return;
    }
    case Kind::SplatPattern: {
      const Kids inner = kids(pattern);
      const Node name = inner.first(Kind::Identifier);
      if (name && name.text() != "_") b_.copy(variable(name), value, where);
      return;
    }
    case Kind::Token: return;  // `_`
    default:
      require(b_.unknown({value, unknown_of_children(pattern)}, where), fail, where);
  }
}

void Lowerer::match_class(const Node& pattern, LocalIndex value, BlockIndex fail) {
  const Kids parts = kids(pattern);
  if (parts.empty()) return;
  const Node name = parts[0].node;
  LocalIndex type = kNone;
  {
    const Kids names = kids(name);
    for (std::size_t i = 0; i < names.size(); ++i) {
      const Node part = names[i].node;
      type = i == 0 ? read(part)
                    : b_.load(type, name_of(part), span(name.begin(), part.end()), span(part));
    }
  }
  if (type == kNone) return;
  require(b_.operate("isinstance", {value, type}, span(pattern)), fail, span(pattern));
  static const std::unordered_set<std::string_view> kItself = {
      "str",  "int",  "float", "bool", "bytes",     "bytearray",
      "list", "dict", "tuple", "set",  "frozenset",
  };
  for (std::size_t i = 1; i < parts.size(); ++i) {
    Kid part = parts[i];
    if (part.kind == Kind::CasePattern) {
      const Kids inner = kids(part.node);
      if (!inner.empty()) part = inner[0];
    }
    Node alias;
    if (part.kind == Kind::AsPattern) {
      // `C(a=str() as b)` is read as `(a=str()) as b`.
      const Kids inner = kids(part.node);
      const Node first = inner.empty() ? Node() : inner[0].node;
      const Node keyword(first ? ts_node_named_child(first.raw(), 0) : TSNode{}, text_);
      if (kind_of(keyword) == Kind::KeywordPattern) {
        alias = inner.first(Kind::Identifier);
        part = {keyword, Kind::KeywordPattern, 0};
      }
    }
    if (part.kind == Kind::KeywordPattern) {
      const Kids keyword = kids(part.node, /*with_tokens=*/true);
      if (keyword.empty()) continue;
      const Node attribute = keyword[0].node;
      if (attribute.begin() == attribute.end()) continue;
      const LocalIndex item =
          b_.load(value, name_of(attribute), span(part.node), span(attribute));
      // The name, `=`, the pattern; a negative number is two nodes.
      const Kid last = keyword[keyword.size() - 1];
      match(last.node, last.kind, item, fail);
      if (alias) b_.copy(variable(alias), item, span(alias));
    } else if (kItself.contains(name.text())) {
      match(part.node, part.kind, value, fail);
    } else {
      // Over-approximates: `__match_args__` is not known here.
      const Span where = span(part.node);
      match(part.node, part.kind, b_.load(value, ir::any_element(), where, where), fail);
    }
  }
}

void Lowerer::match_sequence(const Node& pattern, LocalIndex value, BlockIndex fail) {
  const Span whole = span(pattern);
  require(b_.operate("is-sequence", {value}, whole), fail, whole);
  const Kids parts = kids(pattern);
  bool after_star = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Kid part = parts[i];
    if (part.kind == Kind::CasePattern) {
      const Kids inner = kids(part.node);
      if (!inner.empty() && inner[0].kind == Kind::SplatPattern) part = inner[0];
    }
    const Span where = span(part.node);
    if (part.kind == Kind::SplatPattern) {
      const LocalIndex from = b_.literal(ir::LiteralKind::Number, std::to_string(i), where);
      match(part.node, part.kind, b_.operate("slice", {value, from, null_literal(where)}, where),
            fail);
      after_star = true;
      continue;
    }
    const Name index = after_star ? ir::any_element() : Name::of(std::to_string(i));
    match(part.node, part.kind, b_.load(value, index, where, where), fail);
  }
}

void Lowerer::match_mapping(const Node& pattern, LocalIndex value, BlockIndex fail) {
  const Span whole = span(pattern);
  require(b_.operate("is-mapping", {value}, whole), fail, whole);
  const Kids parts = kids(pattern);
  std::vector<LocalIndex> without{value};
  LocalIndex item = value;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    if (part.kind == Kind::Token) continue;  // a sign, `_`
    if (part.field == f_.key) {
      const Name key = constant_key(part.node, part.kind);
      const LocalIndex key_value = part.kind == Kind::CasePattern || part.kind == Kind::DottedName
                                       ? unknown_of_children(part.node)
                                       : expression(part.node, part.kind);
      without.push_back(key_value);
      item = key.empty() ? b_.load_computed(value, key_value, span(part.node))
                         : b_.load(value, key, span(part.node), span(part.node));
    } else if (part.kind == Kind::SplatPattern) {
      std::vector<Operand> operands;
      for (const LocalIndex operand : without) {
        operands.push_back(ir::value_operand(operand, whole));
      }
      match(part.node, part.kind, b_.operate("without", operands, span(part.node)), fail);
    } else if (part.field == f_.value || part.kind == Kind::CasePattern) {
      match(part.node, part.kind, item, fail);
    }
  }
}

void Lowerer::match_union(const Node& pattern, LocalIndex value, BlockIndex fail) {
  const BlockIndex fits = b_.new_block();
  const Kids alternatives = kids(pattern);
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const bool last = i + 1 == alternatives.size();
    const BlockIndex next = last ? fail : b_.new_block();
    match(alternatives[i].node, alternatives[i].kind, value, next);
    b_.jump(fits);
    if (!last) b_.set_block(next);
  }
  if (alternatives.empty()) b_.jump(fits);
  b_.set_block(fits);
}

}  // namespace privet::lang::python
