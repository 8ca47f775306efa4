#include "finding/touch.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string>

#include "rule/data_types.h"

namespace privet::finding {

using access::Entry;
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

std::string_view level_word(access::Level level) {
  switch (level) {
    case access::Level::Public: return "public";
    case access::Level::Authenticated: return "authenticated";
    case access::Level::Permission: return "permission";
    case access::Level::Owner: return "owner";
    case access::Level::Unknown: return "unknown";
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

namespace {

void add_data(Shown& shown, rule::DataTypeId id) {
  if (std::find(shown.data.begin(), shown.data.end(), id) == shown.data.end()) shown.data.push_back(id);
}

/// A page is handed the whole record; what it prints of it is in the page.
bool given_to_page(const flow::Flow& flow) {
  static const Name kPage = Name::of("template");
  return flow.sink == kPage && flow.whole_record;
}

/// Whoever may delete, or write what he likes, holds all the fields; `paused_at = None` is one of them.
bool writes_all(const Touch& touch) {
  if (!is_write(touch.kind)) return false;
  if (touch.kind == rule::Access::Kind::Delete || touch.load == nullptr) return true;
  const auto& written = touch.load->data;
  return written.empty() || std::any_of(written.begin(), written.end(), [](const flow::Load::Selector& field) {
           return field.field.empty() || field.field == Name::of("*");
         });
}

}  // namespace

/// What reaches the response, or what is written, as data types.
Shown shown_by(const Facts& facts, const Touch& touch) {
  Shown shown;
  for (const flow::Flow* flow : touch.flows) {
    const flow::Origin& origin = facts.flows.origin(flow->origin);
    if (!origin.data.valid() || is_protected(facts, *flow, {})) continue;
    // A page that gets a record prints a name of it, never a hash.
    if (given_to_page(*flow) && any_data(facts, {origin.data}, {"credential.*"})) continue;
    add_data(shown, origin.data);
    shown.origins.push_back(flow->origin);
    if (origin.certainty == personal::Certainty::Certain) shown.likely = false;
    if (flow->whole_record) shown.whole_record = true;
  }
  shown.unprinted = !touch.flows.empty() && std::all_of(touch.flows.begin(), touch.flows.end(),
                                                        [](const flow::Flow* flow) { return given_to_page(*flow); });
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
  if (writes_all(touch) && shown.data.empty()) {
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

namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool has_any(const std::string& text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](std::string_view part) { return text.find(part) != std::string::npos; });
}

}  // namespace

bool is_guessable(const Touch& touch) {
  if (touch.load == nullptr) return true;
  return std::none_of(touch.load->where.begin(), touch.load->where.end(), [](const flow::Load::Selector& selector) {
    return has_any(lower(selector.field.text()), {"token", "uuid", "guid", "secret", "hash", "nonce", "signature"});
  });
}

bool is_chosen_by_secret(const Facts& facts, const Touch& touch) {
  static const std::vector<std::string> kSecrets = {"credential.session-token", "credential.reset-token",
                                                    "credential.api-key"};
  if (touch.load == nullptr) return false;
  return std::any_of(touch.load->where.begin(), touch.load->where.end(), [&](const flow::Load::Selector& selector) {
    if (!selector.from_request && (!touch.by_request_id || selector.from_principal)) return false;
    if (has_any(lower(selector.field.text()), {"token", "secret", "nonce", "signature", "invite_code", "invitecode"})) return true;
    const personal::Evidence* evidence = facts.personal.field(touch.entity, selector.field);
    return evidence != nullptr && any_data(facts, {evidence->type}, kSecrets);
  });
}

bool is_account(const Facts& facts, program::EntityId id) {
  for (const personal::PersonalField& field : facts.personal.entity(id).fields) {
    if (any_data(facts, {field.evidence.type}, {"credential.password", "credential.password-hash", "credential.totp-secret"})) {
      return true;
    }
  }
  const program::Entity& entity = facts.program.entity(id);
  return has_any(lower(entity.name.text()), {"user", "account", "member", "customer", "attendee", "student", "patient"});
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

namespace {

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

}  // namespace

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
  match.severity.unprinted = shown.unprinted;
  match.severity.bulk = touch.many;
  match.severity.takeover = is_write(touch.kind);
  switch (touch.level) {
    case access::Level::Public:
      match.severity.exposure = rule::Exposure::X5;
      match.severity.exposure_reason = "no authentication";
      break;
    case access::Level::Authenticated:
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

}  // namespace privet::finding
