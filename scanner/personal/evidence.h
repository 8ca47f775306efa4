#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rule/data_types.h"

namespace privet::personal {

enum class Certainty : std::uint8_t { Likely, Certain };

/// One data type for one name, as found. `reasons` is what a finding prints: "strong name `phone`",
/// "field of `Member`, a person".
struct Evidence {
  rule::DataTypeId type;
  float score = 0;
  Certainty certainty = Certainty::Likely;
  std::vector<std::string> reasons;
};

}  // namespace privet::personal
