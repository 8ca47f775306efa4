#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rule/framework.h"
#include "rule/model.h"
#include "rule/rule.h"
#include "rule/rule_set.h"
#include "rule/yaml.h"

/// Readers of single files, used by rule_set.cc only. A parsed file comes in, its entries go out with
/// every word checked against the vocabulary. The spelling is documented in rules/README.md and
/// rules/models/README.md.
namespace privet::rule {

/// The words that files may refer to; complete before the first model or rule is read.
struct Vocabulary {
  std::unordered_map<Name, KindRole> kinds;
  std::vector<std::string_view> sinks;        ///< for suggestions, in file order
  std::vector<std::string_view> sources;
  std::vector<std::string_view> recipients;   ///< ids, sorted
  std::vector<std::string_view> roles;        ///< of recipients, sorted
  /// Empty when the id or pattern (`credential.*`) means some data type, else a suggestion or "?".
  std::function<std::string(std::string_view)> check_data;
};

/// YamlReader with the notations of rules and models.
class RuleReader : public YamlReader {
 public:
  RuleReader(const YamlFile& file, const Vocabulary& vocabulary, bool check_patterns)
      : YamlReader(file), vocabulary_(&vocabulary), check_patterns_(check_patterns) {}

  Name name(const Yaml& value) { return Name::of(text(value)); }
  std::vector<Name> names(const Yaml& value);
  /// Symbols with braces expanded; a text or a list.
  std::vector<Name> symbols(const Yaml& value);
  AccessPath path(const Yaml& value) { return path(value, text(value)); }
  AccessPath path(const Yaml& at, std::string_view text);
  std::vector<AccessPath> paths(const Yaml& value);
  TypeExpr type(const Yaml& value);
  std::vector<Condition> conditions(const Yaml& value);
  std::vector<Transfer> transfers(const Yaml& value);
  std::vector<Sink> sinks(const Yaml& value);
  std::vector<Source> sources(const Yaml& value);
  std::vector<Invocation> invocations(const Yaml& value);
  std::vector<Access> accesses(const Yaml& value);
  Statement statement(const Yaml& value);
  Guard guard(const Yaml& value);

  Name kind(const Yaml& at, std::string_view word, KindRole role);
  Name recipient(const Yaml& at, std::string_view id);
  Name data(const Yaml& at, std::string_view id);
  Protection protection(const Yaml& at, std::string_view word);
  Name language(const Yaml& value);
  std::uint32_t unsigned_number(const Yaml& value, std::uint32_t low, std::uint32_t high);

  /// Calls `read` for the value, or for each item when it is a list.
  template <class Read>
  void each(const Yaml& value, Read read) {
    if (value.kind != Yaml::Kind::List) return read(value);
    for (const Yaml& item : value.items) {
      if (!ok()) return;
      read(item);
    }
  }
  /// Calls `read` with the value of `key` when it is there.
  template <class Read>
  void optional(const Yaml& map, std::string_view key, Read read) {
    if (!ok()) return;
    if (const Yaml* value = map.find(key)) read(*value);
  }

  const Vocabulary& vocabulary() const { return *vocabulary_; }

 private:
  void transfer(const Yaml& at, std::string_view text, std::vector<Transfer>& out);
  Sink sink(const Yaml& value);
  Source source(const Yaml& value);
  Invocation invocation(const Yaml& value);
  Access access(const Yaml& value);
  Condition condition(const Yaml& value);

  const Vocabulary* vocabulary_;
  bool check_patterns_;
};

struct LoadedModels {
  ModelFile models;
  std::vector<Framework> frameworks;
};

LoadedModels read_models(RuleReader& reader);
std::vector<Framework> read_frameworks(RuleReader& reader, const Yaml& value, Name language);
Rule read_rule(RuleReader& reader);

/// What controls.json says of one rule.
struct Controls {
  std::vector<std::string> law;
  std::vector<int> cwe;
  std::vector<Control> controls;   ///< law and CWE too, with their titles
};
std::unordered_map<std::string, Controls> read_controls(YamlReader& reader);

/// `"a, b"` for messages.
std::string join(const std::vector<std::string_view>& words);

}  // namespace privet::rule
