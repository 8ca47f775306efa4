#include <cstdio>
#include <string>

#include "cli/options.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "finding/baseline.h"
#include "output/output.h"

namespace privet::cli {
namespace {

using finding::Finding;
using finding::Level;

/// The first level that fails; nothing when none does.
std::optional<Level> failing_level(const Options& options, const rule::Config& config) {
  const std::string& word = options.fail_on.empty() ? config.fail_on : options.fail_on;
  if (word == "never") return std::nullopt;
  if (word == "note") return Level::Note;
  return word == "error" ? Level::Error : Level::Warning;
}

bool fails(const Finding& finding, Level from) {
  return !finding.suppressed && finding.baseline != Finding::Baseline::Unchanged && finding.level >= from;
}

/// Damage that may hide findings. What was left out on purpose (generated, binary) is none.
bool hides_findings(source::ProblemCode code) {
  using source::ProblemCode;
  switch (code) {
    case ProblemCode::UnreadableFile:
    case ProblemCode::TooLarge:
    case ProblemCode::SyntaxError:
    case ProblemCode::TooDeep:
    case ProblemCode::ParseStopped:
    case ProblemCode::FunctionBudget:
    case ProblemCode::ProgramBudget: return true;
    case ProblemCode::BinaryFile:
    case ProblemCode::GeneratedFile:
    case ProblemCode::InvalidUtf8:
    case ProblemCode::UnknownSyntax:
    case ProblemCode::UnresolvedImport:
    case ProblemCode::LinkOutside: return false;
  }
  return false;
}

int exit_code_of(const Options& options, const pipeline::Scan& scan) {
  if (options.strict) {
    for (const source::Problem& problem : scan.report.problems) {
      if (hides_findings(problem.code)) return kIncomplete;
    }
  }
  if (options.exit_zero) return kClean;
  const std::optional<Level> from = failing_level(options, scan.config);
  if (!from) return kClean;
  for (const Finding& finding : scan.report.findings) {
    if (fails(finding, *from)) return kFindings;
  }
  return kClean;
}

void print_timings(const pipeline::Scan& scan) {
  double total = 0;
  for (const pipeline::Timing& timing : scan.timings) {
    std::fprintf(stderr, "%-10s %8.3f s\n", timing.part.c_str(), timing.seconds);
    total += timing.seconds;
  }
  std::fprintf(stderr, "%-10s %8.3f s, %zu files, %.1f MB\n", "all", total, scan.report.n_files,
               static_cast<double>(scan.n_bytes) / 1e6);
}

int write_outputs(const Options& options, const pipeline::Scan& scan) {
  std::vector<output::Target> targets;
  for (const OutputRequest& request : options.outputs) {
    output::RenderOptions render;
    render.version = version();
    render.color = request.path.empty() && wants_color(options, 1);
    render.notes = options.notes;
    render.quiet = options.quiet;
    render.suppressed = options.include_suppressed;
    render.max_findings = options.max_findings;
    targets.push_back({request.path, output::find_format(request.format)->render(scan.report, render)});
  }
  if (auto error = output::write_all(targets)) return complain(error->message);
  return kClean;
}

/// Stays until the process ends: to take the whole program apart before would only cost time.
pipeline::Scan& kept(std::unique_ptr<pipeline::Scan> scan) {
  static pipeline::Scan* last = nullptr;
  last = scan.release();
  return *last;
}

}  // namespace

int run_scan(const Options& options) {
  pipeline::ScanOptions scan_options = options.scan;
  if (options.print == "program") scan_options.stop_after = pipeline::Phase::Link;
  if (options.print == "ir") scan_options.stop_after = pipeline::Phase::Link;
  std::optional<finding::Baseline> baseline;
  if (!options.baseline.empty()) {
    auto read = finding::Baseline::read(options.baseline);
    if (!read) return complain(read.error().message);
    baseline = std::move(read).value();
  }
  ProgressLine progress(options.progress && !options.quiet);
  auto scanned = pipeline::scan(scan_options, [&](pipeline::Phase phase, std::size_t n_done, std::size_t n_items) {
    progress.show(phase, n_done, n_items);
  });
  progress.clear();
  if (!scanned) return complain(scanned.error().message);
  pipeline::Scan& scan = kept(std::move(scanned).value());
  if (options.timings) print_timings(scan);
  if (!options.print.empty()) return print_out(print_for_developers(scan, options.print), kClean);
  if (scan_options.stop_after != pipeline::Phase::Report) return kClean;
  if (baseline) baseline->apply(scan.report.findings);
  if (const int failed = write_outputs(options, scan); failed != kClean) return failed;
  return exit_code_of(options, scan);
}

}  // namespace privet::cli
