#include "program/sql.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace privet::program {
namespace {

constexpr std::size_t kMaxTokens = 10'000;
constexpr std::size_t kMaxColumns = 256;

struct Token {
  enum class Kind : std::uint8_t { Word, Quoted, Text, Number, Value, Sign };
  Kind kind = Kind::Sign;
  std::string text;   ///< words in upper case in `upper`, names as written here
  std::string upper;
  SqlValue value;     ///< of the kind Value
};

char upper_of(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }
bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$'; }

/// One pass over the text; counts the places for values as it goes.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> read() {
    while (at_ < text_.size() && tokens_.size() < kMaxTokens) {
      if (!skip_blank()) tokens_.push_back(next());
    }
    return std::move(tokens_);
  }

 private:
  char here(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool begins(std::string_view with) const { return text_.substr(at_).starts_with(with); }

  bool skip_blank() {
    if (std::isspace(static_cast<unsigned char>(here())) != 0) {
      ++at_;
    } else if (begins("--")) {
      while (at_ < text_.size() && text_[at_] != '\n') ++at_;
    } else if (begins("/*")) {
      const std::size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    } else {
      return false;
    }
    return true;
  }

  std::string_view until(char close) {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != close) ++at_;
    const std::string_view inner = text_.substr(begin, at_ - begin);
    if (at_ < text_.size()) ++at_;
    return inner;
  }

  std::string_view word() {
    const std::size_t begin = at_;
    while (is_word(here())) ++at_;
    return text_.substr(begin, at_ - begin);
  }

  static Token value(SqlValue::Kind kind, std::uint32_t at, std::string_view name = {}) {
    Token token;
    token.kind = Token::Kind::Value;
    token.value = {kind, at, std::string(name)};
    return token;
  }

  /// A quoted part may hold parts that are not constant: `name = '{}'`.
  Token quoted(Token::Kind kind, char close) {
    const std::string_view inner = until(close);
    const std::uint32_t first = n_holes_;
    for (std::size_t at = inner.find("{}"); at != std::string_view::npos; at = inner.find("{}", at + 2)) ++n_holes_;
    if (kind == Token::Kind::Text && n_holes_ > first) return value(SqlValue::Kind::Hole, first);
    Token token;
    token.kind = kind;
    if (kind == Token::Kind::Quoted) token.text = inner;
    return token;
  }

  /// `?`, `?1`, `%s`, `$2`, `:id`, `@id`, `%(id)s`; nothing when it is none.
  bool parameter(Token& out) {
    if (begins("%s") && !is_word(here(2))) {
      at_ += 2;
      out = value(SqlValue::Kind::Position, n_parameters_++);
      return true;
    }
    if (begins("%(")) {
      ++at_;
      out = value(SqlValue::Kind::Named, 0, until(')'));
      if (here() == 's') ++at_;
      return true;
    }
    if (here() == '?') {
      ++at_;
      out = numbered(word());
      return true;
    }
    const bool cast = here() == ':' && (here(1) == ':' || (at_ > 0 && text_[at_ - 1] == ':'));
    if ((here() == ':' && !cast) || here() == '$' || here() == '@') {
      if (!is_word(here(1))) return false;
      ++at_;
      const std::string_view name = word();
      const bool digits = std::isdigit(static_cast<unsigned char>(name[0])) != 0;
      out = digits ? numbered(name) : value(SqlValue::Kind::Named, 0, name);
      return true;
    }
    return false;
  }

  Token numbered(std::string_view digits) {
    std::uint32_t number = 0;
    for (const char c : digits) {
      if (std::isdigit(static_cast<unsigned char>(c)) == 0 || number > 9'999) break;
      number = number * 10 + static_cast<std::uint32_t>(c - '0');
    }
    return value(SqlValue::Kind::Position, number == 0 ? n_parameters_++ : number - 1);
  }

  Token next() {
    Token token;
    const char c = here();
    if (begins("{}")) {
      at_ += 2;
      return value(SqlValue::Kind::Hole, n_holes_++);
    }
    if (parameter(token)) return token;
    if (c == '"' || c == '`') return quoted(Token::Kind::Quoted, c);
    if (c == '[') return quoted(Token::Kind::Quoted, ']');
    if (c == '\'') return quoted(Token::Kind::Text, c);
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      token.kind = Token::Kind::Number;
      while (is_word(here()) || here() == '.') ++at_;
    } else if (is_word(c)) {
      token.kind = Token::Kind::Word;
      token.text = word();
      token.upper.resize(token.text.size());
      std::transform(token.text.begin(), token.text.end(), token.upper.begin(), upper_of);
    } else {
      token.text = std::string(1, c);
      ++at_;
    }
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<Token> tokens_;
  std::uint32_t n_parameters_ = 0;
  std::uint32_t n_holes_ = 0;
};

