#pragma once

#include <string>
#include <string_view>

#include "rule/data_types.h"

namespace privet::personal {

/// What a check of a generic form says of a value that has the form.
enum class ValueCheck : unsigned char { Fails, Documentation, Passes };

/// Upper case, without spaces and `.` `-` `/` `(` `)`.
std::string compact_of(std::string_view value);
std::string digits_of(std::string_view value);

/// `check` as in `rules/data/values.yaml`: `email`, `card`, `iban`, …; an unknown one passes.
ValueCheck check_value(const rule::DataTypes& types, std::string_view check, std::string_view value);

/// True if the compact value is in the list of identifiers for documentation.
bool is_documentation_id(const rule::DataTypes& types, std::string_view compact);

/// A date inside an identifier, `yymmdd@0 month+20,50 day+40`: exists.
bool date_exists(std::string_view rule, std::string_view compact);

/// `x` stands for a digit; the pattern is matched in full.
bool fits_digits(std::string_view pattern, std::string_view value);

}  // namespace privet::personal
