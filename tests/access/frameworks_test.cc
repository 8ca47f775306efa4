#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "access/access.h"
#include "base/parallel.h"
#include "support/places.h"
#include "support/project.h"

// Each folder of fixtures/access is a small application of one framework; `access.exp` in it says who
// can reach what. UPDATE_EXPECTATIONS=1 rewrites it.

namespace privet::access {
namespace {

namespace fs = std::filesystem;

std::string_view word_of(Level level) {
  switch (level) {
    case Level::Public: return "public";
    case Level::Authenticated: return "authenticated";
    case Level::Permission: return "permission";
    case Level::Owner: return "owner";
    case Level::Unknown: return "unknown";
  }
  return "";
}

std::string_view word_of(rule::Access::Kind kind) {
  switch (kind) {
    case rule::Access::Kind::Read: return "read";
    case rule::Access::Kind::Create: return "create";
    case rule::Access::Kind::Update: return "update";
    case rule::Access::Kind::Delete: return "delete";
  }
  return "";
}

std::string text_of(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// All files of an application in the form of `link_project`, models of its own apart.
std::string files_of(const fs::path& folder, std::string& models) {
  std::string files;
  for (const fs::directory_entry& file : fs::recursive_directory_iterator(folder)) {
    const std::string path = fs::relative(file.path(), folder).generic_string();
    if (!file.is_regular_file() || path.ends_with(".exp")) continue;
    if (path.starts_with("rules/")) {
      models += text_of(file.path());
    } else {
      files += "--- " + path + "\n" + text_of(file.path());
    }
  }
  return files;
}

/// One entry a line: method, path, level, guards that count, what it does with whose records.
std::string map_of(const fs::path& folder) {
  std::string models;
  const std::string files = files_of(folder, models);
  const auto project = program::link_project(files, models);
  if (project->program == nullptr) return {};
  const program::Program& program = *project->program;
  const personal::Personal personal = personal::Personal::classify(program);
  base::ThreadPool pool(1);
  const flow::FlowResult flows = flow::solve(program, personal, pool);
  const AccessMap access = map_access(program, personal, flows);
  std::vector<std::string> lines;
  for (std::uint32_t i = 0; i < access.entries().size(); ++i) {
    const Entry& entry = access.entries()[i];
    std::string line = entry.method + " " + entry.path + ": " + std::string(word_of(entry.level));
    for (const SeenGuard& guard : entry.guards) {
      if (guard.effective) line += ", " + std::string(guard.name.substr(0, guard.name.find('(')));
    }
    std::vector<std::string> done;
    for (const Touch& touch : access.touches()) {
      if (touch.entry.value != i) continue;
      std::string what = "; " + std::string(word_of(touch.kind)) + (touch.many ? " many " : " ") +
                         std::string(program.entity(touch.entity).name.text());
      if (touch.limited) what += ", limited";
      if (touch.owned) what += " of the caller";
      if (touch.returned) what += ", returned";
      if (std::find(done.begin(), done.end(), what) == done.end()) done.push_back(what);
    }
    for (const std::string& what : done) line += what;
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class Frameworks : public testing::TestWithParam<std::string> {};

TEST_P(Frameworks, SaysWhoReachesWhat) {
  const fs::path folder = test::source_dir() / "fixtures/access" / GetParam();
  const fs::path expected_at = folder / "access.exp";
  const std::string found = map_of(folder);
  ASSERT_FALSE(found.empty());
  if (std::getenv("UPDATE_EXPECTATIONS") != nullptr) std::ofstream(expected_at) << found;
  const std::string expected = text_of(expected_at);
  EXPECT_EQ(found, expected) << "in " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Python, Frameworks,
                         testing::Values("django", "django-rest-framework", "fastapi", "graphene", "flask", "flask-sqlalchemy"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

INSTANTIATE_TEST_SUITE_P(JavaScript, Frameworks,
                         testing::Values("express", "fastify", "firebase", "graphql", "hapi", "hono", "koa",
                                         "nestjs", "nextjs", "own", "remix", "sveltekit", "trpc"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace privet::access
