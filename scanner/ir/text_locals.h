#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/module.h"
#include "ir/text_scan.h"

/// Names of locals while a text is read: functions are read first, and which local a name stands for
/// is decided when all of them are known.
namespace privet::ir::text {

/// One spelling of a local in one function: `x`, `^x`, `%3`, `x#7`.
struct Token {
  std::string spelling;      ///< without the mark
  std::string outer;         ///< Captured: the spelling in the parent, when written
  Name name;                 ///< empty for `%3`
  char mark = '\0';          ///< `^`, `%` or none
  bool bound = false;        ///< assigned or declared here
  bool has_kind = false;
  Local::Kind kind = Local::Kind::Variable;
  TypeIndex type = kNone;
  Span span;
  LocalIndex local = kNone;  ///< set by `bind_locals`
};

/// The tokens of one function; instructions name them by index until `bind_locals`.
struct Tokens {
  std::vector<Token> all;
  std::unordered_map<std::string, std::uint32_t> by_spelling;  ///< with the mark
  std::vector<std::uint32_t> listed;  ///< the `locals` line, in order

  std::uint32_t find_or_add(std::string_view spelling, std::string_view name, char mark, Span span);
  /// A temporary that no text can name.
  std::uint32_t fresh(Span span);
};

/// Gives every token of every function its local, adding Captured and Free ones on the way, and
/// puts the locals' indices where token indices stand in the module.
void bind_locals(Module& module, std::vector<Tokens>& tokens, Scanner& scanner);

}  // namespace privet::ir::text
