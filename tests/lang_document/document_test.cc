#include <random>

#include "lang_document/lowered.h"

namespace privet::lang {
namespace {

using testing::check;
using testing::lowered;

TEST(Languages, AreFoundByName) {
  const std::pair<const char*, const char*> kCases[] = {
      {"package.json", "json"},
      {"tsconfig.json", "json"},
      {".eslintrc", "json"},
      {"deep/down/settings.jsonc", "json"},
      {"docker-compose.yml", "yaml"},
      {".github/workflows/ci.yaml", "yaml"},
      {"pyproject.toml", "toml"},
      {"Pipfile", "toml"},
      {".env", "env"},
      {"app/.env.production", "env"},
      {"prod.env", "env"},
      {"requirements.txt", "requirements"},
      {"requirements-dev.txt", "requirements"},
      {"dev-requirements.txt", "requirements"},
      {"requirements/base.txt", "requirements"},
      {"app/requirements/base.txt", "requirements"},
      {"prisma/schema.prisma", "prisma"},
  };
  for (const auto& [path, name] : kCases) {
    const Language* language = language_of(path);
    ASSERT_NE(language, nullptr) << path;
    EXPECT_EQ(language->name, name) << path;
  }
  for (const char* path : {"notes.txt", "my_requirements/base.txt", "environment", "base.txt"}) {
    EXPECT_EQ(language_of(path), nullptr) << path;
  }
}

TEST(Json, ReadsWhatConfigurationFilesHave) {
  check("a.json", R"({"name": "x", "n": -1.5e3, "on": true, "off": null, "list": [1, {"a": "b"}]})",
        R"(
document json {
  map {
    name: "x"
    n: number "-1.5e3"
    on: boolean "true"
    off: null "null"
    list: list [
      number "1"
      map {
        a: "b"
      }
    ]
  }
}
)");
  check("a.json", "// c\n{/* c */ 'a': 1, b: 'c',}  // end\n",
        "\ndocument json {\n  map {\n    a: number \"1\"\n    b: \"c\"\n  }\n}\n");
  check("a.json", R"({"a\u00e9\n": "\ud83d\ude00 \ud800 \"q\""})",
        "\ndocument json {\n  map {\n    `a\xC3\xA9\\n`: \"\xF0\x9F\x98\x80 \xEF\xBF\xBD "
        "\\\"q\\\"\"\n"
        "  }\n}\n");
  check("a.json", "", "\ndocument json {\n}\n");
  check("a.json", "\xEF\xBB\xBF[]", "\ndocument json {\n  list [\n  ]\n}\n");
}

TEST(Json, KeepsGoingAfterErrors) {
  check("a.json", R"({"a": , "b": 2, "c" 3, "d": [1 2], "e": })",
        R"(
document json {
  map {
    a: null ""
    b: number "2"
    c: number "3"
    d: list [
      number "1"
      number "2"
    ]
    e: null ""
  }
}
problem syntax-error "a key without a value"
problem syntax-error "expected `:`"
problem syntax-error "a key without a value"
)");
  check("a.json", R"({"a": {"b": [1)",
        R"(
document json {
  map {
    a: map {
      b: list [
        number "1"
      ]
    }
  }
}
problem syntax-error "the file ends inside a value"
)");
}

TEST(Json, SpansAreTheTextWithoutQuotes) {
  const std::string text = R"({"mail": "a@example.org", "n": 12})";
  const ir::Module module = lowered("a.json", text);
  const ir::Document& document = module.documents.at(0);
  const auto slice = [&](source::Span span) {
    return text.substr(span.begin, span.end - span.begin);
  };
  const std::uint32_t mail = document.find_path("mail");
  ASSERT_NE(mail, ir::kNone);
  EXPECT_EQ(slice(document.nodes[mail].span), "a@example.org");
  EXPECT_EQ(slice(document.nodes[mail].key_span), "mail");
  EXPECT_EQ(slice(document.nodes[document.find_path("n")].span), "12");
  EXPECT_EQ(slice(document.nodes[0].span), text);
}

TEST(Yaml, ReadsMapsListsAndScalars) {
  check("a.yaml",
        "# c\nname: x\nlist:\n  - 1\n  - 'two'\n  - {a: true, b: ~}\nempty:\n"
        "text: |\n  one\n  two\nversion: 1.2.3\ndate: 2024-01-02\nhex: 0x1F\n",
        R"(
document yaml {
  map {
    name: "x"
    list: list [
      number "1"
      "two"
      map {
        a: boolean "true"
        b: null "~"
      }
    ]
    empty: null ""
    text: "one\ntwo\n"
    version: "1.2.3"
    date: "2024-01-02"
    hex: number "0x1F"
  }
}
)");
}

