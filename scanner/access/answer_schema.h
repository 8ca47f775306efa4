#pragma once

#include <optional>
#include <vector>

#include "access/generic_views.h"
#include "access/routes.h"

/// Schemas by status that a route declares for its answers, which let only their own fields leave, sent or
/// returned. Inside `access/` only.
namespace privet::access {

/// What the schema of a good answer shows: `{200: {type: "object", properties: {…}}}`, also made by
/// `Type.Object({…})`, `z.array(z.object({…}))`. None without one, or where it lets all fields pass.
std::optional<DeclaredAnswer> answer_by_schema(const program::Program& program, const Registration& route);

}  // namespace privet::access
