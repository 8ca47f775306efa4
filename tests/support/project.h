#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "program/program.h"

namespace privet::program {

/// A linked program and all that must outlive it.
struct Project {
  source::SourceMap sources;
  std::unique_ptr<rule::RuleSet> rules;
  std::unique_ptr<Program> program;

  /// What `print_program` says, for comparing.
  std::string text() const;
  /// The function by its printed name (`a.js:f`), invalid when there is none.
  FunctionId function(std::string_view name) const;
  /// What the variable of that function may be, as printed, apart by commas.
  std::string refs(std::string_view function, std::string_view variable) const;
  /// The callees of the first call, in source order, that is written with this name.
  std::string callees(std::string_view function, std::string_view name) const;
  const Entity& entity(std::string_view name) const;
  /// `email: text -> Other many hidden`; `-` when there is no such field.
  std::string field(std::string_view entity, std::string_view field) const;
};

/// `files`: each begins with a line `--- PATH`. `models`: one more model file, in YAML.
std::unique_ptr<Project> link_project(std::string_view files, std::string_view models = {});

}  // namespace privet::program
