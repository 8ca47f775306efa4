#pragma once

#include <string>
#include <vector>

#include "access/access.h"
#include "finding/finding.h"
#include "finding/severity.h"
#include "flow/flow.h"
#include "personal/personal.h"
#include "program/program.h"
#include "rule/rule_set.h"

/// Rules meet the solved program here. Program, Personal, FlowResult and AccessMap come in, findings
/// go out. A rule's forms say what fires; the predicates they name are in `checks_*.cc`, one table a
/// file. Knows no output format.
namespace privet::finding {

/// All that a check may look at. Lives as long as the scan.
struct Facts {
  const program::Program& program;
  const personal::Personal& personal;
  const flow::FlowResult& flows;
  const access::AccessMap& access;
  const rule::RuleSet& rules;
};

/// What a check found, before it is graded and worded. `words` fill the rule's message: `{data}`,
/// `{person}`, `{route}`, …; unknown words are a mistake of ours.
struct Match {
  const rule::Rule* rule = nullptr;
  source::Span span;
  program::FunctionId function;
  std::vector<rule::DataTypeId> data;
  SeverityFacts severity;
  std::vector<std::pair<std::string, std::string>> words;
  std::string message;          ///< replaces the rule's message when a check knows better
  std::string person;
  std::string entity;
  std::string recipient;
  std::string route;
  std::string evidence;
  std::string key;              ///< what tells this finding from others of the rule in the same function
  double confidence = 0.9;
  std::vector<std::string> reasons;
  std::vector<Place> steps;
  std::vector<Place> related;
};

using Matches = std::vector<Match>;

/// A predicate that rules can name in `access:`, `declaration:`, `program:` or `config:`.
using Check = void (*)(const Facts& facts, const rule::Rule& rule, const rule::CheckForm& form,
                       Matches& out);

/// The check of that name; nullptr when there is none. Rule loading already refused unknown names.
Check find_check(base::Name name);

/// Every match of every rule, in no particular order.
Matches match_rules(const Facts& facts);

/// The parts of `match_rules`, by form.
void match_flow_rules(const Facts& facts, Matches& out);
void match_call_rules(const Facts& facts, Matches& out);

/// Grades, words, fingerprints, removes duplicates and sorts.
std::vector<Finding> make_findings(const Facts& facts, Matches matches);

// --- words shared by checks ---

/// "e-mail address, phone number" by the data types' titles, at most four, then "and 3 more".
std::string data_words(const rule::RuleSet& rules, const std::vector<rule::DataTypeId>& data);
/// The highest level among them; 0 for none. `special` raises (taxonomy 3.3).
int level_of(const rule::RuleSet& rules, const std::vector<rule::DataTypeId>& data);
/// Fills data, person, entity, severity's level, flags and certainty from origins.
void describe_origins(const Facts& facts, const std::vector<flow::OriginId>& origins, Match& match);
/// True if a model of the symbol whose conditions hold at the call has one of the tags.
bool has_tag(const Facts& facts, base::Name symbol, const program::Site& site, const std::vector<base::Name>& tags);
/// The instruction that alone gives a local its value; nullptr when there are several, or none. O(instructions).
const ir::Instruction* maker_of(const ir::Function& code, ir::LocalIndex local);
/// True if the function makes a call that a model gives one of the tags.
bool calls_tagged(const Facts& facts, program::FunctionId function, const std::vector<base::Name>& tags);
/// True if the glob (`credential.*`, `contact.email`) fits the id of the data type.
bool fits(std::string_view pattern, std::string_view id);
/// True if what leaves is protected on the way, by one of `unless` (empty: by any protection).
bool is_protected(const Facts& facts, const flow::Flow& flow, const std::vector<rule::Protection>& unless);

}  // namespace privet::finding
