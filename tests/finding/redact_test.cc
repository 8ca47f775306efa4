#include "finding/redact.h"

#include <gtest/gtest.h>

#include "pipeline/load_rules.h"

namespace privet::finding {
namespace {

const rule::RuleSet& rules() {
  static const rule::RuleSet loaded = [] {
    auto result = pipeline::load_rules({}, {});
    EXPECT_TRUE(result) << result.error().message;
    return std::move(result).value();
  }();
  return loaded;
}

/// The text with redacted parts as `#`, for a finding at the word `here`.
std::string shown(const std::string& text, const std::string& evidence = "flow") {
  source::SourceMap sources;
  source::SourceFile file;
  file.path = "a.js";
  sources.set_text(sources.add(std::move(file)), text);
  const auto at = static_cast<std::uint32_t>(text.find("here"));
  Finding finding;
  finding.span = {source::FileId{0}, at, at + 4};
  finding.evidence = evidence;
  std::string out = text;
  for (const source::Span span : redactions_of(sources, rules().data_types(), {finding})) {
    for (std::uint32_t i = span.begin; i < span.end; ++i) out[i] = '#';
  }
  return out;
}

TEST(Redactions, HideValuesAboutPeople) {
  EXPECT_EQ(shown("here('anna.kowalska@poczta.pl')"), "here('#######################')");
  EXPECT_EQ(shown("here() // ask anna.kowalska@poczta.pl"), "here() // ask #######################");
  EXPECT_EQ(shown("here(\"+44 7911 123456\", '0123-456 789')"), "here(\"###############\", '############')");
}

TEST(Redactions, HideSecrets) {
  EXPECT_EQ(shown("here({password: 'hunter2!'})"), "here({password: '########'})");
  EXPECT_EQ(shown("here\nDB_PASSWORD=hunter2!\n"), "here\nDB_PASSWORD=########\n");
  EXPECT_EQ(shown("here('postgres://app:hunter2@db/x')"), "here('postgres://app:#######@db/x')");
  EXPECT_EQ(shown("here('sk_live_" "abcdefgh1234')"), "here('####################')");
  EXPECT_EQ(shown("here('aB3dE5gH7jK9mN1pQ3sT')"), "here('####################')");
}

TEST(Redactions, KeepWhatTellsNothing) {
  for (const char* text : {"here('profile of', user.email, 12)", "here({password: req.body.password})",
                           "here(`token ${token}`)", "here('/api/attendees/:id')", "here('someone@example.com')",
                           "here('thisIsJustALongIdentifierName')"}) {
    EXPECT_EQ(shown(text), text);
  }
}

TEST(Redactions, HideAllOfAValueThatIsTheFinding) {
  EXPECT_EQ(shown("x = here", "values"), "x = ####");
}

TEST(Redactions, LookNoFurtherThanIsShown) {
  EXPECT_EQ(shown("'a.b@corp.pl'\n\n\nhere"), "'a.b@corp.pl'\n\n\nhere");
  EXPECT_EQ(shown("'a.b@corp.pl'\n\nhere"), "'###########'\n\nhere");
}

}  // namespace
}  // namespace privet::finding
