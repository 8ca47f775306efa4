#include "ir/text.h"

#include <gtest/gtest.h>

#include "ir/verify.h"

namespace privet::ir {
namespace {

const source::FileId kFile{0};

Module read(std::string_view text) {
  auto module = parse_text(text, kFile);
  EXPECT_TRUE(module.ok()) << module.error().message << "\n" << text;
  return module.ok() ? std::move(module).value() : Module{};
}

/// The printed form of the function called `name`, without its head and closing line.
std::string body_of(const Module& module, std::string_view name) {
  const std::string text = print_text(module);
  std::string head = "\nfunction ";
  std::size_t at = 0;
  for (std::size_t i = 0; i < module.functions.size(); ++i) {
    if (module.functions[i].name.text() == name) {
      at = text.find(head + std::to_string(i));
      break;
    }
  }
  const std::size_t begin = text.find("{\n", at) + 2;
  return text.substr(begin, text.find("\n}\n", begin) + 1 - begin);
}

void check_body(std::string_view text, std::string_view expected) {
  EXPECT_EQ(body_of(read(text), ""), expected) << text;
}

void check_error(std::string_view text, std::string_view expected) {
  const auto module = parse_text(text, kFile);
  ASSERT_FALSE(module.ok()) << print_text(module.value());
  EXPECT_EQ(module.error().message, expected) << text;
}

constexpr std::string_view kSample = R"(
    module javascript                          // comments as in C++
    import express = "express" default
    import db = "./db" *
    app = call express()
    function show(req, res) async {
      id = req.params.id
      user = call db.users.find(id)
      branch user yes no
    yes:
      out = object {email: user.email, [id]: user, ...user}
      call res.json(out)
      return out
    no:
      throw "no such user"
    }
    call app.get("/users/:id", show)
    class User extends Base {
      email: string = call Column("text")
      method rename(name) { this.name = name }
    }
    export show
)";

TEST(Text, TheProgramOfTheHeaderReads) {
  const Module module = read(kSample);
  EXPECT_EQ(print_text(module), R"(module javascript
import express = "express" default
import db = "./db" *

function 0() {
  locals express, db, app, show, %4, %5, free Base, free Column, %8, %9, User
  show = function 1
  app = call express()
  %5 = literal "/users/:id"
  %4 = call app.get(%5, show)
  %8 = literal "text"
  %9 = call Column(%8)
  User = class 0
}

function 1 in 0 show(req, res) async {
  locals req, res, id, %3, user, ^db, %6, out, %8, %9, %10
  %3 = req.params
  id = %3.id
  %6 = ^db.users
  user = call %6.find(id)
  branch user b1 b2
 b1:
  %8 = user.email
  out = object {email: %8, [id]: user, ...user}
  %9 = call res.json(out)
  return out
 b2:
  %10 = literal "no such user"
  throw %10
}

function 2 in 0 rename(name) owner 0 self this {
  locals name, this
  this.name = name
}

class 0 in 0 User local User extends Base {
  email: string = %9
  method 2
}
export show = show
)");
}

TEST(Text, EveryInstructionReads) {
  check_body("a = literal \"x\"; b = literal 12; c = literal true; d = literal null",
             "  locals a, b, c, d\n  a = literal \"x\"\n  b = literal 12\n  c = literal true\n"
             "  d = literal null\n");
  check_body("a = literal regex \"x+\"; b = literal bytes \"q\"; c = literal number \"-1\"",
             "  locals a, b, c\n  a = literal regex \"x+\"\n  b = literal bytes \"q\"\n"
             "  c = literal number \"-1\"\n");
  check_body("a = b.c; a = b[a]; a = b.*; b.c = a; b[a] = a; b.* = a",
             "  locals a, free b\n  a = b.c\n  a = b[a]\n  a = b.*\n  b.c = a\n  b[a] = a\n"
             "  b.* = a\n");
  check_body("a = operate \"+\" b b; a = unknown b b",
             "  locals a, free b\n  a = operate \"+\" b b\n  a = unknown b b\n");
  check_body("a = list [b, ...b]; a = set [b]; a = tuple []; a = element \"p\" {x: b}",
             "  locals a, free b\n  a = list [b, ...b]\n  a = set [b]\n  a = tuple []\n"
             "  a = element \"p\" {x: b}\n");
  check_body("a = element B {children: b}; a = call b(b, key: b, ...b); a = new b.C(b)",
             "  locals a, free B, free b\n  a = element B {children: b}\n"
             "  a = call b(b, key: b, ...b)\n  a = new b.C(b)\n");
}

TEST(Text, BlocksAreNumberedAsTheirLabelsAppear) {
  check_body("x = call f()\nbranch x done again\nagain:\n handler done\n jump done\ndone:\nstop",
             "  locals x, free f\n  x = call f()\n  branch x b2 b1\n b1:\n  handler b2\n"
             "  jump b2\n b2:\n  stop\n");
  check_body("loop:\n x = call f()\n jump loop", "  locals x, free f\n  x = call f()\n  jump b0\n");
  check_body("x = f\nnext:\n y = x", "  locals x, free f, y\n  x = f\n  jump b1\n b1:\n  y = x\n");
}

TEST(Text, NamesAreCapturedByUse) {
  const Module module = read(
      "x = 1\n"
      "function f() {\n"
      "  function g() { ^x = y; z = x }\n"
      "}\n"
      "function h() { x = log }\n");
  EXPECT_EQ(body_of(module, "f"), "  locals g, ^x, ^y\n  g = function 2\n");
  EXPECT_EQ(body_of(module, "g"), "  locals ^x, ^y, z\n  ^x = ^y\n  z = ^x\n");
  EXPECT_EQ(body_of(module, "h"), "  locals x, ^log\n  x = ^log\n");
  EXPECT_EQ(body_of(module, ""),
            "  locals x, f, h, free y, free log\n  f = function 1\n"
            "  h = function 3\n  x = literal 1\n");
}

TEST(Text, LambdasStandInPlace) {
  const Module module = read("call then(function (user) { call log(user) })");
  ASSERT_EQ(module.functions.size(), 2u);
  EXPECT_EQ(body_of(module, ""),
            "  locals %0, free then, %2, free log\n  %2 = function 1\n  %0 = call then(%2)\n");
}

TEST(Text, OddNamesStandInBackquotes) {
  check_body("`call` = a.`x-y`\n`two words` = `call`.call",
             "  locals `call`, free a, `two words`\n  `call` = a.`x-y`\n"
             "  `two words` = `call`.call\n");
}

TEST(Text, ErrorsNameTheLine) {
  check_error("x = call f()\nx = ", "line 2: expected a value");
  check_error("jump away", "line 1: no block `away`");
  check_error("return\nx = y", "line 2: an instruction after the end of its block needs a label");
  check_error("x = call f(", "line 1: expected a value");
  check_error("x = \"abc", "line 1: missing `\"`");
  check_error("function f( {", "line 1: expected a name");
  check_error("x = function g", "line 1: no function is called `g`");
  check_error("x = call f() y", "line 1: unexpected `y`");
  check_error("x = literal big \"a\"", "line 1: unknown kind of literal `big`");
  check_error("a = %1", "function 0: temporary %1 is used where nothing was assigned to it");
}

TEST(Text, HostileNestingIsRefused) {
  for (const char* piece : {"call f(", "object {a: ", "list [", "function (x) {\n y = "}) {
    std::string text = "x = ";
    for (int i = 0; i < 100'000; ++i) text += piece;
    EXPECT_FALSE(parse_text(text, kFile).ok()) << piece;
  }
  std::string types = "locals x: ";
  for (int i = 0; i < 100'000; ++i) types += "[";
  EXPECT_FALSE(parse_text(types, kFile).ok());
}

}  // namespace
}  // namespace privet::ir
