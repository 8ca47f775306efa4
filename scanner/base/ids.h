#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/check.h"

namespace privet::base {

/// An index that knows what it indexes: `Id<struct FileTag>` and `Id<struct RuleTag>` do not mix.
/// The default value stands for "none".
template <class Tag>
struct Id {
  static constexpr std::uint32_t kNone = 0xFFFFFFFFu;
  std::uint32_t value = kNone;

  constexpr bool valid() const { return value != kNone; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

/// A vector that is indexed by its own kind of id only.
template <class IdType, class T>
class Table {
 public:
  IdType push(T value) {
    CHECK(items_.size() < IdType::kNone, "a table holds fewer than 2^32 - 1 rows");
    items_.push_back(std::move(value));
    return IdType{static_cast<std::uint32_t>(items_.size() - 1)};
  }
  void resize(std::size_t n) { items_.resize(n); }
  void reserve(std::size_t n) { items_.reserve(n); }

  T& operator[](IdType id) {
    CHECK(id.value < items_.size(), "an id comes from its own table");
    return items_[id.value];
  }
  const T& operator[](IdType id) const {
    CHECK(id.value < items_.size(), "an id comes from its own table");
    return items_[id.value];
  }

  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  auto begin() { return items_.begin(); }
  auto end() { return items_.end(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::vector<T> items_;
};

}  // namespace privet::base

template <class Tag>
struct std::hash<privet::base::Id<Tag>> {
  std::size_t operator()(privet::base::Id<Tag> id) const noexcept {
    return std::hash<std::uint32_t>{}(id.value);
  }
};
