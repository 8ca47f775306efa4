#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace privet::source {
class SourceMap;
}

namespace privet::finding {

/// GitHub's `primaryLocationLineHash` for each line of a file: 16 or fewer hex digits, a colon and
/// the ordinal of this hash in the file. Same result as codeql-action's `fingerprints.ts`: UTF-16
/// units, blanks and tabs skipped, line ends made one, a rolling polynomial (base 37, 64 bits,
/// wrap-around) over 100 kept units from the start of the line.
class LineHashes {
 public:
  explicit LineHashes(std::string_view text);
  /// `line` from 1; empty beyond the end.
  std::string at(std::uint32_t line) const;

 private:
  std::vector<std::string> lines_;
};

struct Finding;
/// Gives findings without a line hash theirs. Sorted by span, each file is read once.
void set_line_hashes(const source::SourceMap& sources, std::vector<Finding>& findings);

/// Content-based: equal for the same finding after lines moved or the file was renamed. `parts` are
/// the rule, the enclosing symbol, the data, the sink or route, the text of the place without blanks.
std::string fingerprint(const std::vector<std::string_view>& parts);

/// The text with blanks, tabs and line ends removed.
std::string without_blanks(std::string_view text);

}  // namespace privet::finding
