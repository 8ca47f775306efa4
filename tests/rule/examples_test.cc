#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>

#include "rule/rule_set.h"

namespace privet::rule {
namespace {

std::ptrdiff_t n_examples(const Rule& rule, bool bad) {
  return std::count_if(rule.examples.begin(), rule.examples.end(),
                       [&](const Example& example) { return example.bad == bad; });
}

TEST(Examples, ShowEachRuleTwice) {
  const auto rules = RuleSet::load({});
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  for (const Rule& rule : rules.value().rules()) {
    EXPECT_GE(n_examples(rule, true), 2) << rule.file << ": bad";
    EXPECT_GE(n_examples(rule, false), 2) << rule.file << ": ok";
  }
}

TEST(Examples, StandBesideWhyFixLawAndControls) {
  const auto rules = RuleSet::load({});
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  for (const Rule& rule : rules.value().rules()) {
    EXPECT_FALSE(rule.why.empty() || rule.fix.empty()) << rule.file;
    if (rule.principle == Principle::Accountability) continue;  // about comments, not about people
    EXPECT_FALSE(rule.law.empty()) << rule.file;
    EXPECT_FALSE(rule.cwe.empty()) << rule.file;
    EXPECT_FALSE(rule.controls.empty()) << rule.file;
  }
}

}  // namespace
}  // namespace privet::rule
