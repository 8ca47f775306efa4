#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// The predicates that rules of the forms `access`, `declaration`, `program` and `config` name. The
/// engine implements them by name; this table lets the loader refuse what it does not implement.
namespace privet::rule {

struct CheckParameter {
  enum class Type : std::uint8_t { Text, Flag, Number, Choice, Data, SinkKind, SourceKind };
  std::string_view name;
  Type type = Type::Text;
  std::vector<std::string_view> choices;  ///< Choice: one or several of these
};

struct CheckInfo {
  enum class Form : std::uint8_t { Access, Declaration, Program, Config };
  std::string_view name;
  Form form = Form::Access;
  std::string_view text;                  ///< one sentence for `privet rules --checks`
  std::vector<CheckParameter> parameters;
};

/// Sorted by form, then name.
std::span<const CheckInfo> known_checks();

/// nullptr when there is none.
const CheckInfo* find_check(CheckInfo::Form form, std::string_view name);

}  // namespace privet::rule
