#pragma once

#include <cstdint>

#include "program/program.h"

/// Functions that run what they are handed: `transaction(work)`, `traced(handler)`. Inside `flow/` only.
namespace privet::flow {

/// The parameter whose call gives the function its result, as in `async (work) => await work(client)`;
/// ir::kNone when there is none. O(instructions).
std::uint32_t result_callback(const program::Program& program, program::FunctionId function);

/// True if the call runs what the function, or one around it, was handed as a parameter.
bool calls_parameter(const program::Program& program, program::FunctionId function, const ir::Instruction& call);

}  // namespace privet::flow
