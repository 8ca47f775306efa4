#pragma once

#include <optional>
#include <string>
#include <vector>

#include "access/routes.h"
#include "ir/access_path.h"

/// Containers written down: the entries of option objects, lists of routes, maps of resolvers, through
/// variables, imports, spreads and merges. Inside `access/` only.
namespace privet::access {

/// A value in a container, or an argument.
struct Place {
  FunctionId function;
  ir::LocalIndex local = ir::kNone;
  Name key;                      ///< under which it stands in its container; empty in lists
  Span span;
};

/// Entries of a map, elements of a list, what is spread included; at most 512. Empty when the value is
/// no container that was written down.
std::vector<Place> entries_in(const Program& program, Codes& codes, const Place& container);

/// The entry at a path of keys, the last one written when there are several.
std::optional<Place> member_of(const Program& program, Codes& codes, const Place& container,
                               std::span<const Name> path);

/// The elements of a list, lists in it opened; the value itself when it is none.
std::vector<Place> opened(const Program& program, Codes& codes, const Place& value);

/// The values at a model's path at a call; `*` is every entry.
std::vector<Place> places_at(const Program& program, Codes& codes, const Site& site,
                             const ir::AccessPath& path);

Handler handler_at(const Program& program, Codes& codes, const Place& place);

/// What the result of a call is called where it is put: the key in a map, the export, the variable.
/// Empty when it has no name.
Name name_of_result(const Program& program, Codes& codes, const Site& site);

/// Guards of the form `option` that the options of a route turn on or off, those that a more exact one
/// overrules left out.
std::vector<OptionGuard> option_guards(const Program& program, Codes& codes,
                                       const rule::Framework& framework, const Place& options);

/// Routers handed to a function belong to that function, where it was mounted as a plugin or where
/// nothing else is known of them: what it registers is its own.
void scope_plugins(const Program& program, std::vector<Registration>& all);

}  // namespace privet::access
