#include "access/effects.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

namespace privet::access {
namespace {

using base::Name;
using flow::Load;
using program::Ref;
using Kind = rule::Access::Kind;

/// A query is built in at most so many steps.
constexpr std::size_t kMostSteps = 24;

bool narrows_number(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames = {"limit", "take", "paginate", "top", "first", "slice"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// The query of which an instruction lets so many through, kNone when it does nothing of the kind.
ir::LocalIndex narrowed_by(const Code& code, const ir::Instruction& made) {
  if (made.op == ir::Op::Call && !made.name.empty() && narrows_number(made.name.text())) return made.a;
  if (made.op != ir::Op::Operate || made.name.text() != "slice") return ir::kNone;
  // `[20:]` has no end.
  const auto operands = operands_of(code.function(), made);
  const ir::Instruction* end = operands.size() < 3 ? nullptr : code.origin(operands[2].value);
  const bool open = operands.size() < 3 || (end != nullptr && end->op == ir::Op::Literal &&
                                            end->literal_kind() == ir::LiteralKind::Null);
  return open ? ir::kNone : operands[0].value;
}

/// Calls `body(site, instruction)` for each instruction of a function, in order.
template <class Body>
void for_each(FunctionId id, const ir::Function& code, Body body) {
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const auto& instructions = code.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) body(Site{id, b, i}, instructions[i]);
  }
}

}  // namespace

struct Effects::Work {
  FunctionId function;
  const Code& code;
  std::vector<Load> loads;
  std::map<Site, std::vector<std::size_t>> at;  // indices into loads

  const ir::Instruction& call(const Site& site) const {
    return code.function().blocks[site.block].instructions[site.instruction];
  }
  /// What a call works on: its receiver, or the record that it is given.
  std::array<ir::LocalIndex, 2> subjects(const Site& site) const {
    const ir::Instruction& in = call(site);
    if (in.op != ir::Op::Call) return {ir::kNone, ir::kNone};
    const auto operands = operands_of(code.function(), in);
    return {in.name.empty() ? ir::kNone : in.a, operands.empty() ? ir::kNone : operands[0].value};
  }

  struct Found {
    std::optional<std::size_t> load;
    bool limited = false;
  };
  /// The Load of the entity that a value comes from: up the chain of method calls, and through calls
  /// that are given it (`session.execute(query)`). A read, or with `writes` a change.
  Found producer(ir::LocalIndex local, program::EntityId entity, bool writes = false) const {
    Found found;
    std::vector<ir::LocalIndex> open{local};
    for (std::size_t step = 0; step < open.size() && step < kMostSteps; ++step) {
      const ir::Instruction* made = open[step] == ir::kNone ? nullptr : code.definition(open[step]);
      if (made == nullptr) continue;
      if (made->op == ir::Op::Copy) {
        open.push_back(made->a);
        continue;
      }
      if (made->op != ir::Op::Call) continue;
      const auto here = at.find(code.definition_site(open[step]));
      if (here != at.end()) {
        for (const std::size_t index : here->second) {
          const bool changes = loads[index].kind == Kind::Update || loads[index].kind == Kind::Delete;
          if (loads[index].entity != entity || (writes ? !changes : loads[index].kind != Kind::Read)) continue;
          found.load = index;
          return found;
        }
      }
      if (made->name.empty()) continue;
      found.limited = found.limited || narrows_number(made->name.text());
      open.push_back(made->a);
      const auto operands = operands_of(code.function(), *made);
      if (!operands.empty()) open.push_back(operands[0].value);
    }
    return found;
  }
};

const std::vector<Load>& Effects::of(FunctionId function) {
  const auto found = made_.find(function.value);
  if (found != made_.end()) return found->second;
  const std::span<const Load> loads = flows_.loads(function);
  Work work{function, codes_.of(function), {loads.begin(), loads.end()}, {}};
  for (std::size_t i = 0; i < work.loads.size(); ++i) work.at[work.loads[i].site].push_back(i);
  join_steps(work);
  complete_writes(work);
  add_stores(work);
  add_committed(work);
  return made_[function.value] = std::move(work.loads);
}

void Effects::join_steps(Work& work) const {
  std::vector<bool> absorbed(work.loads.size(), false);
  // In order of the code: a step is complete before the next takes it over.
  std::vector<std::size_t> order(work.loads.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return work.loads[a].site < work.loads[b].site; });
  // `update(…).eq("id", id)`: what follows a change says which records it changes.
  for (const std::size_t index : order) {
    const Load& load = work.loads[index];
    if (load.kind != Kind::Read || load.where.empty()) continue;
    const Work::Found change = work.producer(work.subjects(load.site)[0], load.entity, true);
    if (!change.load) continue;
    Load& changed = work.loads[*change.load];
    changed.where.insert(changed.where.end(), load.where.begin(), load.where.end());
    absorbed[index] = true;
  }
  for (const std::size_t index : order) {
    Load& load = work.loads[index];
    if (load.kind != Kind::Read || absorbed[index]) continue;
    const Work::Found before = work.producer(work.subjects(load.site)[0], load.entity);
    load.limited = load.limited || before.limited;
    if (!before.load || *before.load == index) continue;
    const Load& step = work.loads[*before.load];
    load.where.insert(load.where.end(), step.where.begin(), step.where.end());
    load.limited = load.limited || step.limited;
    if (load.fields.empty()) load.fields = step.fields;
    absorbed[*before.load] = true;
  }
  // `find().limit(20)`, `objects.all()[:20]`: the limit comes after.
  for_each(work.function, work.code.function(), [&](const Site&, const ir::Instruction& call) {
    const ir::LocalIndex narrowed = narrowed_by(work.code, call);
    if (narrowed == ir::kNone) return;
    for (Load& load : work.loads) {
      if (load.kind != Kind::Read || !load.many || load.limited) continue;
      const Work::Found before = work.producer(narrowed, load.entity);
      if (before.load && &work.loads[*before.load] == &load) load.limited = true;
    }
  });
  std::vector<Load> kept;
  for (std::size_t i = 0; i < work.loads.size(); ++i) {
    if (!absorbed[i]) kept.push_back(std::move(work.loads[i]));
  }
  work.loads = std::move(kept);
  work.at.clear();
  for (std::size_t i = 0; i < work.loads.size(); ++i) work.at[work.loads[i].site].push_back(i);
}

