#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ir/verify.h"
#include "lang/language.h"

// What the snapshots do not show: spans, problems, and input that is broken or hostile.

namespace privet {
namespace {

ir::Module lower(std::string_view text) {
  const lang::Language* language = lang::language_of("a.py");
  ir::Module module = language->lower({source::FileId(0), "a.py"}, text);
  const auto wrong = ir::verify(module, static_cast<std::uint32_t>(text.size()));
  EXPECT_TRUE(wrong.empty()) << wrong.front();
  return module;
}

std::string_view at(std::string_view text, const source::Span& span) {
  return text.substr(span.begin, span.end - span.begin);
}

std::string repeat(std::string_view part, std::size_t n) {
  std::string out;
  out.reserve(part.size() * n);
  for (std::size_t i = 0; i < n; ++i) out += part;
  return out;
}

std::size_t n_instructions(const ir::Module& module, ir::Op op) {
  std::size_t n = 0;
  for (const ir::Function& function : module.functions) {
    for (const ir::Block& block : function.blocks) {
      for (const ir::Instruction& instruction : block.instructions) n += instruction.op == op;
    }
  }
  return n;
}

bool has_problem(const ir::Module& module, source::ProblemCode code) {
  for (const source::Problem& problem : module.problems) {
    if (problem.code == code) return true;
  }
  return false;
}

TEST(PythonSpans, CallAndItsOperands) {
  const std::string_view text = "log.info( user.email , extra = [a,b], *more)\n";
  const ir::Module module = lower(text);
  const ir::Function& body = module.functions[0];
  const ir::Instruction& call = body.blocks[0].instructions.back();
  ASSERT_EQ(call.op, ir::Op::Call);
  EXPECT_EQ(at(text, call.span), "log.info( user.email , extra = [a,b], *more)");
  EXPECT_EQ(at(text, call.name_span), "info");
  ASSERT_EQ(call.n_operands, 3u);
  EXPECT_EQ(at(text, body.operands[call.first_operand].span), "user.email");
  EXPECT_EQ(at(text, body.operands[call.first_operand + 1].span), "extra = [a,b]");
  EXPECT_EQ(at(text, body.operands[call.first_operand + 2].span), "*more");
}

TEST(PythonSpans, MembersAndSubscripts) {
  const std::string_view text = "x = a.b [ 'key' ].c\n";
  const ir::Module module = lower(text);
  const auto& instructions = module.functions[0].blocks[0].instructions;
  ASSERT_EQ(instructions.size(), 4u);
  EXPECT_EQ(at(text, instructions[0].name_span), "b");
  EXPECT_EQ(at(text, instructions[1].span), "a.b [ 'key' ]");
  EXPECT_EQ(at(text, instructions[1].name_span), "'key'");
  EXPECT_EQ(at(text, instructions[2].span), "a.b [ 'key' ].c");
  EXPECT_EQ(at(text, instructions[3].span), "x = a.b [ 'key' ].c");
}

TEST(PythonSpans, Declarations) {
  const std::string_view text =
      "class User(Base):\n    name: str = Column()\n\n    @cached\n    def mail(self, to: int = 1): pass\n";
  const ir::Module module = lower(text);
  ASSERT_EQ(module.classes.size(), 1u);
  const ir::Class& user = module.classes[0];
  EXPECT_EQ(at(text, user.name_span), "User");
  EXPECT_EQ(at(text, user.fields.at(0).span), "name: str = Column()");
  EXPECT_EQ(at(text, user.fields.at(0).name_span), "name");
  EXPECT_EQ(at(text, module.types.at(user.fields.at(0).type).span), "str");
  const ir::Function& mail = module.functions.at(user.methods.at(0));
  EXPECT_EQ(at(text, mail.name_span), "mail");
  EXPECT_EQ(at(text, mail.span), "def mail(self, to: int = 1): pass");
  EXPECT_EQ(at(text, mail.annotations.at(0).span), "@cached");
  EXPECT_EQ(at(text, mail.parameters.at(0).span), "to: int = 1");
}

TEST(PythonSpans, TypesInsideStrings) {
  const std::string_view text = "x: 'Optional[ models.User ]'\n";
  const ir::Module module = lower(text);
  std::vector<std::pair<std::string, std::string>> seen;
  for (const ir::Type& type : module.types) {
    seen.emplace_back(type.name.text(), at(text, type.span));
  }
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"models.User", "models.User"},
      {"None", "Optional[ models.User ]"},
      {"|", "Optional[ models.User ]"},
  };
  EXPECT_EQ(seen, expected);
}

