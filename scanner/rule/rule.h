#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/name.h"
#include "rule/model.h"

namespace privet::rule {

using RuleId = base::Id<struct RuleTag>;

/// The seven principles of GDPR Art. 5; folders of `rules/`.
enum class Principle : std::uint8_t {
  Lawfulness, PurposeLimitation, Minimisation, Accuracy, StorageLimitation, Security, Accountability
};
std::string_view principle_name(Principle principle);  ///< `security`, …

/// X1 (inside the store) … X5 (public): who sees what leaves. catalogue/rules.md A2.
enum class Exposure : std::uint8_t { X1 = 1, X2, X3, X4, X5 };

struct Example {
  bool bad = false;
  std::string language;     ///< `python`, `javascript`, `typescript`, `tsx`; by the file name when `files` is used
  /// One or several files: `path` relative, `text` with inline expectations as in STYLE.md.
  struct File {
    std::string path;
    std::string text;
    std::uint32_t line = 0;   ///< in the rule file, of the text's first line
  };
  std::vector<File> files;
  std::uint32_t line = 0;   ///< of the example in the rule file
};

/// What fires. One of the forms is set.
///
///   flow:    {from: [data…], to: [kinds…], unless: [protections…], level: L2, …}
///   access:  a check of the access map, by name (see access/checks.h), with parameters
///   call:    {tags/apis, when, data: optional link to personal data}
///   declaration, config, program: facts of the same shape over declarations, documents, the program
///
/// `check` names a predicate that the engine offers with `parameters`; `privet rules --checks` lists
/// them. A rule only combines, filters and words.
struct FlowForm {
  std::vector<std::string> data;        ///< data type ids or groups (`credential.*`, `contact.email`); empty: any
  std::vector<std::string> not_data;
  std::vector<Name> sources;            ///< source kinds instead of data types (`request-body`)
  std::vector<Name> to;                 ///< sink kinds
  std::vector<Name> recipients;         ///< recipient roles (`advertising`, `analytics`); empty: any
  std::vector<Protection> unless;       ///< protections that silence it
  std::vector<Protection> protection;   ///< only values that got one of these on the way
  int min_level = 2;                    ///< L-level of the data
  int min_types = 1;                    ///< distinct data types in one sink
  bool whole_input = false;             ///< of input: all of it, not one field
  std::vector<Name> unless_tags;        ///< silent when the same function makes a call with one of these tags
  std::optional<bool> whole_record;     ///< only when a whole record leaves / only single fields
  std::optional<bool> of_person;        ///< only of records that are about a person / only of others
  std::optional<bool> bulk;             ///< only lists / only single records
  std::optional<bool> authenticated;    ///< X-class by the entry point behind it
};

struct CheckForm {
  Name check;
  std::vector<std::pair<std::string, std::vector<std::string>>> parameters;
};

struct CallForm {
  std::vector<Name> tags;               ///< FunctionModel::tags
  std::vector<Name> apis;
  std::vector<Condition> when;
  /// Silent when the same function also makes a call with one of these tags (`starttls`).
  std::vector<Name> unless_tags;
  /// Which argument must be about a person for more than a note; nothing: always a finding.
  std::optional<AccessPath> personal;
  std::vector<std::string> data;
  bool note = false;                    ///< never more than a note
};

/// Severity: `matrix` (data level × exposure, rules.md A3) with the exposure given here unless the
/// finding knows better; or a fixed number.
struct Severity {
  std::optional<double> fixed;
  Exposure exposure = Exposure::X2;
  bool bulk = false;
  bool takeover = false;                ///< + 0.5: write, delete or takeover possible
  double shift = 0;                     ///< added to the matrix
  std::optional<double> cap;
};

struct Control { std::string id; std::string title; };  ///< `nist/csf-2.0/PR.DS-01`

struct Rule {
  Name id;
  std::string title;
  Principle principle = Principle::Security;
  std::vector<std::string> law;         ///< `gdpr/art-32`, first the most relevant
  std::vector<int> cwe;
  std::vector<Control> controls;        ///< from rules/controls.json by rule id
  std::vector<Name> languages;          ///< families; empty: all
  Severity severity;
  /// The message, with `{data}`, `{person}`, `{sink}`, `{recipient}`, `{route}`, `{function}`,
  /// `{level}`, `{entity}` filled per finding. One sentence, ends without a period.
  std::string message;
  std::string why;
  std::string fix;
  std::vector<FlowForm> flow;           ///< any of them
  std::vector<CheckForm> access;
  std::vector<CheckForm> declaration;
  std::vector<CallForm> call;
  std::vector<CheckForm> program;
  std::vector<CheckForm> config;
  /// Rules that say more about the same entry point: where one of them fires, this one is silent.
  std::vector<Name> yields_to;
  /// Only a note unless the link to personal data is proven (file modes, CORS, cookie flags, …).
  bool note_unless_personal = false;
  std::vector<Example> examples;
  std::string file;                     ///< where it was read
  std::uint32_t line = 0;
};

}  // namespace privet::rule
