#include "flow/value.h"

#include <algorithm>

#include "base/check.h"

namespace privet::flow {

namespace {

constexpr ValueTable::FieldId kAny = 0;

std::uint64_t mix(std::uint64_t hash, std::uint64_t word) {
  hash ^= word + 0x9E3779B97F4A7C15ull + (hash << 6) + (hash >> 2);
  return hash * 0xFF51AFD7ED558CCDull;
}

std::uint64_t hash_atom(const Atom& atom) {
  std::uint64_t hash = mix(static_cast<std::uint64_t>(atom.kind) << 24 |
                               static_cast<std::uint64_t>(atom.protection) << 16 |
                               static_cast<std::uint64_t>(atom.flags) << 8 | atom.depth,
                           static_cast<std::uint64_t>(atom.a) << 32 | atom.b);
  for (std::size_t i = 0; i < atom.depth; ++i) hash = mix(hash, atom.path[i].index());
  return hash;
}

/// How well a protection holds.
int strength(rule::Protection protection) {
  switch (protection) {
    case rule::Protection::None: return 0;
    case rule::Protection::Hashed: return 1;
    case rule::Protection::Truncated: return 2;
    case rule::Protection::Masked: return 3;
    case rule::Protection::Pseudonymised: return 4;
    case rule::Protection::KeyedHash: return 5;
    case rule::Protection::Tokenised: return 6;
    case rule::Protection::Encrypted: return 7;
    case rule::Protection::PasswordHash: return 8;
    case rule::Protection::Aggregated: return 9;
  }
  return 0;
}

bool same_place(const Atom& a, const Atom& b) {
  return a.same_root(b) && a.protection == b.protection;
}

/// True if `part` lies in, or is, what `whole` stands for.
bool holds(const Atom& whole, const Atom& part) {
  return same_place(whole, part) && whole.depth <= part.depth &&
         std::equal(whole.path.begin(), whole.path.begin() + whole.depth, part.path.begin());
}

}  // namespace

rule::Protection combine(rule::Protection inner, rule::Protection outer) {
  return strength(outer) > strength(inner) ? outer : inner;
}

bool is_index(Name field) {
  std::string_view text = field.text();
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return c >= '0' && c <= '9'; });
}

ValueTable::ValueTable(const AtomFields& fields) : rules_(&fields) {
  nodes_.push_back({});
  field_id(ir::any_element());
}

ValueTable::FieldId ValueTable::field_id(Name name) {
  const std::uint64_t key = std::uint64_t{name.index()} + 1;
  if (const FieldId* known = field_ids_.find(key)) return *known;
  auto id = static_cast<FieldId>(fields_.size());
  field_ids_.add(key, id);
  fields_.push_back(name);
  return id;
}

namespace {

/// The slot to begin at. The low bits of a product depend on the low bits of its factors alone.
std::size_t slot_of(std::uint64_t hash, std::size_t n_slots) {
  return static_cast<std::size_t>(hash >> 32) & (n_slots - 1);
}

}  // namespace

const std::uint32_t* ValueTable::Memo::find(std::uint64_t key) const {
  if (slots.empty()) return nullptr;
  for (std::size_t at = slot_of(key * 0x9E3779B97F4A7C15ull, slots.size());; at = (at + 1) & (slots.size() - 1)) {
    if (slots[at].first == key) return &slots[at].second;
    if (slots[at].first == 0) return nullptr;
  }
}

void ValueTable::Memo::add(std::uint64_t key, std::uint32_t result) {
  if (2 * (n + 1) > slots.size()) {
    decltype(slots) old(std::max<std::size_t>(16, slots.size() * 2));
    old.swap(slots);
    n = 0;
    for (const auto& [known, value] : old) {
      if (known != 0) add(known, value);
    }
  }
  std::size_t at = slot_of(key * 0x9E3779B97F4A7C15ull, slots.size());
  while (slots[at].first != 0) at = (at + 1) & (slots.size() - 1);
  slots[at] = {key, result};
  ++n;
}

