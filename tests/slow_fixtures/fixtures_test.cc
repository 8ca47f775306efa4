#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/parallel.h"
#include "pipeline/expect.h"
#include "pipeline/load_rules.h"
#include "support/places.h"

namespace privet::pipeline {
namespace {

namespace fs = std::filesystem;

/// Trees whose comments say what is found: applications, one a framework, and topics. `lang` and `access` show
/// the earlier phases and have tests of their own.
std::vector<std::string> trees() {
  static const std::set<std::string> kOthers = {"apps", "frameworks", "lang", "access"};
  std::vector<std::string> found;
  const fs::path fixtures = privet::test::source_dir() / "fixtures";
  for (const fs::path& folder : {fixtures / "apps", fixtures / "frameworks", fixtures}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.is_directory() && !kOthers.contains(entry.path().filename().string())) {
        found.push_back(entry.path().string());
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

void report(const std::vector<Failure>& failures) {
  for (const Failure& failure : failures) ADD_FAILURE() << failure.path << ":" << failure.line << ": " << failure.message;
}

class Fixtures : public testing::TestWithParam<std::string> {};

TEST_P(Fixtures, AreFoundAsTheySay) {
  ScanOptions options;
  options.paths = {GetParam()};
  auto scan = pipeline::scan(options, [](Phase, std::size_t, std::size_t) {});
  ASSERT_TRUE(scan) << scan.error().message;
  EXPECT_GT(scan.value()->report.n_files, 0u);
  report(check_expectations(*scan.value(), {}));
}

INSTANTIATE_TEST_SUITE_P(All, Fixtures, testing::ValuesIn(trees()), [](const auto& info) {
  std::string name = fs::path(info.param).filename().string();
  std::replace_if(name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

TEST(Rules, ExamplesAreFoundAsTheySay) {
  auto loaded = load_rules({}, {});
  ASSERT_TRUE(loaded) << loaded.error().message;
  base::ThreadPool pool(0);
  std::size_t n_examples = 0;
  report(check_examples(std::make_shared<const rule::RuleSet>(std::move(loaded).value()), {}, pool, n_examples));
  EXPECT_GT(n_examples, 0u);
}

}  // namespace
}  // namespace privet::pipeline
