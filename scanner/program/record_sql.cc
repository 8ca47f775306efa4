#include <string>

#include "program/constants.h"
#include "program/names.h"
#include "program/record_reader.h"
#include "program/sql.h"

// Tables that only texts of SQL name.
namespace privet::program {

void RecordReader::read_sql_texts() {
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

bool RecordReader::begins_as_sql(FunctionId id, const ir::Instruction& at) const {
  if (at.n_operands == 0) return false;
  const ir::Function& function = tables_.function(id);
  const ir::LocalIndex first = function.operands[at.first_operand].value;
  if (first == kNone) return false;
  const Definition& definition = tables_.definitions[tables_.first_local[id.value] + first];
  if (definition.block == kNone || definition.block == Definition::kMany) return false;
  const ir::Instruction& literal = tables_.instruction({id, definition.block, definition.instruction});
  return literal.op == ir::Op::Literal && looks_like_sql(literal.name.text());
}

void RecordReader::add_statement(std::string_view text, Span span) {
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

void RecordReader::open_sql_tables() {
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

}  // namespace privet::program
