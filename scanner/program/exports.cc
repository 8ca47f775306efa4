#include <algorithm>
#include <string>

#include "program/linker.h"

/// Imports and exports: what a name of a module is for those who import it.
namespace privet::program {
namespace {

/// `node:fs` is `fs`, `flask.ext.login` was `flask_login`; a file of a package keeps its path.
std::string library_of(std::string_view specifier) {
  constexpr std::string_view kFlask = "flask.ext.";
  if (specifier.starts_with(kFlask)) return "flask_" + std::string(specifier.substr(kFlask.size()));
  return std::string(specifier.starts_with("node:") ? specifier.substr(5) : specifier);
}

}  // namespace

bool Linker::has_equals_export(ModuleId module, ir::LocalIndex* local) const {
  for (const ir::Export& at : tables_->modules[module.value].exports) {
    if (at.exported.text() != "=") continue;
    if (local != nullptr) *local = at.local;
    return at.local != kNone;
  }
  return false;
}

void Linker::send(const Meaning& meaning, NodeId target) {
  for (const NodeId node : meaning.nodes) edge(node, target);
  for (const ValueId value : meaning.values) add(target, value);
}

void Linker::send_module(ModuleId module, NodeId target) {
  if (!has_equals_export(module)) {
    add(target, values_->of(Ref::Kind::Module, module.value));
    return;
  }
  bool has_more = false;
  for (const ir::Export& at : tables_->modules[module.value].exports) {
    if (at.exported.text() != "=") {
      has_more = true;
    } else if (at.local != kNone) {
      edge(tables_->node(tables_->function_id(module, 0), at.local), target);
    }
  }
  if (has_more) add(target, values_->of(Ref::Kind::Module, module.value));
}

ValueId Linker::external(ModuleId from, Name module, Name name) {
  std::string symbol(library_of(module.text()));
  if (families_[from.value] == Family::Python && symbol.starts_with(".")) {
    // A relative import that is not in the tree: its last part is the best there is.
    symbol.erase(0, symbol.find_first_not_of('.'));
  }
  if (!name.empty() && name.text() != "*" && name.text() != "default") {
    symbol += symbol.empty() ? "" : ".";
    symbol += name.text();
  }
  if (symbol.ends_with(".PrismaClient")) symbol = "@prisma/client.PrismaClient";
  return values_->of(Ref::Kind::External, Name::of(symbol));
}

void Linker::import_name(ModuleId module, const ir::Import& import) {
  if (import.local == kNone || import.is_star || import.imported.empty()) return;
  const FunctionId in = tables_->function_id(module, import.in);
  const NodeId target = tables_->node(in, import.local);
  const ModuleId other = resolver_->resolve(module, import.module);
  if (other.valid()) {
    if (import.imported.text() == "*") {
      send_module(other, target);
      return;
    }
    // `from . import views` in `__init__`: the name that it binds here is not where it comes from.
    const ModuleId inner = other == module ? resolver_->submodule(other, import.imported) : ModuleId{};
    if (inner.valid()) {
      add(target, values_->of(Ref::Kind::Module, inner.value));
      return;
    }
    const Meaning& meaning = meaning_of(other, import.imported);
    if (!meaning.empty()) {
      send(meaning, target);
      return;
    }
    // A document as a whole, and a module compiled from CommonJS, stand for their default.
    if (import.imported.text() == "default") send_module(other, target);
    return;
  }
  if (families_[module.value] == Family::Python && import.imported.text() != "*") {
    // `from package import module` where the package is a folder without `__init__`.
    std::string dotted(import.module.text());
    if (!dotted.ends_with(".")) dotted += '.';
    dotted += import.imported.text();
    const ModuleId inner = resolver_->resolve(module, Name::of(dotted));
    if (inner.valid()) {
      add(target, values_->of(Ref::Kind::Module, inner.value));
      return;
    }
  }
  if (import.module.text().starts_with("@prisma/client") || import.module.text().find("prisma") != std::string_view::npos) {
    // Types of the generated client are the records of the schema.
    for (std::uint32_t m = 0; m < tables_->modules.size(); ++m) {
      if (tables_->modules[m].language.text() != "prisma") continue;
      const std::uint32_t found = tables_->types.find(m, import.imported.index());
      if (found == kNone) continue;
      add(target, values_->of(Ref::Kind::Class, found));
      return;
    }
  }
  add(target, external(module, import.module, import.imported));
}

const Linker::Meaning& Linker::meaning_of(ModuleId module, Name name) {
  static const Meaning kNothing;
  const std::uint32_t known = meaning_rows_.find(module.value, name.index());
  if (known != kNone) return known == 0 ? kNothing : meanings_[known - 1];

  struct Wanted {
    ModuleId module;
    Name name;
  };
  Meaning meaning;
  PairMap seen;
  std::vector<Wanted> todo{{module, name}};
  const Name everything = Name::of("*");
  while (!todo.empty()) {
    const Wanted at = todo.back();
    todo.pop_back();
    if (!seen.insert(at.module.value, at.name.index()) || seen.size() > 4096) continue;
    const ir::Module& code = tables_->modules[at.module.value];
    const FunctionId body = tables_->function_id(at.module, 0);
    const std::size_t before = meaning.nodes.size() + meaning.values.size() + todo.size();
    const auto found_some = [&] {
      return meaning.nodes.size() + meaning.values.size() + todo.size() > before;
    };
    const auto from_module = [&](Name specifier, Name imported) {
      const ModuleId other = resolver_->resolve(at.module, specifier);
      if (!other.valid()) {
        meaning.values.push_back(external(at.module, specifier, imported));
      } else if (imported == everything) {
        const NodeId node = graph_->add_node();
        send_module(other, node);
        meaning.nodes.push_back(node);
      } else {
        todo.push_back({other, imported});
      }
    };
    const auto type_named = [&](Name wanted) {
      const std::uint32_t type = tables_->types.find(at.module.value, wanted.index());
      if (type != kNone) meaning.values.push_back(values_->of(Ref::Kind::Class, type));
    };

    for (const ir::Export& one : code.exports) {
      if (one.exported != at.name) continue;
      if (!one.module.empty()) {
        from_module(one.module, one.imported);
      } else if (one.local != kNone) {
        meaning.nodes.push_back(tables_->node(body, one.local));
      } else {
        type_named(one.imported.empty() ? at.name : one.imported);
      }
    }
    if (!found_some()) type_named(at.name);
    if (!found_some() && code.exports_every_local) {
      const std::uint32_t local = tables_->variables.find(body.value, at.name.index());
      if (local != kNone && code.functions[0].locals[local].kind != ir::Local::Kind::Free) {
        meaning.nodes.push_back(tables_->node(body, local));
      } else if (const ModuleId inner = resolver_->submodule(at.module, at.name); inner.valid()) {
        meaning.values.push_back(values_->of(Ref::Kind::Module, inner.value));
      } else {
        for (const ir::Import& import : code.imports) {
          if (!import.is_star) continue;
          const ModuleId other = resolver_->resolve(at.module, import.module);
          if (!other.valid()) continue;
          const ir::Module& from = tables_->modules[other.value];
          if (from.has_star_names &&
              std::find(from.star_names.begin(), from.star_names.end(), at.name) == from.star_names.end()) {
            continue;
          }
          todo.push_back({other, at.name});
        }
      }
    }
    ir::LocalIndex equals = kNone;
    if (!found_some() && has_equals_export(at.module, &equals)) {
      const NodeId whole = tables_->node(body, equals);
      if (at.name.text() == "default") {
        meaning.nodes.push_back(whole);
      } else {
        const NodeId member = graph_->add_node();
        add_load(whole, at.name, member, body);
        meaning.nodes.push_back(member);
      }
    }
    if (!found_some()) {
      // `export * from`; the default export does not pass it.
      for (const ir::Export& one : code.exports) {
        if (one.exported != everything || one.module.empty() || at.name.text() == "default") continue;
        const ModuleId other = resolver_->resolve(at.module, one.module);
        if (other.valid()) todo.push_back({other, at.name});
      }
    }
  }
  std::uint32_t row = 0;
  if (!meaning.empty()) {
    meanings_.push_back(std::move(meaning));
    row = static_cast<std::uint32_t>(meanings_.size());
  }
  meaning_rows_.slot(module.value, name.index()) = row;
  return row == 0 ? kNothing : meanings_[row - 1];
}

}  // namespace privet::program