template <class Same>
std::uint32_t ValueTable::Index::find(std::uint64_t hash, Same&& same) const {
  if (slots.empty()) return kNoRow;
  for (std::size_t at = slot_of(hash, slots.size());; at = (at + 1) & (slots.size() - 1)) {
    if (slots[at].second == 0) return kNoRow;
    if (slots[at].first == hash && same(slots[at].second - 1)) return slots[at].second - 1;
  }
}

void ValueTable::Index::add(std::uint64_t hash, std::uint32_t row) {
  if (2 * (n + 1) > slots.size()) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> old(std::max<std::size_t>(32, slots.size() * 2));
    old.swap(slots);
    n = 0;
    for (const auto& [known, number] : old) {
      if (number != 0) add(known, number - 1);
    }
  }
  std::size_t at = slot_of(hash, slots.size());
  while (slots[at].second != 0) at = (at + 1) & (slots.size() - 1);
  slots[at] = {hash, row + 1};
  ++n;
}

/// Places are numbered as their first part comes; origins are none.
std::uint32_t ValueTable::place_number(const Atom& atom, AtomId id) {
  if (atom.kind == AtomKind::Origin) return kNoRow;
  std::uint64_t hash = mix(static_cast<std::uint64_t>(atom.kind) << 8 | static_cast<std::uint64_t>(atom.protection),
                           static_cast<std::uint64_t>(atom.a) << 32 | atom.b);
  std::uint32_t known = place_index_.find(hash, [&](std::uint32_t row) { return same_place(atoms_[places_[row]], atom); });
  if (known != kNoRow) return known;
  auto number = static_cast<std::uint32_t>(places_.size());
  places_.push_back(id);
  crowd_.push_back(0);
  place_index_.add(hash, number);
  return number;
}

ValueTable::AtomId ValueTable::atom_id(const Atom& atom) {
  std::uint64_t hash = hash_atom(atom);
  AtomId known = atom_index_.find(hash, [&](std::uint32_t row) { return atoms_[row] == atom; });
  if (known != kNoRow) return known;
  auto id = static_cast<AtomId>(atoms_.size());
  atoms_.push_back(atom);
  is_wide_.push_back((atom.flags & kWide) != 0 ? 1 : 0);
  has_wide_ = has_wide_ || is_wide_.back() != 0;
  atom_index_.add(hash, id);
  place_of_.push_back(place_number(atom, id));
  return id;
}

std::span<const ValueTable::AtomId> ValueTable::atoms(ValueId value) const {
  const Node& node = nodes_[value];
  return {atom_pool_.data() + node.first_atom, node.n_atoms};
}

std::span<const ValueTable::Child> ValueTable::children(ValueId value) const {
  const Node& node = nodes_[value];
  return {child_pool_.data() + node.first_child, node.n_children};
}

ValueId ValueTable::of(const Atom& atom) { return make({atom_id(atom)}, {}); }

ValueId ValueTable::intern(const Atoms& atoms, const Children& children, std::uint32_t size,
                           std::uint8_t depth) {
  std::uint64_t hash = mix(atoms.size(), children.size());
  for (AtomId atom : atoms) hash = mix(hash, atom);
  for (const Child& child : children) {
    hash = mix(hash, static_cast<std::uint64_t>(child.first) << 32 | child.second);
  }
  ValueId known = node_index_.find(hash, [&](std::uint32_t row) {
    return std::ranges::equal(this->atoms(row), atoms) &&
           std::ranges::equal(this->children(row), children);
  });
  if (known != kNoRow) return known;
  Node node;
  node.first_atom = static_cast<std::uint32_t>(atom_pool_.size());
  node.n_atoms = static_cast<std::uint32_t>(atoms.size());
  node.first_child = static_cast<std::uint32_t>(child_pool_.size());
  node.n_children = static_cast<std::uint32_t>(children.size());
  node.size = size;
  node.depth = depth;
  atom_pool_.insert(atom_pool_.end(), atoms.begin(), atoms.end());
  child_pool_.insert(child_pool_.end(), children.begin(), children.end());
  auto id = static_cast<ValueId>(nodes_.size());
  nodes_.push_back(node);
  node_index_.add(hash, id);
  return id;
}

