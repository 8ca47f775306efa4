#pragma once

#include <span>
#include <string_view>

#include "finding/match.h"

namespace privet::finding {

/// A row of a check table. The names and parameters are listed for rule loading in `rule/checks.h`;
/// a test compares both lists.
struct NamedCheck {
  std::string_view name;
  Check check;
};

/// Over the access map: entry points, guards, what they touch. `checks_access.cc`.
std::span<const NamedCheck> access_checks();
/// Over what files say by themselves: settings, literals, stored fields. `checks_code.cc`.
std::span<const NamedCheck> code_checks();

/// Who somebody is and what proves it. `checks_identity.cc`.
std::span<const NamedCheck> identity_checks();

/// Passwords that are kept as they are typed. `checks_password.cc`.
std::span<const NamedCheck> password_checks();

/// What browsers and caches between do by themselves. `checks_browser.cc`.
std::span<const NamedCheck> browser_checks();
/// Types of GraphQL schemas. `checks_graphql.cc`.
std::span<const NamedCheck> graphql_checks();

/// Names of what `apply_suppressions` reports later, when all else is known; they add no match.
/// `suppress.cc`.
std::span<const NamedCheck> suppression_checks();

}  // namespace privet::finding
