#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "output/output.h"
#include "output/sample_report.h"
#include "support/places.h"
#include "support/temporary_folder.h"

namespace privet::output {
namespace {

using nlohmann::json;

std::string tool() { return (test::source_dir() / "ci/sarif").string(); }

std::string sample(bool suppressed) {
  const SampleReport sample;
  RenderOptions options;
  options.version = "1.2.3";
  options.suppressed = suppressed;
  return find_format("sarif")->render(sample.report, options);
}

const json& official_schema() {
  static const json schema = [] {
    std::string path = test::run(tool() + " --schema").output;
    path.erase(path.find_last_not_of('\n') + 1);
    std::string text = test::read_file(path);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    return json::parse(text);
  }();
  return schema;
}

/// What the schema says against a document; empty when nothing.
std::string complaints(const json& document) {
  valijson::Schema schema;
  valijson::SchemaParser parser;
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(official_schema()), schema);
  valijson::Validator validator;
  valijson::ValidationResults results;
  validator.validate(schema, valijson::adapters::NlohmannJsonAdapter(document), &results);
  std::string text;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    for (const std::string& part : error.context) text += part;
    text += ": " + error.description + "\n";
  }
  return text;
}

TEST(SarifSchema, AcceptsOurs) {
  EXPECT_EQ(complaints(json::parse(sample(false))), "");
  EXPECT_EQ(complaints(json::parse(sample(true))), "");
}

/// The schema and the way it is applied do refuse what is wrong.
TEST(SarifSchema, RefusesWhatIsWrong) {
  json document = json::parse(sample(false));
  document["runs"][0]["results"][0]["level"] = "grave";
  EXPECT_NE(complaints(document), "");
  document = json::parse(sample(false));
  document["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0;
  EXPECT_NE(complaints(document), "");
}

TEST(SarifMultitool, HasNeitherErrorNorWarning) {
  const test::TemporaryFolder folder;
  folder.write("sample.sarif", sample(true));
  const std::string app = (test::source_dir() / "fixtures/apps/conference").string();
  const test::CommandResult scan = test::run("cd " + app + " && " + test::executable().string() +
                                             " scan --exit-zero --output sarif=" + (folder / "app.sarif"));
  ASSERT_EQ(scan.exit_code, 0);
  const test::CommandResult result = test::run(tool() + " " + (folder / "sample.sarif") + " " + (folder / "app.sarif"));
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_EQ(complaints(json::parse(test::read_file(folder / "app.sarif"))), "");
}

TEST(SarifMultitool, FindsAnIndexThatLeadsNowhere) {
  const test::TemporaryFolder folder;
  json document = json::parse(sample(false));
  document["runs"][0]["results"][0]["ruleIndex"] = 99;
  folder.write("bad.sarif", document.dump());
  EXPECT_NE(test::run(tool() + " " + (folder / "bad.sarif") + " 2>&1").exit_code, 0);
}

}  // namespace
}  // namespace privet::output