TEST(PythonSpans, PartsOfATemplate) {
  const std::string_view text = "f'to {user.email:>{n}}.'\n";
  const ir::Module module = lower(text);
  const ir::Function& body = module.functions[0];
  const ir::Instruction& join = body.blocks[0].instructions.back();
  ASSERT_EQ(join.name.text(), "template");
  std::vector<std::string> parts;
  for (std::uint32_t i = 0; i < join.n_operands; ++i) {
    parts.emplace_back(at(text, body.operands[join.first_operand + i].span));
  }
  EXPECT_EQ(parts, (std::vector<std::string>{"to ", "user.email", "n", ".'"}));
}

struct Escape {
  std::string_view source;
  std::string_view text;
};

class PythonEscapes : public testing::TestWithParam<Escape> {};

TEST_P(PythonEscapes, AreResolved) {
  const ir::Module module = lower(GetParam().source);
  const auto& instructions = module.functions[0].blocks[0].instructions;
  ASSERT_EQ(instructions.size(), 1u);
  EXPECT_EQ(instructions[0].name.text(), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Strings, PythonEscapes,
                         testing::Values(Escape{R"('a\tb\\c\'d')", "a\tb\\c'd"},
                                         Escape{R"("\x41\101\u00e9\U0001F600")", "AA\u00e9\U0001F600"},
                                         Escape{R"("\ud83d")", "\uFFFD"},
                                         Escape{R"(r"\n")", "\\n"},
                                         Escape{R"(b"\u0041\x42")", "\\u0041B"},
                                         Escape{R"("\q\N{DASH}\x4")", "\\q\\N{DASH}\\x4"},
                                         Escape{"'a\\\nb'", "ab"},
                                         Escape{"\"\"\"a\"b\"\"\"", "a\"b"},
                                         Escape{"''", ""},
                                         Escape{"u'x' 'y'", "xy"},
                                         Escape{"f'{{x}}'", "{x}"}));

TEST(PythonProblems, BrokenSyntaxKeepsTheRest) {
  const ir::Module module = lower("def a(u):\n    return u.email\n\nx = = 3\n\ndef b(v):\n    return v.phone\n");
  EXPECT_TRUE(has_problem(module, source::ProblemCode::SyntaxError));
  EXPECT_EQ(module.functions.size(), 3u);
  EXPECT_EQ(n_instructions(module, ir::Op::Load), 2u);
}

TEST(PythonProblems, AreFewInAFileOfNonsense) {
  const ir::Module module = lower(repeat("x = = 3\ny ) 4\n", 500));
  EXPECT_TRUE(has_problem(module, source::ProblemCode::SyntaxError));
  EXPECT_LE(module.problems.size(), 20u);
}

/// Text that is at fault in one way. `too_deep`: the tree is nested, not merely broken.
struct Hostile {
  std::string_view name;
  std::string text;
  bool too_deep = false;

  friend void PrintTo(const Hostile& hostile, std::ostream* out) { *out << hostile.name; }
};

std::vector<Hostile> hostile() {
  std::vector<Hostile> all;
  const auto add = [&all](std::string_view name, std::string text, bool too_deep) {
    all.push_back({name, std::move(text), too_deep});
  };
  constexpr std::size_t n = 100'000;
  add("brackets", "x = " + repeat("[", n) + repeat("]", n) + "\n", true);
  add("open_brackets", "x = " + repeat("(", n) + "\n", false);
  add("dictionaries", "x = " + repeat("{1:", 20'000) + repeat("}", 20'000) + "\n", true);
  add("not", "x = " + repeat("not ", 20'000) + "y\n", true);
  add("minus", "x = " + repeat("-", 20'000) + "y\n", true);
  add("lambda", "x = " + repeat("lambda: ", 20'000) + "y\n", true);
  add("conditional", "x = " + repeat("a if b else ", 20'000) + "c\n", true);
  add("comprehension", "x = " + repeat("[a for a in ", 5'000) + "b" + repeat("]", 5'000) + "\n", true);
  add("types", "x: " + repeat("List[", 5'000) + "int" + repeat("]", 5'000) + " = 1\n", false);
  add("types_in_text", "x: '" + repeat("List[", 5'000) + "int" + repeat("]", 5'000) + "'\n", false);
  add("patterns", repeat("(", 5'000) + "a" + repeat(",)", 5'000) + " = b\n", true);
  std::string nested;
  std::string functions;
  std::string classes;
  for (std::size_t i = 0; i < 600; ++i) {
    nested += std::string(i, ' ') + "if x:\n";
    functions += std::string(i, ' ') + "def f():\n";
    classes += std::string(i, ' ') + "class A:\n";
  }
  add("blocks", nested + std::string(600, ' ') + "y = 1\n", true);
  add("functions", functions + std::string(600, ' ') + "return 1\n", true);
  add("classes", classes + std::string(600, ' ') + "y = 1\n", true);
  std::string finally;
  for (std::size_t i = 1; i <= 60; ++i) {
    finally += std::string(i, ' ') + "try:\n" + std::string(i + 1, ' ') + "return 1\n" +
               std::string(i, ' ') + "finally:\n";
  }
  add("finally", "def f():\n" + finally + std::string(61, ' ') + "pass\n", false);
  add("wrong_assignments", "x = " + repeat("\"a\" % x = ", 20'000) + "y\n", false);
  add("invalid_utf8", "x = '\xff\xfe'\n\xc3\xc3 = 1\n", false);
  add("nul", std::string("x = 'a\0b'\n\0", 11), false);
  add("byte_order_mark", "\xEF\xBB\xBFx = a.b\n", false);
  add("empty", "", false);
  add("unterminated", "x = f'''{a", false);
  return all;
}

class PythonHostile : public testing::TestWithParam<Hostile> {};

TEST_P(PythonHostile, IsLoweredOrReported) {
  const ir::Module module = lower(GetParam().text);
  EXPECT_EQ(has_problem(module, source::ProblemCode::TooDeep), GetParam().too_deep);
}

INSTANTIATE_TEST_SUITE_P(Inputs, PythonHostile, testing::ValuesIn(hostile()),
                         [](const auto& test) { return std::string(test.param.name); });

struct Long {
  std::string_view name;
  std::string text;
  ir::Op op;
  std::size_t n;

  friend void PrintTo(const Long& input, std::ostream* out) { *out << input.name; }
};

std::vector<Long> long_ones() {
  std::string list = "x = [";
  std::string fields = "class C:\n  def __init__(self):\n";
  for (std::size_t i = 0; i < 20'000; ++i) {
    list += "'value " + std::to_string(i) + "',";
    fields += "    self.x" + std::to_string(i) + " = 1\n";
  }
  return {
      {"calls", "x = a" + repeat(".b()", 50'000) + "\n", ir::Op::Call, 50'000},
      {"members", "x = a" + repeat(".b", 50'000) + "\n", ir::Op::Load, 50'000},
      {"sums", "x = a" + repeat(" + b", 50'000) + "\n", ir::Op::Operate, 50'000},
      {"conditions", "if a" + repeat(" or a == b", 20'000) + ": pass\n", ir::Op::Operate, 20'000},
      {"assignments", "x = " + repeat("a = ", 20'000) + "b\n", ir::Op::Copy, 20'001},
      {"alternatives", "if a: pass\n" + repeat("elif a == b: pass\n", 20'000), ir::Op::Operate, 20'000},
      {"elements", list + "]\n", ir::Op::Literal, 20'000},
      {"fields", fields, ir::Op::Store, 20'000},
  };
}

class PythonLong : public testing::TestWithParam<Long> {};

TEST_P(PythonLong, IsLoweredWhole) {
  const ir::Module module = lower(GetParam().text);
  EXPECT_TRUE(module.problems.empty());
  EXPECT_EQ(n_instructions(module, GetParam().op), GetParam().n);
}

INSTANTIATE_TEST_SUITE_P(Inputs, PythonLong, testing::ValuesIn(long_ones()),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace privet
