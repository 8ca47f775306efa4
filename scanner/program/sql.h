#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// A tolerant reader of SQL texts in code: which tables, which columns, which conditions. No grammar of
/// any one database; what it does not know it skips. `{}` stands for a part that is not constant.
namespace privet::program {

/// What a column is compared with or set to, when it comes from outside the text.
struct SqlValue {
  enum class Kind : std::uint8_t {
    None,      ///< a constant, another column, or nothing
    Position,  ///< `?`, `%s`, `$2`: the parameter at that place, from 0
    Named,     ///< `:id`, `@id`, `%(id)s`
    Hole       ///< the part of the text that is not constant, counted from 0
  };
  Kind kind = Kind::None;
  std::uint32_t at = 0;
  std::string name;
};

struct SqlColumn {
  std::string table;   ///< as resolved through aliases; empty when not said
  std::string name;    ///< `*` for all
  std::string as;      ///< what the result calls it; empty: as it is
  SqlValue value;
  bool equal = false;  ///< compared by `=`
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
