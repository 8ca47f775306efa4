#include "source/ignore.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace privet::source {
namespace {

/// `path` ends with `/` for a folder. Answers `-` none, `i` ignore, `k` keep.
char ask(std::string_view patterns, std::string_view path) {
  const bool is_folder = path.ends_with('/');
  if (is_folder) path.remove_suffix(1);
  std::vector<std::string_view> segments;
  while (true) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  switch (IgnoreList::parse(patterns).verdict(segments, is_folder)) {
    case IgnoreVerdict::None: return '-';
    case IgnoreVerdict::Ignore: return 'i';
    case IgnoreVerdict::Keep: return 'k';
  }
  return '?';
}

TEST(Ignore, PatternsAsInGitignore) {
  struct Case {
    const char* patterns;
    const char* path;
    char verdict;
  };
  const std::vector<Case> cases = {
      {"foo", "foo", 'i'},
      {"foo", "a/foo", 'i'},
      {"foo", "a/food", '-'},
      {"/foo", "foo", 'i'},
      {"/foo", "a/foo", '-'},
      {"foo/", "foo/", 'i'},
      {"foo/", "foo", '-'},
      {"foo/", "a/foo/", 'i'},
      {"a/foo", "a/foo", 'i'},
      {"a/foo", "b/a/foo", '-'},
      {"*.log", "x.log", 'i'},
      {"*.log", "a/b/x.log", 'i'},
      {"*.log", "x.logs", '-'},
      {"a/*", "a/x", 'i'},
      {"a/*", "a/x/y", '-'},
      {"**/foo", "a/b/foo", 'i'},
      {"**/foo", "foo", 'i'},
      {"a/**", "a/", '-'},
      {"a/**", "a/b", 'i'},
      {"a/**", "a/b/c", 'i'},
      {"a/**/b", "a/b", 'i'},
      {"a/**/b", "a/x/b", 'i'},
      {"a/**/b", "a/x/y/b", 'i'},
      {"a/**/b", "a/x/y/c", '-'},
      {"a/**/b/**/c", "a/b/b/x/c", 'i'},
      {"x?z", "xyz", 'i'},
      {"x?z", "x/z", '-'},
      {"x[a-c]", "xb", 'i'},
      {"x[!a-c]", "xb", '-'},
      {"x[^a-c]", "xd", 'i'},
      {"x[]]", "x]", 'i'},
      {"x[[:digit:]]", "x7", 'i'},
      {"x[[:digit:]]", "xa", '-'},
      {"x[", "x[", '-'},
      {"\\!x", "!x", 'i'},
      {"\\#x", "#x", 'i'},
      {"# x", "# x", '-'},
      {"x  ", "x", 'i'},
      {"x\\ ", "x ", 'i'},
      {"x\r\ny\r\n", "x", 'i'},
      {"\xEF\xBB\xBFx", "x", 'i'},
      {"x\n!x", "x", 'k'},
      {"!x\nx", "x", 'i'},
      {"*\n!*.ts", "a.ts", 'k'},
      {"x\\", "x", '-'},
      {"", "x", '-'},
      {"/", "x", '-'},
      {"**", "a/b", 'i'},
      {"/**", "b", 'i'},
      {"{a,b}", "a", '-'},
      {"{a,b}", "{a,b}", 'i'},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(ask(c.patterns, c.path), c.verdict) << c.patterns << " on " << c.path;
  }
}

TEST(Ignore, HostilePatternsTakeLinearTime) {
  std::string pattern;
  for (int i = 0; i < 2000; ++i) pattern += "*a";
  const std::string name(4000, 'a');
  EXPECT_FALSE(matches_segment(pattern + "b", name));

  std::string deep_pattern;
  std::string deep_path;
  for (int i = 0; i < 500; ++i) {
    deep_pattern += "**/a/";
    deep_path += "a/";
  }
  EXPECT_EQ(ask(deep_pattern + "b", deep_path + "a"), '-');
}

TEST(Ignore, ListsAreCutAtTheLimit) {
  std::string patterns;
  for (std::size_t i = 0; i < IgnoreList::kMaxPatterns + 10; ++i) patterns += "x\n";
  EXPECT_TRUE(IgnoreList::parse(patterns).cut());
  EXPECT_FALSE(IgnoreList::parse("x\n").cut());
}

}  // namespace
}  // namespace privet::source
