#include "finding/suppress.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <tuple>

#include "finding/checks.h"
#include "finding/fingerprint.h"
#include "finding/severity.h"

namespace privet::finding {
namespace {

constexpr std::string_view kMark = "privet: allow";
constexpr std::string_view kBlanks = " \t\r";

/// One comment of that form, as written.
struct Comment {
  source::Span span;                       ///< from `privet:` to the end of the text
  std::uint32_t line = 0;                  ///< where it stands, from 0
  bool alone = false;                      ///< nothing but the comment in the line
  std::vector<std::string_view> rules;
  std::string_view reason;
  bool used = false;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// Length of the comment mark that `text` ends with; 0 when it ends with none.
std::size_t mark_before(std::string_view text) {
  for (const std::string_view mark : {"<!--", "{/*", "//", "/*", "--", "#", "*", ";"}) {
    if (text.ends_with(mark)) return mark.size();
  }
  return 0;
}

bool is_comment_line(std::string_view line) {
  const std::string_view text = trimmed(line);
  for (const std::string_view mark : {"//", "#", "/*", "*", "--", "<!--", "{/*", ";"}) {
    if (text.starts_with(mark)) return true;
  }
  return false;
}

/// Reads `allow RULE, RULE because REASON` in one line; nothing when the line has none in a comment.
std::optional<Comment> read_comment(std::string_view line) {
  const std::size_t at = line.find(kMark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view before = line.substr(0, at);
  const std::size_t text_end = before.find_last_not_of(kBlanks);
  if (text_end == std::string_view::npos) return std::nullopt;
  const std::size_t mark = mark_before(before.substr(0, text_end + 1));
  if (mark == 0) return std::nullopt;

  Comment comment;
  comment.alone = trimmed(before.substr(0, text_end + 1 - mark)).empty();
  std::string_view rest = line.substr(at + kMark.size());
  for (const std::string_view end : {"*/", "-->"}) {
    if (const std::size_t close = rest.find(end); close != std::string_view::npos) {
      rest = rest.substr(0, close);
    }
  }
  comment.span.begin = static_cast<std::uint32_t>(at);
  const std::size_t last = rest.find_last_not_of(kBlanks);
  rest = rest.substr(0, last == std::string_view::npos ? 0 : last + 1);
  comment.span.end = static_cast<std::uint32_t>(at + kMark.size() + rest.size());
  const std::size_t because = rest.find(" because");
  if (because != std::string_view::npos) comment.reason = trimmed(rest.substr(because + 8));
  std::string_view names = rest.substr(0, std::min(because, rest.find(';')));
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    if (const std::string_view name = trimmed(names.substr(0, comma)); !name.empty()) {
      comment.rules.push_back(name);
    }
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  return comment;
}

struct Line {
  std::uint32_t begin = 0;
  std::string_view text;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back({static_cast<std::uint32_t>(begin), text.substr(begin, end - begin)});
    begin = end + 1;
  }
  return lines;
}

/// The comments of one file by the line of code they speak of: their own, or the next below that is
/// no comment.
std::multimap<std::uint32_t, Comment> comments_of(source::FileId file, std::string_view text) {
  std::multimap<std::uint32_t, Comment> comments;
  if (text.find(kMark) == std::string_view::npos) return comments;
  const std::vector<Line> lines = lines_of(text);
  // From below, so that the line a comment speaks of is known when it is met.
  auto target = static_cast<std::uint32_t>(lines.size());
  for (auto i = static_cast<std::uint32_t>(lines.size()); i-- > 0;) {
    if (!is_comment_line(lines[i].text)) target = i;
    std::optional<Comment> comment = read_comment(lines[i].text);
    if (!comment) continue;
    comment->line = i;
    comment->span.file = file;
    comment->span.begin += lines[i].begin;
    comment->span.end += lines[i].begin;
    comments.emplace(comment->alone ? target : i, *comment);
  }
  return comments;
}

Finding finding_of(const rule::Rule& rule, std::string_view cap, const source::SourceMap& sources,
                   const Comment& comment, std::string message) {
  Finding finding;
  finding.rule = &rule;
  finding.span = comment.span;
  finding.message = std::move(message);
  SeverityFacts facts;
  facts.data_level = 1;
  SeverityResult graded = grade(rule.severity, facts);
  cap_level(cap, graded);
  finding.level = graded.level;
  finding.severity = graded.score;
  finding.factors = graded.factors;
  finding.evidence = "shape";
  finding.exposure = "X1";
  finding.fingerprint =
      fingerprint({rule.id.text(), without_blanks(sources.text(comment.span)), finding.message});
  return finding;
}

std::uint32_t line_of(const source::SourceMap& sources, source::Span span) {
  return sources.position(span.file, span.begin).line - 1;
}

class Suppressor {
 public:
  Suppressor(const source::SourceMap& sources, const rule::RuleSet& rules,
             std::vector<Finding>& findings)
      : sources_(sources), rules_(rules), findings_(findings) {}

