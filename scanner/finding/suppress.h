#pragma once

#include <vector>

#include "finding/finding.h"
#include "rule/rule_set.h"

namespace privet::finding {

/// `// privet: allow RULE because REASON` at the end of the finding's line or on the lines of comment
/// directly above it silences findings of RULE there (several rules between commas). Without a reason
/// nothing is silenced and the comment is itself a finding of `suppression-without-reason`; one that
/// names no rule of ours, or silences nothing, is a finding of `suppression-unused`. (Both are rules
/// over the check `suppression`.)
/// Suppressed findings stay in the list, marked.
void apply_suppressions(const source::SourceMap& sources, const rule::RuleSet& rules,
                        std::vector<Finding>& findings);

}  // namespace privet::finding
