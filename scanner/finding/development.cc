#include "finding/development.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "personal/spelling.h"

namespace privet::finding {
namespace {

using program::Program;
using program::Site;

constexpr int kMostSteps = 8;

bool any_of_words(const std::vector<std::string>& words, std::initializer_list<std::string_view> wanted) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(wanted.begin(), wanted.end(), word) != wanted.end();
  });
}

/// What a word of an environment says: `production` false, `test` true, others nothing.
std::optional<bool> environment_of(const std::vector<std::string>& words) {
  if (any_of_words(words, {"production", "prod", "live"})) return false;
  if (any_of_words(words, {"test", "tests", "testing", "dev", "development", "local"})) return true;
  return std::nullopt;
}

/// `isTestEnv`, `is_production`, `__DEV__`: a name that asks for the environment, and nothing else.
std::optional<bool> asked_by(std::string_view name) {
  const std::vector<std::string> words = personal::split_name(name);
  const std::optional<bool> answer = environment_of(words);
  static constexpr std::array<std::string_view, 17> kAsking = {
      "is",   "in",          "env",  "environment", "mode", "build",       "production", "prod", "live",
      "test", "development", "dev",  "testing",     "only", "environments", "server",    "local"};
  const bool nothing_else = std::all_of(words.begin(), words.end(), [](const std::string& word) {
    return std::find(kAsking.begin(), kAsking.end(), word) != kAsking.end();
  });
  // `test(x)` and `live` alone are no questions.
  const bool alone = words.size() == 1 && words[0] != "production" && words[0] != "development" && words[0] != "dev";
  return nothing_else && !alone ? answer : std::nullopt;
}

/// The environment itself: `NODE_ENV`, `app.env`, `settings.ENVIRONMENT`.
bool names_environment(std::string_view name) {
  const std::vector<std::string> words = personal::split_name(name);
  return !words.empty() && (words.back() == "env" || words.back() == "environment" || words.back() == "stage");
}

class Conditions {
 public:
  Conditions(const Program& program, program::FunctionId function)
      : program_(program), function_(function), code_(program.function(function)) {
    definitions_.resize(code_.locals.size());
    for (const ir::Block& block : code_.blocks) {
      for (const ir::Instruction& at : block.instructions) {
        if (at.result == ir::kNone) continue;
        Definition& definition = definitions_[at.result];
        definition.only = definition.several || definition.only != nullptr ? nullptr : &at;
        definition.several = definition.several || definition.only == nullptr;
      }
    }
  }

  /// What a true value means: true for development, false for production, nothing for something else.
  std::optional<bool> meaning(ir::LocalIndex local, int steps = 0) const {
    if (local == ir::kNone || steps > kMostSteps) return std::nullopt;
    if (const std::optional<bool> computed = by_definition(local, steps)) return computed;
    return asked_by(code_.locals[local].name.text());
  }

 private:
  struct Definition {
    const ir::Instruction* only = nullptr;
    bool several = false;
  };

  const ir::Instruction* definition(ir::LocalIndex local) const { return definitions_[local].only; }

  std::optional<bool> by_definition(ir::LocalIndex local, int steps) const {
    const ir::Instruction* at = definition(local);
    if (at == nullptr) return std::nullopt;
    switch (at->op) {
      case ir::Op::Copy: return meaning(at->a, steps + 1);
      case ir::Op::Load: return asked_by(at->name.text());
      case ir::Op::Call: return of_call(*at);
      case ir::Op::Operate: return of_operation(*at, steps);
      default: return std::nullopt;
    }
  }

  std::string text_of(ir::LocalIndex local) const {
    const program::Constant value = program_.constant_of(function_, local);
    if (value.kind == program::Constant::Kind::Text) return std::string(value.text.text());
    return {};
  }

  std::string_view name_of(ir::LocalIndex local) const {
    if (local == ir::kNone) return {};
    const ir::Instruction* at = definition(local);
    if (at == nullptr || !code_.locals[local].name.empty()) return code_.locals[local].name.text();
    return at->op == ir::Op::Load || at->op == ir::Op::Call ? at->name.text() : std::string_view{};
  }

  /// `isTest()`, `environment.is(TEST)`.
  std::optional<bool> of_call(const ir::Instruction& at) const {
    const std::string_view called = at.name.empty() ? name_of(at.a) : at.name.text();
    if (const std::optional<bool> answer = asked_by(called)) return answer;
    if (called != "is" || at.n_operands != 1 || !names_environment(name_of(at.a))) return std::nullopt;
    return environment_named(code_.operands[at.first_operand].value);
  }

