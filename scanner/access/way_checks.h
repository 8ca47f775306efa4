#pragma once

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "access/access.h"
#include "access/effects.h"
#include "access/guards.h"
#include "access/values.h"

/// What stands between an entry and a record: checks in the code of each function on the way, before the
/// record is touched or before it leaves. Inside `access/` only.
namespace privet::access {

/// 0 for the most open level.
int rank(Level level);
Level level_of(rule::Guard::Kind kind);

/// Reached functions with the way back, for checks on the way.
struct Reach {
  struct Hop {
    FunctionId function;
    FunctionId from;      // invalid for the handler
    Site call;            // in `from`
  };
  std::vector<Hop> hops;  // breadth first
  std::unordered_map<std::uint32_t, std::size_t> index;
};

class WayChecks {
 public:
  WayChecks(const Program& program, const flow::FlowResult& flows, Codes& codes, Guards& guards, Effects& effects)
      : program_(program), flows_(flows), codes_(codes), guards_(guards), effects_(effects) {}

  /// Raises the touch by the checks before `site`, and before each call on the way there.
  void apply(const Reach& reach, std::size_t hop, Site site, Touch& touch);
  /// A comparison may also come after the load and before the response: `if (doc.owner != me) 403`.
  void apply_before_answer(const Reach& reach, Touch& touch);
  /// Raises the touch by a check that guards it.
  static void note(const BodyCheck& check, Touch& touch);

 private:
  /// Where the way to a record is in one function: what touches the record or leads there, then the
  /// closures around it that are made in the function.
  using Place = std::vector<Site>;

  void note_here(const BodyCheck& check, const Place& place, Touch& touch);
  bool ties(const BodyCheck& check, const Place& place);
  Values vouched_by(const BodyCheck& check, FunctionId function);
  Values values_at(const Place& place);
  Place step_out(const Place& place, const Site& call) const;
  std::optional<Place> place_in(FunctionId function, const Reach& reach, const Site& site) const;
  void note_later_checks(const Place& load, Touch& touch);
  void note_given_caller(const Reach::Hop& way, Touch& touch);
  bool narrows_by_name(const Site& site) const;
  std::optional<BodyCheck> check_of_every_answer(const Site& load);
  bool is_returned(const flow::Flow& flow) const;
  std::vector<std::pair<BodyCheck, FunctionId>> checks_before_sinks(const Reach& reach, const Touch& touch);

  const Program& program_;
  const flow::FlowResult& flows_;
  Codes& codes_;
  Guards& guards_;
  Effects& effects_;
};

}  // namespace privet::access
