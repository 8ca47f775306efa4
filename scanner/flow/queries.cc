#include <algorithm>
#include <array>

#include "flow/function_solver.h"

/// Statements of SQL in texts: which records they read and change, what they are selected by, and the rows.
namespace privet::flow {

namespace {

using ir::AccessPath;
using program::Constant;
using program::EntityId;
using program::SqlColumn;
using program::SqlStatement;
using program::SqlValue;

/// A comparison with one of these finds one row at most.
bool tells_one(const SqlStatement& statement) {
  static constexpr std::array<std::string_view, 8> kKeys = {"id", "uuid", "email", "username", "login", "slug", "token", "phone"};
  return std::any_of(statement.where.begin(), statement.where.end(), [](const SqlColumn& column) {
    std::string name = column.name;
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return column.equal && std::find(kKeys.begin(), kKeys.end(), name) != kKeys.end();
  });
}

rule::Access::Kind kind_of(const SqlStatement& statement, bool main_table) {
  if (!main_table) return rule::Access::Kind::Read;
  switch (statement.kind) {
    case SqlStatement::Kind::Insert: return rule::Access::Kind::Create;
    case SqlStatement::Kind::Update: return rule::Access::Kind::Update;
    case SqlStatement::Kind::Delete: return rule::Access::Kind::Delete;
    case SqlStatement::Kind::Select:
    case SqlStatement::Kind::Create:
    case SqlStatement::Kind::None: break;
  }
  return rule::Access::Kind::Read;
}

bool is_part_of_text(const Constant& constant) {
  return constant.kind == Constant::Kind::Text || constant.kind == Constant::Kind::Number ||
         (constant.kind == Constant::Kind::Unknown && !constant.text.empty() && constant.refs.empty());
}

/// The texts of a tagged template, with `{}` for what is put between them.
std::string joined(const Constant& list) {
  std::string text;
  for (const auto& [place, part] : list.entries) {
    if (!text.empty()) text += "{}";
    text += part.text.text();
  }
  return text;
}

std::vector<Name> columns_of(const SqlStatement& statement, std::string_view table) {
  std::vector<Name> names;
  for (const SqlColumn& column : statement.columns) {
    if (column.name == "*" && (column.table.empty() || column.table == table)) return {};
    if (column.table.empty() || column.table == table) names.push_back(Name::of(column.name));
  }
  return names;
}

bool shows_all(const SqlStatement& statement) {
  return std::any_of(statement.columns.begin(), statement.columns.end(),
                     [](const SqlColumn& column) { return column.name == "*"; });
}

}  // namespace

void FunctionSolver::collect_holes(ir::LocalIndex text, std::vector<ir::LocalIndex>& holes, int depth) const {
  constexpr int kMaxDepth = 16;
  const ir::Instruction* made = maker_of(text);
  if (made == nullptr || made->op != ir::Op::Operate || depth > kMaxDepth) return;
  for (const ir::Operand& operand : operands(*made)) {
    const Constant part = program_.constant_of(id_, operand.value);
    const bool scalar = part.kind == Constant::Kind::Text || part.kind == Constant::Kind::Number;
    if (scalar) continue;
    if (is_part_of_text(part)) {
      collect_holes(operand.value, holes, depth + 1);
    } else {
      holes.push_back(operand.value);
    }
  }
}

/// The constant text in a local: itself, in `{text}`, `{sql}` or `{query}`, given to a call (`text("…")`),
/// or a tagged template.
std::string FunctionSolver::text_of_query(ir::LocalIndex local, std::vector<ir::LocalIndex>& holes, int depth) const {
  constexpr int kMaxDepth = 4;
  if (depth > kMaxDepth) return {};
  const Constant constant = program_.constant_of(id_, local);
  const auto of_entry = [&](const Constant& entry) -> std::string {
    if (entry.function == id_ && entry.local != ir::kNone) return text_of_query(entry.local, holes, depth + 1);
    return entry.kind == Constant::Kind::Text ? std::string(entry.text.text()) : std::string();
  };
  switch (constant.kind) {
    case Constant::Kind::Text: return std::string(constant.text.text());
    case Constant::Kind::Unknown:
      collect_holes(local, holes, 0);
      return std::string(constant.text.text());
    case Constant::Kind::List: return joined(constant);
    case Constant::Kind::Map:
      for (const std::string_view key : {"text", "sql", "query"}) {
        if (const Constant* entry = constant.find(key)) return of_entry(*entry);
      }
      return {};
    case Constant::Kind::Call: {
      const Constant* first = constant.at(0);
      if (first == nullptr) return {};
      if (first->kind != Constant::Kind::List) return of_entry(*first);
      for (std::size_t i = 1; i < constant.entries.size(); ++i) {
        const Constant& part = constant.entries[i].second;
        holes.push_back(part.function == id_ ? part.local : ir::kNone);
      }
      return joined(*first);
    }
    case Constant::Kind::Number:
    case Constant::Kind::Boolean:
    case Constant::Kind::Null:
    case Constant::Kind::Function:
    case Constant::Kind::Symbol: break;
  }
  return {};
}

std::shared_ptr<const FunctionSolver::Query> FunctionSolver::query_at(const rule::Statement& model,
                                                                      const ir::Instruction& in) const {
  const std::vector<Found> found = find_at(in, model.text);
  if (found.empty()) return nullptr;
  auto query = std::make_shared<Query>();
  const std::string text = text_of_query(found.front().local, query->holes, 0);
  // A tagged template: the texts are the first argument, the values the others.
  if (query->holes.empty() && program_.constant_of(id_, found.front().local).kind == Constant::Kind::List) {
    for (std::size_t i = 1; i < in.n_operands; ++i) query->holes.push_back(operands(in)[i].value);
  }
  query->statement = program::read_sql(text);
  if (query->statement.kind == SqlStatement::Kind::None) return nullptr;
  return query;
}

FunctionSolver::Found FunctionSolver::parameter_at(const rule::Statement& model, const Query& query,
                                                   const ir::Instruction& in, const SqlValue& value) const {
  Found none;
  if (value.kind == SqlValue::Kind::None) return none;
  if (value.kind == SqlValue::Kind::Hole) {
    if (value.at >= query.holes.size() || query.holes[value.at] == ir::kNone) return none;
    return {query.holes[value.at], this->value(query.holes[value.at]), in.span, false};
  }
  const Name key = value.kind == SqlValue::Kind::Named ? Name::of(value.name) : Name::of(std::to_string(value.at));
  for (const AccessPath& path : model.values) {
    const std::vector<Found> found = find_at(in, path);
    if (found.empty()) continue;
    if (path.and_after) {
      if (value.kind == SqlValue::Kind::Position && value.at < found.size()) return found[value.at];
      continue;
    }
    const Found& all = found.front();
    const Constant constant = path.fields.empty() ? program_.constant_of(id_, all.local) : program_.constant_at(site_, path);
    if (const Constant* entry = constant.find(key.text())) {
      if (entry->function != id_ || entry->local == ir::kNone) return none;
      return {entry->local, this->value(entry->local), all.span, false};
    }
    if (constant.kind == Constant::Kind::List || constant.kind == Constant::Kind::Map) continue;
    ValueId part = values_.load(values_.load(all.value, path.fields), key);
    if (part == kNothing && value.at == 0) part = all.value;  // one value that is no list
    return {all.local, part, all.span, false};
  }
  return none;
}

void FunctionSolver::column_selectors(const rule::Statement& model, const Query& query, const ir::Instruction& in,
                                      const std::vector<SqlColumn>& columns, SinkPoint::Role role, std::uint32_t load) {
  for (const SqlColumn& column : columns) {
    if (column.name == "*") continue;
    Found found = parameter_at(model, query, in, column.value);
    if (!found.span.valid()) found.span = in.span;
    selector(Name::of(column.name), found.local, found.value, found.span, role, load);
  }
}

/// A record with the columns that were asked for, by name, by what they are called, and by place.
ValueId FunctionSolver::row(const Query& query, EntityId entity, std::string_view table, ValueId record) {
  const std::vector<Name> columns = columns_of(query.statement, table);
  if (shows_all(query.statement)) return columns.empty() ? record : values_.keep(record, columns);
  ValueId result = values_.keep(record, columns);
  std::size_t place = 0;
  for (const SqlColumn& column : query.statement.columns) {
    const std::size_t at = place++;
    if (!column.table.empty() && column.table != table) continue;
    const Name name = Name::of(column.name);
    if (ctx_.shape(entity).leaves.empty()) continue;
    const ValueId part = values_.load(record, name);
    if (!column.as.empty()) {
      const Name as = Name::of(column.as);
      result = values_.add(result, Path(&as, 1), part);
    }
    const Name index = Name::of(std::to_string(at));
    result = values_.put(result, Path(&index, 1), part);
  }
  return result;
}

/// The path of the own parameter that is handed on at a path of the call; nothing when it is none.
std::optional<AccessPath> FunctionSolver::parameter_path(const ir::Instruction& in, const AccessPath& path) const {
  const std::vector<Found> found = find_at(in, path);
  if (found.empty()) return std::nullopt;
  ir::LocalIndex local = found.front().local;
  for (int copies = 0; copies < 8 && local != ir::kNone; ++copies) {
    for (std::size_t i = 0; i < function_.parameters.size(); ++i) {
      const ir::Parameter& parameter = function_.parameters[i];
      if (parameter.local != local) continue;
      const bool rest = parameter.kind == ir::Parameter::Kind::Rest;
      if (rest != found.front().spread) return std::nullopt;
      AccessPath at;
      at.index = static_cast<std::int32_t>(i) + (rest ? path.index : 0);
      if (!is_javascript_ && !rest) at.keyword = function_.locals[local].name;
      return at;
    }
    const ir::Instruction* made = definitions_[local].size() == 1 ? flat_[definitions_[local].front()] : nullptr;
    if (made == nullptr || made->op != ir::Op::Copy) return std::nullopt;
    local = made->a;
  }
  return std::nullopt;
}

/// `query(text, values) { return pool.query(text, values) }`: its callers give the statement.
void FunctionSolver::note_runs(const rule::Statement& model, const ir::Instruction& in) {
  if (summary_.runs) return;
  const std::optional<AccessPath> text = parameter_path(in, model.text);
  if (!text) return;
  rule::Statement runs;
  runs.text = *text;
  runs.one = model.one;
  for (const AccessPath& path : model.values) {
    if (const auto values = parameter_path(in, path)) runs.values.push_back(*values);
  }
  // What it returns may be the answer or the rows in it.
  runs.rows.emplace_back().root = AccessPath::Root::Return;
  for (const AccessPath& path : model.rows) {
    if (path.root == AccessPath::Root::Return && !path.fields.empty()) runs.rows.push_back(path);
  }
  summary_.runs = std::move(runs);
}

void FunctionSolver::query(const rule::Statement& model, const ir::Instruction& in, std::uint32_t slot, ValueId& result) {
  CallFacts& facts = call_facts_[at_];
  if (!facts.query_read) {
    facts.query_read = true;
    facts.query = query_at(model, in);
  }
  const std::shared_ptr<const Query> query = facts.query;
  if (query == nullptr) note_runs(model, in);
  if (query == nullptr || query->statement.aggregated || query->statement.kind == SqlStatement::Kind::Create) return;
  const SqlStatement& statement = query->statement;
  const bool many = !model.one && !tells_one(statement);
  ValueId rows = kNothing;
  for (std::size_t i = 0; i < statement.tables.size() && i < 8; ++i) {
    const std::string& table = statement.tables[i];
    const EntityId entity = program_.find_table(table);
    if (!entity.valid()) continue;
    const std::uint32_t here = slot + 64 * static_cast<std::uint32_t>(i);
    const rule::Access::Kind kind = kind_of(statement, i == 0);
    const std::uint64_t key = static_cast<std::uint64_t>(at_) << 32 | here;
    auto [at, is_new] = load_at_.try_emplace(key, static_cast<std::uint32_t>(summary_.loads.size()));
    if (is_new) {
      Load load;
      load.site = site_;
      load.entity = entity;
      load.kind = kind;
      load.many = many;
      load.limited = statement.limited;
      if (kind == rule::Access::Kind::Read) load.fields = columns_of(statement, table);
      summary_.loads.push_back(std::move(load));
    }
    if (i == 0 || kind == rule::Access::Kind::Read) {
      column_selectors(model, *query, in, statement.where, SinkPoint::Role::Selector, at->second);
    }
    if (kind == rule::Access::Kind::Create || kind == rule::Access::Kind::Update) {
      column_selectors(model, *query, in, statement.columns, SinkPoint::Role::Data, at->second);
    }
    if (kind != rule::Access::Kind::Read || statement.kind != SqlStatement::Kind::Select || !ctx_.has_personal(entity)) continue;
    rows = values_.join(rows, row(*query, entity, table, record_origin(here, entity, many, false, in.span)));
  }
  if (rows == kNothing) return;
  for (AccessPath to : model.rows) {
    if (!model.one) to.fields.push_back(ir::any_element());
    write_at(in, to, rows, result);
  }
}

}  // namespace privet::flow
