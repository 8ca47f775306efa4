#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

#include "ir/verify.h"
#include "lang/language.h"
#include "support/places.h"

namespace privet {
namespace {

std::string repeat(std::string_view text, std::size_t n) {
  std::string result;
  result.reserve(text.size() * n);
  while (n-- > 0) result += text;
  return result;
}

std::size_t n_instructions(const ir::Module& module) {
  std::size_t n = 0;
  for (const ir::Function& function : module.functions) {
    for (const ir::Block& block : function.blocks) n += block.instructions.size();
  }
  return n;
}

bool has_problem(const ir::Module& module, source::ProblemCode code) {
  return std::any_of(module.problems.begin(), module.problems.end(),
                     [code](const source::Problem& problem) { return problem.code == code; });
}

ir::Module lower(std::string_view path, std::string_view text) {
  const ir::Module module = lang::language_of(path)->lower({source::FileId{0}, path}, text);
  EXPECT_EQ(ir::verify(module, static_cast<std::uint32_t>(text.size())), std::vector<std::string>{})
      << path << ": " << text.substr(0, 60);
  return module;
}

struct Case {
  const char* path;
  std::string text;
};

/// Nesting beyond the limit: no crash, a Problem, and a bounded module.
TEST(JavascriptHostile, NestingIsCutWithAProblem) {
  const std::size_t n = 50'000;
  const Case cases[] = {
      {"a.js", "x=" + repeat("[", n) + repeat("]", n)},
      {"a.js", "x=" + repeat("(", n) + "1" + repeat(")", n)},
      {"a.js", repeat("{", n) + repeat("}", n)},
      {"a.js", "x=" + repeat("{a:", n) + "1" + repeat("}", n)},
      {"a.js", repeat("f(", n) + repeat(")", n)},
      {"a.js", "x=" + repeat("a=>", 20'000) + "1"},
      {"a.js", repeat("function f(){", 20'000) + repeat("}", 20'000)},
      {"a.js", "const " + repeat("{a:", 20'000) + "b" + repeat("}", 20'000) + "=c"},
      {"a.js", repeat("try{}finally{", 3'000) + repeat("}", 3'000)},
      {"a.js", repeat("a=", n) + "1"},
      {"a.js", "x=" + repeat("`${", 20'000) + "1" + repeat("}`", 20'000)},
      {"a.jsx", "x=" + repeat("<a>", 20'000) + repeat("</a>", 20'000)},
      {"a.ts", "let x:" + repeat("A<", 20'000) + "B" + repeat(">", 20'000)},
      {"a.ts", "let x:" + repeat("{a:", 20'000) + "B" + repeat("}", 20'000)},
      {"a.ts", repeat("declare ", 20'000) + "const x: number"},
      {"a.ts", repeat("declare module \"x\"{", 20'000) + repeat("}", 20'000)},
  };
  for (const Case& one : cases) {
    const ir::Module module = lower(one.path, one.text);
    EXPECT_TRUE(has_problem(module, source::ProblemCode::TooDeep) ||
                has_problem(module, source::ProblemCode::SyntaxError))
        << one.text.substr(0, 40);
    EXPECT_LT(n_instructions(module), 50'000u) << one.text.substr(0, 40);
  }
}

/// Long but flat: everything is understood, in time that grows with the text.
TEST(JavascriptHostile, LongIsNotDeep) {
  const Case cases[] = {
      {"a.js", "a" + repeat(".b(c)", 20'000)},
      {"a.js", "a" + repeat("?.b", 20'000)},
      {"a.js", "a" + repeat("[b]", 20'000)},
      {"a.js", "x=a" + repeat("+a", 20'000)},
      {"a.js", "x=a" + repeat("&&a", 20'000)},
      {"a.js", "if(a" + repeat("||a", 20'000) + ")f()"},
      {"a.js", "x=" + repeat("a?b:", 20'000) + "c"},
      {"a.js", "if(a)b();" + repeat("else if(a)b();", 20'000)},
      {"a.js", "x=[" + repeat("\"abcdefgh\",", 500'000) + "1]"},
      {"a.js", "x=(a" + repeat(",a", 20'000) + ")"},
      {"a.ts", "type A=\"x\"" + repeat("|\"x\"", 20'000)},
      {"a.ts", "type A={a:b}" + repeat("&{a:b}", 20'000)},
      {"a.ts", repeat(">`", 200'000)},
  };
  for (const Case& one : cases) {
    const ir::Module module = lower(one.path, one.text);
    EXPECT_FALSE(has_problem(module, source::ProblemCode::TooDeep)) << one.text.substr(0, 40);
  }
  EXPECT_GT(n_instructions(lower("a.js", "a" + repeat(".b(c)", 20'000))), 19'999u);
}

/// `finally` with many ways out is repeated at each, but not without end.
TEST(JavascriptHostile, FinallyDoesNotMultiply) {
  const ir::Module module =
      lower("a.js", "function f(){" + repeat("try{", 60) + repeat("if(a)return b;", 500) +
                        repeat("}finally{" + repeat("g();", 20) + "}", 60) + "}");
  EXPECT_GT(n_instructions(module), 1'000u);
  EXPECT_LT(n_instructions(module), 100'000u);
}

TEST(JavascriptHostile, LiteralsAreCut) {
  const ir::Module module = lower("a.js", "x='" + repeat("\\u{1F600}", 100'000) + "'");
  const ir::Instruction& literal = module.functions[0].blocks[0].instructions.front();
  ASSERT_EQ(literal.op, ir::Op::Literal);
  EXPECT_EQ(literal.name.text().size(), 64u * 1024);
}

/// Every fixture cut off at many places, and with bytes changed: sound modules, no crash.
TEST(JavascriptHostile, DamagedFilesGiveSoundModules) {
  namespace fs = std::filesystem;
  std::vector<fs::path> paths;
  for (const auto& entry :
       fs::directory_iterator(fs::path(privet::test::source_dir()) / "fixtures/lang/javascript")) {
    if (entry.path().extension() != ".exp") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  ASSERT_FALSE(paths.empty());
  std::uint32_t random = 12345;
  const auto next = [&random] { return random = random * 1664525u + 1013904223u; };
  for (const fs::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    for (int round = 0; round < 40; ++round) {
      std::string damaged = text;
      if (round % 2 == 0) damaged.resize(next() % text.size());
      constexpr std::string_view kBytes = "(){}[]<>`'\"$.,;:=&|?!/*\\\n\xff\0ax";
      for (std::uint32_t i = next() % 6; i > 0 && !damaged.empty(); --i) {
        damaged[next() % damaged.size()] = kBytes[next() % kBytes.size()];
      }
      lower(path.native(), damaged);
    }
  }
}

TEST(JavascriptHostile, EmptyAndBinary) {
  for (const char* path : {"a.js", "a.ts", "a.tsx"}) {
    EXPECT_EQ(n_instructions(lower(path, "")), 0u);
    lower(path, std::string_view("\0\0\xff\xfe x = '\xff'", 12));
    lower(path, "\xEF\xBB\xBF" "call('x')");
  }
}

}  // namespace
}  // namespace privet
