#include <gtest/gtest.h>

#include "ir/codec.h"
#include "ir/random_module.h"
#include "ir/text.h"
#include "ir/verify.h"

namespace privet::ir {
namespace {

/// What the text form keeps: spans away, types and operands in the order of their first use.
class Normal {
 public:
  explicit Normal(const Module& module) : from_(module), to_(module) {}

  Module make() && {
    to_.types.clear();
    for (Function& function : to_.functions) normal(function);
    for (Class& declared : to_.classes) {
      for (TypeIndex& base : declared.base_types) type(base);
      annotations(declared.annotations);
      declared.span = declared.name_span = {};
      for (Field& field : declared.fields) {
        type(field.type);
        annotations(field.annotations);
        field.span = field.name_span = {};
      }
    }
    for (Import& import : to_.imports) import.span = {};
    for (Export& exported : to_.exports) exported.span = {};
    for (source::Problem& problem : to_.problems) problem.span = {};
    for (Document& document : to_.documents) {
      for (Node& node : document.nodes) node.span = node.key_span = {};
    }
    return std::move(to_);
  }

 private:
  // Arguments before the type itself, as the reader makes them.
  void type(TypeIndex& index) {
    if (index == kNone) return;
    Type made = from_.types[index];
    for (TypeIndex& argument : made.arguments) type(argument);
    made.span = {};
    to_.types.push_back(made);
    index = static_cast<TypeIndex>(to_.types.size() - 1);
  }

  static void annotations(std::vector<Annotation>& all) {
    for (Annotation& annotation : all) annotation.span = {};
  }

  void normal(Function& function) {
    type(function.return_type);
    annotations(function.annotations);
    function.span = function.name_span = {};
    for (Parameter& parameter : function.parameters) {
      annotations(parameter.annotations);
      parameter.span = {};
    }
    for (Local& local : function.locals) {
      type(local.type);
      local.span = {};
    }
    std::vector<Operand> operands;
    for (Block& block : function.blocks) {
      block.end.span = {};
      for (Instruction& instruction : block.instructions) {
        instruction.span = instruction.name_span = {};
        const std::uint32_t first = instruction.first_operand;
        instruction.first_operand = static_cast<std::uint32_t>(operands.size());
        for (std::uint32_t i = 0; i < instruction.n_operands; ++i) {
          operands.push_back(function.operands[first + i]);
          operands.back().span = {};
        }
      }
    }
    function.operands = std::move(operands);
  }

  const Module& from_;
  Module to_;
};

TEST(RoundTrip, TextKeepsEverythingButPlaces) {
  for (std::uint32_t seed = 0; seed < 5000; ++seed) {
    const Module module = testing::RandomModule(seed).make();
    const std::string text = print_text(module);
    const auto again = parse_text(text, module.file);
    ASSERT_TRUE(again.ok()) << seed << ": " << again.error().message << "\n" << text;
    ASSERT_EQ(print_text(again.value()), text) << seed;
    ASSERT_EQ(encode(Normal(again.value()).make()), encode(Normal(module).make())) << seed << "\n"
                                                                                   << text;
    ASSERT_EQ(verify(again.value(), static_cast<std::uint32_t>(text.size())),
              std::vector<std::string>{});
  }
}

TEST(RoundTrip, MutatedTextNeverCrashes) {
  std::mt19937 random(7);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  int n_read = 0;
  for (std::uint32_t round = 0; round < 10'000; ++round) {
    std::string text = print_text(testing::RandomModule(round % 100).make());
    for (std::size_t i = 0, n = 1 + below(3); i < n && text.size() > 10; ++i) {
      const std::size_t at = below(text.size());
      switch (below(4)) {
        case 0: text[at] = static_cast<char>(below(128)); break;
        case 1: text.erase(at, 1 + below(20)); break;
        case 2: text.insert(at, text.substr(below(text.size()), below(30))); break;
        default: text[at] = "{}[]()#^%-.:=`\""[below(15)]; break;
      }
    }
    const auto module = parse_text(text, source::FileId{7});
    if (!module.ok()) continue;
    ++n_read;
    const std::string printed = print_text(module.value());
    const auto again = parse_text(printed, source::FileId{7});
    ASSERT_TRUE(again.ok()) << again.error().message << "\n" << text << "\n" << printed;
    ASSERT_EQ(print_text(again.value()), printed);
  }
  EXPECT_GT(n_read, 100);
}

}  // namespace
}  // namespace privet::ir
