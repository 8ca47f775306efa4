#include <gtest/gtest.h>

#include "flow_fixture.h"

namespace privet::flow {
namespace {

// --- what is a source ---

TEST(Flow, AFieldOfARecordReachesTheLog) {
  check_flow(
      "m = call lib.find(Member, object {where: object {id: 1}})\n"
      "x = m.email\n"
      "call lib.log(x)\n",
      "contact.email -> log:3");
}

TEST(Flow, AWholeRecordCarriesItsFields) {
  check_flow(
      "m = call lib.find(Member)\n"
      "call lib.send(m)\n",
      "contact.email -> http-response:2 whole\n"
      "contact.phone -> http-response:2 whole");
}

TEST(Flow, AFieldThatIsNotPersonalIsNone) {
  check_flow("m = call lib.find(Member)\n call lib.log(m.id, m.active)\n", "");
}

TEST(Flow, ProjectionsNarrow) {
  check_flow(
      "m = call lib.find(Member, object {fields: list [\"id\", \"email\"]})\n"
      "call lib.send(m)\n",
      "contact.email -> http-response:2");
  check_flow(
      "m = call lib.find(Member)\n"
      "call lib.send(call lib.pick(m, \"id\", \"phone\"))\n"
      "call lib.send(call lib.omit(m, \"phone\"))\n"
      "rest = operate \"without\" m \"email\"\n"
      "call lib.send(rest)\n",
      "contact.phone -> http-response:2\n"
      "contact.email -> http-response:3 whole\n"
      "contact.phone -> http-response:5 whole");
}

TEST(Flow, ListsOfRecordsAreBulk) {
  check_flow(
      "all = call lib.list(Member)\n"
      "m = all.*\n"
      "call lib.log(m.phone)\n"
      "call lib.send(all)\n",
      "contact.phone -> log:3 bulk\n"
      "contact.email -> http-response:4 bulk whole\n"
      "contact.phone -> http-response:4 bulk whole");
  check_flow(
      "all = call lib.list(Member, object {fields: list [\"email\"]})\n"
      "m = all.*\n"
      "call lib.log(m.email)\n",
      "contact.email -> log:3 bulk");
}

TEST(Flow, NamesSayWhatNothingElseSays) {
  check_flow("function f(email) {\n call lib.log(email)\n }\n", "contact.email -> log:2");
  check_flow("function f(o) {\n call lib.log(o.email)\n }\n", "contact.email -> log:2");
  check_flow("email = call fetch_it()\n call lib.log(object {a: email})\n", "contact.email -> log:2");
}

TEST(Flow, AGuessGivesWayToWhatIsPassed) {
  check_flow(
      "function f(email) {\n"
      " call lib.log(email)\n"
      "}\n"
      "m = call lib.find(Member)\n"
      "call f(m.email)\n",
      "contact.email -> log:2");
  Solved solved(
      "function f(email) {\n"
      " call lib.log(email)\n"
      "}\n"
      "m = call lib.find(Member)\n"
      "call f(m.email)\n");
  ASSERT_EQ(solved.result->flows().size(), 1u);
  EXPECT_TRUE(solved.result->origin(solved.result->flows()[0].origin).entity.valid());
}

TEST(Flow, AConstantIsNotAboutAPerson) {
  check_flow(
      "email = \"support\"\n"
      "call lib.log(email)\n"
      "o = object {email: \"x\", phone: 1}\n"
      "call lib.send(o)\n",
      "");
}

TEST(Flow, InputHasAKind) {
  check_flow(
      "r = call lib.request()\n"
      "call lib.log(r.body)\n"
      "call lib.log(r.params.id)\n",
      "request-body -> log:2\n"
      "request-path -> log:3");
}

TEST(Flow, AnApiCanSayWhatItGives) {
  check_flow("p = call lib.position()\n call lib.log(p)\n", "location.precise -> log:2");
}

// --- how values move in a function ---

TEST(Flow, OverwritingEndsIt) {
  check_flow("m = call lib.find(Member)\n x = m.email\n x = \"safe\"\n call lib.log(x)\n", "");
  check_flow("m = call lib.find(Member)\n m.email = \"x\"\n call lib.send(m)\n",
             "contact.phone -> http-response:3 whole");
}

TEST(Flow, BothBranchesCount) {
  check_flow(
      "m = call lib.find(Member)\n"
      "x = \"none\"\n"
      "branch m yes no\n"
      "yes:\n" "x = m.email\n"
      "jump no\n"
      "no:\n" "call lib.log(x)\n",
      "contact.email -> log:8");
}

TEST(Flow, LoopsRunToAFixPoint) {
  check_flow(
      "m = call lib.find(Member)\n"
      "a = \"\"\n b = \"\"\n c = \"\"\n"
      "jump head\n"
      "head:\n" "branch m body out\n"
      "body:\n" "c = b\n b = a\n a = m.phone\n jump head\n"
      "out:\n" "call lib.log(c)\n",
      "contact.phone -> log:14");
}

TEST(Flow, KeysStayApart) {
  check_flow(
      "m = call lib.find(Member)\n"
      "o = object {mail: m.email, city: \"x\"}\n"
      "call lib.log(o.city)\n"
      "call lib.log(o.mail)\n",
      "contact.email -> log:4");
}

TEST(Flow, TextCarriesItsParts) {
  check_flow(
      "m = call lib.find(Member)\n"
      "x = operate \"template\" \"hello \" m.email\n"
      "call lib.log(x)\n"
      "y = operate \"template\" \"hello \" m\n"
      "call lib.log(y)\n",
      "contact.email -> log:3 template");
}

TEST(Flow, FactsAboutAValueAreNotTheValue) {
  check_flow(
      "m = call lib.find(Member)\n"
      "call lib.log(operate \"===\" m.email \"x\")\n"
      "call lib.log(m.email.length)\n"
      "call lib.log(call lib.count(m.email))\n"
      "call lib.log(call isValid(m.email))\n"
      "call lib.log(operate \"typeof\" m.email)\n",
      "");
}

TEST(Flow, ProtectionsAreKept) {
  check_flow(
      "m = call lib.find(Member)\n"
      "call lib.log(call lib.mask(m.email))\n"
      "call lib.log(call lib.sha(m.phone))\n"
      "call lib.log(call maskEmail(m.email))\n",
      "contact.email -> log:2 masked\n"
      "contact.phone -> log:3 hashed\n"
      "contact.email -> log:4 masked");
}

TEST(Flow, SpreadKeepsFieldsAndLaterKeysWin) {
  check_flow(
      "m = call lib.find(Member)\n"
      "o = object {...m, email: \"hidden\"}\n"
      "call lib.send(o)\n",
      "contact.phone -> http-response:3 whole");
}

TEST(Flow, AStoreIsSeenThroughOtherNames) {
  check_flow(
      "m = call lib.find(Member)\n"
      "o = object {}\n"
      "p = o\n"
      "p.mail = m.email\n"
      "call lib.log(o.mail)\n",
      "contact.email -> log:5");
  check_flow(
      "m = call lib.find(Member)\n"
      "o = object {inner: object {}}\n"
      "i = o.inner\n"
      "i.mail = m.email\n"
      "call lib.log(o)\n",
      "contact.email -> log:5");
}

TEST(Flow, ListsCollect) {
  check_flow(
      "m = call lib.find(Member)\n"
      "out = list []\n"
      "call out.push(m.phone)\n"
      "call lib.log(out)\n",
      "contact.phone -> log:4");
}

TEST(Flow, HandlersSeeTheStateBeforeTheThrow) {
  check_flow(
      "m = call lib.find(Member)\n"
      "x = \"\"\n"
      "jump body\n"
      "body:\n" "handler fail\n"
      "x = m.email\n"
      "call risky()\n"
      "x = \"done\"\n"
      "return\n"
      "fail:\n" "call lib.log(x)\n",
      "contact.email -> log:11");
  check_flow(
      "m = call lib.find(Member)\n"
      "jump body\n"
      "body:\n" "handler fail\n"
      "throw m.email\n"
      "fail:\n" "e = operate \"caught\"\n"
      "call lib.log(e)\n",
      "contact.email -> log:8");
}

TEST(Flow, UnknownSyntaxPassesItsOperands) {
  check_flow("m = call lib.find(Member)\n x = unknown m.email\n call lib.log(x)\n",
             "contact.email -> log:3");
}

TEST(Flow, AssignmentsCanBeSinks) {
  check_flow(
      "m = call lib.find(Member)\n"
      "c = call lib.cookies()\n"
      "c.value = m.email\n",
      "contact.email -> cookie:3");
}

TEST(Flow, OnlyTheNamedPartOfAnArgumentLeaves) {
  check_flow(
      "m = call lib.find(Member)\n"
      "call lib.track(\"x\", object {properties: object {mail: m.email}, local: m.phone})\n",
      "contact.email -> third-party:2");
}

// --- from function to function ---

TEST(Flow, ResultsComeBack) {
  check_flow(
      "function load() {\n return call lib.find(Member)\n }\n"
      "m = call load()\n"
      "call lib.log(m.email)\n",
      "contact.email -> log:5");
  check_flow(
      "function same(a) {\n return a\n }\n"
      "m = call lib.find(Member)\n"
      "x = call same(m.email)\n"
      "y = call same(m.id)\n"
      "call lib.log(y)\n"
      "call lib.log(x)\n",
      "contact.email -> log:8");
}

TEST(Flow, SinksInCalleesAreReached) {
  check_flow(
      "function note(a, b) {\n call lib.log(b)\n }\n"
      "function deeper(x) {\n call note(\"k\", x)\n }\n"
      "m = call lib.find(Member)\n"
      "call deeper(m.phone)\n"
      "call note(m.email, \"k\")\n",
      "contact.phone -> log:2");
}

TEST(Flow, ACalleeMayFillAnArgument) {
  check_flow(
      "function fill(o, m) {\n o.mail = m.email\n }\n"
      "o = object {}\n"
      "call fill(o, call lib.find(Member))\n"
      "call lib.log(o.mail)\n"
      "call lib.log(o.other)\n",
      "contact.email -> log:6");
  check_flow(
      "o = object {}\n"
      "call lib.copy_into(o, call lib.find(Member))\n"
      "call lib.log(o.phone)\n",
      "contact.phone -> log:3");
}

TEST(Flow, RecursionEnds) {
  check_flow(
      "function f(a, n) {\n"
      " branch n more end\n"
      "more:\n" "return call g(a, n)\n"
      "end:\n" "return a\n"
      "}\n"
      "function g(a, n) {\n return call f(a, n)\n }\n"
      "m = call lib.find(Member)\n"
      "x = call g(m.email, 3)\n"
      "call lib.log(x)\n",
      "contact.email -> log:13");
}

TEST(Flow, RestAndSpreadArguments) {
  check_flow(
      "function f(a, ...more) {\n call lib.log(more)\n }\n"
      "m = call lib.find(Member)\n"
      "call f(m.email, \"x\", m.phone)\n",
      "contact.phone -> log:2");
  check_flow(
      "function f(a, b) {\n call lib.log(b)\n }\n"
      "m = call lib.find(Member)\n"
      "args = list [\"x\", m.phone]\n"
      "call f(...args)\n",
      "contact.phone -> log:2");
}

TEST(Flow, KeywordArguments) {
  check_flow(
      "function f(a, b) {\n call lib.log(a)\n }\n"
      "m = call lib.find(Member)\n"
      "call f(b: m.email, a: m.phone)\n",
      "contact.phone -> log:2", "python");
}

TEST(Flow, CallbacksGetElements) {
  check_flow(
      "all = call lib.list(Member)\n"
      "call lib.each(all, function (m) { call lib.log(m.email) })\n",
      "contact.email -> log:2 bulk");
  check_flow(
      "all = call lib.list(Member)\n"
      "mails = call lib.map(all, function (m) { return m.email })\n"
      "call lib.log(mails)\n",
      "contact.email -> log:3 bulk");
}

TEST(Flow, WhatAnUnknownCallDoesWithACallback) {
  check_flow(
      "function f(o) {\n"
      " m = call lib.find(Member)\n"
      " p = call o.start(m)\n"
      " call p.catch(function (e) { call lib.log(e) })\n"
      "}\n",
      "");
  check_flow(
      "function f(o) {\n"
      " m = call lib.find(Member)\n"
      " p = object {all: list [m]}\n"
      " n = call p.all.map(function (x) { return x.id })\n"
      " call lib.send(n)\n"
      "}\n",
      "");
}

TEST(Flow, ClosuresSeeTheVariablesOutside) {
  check_flow(
      "function f() {\n"
      " m = call lib.find(Member)\n"
      " x = m.email\n"
      " return function () { call lib.log(x) }\n"
      "}\n",
      "contact.email -> log:4");
}

TEST(Flow, ModuleStateIsShared) {
  check_flow(
      "last = null\n"
      "function remember() {\n m = call lib.find(Member)\n ^last = m.email\n }\n"
      "function tell() {\n call lib.log(last)\n }\n",
      "contact.email -> log:7");
  check_flow(
      "store = list []\n"
      "function remember() {\n m = call lib.find(Member)\n call store.push(m.phone)\n }\n"
      "function tell() {\n call lib.send(store)\n }\n",
      "contact.phone -> http-response:7");
}

TEST(Flow, FieldsOfAnObjectAreSharedByItsMethods) {
  check_flow(
      "class Box {\n"
      " method keep() {\n m = call lib.find(Member)\n this.last = m.email\n }\n"
      " method tell() { call lib.log(this.last) }\n"
      "}\n",
      "contact.email -> log:6");
}

TEST(Flow, ConstructorsFillTheirObject) {
  check_flow(
      "class Card {\n"
      " method constructor(a, b) {\n this.a = a\n this.b = b\n }\n"
      "}\n"
      "m = call lib.find(Member)\n"
      "c = new Card(m.email, \"x\")\n"
      "call lib.log(c.b)\n"
      "call lib.log(c.a)\n",
      "contact.email -> log:10");
}

TEST(Flow, ThrownValuesAreCaughtByCallers) {
  check_flow(
      "function fails(m) {\n throw operate \"template\" m.email\n }\n"
      "m = call lib.find(Member)\n"
      "jump body\n"
      "body:\n" "handler fail\n"
      "call fails(m)\n"
      "return\n"
      "fail:\n" "e = operate \"caught\"\n"
      "call lib.log(e)\n",
      "contact.email -> exception:2 template\n"
      "contact.email -> log:12 template");
}

TEST(Flow, AFunctionThatSaysItMasksDoes) {
  check_flow(
      "function maskPhone(p) {\n return operate \"slice\" p 2\n }\n"
      "m = call lib.find(Member)\n"
      "call lib.log(call maskPhone(m.phone))\n",
      "contact.phone -> log:5 masked");
}

// --- for access checks ---

TEST(Flow, LoadsSayWhatTheyAreSelectedBy) {
  Solved solved(
      "function one(r) {\n"
      " q = call lib.request()\n"
      " id = q.params.id\n"
      " me = q.user\n"
      " a = call lib.find(Member, object {where: object {id: id}})\n"
      " b = call lib.list(Member, object {where: object {id: me.id, kind: 3}, limit: 10})\n"
      " call lib.save(Member, object {where: object {id: id}, data: q.body})\n"
      "}\n");
  EXPECT_EQ(solved.loads(),
            "read Member where id(request)\n"
            "read Member many limited where id(principal) kind\n"
            "update Member where id(request) data *(request)\n");
}

TEST(Flow, SelectorsAreFollowedToCallers) {
  Solved solved(
      "function by(id) {\n"
      " return call lib.find(Member, object {where: object {id: id}})\n"
      "}\n"
      "function route() {\n"
      " q = call lib.request()\n"
      " return call by(q.params.id)\n"
      "}\n");
  EXPECT_EQ(solved.loads(), "read Member where id(request)\n");
  EXPECT_EQ(solved.returned("route"),
            "contact.email -> return:6 whole\n"
            "contact.phone -> return:6 whole\n");
}

TEST(Flow, OriginsOfALocalAreFoundThroughCallers) {
  Solved solved(
      "function check(post, user) {\n"
      " same = operate \"===\" post.owner user.id\n"
      "}\n"
      "function route() {\n"
      " q = call lib.request()\n"
      " call check(q.body, q.user)\n"
      "}\n");
  program::FunctionId check;
  for (std::uint32_t i = 0; i < solved.program->n_functions(); ++i) {
    if (solved.program->function({i}).name.text() == "check") check = {i};
  }
  const ir::Function& function = solved.program->function(check);
  program::Site last{check, 0, static_cast<std::uint32_t>(function.blocks[0].instructions.size() - 1)};
  EXPECT_FALSE(solved.result->from_principal(last, function.parameters[0].local));
  EXPECT_TRUE(solved.result->from_principal(last, function.parameters[1].local));
}

// --- steps ---

TEST(Flow, StepsTellTheWay) {
  Solved direct(
      "m = call lib.find(Member)\n"
      "x = m.email\n"
      "y = x\n"
      "call lib.log(y)\n");
  EXPECT_EQ(direct.steps(), "source email:1, field email:2, assign y:3, sink lib.log:4");
  Solved through(
      "function note(a) {\n"
      " b = a\n"
      " call lib.log(b)\n"
      "}\n"
      "m = call lib.find(Member)\n"
      "call note(m.phone)\n");
  EXPECT_EQ(through.steps(),
            "source phone:5, field phone:6, enter note:6, assign b:2, sink lib.log:3");
}

TEST(Flow, EntriesAreTheOutermostCallers) {
  Solved solved(
      "function inner() {\n m = call lib.find(Member)\n call lib.log(m.email)\n }\n"
      "function outer() {\n call inner()\n }\n");
  ASSERT_EQ(solved.result->flows().size(), 1u);
  const Flow& flow = solved.result->flows()[0];
  ASSERT_EQ(flow.entry.size(), 1u);
  EXPECT_EQ(solved.program->function(flow.entry[0]).name.text(), "outer");
}

// --- limits ---

TEST(Flow, OneAndManyThreadsFindTheSame) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    std::string n = std::to_string(i), next = std::to_string((i + 7) % 40);
    text += "function f" + n + "(a) {\n m = call lib.find(Member)\n call lib.log(a)\n";
    text += " x = call f" + next + "(m.email)\n return m\n}\n";
  }
  Solved one(text), many(text, "javascript", 4);
  EXPECT_FALSE(one.flows().empty());
  EXPECT_EQ(one.flows(), many.flows());
}

TEST(Flow, ADeepChainOfCallsIsNoStackProblem) {
  std::string text = "function f0(a) {\n return a\n }\n";
  for (int i = 1; i < 3000; ++i) {
    text += "function f" + std::to_string(i) + "(a) {\n return call f" + std::to_string(i - 1) + "(a)\n }\n";
  }
  text += "m = call lib.find(Member)\n call lib.log(call f2999(m.email))\n";
  Solved solved(text);
  EXPECT_EQ(solved.result->flows().size(), 1u);
}

TEST(Flow, WideBranchingStaysWithinItsBudget) {
  std::string text = "m = call lib.find(Member)\n o = object {}\n";
  for (int i = 0; i < 300; ++i) {
    std::string n = std::to_string(i);
    text += "branch m y" + n + " n" + n + "\ny" + n + ":\no.f" + n + " = m.email\njump n" + n + "\nn" + n +
            ":\no = o\n";
  }
  text += "call lib.log(o)\n";
  Solved solved(text);
  EXPECT_EQ(solved.result->flows().size(), 1u);
}

}  // namespace
}  // namespace privet::flow
