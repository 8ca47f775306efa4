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
        {"by_view", Type::Flag, {}},
        {"whole", Type::Flag, {}},
        {"exported", Type::Flag, {}},
        {"by_request_id", Type::Flag, {}},
        {"owned", Type::Flag, {}},
        {"person", Type::Flag, {}},
        {"admin", Type::Flag, {}},
        {"selector", Type::Data, {}},
        {"not_selector", Type::Data, {}},
        {"data", Type::Data, {}},
        {"beyond", Type::Data, {}},
        {"words", Type::Text, {}},
        {"not_words", Type::Text, {}},
        {"guessable", Type::Flag, {}},
        {"data_level", Type::Number, {}}}},
      {"idle-guard", Form::Access, "a guard is written but does not act on a route with personal data",
       {{"why", Type::Choice, {"late", "fails-open", "optional"}}}},
      {"loose-check", Form::Access, "a check of the caller narrows a query for those who pass and turns nobody away", {}},
      {"client-only", Form::Access, "a client of the program decides who may, or what is whose, and the entry point that it calls does not", {}},
      {"open-edge", Form::Access, "a type of a GraphQL schema leads from an open root field to personal fields of somebody", {}},
      {"guard-deviation", Form::Access, "most routes of a router check the caller and this one does not", {}},
      {"mass-assignment", Form::Access, "a whole request body, or what callers may do by their own word, is written into a person", {}},
      {"login-without-proof", Form::Access,
       "a session or token is given to whoever names a person, with nothing that proves who asks",
       {{"by", Type::Choice, {"identifier", "facts"}}}},
      {"client-identity", Form::Access, "who the caller is, or what the caller may do, is what the request says", {}},
      {"enumeration", Form::Access, "an answer tells whether a contact is registered", {}},
      {"tenant-scope", Form::Access, "most accesses of a record name its tenant and this one does not", {}},
      {"unproven-change", Form::Access, "a field of a person is changed by a request with no proof and no confirmation",
       {{"data", Type::Data, {}}}},
      {"unthrottled", Form::Access, "a login or code check without a limit on tries", {}},
      {"change-by-link", Form::Access, "a request that only fetches changes a record for whoever is logged in", {}},
      {"forgeable-change", Form::Access,
       "a handler under one of the decorators changes a person's record for whoever is logged in",
       {{"symbol", Type::Text, {}}}},
      {"shared-answer", Form::Access, "an answer about the caller is given to caches that do not know who asked", {}},
      {"plain-password", Form::Access, "a password is compared, asked for or written as it was typed", {}},
      {"weak-secret", Form::Access, "a value that can be predicted is used as a secret", {{"data", Type::Data, {}}}},
      {"stored-field", Form::Declaration, "a field of a stored record holds one of the data types",
       {{"data", Type::Data, {}}, {"certain", Type::Flag, {}}}},
      {"personal-literals", Form::Program, "values of people stand in a file",
       {{"one_kind", Type::Number, {}}, {"two_kinds", Type::Number, {}}}},
      {"secret-literal", Form::Program, "a literal has the form of a secret",
       {{"data", Type::Data, {}}, {"matches", Type::Text, {}}}},
      {"named-secret", Form::Program, "a constant stands under the name of a secret", {{"name", Type::Text, {}}}},
      {"cleartext-server", Form::Program, "sessions go over a server without TLS, and no sign of one before it", {}},
      {"environment-name", Form::Config, "a variable of the environment has such a name",
       {{"matches", Type::Text, {}}, {"unless", Type::Text, {}}}},
      {"setting", Form::Config, "a file of settings, or the environment, sets a name to a value",
       {{"name", Type::Text, {}},
        {"is", Type::Text, {}},
        {"matches", Type::Text, {}},
        {"beside", Type::Text, {}}}},
      {"suppression", Form::Config, "a comment that allows a finding gives no reason, or allows nothing",
       {{"state", Type::Choice, {"without-reason", "unused"}}}},
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
