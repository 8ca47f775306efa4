#pragma once

#include <filesystem>

namespace privet::test {

/// The root of the source tree, and the executable that was built with the tests. Behind functions, so
/// that no path is compiled into the tests themselves.
std::filesystem::path source_dir();
std::filesystem::path executable();

}  // namespace privet::test
