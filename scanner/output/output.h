#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "finding/finding.h"

/// Findings as people and other programs read them. A finished Report comes in, the bytes of one
/// format go out. Same report, same bytes: no time stamps, no paths of this machine. Does not know how
/// findings are made; never shows a literal of `Report::redactions`, and what comes from scanned files
/// is escaped for where it goes.
namespace privet::output {

struct RenderOptions {
  std::string version;             ///< of Privet
  bool color = false;              ///< text: ANSI colours
  bool notes = false;              ///< text, github: notes too, and what explains a severity
  bool quiet = false;              ///< text: no summary
  bool suppressed = false;         ///< sarif: suppressed findings too, marked
  std::size_t max_findings = 0;    ///< text, github: at most so many, the rest counted; 0: all
};

/// One format. Its file in `output/formats/` defines `extern const Format kFormat_NAME`; CMake writes
/// the list from the file names.
struct Format {
  std::string_view name;
  std::string_view extension;      ///< by which `--output` guesses it from a file name; may be empty
  std::string_view text;           ///< one line for `--help`
  std::string (*render)(const finding::Report& report, const RenderOptions& options) = nullptr;
};

/// By name of their files.
std::span<const Format* const> formats();
const Format* find_format(std::string_view name);

/// Where rendered bytes go: a file, or standard output when `path` is empty.
struct Target {
  std::string path;
  std::string bytes;
};

/// Writes all targets or none of the files: each goes into a new file beside its place, and only when
/// every byte of all is on the disk do they take their names. An existing file that is no regular file
/// (a pipe, a terminal) is written in place.
std::optional<base::Error> write_all(const std::vector<Target>& targets);

}  // namespace privet::output
