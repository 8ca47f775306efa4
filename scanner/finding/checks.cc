#include <algorithm>
#include <array>
#include <string_view>

#include "finding/checks.h"
#include "finding/match.h"

namespace privet::finding {

Check find_check(base::Name name) {
  static const std::vector<NamedCheck> all = [] {
    std::vector<NamedCheck> checks;
    for (const std::span<const NamedCheck> table :
         {access_checks(), identity_checks(), password_checks(), graphql_checks(), browser_checks(), code_checks(), suppression_checks()}) {
      checks.insert(checks.end(), table.begin(), table.end());
    }
    return checks;
  }();
  const auto found = std::find_if(all.begin(), all.end(), [&](const NamedCheck& check) {
    return check.name == name.text();
  });
  return found == all.end() ? nullptr : found->check;
}

}  // namespace privet::finding
