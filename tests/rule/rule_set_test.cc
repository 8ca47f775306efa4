#include "rule/data_types.h"
#include "rule/rule_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace privet::rule {
namespace {

/// Loads what is built in and one file; the error, or nothing.
std::string error_of(std::string_view text, const Config& config = {},
                     const std::vector<std::string>& select = {}) {
  auto rules = RuleSet::load({{"x.yaml", std::string(text)}}, config, select);
  return rules ? "" : rules.error().message;
}

RuleSet load(std::string_view text) {
  auto rules = RuleSet::load({{"x.yaml", std::string(text)}});
  EXPECT_TRUE(rules.ok()) << (rules ? "" : rules.error().message);
  return std::move(rules).value();
}

const FunctionModel& only(const RuleSet& rules, std::string_view symbol) {
  const auto found = rules.functions(Name::of(symbol));
  CHECK(found.size() == 1, "the test's models have one entry for each symbol");
  return *found[0];
}

/// A model file with one function entry.
std::string function(std::string_view keys) {
  return "language: python\nfunctions:\n  - {api: x.f, " + std::string(keys) + "}\n";
}

std::string rule(std::string_view more) {
  return "id: t-one\ntitle: a title\nprinciple: security\nmessage: a message\nwhy: w\nfix: f\n" +
         std::string(more);
}

TEST(RuleSet, LoadsWhatIsBuiltIn) {
  auto rules = RuleSet::load({});
  ASSERT_TRUE(rules.ok()) << rules.error().message;
  EXPECT_NE(rules.value().find_kind(Name::of("log")), nullptr);
}

/// Patterns of built-in files are checked here, not on every start.
TEST(RuleSet, BuiltInFilesPassTheChecksOfUserFiles) {
  std::vector<RuleSource> none;
  auto rules = RuleSet::load(none, {}, {}, /*check_everything=*/true);
  EXPECT_TRUE(rules.ok()) << rules.error().message;
}

struct Mistake {
  std::string text;
  std::string error;
};

TEST(RuleSet, NamesMistakesOfModels) {
  const Mistake mistakes[] = {
      {"language: python\nfuncs: []\n", "x.yaml:2: unknown key `funcs`; known are `language`, "
                                        "`packages`, `types`, `functions`, `entities`, "
                                        "`field_types`, `frameworks`"},
      {"language: phyton\n", "x.yaml:1: unknown language `phyton`; did you mean `python`?"},
      {"language: typescript\n",
       "x.yaml:1: unknown language `typescript`; TypeScript is `javascript` here"},
      {"language: python\nfunctions: {api: x}\n", "x.yaml:2: `functions` is a list of entries"},
      {"language: python\nfunctions:\n  - {flow: []}\n", "x.yaml:3: missing key `api`"},
      {"language: python\nfunctions:\n  - api: x.{a,b\n",
       "x.yaml:3: braces do not match in `x.{a,b`"},
      {"language: python\nfunctions:\n  - api: a b\n",
       "x.yaml:3: `a b` is no symbol; write it as `package.Type.member`"},
      {"language: python\nfunctions:\n  - api: []\n", "x.yaml:3: expected at least one symbol"},
      {function("flwo: x"), "x.yaml:3: unknown key `flwo`; did you mean `flow`?"},
      {function("flow: arg(0)"),
       "x.yaml:3: `arg(0)` is no flow; write it as `arg(0) -> return`"},
      {function("flow: argument(0) -> return"),
       "x.yaml:3: `argument(0)` is no access path; write it as `arg(0).email`, `arg(name)`, `this` "
       "or `return`"},
      {function("flow: arg(0) -> return as hased"),
       "x.yaml:3: unknown protection `hased`; did you mean `hashed`?"},
      {function("flow: arg(0) -> return as x keep"),
       "x.yaml:3: unknown protection `x`; known are `hashed`, `keyed-hash`, `password-hash`, "
       "`masked`, `truncated`, `encrypted`, `tokenised`, `pseudonymised`, `aggregated`"},
      {function("flow: arg(0) -> return as hashed as masked"),
       "x.yaml:3: unknown word `as` in a flow; known are `keep PATH`, `drop PATH`, `as "
       "PROTECTION`"},
      {function("sink: lgo"), "x.yaml:3: unknown sink kind `lgo`; did you mean `log`?"},
      {function("sink: request-body"), "x.yaml:3: unknown sink kind `request-body`"},
      {function("sink: log at x"),
       "x.yaml:3: `x` is no access path; write it as `arg(0).email`, `arg(name)`, `this` or "
       "`return`"},
      {function("sink: third-party to nobody-known"),
       "x.yaml:3: unknown recipient `nobody-known`"},
      {function("source: request-boby"),
       "x.yaml:3: unknown source kind `request-boby`; did you mean `request-body`?"},
      {function("calls: arg(0)"),
       "x.yaml:3: `arg(0)` is no callback; write it as `arg(0)(this.*) -> return.*`"},
      {function("access: {many: true}"),
       "x.yaml:3: expected exactly one of `read`, `create`, `update`, `delete`"},
      {function("guard: auth"),
       "x.yaml:3: unknown guard `auth`; known are `authn`, `authz`, `owner`, `rate`, `csrf`, "
       "`consent`, `signature`, `captcha`"},
      {function("guard: authn maybe"),
       "x.yaml:3: unknown word `maybe` in a guard; known are `required`, `optional`, `unknown` and "
       "`of PATH`"},
      {function("when: {at: arg(0)}"),
       "x.yaml:3: a condition has `at` and one of `is`, `is_not`, `matches`, `not_matches`, `present`, `absent`, `has_bits`"},
      {function("when: {at: arg(0), matches: \"(\"}"),
       "x.yaml:3: bad pattern `(`: missing ): ("},
      {function("when: {at: arg(0), absent: false}"), "x.yaml:3: expected `true`"},
      {function("returns: list of"),
       "x.yaml:3: `list of` is no type; write it as `package.Type`, `type package.Type`, `list of "
       "…`, `instance of arg(0)`, `this` or `arg(0)`"},
      {function("pure: true, passes: true"),
       "x.yaml:3: an entry is `pure` or `passes`, not both"},
      {"language: python\ntypes:\n  x.T: {fields: {a: x.A, \"{a,b}\": x.B}}\n",
       "x.yaml:3: duplicate field `a`"},
      {"language: python\nentities:\n  - {layer: x}\n",
       "x.yaml:3: expected exactly one of `base`, `decorator`, `call`"},
      {"language: python\nfield_types:\n  - {symbol: x.F, shape: txt}\n",
       "x.yaml:3: unknown value `txt`; did you mean `text`?"},
  };
  for (const auto& [text, error] : mistakes) EXPECT_EQ(error_of(text), error) << text;
}

TEST(RuleSet, NamesMistakesOfFrameworks) {
  const auto framework = [](std::string_view keys) {
    return "language: python\nframeworks:\n  - {name: x, " + std::string(keys) + "}\n";
  };
  const Mistake mistakes[] = {
      {framework("routes: [{path: arg(0)}]"),
       "x.yaml:3: expected exactly one of `call`, `decorator`, `table`, `class`, `resolver`"},
      {framework("routes: [{file: a, call: x.y}]"), "x.yaml:3: a route by `file` has no other form"},
      {framework("mounts: [{call: x.y}]"), "x.yaml:3: missing key `child`"},
      {framework("middleware: [{call: x.y}]"), "x.yaml:3: missing key `handler`"},
      {framework("guards: [{decorator: x.y}]"), "x.yaml:3: missing key `guard`, or `opens: true`"},
      {framework("guards: [{decorator: x.y, guard: authn, values: [z]}]"),
       "x.yaml:3: `values` belongs to `field`, `setting` or `option`"},
      {framework("guards: [{field: f, base: x.y, guard: authn}]"),
       "x.yaml:3: a guard by `field`, `setting` or `option` has no other form; values go to `values`"},
  };
  for (const auto& [text, error] : mistakes) EXPECT_EQ(error_of(text), error) << text;
}

TEST(RuleSet, NamesMistakesOfRules) {
  const Mistake mistakes[] = {
      {"other: 1\n", "x.yaml:1: neither a rule (`id`), nor models (`language`), `recipients` or "
                     "kinds (`sinks`, `sources`)"},
      {"id: A b\n", "x.yaml:1: a rule id has lower-case letters, digits and `-` only"},
      {"id: t-one\n", "x.yaml:1: missing key `title`"},
      {rule(""), "x.yaml:1: a rule needs one of `flow`, `access`, `call`, `declaration`, `program`, "
                 "`config`"},
      {rule("flow: {to: [logs]}"), "x.yaml:7: unknown sink kind `logs`; did you mean `log`?"},
      {rule("flow: {form: [x], to: [log]}"), "x.yaml:7: unknown key `form`; did you mean `from`?"},
      {rule("flow: {to: [log], level: L9}"), "x.yaml:7: unknown value `L9`; did you mean `L0`?"},
      {rule("flow: {to: [log], types: 0}"),
       "x.yaml:7: expected a whole number from 1 to 100"},
      {rule("flow: {to: [third-party], recipients: [analytic]}"),
       "x.yaml:7: unknown recipient role `analytic`; did you mean `analytics`?"},
      {rule("flow: {to: [log], unless: [hash]}"),
       "x.yaml:7: unknown protection `hash`; known are `hashed`, `keyed-hash`, `password-hash`, "
       "`masked`, `truncated`, `encrypted`, `tokenised`, `pseudonymised`, `aggregated`"},
      {rule("access: {check: tuoch}"), "x.yaml:7: unknown check `tuoch`; did you mean `touch`?"},
      {rule("access: {check: touch, levle: public}"),
       "x.yaml:7: unknown parameter `levle` of `touch`; did you mean `level`?"},
      {rule("access: {check: touch, level: open}"),
       "x.yaml:7: unknown value `open` of `level`; known are `public`, `authenticated`, "
       "`permission`, `owner`, `unknown`"},
      {rule("access: {check: touch, many: some}"), "x.yaml:7: expected `true` or `false`"},
      {rule("call: {when: []}"), "x.yaml:7: expected `tags` or `apis`"},
      {rule("call: {tags: [x]}\nseverity: 11\n"),
       "x.yaml:8: expected a number from 0.1 to 10"},
      {rule("call: {tags: [x]}\ncwe: [CWE-1]\n"), "x.yaml:8: expected a number"},
      {rule("call: {tags: [x]}\nexamples: [{language: python}]\n"),
       "x.yaml:8: expected `bad` or `ok`"},
      {rule("call: {tags: [x]}\nexamples: [{bad: x}]\n"), "x.yaml:8: missing key `language`"},
      {rule("call: {tags: [x]}\nexamples: [{bad: x, language: pyton}]\n"),
       "x.yaml:8: unknown language `pyton`"},
      {rule("call: {tags: [x]}\nexamples: [{bad: {/etc/x.py: x}}]\n"),
       "x.yaml:8: `/etc/x.py` is no relative path"},
      {"id: t-one\ntitle: a\nprinciple: security\nmessage: the {date}\n",
       "x.yaml:4: unknown word `{date}` in a message; known are `data`, `person`, `sink`, "
       "`recipient`, `route`, `function`, `level`, `entity`, `api`, `access`, `identifier`, `guard`, "
       "`why`, `siblings`"},
      {"id: t-one\ntitle: a\nprinciple: security\nmessage: ends.\n",
       "x.yaml:4: a message ends without a period"},
      {"id: t-one\ntitle: a\nprinciple: privacy\n",
       "x.yaml:3: unknown value `privacy`; expected one of `lawfulness`, `purpose-limitation`, "
       "`minimisation`, `accuracy`, `storage-limitation`, `security`, `accountability`"},
  };
  for (const auto& [text, error] : mistakes) EXPECT_EQ(error_of(text), error) << text;
}

TEST(RuleSet, NamesMistakesOfRecipientsAndKinds) {
  const Mistake mistakes[] = {
      {"recipients:\n  - {id: a, name: A, role: analytic}\n",
       "x.yaml:2: unknown recipient role `analytic`; did you mean `analytics`?"},
      {"recipients:\n  - {id: a, name: A, role: crm, hosts: [\"a/*\"]}\n",
       "x.yaml:2: `a/*` is no host name; write it as `api.example.org` or `*.example.org`"},
      {"recipients:\n  - {id: aa1, name: A, role: crm}\n  - {id: aa1, name: A, role: crm}\n",
       "x.yaml:3: duplicate recipient `aa1`; first in x.yaml:2"},
      {"sinks:\n  log: {title: t, exposure: X2}\n", "x.yaml:2: duplicate kind `log`"},
      {"sinks:\n  new: {title: t, exposure: X9}\n",
       "x.yaml:2: unknown value `X9`; did you mean `X1`?"},
  };
  for (const auto& [text, error] : mistakes) EXPECT_EQ(error_of(text), error) << text;
}

TEST(RuleSet, RefusesTheSameRuleTwice) {
  auto rules = RuleSet::load({{"a.yaml", rule("call: {tags: [x]}")},
                              {"b.yaml", "\n" + rule("call: {tags: [x]}")}});
  ASSERT_FALSE(rules.ok());
  EXPECT_EQ(rules.error().message, "b.yaml:2: duplicate rule `t-one`; first in a.yaml:1");
}

TEST(RuleSet, ReadsFunctions) {
  const RuleSet rules = load(R"yaml(
language: javascript
packages: [x-lib, "@y/lib"]
functions:
  - api: x-lib.{a,b}
    flow: ["arg(0), this -> return.user keep arg(1)", arg(data) -> return drop arg(2) as masked]
    returns: list of x-lib.T
    when: [{at: arg(1).secure, is: "true"}, {at: arg(2), absent: true}]
    sink: [log at arg(0..), {kind: mail, at: [arg(0).to, arg(0).bcc], when: {at: arg(1), matches: ^a}}]
    source: [request-body, request-query at arg(0).q]
    calls: ["arg(0)(this.*, _, arg(1)) -> return.*", {callback: arg(1), types: [x-lib.T]}]
    access: {read: this, many: true, where: arg(0).where, fields: arg(0).select, data: [arg(1)]}
    guard: authz optional of arg(0)
    refuses: true
    tags: [weak-hash]
  - api: x-lib.T.*
    passes: true
)yaml");
  const FunctionModel& model = only(rules, "x-lib.b");
  ASSERT_EQ(model.flows.size(), 3u);
  EXPECT_EQ(model.flows[0].from.text(), "arg(0)");
  EXPECT_EQ(model.flows[1].from.text(), "this");
  EXPECT_EQ(model.flows[1].to.text(), "return.user");
  EXPECT_EQ(model.flows[1].keep->text(), "arg(1)");
  EXPECT_EQ(model.flows[2].from.text(), "arg(data)");
  EXPECT_EQ(model.flows[2].drop->text(), "arg(2)");
  EXPECT_EQ(protection_name(model.flows[2].protection), "masked");
  EXPECT_TRUE(model.pure);
  EXPECT_TRUE(model.returns.list);
  EXPECT_EQ(model.returns.symbol.text(), "x-lib.T");
  ASSERT_EQ(model.when.size(), 2u);
  EXPECT_EQ(model.when[0].at.text(), "arg(1).secure");
  EXPECT_EQ(model.when[0].test, Condition::Test::Is);
  EXPECT_EQ(model.when[1].test, Condition::Test::Absent);
  ASSERT_EQ(model.sinks.size(), 2u);
  EXPECT_TRUE(model.sinks[0].at[0].and_after);
  EXPECT_EQ(model.sinks[1].at[1].text(), "arg(0).bcc");
  EXPECT_EQ(model.sinks[1].when[0].value, "^a");
  ASSERT_EQ(model.sources.size(), 2u);
  EXPECT_EQ(model.sources[0].at.text(), "return");
  EXPECT_EQ(model.sources[1].at.text(), "arg(0).q");
  ASSERT_EQ(model.calls.size(), 2u);
  EXPECT_EQ(model.calls[0].callback.text(), "arg(0)");
  ASSERT_EQ(model.calls[0].arguments.size(), 3u);
  EXPECT_EQ(model.calls[0].arguments[1].root, AccessPath::Root::Capture);
  EXPECT_EQ(model.calls[0].result->text(), "return.*");
  EXPECT_EQ(model.calls[1].types[0].text(), "x-lib.T");
  ASSERT_EQ(model.accesses.size(), 1u);
  EXPECT_TRUE(model.accesses[0].many);
  EXPECT_EQ(model.accesses[0].fields->text(), "arg(0).select");
  EXPECT_EQ(model.guard->kind, Guard::Kind::Authz);
  EXPECT_EQ(model.guard->mode, Guard::Mode::Optional);
  EXPECT_EQ(model.guard->argument->text(), "arg(0)");
  EXPECT_TRUE(model.refuses);
  EXPECT_EQ(model.tags[0].text(), "weak-hash");

  EXPECT_TRUE(only(rules, "x-lib.T.anything").passes);
  EXPECT_FALSE(only(rules, "x-lib.T.anything").pure);
  EXPECT_TRUE(rules.functions(Name::of("x-lib.other")).empty());
  EXPECT_TRUE(rules.functions(Name::of("nothing")).empty());
  EXPECT_TRUE(rules.knows_package("@y/lib/sub.js"));
  EXPECT_FALSE(rules.knows_package("@y/other"));
}

TEST(RuleSet, ReadsTypeExpressions) {
  struct Case {
    std::string_view text;
    TypeExpr::Kind kind;
    bool list;
    std::string_view shown;
  };
  const Case cases[] = {
      {"x.T", TypeExpr::Kind::Instance, false, "x.T"},
      {"type x.T", TypeExpr::Kind::Type, false, "x.T"},
      {"this", TypeExpr::Kind::Same, false, "this"},
      {"arg(0).a", TypeExpr::Kind::Same, false, "arg(0).a"},
      {"instance of this", TypeExpr::Kind::InstanceOf, false, "this"},
      {"list of instance of arg(0)", TypeExpr::Kind::InstanceOf, true, "arg(0)"},
      {"list of x.T", TypeExpr::Kind::Instance, true, "x.T"},
  };
  for (const Case& each : cases) {
    const RuleSet rules = load(function("returns: " + std::string(each.text)));
    const TypeExpr& type = only(rules, "x.f").returns;
    EXPECT_EQ(type.kind, each.kind) << each.text;
    EXPECT_EQ(type.list, each.list) << each.text;
    EXPECT_EQ(type.symbol.empty() ? type.path.text() : type.symbol.text(), each.shown);
  }
}

TEST(RuleSet, ReadsTypesEntitiesAndFieldTypes) {
  const RuleSet rules = load(R"yaml(
language: python
types:
  x.A: {fields: {"{params,query}": {source: request-query}, user: {principal: true, type: x.U}, b: list of x.B}}
  x.B: {extends: [x.A], parameter_names: [req], identity: true}
  x.C: {extends: [x.B, x.A, x.Unknown]}
  x.Loop: {extends: x.Loop}
entities:
  - {base: x.Model, layer: x, stored: true, hidden: this.Meta.hidden, instance_type: x.Manager}
  - {call: x.define, layer: x, name: arg(0), fields: arg(1), result: schema}
field_types:
  - {symbol: [x.CharField, x.TextField], shape: text}
  - {symbol: x.CharField, hidden: true, when: {at: arg(write_only), is: "True"}}
  - {symbol: x.ForeignKey, shape: relation, target: arg(0), many: false}
)yaml");
  const TypeModel* a = rules.find_type(Name::of("x.A"));
  ASSERT_NE(a, nullptr);
  EXPECT_EQ(a->fields.at(Name::of("params")).source.text(), "request-query");
  EXPECT_TRUE(a->fields.at(Name::of("user")).principal);
  EXPECT_TRUE(a->fields.at(Name::of("b")).type.list);
  EXPECT_TRUE(rules.find_type(Name::of("x.B"))->identity);

  const auto chain = [&](std::string_view symbol) {
    std::string text;
    for (const Name name : rules.type_chain(Name::of(symbol))) text += std::string(name.text()) + " ";
    return text;
  };
  EXPECT_EQ(chain("x.C"), "x.C x.B x.A x.Unknown ");
  EXPECT_EQ(chain("x.Loop"), "x.Loop ");
  EXPECT_EQ(chain("never.heard"), "never.heard ");

  const auto entity = std::find_if(
      rules.entity_models().begin(), rules.entity_models().end(),
      [](const EntityModel* model) { return model->symbols[0] == Name::of("x.define"); });
  ASSERT_NE(entity, rules.entity_models().end());
  EXPECT_EQ((*entity)->form, EntityModel::Form::Call);
  EXPECT_EQ((*entity)->result.text(), "schema");
  EXPECT_EQ((*entity)->fields->text(), "arg(1)");

  const auto fields = rules.field_types(Name::of("x.CharField"));
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0]->shape, FieldTypeModel::Shape::Text);
  EXPECT_TRUE(fields[1]->hidden);
  EXPECT_EQ(rules.find_field_type(Name::of("x.TextField")), fields[0]);
  EXPECT_EQ(rules.find_field_type(Name::of("x.NoField")), nullptr);
}

