#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "finding/finding.h"

namespace privet::finding {

/// The findings of an earlier output, SARIF or JSON. A finding is known when its fingerprint is
/// there; else when one of the same rule and line content is, which survives moved lines,
/// renamed files and a new version's fingerprints. Each earlier finding explains one finding now, so
/// that a second copy of an old mistake is new.
class Baseline {
 public:
  /// Error: not readable, not JSON, or neither of the two formats.
  static base::Result<Baseline> read(const std::string& file);
  static base::Result<Baseline> parse(const std::string& name, std::string_view text);

  /// Marks every finding as New or Unchanged. Suppressed ones use up their entry too. Once only.
  void apply(std::vector<Finding>& findings);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string fingerprint;
    std::string content;        ///< rule and hash of the line without its ordinal
    bool used = false;
  };
  void index();
  using Table = std::unordered_map<std::string, std::vector<std::size_t>>;
  bool take(Table& table, const std::string& key);

  std::vector<Entry> entries_;
  Table by_fingerprint_;        ///< → entries not yet used
  Table by_content_;
};

}  // namespace privet::finding
