#pragma once

#include <cstdint>
#include <string>

namespace privet::source {

enum class ReadOutcome : unsigned char { Read, TooLarge, Unreadable };

struct FileBytes {
  ReadOutcome outcome = ReadOutcome::Unreadable;
  std::string text;  ///< with outcome Read
  std::uint64_t size = 0;
  std::string error;  ///< with outcome Unreadable: what the system says
};

/// Reads a regular file that is not a link, at most `max_bytes` of it. Never waits: pipes and
/// devices are Unreadable.
FileBytes read_file_bytes(const std::string& path, std::uint64_t max_bytes);

}  // namespace privet::source