TEST(Yaml, AliasesAreReferencesAndMergeKeysAreFollowed) {
  const std::string text =
      "base: &base\n  image: node\n  user: root\nweb:\n  <<: *base\n  user: app\n"
      "all:\n  <<: [*base, {port: 80}]\n";
  const ir::Module module = lowered("a.yml", text);
  ASSERT_EQ(module.problems.size(), 0u);
  const ir::Document& document = module.documents.at(0);
  const auto text_at = [&](std::string_view path) {
    const std::uint32_t node = document.find_path(path);
    return node == ir::kNone ? "none" : std::string(document.nodes[node].text.text());
  };
  EXPECT_EQ(text_at("web.image"), "node");
  EXPECT_EQ(text_at("web.user"), "app");
  EXPECT_EQ(text_at("all.port"), "80");
  EXPECT_EQ(text_at("all.user"), "root");
  EXPECT_EQ(text_at("all.nothing"), "none");
}

TEST(Yaml, EveryDocumentOfAFile) {
  check("a.yml", "---\na: 1\n---\nb: [\n---\nc: 3\n",
        R"(
document yaml {
  map {
    a: number "1"
  }
}

document yaml {
  map {
    b: list [
    ]
  }
}

document yaml {
  map {
    c: number "3"
  }
}
problem syntax-error "did not find expected node content"
)");
}

TEST(Yaml, TemplatesAreMasked) {
  check("a.yaml", "{{- if .x }}\nname: {{ .Values.name }}\nport: 80\n{{- end }}\n",
        R"(
document yaml {
  map {
    name: "{{ .Values.name }}"
    port: number "80"
  }
}
)");
}

TEST(Yaml, PlacesCountBytes) {
  const std::string text =
      "\xEF\xBB\xBF"
      "a: \xC3\xA9\xC3\xA9\n\"b\": \"x\xF0\x9F\x98\x80y\"\nc: z\n";
  const ir::Module module = lowered("a.yaml", text);
  const ir::Document& document = module.documents.at(0);
  const auto slice = [&](source::Span span) {
    return text.substr(span.begin, span.end - span.begin);
  };
  EXPECT_EQ(slice(document.nodes[1].span), "\xC3\xA9\xC3\xA9");
  EXPECT_EQ(slice(document.nodes[2].key_span), "b");
  EXPECT_EQ(slice(document.nodes[2].span), "x\xF0\x9F\x98\x80y");
  EXPECT_EQ(slice(document.nodes[3].span), "z");
  EXPECT_EQ(module.problems.size(), 0u);
}

TEST(Yaml, OddKeysAndUnknownAliases) {
  check("a.yaml", "? [a, {b: c}]\n: 1\n12: x\nd: *nowhere\n",
        R"(
document yaml {
  map {
    ``: number "1"
    `12`: "x"
    d: null ""
  }
}
problem syntax-error "unknown alias"
)");
}

TEST(Toml, TablesWrittenInPiecesAreOneTree) {
  check("pyproject.toml",
        "title = \"x\"\na.b.\"c d\" = 1\n[tool.poetry]\nname = 'n'\n[[tool.x]]\nv = 1\n"
        "[tool.poetry.dependencies]\npython = \"^3.8\"\n[[tool.x]]\nv = 2.5\n[tool.x.sub]\nok = "
        "true\n"
        "list = [1, {p = 1, q.r = \"s\"}, \"e\\u00e9\\n\"]\nday = 1979-05-27\n",
        R"(
document toml {
  map {
    title: "x"
    a: map {
      b: map {
        `c d`: number "1"
      }
    }
    tool: map {
      poetry: map {
        name: "n"
        dependencies: map {
          python: "^3.8"
        }
      }
      x: list [
        map {
          v: number "1"
        }
        map {
          v: number "2.5"
          sub: map {
            ok: boolean "true"
            list: list [
              number "1"
              map {
                p: number "1"
                q: map {
                  r: "s"
                }
              }
              ")"
        "e\xC3\xA9"
        R"(\n"
            ]
            day: "1979-05-27"
          }
        }
      ]
    }
  }
}
)");
}

TEST(Toml, BrokenLinesCostThemselves) {
  const ir::Module module = lowered("a.toml", "a = 1\nbroken = \nb = 2\n[t]\nc = 3\n");
  const ir::Document& document = module.documents.at(0);
  EXPECT_NE(document.find_path("a"), ir::kNone);
  EXPECT_NE(document.find_path("t.c"), ir::kNone);
  EXPECT_FALSE(module.problems.empty());
}

