#include "pipeline/scan.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <tuple>
#include <unordered_set>

#include "base/parallel.h"
#include "finding/match.h"
#include "finding/redact.h"
#include "finding/suppress.h"
#include "lang/language.h"
#include "pipeline/load_rules.h"

namespace privet::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

class Stopwatch {
 public:
  explicit Stopwatch(Scan& scan) : scan_(scan) {}
  void lap(Phase phase, std::string part) {
    const Clock::time_point now = Clock::now();
    scan_.timings.push_back(
        {phase, std::move(part), std::chrono::duration<double>(now - start_).count()});
    start_ = now;
  }

 private:
  Scan& scan_;
  Clock::time_point start_ = Clock::now();
};

source::WalkOptions walk_options(const ScanOptions& options, const rule::Config& config,
                                 std::string root) {
  source::WalkOptions walk;
  walk.root = std::move(root);
  walk.paths = options.paths;
  walk.exclude = config.exclude;
  walk.exclude.insert(walk.exclude.end(), options.exclude.begin(), options.exclude.end());
  walk.ignore_files = options.ignore_files;
  walk.max_bytes = options.max_bytes;
  walk.wanted = [](std::string_view path) { return lang::language_of(path) != nullptr; };
  return walk;
}

/// Files that take part, largest first, so that no thread is left with the largest one at the end.
std::vector<source::FileId> by_size(const source::SourceMap& files) {
  std::vector<source::FileId> order;
  for (std::uint32_t i = 0; i < files.size(); ++i) {
    const source::FileId id{i};
    if (files[id].analysed && lang::language_of(files[id].path) != nullptr) order.push_back(id);
  }
  std::stable_sort(order.begin(), order.end(), [&](source::FileId a, source::FileId b) {
    return files[a].text.size() > files[b].text.size();
  });
  return order;
}

void parse_only(const source::SourceMap& files, base::ThreadPool& pool) {
  const std::vector<source::FileId> order = by_size(files);
  pool.parallel_for(order.size(), [&](std::size_t i) {
    const source::SourceFile& file = files[order[i]];
    const lang::Language* language = lang::language_of(file.path);
    if (language->parse_only != nullptr) language->parse_only(file.text);
  });
}

std::vector<ir::Module> index(const source::SourceMap& files, base::ThreadPool& pool,
                              const Progress& progress) {
  const std::vector<source::FileId> order = by_size(files);
  std::vector<ir::Module> modules(order.size());
  progress(Phase::Index, 0, order.size());
  std::atomic<std::size_t> n_done = 0;
  pool.parallel_for(order.size(), [&](std::size_t i) {
    const source::SourceFile& file = files[order[i]];
    modules[i] = lang::language_of(file.path)->lower({order[i], file.path}, file.text);
    progress(Phase::Index, ++n_done, order.size());
  });
  std::sort(modules.begin(), modules.end(),
            [](const ir::Module& a, const ir::Module& b) { return a.file < b.file; });
  return modules;
}

/// Keeps the findings of the files asked for; one that begins there and leaves elsewhere stays too.
void keep_only(const source::Walk& walk, const std::vector<std::string>& only,
               std::vector<finding::Finding>& findings) {
  if (only.empty()) return;
  std::unordered_set<std::string> paths;
  for (const std::string& path : only) {
    std::error_code error;
    const auto absolute = std::filesystem::weakly_canonical(path, error);
    if (!error) paths.insert(absolute.lexically_relative(walk.root).generic_string());
  }
  const auto wanted = [&](source::Span span) {
    return span.valid() && paths.contains(walk.files[span.file].path);
  };
  std::erase_if(findings, [&](const finding::Finding& finding) {
    return !wanted(finding.span) && (finding.steps.empty() || !wanted(finding.steps.front().span));
  });
}

void add(source::Problems& all, const source::Problems& problems) {
  all.insert(all.end(), problems.begin(), problems.end());
}

void sort_problems(source::Problems& problems) {
  std::stable_sort(problems.begin(), problems.end(),
                   [](const source::Problem& a, const source::Problem& b) {
                     return std::tie(a.span, a.code, a.message) < std::tie(b.span, b.code, b.message);
                   });
}

void start_report(Scan& scan) {
  finding::Report& report = scan.report;
  report.sources = &scan.walk.files;
  for (const rule::Rule& rule : scan.rules->rules()) report.rules.push_back(&rule);
  for (const source::SourceFile& file : scan.walk.files) {
    ++(file.analysed ? report.n_files : report.n_skipped);
    scan.n_bytes += file.text.size();
  }
  report.counts = scan.walk.counts;
  report.skipped_folders = scan.walk.skipped_folders;
  report.problems = scan.walk.problems;
  sort_problems(report.problems);
}

