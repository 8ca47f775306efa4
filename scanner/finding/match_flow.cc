#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

#include "finding/arrival.h"
#include "finding/development.h"
#include "finding/match.h"
#include "personal/spelling.h"
#include "rule/data_types.h"

// Flow rules: an origin of some data, or of some input, reaches a sink of some kind.

namespace privet::finding {
namespace {

using flow::Flow;
using rule::FlowForm;
using rule::Rule;

bool any_fits(const std::vector<std::string>& patterns, std::string_view id) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return fits(pattern, id); });
}

/// Starts the id of an outside host that no file of recipients lists.
constexpr std::string_view kUnlisted = "unlisted:";

/// What a variable or field on the way is said to hold: `encryptedPassword`, `masked_email`.
/// Over-approximates: a name is taken to tell the truth.
rule::Protection said_protection(base::Name name) {
  static const std::pair<std::string_view, rule::Protection> kWords[] = {
      {"encrypted", rule::Protection::Encrypted}, {"ciphertext", rule::Protection::Encrypted},
      {"hashed", rule::Protection::Hashed},       {"masked", rule::Protection::Masked},
      {"redacted", rule::Protection::Masked},     {"obfuscated", rule::Protection::Masked},
      {"anonymised", rule::Protection::Masked},   {"anonymized", rule::Protection::Masked}};
  for (const std::string& word : personal::split_name(name.text())) {
    for (const auto& [said, protection] : kWords) {
      if (word == said) return protection;
    }
  }
  return rule::Protection::None;
}

rule::Protection protection_of(const Flow& flow) {
  if (flow.protection != rule::Protection::None) return flow.protection;
  for (const flow::Step& step : flow.steps) {
    if (step.kind != flow::Step::Kind::Field && step.kind != flow::Step::Kind::Assign) continue;
    const rule::Protection said = said_protection(step.name);
    if (said != rule::Protection::None) return said;
  }
  return rule::Protection::None;
}

bool recipient_fits(const Facts& facts, const FlowForm& form, const Flow& flow) {
  if (form.recipients.empty()) return true;
  if (flow.recipient.text().starts_with(kUnlisted)) {
    return listed(form.recipients, base::Name::of("unlisted"));
  }
  const rule::Recipient* recipient = facts.rules.find_recipient(flow.recipient);
  return recipient != nullptr &&
         (listed(form.recipients, recipient->role) || listed(form.recipients, recipient->id));
}

/// A recipient that needs a data type for its very job is not told off for getting it.
bool expected_by_recipient(const Facts& facts, const Flow& flow, std::string_view id) {
  const rule::Recipient* recipient = facts.rules.find_recipient(flow.recipient);
  return recipient != nullptr && any_fits(recipient->expected, id);
}

/// True for a serializer or form that names the fields of its record that it shows, and for a shape that is
/// declared for what leaves: `GetUserResponse`, `UserOut`.
bool lists_its_fields(const Facts& facts, const flow::Origin& origin) {
  if (!origin.entity.valid()) return false;
  const program::Entity& shape = facts.program.entity(origin.entity);
  if (shape.stored) return false;
  if (shape.describes.valid() && !shape.only.empty()) return true;
  static constexpr std::array<std::string_view, 9> kLast = {
      "response", "output", "out", "dto", "view", "presentation", "summary", "card", "public"};
  const std::vector<std::string> words = personal::split_name(shape.name.text());
  return words.size() > 1 && std::find(kLast.begin(), kLast.end(), words.back()) != kLast.end();
}

/// The sinks that answer whoever asks.
const std::vector<base::Name>& answers() {
  static const std::vector<base::Name> kAnswers = {
      base::Name::of("http-response"),    base::Name::of("error-response"), base::Name::of("graphql-response"),
      base::Name::of("template"),         base::Name::of("page-state"),     base::Name::of("download")};
  return kAnswers;
}

bool is_person(const Facts& facts, const flow::Origin& origin) {
  return origin.entity.valid() && facts.personal.entity(origin.entity).is_person;
}

