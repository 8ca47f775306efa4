#include "source/ignore.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace privet::source {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

bool in_named_class(std::string_view name, unsigned char c) {
  using Test = int (*)(int);
  static constexpr std::array<std::pair<std::string_view, Test>, 12> kClasses = {{
      {"alnum", std::isalnum},
      {"alpha", std::isalpha},
      {"blank", std::isblank},
      {"cntrl", std::iscntrl},
      {"digit", std::isdigit},
      {"graph", std::isgraph},
      {"lower", std::islower},
      {"print", std::isprint},
      {"punct", std::ispunct},
      {"space", std::isspace},
      {"upper", std::isupper},
      {"xdigit", std::isxdigit},
  }};
  for (const auto& [known, test] : kClasses) {
    if (known == name) return test(c) != 0;
  }
  return false;
}

struct ClassMatch {
  bool matched = false;
  std::size_t end = 0;  ///< index after the closing bracket
};

/// `pattern[begin]` is `[`. Nothing if the bracket is never closed.
std::optional<ClassMatch> match_class(std::string_view pattern, std::size_t begin,
                                      unsigned char c) {
  std::size_t i = begin + 1;
  bool negated = false;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) {
    negated = true;
    ++i;
  }
  bool matched = false;
  for (bool first = true; i < pattern.size(); first = false) {
    if (pattern[i] == ']' && !first) return ClassMatch{matched != negated, i + 1};
    if (pattern.substr(i).starts_with("[:")) {
      const std::size_t close = pattern.find(":]", i + 2);
      if (close != kNone) {
        matched = matched || in_named_class(pattern.substr(i + 2, close - i - 2), c);
        i = close + 2;
        continue;
      }
    }
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    const auto low = static_cast<unsigned char>(pattern[i++]);
    auto high = low;
    if (i + 1 < pattern.size() && pattern[i] == '-' && pattern[i + 1] != ']') {
      ++i;
      if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
      high = static_cast<unsigned char>(pattern[i++]);
    }
    matched = matched || (low <= c && c <= high);
  }
  return std::nullopt;
}

/// The index in `pattern` after the element at `p` if that element matches `c`, else kNone.
std::size_t match_one(std::string_view pattern, std::size_t p, unsigned char c) {
  switch (pattern[p]) {
    case '?': return p + 1;
    case '[': {
      const auto match = match_class(pattern, p, c);
      return match && match->matched ? match->end : kNone;
    }
    case '\\':
      if (p + 1 == pattern.size()) return kNone;
      return static_cast<unsigned char>(pattern[p + 1]) == c ? p + 2 : kNone;
    default: return static_cast<unsigned char>(pattern[p]) == c ? p + 1 : kNone;
  }
}

bool is_well_formed(std::string_view segment) {
  for (std::size_t i = 0; i < segment.size();) {
    if (segment[i] == '\\') {
      if (i + 1 == segment.size()) return false;
      i += 2;
    } else if (segment[i] == '[') {
      const auto match = match_class(segment, i, 'a');
      if (!match) return false;
      i = match->end;
    } else {
      ++i;
    }
  }
  return true;
}

/// Only the last `**` needs to be tried again, as with `*` in one segment: whatever an earlier one
/// could give up, the later one can take.
bool matches_path(const std::vector<std::string>& pattern,
                  std::span<const std::string_view> segments) {
  std::size_t p = 0;
  std::size_t s = 0;
  std::size_t star = kNone;
  std::size_t star_s = 0;
  while (s < segments.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = p++;
      star_s = s;
    } else if (p < pattern.size() && matches_segment(pattern[p], segments[s])) {
      ++p;
      ++s;
    } else if (star != kNone) {
      p = star + 1;
      s = ++star_s;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == "**") ++p;
  return p == pattern.size();
}

}  // namespace

bool matches_segment(std::string_view pattern, std::string_view name) {
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = kNone;
  std::size_t star_n = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_n = n;
      continue;
    }
    const std::size_t next =
        p < pattern.size() ? match_one(pattern, p, static_cast<unsigned char>(name[n])) : kNone;
    if (next != kNone) {
      p = next;
      ++n;
    } else if (star != kNone) {
      p = star + 1;
      n = ++star_n;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

IgnoreList IgnoreList::parse(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  IgnoreList list;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (list.patterns_.size() == kMaxPatterns) {
      list.cut_ = true;
      break;
    }
    list.add_line(line);
  }
  return list;
}

void IgnoreList::add_line(std::string_view line) {
  if (line.starts_with('#')) return;
  // Spaces at the end do not count unless a backslash stands before the last of them.
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  Pattern pattern;
  if (line.starts_with('!')) {
    pattern.negated = true;
    line.remove_prefix(1);
  }
  if (line.ends_with('/')) {
    pattern.folder_only = true;
    line.remove_suffix(1);
  }
  pattern.floating = line.find('/') == kNone;
  if (line.starts_with('/')) line.remove_prefix(1);
  if (line.empty()) return;
  while (true) {
    const std::size_t end = std::min(line.find('/'), line.size());
    const std::string_view segment = line.substr(0, end);
    if (!is_well_formed(segment)) return;
    pattern.segments.emplace_back(segment);
    if (end == line.size()) break;
    line.remove_prefix(end + 1);
  }
  // `a/**` is what lies in `a`, not `a` itself.
  if (!pattern.floating && pattern.segments.back() == "**") pattern.segments.emplace_back("*");
  patterns_.push_back(std::move(pattern));
}

IgnoreVerdict IgnoreList::verdict(std::span<const std::string_view> segments,
                                  bool is_folder) const {
  for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
    if (pattern->folder_only && !is_folder) continue;
    const bool matched = pattern->floating
                             ? matches_segment(pattern->segments.front(), segments.back())
                             : matches_path(pattern->segments, segments);
    if (matched) return pattern->negated ? IgnoreVerdict::Keep : IgnoreVerdict::Ignore;
  }
  return IgnoreVerdict::None;
}

}  // namespace privet::source
