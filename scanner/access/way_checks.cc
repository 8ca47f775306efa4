#include "access/way_checks.h"

#include <algorithm>
#include <optional>
#include <string>

#include "access/callback_checks.h"
#include "access/operands.h"
#include "access/words.h"

namespace privet::access {
namespace {

using rule::Guard;

constexpr int kMostRounds = 3;
constexpr std::size_t kMostLinks = 24;

Level stronger(Level a, Level b) { return rank(a) >= rank(b) ? a : b; }

void tie(Touch& touch, std::string reason) {
  if (touch.level == Level::Public) touch.level = Level::Unknown;
  touch.owned = true;
  touch.owned_reason = std::move(reason);
}

}  // namespace

int rank(Level level) {
  switch (level) {
    case Level::Public: return 0;
    case Level::Unknown: return 1;
    case Level::Authenticated: return 2;
    case Level::Permission: return 3;
    case Level::Owner: return 4;
  }
  return 0;
}

Level level_of(Guard::Kind kind) {
  switch (kind) {
    case Guard::Kind::Authn: return Level::Authenticated;
    case Guard::Kind::Authz: return Level::Permission;
    case Guard::Kind::Owner: return Level::Owner;
    case Guard::Kind::Signature: return Level::Authenticated;
    default: return Level::Public;
  }
}

void WayChecks::note(const BodyCheck& check, Touch& touch) {
  const Level level = level_of(check.kind);
  touch.level = touch.level == Level::Unknown ? level : stronger(touch.level, level);
  if (check.kind == Guard::Kind::Owner) {
    touch.owned = true;
    touch.owned_reason = "`" + check.text + "` compares with the caller";
  }
}

void WayChecks::apply(const Reach& reach, std::size_t hop, Site site, Touch& touch) {
  if (narrows_by_name(site)) tie(touch, "what the caller may see is asked for");
  Place place{site};
  for (;;) {
    for (const BodyCheck& check : guards_.checks_in(site.function)) {
      if (guards_.guards(check, site)) note_here(check, place, touch);
    }
    for (const BodyCheck& condition : guards_.conditions_in(site.function)) {
      if (guards_.guards(condition, site)) note(condition, touch);
    }
    const Reach::Hop& way = reach.hops[hop];
    if (!way.from.valid()) return;
    if (touch.kind == rule::Access::Kind::Read) {
      note_later_checks(place, touch);
      note_given_caller(way, touch);
    }
    if (auto check = check_before_callback(program_, codes_, guards_, way.call)) note(*check, touch);
    place = step_out(place, way.call);
    site = way.call;
    hop = reach.index.at(way.from.value);
  }
}

/// The check, and what it ties to the caller.
void WayChecks::note_here(const BodyCheck& check, const Place& place, Touch& touch) {
  note(check, touch);
  if (touch.owned || !check.membership || !ties(check, place)) return;
  touch.level = stronger(touch.level, Level::Owner);
  touch.owned = true;
  touch.owned_reason = "`" + check.text + "` asks what is the caller's";
}

/// True if the record is selected by what the check asked for, or the check asked for what the record says.
bool WayChecks::ties(const BodyCheck& check, const Place& place) {
  const Code& code = codes_.of(place.back().function);
  const Values vouched = vouched_by(check, code.id());
  const ir::LocalIndex record = code.at(place.back()).result;
  const bool of_record = std::any_of(vouched.begin(), vouched.end(), [&](const Value& value) {
    return value.root == record && !value.path.empty();
  });
  return of_record || meets(code, values_at(place), vouched);
}

/// The values that a membership check asked for together with the caller, and those that select a record
/// together with one of these: a document of the team, then its pages.
Values WayChecks::vouched_by(const BodyCheck& check, FunctionId function) {
  const Code& code = codes_.of(function);
  const Site start{function, 0, 0};
  const LeaveOut of_caller = [&](ir::LocalIndex local) {
    const bool made = code.definition(local) != nullptr;
    if (!made && code.function().blocks[0].instructions.empty()) return false;
    return flows_.from_principal(made ? code.definition_site(local) : start, local);
  };
  const Site call{function, check.block, check.instruction};
  Values vouched = check.is_call ? values_into(program_, code, call, of_caller)
                                 : values_behind(program_, code, check.asked, of_caller);
  if (check.is_call && code.at(call).result != ir::kNone) vouched.insert({code.at(call).result, {}});
  for (int round = 0; round < kMostRounds; ++round) {
    const std::size_t before = vouched.size();
    for (const flow::Load& load : effects_.of(function)) {
      if (load.kind != rule::Access::Kind::Read) continue;
      const Values given = values_into(program_, code, load.site, of_caller);
      if (!meets(code, given, vouched)) continue;
      vouched.insert(given.begin(), given.end());
      if (code.at(load.site).result != ir::kNone) vouched.insert({code.at(load.site).result, {}});
    }
    if (vouched.size() == before) break;
  }
  return vouched;
}

Values WayChecks::values_at(const Place& place) {
  Values values = values_into(program_, codes_.of(place[0].function), place[0]);
  for (std::size_t i = 1; i < place.size(); ++i) {
    values = outside_of(program_, codes_.of(place[i].function), place[i - 1].function, values);
  }
  return values;
}

WayChecks::Place WayChecks::step_out(const Place& place, const Site& call) const {
  if (instruction_at(program_, call).op != ir::Op::Closure) return {call};
  Place out = place;
  out.push_back(call);
  return out;
}

std::optional<WayChecks::Place> WayChecks::place_in(FunctionId function, const Reach& reach, const Site& site) const {
  Place place{site};
  auto at = reach.index.find(site.function.value);
  while (place.back().function != function) {
    if (at == reach.index.end() || !reach.hops[at->second].from.valid()) return std::nullopt;
    const Reach::Hop& way = reach.hops[at->second];
    place = step_out(place, way.call);
    at = reach.index.find(way.from.value);
  }
  return place;
}

/// `record = …; if (!mayRead(record, user)) throw …; return record`: a getter of the program that gives
/// nothing back without the check.
void WayChecks::note_later_checks(const Place& load, Touch& touch) {
  const Site& site = load.back();
  const Code& code = codes_.of(site.function);
  const std::vector<bool> reached = code.reachable_from(site.block);
  for (const BodyCheck& check : guards_.checks_in(site.function)) {
    bool before_all = true;
    bool returns = false;
    for (ir::BlockIndex b = 0; b < reached.size(); ++b) {
      const ir::Block& block = code.function().blocks[b];
      if (!reached[b] || block.end.kind != ir::Terminator::Kind::Return) continue;
      returns = true;
      before_all = before_all && guards_.guards(check, {site.function, b, static_cast<std::uint32_t>(block.instructions.size())});
    }
    if (returns && before_all) note_here(check, load, touch);
  }
}

/// `get_visible(request.user, name)`, `get_authorized_orders(request)`: what is chosen for the caller is not
/// for everybody, even where it is not understood for whom.
void WayChecks::note_given_caller(const Reach::Hop& way, Touch& touch) {
  const std::string_view name = program_.function(way.function).name.text();
  if (!authorising_words(name) && !guards_.chooses_for_caller(way.call, way.function)) return;
  tie(touch, "`" + std::string(name) + "` chooses for the caller");
}

/// `get_authorized_orders("view").filter(…)`, `Order.objects.restrict(user)`: a link of the query says so.
bool WayChecks::narrows_by_name(const Site& site) const {
  const Code& code = codes_.of(site.function);
  std::vector<Site> open{site};
  for (std::size_t link = 0; link < open.size() && link < kMostLinks; ++link) {
    const ir::Instruction& made = code.at(open[link]);
    if (made.op != ir::Op::Call || made.a == ir::kNone) continue;
    std::string_view name = made.name.text();
    if (name.empty()) name = code.function().locals[made.a].name.text();
    if (authorising_words(name)) return true;
    if (made.name.empty()) continue;
    const std::vector<Site> receivers = code.origins(made.a, open[link]);
    open.insert(open.end(), receivers.begin(), receivers.end());
  }
  return false;
}

/// `if (record === me) return record; if (!me.isAdmin) throw …; return record`: each answer has its own check.
/// The weakest of them.
std::optional<BodyCheck> WayChecks::check_of_every_answer(const Site& load) {
  const Code& code = codes_.of(load.function);
  const std::vector<bool> reached = code.reachable_from(load.block);
  std::optional<BodyCheck> weakest;
  for (ir::BlockIndex b = 0; b < reached.size(); ++b) {
    const ir::Block& block = code.function().blocks[b];
    if (!reached[b] || block.end.kind != ir::Terminator::Kind::Return) continue;
    const Site answer{load.function, b, static_cast<std::uint32_t>(block.instructions.size())};
    const BodyCheck* strongest = nullptr;
    for (const auto* checks : {&guards_.checks_in(load.function), &guards_.conditions_in(load.function)}) {
      for (const BodyCheck& check : *checks) {
        const bool counts = check.kind == Guard::Kind::Authz || check.kind == Guard::Kind::Owner;
        if (!counts || !guards_.guards(check, answer)) continue;
        if (strongest == nullptr || check.kind > strongest->kind) strongest = &check;
      }
    }
    if (strongest == nullptr) return std::nullopt;
    if (!weakest || strongest->kind < weakest->kind) weakest = *strongest;
  }
  return weakest;
}

/// True if the flow leaves with what a function returns, not through a call.
bool WayChecks::is_returned(const flow::Flow& flow) const {
  return flow.site.instruction >= program_.function(flow.site.function).blocks[flow.site.block].instructions.size();
}

void WayChecks::apply_before_answer(const Reach& reach, Touch& touch) {
  const bool returned = std::all_of(touch.flows.begin(), touch.flows.end(), [&](const flow::Flow* flow) {
    return flow->site.function == touch.site.function && is_returned(*flow);
  });
  if (returned) {
    if (const auto check = check_of_every_answer(touch.site)) note(*check, touch);
  }
  for (const auto& [check, function] : checks_before_sinks(reach, touch)) {
    note(check, touch);
    if (touch.owned || !check.membership) continue;
    if (const auto place = place_in(function, reach, touch.site)) note_here(check, *place, touch);
  }
}

/// Only what stands before every response counts.
std::vector<std::pair<BodyCheck, FunctionId>> WayChecks::checks_before_sinks(const Reach& reach, const Touch& touch) {
  std::vector<std::pair<BodyCheck, FunctionId>> out;
  bool first = true;
  for (const flow::Flow* flow : touch.flows) {
    if (!reach.index.contains(flow->site.function.value)) continue;
    std::vector<std::pair<BodyCheck, FunctionId>> here;
    for (const BodyCheck& check : guards_.checks_in(flow->site.function)) {
      if (guards_.guards(check, flow->site)) here.emplace_back(check, flow->site.function);
    }
    if (first) {
      out = std::move(here);
      first = false;
      continue;
    }
    std::erase_if(out, [&](const auto& known) {
      return std::none_of(here.begin(), here.end(), [&](const auto& other) { return other.first.span == known.first.span; });
    });
  }
  return out;
}

}  // namespace privet::access
