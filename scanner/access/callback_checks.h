#pragma once

#include <optional>

#include "access/guards.h"

namespace privet::access {

/// The check that a function of the program makes before it calls the callback it is given:
/// `authenticated({handler: async () => …})`. `made`: where the callback is made. None when it may be
/// called without one, or when it is not known where it is called.
std::optional<BodyCheck> check_before_callback(const Program& program, Codes& codes, Guards& guards, const Site& made);

}  // namespace privet::access