/// The password of a link or room, shown to who manages it behind a login: it is there to be passed on.
bool is_password_of_thing(const Facts& facts, const Flow& flow) {
  const flow::Origin& origin = facts.flows.origin(flow.origin);
  if (!origin.data.valid() || !origin.entity.valid() || is_person(facts, origin)) return false;
  const std::string_view type = facts.rules.data_types()[origin.data].id.text();
  return (type == "credential.password" || type == "credential.pin") && listed(answers(), flow.sink) &&
         facts.access.exposure_of(flow.site.function) != access::Level::Public;
}

bool form_fits(const Facts& facts, const FlowForm& form, const Flow& flow) {
  const flow::Origin& origin = facts.flows.origin(flow.origin);
  if (!listed(form.to, flow.sink)) return false;
  if (!recipient_fits(facts, form, flow)) return false;
  if (origin.data.valid()) {
    if (!form.sources.empty()) return false;
    const rule::DataType& type = facts.rules.data_types()[origin.data];
    const std::string_view id = type.id.text();
    if (type.level < form.min_level) return false;
    if (!form.data.empty() && !any_fits(form.data, id)) return false;
    if (any_fits(form.not_data, id)) return false;
    if (!form.recipients.empty() && expected_by_recipient(facts, flow, id)) return false;
  } else if (!listed(form.sources, origin.kind)) {
    return false;
  }
  if (!form.protection.empty()) {
    if (std::find(form.protection.begin(), form.protection.end(), flow.protection) ==
        form.protection.end()) {
      return false;
    }
  } else if (is_protected(facts, flow, form.unless)) {
    return false;
  }
  // An exception shows its text; what else it carries stays in the program.
  static const base::Name kException = base::Name::of("exception");
  if (flow.sink == kException && (!flow.as_template || flow.whole_record)) return false;
  if (makes_role(facts, flow) || answers_who_typed(flow) || is_said_to_be_key(facts, flow)) return false;
  if (flow.opaque && !flow.whole_record && origin.data.valid() && listed(answers(), flow.sink) &&
      facts.rules.data_types()[origin.data].id.text().starts_with("credential.")) {
    // What is made of a secret, by something unknown, is an answer more often than the secret.
    return false;
  }
  if (is_password_of_thing(facts, flow)) return false;
  if (is_guess(facts, flow) || is_address_itself(facts, flow)) return false;
  if (form.whole_record && *form.whole_record != flow.whole_record) return false;
  if (form.whole_record && *form.whole_record && lists_its_fields(facts, origin)) return false;
  if (form.of_person && *form.of_person != is_person(facts, origin)) return false;
  if (form.whole_input && is_part(facts, flow)) return false;
  if (form.bulk && *form.bulk != (origin.bulk && arrives_as_many(facts, flow))) return false;
  if (form.authenticated) {
    const access::Level level = facts.access.exposure_of(flow.site.function);
    const bool open = level == access::Level::Public;
    if (*form.authenticated == open) return false;
  }
  return !calls_tagged(facts, flow.site.function, form.unless_tags);
}

std::string_view exposure_words(rule::Exposure exposure) {
  switch (exposure) {
    case rule::Exposure::X1: return "inside the store";
    case rule::Exposure::X2: return "a wider internal audience";
    case rule::Exposure::X3: return "outside control";
    case rule::Exposure::X4: return "any logged-in caller";
    case rule::Exposure::X5: return "public";
  }
  return "";
}

/// True if the record that leaves is the caller's, behind every entry point where it leaves.
bool leaves_to_its_person(const Facts& facts, const Flow& flow) {
  bool any = false;
  for (const access::Touch& touch : facts.access.touches()) {
    if (std::find(touch.flows.begin(), touch.flows.end(), &flow) == touch.flows.end()) continue;
    if (!touch.owned || touch.many || touch.level == access::Level::Public) return false;
    any = true;
  }
  return any;
}

