#include <algorithm>

#include "flow/tables.h"

namespace privet::flow {

namespace {

using program::FunctionId;

/// Walks traces backwards, from where a value is to where it began.
class StepFinder {
 public:
  StepFinder(const Context& ctx, const std::unordered_map<std::uint32_t, const Trace*>& traces)
      : ctx_(ctx), traces_(traces) {}

  /// Steps by which `what` came to `local`, last first. `depth` bounds the calls walked into.
  void back(FunctionId id, ir::LocalIndex local, const Atom& what, std::vector<Step>& steps,
            int depth) const {
    const Trace* trace = trace_of(id);
    if (!trace || depth > 6) return;
    const ir::Function& function = ctx_.program.function(id);
    for (int i = 0; i < 200; ++i) {
      auto at = trace->find({local, what.kind, what.a, what.b});
      if (at == trace->end() || at->second.entry) return;
      const Arrival& arrival = at->second;
      const ir::Instruction& in =
          function.blocks[arrival.site.block].instructions[arrival.site.instruction];
      bool from_call = in.op == ir::Op::Call && arrival.from == ir::kNone;
      Step step{kind_of(in, arrival), id, in.span, name_of(function, in, local)};
      bool shown = step.kind != Step::Kind::Assign || !function.locals[local].name.empty();
      if (from_call) {
        step.kind = Step::Kind::Leave;
        shown = !ctx_.program.callees(arrival.site).functions.empty();
      }
      if (shown) steps.push_back(step);
      if (arrival.from != ir::kNone) {
        local = arrival.from;
        continue;
      }
      if (from_call && what.kind == AtomKind::Origin) through_call(arrival.site, what, steps, depth);
      return;
    }
  }

  /// The local among a call's operands that carries `what`; kNone when none does.
  ir::LocalIndex carrier(const program::Site& site, const Atom& what) const {
    const Trace* trace = trace_of(site.function);
    const ir::Function& function = ctx_.program.function(site.function);
    const auto& instructions = function.blocks[site.block].instructions;
    if (!trace || site.instruction >= instructions.size()) return ir::kNone;
    const ir::Instruction& in = instructions[site.instruction];
    for (std::uint32_t i = 0; i < in.n_operands; ++i) {
      ir::LocalIndex local = function.operands[in.first_operand + i].value;
      if (trace->contains({local, what.kind, what.a, what.b})) return local;
    }
    for (ir::LocalIndex local : {in.a, in.c}) {
      if (trace->contains({local, what.kind, what.a, what.b})) return local;
    }
    return ir::kNone;
  }

  /// What of the caller's the callee's value at `local`, or at the operands of `site`, is made of.
  bool find_input(FunctionId id, const program::Site& site, ir::LocalIndex local, Atom& what,
                  ir::LocalIndex& at) const {
    const Trace* trace = trace_of(id);
    if (!trace) return false;
    auto n = static_cast<std::uint32_t>(ctx_.program.function(id).parameters.size());
    for (std::uint32_t i = 0; i <= n; ++i) {
      what = Atom{};
      what.kind = AtomKind::Input;
      what.a = i == n ? kReceiver : kArgument;
      what.b = i == n ? 0 : i;
      if (local != ir::kNone && trace->contains({local, what.kind, what.a, what.b})) {
        at = local;
        return true;
      }
      if (local == ir::kNone) {
        at = carrier(site, what);
        if (at != ir::kNone) return true;
      }
    }
    return false;
  }

 private:
  const Trace* trace_of(FunctionId id) const {
    auto at = traces_.find(id.value);
    return at == traces_.end() ? nullptr : at->second;
  }

  /// Into the callee whose result brought it.
  void through_call(const program::Site& site, const Atom& what, std::vector<Step>& steps,
                    int depth) const {
    for (FunctionId callee : ctx_.program.callees(site).functions) {
      const Trace* trace = trace_of(callee);
      const auto& summary = ctx_.summaries[callee.value];
      if (!trace || !summary) continue;
      bool returns = summary->values.any(summary->returned, [&](const Atom& atom) {
        return atom.same_root(what);
      });
      if (!returns) continue;
      for (const ir::Block& block : ctx_.program.function(callee).blocks) {
        if (block.end.kind != ir::Terminator::Kind::Return) continue;
        if (!trace->contains({block.end.value, what.kind, what.a, what.b})) continue;
        back(callee, block.end.value, what, steps, depth + 1);
        return;
      }
    }
  }

