#pragma once

#include <string>
#include <vector>

#include "ir/module.h"

namespace privet::ir {

/// Everything that is wrong with the structure of a module, one line each; empty when it is sound:
/// indices in range, each block ended, captured locals exist in the parent, spans inside the file
/// (`text_size` bytes), Temporaries assigned before use on some path, documents well-nested.
/// O(size). Run on every module in tests, in debug builds and on what comes out of the cache.
std::vector<std::string> verify(const Module& module, std::uint32_t text_size);

}  // namespace privet::ir
