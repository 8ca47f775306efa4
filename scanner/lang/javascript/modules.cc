#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::Export;
using ir::Import;

void Lowering::import_name(Name module, Name imported, NodeIndex local, bool type_only, Span where) {
  Import import;
  import.module = module;
  import.imported = imported;
  import.in = builder_.current_function();
  if (local != kNoNode) import.local = builder_.declare(name(local), span(local));
  import.is_type_only = type_only;
  import.span = where;
  builder_.module().imports.push_back(import);
}

void Lowering::import_statement(NodeIndex n) {
  const bool types = has(n, Kind::TypeToken);
  if (const NodeIndex required = child(n, Kind::ImportRequireClause); required != kNoNode) {
    const NodeIndex source = child(required, Field::Source);
    if (source == kNoNode) return;
    return import_name(Name::of(string_value(source)), Name::of("*"),
                       child(required, Kind::Identifier), types, span(n));
  }
  const NodeIndex source = child(n, Field::Source);
  if (source == kNoNode) return;
  const Name module = Name::of(string_value(source));
  const NodeIndex clause = child(n, Kind::ImportClause);
  if (clause == kNoNode) return import_name(module, Name{}, kNoNode, types, span(n));
  for (const NodeIndex part : children(clause)) {
    switch (kind(part)) {
      case Kind::Identifier:
        import_name(module, Name::of("default"), part, types, span(n));
        break;
      case Kind::NamespaceImport:
        import_name(module, Name::of("*"), child(part, Kind::Identifier), types, span(n));
        break;
      case Kind::NamedImports:
        for (const NodeIndex specifier : children(part)) {
          if (kind(specifier) != Kind::ImportSpecifier) continue;
          const NodeIndex imported = child(specifier, Field::Name);
          const NodeIndex alias = child(specifier, Field::Alias);
          if (imported == kNoNode) continue;
          import_name(module, property_name(imported).value_or(name(imported)),
                      alias != kNoNode ? alias : imported, types || has(specifier, Kind::TypeToken),
                      span(specifier));
        }
        break;
      default:
        break;
    }
  }
}

/// `import A = B.C`.
void Lowering::import_alias(NodeIndex n) {
  NodeIndex target = kNoNode;
  NodeIndex value = kNoNode;
  for (const NodeIndex part : children(n)) {
    if (is_token(kind(part))) continue;
    (target == kNoNode ? target : value) = part;
  }
  if (target == kNoNode || value == kNoNode) return;
  assign(target, chain(value), span(n));
}

void Lowering::export_local(Name exported, LocalIndex local, Span where) {
  if (!namespaces_.empty()) {
    if (namespaces_.back() != kNone) {
      builder_.store(namespaces_.back(), exported, local, where, where);
    }
    return;
  }
  if (builder_.current_function() != 0) return;
  Export result;
  result.exported = exported;
  result.local = local;
  result.span = where;
  builder_.module().exports.push_back(result);
}

void Lowering::export_type(Name exported, Name type_name, Span where) {
  if (!namespaces_.empty() || builder_.current_function() != 0) return;
  Export result;
  result.exported = exported;
  result.imported = type_name;
  result.span = where;
  builder_.module().exports.push_back(result);
}

void Lowering::export_statement(NodeIndex n) {
  const NodeIndex source = child(n, Field::Source);
  const bool is_default = has(n, Kind::DefaultToken);
  if (const NodeIndex clause = child(n, Kind::ExportClause); clause != kNoNode) {
    return export_clause(clause, source);
  }
  if (source != kNoNode) {
    Export result;
    result.exported = Name::of("*");
    result.imported = Name::of("*");
    result.module = Name::of(string_value(source));
    result.span = span(n);
    if (const NodeIndex as = child(n, Kind::NamespaceExport); as != kNoNode) {
      for (const NodeIndex part : children(as)) {
        if (kind(part) == Kind::Identifier || kind(part) == Kind::String ||
            kind(part) == Kind::DefaultToken) {
          result.exported = property_name(part).value_or(name(part));
        }
      }
    }
    if (namespaces_.empty()) builder_.module().exports.push_back(result);
    return;
  }
  std::vector<ir::Annotation> decorators = annotations(n);
  if (const NodeIndex declaration = child(n, Field::Declaration); declaration != kNoNode) {
    return export_declaration(declaration, is_default, std::move(decorators));
  }
  NodeIndex value = child(n, Field::Value);
  Name exported = Name::of("default");
  if (value == kNoNode && has(n, Kind::EqualsToken)) {
    exported = Name::of("=");
    for (const NodeIndex part : children(n)) {
      if (!is_token(kind(part)) && kind(part) != Kind::Decorator) value = part;
    }
  }
  if (value == kNoNode) return;
  if (kind(value) == Kind::Identifier && builder_.find_here(name(value)) == kNone &&
      type_names_.contains(name(value))) {
    return export_type(exported, name(value), span(n));
  }
  const LocalIndex local = kind(value) == Kind::ClassExpression
                               ? class_value(value, Name{}, kNone, std::move(decorators))
                               : expression(value);
  export_local(exported, local, span(n));
  if (exported == Name::of("=")) export_entries(value, local);
}

