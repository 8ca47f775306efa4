#include <algorithm>

#include "flow/tables.h"

namespace privet::flow {

namespace {

using program::FunctionId;

/// Rounds of a group of functions that call each other, after which their summaries stay as they are.
constexpr int kMaxRounds = 6;

/// The summary with nothing but what callers read.
std::unique_ptr<Summary> compacted(const Context& ctx, Summary&& full) {
  auto compact = std::make_unique<Summary>(ctx);
  ValueTable& values = compact->values;
  ValueTable::Imported done;
  compact->returned = values.import(full.values, full.returned, done);
  compact->answer = values.import(full.values, full.answer, done);
  compact->thrown = values.import(full.values, full.thrown, done);
  for (const Summary::Effect& effect : full.effects) {
    compact->effects.push_back({effect.root, effect.parameter, values.import(full.values, effect.added, done)});
  }
  const auto is_open = [&](ValueId value) {
    return values.any(value, [](const Atom& atom) { return atom.kind != AtomKind::Origin; });
  };
  for (const Summary::CellAdd& add : full.cells) {
    const ValueId added = values.import(full.values, add.added, done);
    compact->cells.push_back({add.cell, added, is_open(added)});
  }
  for (SinkUse use : full.uses) {
    use.value = values.import(full.values, use.value, done);
    if (is_open(use.value)) compact->open_uses.push_back(static_cast<std::uint32_t>(compact->uses.size()));
    compact->uses.push_back(use);
  }
  compact->points = std::move(full.points);
  compact->loads = std::move(full.loads);
  compact->runs = std::move(full.runs);
  compact->coarse = full.coarse;
  values.freeze();
  return compact;
}

/// A bit for what a way makes of the value.
std::uint64_t way_of(const Atom& atom) {
  const unsigned doubts = ((atom.flags & kOpaque) != 0 ? 1u : 0u) | ((atom.flags & kShared) != 0 ? 2u : 0u);
  return std::uint64_t{1} << (static_cast<unsigned>(atom.protection) * 4 + doubts);
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  return (hash ^ (word + 0x9E3779B97F4A7C15ull)) * 0xFF51AFD7ED558CCDull;
}

}  // namespace

std::uint64_t Summary::hash() const {
  std::uint64_t hash = mix(values.hash_of(returned), values.hash_of(thrown));
  for (const Effect& effect : effects) {
    hash = mix(mix(hash, effect.root), mix(effect.parameter, values.hash_of(effect.added)));
  }
  for (const CellAdd& add : cells) hash = mix(hash, mix(add.cell, values.hash_of(add.added)));
  for (const SinkUse& use : uses) {
    hash = mix(mix(hash, use.owner.value), mix(use.point, use.callee.value));
    hash = mix(hash, mix(use.callee_use, values.hash_of(use.value)));
  }
  return hash;
}

/// Rounds over functions that call each other, each time those of which a callee has changed.
void FlowResult::Tables::solve_group(const Group& group) {
  std::vector<FunctionId> changed;
  for (int round = 0; round < (group.recursive ? kMaxRounds : 1); ++round) {
    std::vector<FunctionId> now;
    for (const FunctionId id : group.functions) {
      const auto is_new = [&](FunctionId needed) {
        return std::find(changed.begin(), changed.end(), needed) != changed.end() ||
               std::find(now.begin(), now.end(), needed) != now.end();
      };
      const auto& needed = ctx.needs[id.value];
      if (round > 0 && std::none_of(needed.begin(), needed.end(), is_new)) continue;
      Summary full(ctx);
      FunctionSolver(ctx, id, full, &ctx.origins[id.value]).run();
      auto next = compacted(ctx, std::move(full));
      auto& slot = ctx.summaries[id.value];
      if (!slot || slot->hash() != next->hash()) now.push_back(id);
      slot = std::move(next);
    }
    if (now.empty()) return;
    changed = std::move(now);
  }
}

void FlowResult::Tables::solve_functions(base::ThreadPool& pool) {
  ctx.needs.resize(ctx.program.n_functions());
  pool.parallel_for(ctx.needs.size(), [&](std::size_t i) {
    ctx.needs[i] = FunctionSolver::needs(ctx, FunctionId{static_cast<std::uint32_t>(i)});
  });
  const std::vector<Group> groups = bottom_up(ctx.needs);
  std::vector<std::vector<std::uint32_t>> order;
  for (const Group& group : groups) order.push_back(group.needs);
  base::parallel_in_order(pool, order, [&](std::size_t i) { solve_group(groups[i]); });
}

namespace {

/// The functions that know the origin of one of the candidates of a sink.
std::vector<FunctionId> tops_of(const std::vector<Candidate>& candidates, const Candidate& one) {
  constexpr std::size_t kMostTops = 16;
  std::vector<FunctionId> tops;
  for (const Candidate& other : candidates) {
    const bool same = std::tie(other.atom.a, other.atom.b, other.atom.depth, other.atom.path) ==
                      std::tie(one.atom.a, one.atom.b, one.atom.depth, one.atom.path);
    if (!same || (!tops.empty() && tops.back() == other.top)) continue;
    if (tops.size() >= kMostTops) return {};
    tops.push_back(other.top);
  }
  return tops;
}

}  // namespace

void FlowResult::Tables::find_flows(base::ThreadPool& pool) {
  std::size_t n = ctx.summaries.size();
  std::vector<std::vector<Candidate>> by_function(n);
  pool.parallel_for(n, [&](std::size_t i) {
    const Summary* summary = ctx.summaries[i].get();
    if (!summary) return;
    const FunctionId function{static_cast<std::uint32_t>(i)};
    // Of several ways to one sink in one function, only the shortest of each kind counts.
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::unordered_map<OriginKey, std::uint64_t, OriginKeyHash>> seen;
    for (std::uint32_t u = 0; u < summary->uses.size(); ++u) {
      const SinkUse& use = summary->uses[u];
      const SinkPoint* point = point_of(use);
      if (point == nullptr || point->role != SinkPoint::Role::Sink) continue;
      // What a test hands to the program is made up.
      if (ctx.in_test(function) && !ctx.in_test(use.owner)) continue;
      auto& known = seen[{use.owner.value, use.point}];
      leaves(summary->values, use.value, [&](const Atom& atom, bool whole) {
        const std::uint64_t bit = way_of(atom);
        std::uint64_t& ways = known[{atom.a, atom.b, atom.depth, atom.path}];
        if ((ways & bit) != 0) return;
        ways |= bit;
        by_function[i].push_back({atom, whole, function, u});
      });
    }
  });

  // By sink: the functions that reach it are few, and sinks independent of each other.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Candidate>> by_sink;
  for (const auto& candidates : by_function) {
    for (const Candidate& candidate : candidates) {
      const SinkUse& use = ctx.summaries[candidate.top.value]->uses[candidate.use];
      by_sink[{use.owner.value, use.point}].push_back(candidate);
    }
  }
  std::vector<Candidate> chosen;
  std::vector<std::vector<FunctionId>> meets_in;
  for (const auto& [sink, candidates] : by_sink) {
    for (const Candidate& kept : best(candidates, FunctionId{sink.first})) {
      chosen.push_back(kept);
      meets_in.push_back(tops_of(candidates, kept));
    }
  }

  // The functions on the ways, once more and with traces.
  std::vector<std::uint32_t> traced;
  for (const Candidate& candidate : chosen) {
    traced.push_back(candidate.atom.a);
    FunctionId at = candidate.top;
    std::uint32_t u = candidate.use;
    while (true) {
      traced.push_back(at.value);
      const SinkUse& use = ctx.summaries[at.value]->uses[u];
      auto next = below(use);
      if (!next) break;
      at = use.callee;
      u = *next;
    }
  }
  std::sort(traced.begin(), traced.end());
  traced.erase(std::unique(traced.begin(), traced.end()), traced.end());
  std::vector<Trace> found(traced.size());
  std::vector<std::unique_ptr<Replay>> solved(std::min(traced.size(), kMaxReplays));
  pool.parallel_for(traced.size(), [&](std::size_t i) {
    auto replay = std::make_unique<Replay>(ctx, FunctionId{traced[i]}, &found[i]);
    if (i < solved.size()) solved[i] = std::move(replay);
  });
  std::unordered_map<std::uint32_t, const Trace*> traces;
  for (std::size_t i = 0; i < traced.size(); ++i) traces.emplace(traced[i], &found[i]);
  // What is asked later is asked of these first.
  for (std::size_t i = 0; i < solved.size(); ++i) replays.emplace(traced[i], std::move(solved[i]));

  flows.resize(chosen.size());
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    flows[i] = flow_of(chosen[i]);
    flows[i].meets_in = std::move(meets_in[i]);
  }
  pool.parallel_for(chosen.size(), [&](std::size_t i) {
    flows[i].steps = steps_of(chosen[i], traces);
  });
  std::sort(flows.begin(), flows.end(), [&](const Flow& a, const Flow& b) { return before(a, b); });
}

