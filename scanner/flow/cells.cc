#include <algorithm>
#include <queue>

#include "flow/tables.h"

// What shared variables and fields hold: one fix point over all that functions write to them.

namespace privet::flow {

namespace {

/// Looks at one cell, after which it stays as it is.
constexpr std::uint32_t kMaxLooks = 8;

}  // namespace

/// What is written to each, over all functions but those of tests of somebody else's.
std::vector<ValueId> FlowResult::Tables::written_to_cells() {
  std::vector<ValueId> written(ctx.cells.size(), kNothing);
  const auto is_of_test = [&](const Cell& cell) {
    const program::ModuleId module = cell.owner.valid() ? ctx.program.module_of(cell.owner)
                                                        : ctx.program.module_of(cell.function);
    return ctx.program.sources()[ctx.program.module(module).file].test;
  };
  for (std::uint32_t i = 0; i < ctx.summaries.size(); ++i) {
    const auto& summary = ctx.summaries[i];
    if (!summary) continue;
    const bool test = ctx.in_test(program::FunctionId{i});
    ValueTable::Imported done;
    for (const auto& [cell, added, open] : summary->cells) {
      if (test && !is_of_test(ctx.cells[cell])) continue;
      bool is_known = summary->values.any(added, [](const Atom& atom) {
        return atom.kind != AtomKind::Input;
      });
      if (!is_known) continue;
      ValueId known = cell_values.map(cell_values.import(summary->values, added, done),
                                      [](const Atom& atom) -> std::optional<Atom> {
                                        if (atom.kind == AtomKind::Input) return std::nullopt;
                                        return atom;
                                      });
      written[cell] = cell_values.join(written[cell], known);
    }
  }
  return written;
}

/// Those that are read before those that read them, as far as that goes.
std::vector<CellId> FlowResult::Tables::cells_in_order(const std::vector<std::vector<CellId>>& read) {
  std::vector<CellId> order;
  std::vector<bool> seen(read.size());
  std::vector<std::pair<CellId, std::size_t>> open;
  for (CellId root = 0; root < read.size(); ++root) {
    if (seen[root]) continue;
    seen[root] = true;
    open.emplace_back(root, 0);
    while (!open.empty()) {
      auto& [cell, next] = open.back();
      if (next == read[cell].size()) {
        order.push_back(cell);
        open.pop_back();
        continue;
      }
      const CellId other = read[cell][next++];
      if (seen[other]) continue;
      seen[other] = true;
      open.emplace_back(other, 0);
    }
  }
  return order;
}

/// What an atom of a cell is, as far as the cell is known by now.
ValueId FlowResult::Tables::looked_up(const Atom& atom) {
  const ValueId whole = cells[atom.a];
  if (whole == kNothing) return kNothing;
  LookedUp& known = looked_up_[cell_values.of(atom)];
  if (known.cell == whole) return known.part;
  ValueId part = cell_values.load(whole, ValueTable::Path(atom.path.data(), atom.depth));
  if (part != kNothing && (atom.flags != 0 || atom.protection != rule::Protection::None)) {
    part = cell_values.map(part, [&](const Atom& inner) -> std::optional<Atom> {
      if ((atom.flags & kPart) != 0 && ctx.is_personal(inner)) return std::nullopt;
      Atom changed = inner;
      changed.flags |= atom.passed_on();
      changed.protection = combine(inner.protection, atom.protection);
      return changed;
    });
  }
  known = {whole, part};
  return part;
}

/// The value with its cells looked up; after the first look, only what has come since. Trees are four
/// fields deep, and so is this recursion.
ValueId FlowResult::Tables::resolved(ValueId value, std::uint64_t last_look) {
  const bool first = last_look == 0;
  const std::vector<ValueTable::AtomId> atoms(cell_values.atoms(value).begin(), cell_values.atoms(value).end());
  std::vector<ValueId> own;
  for (const ValueTable::AtomId id : atoms) {
    const Atom atom = cell_values.atom(id);
    if (atom.kind != AtomKind::Cell) {
      if (first) own.push_back(cell_values.of(atom));
    } else if (cell_grown_[atom.a] >= last_look) {
      own.push_back(looked_up(atom));
    }
  }
  const std::vector<ValueTable::Child> children(cell_values.children(value).begin(), cell_values.children(value).end());
  ValueId result = cell_values.join(own);
  for (const ValueTable::Child& child : children) {
    Name field = cell_values.field(child.first);
    const ValueTable::Path path(&field, 1);
    if (child.second != kNothing) {
      result = cell_values.add(result, path, resolved(child.second, last_look));
    } else if (first) {
      result = cell_values.put(result, path, kNothing);
    }
  }
  return result;
}

/// A cell is looked at again when one that it reads has grown.
void FlowResult::Tables::solve_cells() {
  const std::vector<ValueId> written = written_to_cells();
  std::vector<std::vector<CellId>> read(written.size()), readers(written.size());
  for (CellId cell = 0; cell < written.size(); ++cell) {
    cell_values.each(written[cell], [&](const Atom& atom) {
      if (atom.kind != AtomKind::Cell || (!read[cell].empty() && read[cell].back() == atom.a)) return;
      read[cell].push_back(atom.a);
      readers[atom.a].push_back(cell);
    });
  }
  const std::vector<CellId> order = cells_in_order(read);
  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;

  cells.assign(written.size(), kNothing);
  cell_grown_.assign(written.size(), 0);
  std::vector<std::uint64_t> looked(written.size(), 0);
  std::vector<std::uint32_t> n_looks(written.size(), 0);
  std::vector<bool> waiting(written.size());
  std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> queue;
  const auto wait = [&](CellId cell) {
    if (waiting[cell] || written[cell] == kNothing || n_looks[cell] == kMaxLooks) return;
    waiting[cell] = true;
    queue.push(place[cell]);
  };
  for (CellId cell = 0; cell < written.size(); ++cell) wait(cell);
  for (std::uint64_t now = 1; !queue.empty(); ++now) {
    const CellId cell = order[queue.top()];
    queue.pop();
    waiting[cell] = false;
    ++n_looks[cell];
    const ValueId found = cell_values.cut(resolved(written[cell], looked[cell]), Context::kCellDepth);
    looked[cell] = now;
    const ValueId grown = cell_values.join(cells[cell], found);
    if (grown == cells[cell]) continue;
    cells[cell] = grown;
    cell_grown_[cell] = now;
    for (const CellId reader : readers[cell]) wait(reader);
  }
  looked_up_ = {};
  find_cell_leaves();
}

}  // namespace privet::flow
