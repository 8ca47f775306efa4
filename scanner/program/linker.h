#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "program/resolve.h"
#include "program/tables.h"

/// Points-to over the whole program: instructions, declared types, imports and library models become
/// constraints; a work list runs them to a fix point. What comes out fills Program::Tables.
///
/// Approximations, on purpose:
///   one set per local and field, over all calls and all orders; a promise is its value;
///   an object is the instruction that makes it; elements of a list are one, beside those written
///   into its display; iterating a dictionary gives what is known of its values.
namespace privet::program {

class Linker {
 public:
  Linker(std::vector<ir::Module> modules, const source::SourceMap& sources,
         const rule::RuleSet& rules);
  Program link() &&;

 private:
  // Rows that uses of the graph name.
  struct LoadRow {
    NodeId result = kNone;
    Name field;
    FunctionId function;
    Site site;  ///< of the instruction; invalid for a Load of our own
  };
  struct StoreRow {
    NodeId value = kNone;
    Name field;
  };
  /// Calls of one instruction share `call`: a method found on an object is a row of its own, with
  /// the object as `receiver`.
  struct CallRow {
    std::uint32_t call = 0;
    ValueId receiver = kNone;
    bool member = false;    ///< the value is the receiver, the method is still to be found
    Name name;              ///< the method
  };
  struct CallSite {
    Site site;
    NodeId callee = kNone;  ///< the callee's node, for a method the receiver's
    NodeId result = kNone;
    ValueId object = kNone; ///< what a model's `return.*` is written into
    bool unresolved = false;
  };
  struct Invocation {
    std::uint32_t call = kNone;  ///< who is seen to call; kNone: a framework
    std::vector<NodeId> arguments;
    std::vector<Name> types;
    std::vector<NodeId> results;
  };
  /// A member looked for in a class and its bases as they become known.
  struct Lookup {
    bool is_call = false;
    std::uint32_t row = 0;
    ValueId value = kNone;
  };
  /// What an exported name is.
  struct Meaning {
    std::vector<NodeId> nodes;
    std::vector<ValueId> values;
    bool empty() const { return nodes.empty() && values.empty(); }
  };
  enum class TypeUse : std::uint8_t { Instance, ClassItself };

  // linker.cc: constraints from the modules
  void set_up();
  void set_up_function(FunctionId id);
  void set_up_instruction(const Site& site, const ir::Instruction& at);
  void set_up_container(const Site& site, const ir::Instruction& at);
  void set_up_call(const Site& site, const ir::Instruction& at);
  void set_up_class(ClassId id);
  void set_up_imports(ModuleId id);
  void set_up_free_names(ModuleId id);
  void add_generic_result(FunctionId id);
  void add_reverse_relations();
  void add_names_of_parameters();
  void add_names_of_methods();
  /// A manager or query class of the program: `class Q(models.QuerySet)`.
  bool is_query_class(ClassId id) const;
  void handle(const Graph::Event& event);
  Program finish();

  // exports.cc
  void import_name(ModuleId module, const ir::Import& import);
  /// What `name` of a module is for those who import it; follows re-exports, cycles included.
  const Meaning& meaning_of(ModuleId module, Name name);
  /// `module.name` as a value of a library or of the tree, where no module of the tree is meant.
  ValueId external(ModuleId from, Name module, Name name);
  void send(const Meaning& meaning, NodeId target);
  void send_module(ModuleId module, NodeId target);
  bool has_equals_export(ModuleId module, ir::LocalIndex* local = nullptr) const;

  // members.cc
  void load(const LoadRow& row, std::uint32_t index, ValueId value);
  void store(const StoreRow& row, ValueId value);
  void look_up(const Lookup& lookup, ClassId from);
  void look_up_in(std::uint32_t lookup, ClassId at);
  bool look_up_own(const Lookup& lookup, ClassId at);
  void look_up_library(const Lookup& lookup, Name base);
  void add_base(ClassId id, ValueId base);
  void load_field_model(Name type, Name field, ValueId value, NodeId result);
  ValueId member_of_external(FunctionId function, Name symbol, Name field);
  bool is_getter(FunctionId id) const;
  void add_record_delegate(Name type, Name field, NodeId result);

