#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/scan.h"

/// The command line. Words come in, an exit code goes out; everything in between is asked of the
/// folders below. The only place that knows terminals, standard streams and exit codes.
namespace privet::cli {

/// What `scan` and others end with.
enum ExitCode : int {
  kClean = 0,        ///< nothing at or above `--fail-on`
  kFindings = 1,
  kWrongUse = 2,     ///< options, configuration, rules, or an output that cannot be written
  kIncomplete = 3,   ///< with `--strict`: some input was not, or not fully, analysed
  kInternal = 4,     ///< our bug
};

enum class Command { None, Scan, Rules, Explain, Data, Access, Test };

struct OutputRequest {
  std::string format;      ///< name of an output::Format
  std::string path;        ///< empty: standard output
};

struct Options {
  Command command = Command::None;
  pipeline::ScanOptions scan;
  std::vector<OutputRequest> outputs;
  std::string print;               ///< `--print=ir|program`; empty: nothing
  std::string fail_on;             ///< `note`, `warning`, `error`, `never`; empty: as configured
  std::string baseline;
  std::string files_from;
  bool changed = false;            ///< the paths are the changed files
  bool exit_zero = false;
  bool strict = false;
  bool timings = false;
  bool quiet = false;
  bool notes = false;
  bool include_suppressed = false;
  bool progress = true;
  bool checks = false;             ///< `rules --checks`
  bool json = false;               ///< `--output json` of `rules`, `explain`, `data`, `access`
  std::string color = "auto";
  std::size_t max_findings = 0;
  std::string subject;             ///< of `explain`: a rule id, a problem code or a fingerprint
};

/// Fills `options`, or answers the exit code when there is nothing left to do (`--help`, wrong use),
/// having printed what there is to say.
std::optional<int> parse_options(int argc, const char* const* argv, Options& options);

/// True if escape codes make sense on that stream (1: output, 2: errors).
bool wants_color(const Options& options, int stream);

int run_scan(const Options& options);
int run_rules(const Options& options);
int run_explain(const Options& options);
int run_data(const Options& options);
int run_access(const Options& options);
int run_test(const Options& options);

/// Whole command line → exit code.
int run(int argc, const char* const* argv);

/// `privet: MESSAGE` on standard error; answers kWrongUse.
int complain(const std::string& message);

/// Writes to standard output; kWrongUse when that fails, else `code`.
int print_out(const std::string& text, int code);

std::string version();

}  // namespace privet::cli
