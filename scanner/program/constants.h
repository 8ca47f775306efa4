#pragma once

#include <span>

#include "program/tables.h"

/// Literals read back from the IR, and model paths at calls. Work on tables that are still being
/// filled too: then values that only refs would tell stay unknown.
namespace privet::program {

Constant constant_of(const Program::Tables& tables, FunctionId function, ir::LocalIndex local);

/// The operands that an argument path's root names at a call, in order; several for `arg(1..)`.
std::vector<const ir::Operand*> operands_at(const Program::Tables& tables, const Site& call,
                                            const ir::AccessPath& path);
Constant constant_at(const Program::Tables& tables, const Site& call, const ir::AccessPath& path);
/// `[0]` becomes the field that argument 0 names when it is constant, else any.
ir::AccessPath with_named_fields(const Program::Tables& tables, const Site& call, const ir::AccessPath& path);
bool holds(const Program::Tables& tables, const Site& call, std::span<const rule::Condition> conditions);

}  // namespace privet::program