TEST(RuleSet, ReadsFrameworks) {
  const RuleSet rules = load(R"yaml(
language: javascript
frameworks:
  - name: own
    routes:
      - {call: "own.Router.{get,post}", method: name, path: arg(0), handlers: arg(1..), parameters: [own.Request, own.Response]}
      - {file: "app/**/route.ts", exports: [GET, POST], path_from: next-app, response_is_return: true}
    mounts: {call: own.Router.use, prefix: arg(0), child: arg(1)}
    middleware: {call: own.Router.use, handler: arg(-1), ordered: false}
    guards:
      - {decorator: own.login, guard: authn}
      - {field: permission_classes, values: [own.Open], opens: true}
    principals: [own.Request.user, {symbol: own.current, may_be_anonymous: true}]
    issues_session: own.sign
    proves_identity: [own.compare]
)yaml");
  const auto found = std::find_if(rules.frameworks().begin(), rules.frameworks().end(),
                                  [](const Framework& f) { return f.name == Name::of("own"); });
  ASSERT_NE(found, rules.frameworks().end());
  EXPECT_EQ(found->language.text(), "javascript");
  ASSERT_EQ(found->routes.size(), 2u);
  EXPECT_EQ(found->routes[0].symbols.size(), 2u);
  EXPECT_EQ(found->routes[0].handlers->text(), "arg(1..)");
  EXPECT_EQ(found->routes[1].form, RouteModel::Form::File);
  EXPECT_EQ(found->routes[1].glob, "app/**/route.ts");
  EXPECT_TRUE(found->routes[1].response_is_return);
  EXPECT_EQ(found->mounts[0].child.text(), "arg(1)");
  EXPECT_FALSE(found->middleware[0].ordered);
  EXPECT_EQ(found->guards[0].form, GuardForm::Form::Decorator);
  EXPECT_EQ(found->guards[1].field.text(), "permission_classes");
  EXPECT_TRUE(found->guards[1].opens);
  EXPECT_TRUE(found->principals[1].may_be_anonymous);
  EXPECT_EQ(found->issues_session[0].text(), "own.sign");
}

