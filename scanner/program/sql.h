#pragma once

#include <string>
#include <string_view>
#include <vector>

/// A tolerant reader of SQL texts in code: which tables, which columns, which conditions. No grammar of
/// any one database; what it does not know it skips. `{}` stands for a part that is not constant.
namespace privet::program {

struct SqlColumn {
  std::string table;  ///< as resolved through aliases; empty when not said
  std::string name;   ///< `*` for all
};

struct SqlStatement {
  enum class Kind : std::uint8_t { None, Select, Insert, Update, Delete, Create };
  Kind kind = Kind::None;
  std::vector<std::string> tables;     ///< without schema and quotes; the main one first
  std::vector<SqlColumn> columns;      ///< read, written, or declared
  std::vector<SqlColumn> where;        ///< columns that are compared with something
  bool limited = false;                ///< LIMIT or TOP
  bool aggregated = false;             ///< every column is COUNT, SUM, …
};

/// True if the text looks like a statement; cheap, for every literal of a program.
bool looks_like_sql(std::string_view text);
/// Kind::None when it is none. At most 256 columns and 10,000 tokens are read.
SqlStatement read_sql(std::string_view text);

}  // namespace privet::program
