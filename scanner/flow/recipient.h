#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "program/program.h"
#include "rule/rule_set.h"

/// Which outside party a call talks to.
namespace privet::flow {

/// The host of an absolute URL, lower case, without user and port; empty when there is none. `text` may
/// have `{}` where parts are not constant: such a label reads as `x`, and a host that begins in one
/// that covers all of it has none.
std::string host_of_url(std::string_view text);

/// Id in rules/recipients/ of the host in a constant URL at the call, else of the package of `symbol`.
/// A literal outside host that is not listed gives `unlisted:HOST`. Empty: nobody known, or our own.
base::Name recipient_of_call(const program::Program& program, const program::Site& site,
                             const std::vector<const rule::FunctionModel*>& models, base::Name symbol);

}  // namespace privet::flow
