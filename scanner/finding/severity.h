#pragma once

#include <optional>
#include <string>
#include <vector>

#include "finding/finding.h"
#include "rule/rule.h"

namespace privet::finding {

/// What decides how bad one finding is. All of it is known from the finding alone.
struct SeverityFacts {
  int data_level = 2;                      ///< 0 … 4, the highest in the finding
  rule::Exposure exposure = rule::Exposure::X2;
  std::string exposure_reason;             ///< "no authentication", "the application log"
  bool bulk = false;
  bool takeover = false;                   ///< write, delete or takeover possible
  bool harm_or_child = false;              ///< flags of the data types
  bool special = false;                    ///< special entity: level is already raised; for the words only
  bool likely = false;                     ///< not certain
  bool test_code = false;                  ///< development-only place
  bool unproven = false;                   ///< no proven link to personal data: a note
  bool unprinted = false;                  ///< a page gets the record, and what it prints was not read: a note
  double extra = 0;                        ///< a rule's own modifier
  std::string extra_reason;
};

struct SeverityResult {
  double score = 0.1;                      ///< 0.1 … 10.0, one decimal
  Level level = Level::Note;
  std::vector<Factor> factors;
};

/// The matrix and modifiers of the rule catalogue: L × X, then bulk + 0.7, takeover + 0.5, harm or
/// child + 0.5, likely − 1.0, test code − 2.0; a rule's fixed number replaces the matrix; its cap and
/// 10.0 bound the result. `error` from 7.0, `warning` from 4.0, else `note`; unproven and unprinted are always notes.
SeverityResult grade(const rule::Severity& rule, const SeverityFacts& facts);

/// Lowers a result to the level that the configuration allows at most (`note`, `warning`, `error`;
/// empty: any), its score too, so that both stay consistent.
void cap_level(std::string_view level, SeverityResult& result);

}  // namespace privet::finding
