#include <algorithm>
#include <array>
#include <string>

#include "source/source_map.h"

namespace privet::source {
namespace {

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_test_folder(std::string_view name) {
  static constexpr std::array<std::string_view, 33> kNames = {
      "test",         "tests",    "__tests__", "spec",       "specs",       "__specs__",
      "testing",      "unittest", "unittests", "testdata", "test-data", "test_data",  "testutils",   "test-utils",
      "test_utils",   "e2e",      "cypress",   "playwright", "fixture",     "fixtures",
      "__fixtures__", "mock",     "mocks",     "__mocks__",  "example",     "examples",
      "sample",       "samples",  "doc",       "docs",       "androidtest", "stories",
      "storybook"};
  const std::string lower = lower_case(name);
  if (std::find(kNames.begin(), kNames.end(), lower) != kNames.end()) return true;
  // `ShopTests`, `Shop.Tests`, `ShopUITests`; `contests` is none.
  return name.ends_with("Tests") || name.ends_with(".Test") || name.ends_with("-tests") ||
         name.ends_with("_tests");
}

bool is_test_file(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kInside = {
      ".test.", ".tests.", ".spec.", ".stories.", ".story.", ".fixture.", ".mock.", ".e2e."};
  if (std::any_of(kInside.begin(), kInside.end(), [&](std::string_view part) {
        return name.find(part) != std::string_view::npos;
      })) {
    return true;
  }
  const std::string_view stem = name.substr(0, name.rfind('.'));
  if (stem == "conftest" || stem == "tests" || stem.starts_with("test_")) return true;
  if (name.starts_with(".env.test") || name == ".env.ci") return true;
  static constexpr std::array<std::string_view, 6> kRunners = {"vitest", "jest", "playwright", "cypress", "karma", "setupTests"};
  if (std::any_of(kRunners.begin(), kRunners.end(), [&](std::string_view runner) { return name.starts_with(runner); })) {
    return true;
  }
  static constexpr std::array<std::string_view, 6> kEndings = {"_test", "_tests", "_spec",
                                                               "Test",  "Tests",  "TestCase"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return stem.ends_with(ending); });
}

}  // namespace

bool is_test_path(std::string_view path) {
  while (true) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return is_test_file(path);
    if (is_test_folder(path.substr(0, slash))) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace privet::source