constexpr std::array<std::string_view, 40> kReserved = {
    "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "IS", "NULL", "ON", "JOIN", "LEFT", "RIGHT", "INNER",
    "OUTER", "FULL", "CROSS", "GROUP", "ORDER", "BY", "HAVING", "LIMIT", "OFFSET", "UNION", "ALL", "AS", "SET",
    "VALUES", "DISTINCT", "CASE", "WHEN", "THEN", "ELSE", "END", "LIKE", "BETWEEN", "RETURNING", "USING", "ASC",
    "DESC"};

constexpr std::array<std::string_view, 12> kAggregates = {
    "COUNT", "SUM", "AVG", "MIN", "MAX", "EXISTS", "BOOL_AND", "BOOL_OR", "STDDEV", "VARIANCE", "NOW", "EVERY"};

template <std::size_t N>
bool one_of(const std::string& text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// `select a file from your computer`
bool speaks_of_things(const std::vector<Token>& tokens) {
  constexpr std::array<std::string_view, 8> kArticles = {"THE", "A", "AN", "YOUR", "THIS", "THESE", "OUR", "MY"};
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const std::string& word = tokens[i].upper;
    const bool before_table = word == "FROM" || word == "INTO" || word == "UPDATE" || word == "JOIN";
    if (before_table && one_of(tokens[i + 1].upper, kArticles)) return true;
  }
  return false;
}

class SqlReader {
 public:
  explicit SqlReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  SqlStatement read() {
    if (is("WITH")) skip_common_tables();
    if (is("SELECT")) {
      out_.kind = SqlStatement::Kind::Select;
      read_select();
    } else if (is("INSERT") || is("REPLACE")) {
      out_.kind = SqlStatement::Kind::Insert;
      read_insert();
    } else if (is("UPDATE")) {
      out_.kind = SqlStatement::Kind::Update;
      read_update();
    } else if (is("DELETE")) {
      out_.kind = SqlStatement::Kind::Delete;
      ++at_;
      read_tables();
      read_conditions();
    } else if (is("CREATE")) {
      read_create();
    }
    if (out_.tables.empty() || (out_.kind == SqlStatement::Kind::Update && out_.columns.empty())) {
      out_.kind = SqlStatement::Kind::None;
    }
    for (SqlColumn& column : out_.columns) resolve(column);
    for (SqlColumn& column : out_.where) resolve(column);
    return std::move(out_);
  }

 private:
  bool is(std::string_view word) const { return at_ < tokens_.size() && tokens_[at_].upper == word; }
  bool sign(char c) const {
    return at_ < tokens_.size() && tokens_[at_].kind == Token::Kind::Sign && tokens_[at_].text[0] == c;
  }
  bool name_here() const {
    if (at_ >= tokens_.size()) return false;
    const Token& token = tokens_[at_];
    return token.kind == Token::Kind::Quoted || (token.kind == Token::Kind::Word && !one_of(token.upper, kReserved));
  }
  bool end() const { return at_ >= tokens_.size() || sign(';'); }

  /// `schema.table` or `table.column`: the parts.
  std::vector<std::string> dotted() {
    std::vector<std::string> parts;
    while (name_here() || (!parts.empty() && sign('*'))) {
      parts.push_back(tokens_[at_].text);
      ++at_;
      if (!sign('.')) break;
      ++at_;
    }
    return parts;
  }

  void skip_parentheses() {
    int depth = 0;
    do {
      if (sign('(')) ++depth;
      if (sign(')')) --depth;
      ++at_;
    } while (depth > 0 && at_ < tokens_.size());
  }

  void skip_common_tables() {
    while (!end() && !is("SELECT") && !is("INSERT") && !is("UPDATE") && !is("DELETE")) {
      if (sign('(')) {
        skip_parentheses();
      } else {
        ++at_;
      }
    }
  }

  SqlColumn* add_column(std::vector<SqlColumn>& to, const std::vector<std::string>& parts) {
    if (parts.empty() || to.size() >= kMaxColumns) return nullptr;
    SqlColumn column;
    column.name = parts.back();
    if (parts.size() > 1) column.table = parts[parts.size() - 2];
    for (SqlColumn& known : to) {
      if (known.name == column.name && known.table == column.table) return &known;
    }
    to.push_back(std::move(column));
    return &to.back();
  }

