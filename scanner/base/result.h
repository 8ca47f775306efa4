#pragma once

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace privet::base {

/// What a user must read: lower-case, no final period, code in backticks; one `help:` line may
/// follow after a line break.
struct Error {
  std::string message;
};

/// A value, or the user's mistake that prevented it. Not for scanned code, which is never an error.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    CHECK(ok(), "the caller tests a result before it takes the value");
    return std::get<0>(content_);
  }
  T& value() & {
    CHECK(ok(), "the caller tests a result before it takes the value");
    return std::get<0>(content_);
  }
  T&& value() && {
    CHECK(ok(), "the caller tests a result before it takes the value");
    return std::get<0>(std::move(content_));
  }
  const Error& error() const {
    CHECK(!ok(), "the caller tests a result before it takes the error");
    return std::get<1>(content_);
  }

 private:
  std::variant<T, Error> content_;
};

}  // namespace privet::base
