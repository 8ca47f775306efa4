#pragma once

#include <unordered_set>
#include <vector>

#include "program/graph.h"
#include "program/program.h"

/// The rows behind a Program: dense arrays, one a kind of thing, filled by the Linker and then constant.
namespace privet::program {

/// Where a local is assigned.
struct Definition {
  static constexpr std::uint32_t kMany = kNone - 1;  ///< `block`: by several instructions
  ir::BlockIndex block = kNone;                      ///< kNone: by none
  std::uint32_t instruction = 0;
};

/// A record that a library call declares, before its fields are read.
struct DeclaredEntity {
  EntityId id;
  Site site;
  const rule::EntityModel* model = nullptr;
  ClassId class_id;  ///< when the call declares the fields of a class (`class U extends Model; U.init(…)`)
  Name library;      ///< when the library itself declares it; then there is no call
  std::vector<Name> seen_fields;  ///< of an open record: what the program reads, writes or asks by
};

struct Program::Tables {
  const source::SourceMap* sources = nullptr;
  const rule::RuleSet* rules = nullptr;
  std::vector<ir::Module> modules;
  source::Problems problems;

  // Dense numbers. Those of a module, or a function, follow one another.
  std::vector<std::uint32_t> first_function;     ///< by module, and one more
  std::vector<ModuleId> function_module;
  std::vector<std::uint32_t> first_class;        ///< by module, and one more
  std::vector<ModuleId> class_module;
  std::vector<std::uint32_t> first_local;        ///< by function, and one more
  std::vector<NodeId> local_node;                ///< captured locals have the node of the outer one
  std::vector<Definition> definitions;           ///< by local
  std::vector<std::uint32_t> first_block;        ///< by function, and one more
  std::vector<std::uint32_t> first_instruction;  ///< by block, and one more
  std::vector<std::uint32_t> call_of;            ///< by instruction: row of callees; kNone

  // What the solver found.
  Values values;
  Graph graph;
  std::vector<std::uint32_t> first_ref;          ///< by node, and one more
  std::vector<Ref> refs;
  std::vector<NodeId> return_node;               ///< by function
  std::vector<Callees> callees;
  std::vector<Site> calls;                       ///< the calls in the order of their numbers; `Ref::id` of an OfType is one more
  std::vector<std::uint32_t> first_caller;       ///< by function, and one more
  std::vector<Site> callers;
  std::unordered_set<std::uint32_t> wrapping;    ///< functions that only hand on to the one they wrap
  std::vector<Site> objects;                     ///< by ObjectId; invalid function: made by no instruction

  // Classes.
  PairMap methods;                               ///< class, name → FunctionId
  PairMap nested;                                ///< class, name → ClassId
  PairMap variables;                             ///< function, name → local, its own ones
  PairMap types;                                 ///< module, name → ClassId of a class without a variable
  std::vector<std::vector<ClassId>> bases;
  std::vector<std::vector<Name>> library_bases;  ///< direct ones
  std::vector<std::vector<ClassId>> subclasses;  ///< direct ones

  // Records.
  std::unordered_map<Name, std::vector<Site>> aliases;  ///< of annotated types, by the name in function 0
  std::vector<DeclaredEntity> declared;          ///< `id` is the number of classes and the row
  std::vector<DeclaredEntity> further;           ///< those that give fields to a class or record declared elsewhere
  std::vector<Entity> entities;                  ///< one a class, then those declared by calls, then tables
  std::unordered_map<Name, EntityId> entity_by_name;
  std::unordered_map<Name, EntityId> entity_by_table;

  // Documents.
  std::vector<ModuleId> documents;
  std::unordered_map<std::string, std::vector<std::string>> packages;  ///< folder → sorted names

  const ir::Module& module_of(FunctionId id) const { return modules[function_module[id.value].value]; }
  const ir::Function& function(FunctionId id) const {
    const ModuleId module = function_module[id.value];
    return modules[module.value].functions[id.value - first_function[module.value]];
  }
  FunctionId function_id(ModuleId module, ir::FunctionIndex index) const {
    return FunctionId{first_function[module.value] + index};
  }
  const ir::Class& class_of(ClassId id) const {
    const ModuleId module = class_module[id.value];
    return modules[module.value].classes[id.value - first_class[module.value]];
  }
  ClassId class_id(ModuleId module, ir::ClassIndex index) const {
    return ClassId{first_class[module.value] + index};
  }
  NodeId node(FunctionId function, ir::LocalIndex local) const {
    return local_node[first_local[function.value] + local];
  }
  std::uint32_t instruction_index(const Site& site) const {
    return first_instruction[first_block[site.function.value] + site.block] + site.instruction;
  }
  const ir::Instruction& instruction(const Site& site) const {
    return function(site.function).blocks[site.block].instructions[site.instruction];
  }
  std::span<const Ref> refs_of(NodeId node) const {
    if (node + 1 >= first_ref.size()) return {};
    return {refs.data() + first_ref[node], refs.data() + first_ref[node + 1]};
  }
  /// The variable `name` as seen from a function, walking outwards; `function` invalid when there is none.
  struct Variable {
    FunctionId function;
    ir::LocalIndex local = kNone;
  };
  Variable find_variable(FunctionId from, Name name) const;
  /// A class, its bases, their bases: nearest first, a shared base after all that extend it.
  std::vector<ClassId> lineage(ClassId id) const;
};

/// Numbers functions, classes, locals and instructions of `tables.modules`.
void number_program(Program::Tables& tables);
/// `documents` and `packages`.
void read_manifests(Program::Tables& tables);
/// `entities`, from classes, declarations by calls and SQL texts; needs everything above.
void read_records(Program& program, Program::Tables& tables);

}  // namespace privet::program
