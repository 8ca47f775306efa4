#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace privet::source {

/// Why a file is taken for written by a program, by its name alone: `*.min.js`, `*_pb2.py`,
/// lock files of package managers.
std::optional<std::string> generated_by_name(std::string_view path);

/// The same by its content: a comment at its head says so, or most of it is in very long lines.
std::optional<std::string> generated_by_content(std::string_view path, std::string_view text);

}  // namespace privet::source
