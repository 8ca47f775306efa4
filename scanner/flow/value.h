#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "flow/atom.h"

namespace privet::flow {

/// A value as a tree: atoms at the node, children by field. Number 0 is the value nothing is known
/// of that matters. A child that is there says all about its field; a field without child is what
/// the node's atoms make of it. The child `*` may be any field, and never overrides another.
using ValueId = std::uint32_t;
inline constexpr ValueId kNothing = 0;

/// All values of one function or summary, each stored once, so equal values have equal numbers, and a
/// join that was made is not made again. Trees are at most four fields deep; wider or larger ones
/// than the limits are cut, always in the same way: of extra fields only what
/// callers hand in is kept, as `*`; deep ones become their parent.
/// Fields and atoms are ordered by first use in this table, which is the same in every run.
class ValueTable {
 public:
  static constexpr std::size_t kMaxAtoms = 32;
  static constexpr std::size_t kMaxPlaces = 12;  ///< parts of one input or cell in a node
  static constexpr std::size_t kMaxFields = 64;
  static constexpr std::uint32_t kMaxNodes = 160;
  static constexpr std::uint8_t kMaxDepth = ir::AccessPath::kMaxDepth;

  using AtomId = std::uint32_t;
  using FieldId = std::uint32_t;
  using Child = std::pair<FieldId, ValueId>;
  using Path = std::span<const Name>;

  explicit ValueTable(const AtomFields& fields);

  ValueId of(const Atom& atom);
  ValueId join(ValueId a, ValueId b);
  /// The join of all, without the values that joining one by one makes on the way.
  ValueId join(std::span<const ValueId> parts);
  /// True if joining adds nothing.
  bool covers(ValueId whole, ValueId part);

  /// What `value.field` is; `*`: any field.
  ValueId load(ValueId value, Name field);
  ValueId load(ValueId value, Path path);
  /// What an iteration yields: elements, not the values of named fields.
  ValueId elements(ValueId value);
  bool has_child(ValueId value, Name field) const;

  /// The value with `part` at `path`, in place of (put) or besides (add) what was there.
  ValueId put(ValueId value, Path path, ValueId part);
  ValueId add(ValueId value, Path path, ValueId part);
  /// As `put` of each in its field, one after the other.
  ValueId put_each(ValueId value, std::span<const std::pair<Name, ValueId>> parts);
  /// Only, or all but, these fields; elements of lists are narrowed too.
  ValueId keep(ValueId value, std::span<const Name> fields);
  ValueId drop(ValueId value, std::span<const Name> fields);
  /// All atoms, at whatever depth, as one node without fields.
  ValueId flat(ValueId value);
  ValueId cut(ValueId value, std::uint8_t depth);
  /// For a reader that takes all there is: without the parts of places that are there as a whole.
  ValueId absorbed(ValueId value);
  /// Each atom replaced; nothing when it goes. The same for equal atoms.
  ValueId map(ValueId value, const std::function<std::optional<Atom>(const Atom&)>& change);
  /// `value` and the nodes below it, each once however often it occurs, parents first.
  std::vector<ValueId> nodes_of(ValueId value) const;
  /// What values of another table became here.
  class Imported {
   public:
    const ValueId* find(ValueId value) const {
      return value < known_.size() && known_[value] != kUnknown ? &known_[value] : nullptr;
    }
    void emplace(ValueId value, ValueId here) {
      if (value >= known_.size()) known_.resize(std::max<std::size_t>(value + 1, 2 * known_.size()), kUnknown);
      known_[value] = here;
    }

   private:
    static constexpr ValueId kUnknown = 0xFFFFFFFFu;
    std::vector<ValueId> known_;
  };
  /// The value of another table, rebuilt here. `done`: what was imported from it before.
  ValueId import(const ValueTable& from, ValueId value, Imported& done);
  ValueId import(const ValueTable& from, ValueId value);
  /// The node with exactly these parts; limits apply.
  ValueId node(ValueId atoms_of, std::span<const std::pair<Name, ValueId>> children);

