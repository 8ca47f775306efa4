#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_set>

#include "flow/tables.h"

namespace privet::flow {

namespace {

using program::FunctionId;

OriginKey key_of(const Atom& atom) { return {atom.a, atom.b, atom.depth, atom.path}; }

int rank(rule::Protection protection) { return static_cast<int>(protection); }

/// How far a way is a guess.
int doubt(const Atom& atom) { return ((atom.flags & kShared) != 0 ? 2 : 0) + ((atom.flags & kOpaque) != 0 ? 1 : 0); }

/// True if the value was made by the function that alone writes the variable: those within it read what that
/// very call put there, and no other.
bool is_own(const Cell& cell, const Atom& atom) {
  return !cell.owner.valid() && !cell.written_inside && atom.kind == AtomKind::Origin &&
         cell.function == program::FunctionId{atom.a};
}

}  // namespace

void FlowResult::Tables::leaves(const ValueTable& values, ValueId value,
                                const std::function<void(const Atom&, bool)>& body) const {
  ctx.expand(values, value, [&](const Atom& atom, bool whole) {
    if (atom.kind == AtomKind::Input) return;
    if (atom.kind == AtomKind::Origin) {
      if (ctx.is_personal(atom) ? ctx.data_of(atom).valid() : true) body(atom, whole);
      return;
    }
    if (atom.a >= cells.size() || cells[atom.a] == kNothing) return;
    for (const auto& [inner, inner_whole] : cell_leaves(atom)) {
      if ((atom.flags & kPart) != 0 && ctx.is_personal(inner)) continue;
      if (inner_whole && (atom.flags & kOpaque) != 0) continue;
      if (!inner_whole && (atom.flags & kObject) != 0) continue;
      Atom seen = inner;
      const bool own = (ctx.is_personal(inner) || ctx.is_secret_of_code(inner)) && is_own(ctx.cells[atom.a], inner);
      const unsigned shared = own ? 0u : unsigned{kShared};
      seen.flags = static_cast<std::uint8_t>(seen.flags | atom.passed_on() | shared);
      seen.protection = combine(inner.protection, atom.protection);
      body(seen, inner_whole);
    }
  });
}

const FlowResult::Tables::Leaves& FlowResult::Tables::cell_leaves(const Atom& cell) const {
  constexpr std::size_t kMaxLeaves = 256;
  OriginKey key{cell.a, 0, cell.depth, cell.path};
  auto at = known_cell_leaves.find(key);
  if (at != known_cell_leaves.end()) return at->second;
  Leaves& list = known_cell_leaves[key];
  ValueId part = cell_values.load(cells[cell.a], ValueTable::Path(cell.path.data(), cell.depth));
  ctx.expand(cell_values, part, [&](const Atom& atom, bool whole) {
    if (atom.kind != AtomKind::Origin || list.size() >= kMaxLeaves) return;
    if (ctx.is_personal(atom) && !ctx.data_of(atom).valid()) return;
    std::pair<Atom, bool> leaf{atom, whole};
    if (std::find(list.begin(), list.end(), leaf) == list.end()) list.push_back(leaf);
  });
  return list;
}

void FlowResult::Tables::find_cell_leaves() {
  for (const auto& summary : ctx.summaries) {
    if (!summary) continue;
    for (const SinkUse& use : summary->uses) {
      summary->values.each(use.value, [&](const Atom& atom) {
        if (atom.kind == AtomKind::Cell && cells[atom.a] != kNothing) cell_leaves(atom);
      });
    }
  }
}

/// True if the value was put into a shared place or thrown, and what else is known of it is too little:
/// another file knows it, or something unknown made it. Shared places and handlers are not told apart by
/// who comes there, so that what far parts of a program put into one says nothing of what is there now.
bool FlowResult::Tables::is_hearsay(const Atom& atom, FunctionId owner) const {
  if ((atom.flags & kShared) == 0 || ctx.is_principal(atom)) return false;
  const program::Program& program = ctx.program;
  return (atom.flags & kOpaque) != 0 || program.module_of(FunctionId{atom.a}) != program.module_of(owner);
}

/// One candidate for each origin: the least protected, then the least doubtful, then the shortest. Guesses give way to what
/// is known of the same data at the same sink, and a guess about a parameter to one about what is
/// passed to it.
std::vector<Candidate> FlowResult::Tables::best(std::vector<Candidate> candidates,
                                                FunctionId owner) const {
  constexpr std::size_t kMaxPerSink = 64;
  auto depth_of = [&](const Candidate& candidate) {
    if (candidate.use == kReturn) return std::uint32_t{0};
    return ctx.summaries[candidate.top.value]->uses[candidate.use].depth;
  };
  std::erase_if(candidates, [&](const Candidate& candidate) { return is_hearsay(candidate.atom, owner); });
  std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    return std::tuple(rank(a.atom.protection), doubt(a.atom), depth_of(a), a.top, a.use) <
           std::tuple(rank(b.atom.protection), doubt(b.atom), depth_of(b), b.top, b.use);
  });
  std::unordered_set<OriginKey, OriginKeyHash> seen;
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return !seen.insert(key_of(candidate.atom)).second;
  });
  std::set<std::uint32_t> known, passed;
  for (const Candidate& candidate : candidates) {
    const OriginGroup& group = ctx.group(candidate.atom);
    std::uint32_t data = ctx.data_of(candidate.atom).value;
    if (!group.weak) known.insert(data);
    if (candidate.atom.a != owner.value) passed.insert(data);
  }
  std::erase_if(candidates, [&](const Candidate& candidate) {
    const OriginGroup& group = ctx.group(candidate.atom);
    if (!group.weak || !group.origin.kind.empty()) return false;
    std::uint32_t data = ctx.data_of(candidate.atom).value;
    return known.contains(data) || (candidate.atom.a == owner.value && passed.contains(data));
  });
  std::stable_sort(candidates.begin(), candidates.end(), [&](const Candidate& a, const Candidate& b) {
    const Origin& left = ctx.group(a.atom).origin;
    const Origin& right = ctx.group(b.atom).origin;
    return std::tuple(left.span, ctx.place_of(a.atom).field.text()) <
           std::tuple(right.span, ctx.place_of(b.atom).field.text());
  });
  // One place may give the same thing twice, by two relations: once is enough.
  std::vector<Candidate> once;
  for (const Candidate& candidate : candidates) {
    const Origin& origin = ctx.group(candidate.atom).origin;
    auto same = [&](const Candidate& other) {
      return ctx.group(other.atom).origin.span == origin.span &&
             ctx.group(other.atom).origin.kind == origin.kind &&
             ctx.data_of(other.atom) == ctx.data_of(candidate.atom) &&
             ctx.place_of(other.atom).field == ctx.place_of(candidate.atom).field;
    };
    auto known_one = std::find_if(once.rbegin(), once.rend(), same);
    if (known_one == once.rend()) {
      once.push_back(candidate);
    } else {
      known_one->whole = known_one->whole || candidate.whole;
    }
    if (once.size() >= kMaxPerSink) break;
  }
  candidates = std::move(once);
  return candidates;
}

