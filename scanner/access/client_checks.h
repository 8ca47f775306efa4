#pragma once

#include <vector>

#include "access/access.h"
#include "access/code.h"
#include "access/guards.h"

/// Decisions about the caller that a client of the program takes by itself, where it calls an entry point
/// of the same scan. Inside `access/` only.
namespace privet::access {

/// Client calls that stand behind a question for a role, or whose answer is filtered for the caller.
std::vector<ClientCheck> client_checks(const Program& program, Codes& codes, Guards& guards,
                                       const std::vector<Entry>& entries);

}  // namespace privet::access
