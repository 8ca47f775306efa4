#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "finding/checks.h"
#include "finding/match.h"
#include "finding/touch.h"
#include "rule/data_types.h"

// Passwords that are kept as they are typed: compared as text, asked for in a query, written without a
// hash.

namespace privet::finding {
namespace {

using access::Touch;
using base::Name;
using program::FunctionId;
using program::Site;
using rule::CheckForm;
using rule::Rule;

constexpr int kMostCopies = 8;

const std::vector<std::string> kPassword = {"credential.password", "credential.pin"};
const std::vector<std::string> kStoredPassword = {"credential.password", "credential.password-hash", "credential.pin"};

const ir::Instruction* maker_of(const ir::Function& code, ir::LocalIndex local) {
  const ir::Instruction* made = nullptr;
  for (const ir::Block& block : code.blocks) {
    for (const ir::Instruction& in : block.instructions) {
      if (in.result != local) continue;
      if (made != nullptr) return nullptr;
      made = &in;
    }
  }
  return made;
}

/// The value as it was read, through copies: a field, an element, a parameter, what `get` of a library
/// gave. What a function of the program or a hash made of it is another text.
bool is_as_read(const Facts& facts, const Site& site, ir::LocalIndex local) {
  const ir::Function& code = facts.program.function(site.function);
  for (int i = 0; i < kMostCopies && local != ir::kNone; ++i) {
    const ir::Instruction* made = maker_of(code, local);
    if (made == nullptr) return code.locals[local].kind == ir::Local::Kind::Parameter;
    if (made->op == ir::Op::Load) return true;
    if (made->op == ir::Op::Call) return made->name == Name::of("get") || made->name == Name::of("getlist");
    if (made->op != ir::Op::Copy) return false;
    local = made->a;
  }
  return false;
}

/// The stored field that a value is read from, when it holds a password.
const flow::Origin* stored_password(const Facts& facts, const Site& site, ir::LocalIndex local) {
  for (const flow::OriginId id : facts.flows.origins_at(site, local)) {
    const flow::Origin& origin = facts.flows.origin(id);
    if (!origin.data.valid() || !origin.entity.valid()) continue;
    if (facts.program.entity(origin.entity).stored && any_data(facts, {origin.data}, kPassword)) return &origin;
  }
  return nullptr;
}

bool from_request(const Facts& facts, const Site& site, ir::LocalIndex local) {
  const std::vector<flow::OriginId> origins = facts.flows.origins_at(site, local);
  return std::any_of(origins.begin(), origins.end(), [&](flow::OriginId id) {
    return facts.flows.origin(id).kind.text().starts_with("request-");
  });
}

bool compares(const ir::Instruction& in) {
  constexpr std::array<std::string_view, 4> kOperators = {"==", "===", "!=", "!=="};
  constexpr std::array<std::string_view, 2> kCalls = {"compare_digest", "constant_time_compare"};
  const auto among = [&](const auto& names) { return std::find(names.begin(), names.end(), in.name.text()) != names.end(); };
  if (in.n_operands != 2) return false;
  return in.op == ir::Op::Operate ? among(kOperators) : in.op == ir::Op::Call && among(kCalls);
}

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

/// `given.password == user.password`: what is stored is the very text that was typed.
void find_comparisons(const Facts& facts, const Rule& rule, FunctionId function, Matches& out) {
  const ir::Function& code = facts.program.function(function);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const auto& instructions = code.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      const ir::Instruction& in = instructions[i];
      if (!compares(in)) continue;
      const Site site{function, b, i};
      for (std::uint32_t side = 0; side < 2; ++side) {
        const ir::LocalIndex stored = code.operands[in.first_operand + side].value;
        const ir::LocalIndex given = code.operands[in.first_operand + 1 - side].value;
        const flow::Origin* origin = stored_password(facts, site, stored);
        if (origin == nullptr || from_request(facts, site, stored) || !from_request(facts, site, given)) continue;
        if (!is_as_read(facts, site, stored) || !is_as_read(facts, site, given)) continue;
        Match match = match_at(facts, rule, in.span, function, origin->entity, "compared");
        match.data.push_back(origin->data);
        match.message = "the password of `" + match.entity +
                        "` may be read by whoever gets at the database: it is compared as it was typed";
        out.push_back(std::move(match));
        return;  // one is enough to know how it is stored
      }
    }
  }
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

/// Asked for by the password, it is no salted hash; written from a request where nothing in the program
/// hashes passwords, it is none at all.
void find_queries_and_writes(const Facts& facts, const Rule& rule, Matches& out) {
  const bool hashes = hashes_passwords(facts);
  std::set<std::pair<FunctionId, program::EntityId>> done;
  for (const Touch& touch : facts.access.touches()) {
    if (touch.load == nullptr || !facts.program.entity(touch.entity).stored) continue;
    const bool write = is_write(touch.kind);
    if (write && hashes) continue;
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
  for (std::uint32_t f = 0; f < facts.program.n_functions(); ++f) {
    const ir::Function& code = facts.program.function(FunctionId{f});
    const bool names_one = std::any_of(code.blocks.begin(), code.blocks.end(), [](const ir::Block& block) {
      return std::any_of(block.instructions.begin(), block.instructions.end(), compares);
    });
    if (names_one) find_comparisons(facts, rule, FunctionId{f}, out);
  }
  find_queries_and_writes(facts, rule, out);
}

constexpr NamedCheck kChecks[] = {{"plain-password", check_plain_password}};

}  // namespace

std::span<const NamedCheck> password_checks() { return kChecks; }

}  // namespace privet::finding