TEST(RuleSet, ReadsRules) {
  const RuleSet rules = load(R"yaml(
id: t-one
title: a title
principle: storage-limitation
law: [gdpr/art-5]
cwe: 532
languages: [python, javascript]
severity: {exposure: X3, bulk: true, cap: 6.9}
message: "{data} of {person} reaches {sink}"
why: w
fix: f
flow:
  - {to: [log, trace], unless: [masked], level: L3, types: 2, bulk: true}
  - {sources: [request-body], to: log, whole_record: true}
access: {check: touch, level: [public, unknown], many: true}
call: {tags: [weak-hash], personal: arg(0)}
note_unless_personal: true
examples:
  - {bad: "x = 1", language: python}
  - ok:
      a.py: "y = 2"
      sub/b.ts: "z = 3"
)yaml");
  const Rule* found = rules.find_rule("t-one");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(principle_name(found->principle), "storage-limitation");
  EXPECT_EQ(found->severity.exposure, Exposure::X3);
  EXPECT_EQ(found->severity.cap, 6.9);
  EXPECT_EQ(found->cwe, std::vector<int>{532});
  ASSERT_EQ(found->flow.size(), 2u);
  EXPECT_EQ(found->flow[0].min_level, 3);
  EXPECT_EQ(found->flow[0].min_types, 2);
  EXPECT_EQ(found->flow[0].bulk, true);
  EXPECT_EQ(found->flow[1].min_level, 2);
  EXPECT_EQ(found->access[0].parameters[0].second.size(), 2u);
  ASSERT_EQ(found->examples.size(), 2u);
  EXPECT_TRUE(found->examples[0].bad);
  EXPECT_EQ(found->examples[0].files[0].path, "example.py");
  EXPECT_EQ(found->examples[1].files[1].path, "sub/b.ts");
  EXPECT_EQ(found->file, "x.yaml");
  EXPECT_EQ(rules.find_rule("t-two"), nullptr);
}