  /// The value after a comparison or in a list of values: a few signs and functions on, if at all.
  SqlValue value_ahead() const {
    constexpr std::size_t kMostAhead = 6;
    for (std::size_t i = at_; i < tokens_.size() && i < at_ + kMostAhead; ++i) {
      const Token& token = tokens_[i];
      if (token.kind == Token::Kind::Value) return token.value;
      const bool passed = token.kind == Token::Kind::Sign ? token.text != "," && token.text != ";"
                                                          : token.upper == "IN" || token.upper == "LIKE" ||
                                                                token.upper == "NOT" || token.upper == "BETWEEN" ||
                                                                !one_of(token.upper, kReserved);
      if (!passed || token.kind == Token::Kind::Number || token.kind == Token::Kind::Text) break;
    }
    return {};
  }

  static void compare(SqlColumn* column, SqlValue value, bool equal) {
    if (column == nullptr || column->value.kind != SqlValue::Kind::None) return;
    column->value = std::move(value);
    column->equal = equal;
  }

  void read_select() {
    ++at_;
    if (is("TOP")) {
      out_.limited = true;
      ++at_;
    }
    std::size_t n_items = 0;
    std::size_t n_aggregates = 0;
    while (!end() && !is("FROM")) {
      ++n_items;
      bool aggregate = false;
      std::vector<std::size_t> item;  // its columns
      while (!end() && !is("FROM") && !sign(',')) {
        if (sign('*')) {
          add_column(out_.columns, {"*"});
          ++at_;
        } else if (is("AS")) {
          ++at_;
          if (item.size() == 1 && name_here()) out_.columns[item.front()].as = tokens_[at_].text;
          ++at_;
        } else if (name_here()) {
          const bool known = one_of(tokens_[at_].upper, kAggregates);
          const std::vector<std::string> parts = dotted();
          if (!sign('(')) {
            const SqlColumn* column = add_column(out_.columns, parts);
            if (column != nullptr) item.push_back(static_cast<std::size_t>(column - out_.columns.data()));
          } else if (known) {
            aggregate = true;
            skip_parentheses();
          } else {
            ++at_;  // a function of columns passes them
          }
        } else {
          ++at_;
        }
      }
      if (aggregate) ++n_aggregates;
      if (sign(',')) ++at_;
    }
    out_.aggregated = n_items > 0 && n_items == n_aggregates;
    read_tables();
    read_conditions();
  }

  /// FROM and JOIN, with aliases.
  void read_tables() {
    while (!end() && !is("WHERE") && !is("GROUP") && !is("ORDER") && !is("LIMIT") && !is("SET") && !is("RETURNING")) {
      if (is("FROM") || is("JOIN") || sign(',')) {
        ++at_;
        if (is("ONLY") || is("LATERAL")) ++at_;
        if (sign('(')) {
          // A query inside: its tables count as tables of this one.
          ++at_;
          continue;
        }
        read_table();
      } else if (is("ON")) {
        ++at_;
        read_condition_columns();
      } else {
        ++at_;
      }
    }
  }

  void read_table() {
    const std::vector<std::string> parts = dotted();
    if (parts.empty()) return;
    const std::string table = parts.back();
    if (std::find(out_.tables.begin(), out_.tables.end(), table) == out_.tables.end()) out_.tables.push_back(table);
    if (is("AS")) ++at_;
    if (name_here()) {
      aliases_.emplace_back(tokens_[at_].text, table);
      ++at_;
    }
  }

  void read_conditions() {
    while (!end()) {
      if (is("LIMIT") || is("FETCH")) out_.limited = true;
      if (is("WHERE")) {
        ++at_;
        read_condition_columns();
      } else {
        ++at_;
      }
    }
  }

  /// Names that stand beside a comparison.
  void read_condition_columns() {
    while (!end() && !is("GROUP") && !is("ORDER") && !is("LIMIT") && !is("RETURNING") && !is("JOIN") && !is("WHERE") &&
           !is("LEFT") && !is("INNER") && !is("UNION")) {
      if (is("SELECT")) return;
      if (!name_here()) {
        ++at_;
        continue;
      }
      const std::vector<std::string> parts = dotted();
      if (sign('(')) continue;
      const bool compared = sign('=') || sign('<') || sign('>') || sign('!') || is("IN") || is("LIKE") ||
                            is("ILIKE") || is("BETWEEN") || is("IS") || is("NOT") || sign(')') || sign('@') || sign('~');
      const bool equal = sign('=') || sign(')');
      if (compared) compare(add_column(out_.where, parts), value_ahead(), equal);
    }
  }

  void read_insert() {
    while (!end() && !is("INTO")) ++at_;
    ++at_;
    read_table();
    if (!sign('(')) return;
    ++at_;
    while (!end() && !sign(')')) {
      if (name_here()) {
        add_column(out_.columns, dotted());
      } else {
        ++at_;
      }
    }
    read_values();
  }