void Effects::complete_writes(Work& work) const {
  for (Load& load : work.loads) {
    if (load.kind != Kind::Update && load.kind != Kind::Delete) continue;
    for (const ir::LocalIndex local : work.subjects(load.site)) {
      if (local == ir::kNone) continue;
      const ir::Instruction* made = work.code.origin(local);
      if (made != nullptr && made->op == ir::Op::Call && load.kind == Kind::Update) {
        const auto refs = program_.refs(work.function, made->result);
        const bool is_record = std::any_of(refs.begin(), refs.end(), [&](const Ref& ref) {
          return ref.kind == Ref::Kind::Instance && program_.entity_of(ref) == load.entity;
        });
        if (is_record &&
            (made->is_new || !program_.callees(work.code.definition_site(made->result)).constructed.empty())) {
          load.kind = Kind::Create;
          break;
        }
      }
      if (!load.where.empty()) continue;
      const Work::Found before = work.producer(local, load.entity);
      if (before.load) load.where = work.loads[*before.load].where;
    }
  }
}

Load::Selector Effects::written_by(const Site& site, const ir::Instruction& store) const {
  Load::Selector written;
  written.field = store.name;
  written.span = store.span;
  for (const flow::OriginId id : flows_.origins_at(site, store.c)) {
    if (flows_.origin(id).kind.text().starts_with("request-")) written.from_request = true;
  }
  written.from_principal = flows_.from_principal(site, store.c);
  return written;
}

/// Fields that are stored into the record before it is saved are what is written.
void Effects::add_stores(Work& work) const {
  for (Load& load : work.loads) {
    if (load.kind != Kind::Update || !load.data.empty()) continue;
    std::vector<const ir::Instruction*> records;
    for (const ir::LocalIndex local : work.subjects(load.site)) {
      if (local == ir::kNone) continue;
      if (const ir::Instruction* made = work.code.origin(local)) records.push_back(made);
    }
    if (records.empty()) continue;
    for_each(work.function, work.code.function(), [&](const Site& site, const ir::Instruction& store) {
      if (store.op != ir::Op::Store || store.name.empty()) return;
      const ir::Instruction* record = work.code.origin(store.a);
      if (record == nullptr || std::find(records.begin(), records.end(), record) == records.end()) return;
      load.data.push_back(written_by(site, store));
    });
  }
}

bool Effects::commits(FunctionId function) const {
  static const Name kCommits = Name::of("commits");
  bool found = false;
  for_each(function, program_.function(function), [&](const Site& site, const ir::Instruction& call) {
    if (found || call.op != ir::Op::Call) return;
    for (const Name symbol : program_.callees(site).symbols) {
      for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
        found = found || std::find(model->tags.begin(), model->tags.end(), kCommits) != model->tags.end();
      }
    }
  });
  return found;
}

/// `member.phone = …; session.commit()`: the session writes what was changed.
void Effects::add_committed(Work& work) const {
  if (!commits(work.function)) return;
  std::map<Site, std::size_t> changed;  // by what made the record, to its Load
  for_each(work.function, work.code.function(), [&](const Site& site, const ir::Instruction& store) {
    if (store.op != ir::Op::Store || store.name.empty()) return;
    const ir::Instruction* record = work.code.origin(store.a);
    if (record == nullptr || record->op != ir::Op::Call || record->is_new) return;
    program::EntityId entity;
    for (const Ref& ref : program_.refs(work.function, store.a)) {
      const program::EntityId candidate = program_.entity_of(ref);
      if (ref.kind == Ref::Kind::Instance && !ref.list && candidate.valid() && program_.entity(candidate).stored) {
        entity = candidate;
      }
    }
    const Site maker = work.code.definition_site(record->result);
    if (!entity.valid() || !program_.callees(maker).constructed.empty()) return;
    const auto [found, is_new] = changed.try_emplace(maker, work.loads.size());
    if (is_new) {
      Load load;
      load.site = site;
      load.entity = entity;
      load.kind = Kind::Update;
      const Work::Found before = work.producer(store.a, entity);
      if (before.load) load.where = work.loads[*before.load].where;
      work.loads.push_back(std::move(load));
    }
    work.loads[found->second].data.push_back(written_by(site, store));
  });
}

}  // namespace privet::access
