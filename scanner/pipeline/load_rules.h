#pragma once

#include "base/result.h"
#include "pipeline/scan.h"

namespace privet::pipeline {

/// The rules compiled in, those of `--rules` folders, and what the configuration adds or switches off.
/// `more`: files that stand beside them, or for one of them.
base::Result<rule::RuleSet> load_rules(const ScanOptions& options, const rule::Config& config,
                                       const std::vector<rule::RuleSource>& more = {});

}  // namespace privet::pipeline