  /// The first row of VALUES, a value a column.
  void read_values() {
    while (!end() && !is("VALUES")) ++at_;
    while (!end() && !sign('(')) ++at_;
    ++at_;
    for (std::size_t i = 0; i < out_.columns.size() && !end(); ++i) {
      compare(&out_.columns[i], value_ahead(), true);
      for (int depth = 0; !end() && (depth > 0 || (!sign(',') && !sign(')'))); ++at_) {
        depth += sign('(') ? 1 : sign(')') ? -1 : 0;
      }
      if (!sign(',')) return;
      ++at_;
    }
  }

  void read_update() {
    ++at_;
    if (is("ONLY")) ++at_;
    read_table();
    while (!end() && !is("SET")) ++at_;
    int depth = 0;
    while (!end() && !(depth == 0 && (is("WHERE") || is("FROM") || is("RETURNING")))) {
      if (sign('(')) ++depth;
      if (sign(')')) --depth;
      if (depth == 0 && name_here()) {
        const std::vector<std::string> parts = dotted();
        if (sign('=')) {
          SqlColumn* column = add_column(out_.columns, parts);
          ++at_;
          compare(column, value_ahead(), true);
          if (name_here()) ++at_;  // the value
        }
        continue;
      }
      ++at_;
    }
    read_conditions();
  }

  void read_create() {
    ++at_;
    while (is("TEMP") || is("TEMPORARY") || is("UNLOGGED")) ++at_;
    if (!is("TABLE")) return;
    ++at_;
    if (is("IF")) at_ += 3;
    out_.kind = SqlStatement::Kind::Create;
    read_table();
    while (!end() && !sign('(')) ++at_;
    ++at_;
    int depth = 0;
    bool begins = true;
    while (!end() && depth >= 0) {
      if (sign('(')) ++depth;
      if (sign(')')) --depth;
      if (depth == 0 && sign(',')) {
        begins = true;
      } else if (begins && depth == 0 && name_here()) {
        begins = false;
        const std::string& word = tokens_[at_].upper;
        if (word != "PRIMARY" && word != "FOREIGN" && word != "UNIQUE" && word != "CONSTRAINT" && word != "CHECK" &&
            word != "KEY" && word != "INDEX") {
          add_column(out_.columns, {tokens_[at_].text});
        }
      }
      ++at_;
    }
  }

  void resolve(SqlColumn& column) const {
    for (const auto& [alias, table] : aliases_) {
      if (column.table != alias) continue;
      column.table = table;
      return;
    }
    if (column.table.empty() && out_.tables.size() == 1) column.table = out_.tables[0];
  }

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  SqlStatement out_;
  std::vector<std::pair<std::string, std::string>> aliases_;
};

}  // namespace

bool looks_like_sql(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (std::isspace(static_cast<unsigned char>(text[at])) != 0 || text[at] == '(')) ++at;
  text = text.substr(at);
  constexpr std::array<std::string_view, 7> kFirst = {"SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ", "CREATE ", "REPLACE "};
  for (const std::string_view first : kFirst) {
    if (text.size() < first.size() + 4) continue;
    bool same = true;
    for (std::size_t i = 0; i < first.size() && same; ++i) {
      const char c = std::isspace(static_cast<unsigned char>(text[i])) != 0 ? ' ' : upper_of(text[i]);
      same = c == first[i];
    }
    if (same) return true;
  }
  return false;
}

SqlStatement read_sql(std::string_view text) {
  if (!looks_like_sql(text)) return {};
  std::vector<Token> tokens = Tokenizer(text).read();
  // `Update your profile` is prose: statements have the word that must follow.
  const auto has = [&](std::string_view word) {
    return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) { return token.upper == word; });
  };
  if (tokens.empty()) return {};
  std::size_t first = 0;
  while (first < tokens.size() && tokens[first].kind == Token::Kind::Sign) ++first;
  if (first == tokens.size()) return {};
  const std::string& word = tokens[first].upper;
  const bool statement = (word == "SELECT" && has("FROM")) || (word == "INSERT" && has("INTO")) ||
                         (word == "REPLACE" && has("INTO")) || (word == "UPDATE" && has("SET")) ||
                         (word == "DELETE" && has("FROM")) || (word == "CREATE" && has("TABLE")) ||
                         (word == "WITH" && has("AS"));
  if (!statement) return {};
  const std::string& written = tokens[first].text;
  const bool title = written.size() > 1 && std::isupper(static_cast<unsigned char>(written[0])) != 0 &&
                     std::islower(static_cast<unsigned char>(written[1])) != 0;
  if (title || speaks_of_things(tokens)) return {};
  tokens.erase(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(first));
  return SqlReader(std::move(tokens)).read();
}

}  // namespace privet::program