/// More parts of one input or cell than the limit.
bool ValueTable::is_crowded(const Atoms& atoms) {
  const auto n = static_cast<std::size_t>(
      std::count_if(atoms.begin(), atoms.end(), [&](AtomId id) { return place_of_[id] != kNoRow; }));
  if (n <= kMaxPlaces) return false;
  bool found = false;
  for (AtomId id : atoms) {
    if (place_of_[id] != kNoRow) found = ++crowd_[place_of_[id]] > kMaxPlaces || found;
  }
  for (AtomId id : atoms) {
    if (place_of_[id] != kNoRow) crowd_[place_of_[id]] = 0;
  }
  return found;
}

/// Something somewhere in the place that all the parts are of.
ValueTable::AtomId ValueTable::wide_of(std::span<const AtomId> parts) {
  Atom wide = atoms_[parts.front()];
  for (const AtomId id : parts) {
    const Atom& atom = atoms_[id];
    wide.flags &= atom.flags;
    while (!holds(wide, atom)) wide.path[--wide.depth] = Name();
  }
  wide.flags |= kOpaque | kWide;
  return atom_id(wide);
}

/// Over-approximates: many parts of one input become one atom for something somewhere in it, which
/// keeps functions that walk trees small. Parts that come later are in it as well, so that a join settles.
void ValueTable::widen(Atoms& atoms) {
  if (has_wide_) drop_held(atoms);
  if (atoms.size() <= kMaxPlaces || !is_crowded(atoms)) return;
  Atoms symbolic, result;
  for (AtomId id : atoms) (atoms_[id].kind == AtomKind::Origin ? result : symbolic).push_back(id);
  std::sort(symbolic.begin(), symbolic.end(), [&](AtomId x, AtomId y) {
    return std::pair(place_of_[x], x) < std::pair(place_of_[y], y);
  });
  for (std::size_t begin = 0; begin < symbolic.size();) {
    std::size_t end = begin + 1;
    while (end < symbolic.size() && place_of_[symbolic[begin]] == place_of_[symbolic[end]]) ++end;
    const std::span<const AtomId> parts = std::span(symbolic).subspan(begin, end - begin);
    begin = end;
    if (parts.size() > kMaxPlaces) {
      result.push_back(wide_of(parts));
    } else {
      result.insert(result.end(), parts.begin(), parts.end());
    }
  }
  std::sort(result.begin(), result.end());
  atoms = std::move(result);
}

/// What lies in a part that stands for many.
void ValueTable::drop_held(Atoms& atoms) const {
  Atoms wide;
  for (const AtomId id : atoms) {
    if (is_wide_[id] != 0) wide.push_back(id);
  }
  if (wide.empty() || atoms.size() < 2) return;
  std::erase_if(atoms, [&](AtomId id) {
    return std::any_of(wide.begin(), wide.end(), [&](AtomId other) {
      if (other == id || place_of_[other] != place_of_[id] || !holds(atoms_[other], atoms_[id])) return false;
      // Of two for the same, the first.
      return is_wide_[id] == 0 || other < id || !holds(atoms_[id], atoms_[other]);
    });
  });
}

ValueId ValueTable::absorbed(ValueId value) {
  if (nodes_[value].n_children != 0 || nodes_[value].n_atoms < 2) return value;
  Atoms own(atoms(value).begin(), atoms(value).end());
  Atoms kept;
  for (AtomId id : own) {
    bool inside = std::any_of(own.begin(), own.end(), [&](AtomId other) {
      return other != id && atoms_[id].kind != AtomKind::Origin &&
             (atoms_[other].flags == 0 || atoms_[other].flags == atoms_[id].flags) &&
             holds(atoms_[other], atoms_[id]) && atoms_[other].depth < atoms_[id].depth;
    });
    if (!inside) kept.push_back(id);
  }
  return make(std::move(kept), {});
}

ValueId ValueTable::inputs_of(ValueId value) {
  return map(value, [](const Atom& atom) -> std::optional<Atom> {
    if (atom.kind != AtomKind::Input) return std::nullopt;
    return atom;
  });
}

