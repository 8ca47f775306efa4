#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "program/tables.h"

/// Reads the records of a program: classes, declarations by library calls and tables of SQL texts become
/// entities with fields. Used once, by `read_records`; inside `program/` only.
namespace privet::program {

class RecordReader {
 public:
  RecordReader(Program& program, Program::Tables& tables) : program_(program), tables_(tables) {}

  void read();

 private:
  enum class State : std::uint8_t { New, Open, Done };

  Entity& entity(EntityId id) { return tables_.entities[id.value]; }

  // Names, layers and constants of classes (records.cc).
  void name_class(ClassId id);
  static void apply_layer(Entity& out, const rule::EntityModel& model);
  std::vector<const rule::EntityModel*> models_of(ClassId id) const;
  FunctionId parent_of(ClassId id) const;
  std::vector<Constant> annotations_of(const std::vector<ir::Annotation>& annotations, FunctionId in) const;
  void name_declared(const DeclaredEntity& declared);
  /// The variable that gets the result, by one of the next instructions.
  void name_by_variable(const Site& site, const ir::Instruction& at, Entity& out) const;
  void index_names();
  EntityId by_text(std::string_view text) const;
  /// `Meta.model` on a class or its bases; Unknown when it is not there.
  Constant class_constant(ClassId id, const std::vector<Name>& path) const;
  /// As class_constant, and on into what a static field holds or a getter gives: `jsonSchema.properties`.
  Constant class_value(ClassId id, const std::vector<Name>& path) const;
  /// The first map that a function returns.
  Constant returned_by(FunctionId function) const;
  EntityId entity_in(const Constant& constant) const;
  static std::vector<Name> names_in(const Constant& constant);
  /// `{"password": {"write_only": True}}` → password.
  static std::vector<Name> write_only_in(const Constant& options);

  // Fields: of classes, of declarations, of what is described (record_fields.cc).
  void fill(EntityId id, int depth);
  void add_further_declarations(EntityId id, int depth);
  void add_field(EntityId id, EntityField field);
  /// `address: z.object({…})`, `address: {street: string}`: a record without a name of its own.
  void name_by_field(EntityId id, Name owner, Name field);
  void fill_class(ClassId id, int depth);
  void add_library_fields(EntityId id, Name library);
  template <class Find>
  void apply_projection(EntityId id, const rule::EntityModel& model, int depth, Find&& find);
  void fill_declared(EntityId id, const DeclaredEntity& declared, int depth);
  /// A map of name → definition, a list of such, or a schema made elsewhere.
  void add_definition(EntityId id, const Constant& fields, int depth);
  /// `Column("email", String)`: a definition that is given its name.
  void add_column(EntityId id, const Constant& column);
  /// `(table) => { table.string("email"); … }`: each call of a field type with a name makes a field.
  void add_built_columns(EntityId id, FunctionId builder);
  void add_from_refs(EntityId id, const Constant& constant, int depth);

  // What a field is (record_types.cc).
  /// `login = async () => {…}`, `static label = "…"`: no data of a record.
  bool is_code_or_constant(ClassId id, const ir::Field& field) const;
  void describe_class_field(ClassId id, const ir::Field& field, EntityField& out);
  bool names_type(ClassId id, const ir::Field& field, EntityId type) const;
  void apply_symbol(Name symbol, const Site* site, EntityField& out);
  /// What a definition says: a call (with the calls it is chained to), a type, a map with options.
  void describe(const Constant& constant, EntityField& out, EntityId owner, int depth);
  /// `class Phone(fields.String)`: a field type of the program is what the library type is that it extends.
  bool is_own_field_type(ClassId id, EntityField& out);
  bool shows_stars(ClassId id) const;
  void describe_options(const Constant& constant, EntityField& out, EntityId owner, int depth);
  void describe_call(const Constant& constant, EntityField& out, int depth);
  const Definition& definition_of(FunctionId& function, ir::LocalIndex& local) const;
  /// `Column(String(80))`, `Field(default=None)`, `{type: …}` as an argument.
  void describe_arguments(const Site& site, const ir::Instruction& at, EntityField& out, int depth);
  void describe_call_once(const Constant& value, EntityField& out, int depth);

  // Tables of SQL texts (record_sql.cc).
  void read_sql_texts();
  bool begins_as_sql(FunctionId id, const ir::Instruction& at) const;
  void add_statement(std::string_view text, Span span);
  /// `SELECT *` of a table that is declared elsewhere shows more than the columns that texts name.
  void open_sql_tables();

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

}  // namespace privet::program
