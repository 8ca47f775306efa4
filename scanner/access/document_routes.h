#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/routes.h"

/// Routes that an OpenAPI document lists, with the names of the functions that answer: connexion. Inside
/// `access/` only.
namespace privet::access {

/// One operation of a document whose handler is a function of the program.
struct DescribedRoute {
  std::string method;
  std::string path;              ///< with the document's own prefix
  FunctionId handler;
  std::vector<OptionGuard> options;  ///< what `security` demands of callers
};

/// The operations of the documents called `name` (its path, or the end of it); of every OpenAPI document
/// of the program when `name` is empty. Guards are those forms `option` of the framework that ask for
/// `security` and `scopes`.
std::vector<DescribedRoute> described_routes(const Program& program, const rule::Framework& framework,
                                             std::string_view name);

}  // namespace privet::access
