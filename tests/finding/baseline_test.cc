#include "finding/baseline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace privet::finding {
namespace {

using testing::HasSubstr;

constexpr std::string_view kJson = R"({"findings": [
  {"rule": "r", "fingerprint": "aaaaaaaaaaaaaaaa", "line_hash": "1f:1"},
  {"rule": "r", "fingerprint": "bbbbbbbbbbbbbbbb", "line_hash": "2f:1"}]})";
constexpr std::string_view kSarif = R"({"runs": [{"results": [
  {"ruleId": "r", "fingerprints": {"privet/v1": "aaaaaaaaaaaaaaaa"},
   "partialFingerprints": {"primaryLocationLineHash": "1f:1"}},
  {"ruleId": "r", "fingerprints": {"privet/v1": "bbbbbbbbbbbbbbbb"},
   "partialFingerprints": {"primaryLocationLineHash": "2f:1"}}]}]})";

struct Case {
  std::string rule;
  std::string fingerprint;
  std::string line_hash;
  bool known;
};

void check(std::string_view baseline, const std::vector<Case>& cases) {
  rule::Rule r;
  r.id = base::Name::of("r");
  rule::Rule other;
  other.id = base::Name::of("other");
  std::vector<Finding> findings(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    findings[i].rule = cases[i].rule == "r" ? &r : &other;
    findings[i].fingerprint = cases[i].fingerprint;
    findings[i].line_hash = cases[i].line_hash;
  }
  auto read = Baseline::parse("old", baseline);
  ASSERT_TRUE(read) << read.error().message;
  read.value().apply(findings);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(findings[i].baseline == Finding::Baseline::Unchanged, cases[i].known) << "case " << i;
  }
}

class Baselines : public testing::TestWithParam<std::string_view> {};

TEST_P(Baselines, KnowsByFingerprint) { check(GetParam(), {{"r", "aaaaaaaaaaaaaaaa", "9f:1", true}}); }

TEST_P(Baselines, KnowsByContentOfTheLineWherever) {
  check(GetParam(), {{"r", "cccccccccccccccc", "2f:7", true}, {"other", "cccccccccccccccc", "1f:1", false}});
}

TEST_P(Baselines, OneOldFindingExplainsOneNewOne) {
  check(GetParam(), {{"r", "cccccccccccccccc", "1f:1", false},   // the same line once more
                     {"r", "aaaaaaaaaaaaaaaa", "1f:2", true}});
}

INSTANTIATE_TEST_SUITE_P(Forms, Baselines, testing::Values(kJson, kSarif),
                         [](const auto& info) { return info.index == 0 ? "Json" : "Sarif"; });

TEST(Baseline, RefusesWhatIsNone) {
  EXPECT_EQ(Baseline::parse("b", "{").error().message, "the baseline `b` is not JSON");
  EXPECT_THAT(Baseline::parse("b", "[]").error().message, HasSubstr("neither SARIF nor JSON"));
  EXPECT_THAT(Baseline::read("/nowhere/b").error().message, HasSubstr("cannot read the baseline"));
}

}  // namespace
}  // namespace privet::finding
