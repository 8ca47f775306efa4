#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "flow/summary.h"
#include "personal/protection.h"

namespace privet::flow {

/// The personal fields of an entity, ready for use.
struct RecordShape {
  struct Leaf {
    Name field;
    const personal::Evidence* evidence = nullptr;
    bool hidden = false;
  };
  std::vector<Leaf> leaves;  ///< by name
  std::unordered_map<Name, std::uint32_t> leaf_of;
  std::unordered_map<Name, program::EntityId> relations;
  std::unordered_set<Name> declared;
};

/// A variable that inner functions share, or a field that methods of a class share.
struct Cell {
  program::FunctionId function;        ///< variable: whose
  ir::LocalIndex local = ir::kNone;
  program::ClassId owner;              ///< field: the class whose methods write it
  Name field;
  bool written_inside = false;         ///< some inner function writes it
};

/// What all functions share while they are solved: constant but for the slots of `origins` and
/// `summaries`, each written by the one that solves its function.
class Context : public AtomFields {
 public:
  Context(const program::Program& program, const personal::Personal& personal,
          base::ThreadPool& pool);

  bool walk(Atom& atom, Name field) const override;
  bool is_metadata(Name field) const override;
  bool may_have_key(const Atom& atom, Name key) const override;

  /// What the path of a record origin leads to: a personal field (`evidence` set) or a record.
  struct Place {
    program::EntityId entity;
    const personal::Evidence* evidence = nullptr;
    Name field;
  };
  Place place_of(const Atom& atom) const;
  const OriginGroup& group(const Atom& atom) const {
    return origins[atom.a].groups[atom.b];
  }
  bool is_whole_record(const Atom& atom) const;
  bool is_personal(const Atom& atom) const;    ///< an Origin about a person
  bool is_request(const Atom& atom) const;
  bool is_secret_of_code(const Atom& atom) const;
  bool is_principal(const Atom& atom) const;
  bool is_session(const Atom& atom) const;
  /// The data type of a personal leaf; invalid for records and input.
  rule::DataTypeId data_of(const Atom& atom) const;

  /// Every concrete atom of a value, records taken apart into their fields; `whole` when it sits in
  /// a record that is there as a whole.
  template <class Body>
  void expand(const ValueTable& values, ValueId value, Body&& body) const;

  /// The fields, as paths, in the text form of an object of a Python class: what `__str__` or `__repr__`
  /// reads. None: all fields, or the class is not of the program. Misses: fields read by reflection, as in
  /// `getattr(self, name)`, and a class that a wrapper or decorator gives a text form.
  using FieldPath = std::vector<Name>;
  std::optional<std::vector<FieldPath>> shown_fields(program::ClassId owner) const;
  std::optional<std::vector<FieldPath>> shown_fields(program::EntityId id) const;

  const RecordShape& shape(program::EntityId id) const { return shapes[id.value]; }
  bool has_personal(program::EntityId id) const {
    return id.valid() && !shapes[id.value].leaves.empty();
  }
  /// The record with personal fields that a value is, when its refs say so: a declared type and the
  /// stored record it stands for may both be there, but where all kinds of records meet, none is meant.
  const program::Ref* record_in(std::span<const program::Ref> refs) const;
  static constexpr CellId kNoCell = 0xFFFFFFFFu;
  static constexpr std::uint8_t kCellDepth = 2;  ///< a list of records from which fields were taken
  CellId cell_of_local(program::FunctionId function, ir::LocalIndex local) const;
  /// The cell that a store into an object of the class fills.
  CellId cell_of_field(program::ClassId owner, Name field) const;
  /// Those that a load may read: of the class and of all that it inherits from.
  /// Misses: a method of a base class that reads what only subclasses store.
  std::vector<CellId> cells_read(program::ClassId owner, Name field) const;
  /// The cell behind a local, captured or not, or an imported variable; kNoCell when not shared.
  std::span<const CellId> cells_of(program::FunctionId function) const;
  program::ClassId class_of(const program::Ref& ref) const;
  bool in_test(program::FunctionId function) const {
    return program.sources()[program.module(program.module_of(function)).file].test;
  }
  /// The class of the object in a local, when it can be of no other: by its refs, or of the method
  /// whose `this` it is.
  program::ClassId class_at(program::FunctionId function, ir::LocalIndex local) const;
  bool is_principal_symbol(Name symbol) const { return principal_symbols.contains(symbol); }
  bool is_principal_field(Name type, Name field) const;
  /// True for the schema of a validator, which drops or refuses what it does not name.
  bool is_strict_schema(program::EntityId id) const;
  bool is_credential(rule::DataTypeId data) const;
  /// What a function of that name makes of a value; the project's own words first.
  rule::Protection protection_of(Name callee) const;
  /// True if what such a function gives is no longer about a person: a count, a made-up value.
  bool ends_by_name(Name callee) const;