TEST(Env, ReadsVariables) {
  check(".env",
        "# c\nA=1\nexport B = two words # c\nC='x # "
        "y'\nD=\"a\\nb\nc\"\nE=\nF=a#b\nbroken\nG=\"open\n",
        R"(
document env {
  map {
    A: "1"
    B: "two words"
    C: "x # y"
    D: "a\nb\nc"
    E: ""
    F: "a#b"
    G: "open"
  }
}
problem syntax-error "expected `NAME=value`"
problem syntax-error "a value without its closing quote"
)");
}

TEST(Requirements, ReadsPackages) {
  check(
      "requirements.txt",
      "# c\n-r base.txt\nDjango==4.2  # c\nrequests[socks] >=2,<3 ; python_version < \"3\"\nflask\n"
      "x @ https://example.org/x.whl\ngit+https://example.org/y.git@v1#egg=y\n"
      "z==1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\nw==2 --hash=sha256:cc\n./local\n"
      "--extra-index-url=https://example.org/\n<<<<<<< HEAD\n",
      R"(
document requirements {
  map {
    `-r`: "base.txt"
    Django: "==4.2"
    requests: ">=2,<3"
    flask: ""
    x: "@ https://example.org/x.whl"
    y: "git+https://example.org/y.git@v1"
    z: "==1"
    w: "==2"
    `--extra-index-url`: "https://example.org/"
  }
}
problem syntax-error "expected a package"
)");
}

TEST(Prisma, ModelsBecomeEntities) {
  const ir::Module module = lowered("schema.prisma", R"(
datasource db {
  provider = "postgresql"
  url      = env("DATABASE_URL")
}
model User {
  id    Int      @id @default(autoincrement())
  email String   @unique @db.VarChar(255) // the mail
  name  String?  @default("none")
  posts Post[]   @relation("written", fields: [authorId], references: [id])
  @@index([email])
  @@map("users")
}
enum Role {
  USER
  ADMIN @map("admin")
}
)");
  const std::string text = ir::print_text(module);
  EXPECT_EQ(text, R"IR(module prisma

function 0() {
  locals free id, free default, free autoincrement, %3, %4, free unique, free db, %7, %8, %9, %10, free relation, %12, %13, %14, %15, %16, %17, free index, %19, %20, %21, free `map`, %23, %24, %25, %26
  %3 = call autoincrement()
  %4 = call default(%3)
  %7 = literal 255
  %8 = call db.VarChar(%7)
  %9 = literal "none"
  %10 = call default(%9)
  %12 = literal "written"
  %13 = literal "authorId"
  %14 = list [%13]
  %15 = literal "id"
  %16 = list [%15]
  %17 = call relation(%12, fields: %14, references: %16)
  %19 = literal "email"
  %20 = list [%19]
  %21 = call index(%20)
  %23 = literal "users"
  %24 = call `map`(%23)
  %25 = literal "admin"
  %26 = call `map`(%25)
}

entity 0 in 0 User @%21 @%24 {
  id: Int = %3 @id @%4
  email: String @unique @%8
  name: String optional = %9 @%10
  posts: [Post] @%17
}

enum 1 in 0 Role {
  USER
  ADMIN @%26
}

document prisma {
  map {
    datasource: map {
      db: map {
        provider: "postgresql"
        url: "env(\"DATABASE_URL\")"
      }
    }
  }
}
)IR");
  EXPECT_TRUE(module.problems.empty());
}

TEST(Prisma, BrokenColumnsCostThemselves) {
  const ir::Module module = lowered(
      "schema.prisma", "model A {\n  id Int @id\n  ???\n  mail String\n}\nmodel B { x Int }\n");
  ASSERT_GE(module.classes.size(), 1u);
  EXPECT_EQ(module.classes[0].name.text(), "A");
  EXPECT_FALSE(module.problems.empty());
}

// --- hostile input ---

std::string repeated(std::string_view piece, std::size_t n) {
  std::string out;
  out.reserve(piece.size() * n);
  for (std::size_t i = 0; i < n; ++i) out += piece;
  return out;
}

bool has_problem(const ir::Module& module, source::ProblemCode code) {
  for (const auto& problem : module.problems) {
    if (problem.code == code) return true;
  }
  return false;
}

