#include "output/shown.h"

#include <gtest/gtest.h>

#include "output/sha256.h"

namespace privet::output {
namespace {

struct OneFile {
  source::SourceMap sources;
  finding::Report report;
  explicit OneFile(const std::string& text) {
    source::SourceFile file;
    file.path = "a.js";
    sources.set_text(sources.add(std::move(file)), text);
    report.sources = &sources;
  }
  source::Span span(std::uint32_t begin, std::uint32_t end) const { return {source::FileId{0}, begin, end}; }
};

TEST(Harmless, ShowsWhatWouldSteerATerminal) {
  EXPECT_EQ(harmless("a\x1b[2Jb"), "a␛[2Jb");
  EXPECT_EQ(harmless("a\r\nb\tc"), "a  b c");
  EXPECT_EQ(harmless("\x7f"), "␡");
  EXPECT_EQ(harmless("x\xE2\x80\xAEy"), "x\uFFFDy");     // right-to-left override
  EXPECT_EQ(harmless("\xC2\x9B"), "\uFFFD");              // one-byte CSI, written in UTF-8
  EXPECT_EQ(harmless("\xFF\xC3"), "\uFFFD\uFFFD");
  EXPECT_EQ(harmless("größe 漢字 😀"), "größe 漢字 😀");
}

TEST(ShownLine, MarksColumnsOfTheScreen) {
  const OneFile file("\tä漢 = call(x)\n");
  // tab 4, ä 1, 漢 2, blank, =, blank → `call` begins in column 10.
  const ShownLine line = shown_line(file.report, file.span(9, 16));
  EXPECT_EQ(line.text, "    ä漢 = call(x)");
  EXPECT_EQ(line.begin, 10u);
  EXPECT_EQ(line.end, 17u);
}

TEST(ShownLine, MarksTheFirstOfSeveralLines) {
  const OneFile file("call(\n  x)\n");
  const ShownLine line = shown_line(file.report, file.span(0, 10));
  EXPECT_EQ(line.text, "call(");
  EXPECT_EQ(line.end, 5u);
}

TEST(ShownLine, CutsLongLinesAroundTheMark) {
  const OneFile file(std::string(5000, 'a') + "MARK" + std::string(5000, 'b'));
  const ShownLine line = shown_line(file.report, file.span(5000, 5004));
  EXPECT_LE(width_of(line.text), kMostColumns + 2);
  std::string marked;
  std::size_t column = 0;
  // The ellipsis takes three bytes and one column; all else here is ASCII.
  for (std::size_t i = 3; i < line.text.size(); ++i) {
    ++column;
    if (column >= line.begin && column < line.end) marked += line.text[i];
  }
  EXPECT_EQ(marked, "MARK");
}

TEST(Redacted, MasksLiteralsAndKeepsTheRest) {
  OneFile file("f(\"secret\", \"more\")");
  file.report.redactions = {file.span(3, 9)};
  EXPECT_EQ(redacted(file.report, file.span(0, 19)), "f(\"•••• (6 characters)\", \"more\")");
  EXPECT_EQ(redacted(file.report, file.span(5, 7)), "•••• (2 characters)");
  EXPECT_EQ(redacted(file.report, file.span(10, 19)), ", \"more\")");
}

/// The examples of FIPS 180-4.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

}  // namespace
}  // namespace privet::output
