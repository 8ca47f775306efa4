#include "finding/match.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

#include "finding/fingerprint.h"
#include "rule/data_types.h"

namespace privet::finding {
namespace {

constexpr std::size_t kMostDataWords = 4;
constexpr std::size_t kMostReasons = 6;

bool language_fits(const Facts& facts, const Match& match) {
  const auto& languages = match.rule->languages;
  if (languages.empty() || !match.function.valid()) return true;
  base::Name language = facts.program.module(facts.program.module_of(match.function)).language;
  if (language == base::Name::of("typescript") || language == base::Name::of("tsx")) {
    language = base::Name::of("javascript");
  }
  return std::find(languages.begin(), languages.end(), language) != languages.end();
}

/// Puts words into `{…}`. A place without a word reads as a plain "-" so that it is seen in tests.
std::string filled(const std::string& pattern,
                   const std::vector<std::pair<std::string, std::string>>& words) {
  std::string out;
  std::size_t i = 0;
  while (i < pattern.size()) {
    const std::size_t open = pattern.find('{', i);
    const std::size_t close = open == std::string::npos ? open : pattern.find('}', open);
    if (close == std::string::npos) {
      out += pattern.substr(i);
      break;
    }
    out += pattern.substr(i, open - i);
    const std::string key = pattern.substr(open + 1, close - open - 1);
    const auto word = std::find_if(words.begin(), words.end(),
                                   [&](const auto& entry) { return entry.first == key; });
    out += word == words.end() || word->second.empty() ? "-" : word->second;
    i = close + 1;
  }
  return out;
}

/// The function, or what stands around one without a name: it must stay the same when lines move.
std::string function_words(const Facts& facts, const Match& match) {
  const program::Program& program = facts.program;
  const program::ModuleId module = program.module_of(match.function);
  const auto quoted = [&](program::FunctionId id) { return "`" + program.display_name(id) + "`"; };
  const ir::Function* at = &program.function(match.function);
  if (!at->name.empty()) return quoted(match.function);
  if (at->parent == ir::kNone) return "the body of this file";
  if (!match.route.empty()) return "the handler of `" + match.route + "`";
  while (at->parent != ir::kNone) {
    const program::FunctionId around = program.function_id(module, at->parent);
    at = &program.function(around);
    if (!at->name.empty()) return "a function in " + quoted(around);
  }
  return "a function of this file";
}

/// `photo of a person of a person`, `any a person`: the person is named once.
std::string with_person_once(std::string text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTwice = {{
      {" of a person of ", " of "},
      {" any a person", " any person"},
      {" every a person", " every person"},
      {" all a person", " all people"},
      {" the a person", " the person"},
      {" a a person", " a person"},
  }};
  for (const auto& [twice, once] : kTwice) {
    for (std::size_t at = text.find(twice); at != std::string::npos; at = text.find(twice, at)) {
      text.replace(at, twice.size(), once);
    }
  }
  return text;
}

std::string message_of(const Facts& facts, const Match& match) {
  if (!match.message.empty()) return match.message;
  auto words = match.words;
  words.emplace_back("data", match.data.empty() ? "personal data" : data_words(facts.rules, match.data));
  words.emplace_back("person", match.person.empty() ? "a person" : match.person);
  words.emplace_back("entity", match.entity.empty() ? "a person" : "`" + match.entity + "`");
  words.emplace_back("recipient", match.recipient.empty() ? "an outside service" : match.recipient);
  words.emplace_back("route", match.route.empty() ? "this function" : "`" + match.route + "`");
  words.emplace_back("level", "L" + std::to_string(match.severity.data_level));
  words.emplace_back("function", match.function.valid() ? function_words(facts, match) : "this file");
  std::string text = with_person_once(filled(match.rule->message, words));
  if (match.severity.unproven) text += "; no link to personal data was proven";
  return text;
}

Finding finding_of(const Facts& facts, Match match) {
  Finding finding;
  finding.rule = match.rule;
  finding.span = match.span;
  finding.message = message_of(facts, match);
  if (facts.program.sources()[match.span.file].test) match.severity.test_code = true;
  SeverityResult severity = grade(match.rule->severity, match.severity);
  cap_level(facts.rules.level_cap(match.rule->id), severity);
  finding.level = severity.level;
  finding.severity = severity.score;
  finding.factors = severity.factors;
  finding.data_level = match.severity.data_level;
  finding.confidence = match.severity.likely ? std::min(match.confidence, 0.7) : match.confidence;
  for (const rule::DataTypeId id : match.data) {
    finding.data.emplace_back(facts.rules.data_types()[id].id.text());
  }
  std::sort(finding.data.begin(), finding.data.end());
  finding.person = std::move(match.person);
  finding.entity = std::move(match.entity);
  finding.exposure = "X" + std::to_string(static_cast<int>(match.severity.exposure));
  finding.recipient = std::move(match.recipient);
  finding.route = std::move(match.route);
  finding.evidence = std::move(match.evidence);
  finding.bulk = match.severity.bulk;
  finding.proven_personal = !match.severity.unproven;
  finding.reasons = std::move(match.reasons);
  if (finding.reasons.size() > kMostReasons) finding.reasons.resize(kMostReasons);
  finding.steps = std::move(match.steps);
  finding.related = std::move(match.related);
  // What a library declares has no place in the program.
  std::erase_if(finding.related, [](const Place& place) { return !place.span.valid(); });
  if (match.function.valid()) {
    finding.function = function_words(facts, match);
    std::erase(finding.function, '`');
  }
  const std::string data = data_words(facts.rules, match.data);
  const std::string place = without_blanks(facts.program.sources().text(match.span));
  finding.fingerprint = fingerprint({match.rule->id.text(), finding.function, finding.entity, data,
                                     match.key, finding.route, place});
  return finding;
}

/// The same content twice in one function: the first is `…`, the second `…-2`, in source order.
void number_equal_fingerprints(std::vector<Finding>& findings) {
  std::unordered_map<std::string, int> seen;
  for (Finding& finding : findings) {
    const int ordinal = ++seen[finding.fingerprint];
    if (ordinal > 1) {
      finding.fingerprint = fingerprint({finding.fingerprint, std::to_string(ordinal)});
    }
  }
}

}  // namespace

std::string data_words(const rule::RuleSet& rules, const std::vector<rule::DataTypeId>& data) {
  std::vector<rule::DataTypeId> sorted = data;
  const auto& types = rules.data_types();
  std::sort(sorted.begin(), sorted.end(), [&](rule::DataTypeId a, rule::DataTypeId b) {
    return std::make_tuple(-types[a].level, types[a].id.text()) <
           std::make_tuple(-types[b].level, types[b].id.text());
  });
  std::string words;
  for (std::size_t i = 0; i < sorted.size() && i < kMostDataWords; ++i) {
    if (i > 0) words += i + 1 == sorted.size() ? " and " : ", ";
    words += types[sorted[i]].title;
  }
  if (sorted.size() > kMostDataWords) {
    words += " and " + std::to_string(sorted.size() - kMostDataWords) + " more";
  }
  return words;
}

int level_of(const rule::RuleSet& rules, const std::vector<rule::DataTypeId>& data) {
  int level = 0;
  for (const rule::DataTypeId id : data) {
    level = std::max(level, static_cast<int>(rules.data_types()[id].level));
  }
  return level;
}

void describe_origins(const Facts& facts, const std::vector<flow::OriginId>& origins,
                      Match& match) {
  std::set<rule::DataTypeId> data;
  bool all_likely = true;
  program::EntityId entity;
  for (const flow::OriginId id : origins) {
    const flow::Origin& origin = facts.flows.origin(id);
    if (!origin.data.valid()) continue;
    data.insert(origin.data);
    if (origin.certainty == personal::Certainty::Certain) all_likely = false;
    if (origin.bulk) match.severity.bulk = true;
    if (origin.entity.valid() && (!entity.valid() || origin.entity < entity)) entity = origin.entity;
    if (origin.evidence != nullptr) {
      for (const std::string& reason : origin.evidence->reasons) {
        std::string line = "`" + std::string(origin.field.text()) + "`: " + reason;
        if (std::find(match.reasons.begin(), match.reasons.end(), line) == match.reasons.end()) {
          match.reasons.push_back(std::move(line));
        }
      }
    }
  }
  match.data.assign(data.begin(), data.end());
  match.severity.data_level = level_of(facts.rules, match.data);
  match.severity.likely = !data.empty() && all_likely;
  for (const rule::DataTypeId id : match.data) {
    const rule::DataType& type = facts.rules.data_types()[id];
    if (type.flags.has(rule::DataFlag::Harm) || type.flags.has(rule::DataFlag::Child)) {
      match.severity.harm_or_child = true;
    }
  }
  if (!entity.valid()) return;
  match.entity = std::string(facts.program.entity(entity).name.text());
  const personal::PersonalEntity& person = facts.personal.entity(entity);
  match.person = person.person;
  if (!person.special.empty()) {
    // Taxonomy 3.3: ordinary data of a special entity tells something of its own.
    match.severity.special = true;
    const int raised = match.severity.bulk ? 4 : 3;
    if (match.severity.data_level == 2) match.severity.data_level = raised;
  }
}

Matches match_rules(const Facts& facts) {
  Matches matches;
  match_flow_rules(facts, matches);
  match_call_rules(facts, matches);
  for (const rule::Rule& rule : facts.rules.rules()) {
    for (const auto* forms : {&rule.access, &rule.declaration, &rule.program, &rule.config}) {
      for (const rule::CheckForm& form : *forms) {
        const Check check = find_check(form.check);
        CHECK(check != nullptr, "rule loading refuses names of checks that do not exist");
        check(facts, rule, form, matches);
      }
    }
  }
  return matches;
}

namespace {

/// Drops what another rule says better of the same entry point (Rule::yields_to).
void yield_matches(Matches& matches) {
  std::unordered_map<std::string, std::vector<base::Name>> by_route;
  for (const Match& match : matches) {
    if (!match.route.empty()) by_route[match.route].push_back(match.rule->id);
  }
  std::erase_if(matches, [&](const Match& match) {
    const auto found = by_route.find(match.route);
    if (found == by_route.end()) return false;
    return std::any_of(match.rule->yields_to.begin(), match.rule->yields_to.end(), [&](base::Name id) {
      return std::find(found->second.begin(), found->second.end(), id) != found->second.end();
    });
  });
}

}  // namespace

std::vector<Finding> make_findings(const Facts& facts, Matches matches) {
  yield_matches(matches);
  std::vector<Finding> findings;
  findings.reserve(matches.size());
  for (Match& match : matches) {
    if (!match.span.valid() || !language_fits(facts, match)) continue;
    findings.push_back(finding_of(facts, std::move(match)));
  }
  // FileId order is path order.
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::make_tuple(a.span, a.rule->id.text(), a.message) <
           std::make_tuple(b.span, b.rule->id.text(), b.message);
  });
  findings.erase(std::unique(findings.begin(), findings.end(),
                             [](const Finding& a, const Finding& b) {
                               return a.rule == b.rule && a.span == b.span;
                             }),
                 findings.end());
  number_equal_fingerprints(findings);
  set_line_hashes(facts.program.sources(), findings);
  return findings;
}

}  // namespace privet::finding
