#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <ostream>

#include "support/places.h"
#include "support/temporary_folder.h"

namespace privet {
namespace {

using test::CommandResult;
using test::TemporaryFolder;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Runs privet in the folder; the output holds both streams unless `words` say otherwise.
CommandResult privet(const TemporaryFolder& folder, const std::string& words, const std::string& before = {}) {
  return test::run("cd " + folder.path() + " && " + before + test::executable().string() + " 2>&1 " + words);
}

std::string repeat(std::string_view text, std::size_t n) {
  std::string result;
  result.reserve(text.size() * n);
  while (n-- > 0) result += text;
  return result;
}

/// A file that the scan has to live with, and what it says of it. Beside it lies a file with a finding,
/// which must not be lost.
struct Input {
  std::string name;
  std::string path;
  std::string text;
  std::string problem;  ///< in the output; empty: no problem at all
  bool whole = true;    ///< all that there was to understand is understood
  friend void PrintTo(const Input& input, std::ostream* out) { *out << input.name; }
};

constexpr std::size_t kDeep = 100'000;

/// In short lines, which generated code has not.
std::string nested(const std::string& head, const std::string& open, const std::string& inner, const std::string& close) {
  const std::size_t per_line = 10;
  return head + repeat(repeat(open, per_line) + "\n", kDeep / per_line) + inner +
         repeat(repeat(close, per_line) + "\n", kDeep / per_line) + "\n";
}

std::vector<Input> inputs() {
  std::string bytes;
  for (int i = 0; i < 25'600; ++i) bytes += static_cast<char>(i % 256);
  return {
      {"BrokenJavascript", "a.js", repeat("function f( { if } class ][ =>\n", 50), "[syntax-error]", false},
      {"BrokenPython", "a.py", repeat("def f(:\n  class\n return ))(\n", 50), "[syntax-error]", false},
      {"BinaryJavascript", "a.js", "\x7f" "ELF" + bytes, "a.js:1:1: holds NUL bytes [binary-file]"},
      {"BinaryPython", "a.py", bytes, "a.py:1:1: holds NUL bytes [binary-file]"},
      {"EmptyTypescript", "a.ts", "", ""},
      {"EmptyPython", "a.py", "", ""},
      {"EmptyJson", "a.json", "", ""},
      {"InvalidUtf8Javascript", "a.js", "const x = \"\xff\xfe\xc3\";\n", "a.js:1:12: not UTF-8 from here [invalid-utf8]"},
      {"InvalidUtf8Python", "a.py", "x = \"\xff\xfe\xc3\"\n", "a.py:1:6: not UTF-8 from here [invalid-utf8]"},
      {"Large", "a.js", repeat("var a = 1;\n", 4'600'000), "a.js:1:1: 50600000 bytes, the limit is ", false},
      {"Minified", "a.js", "x = " + repeat("f(1);", kDeep), "a.js:1:1: minified, by its long lines [generated-file]"},
      {"NestedListJavascript", "a.js", nested("x = ", "[", "", "]"), "[too-deep]", false},
      {"NestedObjectTypescript", "a.ts", nested("const x = ", "{a:", "1", "}"), "[too-deep]", false},
      {"NestedTypeTypescript", "a.ts", nested("type A = ", "Array<", "string", ">"), "[too-deep]", false},
      {"NestedTagTsx", "a.tsx", nested("const a = ", "<b>", "", "</b>"), "[too-deep]", false},
      {"NestedListPython", "a.py", nested("x = ", "[", "", "]"), "[too-deep]", false},
      {"NestedCallPython", "a.py", nested("x = ", "f(", "1", ")"), "[too-deep]", false},
      {"NestedJson", "a.json", nested("", "[", "", "]"), "[too-deep]", false},
      {"NestedYaml", "a.yaml", nested("", "[", "", "]"), "[too-deep]", false},
      {"NestedToml", "a.toml", nested("x = ", "[", "", "]"), "[too-deep]", false},
      {"OpenForEverJavascript", "a.js", nested("x = ", "{", "", ""), "[syntax-error]", false},
      {"OpenForEverPython", "a.py", nested("x = ", "[", "", ""), "[syntax-error]", false},
      {"LongChain", "a.js", "x = a\n" + repeat("?.b\n", 50'000), "[function-budget]", false},
      {"ManyParameters", "a.py", "def f(" + repeat("a, ", 50'000) + "): return a\n", ""},
  };
}

class BadInput : public testing::TestWithParam<Input> {};

TEST_P(BadInput, CostsItselfAlone) {
  const TemporaryFolder folder;
  folder.write("z.py", "x = 1  # privet: allow log-personal-data\n");
  folder.write(GetParam().path, GetParam().text);
  const CommandResult result = privet(folder, "scan --output text --output sarif=out.sarif");
  EXPECT_EQ(result.exit_code, 1) << result.output;
  EXPECT_THAT(result.output, HasSubstr("z.py:1:10: warning: "));
  if (GetParam().problem.empty()) {
    EXPECT_THAT(result.output, Not(HasSubstr("problem")));
  } else {
    EXPECT_THAT(result.output, HasSubstr(GetParam().problem));
  }
  const auto sarif = nlohmann::json::parse(test::read_file(folder / "out.sarif"));
  const auto& notes = sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"];
  EXPECT_EQ(notes.empty(), GetParam().problem.empty());
  EXPECT_EQ(privet(folder, "scan --quiet --strict").exit_code, GetParam().whole ? 1 : 3);
}

INSTANTIATE_TEST_SUITE_P(All, BadInput, testing::ValuesIn(inputs()),
                         [](const auto& info) { return info.param.name; });

TEST(Places, OutsideOfTheRootAreNamed) {
  const TemporaryFolder folder;
  folder.write("app.py", "x = 1  # privet: allow log-personal-data\n");
  std::filesystem::create_symlink("/etc/passwd", folder / "outside.py");
  std::filesystem::create_symlink(".", folder / "loop");
  EXPECT_THAT(privet(folder, "scan").output,
              AllOf(HasSubstr("app.py:1:10"), HasSubstr("link `outside.py` leads out of the scanned folder [link-outside]")));
}

TEST(Places, ThatCannotBeReadAreNamed) {
  // Root reads everything, unless that right is taken away.
  const std::string rights = "-dac_override,-dac_read_search";
  const std::string before = geteuid() == 0 ? "setpriv --bounding-set=" + rights + " --inh-caps=" + rights + " " : "";
  const TemporaryFolder folder;
  folder.write("sub/a.py", "x = 1\n");
  std::filesystem::permissions(folder / "sub/a.py", std::filesystem::perms::none);
  EXPECT_THAT(privet(folder, "scan", before).output, HasSubstr("sub/a.py:1:1: Permission denied [unreadable-file]"));
  std::filesystem::permissions(folder / "sub", std::filesystem::perms::none);
  EXPECT_THAT(privet(folder, "scan", before).output, HasSubstr("folder `sub`: Permission denied [unreadable-file]"));
  std::filesystem::permissions(folder / "sub", std::filesystem::perms::all);
}

/// Every command that prints says so when nobody can take it.
class FullDisk : public testing::TestWithParam<const char*> {};

TEST_P(FullDisk, IsSaid) {
  const TemporaryFolder folder;
  folder.write("app.py", "x = 1  # privet: allow log-personal-data\n");
  const CommandResult result = privet(folder, std::string(GetParam()) + " >/dev/full");
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("No space left on device"));
}

INSTANTIATE_TEST_SUITE_P(Commands, FullDisk,
                         testing::Values("scan", "scan --output sarif", "scan --output json=/dev/full", "rules",
                                         "data --output json", "access --output json", "explain log-personal-data",
                                         "--help", "--version"));

TEST(Pipe, ThatCloses) {
  const TemporaryFolder folder;
  folder.write("app.py", repeat("x = 1  # privet: allow log-personal-data\n", 5'000));
  const CommandResult result = privet(folder, "scan | head -1");
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.output, AllOf(HasSubstr("app.py:1:10: warning: "), Not(HasSubstr("privet:\n"))));
}

TEST(Outputs, KeepWhatWasThereWhenTheyCannotBeWritten) {
  const TemporaryFolder folder;
  folder.write("app.py", "x = 1  # privet: allow log-personal-data\n");
  folder.write("out.sarif", "as it was");
  EXPECT_EQ(privet(folder, "scan --output sarif=out.sarif --output json=no/such/x.json").exit_code, 2);
  EXPECT_EQ(test::read_file(folder / "out.sarif"), "as it was");
  std::size_t n = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++n;
  EXPECT_EQ(n, 2u) << "something was left beside them";
}

}  // namespace
}  // namespace privet
