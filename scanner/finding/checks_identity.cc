#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <map>
#include <set>
#include <string>

#include "finding/checks.h"
#include "finding/entry_words.h"
#include "finding/match.h"
#include "finding/touch.h"
#include "rule/data_types.h"

// Who somebody is, and what proves it: identity that the client names itself, contacts and secrets that
// change without proof, answers that tell who is registered, secrets that can be guessed, records of
// another tenant.

namespace privet::finding {
namespace {

using access::Entry;
using access::Level;
using access::Touch;
using base::Name;
using rule::CheckForm;
using rule::Rule;

bool one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

const ir::Instruction& instruction_at(const Facts& facts, const program::Site& site) {
  return facts.program.function(site.function).blocks[site.block].instructions[site.instruction];
}

/// Calls `body(site, instruction)` for each instruction of the functions behind an entry.
template <class Body>
void for_each_instruction(const Facts& facts, program::FunctionId function, Body body) {
  const ir::Function& code = facts.program.function(function);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const auto& instructions = code.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) body(program::Site{function, b, i}, instructions[i]);
  }
}

bool tagged(const Facts& facts, const program::Site& site, std::string_view tag) {
  const auto& symbols = facts.program.callees(site).symbols;
  return std::any_of(symbols.begin(), symbols.end(),
                     [&](Name symbol) { return has_tag(facts, symbol, site, {Name::of(tag)}); });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool has_any(const std::string& text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

// --- changes without proof ---

/// Something behind the entry asks for the present secret, sends a confirmation, or checks a code.
/// Over-approximates: a call with such a name is taken to do what it says.
bool asks_for_proof(const Facts& facts, access::EntryId entry) {
  if (reaches_proof(facts, entry)) return true;
  for (const program::FunctionId function : facts.access.reached(entry)) {
    bool found = false;
    for_each_instruction(facts, function, [&](const program::Site& site, const ir::Instruction& in) {
      if (found) return;
      if (in.op == ir::Op::Load || in.op == ir::Op::Call || in.op == ir::Op::Literal) {
        const bool plain = in.op == ir::Op::Call && in.name.empty() && in.a != ir::kNone;
        const Name called = plain ? facts.program.function(function).locals[in.a].name : in.name;
        const std::string name = lower(called.text());
        found = name.size() < 60 &&
                has_any(name, {"verif", "confirm", "currentpass", "current_pass", "oldpass", "old_pass", "reauth",
                               "otp", "recent_login", "recentlogin", "checkpassword", "check_password",
                               "comparepassword", "validpassword", "resettoken", "reset_token"});
      }
      if (!found && in.op == ir::Op::Call) found = tagged(facts, site, "send-mail");
    });
    if (found) return true;
  }
  return false;
}

/// `pendingEmail`: kept until it is confirmed.
bool is_pending(Name field) {
  return has_any(lower(field.text()), {"pending", "unconfirmed", "unverified", "new_", "temp"});
}

/// A record is selected by a secret from the request: a reset or confirmation token.
bool by_secret(const Facts& facts, access::EntryId entry) {
  for (const Touch& touch : facts.access.touches()) {
    if (touch.entry == entry && any_data(facts, selector_data(facts, touch), {"credential.*"})) return true;
  }
  return false;
}

void check_unproven_change(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const std::vector<std::string>* wanted = parameter(form, "data");
  if (wanted == nullptr) return;
  std::set<std::uint32_t> done;
  for (const Touch& touch : facts.access.touches()) {
    if (touch.kind != rule::Access::Kind::Update || touch.load == nullptr || touch.many) continue;
    if (touch.level == Level::Permission || done.contains(touch.entry.value)) continue;
    if (!facts.personal.entity(touch.entity).is_person || !is_account(facts, touch.entity)) continue;
    const Entry& entry = facts.access.entries()[touch.entry.value];
    if (is_admin_path(entry.path, facts.program, entry.handler)) continue;
    Shown shown;
    for (const flow::Load::Selector& written : touch.load->data) {
      if (!written.from_request || is_pending(written.field)) continue;
      const personal::Evidence* evidence = facts.personal.field(touch.entity, written.field);
      if (evidence == nullptr || !any_data(facts, {evidence->type}, *wanted)) continue;
      shown.data.push_back(evidence->type);
      if (evidence->certainty == personal::Certainty::Certain) shown.likely = false;
    }
    if (shown.data.empty() || by_secret(facts, touch.entry) || asks_for_proof(facts, touch.entry)) continue;
    Match match = match_of_touch(facts, rule, touch, shown);
    match.span = touch.span;
    match.function = touch.site.function;
    match.key = "change";
    out.push_back(std::move(match));
    done.insert(touch.entry.value);
  }
}

// --- identity from the client ---

/// A header in which a client says who it is, or what it may do.
bool is_identity_header(std::string_view text) {
  std::string name = lower(text);
  std::replace(name.begin(), name.end(), '_', '-');
  if (name.starts_with("http-")) name.erase(0, 5);
  return one_of(name, {"x-user-id", "x-userid", "x-user", "x-user-email", "x-username", "x-user-name",
                       "x-role", "x-roles", "x-user-role", "x-member-id", "x-account-id", "x-customer-id",
                       "x-admin", "x-is-admin", "x-authenticated-user", "x-current-user"});
}

bool comes_from(const Facts& facts, const program::Site& site, ir::LocalIndex local,
                std::initializer_list<std::string_view> kinds) {
  if (local == ir::kNone) return false;
  for (const flow::OriginId id : facts.flows.origins_at(site, local)) {
    if (one_of(facts.flows.origin(id).kind.text(), kinds)) return true;
  }
  return false;
}

/// The word that names what is read: `h["x-user-id"]`, `h.get("X-User-Id")`.
std::string read_name(const Facts& facts, const program::Site& site, const ir::Instruction& in) {
  if (in.op == ir::Op::Load) return std::string(in.name.text());
  if (in.op != ir::Op::Call || in.n_operands == 0) return {};
  const ir::Function& code = facts.program.function(site.function);
  const ir::Operand& first = code.operands[in.first_operand];
  const program::Constant constant = facts.program.constant_of(site.function, first.value);
  return constant.kind == program::Constant::Kind::Text ? std::string(constant.text.text()) : std::string();
}

/// `role === "admin"` where the role is what the request says.
bool tests_claimed_role(const Facts& facts, const program::Site& site, const ir::Instruction& in) {
  if (in.op != ir::Op::Operate || in.n_operands != 2) return false;
  if (!one_of(in.name.text(), {"==", "===", "!=", "!=="})) return false;
  const ir::Function& code = facts.program.function(site.function);
  ir::LocalIndex compared = ir::kNone;
  bool role = false;
  for (std::uint32_t i = 0; i < 2; ++i) {
    const ir::LocalIndex local = code.operands[in.first_operand + i].value;
    const program::Constant constant = facts.program.constant_of(site.function, local);
    if (constant.kind == program::Constant::Kind::Text) {
      role = role || one_of(lower(constant.text.text()), {"admin", "administrator", "superuser", "staff", "moderator"});
    } else {
      compared = local;
    }
  }
  return role && comes_from(facts, site, compared, {"request-body", "request-query", "request-cookie", "request-header"});
}

void check_client_identity(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  std::set<program::FunctionId> done;
  for (const Touch& touch : facts.access.touches()) {
    const personal::PersonalEntity& person = facts.personal.entity(touch.entity);
    if (person.fields.empty() || touch.level == Level::Permission) continue;
    const Entry& entry = facts.access.entries()[touch.entry.value];
    for (const program::FunctionId function : facts.access.reached(touch.entry)) {
      if (!done.insert(function).second) continue;
      for_each_instruction(facts, function, [&](const program::Site& site, const ir::Instruction& in) {
        const bool header = is_identity_header(read_name(facts, site, in)) &&
                            comes_from(facts, site, in.result, {"request-header"});
        if (!header && !tests_claimed_role(facts, site, in)) return;
        Match match;
        match.rule = &rule;
        describe_entry(facts, entry, match);
        match.span = in.span;
        match.function = site.function;
        match.evidence = "flow";
        match.severity.exposure = rule::Exposure::X5;
        match.words.emplace_back("identifier", header ? "a request header" : "a role in the request");
        match.key = header ? "header" : "role";
        out.push_back(std::move(match));
      });
    }
  }
}

// --- who is registered ---

/// An answer that says that somebody is, or is not, known here.
bool tells_who_is_known(std::string_view literal) {
  if (literal.size() < 8 || literal.size() > 120) return false;
  const std::string text = lower(literal);
  const bool who = has_any(text, {"user", "account", "member", "email", "e-mail", "customer", "username"});
  return who && has_any(text, {"not found", "does not exist", "doesn't exist", "not exist", "no user", "no account",
                               "no member", "no such", "not registered", "unknown user", "unknown email",
                               "unknown account", "isn't registered", "could not find", "couldn't find"});
}

bool says_wrong(const std::string& text) {
  return has_any(text, {"invalid", "incorrect", "wrong", "bad ", "unknown", "mismatch", "not match"});
}

/// `Invalid username`: tells more than `Invalid password` does, where both are said.
bool blames_name(std::string_view literal) {
  const std::string text = lower(literal);
  return literal.size() <= 60 && says_wrong(text) && !has_any(text, {"password", "credential", "format"}) &&
         has_any(text, {"username", "user name", "wrong email", "incorrect email", "unknown email", "wrong user",
                        "incorrect user", "invalid user", "invalid login name"});
}

bool blames_password(std::string_view literal) {
  const std::string text = lower(literal);
  return literal.size() <= 60 && says_wrong(text) && text.find("password") != std::string::npos &&
         !has_any(text, {"user", "mail", "login", "account", "credential"});
}

/// Some text behind the entry says that the password alone was wrong.
bool blames_password_apart(const Facts& facts, access::EntryId entry) {
  for (const program::FunctionId function : facts.access.reached(entry)) {
    bool found = false;
    for_each_instruction(facts, function, [&](const program::Site&, const ir::Instruction& in) {
      found = found || (in.op == ir::Op::Literal && in.literal_kind() == ir::LiteralKind::String &&
                        blames_password(in.name.text()));
    });
    if (found) return true;
  }
  return false;
}

bool goes_to_log(const Facts& facts, const program::Site& literal, ir::LocalIndex local) {
  const ir::Function& code = facts.program.function(literal.function);
  const auto& instructions = code.blocks[literal.block].instructions;
  for (std::uint32_t i = literal.instruction + 1; i < instructions.size(); ++i) {
    const ir::Instruction& in = instructions[i];
    if (in.op != ir::Op::Call) continue;
    for (std::uint32_t o = 0; o < in.n_operands; ++o) {
      if (code.operands[in.first_operand + o].value != local) continue;
      for (const Name symbol : facts.program.callees({literal.function, literal.block, i}).symbols) {
        for (const rule::FunctionModel* model : facts.rules.functions(symbol)) {
          for (const rule::Sink& sink : model->sinks) {
            if (sink.kind == Name::of("log")) return true;
          }
        }
      }
    }
  }
  return false;
}

void check_enumeration(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  std::set<std::uint32_t> done;
  for (const Touch& touch : facts.access.touches()) {
    if (touch.kind != rule::Access::Kind::Read || touch.many || !touch.by_request_id) continue;
    if (touch.level != Level::Public || done.contains(touch.entry.value)) continue;
    if (!facts.personal.entity(touch.entity).is_person) continue;
    const Entry& entry = facts.access.entries()[touch.entry.value];
    // A name that its bearer chose is meant to be seen; only a login tells more than profiles do.
    const bool by_contact = any_data(facts, selector_data(facts, touch), {"contact.email", "contact.phone", "membership.number"});
    const bool by_username = any_data(facts, selector_data(facts, touch), {"identity.username"}) &&
                             is_login_name(entry.path, facts.program, entry.handler);
    if (!by_contact && !by_username) continue;
    if (!has_entry_word(entry, facts.program,
                        {"login", "signin", "authenticate", "forgot", "reset", "recover", "recovery", "exists",
                         "checkemail", "lookup", "resend", "magiclink", "otp"})) {
      continue;
    }
    const bool apart = is_login_name(entry.path, facts.program, entry.handler) && blames_password_apart(facts, touch.entry);
    for (const program::FunctionId function : facts.access.reached(touch.entry)) {
      for_each_instruction(facts, function, [&](const program::Site& site, const ir::Instruction& in) {
        if (done.contains(touch.entry.value) || in.op != ir::Op::Literal) return;
        if (in.literal_kind() != ir::LiteralKind::String) return;
        if (!tells_who_is_known(in.name.text()) && !(apart && blames_name(in.name.text()))) return;
        if (goes_to_log(facts, site, in.result)) return;
        Shown shown;
        shown.data = selector_data(facts, touch);
        shown.likely = false;
        Match match = match_of_touch(facts, rule, touch, shown);
        match.span = in.span;
        match.function = site.function;
        match.words.emplace_back("identifier", data_words(facts.rules, shown.data));
        match.key = "known";
        out.push_back(std::move(match));
        done.insert(touch.entry.value);
      });
    }
  }
}

// --- secrets that can be guessed ---

/// What a local is called, when that is the name of a secret that proves something.
const personal::Evidence* secret_name(const Facts& facts, const personal::Evidence* evidence,
                                      const std::vector<std::string>& wanted) {
  return evidence != nullptr && any_data(facts, {evidence->type}, wanted) ? evidence : nullptr;
}

/// Follows the result of a weak generator through one function, forward, until something named as a
/// secret takes it. Misses: other functions, except the name of the one that returns it.
void follow_weak(const Facts& facts, const Rule& rule, const std::vector<std::string>& wanted,
                 const program::Site& start, Matches& out) {
  const ir::Function& code = facts.program.function(start.function);
  std::set<ir::LocalIndex> weak{instruction_at(facts, start).result};
  const personal::Evidence* secret = nullptr;
  const auto holds = [&](ir::LocalIndex local) { return local != ir::kNone && weak.contains(local); };
  for (int round = 0; round < 3 && secret == nullptr; ++round) {
    const std::size_t before = weak.size();
    for_each_instruction(facts, start.function, [&](const program::Site&, const ir::Instruction& in) {
      if (secret != nullptr) return;
      bool taken = holds(in.a) && in.op != ir::Op::Store;
      for (std::uint32_t o = 0; o < in.n_operands; ++o) {
        const ir::Operand& operand = code.operands[in.first_operand + o];
        if (!holds(operand.value)) continue;
        taken = true;
        if (operand.kind == ir::Operand::Kind::Keyed) {
          secret = secret_name(facts, facts.personal.name(operand.name, Name()), wanted);
        }
      }
      if (in.op == ir::Op::Store && holds(in.c) && !in.name.empty()) {
        secret = secret_name(facts, facts.personal.name(in.name, Name()), wanted);
      }
      if (!taken || in.result == ir::kNone || in.op == ir::Op::Construct) return;
      weak.insert(in.result);
      if (secret == nullptr) secret = secret_name(facts, facts.personal.local(start.function, in.result), wanted);
    });
    if (weak.size() == before) break;
  }
  if (secret == nullptr) {
    const bool returned = std::any_of(code.blocks.begin(), code.blocks.end(), [&](const ir::Block& block) {
      return block.end.kind == ir::Terminator::Kind::Return && holds(block.end.value);
    });
    if (returned) secret = secret_name(facts, facts.personal.call(code.name, Name()), wanted);
  }
  if (secret == nullptr) return;
  Match match;
  match.rule = &rule;
  match.span = instruction_at(facts, start).span;
  match.function = start.function;
  match.evidence = "shape";
  match.data = {secret->type};
  match.severity.data_level = level_of(facts.rules, match.data);
  match.severity.exposure = rule::Exposure::X5;
  match.reasons = secret->reasons;
  const auto& symbols = facts.program.callees(start).symbols;
  match.words.emplace_back("api", symbols.empty() ? std::string() : std::string(symbols.front().text()));
  match.key = "weak";
  out.push_back(std::move(match));
}

void check_weak_secret(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const std::vector<std::string>* wanted = parameter(form, "data");
  if (wanted == nullptr) return;
  for (std::uint32_t f = 0; f < facts.program.n_functions(); ++f) {
    for_each_instruction(facts, program::FunctionId{f}, [&](const program::Site& site, const ir::Instruction& in) {
      if (facts.program.sources()[in.span.file].test) return;
      if (in.op == ir::Op::Call && in.result != ir::kNone && tagged(facts, site, "weak-random")) {
        follow_weak(facts, rule, *wanted, site, out);
      }
    });
  }
}

// --- tenants ---

bool is_tenant_field(Name field) {
  std::string name = lower(field.text());
  name.erase(std::remove(name.begin(), name.end(), '_'), name.end());
  if (name.ends_with("id")) name.erase(name.size() - 2);
  return one_of(name, {"tenant", "organization", "organisation", "org", "company", "branch", "workspace", "team",
                       "clinic", "school", "chapter"});
}

bool scoped(const Touch& touch) {
  return std::any_of(touch.load->where.begin(), touch.load->where.end(),
                     [](const flow::Load::Selector& selector) { return is_tenant_field(selector.field); });
}

/// At least three accesses of the record, and 60 % of them, name the tenant; this one does not.
void check_tenant_scope(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  std::map<program::EntityId, std::vector<const Touch*>> by_entity;
  std::set<std::pair<program::EntityId, program::Site>> seen;
  std::set<access::EntryId> tied;  // entries that look the tenant, or the caller's right, up by another query
  for (const Touch& touch : facts.access.touches()) {
    if (touch.owned || (touch.load != nullptr && scoped(touch))) tied.insert(touch.entry);
  }
  for (const Touch& touch : facts.access.touches()) {
    if (touch.load == nullptr || touch.kind == rule::Access::Kind::Create) continue;
    const program::Entity& entity = facts.program.entity(touch.entity);
    const bool has_tenant = std::any_of(entity.fields.begin(), entity.fields.end(), [](const auto& field) {
      return is_tenant_field(field.name);
    });
    if (!has_tenant || facts.personal.entity(touch.entity).fields.empty()) continue;
    if (seen.insert({touch.entity, touch.site}).second) by_entity[touch.entity].push_back(&touch);
  }
  for (const auto& [entity, touches] : by_entity) {
    const auto n = static_cast<std::size_t>(
        std::count_if(touches.begin(), touches.end(), [](const Touch* touch) { return scoped(*touch); }));
    if (n < 3 || n * 10 < touches.size() * 6) continue;
    for (const Touch* touch : touches) {
      if (scoped(*touch) || touch->owned || !is_guessable(*touch) || tied.contains(touch->entry)) continue;
      if (touch->level != Level::Public && touch->level != Level::Authenticated) continue;
      const Entry& entry = facts.access.entries()[touch->entry.value];
      if (is_admin_path(entry.path, facts.program, entry.handler)) continue;
      const Shown shown = shown_by(facts, *touch);
      if (level_of(facts.rules, shown.data) < 2) continue;
      Match match = match_of_touch(facts, rule, *touch, shown);
      match.span = touch->span;
      match.function = touch->site.function;
      match.evidence = "deviation";
      match.confidence = 0.7;
      match.words.emplace_back("siblings", std::to_string(n) + " of " + std::to_string(touches.size()));
      match.key = "tenant";
      out.push_back(std::move(match));
    }
  }
}

constexpr NamedCheck kChecks[] = {
    {"unproven-change", check_unproven_change}, {"client-identity", check_client_identity},
    {"enumeration", check_enumeration},         {"weak-secret", check_weak_secret},
    {"tenant-scope", check_tenant_scope},
};

}  // namespace

std::span<const NamedCheck> identity_checks() { return kChecks; }

}  // namespace privet::finding
