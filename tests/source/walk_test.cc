#include "source/walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "support/temporary_folder.h"

namespace privet::source {
namespace {

namespace fs = std::filesystem;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::IsEmpty;

WalkOptions options_for(const TemporaryFolder& folder) {
  WalkOptions options;
  options.root = folder.path();
  return options;
}

std::vector<std::string> paths_of(const Walk& walk) {
  std::vector<std::string> paths;
  for (const SourceFile& file : walk.files) paths.push_back(file.path);
  return paths;
}

std::vector<std::string> walked(const TemporaryFolder& folder) {
  return paths_of(walk(options_for(folder)).value());
}

/// `code path` of each problem.
std::vector<std::string> problems_of(const Walk& walk) {
  std::vector<std::string> out;
  for (const Problem& problem : walk.problems) {
    out.push_back(std::string(code_name(problem.code)) + " " +
                  (problem.span.valid() ? walk.files[problem.span.file].path : problem.message));
  }
  return out;
}

Walk walk_and_read(const WalkOptions& options) {
  Walk result = walk(options).value();
  base::ThreadPool pool(2);
  read_all(result, options, pool);
  return result;
}

TEST(Walk, SortsByBytesOfThePath) {
  TemporaryFolder folder;
  for (const char* path : {"b.py", "a/z.py", "a.py", "a/b/c.py", "B.py"}) folder.write(path, "");
  EXPECT_THAT(walked(folder), ElementsAre("B.py", "a.py", "a/b/c.py", "a/z.py", "b.py"));
}

TEST(Walk, NestedIgnoreFilesTheNearestDecides) {
  TemporaryFolder folder;
  folder.write(".gitignore", "*.log\n/only-here\nlogs/\n");
  folder.write("sub/.gitignore", "!keep.log\n");
  for (const char* path : {"a.log", "sub/a.log", "sub/keep.log", "only-here", "sub/only-here",
                           "logs/x.py", "sub/logs/x.py"}) {
    folder.write(path, "");
  }
  EXPECT_THAT(walked(folder), ElementsAre("sub/keep.log", "sub/only-here"));
}

TEST(Walk, StrengthOfIgnoreFiles) {
  TemporaryFolder folder;
  folder.write(".git/info/exclude", "excluded.py\nback.py\n");
  folder.write(".gitignore", "!back.py\ngit.py\nplain.py\nprivet.py\n");
  folder.write(".ignore", "!plain.py\n!privet.py\n");
  folder.write(".privetignore", "privet.py\n");
  for (const char* path : {"excluded.py", "back.py", "git.py", "plain.py", "privet.py"}) {
    folder.write(path, "");
  }
  EXPECT_THAT(walked(folder), ElementsAre("back.py", "plain.py"));

  WalkOptions options = options_for(folder);
  options.ignore_files = false;
  EXPECT_EQ(walk(options).value().files.size(), 5u);
  options.exclude = {"*", "!git.py"};
  EXPECT_THAT(paths_of(walk(options).value()), ElementsAre("git.py"));
}

TEST(Walk, ParentsSpeakUpToTheRepository) {
  TemporaryFolder folder;
  folder.write(".gitignore", "outer.py\n");
  folder.write("repo/.git/HEAD", "");
  folder.write("repo/.gitignore", "inner.py\n/app/anchored.py\n");
  for (const char* name : {"outer.py", "inner.py", "anchored.py", "kept.py"}) {
    folder.write(std::string("repo/app/") + name, "");
  }
  WalkOptions options = options_for(folder);
  options.root = folder / "repo/app";
  EXPECT_THAT(paths_of(walk(options).value()), ElementsAre("kept.py", "outer.py"));
}

TEST(Walk, HiddenNamesExceptTellingOnes) {
  TemporaryFolder folder;
  folder.write(".gitignore", "!.kept.py\n");
  for (const char* path : {".secret.py", ".env", ".env.production", ".cache/x.py", ".kept.py",
                           ".github/workflows/ci.yml", ".git/config", "a.py"}) {
    folder.write(path, "");
  }
  const Walk result = walk(options_for(folder)).value();
  EXPECT_THAT(paths_of(result), ElementsAre(".env", ".env.production", ".github/workflows/ci.yml",
                                            ".kept.py", "a.py"));
  EXPECT_EQ(result.counts.n_hidden, 3u) << ".gitignore, .secret.py and .cache";
}

TEST(Walk, DependenciesAndBuildOutputAreSkippedAndCounted) {
  TemporaryFolder folder;
  folder.write("package.json", "{}");
  folder.write("composer.json", "{}");
  for (const char* path : {"node_modules/x/i.js", "dist/i.js", "vendor/lib.php", "env1/pyvenv.cfg",
                           "env1/lib/x.py", "env1/sub/y.py", "src/dist/own.js", "src/vendor/own.js",
                           "static/vendor/jquery.js", "cache/CACHEDIR.TAG", "cache/x.js"}) {
    folder.write(path, "");
  }
  const Walk result = walk(options_for(folder)).value();
  EXPECT_THAT(paths_of(result),
              ElementsAre("composer.json", "package.json", "src/dist/own.js", "src/vendor/own.js"));
  std::vector<std::string> skipped;
  for (const SkippedFolder& one : result.skipped_folders) {
    skipped.push_back(one.path + ": " + std::string(one.why));
  }
  EXPECT_THAT(skipped, ElementsAre("cache: build output", "dist: build output",
                                   "env1: dependencies", "node_modules: dependencies",
                                   "static/vendor: dependencies", "vendor: dependencies"));
}

TEST(Walk, NamedFilesAreAlwaysScanned) {
  TemporaryFolder folder;
  folder.write(".gitignore", "ignored.py\n");
  folder.write("ignored.py", "# @generated\nx = 1\n");
  folder.write(".hidden.py", "y = 1\n");
  folder.write("node_modules/a.min.js", "z()\n");
  folder.write("other.py", "");
  WalkOptions options = options_for(folder);
  options.paths = {folder / "ignored.py", folder / ".hidden.py", folder / "node_modules/a.min.js"};
  const Walk result = walk_and_read(options);
  EXPECT_THAT(paths_of(result), ElementsAre(".hidden.py", "ignored.py", "node_modules/a.min.js"));
  EXPECT_THAT(problems_of(result), IsEmpty());
  for (const SourceFile& file : result.files) {
    EXPECT_TRUE(file.analysed && file.named) << file.path;
    EXPECT_FALSE(file.text.empty()) << file.path;
  }
}

TEST(Walk, NamedFilesAmongWalkedOnes) {
  TemporaryFolder folder;
  folder.write("a.py", "");
  folder.write("tests/b.py", "");
  WalkOptions options = options_for(folder);
  options.paths = {folder.path(), folder / "a.py", folder / "tests"};
  const Walk result = walk(options).value();
  ASSERT_EQ(result.files.size(), 2u);
  EXPECT_TRUE(result.files[FileId{0}].named);
  EXPECT_FALSE(result.files[FileId{1}].named);
  EXPECT_TRUE(result.files[FileId{1}].test);
}

TEST(Walk, TestPlacesCountBelowTheNamedFolder) {
  TemporaryFolder folder;
  folder.write("fixtures/app/src/a.py", "");
  folder.write("fixtures/app/tests/b.py", "");
  WalkOptions options = options_for(folder);
  options.paths = {folder / "fixtures/app"};
  const Walk result = walk(options).value();
  ASSERT_EQ(result.files.size(), 2u);
  EXPECT_FALSE(result.files[FileId{0}].test);
  EXPECT_TRUE(result.files[FileId{1}].test);
}

TEST(Walk, OnlyWantedFiles) {
  TemporaryFolder folder;
  folder.write("a.py", "");
  folder.write("b.png", "");
  WalkOptions options = options_for(folder);
  options.wanted = [](std::string_view path) { return path.ends_with(".py"); };
  const Walk result = walk(options).value();
  EXPECT_THAT(paths_of(result), ElementsAre("a.py"));
  EXPECT_EQ(result.counts.n_other, 1u);
}

TEST(Walk, LinksAreNeverFollowed) {
  TemporaryFolder outside;
  outside.write("secret.py", "");
  TemporaryFolder folder;
  folder.write("real/a.py", "");
  fs::create_directory_symlink("real", folder / "inside");
  fs::create_directory_symlink(outside.path(), folder / "out");
  fs::create_symlink(outside / "secret.py", folder / "secret.py");
  fs::create_symlink("nowhere", folder / "broken.py");
  fs::create_directory_symlink(".", folder / "loop");
  const Walk result = walk(options_for(folder)).value();
  EXPECT_THAT(paths_of(result), ElementsAre("real/a.py"));
  EXPECT_THAT(problems_of(result),
              ElementsAre("link-outside link `out` leads out of the scanned folder",
                          "link-outside link `secret.py` leads out of the scanned folder"));
  EXPECT_EQ(result.counts.n_links, 3u);
}

TEST(Walk, WhatTheUserNamesWrong) {
  TemporaryFolder folder;
  folder.write("a.py", "");
  TemporaryFolder outside;
  outside.write("b.py", "");
  WalkOptions options = options_for(folder);
  options.paths = {outside / "b.py"};
  EXPECT_EQ(walk(options).error().message,
            "`" + (outside / "b.py") + "` lies outside `" + folder.path() + "`");
  options.paths = {folder / "missing.py"};
  EXPECT_EQ(walk(options).error().message,
            "`" + (folder / "missing.py") + "`: No such file or directory");
  options.root = folder / "a.py";
  EXPECT_EQ(walk(options).error().message, "`" + (folder / "a.py") + "` is not a folder");
}

TEST(Walk, SpecialFilesAreNotOpened) {
  TemporaryFolder folder;
  folder.write("a.py", "x");
  ASSERT_EQ(mkfifo((folder / "pipe.py").c_str(), 0600), 0);
  EXPECT_THAT(walked(folder), ElementsAre("a.py"));
  WalkOptions options = options_for(folder);
  options.paths = {folder / "pipe.py"};
  const Walk result = walk_and_read(options);
  EXPECT_THAT(problems_of(result), ElementsAre("unreadable-file pipe.py"));
}

TEST(Walk, DeepTreesNeedNoStack) {
  TemporaryFolder folder;
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "d/";
  folder.write(path + "a.py", "");
  EXPECT_THAT(walked(folder), ElementsAre(path + "a.py"));
}

TEST(Read, WhatIsNotAnalysedIsAProblem) {
  TemporaryFolder folder;
  std::string minified = "var a=1;";
  while (minified.size() < 6000) minified += "function b(c){return c+a};";
  folder.write("big.py", std::string(2000, 'x'));
  folder.write("binary.py", std::string_view("a\0b", 3));
  folder.write("fine.py", "# edit me\nx = 1\n");
  folder.write("generated.go", "// Code generated by thing. DO NOT EDIT.\npackage x\n");
  folder.write("latin.py", "# caf\xE9\n");
  folder.write("lib.min.js", "a()\n");
  folder.write("package-lock.json", "{}");
  folder.write("small.js", minified.substr(0, 1500));
  folder.write("tight.js", minified);
  folder.write("writer.py", "HEADER = '# DO NOT EDIT'\n");
  WalkOptions options = options_for(folder);
  options.max_bytes = 1800;
  Walk result = walk_and_read(options);
  EXPECT_THAT(
      problems_of(result),
      ElementsAre("too-large big.py", "generated-file lib.min.js",
                  "generated-file package-lock.json", "too-large tight.js", "binary-file binary.py",
                  "generated-file generated.go", "invalid-utf8 latin.py"));
  std::vector<std::string> analysed;
  for (const SourceFile& file : result.files) {
    EXPECT_EQ(file.analysed, !file.text.empty()) << file.path;
    if (file.analysed) analysed.push_back(file.path);
  }
  EXPECT_THAT(analysed, ElementsAre("fine.py", "latin.py", "small.js", "writer.py"));

  options.max_bytes = 1 << 20;
  result = walk_and_read(options);
  EXPECT_FALSE(result.files[result.files.find("tight.js")].analysed);
  EXPECT_TRUE(result.files[result.files.find("big.py")].analysed);
}

TEST(PathList, LinesOrNul) {
  TemporaryFolder folder;
  folder.write("lines", "a.py\r\n\nb c.py\n");
  folder.write("nul", std::string_view("a\nb\0c\0", 6));
  EXPECT_THAT(read_path_list(folder / "lines").value(), ElementsAre("a.py", "b c.py"));
  EXPECT_THAT(read_path_list(folder / "nul").value(), ElementsAre("a\nb", "c"));
  EXPECT_FALSE(read_path_list(folder / "missing").ok());
}

TEST(RootOf, CurrentFolderOrDeepestCommonOne) {
  TemporaryFolder folder;
  folder.write("a/x/1.py", "");
  folder.write("a/y/2.py", "");
  EXPECT_EQ(root_of({folder / "a/x"}).value(), folder / "a/x");
  EXPECT_EQ(root_of({folder / "a/x/1.py"}).value(), folder / "a/x");
  EXPECT_EQ(root_of({folder / "a/x/1.py", folder / "a/y"}).value(), folder / "a");
  const std::string here = fs::current_path().string();
  EXPECT_EQ(root_of({}).value(), here);
  EXPECT_EQ(root_of({"."}).value(), here);
  EXPECT_FALSE(root_of({folder / "missing"}).ok());
}

}  // namespace
}  // namespace privet::source
