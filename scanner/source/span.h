#pragma once

#include <compare>
#include <cstdint>

#include "base/ids.h"

namespace privet::source {

using FileId = base::Id<struct FileTag>;

/// Bytes [begin, end) of one file. Lines and columns exist only at output.
struct Span {
  FileId file;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  constexpr bool valid() const { return file.valid(); }
  constexpr bool contains(const Span& other) const {
    return file == other.file && begin <= other.begin && other.end <= end;
  }
  friend constexpr auto operator<=>(const Span&, const Span&) = default;
};
static_assert(sizeof(Span) == 12, "spans are stored by the million");

}  // namespace privet::source
