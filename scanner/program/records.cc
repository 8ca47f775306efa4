#include <algorithm>
#include <string>
#include <unordered_set>

#include "program/constants.h"
#include "program/names.h"
#include "program/record_reader.h"

// Records: their names and layers, and what constants of their classes say.
namespace privet::program {

void RecordReader::read() {
  const std::size_t n_classes = tables_.class_module.size();
  tables_.entities.resize(n_classes + tables_.declared.size());
  state_.resize(tables_.entities.size());
  for (const DeclaredEntity& declared : tables_.further) further_[declared.id.value].push_back(&declared);
  // Names first: relations are often texts.
  for (std::uint32_t c = 0; c < n_classes; ++c) name_class(ClassId{c});
  for (const DeclaredEntity& declared : tables_.declared) name_declared(declared);
  index_names();
  for (std::uint32_t e = 0; e < state_.size(); ++e) fill(EntityId{e}, 0);
  read_sql_texts();
  open_sql_tables();
  index_names();
  for (Entity& entity : tables_.entities) {
    std::sort(entity.fields.begin(), entity.fields.end(),
              [](const EntityField& a, const EntityField& b) { return a.name.text() < b.name.text(); });
  }
}

void RecordReader::name_class(ClassId id) {
  const ir::Class& at = tables_.class_of(id);
  const ModuleId module = tables_.class_module[id.value];
  Entity& out = tables_.entities[id.value];
  out.name = at.name;
  out.class_id = id;
  out.span = at.span;
  out.name_span = at.name_span;
  switch (at.kind) {
    case ir::Class::Kind::Class: out.layer = Name::of("class"); break;
    case ir::Class::Kind::Interface: out.layer = Name::of("interface"); break;
    case ir::Class::Kind::Enum: out.layer = Name::of("enum"); break;
    case ir::Class::Kind::Entity:
      out.layer = tables_.modules[module.value].language;
      out.stored = true;
      break;
  }
  for (const ClassId base : tables_.bases[id.value]) out.bases.push_back(EntityId{base.value});
  out.library_bases = program_.library_bases(id);
  for (const rule::EntityModel* model : models_of(id)) apply_layer(out, *model);
  if (const auto declared = further_.find(id.value); declared != further_.end()) {
    for (const DeclaredEntity* one : declared->second) apply_layer(out, *one->model);
  }
  const Constant table = class_constant(id, {Name::of("__tablename__")});
  if (table.kind == Constant::Kind::Text) tables_of_[id.value] = table.text;
  const Constant django = class_constant(id, {Name::of("Meta"), Name::of("db_table")});
  if (django.kind == Constant::Kind::Text) tables_of_[id.value] = django.text;
}

void RecordReader::apply_layer(Entity& out, const rule::EntityModel& model) {
  if (!model.layer.empty()) out.layer = model.layer;
  out.stored = out.stored || model.stored;
}

std::vector<const rule::EntityModel*> RecordReader::models_of(ClassId id) const {
  std::vector<const rule::EntityModel*> models;
  std::unordered_set<Name> bases;
  for (const Name library : program_.library_bases(id)) {
    for (const Name type : tables_.rules->type_chain(library)) bases.insert(type);
  }
  std::unordered_set<Name> decorators;
  for (const Constant& annotation : annotations_of(tables_.class_of(id).annotations, parent_of(id))) {
    if (!annotation.text.empty()) decorators.insert(annotation.text);
  }
  for (const rule::EntityModel* model : tables_.rules->entity_models()) {
    const auto& names = model->form == rule::EntityModel::Form::Base ? bases : decorators;
    if (model->form == rule::EntityModel::Form::Call) continue;
    for (const Name symbol : model->symbols) {
      if (!names.contains(symbol)) continue;
      models.push_back(model);
      break;
    }
  }
  return models;
}

FunctionId RecordReader::parent_of(ClassId id) const {
  return tables_.function_id(tables_.class_module[id.value], tables_.class_of(id).parent);
}

std::vector<Constant> RecordReader::annotations_of(const std::vector<ir::Annotation>& annotations, FunctionId in) const {
  std::vector<Constant> all;
  for (const ir::Annotation& annotation : annotations) {
    if (annotation.value != kNone) all.push_back(constant_of(tables_, in, annotation.value));
  }
  return all;
}

void RecordReader::name_declared(const DeclaredEntity& declared) {
  Entity& out = entity(declared.id);
  if (!declared.library.empty()) {
    const std::string_view symbol = declared.library.text();
    apply_layer(out, *declared.model);
    out.name = Name::of(symbol.substr(symbol.rfind('.') + 1));
    out.library_bases.push_back(declared.library);
    return;
  }
  const ir::Instruction& at = tables_.instruction(declared.site);
  out.span = at.span;
  apply_layer(out, *declared.model);
  if (declared.model->name) {
    const Constant name = constant_at(tables_, declared.site, *declared.model->name);
    if (name.kind == Constant::Kind::Text) {
      out.name = name.text;
      out.name_span = name.span;
    }
  }
  if (out.name.empty()) name_by_variable(declared.site, at, out);
  out.open = declared.model->open;
}

void RecordReader::name_by_variable(const Site& site, const ir::Instruction& at, Entity& out) const {
  const ir::Function& function = tables_.function(site.function);
  const auto& instructions = function.blocks[site.block].instructions;
  const auto take = [&](ir::LocalIndex local) {
    if (local == kNone || function.locals[local].name.empty()) return false;
    out.name = function.locals[local].name;
    out.name_span = function.locals[local].span;
    return true;
  };
  if (take(at.result)) return;
  for (std::uint32_t i = site.instruction + 1; i < instructions.size() && i < site.instruction + 4; ++i) {
    const ir::Instruction& next = instructions[i];
    if (next.op == ir::Op::Copy && next.a == at.result && take(next.result)) return;
    if (next.op == ir::Op::Store && next.c == at.result && !next.name.empty()) {
      out.name = next.name;
      out.name_span = next.name_span;
      return;
    }
  }
}

void RecordReader::index_names() {
  tables_.entity_by_name.clear();
  tables_.entity_by_table.clear();
  key_entities_.clear();
  for (const bool stored : {true, false}) {
    for (std::uint32_t e = 0; e < tables_.entities.size(); ++e) {
      const Entity& at = tables_.entities[e];
      if (at.stored != stored || at.name.empty() || at.layer.text() == "enum") continue;
      tables_.entity_by_name.emplace(at.name, EntityId{e});
      key_entities_.emplace(table_key(at.name.text()), EntityId{e});
      if (!stored) continue;
      tables_.entity_by_table.emplace(Name::of(table_key(at.name.text())), EntityId{e});
      const auto table = tables_of_.find(e);
      if (table != tables_of_.end()) {
        tables_.entity_by_table.emplace(Name::of(table_key(table->second.text())), EntityId{e});
        key_entities_.emplace(table_key(table->second.text()), EntityId{e});
      }
    }
  }
}

EntityId RecordReader::by_text(std::string_view text) const {
  // `users.id` names a column of a table, `app.User` a model of an application.
  auto found = key_entities_.find(table_key(text));
  if (found == key_entities_.end() && text.find('.') != std::string_view::npos) {
    found = key_entities_.find(table_key(text.substr(0, text.rfind('.'))));
  }
  return found == key_entities_.end() ? EntityId{} : found->second;
}

Constant RecordReader::class_constant(ClassId id, const std::vector<Name>& path) const {
  for (const ClassId at : tables_.lineage(id)) {
    ClassId inner = at;
    bool lost = false;
    for (std::size_t i = 0; i + 1 < path.size() && !lost; ++i) {
      const std::uint32_t nested = tables_.nested.find(inner.value, path[i].index());
      lost = nested == kNone;
      if (!lost) inner = ClassId{nested};
    }
    if (lost) continue;
    for (const ir::Field& field : tables_.class_of(inner).fields) {
      if (field.name != path.back() || field.initialiser == kNone) continue;
      return constant_of(tables_, parent_of(inner), field.initialiser);
    }
  }
  return {};
}

Constant RecordReader::class_value(ClassId id, const std::vector<Name>& path) const {
  Constant value = class_constant(id, path);
  if (value.kind != Constant::Kind::Unknown || !value.refs.empty() || path.empty()) return value;
  value = class_constant(id, {path[0]});
  for (const ClassId at : tables_.lineage(id)) {
    if (value.kind != Constant::Kind::Unknown) break;
    const std::uint32_t getter = tables_.methods.find(at.value, path[0].index());
    if (getter != kNone) value = returned_by(FunctionId{getter});
  }
  for (std::size_t i = 1; i < path.size(); ++i) {
    const Constant* inner = value.kind == Constant::Kind::Map ? value.find(path[i].text()) : nullptr;
    if (inner == nullptr) return {};
    value = Constant(*inner);
  }
  return value;
}

Constant RecordReader::returned_by(FunctionId function) const {
  for (const ir::Block& block : tables_.function(function).blocks) {
    if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == kNone) continue;
    Constant value = constant_of(tables_, function, block.end.value);
    if (value.kind == Constant::Kind::Map) return value;
  }
  return {};
}

