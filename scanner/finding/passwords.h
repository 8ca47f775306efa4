#pragma once

#include <optional>

#include "finding/match.h"

/// Passwords in code: where what was typed meets what is stored.
namespace privet::finding {

struct PasswordComparison {
  source::Span span;
  flow::OriginId stored;         ///< the field of the stored record
};

/// `given.password == user.password`: the first place of a function that compares a password of the
/// request with a stored one, both as they were read. It proves who asks, and that the password is kept as
/// it was typed.
std::optional<PasswordComparison> password_comparison(const Facts& facts, program::FunctionId function);

}  // namespace privet::finding