void Lowering::export_clause(NodeIndex clause, NodeIndex source) {
  for (const NodeIndex specifier : children(clause)) {
    if (kind(specifier) != Kind::ExportSpecifier) continue;
    const NodeIndex name_node = child(specifier, Field::Name);
    const NodeIndex alias = child(specifier, Field::Alias);
    if (name_node == kNoNode) continue;
    const Name own = property_name(name_node).value_or(name(name_node));
    const Name exported = alias == kNoNode ? own : property_name(alias).value_or(name(alias));
    if (source != kNoNode) {
      Export result;
      result.exported = exported;
      result.imported = own;
      result.module = Name::of(string_value(source));
      result.span = span(specifier);
      if (namespaces_.empty()) builder_.module().exports.push_back(result);
    } else if (const LocalIndex local = builder_.find_here(own); local != kNone) {
      export_local(exported, local, span(specifier));
    } else {
      export_type(exported, own, span(specifier));
    }
  }
}

void Lowering::export_pattern(NodeIndex n) {
  if (n == kNoNode) return;
  const Depth depth(*this);
  if (depth.exceeded()) return too_deep(n);
  switch (kind(n)) {
    case Kind::Identifier:
    case Kind::ShorthandPattern:
      export_local(name(n), builder_.lookup(name(n), span(n)), span(n));
      break;
    case Kind::PairPattern:
      export_pattern(child(n, Field::Value));
      break;
    case Kind::AssignmentPattern:
    case Kind::ObjectAssignmentPattern:
      export_pattern(child(n, Field::Left));
      break;
    case Kind::ObjectPattern:
    case Kind::ArrayPattern:
    case Kind::RestPattern:
      for (const NodeIndex child : children(n)) export_pattern(child);
      break;
    default:
      break;
  }
}

void Lowering::export_declaration(NodeIndex declaration, bool is_default,
                                  std::vector<ir::Annotation> annotations) {
  const Depth depth(*this);
  if (depth.exceeded()) return too_deep(declaration);
  switch (kind(declaration)) {
    case Kind::VariableDeclaration:
    case Kind::LexicalDeclaration:
    case Kind::UsingDeclaration:
      statement(declaration);
      for (const NodeIndex declarator : children(declaration)) {
        if (kind(declarator) == Kind::VariableDeclarator) {
          export_pattern(child(declarator, Field::Name));
        }
      }
      return;
    case Kind::ClassDeclaration:
    case Kind::AbstractClassDeclaration:
      class_declaration(declaration, std::move(annotations));
      break;
    case Kind::AmbientDeclaration: {
      ++ambient_;
      for (const NodeIndex inner : children(declaration)) {
        if (is_statement(kind(inner))) export_declaration(inner, is_default, {});
      }
      --ambient_;
      return;
    }
    case Kind::FunctionSignature:
      if (ambient_ == 0) return;  // an overload: the implementation is exported
      statement(declaration);
      break;
    case Kind::InterfaceDeclaration:
    case Kind::TypeAlias: {
      statement(declaration);
      const NodeIndex own = child(declaration, Field::Name);
      if (own != kNoNode) {
        export_type(is_default ? Name::of("default") : name(own), name(own), span(own));
      }
      return;
    }
    default:
      statement(declaration);
      break;
  }
  NodeIndex own = child(declaration, Field::Name);
  if (kind(declaration) == Kind::ImportAlias) own = child(declaration, Kind::Identifier);
  while (kind(own) == Kind::NestedIdentifier) own = child(own, Field::Object);
  if (own == kNoNode || kind(own) == Kind::String) return;
  const LocalIndex local = builder_.find_here(name(own));
  if (local == kNone) return;
  export_local(is_default ? Name::of("default") : name(own), local, span(own));
}

/// `const x = require("m")`, `const {a, b: c} = require("m")`, `const y = require("m").y` are
/// imports, and so are the same with `await import("m")`.
bool Lowering::import_declarator(NodeIndex target, NodeIndex value, Span whole) {
  NodeIndex member = kNoNode;
  auto module = required_module(value);
  if (!module && kind(value) == Kind::MemberExpression && kind(target) == Kind::Identifier) {
    module = required_module(child(value, Field::Object));
    member = child(value, Field::Property);
    if (member == kNoNode) return false;
  }
  if (!module) return false;
  const auto add = [&](Name imported, NodeIndex local, Span where) {
    Import import;
    import.module = *module;
    import.imported = imported;
    import.in = builder_.current_function();
    import.local = builder_.lookup(name(local), span(local));
    import.span = where;
    builder_.module().imports.push_back(import);
  };
  if (kind(target) == Kind::Identifier) {
    add(member == kNoNode ? Name::of("*") : name(member), target, whole);
    return true;
  }
  if (kind(target) != Kind::ObjectPattern) return false;
  for (const NodeIndex entry : children(target)) {
    const Kind k = kind(entry);
    if (is_token(k) || k == Kind::ShorthandPattern) continue;
    const NodeIndex inner = k == Kind::PairPattern ? child(entry, Field::Value) : kNoNode;
    const NodeIndex key = k == Kind::PairPattern ? child(entry, Field::Key) : kNoNode;
    if (kind(inner) != Kind::Identifier || key == kNoNode || !property_name(key)) return false;
  }
  for (const NodeIndex entry : children(target)) {
    if (kind(entry) == Kind::ShorthandPattern) {
      add(name(entry), entry, span(entry));
    } else if (kind(entry) == Kind::PairPattern) {
      add(*property_name(child(entry, Field::Key)), child(entry, Field::Value), span(entry));
    }
  }
  return true;
}

