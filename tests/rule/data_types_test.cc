#include "rule/data_types.h"

#include <gtest/gtest.h>

#include "rule/embedded.h"
#include "rule/yaml.h"

namespace privet::rule {
namespace {

std::vector<DataTypes::File> built_in() {
  std::vector<DataTypes::File> files;
  for (const EmbeddedFile& file : embedded_files()) {
    if (file.path.starts_with("data/")) files.push_back({file.path, file.text});
  }
  return files;
}

DataTypes load() { return std::move(DataTypes::load(built_in())).value(); }

std::string error_of(std::string_view text) {
  auto files = built_in();
  files.push_back({"data/zz.yaml", text});
  const auto loaded = DataTypes::load(files);
  return loaded.ok() ? "" : loaded.error().message;
}

TEST(DataTypes, HoldsTheWholeTaxonomy) {
  const DataTypes types = load();
  EXPECT_EQ(types.size(), 362u);  // 259 by meaning, 101 identifiers, the short form of one, a whole record
  EXPECT_EQ(types.matching("gov").size(), 102u);
  EXPECT_EQ(types.with_flag(DataFlag::Credential).size(), 13u);
  EXPECT_EQ(types.with_flag(DataFlag::Art9).size(), 45u);
  EXPECT_EQ(types.with_flag(DataFlag::Art10).size(), 8u);
  EXPECT_EQ(types.languages().size(), 7u);
  const DataType& email = types[types.find("contact.email")];
  EXPECT_EQ(email.level, 2);
  EXPECT_EQ(email.title, "e-mail address");
  EXPECT_TRUE(email.flags.has(DataFlag::StableId));
  EXPECT_FALSE(email.flags.has(DataFlag::Art9));
  EXPECT_FALSE(types.find("contact.e-mail").valid());
  for (std::uint32_t i = 0; i < types.size(); ++i) {
    const DataType& type = types[DataTypeId{i}];
    EXPECT_FALSE(type.title.empty()) << type.id.text();
    // Only the whole record has no name of its own.
    EXPECT_EQ(type.strong.empty() && type.weak.empty(), type.id.text() == "identity.record") << type.id.text();
    EXPECT_TRUE(!type.flags.has(DataFlag::Art9) || type.level == 4) << type.id.text();
  }
}

TEST(DataTypes, PatternsNameTypesAndGroups) {
  const DataTypes types = load();
  EXPECT_EQ(types.matching("contact.email").size(), 1u);
  EXPECT_EQ(types.matching("financial.card.*"), types.matching("financial.card"));
  EXPECT_EQ(types.matching("*").size(), types.size());
  EXPECT_TRUE(types.matching("contac").empty());
  EXPECT_TRUE(types.matching("contact").includes(types.matching("contact.phone")));
  EXPECT_EQ(types.level_of(types.matching("contact.email") | types.matching("health.*")), 4);
  EXPECT_EQ(types.level_of({}), 0);
}

TEST(DataTypes, OrderIsByGroup) {
  const DataTypes types = load();
  EXPECT_LT(types.find("political.donation"), types.find("membership.donation"));
  EXPECT_LT(types.find("identity.dob"), types.find("contact.email"));
}

TEST(DataTypes, VocabulariesSayWhatWordsMean) {
  const DataTypes types = load();
  const auto meaning = [&](const char* vocabulary, const char* word) {
    const auto found = types.meaning_of(vocabulary, word);
    return found.person ? "person" : found.marked ? "marked"
           : found.type.valid() ? std::string(types[found.type].id.text()) : "";
  };
  EXPECT_EQ(meaning("html-autocomplete", "given-name"), "identity.name.given");
  EXPECT_EQ(meaning("html-autocomplete", "tel-national"), "contact.phone");
  EXPECT_EQ(meaning("validator", "EmailField"), "contact.email");
  EXPECT_EQ(meaning("fhir-resource", "Patient"), "person");
  EXPECT_EQ(meaning("marking", "pii"), "marked");
  EXPECT_EQ(meaning("ios-api", "HKQuantityTypeIdentifier"), "health.vitals");
  EXPECT_EQ(meaning("validator", "Length"), "");
  EXPECT_EQ(meaning("no-such", "email"), "");
}

TEST(DataTypes, MistakesAreNamedWithTheirPlace) {
  EXPECT_EQ(error_of("types:\n  - id: a.b\n    title: t\n    level: 2\n"), "");
  struct Case {
    const char* text;
    const char* message;
  };
  const Case cases[] = {
      {"types:\n  - id: a.b\n    titel: t\n    level: 2\n", "data/zz.yaml:3: unknown key `titel`"},
      {"types:\n  - id: a.b\n    title: t\n    level: 7\n", "data/zz.yaml:4:"},
      {"types:\n  - id: a.b\n    level: 2\n", "data/zz.yaml:2:"},
      {"types:\n  - id: A B\n    title: t\n    level: 2\n", "is not an id"},
      {"types:\n  - id: contact.email\n    title: t\n    level: 2\n", "is there already"},
      {"types:\n  - {id: a.b, title: t, level: 2, flags: [art8]}\n", "unknown flag `art8`"},
      {"types:\n  - {id: a.b, title: t, level: 2, strong: [First-Name]}\n", "is not a name form"},
      {"types:\n  - {id: a.b, title: t, level: 2, strong: [x, x]}\n", "is listed twice"},
      {"types:\n  - {id: a.b, title: t, level: 2, pattern: '(['}\n", "bad pattern"},
      {"shared: {x: contact.emial}\n", "did you mean `contact.email`?"},
      {"identifying: [contact.nothing]\n", "unknown data type"},
      {"type: []\n", "unknown key `type`"},
  };
  for (const Case& c : cases) {
    const std::string message = error_of(c.text);
    EXPECT_NE(message.find(c.message), std::string::npos) << c.text << "\n" << message;
    EXPECT_TRUE(message.starts_with("data/zz.yaml:")) << message;
  }
}

TEST(DataTypes, ProjectsAddTypesOnce) {
  DataTypes types = load();
  const auto made = [](const char* id) {
    DataType type;
    type.id = Name::of(id);
    type.group = Name::of("custom");
    type.title = "shoe colour";
    type.strong = {"shoe_colour"};
    return type;
  };
  EXPECT_FALSE(types.extend({{made("custom.shoe")}, {"support_email"}}));
  EXPECT_TRUE(types.find("custom.shoe").valid());
  EXPECT_EQ(types.not_personal_names(), Words{"support_email"});
  const auto again = types.extend({{made("custom.hat"), made("custom.hat")}, {}});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->message, "data type `custom.hat` is there already");
  EXPECT_FALSE(types.find("custom.hat").valid());
  DataTypes::Additions many;
  for (int i = 0; i < 200; ++i) many.types.push_back(made(("custom.t" + std::to_string(i)).c_str()));
  EXPECT_TRUE(types.extend(std::move(many)));
}

TEST(DataTypeSet, IsALattice) {
  std::vector<DataTypeSet> sets(5);
  sets[1].insert(DataTypeId{0});
  sets[2].insert(DataTypeId{63});
  sets[2].insert(DataTypeId{64});
  sets[3].insert(DataTypeId{447});
  sets[3].insert(DataTypeId{0});
  for (std::uint32_t i = 0; i < kMaxDataTypes; i += 3) sets[4].insert(DataTypeId{i});
  for (const DataTypeSet& a : sets) {
    EXPECT_EQ(a | a, a);
    EXPECT_EQ(a | DataTypeSet{}, a);
    for (const DataTypeSet& b : sets) {
      EXPECT_EQ(a | b, b | a);
      EXPECT_TRUE((a | b).includes(a));
      EXPECT_TRUE(a.includes(a & b));
      DataTypeSet rest = a;
      rest -= b;
      EXPECT_TRUE((rest & b).empty());
      EXPECT_EQ((rest | (a & b)), a);
      for (const DataTypeSet& c : sets) EXPECT_EQ((a | b) | c, a | (b | c));
    }
  }
}

TEST(DataTypeSet, GoesInOrder) {
  DataTypeSet set;
  for (std::uint32_t id : {200u, 3u, 447u, 64u}) set.insert(DataTypeId{id});
  set.erase(DataTypeId{64});
  std::vector<std::uint32_t> seen;
  set.for_each([&](DataTypeId id) { seen.push_back(id.value); });
  EXPECT_EQ(seen, (std::vector<std::uint32_t>{3, 200, 447}));
  EXPECT_EQ(set.size(), 3u);
  EXPECT_FALSE(set.contains(DataTypeId{}));
}

}  // namespace
}  // namespace privet::rule