/// True if the function, or the route before it, is there for second factors, and asks who calls.
bool is_about_factors(const Facts& facts, const Flow& flow) {
  static constexpr std::array<std::string_view, 9> kWords = {
      "2fa", "twofactor", "two-factor", "two_factor", "totp", "mfa", "otp", "recovery", "backup"};
  std::string words = facts.program.display_name(flow.site.function);
  for (const access::EntryId id : facts.access.entries_of(flow.site.function)) {
    const access::Entry& entry = facts.access.entries()[id.value];
    if (entry.level == access::Level::Public) return false;
    words += " " + entry.path;
  }
  for (char& c : words) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return words.find(word) != std::string::npos; });
}

/// The secret of a second factor, or the codes that stand in for it, picked out for the person whose they
/// are: that is how it is set up. A whole record that has it is another matter.
bool sets_up_factor(const Facts& facts, const Flow& flow) {
  const flow::Origin& origin = facts.flows.origin(flow.origin);
  return !flow.whole_record && origin.data.valid() &&
         facts.rules.data_types()[origin.data].id.text() == "credential.totp-secret" &&
         (leaves_to_its_person(facts, flow) || is_about_factors(facts, flow));
}

void set_exposure(const Facts& facts, const Rule& rule, const Flow& flow, Match& match) {
  rule::Exposure exposure = rule.severity.exposure;
  if (listed(answers(), flow.sink)) {
    const access::Level level = facts.access.exposure_of(flow.site.function);
    switch (leaves_to_its_person(facts, flow) ? access::Level::Owner : level) {
      case access::Level::Public: exposure = rule::Exposure::X5; break;
      case access::Level::Authenticated: exposure = rule::Exposure::X4; break;
      case access::Level::Permission:
      case access::Level::Owner:
        // EX.staff, EX.self: not silence, but no more than a note for ordinary data.
        exposure = rule::Exposure::X2;
        match.severity.extra = -1.5;
        match.severity.extra_reason = "staff, or the person's own record";
        break;
      case access::Level::Unknown: break;
    }
  }
  match.severity.exposure = exposure;
  const rule::Kind* kind = facts.rules.find_kind(flow.sink);
  match.severity.exposure_reason =
      exposure == rule.severity.exposure && kind != nullptr ? kind->title
                                                            : std::string(exposure_words(exposure));
}

Place place_of(const flow::Step& step) {
  const std::string name(step.name.text());
  std::string text;
  switch (step.kind) {
    case flow::Step::Kind::Source: text = name.empty() ? "starts here" : "`" + name + "` starts here"; break;
    case flow::Step::Kind::Assign: text = "goes into `" + name + "`"; break;
    case flow::Step::Kind::Field: text = "field `" + name + "`"; break;
    case flow::Step::Kind::Pass: text = name.empty() ? "passes on" : "passes through `" + name + "`"; break;
    case flow::Step::Kind::Enter: text = "enters `" + name + "`"; break;
    case flow::Step::Kind::Leave: text = "returned from `" + name + "`"; break;
    case flow::Step::Kind::Protect: text = "protected by `" + name + "`"; break;
    case flow::Step::Kind::Sink: text = name.empty() ? "leaves here" : "leaves through `" + name + "`"; break;
  }
  return {step.span, std::move(text)};
}

bool uses(const ir::Function& code, const ir::Instruction& in, ir::LocalIndex local) {
  if (in.a == local || in.b == local || in.c == local) return true;
  return std::any_of(code.operands.begin() + in.first_operand, code.operands.begin() + in.first_operand + in.n_operands,
                     [&](const ir::Operand& operand) { return operand.value == local; });
}

/// `env === "development" ? error : {}`: the handler of errors asks before it shows one.
bool shows_errors_in_development(const Facts& facts, program::FunctionId handler) {
  const ir::Function& code = facts.program.function(handler);
  if (code.parameters.empty()) return false;
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const auto& instructions = code.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      if (uses(code, instructions[i], code.parameters[0].local) && only_in_development(facts.program, {handler, b, i})) {
        return true;
      }
    }
  }
  return false;
}

