#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

#include "flow/tables.h"

// What a local holds, asked when all is solved: the function's own part of it, then its callers'.

namespace privet::flow {

using program::FunctionId;

/// What the locals of a function hold. Solved once more when it is first asked for; of that only the
/// values are kept, in one table for all functions.
const std::vector<FunctionSolver::Held>& FlowResult::Tables::held_in(FunctionId id) const {
  const auto [at, is_new] = held.try_emplace(id.value);
  if (!is_new) return at->second;
  std::unique_ptr<Replay> replay;
  if (auto solved = replays.extract(id.value)) replay = std::move(solved.mapped());
  if (!replay) replay = std::make_unique<Replay>(ctx, id);
  at->second = replay->solver.held();
  ValueTable::Imported done;
  for (FunctionSolver::Held& one : at->second) one.value = held_values.import(replay->solver.values(), one.value, done);
  return at->second;
}

ValueId FlowResult::Tables::held_at(const program::Site& site, ir::LocalIndex local) const {
  const std::vector<FunctionSolver::Held>& all = held_in(site.function);
  const FunctionSolver::Place place{site.block, site.instruction, local};
  const auto at = std::lower_bound(all.begin(), all.end(), place, [](const FunctionSolver::Held& one, const FunctionSolver::Place& wanted) {
    return one.place < wanted;
  });
  if (at != all.end() && at->place == place) return at->value;
  // Neither taken nor given by the instruction.
  Replay replay(ctx, site.function);
  return held_values.import(replay.solver.values(), replay.solver.value_after(site, local));
}

const FlowResult::Tables::Parts& FlowResult::Tables::parts_of(ValueId value) const {
  static const Name kPrincipal = Name::of("principal");
  const auto [at, is_new] = known_parts.try_emplace(value);
  Parts& parts = at->second;
  if (!is_new) return parts;
  std::unordered_set<std::uint32_t> seen;
  leaves(held_values, value, [&](const Atom& atom, bool) {
    const OriginId id = id_of(atom);
    if (!seen.insert(id.value).second) return;
    parts.known.push_back(id);
    parts.principal = parts.principal || origins[id.value].kind == kPrincipal;
  });
  held_values.each(value, [&](const Atom& atom) {
    if (atom.kind == AtomKind::Input) parts.inputs.push_back(atom);
  });
  return parts;
}

/// One question about a local, answered through callers.
struct FlowResult::Tables::Question {
  static constexpr std::size_t kMaxPlaces = 64;
  std::set<std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>> seen;
  std::unordered_set<std::uint32_t> known;
  Answer answer;
};

void FlowResult::Tables::ask(Question& question, const program::Site& site, ir::LocalIndex local,
                             std::span<const Name> path, int depth) const {
  constexpr int kMaxCallers = 6;
  constexpr std::size_t kMaxOrigins = 256;
  const FunctionId id = site.function;
  const Parts& parts = parts_of(held_values.load(held_at(site, local), path));
  for (const OriginId origin : parts.known) {
    if (question.answer.origins.size() == kMaxOrigins) break;
    if (question.known.insert(origin.value).second) question.answer.origins.push_back(origin);
  }
  question.answer.principal = question.answer.principal || parts.principal;
  if (depth >= kMaxCallers) return;
  const ir::Function& function = ctx.program.function(id);
  for (const Atom& input : parts.inputs) {
    if (question.seen.size() > Question::kMaxPlaces) return;
    std::uint32_t below = 0;
    for (std::size_t i = 0; i < input.depth; ++i) below = below * 31 + input.path[i].index();
    if (!question.seen.insert({id.value, input.a << 16 | input.b, below}).second) continue;
    std::span<const Name> rest(input.path.data(), input.depth);
    for (const program::Site& caller : ctx.program.callers(id)) {
      ir::AccessPath root;
      if (input.a == kReceiver) {
        root.root = ir::AccessPath::Root::Receiver;
      } else {
        if (input.b >= function.parameters.size()) continue;
        root.index = static_cast<std::int32_t>(input.b);
        ir::LocalIndex parameter = function.parameters[input.b].local;
        if (parameter < function.locals.size()) root.keyword = function.locals[parameter].name;
      }
      ir::LocalIndex argument = ctx.program.argument_of(caller, root);
      if (argument != ir::kNone) ask(question, caller, argument, rest, depth + 1);
    }
  }
}

const FlowResult::Tables::Answer& FlowResult::Tables::answer(const program::Site& site, ir::LocalIndex local) const {
  const auto [at, is_new] = answers.try_emplace({site, local});
  if (!is_new) return at->second;
  Question question;
  ask(question, site, local, {}, 0);
  at->second = std::move(question.answer);
  return at->second;
}

std::vector<OriginId> FlowResult::origins_at(const program::Site& site, ir::LocalIndex local) const {
  std::lock_guard lock(tables_->mutex);
  return tables_->answer(site, local).origins;
}

bool FlowResult::from_principal(const program::Site& site, ir::LocalIndex local) const {
  std::lock_guard lock(tables_->mutex);
  return tables_->answer(site, local).principal;
}

}  // namespace privet::flow
