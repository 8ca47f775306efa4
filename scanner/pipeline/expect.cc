#include "pipeline/expect.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <tuple>

#include "base/parallel.h"

namespace privet::pipeline {
namespace {

using finding::Finding;

enum class Kind : std::uint8_t { Finding, Ok, Source, Via, Missed, Wrong };
constexpr std::array<std::pair<std::string_view, Kind>, 6> kWords = {{{"finding:", Kind::Finding},
                                                                     {"ok:", Kind::Ok},
                                                                     {"source:", Kind::Source},
                                                                     {"via:", Kind::Via},
                                                                     {"missed:", Kind::Missed},
                                                                     {"wrong:", Kind::Wrong}}};
constexpr std::string_view kBlanks = " \t\r";

struct Expectation {
  Kind kind = Kind::Finding;
  std::string rule;
  std::uint32_t written = 0;  ///< the line of the comment, from 1
  std::uint32_t begin = 0;    ///< bytes of the file it speaks of
  std::uint32_t end = 0;
  bool narrow = false;        ///< columns, not the whole line
};

std::string_view after_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

bool is_rule_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; }

/// What one comment says: `^^^^ via: a, b (why)`.
struct Comment {
  Kind kind = Kind::Finding;
  std::vector<std::string> rules;
  std::size_t caret_begin = 0;  ///< column in the line; equal: no carets
  std::size_t caret_end = 0;
  std::size_t end = 0;          ///< where it ends in the line
};

/// Reads an expectation that begins at `at`, right behind a comment mark.
std::optional<Comment> read_comment(std::string_view line, std::size_t at) {
  Comment comment;
  std::string_view rest = after_blanks(line.substr(at));
  const std::size_t n_carets = std::min(rest.find_first_not_of('^'), rest.size());
  comment.caret_begin = static_cast<std::size_t>(rest.data() - line.data());
  comment.caret_end = comment.caret_begin + n_carets;
  rest = after_blanks(rest.substr(n_carets));
  const auto word = std::find_if(kWords.begin(), kWords.end(),
                                 [&](const auto& known) { return rest.starts_with(known.first); });
  if (word == kWords.end()) return std::nullopt;
  comment.kind = word->second;
  rest.remove_prefix(word->first.size());
  do {
    rest = after_blanks(rest);
    const auto stop = std::find_if_not(rest.begin(), rest.end(), is_rule_letter);
    const auto n = static_cast<std::size_t>(stop - rest.begin());
    if (n == 0) return std::nullopt;
    comment.rules.emplace_back(rest.substr(0, n));
    rest.remove_prefix(n);
    comment.end = static_cast<std::size_t>(rest.data() - line.data());
    rest = after_blanks(rest);
  } while (rest.starts_with(',') && (rest.remove_prefix(1), true));
  return comment;
}

struct LineComments {
  std::vector<Comment> comments;
  bool alone = false;          ///< nothing before the first of them
};

LineComments comments_of(std::string_view line) {
  static constexpr std::string_view kMarks[] = {"//", "#", "--", "/*", "<!--", ";"};
  LineComments found;
  for (std::size_t at = 0; at < line.size();) {
    std::size_t next = line.size();
    for (const std::string_view mark : kMarks) {
      if (!line.substr(at).starts_with(mark)) continue;
      // `;` only goes on in a comment of ours; it begins one in no language read here.
      if (mark == ";" && found.comments.empty() && line.substr(0, at).find("privet: allow") == std::string_view::npos) {
        continue;
      }
      std::optional<Comment> comment = read_comment(line, at + mark.size());
      if (!comment) continue;
      if (found.comments.empty()) {
        found.alone = line.substr(0, at).find_first_not_of(" \t{") == std::string_view::npos;
      }
      next = comment->end;
      found.comments.push_back(std::move(*comment));
      break;
    }
    at = next == line.size() ? at + 1 : next;
  }
  return found;
}

struct Line {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

std::vector<Expectation> expectations_of(std::string_view text) {
  std::vector<Expectation> all;
  Line target;                 // the nearest line above that says something else than expectations
  std::uint32_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    ++number;
    const LineComments found = comments_of(text.substr(begin, end - begin));
    const Line own{static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    if (!found.alone) target = own;
    for (const Comment& comment : found.comments) {
      Expectation expectation;
      expectation.kind = comment.kind;
      expectation.written = number;
      expectation.begin = target.begin;
      expectation.end = target.end;
      expectation.narrow = comment.caret_end > comment.caret_begin;
      if (expectation.narrow) {
        expectation.begin = std::min(target.end, target.begin + static_cast<std::uint32_t>(comment.caret_begin));
        expectation.end = std::min(target.end, target.begin + static_cast<std::uint32_t>(comment.caret_end));
      }
      for (const std::string& rule : comment.rules) {
        expectation.rule = rule;
        all.push_back(expectation);
      }
    }
    begin = end + 1;
  }
  return all;
}

/// One file's expectations against the findings of the scan.
class FileCheck {
 public:
  FileCheck(const Scan& scan, const std::string& only, source::FileId file, std::vector<Failure>& failures)
      : scan_(scan), only_(only), file_(file), failures_(failures),
        expectations_(expectations_of(scan.walk.files[file].text)) {}

