#include "rule/yaml.h"

#include <gtest/gtest.h>

#include <string>

namespace privet::rule {
namespace {

/// The value in one line: lists in [], maps in {}, `null` for nothing, quoted texts in "".
std::string show(const Yaml& value) {
  switch (value.kind) {
    case Yaml::Kind::Null: return "null";
    case Yaml::Kind::Scalar: return value.quoted ? "\"" + value.scalar + "\"" : value.scalar;
    case Yaml::Kind::List: {
      std::string text = "[";
      for (const Yaml& item : value.items) text += (text.size() > 1 ? ", " : "") + show(item);
      return text + "]";
    }
    case Yaml::Kind::Map: {
      std::string text = "{";
      for (const auto& [key, item] : value.entries) {
        text += (text.size() > 1 ? ", " : "") + show(key) + ": " + show(item);
      }
      return text + "}";
    }
  }
  return "?";
}

/// What reading gives: the value in one line, or the error.
std::string read(std::string_view text) {
  auto file = read_yaml("x.yaml", text);
  return file ? show(file.value().root) : file.error().message;
}

TEST(Yaml, ReadsValues) {
  EXPECT_EQ(read("a: 1\nb: [x, \"1\", ~, null, ]\nc:\n"), "{a: 1, b: [x, \"1\", null, null], c: null}");
  EXPECT_EQ(read("- {a: {b: c}}\n- |\n  two\n  lines\n"), "[{a: {b: c}}, \"two\nlines\n\"]");
  EXPECT_EQ(read("{\"json\": [true, 1.5e3, \"\\u00e9\"]}"), "{\"json\": [true, 1.5e3, \"é\"]}");
  EXPECT_EQ(read("null: 1"), "{null: 1}");
}

TEST(Yaml, RefusesWhatNoRuleNeeds) {
  EXPECT_EQ(read(""), "x.yaml:1: the file is empty");
  EXPECT_EQ(read("# only a comment\n"), "x.yaml:1: the file is empty");
  EXPECT_EQ(read("a: 1\n---\nb: 2\n"), "x.yaml:2: a second document; a file holds exactly one");
  EXPECT_EQ(read("a: &x 1\nb: *x\n"), "x.yaml:1: anchors are not allowed");
  EXPECT_EQ(read("a: 1\nb: *x\n"), "x.yaml:2: aliases are not allowed; write the value out");
  EXPECT_EQ(read("a: !!str 1\n"), "x.yaml:1: tags are not allowed");
  EXPECT_EQ(read("a: 1\nb: 2\na: 3\n"), "x.yaml:3: duplicate key `a`");
  EXPECT_EQ(read("? [a]\n: 1\n"), "x.yaml:1: a key must be a plain word or text");
  EXPECT_EQ(read("a: 1\n\xff: 2\n"), "x.yaml:2: invalid leading UTF-8 octet");
  EXPECT_EQ(read("a: [1, 2\nb: 3\n"),
            "x.yaml:2: did not find expected ',' or ']' while parsing a flow sequence");
}

TEST(Yaml, FindsDuplicatesInLargeMaps) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "k" + std::to_string(i) + ": v\n";
  EXPECT_EQ(read(text).substr(0, 7), "{k0: v,");
  EXPECT_EQ(read(text + "k3: v\n"), "x.yaml:41: duplicate key `k3`");
  EXPECT_EQ(read(text + "k39: v\n"), "x.yaml:41: duplicate key `k39`");
}

TEST(Yaml, BoundsNesting) {
  EXPECT_EQ(read(std::string(64, '[') + std::string(64, ']')),
            std::string(64, '[') + std::string(64, ']'));
  EXPECT_EQ(read(std::string(65, '[') + std::string(65, ']')),
            "x.yaml:1: nested more than 64 deep");
  EXPECT_EQ(read(std::string(1 << 20, '[')), "x.yaml:1: nested more than 64 deep");
}

TEST(Yaml, KnowsPlaces) {
  auto file = read_yaml("x.yaml", "a: 1\nbé: [x,\n  y]\n");
  ASSERT_TRUE(file.ok());
  const Yaml& y = file.value().root.entries[1].second.items[1];
  EXPECT_EQ(y.line, 3u);
  EXPECT_EQ(y.column, 3u);
  EXPECT_EQ(file.value().root.entries[1].second.column, 5u);
}

/// What one step of a reader says of `text`; the empty text if nothing.
template <class Step>
std::string error_of(std::string_view text, Step step) {
  auto file = read_yaml("x.yaml", text);
  if (!file) return file.error().message;
  YamlReader reader(file.value());
  step(reader, file.value().root);
  return reader.ok() ? "" : reader.error().message;
}

TEST(YamlReader, SaysWhatIsWrong) {
  EXPECT_EQ(error_of("a: 1\nform: x\n", [](auto& r, auto& y) { r.check_keys(y, {"a", "from"}); }),
            "x.yaml:2: unknown key `form`; did you mean `from`?");
  EXPECT_EQ(error_of("zzzz: 1\n", [](auto& r, auto& y) { r.check_keys(y, {"a", "from"}); }),
            "x.yaml:1: unknown key `zzzz`; known are `a`, `from`");
  EXPECT_EQ(error_of("[1]", [](auto& r, auto& y) { r.check_keys(y, {"a"}); }),
            "x.yaml:1: expected keys and values, one of `a`");
  EXPECT_EQ(error_of("a: 1", [](auto& r, auto& y) { r.required(y, "b"); }),
            "x.yaml:1: missing key `b`");
  EXPECT_EQ(error_of("\n- 1", [](auto& r, auto& y) { r.text(y); }), "x.yaml:2: expected a text");
  EXPECT_EQ(error_of("yes", [](auto& r, auto& y) { r.boolean(y); }),
            "x.yaml:1: expected `true` or `false`");
  EXPECT_EQ(error_of("\"true\"", [](auto& r, auto& y) { r.boolean(y); }),
            "x.yaml:1: expected `true` or `false`");
  EXPECT_EQ(error_of("1x", [](auto& r, auto& y) { r.number(y); }), "x.yaml:1: expected a number");
  EXPECT_EQ(error_of("inf", [](auto& r, auto& y) { r.number(y); }), "x.yaml:1: expected a number");
  EXPECT_EQ(error_of("- a\n- [b]\n", [](auto& r, auto& y) { r.texts(y); }),
            "x.yaml:2: expected a text");
  EXPECT_EQ(error_of("{a: b}", [](auto& r, auto& y) { r.texts(y); }),
            "x.yaml:1: expected a text or a list of texts");
  EXPECT_EQ(error_of("surce", [](auto& r, auto& y) { r.choice(y, {"sink", "source"}); }),
            "x.yaml:1: unknown value `surce`; did you mean `source`?");
  EXPECT_EQ(error_of("other", [](auto& r, auto& y) { r.choice(y, {"sink", "source"}); }),
            "x.yaml:1: unknown value `other`; expected one of `sink`, `source`");
}

TEST(YamlReader, KeepsTheFirstError) {
  EXPECT_EQ(error_of("a: x\nb: y\n",
                     [](auto& r, auto& y) {
                       r.number(*y.find("a"));
                       r.boolean(*y.find("b"));
                       EXPECT_EQ(r.text(*y.find("b")), "");
                       EXPECT_TRUE(r.texts(*y.find("b")).empty());
                     }),
            "x.yaml:1: expected a number");
}

TEST(YamlReader, ReadsValues) {
  auto file = read_yaml("x.yaml", "{t: text, b: true, n: -1.5, l: [a, b], c: two}");
  ASSERT_TRUE(file.ok());
  const Yaml& root = file.value().root;
  YamlReader reader(file.value());
  EXPECT_EQ(reader.text(reader.required(root, "t")), "text");
  EXPECT_TRUE(reader.boolean(reader.required(root, "b")));
  EXPECT_EQ(reader.number(reader.required(root, "n")), -1.5);
  EXPECT_EQ(reader.texts(reader.required(root, "l")), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(reader.texts(reader.required(root, "t")), std::vector<std::string>{"text"});
  EXPECT_EQ(reader.choice(reader.required(root, "c"), {"one", "two"}), 1u);
  EXPECT_TRUE(reader.ok());
}

TEST(Nearest, TakesTheNearestWord) {
  EXPECT_EQ(nearest("form", {"to", "from", "for"}), "from");  // swapped neighbours count once
  EXPECT_EQ(nearest("sinks", {"sink", "source"}), "sink");
  EXPECT_EQ(nearest("x", {"source"}), "");
  EXPECT_EQ(nearest("", {"source"}), "");
  EXPECT_EQ(nearest(std::string(100000, 'a'), {"source"}), "");
}

}  // namespace
}  // namespace privet::rule
