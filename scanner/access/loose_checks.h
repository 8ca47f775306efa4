#pragma once

#include <vector>

#include "access/access.h"
#include "access/code.h"
#include "access/guards.h"

/// Checks of the caller that turn nobody away and narrow what is shown only for those who pass. Inside
/// `access/` only.
namespace privet::access {

/// The loose checks of one function, in order.
std::vector<LooseCheck> loose_checks_in(const Program& program, const flow::FlowResult& flows, Codes& codes,
                                        Guards& guards, FunctionId function);

}  // namespace privet::access
