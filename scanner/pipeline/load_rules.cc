#include "pipeline/load_rules.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace privet::pipeline {
namespace {

namespace fs = std::filesystem;

bool is_rule_file(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml";
}

base::Result<std::vector<rule::RuleSource>> read_folder(const std::string& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return base::Error{"`" + folder + "` is not a folder of rules"};
  }
  std::vector<fs::path> paths;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->is_regular_file() && is_rule_file(entry->path())) paths.push_back(entry->path());
  }
  if (error) return base::Error{"cannot read `" + folder + "`: " + error.message()};
  std::sort(paths.begin(), paths.end());
  std::vector<rule::RuleSource> files;
  for (const fs::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return base::Error{"cannot read `" + path.string() + "`"};
    files.push_back({path.generic_string(), std::string(std::istreambuf_iterator<char>(in), {}), false});
  }
  return files;
}

}  // namespace

base::Result<rule::RuleSet> load_rules(const ScanOptions& options, const rule::Config& config,
                                       const std::vector<rule::RuleSource>& more) {
  std::vector<rule::RuleSource> extra = more;
  for (const std::string& folder : options.rule_folders) {
    auto files = read_folder(folder);
    if (!files) return files.error();
    extra.insert(extra.end(), files.value().begin(), files.value().end());
  }
  return rule::RuleSet::load(extra, config, options.select);
}

}  // namespace privet::pipeline
