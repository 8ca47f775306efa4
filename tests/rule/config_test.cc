#include "rule/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temporary_folder.h"

namespace privet::rule {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// What reading `text` as `privet.yaml` complains about; empty when nothing.
std::string complaint(const std::string& text) {
  const test::TemporaryFolder folder;
  folder.write("privet.yaml", text);
  const auto config = load_config("", "", folder.path());
  return config ? "" : config.error().message;
}

TEST(Config, IsOptional) {
  const test::TemporaryFolder folder;
  const auto config = load_config("", "", folder.path());
  ASSERT_TRUE(config);
  EXPECT_EQ(config.value().file, "");
  EXPECT_EQ(complaint(""), "");
  EXPECT_EQ(complaint("# nothing yet\n"), "");
}

TEST(Config, ReadsEverything) {
  const test::TemporaryFolder folder;
  folder.write("privet.yml", R"(exclude: ["legacy/**"]
not_personal: [Ticket.name]
guards: {authn: [requireLogin], owner: ownedBy}
data_types:
  - {id: membership.badge, title: badge number, level: L2, strong: [badge_no]}
sanitizers: {masked: [maskPhone]}
loggers: [audit.write]
own_hosts: ["*.example.org"]
rules: {off: [a], severity: {b: note}}
fail_on: error
)");
  const auto read = load_config("", "", folder.path());
  ASSERT_TRUE(read) << read.error().message;
  const Config& config = read.value();
  EXPECT_EQ(config.file, "privet.yml");
  EXPECT_THAT(config.exclude, ElementsAre("legacy/**"));
  EXPECT_THAT(config.not_personal, ElementsAre("Ticket.name"));
  ASSERT_EQ(config.guards.size(), 2u);
  EXPECT_THAT(config.guards[1].second, ElementsAre("ownedBy"));
  EXPECT_EQ(config.sanitizers[0].first, "masked");
  EXPECT_THAT(config.rules_off, ElementsAre("a"));
  EXPECT_EQ(config.rule_levels[0].second, "note");
  EXPECT_EQ(config.fail_on, "error");
  // The key's own lines, where they were.
  ASSERT_EQ(config.data_types.size(), 1u);
  EXPECT_EQ(config.data_types[0].text,
            "\n\n\ndata_types:\n"
            "  - {id: membership.badge, title: badge number, level: L2, strong: [badge_no]}\n");
}

TEST(Config, NamesLineAndKeyOfAMistake) {
  EXPECT_EQ(complaint("exclud: [a]\n"), "privet.yaml:1: unknown key `exclud`; did you mean `exclude`?");
  EXPECT_THAT(complaint("loggers: [a]\nguards: {auth: [b]}\n"), HasSubstr("privet.yaml:2: unknown key `auth`"));
  EXPECT_THAT(complaint("fail_on: warnings\n"), HasSubstr("did you mean `warning`?"));
  EXPECT_THAT(complaint("rules: {severity: {a: high}}\n"), HasSubstr("unknown value `high`"));
  EXPECT_THAT(complaint("exclude: {a: b}\n"), HasSubstr("expected a text or a list of texts"));
  EXPECT_THAT(complaint("data_types: {a: b}\n"), HasSubstr("expected a list of data types"));
  EXPECT_THAT(complaint("strict: true\n"), HasSubstr("unknown key `strict`"));
  EXPECT_THAT(complaint("a: [\n"), HasSubstr("privet.yaml:"));
}

TEST(Config, NamedFileMustExist) {
  EXPECT_THAT(load_config("/nowhere.yaml", "", ".").error().message, HasSubstr("cannot read `/nowhere.yaml`"));
}

constexpr const char* kWeakening =
    "exclude: [src]\nnot_personal: [email]\nrules: {off: [x], severity: {y: note}}\nfail_on: never\n"
    "loggers: [audit]\nsanitizers: {masked: [id]}\n";

TEST(Policy, StrictDropsWhatTheTreeWouldWeaken) {
  const test::TemporaryFolder folder;
  folder.write("tree/privet.yaml", kWeakening);
  folder.write("policy.yaml", "strict: true\nfail_on: warning\nallow_suppressions: false\n");
  const auto read = load_config("", folder / "policy.yaml", folder / "tree");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read.value().exclude, IsEmpty());
  EXPECT_THAT(read.value().not_personal, IsEmpty());
  EXPECT_THAT(read.value().rules_off, IsEmpty());
  EXPECT_THAT(read.value().rule_levels, IsEmpty());
  EXPECT_THAT(read.value().sanitizers, IsEmpty());
  EXPECT_THAT(read.value().loggers, ElementsAre("audit"));
  EXPECT_EQ(read.value().fail_on, "warning");
  EXPECT_FALSE(read.value().allow_suppressions);
}

TEST(Policy, OtherwiseAddsToTheTree) {
  const test::TemporaryFolder folder;
  folder.write("tree/privet.yaml", kWeakening);
  folder.write("policy.yaml", "loggers: [trail]\nfail_on: error\n");
  const auto read = load_config("", folder / "policy.yaml", folder / "tree");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_THAT(read.value().loggers, ElementsAre("trail", "audit"));
  EXPECT_THAT(read.value().exclude, ElementsAre("src"));
  EXPECT_EQ(read.value().fail_on, "error");
}

}  // namespace
}  // namespace privet::rule