  std::span<const AtomId> atoms(ValueId value) const;
  std::span<const Child> children(ValueId value) const;
  const Atom& atom(AtomId id) const { return atoms_[id]; }
  Name field(FieldId id) const { return fields_[id]; }
  std::uint8_t depth(ValueId value) const { return nodes_[value].depth; }
  /// True if `test` holds for some atom, at whatever depth. `each`: every atom at least once.
  bool any(ValueId value, const std::function<bool(const Atom&)>& test) const;
  void each(ValueId value, const std::function<void(const Atom&)>& body) const;

  /// A hash of the tree that does not depend on the table.
  std::uint64_t hash_of(ValueId value) const;
  /// Drops what only building needs.
  void freeze();
  std::size_t n_nodes() const { return nodes_.size(); }

 private:
  struct Node {
    std::uint32_t first_atom = 0, n_atoms = 0;
    std::uint32_t first_child = 0, n_children = 0;
    std::uint32_t size = 1;
    std::uint8_t depth = 0;
  };
  using Atoms = std::vector<AtomId>;
  using Children = std::vector<Child>;
  using Change = std::function<std::optional<Atom>(const Atom&)>;
  /// Finds rows by hash: open addressing, at most half full.
  struct Index {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> slots;  ///< hash, row + 1; 0: free
    std::size_t n = 0;
    template <class Same>
    std::uint32_t find(std::uint64_t hash, Same&& same) const;   ///< kNoRow when there is none
    void add(std::uint64_t hash, std::uint32_t row);
  };
  static constexpr std::uint32_t kNoRow = 0xFFFFFFFFu;
  /// What was worked out before, by a key that is never 0: open addressing, at most half full.
  struct Memo {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> slots;  ///< key, result; key 0: free
    std::size_t n = 0;
    const std::uint32_t* find(std::uint64_t key) const;
    void add(std::uint64_t key, std::uint32_t result);
  };

  ValueId make(Atoms atoms, Children children);
  ValueId inputs_of(ValueId value);
  void widen(Atoms& atoms);
  AtomId wide_of(std::span<const AtomId> parts);
  void drop_held(Atoms& atoms) const;
  bool is_crowded(const Atoms& atoms);
  ValueId intern(const Atoms& atoms, const Children& children, std::uint32_t size,
                 std::uint8_t depth);
  AtomId atom_id(const Atom& atom);
  std::uint32_t place_number(const Atom& atom, AtomId id);
  FieldId field_id(Name name);
  ValueId child(ValueId value, FieldId field) const;
  bool find_child(ValueId value, FieldId field, ValueId& found) const;
  ValueId map(ValueId value, const Change& change, std::unordered_map<ValueId, ValueId>& done);
  std::uint64_t hash_of(ValueId value, std::unordered_map<ValueId, std::uint64_t>& done) const;
  ValueId derived(ValueId value, Name field);
  ValueId under(ValueId element, Name field);
  ValueId with(ValueId value, FieldId field, ValueId child);

  const AtomFields* rules_;
  std::vector<Node> nodes_;
  std::vector<AtomId> atom_pool_;
  std::vector<Child> child_pool_;
  std::vector<Atom> atoms_;
  std::vector<std::uint32_t> place_of_;        ///< beside `atoms_`: equal for parts of one input or cell
  std::vector<std::uint8_t> is_wide_;          ///< beside `atoms_`
  std::vector<AtomId> places_;                 ///< the first atom of each place
  std::vector<std::uint8_t> crowd_;            ///< by place; all zero between calls
  bool has_wide_ = false;                      ///< some atom stands for many parts
  std::vector<Name> fields_;
  Memo field_ids_;                             ///< by number of the name, plus one
  Index atom_index_;
  Index place_index_;
  Index node_index_;
  Memo joins_;
  Memo cuts_;
  Memo derived_;
};

/// True for `0`, `12`: a place in a list.
bool is_index(Name field);

}  // namespace privet::flow
