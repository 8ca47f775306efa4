#pragma once

#include "program/program.h"

/// Places that run on a developer's machine or under test alone: `if (isTestEnv())`,
/// `process.env.NODE_ENV !== "production"`; and those that an operator starts by hand. A program comes in,
/// an answer goes out; knows names and constants of conditions, not what the place does.
namespace privet::finding {

/// True if every way to the place passes a condition that only a test or development environment meets.
/// Misses: conditions in callers.
bool only_in_development(const program::Program& program, const program::Site& site);

/// True for code that somebody runs in a terminal and that serves nobody: commands, scripts, migrations.
/// What it prints or fails with is read there.
bool runs_in_terminal(const program::Program& program, program::FunctionId function);

}  // namespace privet::finding