  void run() {
    for (const Finding& finding : scan_.report.findings) {
      if (counts(finding) && finding.span.file == file_) check_finding(finding);
    }
    for (const Expectation& expectation : expectations_) {
      if (!scan_.rules->knows_rule(expectation.rule)) {
        fail(expectation.written, "no rule is called `" + expectation.rule + "`");
      } else if (only_.empty() || only_ == expectation.rule) {
        check_expectation(expectation);
      }
    }
  }

 private:
  bool counts(const Finding& finding) const {
    return !finding.suppressed && (only_.empty() || finding.rule->id.text() == only_);
  }

  void check_finding(const Finding& finding) {
    for (const Expectation& expectation : expectations_) {
      const bool allows = expectation.kind == Kind::Finding || expectation.kind == Kind::Wrong ||
                          expectation.kind == Kind::Missed;
      if (allows && expectation.rule == finding.rule->id.text() && begins_in(finding.span, expectation)) return;
    }
    fail(scan_.walk.files.position(file_, finding.span.begin).line,
         "unexpected `" + std::string(finding.rule->id.text()) + "`: " + finding.message);
  }

  void check_expectation(const Expectation& expectation) {
    const std::string rule = "`" + expectation.rule + "`";
    const bool found = is_reported(expectation);
    switch (expectation.kind) {
      case Kind::Finding:
        if (!found) fail(expectation.written, "expected " + rule + ", which is not reported here");
        break;
      case Kind::Wrong:
        if (!found) fail(expectation.written, rule + " is no longer reported here: `wrong` can become `ok`");
        break;
      case Kind::Missed:
        if (found) fail(expectation.written, rule + " is reported here now: `missed` can become `finding`");
        break;
      case Kind::Ok: break;  // what is reported here was already not expected
      case Kind::Source:
        if (!is_on_the_way(expectation, /*first_only=*/true)) {
          fail(expectation.written, "the way of no " + rule + " begins here");
        }
        break;
      case Kind::Via:
        if (!is_on_the_way(expectation, /*first_only=*/false)) {
          fail(expectation.written, "the way of no " + rule + " leads through here");
        }
        break;
    }
  }

  bool is_reported(const Expectation& expectation) const {
    return std::any_of(scan_.report.findings.begin(), scan_.report.findings.end(), [&](const Finding& finding) {
      return counts(finding) && finding.span.file == file_ && finding.rule->id.text() == expectation.rule &&
             begins_in(finding.span, expectation);
    });
  }

  bool is_on_the_way(const Expectation& expectation, bool first_only) const {
    for (const Finding& finding : scan_.report.findings) {
      if (!counts(finding) || finding.rule->id.text() != expectation.rule) continue;
      const std::size_t n = first_only ? std::min<std::size_t>(finding.steps.size(), 1) : finding.steps.size();
      for (std::size_t i = 0; i < n; ++i) {
        const source::Span span = finding.steps[i].span;
        if (span.file == file_ && span.begin < expectation.end && expectation.begin < std::max(span.end, span.begin + 1)) {
          return true;
        }
      }
    }
    return false;
  }

