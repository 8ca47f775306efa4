#include <nlohmann/json.hpp>

#include "cli/options.h"
#include "cli/table.h"
#include "pipeline/load_rules.h"
#include "rule/checks.h"

namespace privet::cli {
namespace {

using nlohmann::ordered_json;

std::string_view form_name(rule::CheckInfo::Form form) {
  switch (form) {
    case rule::CheckInfo::Form::Access: return "access";
    case rule::CheckInfo::Form::Declaration: return "declaration";
    case rule::CheckInfo::Form::Program: return "program";
    case rule::CheckInfo::Form::Config: return "config";
  }
  return "";
}

std::string_view type_name(rule::CheckParameter::Type type) {
  using Type = rule::CheckParameter::Type;
  switch (type) {
    case Type::Text: return "text";
    case Type::Flag: return "true or false";
    case Type::Number: return "number";
    case Type::Choice: return "choice";
    case Type::Data: return "data types";
    case Type::SinkKind: return "sink kinds";
    case Type::SourceKind: return "source kinds";
  }
  return "";
}

std::string parameter_text(const rule::CheckParameter& parameter) {
  std::string values;
  for (const std::string_view choice : parameter.choices) values += (values.empty() ? "" : ", ") + std::string(choice);
  return "  " + std::string(parameter.name) + ": " + (values.empty() ? std::string(type_name(parameter.type)) : values);
}

int print_checks(bool json) {
  if (json) {
    ordered_json out = ordered_json::array();
    for (const rule::CheckInfo& check : rule::known_checks()) {
      ordered_json entry = {{"form", form_name(check.form)}, {"check", check.name}, {"text", check.text}};
      entry["parameters"] = ordered_json::array();
      for (const rule::CheckParameter& parameter : check.parameters) {
        entry["parameters"].push_back({{"name", parameter.name}, {"type", type_name(parameter.type)},
                                       {"choices", parameter.choices}});
      }
      out.push_back(std::move(entry));
    }
    return print_out(out.dump(1) + "\n", kClean);
  }
  std::string out;
  for (const rule::CheckInfo& check : rule::known_checks()) {
    out += std::string(form_name(check.form)) + ": {check: " + std::string(check.name) + "}  " +
           std::string(check.text) + "\n";
    for (const rule::CheckParameter& parameter : check.parameters) out += parameter_text(parameter) + "\n";
  }
  return print_out(out, kClean);
}

std::string languages_text(const rule::Rule& rule) {
  std::string text;
  for (const base::Name language : rule.languages) text += (text.empty() ? "" : ", ") + std::string(language.text());
  return text.empty() ? "all" : text;
}

ordered_json rule_json(const rule::Rule& rule) {
  ordered_json out;
  out["id"] = rule.id.text();
  out["title"] = rule.title;
  out["principle"] = rule::principle_name(rule.principle);
  out["law"] = rule.law;
  out["cwe"] = rule.cwe;
  out["languages"] = ordered_json::array();
  for (const base::Name language : rule.languages) out["languages"].push_back(language.text());
  out["controls"] = ordered_json::array();
  for (const rule::Control& control : rule.controls) {
    out["controls"].push_back({{"id", control.id}, {"title", control.title}});
  }
  out["why"] = rule.why;
  out["fix"] = rule.fix;
  out["file"] = rule.file;
  return out;
}

}  // namespace

int run_rules(const Options& options) {
  if (options.checks) return print_checks(options.json);
  auto rules = pipeline::load_rules(options.scan, {});
  if (!rules) return complain(rules.error().message);
  if (options.json) {
    ordered_json out = ordered_json::array();
    for (const rule::Rule& rule : rules.value().rules()) out.push_back(rule_json(rule));
    return print_out(out.dump(1, ' ', false, ordered_json::error_handler_t::replace) + "\n", kClean);
  }
  std::vector<std::vector<std::string>> rows = {{"RULE", "PRINCIPLE", "LANGUAGES", "FINDS"}};
  for (const rule::Rule& rule : rules.value().rules()) {
    rows.push_back({std::string(rule.id.text()), std::string(rule::principle_name(rule.principle)),
                    languages_text(rule), rule.title});
  }
  return print_out(table_text(rows), kClean);
}

}  // namespace privet::cli
