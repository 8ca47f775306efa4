#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "personal/personal.h"
#include "rule/data_types.h"
#include "support/places.h"
#include "support/project.h"

// Each folder of fixtures/entities declares records in all ways that a language's libraries know;
// `data.exp` in it says which personal fields they have. UPDATE_EXPECTATIONS=1 rewrites it.

namespace privet::personal {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// All files in the form of `link_project`.
std::string files_of(const fs::path& folder) {
  std::string files;
  for (const fs::directory_entry& file : fs::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file() || file.path().extension() == ".exp") continue;
    files += "--- " + fs::relative(file.path(), folder).generic_string() + "\n" + text_of(file.path());
  }
  return files;
}

/// One field a line: layer, record, field, data type, and whether the record is a person.
std::string data_of(const fs::path& folder) {
  const auto project = program::link_project(files_of(folder));
  if (project->program == nullptr) return {};
  const program::Program& program = *project->program;
  const Personal personal = Personal::classify(program);
  std::vector<std::string> lines;
  for (std::uint32_t i = 0; i < program.n_entities(); ++i) {
    const program::Entity& entity = program.entity(program::EntityId{i});
    const PersonalEntity& found = personal.entity(program::EntityId{i});
    for (const PersonalField& field : found.fields) {
      std::string line(entity.layer.text());
      line += ' ';
      line += entity.name.text();
      line += '.';
      line += field.field.text();
      line += ": " + std::string(program.rules().data_types()[field.evidence.type].id.text());
      if (found.is_person) line += ", of a person";
      lines.push_back(std::move(line));
    }
  }
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

class Entities : public testing::TestWithParam<const char*> {};

TEST_P(Entities, HaveTheirPersonalFields) {
  const fs::path folder = test::source_dir() / "fixtures/entities" / GetParam();
  const fs::path expected_at = folder / "data.exp";
  const std::string found = data_of(folder);
  ASSERT_FALSE(found.empty());
  if (std::getenv("UPDATE_EXPECTATIONS") != nullptr) std::ofstream(expected_at) << found;
  EXPECT_EQ(found, text_of(expected_at));
}

INSTANTIATE_TEST_SUITE_P(Languages, Entities, testing::Values("javascript", "python"));

}  // namespace
}  // namespace privet::personal
