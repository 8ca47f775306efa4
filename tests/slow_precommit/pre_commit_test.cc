#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "support/places.h"
#include "support/temporary_folder.h"

namespace privet {
namespace {

namespace fs = std::filesystem;
using test::CommandResult;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kGit =
    "git -c user.name=Test -c user.email=test@example.com -c init.defaultBranch=main -c commit.gpgsign=false ";

/// A repository with our hook, which is the checkout's own files but for the build: it was done already.
class PreCommit : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(test::run("pre-commit --version").exit_code, 0) << "`ci/install pre-commit` installs it";
    const fs::path hook = folder_ / "hook";
    for (const char* file : {".pre-commit-hooks.yaml", "ci/scan"}) {
      fs::create_directories((hook / file).parent_path());
      fs::copy_file(test::source_dir() / file, hook / file);
    }
    folder_.write("hook/ci/build", "#!/bin/sh\n"
                                   "cd \"$(dirname \"$0\")/..\" && mkdir -p build/release && "
                                   "ln -sf " + test::executable().string() + " build/release/privet\n");
    fs::permissions(hook / "ci/build", fs::perms::owner_all);
    commit("hook");

    folder_.write("app/model.py",
                  "from django.db import models\n\nclass Member(models.Model):\n"
                  "    email = models.EmailField()\n    phone = models.CharField(max_length=20)\n");
    folder_.write("app/old.py", "x = 1  # privet: allow log-personal-data\n");
    folder_.write("app/.pre-commit-config.yaml",
                  "repos:\n  - repo: " + (folder_ / "hook") + "\n    rev: " +
                      line(test::run("git -C " + (folder_ / "hook") + " rev-parse HEAD").output) +
                      "\n    hooks: [{id: privet}]\n");
    commit("app");
    ASSERT_EQ(in_app("pre-commit install").exit_code, 0);
  }

  static std::string line(std::string text) { return text.substr(0, text.find('\n')); }

  void commit(const std::string& repository) {
    const std::string git = "cd " + (folder_ / repository) + " && " + kGit;
    ASSERT_EQ(test::run(git + "init -q && " + kGit + "add -A && " + kGit + "commit -q -m first").exit_code, 0);
  }

  CommandResult in_app(const std::string& command) {
    return test::run("export PRE_COMMIT_HOME=" + (folder_ / "cache") + "; cd " + (folder_ / "app") + " && " + command + " 2>&1");
  }

  TemporaryFolder folder_;
};

TEST_F(PreCommit, ReportsChangedFilesWithWhatTheOthersTell) {
  folder_.write("app/view.py",
                "import logging\nfrom model import Member\n\n"
                "def show(pk):\n    who = Member.objects.get(pk=pk)\n    logging.info(\"seen %s\", who.phone)\n");
  const CommandResult result = in_app(std::string(kGit) + "add -A && " + kGit + "commit -m second");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_THAT(result.output, HasSubstr("view.py:6:"));
  EXPECT_THAT(result.output, HasSubstr("`Member"));          // known from model.py alone
  EXPECT_THAT(result.output, Not(HasSubstr("old.py:1:")));   // reported only when it changes
}

TEST_F(PreCommit, LetsCleanChangesThrough) {
  folder_.write("app/clean.py", "x = 2\n");
  const CommandResult result = in_app(std::string(kGit) + "add -A && " + kGit + "commit -m second");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("Passed"));
}

}  // namespace
}  // namespace privet
