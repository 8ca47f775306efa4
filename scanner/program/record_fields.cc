#include <algorithm>
#include <string>

#include "program/constants.h"
#include "program/record_reader.h"

// Fields of records: of classes, of declarations by calls, of what a serializer describes.
namespace privet::program {
namespace {

using Shape = rule::FieldTypeModel::Shape;

constexpr std::size_t kMaxFields = 512;

}  // namespace

void RecordReader::fill(EntityId id, int depth) {
  if (id.value >= state_.size() || state_[id.value] != State::New || depth > 64) return;
  state_[id.value] = State::Open;
  if (id.value < tables_.class_module.size()) {
    fill_class(ClassId{id.value}, depth);
  } else {
    const DeclaredEntity& declared = tables_.declared[id.value - tables_.class_module.size()];
    fill_declared(id, declared, depth);
    add_further_declarations(id, depth);
    // A table whose columns the program declares shows no others.
    if (!entity(id).fields.empty()) entity(id).open = false;
    std::vector<Name> seen = declared.seen_fields;
    if (entity(id).open) seen.push_back(unseen_fields());
    for (const Name name : seen) {
      EntityField field;
      field.name = name;
      field.span = entity(id).name_span;
      add_field(id, field);
    }
  }
  state_[id.value] = State::Done;
}

void RecordReader::add_further_declarations(EntityId id, int depth) {
  const auto further = further_.find(id.value);
  if (further == further_.end()) return;
  for (const DeclaredEntity* one : further->second) fill_declared(id, *one, depth);
}

void RecordReader::add_field(EntityId id, EntityField field) {
  Entity& out = entity(id);
  if (!field.span.valid()) field.span = out.name_span;
  if (field.relation.valid()) name_by_field(field.relation, out.name, field.name);
  auto& seen = field_rows_[id.value];
  const auto [row, is_new] = seen.emplace(field.name, out.fields.size());
  if (is_new) {
    if (out.fields.size() < kMaxFields) out.fields.push_back(field);
    return;
  }
  if (row->second >= out.fields.size()) return;
  // The nearer declaration stays; what it does not say comes from the other.
  EntityField& known = out.fields[row->second];
  if (known.shape == Shape::Unknown) known.shape = field.shape;
  if (known.data.empty()) known.data = field.data;
  if (!known.relation.valid()) {
    known.relation = field.relation;
    known.many = known.many || field.many;
  }
  known.hidden = known.hidden || field.hidden;
}

void RecordReader::name_by_field(EntityId id, Name owner, Name field) {
  Entity& inner = entity(id);
  if (!inner.name.empty() || owner.empty()) return;
  inner.name = Name::of(std::string(owner.text()) + "." + std::string(field.text()));
}

void RecordReader::fill_class(ClassId id, int depth) {
  const EntityId self{id.value};
  if (tables_.class_of(id).kind == ir::Class::Kind::Enum) return;
  for (const ClassId at : tables_.lineage(id)) {
    const ir::Class& code = tables_.class_of(at);
    for (const ir::Field& field : code.fields) {
      if (field.name.empty() || is_code_or_constant(at, field)) continue;
      EntityField out;
      out.name = field.name;
      out.span = field.span;
      out.nullable = field.is_optional;
      describe_class_field(at, field, out);
      add_field(self, out);
    }
  }
  if (const auto declared = further_.find(id.value); declared != further_.end()) {
    for (const DeclaredEntity* one : declared->second) fill_declared(self, *one, depth);
  }
  for (const Name library : entity(self).library_bases) add_library_fields(self, library);
  for (const rule::EntityModel* model : models_of(id)) {
    if (model->fields) add_definition(self, class_value(id, model->fields->fields), depth);
    apply_projection(self, *model, depth, [&](const ir::AccessPath& path) { return class_value(id, path.fields); });
  }
}

void RecordReader::add_library_fields(EntityId id, Name library) {
  for (const Name type : tables_.rules->type_chain(library)) {
    const rule::TypeModel* model = tables_.rules->find_type(type);
    if (model == nullptr) continue;
    std::vector<Name> names;
    for (const auto& [name, field] : model->fields) {
      if (!field.data.empty()) names.push_back(name);
    }
    std::sort(names.begin(), names.end(), base::ByText());
    for (const Name name : names) {
      EntityField out;
      out.name = name;
      out.span = entity(id).name_span;
      out.data = model->fields.at(name).data;
      add_field(id, out);
    }
  }
}

template <class Find>
void RecordReader::apply_projection(EntityId id, const rule::EntityModel& model, int depth, Find&& find) {
  if (model.only) {
    for (const Name name : names_in(find(*model.only))) entity(id).only.push_back(name);
  }
  std::vector<Name> hidden;
  if (model.hidden) hidden = names_in(find(*model.hidden));
  if (model.of) {
    const EntityId described = entity_in(find(*model.of));
    if (described.valid() && described != id) {
      entity(id).describes = described;
      fill(described, depth + 1);
      const std::vector<Name>& only = entity(id).only;
      const std::vector<EntityField> fields = entity(described).fields;
      for (const EntityField& field : fields) {
        if (!only.empty() && std::find(only.begin(), only.end(), field.name) == only.end()) continue;
        if (std::find(hidden.begin(), hidden.end(), field.name) != hidden.end()) continue;
        add_field(id, field);
      }
    }
  }
  if (model.field_options) {
    const std::vector<Name> written = write_only_in(find(*model.field_options));
    hidden.insert(hidden.end(), written.begin(), written.end());
  }
  for (EntityField& field : entity(id).fields) {
    if (std::find(hidden.begin(), hidden.end(), field.name) != hidden.end()) field.hidden = true;
  }
}

void RecordReader::fill_declared(EntityId id, const DeclaredEntity& declared, int depth) {
  if (declared.model == nullptr) return;
  if (!declared.library.empty()) {
    add_library_fields(id, declared.library);
    return;
  }
  if (declared.model->fields && declared.model->fields->and_after) {
    for (const ir::Operand* column : operands_at(tables_, declared.site, *declared.model->fields)) {
      if (column->value != kNone) add_column(id, constant_of(tables_, declared.site.function, column->value));
    }
  } else if (declared.model->fields) {
    add_definition(id, constant_at(tables_, declared.site, *declared.model->fields), depth);
  }
  apply_projection(id, *declared.model, depth, [&](const ir::AccessPath& path) {
    return constant_at(tables_, declared.site, path);
  });
}

void RecordReader::add_definition(EntityId id, const Constant& fields, int depth) {
  if (fields.kind == Constant::Kind::Map) {
    for (const auto& [name, value] : fields.entries) {
      if (name == ir::any_element()) {
        add_from_refs(id, value, depth);
        continue;
      }
      EntityField out;
      out.name = name;
      out.span = value.span;
      describe(value, out, id, 0);
      add_field(id, out);
    }
    return;
  }
  if (fields.kind == Constant::Kind::List) {
    for (const auto& [place, value] : fields.entries) {
      if (value.kind == Constant::Kind::Map) add_definition(id, value, depth);
    }
    return;
  }
  if (fields.kind == Constant::Kind::Function) {
    // `z.lazy(() => …)`, `pgTable("t", (t) => ({…}))`, `createTable("t", (t) => {…})`
    for (const Ref& ref : fields.refs) {
      if (ref.kind != Ref::Kind::Function) continue;
      const Constant value = returned_by(FunctionId{ref.id});
      if (value.kind == Constant::Kind::Map) add_definition(id, value, depth);
      add_built_columns(id, FunctionId{ref.id});
    }
  }
  add_from_refs(id, fields, depth);
}

void RecordReader::add_column(EntityId id, const Constant& column) {
  const Constant* name = column.kind == Constant::Kind::Call ? column.at(0) : nullptr;
  if (name == nullptr || name->kind != Constant::Kind::Text) return;
  EntityField out;
  out.name = name->text;
  out.span = column.span.valid() ? column.span : name->span;
  describe(column, out, id, 0);
  add_field(id, out);
}

void RecordReader::add_built_columns(EntityId id, FunctionId builder) {
  const ir::Function& code = tables_.function(builder);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const auto& instructions = code.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      const ir::Instruction& at = instructions[i];
      const Site site{builder, b, i};
      const std::uint32_t call = at.op == ir::Op::Call ? tables_.call_of[tables_.instruction_index(site)] : kNone;
      if (call == kNone || at.n_operands == 0) continue;
      const ir::LocalIndex first = code.operands[at.first_operand].value;
      const Constant name = first == kNone ? Constant{} : constant_of(tables_, builder, first);
      if (name.kind != Constant::Kind::Text) continue;
      const auto& symbols = tables_.callees[call].symbols;
      if (std::all_of(symbols.begin(), symbols.end(), [&](Name symbol) { return tables_.rules->field_types(symbol).empty(); })) {
        continue;
      }
      EntityField out;
      out.name = name.text;
      out.span = at.span;
      for (const Name symbol : symbols) apply_symbol(symbol, &site, out);
      add_field(id, out);
    }
  }
}

void RecordReader::add_from_refs(EntityId id, const Constant& constant, int depth) {
  for (const Ref& ref : constant.refs) {
    const EntityId other = program_.entity_of(ref);
    if (!other.valid() || other == id) continue;
    fill(other, depth + 1);
    const std::vector<EntityField> fields = entity(other).fields;
    for (const EntityField& field : fields) add_field(id, field);
  }
}

}  // namespace privet::program
