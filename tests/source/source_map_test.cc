#include "source/source_map.h"

#include <gtest/gtest.h>

namespace privet::source {
namespace {

SourceMap map_of(std::string text) {
  SourceMap map;
  SourceFile file;
  file.path = "a.py";
  file.text = std::move(text);
  map.add(std::move(file));
  return map;
}

std::string at(const SourceMap& map, std::uint32_t offset) {
  const Position p = map.position(FileId{0}, offset);
  return std::to_string(p.line) + ":" + std::to_string(p.column_utf16) + "/" +
         std::to_string(p.column_bytes);
}

TEST(SourceMap, PositionsCountUtf16) {
  // é: 2 bytes, 1 unit; 😀: 4 bytes, 2 units.
  const SourceMap map = map_of("ab\r\n\xC3\xA9x\n\xF0\x9F\x98\x80y");
  EXPECT_EQ(at(map, 0), "1:1/1");
  EXPECT_EQ(at(map, 2), "1:3/3");
  EXPECT_EQ(at(map, 4), "2:1/1");
  EXPECT_EQ(at(map, 6), "2:2/3");
  EXPECT_EQ(at(map, 8), "3:1/1");
  EXPECT_EQ(at(map, 12), "3:3/5");
  EXPECT_EQ(at(map, 13), "3:4/6");
  EXPECT_EQ(at(map, 999), "3:4/6") << "offsets past the end are the end";
}

TEST(SourceMap, ByteOrderMarkIsNoColumn) {
  const SourceMap map = map_of("\xEF\xBB\xBFx = 1\n");
  EXPECT_EQ(at(map, 0), "1:1/1");
  EXPECT_EQ(at(map, 3), "1:1/1");
  EXPECT_EQ(at(map, 4), "1:2/2");
  EXPECT_EQ(map.line_of(FileId{0}, 5), "x = 1");
}

TEST(SourceMap, LinesAndTexts) {
  const SourceMap map = map_of("one\r\ntwo\n\nlast");
  EXPECT_EQ(map.line_of(FileId{0}, 1), "one");
  EXPECT_EQ(map.line_of(FileId{0}, 5), "two");
  EXPECT_EQ(map.line_of(FileId{0}, 9), "");
  EXPECT_EQ(map.line_of(FileId{0}, 10), "last");
  EXPECT_EQ(map.text({FileId{0}, 5, 8}), "two");
  EXPECT_EQ(map.text({FileId{0}, 10, 99}), "last");
  EXPECT_EQ(map.text({FileId{0}, 99, 3}), "");
  EXPECT_EQ(map.text({}), "");
}

TEST(SourceMap, EmptyFileHasOneLine) {
  const SourceMap map = map_of("");
  EXPECT_EQ(at(map, 0), "1:1/1");
  EXPECT_EQ(map.line_of(FileId{0}, 0), "");
}

TEST(SourceMap, FindsByPath) {
  SourceMap map;
  for (const char* path : {"a", "a/b", "c"}) {
    SourceFile file;
    file.path = path;
    map.add(std::move(file));
  }
  EXPECT_EQ(map.find("a/b").value, 1u);
  EXPECT_FALSE(map.find("b").valid());
  EXPECT_FALSE(map.find("z").valid());
}

TEST(Utf8, FindsTheFirstBadByte) {
  struct Case {
    const char* text;
    std::size_t at;
  };
  const Case cases[] = {
      {"plain text, longer than a block", std::string_view::npos},
      {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", std::string_view::npos},
      {"12345678\xFF", 8},
      {"a\xC3", 1},
      {"\xC0\x80", 0},          // overlong
      {"\xED\xA0\x80", 0},      // surrogate
      {"\xF4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xE2\x82\xAC\x80", 3},  // continuation alone
  };
  for (const Case& c : cases) EXPECT_EQ(find_invalid_utf8(c.text), c.at) << c.text;
  EXPECT_EQ(utf16_length("\xFF\xFE"), 2u);
}

TEST(TestPath, ByFoldersAndNames) {
  for (const char* path :
       {"tests/a.py", "src/__tests__/x.ts", "a/x.test.ts", "a/x.spec.js", "test_views.py",
        "conftest.py", "src/test/java/A.java", "app/ShopTests/X.swift", "examples/app.js",
        "docs/conf.py", "UserServiceTest.java", "spec/models/user_spec.rb", "users/tests.py"}) {
    EXPECT_TRUE(is_test_path(path)) << path;
  }
  for (const char* path : {"src/app.ts", "contests/list.ts", "latest/index.js", "attestation.py",
                           "src/inspector/x.ts", "documents/upload.py", "testimonials/x.ts"}) {
    EXPECT_FALSE(is_test_path(path)) << path;
  }
}

}  // namespace
}  // namespace privet::source
