#pragma once

#include <vector>

#include "access/routes.h"

/// Entry points that are methods of classes which no call registers: resolvers and mutations of Graphene.
/// Inside `access/` only.
namespace privet::access {

/// With `exports`, the classes of these names, with what they inherit, answer by their own methods; without,
/// every class that no other extends answers by the first of the methods that it has.
void collect_resolver_classes(const Program& program, std::vector<Registration>& out);

}  // namespace privet::access
