#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "finding/finding.h"

/// Wording that formats share. Inside `output/` only.
namespace privet::output {

/// `src/app.ts:12:5`, columns in UTF-16 units as editors count; the path harmless.
std::string place_text(const finding::Report& report, source::Span span);

/// `8.7`.
std::string one_decimal(double number);

/// `1 error`, `3 errors`.
std::string counted(std::size_t n, std::string_view word);

/// First letter upper-case, a period at the end: messages as sentences.
std::string sentence(std::string_view text);

/// `data level and exposure L2, X5 (public) 8.0; bulk +0.7`.
std::string factors_text(const finding::Finding& finding);

/// `contact.email, contact.phone of attendee (Attendee)`; empty when no data is named.
std::string data_text(const finding::Finding& finding);

/// True for a finding that outputs show: neither silenced by a comment nor in the baseline.
inline bool is_live(const finding::Finding& finding) {
  return !finding.suppressed && finding.baseline != finding::Finding::Baseline::Unchanged;
}

/// Numbers for summaries.
struct Totals {
  std::size_t n_errors = 0;
  std::size_t n_warnings = 0;
  std::size_t n_notes = 0;
  std::size_t n_suppressed = 0;
  std::size_t n_known = 0;                     ///< in the baseline
  std::map<source::ProblemCode, std::size_t> problems;
};
Totals totals_of(const finding::Report& report);

/// `12 ignored, 3 hidden, 1 link, 40 files of no language read here, 2 folders`; empty when nothing.
std::string left_out_text(const finding::Report& report);

}  // namespace privet::output
