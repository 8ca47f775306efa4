#include "access/dotted.h"

#include <algorithm>
#include <string>
#include <utility>

namespace privet::access {
namespace {

/// `a.b.c` → `a.b` and `c`; the first is empty without a dot.
std::pair<std::string_view, std::string_view> split_last(std::string_view dotted) {
  const std::size_t dot = dotted.rfind('.');
  if (dot == std::string_view::npos) return {{}, dotted};
  return {dotted.substr(0, dot), dotted.substr(dot + 1)};
}

/// What the body of a module calls by that name.
std::span<const Ref> members_of(const Program& program, program::ModuleId module, std::string_view name) {
  if (!module.valid() || program.module(module).functions.empty()) return {};
  const ir::Found found = ir::find_local(program.module(module), 0, Name::of(name));
  if (found.local == ir::kNone) return {};
  return program.refs(program.function_id(module, found.owner), found.local);
}

}  // namespace

program::ModuleId module_named(const Program& program, std::string_view dotted) {
  if (dotted.empty()) return {};
  std::string path(dotted);
  std::replace(path.begin(), path.end(), '.', '/');
  const std::string endings[] = {path + ".py", path + "/__init__.py"};
  program::ModuleId best;
  std::size_t shortest = 0;
  for (std::uint32_t m = 0; m < program.n_modules(); ++m) {
    const program::ModuleId id{m};
    const std::string_view file = program.sources()[program.module(id).file].path;
    for (const std::string_view ending : endings) {
      const bool whole = file.ends_with(ending) &&
                         (file.size() == ending.size() || file[file.size() - ending.size() - 1] == '/');
      if (!whole || (best.valid() && file.size() >= shortest)) continue;
      best = id;
      shortest = file.size();
    }
  }
  return best;
}

ClassId class_named(const Program& program, std::string_view dotted) {
  const auto [module, name] = split_last(dotted);
  for (const Ref& ref : members_of(program, module_named(program, module), name)) {
    if (ref.kind == Ref::Kind::Class) return ClassId{ref.id};
  }
  return {};
}

FunctionId function_named(const Program& program, std::string_view dotted) {
  const auto [owner, name] = split_last(dotted);
  for (const Ref& ref : members_of(program, module_named(program, owner), name)) {
    if (ref.kind == Ref::Kind::Function) return FunctionId{ref.id};
  }
  if (const ClassId class_id = class_named(program, owner); class_id.valid()) {
    return program.find_method(class_id, Name::of(name));
  }
  return {};
}

}  // namespace privet::access