/// Everything after reading: the texts are in `scan.walk`, the report is started.
void analyse(Scan& scan, Phase stop_after, base::ThreadPool& pool, const Progress& progress,
             Stopwatch& watch) {
  source::Problems& problems = scan.report.problems;
  std::vector<ir::Module> modules = index(scan.walk.files, pool, progress);
  for (const ir::Module& module : modules) add(problems, module.problems);
  sort_problems(problems);
  watch.lap(Phase::Index, "index");
  if (stop_after == Phase::Index) return;

  progress(Phase::Link, 0, 0);
  scan.program = std::make_unique<program::Program>(
      program::link(std::move(modules), scan.walk.files, *scan.rules));
  add(problems, scan.program->problems());
  watch.lap(Phase::Link, "program");
  scan.personal =
      std::make_unique<personal::Personal>(personal::Personal::classify(*scan.program));
  sort_problems(problems);
  watch.lap(Phase::Link, "personal");
  if (stop_after == Phase::Link) return;

  progress(Phase::Solve, 0, 0);
  scan.flows =
      std::make_unique<flow::FlowResult>(flow::solve(*scan.program, *scan.personal, pool));
  add(problems, scan.flows->problems());
  watch.lap(Phase::Solve, "flow");
  scan.access = std::make_unique<access::AccessMap>(
      access::map_access(*scan.program, *scan.personal, *scan.flows));
  sort_problems(problems);
  watch.lap(Phase::Solve, "access");
  if (stop_after == Phase::Solve) return;

  progress(Phase::Report, 0, 0);
  const finding::Facts facts{*scan.program, *scan.personal, *scan.flows, *scan.access,
                             *scan.rules};
  scan.report.findings = finding::make_findings(facts, finding::match_rules(facts));
  finding::apply_suppressions(scan.walk.files, *scan.rules, scan.report.findings);
  scan.report.redactions =
      finding::redactions_of(scan.walk.files, scan.rules->data_types(), scan.report.findings);
  watch.lap(Phase::Report, "report");
}

}  // namespace

std::string_view phase_name(Phase phase) {
  switch (phase) {
    case Phase::Walk: return "walk";
    case Phase::Parse: return "parse";
    case Phase::Index: return "index";
    case Phase::Link: return "link";
    case Phase::Solve: return "solve";
    case Phase::Report: return "report";
  }
  return "";
}

base::Result<std::unique_ptr<Scan>> scan(const ScanOptions& options, const Progress& progress) {
  auto scan = std::make_unique<Scan>();
  base::ThreadPool pool(options.n_threads);
  Stopwatch watch(*scan);

  auto root = source::root_of(options.paths);
  if (!root) return root.error();
  auto config = rule::load_config(options.config_file, options.policy_file, root.value());
  if (!config) return config.error();
  scan->config = std::move(config).value();
  auto rules = load_rules(options, scan->config);
  if (!rules) return rules.error();
  scan->rules = std::make_shared<const rule::RuleSet>(std::move(rules).value());
  watch.lap(Phase::Walk, "rules");

  const source::WalkOptions walk = walk_options(options, scan->config, root.value());
  auto walked = source::walk(walk);
  if (!walked) return walked.error();
  scan->walk = std::move(walked).value();
  source::read_all(scan->walk, walk, pool);
  start_report(*scan);
  watch.lap(Phase::Walk, "walk");
  if (options.stop_after == Phase::Walk) return scan;
  if (options.stop_after == Phase::Parse) {
    parse_only(scan->walk.files, pool);
    watch.lap(Phase::Parse, "parse");
    return scan;
  }

  analyse(*scan, options.stop_after, pool, progress, watch);
  keep_only(scan->walk, options.only, scan->report.findings);
  return scan;
}

std::unique_ptr<Scan> scan_files(std::vector<MemoryFile> files,
                                 std::shared_ptr<const rule::RuleSet> rules) {
  auto scan = std::make_unique<Scan>();
  scan->rules = std::move(rules);
  std::sort(files.begin(), files.end(),
            [](const MemoryFile& a, const MemoryFile& b) { return a.path < b.path; });
  for (MemoryFile& file : files) {
    if (lang::language_of(file.path) == nullptr) continue;
    source::SourceFile source;
    source.path = std::move(file.path);
    source.size = file.text.size();
    source.named = true;
    source.test = source::is_test_path(source.path);
    const source::FileId id = scan->walk.files.add(std::move(source));
    scan->walk.files.set_text(id, std::move(file.text));
  }
  start_report(*scan);
  base::ThreadPool pool(1);
  Stopwatch watch(*scan);
  analyse(*scan, Phase::Report, pool, [](Phase, std::size_t, std::size_t) {}, watch);
  return scan;
}

}  // namespace privet::pipeline
