#include <algorithm>
#include <set>
#include <string>

#include "finding/checks.h"
#include "finding/match.h"
#include "finding/passwords.h"
#include "finding/touch.h"
#include "rule/data_types.h"

// Passwords that are kept as they are typed: compared as text, asked for in a query, written without a
// hash.

namespace privet::finding {
namespace {

using access::Touch;
using base::Name;
using program::FunctionId;
using rule::CheckForm;
using rule::Rule;

const std::vector<std::string> kPassword = {"credential.password", "credential.pin"};
const std::vector<std::string> kStoredPassword = {"credential.password", "credential.password-hash", "credential.pin"};

Match match_at(const Facts& facts, const Rule& rule, source::Span span, FunctionId function,
               program::EntityId entity, std::string_view key) {
  Match match;
  match.rule = &rule;
  match.span = span;
  match.function = function;
  match.evidence = "flow";
  match.entity = std::string(facts.program.entity(entity).name.text());
  match.person = facts.personal.entity(entity).person;
  match.severity.data_level = 4;
  match.severity.likely = false;
  match.key = std::string(key);
  match.related.push_back({facts.program.entity(entity).name_span, "`" + match.entity + "` is declared here"});
  return match;
}

void find_comparisons(const Facts& facts, const Rule& rule, FunctionId function, Matches& out) {
  const auto compared = password_comparison(facts, function);
  if (!compared) return;
  const flow::Origin& stored = facts.flows.origin(compared->stored);
  Match match = match_at(facts, rule, compared->span, function, stored.entity, "compared");
  match.data.push_back(stored.data);
  match.message = "the password of `" + match.entity +
                  "` may be read by whoever gets at the database: it is compared as it was typed";
  out.push_back(std::move(match));
}

bool hashes_passwords(const Facts& facts) {
  for (std::uint32_t f = 0; f < facts.program.n_functions(); ++f) {
    const ir::Function& code = facts.program.function(FunctionId{f});
    for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
      for (std::uint32_t i = 0; i < code.blocks[b].instructions.size(); ++i) {
        if (code.blocks[b].instructions[i].op != ir::Op::Call) continue;
        for (const Name symbol : facts.program.callees({FunctionId{f}, b, i}).symbols) {
          for (const rule::FunctionModel* model : facts.rules.functions(symbol)) {
            const bool hashes = std::any_of(model->flows.begin(), model->flows.end(), [](const rule::Transfer& flow) {
              return flow.protection == rule::Protection::PasswordHash || flow.protection == rule::Protection::Hashed;
            });
            if (hashes) return true;
          }
        }
      }
    }
  }
  return false;
}

/// A call that a model lets reach the database: what it is given is found as a flow.
bool is_database_sink(const Facts& facts, const program::Site& site) {
  static const Name kDatabase = Name::of("database");
  for (const Name symbol : facts.program.callees(site).symbols) {
    for (const rule::FunctionModel* model : facts.rules.functions(symbol)) {
      if (std::any_of(model->sinks.begin(), model->sinks.end(),
                      [](const rule::Sink& sink) { return sink.kind == kDatabase; })) {
        return true;
      }
    }
  }
  return false;
}

/// Asked for by the password, it is no salted hash; written from a request where nothing in the program
/// hashes passwords, it is none at all.
void find_queries_and_writes(const Facts& facts, const Rule& rule, Matches& out) {
  const bool hashes = hashes_passwords(facts);
  std::set<std::pair<FunctionId, program::EntityId>> done;
  for (const Touch& touch : facts.access.touches()) {
    if (touch.load == nullptr || !facts.program.entity(touch.entity).stored) continue;
    if (!facts.personal.entity(touch.entity).is_person) continue;  // the digest of a one-time code is no password
    const bool write = is_write(touch.kind);
    if (write && (hashes || is_database_sink(facts, touch.site))) continue;
    for (const flow::Load::Selector& selector : write ? touch.load->data : touch.load->where) {
      const personal::Evidence* evidence = facts.personal.field(touch.entity, selector.field);
      if (evidence == nullptr || !selector.from_request) continue;
      if (!any_data(facts, {evidence->type}, write ? kPassword : kStoredPassword)) continue;
      if (!done.emplace(touch.site.function, touch.entity).second) continue;
      Match match = match_at(facts, rule, touch.span, touch.site.function, touch.entity, write ? "written" : "asked");
      match.data.push_back(evidence->type);
      match.message = "the password of `" + match.entity + "` may be read by whoever gets at the database: " +
                      (write ? "it is written as it was typed" : "a query that asks for it knows no salt");
      out.push_back(std::move(match));
    }
  }
}

void check_plain_password(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  for (std::uint32_t f = 0; f < facts.program.n_functions(); ++f) find_comparisons(facts, rule, FunctionId{f}, out);
  find_queries_and_writes(facts, rule, out);
}

constexpr NamedCheck kChecks[] = {{"plain-password", check_plain_password}};

}  // namespace

std::span<const NamedCheck> password_checks() { return kChecks; }

}  // namespace privet::finding
