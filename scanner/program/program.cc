#include "program/program.h"

#include <algorithm>
#include <string>

#include "program/constants.h"
#include "program/linker.h"
#include "program/names.h"
#include "program/tables.h"

namespace privet::program {

Name unseen_fields() {
  static const Name kName = Name::of("(record)");
  return kName;
}

const EntityField* Entity::find(Name field) const {
  for (const EntityField& at : fields) {
    if (at.name == field) return &at;
  }
  return nullptr;
}

const Constant* Constant::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.text() == key) return &value;
  }
  return nullptr;
}

const Constant* Constant::at(std::size_t index) const {
  // Positional entries have their number as key, wherever keyed ones stand.
  return find(std::to_string(index));
}

Program::Program(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
Program::~Program() = default;
Program::Program(Program&&) noexcept = default;
Program& Program::operator=(Program&&) noexcept = default;

const source::SourceMap& Program::sources() const { return *tables_->sources; }
const rule::RuleSet& Program::rules() const { return *tables_->rules; }
std::size_t Program::n_modules() const { return tables_->modules.size(); }
const ir::Module& Program::module(ModuleId id) const { return tables_->modules[id.value]; }
std::size_t Program::n_functions() const { return tables_->function_module.size(); }
const ir::Function& Program::function(FunctionId id) const { return tables_->function(id); }
const ir::Instruction& Program::instruction(const Site& site) const { return tables_->instruction(site); }
ModuleId Program::module_of(FunctionId id) const { return tables_->function_module[id.value]; }
std::size_t Program::n_classes() const { return tables_->class_module.size(); }
const ir::Class& Program::class_of(ClassId id) const { return tables_->class_of(id); }
ModuleId Program::module_of(ClassId id) const { return tables_->class_module[id.value]; }
const source::Problems& Program::problems() const { return tables_->problems; }

FunctionRef Program::ref_of(FunctionId id) const {
  const ModuleId module = tables_->function_module[id.value];
  return {module, id.value - tables_->first_function[module.value]};
}

FunctionId Program::function_id(ModuleId module, ir::FunctionIndex index) const {
  return tables_->function_id(module, index);
}

FunctionId Program::class_parent(ClassId id) const {
  return tables_->function_id(tables_->class_module[id.value], tables_->class_of(id).parent);
}

FunctionId Program::find_method(ClassId id, Name name) const {
  for (const ClassId at : tables_->lineage(id)) {
    const std::uint32_t method = tables_->methods.find(at.value, name.index());
    if (method != kNone) return FunctionId{method};
  }
  return {};
}

std::span<const ClassId> Program::subclasses(ClassId id) const { return tables_->subclasses[id.value]; }

std::vector<ClassId> Program::lineage(ClassId id) const { return tables_->lineage(id); }

ClassId Program::find_nested(ClassId id, Name name) const {
  for (const ClassId at : tables_->lineage(id)) {
    const std::uint32_t nested = tables_->nested.find(at.value, name.index());
    if (nested != kNone) return ClassId{nested};
  }
  return {};
}

std::vector<Name> Program::library_bases(ClassId id) const {
  std::vector<Name> bases;
  for (const ClassId at : tables_->lineage(id)) {
    for (const Name base : tables_->library_bases[at.value]) {
      if (std::find(bases.begin(), bases.end(), base) == bases.end()) bases.push_back(base);
    }
  }
  return bases;
}

std::string Program::display_name(FunctionId id) const {
  const ir::Function& function = tables_->function(id);
  const ModuleId module = tables_->function_module[id.value];
  std::string name(function.name.text());
  if (id.value == tables_->first_function[module.value]) return "the file's body";
  if (name.empty()) {
    const Span span = function.name_span.valid() ? function.name_span : function.span;
    if (!span.valid() || span.file.value >= tables_->sources->size()) return "anonymous";
    return "anonymous at line " + std::to_string(tables_->sources->position(span.file, span.begin).line);
  }
  if (function.owner != kNone) {
    const std::string_view owner = tables_->class_of(tables_->class_id(module, function.owner)).name.text();
    if (!owner.empty()) return std::string(owner) + "." + name;
  }
  return name;
}

// --- what values are ---

std::span<const Ref> Program::refs(FunctionId function, ir::LocalIndex local) const {
  if (local == kNone) return {};
  return tables_->refs_of(tables_->node(function, local));
}

std::span<const Ref> Program::returned(FunctionId function) const {
  return tables_->refs_of(tables_->return_node[function.value]);
}

std::vector<Ref> Program::field_refs(const Ref& base, Name field) const {
  std::vector<Ref> found;
  const auto add = [&](const Ref& owner) {
    const ValueId value = tables_->values.find(owner);
    if (value == kNone) return;
    const NodeId node = tables_->graph.find_field(value, field);
    if (node == kNone) return;
    for (const Ref& ref : tables_->refs_of(node)) {
      if (std::find(found.begin(), found.end(), ref) == found.end()) found.push_back(ref);
    }
  };
  const bool of_class = (base.kind == Ref::Kind::Instance || base.kind == Ref::Kind::Class) &&
                        base.id < tables_->class_module.size();
  if (!of_class) {
    Ref owner = base;
    if (base.kind == Ref::Kind::OfType) owner.id = 0;
    add(owner);
    return found;
  }
  for (const ClassId at : tables_->lineage(ClassId{base.id})) {
    add(Ref{base.kind, false, at.value, {}});
    const std::uint32_t method = tables_->methods.find(at.value, field.index());
    if (method != kNone) found.push_back(Ref{Ref::Kind::Function, false, method, {}});
    const std::uint32_t nested = tables_->nested.find(at.value, field.index());
    if (nested != kNone) found.push_back(Ref{Ref::Kind::Class, false, nested, {}});
    if (method != kNone || nested != kNone) break;
  }
  return found;
}

const Callees& Program::callees(const Site& site) const {
  static const Callees kNobody;
  const std::uint32_t row = tables_->call_of[tables_->instruction_index(site)];
  return row == kNone ? kNobody : tables_->callees[row];
}

std::span<const Site> Program::callers(FunctionId id) const {
  return {tables_->callers.data() + tables_->first_caller[id.value],
          tables_->callers.data() + tables_->first_caller[id.value + 1]};
}

bool Program::is_wrapping(FunctionId id) const { return tables_->wrapping.contains(id.value); }

Site Program::maker_of(const Ref& ref) const {
  if (ref.kind != Ref::Kind::OfType || ref.id == 0 || ref.id > tables_->calls.size()) return {};
  return tables_->calls[ref.id - 1];
}


Site Program::site_of(ObjectId id) const {
  return id.value < tables_->objects.size() ? tables_->objects[id.value] : Site{};
}

Program::Variable Program::variable_of(FunctionId function, ir::LocalIndex local) const {
  Variable variable{function, local};
  while (true) {
    const ir::Function& code = this->function(variable.function);
    if (variable.local >= code.locals.size() || code.parent == kNone) return variable;
    const ir::Local& here = code.locals[variable.local];
    if (here.kind != ir::Local::Kind::Captured || here.outer == kNone) return variable;
    variable = {function_id(module_of(variable.function), code.parent), here.outer};
  }
}

Name Program::symbol_of(FunctionId function, ir::LocalIndex local) const {
  if (local == kNone) return {};
  for (const Ref& ref : refs(function, local)) {
    if (ref.kind == Ref::Kind::External) return ref.name;
  }
  const Definition& definition = tables_->definitions[tables_->first_local[function.value] + local];
  if (definition.block == kNone || definition.block == Definition::kMany) return {};
  const ir::Instruction& at = tables_->instruction({function, definition.block, definition.instruction});
  if (at.op == ir::Op::Copy && at.a != local) {
    // One step is enough: lowering copies a temporary into its variable.
    const Definition& inner = tables_->definitions[tables_->first_local[function.value] + at.a];
    if (inner.block == kNone || inner.block == Definition::kMany) return {};
    const ir::Instruction& load = tables_->instruction({function, inner.block, inner.instruction});
    return load.op == ir::Op::Load ? member_symbol(function, load) : Name{};
  }
  return at.op == ir::Op::Load ? member_symbol(function, at) : Name{};
}

Name Program::member_symbol(FunctionId function, const ir::Instruction& load) const {
  if (load.a == kNone || load.name.empty()) return {};
  for (const Ref& ref : refs(function, load.a)) {
    if (ref.kind != Ref::Kind::OfType) continue;
    for (const Name type : tables_->rules->type_chain(ref.name)) {
      const rule::TypeModel* model = tables_->rules->find_type(type);
      if (model == nullptr || !model->fields.contains(load.name)) continue;
      return Name::of(std::string(type.text()) + "." + std::string(load.name.text()));
    }
  }
  return {};
}

Constant Program::constant_of(FunctionId function, ir::LocalIndex local) const {
  return program::constant_of(*tables_, function, local);
}

Constant Program::constant_at(const Site& call, const ir::AccessPath& path) const {
  return program::constant_at(*tables_, call, path);
}

ir::LocalIndex Program::argument_of(const Site& call, const ir::AccessPath& path) const {
  const ir::Instruction& at = tables_->instruction(call);
  switch (path.root) {
    case ir::AccessPath::Root::Argument: {
      const auto operands = operands_at(*tables_, call, path);
      return operands.empty() ? kNone : operands[0]->value;
    }
    case ir::AccessPath::Root::Receiver: return at.name.empty() ? kNone : at.a;
    case ir::AccessPath::Root::Callee: return at.a;
    case ir::AccessPath::Root::Return: return at.result;
    case ir::AccessPath::Root::Capture: return kNone;
  }
  return kNone;
}

std::vector<const ir::Operand*> Program::operands_of(const Site& call, const ir::AccessPath& path) const {
  return operands_at(*tables_, call, path);
}

std::vector<Name> Program::store_symbols(const Site& store) const {
  std::vector<Name> symbols;
  const ir::Instruction& at = tables_->instruction(store);
  if (at.op != ir::Op::Store) return symbols;
  const std::string field = at.name.empty() ? std::string() : "." + std::string(at.name.text()) + "=";
  const auto add = [&](std::string_view type) {
    for (const std::string& suffix : {field, std::string(".[]=")}) {
      if (suffix.empty()) continue;
      const Name symbol = Name::of(std::string(type) + suffix);
      if (rules().functions(symbol).empty()) continue;
      if (std::find(symbols.begin(), symbols.end(), symbol) == symbols.end()) symbols.push_back(symbol);
      break;
    }
  };
  for (const Ref& ref : refs(store.function, at.a)) {
    if (ref.kind != Ref::Kind::OfType && ref.kind != Ref::Kind::External) continue;
    for (const Name type : rules().type_chain(ref.name)) add(type.text());
  }
  return symbols;
}

bool Program::holds(const Site& call, std::span<const rule::Condition> conditions) const {
  return program::holds(*tables_, call, conditions);
}

// --- records ---

std::size_t Program::n_entities() const { return tables_->entities.size(); }
const Entity& Program::entity(EntityId id) const { return tables_->entities[id.value]; }
EntityId Program::entity_of(ClassId id) const { return EntityId{id.value}; }

EntityId Program::find_entity(Name name) const {
  const auto found = tables_->entity_by_name.find(name);
  return found == tables_->entity_by_name.end() ? EntityId{} : found->second;
}

EntityId Program::find_table(std::string_view name) const {
  const auto found = tables_->entity_by_table.find(Name::of(table_key(name)));
  return found == tables_->entity_by_table.end() ? EntityId{} : found->second;
}

EntityId Program::entity_of(const Ref& ref) const {
  const bool record = ref.kind == Ref::Kind::Class || ref.kind == Ref::Kind::Model || ref.kind == Ref::Kind::Instance;
  return record && ref.id < tables_->entities.size() ? EntityId{ref.id} : EntityId{};
}

// --- documents ---

std::span<const ModuleId> Program::documents() const { return tables_->documents; }

ModuleId Program::find_document(std::string_view path) const {
  for (const ModuleId id : tables_->documents) {
    if ((*tables_->sources)[tables_->modules[id.value].file].path == path) return id;
  }
  return {};
}

bool Program::uses_package(ModuleId module, std::string_view package) const {
  const std::string name(package);
  std::string_view folder = folder_of((*tables_->sources)[tables_->modules[module.value].file].path);
  for (;; folder = folder_of(folder)) {
    const auto found = tables_->packages.find(std::string(folder));
    if (found != tables_->packages.end() &&
        std::binary_search(found->second.begin(), found->second.end(), name)) {
      return true;
    }
    if (folder.empty()) return false;
  }
}

Program link(std::vector<ir::Module> modules, const source::SourceMap& sources, const rule::RuleSet& rules) {
  return Linker(std::move(modules), sources, rules).link();
}

}  // namespace privet::program
