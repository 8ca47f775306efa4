#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "finding/checks.h"
#include "finding/entry_words.h"
#include "finding/match.h"
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

// --- parameters ---

const std::vector<std::string>* parameter(const CheckForm& form, std::string_view name) {
  for (const auto& [key, values] : form.parameters) {
    if (key == name) return &values;
  }
  return nullptr;
}

bool allows(const CheckForm& form, std::string_view name, std::string_view value) {
  const auto* values = parameter(form, name);
  return values == nullptr || std::find(values->begin(), values->end(), value) != values->end();
}

bool flag_fits(const CheckForm& form, std::string_view name, bool value) {
  const auto* values = parameter(form, name);
  return values == nullptr || values->empty() || (values->front() == "true") == value;
}

int number(const CheckForm& form, std::string_view name, int otherwise) {
  const auto* values = parameter(form, name);
  return values == nullptr || values->empty() ? otherwise : std::stoi(values->front());
}

std::string_view level_word(Level level) {
  switch (level) {
    case Level::Public: return "public";
    case Level::Authenticated: return "authenticated";
    case Level::Permission: return "permission";
    case Level::Owner: return "owner";
    case Level::Unknown: return "unknown";
  }
  return "";
}

std::string_view access_word(rule::Access::Kind kind) {
  switch (kind) {
    case rule::Access::Kind::Read: return "read";
    case rule::Access::Kind::Create: return "create";
    case rule::Access::Kind::Update: return "update";
    case rule::Access::Kind::Delete: return "delete";
  }
  return "";
}

bool is_write(rule::Access::Kind kind) { return kind != rule::Access::Kind::Read; }

// --- what a touch shows ---

struct Shown {
  std::vector<rule::DataTypeId> data;
  std::vector<flow::OriginId> origins;
  bool likely = true;
  bool whole_record = false;
};

void add_data(Shown& shown, rule::DataTypeId id) {
  if (std::find(shown.data.begin(), shown.data.end(), id) == shown.data.end()) shown.data.push_back(id);
}

/// What reaches the response, or what is written, as data types.
Shown shown_by(const Facts& facts, const Touch& touch) {
  Shown shown;
  for (const flow::Flow* flow : touch.flows) {
    const flow::Origin& origin = facts.flows.origin(flow->origin);
    if (!origin.data.valid()) continue;
    add_data(shown, origin.data);
    shown.origins.push_back(flow->origin);
    if (origin.certainty == personal::Certainty::Certain) shown.likely = false;
    if (flow->whole_record) shown.whole_record = true;
  }
  const auto add_field = [&](Name field) {
    const personal::Evidence* evidence = facts.personal.field(touch.entity, field);
    if (evidence == nullptr) return;
    add_data(shown, evidence->type);
    if (evidence->certainty == personal::Certainty::Certain) shown.likely = false;
  };
  for (const Name field : touch.fields) add_field(field);
  if (is_write(touch.kind) && touch.load != nullptr) {
    for (const flow::Load::Selector& written : touch.load->data) add_field(written.field);
  }
  // Whoever may delete, or write anything, holds all the fields.
  const bool all = is_write(touch.kind) && shown.data.empty();
  if (all) {
    for (const personal::PersonalField& field : facts.personal.entity(touch.entity).fields) {
      add_data(shown, field.evidence.type);
      if (field.evidence.certainty == personal::Certainty::Certain) shown.likely = false;
    }
  }
  return shown;
}

bool any_data(const Facts& facts, const std::vector<rule::DataTypeId>& data,
              const std::vector<std::string>& patterns) {
  return std::any_of(data.begin(), data.end(), [&](rule::DataTypeId id) {
    const std::string_view text = facts.rules.data_types()[id].id.text();
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::string& pattern) { return fits(pattern, text); });
  });
}

/// Data types by which the record was asked for.
std::vector<rule::DataTypeId> selector_data(const Facts& facts, const Touch& touch) {
  std::vector<rule::DataTypeId> data;
  if (touch.load == nullptr) return data;
  for (const flow::Load::Selector& selector : touch.load->where) {
    if (!selector.from_request) continue;
    const personal::Evidence* evidence = facts.personal.field(touch.entity, selector.field);
    if (evidence != nullptr) data.push_back(evidence->type);
  }
  return data;
}

// --- building a match ---

void describe_entry(const Facts& facts, const Entry& entry, Match& match) {
  match.route = entry.method + " " + (entry.path.empty() ? "?" : entry.path);
  match.span = entry.span;
  match.function = entry.handler;
  match.evidence = "route";
  for (const access::SeenGuard& guard : entry.guards) {
    std::string text = "`" + guard.name + "`";
    text += guard.effective ? " stands before it" : ": " + guard.why_not;
    match.related.push_back({guard.span, std::move(text)});
    if (match.related.size() >= 4) break;
  }
  match.reasons.push_back(entry.level_reason);
  if (!entry.path_complete) match.confidence = std::min(match.confidence, 0.7);
  (void)facts;
}

void describe_entity(const Facts& facts, program::EntityId id, Match& match) {
  const program::Entity& entity = facts.program.entity(id);
  const personal::PersonalEntity& person = facts.personal.entity(id);
  match.entity = std::string(entity.name.text());
  match.person = person.person;
  if (entity.name_span.valid()) {
    match.related.push_back({entity.name_span, "`" + match.entity + "` is declared here"});
  }
  if (!person.special.empty()) {
    match.severity.special = true;
    match.reasons.push_back("`" + match.entity + "` tells something special of its people: " +
                            std::string(person.special.text()));
  }
}

