#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace privet::rule {

/// A value of a rule, model or configuration file, with its place. Read strictly: every reader names
/// the keys it knows, and an unknown one is an error with a suggestion.
struct Yaml {
  enum class Kind : std::uint8_t { Null, Scalar, List, Map };

  // Written down below the struct: clang looks into the pairs before the struct is complete.
  Yaml();
  ~Yaml();
  Yaml(const Yaml&);
  Yaml(Yaml&&) noexcept;
  Yaml& operator=(const Yaml&);
  Yaml& operator=(Yaml&&) noexcept;

  Kind kind = Kind::Null;
  std::string scalar;                                ///< as written, quotes removed
  bool quoted = false;                               ///< `"1"` is text, `1` may be a number
  std::vector<Yaml> items;                           ///< List
  std::vector<std::pair<Yaml, Yaml>> entries;        ///< Map, in order; keys are scalars
  std::uint32_t line = 0;                            ///< 1-based
  std::uint32_t column = 0;                          ///< 1-based, in code points

  bool is_null() const { return kind == Kind::Null; }
  const Yaml* find(std::string_view key) const;
};

inline Yaml::Yaml() = default;
inline Yaml::~Yaml() = default;
inline Yaml::Yaml(const Yaml&) = default;
inline Yaml::Yaml(Yaml&&) noexcept = default;
inline Yaml& Yaml::operator=(const Yaml&) = default;
inline Yaml& Yaml::operator=(Yaml&&) noexcept = default;

/// Where a file's values are reported: `rules/x.yaml:7: …`.
struct YamlFile {
  std::string path;
  Yaml root;
};

/// Exactly one document; aliases, tags, duplicate keys and nesting over 64 are errors, since no rule
/// needs them.
base::Result<YamlFile> read_yaml(std::string_view path, std::string_view text);

/// Collects the first error of reading one file, so that readers need no test after each step: once
/// an error is there, every further call gives an empty value.
class YamlReader {
 public:
  explicit YamlReader(const YamlFile& file) : file_(&file) {}

  bool ok() const { return error_.empty(); }
  base::Error error() const { return {error_}; }
  /// `path:line: message`; only the first counts.
  void fail(const Yaml& at, std::string message);

  /// Refuses keys outside `known`, with a suggestion by edit distance.
  void check_keys(const Yaml& map, std::initializer_list<std::string_view> known);
  /// Fails when the key is missing.
  const Yaml& required(const Yaml& map, std::string_view key);
  std::string text(const Yaml& value);
  bool boolean(const Yaml& value);
  double number(const Yaml& value);
  /// A scalar counts as a list of one.
  std::vector<std::string> texts(const Yaml& value);
  /// The index of the value among `choices`, else an error that lists them.
  std::size_t choice(const Yaml& value, std::initializer_list<std::string_view> choices);

  const YamlFile& file() const { return *file_; }

 private:
  const YamlFile* file_;
  std::string error_;
};

/// The word of `words` nearest to `typo` within a third of its length; empty when none is.
std::string_view nearest(std::string_view typo, const std::vector<std::string_view>& words);

}  // namespace privet::rule
