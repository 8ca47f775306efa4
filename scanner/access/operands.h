#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/routes.h"
#include "ir/access_path.h"

/// Reading a call by the paths of a model. Inside `access/` only.
namespace privet::access {

/// The locals that an argument path names at a call, in order; `arg(1..)` gives several, spread lists
/// of known elements are opened, a list literal given for one argument counts as its elements.
std::vector<ir::LocalIndex> locals_at(const Program& program, const Site& site,
                                      const ir::AccessPath& path);

/// The chain of handlers at a path; empty without a path.
std::vector<Handler> chain_at(const Program& program, Codes& codes, const Site& site,
                              const std::optional<ir::AccessPath>& path);

/// The span of the operand that holds `local` at a call, else the call's.
Span operand_span(const Program& program, const Site& site, ir::LocalIndex local);

const ir::Instruction& instruction_at(const Program& program, const Site& site);

std::string upper(std::string_view text);
/// `a` and `b` with exactly one slash between, as frameworks join prefixes; empty parts vanish.
std::string joined(std::string_view a, std::string_view b);

}  // namespace privet::access
