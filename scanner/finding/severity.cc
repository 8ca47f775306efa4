#include "finding/severity.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace privet::finding {
namespace {

constexpr std::array<std::array<double, 5>, 5> kMatrix = {{
    // X1   X2   X3   X4   X5
    {0.1, 0.1, 0.1, 0.1, 0.1},  // L0
    {0.1, 2.0, 3.0, 4.0, 5.0},  // L1
    {2.0, 5.0, 5.5, 7.0, 8.0},  // L2
    {4.0, 6.5, 7.0, 8.0, 9.0},  // L3
    {6.0, 8.0, 8.5, 9.0, 9.8},  // L4
}};

constexpr double kErrorFrom = 7.0;
constexpr double kWarningFrom = 4.0;
constexpr double kNoteMost = 3.9;
constexpr double kWarningMost = 6.9;

std::string exposure_text(const SeverityFacts& facts) {
  std::string text = "X" + std::to_string(static_cast<int>(facts.exposure));
  if (!facts.exposure_reason.empty()) text += " (" + facts.exposure_reason + ")";
  return text;
}

Level level_of(double score) {
  if (score >= kErrorFrom) return Level::Error;
  return score >= kWarningFrom ? Level::Warning : Level::Note;
}

}  // namespace

std::string_view level_name(Level level) {
  switch (level) {
    case Level::Note: return "note";
    case Level::Warning: return "warning";
    case Level::Error: return "error";
  }
  return "note";
}

SeverityResult grade(const rule::Severity& rule, const SeverityFacts& facts) {
  SeverityResult result;
  const auto level = static_cast<std::size_t>(std::clamp(facts.data_level, 0, 4));
  const std::size_t column = static_cast<std::size_t>(facts.exposure) - 1;
  double score = rule.fixed.value_or(kMatrix[level][column]);
  const auto add = [&](std::string name, std::string value, double effect) {
    score += effect;
    result.factors.push_back({std::move(name), std::move(value), effect});
  };

  if (rule.fixed) {
    result.factors.push_back({"rule", "fixed", score});
  } else {
    result.factors.push_back(
        {"data level and exposure", "L" + std::to_string(level) + ", " + exposure_text(facts), score});
  }
  if (facts.special) result.factors.push_back({"special category", "level raised", 0});
  // A fixed number already says how bad a list or a takeover is.
  if (!rule.fixed && (facts.bulk || rule.bulk)) add("bulk", "many people", 0.7);
  if (!rule.fixed && (facts.takeover || rule.takeover)) add("takeover", "write or takeover", 0.5);
  if (!rule.fixed && facts.harm_or_child) add("harm", "child or risk of harm", 0.5);
  if (rule.shift != 0) add("rule", rule.shift > 0 ? "raised" : "lowered", rule.shift);
  if (facts.extra != 0) add("rule", facts.extra_reason, facts.extra);
  if (facts.likely) add("certainty", "likely", -1.0);
  if (facts.test_code) add("place", "test or example code", -2.0);
  if (rule.cap && score > *rule.cap) {
    result.factors.push_back({"cap", "of this rule", *rule.cap - score});
    score = *rule.cap;
  }
  if (facts.test_code && score > kNoteMost) {
    result.factors.push_back({"test or example code", "a note", kNoteMost - score});
    score = kNoteMost;
  }
  if (facts.unproven && score > kNoteMost) {
    result.factors.push_back({"no proven link to personal data", "a note", kNoteMost - score});
    score = kNoteMost;
  }
  if (facts.unprinted && score > kNoteMost) {
    result.factors.push_back({"a page gets the record", "what it prints is not known: a note", kNoteMost - score});
    score = kNoteMost;
  }
  score = std::round(std::clamp(score, 0.1, 10.0) * 10) / 10;
  result.score = score;
  result.level = level_of(score);
  return result;
}

void cap_level(std::string_view level, SeverityResult& result) {
  const double most = level == "note" ? kNoteMost : level == "warning" ? kWarningMost : 10.0;
  if (result.score <= most) return;
  result.factors.push_back({"configuration", "at most " + std::string(level), most - result.score});
  result.score = most;
  result.level = level_of(most);
}

}  // namespace privet::finding