namespace {

/// The value and what a list has in it; not the fields of an object that is written out.
std::vector<ValueId> whole_parts(const ValueTable& values, ValueId value) {
  std::vector<ValueId> parts{value};
  for (const ValueTable::Child& child : values.children(value)) {
    if (values.field(child.first) == ir::any_element()) parts.push_back(child.second);
  }
  return parts;
}

}  // namespace

/// Whether what records are selected and written by comes from the request or the caller.
void FlowResult::Tables::answer_selectors() {
  constexpr std::size_t kMostPlaces = 64;
  const auto note = [](std::vector<FunctionId>& places, FunctionId function) {
    if (places.size() < kMostPlaces && (places.empty() || places.back() != function)) places.push_back(function);
  };
  for (std::uint32_t i = 0; i < ctx.summaries.size(); ++i) {
    const auto& summary = ctx.summaries[i];
    if (!summary) continue;
    for (const SinkUse& use : summary->uses) {
      const SinkPoint* point = point_of(use);
      if (point == nullptr || point->role == SinkPoint::Role::Sink) continue;
      Summary& owner = *ctx.summaries[use.owner.value];
      if (point->load >= owner.loads.size()) continue;
      bool data = point->role == SinkPoint::Role::Data;
      auto& entries = data ? owner.loads[point->load].data : owner.loads[point->load].where;
      if (point->entry >= entries.size()) continue;
      Load::Selector& selector = entries[point->entry];
      const auto ask = [&](const Atom& atom) {
        // What the server keeps for a caller between requests, it put there for that caller.
        const bool kept = ctx.is_session(atom);
        if (ctx.is_request(atom) && !kept) {
          selector.from_request = true;
          note(selector.request_in, FunctionId{i});
        }
        if (ctx.is_principal(atom) || kept) {
          selector.from_principal = true;
          note(selector.principal_in, FunctionId{i});
        }
      };
      if (!data || selector.field != ir::any_element()) {
        leaves(summary->values, use.value, [&](const Atom& atom, bool) { ask(atom); });
        continue;
      }
      for (const ValueId part : whole_parts(summary->values, use.value)) {
        for (const ValueTable::AtomId id : summary->values.atoms(part)) {
          const Atom& atom = summary->values.atom(id);
          if (atom.kind == AtomKind::Origin) ask(atom);
          if (atom.kind != AtomKind::Cell || atom.a >= cells.size() || cells[atom.a] == kNothing) continue;
          for (const auto& [inner, whole] : cell_leaves(atom)) ask(inner);
        }
      }
    }
  }
}

void FlowResult::Tables::report_budgets() {
  for (std::uint32_t i = 0; i < ctx.summaries.size(); ++i) {
    if (!ctx.summaries[i] || !ctx.summaries[i]->coarse) continue;
    const ir::Function& function = ctx.program.function(FunctionId{i});
    problems.push_back({source::ProblemCode::FunctionBudget,
                        function.name_span.valid() ? function.name_span : function.span,
                        "`" + ctx.program.display_name(FunctionId{i}) +
                            "` is too large to follow every value in it"});
  }
}

FlowResult solve(const program::Program& program, const personal::Personal& personal,
                 base::ThreadPool& pool) {
  auto tables = std::make_unique<FlowResult::Tables>(program, personal, pool);
  tables->solve_functions(pool);
  tables->solve_cells();
  tables->answer_selectors();
  tables->find_flows(pool);
  tables->report_budgets();
  return FlowResult(std::move(tables));
}

}  // namespace privet::flow
