#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/name.h"
#include "rule/rule.h"
#include "source/problem.h"
#include "source/source_map.h"
#include "source/walk.h"

/// Matches become findings: severity, order, duplicates, fingerprints, suppression, baseline.
namespace privet::finding {

enum class Level : std::uint8_t { Note, Warning, Error };
std::string_view level_name(Level level);      ///< `note`, `warning`, `error`

/// A place with a word to it.
struct Place {
  source::Span span;
  std::string message;                         ///< lower-case, no final period
  std::uint32_t depth = 0;                     ///< calls entered on the way, for steps
};

/// What the severity was made of, as printed.
struct Factor {
  std::string name;                            ///< `data level`, `exposure`, `certainty`, `bulk`
  std::string value;                           ///< `L2`, `X5 (public)`, `likely`
  double effect = 0;                           ///< points; the first factor carries the base
};

struct Finding {
  const rule::Rule* rule = nullptr;
  source::Span span;                           ///< short: the expression, not the function
  std::string message;                         ///< which data of whom goes where, why nothing stops it; no final period
  Level level = Level::Warning;
  double severity = 0;                         ///< 0.1 … 10.0
  double confidence = 1;                       ///< 0 … 1; SARIF rank = 100 ×
  std::vector<Factor> factors;
  std::vector<std::string> data;               ///< data type ids, sorted
  int data_level = 0;                          ///< L0 … L4, as graded
  std::string person;                          ///< `attendee`
  std::string entity;                          ///< `Attendee`
  std::string exposure;                        ///< `X5`
  std::string recipient;                       ///< name of the outside party
  std::string route;                           ///< `GET /attendees`
  std::string evidence;                        ///< `flow`, `route`, `shape`, `config`, `values`, `absence`, `deviation`
  bool bulk = false;
  bool proven_personal = true;                 ///< false: a weakness with no proven link; a note
  std::vector<std::string> reasons;            ///< why it is personal, why it is open
  std::vector<Place> steps;                    ///< the way, in order
  std::vector<Place> related;                  ///< field declaration, guard of siblings, route
  std::string function;                        ///< display name of the enclosing function
  std::string fingerprint;                     ///< 16 hex digits; no line numbers in it
  std::string line_hash;                       ///< GitHub's primaryLocationLineHash
  bool suppressed = false;                     ///< by a comment, with `suppression_reason`
  std::string suppression_reason;
  enum class Baseline : std::uint8_t { None, New, Unchanged } baseline = Baseline::None;
};

/// Everything that outputs print.
struct Report {
  const source::SourceMap* sources = nullptr;
  std::vector<const rule::Rule*> rules;        ///< all loaded, by id
  std::vector<Finding> findings;               ///< by path, span, rule id
  source::Problems problems;                   ///< by path, span, code
  std::size_t n_files = 0;                     ///< analysed
  std::size_t n_skipped = 0;                   ///< wanted but not analysed: a Problem says why
  source::WalkCounts counts;                   ///< what the walk left out
  std::vector<source::SkippedFolder> skipped_folders;
  /// Literals that no output may show: values about people, secrets. Sorted, apart.
  std::vector<source::Span> redactions;
};

}  // namespace privet::finding
