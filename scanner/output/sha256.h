#pragma once

#include <string>
#include <string_view>

namespace privet::output {

/// SHA-256 as FIPS 180-4 defines it, in lower-case hexadecimal digits: what SARIF readers compare
/// files by.
std::string sha256(std::string_view bytes);

}  // namespace privet::output
