#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "output/output.h"
#include "output/sample_report.h"
#include "support/places.h"
#include "support/temporary_folder.h"

namespace privet::output {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

std::string rendered(std::string_view format, bool notes = true, bool suppressed = false) {
  const SampleReport sample;
  RenderOptions options;
  options.version = "1.2.3";
  options.notes = notes;
  options.suppressed = suppressed;
  return find_format(format)->render(sample.report, options);
}

class Formats : public testing::TestWithParam<const Format*> {};

/// What each format makes of the sample. UPDATE_EXPECTATIONS=1 rewrites.
TEST_P(Formats, PrintTheSampleAsExpected) {
  const std::string name(GetParam()->name);
  const std::filesystem::path path = privet::test::source_dir() / "tests/output/expected" / ("sample." + name);
  const std::string text = rendered(name);
  if (std::getenv("UPDATE_EXPECTATIONS") != nullptr) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  EXPECT_EQ(text, test::read_file(path.string()));
}

TEST_P(Formats, NeverShowARedactedLiteral) {
  EXPECT_THAT(rendered(GetParam()->name, true, true), Not(HasSubstr("ann@corp")));
}

TEST_P(Formats, LetNoControlCharacterThrough) {
  for (const char c : rendered(GetParam()->name)) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << static_cast<int>(c);
  }
}

TEST_P(Formats, TellWhatWasLeftOut) {
  EXPECT_THAT(rendered(GetParam()->name), HasSubstr("syntax-error"));
  EXPECT_THAT(rendered(GetParam()->name), HasSubstr("dependencies"));
}

INSTANTIATE_TEST_SUITE_P(All, Formats, testing::ValuesIn(formats().begin(), formats().end()),
                         [](const auto& info) { return std::string(info.param->name); });

TEST(Text, ColoursOnlyWhenAsked) {
  const SampleReport sample;
  RenderOptions options;
  options.color = true;
  EXPECT_THAT(find_format("text")->render(sample.report, options), HasSubstr("\x1b[1;31merror\x1b[0m"));
}

TEST(Text, HidesNotesAndSuppressedFindingsButCountsThem) {
  const std::string text = rendered("text", /*notes=*/false);
  EXPECT_THAT(text, Not(HasSubstr("cookie without")));
  EXPECT_THAT(text, Not(HasSubstr("1123456789abcdef")));
  EXPECT_THAT(text, HasSubstr("1 note (shown with `--notes`)"));
  EXPECT_THAT(text, HasSubstr("1 allowed by comments"));
}

TEST(Sarif, CountsColumnsInUtf16AndEncodesPaths) {
  const json region = json::parse(rendered("sarif"))["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
  EXPECT_EQ(region["artifactLocation"]["uri"], "src/a%20b%23%C3%A4.ts");
  // `const "😀" = 1; log.info(`: 24 characters, one of them two units.
  EXPECT_EQ(region["region"]["startColumn"], 26);
  EXPECT_EQ(region["region"]["startLine"], 2);
}

TEST(Sarif, LeavesSuppressedFindingsOutUnlessAsked) {
  EXPECT_EQ(json::parse(rendered("sarif"))["runs"][0]["results"].size(), 2u);
  const json all = json::parse(rendered("sarif", true, true))["runs"][0]["results"];
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[1]["suppressions"][0]["justification"], "it is the audit log");
}

TEST(Sarif, EveryIndexAndLinkLeadsToWhatItNames) {
  const json run = json::parse(rendered("sarif", true, true))["runs"][0];
  const json& rules = run["tool"]["driver"]["rules"];
  for (const json& result : run["results"]) {
    EXPECT_EQ(rules[result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]);
    for (const json& location : result["locations"]) {
      const json& artifact = location["physicalLocation"]["artifactLocation"];
      EXPECT_EQ(run["artifacts"][artifact["index"].get<std::size_t>()]["location"]["uri"], artifact["uri"]);
    }
    for (const json& taxon : result.value("taxa", json::array())) {
      const json& taxonomy = run["taxonomies"][taxon["toolComponent"]["index"].get<std::size_t>()];
      EXPECT_EQ(taxonomy["name"], taxon["toolComponent"]["name"]);
      EXPECT_EQ(taxonomy["taxa"][taxon["index"].get<std::size_t>()]["id"], taxon["id"]);
    }
  }
  const json& first = run["results"][0];
  EXPECT_THAT(first["message"]["text"].get<std::string>(),
              HasSubstr("[`Person.email` is declared here](" + std::to_string(first["relatedLocations"][0]["id"].get<int>()) + ")"));
  EXPECT_THAT(first["message"]["text"].get<std::string>(), HasSubstr("\\[unmasked\\]"));
}

}  // namespace
}  // namespace privet::output