TEST(RuleSet, FixedSeverityIsANumber) {
  const RuleSet rules = load(rule("call: {tags: [x]}\nseverity: 5.5\n"));
  EXPECT_EQ(rules.find_rule("t-one")->severity.fixed, 5.5);
}

TEST(RuleSet, TakesControlsByRuleId) {
  const RuleSet rules = load(
      "id: email-copy\ntitle: a\nprinciple: security\nmessage: m\nwhy: w\nfix: f\ncall: {tags: [x]}\n");
  EXPECT_TRUE(rules.find_rule("email-copy")->controls.empty());
  for (const Rule& each : rules.rules()) {
    for (const Control& control : each.controls) {
      EXPECT_FALSE(control.title.empty()) << each.id.text() << " " << control.id;
    }
  }
}

TEST(RuleSet, FindsRecipients) {
  const RuleSet rules = load(R"yaml(
recipients:
  - {id: t-near, name: Near, role: crm, packages: [t-near, "@t/near"], hosts: ["*.near.example", api.far.example]}
  - {id: t-far, name: Far, role: crm, packages: [t_far.client], hosts: ["*.eu.near.example"]}
)yaml");
  const auto host = [&](std::string_view name) {
    const Recipient* found = rules.recipient_of_host(name);
    return found != nullptr ? found->id.text() : "";
  };
  EXPECT_EQ(host("near.example"), "t-near");
  EXPECT_EQ(host("A.Near.Example"), "t-near");
  EXPECT_EQ(host("a.eu.near.example"), "t-far");
  EXPECT_EQ(host("xnear.example"), "");
  EXPECT_EQ(host("far.example"), "");
  EXPECT_EQ(host("api.far.example"), "t-near");
  EXPECT_EQ(host(""), "");
  const auto package = [&](std::string_view name) {
    const Recipient* found = rules.recipient_of_package(name);
    return found != nullptr ? found->id.text() : "";
  };
  EXPECT_EQ(package("@t/near/lib/x"), "t-near");
  EXPECT_EQ(package("t_far.client.http"), "t-far");
  EXPECT_EQ(package("t_far"), "");
  EXPECT_EQ(package("t-nearer"), "");
  EXPECT_NE(rules.find_recipient(Name::of("t-far")), nullptr);
}

