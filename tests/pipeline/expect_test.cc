#include "pipeline/expect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/parallel.h"
#include "pipeline/load_rules.h"

namespace privet::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::shared_ptr<const rule::RuleSet> rules() {
  static const auto loaded = [] {
    auto result = load_rules({}, {});
    EXPECT_TRUE(result) << result.error().message;
    return std::make_shared<const rule::RuleSet>(std::move(result).value());
  }();
  return loaded;
}

/// Failures as `line: message`. A comment without a reason is a finding that needs no engine.
std::vector<std::string> failures(const std::string& text, const std::string& only = "suppression-without-reason") {
  const auto scan = scan_files({{"a.py", text}}, rules());
  std::vector<std::string> out;
  for (const Failure& failure : check_expectations(*scan, only)) {
    out.push_back(std::to_string(failure.line) + ": " + failure.message);
  }
  return out;
}

TEST(Expectations, HoldWhenAllIsExpected) {
  EXPECT_THAT(failures("x = 1  # privet: allow log-personal-data; finding: suppression-without-reason\n"), IsEmpty());
  EXPECT_THAT(failures("x = 1  # privet: allow log-personal-data\n"
                       "#        ^^^^^^ finding: suppression-without-reason\n"), IsEmpty());
  EXPECT_THAT(failures("x = 1  # ok: suppression-without-reason\n"), IsEmpty());
}

TEST(Expectations, FailBothWays) {
  EXPECT_THAT(failures("x = 1\ny = 2  # privet: allow log-personal-data\n"),
              ElementsAre("2: unexpected `suppression-without-reason`: `privet: allow` without a reason silences "
                          "nothing; write `because` and the reason"));
  EXPECT_THAT(failures("x = 1  # finding: suppression-without-reason\n"),
              ElementsAre("1: expected `suppression-without-reason`, which is not reported here"));
  EXPECT_THAT(failures("x = 1  # privet: allow log-personal-data\n"
                       "# ^^ finding: suppression-without-reason\n").size(), 2u);   // other columns
}

TEST(Expectations, LimitsFailOnceTheyAreGone) {
  EXPECT_THAT(failures("x = 1  # missed: suppression-without-reason (why)\n"), IsEmpty());
  EXPECT_THAT(failures("x = 1  # privet: allow log-personal-data; missed: suppression-without-reason\n"),
              ElementsAre("1: `suppression-without-reason` is reported here now: `missed` can become `finding`"));
  EXPECT_THAT(failures("x = 1  # privet: allow log-personal-data; wrong: suppression-without-reason\n"), IsEmpty());
  EXPECT_THAT(failures("x = 1  # wrong: suppression-without-reason\n"),
              ElementsAre("1: `suppression-without-reason` is no longer reported here: `wrong` can become `ok`"));
}

TEST(Expectations, NameRulesThatExist) {
  EXPECT_THAT(failures("x = 1  # ok: no-such-rule\n"), ElementsAre("1: no rule is called `no-such-rule`"));
  EXPECT_THAT(failures("x = {'finding: nothing': 1}\n"), IsEmpty());   // no comment
}

TEST(Expectations, WaysAreChecked) {
  EXPECT_THAT(failures("x = 1  # source: suppression-without-reason\n"),
              ElementsAre("1: the way of no `suppression-without-reason` begins here"));
  EXPECT_THAT(failures("x = 1\n# ^ via: suppression-without-reason\n"),
              ElementsAre("2: the way of no `suppression-without-reason` leads through here"));
}

TEST(Expectations, OfOtherRulesAreLeftAlone) {
  EXPECT_THAT(failures("x = 1  # finding: log-personal-data\n"), IsEmpty());
}

TEST(Examples, OfTheSuppressionRulesHold) {
  base::ThreadPool pool(1);
  std::size_t n = 0;
  const auto failed = check_examples(rules(), {"rules/accountability/suppression-without-reason.yaml"}, pool, n);
  EXPECT_EQ(n, 4u);
  for (const Failure& failure : failed) ADD_FAILURE() << failure.path << ":" << failure.line << ": " << failure.message;
}

TEST(Examples, FailWithThePlaceInTheRuleFile) {
  rule::RuleSource source{"mine/x.yaml",
                          "id: x-rule\ntitle: t\nprinciple: security\nseverity: 4.0\nmessage: m\nwhy: w\nfix: f\n"
                          "config: {check: suppression, state: without-reason}\n"
                          "examples:\n"
                          "  - bad: |\n"
                          "      x = 1   # finding: x-rule\n"
                          "    language: python\n"
                          "  - ok:\n"
                          "      a.py: |\n"
                          "        y = 1\n"
                          "        z = 1   # privet: allow x-rule\n"
                          "  - bad: x = 1\n"
                          "    language: python\n",
                          false};
  auto loaded = load_rules({}, {}, {source});
  ASSERT_TRUE(loaded) << loaded.error().message;
  base::ThreadPool pool(1);
  std::size_t n = 0;
  std::vector<std::string> lines;
  for (const Failure& failure : check_examples(std::make_shared<const rule::RuleSet>(std::move(loaded).value()),
                                               {"mine/x.yaml"}, pool, n)) {
    lines.push_back(failure.path + ":" + std::to_string(failure.line));
  }
  EXPECT_THAT(lines, ElementsAre("mine/x.yaml:11", "mine/x.yaml:16", "mine/x.yaml:17"));
}

}  // namespace
}  // namespace privet::pipeline