  /// A whole line: the finding begins or ends in it. Carets: it touches their columns.
  static bool begins_in(source::Span span, const Expectation& expectation) {
    const auto holds = [&](std::uint32_t at) { return at >= expectation.begin && at <= expectation.end; };
    if (!expectation.narrow) return holds(span.begin) || holds(span.end);
    return span.begin < expectation.end && expectation.begin < std::max(span.end, span.begin + 1);
  }

  void fail(std::uint32_t line, std::string message) {
    failures_.push_back({scan_.walk.files[file_].path, line, std::move(message)});
  }

  const Scan& scan_;
  const std::string& only_;
  source::FileId file_;
  std::vector<Failure>& failures_;
  std::vector<Expectation> expectations_;
};

void sort_failures(std::vector<Failure>& failures) {
  std::sort(failures.begin(), failures.end(), [](const Failure& a, const Failure& b) {
    return std::tie(a.path, a.line, a.message) < std::tie(b.path, b.line, b.message);
  });
}

/// One example, as a tree of its own. Lines of its files become lines of the rule's file.
std::vector<Failure> check_example(const std::shared_ptr<const rule::RuleSet>& rules, const rule::Rule& rule,
                                   const rule::Example& example) {
  std::vector<MemoryFile> files;
  bool expects = false;
  const std::string id(rule.id.text());
  for (const rule::Example::File& file : example.files) {
    files.push_back({file.path, file.text});
    for (const Expectation& expectation : expectations_of(file.text)) {
      const bool wanted = expectation.kind == Kind::Finding || expectation.kind == Kind::Missed;
      expects = expects || (wanted && expectation.rule == id);
    }
  }
  if (example.bad && !expects) {
    return {{rule.file, example.line, "a `bad` example expects `finding: " + id + "` somewhere"}};
  }
  if (!example.bad && expects) {
    return {{rule.file, example.line, "an `ok` example expects no `finding: " + id + "`"}};
  }
  const std::unique_ptr<Scan> scan = scan_files(std::move(files), rules);
  std::vector<Failure> failures = check_expectations(*scan, id);
  for (Failure& failure : failures) {
    for (const rule::Example::File& file : example.files) {
      if (file.path != failure.path) continue;
      if (example.files.size() > 1) failure.message += " (in `" + file.path + "`)";
      failure.line += file.line - 1;
      break;
    }
    failure.path = rule.file;
  }
  return failures;
}

}  // namespace

std::vector<Failure> check_expectations(const Scan& scan, const std::string& only) {
  std::vector<Failure> failures;
  for (std::uint32_t i = 0; i < scan.walk.files.size(); ++i) {
    FileCheck(scan, only, source::FileId{i}, failures).run();
  }
  sort_failures(failures);
  return failures;
}

std::size_t n_expectations(const Scan& scan) {
  std::size_t n = 0;
  for (const source::SourceFile& file : scan.walk.files) n += expectations_of(file.text).size();
  return n;
}

std::vector<Failure> check_examples(std::shared_ptr<const rule::RuleSet> rules,
                                    const std::vector<std::string>& rule_files, base::ThreadPool& pool,
                                    std::size_t& n_examples) {
  std::vector<std::pair<const rule::Rule*, const rule::Example*>> examples;
  for (const rule::Rule& rule : rules->rules()) {
    const bool wanted = rule_files.empty() ||
                        std::find(rule_files.begin(), rule_files.end(), rule.file) != rule_files.end();
    if (!wanted) continue;
    for (const rule::Example& example : rule.examples) examples.emplace_back(&rule, &example);
  }
  n_examples = examples.size();
  std::vector<std::vector<Failure>> results(examples.size());
  pool.parallel_for(examples.size(), [&](std::size_t i) {
    results[i] = check_example(rules, *examples[i].first, *examples[i].second);
  });
  std::vector<Failure> failures;
  for (std::vector<Failure>& result : results) {
    std::move(result.begin(), result.end(), std::back_inserter(failures));
  }
  sort_failures(failures);
  return failures;
}

}  // namespace privet::pipeline
