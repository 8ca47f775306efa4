#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <unordered_set>

#include "program/constants.h"
#include "program/names.h"
#include "program/sql.h"
#include "program/tables.h"

/// Records: classes, declarations by library calls and tables of SQL texts become entities with fields.
namespace privet::program {
namespace {

using Shape = rule::FieldTypeModel::Shape;

constexpr int kMaxChain = 32;
constexpr int kMaxNesting = 6;
constexpr std::size_t kMaxFields = 512;

struct BuiltinShape {
  std::string_view symbol;
  Shape shape;
};
constexpr std::array<BuiltinShape, 16> kBuiltinShapes = {{
    {"String", Shape::Text}, {"str", Shape::Text}, {"Number", Shape::Number}, {"int", Shape::Number},
    {"float", Shape::Number}, {"decimal.Decimal", Shape::Number}, {"Boolean", Shape::Boolean}, {"bool", Shape::Boolean},
    {"Date", Shape::Date}, {"datetime.datetime", Shape::Date}, {"datetime.date", Shape::Date}, {"DateTime", Shape::Date},
    {"uuid.UUID", Shape::Uuid}, {"Buffer", Shape::Binary}, {"bytes", Shape::Binary}, {"Int", Shape::Number}}};

class RecordReader {
 public:
  RecordReader(Program& program, Program::Tables& tables) : program_(program), tables_(tables) {}