OriginId FlowResult::Tables::id_of(const Atom& atom) const {
  auto [at, is_new] = origin_ids.try_emplace(
      key_of(atom), OriginId{static_cast<std::uint32_t>(origins.size())});
  if (!is_new) return at->second;
  const OriginGroup& group = ctx.group(atom);
  Origin origin = group.origin;
  if (group.record) {
    Context::Place place = ctx.place_of(atom);
    origin.entity = place.entity;
    origin.field = place.field;
    origin.evidence = place.evidence;
    if (place.evidence) {
      origin.data = place.evidence->type;
      origin.certainty = place.evidence->certainty;
    }
  }
  origins.push_back(origin);
  return at->second;
}

const SinkPoint* FlowResult::Tables::point_of(const SinkUse& use) const {
  const auto& owner = ctx.summaries[use.owner.value];
  return owner != nullptr && use.point < owner->points.size() ? &owner->points[use.point] : nullptr;
}

/// Numbers of uses are exact unless functions call each other and their rounds ran out.
std::optional<std::uint32_t> FlowResult::Tables::below(const SinkUse& use) const {
  if (use.depth == 0 || !use.callee.valid()) return std::nullopt;
  const auto& callee = ctx.summaries[use.callee.value];
  if (!callee) return std::nullopt;
  auto fits = [&](const SinkUse& other) {
    return other.owner == use.owner && other.point == use.point && other.depth < use.depth;
  };
  if (use.callee_use < callee->uses.size() && fits(callee->uses[use.callee_use])) return use.callee_use;
  std::optional<std::uint32_t> best;
  for (std::uint32_t i = 0; i < callee->uses.size(); ++i) {
    if (!fits(callee->uses[i])) continue;
    if (!best || callee->uses[i].depth < callee->uses[*best].depth) best = i;
  }
  return best;
}

Flow FlowResult::Tables::flow_of(const Candidate& candidate) const {
  Flow flow;
  flow.origin = id_of(candidate.atom);
  flow.protection = candidate.atom.protection;
  flow.whole_record = candidate.whole;
  flow.as_template = (candidate.atom.flags & kTemplate) != 0;
  flow.opaque = (candidate.atom.flags & kOpaque) != 0;
  flow.shared = (candidate.atom.flags & kShared) != 0;
  flow.entry = entries_of(candidate.top);
  if (candidate.use == kReturn) return flow;
  const SinkUse& use = ctx.summaries[candidate.top.value]->uses[candidate.use];
  const SinkPoint& point = ctx.summaries[use.owner.value]->points[use.point];
  flow.sink = point.kind;
  flow.symbol = point.symbol;
  flow.recipient = point.recipient;
  flow.site = point.site;
  flow.span = point.span;
  return flow;
}