std::string_view Lowering::module_object(NodeIndex n) const {
  if (kind(n) == Kind::Identifier && text(n) == "exports" &&
      builder_.find_here(exports_) == kNone) {
    return "exports";
  }
  if (kind(n) != Kind::MemberExpression) return {};
  const NodeIndex object = child(n, Field::Object);
  const NodeIndex property = child(n, Field::Property);
  if (kind(object) == Kind::Identifier && text(object) == "module" && property != kNoNode &&
      text(property) == "exports" && builder_.find_here(Name::of("module")) == kNone) {
    return "module.exports";
  }
  return {};
}

/// `module.exports = v`, `exports.x = v`, `module.exports.x = v` in the body of the file.
// Misses: exports from within a function, as module wrappers have them.
void Lowering::commonjs_export(NodeIndex target, NodeIndex value_node, LocalIndex value) {
  if (builder_.current_function() != 0) return;
  if (kind(target) != Kind::MemberExpression && kind(target) != Kind::SubscriptExpression) return;
  NodeIndex last = value_node;
  while (kind(last) == Kind::AssignmentExpression) last = child(last, Field::Right);
  // `exports.a = exports.b = void 0` is how compilers announce names.
  if (kind(last) == Kind::UnaryExpression && text(last).starts_with("void")) return;
  if (module_object(target) == "module.exports") {
    export_local(Name::of("="), value, span(target));
    export_entries(value_node, value);
    return;
  }
  if (module_object(child(target, Field::Object)).empty()) return;
  const NodeIndex property = kind(target) == Kind::MemberExpression
                                 ? child(target, Field::Property)
                                 : child(target, Field::Index);
  if (property == kNoNode || kind(property) == Kind::Identifier) return;
  const auto exported = property_name(property);
  if (exported) export_local(*exported, value, span(property));
}

/// `Object.assign(module.exports, {a, b: c})`.
void Lowering::commonjs_assign(NodeIndex callee, NodeIndex arguments,
                               const std::vector<ir::Operand>& operands) {
  if (builder_.current_function() != 0 || kind(callee) != Kind::MemberExpression ||
      text(child(callee, Field::Property)) != "assign" || dotted(callee) != "Object.assign") {
    return;
  }
  std::size_t i = 0;
  for (const NodeIndex argument : children(arguments)) {
    if (is_token(kind(argument))) continue;
    if (i == 0 && module_object(argument).empty()) return;
    if (i > 0 && i < operands.size()) export_entries(argument, operands[i].value);
    ++i;
  }
}

/// The entries of `module.exports = {a, b: c, ...require("d")}` are exports of those names.
void Lowering::export_entries(NodeIndex object, LocalIndex value) {
  while (kind(object) == Kind::ParenthesizedExpression || kind(object) == Kind::AsExpression) {
    object = first_operand(object);
  }
  if (kind(object) != Kind::Object || !namespaces_.empty()) return;
  const ir::Function& function = builder_.function();
  const auto& instructions = function.blocks[builder_.current_block()].instructions;
  for (auto made = instructions.rbegin(); made != instructions.rend(); ++made) {
    if (made->result != value || made->op != ir::Op::Construct) continue;
    const std::vector<Import>& imports = builder_.module().imports;
    for (std::uint32_t i = 0; i < made->n_operands; ++i) {
      const ir::Operand& operand = function.operands[made->first_operand + i];
      if (operand.kind == ir::Operand::Kind::Keyed) {
        export_local(operand.name, operand.value, operand.span);
      } else if (operand.kind == ir::Operand::Kind::Spread) {
        for (auto import = imports.rbegin(); import != imports.rend(); ++import) {
          if (import->local != operand.value || import->in != 0) continue;
          if (import->imported == Name::of("*")) {
            Export star;
            star.exported = star.imported = Name::of("*");
            star.module = import->module;
            star.span = operand.span;
            builder_.module().exports.push_back(star);
          }
          break;
        }
      }
    }
    return;
  }
}

}  // namespace privet::lang::javascript