  void read() {
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

 private:
  enum class State : std::uint8_t { New, Open, Done };

  Entity& entity(EntityId id) { return tables_.entities[id.value]; }

  // --- names and layers ---

  void name_class(ClassId id) {
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

  static void apply_layer(Entity& out, const rule::EntityModel& model) {
    if (!model.layer.empty()) out.layer = model.layer;
    out.stored = out.stored || model.stored;
  }

  std::vector<const rule::EntityModel*> models_of(ClassId id) const {
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

  FunctionId parent_of(ClassId id) const {
    return tables_.function_id(tables_.class_module[id.value], tables_.class_of(id).parent);
  }

  std::vector<Constant> annotations_of(const std::vector<ir::Annotation>& annotations, FunctionId in) const {
    std::vector<Constant> all;
    for (const ir::Annotation& annotation : annotations) {
      if (annotation.value != kNone) all.push_back(constant_of(tables_, in, annotation.value));
    }
    return all;
  }

  void name_declared(const DeclaredEntity& declared) {
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

  /// The variable that gets the result, by one of the next instructions.
  void name_by_variable(const Site& site, const ir::Instruction& at, Entity& out) const {
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

  void index_names() {
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

  EntityId by_text(std::string_view text) const {
    // `users.id` names a column of a table, `app.User` a model of an application.
    auto found = key_entities_.find(table_key(text));
    if (found == key_entities_.end() && text.find('.') != std::string_view::npos) {
      found = key_entities_.find(table_key(text.substr(0, text.rfind('.'))));
    }
    return found == key_entities_.end() ? EntityId{} : found->second;
  }

  // --- constants on classes ---

  /// `Meta.model` on a class or its bases; Unknown when it is not there.
  Constant class_constant(ClassId id, const std::vector<Name>& path) const {
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

  /// As class_constant, and on into what a static field holds or a getter gives: `jsonSchema.properties`.
  Constant class_value(ClassId id, const std::vector<Name>& path) const {
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

  /// The first map that a function returns.
  Constant returned_by(FunctionId function) const {
    for (const ir::Block& block : tables_.function(function).blocks) {
      if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == kNone) continue;
      Constant value = constant_of(tables_, function, block.end.value);
      if (value.kind == Constant::Kind::Map) return value;
    }
    return {};
  }

  EntityId entity_in(const Constant& constant) const {
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

  static std::vector<Name> names_in(const Constant& constant) {
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

  /// `{"password": {"write_only": True}}` → password.
  static std::vector<Name> write_only_in(const Constant& options) {
    std::vector<Name> names;
    for (const auto& [name, option] : options.entries) {
      const Constant* write_only = option.kind == Constant::Kind::Map ? option.find("write_only") : nullptr;
      if (write_only != nullptr && write_only->text.text() == "True") names.push_back(name);
    }
    return names;
  }

  // --- fields ---

  void fill(EntityId id, int depth) {
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

  void add_further_declarations(EntityId id, int depth) {
    const auto further = further_.find(id.value);
    if (further == further_.end()) return;
    for (const DeclaredEntity* one : further->second) fill_declared(id, *one, depth);
  }

  void add_field(EntityId id, EntityField field) {
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

  /// `address: z.object({…})`, `address: {street: string}`: a record without a name of its own.
  void name_by_field(EntityId id, Name owner, Name field) {
    Entity& inner = entity(id);
    if (!inner.name.empty() || owner.empty()) return;
    inner.name = Name::of(std::string(owner.text()) + "." + std::string(field.text()));
  }

  void fill_class(ClassId id, int depth) {
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

  void add_library_fields(EntityId id, Name library) {
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
  void apply_projection(EntityId id, const rule::EntityModel& model, int depth, Find&& find) {
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

  void fill_declared(EntityId id, const DeclaredEntity& declared, int depth) {
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

  /// A map of name → definition, a list of such, or a schema made elsewhere.
  void add_definition(EntityId id, const Constant& fields, int depth) {
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

  /// `Column("email", String)`: a definition that is given its name.
  void add_column(EntityId id, const Constant& column) {
    const Constant* name = column.kind == Constant::Kind::Call ? column.at(0) : nullptr;
    if (name == nullptr || name->kind != Constant::Kind::Text) return;
    EntityField out;
    out.name = name->text;
    out.span = column.span.valid() ? column.span : name->span;
    describe(column, out, id, 0);
    add_field(id, out);
  }

  /// `(table) => { table.string("email"); … }`: each call of a field type with a name makes a field.
  void add_built_columns(EntityId id, FunctionId builder) {
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

  void add_from_refs(EntityId id, const Constant& constant, int depth) {
    for (const Ref& ref : constant.refs) {
      const EntityId other = program_.entity_of(ref);
      if (!other.valid() || other == id) continue;
      fill(other, depth + 1);
      const std::vector<EntityField> fields = entity(other).fields;
      for (const EntityField& field : fields) add_field(id, field);
    }
  }

  /// `login = async () => {…}`, `static label = "…"`: no data of a record.
  bool is_code_or_constant(ClassId id, const ir::Field& field) const {
    if (field.initialiser == kNone) return false;
    const Constant value = constant_of(tables_, parent_of(id), field.initialiser);
    return value.kind == Constant::Kind::Function || (field.is_static && value.kind == Constant::Kind::Text);
  }

  void describe_class_field(ClassId id, const ir::Field& field, EntityField& out) {
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

  bool names_type(ClassId id, const ir::Field& field, EntityId type) const {
    const ir::Module& module = tables_.modules[tables_.class_module[id.value].value];
    if (field.type >= module.types.size()) return false;
    std::vector<ir::TypeIndex> open{field.type};
    for (std::size_t i = 0; i < open.size() && open.size() < kMaxFields; ++i) {
      const ir::Type& part = module.types[open[i]];
      if (part.name == tables_.entities[type.value].name) return true;
      open.insert(open.end(), part.arguments.begin(), part.arguments.end());
    }
    return false;
  }

  void apply_symbol(Name symbol, const Site* site, EntityField& out) {
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

  /// What a definition says: a call (with the calls it is chained to), a type, a map with options.
  void describe(const Constant& constant, EntityField& out, EntityId owner, int depth) {
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

  /// `class Phone(fields.String)`: a field type of the program is what the library type is that it extends.
  bool is_own_field_type(ClassId id, EntityField& out) {
    if (!id.valid()) return false;
    for (const Name base : program_.library_bases(id)) {
      if (tables_.rules->field_types(base).empty()) continue;
      apply_symbol(base, nullptr, out);
      return true;
    }
    return false;
  }

  void describe_options(const Constant& constant, EntityField& out, EntityId owner, int depth) {
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

  void describe_call(const Constant& constant, EntityField& out, int depth) {
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

  const Definition& definition_of(FunctionId& function, ir::LocalIndex& local) const {
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

  /// `Column(String(80))`, `Field(default=None)`, `{type: …}` as an argument.
  void describe_arguments(const Site& site, const ir::Instruction& at, EntityField& out, int depth) {
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

  void describe_call_once(const Constant& value, EntityField& out, int depth) {
    if (depth < kMaxNesting) describe_call(value, out, depth + 1);
  }

  // --- SQL ---

  void read_sql_texts() {
    for (std::uint32_t f = 0; f < tables_.function_module.size(); ++f) {
      const ir::Function& function = tables_.function(FunctionId{f});
      for (const ir::Block& block : function.blocks) {
        for (const ir::Instruction& at : block.instructions) {
          if (at.result == kNone) continue;
          if (at.op == ir::Op::Literal && at.literal_kind() == ir::LiteralKind::String) {
            if (looks_like_sql(at.name.text())) add_statement(at.name.text(), at.span);
          } else if (at.op == ir::Op::Operate && (at.name.text() == "template" || at.name.text() == "+")) {
            if (!begins_as_sql(FunctionId{f}, at)) continue;
            const Constant text = constant_of(tables_, FunctionId{f}, at.result);
            add_statement(text.text.text(), at.span);
          }
        }
      }
    }
  }

  bool begins_as_sql(FunctionId id, const ir::Instruction& at) const {
    if (at.n_operands == 0) return false;
    const ir::Function& function = tables_.function(id);
    const ir::LocalIndex first = function.operands[at.first_operand].value;
    if (first == kNone) return false;
    const Definition& definition = tables_.definitions[tables_.first_local[id.value] + first];
    if (definition.block == kNone || definition.block == Definition::kMany) return false;
    const ir::Instruction& literal = tables_.instruction({id, definition.block, definition.instruction});
    return literal.op == ir::Op::Literal && looks_like_sql(literal.name.text());
  }

  void add_statement(std::string_view text, Span span) {
    const SqlStatement statement = read_sql(text);
    if (statement.kind == SqlStatement::Kind::None) return;
    for (const std::string& table : statement.tables) {
      if (table == "{}" || table.empty()) continue;
      const Name key = Name::of(table_key(table));
      if (key.empty()) continue;
      EntityId& id = tables_.entity_by_table[key];
      if (!id.valid()) {
        id = EntityId{static_cast<std::uint32_t>(tables_.entities.size())};
        Entity made;
        made.name = Name::of(table);
        made.layer = Name::of("sql");
        made.stored = true;
        made.span = span;
        made.name_span = span;
        tables_.entities.push_back(std::move(made));
      }
      if (entity(id).layer.text() != "sql") continue;
      if (statement.kind == SqlStatement::Kind::Create) declared_tables_.insert(id.value);
      for (const auto* columns : {&statement.columns, &statement.where}) {
        for (const SqlColumn& column : *columns) {
          if (column.name == "*" && (column.table.empty() || column.table == table)) starred_tables_.insert(id.value);
          if (column.table != table || column.name == "*" || column.name.empty()) continue;
          EntityField field;
          field.name = Name::of(column.name);
          field.span = span;
          add_field(id, field);
        }
      }
    }
  }

  /// `SELECT *` of a table that is declared elsewhere shows more than the columns that texts name.
  void open_sql_tables() {
    for (const std::uint32_t table : starred_tables_) {
      if (declared_tables_.contains(table)) continue;
      const EntityId id{table};
      entity(id).open = true;
      EntityField field;
      field.name = unseen_fields();
      field.span = entity(id).name_span;
      add_field(id, field);
    }
  }

  Program& program_;
  Program::Tables& tables_;
  std::vector<State> state_;
  std::set<std::uint32_t> declared_tables_;  // of the layer `sql`: by CREATE TABLE
  std::set<std::uint32_t> starred_tables_;   // of which some text asks for `*`
  std::unordered_map<std::uint32_t, std::vector<const DeclaredEntity*>> further_;
  std::unordered_map<std::uint32_t, Name> tables_of_;
  std::unordered_map<std::string, EntityId> key_entities_;
  std::unordered_map<std::uint32_t, std::unordered_map<Name, std::size_t>> field_rows_;
};

}  // namespace

void read_records(Program& program, Program::Tables& tables) { RecordReader(program, tables).read(); }

}  // namespace privet::program
