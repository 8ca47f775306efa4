#pragma once

#include <string_view>

namespace privet::personal {

/// A check digit or range rule for a compact value: upper case, without separators. Each is a row of
/// the taxonomy's section 9.3, named as in `rules/data/`.
struct Checksum {
  std::string_view name;
  bool (*passes)(std::string_view value);
  /// Few random values pass; without that, the form alone shows little and a name must say it.
  bool strong = true;
};

/// nullptr when there is none of that name. Algorithms accept any text: what is too short or has
/// other characters fails.
const Checksum* find_checksum(std::string_view name);

/// Lengths differ by country: see `DataTypes::iban_length`.
bool mod_97_is_1(std::string_view value);
bool luhn(std::string_view digits);

}  // namespace privet::personal
