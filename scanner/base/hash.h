#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace privet::base {

/// XXH3, 64 bits: for tables and fingerprints, not against an adversary.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// XXH3, 128 bits, big-endian: for cache keys.
std::array<unsigned char, 16> hash128(std::string_view bytes);

/// Lower-case hexadecimal digits, 16 of them.
std::string hex(std::uint64_t value);

}  // namespace privet::base
