#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>

#include "finding/redact.h"
#include "output/output.h"
#include "output/sha256.h"
#include "output/shown.h"
#include "output/words.h"

// SARIF 2.1.0 that GitHub code scanning, DefectDojo, SonarQube, reviewdog, the editors' viewers and
// Microsoft's validator all read without loss. What each needs is noted where it decides something.

namespace privet::output {
namespace {

using finding::Finding;
using finding::Level;
using finding::Report;
using nlohmann::ordered_json;

constexpr std::size_t kMostSteps = 20;
constexpr std::size_t kMostRelated = 10;      // GitHub's limit for locations in one message
constexpr std::size_t kMostTags = 20;         // GitHub refuses rules with more
constexpr std::size_t kMostSnippet = 400;
constexpr std::size_t kMostText = 1000;       // GitHub refuses descriptions over 1024
constexpr std::size_t kMostBytes = 60u << 20; // GitHub takes 10 MB after gzip, which is about this
constexpr std::uint32_t kMostContext = 4000;

constexpr int kCwe = 0;
constexpr int kGdpr = 1;
constexpr int kControls = 2;
constexpr std::string_view kTaxonomies[] = {"CWE", "GDPR", "Controls"};

// --- small things ---

std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  text.resize(most);
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0u) == 0x80u) text.pop_back();
  if (!text.empty() && static_cast<unsigned char>(text.back()) >= 0xC0u) text.pop_back();
  return text + "…";
}

/// Relative and percent-encoded; a colon too, since before the first slash it would be a scheme.
std::string uri_of(std::string_view path) {
  static constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      uri += c;
    } else {
      uri += {'%', kDigits[byte >> 4], kDigits[byte & 15u]};
    }
  }
  return uri;
}

/// `log-personal-data` → `LogPersonalData`.
std::string pascal_of(std::string_view id) {
  std::string name;
  bool upper = true;
  for (const char c : id) {
    if (c == '-' || c == '/' || c == '_') {
      upper = true;
      continue;
    }
    name += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = false;
  }
  return name;
}

