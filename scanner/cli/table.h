#pragma once

#include <string>
#include <vector>

namespace privet::cli {

/// Columns as wide as their widest cell, two blanks apart, the last one free. `rows.front()` is the
/// head. Cells are made harmless for a terminal.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

/// What cannot steer a terminal.
std::string harmless_text(const std::string& text);

}  // namespace privet::cli
