#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/parallel.h"
#include "cli/options.h"
#include "cli/table.h"
#include "pipeline/expect.h"
#include "pipeline/load_rules.h"

// `privet test`: the examples of rules, and trees whose comments say what must be found.

namespace privet::cli {
namespace {

namespace fs = std::filesystem;

bool is_yaml(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

/// A file of rules, models, recipients or kinds has one of their keys at the left margin.
bool looks_like_rules(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  bool id = false;
  bool message = false;
  for (std::string line; std::getline(in, line);) {
    id = id || line.starts_with("id:");
    message = message || line.starts_with("message:") || line.starts_with("title:");
    if (line.starts_with("functions:") || line.starts_with("frameworks:") || line.starts_with("recipients:")) return true;
  }
  return id && message;
}

std::vector<fs::path> rule_files_in(const std::string& path) {
  std::vector<fs::path> files;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (is_yaml(path)) files.emplace_back(path);
    return files;
  }
  for (auto entry = fs::recursive_directory_iterator(path, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file() && is_yaml(entry->path()) && looks_like_rules(entry->path())) {
      files.push_back(entry->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

void print_failures(const std::vector<pipeline::Failure>& failures) {
  std::string text;
  for (const pipeline::Failure& failure : failures) {
    text += harmless_text(failure.path) + ":" + std::to_string(failure.line) + ": " + harmless_text(failure.message) + "\n";
  }
  print_out(text, kClean);
}

std::string count(std::size_t n, const std::string& word) {
  return std::to_string(n) + " " + word + (n == 1 ? "" : "s");
}

struct Outcome {
  int code = kClean;
  std::size_t n_failures = 0;
  std::size_t n_examples = 0;
  std::size_t n_expectations = 0;
};

/// Examples of the rules in these files; without files, of all that are compiled in.
void test_rules(const Options& options, const std::vector<fs::path>& files, Outcome& outcome) {
  std::vector<rule::RuleSource> sources;
  std::vector<std::string> names;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::string text(std::istreambuf_iterator<char>(in), {});
    if (!in) {
      outcome.code = complain("cannot read `" + file.string() + "`");
      return;
    }
    names.push_back(file.generic_string());
    sources.push_back({file.generic_string(), std::move(text), /*replaces=*/true});
  }
  auto loaded = pipeline::load_rules(options.scan, {}, sources);
  if (!loaded) {
    outcome.code = complain(loaded.error().message);
    return;
  }
  auto rules = std::make_shared<const rule::RuleSet>(std::move(loaded).value());
  base::ThreadPool pool(options.scan.n_threads);
  std::size_t n_examples = 0;
  const auto failures = pipeline::check_examples(rules, names, pool, n_examples);
  print_failures(failures);
  outcome.n_failures += failures.size();
  outcome.n_examples += n_examples;
}

void test_tree(const Options& options, const std::string& path, Outcome& outcome) {
  pipeline::ScanOptions scan_options = options.scan;
  scan_options.paths = {path};
  auto scanned = pipeline::scan(scan_options, [](pipeline::Phase, std::size_t, std::size_t) {});
  if (!scanned) {
    outcome.code = complain(scanned.error().message);
    return;
  }
  const auto failures = pipeline::check_expectations(*scanned.value(), {});
  print_failures(failures);
  outcome.n_failures += failures.size();
  outcome.n_expectations += pipeline::n_expectations(*scanned.value());
}

}  // namespace

int run_test(const Options& options) {
  Outcome outcome;
  if (options.scan.paths.empty()) test_rules(options, {}, outcome);
  std::vector<fs::path> rule_files;
  for (const std::string& path : options.scan.paths) {
    std::error_code error;
    if (!fs::exists(path, error)) return complain("`" + path + "`: no such file or folder");
    const std::vector<fs::path> files = rule_files_in(path);
    rule_files.insert(rule_files.end(), files.begin(), files.end());
    if (files.empty()) test_tree(options, path, outcome);
    if (outcome.code != kClean) return outcome.code;
  }
  if (!rule_files.empty()) test_rules(options, rule_files, outcome);
  if (outcome.code != kClean) return outcome.code;
  std::string text;
  if (outcome.n_examples > 0 || outcome.n_expectations == 0) text += count(outcome.n_examples, "example");
  if (outcome.n_expectations > 0) text += (text.empty() ? "" : ", ") + count(outcome.n_expectations, "expectation");
  text += outcome.n_failures == 0 ? ", all as expected\n" : ", " + count(outcome.n_failures, "failure") + "\n";
  return print_out(text, outcome.n_failures == 0 ? kClean : kFindings);
}

}  // namespace privet::cli
