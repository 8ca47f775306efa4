#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/name.h"

namespace privet::ir {

using base::Name;

/// The field that stands for every element of a list, every value under a computed key, and what an
/// iteration yields. Text form: `*`.
Name any_element();

/// Where a value lives as seen from outside a function, in models and summaries: a root, then the
/// fields walked from it, as in `arg(1).customer.email`. At most `kMaxDepth` fields; a path cut
/// there stands for everything below it, which keeps recursive structures finite.
/// Text form, the same in models, rules, logs and tests:
///   `arg(1).customer.email`  positional argument, from 0     `arg(data)`  keyword argument
///   `arg(1..)`  every argument from 1 on                      `arg(-1)`    the last argument
///   `this`      the receiver                                  `return`     the result
///   `callee`    the called value itself                       `*`          any element
///   `[0]`       in models: the field that argument 0 names when it is constant, else `*`
struct AccessPath {
  static constexpr std::size_t kMaxDepth = 4;

  enum class Root : std::uint8_t { Argument, Receiver, Return, Callee, Capture };

  Root root = Root::Argument;
  std::int32_t index = 0;     ///< Argument: position, negative from the end; Capture: local index
  bool and_after = false;     ///< Argument: `arg(N..)`
  Name keyword;               ///< Argument: by name; with `index >= 0` set too, either matches
  std::vector<Name> fields;   ///< outermost first; size() <= kMaxDepth

  /// Reads the text form; several alternatives of one argument as `arg(0|data)`.
  static std::optional<AccessPath> parse(std::string_view text);
  std::string text() const;

  friend bool operator==(const AccessPath&, const AccessPath&) = default;
};

}  // namespace privet::ir