  void apply() {
    for (std::uint32_t i = 0; i < sources_.size(); ++i) {
      auto comments = comments_of(source::FileId{i}, sources_[source::FileId{i}].text);
      if (!comments.empty()) comments_.emplace(i, std::move(comments));
    }
    if (comments_.empty()) return;
    for (Finding& finding : findings_) silence(finding);
    for (const auto& [file, comments] : comments_) {
      for (const auto& [line, comment] : comments) complain(comment);
    }
    std::stable_sort(findings_.begin(), findings_.end(), [](const Finding& a, const Finding& b) {
      return std::make_tuple(a.span, a.rule->id.text()) < std::make_tuple(b.span, b.rule->id.text());
    });
    set_line_hashes(sources_, findings_);
  }

 private:
  void silence(Finding& finding) {
    const auto file = comments_.find(finding.span.file.value);
    if (file == comments_.end()) return;
    const auto [first, last] = file->second.equal_range(line_of(sources_, finding.span));
    for (auto comment = first; comment != last; ++comment) {
      Comment& one = comment->second;
      const auto& names = one.rules;
      if (std::find(names.begin(), names.end(), finding.rule->id.text()) == names.end()) continue;
      one.used = true;
      if (one.reason.empty() || !rules_.config().allow_suppressions) continue;
      finding.suppressed = true;
      finding.suppression_reason = std::string(one.reason);
    }
  }

  void complain(const Comment& comment) {
    if (comment.reason.empty()) {
      add("without-reason", comment,
          "`privet: allow` without a reason silences nothing; write `because` and the reason");
      return;
    }
    for (const std::string_view name : comment.rules) {
      if (!rules_.knows_rule(name)) {
        add("unused", comment, "no rule is called `" + std::string(name) + "`");
        return;
      }
    }
    // A rule that this scan was told to leave out could have been what it is for.
    const bool all_ran = std::all_of(comment.rules.begin(), comment.rules.end(), [&](std::string_view name) {
      return rules_.find_rule(name) != nullptr;
    });
    if (comment.rules.empty() || (!comment.used && all_ran)) {
      add("unused", comment,
          comment.rules.empty() ? "`privet: allow` names no rule"
                                : "`" + std::string(comment.rules.front()) +
                                      "` has nothing to report here, so this comment can go");
    }
  }

  /// One finding for each rule that asks for comments in this state.
  void add(std::string_view state, const Comment& comment, const std::string& message) {
    for (const rule::Rule& rule : rules_.rules()) {
      for (const rule::CheckForm& form : rule.config) {
        if (form.check.text() != "suppression" || !asks_for(form, state)) continue;
        findings_.push_back(finding_of(rule, rules_.level_cap(rule.id), sources_, comment, message));
        break;
      }
    }
  }

  static bool asks_for(const rule::CheckForm& form, std::string_view state) {
    return std::all_of(form.parameters.begin(), form.parameters.end(), [&](const auto& parameter) {
      const auto& [name, values] = parameter;
      return name != "state" || std::find(values.begin(), values.end(), state) != values.end();
    });
  }

  const source::SourceMap& sources_;
  const rule::RuleSet& rules_;
  std::vector<Finding>& findings_;
  std::map<std::uint32_t, std::multimap<std::uint32_t, Comment>> comments_;  // file → line → comment
};

}  // namespace

std::span<const NamedCheck> suppression_checks() {
  static const NamedCheck kChecks[] = {
      {"suppression", [](const Facts&, const rule::Rule&, const rule::CheckForm&, Matches&) {}}};
  return kChecks;
}

void apply_suppressions(const source::SourceMap& sources, const rule::RuleSet& rules,
                        std::vector<Finding>& findings) {
  Suppressor(sources, rules, findings).apply();
}

}  // namespace privet::finding
