#include "program/tables.h"

#include <algorithm>

namespace privet::program {
namespace {

/// Names of the function's own variables; the first declaration of a name counts, since later ones
/// are of inner scopes.
void index_variables(Program::Tables& tables, FunctionId id, const ir::Function& function) {
  for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
    const ir::Local& at = function.locals[local];
    if (at.name.empty() || at.kind == ir::Local::Kind::Temporary ||
        at.kind == ir::Local::Kind::Captured) {
      continue;
    }
    std::uint32_t& slot = tables.variables.slot(id.value, at.name.index());
    if (slot == kNone) slot = local;
  }
}

void define(Program::Tables& tables, std::uint32_t first_local, const ir::Function& function) {
  for (ir::BlockIndex block = 0; block < function.blocks.size(); ++block) {
    const auto& instructions = function.blocks[block].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      const ir::LocalIndex result = instructions[i].result;
      if (result == kNone) continue;
      Definition& definition = tables.definitions[first_local + result];
      if (definition.block == kNone) {
        definition = {block, i};
      } else {
        definition.block = Definition::kMany;
      }
    }
  }
}

}  // namespace

void number_program(Program::Tables& tables) {
  std::uint32_t n_functions = 0;
  std::uint32_t n_classes = 0;
  for (std::uint32_t m = 0; m < tables.modules.size(); ++m) {
    const ir::Module& module = tables.modules[m];
    tables.first_function.push_back(n_functions);
    tables.first_class.push_back(n_classes);
    n_functions += static_cast<std::uint32_t>(module.functions.size());
    n_classes += static_cast<std::uint32_t>(module.classes.size());
    tables.function_module.resize(n_functions, ModuleId{m});
    tables.class_module.resize(n_classes, ModuleId{m});
  }
  tables.first_function.push_back(n_functions);
  tables.first_class.push_back(n_classes);

  std::uint32_t n_locals = 0;
  std::uint32_t n_instructions = 0;
  for (std::uint32_t f = 0; f < n_functions; ++f) {
    const ir::Function& function = tables.function(FunctionId{f});
    tables.first_local.push_back(n_locals);
    tables.first_block.push_back(static_cast<std::uint32_t>(tables.first_instruction.size()));
    n_locals += static_cast<std::uint32_t>(function.locals.size());
    for (const ir::Block& block : function.blocks) {
      tables.first_instruction.push_back(n_instructions);
      n_instructions += static_cast<std::uint32_t>(block.instructions.size());
    }
  }
  tables.first_local.push_back(n_locals);
  tables.first_block.push_back(static_cast<std::uint32_t>(tables.first_instruction.size()));
  tables.first_instruction.push_back(n_instructions);
  tables.call_of.assign(n_instructions, kNone);
  tables.definitions.resize(n_locals);
  tables.local_node.assign(n_locals, kNone);

  for (std::uint32_t f = 0; f < n_functions; ++f) {
    const FunctionId id{f};
    const ir::Function& function = tables.function(id);
    const std::uint32_t first = tables.first_local[f];
    index_variables(tables, id, function);
    define(tables, first, function);
    const std::uint32_t first_of_module = tables.first_function[tables.function_module[f].value];
    for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
      const ir::Local& at = function.locals[local];
      // Parents come before their children, so the outer node is known; a module that says otherwise
      // gets a node of its own here.
      const bool captured = at.kind == ir::Local::Kind::Captured && function.parent != kNone &&
                            first_of_module + function.parent < f;
      if (captured) {
        const std::uint32_t parent = first_of_module + function.parent;
        const std::uint32_t outer = tables.first_local[parent] + at.outer;
        if (outer < tables.first_local[parent + 1]) tables.local_node[first + local] = tables.local_node[outer];
      }
      if (tables.local_node[first + local] == kNone) {
        tables.local_node[first + local] = tables.graph.add_node();
      }
    }
  }

  // An assignment from an inner function is one more definition of the outer variable.
  for (std::uint32_t f = 0; f < n_functions; ++f) {
    const ir::Function& function = tables.function(FunctionId{f});
    for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
      if (function.locals[local].kind != ir::Local::Kind::Captured) continue;
      if (tables.definitions[tables.first_local[f] + local].block == kNone) continue;
      const std::uint32_t first_of_module = tables.first_function[tables.function_module[f].value];
      std::uint32_t at = f;
      ir::LocalIndex inner = local;
      for (std::size_t depth = 0; depth < tables.modules.size() + n_functions; ++depth) {
        const ir::Function& here = tables.function(FunctionId{at});
        if (inner >= here.locals.size() || here.locals[inner].kind != ir::Local::Kind::Captured ||
            here.parent == kNone || first_of_module + here.parent >= at) {
          break;
        }
        inner = here.locals[inner].outer;
        at = first_of_module + here.parent;
        if (tables.first_local[at] + inner < tables.first_local[at + 1]) {
          tables.definitions[tables.first_local[at] + inner].block = Definition::kMany;
        }
      }
    }
  }

  for (std::uint32_t c = 0; c < n_classes; ++c) {
    const ClassId id{c};
    const ir::Class& at = tables.class_of(id);
    const ModuleId module = tables.class_module[c];
    for (const ir::FunctionIndex method : at.methods) {
      if (method >= tables.modules[module.value].functions.size()) continue;
      const FunctionId function = tables.function_id(module, method);
      const ir::Function& code = tables.function(function);
      if (code.name.empty() || code.is_setter) continue;
      // Overload signatures have no body; the implementation comes last.
      std::uint32_t& slot = tables.methods.slot(c, code.name.index());
      if (slot == kNone || !code.is_abstract) slot = function.value;
    }
    if (at.owner != kNone) {
      std::uint32_t& slot = tables.nested.slot(tables.first_class[module.value] + at.owner, at.name.index());
      if (slot == kNone) slot = c;
    }
    if (!at.name.empty() && (at.local == kNone || at.kind != ir::Class::Kind::Class)) {
      std::uint32_t& slot = tables.types.slot(module.value, at.name.index());
      if (slot == kNone) slot = c;
    }
  }
  tables.bases.resize(n_classes);
  tables.library_bases.resize(n_classes);
  tables.subclasses.resize(n_classes);
}

