#include "output/as_json.h"

#include "output/shown.h"
#include "output/words.h"

namespace privet::output {
namespace {

using nlohmann::ordered_json;

ordered_json place_json(const finding::Report& report, source::Span span) {
  const source::SourceMap& sources = *report.sources;
  const source::Position begin = sources.position(span.file, span.begin);
  const source::Position end = sources.position(span.file, std::max(span.begin, span.end));
  ordered_json place;
  place["path"] = sources[span.file].path;
  place["line"] = begin.line;
  place["column"] = begin.column_utf16;
  place["end_line"] = end.line;
  place["end_column"] = end.column_utf16;
  return place;
}

ordered_json place_json(const finding::Report& report, const finding::Place& place) {
  ordered_json out = place_json(report, place.span);
  out["message"] = place.message;
  return out;
}

}  // namespace

ordered_json as_json(const finding::Report& report, const finding::Finding& finding) {
  ordered_json out;
  out["rule"] = finding.rule->id.text();
  out["level"] = finding::level_name(finding.level);
  out["severity"] = finding.severity;
  out["message"] = finding.message;
  out["fingerprint"] = finding.fingerprint;
  out["line_hash"] = finding.line_hash;
  out["place"] = place_json(report, finding.span);
  out["line"] = shown_line(report, finding.span).text;
  if (!finding.function.empty()) out["function"] = finding.function;
  out["principle"] = rule::principle_name(finding.rule->principle);
  out["data"] = finding.data;
  out["data_level"] = finding.data_level;
  if (!finding.person.empty()) out["person"] = finding.person;
  if (!finding.entity.empty()) out["entity"] = finding.entity;
  if (!finding.exposure.empty()) out["exposure"] = finding.exposure;
  if (!finding.recipient.empty()) out["recipient"] = finding.recipient;
  if (!finding.route.empty()) out["route"] = finding.route;
  if (!finding.evidence.empty()) out["evidence"] = finding.evidence;
  out["bulk"] = finding.bulk;
  out["proven_personal"] = finding.proven_personal;
  out["confidence"] = finding.confidence;
  out["factors"] = ordered_json::array();
  for (const finding::Factor& factor : finding.factors) {
    out["factors"].push_back({{"name", factor.name}, {"value", factor.value}, {"effect", factor.effect}});
  }
  out["reasons"] = finding.reasons;
  out["steps"] = ordered_json::array();
  for (const finding::Place& step : finding.steps) out["steps"].push_back(place_json(report, step));
  out["related"] = ordered_json::array();
  for (const finding::Place& place : finding.related) out["related"].push_back(place_json(report, place));
  out["why"] = finding.rule->why;
  out["fix"] = finding.rule->fix;
  if (finding.suppressed) out["suppressed"] = finding.suppression_reason;
  if (finding.baseline != finding::Finding::Baseline::None) {
    out["baseline"] = finding.baseline == finding::Finding::Baseline::New ? "new" : "unchanged";
  }
  return out;
}

ordered_json as_json(const finding::Report& report, const source::Problem& problem) {
  ordered_json out;
  out["code"] = source::code_name(problem.code);
  out["message"] = problem.message;
  if (problem.span.valid()) out["place"] = place_json(report, problem.span);
  return out;
}

ordered_json summary_json(const finding::Report& report) {
  const Totals totals = totals_of(report);
  ordered_json out;
  out["errors"] = totals.n_errors;
  out["warnings"] = totals.n_warnings;
  out["notes"] = totals.n_notes;
  out["suppressed"] = totals.n_suppressed;
  out["in_baseline"] = totals.n_known;
  out["problems"] = report.problems.size();
  out["files"] = report.n_files;
  out["files_not_analysed"] = report.n_skipped;
  ordered_json& left_out = out["left_out"];
  left_out["ignored"] = report.counts.n_ignored;
  left_out["hidden"] = report.counts.n_hidden;
  left_out["links"] = report.counts.n_links;
  left_out["other"] = report.counts.n_other;
  left_out["folders"] = ordered_json::array();
  for (const source::SkippedFolder& folder : report.skipped_folders) {
    left_out["folders"].push_back({{"path", folder.path}, {"why", folder.why}});
  }
  return out;
}

std::string dumped(const ordered_json& value, int indent) {
  return value.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace privet::output