ValueId ValueTable::make(Atoms atoms, Children children) {
  widen(atoms);
  if (atoms.size() > kMaxAtoms) atoms.resize(kMaxAtoms);
  if (children.size() > kMaxFields) {
    // Over-approximates: what callers hand in for fields over the limit may be in any field. Misses: what
    // else is in them; a reader of some other field would be taken for one of theirs.
    ValueId rest = children.front().first == kAny ? children.front().second : kNothing;
    for (std::size_t i = kMaxFields - 1; i < children.size(); ++i) {
      rest = join(rest, inputs_of(children[i].second));
    }
    children.resize(kMaxFields - 1);
    if (children.front().first == kAny) {
      children.front().second = rest;
    } else {
      children.insert(children.begin(), Child{kAny, rest});
    }
  }
  if (atoms.empty()) {
    std::erase_if(children, [](const Child& child) { return child.second == kNothing; });
  } else if (!children.empty() && children.front() == Child{kAny, kNothing}) {
    children.erase(children.begin());
  }
  if (atoms.empty() && children.empty()) return kNothing;
  std::uint8_t limit = kMaxDepth - 1;
  while (true) {
    std::uint32_t size = 1;
    std::uint8_t depth = 0;
    for (Child& child : children) {
      child.second = cut(child.second, limit);
      size += nodes_[child.second].size;
      depth = std::max<std::uint8_t>(depth, static_cast<std::uint8_t>(nodes_[child.second].depth + 1));
    }
    if (size <= kMaxNodes || limit == 0) return intern(atoms, children, size, depth);
    --limit;
  }
}

bool ValueTable::find_child(ValueId value, FieldId field, ValueId& found) const {
  auto all = children(value);
  auto at = std::lower_bound(all.begin(), all.end(), field,
                             [](const Child& child, FieldId id) { return child.first < id; });
  if (at == all.end() || at->first != field) return false;
  found = at->second;
  return true;
}

ValueId ValueTable::child(ValueId value, FieldId field) const {
  ValueId found = kNothing;
  find_child(value, field, found);
  return found;
}

bool ValueTable::has_child(ValueId value, Name field) const {
  const FieldId* id = field_ids_.find(std::uint64_t{field.index()} + 1);
  ValueId ignored;
  return id != nullptr && find_child(value, *id, ignored);
}

