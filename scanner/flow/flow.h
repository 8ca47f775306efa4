#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.h"
#include "personal/personal.h"
#include "program/program.h"
#include "rule/rule_set.h"

/// Where values about a person, and values from outside, end up. Program and Personal come in; a
/// frozen FlowResult goes out: every source that reaches every sink, with the way, plus what each
/// function does as a Summary. Knows kinds, not rules; does not know who may call an entry point.
namespace privet::flow {

using OriginId = base::Id<struct OriginTag>;

/// Where a value began. Two kinds: data about a person (`data` valid), and input from outside
/// (`kind` set, e.g. `request-body`). One place may give several Origins.
struct Origin {
  rule::DataTypeId data;
  base::Name kind;                     ///< source kind for input; empty for personal data
  personal::Certainty certainty = personal::Certainty::Likely;
  program::EntityId entity;            ///< whose field it is, when known
  base::Name field;                    ///< the field, variable or key
  bool bulk = false;                   ///< from a list of records
  program::FunctionId function;
  source::Span span;                   ///< the expression
  const personal::Evidence* evidence = nullptr;
};

/// One step of the way, in order of execution; text is made at output.
struct Step {
  enum class Kind : std::uint8_t { Source, Assign, Field, Pass, Enter, Leave, Protect, Sink };
  Kind kind = Kind::Assign;
  program::FunctionId function;
  source::Span span;
  base::Name name;                     ///< the variable, field or function
};

/// An origin that reaches a sink.
struct Flow {
  OriginId origin;
  base::Name sink;                     ///< sink kind
  base::Name symbol;                   ///< the API: `express.Response.json`
  base::Name recipient;                ///< id in rules/recipients, when one is known
  program::Site site;                  ///< the call or instruction that lets it out
  source::Span span;                   ///< the argument expression there
  rule::Protection protection = rule::Protection::None;
  bool whole_record = false;           ///< it left inside a record of `Origin::entity`
  bool as_template = false;            ///< as a part of a text
  bool opaque = false;                 ///< it went through something unknown, which may not have kept it
  bool shared = false;                 ///< it was put into a shared variable or field, or thrown, on the way
  std::vector<Step> steps;             ///< at most 20, the middle left out
  /// Functions in which the origin meets a way to the sink, by id; none: in that of `site`, or in too many.
  std::vector<program::FunctionId> meets_in;
  std::vector<program::FunctionId> entry;  ///< functions on the way from which it can be started, outermost; up to 4
};

/// Reads or writes of records, for access checks.
struct Load {
  program::Site site;
  program::EntityId entity;
  rule::Access::Kind kind = rule::Access::Kind::Read;
  bool many = false;
  bool limited = false;
  /// The selectors, each with what its value comes from.
  struct Selector {
    base::Name field;                  ///< `id`, `email`; empty when not known
    bool from_request = false;         ///< some Origin of kind request-* reaches it
    bool from_principal = false;
    source::Span span;
    /// The functions that hand the value over from there, by id: a service is called by several handlers.
    std::vector<program::FunctionId> request_in;
    std::vector<program::FunctionId> principal_in;
  };
  std::vector<Selector> where;
  std::vector<base::Name> fields;      ///< projection, when known; empty: all
  /// What is written, by field; `*` when the whole request body goes in.
  std::vector<Selector> data;
};

class FlowResult {
 public:
  FlowResult(FlowResult&&) noexcept;
  ~FlowResult();

  const std::vector<Flow>& flows() const;             ///< by span of the sink, then origin
  const Origin& origin(OriginId id) const;
  std::span<const Load> loads(program::FunctionId function) const;
  /// What the function hands to its caller, as flows without a sink: for frameworks that send what a
  /// handler returns. Sorted as `flows()`; made when asked for.
  std::vector<Flow> returned(program::FunctionId function) const;
  /// Origins in a local at the end of an instruction (`site`), all fields together: for access checks
  /// and `call` rules. Bounded; empty when none.
  std::vector<OriginId> origins_at(const program::Site& site, ir::LocalIndex local) const;
  /// True if the value may come from the authenticated caller.
  bool from_principal(const program::Site& site, ir::LocalIndex local) const;
  const source::Problems& problems() const;

  struct Tables;
 private:
  friend FlowResult solve(const program::Program&, const personal::Personal&, base::ThreadPool&);
  explicit FlowResult(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

/// Solves the whole program. `program` and `personal` outlive the result. Groups of the call graph go
/// bottom up, each as soon as those it needs are done. Budgets are steps, so a slow machine finds the same.
FlowResult solve(const program::Program& program, const personal::Personal& personal,
                 base::ThreadPool& pool);

}  // namespace privet::flow
