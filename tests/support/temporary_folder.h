#pragma once

#include <string>
#include <string_view>

namespace privet::test {

/// A new empty folder that is removed with everything in it at the end of the scope.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }  ///< absolute, without links
  std::string operator/(std::string_view relative) const;
  /// Writes a file and makes the folders it lies in.
  void write(std::string_view relative, std::string_view text) const;

 private:
  std::string path_;
};

struct CommandResult {
  int exit_code = -1;
  std::string output;  ///< standard output
};

/// Runs a command line with `sh`.
CommandResult run(const std::string& command);

/// Whole content of a file; fails the test when it cannot be read.
std::string read_file(const std::string& path);

}  // namespace privet::test
