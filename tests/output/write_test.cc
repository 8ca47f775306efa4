#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "output/output.h"
#include "support/temporary_folder.h"

namespace privet::output {
namespace {

using testing::HasSubstr;

std::size_t n_files(const std::string& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

TEST(WriteAll, ReplacesFilesAndLeavesNothingBeside) {
  const test::TemporaryFolder folder;
  folder.write("a", "old");
  EXPECT_FALSE(write_all({{folder / "a", "new"}, {folder / "b", "other"}}));
  EXPECT_EQ(test::read_file(folder / "a"), "new");
  EXPECT_EQ(test::read_file(folder / "b"), "other");
  EXPECT_EQ(n_files(folder.path()), 2u);
}

TEST(WriteAll, WritesNoneWhenOneCannotBeWritten) {
  const test::TemporaryFolder folder;
  folder.write("a", "old");
  const auto error = write_all({{folder / "a", "new"}, {folder / "none/b", "other"}});
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message, HasSubstr("cannot write `"));
  EXPECT_EQ(test::read_file(folder / "a"), "old");
  EXPECT_EQ(n_files(folder.path()), 1u);
}

TEST(WriteAll, TellsOfAFullDisk) {
  const auto error = write_all({{"/dev/full", std::string(10000, 'x')}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->message, "cannot write `/dev/full`: No space left on device");
}

TEST(WriteAll, KeepsDevicesDevices) {
  EXPECT_FALSE(write_all({{"/dev/null", "x"}}));
  struct stat status {};
  ASSERT_EQ(::stat("/dev/null", &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode));
}

}  // namespace
}  // namespace privet::output
