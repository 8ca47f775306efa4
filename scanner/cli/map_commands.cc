#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "cli/options.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "rule/data_types.h"

// `privet data` and `privet access`: what the phases before the rules found out.

namespace privet::cli {
namespace {

using nlohmann::ordered_json;

std::unique_ptr<pipeline::Scan> scan_until(const Options& options, pipeline::Phase phase, int& code) {
  pipeline::ScanOptions scan = options.scan;
  scan.stop_after = phase;
  ProgressLine progress(options.progress);
  auto scanned = pipeline::scan(scan, [&](pipeline::Phase now, std::size_t n_done, std::size_t n_items) {
    progress.show(now, n_done, n_items);
  });
  progress.clear();
  if (!scanned) {
    code = complain(scanned.error().message);
    return nullptr;
  }
  return std::move(scanned).value();
}

std::string place_of(const pipeline::Scan& scan, source::Span span) {
  if (!span.valid()) return {};
  return scan.walk.files[span.file].path + ":" + std::to_string(scan.walk.files.position(span.file, span.begin).line);
}

std::string dumped(const ordered_json& value) {
  return value.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

std::string joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? std::string() : std::string(between)) + text;
  return out;
}

/// Entities with personal fields, by place.
std::vector<program::EntityId> personal_entities(const pipeline::Scan& scan) {
  std::vector<program::EntityId> ids;
  for (std::uint32_t i = 0; i < scan.program->n_entities(); ++i) {
    const program::EntityId id{i};
    if (!scan.personal->entity(id).fields.empty()) ids.push_back(id);
  }
  std::stable_sort(ids.begin(), ids.end(), [&](program::EntityId a, program::EntityId b) {
    return scan.program->entity(a).span < scan.program->entity(b).span;
  });
  return ids;
}

std::string_view certainty_word(personal::Certainty certainty) {
  return certainty == personal::Certainty::Certain ? "certain" : "likely";
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

std::string_view kind_word(rule::Access::Kind kind) {
  switch (kind) {
    case rule::Access::Kind::Read: return "read";
    case rule::Access::Kind::Create: return "create";
    case rule::Access::Kind::Update: return "update";
    case rule::Access::Kind::Delete: return "delete";
  }
  return "";
}

int print_data_json(const pipeline::Scan& scan) {
  ordered_json out = ordered_json::array();
  for (const program::EntityId id : personal_entities(scan)) {
    const program::Entity& entity = scan.program->entity(id);
    const personal::PersonalEntity& person = scan.personal->entity(id);
    ordered_json entry;
    entry["entity"] = entity.name.text();
    entry["layer"] = entity.layer.text();
    entry["stored"] = entity.stored;
    entry["place"] = place_of(scan, entity.span);
    entry["person"] = person.is_person;
    if (!person.special.empty()) entry["special"] = person.special.text();
    entry["fields"] = ordered_json::array();
    for (const personal::PersonalField& field : person.fields) {
      const rule::DataType& type = scan.rules->data_types()[field.evidence.type];
      entry["fields"].push_back({{"field", field.field.text()},
                                 {"type", type.id.text()},
                                 {"level", type.level},
                                 {"certainty", certainty_word(field.evidence.certainty)},
                                 {"score", field.evidence.score},
                                 {"why", field.evidence.reasons}});
    }
    out.push_back(std::move(entry));
  }
  return print_out(dumped(out), kClean);
}

int print_data(const pipeline::Scan& scan) {
  std::vector<std::vector<std::string>> rows = {{"ENTITY", "FIELD", "DATA", "LEVEL", "CERTAINTY", "PLACE", "WHY"}};
  for (const program::EntityId id : personal_entities(scan)) {
    const program::Entity& entity = scan.program->entity(id);
    for (const personal::PersonalField& field : scan.personal->entity(id).fields) {
      const rule::DataType& type = scan.rules->data_types()[field.evidence.type];
      const program::EntityField* declared = entity.find(field.field);
      rows.push_back({std::string(entity.name.text()), std::string(field.field.text()), std::string(type.id.text()),
                      "L" + std::to_string(type.level), std::string(certainty_word(field.evidence.certainty)),
                      place_of(scan, declared != nullptr ? declared->span : entity.span),
                      joined(field.evidence.reasons, "; ")});
    }
  }
  if (rows.size() == 1) return print_out("no records with personal data found\n", kClean);
  return print_out(table_text(rows), kClean);
}

/// What an entry does with records about people, in words.
struct Behind {
  std::vector<std::string> texts;
  std::set<std::string> data;
};

void add_types(const pipeline::Scan& scan, const access::Touch& touch, std::set<std::string>& data) {
  const auto add = [&](rule::DataTypeId id) {
    if (id.valid()) data.emplace(scan.rules->data_types()[id].id.text());
  };
  for (const flow::Flow* flow : touch.flows) add(scan.flows->origin(flow->origin).data);
  for (const base::Name field : touch.fields) {
    if (const personal::Evidence* evidence = scan.personal->field(touch.entity, field)) add(evidence->type);
  }
  if (touch.kind == rule::Access::Kind::Read) return;
  for (const personal::PersonalField& field : scan.personal->entity(touch.entity).fields) add(field.evidence.type);
}

std::vector<Behind> behind_of(const pipeline::Scan& scan) {
  std::vector<Behind> all(scan.access->entries().size());
  for (const access::Touch& touch : scan.access->touches()) {
    const personal::PersonalEntity& person = scan.personal->entity(touch.entity);
    if (person.fields.empty()) continue;
    Behind& behind = all[touch.entry.value];
    std::string text = std::string(kind_word(touch.kind)) + " " + (touch.many ? "many " : "") +
                       std::string(scan.program->entity(touch.entity).name.text());
    if (touch.owned) text += " (own)";
    if (touch.returned) text += " → response";
    if (std::find(behind.texts.begin(), behind.texts.end(), text) == behind.texts.end()) behind.texts.push_back(text);
    add_types(scan, touch, behind.data);
  }
  return all;
}

std::string guards_text(const access::Entry& entry) {
  std::string text;
  for (const access::SeenGuard& guard : entry.guards) {
    text += (text.empty() ? "" : ", ") + guard.name;
    if (!guard.effective) text += " (no effect: " + guard.why_not + ")";
  }
  return text;
}

int print_access_json(const pipeline::Scan& scan) {
  const std::vector<Behind> behind = behind_of(scan);
  ordered_json out = ordered_json::array();
  for (std::size_t i = 0; i < behind.size(); ++i) {
    const access::Entry& entry = scan.access->entries()[i];
    ordered_json row;
    row["protocol"] = entry.protocol;
    row["method"] = entry.method;
    row["path"] = entry.path;
    row["path_complete"] = entry.path_complete;
    row["level"] = level_word(entry.level);
    row["why"] = entry.level_reason;
    row["framework"] = entry.framework.text();
    row["place"] = place_of(scan, entry.span);
    row["guards"] = ordered_json::array();
    for (const access::SeenGuard& guard : entry.guards) {
      row["guards"].push_back({{"name", guard.name}, {"effective", guard.effective},
                               {"why_not", guard.why_not}, {"place", place_of(scan, guard.span)}});
    }
    row["does"] = behind[i].texts;
    row["data"] = std::vector<std::string>(behind[i].data.begin(), behind[i].data.end());
    out.push_back(std::move(row));
  }
  return print_out(dumped(out), kClean);
}

int print_access(const pipeline::Scan& scan) {
  const std::vector<Behind> behind = behind_of(scan);
  std::vector<std::vector<std::string>> rows = {{"ENTRY POINT", "LEVEL", "GUARDS", "DOES", "DATA", "PLACE"}};
  for (std::size_t i = 0; i < behind.size(); ++i) {
    const access::Entry& entry = scan.access->entries()[i];
    std::string name = entry.method + " " + (entry.path.empty() ? "?" : entry.path);
    if (!entry.path_complete) name += " …";
    rows.push_back({std::move(name), std::string(level_word(entry.level)), guards_text(entry),
                    joined(behind[i].texts, ", "),
                    joined(std::vector<std::string>(behind[i].data.begin(), behind[i].data.end()), ", "),
                    place_of(scan, entry.span)});
  }
  if (rows.size() == 1) return print_out("no entry points found\n", kClean);
  return print_out(table_text(rows), kClean);
}

}  // namespace

int run_data(const Options& options) {
  int code = kClean;
  const auto scan = scan_until(options, pipeline::Phase::Link, code);
  if (scan == nullptr) return code;
  return options.json ? print_data_json(*scan) : print_data(*scan);
}

int run_access(const Options& options) {
  int code = kClean;
  const auto scan = scan_until(options, pipeline::Phase::Solve, code);
  if (scan == nullptr) return code;
  return options.json ? print_access_json(*scan) : print_access(*scan);
}

}  // namespace privet::cli
