#include "output/words.h"

#include <fmt/format.h>

#include "output/shown.h"

namespace privet::output {

std::string place_text(const finding::Report& report, source::Span span) {
  if (!span.valid()) return {};
  const source::Position at = report.sources->position(span.file, span.begin);
  return fmt::format("{}:{}:{}", harmless((*report.sources)[span.file].path), at.line, at.column_utf16);
}

std::string one_decimal(double number) { return fmt::format("{:.1f}", number); }

std::string counted(std::size_t n, std::string_view word) {
  return fmt::format("{} {}{}", n, word, n == 1 ? "" : "s");
}

std::string sentence(std::string_view text) {
  std::string out(text);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
  if (!out.empty() && out.back() != '.' && out.back() != '?' && out.back() != '!') out += '.';
  return out;
}

std::string factors_text(const finding::Finding& finding) {
  std::string out;
  for (std::size_t i = 0; i < finding.factors.size(); ++i) {
    const finding::Factor& factor = finding.factors[i];
    if (i == 0) {
      out += fmt::format("{} {} {:.1f}", factor.name, factor.value, factor.effect);
    } else if (factor.effect != 0) {
      out += fmt::format("; {} ({}) {:+.1f}", factor.name, factor.value, factor.effect);
    } else {
      out += fmt::format("; {} ({})", factor.name, factor.value);
    }
  }
  return out;
}

std::string data_text(const finding::Finding& finding) {
  std::string out;
  for (const std::string& id : finding.data) out += (out.empty() ? "" : ", ") + id;
  if (out.empty()) return out;
  if (!finding.person.empty()) out += " of " + finding.person;
  if (!finding.entity.empty()) out += " (`" + finding.entity + "`)";
  return out;
}

Totals totals_of(const finding::Report& report) {
  Totals totals;
  for (const finding::Finding& finding : report.findings) {
    if (finding.suppressed) {
      ++totals.n_suppressed;
    } else if (finding.baseline == finding::Finding::Baseline::Unchanged) {
      ++totals.n_known;
    } else if (finding.level == finding::Level::Error) {
      ++totals.n_errors;
    } else if (finding.level == finding::Level::Warning) {
      ++totals.n_warnings;
    } else {
      ++totals.n_notes;
    }
  }
  for (const source::Problem& problem : report.problems) ++totals.problems[problem.code];
  return totals;
}

std::string left_out_text(const finding::Report& report) {
  const source::WalkCounts& counts = report.counts;
  std::string out;
  const auto add = [&](std::string text) { out += (out.empty() ? "" : ", ") + std::move(text); };
  if (counts.n_ignored > 0) add(fmt::format("{} ignored", counts.n_ignored));
  if (counts.n_hidden > 0) add(fmt::format("{} hidden", counts.n_hidden));
  if (counts.n_links > 0) add(counted(counts.n_links, "link"));
  if (counts.n_other > 0) add(counted(counts.n_other, "file") + " of no language read here");
  if (const std::size_t n = report.skipped_folders.size(); n > 0) {
    // Folders of one reason together, the reasons in the order of the first folder of each.
    std::vector<std::pair<std::string_view, std::size_t>> reasons;
    for (const source::SkippedFolder& folder : report.skipped_folders) {
      auto known = reasons.begin();
      while (known != reasons.end() && known->first != folder.why) ++known;
      if (known == reasons.end()) {
        reasons.emplace_back(folder.why, 1);
      } else {
        ++known->second;
      }
    }
    for (const auto& [why, n_folders] : reasons) {
      add(fmt::format("{} of {}", counted(n_folders, "folder"), why));
    }
  }
  return out;
}

}  // namespace privet::output