TEST(RuleSet, DataTypesOfPolicyAndTreeAddUp) {
  Config config;
  config.data_types = {
      {"policy.yaml", "data_types:\n  - {id: team.badge, title: badge, level: L4, strong: [badge_no]}\n"},
      {"privet.yaml", "data_types:\n  - {id: team.badge, title: other, level: L1, strong: [x]}\n"
                      "  - {id: team.locker, title: locker, level: L2, strong: [locker_no]}\n"}};
  auto loaded = RuleSet::load({}, config);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message;
  const DataTypes& types = loaded.value().data_types();
  ASSERT_TRUE(types.find("team.badge").valid());
  EXPECT_EQ(types[types.find("team.badge")].title, "badge");
  EXPECT_TRUE(types.find("team.locker").valid());
  config.data_types[1].text = "data_types:\n\n  - {id: team.locker, titel: x}\n";
  EXPECT_THAT(RuleSet::load({}, config).error().message, testing::HasSubstr("privet.yaml:3: unknown key `titel`"));
}

TEST(RuleSet, AppliesTheConfiguration) {
  const std::vector<RuleSource> extra = {
      {"a.yaml", rule("call: {tags: [x]}")},
      {"r.yaml", "recipients:\n  - {id: t-n, name: N, role: crm, hosts: [\"*.near.example\"]}\n"}};
  Config config;
  config.file = "privet.yaml";
  config.loggers = {"audit.write"};
  config.own_hosts = {"*.near.example"};
  auto with_loggers = RuleSet::load(extra, config);
  ASSERT_TRUE(with_loggers.ok()) << with_loggers.error().message;
  EXPECT_EQ(only(with_loggers.value(), "audit.write").sinks[0].kind.text(), "log");
  EXPECT_EQ(with_loggers.value().recipient_of_host("a.near.example"), nullptr);
  EXPECT_NE(with_loggers.value().find_rule("t-one"), nullptr);

  config.rules_off = {"t-*"};
  auto without = RuleSet::load(extra, config);
  ASSERT_TRUE(without.ok());
  EXPECT_EQ(without.value().find_rule("t-one"), nullptr);

  config.rules_off = {"t-on"};
  auto typo = RuleSet::load(extra, config);
  ASSERT_FALSE(typo.ok());
  EXPECT_EQ(typo.error().message, "privet.yaml: no rule `t-on`; did you mean `t-one`?");

  auto selected = RuleSet::load(extra, {}, {"t-o*"});
  ASSERT_TRUE(selected.ok());
  EXPECT_EQ(selected.value().rules().size(), 1u);
  auto none = RuleSet::load(extra, {}, {"zzz"});
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().message, "no rule `zzz`");
}

}  // namespace
}  // namespace privet::rule
