#include <gtest/gtest.h>

#include <random>

#include "ir/text.h"
#include "ir/verify.h"
#include "lang/language.h"

namespace privet::lang {
namespace {

ir::Module lowered(std::string_view text) {
  const Language* toy = language_of("a.toy");
  EXPECT_NE(toy, nullptr);
  ir::Module module = toy->lower({source::FileId{0}, "a.toy"}, text);
  EXPECT_EQ(ir::verify(module, static_cast<std::uint32_t>(text.size())), std::vector<std::string>{})
      << text;
  return module;
}

TEST(Toy, TheProgramOfItsHead) {
  const ir::Module module = lowered(R"(import mail from "mail"
record Member { name: text, email: text }
function invite(member, notes) {
  let greeting = "Dear " + member.name
  if member.email and not member.left {
    mail.send(member.email, greeting, {subject: "welcome"})
  }
  member.invited = true
  while notes.more() { notes.next() }
  return greeting
}
invite(mail.first, [])
)");
  EXPECT_TRUE(module.problems.empty());
  EXPECT_EQ(ir::print_text(module), R"IR(module toy
import mail = "mail" *

function 0() {
  locals mail, invite, %2, %3, %4, %5
  %2 = function 1
  invite = %2
  %3 = mail.first
  %4 = list []
  %5 = call invite(%3, %4)
}

function 1 in 0 invite(member, notes) {
  locals member, notes, %2, %3, %4, greeting, %6, %7, %8, %9, ^mail, %11, %12, %13, %14, %15, %16, %17
  %2 = literal "Dear "
  %3 = member.name
  %4 = operate "+" %2 %3
  greeting = %4
  %6 = member.email
  %7 = %6
  branch %6 b1 b2
 b1:
  %8 = member.left
  %9 = operate "not" %8
  %7 = %9
  jump b2
 b2:
  branch %7 b3 b4
 b3:
  %11 = member.email
  %12 = literal "welcome"
  %13 = object {subject: %12}
  %14 = call ^mail.send(%11, greeting, %13)
  jump b5
 b4:
  jump b5
 b5:
  %15 = literal true
  member.invited = %15
  jump b6
 b6:
  %16 = call notes.more()
  branch %16 b7 b8
 b7:
  %17 = call notes.next()
  jump b6
 b8:
  return greeting
}

interface 0 in 0 Member {
  name: text
  email: text
}
)IR");
}

TEST(Toy, BrokenCodeCostsItself) {
  const ir::Module module = lowered("let = 3\nx = \nfunction f( { y. }\nz = f(x)\n");
  EXPECT_FALSE(module.problems.empty());
  EXPECT_NE(ir::print_text(module).find("f"), std::string::npos);
}

TEST(Toy, HostileInputIsBounded) {
  for (const char* piece :
       {"(", "[", "{", "f(", "not ", "a.b(", "if x {", "x + ", "function f() {", "\""}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += piece;
    lowered(text);
  }
  std::mt19937 random(3);
  const std::string_view words[] = {
      "if ", "x",  "=",         "(",    ")",       "{", "}", "[",      "]", ".", "let ",
      "\"",  "\n", "function ", "and ", "return ", ":", ",", "while ", "1", "+", "record "};
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      text += words[std::uniform_int_distribution<std::size_t>(0, std::size(words) - 1)(random)];
    }
    lowered(text);
  }
}

}  // namespace
}  // namespace privet::lang
