#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "finding/finding.h"

/// Text of scanned files as it may be shown, by formats and by commands.
namespace privet::output {

/// The bytes of a span with every redacted literal masked: `•••• (12 characters)`. Still raw otherwise.
std::string redacted(const finding::Report& report, source::Span span);

/// Control characters, direction marks and broken UTF-8 made visible (`␛`, U+FFFD), so that nothing
/// from a scanned file steers a terminal or a page. Line ends become blanks.
std::string harmless(std::string_view text);

/// One line with the part that a caret points at, ready to print.
struct ShownLine {
  std::uint32_t number = 0;      ///< 1-based
  std::string text;              ///< tabs expanded, redacted, harmless, cut to `kMostColumns`
  std::size_t begin = 0;         ///< columns on the screen of the marked part; equal: nothing marked
  std::size_t end = 0;
};
inline constexpr std::size_t kMostColumns = 160;

/// The line on which the span begins. A span of several lines is marked to the end of its first.
ShownLine shown_line(const finding::Report& report, source::Span span);

/// Columns that harmless text takes on a screen: wide characters two, combining ones none.
std::size_t width_of(std::string_view text);

}  // namespace privet::output
