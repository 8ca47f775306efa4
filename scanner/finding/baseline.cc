#include "finding/baseline.h"

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace privet::finding {
namespace {

using nlohmann::json;

const json& member(const json& value, const char* key) {
  static const json nothing;
  const auto found = value.is_object() ? value.find(key) : value.end();
  return value.is_object() && found != value.end() ? *found : nothing;
}

std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// `abc:2` → `abc`: the ordinal changes when an equal line comes or goes above.
std::string without_ordinal(const std::string& hash) { return hash.substr(0, hash.find(':')); }

std::string content_key(const std::string& rule, const std::string& line_hash) {
  return rule + '\n' + without_ordinal(line_hash);
}

}  // namespace

base::Result<Baseline> Baseline::read(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return base::Error{"cannot read the baseline `" + file + "`"};
  return parse(file, text);
}

base::Result<Baseline> Baseline::parse(const std::string& name, std::string_view text) {
  const json document = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return base::Error{"the baseline `" + name + "` is not JSON"};
  Baseline baseline;
  if (const json& runs = member(document, "runs"); runs.is_array()) {
    for (const json& run : runs) {
      const json& results = member(run, "results");
      if (!results.is_array()) continue;
      for (const json& result : results) {
        const std::string hash = text_of(member(member(result, "partialFingerprints"), "primaryLocationLineHash"));
        baseline.entries_.push_back({text_of(member(member(result, "fingerprints"), "privet/v1")),
                                     content_key(text_of(member(result, "ruleId")), hash)});
      }
    }
  } else if (const json& findings = member(document, "findings"); findings.is_array()) {
    for (const json& finding : findings) {
      baseline.entries_.push_back({text_of(member(finding, "fingerprint")),
                                   content_key(text_of(member(finding, "rule")), text_of(member(finding, "line_hash")))});
    }
  } else {
    return base::Error{"the baseline `" + name + "` is neither SARIF nor JSON output of privet"};
  }
  baseline.index();
  return baseline;
}

void Baseline::index() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].fingerprint.empty()) by_fingerprint_[entries_[i].fingerprint].push_back(i);
    by_content_[entries_[i].content].push_back(i);
  }
}

bool Baseline::take(Table& table, const std::string& key) {
  const auto found = table.find(key);
  if (found == table.end()) return false;
  std::vector<std::size_t>& left = found->second;
  while (!left.empty()) {
    Entry& entry = entries_[left.back()];
    left.pop_back();
    if (entry.used) continue;
    entry.used = true;
    return true;
  }
  return false;
}

void Baseline::apply(std::vector<Finding>& findings) {
  // All exact matches first, so that a near one never takes an entry away from its own finding.
  for (Finding& finding : findings) {
    finding.baseline = take(by_fingerprint_, finding.fingerprint) ? Finding::Baseline::Unchanged
                                                                  : Finding::Baseline::New;
  }
  for (Finding& finding : findings) {
    if (finding.baseline == Finding::Baseline::Unchanged || finding.line_hash.empty()) continue;
    if (take(by_content_, content_key(std::string(finding.rule->id.text()), finding.line_hash))) {
      finding.baseline = Finding::Baseline::Unchanged;
    }
  }
}

}  // namespace privet::finding
