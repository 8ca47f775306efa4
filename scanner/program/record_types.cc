#include <algorithm>
#include <array>
#include <string>

#include "program/constants.h"
#include "program/record_reader.h"

// What fields are: their form, data type and relation, from definitions, options and declared types.
namespace privet::program {
namespace {

using Shape = rule::FieldTypeModel::Shape;

constexpr int kMaxChain = 32;
constexpr int kMaxNesting = 6;
constexpr std::size_t kMaxTypes = 512;

struct BuiltinShape {
  std::string_view symbol;
  Shape shape;
};
constexpr std::array<BuiltinShape, 16> kBuiltinShapes = {{
    {"String", Shape::Text}, {"str", Shape::Text}, {"Number", Shape::Number}, {"int", Shape::Number},
    {"float", Shape::Number}, {"decimal.Decimal", Shape::Number}, {"Boolean", Shape::Boolean}, {"bool", Shape::Boolean},
    {"Date", Shape::Date}, {"datetime.datetime", Shape::Date}, {"datetime.date", Shape::Date}, {"DateTime", Shape::Date},
    {"uuid.UUID", Shape::Uuid}, {"Buffer", Shape::Binary}, {"bytes", Shape::Binary}, {"Int", Shape::Number}}};

}  // namespace

bool RecordReader::is_code_or_constant(ClassId id, const ir::Field& field) const {
  if (field.initialiser == kNone) return false;
  const Constant value = constant_of(tables_, parent_of(id), field.initialiser);
  return value.kind == Constant::Kind::Function || (field.is_static && value.kind == Constant::Kind::Text);
}

void RecordReader::describe_class_field(ClassId id, const ir::Field& field, EntityField& out) {
  const FunctionId parent = parent_of(id);
  for (const Constant& annotation : annotations_of(field.annotations, parent)) describe(annotation, out, {}, 0);
  if (field.initialiser != kNone) {
    const Constant value = constant_of(tables_, parent, field.initialiser);
    if (value.kind == Constant::Kind::Call || value.kind == Constant::Kind::Symbol) describe(value, out, {}, 0);
    if (value.kind == Constant::Kind::Text && out.shape == Shape::Unknown) out.shape = Shape::Text;
    if (value.kind == Constant::Kind::Boolean && out.shape == Shape::Unknown) out.shape = Shape::Boolean;
    if (value.kind == Constant::Kind::Number && out.shape == Shape::Unknown) out.shape = Shape::Number;
  }
  const ValueId owner = tables_.values.find(Ref{Ref::Kind::Instance, false, id.value, {}});
  if (owner == kNone) return;
  const NodeId node = tables_.graph.find_field(owner, field.name);
  if (node == kNone) return;
  bool declared = out.relation.valid();
  for (const Ref& ref : tables_.refs_of(node)) {
    if (ref.kind == Ref::Kind::OfType || ref.kind == Ref::Kind::External) {
      apply_symbol(ref.name, nullptr, out);
      if (ref.kind == Ref::Kind::OfType && ref.list) out.many = true;
    } else if (ref.kind == Ref::Kind::Instance && !declared) {
      const EntityId other = program_.entity_of(ref);
      if (!other.valid() || tables_.entities[other.value].layer.text() == "enum") continue;
      // What the type says comes before what the program puts there.
      declared = names_type(id, field, other);
      if (out.relation.valid() && !declared) continue;
      out.relation = other;
      out.many = out.many || ref.list;
      if (out.shape == Shape::Unknown) out.shape = Shape::Relation;
    }
  }
}

bool RecordReader::names_type(ClassId id, const ir::Field& field, EntityId type) const {
  const ir::Module& module = tables_.modules[tables_.class_module[id.value].value];
  if (field.type >= module.types.size()) return false;
  std::vector<ir::TypeIndex> open{field.type};
  for (std::size_t i = 0; i < open.size() && open.size() < kMaxTypes; ++i) {
    const ir::Type& part = module.types[open[i]];
    if (part.name == tables_.entities[type.value].name) return true;
    open.insert(open.end(), part.arguments.begin(), part.arguments.end());
  }
  return false;
}

void RecordReader::apply_symbol(Name symbol, const Site* site, EntityField& out) {
  for (const rule::FieldTypeModel* model : tables_.rules->field_types(symbol)) {
    if (site == nullptr ? !model->when.empty() : !holds(tables_, *site, model->when)) continue;
    if (out.shape == Shape::Unknown) out.shape = model->shape;
    if (out.data.empty()) out.data = model->data;
    out.hidden = out.hidden || model->hidden;
    out.many = out.many || model->many;
    if (model->target && site != nullptr && !out.relation.valid()) {
      const Constant target = constant_at(tables_, *site, *model->target);
      out.relation = target.kind == Constant::Kind::Text && target.text.text() == "self" ? EntityId{} : entity_in(target);
    }
  }
  if (out.shape != Shape::Unknown) return;
  for (const BuiltinShape& builtin : kBuiltinShapes) {
    if (symbol.text() == builtin.symbol) out.shape = builtin.shape;
  }
}

void RecordReader::describe(const Constant& constant, EntityField& out, EntityId owner, int depth) {
  if (depth > kMaxNesting) return;
  switch (constant.kind) {
    case Constant::Kind::Call: describe_call(constant, out, depth); break;
    case Constant::Kind::Symbol: apply_symbol(constant.text, nullptr, out); break;
    case Constant::Kind::Text: apply_symbol(constant.text, nullptr, out); break;
    case Constant::Kind::List:
      out.many = true;
      if (!constant.entries.empty()) describe(constant.entries[0].second, out, owner, depth + 1);
      break;
    case Constant::Kind::Map: describe_options(constant, out, owner, depth); break;
    case Constant::Kind::Unknown:
    case Constant::Kind::Number:
    case Constant::Kind::Boolean:
    case Constant::Kind::Null:
    case Constant::Kind::Function: break;
  }
  if (out.relation.valid()) return;
  for (const Ref& ref : constant.refs) {
    const EntityId other = program_.entity_of(ref);
    if (!other.valid() || tables_.entities[other.value].layer.text() == "enum") continue;
    if (is_own_field_type(tables_.entities[other.value].class_id, out)) break;
    out.relation = other;
    out.many = out.many || ref.list;
    if (out.shape == Shape::Unknown) out.shape = Shape::Relation;
    break;
  }
}

bool RecordReader::is_own_field_type(ClassId id, EntityField& out) {
  if (!id.valid()) return false;
  for (const Name base : program_.library_bases(id)) {
    if (tables_.rules->field_types(base).empty()) continue;
    apply_symbol(base, nullptr, out);
    out.hidden = out.hidden || shows_stars(id);
    return true;
  }
  return false;
}

/// A field type that says it hides what it holds, and makes what it shows itself.
bool RecordReader::shows_stars(ClassId id) const {
  static const Name kShow = Name::of("to_representation");
  const std::string_view name = tables_.class_of(id).name.text();
  const bool says = name.find("Obfuscated") != std::string_view::npos || name.find("Masked") != std::string_view::npos ||
                    name.find("Redacted") != std::string_view::npos || name.find("Hidden") != std::string_view::npos;
  return says && program_.find_method(id, kShow).valid();
}

void RecordReader::describe_options(const Constant& constant, EntityField& out, EntityId owner, int depth) {
  const Constant* type = constant.find("type");
  const auto is = [&](std::string_view key, Constant::Kind kind, std::string_view text) {
    const Constant* value = constant.find(key);
    return value != nullptr && value->kind == kind && (text.empty() || value->text.text() == text);
  };
  if (is("select", Constant::Kind::Boolean, "false") || is("hidden", Constant::Kind::Boolean, "true")) out.hidden = true;
  if (is("allowNull", Constant::Kind::Boolean, "true") || is("nullable", Constant::Kind::Boolean, "true")) out.nullable = true;
  for (const std::string_view key : {"ref", "references", "model"}) {
    const Constant* target = constant.find(key);
    if (target == nullptr || out.relation.valid()) continue;
    const Constant* inner = target->kind == Constant::Kind::Map ? target->find("model") : target;
    if (inner != nullptr) out.relation = entity_in(*inner);
    if (out.relation.valid()) out.shape = Shape::Relation;
  }
  // JSON Schema: `{type: "object", properties: {…}}`.
  const Constant* properties = constant.find("properties");
  const bool nested = properties != nullptr && properties->kind == Constant::Kind::Map;
  if (type != nullptr && !nested) {
    describe(*type, out, owner, depth + 1);
    return;
  }
  const Constant& inside = nested ? *properties : constant;
  if (inside.entries.empty() || !owner.valid()) return;
  // A document inside a document is a record of its own.
  Entity inner;
  inner.name = Name::of(std::string(entity(owner).name.text()) + "." + std::string(out.name.text()));
  inner.layer = entity(owner).layer;
  inner.stored = entity(owner).stored;
  inner.span = constant.span;
  inner.name_span = constant.span;
  const EntityId id{static_cast<std::uint32_t>(tables_.entities.size())};
  tables_.entities.push_back(std::move(inner));
  for (const auto& [name, value] : inside.entries) {
    if (name == ir::any_element()) continue;
    EntityField field;
    field.name = name;
    field.span = value.span;
    describe(value, field, id, depth + 1);
    add_field(id, field);
  }
  out.relation = id;
  out.shape = Shape::Json;
}

void RecordReader::describe_call(const Constant& constant, EntityField& out, int depth) {
  FunctionId function = constant.function;
  ir::LocalIndex local = constant.local;
  for (int i = 0; i < kMaxChain && function.valid() && local != kNone; ++i) {
    const Definition& definition = definition_of(function, local);
    if (definition.block == kNone || definition.block == Definition::kMany) return;
    const Site site{function, definition.block, definition.instruction};
    const ir::Instruction& at = tables_.instruction(site);
    if (at.op == ir::Op::Copy) {
      local = at.a;
      continue;
    }
    if (at.op != ir::Op::Call) return;
    const std::uint32_t call = tables_.call_of[tables_.instruction_index(site)];
    if (call != kNone) {
      for (const Name symbol : tables_.callees[call].symbols) apply_symbol(symbol, &site, out);
    }
    describe_arguments(site, at, out, depth);
    if (at.name.empty()) return;
    local = at.a;
  }
}

const Definition& RecordReader::definition_of(FunctionId& function, ir::LocalIndex& local) const {
  for (int i = 0; i < kMaxChain; ++i) {
    const ir::Function& code = tables_.function(function);
    const ir::Local& at = code.locals[local];
    const Definition& here = tables_.definitions[tables_.first_local[function.value] + local];
    if (at.kind != ir::Local::Kind::Captured || here.block != kNone || code.parent == kNone) return here;
    function = tables_.function_id(tables_.function_module[function.value], code.parent);
    local = at.outer;
  }
  return tables_.definitions[tables_.first_local[function.value] + local];
}

void RecordReader::describe_arguments(const Site& site, const ir::Instruction& at, EntityField& out, int depth) {
  const auto& operands = tables_.function(site.function).operands;
  for (std::uint32_t i = 0; i < at.n_operands && i < 16; ++i) {
    const ir::Operand& operand = operands[at.first_operand + i];
    if (operand.value == kNone || operand.kind == ir::Operand::Kind::Spread) continue;
    const Constant value = constant_of(tables_, site.function, operand.value);
    if (operand.kind == ir::Operand::Kind::Keyed) {
      const std::string_view key = operand.name.text();
      if ((key == "null" || key == "nullable") && value.kind == Constant::Kind::Boolean &&
          (value.text.text() == "True" || value.text.text() == "true")) {
        out.nullable = true;
      }
      continue;
    }
    if (value.kind == Constant::Kind::Call) {
      describe_call_once(value, out, depth);
    } else if (value.kind == Constant::Kind::Symbol) {
      apply_symbol(value.text, nullptr, out);
    } else if (value.kind == Constant::Kind::Map) {
      describe(value, out, {}, depth + 1);
    }
  }
}

void RecordReader::describe_call_once(const Constant& value, EntityField& out, int depth) {
  if (depth < kMaxNesting) describe_call(value, out, depth + 1);
}

}  // namespace privet::program
