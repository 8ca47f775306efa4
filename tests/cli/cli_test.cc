#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "support/places.h"
#include "support/temporary_folder.h"

namespace privet {
namespace {

using nlohmann::json;
using test::CommandResult;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Runs privet in the folder; the output holds both streams unless `words` say otherwise.
CommandResult privet(const TemporaryFolder& folder, const std::string& words) {
  return test::run("cd " + folder.path() + " && " + test::executable().string() + " " + words + " 2>&1");
}

// A comment without a reason is a warning on any machine, whatever the engine learns.
constexpr const char* kWarning = "x = 1  # privet: allow log-personal-data\n";
// One that silences nothing is a note.
constexpr const char* kNote = "x = 1  # privet: allow log-personal-data because it was so\n";

struct ExitCase {
  std::string name;
  std::string text;
  std::string words;
  int code;
};

class ExitCodes : public testing::TestWithParam<ExitCase> {};

TEST_P(ExitCodes, SayWhatHappened) {
  const TemporaryFolder folder;
  folder.write("app.py", GetParam().text);
  const CommandResult result = privet(folder, GetParam().words);
  EXPECT_EQ(result.exit_code, GetParam().code) << result.output;
}

INSTANTIATE_TEST_SUITE_P(
    All, ExitCodes,
    testing::Values(ExitCase{"Clean", "x = 1\n", "scan", 0}, ExitCase{"Findings", kWarning, "scan", 1},
                    ExitCase{"NotesDoNotFail", kNote, "scan --notes", 0},
                    ExitCase{"NotesFailWhenAsked", kNote, "scan --fail-on note", 1},
                    ExitCase{"FailOnError", kWarning, "scan --fail-on error", 0},
                    ExitCase{"FailOnNever", kWarning, "scan --fail-on never", 0},
                    ExitCase{"ExitZero", kWarning, "scan --exit-zero", 0},
                    ExitCase{"PathAlone", kWarning, "app.py", 1},
                    ExitCase{"Strict", "x = (\n", "scan --strict", 3},
                    ExitCase{"NotStrict", "x = (\n", "scan", 0},
                    ExitCase{"NoCommand", "", "", 2}, ExitCase{"UnknownOption", "", "scan --nope", 2},
                    ExitCase{"UnknownPath", "", "scan nowhere", 2},
                    ExitCase{"UnknownFormat", "", "scan --output srif", 2},
                    ExitCase{"UnknownRule", "", "scan --select no-such-rule", 2},
                    ExitCase{"NoBaseline", "", "scan --baseline none.json", 2},
                    ExitCase{"TwoToOnePlace", "", "scan --output text --output json", 2},
                    ExitCase{"UnwritableOutput", kWarning, "scan --output sarif=no/such/folder/x.sarif", 2},
                    ExitCase{"FullDisk", kWarning, "scan > /dev/full", 2},
                    ExitCase{"Help", "", "scan --help", 0}, ExitCase{"Version", "", "--version", 0}),
    [](const auto& info) { return info.param.name; });

TEST(Messages, NameWhatIsMeant) {
  const TemporaryFolder folder;
  folder.write("bad/privet.yaml", "exclud: [x]\n");
  folder.write("rules/r.yaml", "id: my-rule\ntitel: x\n");
  EXPECT_THAT(privet(folder, "scan --output srif").output,
              HasSubstr("privet: unknown output format `srif`; did you mean `sarif`?"));
  EXPECT_THAT(privet(folder, "scan --config bad/privet.yaml").output,
              HasSubstr("bad/privet.yaml:1: unknown key `exclud`; did you mean `exclude`?"));
  EXPECT_THAT(privet(folder, "scan --rules rules").output, HasSubstr("rules/r.yaml:2: unknown key `titel`"));
  EXPECT_THAT(privet(folder, "explain log-persnal-data").output, HasSubstr("did you mean `log-personal-data`?"));
}

TEST(Outputs, GoToSeveralPlacesAtOnce) {
  const TemporaryFolder folder;
  folder.write("app.py", kWarning);
  const CommandResult result = privet(folder, "scan --output text --output out.sarif --output json=all.json --output jsonl=l");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.output, StartsWith("app.py:1:10: warning: "));
  EXPECT_EQ(json::parse(test::read_file(folder / "out.sarif"))["version"], "2.1.0");
  EXPECT_EQ(json::parse(test::read_file(folder / "all.json"))["summary"]["warnings"], 1);
  EXPECT_THAT(test::read_file(folder / "l"), HasSubstr("{\"type\":\"summary\""));
}

TEST(Outputs, AreAbsentWhenTheScanFails) {
  const TemporaryFolder folder;
  folder.write("privet.yaml", "nope: 1\n");
  EXPECT_EQ(privet(folder, "scan --output sarif=out.sarif").exit_code, 2);
  EXPECT_FALSE(std::filesystem::exists(folder / "out.sarif"));
}

TEST(Outputs, AreTheSameOnEveryRunAndAnyThreads) {
  const TemporaryFolder folder;
  const std::string app = (test::source_dir() / "fixtures/apps/conference").string();
  std::string first;
  for (const char* threads : {"1", "1", "4"}) {
    const CommandResult result = privet(folder, "scan " + app + " --output sarif --threads " + threads);
    EXPECT_EQ(result.exit_code, 1);
    if (first.empty()) first = result.output;
    EXPECT_EQ(result.output, first);
  }
}

TEST(Baseline, HoldsOverMovedLinesAndRenamedFiles) {
  const TemporaryFolder folder;
  folder.write("app.py", kWarning);
  for (const char* format : {"sarif", "json"}) {
    const std::string old = std::string("--output ") + format + "=old." + format;
    folder.write("app.py", kWarning);
    EXPECT_EQ(privet(folder, "scan app.py " + old).exit_code, 1);
    folder.write("app.py", std::string("\n\n# moved\n") + kWarning);
    folder.write("other.py", "x = 1\n");
    const std::string baseline = std::string(" --baseline old.") + format;
    EXPECT_EQ(privet(folder, "scan app.py" + baseline).exit_code, 0);
    folder.write("renamed.py", kWarning);
    EXPECT_EQ(privet(folder, "scan renamed.py" + baseline).exit_code, 0);
    // One more of the same kind is new.
    EXPECT_EQ(privet(folder, "scan app.py renamed.py" + baseline).exit_code, 1);
  }
}

TEST(Only, ReportsChangedFilesAlone) {
  const TemporaryFolder folder;
  folder.write("a.py", kWarning);
  folder.write("sub/b.py", kWarning);
  for (const char* words : {"scan --quiet --only sub/b.py", "scan --quiet --changed sub/b.py",
                            "scan --quiet . --only ./sub/b.py README.md"}) {
    EXPECT_THAT(privet(folder, words).output, AllOf(StartsWith("sub/b.py:1:"), Not(HasSubstr("a.py:1:")))) << words;
  }
}

TEST(FilesFrom, ReadsAList) {
  const TemporaryFolder folder;
  folder.write("a.py", kWarning);
  folder.write("b.py", kWarning);
  folder.write("list", "b.py\n");
  EXPECT_THAT(privet(folder, "scan --quiet --files-from list").output, StartsWith("b.py:1:"));
  EXPECT_THAT(test::run("cd " + folder.path() + " && echo a.py | " + test::executable().string() +
                        " scan --quiet --files-from -").output, StartsWith("a.py:1:"));
  folder.write("list", "");
  EXPECT_EQ(privet(folder, "scan --files-from list").exit_code, 2);
}

TEST(Suppression, NeedsAReasonAndAPolicyMayForbidIt) {
  const TemporaryFolder folder;
  folder.write("policy.yaml", "allow_suppressions: false\n");
  folder.write("app.py",
               "# privet: allow suppression-without-reason because the list is kept elsewhere\n"
               "x = 1  # privet: allow log-personal-data\n");
  EXPECT_EQ(privet(folder, "scan app.py --select suppression-without-reason").exit_code, 1);
}

TEST(Configuration, IsApplied) {
  const TemporaryFolder folder;
  folder.write("app.js",
               "const express = require('express');\nconst gate = require('gate');\nconst app = express();\n"
               "app.get('/me', gate.checkpoint, (req, res) => res.json({}));\n");
  folder.write("model.py", "class Member:\n    email: str\n    badge_no: str\n");
  folder.write("warn.py", kWarning);
  EXPECT_THAT(privet(folder, "access").output, HasSubstr("GET /me"));
  EXPECT_THAT(privet(folder, "access").output, Not(HasSubstr("authenticated")));
  EXPECT_THAT(privet(folder, "data").output, AllOf(HasSubstr("contact.email"), Not(HasSubstr("membership.badge"))));
  folder.write("privet.yaml",
               "guards: {authn: [checkpoint]}\nnot_personal: [Member.email]\n"
               "data_types:\n  - {id: membership.badge, title: badge number, level: L2, strong: [badge_no]}\n"
               "rules: {severity: {suppression-*: note}}\n");
  EXPECT_THAT(privet(folder, "access").output, HasSubstr("authenticated"));
  EXPECT_THAT(privet(folder, "data").output, AllOf(Not(HasSubstr("contact.email")), HasSubstr("membership.badge")));
  EXPECT_EQ(privet(folder, "scan").exit_code, 0);
  folder.write("privet.yaml", "data_types:\n  - {id: membership.badge, titel: x}\n");
  EXPECT_THAT(privet(folder, "scan").output, HasSubstr("privet.yaml:2: unknown key `titel`"));
}

TEST(StopAfter, PrintsNothingButTimings) {
  const TemporaryFolder folder;
  folder.write("app.py", kWarning);
  for (const char* phase : {"walk", "parse", "index", "link", "solve"}) {
    EXPECT_EQ(privet(folder, std::string("scan --stop-after ") + phase).output, "");
  }
  EXPECT_THAT(privet(folder, "scan --stop-after parse --timings").output, HasSubstr("parse "));
}

TEST(Print, ShowsTheRepresentationAndTheProgram) {
  const TemporaryFolder folder;
  folder.write("app.py", "def f(a):\n    return a\n");
  EXPECT_THAT(privet(folder, "scan --print=ir").output, AllOf(HasSubstr("// app.py"), HasSubstr("f(a) {")));
  EXPECT_THAT(privet(folder, "scan --print=program").output, HasSubstr("f"));
}

TEST(Color, IsOnlyForTerminalsUnlessAsked) {
  const TemporaryFolder folder;
  folder.write("app.py", kWarning);
  EXPECT_THAT(privet(folder, "scan").output, Not(HasSubstr("\x1b[")));
  EXPECT_THAT(privet(folder, "scan --color always").output, HasSubstr("\x1b["));
}

TEST(Explain, TellsOfRulesProblemsAndFindings) {
  const TemporaryFolder folder;
  folder.write("app.py", kWarning);
  EXPECT_THAT(privet(folder, "explain suppression-unused").output, AllOf(HasSubstr("why"), HasSubstr("not reported (")));
  EXPECT_THAT(privet(folder, "explain too-large").output, HasSubstr("size limit"));
  privet(folder, "scan --output json=out.json");
  const std::string id = json::parse(test::read_file(folder / "out.json"))["findings"][0]["fingerprint"];
  EXPECT_THAT(privet(folder, "explain " + id).output, HasSubstr("app.py:1:10: warning"));
  EXPECT_EQ(privet(folder, "explain 0000000000000000").exit_code, 2);
}

TEST(Rules, AreListed) {
  const TemporaryFolder folder;
  EXPECT_THAT(privet(folder, "rules").output, HasSubstr("log-personal-data"));
  const json rules = json::parse(privet(folder, "rules --output json").output);
  EXPECT_GT(rules.size(), 3u);
  EXPECT_THAT(privet(folder, "rules --checks").output, HasSubstr("config: {check: suppression}"));
}

TEST(Maps, AreTablesAndJson) {
  const TemporaryFolder folder;
  const std::string app = (test::source_dir() / "fixtures/apps/conference").string();
  EXPECT_THAT(privet(folder, "data " + app).output, HasSubstr("contact.email"));
  EXPECT_EQ(json::parse(privet(folder, "data " + app + " --output json").output)[0]["entity"], "Attendee");
  EXPECT_THAT(privet(folder, "access " + app).output, HasSubstr("POST /api/login"));
  EXPECT_GT(json::parse(privet(folder, "access " + app + " --output json").output).size(), 4u);
}

TEST(Test, RunsRulesAndTreesAndNamesTheLineThatFails) {
  const TemporaryFolder folder;
  folder.write("tree/app.py", "x = 1  # finding: log-personal-data\n");
  const CommandResult failed = privet(folder, "test tree");
  EXPECT_EQ(failed.exit_code, 1);
  EXPECT_THAT(failed.output, StartsWith("tree/app.py:1: expected `log-personal-data`"));
  folder.write("tree/app.py", "x = 1  # ok: log-personal-data\n");
  EXPECT_THAT(privet(folder, "test tree").output, HasSubstr("1 expectation, all as expected"));
  const std::string rules = (test::source_dir() / "rules/accountability").string();
  EXPECT_THAT(privet(folder, "test " + rules).output, HasSubstr("8 examples, all as expected"));
}

}  // namespace
}  // namespace privet