  Step::Kind kind_of(const ir::Instruction& in, const Arrival& arrival) const {
    switch (in.op) {
      case ir::Op::Load: return Step::Kind::Field;
      case ir::Op::Call: {
        if (protection_at(in, arrival.site) != rule::Protection::None) return Step::Kind::Protect;
        return Step::Kind::Pass;
      }
      default: return Step::Kind::Assign;
    }
  }

  rule::Protection protection_at(const ir::Instruction& in, const program::Site& site) const {
    if (rule::Protection named = ctx_.protection_of(in.name); named != rule::Protection::None) {
      return named;
    }
    for (Name symbol : ctx_.program.callees(site).symbols) {
      for (const rule::FunctionModel* model : ctx_.program.rules().functions(symbol)) {
        for (const rule::Transfer& flow : model->flows) {
          if (flow.protection != rule::Protection::None) return flow.protection;
        }
      }
    }
    return rule::Protection::None;
  }

  static Name name_of(const ir::Function& function, const ir::Instruction& in, ir::LocalIndex local) {
    if (in.op == ir::Op::Load || (in.op == ir::Op::Call && !in.name.empty())) return in.name;
    if (in.op == ir::Op::Call && in.a < function.locals.size()) return function.locals[in.a].name;
    return local < function.locals.size() ? function.locals[local].name : Name();
  }

  const Context& ctx_;
  const std::unordered_map<std::uint32_t, const Trace*>& traces_;
};

/// At most 20 steps, in which the first and the last are the ones that matter.
void shorten(std::vector<Step>& steps) {
  constexpr std::size_t kMax = 20, kHead = 10;
  auto same = [](const Step& a, const Step& b) { return a.kind == b.kind && a.span == b.span; };
  steps.erase(std::unique(steps.begin(), steps.end(), same), steps.end());
  if (steps.size() <= kMax) return;
  auto head = steps.begin() + static_cast<std::ptrdiff_t>(kHead);
  steps.erase(head, steps.end() - static_cast<std::ptrdiff_t>(kMax - kHead));
}

}  // namespace

std::vector<Step> FlowResult::Tables::steps_of(
    const Candidate& candidate,
    const std::unordered_map<std::uint32_t, const Trace*>& traces) const {
  StepFinder finder(ctx, traces);
  const Origin& origin = ctx.group(candidate.atom).origin;
  std::vector<Step> steps{{Step::Kind::Source, origin.function, origin.span,
                           ctx.place_of(candidate.atom).field}};
  auto append = [&](std::vector<Step>& reversed) {
    steps.insert(steps.end(), reversed.rbegin(), reversed.rend());
    reversed.clear();
  };
  std::vector<Step> reversed;
  if (candidate.use == kReturn) {
    for (const ir::Block& block : ctx.program.function(candidate.top).blocks) {
      if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
      finder.back(candidate.top, block.end.value, candidate.atom, reversed, 0);
      if (!reversed.empty()) break;
    }
    append(reversed);
    shorten(steps);
    return steps;
  }
  FunctionId at = candidate.top;
  std::uint32_t u = candidate.use;
  bool first = true;
  while (true) {
    const SinkUse& use = ctx.summaries[at.value]->uses[u];
    const SinkPoint& point = ctx.summaries[use.owner.value]->points[use.point];
    ir::LocalIndex local = use.depth == 0 ? point.local : ir::kNone;
    Atom what = candidate.atom;
    bool found = true;
    if (!first) {
      found = finder.find_input(at, use.via, local, what, local);
    } else if (local == ir::kNone) {
      local = finder.carrier(use.via, what);
    }
    if (found && local != ir::kNone) finder.back(at, local, what, reversed, 0);
    append(reversed);
    const ir::Function& function = ctx.program.function(at);
    const ir::Instruction& in = function.blocks[use.via.block].instructions[use.via.instruction];
    if (use.depth == 0) {
      steps.push_back({Step::Kind::Sink, at, point.span, point.symbol});
      break;
    }
    steps.push_back({Step::Kind::Enter, at, in.span, ctx.program.function(use.callee).name});
    auto next = below(use);
    if (!next) break;
    at = use.callee;
    u = *next;
    first = false;
  }
  shorten(steps);
  return steps;
}

}  // namespace privet::flow
