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

/// Calls that give the same query, narrower or in another order.
bool narrows_query(std::string_view name) {
  constexpr std::array<std::string_view, 8> kNames = {"where", "limit", "orderBy", "leftJoin", "innerJoin", "execute", "$dynamic", "filter"};
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
  Found producer(ir::LocalIndex local, const Site& use, program::EntityId entity, bool writes = false) const {
    Found found;
    std::vector<Site> open;
    const auto follow = [&](ir::LocalIndex from, const Site& where) {
      if (from == ir::kNone) return;
      const std::vector<Site> makers = code.origins(from, where);
      open.insert(open.end(), makers.begin(), makers.end());
    };
    follow(local, use);
    for (std::size_t step = 0; step < open.size() && step < kMostSteps; ++step) {
      const Site site = open[step];
      const ir::Instruction* made = &code.at(site);
      if (made->op != ir::Op::Call) continue;
      const auto here = at.find(site);
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
      follow(made->a, site);
      const auto operands = operands_of(code.function(), *made);
      if (!operands.empty()) follow(operands[0].value, site);
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
  keep_first(work);
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
    const Work::Found change = work.producer(work.subjects(load.site)[0], load.site, load.entity, true);
    if (!change.load) continue;
    Load& changed = work.loads[*change.load];
    changed.where.insert(changed.where.end(), load.where.begin(), load.where.end());
    absorbed[index] = true;
  }
  for (const std::size_t index : order) {
    Load& load = work.loads[index];
    if (load.kind != Kind::Read || absorbed[index]) continue;
    const Work::Found before = work.producer(work.subjects(load.site)[0], load.site, load.entity);
    load.limited = load.limited || before.limited;
    if (!before.load || *before.load == index) continue;
    const Load& step = work.loads[*before.load];
    load.where.insert(load.where.end(), step.where.begin(), step.where.end());
    load.limited = load.limited || step.limited;
    if (load.fields.empty()) load.fields = step.fields;
    absorbed[*before.load] = true;
  }
  // `find().limit(20)`, `objects.all()[:20]`: the limit comes after.
  for_each(work.function, work.code.function(), [&](const Site& site, const ir::Instruction& call) {
    const ir::LocalIndex narrowed = narrowed_by(work.code, call);
    if (narrowed == ir::kNone) return;
    for (Load& load : work.loads) {
      if (load.kind != Kind::Read || !load.many || load.limited) continue;
      const Work::Found before = work.producer(narrowed, site, load.entity);
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

/// `const [member] = await select().from(members).where(…)`: of what is found, one is looked at.
void Effects::keep_first(Work& work) const {
  for (Load& load : work.loads) {
    if (load.kind != Kind::Read || !load.many || load.where.empty()) continue;
    // Through calls on the query and what it is awaited into.
    std::vector<ir::LocalIndex> same{work.call(load.site).result};
    bool first = false;
    bool more = false;
    for (std::size_t i = 0; i < same.size() && i < kMostSteps; ++i) {
      for_each(work.function, work.code.function(), [&](const Site& site, const ir::Instruction& in) {
        if (in.a != same[i] || site == load.site) {
          for (const ir::Operand& operand : operands_of(work.code.function(), in)) more = more || operand.value == same[i];
          return;
        }
        if (in.op == ir::Op::Copy || (in.op == ir::Op::Call && narrows_query(in.name.text()))) {
          same.push_back(in.result);
        } else if (in.op == ir::Op::Load && (in.name.text() == "0" || in.name.text() == "[0]")) {
          first = true;
        } else if (in.op != ir::Op::Load || in.name.text() != "length") {
          more = true;
        }
      });
      for (const ir::Block& block : work.code.function().blocks) more = more || block.end.value == same[i];
    }
    if (first && !more) load.many = false;
  }
}

/// `Member(email=…)` at a place where it makes a record of the entity.
bool Effects::makes_record(const Work& work, const Site& made, program::EntityId entity) const {
  const ir::Instruction& call = work.code.at(made);
  if (call.op != ir::Op::Call) return false;
  const auto refs = program_.refs(work.function, call.result);
  const bool is_record = std::any_of(refs.begin(), refs.end(), [&](const Ref& ref) {
    return ref.kind == Ref::Kind::Instance && program_.entity_of(ref) == entity;
  });
  return is_record && (call.is_new || !program_.callees(made).constructed.empty());
}

/// What a record is made of is written when it is saved.
void Effects::add_made_of(const Work& work, const Site& made, Load& load) const {
  const ir::Instruction& call = work.code.at(made);
  for (const ir::Operand& operand : operands_of(work.code.function(), call)) {
    if (operand.kind != ir::Operand::Kind::Keyed) continue;
    const bool known = std::any_of(load.data.begin(), load.data.end(), [&](const Load::Selector& written) {
      return written.field == operand.name;
    });
    if (!known) load.data.push_back(written_by(made, operand.name, operand.value, operand.span));
  }
}

void Effects::complete_writes(Work& work) const {
  for (Load& load : work.loads) {
    if (load.kind != Kind::Update && load.kind != Kind::Delete) continue;
    for (const ir::LocalIndex local : work.subjects(load.site)) {
      if (local == ir::kNone) continue;
      const std::vector<Site> makers = work.code.origins(local, load.site);
      const bool made_here = !makers.empty() && std::all_of(makers.begin(), makers.end(), [&](const Site& made) {
        return makes_record(work, made, load.entity);
      });
      if (made_here && load.kind == Kind::Update) {
        load.kind = Kind::Create;
        for (const Site& made : makers) add_made_of(work, made, load);
        break;
      }
      if (!load.where.empty()) continue;
      const Work::Found before = work.producer(local, load.site, load.entity);
      if (before.load) load.where = work.loads[*before.load].where;
    }
  }
}

Load::Selector Effects::written_by(const Site& site, Name field, ir::LocalIndex value, source::Span span) const {
  Load::Selector written;
  written.field = field;
  written.span = span;
  for (const flow::OriginId id : flows_.origins_at(site, value)) {
    if (flows_.origin(id).kind.text().starts_with("request-")) written.from_request = true;
  }
  written.from_principal = flows_.from_principal(site, value);
  return written;
}

/// Fields that are stored into the record before it is saved are what is written.
void Effects::add_stores(Work& work) const {
  for (Load& load : work.loads) {
    if (load.kind != Kind::Update || !load.data.empty()) continue;
    std::vector<Site> records;
    for (const ir::LocalIndex local : work.subjects(load.site)) {
      if (local == ir::kNone) continue;
      const std::vector<Site> makers = work.code.origins(local, load.site);
      records.insert(records.end(), makers.begin(), makers.end());
    }
    if (records.empty()) continue;
    for (const Write& write : writes_in(work.code)) {
      const std::vector<Site> stored_into = work.code.origins(write.record, write.site);
      const bool same = std::any_of(stored_into.begin(), stored_into.end(), [&](const Site& record) {
        return std::find(records.begin(), records.end(), record) != records.end();
      });
      if (same) load.data.push_back(written_by(write.site, write.field, write.value, write.span));
    }
  }
}

std::vector<Effects::Write> Effects::writes_in(const Code& code) const {
  std::vector<Write> writes;
  for_each(code.id(), code.function(), [&](const Site& site, const ir::Instruction& in) {
    if (in.op == ir::Op::Store && !in.name.empty()) {
      writes.push_back({site, in.a, in.c, in.name, in.span});
    } else if (in.op == ir::Op::Store && in.b != ir::kNone && named_by_request(code, in.b, site)) {
      writes.push_back({site, in.a, in.c, Name::of("*"), in.span});
    } else if (in.op == ir::Op::Call) {
      if (auto write = write_by_call(code, site)) writes.push_back(*write);
    }
  });
  return writes;
}

/// `setattr(member, name, value)`, `Object.assign(member, body)`: a model says that one argument goes into
/// another.
std::optional<Effects::Write> Effects::write_by_call(const Code& code, const Site& site) const {
  const ir::Instruction& call = code.at(site);
  for (const Name symbol : program_.callees(site).symbols) {
    for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
      for (const rule::Transfer& transfer : model->flows) {
        const ir::AccessPath& to = transfer.to;
        if (to.root != ir::AccessPath::Root::Argument || transfer.from.root != ir::AccessPath::Root::Argument) continue;
        ir::AccessPath record = to;
        record.fields.clear();
        Write write{site, program_.argument_of(site, record), program_.argument_of(site, transfer.from), {}, call.span};
        if (write.record == ir::kNone || write.value == ir::kNone || write.record == write.value) continue;
        write.field = Name::of("*");
        if (to.fields.empty()) return write;
        const auto operands = operands_of(code.function(), call);
        if (to.fields.size() != 1 || to.fields[0] != Name::of("[1]") || operands.size() < 2) continue;
        const std::string_view constant = literal_text(code, operands[1].value);
        if (!constant.empty()) write.field = Name::of(constant);
        if (!constant.empty() || named_by_request(code, operands[1].value, site)) return write;
      }
    }
  }
  return std::nullopt;
}

/// `for name, value in body.items()`: the name is the request's, and nothing in the function asks whether it
/// is among the allowed ones.
bool Effects::named_by_request(const Code& code, ir::LocalIndex key, const Site& use) const {
  bool asked = false;
  const std::vector<Site> own = code.origins(key, use);
  for_each(code.id(), code.function(), [&](const Site& site, const ir::Instruction& in) {
    const bool membership = (in.op == ir::Op::Operate && (in.name.text() == "in" || in.name.text() == "not in")) ||
                            (in.op == ir::Op::Call && (in.name.text() == "includes" || in.name.text() == "has"));
    if (!membership) return;
    for (const ir::Operand& operand : operands_of(code.function(), in)) {
      asked = asked || operand.value == key || (!own.empty() && code.origins(operand.value, site) == own);
    }
  });
  if (asked) return false;
  std::vector<Site> open = own;
  for (std::size_t i = 0; i < open.size() && i < kMostSteps; ++i) {
    const ir::Instruction& made = code.at(open[i]);
    const auto asks = [&](ir::LocalIndex local) {
      if (local == ir::kNone) return false;
      for (const flow::OriginId id : flows_.origins_at(open[i], local)) {
        if (flows_.origin(id).kind.text().starts_with("request-")) return true;
      }
      const std::vector<Site> before = code.origins(local, open[i]);
      open.insert(open.end(), before.begin(), before.end());
      return false;
    };
    if (made.op != ir::Op::Load && made.op != ir::Op::Call && made.op != ir::Op::Operate) continue;
    if (asks(made.result) || asks(made.a)) return true;
    for (const ir::Operand& operand : operands_of(code.function(), made)) {
      if (asks(operand.value)) return true;
    }
  }
  return false;
}

bool Effects::commits(FunctionId function) const {
  static const Name kCommits = Name::of("commits");
  bool found = false;
  for_each(function, program_.function(function), [&](const Site& site, const ir::Instruction& call) {
    if (found || call.op != ir::Op::Call) return;
    for (const Name symbol : program_.callees(site).symbols) {
      for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
        found = found || model->has_tag(kCommits);
      }
    }
  });
  return found;
}

/// `member.phone = …; session.commit()`: the session writes what was changed.
void Effects::add_committed(Work& work) const {
  if (!commits(work.function)) return;
  std::map<Site, std::size_t> changed;  // by what made the record, to its Load
  for (const Write& write : writes_in(work.code)) {
    const std::vector<Site> makers = work.code.origins(write.record, write.site);
    if (makers.size() != 1) continue;
    const ir::Instruction& record = work.code.at(makers.front());
    if (record.op != ir::Op::Call || record.is_new) continue;
    program::EntityId entity;
    for (const Ref& ref : program_.refs(work.function, write.record)) {
      const program::EntityId candidate = program_.entity_of(ref);
      if (ref.kind == Ref::Kind::Instance && !ref.list && candidate.valid() && program_.entity(candidate).stored) {
        entity = candidate;
      }
    }
    const Site maker = makers.front();
    if (!entity.valid() || !program_.callees(maker).constructed.empty()) continue;
    const auto [found, is_new] = changed.try_emplace(maker, work.loads.size());
    if (is_new) {
      Load load;
      load.site = write.site;
      load.entity = entity;
      load.kind = Kind::Update;
      const Work::Found before = work.producer(write.record, write.site, entity);
      if (before.load) load.where = work.loads[*before.load].where;
      work.loads.push_back(std::move(load));
    }
    work.loads[found->second].data.push_back(written_by(write.site, write.field, write.value, write.span));
  }
}

}  // namespace privet::access
