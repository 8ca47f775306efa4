#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "finding/checks.h"
#include "finding/entry_words.h"
#include "finding/match.h"
#include "finding/touch.h"
#include "rule/data_types.h"

// Over the access map: what anybody, or any logged-in caller, can reach.

namespace privet::finding {
namespace {

using access::Entry;
using access::Level;
using access::Touch;
using base::Name;
using rule::CheckForm;
using rule::Rule;

// --- checks ---

/// EX.entry: open by purpose. Only what gives nothing of a record back, or proves who asks, is excused.
bool excused_entry(const Facts& facts, const Entry& entry, const Touch& touch) {
  if (!is_open_by_purpose(entry.path, facts.program, entry.handler)) return false;
  if (touch.kind == rule::Access::Kind::Create) return true;
  if (!touch.returned && !is_write(touch.kind)) return true;
  // A token that says who is logged in gives no claim to the records of others, whatever the path is called.
  const bool of_others = touch.level == Level::Authenticated && is_write(touch.kind) && touch.by_request_id;
  if (of_others ? proves_more_than_login(facts, touch.entry) : reaches_proof(facts, touch.entry)) return true;
  // The token that a mail brought is looked up first, then what it is for.
  const auto& touches = facts.access.touches();
  return std::any_of(touches.begin(), touches.end(), [&](const Touch& other) {
    return other.entry == touch.entry && is_chosen_by_secret(facts, other);
  });
}

bool entry_says(const Facts& facts, const Entry& entry, const std::vector<std::string>& words) {
  return has_entry_word(entry, facts.program, {words.begin(), words.end()});
}

/// True if anything is shown that the list does not have.
bool goes_beyond(const Facts& facts, const Shown& shown, const std::vector<std::string>& card) {
  return std::any_of(shown.data.begin(), shown.data.end(),
                     [&](rule::DataTypeId id) { return !any_data(facts, {id}, card); });
}

void check_touch(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  // One finding per rule, entry and entity: several loads behind one route are one exposure.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> made;
  for (const Touch& touch : facts.access.touches()) {
    const Entry& entry = facts.access.entries()[touch.entry.value];
    if (!allows(form, "level", level_word(touch.level))) continue;
    if (!allows(form, "access", access_word(touch.kind))) continue;
    if (!flag_fits(form, "many", touch.many) || !flag_fits(form, "limited", touch.limited) ||
        !flag_fits(form, "returned", touch.returned) || !flag_fits(form, "owned", touch.owned) ||
        !flag_fits(form, "exported", touch.exported) || !flag_fits(form, "by_request_id", touch.by_request_id) ||
        !flag_fits(form, "by_view", touch.by_view) || !flag_fits(form, "whole", touch.whole)) {
      continue;
    }
    const personal::PersonalEntity& person = facts.personal.entity(touch.entity);
    if (!flag_fits(form, "person", person.is_person)) continue;
    if (!flag_fits(form, "admin", is_admin_path(entry.path, facts.program, entry.handler))) continue;
    if (const auto* selector = parameter(form, "selector")) {
      if (!any_data(facts, selector_data(facts, touch), *selector)) continue;
    }
    if (const auto* selector = parameter(form, "not_selector")) {
      if (any_data(facts, selector_data(facts, touch), *selector)) continue;
    }
    if (const auto* words = parameter(form, "words"); words != nullptr && !entry_says(facts, entry, *words)) continue;
    if (const auto* words = parameter(form, "not_words"); words != nullptr && entry_says(facts, entry, *words)) continue;
    if (!flag_fits(form, "guessable", is_guessable(touch))) continue;
    if (excused_entry(facts, entry, touch) || is_chosen_by_secret(facts, touch)) continue;
    const Shown shown = shown_by(facts, touch);
    if (level_of(facts.rules, shown.data) < number(form, "data_level", 2)) continue;
    if (const auto* card = parameter(form, "beyond"); card != nullptr && !goes_beyond(facts, shown, *card)) continue;
    if (const auto* data = parameter(form, "data"); data != nullptr && !any_data(facts, shown.data, *data)) {
      continue;
    }
    const auto key = std::make_pair(touch.entry.value, touch.entity.value);
    Match match = match_of_touch(facts, rule, touch, shown);
    if (const auto found = made.find(key); found != made.end()) {
      Match& first = out[found->second];
      for (const rule::DataTypeId id : match.data) {
        if (std::find(first.data.begin(), first.data.end(), id) == first.data.end()) first.data.push_back(id);
      }
      first.severity.data_level = std::max(first.severity.data_level, match.severity.data_level);
      first.severity.likely = first.severity.likely && match.severity.likely;
      first.severity.unprinted = first.severity.unprinted && match.severity.unprinted;
      first.severity.bulk = first.severity.bulk || match.severity.bulk;
      continue;
    }
    made.emplace(key, out.size());
    out.push_back(std::move(match));
  }
}

/// A guard that was written but does not act on this route: registered after it, lets everyone pass.
void check_idle_guard(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const auto* why = parameter(form, "why");
  std::set<std::uint32_t> done;
  for (const Touch& touch : facts.access.touches()) {
    const Entry& entry = facts.access.entries()[touch.entry.value];
    if (touch.level != Level::Public || done.contains(touch.entry.value)) continue;
    const Shown shown = shown_by(facts, touch);
    if (level_of(facts.rules, shown.data) < 2 || excused_entry(facts, entry, touch)) continue;
    if (!touch.returned && !is_write(touch.kind)) continue;
    for (const access::SeenGuard& guard : entry.guards) {
      if (guard.effective) continue;
      const bool late = guard.why_not.find("after") != std::string::npos;
      const bool fails_open = guard.why_not.find("turns a caller away") != std::string::npos;
      const std::string_view kind = late ? "late" : fails_open ? "fails-open" : "optional";
      if (why != nullptr && std::find(why->begin(), why->end(), kind) == why->end()) continue;
      Match match = match_of_touch(facts, rule, touch, shown);
      match.span = late ? entry.span : guard.span;
      match.words.emplace_back("guard", "`" + guard.name + "`");
      match.words.emplace_back("why", guard.why_not);
      match.key = guard.name;
      out.push_back(std::move(match));
      done.insert(touch.entry.value);
      break;
    }
  }
}

/// A check that only narrows a query for those who pass it: all others get every record.
void check_loose(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  for (const access::LooseCheck& check : facts.access.loose_checks()) {
    const std::vector<access::EntryId> entries = facts.access.entries_of(check.function);
    if (entries.empty() || !check.entity.valid()) continue;
    const personal::PersonalEntity& person = facts.personal.entity(check.entity);
    Match match;
    match.rule = &rule;
    describe_entry(facts, facts.access.entries()[entries.front().value], match);
    for (const personal::PersonalField& field : person.fields) match.data.push_back(field.evidence.type);
    match.severity.data_level = std::max(2, level_of(facts.rules, match.data));
    match.severity.unproven = level_of(facts.rules, match.data) < 2;
    match.severity.exposure = rule::Exposure::X4;
    match.span = check.span;
    match.function = check.function;
    match.entity = std::string(facts.program.entity(check.entity).name.text());
    match.person = person.person;
    match.message = "whoever fails `" + check.text + "` gets every record of `" + match.entity +
                    "`: the check only leaves records out for those who pass it";
    match.key = "loose";
    out.push_back(std::move(match));
  }
}

bool only_reads(const Entry& entry) { return entry.method == "GET" || entry.method == "HEAD"; }

/// True if most of the routes that only read check the caller: where writing alone asks who it is, reading is open
/// on purpose.
bool guards_reads(const std::vector<Entry>& entries, const std::vector<std::uint32_t>& group) {
  std::size_t reads = 0, guarded = 0;
  for (const std::uint32_t i : group) {
    if (!only_reads(entries[i])) continue;
    ++reads;
    if (entries[i].level != Level::Public) ++guarded;
  }
  return guarded * 10 >= reads * 6;
}

/// The client decides who may, and the entry point that it calls does not ask.
void check_client_only(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  for (const access::ClientCheck& check : facts.access.client_checks()) {
    const bool role = check.kind == access::ClientCheck::Kind::Role;
    for (const Touch& touch : facts.access.touches()) {
      if (std::find(check.entries.begin(), check.entries.end(), touch.entry) == check.entries.end()) continue;
      if (touch.level != Level::Public && touch.level != Level::Authenticated) continue;
      const Entry& entry = facts.access.entries()[touch.entry.value];
      if (is_open_by_purpose(entry.path, facts.program, entry.handler)) continue;
      if (touch.owned || (!role && (!touch.many || !touch.returned))) continue;
      if (facts.personal.entity(touch.entity).fields.empty() || (!is_write(touch.kind) && !touch.returned)) continue;
      Match match = match_of_touch(facts, rule, touch, shown_by(facts, touch));
      match.span = check.span;
      match.function = check.function;
      match.severity.exposure = rule::Exposure::X4;
      match.words.emplace_back("guard", "`" + check.text + "`");
      match.related.push_back({entry.span, "this entry point does not ask"});
      match.key = "client";
      out.push_back(std::move(match));
      break;
    }
  }
}

/// At least three siblings and 60 % of them check the caller; this one does not.
void check_deviation(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  std::map<std::string, std::vector<std::uint32_t>> groups;
  const auto& entries = facts.access.entries();
  for (std::uint32_t i = 0; i < entries.size(); ++i) groups[entries[i].router].push_back(i);
  std::set<std::uint32_t> with_people;
  for (const Touch& touch : facts.access.touches()) {
    // A check within the handler raised the level of what stands behind it.
    const bool open = touch.level == Level::Public && !touch.owned;
    if (open && !facts.personal.entity(touch.entity).fields.empty()) with_people.insert(touch.entry.value);
  }
  for (const auto& [router, group] : groups) {
    std::map<std::string, std::size_t> names;
    std::size_t guarded = 0;
    for (const std::uint32_t i : group) {
      std::set<std::string> own;
      for (const access::SeenGuard& guard : entries[i].guards) {
        if (guard.effective) own.insert(guard.name);
      }
      if (!own.empty()) ++guarded;
      for (const std::string& name : own) ++names[name];
    }
    if (guarded < 3 || guarded * 10 < group.size() * 6) continue;
    const bool reads_guarded = guards_reads(entries, group);
    const auto usual = std::max_element(names.begin(), names.end(), [](const auto& a, const auto& b) {
      return a.second < b.second;
    });
    for (const std::uint32_t i : group) {
      const Entry& entry = entries[i];
      if (entry.level != Level::Public || !with_people.contains(i)) continue;
      if (is_open_by_purpose(entry.path, facts.program, entry.handler)) continue;
      if (only_reads(entry) && !reads_guarded) continue;
      Match match;
      match.rule = &rule;
      describe_entry(facts, entry, match);
      match.evidence = "deviation";
      match.confidence = 0.7;
      match.severity.exposure = rule::Exposure::X5;
      match.severity.exposure_reason = "no authentication";
      match.words.emplace_back("guard", "`" + usual->first + "`");
      match.words.emplace_back("siblings", std::to_string(guarded) + " of " + std::to_string(group.size()));
      for (const std::uint32_t other : group) {
        if (other == i || entries[other].level == Level::Public) continue;
        match.related.push_back({entries[other].span, "this sibling is guarded"});
        break;
      }
      match.key = "deviation";
      out.push_back(std::move(match));
    }
  }
}

/// A field that says what its person may do.
bool is_privilege(Name field) {
  static const std::set<std::string> kPrivileges = {
      "admin",     "isadmin",     "issuperuser", "superuser",  "isstaff",   "staff",       "role",     "roles",
      "userrole",  "usertype",    "issuperadmin", "superadmin", "ismoderator", "permissions", "privileges", "isroot",
      "accesslevel", "userlevel", "isadministrator"};
  std::string name;
  for (const char c : field.text()) {
    if (c != '_') name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return kPrivileges.contains(name);
}

/// True if the function reads that very name from the request: `if body["admin"]: admin = True`.
bool asks_request_for(const Facts& facts, program::FunctionId function, Name field) {
  const ir::Function& code = facts.program.function(function);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    for (std::uint32_t i = 0; i < code.blocks[b].instructions.size(); ++i) {
      const ir::Instruction& in = code.blocks[b].instructions[i];
      if (in.op != ir::Op::Load || in.name != field) continue;
      for (const flow::OriginId id : facts.flows.origins_at({function, b, i}, in.result)) {
        if (facts.flows.origin(id).kind.text().starts_with("request-")) return true;
      }
    }
  }
  return false;
}

/// True if the call gives the field one value, whatever was asked: `admin=False`.
bool is_fixed(const Facts& facts, const program::Site& site, Name field) {
  const ir::Function& code = facts.program.function(site.function);
  const ir::Instruction& call = code.blocks[site.block].instructions[site.instruction];
  if (call.op != ir::Op::Call) return false;
  for (std::uint32_t o = 0; o < call.n_operands; ++o) {
    const ir::Operand& operand = code.operands[call.first_operand + o];
    if (operand.name != field) continue;
    return facts.program.constant_of(site.function, operand.value).kind == program::Constant::Kind::Boolean;
  }
  return false;
}

/// True if a function behind this entry hands request data over, not only one behind another.
bool is_given_here(const Facts& facts, const Touch& touch, const flow::Load::Selector& written) {
  const std::vector<program::FunctionId>& reached = facts.access.reached(touch.entry);
  return written.request_in.empty() || std::any_of(written.request_in.begin(), written.request_in.end(), [&](program::FunctionId place) {
           return std::binary_search(reached.begin(), reached.end(), place);
         });
}

/// The request data that is written into a person as a whole, or as what the person may do.
const flow::Load::Selector* assigned_by_request(const Facts& facts, const Touch& touch) {
  for (const flow::Load::Selector& written : touch.load->data) {
    if (written.from_request && !is_given_here(facts, touch, written)) continue;
    if (written.field == Name::of("*") && written.from_request) return &written;
    if (!is_privilege(written.field) || !is_account(facts, touch.entity)) continue;
    const bool chosen = written.from_request || (!is_fixed(facts, touch.site, written.field) &&
                                                 asks_request_for(facts, touch.site.function, written.field));
    if (chosen) return &written;
  }
  return nullptr;
}

/// Request data written into a person as a whole.
void check_mass_assignment(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  for (const Touch& touch : facts.access.touches()) {
    if (touch.load == nullptr || !is_write(touch.kind) || touch.kind == rule::Access::Kind::Delete) continue;
    if (!facts.personal.entity(touch.entity).is_person) continue;
    if (touch.level == Level::Permission) continue;
    const flow::Load::Selector* assigned = assigned_by_request(facts, touch);
    if (assigned == nullptr) continue;
    Match match = match_of_touch(facts, rule, touch, shown_by(facts, touch));
    match.span = assigned->span.valid() ? assigned->span : touch.span;
    match.function = touch.site.function;
    match.severity.exposure = rule::Exposure::X4;
    match.severity.likely = false;
    match.key = "body";
    if (assigned->field != Name::of("*")) {
      match.key = std::string(assigned->field.text());
      match.message = "whoever calls " + match.route + " may choose `" + match.key + "` of `" + match.entity +
                      "`: the request says what its sender may do";
    }
    out.push_back(std::move(match));
  }
}

/// False when the sessions issued behind the entry are seen to be for other records than this one: a
/// sign-up looks whether the address is taken, then logs in whom it created.
bool session_is_for(const Facts& facts, const Touch& touch) {
  const std::vector<program::FunctionId>& reached = facts.access.reached(touch.entry);
  bool for_others = false;
  for (const flow::Flow& flow : facts.flows.flows()) {
    if (!issues_session(facts, flow.symbol)) continue;
    if (!std::binary_search(reached.begin(), reached.end(), flow.site.function)) continue;
    const flow::Origin& origin = facts.flows.origin(flow.origin);
    if (origin.entity != touch.entity) continue;
    if (touch.span.contains(origin.span) || origin.span.contains(touch.span)) return true;
    if (std::binary_search(reached.begin(), reached.end(), origin.function)) for_others = true;
  }
  return !for_others;
}

/// Looks whether the name is taken before it creates the record.
bool signs_up(const Facts& facts, const Touch& read) {
  const Entry& entry = facts.access.entries()[read.entry.value];
  // A login that makes an account for whoever is new is one all the same.
  const bool says = has_entry_word(entry, facts.program, {"signup", "register", "registration", "enrol", "enroll"});
  if (!says && is_open_by_purpose(entry.path, facts.program, entry.handler)) return false;
  const auto touches = facts.access.touches();
  return std::any_of(touches.begin(), touches.end(), [&](const Touch& touch) {
    return touch.entry == read.entry && touch.entity == read.entity && touch.kind == rule::Access::Kind::Create;
  });
}

/// What others can know of a person and is still asked for as if it were a secret.
const std::vector<std::string> kKnownFacts = {
    "identity.dob",        "identity.name.*",      "identity.kba-answer", "identity.birth-place", "contact.postcode",
    "contact.phone",       "contact.house-number", "membership.number",   "gov.*",                "financial.card.last4",
    "financial.account-number", "employment.employee-id"};

/// A session or token for a person looked up by what the request says, and nothing proves who asks.
void check_login_without_proof(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  std::set<std::uint32_t> done;
  for (const Touch& touch : facts.access.touches()) {
    if (done.contains(touch.entry.value) || touch.kind != rule::Access::Kind::Read) continue;
    if (touch.many || !touch.by_request_id || touch.owned) continue;
    if (!facts.personal.entity(touch.entity).is_person) continue;
    const Entry& entry = facts.access.entries()[touch.entry.value];
    if (entry.level != Level::Public && entry.level != Level::Unknown) continue;
    if (touch.level != Level::Public && touch.level != Level::Unknown) continue;
    // By an identifier: nothing that was selected may itself be a secret.
    const std::vector<rule::DataTypeId> by = selector_data(facts, touch);
    if (any_data(facts, by, {"credential.*"})) continue;
    if (!allows(form, "by", by.size() >= 2 && any_data(facts, by, kKnownFacts) ? "facts" : "identifier")) continue;
    const std::optional<program::Site> session = session_issued(facts, touch.entry);
    const bool login_name = is_login_name(entry.path, facts.program, entry.handler);
    if (!session && !(login_name && touch.returned)) continue;
    if (!session_is_for(facts, touch) || signs_up(facts, touch)) continue;
    // A token that is sent to the person's own address proves who holds it.
    if (!login_name && sends_message(facts, touch.entry)) continue;
    if (reaches_proof(facts, touch.entry)) continue;
    Shown shown = shown_by(facts, touch);
    Match match = match_of_touch(facts, rule, touch, shown);
    match.evidence = "flow";
    match.severity.exposure = rule::Exposure::X5;
    match.severity.exposure_reason = "no proof of identity";
    match.severity.likely = !session || !login_name;
    match.words.emplace_back("identifier", by.empty() ? "an identifier" : data_words(facts.rules, by));
    if (session) {
      const ir::Function& code = facts.program.function(session->function);
      match.related.push_back({code.blocks[session->block].instructions[session->instruction].span,
                               "the session or token is issued here"});
    }
    match.span = touch.span;
    match.function = touch.site.function;
    match.key = "login";
    out.push_back(std::move(match));
    done.insert(touch.entry.value);
  }
}

/// Logins, code checks and look-ups by an identifier with no limit on tries.
void check_unthrottled(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  const auto& entries = facts.access.entries();
  for (std::uint32_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    if (entry.level != Level::Public || !entry.handler.valid() || entry.method == "GET") continue;
    const bool limited = std::any_of(entry.guards.begin(), entry.guards.end(), [](const auto& guard) {
      return guard.kind == rule::Guard::Kind::Rate || guard.kind == rule::Guard::Kind::Captcha;
    });
    if (limited || reaches_rate_limit(facts, access::EntryId{i})) continue;
    if (!is_login_name(entry.path, facts.program, entry.handler)) continue;
    if (!reaches_proof(facts, access::EntryId{i})) continue;
    Match match;
    match.rule = &rule;
    describe_entry(facts, entry, match);
    match.severity.exposure = rule::Exposure::X5;
    match.key = "rate";
    out.push_back(std::move(match));
  }
}

constexpr NamedCheck kChecks[] = {
    {"touch", check_touch},
    {"idle-guard", check_idle_guard},
    {"loose-check", check_loose},
    {"client-only", check_client_only},
    {"guard-deviation", check_deviation},
    {"mass-assignment", check_mass_assignment},
    {"login-without-proof", check_login_without_proof},
    {"unthrottled", check_unthrottled},
};

}  // namespace

std::span<const NamedCheck> access_checks() { return kChecks; }

}  // namespace privet::finding
