#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/name.h"
#include "ir/module.h"
#include "rule/rule_set.h"
#include "source/source_map.h"

/// Modules of single files come in; one frozen Program goes out: what each name means across files,
/// which record or library type each value is, who calls whom, which records exist, which code is
/// reachable from outside. Knows library models and frameworks; knows nothing of personal data.
namespace privet::program {

using base::Name;
using source::Span;

using ModuleId = base::Id<struct ModuleTag>;
using FunctionId = base::Id<struct FunctionTag>;
using ClassId = base::Id<struct ClassTag>;
using EntityId = base::Id<struct EntityTag>;   ///< a record shape: class, interface, model, schema
using ObjectId = base::Id<struct ObjectTag>;   ///< a Construct, by its place

/// A function of the program. Ids are dense, modules in file order, so id order is source order.
struct FunctionRef {
  ModuleId module;
  ir::FunctionIndex index = 0;
};

/// One instruction.
struct Site {
  FunctionId function;
  ir::BlockIndex block = 0;
  std::uint32_t instruction = 0;
  friend constexpr auto operator<=>(const Site&, const Site&) = default;
};

/// What a value may be. The set of a local is flow-insensitive, over all calls (Andersen 1994, with
/// fields, objects named by the place that makes them), at most `kMaxRefs` each: of a fuller set those
/// found first are kept, which is the same on every run. Order: kind, name by text, id.
///   Function   a function or method of the program, `id` FunctionId
///   Class      a class as a value, ClassId
///   Model      the queryable side of a record declared by a call (`sequelize.define(…)`), EntityId
///   Instance   an object of a class, or a record of an entity, EntityId
///   Object     a container built here, ObjectId
///   Module     a module of the program as a namespace, ModuleId
///   External   the library thing of that symbol, `name`: `express.Router`
///   OfType     an instance of the library type `name`: `express.Request`; when the type's model says
///              `identity`, `id` is not 0 and tells the call which made it (see `maker_of`),
///              else 0
struct Ref {
  enum class Kind : std::uint8_t { Function, Class, Model, Instance, Object, Module, External, OfType };
  Kind kind = Kind::External;
  bool list = false;        ///< a list, query, page or cursor of such values
  std::uint32_t id = 0;
  Name name;
  friend constexpr bool operator==(const Ref&, const Ref&) = default;
};
inline constexpr std::size_t kMaxRefs = 12;

/// Who one Call may reach.
struct Callees {
  std::vector<FunctionId> functions;   ///< of the program, by id
  std::vector<Name> symbols;           ///< of libraries; a method as TYPE.method with the nearest modelled type, by text
  std::vector<ClassId> constructed;    ///< `new C()`, `C()`
  std::vector<FunctionId> callbacks;   ///< functions handed over that a library, or nobody knows who, may call, by id
  bool complete = false;               ///< false: something of the callee is not known
};

/// A field of a record shape, from every place that declares it.
struct EntityField {
  Name name;
  Span span;
  rule::FieldTypeModel::Shape shape = rule::FieldTypeModel::Shape::Unknown;
  Name data;                           ///< data type id named by the declared type or validator
  EntityId relation;                   ///< the other record, when it is one
  bool many = false;
  bool hidden = false;                 ///< left out by the usual serialisation
  bool nullable = false;
};

struct Entity {
  Name name;
  Name layer;                          ///< `django`, `prisma`, `zod`, `class`, `interface`, `literal`, …
  bool stored = false;                 ///< rows of a store
  bool open = false;                   ///< a store that keeps whatever is put in: `fields` are those seen
  ClassId class_id;                    ///< when a class declares it
  std::vector<EntityId> bases;         ///< of the program
  std::vector<Name> library_bases;     ///< symbols: `django.contrib.auth.models.AbstractUser`
  EntityId describes;                  ///< serializer, form or DTO made from that entity (`Meta.model`)
  std::vector<EntityField> fields;     ///< own and inherited, by name
  std::vector<Name> only;              ///< when not empty: serialisation lets just these through
  Span span;                           ///< the declaration
  Span name_span;

  const EntityField* find(Name field) const;
};

/// The field of an open record that stands for all it may hold besides those seen; no code names it.
Name unseen_fields();

/// A literal read back from IR: what a local holds when all that makes it is constant. Used for
/// options, paths, lists of fields, decorators. Bounded: 10,000 nodes, 32 deep.
struct Constant {
  /// A text of which only parts are constant is Unknown, but has them in `text`, with `{}` between.
  enum class Kind : std::uint8_t { Unknown, Text, Number, Boolean, Null, List, Map, Call, Function, Symbol };
  Kind kind = Kind::Unknown;
  Name text;                            ///< scalar as written; Symbol: resolved library symbol or dotted name; Call: the callee's symbol or name
  std::vector<std::pair<Name, Constant>> entries;  ///< Map: key, value; List and Call arguments: index "0"… or keyword
  std::vector<Ref> refs;                ///< what it may be, when it is not a literal
  Span span;
  FunctionId function;                  ///< where `local` lives
  ir::LocalIndex local = ir::kNone;

  const Constant* find(std::string_view key) const;
  const Constant* at(std::size_t index) const;
};

class Program {
 public:
  ~Program();
  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;

  const source::SourceMap& sources() const;
  const rule::RuleSet& rules() const;