ValueId ValueTable::derived(ValueId value, Name field) {
  if (nodes_[value].n_atoms == 0) return kNothing;
  const std::uint64_t key = static_cast<std::uint64_t>(value) << 32 | field.index();
  if (const ValueId* known = derived_.find(key)) return *known;
  Atoms own(atoms(value).begin(), atoms(value).end());
  Atoms result;
  for (AtomId id : own) {
    Atom atom = atoms_[id];
    if (rules_->walk(atom, field)) result.push_back(atom_id(atom));
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  ValueId part = make(std::move(result), {});
  derived_.add(key, part);
  return part;
}

ValueId ValueTable::join(ValueId a, ValueId b) {
  if (a == b || b == kNothing) return a;
  if (a == kNothing) return b;
  if (a > b) std::swap(a, b);
  std::uint64_t key = static_cast<std::uint64_t>(a) << 32 | b;
  if (const ValueId* known = joins_.find(key)) return *known;

  if (nodes_[a].n_children == 0 && nodes_[b].n_children == 0) {
    // What lies in the other is common, and costs no new row.
    if (std::ranges::includes(this->atoms(a), this->atoms(b))) return a;
    if (std::ranges::includes(this->atoms(b), this->atoms(a))) return b;
  }
  Atoms atoms;
  std::ranges::set_union(this->atoms(a), this->atoms(b), std::back_inserter(atoms));
  Children left(children(a).begin(), children(a).end());
  Children right(children(b).begin(), children(b).end());
  Children both;
  std::size_t i = 0, k = 0;
  while (i < left.size() || k < right.size()) {
    if (k == right.size() || (i < left.size() && left[i].first < right[k].first)) {
      FieldId field = left[i].first;
      ValueId other = field == kAny ? kNothing : derived(b, fields_[field]);
      both.emplace_back(field, join(left[i++].second, other));
    } else if (i == left.size() || right[k].first < left[i].first) {
      FieldId field = right[k].first;
      ValueId other = field == kAny ? kNothing : derived(a, fields_[field]);
      both.emplace_back(field, join(right[k++].second, other));
    } else {
      both.emplace_back(left[i].first, join(left[i].second, right[k].second));
      ++i, ++k;
    }
  }
  ValueId result = make(std::move(atoms), std::move(both));
  joins_.add(key, result);
  return result;
}

ValueId ValueTable::join(std::span<const ValueId> parts) {
  if (parts.size() <= 2) return parts.empty() ? kNothing : join(parts.front(), parts.back());
  Atoms own;
  ValueId result = kNothing;
  for (const ValueId part : parts) {
    if (nodes_[part].n_children == 0) own.insert(own.end(), atoms(part).begin(), atoms(part).end());
  }
  if (!own.empty()) {
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    result = make(std::move(own), {});
  }
  for (const ValueId part : parts) {
    if (nodes_[part].n_children != 0) result = join(result, part);
  }
  return result;
}

bool ValueTable::covers(ValueId whole, ValueId part) {
  if (whole == part || part == kNothing) return true;
  if (std::ranges::includes(atoms(whole), atoms(part))) {
    if (nodes_[whole].n_children == 0 && nodes_[part].n_children == 0) return true;
  } else if (!has_wide_ && nodes_[whole].n_atoms + nodes_[part].n_atoms <= kMaxPlaces) {
    // Below the limits, one more atom makes another value: no need to make it.
    return false;
  }
  return join(whole, part) == whole;
}

ValueId ValueTable::load(ValueId value, Name field) {
  if (value == kNothing) return kNothing;
  FieldId id = field_id(field);
  if (id == kAny) {
    std::vector<ValueId> parts{derived(value, field)};
    for (const Child& child : children(value)) parts.push_back(child.second);
    return join(parts);
  }
  ValueId result = kNothing;
  const bool own = find_child(value, id, result);
  if (!own) result = derived(value, field);
  if (!own && rules_->is_metadata(field)) return result;
  // What is appended comes after what was written out.
  if (own && is_index(field)) return result;
  return join(result, under(child(value, kAny), field));
}

/// What of any element may be the one with that key: a value that is known by another key keeps it when maps are
/// copied key by key. Misses: a value that is put under another name by a computed key.
ValueId ValueTable::under(ValueId element, Name field) {
  if (nodes_[element].n_atoms == 0 || is_index(field)) return element;
  Atoms kept;
  for (AtomId id : atoms(element)) {
    if (rules_->may_have_key(atoms_[id], field)) kept.push_back(id);
  }
  if (kept.size() == nodes_[element].n_atoms) return element;
  return make(std::move(kept), Children(children(element).begin(), children(element).end()));
}

ValueId ValueTable::load(ValueId value, Path path) {
  for (Name field : path) value = load(value, field);
  return value;
}

ValueId ValueTable::elements(ValueId value) {
  if (value == kNothing) return kNothing;
  std::vector<ValueId> parts{derived(value, fields_[kAny])};
  for (const Child& child : children(value)) {
    if (child.first == kAny || is_index(fields_[child.first])) parts.push_back(child.second);
  }
  return join(parts);
}

ValueId ValueTable::with(ValueId value, FieldId field, ValueId child) {
  Atoms own(atoms(value).begin(), atoms(value).end());
  Children all(children(value).begin(), children(value).end());
  auto at = std::lower_bound(all.begin(), all.end(), field,
                             [](const Child& entry, FieldId id) { return entry.first < id; });
  if (at != all.end() && at->first == field) {
    at->second = child;
  } else {
    all.insert(at, Child{field, child});
  }
  return make(std::move(own), std::move(all));
}

ValueId ValueTable::put(ValueId value, Path path, ValueId part) {
  if (path.empty()) return part;
  FieldId id = field_id(path.front());
  if (id == kAny) return add(value, path, part);
  ValueId old = kNothing;
  if (path.size() > 1 && !find_child(value, id, old)) old = derived(value, path.front());
  return with(value, id, put(old, path.subspan(1), part));
}

ValueId ValueTable::add(ValueId value, Path path, ValueId part) {
  if (part == kNothing) return value;
  if (path.empty()) return join(value, part);
  FieldId id = field_id(path.front());
  ValueId old = kNothing;
  if (!find_child(value, id, old) && id != kAny) old = derived(value, path.front());
  return with(value, id, add(old, path.subspan(1), part));
}

ValueId ValueTable::put_each(ValueId value, std::span<const std::pair<Name, ValueId>> parts) {
  if (parts.empty()) return value;
  Atoms own(atoms(value).begin(), atoms(value).end());
  Children all(children(value).begin(), children(value).end());
  for (const auto& [name, part] : parts) {
    const FieldId id = field_id(name);
    auto at = std::lower_bound(all.begin(), all.end(), id,
                               [](const Child& entry, FieldId field) { return entry.first < field; });
    const bool known = at != all.end() && at->first == id;
    if (!known) {
      all.insert(at, Child{id, part});
    } else {
      at->second = id == kAny ? join(at->second, part) : part;
    }
  }
  return make(std::move(own), std::move(all));
}

ValueId ValueTable::keep(ValueId value, std::span<const Name> fields) {
  if (value == kNothing) return kNothing;
  Children kept;
  for (Name name : fields) {
    FieldId id = field_id(name);
    ValueId part = kNothing;
    if (!find_child(value, id, part)) part = derived(value, name);
    kept.emplace_back(id, part);
  }
  if (ValueId any = child(value, kAny); any != kNothing) kept.emplace_back(kAny, keep(any, fields));
  for (Child entry : Children(children(value).begin(), children(value).end())) {
    if (is_index(this->fields_[entry.first])) {
      kept.emplace_back(entry.first, keep(entry.second, fields));
    }
  }
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end(),
                         [](const Child& a, const Child& b) { return a.first == b.first; }),
             kept.end());
  return make({}, std::move(kept));
}

