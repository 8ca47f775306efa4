#include "finding/redact.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include "personal/values.h"

namespace privet::finding {
namespace {

constexpr std::uint32_t kNear = 2000;

/// The first group is the secret.
const std::array<RE2, 4>& secret_patterns() {
  static const std::array<RE2, 4> kPatterns = {
      // password: "…", secretKey = '…', API_TOKEN=…
      RE2(R"((?i)(?:pass(?:word|wd|phrase|code)?|pwd|secret|token|api_?key|private_?key|credentials?|auth_?key|\bpin)\w*["'`]?\s*(?::|=>?|\()\s*["'`]([^"'`\s{}$<>]{4,})["'`])"),
      RE2(R"((?im)^\s*(?:export\s+)?[\w.]*(?:PASS(?:WORD)?|PWD|SECRET|TOKEN|KEY|CREDENTIALS?|DSN)\w*\s*[=:]\s*([^\s"'`{}$<>()]{6,})\s*$)"),
      // Forms of well-known issuers, JSON web tokens, key blocks.
      RE2(R"(((?:sk|pk|rk)_(?:live|test)_[A-Za-z0-9]{8,}|(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|xox[abeprs]-[\w-]{10,}|glpat-[\w-]{16,}|AIza[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|eyJ[\w-]{8,}\.[\w-]{8,}\.?[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[^"'`]*))"),
      // scheme://user:secret@host
      RE2(R"(://[^\s:/@"'`]*:([^\s@/"'`]{3,})@)"),
  };
  return kPatterns;
}

/// A quoted text without blanks, or one that is mostly digits.
const RE2& quoted_pattern() {
  static const RE2 kPattern(R"(["'`]([^"'`\n\\]{7,200})["'`])");
  return kPattern;
}

bool is_mostly_digits(std::string_view text) {
  const auto n = static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }));
  return n >= 7 && n * 10 >= text.size() * 6;
}

/// Long, of one word, with letters of both cases and several digits: made by a machine to be secret.
bool looks_random(std::string_view text) {
  if (text.size() < 20) return false;
  std::size_t n_digits = 0;
  std::size_t n_upper = 0;
  std::size_t n_lower = 0;
  std::set<char> different;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isdigit(byte) != 0) ++n_digits;
    if (std::isupper(byte) != 0) ++n_upper;
    if (std::islower(byte) != 0) ++n_lower;
    if (std::isalnum(byte) == 0 && std::string_view("+/=_-.").find(c) == std::string_view::npos) return false;
    different.insert(c);
  }
  const bool hexadecimal = n_digits >= 4 && text.size() >= 32 && (n_upper == 0 || n_lower == 0) &&
                           text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  return hexadecimal || (n_digits >= 3 && n_upper >= 2 && n_lower >= 2 && different.size() >= 12);
}

class Redactor {
 public:
  Redactor(const source::SourceMap& sources, const rule::DataTypes& types) : sources_(sources), values_(types) {}

  void look_at(const Finding& finding) {
    if (!finding.span.valid()) return;
    if (finding.evidence == "values") add_literal(finding.span);
    const source::Span around = shown_around(sources_, finding.span);
    if (around.begin >= around.end || !seen_.insert(around).second) return;
    const std::string_view text = sources_.text(around);
    for (const personal::FoundValue& found : values_.find(text)) {
      // An apostrophe may begin an address, but here it is a quote.
      const std::size_t begin = std::min(text.find_first_not_of("'`", found.begin), found.end);
      if (!found.match.documentation) add(around, begin, found.end);
    }
    for (const RE2& pattern : secret_patterns()) each_match(pattern, around, [](std::string_view) { return true; });
    each_match(quoted_pattern(), around,
               [](std::string_view quoted) { return is_mostly_digits(quoted) || looks_random(quoted); });
  }

  std::vector<source::Span> take() {
    std::sort(spans_.begin(), spans_.end());
    std::vector<source::Span> merged;
    for (const source::Span span : spans_) {
      if (!merged.empty() && merged.back().file == span.file && span.begin <= merged.back().end) {
        merged.back().end = std::max(merged.back().end, span.end);
      } else {
        merged.push_back(span);
      }
    }
    return merged;
  }

 private:
  template <class Wanted>
  void each_match(const RE2& pattern, source::Span around, Wanted wanted) {
    const std::string_view text = sources_.text(around);
    re2::StringPiece rest(text.data(), text.size());
    re2::StringPiece group;
    while (RE2::FindAndConsume(&rest, pattern, &group)) {
      const auto begin = static_cast<std::size_t>(group.data() - text.data());
      if (wanted(std::string_view(group.data(), group.size()))) add(around, begin, begin + group.size());
    }
  }

  void add(source::Span around, std::size_t begin, std::size_t end) {
    spans_.push_back({around.file, around.begin + static_cast<std::uint32_t>(begin),
                      around.begin + static_cast<std::uint32_t>(end)});
  }

  /// What stands between the quotes, or all of it without any.
  void add_literal(source::Span span) {
    const std::string_view text = sources_.text(span);
    const std::size_t first = text.find_first_of("\"'`");
    if (first == std::string_view::npos) {
      add(span, 0, text.size());
      return;
    }
    const std::size_t last = text.find_last_of("\"'`");
    if (last > first + 1) add(span, first + 1, last);
  }

  const source::SourceMap& sources_;
  personal::Values values_;
  std::set<source::Span> seen_;
  std::vector<source::Span> spans_;
};

}  // namespace

source::Span shown_around(const source::SourceMap& sources, source::Span span) {
  const std::string& text = sources[span.file].text;
  const auto size = static_cast<std::uint32_t>(text.size());
  const std::uint32_t middle = std::min(span.begin, size);
  std::size_t begin = middle;
  std::size_t end = std::min(std::max(span.end, middle), size);
  for (std::uint32_t i = 0; i <= kShownLines; ++i) {
    const std::size_t before = begin == 0 ? std::string::npos : text.rfind('\n', begin - 1);
    if (before == std::string::npos) {
      begin = 0;
      break;
    }
    begin = i == kShownLines ? before + 1 : before;
  }
  for (std::uint32_t i = 0; i <= kShownLines; ++i) {
    end = std::min(text.find('\n', end), text.size());
    if (end == text.size()) break;
    if (i < kShownLines) ++end;
  }
  if (end - begin > kMostShown) {
    begin = middle < kNear ? 0 : middle - kNear;
    end = std::min<std::size_t>(middle + kNear, text.size());
  }
  return {span.file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

std::vector<source::Span> redactions_of(const source::SourceMap& sources, const rule::DataTypes& types,
                                        const std::vector<Finding>& findings) {
  if (findings.empty()) return {};
  Redactor redactor(sources, types);
  for (const Finding& finding : findings) redactor.look_at(finding);
  return redactor.take();
}

}  // namespace privet::finding
