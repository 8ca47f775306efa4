#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string_view>

namespace privet::base {

/// An interned string: four bytes, compared by identity. The text lives until the process ends.
/// Any thread may intern and read at any time. The number inside depends on the order of interning
/// and so on threads: never sort or print by it, only by `text()`.
/// Default: the empty string.
class Name {
 public:
  constexpr Name() = default;
  /// O(length); one lock of one of 64 shards.
  static Name of(std::string_view text);

  std::string_view text() const;
  constexpr bool empty() const { return index_ == 0; }
  constexpr std::uint32_t index() const { return index_; }

  friend constexpr bool operator==(Name, Name) = default;

 private:
  constexpr explicit Name(std::uint32_t index) : index_(index) {}
  std::uint32_t index_ = 0;
};

/// Orders names by their text, the same on every run.
struct ByText {
  bool operator()(Name a, Name b) const { return a.text() < b.text(); }
};

}  // namespace privet::base

template <>
struct std::hash<privet::base::Name> {
  std::size_t operator()(privet::base::Name name) const noexcept {
    return static_cast<std::size_t>(name.index()) * 0x9E3779B97F4A7C15ull;
  }
};