  // calls.cc
  std::uint32_t add_call(const Site& site, NodeId callee, NodeId result);
  std::uint32_t add_call_row(std::uint32_t call, ValueId receiver, bool member, Name name = {});
  void call_value(std::uint32_t row, ValueId value);
  void call_member(std::uint32_t row, ValueId value);
  void call_function_member(std::uint32_t row, ValueId value);
  void call_function(std::uint32_t call, FunctionId function, ValueId receiver, std::uint32_t skip = 0);
  void bind_arguments(const CallSite& site, FunctionId function, std::uint32_t skip);
  void construct(std::uint32_t call, ValueId class_value);
  void invoke(std::uint32_t row, ValueId value);
  std::uint32_t add_invocation(Invocation invocation);
  NodeId rest_element(FunctionId function, ir::LocalIndex local);
  ValueId function_prototype(ValueId function);

  // wrappers.cc
  bool hands_on(FunctionId function, const ir::Instruction& call, FunctionId wrapper) const;
  std::optional<Site> call_handing_on(FunctionId function, NodeId wanted, FunctionId wrapper, int depth) const;
  void find_wrappers(FunctionId id);
  bool give_wrapped(std::uint32_t call, FunctionId function, std::uint32_t skip);
  void find_finder(FunctionId id);
  bool give_found(std::uint32_t call, FunctionId function, std::uint32_t skip);
  /// The finder's own call gives what its argument is or makes.
  void finds(std::uint32_t call, const ir::AccessPath& path, UseKind use);
  /// The finder's own call gives something else as well.
  void finds_more(std::uint32_t call);

  // models.cc
  void call_symbol(std::uint32_t call, Name symbol);
  void apply_model(std::uint32_t call, const rule::FunctionModel& model);
  void apply_entity_model(std::uint32_t call, const rule::EntityModel& model);
  void set_up_models();
  void set_up_route_files();
  void add_class_handlers();
  void add_named_entities();
  void seed_handler(FunctionId function, const std::vector<Name>& types);
  /// Nodes that hold what the path names at a call; made on demand.
  std::vector<NodeId> nodes_at(std::uint32_t call, const ir::AccessPath& path);
  void write_at(std::uint32_t call, const ir::AccessPath& path, NodeId value);
  void apply_type(std::uint32_t call, const rule::TypeExpr& type);
  /// What reading a relation field gives: `models.ForeignKey(Team)` makes a Team.
  void apply_relation(std::uint32_t call, const rule::FieldTypeModel& model);
  /// A text argument that names a record (`knex("users")`) stands for it.
  void name_entity(std::uint32_t call, const ir::AccessPath& path, UseKind use);
  /// TYPE.member of the nearest type that rules speak of; empty when none does.
  Name nearest_member(Name type, Name member);
  bool is_known(Name symbol);
  Name join(Name left, Name right);
  std::vector<Name> instance_types(Name base) const;
  std::vector<Name> record_types(const Ref& ref) const;

  // types.cc
  void type_into(FunctionId scope, ir::TypeIndex type, NodeId target, TypeUse use, bool list, int depth);
  void named_type(FunctionId scope, const ir::Type& type, NodeId target, TypeUse use, bool list);
  /// `T`, `TItem`: a name of no module and no library.
  bool is_type_variable(FunctionId scope, Name name) const;
  std::uint32_t type_named(ModuleId module, Name name) const;
  void lookup_type(FunctionId scope, Name dotted, NodeId target, UseKind kind);