  /// `"production"`, `TEST`.
  std::optional<bool> environment_named(ir::LocalIndex local) const {
    if (local == ir::kNone) return std::nullopt;
    const std::string text = text_of(local);
    const std::vector<std::string> words = personal::split_name(text.empty() ? name_of(local) : std::string_view(text));
    return words.size() == 1 ? environment_of(words) : std::nullopt;
  }

  /// True if the value is the environment: `process.env.NODE_ENV`, `app.get("env")`.
  bool is_environment(ir::LocalIndex local) const {
    if (local == ir::kNone) return false;
    if (names_environment(name_of(local))) return true;
    const ir::Instruction* at = definition(local);
    if (at == nullptr || at->op != ir::Op::Call || at->n_operands == 0) return false;
    const ir::LocalIndex key = code_.operands[at->first_operand].value;
    return key != ir::kNone && names_environment(text_of(key));
  }

  std::optional<bool> of_operation(const ir::Instruction& at, int steps) const {
    const std::string_view op = at.name.text();
    const auto operand = [&](std::uint32_t i) { return code_.operands[at.first_operand + i].value; };
    if (at.n_operands == 1 && (op == "!" || op == "not")) {
      const std::optional<bool> inner = meaning(operand(0), steps + 1);
      return inner ? std::optional<bool>(!*inner) : std::nullopt;
    }
    const bool equal = op == "===" || op == "==" || op == "is";
    const bool unequal = op == "!==" || op == "!=" || op == "is not";
    if (at.n_operands != 2 || (!equal && !unequal)) return std::nullopt;
    for (const std::uint32_t side : {0u, 1u}) {
      if (!is_environment(operand(side))) continue;
      if (const std::optional<bool> named = environment_named(operand(1 - side))) {
        return equal ? named : std::optional<bool>(!*named);
      }
    }
    return std::nullopt;
  }

  const Program& program_;
  program::FunctionId function_;
  const ir::Function& code_;
  std::vector<Definition> definitions_;  // by local
};

/// True if control can come to `wanted` without the edge from `branch` to `side`.
bool reached_without(const ir::Function& code, ir::BlockIndex branch, bool side, ir::BlockIndex wanted) {
  std::vector<bool> seen(code.blocks.size(), false);
  std::vector<ir::BlockIndex> open{0};
  while (!open.empty()) {
    const ir::BlockIndex at = open.back();
    open.pop_back();
    if (at == ir::kNone || at >= code.blocks.size() || seen[at]) continue;
    seen[at] = true;
    if (at == wanted) return true;
    const ir::Block& block = code.blocks[at];
    const ir::Terminator& end = block.end;
    open.push_back(block.handler);
    const bool branches = end.kind == ir::Terminator::Kind::Branch;
    if (!branches && end.kind != ir::Terminator::Kind::Jump) continue;
    if (at != branch || !side) open.push_back(end.target);
    if (branches && (at != branch || side)) open.push_back(end.otherwise);
  }
  return false;
}

bool is_command_folder(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kNames = {
      "cli",   "cmd",   "commands", "management", "scripts", "script",  "bin",
      "tools", "devel", "migrations", "alembic",  "seeds",   "seeders", "console"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// `@app.command()`, `@cli.group`.
bool is_command(const Program& program, program::FunctionId id) {
  const ir::Function& code = program.function(id);
  if (code.annotations.empty() || code.parent == ir::kNone) return false;
  const ir::Function& outer = program.function(program.function_id(program.module_of(id), code.parent));
  for (const ir::Block& block : outer.blocks) {
    for (const ir::Instruction& at : block.instructions) {
      const bool decorates = std::any_of(code.annotations.begin(), code.annotations.end(),
                                         [&](const ir::Annotation& annotation) { return annotation.value == at.result; });
      if (decorates && (at.name.text() == "command" || at.name.text() == "group")) return true;
    }
  }
  return false;
}

}  // namespace

bool runs_in_terminal(const Program& program, program::FunctionId function) {
  std::string_view path = program.sources()[program.module(program.module_of(function)).file].path;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    if (is_command_folder(path.substr(0, slash))) return true;
    path.remove_prefix(slash + 1);
  }
  const std::string_view stem = path.substr(0, path.find('.'));
  return stem == "cli" || stem == "manage" || stem == "setup" || is_command(program, function);
}

bool only_in_development(const Program& program, const Site& site) {
  const ir::Function& code = program.function(site.function);
  const Conditions conditions(program, site.function);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const ir::Terminator& end = code.blocks[b].end;
    if (end.kind != ir::Terminator::Kind::Branch) continue;
    const std::optional<bool> development = conditions.meaning(end.value);
    if (development && !reached_without(code, b, *development, site.block)) return true;
  }
  return false;
}

}  // namespace privet::finding