  const program::Program& program;
  const personal::Personal& personal;
  std::vector<RecordShape> shapes;
  std::vector<Cell> cells;
  std::vector<OriginTable> origins;                  ///< by function, as are the summaries
  std::vector<std::unique_ptr<Summary>> summaries;   ///< null: not solved
  std::vector<std::vector<program::FunctionId>> needs;   ///< by function: those solved before it, sorted
  std::unordered_map<Name, rule::Protection> sanitizers;  ///< of the project, by function name
  personal::Protections protections;
  std::unordered_set<Name> principal_symbols;
  std::unordered_set<Name> route_decorators;   ///< of all frameworks
  std::unordered_map<Name, std::vector<Name>> route_classes;  ///< base → methods that answer

 private:
  friend class CellFinder;
  std::optional<std::vector<FieldPath>> shown_by_library(Name symbol) const;
  template <class Body>
  void show_field(Atom record, const FieldPath& path, Body&& body) const;
  bool is_single(rule::DataTypeId data) const;
  bool is_looked_through(const ValueTable& values, ValueId record, program::EntityId entity) const;
  bool is_held_back(rule::DataTypeId data) const;
  void find_cells();
  void read_frameworks();

  std::vector<std::vector<CellId>> local_cells_;   ///< by function, then local; empty: none
  std::unordered_map<std::uint64_t, CellId> field_cells_;
  std::vector<program::ClassId> owners_;           ///< by function: the class whose method it is
  std::unordered_map<Name, std::vector<Name>> principal_fields_;
};

template <class Body>
void Context::expand(const ValueTable& values, ValueId value, Body&& body) const {
  for (ValueId node : values.nodes_of(value)) {
    auto children = values.children(node);
    for (ValueTable::AtomId id : values.atoms(node)) {
      const Atom& atom = values.atom(id);
      if (!is_whole_record(atom)) {
        body(atom, false);
        continue;
      }
      if ((atom.flags & kOpaque) != 0 || atom.depth == atom.path.size()) continue;
      program::EntityId entity = place_of(atom).entity;
      if ((atom.flags & kText) != 0) {
        if (auto shown = shown_fields(entity)) {
          for (const auto& path : *shown) show_field(atom, path, body);
          continue;
        }
      }
      const auto& only = program.entity(entity).only;
      const bool looked_through = is_looked_through(values, node, entity);
      for (const RecordShape::Leaf& leaf : shapes[entity.value].leaves) {
        if (leaf.hidden) continue;
        if (looked_through && leaf.field == program::unseen_fields()) continue;
        if (!only.empty() && std::find(only.begin(), only.end(), leaf.field) == only.end()) continue;
        bool overridden = false;
        for (const ValueTable::Child& child : children) {
          overridden = overridden || values.field(child.first) == leaf.field;
        }
        if (overridden) continue;
        Atom field = atom;
        field.path[field.depth++] = leaf.field;
        // A shape that lists its fields was chosen.
        body(field, only.empty() && (!looked_through || is_held_back(leaf.evidence->type)));
      }
    }
  }
}

template <class Body>
void Context::show_field(Atom record, const FieldPath& path, Body&& body) const {
  for (Name field : path) {
    if (record.depth == record.path.size()) return;
    record.path[record.depth++] = field;
  }
  if (place_of(record).evidence) body(record, true);
}

/// `__str__` of a class, or `__repr__`; invalid when the program has neither.
program::FunctionId text_method(const program::Program& program, program::ClassId owner);

// --- what names of functions say ---

/// `isActive`, `can_edit`: the answer is yes or no, also of a function whose code is there.
bool asks(std::string_view callee);
/// `get_selected_ids`, `uuid`: the result names records, and tells nothing of them.
bool gives_keys(std::string_view callee);
/// `url_for(name, member)`: of an object, the address has what names it.
bool builds_address(std::string_view callee);
/// `isActive`, `has_role`, `count`: the result is a fact about the value and not the value.
bool gives_fact(std::string_view callee);
/// `get_current_user`: a function of a program whose name says that it gives who calls.
bool names_caller(std::string_view callee, bool is_javascript);
/// `push`, `append`, `set`: the arguments go into the receiver.
bool adds_to_receiver(std::string_view callee);
/// `toJSON`, `serialize`, `filter`, `first`: the result is the receiver or argument in another form.
bool keeps_shape(std::string_view callee);
/// `map`, `then`: the result is what the callback gives.
bool gives_callback_results(std::string_view callee);
/// `t`, `gettext`: texts of the application, whatever the key is called.
bool gives_label(std::string_view callee);
/// `lower`, `get`, `append`: a method of Python's texts and containers.
bool is_plain_method(std::string_view method);
/// `str`, `str.format`: the result is the text form of what goes in.
bool makes_text(std::string_view symbol);
/// Operations whose result says nothing personal: comparisons, `!`, `typeof`, `in`, ….
bool operates_to_fact(std::string_view operation);

}  // namespace privet::flow