Match match_of_touch(const Facts& facts, const Rule& rule, const Touch& touch, const Shown& shown) {
  const Entry& entry = facts.access.entries()[touch.entry.value];
  Match match;
  match.rule = &rule;
  describe_entry(facts, entry, match);
  if (!shown.origins.empty()) {
    describe_origins(facts, shown.origins, match);
  }
  match.data = shown.data;
  describe_entity(facts, touch.entity, match);
  match.severity.data_level = level_of(facts.rules, shown.data);
  if (match.severity.special && match.severity.data_level == 2) {
    match.severity.data_level = touch.many ? 4 : 3;
  }
  match.severity.likely = shown.likely;
  match.severity.bulk = touch.many;
  match.severity.takeover = is_write(touch.kind);
  switch (touch.level) {
    case Level::Public:
      match.severity.exposure = rule::Exposure::X5;
      match.severity.exposure_reason = "no authentication";
      break;
    case Level::Authenticated:
      match.severity.exposure = rule::Exposure::X4;
      match.severity.exposure_reason = "any logged-in caller";
      break;
    default:
      match.severity.exposure = rule.severity.exposure;
      break;
  }
  match.words.emplace_back("access", std::string(access_word(touch.kind)));
  const std::vector<rule::DataTypeId> by = selector_data(facts, touch);
  match.words.emplace_back("identifier", by.empty() ? "identifier" : data_words(facts.rules, by));
  match.key = std::string(access_word(touch.kind));
  if (touch.span.valid()) {
    match.related.push_back({touch.span, "the record is " + std::string(is_write(touch.kind) ? "changed" : "loaded") + " here"});
  }
  for (const flow::Flow* flow : touch.flows) {
    match.related.push_back({flow->span, "it leaves here"});
    break;
  }
  return match;
}

// --- checks ---

/// EX.entry: open by purpose. Only what gives nothing of a record back, or proves who asks, is excused.
bool excused_entry(const Facts& facts, const Entry& entry, const Touch& touch) {
  if (!is_open_by_purpose(entry.path, facts.program, entry.handler)) return false;
  if (touch.kind == rule::Access::Kind::Create) return true;
  if (!touch.returned && !is_write(touch.kind)) return true;
  return reaches_proof(facts, touch.entry);
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
        !flag_fits(form, "by_request_id", touch.by_request_id)) {
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
    if (excused_entry(facts, entry, touch)) continue;
    const Shown shown = shown_by(facts, touch);
    if (level_of(facts.rules, shown.data) < number(form, "data_level", 2)) continue;
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

/// At least three siblings and 60 % of them check the caller; this one does not.
void check_deviation(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  std::map<std::string, std::vector<std::uint32_t>> groups;
  const auto& entries = facts.access.entries();
  for (std::uint32_t i = 0; i < entries.size(); ++i) groups[entries[i].router].push_back(i);
  std::set<std::uint32_t> with_people;
  for (const Touch& touch : facts.access.touches()) {
    if (!facts.personal.entity(touch.entity).fields.empty()) with_people.insert(touch.entry.value);
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
    const auto usual = std::max_element(names.begin(), names.end(), [](const auto& a, const auto& b) {
      return a.second < b.second;
    });
    for (const std::uint32_t i : group) {
      const Entry& entry = entries[i];
      if (entry.level != Level::Public || !with_people.contains(i)) continue;
      if (is_open_by_purpose(entry.path, facts.program, entry.handler)) continue;
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

/// Request data written into a person as a whole.
void check_mass_assignment(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  for (const Touch& touch : facts.access.touches()) {
    if (touch.load == nullptr || !is_write(touch.kind) || touch.kind == rule::Access::Kind::Delete) continue;
    if (!facts.personal.entity(touch.entity).is_person) continue;
    if (touch.level == Level::Permission) continue;
    const auto whole = std::find_if(touch.load->data.begin(), touch.load->data.end(),
                                    [](const flow::Load::Selector& written) {
                                      return written.field == Name::of("*") && written.from_request;
                                    });
    if (whole == touch.load->data.end()) continue;
    Match match = match_of_touch(facts, rule, touch, shown_by(facts, touch));
    match.span = whole->span.valid() ? whole->span : touch.span;
    match.function = touch.site.function;
    match.severity.exposure = rule::Exposure::X4;
    match.severity.likely = false;
    match.key = "body";
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

/// A session or token for a person looked up by what the request says, and nothing proves who asks.
void check_login_without_proof(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
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
    const std::optional<program::Site> session = session_issued(facts, touch.entry);
    const bool login_name = is_login_name(entry.path, facts.program, entry.handler);
    if (!session && !(login_name && touch.returned)) continue;
    if (!session_is_for(facts, touch)) continue;
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
    {"guard-deviation", check_deviation},
    {"mass-assignment", check_mass_assignment},
    {"login-without-proof", check_login_without_proof},
    {"unthrottled", check_unthrottled},
};

}  // namespace

std::span<const NamedCheck> access_checks() { return kChecks; }

}  // namespace privet::finding
