#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace privet::source {

enum class IgnoreVerdict : unsigned char { None, Ignore, Keep };

/// The patterns of one ignore file, as gitignore(5) defines them. A pattern that git could never
/// match (an open bracket, a backslash at the end) is left out.
class IgnoreList {
 public:
  /// More patterns than this are not read: each is tried on each file below.
  static constexpr std::size_t kMaxPatterns = 20'000;

  /// `text`: lines as in the file; `\r\n` and a byte-order mark are allowed.
  static IgnoreList parse(std::string_view text);

  /// The last pattern that matches decides. `segments`: the path below the folder that the
  /// patterns speak of, at least one. Parents are not looked at: a walk has asked for them before.
  IgnoreVerdict verdict(std::span<const std::string_view> segments, bool is_folder) const;

  bool empty() const { return patterns_.empty(); }
  bool cut() const { return cut_; }  ///< there were more than kMaxPatterns

 private:
  struct Pattern {
    std::vector<std::string> segments;  ///< `**` stands for any number of segments
    bool negated = false;
    bool folder_only = false;
    bool floating = false;  ///< has no slash: matches the last segment alone, at any depth
  };
  void add_line(std::string_view line);

  std::vector<Pattern> patterns_;
  bool cut_ = false;
};

/// One path segment against one pattern segment: `*`, `?`, `[a-z]`, `[!a]`, `[[:alpha:]]`, `\x`.
/// O(pattern × name), never exponential.
bool matches_segment(std::string_view pattern, std::string_view name);

}  // namespace privet::source
