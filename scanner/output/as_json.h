#pragma once

#include <nlohmann/json.hpp>

#include "finding/finding.h"
#include "output/output.h"

/// The parts of the JSON formats. Inside `output/` only.
namespace privet::output {

nlohmann::ordered_json as_json(const finding::Report& report, const finding::Finding& finding);
nlohmann::ordered_json as_json(const finding::Report& report, const source::Problem& problem);
/// Numbers of findings and files, and what was left out.
nlohmann::ordered_json summary_json(const finding::Report& report);

/// One line, invalid UTF-8 replaced.
std::string dumped(const nlohmann::ordered_json& value, int indent = -1);

}  // namespace privet::output
