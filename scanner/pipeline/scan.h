#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "access/access.h"
#include "base/result.h"
#include "finding/finding.h"
#include "flow/flow.h"
#include "personal/personal.h"
#include "program/program.h"
#include "rule/config.h"
#include "rule/rule_set.h"
#include "source/walk.h"

/// The phases in order. Options come in, a finished Scan goes out. The only folder that starts
/// threads. Knows no output format and no command line.
namespace privet::pipeline {

/// walk → parse (only measured) → index → link → solve → report.
enum class Phase : std::uint8_t { Walk, Parse, Index, Link, Solve, Report };
std::string_view phase_name(Phase phase);

struct ScanOptions {
  std::vector<std::string> paths;          ///< files and folders, from the current folder; empty: `.`
  std::vector<std::string> exclude;        ///< patterns, besides those of the configuration
  std::vector<std::string> rule_folders;   ///< `--rules DIR`
  std::string config_file;                 ///< `--config FILE`; empty: `privet.yaml` in the root
  std::string policy_file;                 ///< `--policy FILE`: what the tree's configuration cannot weaken
  std::vector<std::string> only;           ///< report findings of these files alone, from the current folder; all others still inform
  std::vector<std::string> select;         ///< rule ids or globs; empty: all
  unsigned n_threads = 0;                  ///< 0: as many as the machine has
  std::uint64_t max_bytes = 4u << 20;      ///< per file
  bool ignore_files = true;
  Phase stop_after = Phase::Report;
};

struct Timing {
  Phase phase = Phase::Walk;
  std::string part;        ///< `rules`, `walk`, `index`, `program`, `personal`, `flow`, `access`, `report`
  double seconds = 0;
};

/// Called when a phase begins (`n_done` 0) and as its items are done, from any thread, several at
/// once. `n_items` 0: not known.
using Progress = std::function<void(Phase phase, std::size_t n_done, std::size_t n_items)>;

/// Everything a scan found out. Members stand in the order they are made, since later ones refer to
/// earlier ones; those of phases after `stop_after` are absent.
struct Scan {
  rule::Config config;
  source::Walk walk;
  std::shared_ptr<const rule::RuleSet> rules;
  std::unique_ptr<program::Program> program;
  std::unique_ptr<personal::Personal> personal;
  std::unique_ptr<flow::FlowResult> flows;
  std::unique_ptr<access::AccessMap> access;
  finding::Report report;
  std::vector<Timing> timings;
  std::uint64_t n_bytes = 0;               ///< read and analysed
};

/// Error: what the user got wrong (paths, rules, configuration), before anything is analysed.
base::Result<std::unique_ptr<Scan>> scan(const ScanOptions& options, const Progress& progress);

/// A file that is nowhere on the disk: an example of a rule, an editor's buffer.
struct MemoryFile {
  std::string path;                        ///< relative, with `/`
  std::string text;
};

/// The same phases over files in memory; paths are unique. Runs on the calling thread alone, so that
/// many small trees can be scanned at once.
std::unique_ptr<Scan> scan_files(std::vector<MemoryFile> files, std::shared_ptr<const rule::RuleSet> rules);

}  // namespace privet::pipeline
