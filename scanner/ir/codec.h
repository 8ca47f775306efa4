#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ir/module.h"

namespace privet::ir {

/// Version of the byte form; part of every cache key.
inline constexpr std::uint32_t kCodecVersion = 1;

/// The module as bytes that do not depend on threads, name numbers or the file's id.
std::string encode(const Module& module);

/// Reads back exactly what `encode` wrote, for `file`. Bytes from a cache may be damaged or
/// hostile: anything unsound gives nothing, never undefined behaviour; the result passes `verify`.
std::optional<Module> decode(std::string_view bytes, source::FileId file);

}  // namespace privet::ir