ValueId ValueTable::drop(ValueId value, std::span<const Name> fields) {
  if (value == kNothing) return kNothing;
  for (Name name : fields) value = with(value, field_id(name), kNothing);
  for (Child entry : Children(children(value).begin(), children(value).end())) {
    if (entry.first == kAny || is_index(this->fields_[entry.first])) {
      value = with(value, entry.first, drop(entry.second, fields));
    }
  }
  return value;
}

ValueId ValueTable::flat(ValueId value) { return cut(value, 0); }

ValueId ValueTable::cut(ValueId value, std::uint8_t depth) {
  if (nodes_[value].depth <= depth) return value;
  std::uint64_t key = static_cast<std::uint64_t>(value) << 8 | depth;
  if (const ValueId* known = cuts_.find(key)) return *known;
  Atoms own(atoms(value).begin(), atoms(value).end());
  Children all(children(value).begin(), children(value).end());
  ValueId result = kNothing;
  if (depth > 0) {
    for (Child& child : all) child.second = cut(child.second, static_cast<std::uint8_t>(depth - 1));
    result = make(std::move(own), std::move(all));
  } else {
    for (Child& child : all) {
      ValueId below = cut(child.second, 0);
      own.insert(own.end(), atoms(below).begin(), atoms(below).end());
    }
    std::sort(own.begin(), own.end());
    own.erase(std::unique(own.begin(), own.end()), own.end());
    result = make(std::move(own), {});
  }
  cuts_.add(key, result);
  return result;
}

ValueId ValueTable::map(ValueId value, const Change& change) {
  std::unordered_map<ValueId, ValueId> done;
  return map(value, change, done);
}

ValueId ValueTable::map(ValueId value, const Change& change, std::unordered_map<ValueId, ValueId>& done) {
  if (value == kNothing) return kNothing;
  bool has_children = nodes_[value].n_children != 0;
  if (has_children) {
    if (auto at = done.find(value); at != done.end()) return at->second;
  }
  Atoms own(atoms(value).begin(), atoms(value).end());
  Children all(children(value).begin(), children(value).end());
  Atoms changed;
  for (AtomId id : own) {
    if (auto atom = change(Atom(atoms_[id]))) changed.push_back(atom_id(*atom));
  }
  std::sort(changed.begin(), changed.end());
  changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
  for (Child& child : all) child.second = map(child.second, change, done);
  ValueId result = make(std::move(changed), std::move(all));
  if (has_children) done.emplace(value, result);
  return result;
}

