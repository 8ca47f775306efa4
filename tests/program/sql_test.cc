#include "program/sql.h"

#include <gtest/gtest.h>

namespace privet::program {
namespace {

/// `tables | columns | where`, with the kind in front.
std::string read(std::string_view text) {
  const SqlStatement statement = read_sql(text);
  std::string out;
  switch (statement.kind) {
    case SqlStatement::Kind::None: return "none";
    case SqlStatement::Kind::Select: out = "select"; break;
    case SqlStatement::Kind::Insert: out = "insert"; break;
    case SqlStatement::Kind::Update: out = "update"; break;
    case SqlStatement::Kind::Delete: out = "delete"; break;
    case SqlStatement::Kind::Create: out = "create"; break;
  }
  for (const std::string& table : statement.tables) out += " " + table;
  out += " |";
  for (const SqlColumn& column : statement.columns) out += " " + (column.table.empty() ? "" : column.table + ".") + column.name;
  out += " |";
  for (const SqlColumn& column : statement.where) out += " " + (column.table.empty() ? "" : column.table + ".") + column.name;
  if (statement.limited) out += " limited";
  if (statement.aggregated) out += " aggregated";
  return out;
}

TEST(Sql, Statements) {
  struct Case {
    const char* text;
    const char* expected;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"SELECT id, email FROM users WHERE id = $1", "select users | users.id users.email | users.id"},
           {"select * from `members` m where m.phone like ? limit 10", "select members | members.* | members.phone limited"},
           {"SELECT u.name, a.city FROM users u JOIN addresses AS a ON a.user_id = u.id",
            "select users addresses | users.name addresses.city | addresses.user_id"},
           {"SELECT COUNT(*) FROM users", "select users | | aggregated"},
           {"SELECT lower(email) AS mail FROM public.\"Users\"", "select Users | Users.email |"},
           {"INSERT INTO users (name, email) VALUES ({}, ?)", "insert users | users.name users.email |"},
           {"UPDATE users SET email = ?, phone = {} WHERE token = ?", "update users | users.email users.phone | users.token"},
           {"DELETE FROM sessions WHERE user_id IN (?)", "delete sessions | | sessions.user_id"},
           {"CREATE TABLE IF NOT EXISTS people (id int PRIMARY KEY, email text NOT NULL, UNIQUE (email))",
            "create people | people.id people.email |"},
           {"WITH x AS (SELECT 1) SELECT name FROM users", "select users | users.name |"},
           {"  \n  select name\nfrom users", "select users | users.name |"},
           {"Update your profile and set a password", "none"},
           {"Select a file from the list", "none"},
           {"select a file from your computer", "none"},
           {"delete", "none"},
           {"", "none"}}) {
    EXPECT_EQ(read(one.text), one.expected) << one.text;
  }
}

TEST(Sql, SurvivesWhatIsBroken) {
  for (const char* text : {"SELECT (((((", "SELECT a FROM", "INSERT INTO", "INSERT INTO t (", "UPDATE t SET", "SELECT 'x FROM t",
                           "SELECT /* FROM t", "CREATE TABLE", "CREATE TABLE IF", "WITH a AS (", "SELECT TOP", "DELETE FROM (",
                           "SELECT AS FROM AS AS"}) {
    read_sql(text);
  }
  std::string wide = "SELECT ";
  for (int i = 0; i < 100'000; ++i) wide += "c" + std::to_string(i) + ", ";
  EXPECT_LE(read_sql(wide + "x FROM t").columns.size(), 256u);
}

}  // namespace
}  // namespace privet::program
