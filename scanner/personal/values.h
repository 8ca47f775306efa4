#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "rule/data_types.h"

namespace privet::personal {

/// What a literal value is by its form.
struct ValueMatch {
  rule::DataTypeId type;
  bool documentation = false;  ///< published for documentation or tests: not about a real person
  bool checked = false;        ///< a check digit or an unmistakable form, not the length alone
  /// Counts only beside a fitting name, key or column, or as one of three such values in a column.
  /// Never set when the name given to `classify` fits.
  bool needs_name = false;
};

/// A match inside a longer text.
struct FoundValue {
  std::size_t begin = 0, end = 0;
  ValueMatch match;
};

/// Recognises values: e-mail addresses, telephone numbers, cards, IBANs, identifiers of countries, …
/// Text and, when known, the data type that its name says come in. Knows forms and check digits; a
/// bare row of digits never stands alone.
class Values {
 public:
  /// Longer literals are not single values.
  static constexpr std::size_t kMaxBytes = 8192;

  explicit Values(const rule::DataTypes& types);
  ~Values();
  Values(const Values&) = delete;
  Values& operator=(const Values&) = delete;

  /// The whole literal as one value. `named`: what the name, key or column says; invalid when nothing.
  /// Any thread; a literal that cannot be any value costs one pass over it.
  std::optional<ValueMatch> classify(std::string_view literal, rule::DataTypeId named = {}) const;

  /// Values in running text that need no name, in order, without overlaps. Linear.
  std::vector<FoundValue> find(std::string_view text) const;

  /// A name of nobody: `John Doe`, `Max Mustermann`.
  bool is_placeholder_name(std::string_view name) const;

  struct Tables;

 private:
  std::unique_ptr<Tables> tables_;
};

}  // namespace privet::personal
