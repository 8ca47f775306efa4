#pragma once

#include <compare>
#include <functional>
#include <set>
#include <string>

#include "access/code.h"

/// Which values go into what, within one function: whether two calls are given the same id, and whether
/// something is read from what a call gave. Inside `access/` only.
namespace privet::access {

/// A value by where it is read: a local that the function is given or a call fills, then the fields on the way:
/// `req.query.teamId` is one value, however often it is read. Not what a whole file shares.
struct Value {
  ir::LocalIndex root = ir::kNone;
  std::string path;  ///< `.query.teamId`

  auto operator<=>(const Value&) const = default;
};
using Values = std::set<Value>;

/// Says which locals are no values of interest.
using LeaveOut = std::function<bool(ir::LocalIndex)>;

/// The values that go into an instruction, through containers, operators and calls; of a chain of calls
/// (`query.filter(a).filter(b)`) those of all its links. At most 64 steps.
Values values_into(const Program& program, const Code& code, const Site& site, const LeaveOut& leave_out = {});
/// Those that a local is made of; what a call gives is one of them.
Values values_behind(const Program& program, const Code& code, ir::LocalIndex local, const LeaveOut& leave_out = {});
/// Values of a closure in terms of the function that makes it: only what it takes from there.
Values outside_of(const Program& program, const Code& around, FunctionId closure, const Values& inside);

/// True if one of the values is one of `known`, or a field of what a call in `known` gave.
bool meets(const Code& code, const Values& values, const Values& known);

/// True if the expression at `place` reads from what the instruction at `made` gives: `row.email` after
/// `row = find(id)`, `for row in find(id)`.
bool reads_from(const Code& code, source::Span place, const Site& made);

}  // namespace privet::access
