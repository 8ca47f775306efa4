#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "source/problem.h"
#include "source/span.h"

namespace privet::source {

/// One file that takes part in the scan. `path` is relative to the scan root, with `/`, and is
/// what users see.
struct SourceFile {
  std::string path;
  std::string text;             ///< bytes as read; empty when not analysed; set by `set_text`
  std::uint64_t size = 0;       ///< bytes on disk
  bool analysed = true;         ///< false: skipped, a Problem says why
  bool named = false;           ///< given by the user, not found by walking
  bool test = false;            ///< lies in a test, fixture, mock, example or documentation place
};

/// 1-based line; columns 1-based.
struct Position {
  std::uint32_t line = 1;
  std::uint32_t column_utf16 = 1;  ///< UTF-16 code units, as SARIF and editors count
  std::uint32_t column_bytes = 1;  ///< bytes
};

/// Owns the bytes of a scan. Filled by `walk` and `read_all`, then constant, so that any thread may
/// read it. Paths are unique and sorted: FileId order is path order.
class SourceMap {
 public:
  /// Paths must come in order.
  FileId add(SourceFile file);
  /// Different files may be set on different threads.
  void set_text(FileId id, std::string text);

  const SourceFile& operator[](FileId id) const { return files_[id]; }
  SourceFile& operator[](FileId id) { return files_[id]; }
  std::size_t size() const { return files_.size(); }
  auto begin() const { return files_.begin(); }
  auto end() const { return files_.end(); }

  /// The bytes of a span; empty for an invalid one. Cut to the file, so never out of range.
  std::string_view text(Span span) const;
  /// O(log lines + length of the line). A byte-order mark is not counted.
  Position position(FileId file, std::uint32_t offset) const;
  /// The whole line that holds `offset`, without its line end.
  std::string_view line_of(FileId file, std::uint32_t offset) const;
  /// Finds by exact relative path; invalid when absent. O(log files).
  FileId find(std::string_view path) const;

 private:
  std::size_t line_index(FileId file, std::uint32_t offset) const;

  base::Table<FileId, SourceFile> files_;
  base::Table<FileId, std::vector<std::uint32_t>> line_begins_;  ///< offsets, the first is 0
};

/// UTF-16 code units of UTF-8 text; a byte that is not UTF-8 counts as one.
std::uint32_t utf16_length(std::string_view text);
/// Offset of the first byte that is not UTF-8, `npos` when all is.
std::size_t find_invalid_utf8(std::string_view text);

/// True if `path` (relative, with `/`) lies in a test, fixture, mock, example, sample or docs place
/// by the usual names of the languages. Such files give findings with less weight, never none.
bool is_test_path(std::string_view path);

}  // namespace privet::source
