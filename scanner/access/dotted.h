#pragma once

#include <string_view>

#include "access/routes.h"

/// Things of the program that a text names by a dotted path: settings, documents, `include("x.urls")`.
/// Inside `access/` only.
namespace privet::access {

/// The Python module of that name, from whatever folder it is imported; of several the one nearest to the
/// root. Invalid when none.
program::ModuleId module_named(const Program& program, std::string_view dotted);

/// `members.permissions.IsOfficer`: the class of that name in that module; invalid when none.
ClassId class_named(const Program& program, std::string_view dotted);

/// `api.members.list_all`, `api.members.Members.search`: the function; invalid when none.
FunctionId function_named(const Program& program, std::string_view dotted);

}  // namespace privet::access
