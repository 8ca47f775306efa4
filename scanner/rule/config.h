#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace privet::rule {

/// `privet.yaml`: what a team says about its own program. Read as strictly as rules.
///
/// ```yaml
/// exclude: ["legacy/**"]
/// not_personal: [Ticket.name, display_code]        # entity.field, or a name wherever it stands
/// data_types:
///   - {id: membership.badge, title: badge number, level: L2, strong: [badge_no]}
/// guards: {authn: [requireLogin], authz: [can], owner: [ownedBy]}
/// sanitizers: {masked: [maskPhone], hashed: [digest]}
/// loggers: [audit.write]
/// own_hosts: [example.org, "*.example.org"]
/// rules: {off: [log-personal-data], severity: {cookie-flags-missing: note}}
/// fail_on: warning                                  # note | warning | error | never
/// ```
struct Config {
  std::string file;                                   ///< empty: there is none
  std::vector<std::string> exclude;
  std::vector<std::string> not_personal;
  /// Of each file that has data types, the YAML text with that key alone, its lines where the file has
  /// them; read by DataTypes.
  struct DataTypesText {
    std::string file;
    std::string text;
  };
  std::vector<DataTypesText> data_types;
  std::vector<std::pair<std::string, std::vector<std::string>>> guards;      ///< kind → names
  std::vector<std::pair<std::string, std::vector<std::string>>> sanitizers;  ///< protection → names
  std::vector<std::string> loggers;
  std::vector<std::string> own_hosts;
  std::vector<std::string> rules_off;
  std::vector<std::pair<std::string, std::string>> rule_levels;              ///< id → most severe level
  std::string fail_on;                                ///< empty: not set
  bool allow_suppressions = true;                     ///< only a policy may forbid them
};

/// `config_file` empty: `privet.yaml`, `privet.yml` or `.privet.yaml` in `root`, or defaults when
/// there is none. The policy is given from outside the tree: its lists add to the configuration, and
/// what the configuration would weaken (rules off, excluded paths, not-personal, levels, fail_on) is
/// dropped when the policy sets `strict: true`. Only a policy may say `strict` and
/// `allow_suppressions: false`.
base::Result<Config> load_config(const std::string& config_file, const std::string& policy_file,
                                 const std::string& root);

}  // namespace privet::rule
