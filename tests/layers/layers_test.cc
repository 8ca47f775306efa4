#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "support/places.h"

namespace {

namespace fs = std::filesystem;

struct Layers {
  std::map<std::string, std::set<std::string>> folders;      // folder → what it may include
  std::map<std::string, std::set<std::string>> third_party;  // beginning of a header → folders
};

Layers read_layers() {
  Layers layers;
  std::ifstream in(fs::path(privet::test::source_dir()) / "ci/layers.txt");
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (line.starts_with('#') || colon == std::string::npos) continue;
    std::string key = line.substr(0, colon);
    const bool header = key.starts_with('<');
    if (header) key = key.substr(1, key.size() - 2);
    std::set<std::string>& row = header ? layers.third_party[key] : layers.folders[key];
    std::istringstream rest(line.substr(colon + 1));
    for (std::string word; rest >> word;) row.insert(word);
  }
  return layers;
}

/// What is wrong with one include line; empty if nothing is.
std::string complaint(const Layers& layers, const std::string& folder, const std::string& line) {
  if (!line.starts_with("#include ") || line.size() < 12) return "";
  const bool ours = line[9] == '"';
  const std::size_t end = line.find(ours ? '"' : '>', 10);
  const std::string header = line.substr(10, end - 10);
  if (!ours) {
    for (const auto& [prefix, allowed] : layers.third_party) {
      if (header.starts_with(prefix) && !allowed.contains(folder)) {
        return "<" + header + "> is not for " + folder + "/";
      }
    }
    return "";
  }
  const std::string target = header.substr(0, header.find('/'));
  if (target == folder) return "";
  if (!layers.folders.at(folder).contains(target)) {
    return folder + "/ may not include " + header;
  }
  return "";
}

TEST(Layers, EveryIncludeFollowsTheTable) {
  const Layers layers = read_layers();
  ASSERT_GE(layers.folders.size(), 15u);
  std::size_t n_files = 0;
  const fs::path root = fs::path(privet::test::source_dir()) / "scanner";
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".h" && path.extension() != ".cc") continue;
    ++n_files;
    const std::string folder = path.lexically_relative(root).begin()->string();
    ASSERT_TRUE(layers.folders.contains(folder)) << folder << "/ is not in ci/layers.txt";
    std::ifstream in(path);
    int number = 0;
    for (std::string line; std::getline(in, line);) {
      ++number;
      EXPECT_EQ(complaint(layers, folder, line), "") << path.string() << ":" << number;
    }
  }
  EXPECT_GT(n_files, 20u);
}

TEST(Layers, LanguagesDoNotIncludeEachOther) {
  const fs::path root = fs::path(privet::test::source_dir()) / "scanner/lang";
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    const fs::path relative = entry.path().lexically_relative(root);
    if (entry.is_directory() || relative.begin() == --relative.end()) continue;
    const std::string language = relative.begin()->string();
    std::ifstream in(entry.path());
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("#include \"lang/")) continue;
      const std::string rest = line.substr(15);
      if (rest.find('/') == std::string::npos) continue;
      const std::string target = rest.substr(0, rest.find('/'));
      const bool support = !fs::exists(root / target / "languages.txt");
      EXPECT_TRUE(target == language || support) << entry.path() << ": " << line;
    }
  }
}

TEST(Layers, TheTableHasNoCycle) {
  const Layers layers = read_layers();
  for (const auto& [folder, below] : layers.folders) {
    for (const std::string& target : below) {
      ASSERT_TRUE(layers.folders.contains(target)) << target;
      EXPECT_FALSE(layers.folders.at(target).contains(folder)) << folder << " and " << target;
    }
  }
}

TEST(Layers, WrongIncludesAreSeen) {
  const Layers layers = read_layers();
  EXPECT_EQ(complaint(layers, "ir", "#include \"flow/flow.h\""), "ir/ may not include flow/flow.h");
  EXPECT_EQ(complaint(layers, "flow", "#include <tree_sitter/api.h>"),
            "<tree_sitter/api.h> is not for flow/");
  EXPECT_EQ(complaint(layers, "flow", "#include \"ir/module.h\""), "");
  EXPECT_EQ(complaint(layers, "lang", "#include <tree_sitter/api.h>"), "");
}

}  // namespace
