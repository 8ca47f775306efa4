#include "support/project.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "lang/language.h"
#include "program/print.h"

namespace privet::program {

std::unique_ptr<Project> link_project(std::string_view files, std::string_view models) {
  auto project = std::make_unique<Project>();
  std::map<std::string, std::string> by_path;
  std::string path;
  while (!files.empty()) {
    const std::size_t end = files.find('\n');
    const std::string_view line = files.substr(0, end);
    files = end == std::string_view::npos ? std::string_view() : files.substr(end + 1);
    if (line.starts_with("--- ")) {
      path = std::string(line.substr(4));
      by_path[path];
    } else if (!path.empty()) {
      by_path[path] += std::string(line) + "\n";
    }
  }
  for (const auto& [name, text] : by_path) {
    source::SourceFile file;
    file.path = name;
    file.text = text;
    project->sources.add(std::move(file));
  }
  std::vector<rule::RuleSource> extra;
  if (!models.empty()) extra.push_back({"models/javascript/test.yaml", std::string(models)});
  auto rules = rule::RuleSet::load(extra);
  EXPECT_TRUE(rules.ok()) << (rules.ok() ? "" : rules.error().message);
  if (!rules.ok()) return project;
  project->rules = std::make_unique<rule::RuleSet>(std::move(rules).value());
  std::vector<ir::Module> modules;
  for (std::uint32_t i = 0; i < project->sources.size(); ++i) {
    const source::FileId id{i};
    const source::SourceFile& file = project->sources[id];
    const lang::Language* language = lang::language_of(file.path);
    if (language != nullptr) modules.push_back(language->lower({id, file.path}, file.text));
  }
  project->program = std::make_unique<Program>(link(std::move(modules), project->sources, *project->rules));
  return project;
}

std::string Project::text() const { return print_program(*program); }

FunctionId Project::function(std::string_view name) const {
  for (std::uint32_t f = 0; f < program->n_functions(); ++f) {
    const FunctionId id{f};
    const std::string& path = sources[program->module(program->module_of(id)).file].path;
    const bool body = program->ref_of(id).index == 0;
    if (body ? path == name : path + ":" + program->display_name(id) == name) return id;
  }
  return {};
}

std::string Project::refs(std::string_view function_name, std::string_view variable) const {
  const FunctionId id = function(function_name);
  if (!id.valid()) return "no function";
  const ir::Function& code = program->function(id);
  for (ir::LocalIndex local = 0; local < code.locals.size(); ++local) {
    if (code.locals[local].name.text() != variable) continue;
    std::string text;
    for (const Ref& ref : program->refs(id, local)) {
      text += (text.empty() ? "" : ", ") + print_ref(*program, ref);
    }
    return text;
  }
  return "no variable";
}

std::string Project::callees(std::string_view function_name, std::string_view name) const {
  const FunctionId id = function(function_name);
  if (!id.valid()) return "no function";
  const ir::Function& code = program->function(id);
  struct Found {
    source::Span span;
    std::string text;
  };
  std::vector<Found> all;
  for (ir::BlockIndex block = 0; block < code.blocks.size(); ++block) {
    for (std::uint32_t i = 0; i < code.blocks[block].instructions.size(); ++i) {
      const ir::Instruction& at = code.blocks[block].instructions[i];
      if (at.op != ir::Op::Call) continue;
      const std::string_view written = at.name.empty() ? code.locals[at.a].name.text() : at.name.text();
      if (written != name) continue;
      const Callees& callees = program->callees({id, block, i});
      std::string text;
      const auto add = [&](std::string part) { text += (text.empty() ? "" : ", ") + part; };
      for (const FunctionId callee : callees.functions) add(program->display_name(callee));
      for (const ClassId made : callees.constructed) add("new " + std::string(program->class_of(made).name.text()));
      for (const base::Name symbol : callees.symbols) add("symbol " + std::string(symbol.text()));
      for (const FunctionId back : callees.callbacks) add("back to " + program->display_name(back));
      all.push_back({at.span, text});
    }
  }
  std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) { return a.span.begin < b.span.begin; });
  return all.empty() ? "no call" : all[0].text;
}

const Entity& Project::entity(std::string_view name) const {
  static const Entity kNone;
  const EntityId id = program->find_entity(base::Name::of(name));
  EXPECT_TRUE(id.valid()) << "no record " << name << " in\n" << text();
  return id.valid() ? program->entity(id) : kNone;
}

std::string Project::field(std::string_view entity_name, std::string_view field_name) const {
  const EntityField* field = entity(entity_name).find(base::Name::of(field_name));
  if (field == nullptr) return "-";
  using Shape = rule::FieldTypeModel::Shape;
  std::string text;
  switch (field->shape) {
    case Shape::Unknown: text = "unknown"; break;
    case Shape::Text: text = "text"; break;
    case Shape::Number: text = "number"; break;
    case Shape::Date: text = "date"; break;
    case Shape::Boolean: text = "boolean"; break;
    case Shape::Uuid: text = "uuid"; break;
    case Shape::Binary: text = "binary"; break;
    case Shape::Json: text = "json"; break;
    case Shape::Relation: text = "relation"; break;
  }
  if (!field->data.empty()) text += " " + std::string(field->data.text());
  if (field->relation.valid()) text += " -> " + std::string(program->entity(field->relation).name.text());
  if (field->many) text += " many";
  if (field->hidden) text += " hidden";
  return text;
}

}  // namespace privet::program