ValueId ValueTable::import(const ValueTable& from, ValueId value) {
  Imported done;
  return import(from, value, done);
}

ValueId ValueTable::import(const ValueTable& from, ValueId value, Imported& done) {
  if (value == kNothing) return kNothing;
  if (const ValueId* known = done.find(value)) return *known;
  Atoms own;
  for (AtomId id : from.atoms(value)) own.push_back(atom_id(from.atom(id)));
  std::sort(own.begin(), own.end());
  Children all;
  for (const Child& child : from.children(value)) {
    FieldId id = field_id(from.field(child.first));
    all.emplace_back(id, import(from, child.second, done));
  }
  std::sort(all.begin(), all.end());
  ValueId result = make(std::move(own), std::move(all));
  done.emplace(value, result);
  return result;
}

ValueId ValueTable::node(ValueId atoms_of, std::span<const std::pair<Name, ValueId>> children) {
  ValueId value = make(Atoms(atoms(atoms_of).begin(), atoms(atoms_of).end()), {});
  for (const auto& [name, part] : children) {
    FieldId id = field_id(name);
    value = id == kAny ? add(value, Path(&name, 1), part) : with(value, id, part);
  }
  return value;
}

std::vector<ValueId> ValueTable::nodes_of(ValueId value) const {
  std::vector<ValueId> all{value};
  if (nodes_[value].depth == 0) return all;
  for (const Child& child : children(value)) {
    if (child.second != kNothing) all.push_back(child.second);
  }
  if (nodes_[value].depth == 1) return all;
  // A value has at most kMaxNodes nodes.
  for (std::size_t i = 1; i < all.size(); ++i) {
    for (const Child& child : children(all[i])) {
      if (child.second == kNothing || std::find(all.begin(), all.end(), child.second) != all.end()) continue;
      all.push_back(child.second);
    }
  }
  return all;
}

bool ValueTable::any(ValueId value, const std::function<bool(const Atom&)>& test) const {
  for (AtomId id : atoms(value)) {
    if (test(atoms_[id])) return true;
  }
  if (nodes_[value].depth == 0) return false;
  for (ValueId node : nodes_of(value)) {
    if (node == value) continue;
    for (AtomId id : atoms(node)) {
      if (test(atoms_[id])) return true;
    }
  }
  return false;
}

void ValueTable::each(ValueId value, const std::function<void(const Atom&)>& body) const {
  for (ValueId node : nodes_of(value)) {
    for (AtomId id : atoms(node)) body(atoms_[id]);
  }
}

std::uint64_t ValueTable::hash_of(ValueId value) const {
  std::unordered_map<ValueId, std::uint64_t> done;
  return hash_of(value, done);
}

std::uint64_t ValueTable::hash_of(ValueId value,
                                  std::unordered_map<ValueId, std::uint64_t>& done) const {
  if (auto at = done.find(value); at != done.end()) return at->second;
  // Sums, since the order of atoms and fields is a matter of the table.
  std::uint64_t own = 0, below = 0;
  for (AtomId id : atoms(value)) own += mix(17, hash_atom(atoms_[id]));
  for (const Child& child : children(value)) {
    below += mix(hash_of(child.second, done), fields_[child.first].index());
  }
  std::uint64_t hash = mix(mix(own, below), value == kNothing ? 0 : 1);
  done.emplace(value, hash);
  return hash;
}

void ValueTable::freeze() {
  atom_index_ = {};
  place_index_ = {};
  node_index_ = {};
  joins_ = {};
  cuts_ = {};
  derived_ = {};
  decltype(place_of_)().swap(place_of_);
  decltype(is_wide_)().swap(is_wide_);
  decltype(places_)().swap(places_);
  decltype(crowd_)().swap(crowd_);
  nodes_.shrink_to_fit();
  atom_pool_.shrink_to_fit();
  child_pool_.shrink_to_fit();
  atoms_.shrink_to_fit();
}

}  // namespace privet::flow