/// `if (env !== "production") body.stack = error.stack`: where the value is read.
bool read_in_development(const Facts& facts, const flow::Origin& origin) {
  const ir::Function& code = facts.program.function(origin.function);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const auto& instructions = code.blocks[b].instructions;
    const auto at = std::find_if(instructions.begin(), instructions.end(),
                                 [&](const ir::Instruction& in) { return in.span == origin.span; });
    if (at == instructions.end()) continue;
    return only_in_development(facts.program, {origin.function, b, static_cast<std::uint32_t>(at - instructions.begin())});
  }
  return false;
}

/// What a developer's machine prints or answers reaches nobody else.
bool stays_in_development(const Facts& facts, const Flow& flow) {
  static const std::vector<base::Name> kOwn = {base::Name::of("log"), base::Name::of("trace"),
                                               base::Name::of("error-response")};
  const flow::Origin& origin = facts.flows.origin(flow.origin);
  if (origin.kind == base::Name::of("error-object") && shows_errors_in_development(facts, origin.function)) return true;
  const bool detail = origin.kind == base::Name::of("error-detail");
  if (detail && read_in_development(facts, origin)) return true;
  return (detail || listed(kOwn, flow.sink)) && only_in_development(facts.program, flow.site);
}

/// What a command prints or fails with is read by the operator who runs it, and kept nowhere.
bool stays_in_terminal(const Facts& facts, const Flow& flow) {
  const std::string_view symbol = flow.symbol.text();
  const bool printed = symbol == "print" || symbol.starts_with("console.") || symbol.starts_with("pprint.");
  const bool fails = flow.sink == base::Name::of("exception");
  return (printed || fails) && runs_in_terminal(facts.program, flow.site.function);
}

/// All flows of one rule that leave in one call make one finding.
void emit(const Facts& facts, const Rule& rule, const FlowForm& form,
          const std::vector<const Flow*>& flows, Matches& out) {
  Match match;
  match.rule = &rule;
  const Flow& first = *flows.front();
  match.span = first.span;
  match.function = first.site.function;
  std::vector<flow::OriginId> origins;
  for (const Flow* flow : flows) origins.push_back(flow->origin);
  std::sort(origins.begin(), origins.end());
  origins.erase(std::unique(origins.begin(), origins.end()), origins.end());
  describe_origins(facts, origins, match);
  if (match.data.empty()) {
    const rule::Kind* kind = facts.rules.find_kind(facts.flows.origin(first.origin).kind);
    if (kind != nullptr) match.words.emplace_back("data", kind->title);
  }
  if (static_cast<int>(match.data.size()) < form.min_types && form.sources.empty()) return;

  match.evidence = "flow";
  match.key = std::string(first.sink.text()) + " " + std::string(first.symbol.text());
  const rule::Kind* kind = facts.rules.find_kind(first.sink);
  match.words.emplace_back("sink", kind != nullptr ? kind->title : std::string(first.sink.text()));
  match.words.emplace_back("api", std::string(first.symbol.text()));
  if (const rule::Recipient* recipient = facts.rules.find_recipient(first.recipient)) {
    match.recipient = recipient->name;
  } else if (first.recipient.text().starts_with(kUnlisted)) {
    match.recipient = "`" + std::string(first.recipient.text().substr(kUnlisted.size())) + "`";
  }
  set_exposure(facts, rule, first, match);
  const std::vector<access::EntryId> entries = facts.access.entries_of(match.function);
  if (!entries.empty()) {
    const access::Entry& entry = facts.access.entries()[entries.front().value];
    match.route = entry.method + " " + entry.path;
    match.related.push_back({entry.span, "reached by `" + match.route + "`"});
  }
  std::uint32_t depth = 0;
  for (const flow::Step& step : first.steps) {
    if (step.kind == flow::Step::Kind::Leave && depth > 0) --depth;
    match.steps.push_back(place_of(step));
    match.steps.back().depth = depth;
    if (step.kind == flow::Step::Kind::Enter) ++depth;
  }
  const flow::Origin& origin = facts.flows.origin(first.origin);
  if (origin.entity.valid()) {
    const program::Entity& entity = facts.program.entity(origin.entity);
    const program::EntityField* field = entity.find(origin.field);
    if (field != nullptr && field->span.valid()) {
      match.related.push_back({field->span, "`" + std::string(entity.name.text()) + "." +
                                                std::string(field->name.text()) + "` is declared here"});
    }
  }
  out.push_back(std::move(match));
}

}  // namespace

