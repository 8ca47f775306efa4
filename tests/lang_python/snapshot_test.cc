#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "ir/text.h"
#include "ir/verify.h"
#include "lang/language.h"
#include "support/places.h"

namespace privet {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> fixtures() {
  std::vector<std::string> paths;
  for (const auto& entry :
       fs::directory_iterator(fs::path(privet::test::source_dir()) / "fixtures/lang/python")) {
    if (entry.path().extension() == ".py") paths.push_back(entry.path().string());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

class PythonSnapshot : public testing::TestWithParam<std::string> {};

/// Each construct of the language, as the IR it becomes. UPDATE_EXPECTATIONS=1 rewrites.
TEST_P(PythonSnapshot, LowersAsExpected) {
  const std::string text = read(GetParam());
  const lang::Language* language = lang::language_of(GetParam());
  ASSERT_NE(language, nullptr);
  const ir::Module module =
      language->lower({source::FileId(0), fs::path(GetParam()).filename().native()}, text);
  EXPECT_EQ(ir::verify(module, static_cast<std::uint32_t>(text.size())),
            std::vector<std::string>{});

  const std::string printed = ir::print_text(module);
  const fs::path expected = GetParam() + ".ir.exp";
  if (std::getenv("UPDATE_EXPECTATIONS") != nullptr) {
    std::ofstream(expected, std::ios::binary) << printed;
    return;
  }
  EXPECT_EQ(printed, read(expected)) << "UPDATE_EXPECTATIONS=1 rewrites " << expected;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, PythonSnapshot, testing::ValuesIn(fixtures()),
                         [](const auto& info) { return fs::path(info.param).stem().string(); });

}  // namespace
}  // namespace privet
