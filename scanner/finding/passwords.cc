#include "finding/passwords.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "finding/touch.h"

namespace privet::finding {
namespace {

using base::Name;
using program::Site;

constexpr int kMostCopies = 8;

const std::vector<std::string> kPassword = {"credential.password", "credential.pin"};

/// Few names are worth asking where they come from.
bool may_name_password(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  constexpr std::array<std::string_view, 6> kParts = {"pass", "pwd", "pin", "secret", "code", "wort"};
  return std::any_of(kParts.begin(), kParts.end(), [&](std::string_view part) { return lower.find(part) != std::string::npos; });
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

bool may_hold_password(const ir::Function& code, ir::LocalIndex local) {
  if (local == ir::kNone) return false;
  const ir::Instruction* made = maker_of(code, local);
  return may_name_password(code.locals[local].name.text()) || (made != nullptr && may_name_password(made->name.text()));
}

/// `same(typed, user.password)`: a parameter is what its callers call it.
bool is_given_password(const program::Program& program, program::FunctionId function, ir::LocalIndex local) {
  const auto& parameters = program.function(function).parameters;
  const auto at = std::find_if(parameters.begin(), parameters.end(),
                               [&](const ir::Parameter& parameter) { return parameter.local == local; });
  if (at == parameters.end()) return false;
  const auto position = static_cast<std::uint32_t>(at - parameters.begin());
  const auto callers = program.callers(function);
  return std::any_of(callers.begin(), callers.end(), [&](const Site& call) {
    const ir::Function& code = program.function(call.function);
    const ir::Instruction& in = code.blocks[call.block].instructions[call.instruction];
    return position < in.n_operands && may_hold_password(code, code.operands[in.first_operand + position].value);
  });
}

/// The stored field that a value is read from, when it holds a password.
std::optional<flow::OriginId> stored_password(const Facts& facts, const Site& site, ir::LocalIndex local) {
  if (!may_hold_password(facts.program.function(site.function), local) &&
      !is_given_password(facts.program, site.function, local)) {
    return std::nullopt;
  }
  for (const flow::OriginId id : facts.flows.origins_at(site, local)) {
    const flow::Origin& origin = facts.flows.origin(id);
    if (!origin.data.valid() || !origin.entity.valid()) continue;
    if (facts.program.entity(origin.entity).stored && any_data(facts, {origin.data}, kPassword)) return id;
  }
  return std::nullopt;
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

}  // namespace

std::optional<PasswordComparison> password_comparison(const Facts& facts, program::FunctionId function) {
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
        if (!is_as_read(facts, site, stored) || !is_as_read(facts, site, given)) continue;
        const std::optional<flow::OriginId> origin = stored_password(facts, site, stored);
        if (!origin || from_request(facts, site, stored) || !from_request(facts, site, given)) continue;
        return PasswordComparison{in.span, *origin};
      }
    }
  }
  return std::nullopt;
}

}  // namespace privet::finding