bool is_protected(const Facts& facts, const flow::Flow& flow, const std::vector<rule::Protection>& unless) {
  using rule::Protection;
  const Protection protection = protection_of(flow);
  if (protection == Protection::None) return false;
  const flow::Origin& origin = facts.flows.origin(flow.origin);
  static const std::vector<base::Name> kKept = {base::Name::of("log"), base::Name::of("trace")};
  if (protection == Protection::Hashed && origin.data.valid() && listed(kKept, flow.sink) &&
      facts.rules.data_types()[origin.data].id.text() == "contact.email") {
    return true;
  }
  // A weak hash of something that can be guessed is no protection at all.
  if (protection == Protection::Hashed && origin.data.valid() &&
      facts.rules.data_types()[origin.data].flags.has(rule::DataFlag::Guessable)) {
    return false;
  }
  return unless.empty() || std::find(unless.begin(), unless.end(), protection) != unless.end();
}

bool fits(std::string_view pattern, std::string_view id) {
  if (pattern == "*") return true;
  if (pattern.ends_with(".*")) return id.starts_with(pattern.substr(0, pattern.size() - 1));
  return pattern == id;
}

void match_flow_rules(const Facts& facts, Matches& out) {
  // Rules by sink kind, so that a flow meets only those that may want it.
  struct Wanted {
    const Rule* rule;
    const FlowForm* form;
  };
  std::unordered_map<base::Name, std::vector<Wanted>> by_kind;
  for (const Rule& rule : facts.rules.rules()) {
    for (const FlowForm& form : rule.flow) {
      for (const base::Name kind : form.to) by_kind[kind].push_back({&rule, &form});
    }
  }
  // Flows are sorted by sink, so those of one call are neighbours.
  using Key = std::tuple<source::Span, const Rule*>;
  std::vector<std::pair<Key, std::pair<const FlowForm*, std::vector<const Flow*>>>> open;
  source::Span current;
  const auto flush = [&] {
    for (auto& [key, group] : open) emit(facts, *std::get<1>(key), *group.first, group.second, out);
    open.clear();
  };
  const auto meet = [&](const Flow& flow) {
    if (flow.span != current) flush();
    current = flow.span;
    const auto wanted = by_kind.find(flow.sink);
    if (wanted == by_kind.end()) return;
    // A rule about protected values says more of them than one about values.
    const bool protected_here = std::any_of(wanted->second.begin(), wanted->second.end(), [&](const Wanted& other) {
      return !other.form->protection.empty() && form_fits(facts, *other.form, flow);
    });
    for (const auto& [rule, form] : wanted->second) {
      if (protected_here && form->protection.empty()) continue;
      if (!form_fits(facts, *form, flow) || stays_in_development(facts, flow) || stays_in_terminal(facts, flow) ||
          sets_up_factor(facts, flow)) {
        continue;
      }
      const Key key{flow.span, rule};
      auto group = std::find_if(open.begin(), open.end(),
                                [&](const auto& entry) { return entry.first == key; });
      if (group == open.end()) {
        open.push_back({key, {form, {}}});
        group = std::prev(open.end());
      }
      if (form->min_types < group->second.first->min_types) group->second.first = form;
      group->second.second.push_back(&flow);
    }
  };
  for (const Flow& flow : facts.flows.flows()) {
    if (const Flow* sent = facts.access.as_sent(flow)) meet(*sent);
  }
  for (const Flow& flow : facts.access.returned()) meet(flow);
  flush();
}

}  // namespace privet::finding
