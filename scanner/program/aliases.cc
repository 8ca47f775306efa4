#include <algorithm>
#include <optional>
#include <string>

#include "program/linker.h"

/// Aliases of annotated types: `CurrentUser = Annotated[User, Depends(current_user)]`.
namespace privet::program {
namespace {

/// True if an import of `specifier` may mean the module at `path`: `app.deps`, `.deps` for `app/deps.py`.
bool may_be(std::string_view specifier, std::string_view path) {
  while (!specifier.empty() && specifier.front() == '.') specifier.remove_prefix(1);
  std::string name(path.substr(0, path.rfind('.')));
  if (name.ends_with("/__init__")) name.resize(name.size() - 9);
  std::replace(name.begin(), name.end(), '/', '.');
  if (!std::string_view(name).ends_with(specifier)) return false;
  return name.size() == specifier.size() || specifier.empty() || name[name.size() - specifier.size() - 1] == '.';
}

}  // namespace

void Linker::collect_aliases() {
  for (std::uint32_t m = 0; m < tables_->modules.size(); ++m) {
    if (tables_->modules[m].functions.empty()) continue;
    const FunctionId id = tables_->function_id(ModuleId{m}, 0);
    const ir::Function& code = tables_->function(id);
    std::unordered_map<ir::LocalIndex, Site> made;
    for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
      const auto& instructions = code.blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        const ir::Instruction& at = instructions[i];
        if (at.result == kNone || at.result >= code.locals.size()) continue;
        const auto from = at.op == ir::Op::Copy ? made.find(at.a) : made.end();
        if (at.op == ir::Op::Operate && at.name.text() == "annotated") {
          made[at.result] = {id, b, i};
        } else if (from != made.end()) {
          const Site site = from->second;
          made[at.result] = site;
        } else {
          continue;
        }
        const Name name = code.locals[at.result].name;
        if (!name.empty()) tables_->aliases[name].push_back(made[at.result]);
      }
    }
  }
}

std::vector<std::pair<FunctionId, ir::LocalIndex>> Program::alias_parts(FunctionId id,
                                                                        const ir::Parameter& parameter) const {
  const ir::Function& code = function(id);
  if (tables_->aliases.empty() || parameter.local >= code.locals.size()) return {};
  const ModuleId here = module_of(id);
  const ir::Module& own = module(here);
  const ir::TypeIndex type = code.locals[parameter.local].type;
  if (type == kNone || type >= own.types.size()) return {};
  Name name = own.types[type].name;
  std::optional<std::string_view> from;
  const ir::Function& file = function(function_id(here, 0));
  for (const ir::Import& import : own.imports) {
    if (import.in != 0 || import.local == kNone || file.locals[import.local].name != name) continue;
    from = import.module.text();
    name = import.imported;
    break;
  }
  const auto found = tables_->aliases.find(name);
  if (found == tables_->aliases.end()) return {};
  for (const Site& site : found->second) {
    const ModuleId owner = module_of(site.function);
    const bool fits = from ? may_be(*from, sources()[module(owner).file].path) : owner == here;
    if (!fits) continue;
    std::vector<std::pair<FunctionId, ir::LocalIndex>> parts;
    const ir::Instruction& at = instruction(site);
    const auto& operands = function(site.function).operands;
    for (std::uint32_t i = 1; i < at.n_operands; ++i) {
      parts.emplace_back(site.function, operands[at.first_operand + i].value);
    }
    return parts;
  }
  return {};
}

}  // namespace privet::program
