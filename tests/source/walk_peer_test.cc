#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "source/walk.h"
#include "support/temporary_folder.h"

namespace privet::source {
namespace {

using test::TemporaryFolder;

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  template <class T>
  const T& one_of(const std::vector<T>& items) {
    return items[below(items.size())];
  }

 private:
  std::mt19937 engine_;
};

const std::vector<std::string> kNames = {"a", "b", "ab", "a.py", "b.py", "c.log", "x y"};
const std::vector<std::string> kPieces = {"a",      "b",     "ab",   "*",    "*.py", "a*",
                                          "?",      "**",    "[ab]", "[!a]", "?.py", "*b*",
                                          "[a-b]*", "x\\ y", "c.*",  "x*",   "a?",   "*.l[o]g"};

std::string random_pattern(Random& random) {
  std::string pattern = random.below(4) == 0 ? "!" : "";
  if (random.below(4) == 0) pattern += "/";
  const std::size_t n = 1 + random.below(3);
  for (std::size_t i = 0; i < n; ++i) pattern += (i > 0 ? "/" : "") + random.one_of(kPieces);
  if (random.below(4) == 0) pattern += "/";
  return pattern;
}

std::string random_list(Random& random) {
  std::string text;
  for (std::size_t n = random.below(5); n > 0; --n) text += random_pattern(random) + "\n";
  return text;
}

/// Files and folders from few names, with ignore files among them.
void fill(Random& random, const TemporaryFolder& folder, const std::string& ignore_name) {
  std::set<std::string> folders = {""};
  std::set<std::string> files;
  for (int i = 0; i < 25; ++i) {
    const std::vector<std::string> known(folders.begin(), folders.end());
    const std::string path = random.one_of(known) + random.one_of(kNames);
    if (files.contains(path) || folders.contains(path + "/")) continue;
    if (random.below(3) == 0 && std::count(path.begin(), path.end(), '/') < 4) {
      folders.insert(path + "/");
    } else {
      files.insert(path);
    }
  }
  for (const std::string& file : files) folder.write(file, "");
  for (const std::string& one : folders) {
    if (one.empty() || random.below(3) == 0) folder.write(one + ignore_name, random_list(random));
  }
}

std::string walked(const TemporaryFolder& folder, const std::string& below) {
  WalkOptions options;
  options.root = folder / below;
  const auto result = walk(options);
  std::string out;
  for (const SourceFile& file : result.value().files) out += file.path + "\n";
  return out;
}

std::string sorted_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(".") && line.find("/.") == std::string::npos) lines.push_back(line);
  }
  std::sort(lines.begin(), lines.end());
  std::string out;
  for (const std::string& line : lines) out += line + "\n";
  return out;
}

std::string described(const TemporaryFolder& folder) {
  return test::run("cd '" + folder.path() +
                   "' && find . -path ./.git -prune -o -print | sort; "
                   "find . -name '.*ignore' -exec sh -c 'echo \"== $1\"; cat \"$1\"' _ {} \\;")
      .output;
}

TEST(WalkPeer, GitSeesTheSameFiles) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    TemporaryFolder folder;
    fill(random, folder, ".gitignore");
    const test::CommandResult git =
        test::run("cd '" + folder.path() +
                  "' && git init -q . && git -c core.excludesFile= -c core.quotePath=off ls-files "
                  "--others --exclude-standard");
    ASSERT_EQ(git.exit_code, 0) << "git is needed";
    ASSERT_EQ(sorted_lines(walked(folder, ".")), sorted_lines(git.output))
        << "seed " << seed << "\n"
        << described(folder);
  }
}

TEST(WalkPeer, RipgrepSeesTheSameFiles) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    Random random(seed + 1000);
    TemporaryFolder folder;
    fill(random, folder, ".gitignore");
    folder.write(".ignore", random_list(random));
    folder.write("s/sub/.ignore", random_list(random));
    folder.write(".git/info/exclude", random_list(random));
    folder.write("s/sub/a.py", "");
    for (const char* below : {".", "s"}) {
      const test::CommandResult rg =
          test::run("cd '" + (folder / below) +
                    "' && rg --files --no-ignore-global --no-messages --no-config");
      ASSERT_LE(rg.exit_code, 2) << "ripgrep is needed";
      ASSERT_EQ(sorted_lines(walked(folder, below)), sorted_lines(rg.output))
          << "seed " << seed << " in " << below << "\n"
          << described(folder);
    }
  }
}

}  // namespace
}  // namespace privet::source
