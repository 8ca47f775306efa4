#pragma once

#include <span>
#include <string_view>

namespace privet::rule {

/// A file of `rules/` as it was when Privet was built.
struct EmbeddedFile {
  std::string_view path;  ///< relative to `rules/`, with `/`: `models/python/flask.yaml`
  std::string_view text;
};

/// Every file of `rules/`, sorted by path; lives as long as the process.
std::span<const EmbeddedFile> embedded_files();

}  // namespace privet::rule