EntityId RecordReader::entity_in(const Constant& constant) const {
  for (const Ref& ref : constant.refs) {
    if (ref.kind == Ref::Kind::Function) {
      // `() => Photo`
      for (const Ref& inner : tables_.refs_of(tables_.return_node[ref.id])) {
        const EntityId id = program_.entity_of(inner);
        if (id.valid()) return id;
      }
    }
    const EntityId id = program_.entity_of(ref);
    if (id.valid()) return id;
  }
  if (constant.kind == Constant::Kind::Text) return by_text(constant.text.text());
  if (constant.kind == Constant::Kind::List && !constant.entries.empty()) return entity_in(constant.entries[0].second);
  return {};
}

std::vector<Name> RecordReader::names_in(const Constant& constant) {
  std::vector<Name> names;
  if (constant.kind == Constant::Kind::List) {
    for (const auto& [key, value] : constant.entries) {
      if (value.kind == Constant::Kind::Text) names.push_back(value.text);
    }
  } else if (constant.kind == Constant::Kind::Map) {
    for (const auto& [key, value] : constant.entries) names.push_back(key);
  } else if (constant.kind == Constant::Kind::Text && constant.text.text() != "__all__") {
    names.push_back(constant.text);
  }
  return names;
}

std::vector<Name> RecordReader::write_only_in(const Constant& options) {
  std::vector<Name> names;
  for (const auto& [name, option] : options.entries) {
    const Constant* write_only = option.kind == Constant::Kind::Map ? option.find("write_only") : nullptr;
    if (write_only != nullptr && write_only->text.text() == "True") names.push_back(name);
  }
  return names;
}

void read_records(Program& program, Program::Tables& tables) { RecordReader(program, tables).read(); }

}  // namespace privet::program
