#include "flow/function_solver.h"

#include <algorithm>

namespace privet::flow {

/// Which local is a part of, or the same as, which other, by the instructions alone. Two names for
/// one object are common (`const u = users[0]`, `list.push(o)`), and a store through one must be seen
/// through the other.
void FunctionSolver::find_edges() {
  edges_known_ = true;
  up_.resize(function_.locals.size());
  down_.resize(function_.locals.size());
  auto link = [&](ir::LocalIndex whole, Name field, ir::LocalIndex part) {
    if (whole >= up_.size() || part >= up_.size() || whole == part) return;
    up_[part].push_back({whole, field});
    down_[whole].push_back({part, field});
  };
  Name any = ir::any_element();
  for (const ir::Instruction* in : flat_) {
    switch (in->op) {
      case ir::Op::Copy: link(in->a, {}, in->result); break;
      case ir::Op::Load: link(in->a, in->name.empty() ? any : in->name, in->result); break;
      case ir::Op::Store: link(in->a, in->name.empty() ? any : in->name, in->c); break;
      case ir::Op::Construct:
        for (const ir::Operand& operand : operands(*in)) {
          if (operand.kind == ir::Operand::Kind::Keyed) link(in->result, operand.name, operand.value);
          if (operand.kind == ir::Operand::Kind::Value) link(in->result, any, operand.value);
        }
        break;
      case ir::Op::Call:
        if (!in->name.empty() && adds_to_receiver(in->name.text())) {
          for (const ir::Operand& operand : operands(*in)) link(in->a, any, operand.value);
        }
        break;
      default: break;
    }
  }
}

/// Puts `part` at `path` of a local, and adds it to all that may be the same object: other locals,
/// the caller's objects, shared cells.
void FunctionSolver::mutate(ir::LocalIndex local, Path path, ValueId part, bool strong) {
  if (local >= current_.size()) return;
  if (part == kNothing && !strong) return;
  if (!edges_known_) find_edges();
  constexpr std::size_t kMaxPlaces = 16;
  struct Place {
    ir::LocalIndex local;
    std::vector<Name> path;
    ValueId part;
  };
  std::vector<Place> work{{local, {path.begin(), path.end()}, part}};
  std::vector<ir::LocalIndex> seen{local};
  for (std::size_t i = 0; i < work.size(); ++i) {
    Place place = work[i];
    ValueId old = value(place.local);
    bool first = i == 0;
    ValueId changed = first && strong ? values_.put(old, place.path, place.part)
                                      : values_.add(old, place.path, place.part);
    set(place.local, changed);
    change_outside(old, place.path, place.part);
    if (place.part == kNothing) continue;
    auto push = [&](ir::LocalIndex other, std::vector<Name> at, ValueId what) {
      if (what == kNothing || work.size() >= kMaxPlaces) return;
      if (at.size() > ValueTable::kMaxDepth) return;
      if (std::find(seen.begin(), seen.end(), other) != seen.end()) return;
      seen.push_back(other);
      work.push_back({other, std::move(at), what});
    };
    for (const Edge& edge : up_[place.local]) {
      std::vector<Name> at;
      if (!edge.field.empty()) at.push_back(edge.field);
      at.insert(at.end(), place.path.begin(), place.path.end());
      push(edge.other, std::move(at), place.part);
    }
    for (const Edge& edge : down_[place.local]) {
      if (edge.field.empty()) {
        push(edge.other, place.path, place.part);
      } else if (place.path.empty()) {
        // What is put in as a whole, a text into a form, is in none of the parts that are there already.
        const bool has_parts = edge.field != ir::any_element() || values_.has_child(place.part, edge.field);
        if (has_parts) push(edge.other, {}, values_.load(place.part, edge.field));
      } else if (place.path.front() == edge.field && place.path.size() > 1) {
        push(edge.other, {place.path.begin() + 1, place.path.end()}, place.part);
      }
    }
  }
}

void FunctionSolver::change_outside(ValueId of, Path path, ValueId part) {
  if (part == kNothing) return;
  std::vector<Atom> roots;
  for (ValueTable::AtomId id : values_.atoms(of)) {
    const Atom& atom = values_.atom(id);
    if (atom.kind != AtomKind::Origin && atom.flags == 0) roots.push_back(atom);
  }
  for (const Atom& root : roots) {
    std::vector<Name> at(root.path.begin(), root.path.begin() + root.depth);
    at.insert(at.end(), path.begin(), path.end());
    if (at.size() > ValueTable::kMaxDepth) at.resize(ValueTable::kMaxDepth);
    if (root.kind == AtomKind::Cell) {
      ValueId& added = cell_added_[root.a];
      added = values_.add(added, at, part);
    } else {
      ValueId& added = effects_[static_cast<std::uint64_t>(root.a) << 32 | root.b];
      added = values_.add(added, at, part);
    }
  }
}

}  // namespace privet::flow
