#pragma once

#include "program/program.h"

/// Places that run on a developer's machine or under test alone: `if (isTestEnv())`,
/// `process.env.NODE_ENV !== "production"`. A program comes in, an answer goes out; knows names and
/// constants of conditions, not what the place does.
namespace privet::finding {

/// True if every way to the place passes a condition that only a test or development environment meets.
/// Misses: conditions in callers.
bool only_in_development(const program::Program& program, const program::Site& site);

}  // namespace privet::finding
