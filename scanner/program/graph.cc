#include "program/graph.h"

#include <algorithm>

namespace privet::program {

std::size_t PairMap::hash(std::uint64_t key) {
  key ^= key >> 31;
  key *= 0x9E3779B97F4A7C15ull;
  key ^= key >> 29;
  return static_cast<std::size_t>(key);
}

void PairMap::grow() {
  std::vector<Row> old(rows_.empty() ? 64 : rows_.size() * 2);
  old.swap(rows_);
  const std::size_t mask = rows_.size() - 1;
  for (const Row& row : old) {
    if (!row.used) continue;
    std::size_t at = hash(row.key) & mask;
    while (rows_[at].used) at = (at + 1) & mask;
    rows_[at] = row;
  }
}

std::uint32_t& PairMap::slot(std::uint32_t a, std::uint32_t b) {
  if ((size_ + 1) * 3 > rows_.size() * 2) grow();
  const std::uint64_t key = (static_cast<std::uint64_t>(a) << 32) | b;
  const std::size_t mask = rows_.size() - 1;
  std::size_t at = hash(key) & mask;
  while (rows_[at].used && rows_[at].key != key) at = (at + 1) & mask;
  if (!rows_[at].used) {
    rows_[at].used = true;
    rows_[at].key = key;
    ++size_;
  }
  return rows_[at].value;
}

std::uint32_t PairMap::find(std::uint32_t a, std::uint32_t b) const {
  if (rows_.empty()) return kNone;
  const std::uint64_t key = (static_cast<std::uint64_t>(a) << 32) | b;
  const std::size_t mask = rows_.size() - 1;
  for (std::size_t at = hash(key) & mask; rows_[at].used; at = (at + 1) & mask) {
    if (rows_[at].key == key) return rows_[at].value;
  }
  return kNone;
}

bool PairMap::insert(std::uint32_t a, std::uint32_t b) {
  std::uint32_t& value = slot(a, b);
  if (value != kNone) return false;
  value = 0;
  return true;
}

namespace {

/// Kinds with a name have no id, but for library values told apart by the call that made them.
std::uint32_t value_tag(const Ref& ref) {
  const std::uint32_t tag = static_cast<std::uint32_t>(ref.kind) * 2 + (ref.list ? 1u : 0u);
  return ref.name.empty() ? tag : tag + ref.id * 16;
}

std::uint32_t value_key(const Ref& ref) { return ref.name.empty() ? ref.id : ref.name.index(); }

}  // namespace

ValueId Values::intern(const Ref& ref) {
  std::uint32_t& slot = ids_.slot(value_tag(ref), value_key(ref));
  if (slot == kNone) {
    slot = static_cast<std::uint32_t>(refs_.size());
    refs_.push_back(ref);
  }
  return slot;
}

ValueId Values::find(const Ref& ref) const { return ids_.find(value_tag(ref), value_key(ref)); }

ValueId Values::with_list(ValueId id, bool list) {
  if (refs_[id].list == list) return id;
  Ref ref = refs_[id];
  ref.list = list;
  return intern(ref);
}

NodeId Graph::add_node() {
  nodes_.emplace_back();
  return static_cast<NodeId>(nodes_.size() - 1);
}

void Graph::enqueue(NodeId node) {
  Node& at = nodes_[node];
  if (at.queued || at.uses == kNone || at.n == 0) return;
  at.queued = true;
  queue_.push_back(node);
}

bool Graph::has_value(NodeId node, ValueId wanted) const {
  for (std::size_t i = 0; i < nodes_[node].n; ++i) {
    if (value(node, i) == wanted) return true;
  }
  return false;
}

bool Graph::add_value(NodeId node, ValueId value) {
  if (has_value(node, value)) return false;
  Node& at = nodes_[node];
  if (at.n == kMaxRefs) {
    at.full = true;
    return false;
  }
  if (at.more == kNone && at.n == 2) {
    at.more = static_cast<std::uint32_t>(blocks_.size());
    blocks_.emplace_back();
    std::copy(at.few, at.few + 2, blocks_.back().values);
  }
  (at.more == kNone ? at.few : blocks_[at.more].values)[at.n] = value;
  ++at.n;
  enqueue(node);
  return true;
}

void Graph::add_use(NodeId node, UseKind kind, std::uint32_t target) {
  if (kind == UseKind::Copy && node == target) return;
  uses_.push_back({nodes_[node].uses, target, kind});
  nodes_[node].uses = static_cast<std::uint32_t>(uses_.size() - 1);
  enqueue(node);
}

NodeId Graph::field(ValueId owner, Name name) {
  std::uint32_t& slot = fields_.slot(owner, name.index());
  if (slot != kNone) return slot;
  const NodeId node = add_node();
  slot = node;
  if (owner >= heads_.size()) heads_.resize(owner + 1, kNone);
  entries_.push_back({name, node, heads_[owner]});
  heads_[owner] = static_cast<std::uint32_t>(entries_.size() - 1);
  if (copies_.contains(owner)) pending_.push_back({owner, name, node});
  return node;
}

void Graph::copy_fields(ValueId from, ValueId to) {
  if (from == to || !copied_.insert(from, to)) return;
  copies_[from].push_back(to);
  for (std::uint32_t at = first_field(from); at != kNone; at = entries_[at].next) {
    pending_.push_back({from, entries_[at].name, entries_[at].node});
  }
}

bool Graph::copy_new_fields(std::uint64_t& steps) {
  while (!pending_.empty()) {
    const NewField added = pending_.back();
    pending_.pop_back();
    const std::vector<ValueId> targets = copies_[added.owner];
    for (const ValueId to : targets) {
      if (steps == 0) return false;
      --steps;
      const NodeId copy = field(to, added.name);
      if (copied_fields_.insert(added.node, copy)) add_use(added.node, UseKind::Copy, copy);
    }
  }
  return true;
}

}  // namespace privet::program
