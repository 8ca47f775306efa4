#include <algorithm>
#include <set>
#include <string>

#include "finding/checks.h"
#include "finding/graphql_schema.h"
#include "finding/match.h"
#include "finding/touch.h"
#include "rule/data_types.h"

// Types of GraphQL schemas: what an open root field leads to over edges between types.

namespace privet::finding {
namespace {

using access::Entry;
using access::Level;
using rule::CheckForm;
using rule::Rule;

constexpr std::size_t kMostSteps = 256;

/// The record that a type shows: of the class itself, else the record of that name.
program::EntityId record_of(const Facts& facts, const SchemaType& type) {
  if (type.class_id.valid()) return facts.program.entity_of(type.class_id);
  return facts.program.find_entity(base::Name::of(type.name));
}

/// The type that an open entry answers with: what the schema says of its root field, else what stands at the
/// handler.
const SchemaType* answered_by(const Facts& facts, const Schema& schema, const Entry& entry) {
  for (const char* root : {"Query", "Mutation", "Subscription"}) {
    const SchemaType* type = schema.find(root);
    const SchemaField* field = type == nullptr ? nullptr : type->find(std::string_view(entry.path).substr(entry.path.starts_with('/') ? 1 : 0));
    if (field != nullptr) return field->guarded || type->guarded ? nullptr : schema.find(field->type);
  }
  if (!entry.handler.valid()) return nullptr;
  const ir::Function& handler = facts.program.function(entry.handler);
  const ir::Module& module = facts.program.module(facts.program.module_of(entry.handler));
  std::string said;
  if (handler.return_type < module.types.size()) said = facts.program.sources().text(module.types[handler.return_type].span);
  for (const ir::Annotation& annotation : handler.annotations) said += " " + std::string(facts.program.sources().text(annotation.span));
  std::string word;
  for (const char c : said + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_') {
      word += c;
      continue;
    }
    if (const SchemaType* type = schema.find(word); type != nullptr && type->class_id.valid()) return type;
    word.clear();
  }
  return nullptr;
}

/// What of a type is about a person and stands open: more than by which name somebody is known.
std::vector<const SchemaField*> open_fields(const Facts& facts, const SchemaType& type, std::vector<rule::DataTypeId>& data) {
  std::vector<const SchemaField*> open;
  const program::EntityId record = record_of(facts, type);
  if (type.guarded || !record.valid() || !facts.personal.entity(record).is_person) return open;
  for (const SchemaField& field : type.fields) {
    const personal::Evidence* evidence = field.guarded ? nullptr : facts.personal.field(record, field.name);
    if (evidence == nullptr) continue;
    const rule::DataType& kind = facts.rules.data_types()[evidence->type];
    if (kind.level < 2 || kind.id.text().starts_with("identity.name") || kind.id.text() == "online.username") continue;
    open.push_back(&field);
    data.push_back(evidence->type);
  }
  return open;
}

void check_open_edge(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  const auto& entries = facts.access.entries();
  if (std::none_of(entries.begin(), entries.end(), [](const Entry& entry) { return entry.protocol == "graphql"; })) return;
  const Schema schema = schema_of(facts.program);
  std::set<std::string> reported;
  for (const Entry& entry : entries) {
    if (entry.protocol != "graphql" || entry.level != Level::Public) continue;
    const SchemaType* first = answered_by(facts, schema, entry);
    if (first == nullptr) continue;
    struct Step {
      const SchemaType* type;
      std::string edge;  // that led here; empty for the first
    };
    std::vector<Step> open{{first, {}}};
    std::set<const SchemaType*> met{first};
    for (std::size_t i = 0; i < open.size() && i < kMostSteps; ++i) {
      const Step step = open[i];
      std::vector<rule::DataTypeId> data;
      const std::vector<const SchemaField*> fields = open_fields(facts, *step.type, data);
      // What the root field itself gives is the entry point's own matter.
      if (!step.edge.empty() && !fields.empty() && reported.insert(step.type->name).second) {
        Match match;
        match.rule = &rule;
        describe_entry(facts, entry, match);
        match.span = fields.front()->span;
        match.data = data;
        match.entity = step.type->name;
        match.person = facts.personal.entity(record_of(facts, *step.type)).person;
        match.evidence = "config";
        match.severity.data_level = level_of(facts.rules, data);
        match.severity.exposure = rule::Exposure::X5;
        match.severity.exposure_reason = "no authentication";
        match.words.emplace_back("api", "`" + step.edge + "`");
        match.related.push_back({entry.span, "this root field is open"});
        match.key = step.type->name;
        out.push_back(std::move(match));
      }
      if (step.type->guarded) continue;
      for (const SchemaField& field : step.type->fields) {
        const SchemaType* next = field.guarded ? nullptr : schema.find(field.type);
        if (next != nullptr && met.insert(next).second) open.push_back({next, step.type->name + "." + std::string(field.name.text())});
      }
    }
  }
}

constexpr NamedCheck kChecks[] = {{"open-edge", check_open_edge}};

}  // namespace

std::span<const NamedCheck> graphql_checks() { return kChecks; }

}  // namespace privet::finding
