#pragma once

#include <unordered_set>
#include <vector>

#include "personal/personal.h"
#include "program/program.h"

/// Where a program itself notes down who calls: `req.userId = decoded.id` after a token was verified,
/// `req.session.memberId = member.id` after a login. Inside `flow/` only.
namespace privet::flow {

struct CallerField {
  base::Name type;   ///< the library type that the field was put on: `express.Request`
  base::Name field;
};

/// `principals`: symbols that denote the caller already. By type, then field.
std::vector<CallerField> find_caller_fields(const program::Program& program, const personal::Personal& personal,
                                            const std::unordered_set<base::Name>& principals);

}  // namespace privet::flow
