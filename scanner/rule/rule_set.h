#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "rule/config.h"
#include "rule/framework.h"
#include "rule/model.h"
#include "rule/rule.h"

/// Written knowledge: data types, kinds, library models, frameworks, recipients, rules. YAML comes
/// in, checked tables go out, each value with its place in a file for messages. Knows no program.
/// Loading is all or nothing: a typo must not silently disarm a rule.
namespace privet::rule {

class DataTypes;

/// A file as embedded or read from `--rules DIR`.
struct RuleSource {
  std::string path;
  std::string text;
  /// Stands for the compiled-in file of the same path below `rules/`, when there is one: for work on
  /// these files themselves.
  bool replaces = false;
};

enum class KindRole : std::uint8_t { Source, Sink };

/// A word that pairs rules with models. `rules/kinds.yaml`.
struct Kind {
  Name name;
  KindRole role = KindRole::Sink;
  std::string title;      ///< "the application log": used in messages
  Exposure exposure = Exposure::X2;
};

/// An outside party. `rules/recipients/*.yaml`.
struct Recipient {
  Name id;
  std::string name;
  Name role;                          ///< `advertising`, `analytics`, …: `roles` in rules/kinds.yaml
  std::vector<std::string> packages;  ///< import specifiers and distribution names
  std::vector<std::string> hosts;     ///< host names, `*.` in front allowed
  std::string country;
  std::vector<std::string> expected;  ///< data types it needs for its job
};

class RuleSet {
 public:
  /// Everything compiled in, then `extra` (user's directories, in order; same id again is an error).
  /// The configuration adds data types, not-personal declarations, guards, sanitizers and loggers,
  /// and switches rules off; `select` keeps the rules of these ids or globs (empty: all).
  /// Patterns of compiled-in files are known to be good and read only with `check_everything`.
  static base::Result<RuleSet> load(const std::vector<RuleSource>& extra, const Config& config = {},
                                    const std::vector<std::string>& select = {},
                                    bool check_everything = false);

  RuleSet(RuleSet&&) noexcept;
  RuleSet& operator=(RuleSet&&) noexcept;
  ~RuleSet();

  /// As given to `load`: guards, principals and sanitizers of the project, for those who apply them.
  const Config& config() const;
  const DataTypes& data_types() const;
  const std::vector<Rule>& rules() const { return rules_; }          ///< sorted by id
  const Rule* find_rule(std::string_view id) const;
  /// True also for a rule that the configuration or `select` switched off.
  bool knows_rule(std::string_view id) const;
  /// `note`, `warning` or `error`: what the configuration lets findings of the rule be at most; empty
  /// when it says nothing.
  std::string_view level_cap(Name rule) const;
  const std::vector<Recipient>& recipients() const { return recipients_; }
  const Recipient* find_recipient(Name id) const;
  /// Any case; `*.example.org` means every host below example.org and itself. Own hosts have none.
  const Recipient* recipient_of_host(std::string_view host) const;
  /// By import specifier: the package itself or its longest listed prefix at `/` or `.`.
  const Recipient* recipient_of_package(std::string_view specifier) const;
  const Kind* find_kind(Name name) const;
  const std::vector<Kind>& kinds() const { return kinds_; }

  /// Models of a symbol: entries in file order; empty when nothing is known. Looks the symbol up
  /// exactly, then `PREFIX.*`. The type's `extends` chain is the caller's business (`type_chain`).
  std::span<const FunctionModel* const> functions(Name symbol) const;
  /// True if some modelled symbol has this one in front: `openai.chat` of `openai.chat.completions.create`.
  bool leads_to_function(Name symbol) const;
  const TypeModel* find_type(Name symbol) const;
  std::vector<const TypeModel*> types() const;                ///< all, by name
  /// The type and all that it extends, nearest first; at least the symbol itself.
  const std::vector<Name>& type_chain(Name symbol) const;
  const std::vector<const EntityModel*>& entity_models() const { return entity_models_; }
  /// All entries of a field type's symbol, in file order: those with conditions add to the others.
  std::span<const FieldTypeModel* const> field_types(Name symbol) const;
  const FieldTypeModel* find_field_type(Name symbol) const;   ///< the first of them
  const std::vector<Framework>& frameworks() const { return frameworks_; }
  /// True if some model speaks of this package (import specifier).
  bool knows_package(std::string_view specifier) const;

 private:
  RuleSet();
  friend class RuleSetLoader;
  struct Tables;
  std::unique_ptr<Tables> tables_;
  std::vector<Rule> rules_;
  std::vector<Recipient> recipients_;
  std::vector<Kind> kinds_;
  std::vector<Framework> frameworks_;
  std::vector<const EntityModel*> entity_models_;
};

}  // namespace privet::rule