Program::Tables::Variable Program::Tables::find_variable(FunctionId from, Name name) const {
  const std::uint32_t first = first_function[function_module[from.value].value];
  std::uint32_t at = from.value;
  for (;;) {
    const std::uint32_t local = variables.find(at, name.index());
    if (local != kNone) return {FunctionId{at}, local};
    const ir::FunctionIndex parent = function(FunctionId{at}).parent;
    if (parent == kNone || first + parent >= at) return {};
    at = first + parent;
  }
}

std::vector<ClassId> Program::Tables::lineage(ClassId id) const {
  // Depth first without recursion; of a class met twice the last place counts.
  constexpr std::size_t kMax = 512;
  std::vector<ClassId> order;
  std::vector<ClassId> stack{id};
  while (!stack.empty() && order.size() < kMax) {
    const ClassId at = stack.back();
    stack.pop_back();
    order.push_back(at);
    for (auto base = bases[at.value].rbegin(); base != bases[at.value].rend(); ++base) {
      if (*base != id) stack.push_back(*base);
    }
  }
  std::vector<ClassId> result;
  for (auto at = order.rbegin(); at != order.rend(); ++at) {
    if (std::find(result.begin(), result.end(), *at) == result.end()) result.push_back(*at);
  }
  std::reverse(result.begin(), result.end());
  // The class itself stays first even when a cycle of bases named it again.
  const auto self = std::find(result.begin(), result.end(), id);
  std::rotate(result.begin(), self, self + 1);
  return result;
}

}  // namespace privet::program
