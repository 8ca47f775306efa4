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

/// `column<value`, of the columns and the conditions.
std::string values(std::string_view text) {
  const SqlStatement statement = read_sql(text);
  std::string out;
  for (const auto* columns : {&statement.columns, &statement.where}) {
    for (const SqlColumn& column : *columns) {
      out += (out.empty() ? "" : " ") + column.name + (column.as.empty() ? "" : ">" + column.as);
      switch (column.value.kind) {
        case SqlValue::Kind::None: break;
        case SqlValue::Kind::Position: out += "<" + std::to_string(column.value.at); break;
        case SqlValue::Kind::Named: out += "<" + column.value.name; break;
        case SqlValue::Kind::Hole: out += "<{" + std::to_string(column.value.at) + "}"; break;
      }
      if (column.equal) out += "=";
    }
  }
  return out;
}

TEST(Sql, SaysWhatColumnsAreComparedWithAndSetTo) {
  struct Case {
    const char* text;
    const char* expected;
  };
  for (const Case& one : std::initializer_list<Case>{
           {"SELECT email AS mail FROM users WHERE id = $2 AND name LIKE $1", "email>mail id<1= name<0"},
           {"SELECT a FROM t WHERE b = ? AND c > ? AND d = 'x' AND e = f", "a b<0= c<1 d= e="},
           {"SELECT a FROM t WHERE b = %s AND c = %(who)s", "a b<0= c<who="},
           {"SELECT a FROM t WHERE b = :id::int AND c = @name", "a b<id= c<name="},
           {"SELECT a FROM t WHERE lower(b) = lower($1)", "a b<0="},
           {"SELECT a FROM t WHERE b = '{}' AND c IN ({}) AND d = \"{}\"", "a b<{0}= c<{1} d="},
           {"INSERT INTO t (a, b, c) VALUES (?, now(), ?)", "a<0= b= c<1="},
           {"INSERT INTO t (a, b) VALUES ('{}', '{} {}')", "a<{0}= b<{1}="},
           {"UPDATE t SET a = $1, b = 2, c = {} WHERE d = $2", "a<0= b= c<{0}= d<1="}}) {
    EXPECT_EQ(values(one.text), one.expected) << one.text;
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