bool FlowResult::Tables::before(const Flow& a, const Flow& b) const {
  const Origin& left = origins[a.origin.value];
  const Origin& right = origins[b.origin.value];
  if (a.span != b.span) return a.span < b.span;
  if (left.span != right.span) return left.span < right.span;
  return std::tuple(left.data, left.field.text(), left.kind.text(), a.sink.text(), a.symbol.text(), a.site) <
         std::tuple(right.data, right.field.text(), right.kind.text(), b.sink.text(), b.symbol.text(), b.site);
}

/// The outermost functions from which `id` is called.
std::vector<FunctionId> FlowResult::Tables::entries_of(FunctionId id) const {
  constexpr std::size_t kMaxVisited = 256, kMaxEntries = 4;
  std::vector<FunctionId> work{id};
  std::unordered_set<std::uint32_t> seen{id.value};
  std::vector<FunctionId> entries;
  for (std::size_t i = 0; i < work.size() && work.size() < kMaxVisited; ++i) {
    auto callers = ctx.program.callers(work[i]);
    if (callers.empty()) entries.push_back(work[i]);
    for (const program::Site& caller : callers) {
      if (seen.insert(caller.function.value).second) work.push_back(caller.function);
    }
  }
  if (entries.empty()) entries.push_back(id);
  std::sort(entries.begin(), entries.end());
  if (entries.size() > kMaxEntries) entries.resize(kMaxEntries);
  return entries;
}

const Trace& FlowResult::Tables::trace_of(FunctionId id) const {
  auto& slot = traces[id.value];
  if (slot) return *slot;
  slot = std::make_unique<Trace>();
  auto solved = std::make_unique<Replay>(ctx, id, slot.get());
  if (!held.contains(id.value)) replays.try_emplace(id.value, std::move(solved));
  return *slot;
}

FlowResult::FlowResult(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
FlowResult::FlowResult(FlowResult&&) noexcept = default;
FlowResult::~FlowResult() = default;

const std::vector<Flow>& FlowResult::flows() const { return tables_->flows; }

const Origin& FlowResult::origin(OriginId id) const {
  std::lock_guard lock(tables_->mutex);
  return tables_->origins[id.value];
}

std::span<const Load> FlowResult::loads(program::FunctionId function) const {
  const auto& summary = tables_->ctx.summaries[function.value];
  if (!summary) return {};
  return summary->loads;
}

const source::Problems& FlowResult::problems() const { return tables_->problems; }

std::vector<Flow> FlowResult::returned(program::FunctionId function) const {
  constexpr std::size_t kMaxTraces = 4000;
  std::lock_guard lock(tables_->mutex);
  const auto& summary = tables_->ctx.summaries[function.value];
  std::vector<Flow> flows;
  if (!summary) return flows;
  std::vector<Candidate> candidates;
  tables_->leaves(summary->values, summary->answer, [&](const Atom& atom, bool whole) {
    candidates.push_back({atom, whole, function, kReturn});
  });
  candidates = tables_->best(std::move(candidates), function);
  if (candidates.empty()) return flows;
  if (tables_->traces.size() > kMaxTraces) tables_->traces.clear();
  std::unordered_map<std::uint32_t, const Trace*> traces;
  traces[function.value] = &tables_->trace_of(function);
  for (const Candidate& candidate : candidates) {
    traces[candidate.atom.a] = &tables_->trace_of(FunctionId{candidate.atom.a});
  }
  const ir::Function& body = tables_->ctx.program.function(function);
  const Trace& trace = *traces[function.value];
  for (const Candidate& candidate : candidates) {
    Flow flow = tables_->flow_of(candidate);
    for (ir::BlockIndex b = 0; b < body.blocks.size(); ++b) {
      const ir::Terminator& end = body.blocks[b].end;
      if (end.kind != ir::Terminator::Kind::Return || end.value == ir::kNone) continue;
      bool here = trace.contains({end.value, AtomKind::Origin, candidate.atom.a, candidate.atom.b});
      if (!here && flow.span.valid()) continue;
      flow.span = end.span;
      flow.site = {function, b, static_cast<std::uint32_t>(body.blocks[b].instructions.size())};
      if (here) break;
    }
    flow.steps = tables_->steps_of(candidate, traces);
    flows.push_back(std::move(flow));
  }
  std::sort(flows.begin(), flows.end(),
            [&](const Flow& a, const Flow& b) { return tables_->before(a, b); });
  return flows;
}

}  // namespace privet::flow
