#include <fmt/format.h>

#include "output/output.h"
#include "output/shown.h"
#include "output/words.h"

// Workflow commands of GitHub Actions: each finding becomes an annotation at its line.

namespace privet::output {
namespace {

std::string escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%') {
      out += "%25";
    } else if (c == '\r') {
      out += "%0D";
    } else if (c == '\n') {
      out += "%0A";
    } else if (property && c == ':') {
      out += "%3A";
    } else if (property && c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view command_of(finding::Level level) {
  return level == finding::Level::Note ? "notice" : finding::level_name(level);
}

std::string render(const finding::Report& report, const RenderOptions& options) {
  std::string out;
  std::size_t n_shown = 0;
  for (const finding::Finding& finding : report.findings) {
    if (!is_live(finding) || (finding.level == finding::Level::Note && !options.notes)) continue;
    if (options.max_findings != 0 && n_shown++ >= options.max_findings) continue;
    const source::SourceMap& sources = *report.sources;
    const source::Position begin = sources.position(finding.span.file, finding.span.begin);
    const source::Position end = sources.position(finding.span.file, finding.span.end);
    std::string place = fmt::format("file={},line={}",
                                    escaped(harmless(sources[finding.span.file].path), true), begin.line);
    // GitHub takes columns only within one line.
    place += begin.line == end.line
                 ? fmt::format(",col={},endColumn={}", begin.column_utf16, end.column_utf16)
                 : fmt::format(",endLine={}", end.line);
    out += fmt::format("::{} {},title={}::{}\n", command_of(finding.level), place,
                       escaped(finding.rule->id.text(), true),
                       escaped(sentence(harmless(finding.message)) + "\n" + finding.rule->fix, false));
  }
  for (const source::Problem& problem : report.problems) {
    const std::string place = place_text(report, problem.span);
    out += "::debug::" + escaped(place + (place.empty() ? "" : ": ") + harmless(problem.message) + " [" +
                                     std::string(source::code_name(problem.code)) + "]",
                                 false) +
           "\n";
  }
  if (!options.quiet) {
    const Totals totals = totals_of(report);
    out += fmt::format("privet: {}, {}, {} in {}; {} of the input", counted(totals.n_errors, "error"),
                       counted(totals.n_warnings, "warning"), counted(totals.n_notes, "note"),
                       counted(report.n_files, "file"), counted(report.problems.size(), "problem"));
    if (const std::string left_out = left_out_text(report); !left_out.empty()) {
      out += "; left out: " + left_out;
    }
    out += '\n';
  }
  return out;
}

}  // namespace

extern const Format kFormat_github{"github", "", "annotations of GitHub Actions", render};

}  // namespace privet::output