  std::size_t n_modules() const;
  const ir::Module& module(ModuleId id) const;
  std::size_t n_functions() const;
  FunctionRef ref_of(FunctionId id) const;
  const ir::Function& function(FunctionId id) const;
  const ir::Instruction& instruction(const Site& site) const;
  ModuleId module_of(FunctionId id) const;
  FunctionId function_id(ModuleId module, ir::FunctionIndex index) const;
  std::size_t n_classes() const;
  const ir::Class& class_of(ClassId id) const;
  ModuleId module_of(ClassId id) const;
  FunctionId class_parent(ClassId id) const;   ///< the function that encloses the class
  /// The method `name` of a class or its bases (C3-like order, nearest first); invalid when none.
  FunctionId find_method(ClassId id, Name name) const;
  std::span<const ClassId> subclasses(ClassId id) const;
  /// A class, its bases, their bases: nearest first, a shared base after all that extend it.
  std::vector<ClassId> lineage(ClassId id) const;
  /// The class `name` inside a class or one of its bases (`class Meta:`); invalid when none.
  ClassId find_nested(ClassId id, Name name) const;
  /// Library symbols that a class extends, directly or through classes of the program.
  std::vector<Name> library_bases(ClassId id) const;
  /// `User.login`, `anonymous at line 12`: for messages.
  std::string display_name(FunctionId id) const;

  // --- what values are ---

  std::span<const Ref> refs(FunctionId function, ir::LocalIndex local) const;
  /// What a function returns; of a generator, what it yields is `field_refs(…, *)`.
  std::span<const Ref> returned(FunctionId function) const;
  /// Refs of a field of an object, class or module.
  std::vector<Ref> field_refs(const Ref& base, Name field) const;
  /// For each Call instruction, and for a Load that runs a getter; empty and incomplete for one that
  /// nothing is known of.
  const Callees& callees(const Site& site) const;
  /// Calls that may reach a function, by site; also Loads of a property and calls that hand it over.
  std::span<const Site> callers(FunctionId id) const;
  /// True for what a wrapper like `traced(f)` gives: all it gets it hands on to `f`, which is then among
  /// the functions of the same call.
  bool is_wrapping(FunctionId id) const;
  /// The call that made a value of a type with identity (`Ref::id` not 0); no function when none did.
  Site maker_of(const Ref& ref) const;
  /// The Construct, or the call, that made an Object; no function when nothing written did.
  Site site_of(ObjectId id) const;
  struct Variable {
    FunctionId function;
    ir::LocalIndex local = ir::kNone;
  };
  /// Where a local lives: its own function, or the one around from which inner functions capture it.
  Variable variable_of(FunctionId function, ir::LocalIndex local) const;
  /// The library symbol of a value: `flask.request` for a local bound by an import, `flask.request.args`
  /// for the result of a Load from it; the first by text when several. Empty when none.
  Name symbol_of(FunctionId function, ir::LocalIndex local) const;
  Constant constant_of(FunctionId function, ir::LocalIndex local) const;
  /// The expressions that annotate the type of a parameter through an alias, in the function that made
  /// it: `Depends(current_user)` of `CurrentUser = Annotated[User, Depends(current_user)]`.
  std::vector<std::pair<FunctionId, ir::LocalIndex>> alias_parts(FunctionId function,
                                                                 const ir::Parameter& parameter) const;
  /// The value at a model's path at a call: `arg(1).attributes`. Unknown when it is not there.
  Constant constant_at(const Site& call, const ir::AccessPath& path) const;
  /// The local that an argument path's root names at a call; kNone when the call has none.
  ir::LocalIndex argument_of(const Site& call, const ir::AccessPath& path) const;
  /// All operands that an argument path's root names, in order: several for `arg(1..)`.
  std::vector<const ir::Operand*> operands_of(const Site& call, const ir::AccessPath& path) const;
  /// What library models may say of an assignment to a field: `TYPE.field=`, else `TYPE.[]=`.
  std::vector<Name> store_symbols(const Site& store) const;
  /// True if all conditions hold at the call; a value that is not constant fails Is, Matches and
  /// passes IsNot.
  bool holds(const Site& call, std::span<const rule::Condition> conditions) const;

  // --- records ---

  std::size_t n_entities() const;
  const Entity& entity(EntityId id) const;
  EntityId entity_of(ClassId id) const;
  EntityId find_entity(Name name) const;       ///< stored ones first, then by id
  /// A stored record by the name of its table, class or collection, singular or plural.
  EntityId find_table(std::string_view name) const;
  /// The record a Ref stands for, through Class, Model and Instance; invalid when none.
  EntityId entity_of(const Ref& ref) const;

  // --- documents ---

  std::span<const ModuleId> documents() const;  ///< modules that hold a tree of keys and values
  ModuleId find_document(std::string_view path) const;
  /// Packages that a manifest in the module's folder or above depends on.
  bool uses_package(ModuleId module, std::string_view package) const;

  const source::Problems& problems() const;

  struct Tables;

 private:
  friend class Linker;
  explicit Program(std::unique_ptr<Tables> tables);
  Name member_symbol(FunctionId function, const ir::Instruction& load) const;
  std::unique_ptr<Tables> tables_;
};

/// Links everything. Steps are bounded in proportion to the size of the program; beyond, values stay
/// unknown and a Problem says so. `sources` and `rules` outlive the Program.
Program link(std::vector<ir::Module> modules, const source::SourceMap& sources,
             const rule::RuleSet& rules);

}  // namespace privet::program
