#include "finding/fingerprint.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/places.h"
#include "support/temporary_folder.h"

namespace privet::finding {
namespace {

/// GitHub's own algorithm over the same bytes, written anew in JavaScript with arbitrary integers.
std::vector<std::string> hashes_by_node(const std::string& text) {
  const test::TemporaryFolder folder;
  folder.write("file", text);
  const std::string script = (privet::test::source_dir() / "tests/finding/line_hash.js").string();
  const test::CommandResult result = test::run("node " + script + " " + (folder / "file"));
  EXPECT_EQ(result.exit_code, 0);
  std::vector<std::string> lines;
  std::istringstream in(result.output);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void check(const std::string& text) {
  const std::vector<std::string> expected = hashes_by_node(text);
  const LineHashes hashes(text);
  ASSERT_FALSE(expected.empty());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(hashes.at(static_cast<std::uint32_t>(i + 1)), expected[i]) << "line " << i + 1;
  }
  EXPECT_EQ(hashes.at(static_cast<std::uint32_t>(expected.size() + 1)), "");
}

TEST(LineHashes, AreThoseOfGitHub) {
  check("");
  check("one line");
  check("a\nb\nc\n");
  check("same\nsame\n\n\nsame");
  check("\t  blanks \t\r\nbetween\rold\r\n\r\n\nlines");
  check("größe 漢字 😀 é\nzweite Zeile\n");
  check("\xEF\xBB\xBF" "byte order mark\n");
  std::string code;
  for (int i = 0; i < 300; ++i) code += "  line(" + std::to_string(i * 7919 % 101) + ");" + (i % 3 == 0 ? "\r\n" : "\n");
  check(code);
  check(std::string(1000, 'x') + "\n" + std::string(99, 'y') + "\nz");
}

TEST(LineHashes, NoLineZero) { EXPECT_EQ(LineHashes("a").at(0), ""); }

TEST(Fingerprint, DependsOnEveryPartAndItsPlace) {
  EXPECT_EQ(fingerprint({"a", "b"}), fingerprint({"a", "b"}));
  EXPECT_NE(fingerprint({"a", "b"}), fingerprint({"ab", ""}));
  EXPECT_EQ(fingerprint({"a"}).size(), 16u);
  EXPECT_EQ(without_blanks(" f( x,\r\n\ty )"), "f(x,y)");
}

}  // namespace
}  // namespace privet::finding