/// Brackets are links in SARIF messages; those that are meant as such are added afterwards.
std::string unlinked(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string_view language_of(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kLanguages[] = {
      {".js", "javascript"},    {".mjs", "javascript"}, {".cjs", "javascript"}, {".jsx", "javascript"},
      {".ts", "typescript"},    {".mts", "typescript"}, {".cts", "typescript"}, {".tsx", "typescript"},
      {".py", "python"},        {".pyi", "python"},     {".json", "json"},      {".yaml", "yaml"},
      {".yml", "yaml"},         {".toml", "toml"},      {".prisma", "prisma"},  {".sql", "sql"},
      {".graphql", "graphql"}};
  for (const auto& [extension, language] : kLanguages) {
    if (path.ends_with(extension)) return language;
  }
  return {};
}

std::string cwe_id(int number) { return "CWE-" + std::to_string(number); }

bool is_cwe_or_law(std::string_view control) {
  return control.starts_with("cwe") || control.starts_with("gdpr") || control.starts_with("external/");
}

/// What a run leaves out to stay readable for those who limit its size.
struct Detail {
  bool context = true;
  bool all_flows = true;
};

class SarifRenderer {
 public:
  SarifRenderer(const Report& report, const RenderOptions& options, Detail detail)
      : report_(report), options_(options), detail_(detail) {
    for (const rule::Rule* rule : report.rules) collect(*rule);
  }

  std::string render() {
    ordered_json results = ordered_json::array();
    for (const Finding& finding : report_.findings) {
      if (finding.suppressed && !options_.suppressed) continue;
      results.push_back(result_of(finding));
    }
    ordered_json invocation = invocation_of();
    ordered_json run;
    run["tool"]["driver"] = driver_of();
    run["taxonomies"] = taxonomies_of();
    run["invocations"] = ordered_json::array({std::move(invocation)});
    run["originalUriBaseIds"]["SRCROOT"]["description"]["text"] = "The root of the scanned tree.";
    run["artifacts"] = std::move(artifacts_);
    run["automationDetails"]["id"] = "personal-data/";
    run["columnKind"] = "utf16CodeUnits";
    run["defaultEncoding"] = "utf-8";
    run["newlineSequences"] = {"\r\n", "\n"};
    run["language"] = "en";
    run["results"] = std::move(results);
    ordered_json log;
    log["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
    log["version"] = "2.1.0";
    log["runs"] = ordered_json::array({std::move(run)});
    return log.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  }

 private:
  // --- taxonomies ---

  void collect(const rule::Rule& rule) {
    rule_index_.emplace(&rule, static_cast<int>(rule_index_.size()));
    for (const int cwe : rule.cwe) taxa_[kCwe].emplace(cwe_id(cwe), "");
    for (const std::string& law : rule.law) taxa_[kGdpr].emplace(law, "");
    for (const rule::Control& control : rule.controls) {
      if (control.id.starts_with("gdpr/")) {
        taxa_[kGdpr][control.id] = control.title;
      } else if (!is_cwe_or_law(control.id)) {
        taxa_[kControls].emplace(control.id, control.title);
      }
      const std::size_t dash = control.id.rfind('-');
      if (control.id.find("cwe") != std::string::npos && dash != std::string::npos) {
        taxa_[kCwe]["CWE-" + control.id.substr(dash + 1)] = control.title;
      }
    }
  }

  ordered_json taxon_reference(int taxonomy, const std::string& id) const {
    const auto& taxa = taxa_[taxonomy];
    ordered_json reference;
    reference["id"] = id;
    reference["index"] = std::distance(taxa.begin(), taxa.find(id));
    reference["toolComponent"]["name"] = kTaxonomies[taxonomy];
    reference["toolComponent"]["index"] = taxonomy;
    return reference;
  }

  ordered_json taxonomies_of() const {
    static constexpr std::string_view kOrganizations[] = {"MITRE", "European Union", "various"};
    static constexpr std::string_view kTexts[] = {
        "Common Weakness Enumeration",
        "General Data Protection Regulation, Regulation (EU) 2016/679",
        "Controls of security and privacy standards that ask for what a rule checks"};
    static constexpr std::string_view kUris[] = {
        "https://cwe.mitre.org/", "https://eur-lex.europa.eu/eli/reg/2016/679/oj", ""};
    ordered_json taxonomies = ordered_json::array();
    for (int i = 0; i < 3; ++i) {
      ordered_json taxonomy;
      taxonomy["name"] = kTaxonomies[i];
      taxonomy["organization"] = kOrganizations[i];
      taxonomy["shortDescription"]["text"] = sentence(kTexts[i]);
      if (!kUris[i].empty()) taxonomy["informationUri"] = kUris[i];
      taxonomy["isComprehensive"] = false;
      taxonomy["taxa"] = ordered_json::array();
      for (const auto& [id, title] : taxa_[i]) {
        ordered_json taxon;
        taxon["id"] = id;
        if (!title.empty()) taxon["shortDescription"]["text"] = sentence(title);
        if (i == kCwe) {
          taxon["helpUri"] = "https://cwe.mitre.org/data/definitions/" + id.substr(4) + ".html";
        }
        taxonomy["taxa"].push_back(std::move(taxon));
      }
      taxonomies.push_back(std::move(taxonomy));
    }
    return taxonomies;
  }

  // --- the driver ---

  ordered_json driver_of() const {
    ordered_json driver;
    driver["name"] = "Privet";
    driver["fullName"] = "Privet " + options_.version;
    driver["version"] = options_.version;
    driver["semanticVersion"] = options_.version;
    // A name, not an address: readers want the property, and the product has no page on the web.
    driver["informationUri"] = "urn:privet:scanner";
    driver["shortDescription"]["text"] =
        "Finds where an application exposes personal data and where access checks are missing.";
    driver["rules"] = ordered_json::array();
    for (const rule::Rule* rule : report_.rules) driver["rules"].push_back(rule_of(*rule));
    driver["notifications"] = ordered_json::array();
    for (const std::string_view id : notification_ids_) driver["notifications"].push_back(descriptor_of(id));
    driver["supportedTaxonomies"] = ordered_json::array();
    for (int i = 0; i < 3; ++i) {
      driver["supportedTaxonomies"].push_back({{"name", kTaxonomies[i]}, {"index", i}});
    }
    return driver;
  }

  /// GitHub shows one severity a rule, so a rule has that of its worst finding here; a rule without
  /// findings that of its usual one.
  double severity_of(const rule::Rule& rule) const {
    double worst = 0;
    for (const Finding& finding : report_.findings) {
      if (finding.rule == &rule && !finding.suppressed) worst = std::max(worst, finding.severity);
    }
    if (worst > 0) return worst;
    if (rule.severity.fixed) return *rule.severity.fixed;
    static constexpr double kUsual[] = {2.0, 5.0, 5.5, 7.0, 8.0};
    return std::min(kUsual[static_cast<std::size_t>(rule.severity.exposure) - 1],
                    rule.severity.cap.value_or(10.0));
  }

  static std::string_view level_text(double severity) {
    return severity >= 7.0 ? "error" : severity >= 4.0 ? "warning" : "note";
  }

  ordered_json tags_of(const rule::Rule& rule) const {
    ordered_json tags = {"security", "privacy",
                         "principle/" + std::string(rule::principle_name(rule.principle))};
    for (const int cwe : rule.cwe) {
      std::string number = std::to_string(cwe);
      number.insert(0, number.size() < 3 ? 3 - number.size() : 0, '0');
      tags.push_back("external/cwe/cwe-" + number);
    }
    for (const std::string& law : rule.law) tags.push_back(law);
    for (const rule::Control& control : rule.controls) {
      if (!is_cwe_or_law(control.id) && tags.size() < kMostTags) tags.push_back(control.id);
    }
    while (tags.size() > kMostTags) tags.erase(tags.size() - 1);
    return tags;
  }

  ordered_json rule_of(const rule::Rule& rule) const {
    const double severity = severity_of(rule);
    const std::string id(rule.id.text());
    ordered_json out;
    out["id"] = id;
    out["name"] = pascal_of(id);
    out["shortDescription"]["text"] = sentence(cut(rule.title, kMostText));
    out["fullDescription"]["text"] = sentence(cut(rule.why.empty() ? rule.title : rule.why, kMostText));
    out["help"]["text"] = help_of(rule, /*markdown=*/false);
    out["help"]["markdown"] = help_of(rule, /*markdown=*/true);
    out["helpUri"] = rule.cwe.empty()
                         ? std::string("https://eur-lex.europa.eu/eli/reg/2016/679/oj")
                         : "https://cwe.mitre.org/data/definitions/" + std::to_string(rule.cwe.front()) + ".html";
    out["defaultConfiguration"]["level"] = level_text(severity);
    out["defaultConfiguration"]["rank"] = severity * 10;
    out["properties"]["tags"] = tags_of(rule);
    out["properties"]["precision"] = rule.note_unless_personal ? "medium" : "high";
    out["properties"]["problem.severity"] =
        severity >= 7.0 ? "error" : severity >= 4.0 ? "warning" : "recommendation";
    out["properties"]["security-severity"] = one_decimal(severity);
    ordered_json relationships = ordered_json::array();
    const auto relate = [&](int taxonomy, const std::string& taxon) {
      relationships.push_back({{"target", taxon_reference(taxonomy, taxon)}, {"kinds", {"relevant"}}});
    };
    for (const int cwe : rule.cwe) relate(kCwe, cwe_id(cwe));
    for (const std::string& law : rule.law) relate(kGdpr, law);
    for (const rule::Control& control : rule.controls) {
      if (!is_cwe_or_law(control.id)) relate(kControls, control.id);
    }
    if (!relationships.empty()) out["relationships"] = std::move(relationships);
    return out;
  }

  static std::string help_of(const rule::Rule& rule, bool markdown) {
    const auto part = [&](std::string_view head, std::string_view text) {
      if (text.empty()) return std::string();
      return markdown ? "## " + std::string(head) + "\n\n" + std::string(text) + "\n\n"
                      : std::string(head) + ": " + std::string(text) + "\n";
    };
    std::string relevant;
    for (const std::string& law : rule.law) relevant += (relevant.empty() ? "" : ", ") + law;
    for (const int cwe : rule.cwe) relevant += (relevant.empty() ? "" : ", ") + cwe_id(cwe);
    const std::string id(rule.id.text());
    std::string help = part("Why", rule.why) + part("Fix", rule.fix) + part("Relevant", relevant);
    help += part("If it is meant to be so",
                 "Write `privet: allow " + id + " because` and the reason in a comment above the line.");
    return help;
  }

  // --- places ---

  int artifact_index(source::FileId file) {
    const auto [known, is_new] = artifact_indexes_.emplace(file.value, static_cast<int>(artifacts_.size()));
    if (!is_new) return known->second;
    const source::SourceFile& source = (*report_.sources)[file];
    ordered_json artifact;
    artifact["location"]["uri"] = uri_of(source.path);
    artifact["location"]["uriBaseId"] = "SRCROOT";
    artifact["length"] = source.analysed ? source.text.size() : source.size;
    artifact["roles"] = {"analysisTarget"};
    if (const std::string_view language = language_of(source.path); !language.empty()) {
      artifact["sourceLanguage"] = language;
    }
    if (source.analysed) artifact["hashes"]["sha-256"] = sha256(source.text);
    artifacts_.push_back(std::move(artifact));
    return known->second;
  }

  ordered_json artifact_location(source::FileId file) {
    ordered_json location;
    location["uri"] = uri_of((*report_.sources)[file].path);
    location["uriBaseId"] = "SRCROOT";
    location["index"] = artifact_index(file);
    return location;
  }

  ordered_json region_of(source::Span span, bool snippet) const {
    const source::SourceMap& sources = *report_.sources;
    const source::Position begin = sources.position(span.file, span.begin);
    const source::Position end = sources.position(span.file, std::max(span.begin, span.end));
    ordered_json region;
    region["startLine"] = begin.line;
    region["startColumn"] = begin.column_utf16;
    region["endLine"] = end.line;
    region["endColumn"] = end.column_utf16;
    if (snippet) {
      region["snippet"]["text"] = cut(redacted(report_, span), kMostSnippet);
    }
    return region;
  }

  /// The lines around, whole.
  ordered_json context_of(source::Span around) const {
    ordered_json region = region_of(around, false);
    region["snippet"]["text"] = redacted(report_, around);
    return region;
  }

  ordered_json physical_location(source::Span span, bool snippet) {
    ordered_json location;
    location["artifactLocation"] = artifact_location(span.file);
    location["region"] = region_of(span, snippet);
    return location;
  }

  // --- results ---

  ordered_json result_of(const Finding& finding) {
    const std::string id(finding.rule->id.text());
    ordered_json result;
    result["ruleId"] = id;
    result["ruleIndex"] = rule_index_.at(finding.rule);
    result["kind"] = "fail";
    result["level"] = finding::level_name(finding.level);
    result["message"] = message_of(finding);
    result["rank"] = finding.confidence * 100;
    ordered_json location;
    location["physicalLocation"] = physical_location(finding.span, true);
    const source::Span around = finding::shown_around(*report_.sources, finding.span);
    if (detail_.context && around.end - around.begin <= kMostContext) {
      location["physicalLocation"]["contextRegion"] = context_of(around);
    }
    if (!finding.function.empty()) {
      location["logicalLocations"] = ordered_json::array(
          {{{"name", finding.function}, {"fullyQualifiedName", finding.function}, {"kind", "function"}}});
    }
    result["locations"] = ordered_json::array({std::move(location)});
    add_related(finding, result);
    add_flow(finding, result);
    if (!finding.line_hash.empty()) {
      result["partialFingerprints"]["primaryLocationLineHash"] = finding.line_hash;
    }
    result["fingerprints"]["privet/v1"] = finding.fingerprint;
    ordered_json taxa = ordered_json::array();
    for (const int cwe : finding.rule->cwe) taxa.push_back(taxon_reference(kCwe, cwe_id(cwe)));
    for (const std::string& law : finding.rule->law) taxa.push_back(taxon_reference(kGdpr, law));
    if (!taxa.empty()) result["taxa"] = std::move(taxa);
    if (finding.suppressed) {
      result["suppressions"] = ordered_json::array(
          {{{"kind", "inSource"}, {"justification", harmless(finding.suppression_reason)}}});
    }
    if (finding.baseline != Finding::Baseline::None) {
      result["baselineState"] = finding.baseline == Finding::Baseline::New ? "new" : "unchanged";
    }
    result["properties"] = properties_of(finding);
    return result;
  }

  /// One sentence first, since that is all that fits in a list; then links to what else matters.
  ordered_json message_of(const Finding& finding) const {
    std::string links;
    for (std::size_t i = 0; i < std::min(finding.related.size(), kMostRelated); ++i) {
      links += (links.empty() ? " See [" : ", [") + unlinked(harmless(finding.related[i].message)) + "](" +
               std::to_string(i + 1) + ")";
    }
    if (!links.empty()) links += ".";
    const std::string first = unlinked(sentence(harmless(finding.message)));
    ordered_json message;
    message["text"] = first + links;
    std::string markdown = first + links;
    if (!finding.reasons.empty()) markdown += "\n\nBecause:\n";
    for (const std::string& reason : finding.reasons) markdown += "\n- " + unlinked(harmless(reason));
    if (!finding.rule->fix.empty()) markdown += "\n\nFix: " + finding.rule->fix;
    message["markdown"] = std::move(markdown);
    return message;
  }

  void add_related(const Finding& finding, ordered_json& result) {
    if (finding.related.empty()) return;
    ordered_json related = ordered_json::array();
    for (std::size_t i = 0; i < std::min(finding.related.size(), kMostRelated); ++i) {
      ordered_json place;
      place["id"] = i + 1;
      place["physicalLocation"] = physical_location(finding.related[i].span, false);
      place["message"]["text"] = unlinked(sentence(harmless(finding.related[i].message)));
      related.push_back(std::move(place));
    }
    result["relatedLocations"] = std::move(related);
  }

  void add_flow(const Finding& finding, ordered_json& result) {
    if (finding.steps.size() < 2) return;
    if (!detail_.all_flows && finding.level != Level::Error) return;
    ordered_json steps = ordered_json::array();
    const std::size_t n = std::min(finding.steps.size(), kMostSteps);
    for (std::size_t i = 0; i < n; ++i) {
      // Of a longer way the beginning and the very end.
      const finding::Place& step = i + 1 == n ? finding.steps.back() : finding.steps[i];
      ordered_json location;
      location["location"]["physicalLocation"] = physical_location(step.span, false);
      location["location"]["message"]["text"] = unlinked(sentence(harmless(step.message)));
      location["nestingLevel"] = step.depth;
      location["executionOrder"] = i + 1;
      location["importance"] = i == 0 || i + 1 == n ? "essential" : "important";
      steps.push_back(std::move(location));
    }
    ordered_json flow;
    flow["threadFlows"] = ordered_json::array();
    flow["threadFlows"].push_back({{"locations", std::move(steps)}});
    result["codeFlows"] = ordered_json::array({std::move(flow)});
  }

  static ordered_json properties_of(const Finding& finding) {
    ordered_json properties;
    properties["security-severity"] = one_decimal(finding.severity);
    properties["severityFactors"] = factors_text(finding);
    properties["confidence"] = finding.confidence;
    properties["principle"] = rule::principle_name(finding.rule->principle);
    if (!finding.data.empty()) properties["dataTypes"] = finding.data;
    properties["dataLevel"] = "L" + std::to_string(finding.data_level);
    const auto add = [&](const char* key, const std::string& text) {
      if (!text.empty()) properties[key] = harmless(text);
    };
    add("subjects", finding.person);
    add("entity", finding.entity);
    add("exposure", finding.exposure);
    add("recipient", finding.recipient);
    add("route", finding.route);
    add("evidence", finding.evidence);
    properties["bulk"] = finding.bulk;
    properties["provenPersonal"] = finding.proven_personal;
    ordered_json reasons = ordered_json::array();
    for (const std::string& reason : finding.reasons) reasons.push_back(harmless(reason));
    if (!reasons.empty()) properties["reasons"] = std::move(reasons);
    return properties;
  }

  // --- what was left out ---

  std::size_t notification_index(std::string_view id) {
    const auto known = std::find(notification_ids_.begin(), notification_ids_.end(), id);
    if (known != notification_ids_.end()) {
      return static_cast<std::size_t>(known - notification_ids_.begin());
    }
    notification_ids_.push_back(id);
    return notification_ids_.size() - 1;
  }

  static ordered_json descriptor_of(std::string_view id) {
    std::string_view text = id == "left-out"   ? "Files and folders that take no part in the scan."
                            : id == "shortened" ? "The file was kept small enough for its readers."
                                                : "";
    for (std::uint8_t i = 0; text.empty() && i <= static_cast<std::uint8_t>(source::ProblemCode::LinkOutside); ++i) {
      const auto code = static_cast<source::ProblemCode>(i);
      if (source::code_name(code) == id) text = source::code_text(code);
    }
    ordered_json descriptor;
    descriptor["id"] = id;
    descriptor["name"] = pascal_of(id);
    // GitHub's rules ask for all three of every descriptor.
    descriptor["shortDescription"]["text"] = sentence(text);
    descriptor["fullDescription"]["text"] = sentence(text);
    descriptor["help"]["text"] = "Run `privet explain " + std::string(id) + "` for more.";
    return descriptor;
  }

  static bool keeps_file_out(source::ProblemCode code) {
    using source::ProblemCode;
    return code == ProblemCode::UnreadableFile || code == ProblemCode::TooLarge ||
           code == ProblemCode::ParseStopped;
  }

  ordered_json notification_of(std::string_view id, std::string_view level, std::string text) {
    ordered_json notification;
    notification["descriptor"]["id"] = id;
    notification["descriptor"]["index"] = notification_index(id);
    notification["level"] = level;
    notification["message"]["text"] = unlinked(sentence(harmless(text)));
    return notification;
  }

  ordered_json invocation_of() {
    ordered_json notifications = ordered_json::array();
    for (const source::Problem& problem : report_.problems) {
      ordered_json notification =
          notification_of(source::code_name(problem.code), keeps_file_out(problem.code) ? "warning" : "note",
                          problem.message.empty() ? std::string(source::code_text(problem.code)) : problem.message);
      if (problem.span.valid()) {
        ordered_json location;
        location["physicalLocation"] = physical_location(problem.span, false);
        notification["locations"] = ordered_json::array({std::move(location)});
      }
      notifications.push_back(std::move(notification));
    }
    if (const std::string text = left_out_text(report_); !text.empty()) {
      notifications.push_back(notification_of("left-out", "note", "left out: " + text));
    }
    for (const source::SkippedFolder& folder : report_.skipped_folders) {
      ordered_json notification = notification_of(
          "left-out", "note", "the folder was not entered: " + std::string(folder.why));
      ordered_json location;
      location["physicalLocation"]["artifactLocation"]["uri"] = uri_of(folder.path) + "/";
      location["physicalLocation"]["artifactLocation"]["uriBaseId"] = "SRCROOT";
      notification["locations"] = ordered_json::array({std::move(location)});
      notifications.push_back(std::move(notification));
    }
    if (!detail_.context) {
      notifications.push_back(notification_of(
          "shortened", "note",
          detail_.all_flows ? "surrounding lines are left out to keep this file small"
                            : "surrounding lines, and the ways of all but errors, are left out to keep "
                              "this file small"));
    }
    ordered_json invocation;
    invocation["executionSuccessful"] = true;
    invocation["toolExecutionNotifications"] = std::move(notifications);
    invocation["properties"]["filesAnalysed"] = report_.n_files;
    invocation["properties"]["filesNotAnalysed"] = report_.n_skipped;
    return invocation;
  }

  const Report& report_;
  const RenderOptions& options_;
  Detail detail_;
  std::map<std::string, std::string> taxa_[3];   // id → title
  std::unordered_map<const rule::Rule*, int> rule_index_;
  std::unordered_map<std::uint32_t, int> artifact_indexes_;
  ordered_json artifacts_ = ordered_json::array();
  std::vector<std::string_view> notification_ids_;
};

std::string render(const Report& report, const RenderOptions& options) {
  std::string text;
  for (const Detail detail : {Detail{}, Detail{false, true}, Detail{false, false}}) {
    text = SarifRenderer(report, options, detail).render();
    if (text.size() <= kMostBytes) break;
  }
  return text;
}

}  // namespace

extern const Format kFormat_sarif{"sarif", ".sarif", "SARIF 2.1.0 for code scanning and editors", render};

}  // namespace privet::output
