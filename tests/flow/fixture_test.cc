#include <gtest/gtest.h>

#include <map>
#include <sstream>

#include "flow_fixture.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "rule/data_types.h"

namespace privet::flow {

namespace {

constexpr std::string_view kModels = R"yaml(
language: LANGUAGE
packages: [lib]
types:
  lib.Request:
    fields: {body: {source: request-body}, params: {source: request-path}, user: {principal: true}}
  lib.Cookies: {}
functions:
  - {api: lib.log, sink: "log at arg(0..)"}
  - {api: lib.send, sink: http-response}
  - {api: lib.track, sink: "third-party at arg(1).properties"}
  - {api: lib.mask, flow: arg(0) -> return as masked}
  - {api: lib.sha, flow: arg(0) -> return as hashed}
  - {api: lib.count, flow: arg(0) -> return as aggregated}
  - {api: lib.same, flow: arg(0) -> return}
  - {api: lib.nothing, returns: lib.Cookies}
  - {api: lib.request, returns: lib.Request}
  - {api: lib.pick, flow: "arg(0) -> return keep arg(1..)"}
  - {api: lib.omit, flow: "arg(0) -> return drop arg(1..)"}
  - {api: lib.copy_into, flow: arg(1) -> arg(0)}
  - {api: lib.map, calls: "arg(1)(arg(0).*) -> return.*"}
  - {api: lib.each, calls: "arg(1)(arg(0).*)"}
  - {api: lib.find, returns: instance of arg(0), access: {read: arg(0), where: [arg(1).where], fields: arg(1).fields}}
  - {api: lib.list, returns: list of instance of arg(0), access: {read: arg(0), many: true, where: [arg(1).where], fields: arg(1).fields, limit: arg(1).limit}}
  - {api: lib.save, access: {update: arg(0), where: [arg(1).where], data: [arg(1).data]}}
  - {api: lib.position, source: device is location.precise}
  - {api: lib.cookies, returns: lib.Cookies}
  - {api: "lib.Cookies.value=", sink: cookie}
)yaml";

constexpr std::string_view kPrelude =
    "import lib = \"lib\" *\n"
    "class Member {\nid: number\nemail: string\nphone: string\nnote: string\nactive: boolean\n}\n";
constexpr std::uint32_t kPreludeLines = 9;

std::string trimmed_lines(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::string line, out;
  while (std::getline(in, line)) {
    auto begin = line.find_first_not_of(" \t");
    if (begin == std::string::npos) continue;
    auto end = line.find_last_not_of(" \t");
    out += line.substr(begin, end - begin + 1) + "\n";
  }
  return out;
}

/// Loaded once for each language.
const rule::RuleSet& rules_for(std::string_view language) {
  static std::map<std::string, rule::RuleSet, std::less<>> known;
  auto at = known.find(language);
  if (at == known.end()) {
    std::string models(kModels);
    models.replace(models.find("LANGUAGE"), 8, language);
    auto loaded = rule::RuleSet::load({{"lib.yaml", models}});
    CHECK(loaded.ok(), loaded.ok() ? "" : loaded.error().message.c_str());
    at = known.emplace(std::string(language), std::move(loaded).value()).first;
  }
  return at->second;
}

}  // namespace

Solved::Solved(std::string_view text, std::string_view language, unsigned n_threads) {
  source::SourceFile file;
  file.path = "program.ir";
  file.text = "module " + std::string(language) + "\n" + std::string(kPrelude) + std::string(text);
  file.size = file.text.size();
  source::FileId id = sources.add(file);
  rules = &rules_for(language);
  auto module = ir::parse_text(sources[id].text, id);
  EXPECT_TRUE(module.ok()) << (module.ok() ? "" : module.error().message);
  auto wrong = ir::verify(module.value(), static_cast<std::uint32_t>(sources[id].text.size()));
  EXPECT_TRUE(wrong.empty()) << wrong.front();
  std::vector<ir::Module> modules;
  modules.push_back(std::move(module).value());
  pool = std::make_unique<base::ThreadPool>(n_threads);
  program = std::make_unique<program::Program>(program::link(std::move(modules), sources, *rules));
  personal = std::make_unique<personal::Personal>(personal::Personal::classify(*program));
  result = std::make_unique<FlowResult>(solve(*program, *personal, *pool));
}

std::string Solved::line(source::Span span) const {
  if (!span.valid()) return "?";
  return std::to_string(sources.position(span.file, span.begin).line - kPreludeLines);
}

namespace {

std::string describe(const Solved& solved, const Flow& flow) {
  const Origin& origin = solved.result->origin(flow.origin);
  std::string text;
  if (origin.kind.empty()) {
    text = solved.rules->data_types()[origin.data].id.text();
  } else {
    text = origin.kind.text();
  }
  text += " -> " + (flow.sink.empty() ? "return" : std::string(flow.sink.text())) + ":" +
          solved.line(flow.span);
  if (origin.bulk) text += " bulk";
  if (flow.whole_record) text += " whole";
  if (flow.as_template) text += " template";
  if (flow.protection != rule::Protection::None) {
    text += " " + std::string(rule::protection_name(flow.protection));
  }
  return text + "\n";
}

}  // namespace

std::string Solved::flows() const {
  std::string text;
  for (const Flow& flow : result->flows()) text += describe(*this, flow);
  return text;
}

std::string Solved::returned(std::string_view function) const {
  std::string text;
  for (std::uint32_t i = 0; i < program->n_functions(); ++i) {
    program::FunctionId id{i};
    if (program->function(id).name.text() != function) continue;
    for (const Flow& flow : result->returned(id)) text += describe(*this, flow);
  }
  return text;
}

std::string Solved::steps() const {
  if (result->flows().size() != 1) return std::to_string(result->flows().size()) + " flows";
  static constexpr const char* kKinds[] = {"source", "assign", "field",   "pass",
                                           "enter",  "leave",  "protect", "sink"};
  std::string text;
  for (const Step& step : result->flows()[0].steps) {
    if (!text.empty()) text += ", ";
    text += kKinds[static_cast<int>(step.kind)];
    if (!step.name.empty()) text += " " + std::string(step.name.text());
    text += ":" + line(step.span);
  }
  return text;
}

std::string Solved::loads() const {
  static constexpr const char* kKinds[] = {"read", "create", "update", "delete"};
  auto selectors = [](const std::vector<Load::Selector>& all) {
    std::string text;
    for (const Load::Selector& selector : all) {
      text += " " + (selector.field.empty() ? "?" : std::string(selector.field.text()));
      if (selector.from_request) text += "(request)";
      if (selector.from_principal) text += "(principal)";
    }
    return text;
  };
  std::string text;
  for (std::uint32_t i = 0; i < program->n_functions(); ++i) {
    for (const Load& load : result->loads(program::FunctionId{i})) {
      text += kKinds[static_cast<int>(load.kind)];
      text += load.entity.valid() ? " " + std::string(program->entity(load.entity).name.text()) : " ?";
      if (load.many) text += " many";
      if (load.limited) text += " limited";
      if (!load.where.empty()) text += " where" + selectors(load.where);
      if (!load.data.empty()) text += " data" + selectors(load.data);
      if (!load.fields.empty()) text += " fields";
      for (base::Name field : load.fields) text += " " + std::string(field.text());
      text += "\n";
    }
  }
  return text;
}

void check_flow(std::string_view text, std::string_view expected, std::string_view language) {
  Solved solved(text, language);
  EXPECT_EQ(solved.flows(), trimmed_lines(expected)) << "for\n" << text;
}

}  // namespace privet::flow