  // shared
  Family family(FunctionId id) const { return families_[tables_->function_module[id.value].value]; }
  NodeId node_at(FunctionId function, ir::LocalIndex local);
  void edge(NodeId from, NodeId to, UseKind kind = UseKind::Copy) { graph_->add_use(from, kind, to); }
  void add(NodeId node, ValueId value) {
    if (graph_->add_value(node, value) && !library_records_.empty()) add_library_record(node, value);
  }
  void collect_aliases();
  void set_up_library_records();
  void collect_open_fields();
  std::vector<Name> fields_named_at(std::uint32_t call) const;
  void add_library_record(NodeId node, ValueId value);
  ValueId instance_of(ClassId id) { return values_->of(Ref::Kind::Instance, id.value); }
  void add_load(NodeId base, Name field, NodeId result, FunctionId function);
  void add_store(NodeId base, Name field, NodeId value);
  ValueId new_object(const Site& site, ir::ContainerKind kind);
  ValueId inner_object(ValueId object, Name field);
  NodeId super_node(FunctionId function);
  std::string_view path_of(ModuleId id) const { return resolver_->path_of(id); }

  const rule::RuleSet* rules_;
  std::unique_ptr<Program::Tables> tables_;
  Graph* graph_;
  Values* values_;
  std::unique_ptr<ModuleResolver> resolver_;
  std::vector<Family> families_;

  std::vector<LoadRow> loads_;
  std::vector<StoreRow> stores_;
  std::vector<CallRow> call_rows_;
  std::vector<CallSite> calls_;
  std::vector<Invocation> invocations_;
  std::vector<Lookup> lookups_;
  std::vector<std::vector<std::uint32_t>> class_lookups_;
  std::vector<NodeId> super_nodes_;
  std::vector<std::pair<FunctionId, Site>> getter_uses_;
  std::vector<ir::ContainerKind> object_kinds_;  ///< by ObjectId
  PairMap inner_objects_;
  PairMap looked_up_;
  PairMap linked_;
  PairMap invoked_;
  PairMap prototypes_;
  PairMap rest_objects_;
  PairMap call_symbols_;
  PairMap joined_rows_;
  std::vector<Name> joined_;
  PairMap nearest_rows_;
  std::vector<Name> nearest_;
  PairMap meaning_rows_;
  std::vector<Meaning> meanings_;
  std::unordered_map<Name, bool> known_;
  std::unordered_set<Name> framework_symbols_;
  struct LibraryRecord {
    const rule::EntityModel* model = nullptr;
    ValueId value = kNone;  // when the program uses it
  };
  std::unordered_map<Name, LibraryRecord> library_records_;
  std::unordered_map<std::uint64_t, std::uint32_t> open_records_;  ///< layer and name → entity
  std::unordered_map<Name, std::vector<const rule::EntityModel*>> entity_calls_;
  std::unordered_map<Name, std::vector<Name>> instance_types_;  ///< by base symbol
  std::unordered_set<Name> query_types_;                       ///< types of queries and managers, not of records
  struct HandlerUse {
    ir::AccessPath handlers;
    std::vector<Name> parameters;
  };
  std::unordered_map<Name, std::vector<HandlerUse>> handlers_;
  std::unordered_map<Name, std::vector<Name>> decorated_;      ///< decorator → parameters of what it stands on
  PairMap annotated_;                                          ///< function, local of the decorator → what it stands on
  struct Wrapper {
    std::uint32_t parameter = 0;  ///< the position of what is wrapped
    FunctionId inner;             ///< what comes back
  };
  std::unordered_map<std::uint32_t, Wrapper> wrappers_;        ///< by function
  /// A function that only asks a library for what one of its parameters names.
  struct Finder {
    std::uint32_t parameter = 0;  ///< its position
    std::uint32_t operand = 0;    ///< where the call within has it
    std::vector<UseKind> uses;
    bool more = false;            ///< gives something else as well
    struct Caller {
      NodeId argument = kNone;
      NodeId result = kNone;
    };
    std::vector<Caller> callers;
  };
  std::unordered_map<std::uint32_t, Finder> finders_;          ///< by function
  std::unordered_map<std::uint32_t, std::uint32_t> finding_;   ///< instruction of the call within → function
  std::unordered_set<std::uint32_t> handing_on_;               ///< calls of what is wrapped, by instruction
  struct NamedEntity {
    std::string text;
    NodeId target = kNone;
    UseKind use = UseKind::Copy;
  };
  std::vector<NamedEntity> named_entities_;                    ///< texts that wait for all records to be known
  std::uint64_t steps_ = 0;
};

}  // namespace privet::program
