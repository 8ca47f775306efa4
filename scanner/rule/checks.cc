#include "rule/checks.h"

namespace privet::rule {
namespace {

using Form = CheckInfo::Form;
using Type = CheckParameter::Type;

const std::vector<CheckInfo>& table() {
  static const std::vector<CheckInfo> kChecks = {
      {"touch", Form::Access, "an entry point reads or changes records with personal data",
       {{"level", Type::Choice, {"public", "authenticated", "permission", "owner", "unknown"}},
        {"access", Type::Choice, {"read", "create", "update", "delete"}},
        {"many", Type::Flag, {}},
        {"limited", Type::Flag, {}},
        {"returned", Type::Flag, {}},
        {"by_request_id", Type::Flag, {}},
        {"owned", Type::Flag, {}},
        {"data", Type::Data, {}},
        {"data_level", Type::Number, {}}}},
  };
  return kChecks;
}

}  // namespace

std::span<const CheckInfo> known_checks() { return table(); }

const CheckInfo* find_check(CheckInfo::Form form, std::string_view name) {
  for (const CheckInfo& check : table()) {
    if (check.form == form && check.name == name) return &check;
  }
  return nullptr;
}

}  // namespace privet::rule