TEST(Hostile, NestingIsBounded) {
  for (const char* piece : {"[", "{\"a\":", "[[{\"a\":"}) {
    const ir::Module module = lowered("a.json", repeated(piece, 100'000));
    EXPECT_TRUE(has_problem(module, source::ProblemCode::TooDeep)) << piece;
    EXPECT_LE(module.documents.at(0).nodes.size(), 401u);
  }
  for (const char* piece : {"[", "{a: ", "- ", "? ", "a:\n", "&a [", "[*a, "}) {
    lowered("a.yaml", repeated(piece, 100'000));
  }
  std::string steps;
  for (std::size_t i = 0; i < 1000; ++i) steps += std::string(i, ' ') + "a:\n";
  lowered("a.yaml", steps);
  for (const char* piece : {"[", "{a=", "a.", "[a.", "\"\"\"", "[[a]]\n"}) {
    lowered("a.toml", "x = " + repeated(piece, 20'000));
    lowered("a.toml", repeated(piece, 20'000));
  }
  for (const char* piece : {"[", "(", "@a(", "model A {\n", "@a([", "{"}) {
    lowered("a.prisma", "model A {\n  id Int @x(" + repeated(piece, 100'000));
  }
}

TEST(Hostile, AliasBombsStaySmall) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 9; ++k) text += (k > 0 ? ", " : "") + before;
    text += "]\n";
  }
  const ir::Module module = lowered("bomb.yaml", text);
  EXPECT_EQ(module.documents.at(0).nodes.size(), 1u + 60u * 10u);
  // Merging in circles ends too.
  const ir::Module circle = lowered("a.yaml", "a: &a\n  <<: *a\n  b: {<<: [*a, *a, *a]}\n");
  EXPECT_EQ(circle.documents.at(0).find_path("a.b.none"), ir::kNone);
}

TEST(Hostile, SizesAreBounded) {
  const ir::Module wide = lowered("a.json", "[" + repeated("1,", 1'000'000) + "]");
  EXPECT_TRUE(has_problem(wide, source::ProblemCode::TooLarge));
  const ir::Module text = lowered("a.json", "\"" + repeated("\xC3\xA9", 100'000) + "\"");
  const std::string_view kept = text.documents.at(0).nodes.at(0).text.text();
  EXPECT_LE(kept.size(), 64u * 1024);
  EXPECT_EQ(kept.substr(kept.size() - 2), "\xC3\xA9");
  const ir::Module documents = lowered("a.yaml", repeated("--- a\n", 100'000));
  EXPECT_TRUE(has_problem(documents, source::ProblemCode::TooLarge));
  lowered("a.yaml", repeated("{{ a }}", 200'000) + ": [");
  lowered("a.yaml", "x: \"" + repeated("\xC3\xA9", 300'000) + "\"\ny: 1\n");
  lowered(".env", repeated("A=\"", 100'000));
  lowered("requirements.txt", repeated("a [", 100'000) + "\n" + repeated("x \\\n", 100'000));
}

TEST(Hostile, AnyBytesGiveSoundModules) {
  const char* const kPaths[] = {"a.json", "a.yaml",           "a.toml",
                                ".env",   "requirements.txt", "a.prisma"};
  const std::string kSeeds[] = {
      R"({"a": [1, "x\u00e9", {"b": null}], /* c */ "d": true,})",
      "a: &x [1, 'b', {c: *x}]\n<<: *x\nd: |\n  text\n---\n? k\n: v\n{{ t }}\n",
      "a = [1, {b = \"c\"}]\n[t.u]\nv = '''x'''\n[[w]]\nd = 1979-05-27T07:32:00Z\n",
      "A=1\nexport B=\"x\ny\" # c\nC='d'\n",
      "-r x\na[b]==1 ; m \\\n  --hash=1\ngit+x#egg=y\n",
      "model A {\n  id Int @id @default(now())\n  b B[] @relation(fields: [x], map: \"y\")\n "
      "@@map(\"z\")\n}\n"
      "enum E {\n  X\n}\ngenerator g {\n  p = [\"q\"]\n}\n"};
  std::mt19937 random(4);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  const std::string_view kBytes("\0\xFF\xC3\xEF\xBB\xBF{}[]()\"'`:,=&*#@\\\n -", 27);
  for (int round = 0; round < 12'000; ++round) {
    const std::size_t which = below(6);
    std::string text = kSeeds[which];
    for (std::size_t i = 0, n = 1 + below(6); i < n; ++i) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0: text[at] = kBytes[below(kBytes.size())]; break;
        case 1: text.insert(at, 1 + below(3), kBytes[below(kBytes.size())]); break;
        default: text.erase(at, 1 + below(4)); break;
      }
      if (text.size() < 8) break;
    }
    lowered(kPaths[which], text);
    // And every reader with what is not its own.
    if (round % 10 == 0) lowered(kPaths[below(6)], text);
  }
}

}  // namespace
}  // namespace privet::lang
