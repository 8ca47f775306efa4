#include <gtest/gtest.h>

#include "support/project.h"

namespace privet::program {
namespace {

/// A small Django and SQLAlchemy, so that these tests do not change with the models that ship.
constexpr const char* kModels = R"yaml(
language: python
packages: [orm, web]
types:
  orm.Manager: {}
  orm.Query: {}
  orm.Model: {fields: {objects: orm.Manager}}
  orm.auth.Account: {extends: orm.Model, record: true, fields: {mail: {data: contact.email}}}
  orm.Session: {}
  web.Request: {parameter_names: [request], fields: {user: {principal: true}, data: {source: request-body}}}
functions:
  - {api: "orm.Manager.{filter,all}", returns: list of instance of this}
  - {api: "orm.Manager.get", returns: instance of this}
  - {api: "orm.Query.{exclude,order_by}", returns: this}
  - {api: "orm.Query.first", returns: instance of this}
  - {api: orm.Query.as_manager, returns: instance of this}
  - {api: orm.Session.query, returns: list of instance of arg(0)}
entities:
  - {base: orm.Model, layer: orm, stored: true, instance_type: orm.Query}
  - {base: orm.Serializer, layer: serializer, of: this.Meta.model, only: this.Meta.fields, hidden: this.Meta.exclude}
field_types:
  - {symbol: orm.EmailField, shape: text, data: contact.email}
  - {symbol: orm.CharField, shape: text}
  - {symbol: orm.CharField, hidden: true, when: {at: arg(write_only), is: "true"}}
  - {symbol: orm.Link, shape: relation, target: arg(0)}
)yaml";

TEST(Python, KnowsRecordsThatTheLibraryDeclares) {
  const auto project = link_project(R"py(
--- app.py
from orm.auth import Account

def find(pk):
    account = Account.objects.get(pk)
    return account
)py",
                                    kModels);
  const Entity& account = project->entity("Account");
  EXPECT_TRUE(account.stored);
  ASSERT_NE(account.find(base::Name::of("mail")), nullptr);
  EXPECT_EQ(account.find(base::Name::of("mail"))->data.text(), "contact.email");
}

TEST(Python, LeavesRecordsOfTheLibraryOutThatNobodyUses) {
  const auto project = link_project("--- app.py\nimport orm\n", kModels);
  EXPECT_FALSE(project->program->find_entity(base::Name::of("Account")).valid());
}

TEST(Python, FollowsImportsThroughPackages) {
  const auto project = link_project(R"py(
--- app/__init__.py
from .services import *
from .models import User
--- app/services.py
__all__ = ["load"]
def load(): pass
def hidden(): pass
--- app/models.py
class User:
    def name(self): return "x"
--- app/deep/__init__.py
--- app/deep/inner.py
def far(): pass
--- app/views/__init__.py
from . import pages
--- app/views/pages.py
def show(): pass
--- main.py
from app import views
import app
import app.deep.inner
import app.deep.inner as short
from app import load as renamed, User
from app.deep import inner
from app import *
def run():
    app.load()
    app.deep.inner.far()
    short.far()
    renamed()
    inner.far()
    load()
    hidden()
    views.pages.show()
    u = User()
    u.name()
)py");
  EXPECT_EQ(project->callees("main.py:run", "show"), "show");
  EXPECT_EQ(project->callees("main.py:run", "load"), "load");
  EXPECT_EQ(project->callees("main.py:run", "far"), "far");
  EXPECT_EQ(project->callees("main.py:run", "renamed"), "load");
  EXPECT_EQ(project->callees("main.py:run", "hidden"), "symbol hidden");
  EXPECT_EQ(project->callees("main.py:run", "name"), "User.name");
}

TEST(Python, BindsArgumentsToParameters) {
  const auto project = link_project(R"py(
--- a.py
class User: pass
class Card: pass
def keyed(a, *rest, b=None, **more):
    return b
def run():
    made = keyed(1, Card(), b=User(), c=Card())
    options = {"b": User()}
    same = keyed(1, **options)
    many = [User() for _ in range(3)]
    for each in many:
        keep(each)
    first, second = User(), Card()
)py");
  EXPECT_EQ(project->refs("a.py:keyed", "b"), "User");
  EXPECT_EQ(project->refs("a.py:run", "made"), "User");
  EXPECT_EQ(project->refs("a.py:run", "each"), "User");
  EXPECT_EQ(project->refs("a.py:run", "second"), "Card");
}

/// `[0]` in a model: the field that argument 0 names.
TEST(Python, NamesFieldsByConstantArguments) {
  const auto project = link_project(R"py(
--- a.py
class User: pass
class Card: pass
def run(key):
    held = {"user": User(), "card": Card()}
    one = held.get("user")
    any = held.get(key)
    held.setdefault("more", Card())
    more = held.get("more")
)py");
  EXPECT_EQ(project->refs("a.py:run", "one"), "User");
  EXPECT_EQ(project->refs("a.py:run", "any"), "User, Card");
  EXPECT_EQ(project->refs("a.py:run", "more"), "Card");
}

TEST(Python, FindsMethodsThroughClasses) {
  const auto project = link_project(R"py(
--- a.py
class Base:
    store = None
    def __init__(self, store):
        self.store = store
    def get(self):
        return self.load()
    @property
    def owner(self):
        return self.store
    @classmethod
    def make(cls):
        return cls(Store())
class Store:
    def write(self): pass
class Derived(Base):
    def load(self):
        super().get()
        self.owner.write()
        return self.store
def run():
    d = Derived.make()
    o = d.owner
    Base.get(d)
)py");
  EXPECT_EQ(project->callees("a.py:Base.get", "load"), "Derived.load");
  EXPECT_EQ(project->callees("a.py:Derived.load", "get"), "Base.get");
  EXPECT_EQ(project->callees("a.py:Derived.load", "write"), "Store.write");
  EXPECT_EQ(project->refs("a.py:run", "d"), "Base, Derived");
  EXPECT_EQ(project->refs("a.py:run", "o"), "Store");
  EXPECT_EQ(project->callees("a.py:run", "get"), "Base.get");
  EXPECT_EQ(project->program->callers(project->function("a.py:Base.owner")).size(), 2u);
}

TEST(Python, TrustsHints) {
  const auto project = link_project(R"py(
--- a.py
from __future__ import annotations
from typing import Optional, Annotated
from dataclasses import dataclass
@dataclass
class User:
    email: str
    boss: Optional["User"] = None
def one(u: User | None, many: list[User], later: "User", d: Annotated[User, 1], by: dict[str, User]):
    b = u.boss
    for each in many:
        e = each.boss
    x = by["k"]
def made() -> User:
    ...
def run():
    m = made()
    n = User(email="a", boss=made())
)py");
  EXPECT_EQ(project->refs("a.py:one", "b"), "User");
  EXPECT_EQ(project->refs("a.py:one", "each"), "User");
  EXPECT_EQ(project->refs("a.py:one", "later"), "User");
  EXPECT_EQ(project->refs("a.py:one", "d"), "User");
  EXPECT_EQ(project->refs("a.py:run", "m"), "User");
  EXPECT_EQ(project->field("User", "email"), "text");
  EXPECT_EQ(project->field("User", "boss"), "relation -> User");
}

TEST(Python, ReadsRecordsAndTheirQueries) {
  const auto project = link_project(R"py(
--- models.py
import orm
class Person(orm.Model):
    email = orm.EmailField(max_length=80)
    team = orm.Link("Team", related_name="people", on_delete=1)
class Member(Person):
    secret = orm.CharField(write_only=True)
class Team(orm.Model):
    title = orm.CharField()
class MemberSerializer(orm.Serializer):
    class Meta:
        model = Member
        fields = ["email", "team"]
class OpenSerializer(orm.Serializer):
    class Meta:
        model = Member
        exclude = ["secret"]
def run(session: orm.Session):
    found = Member.objects.filter(email="x")
    some = found.exclude(id=1).order_by("x")
    one = some.first()
    team = one.team
    back = team.people
    named = back.order_by("x").first()
    got = Member.objects.get(id=1)
    rows = session.query(Member)
)py", kModels);
  EXPECT_TRUE(project->entity("Member").stored);
  EXPECT_EQ(project->field("Member", "email"), "text contact.email");
  EXPECT_EQ(project->field("Member", "secret"), "text hidden");
  EXPECT_EQ(project->field("Member", "team"), "relation -> Team");
  EXPECT_EQ(project->field("MemberSerializer", "email"), "text contact.email");
  EXPECT_EQ(project->field("MemberSerializer", "secret"), "-");
  EXPECT_EQ(project->field("OpenSerializer", "team"), "relation -> Team");
  EXPECT_EQ(project->field("OpenSerializer", "secret"), "-");
  EXPECT_EQ(project->refs("models.py:run", "found"), "list of Member");
  EXPECT_EQ(project->refs("models.py:run", "some"), "list of Member");
  EXPECT_EQ(project->refs("models.py:run", "one"), "Member");
  EXPECT_EQ(project->refs("models.py:run", "team"), "Team, type orm.Link");
  EXPECT_EQ(project->refs("models.py:run", "back"), "list of Person");
  EXPECT_EQ(project->refs("models.py:run", "named"), "Person");
  EXPECT_EQ(project->refs("models.py:run", "got"), "Member");
  EXPECT_EQ(project->refs("models.py:run", "rows"), "list of Member");
}

TEST(Python, KeepsTheRecordsOfManagersOfItsOwn) {
  const auto project = link_project(R"py(
--- models.py
import orm
class Active(orm.Manager):
    def active(self):
        return self.filter(on=True)
class Recent(orm.Query):
    def recent(self):
        return self.exclude(old=True)
class Person(orm.Model):
    objects = Active()
class Note(orm.Model):
    objects = Recent.as_manager()
def run():
    people = Person.objects.active()
    notes = Note.objects.recent().recent()
)py", kModels);
  EXPECT_NE(project->refs("models.py:run", "people").find("list of Person"), std::string::npos);
  EXPECT_EQ(project->callees("models.py:Active.active", "filter"), "symbol orm.Manager.filter");
  EXPECT_NE(project->refs("models.py:run", "notes").find("Note"), std::string::npos);
}

TEST(Python, ReadsConstants) {
  const auto project = link_project(R"py(
--- a.py
NAMES = ["a", "b"] + ["c"]
KEY = "k"
OPTIONS = {KEY: NAMES, "on": True, **{"more": 1}}
class Role:
    ADMIN = "admin"
text = f"SELECT {KEY} FROM {unknown()}"
call(OPTIONS, Role.ADMIN, mode="x")
)py");
  const FunctionId body = project->function("a.py");
  const ir::Function& code = project->program->function(body);
  const auto constant = [&](std::string_view name) {
    for (ir::LocalIndex local = 0; local < code.locals.size(); ++local) {
      if (code.locals[local].name.text() == name) return project->program->constant_of(body, local);
    }
    return Constant{};
  };
  EXPECT_EQ(constant("NAMES").entries.size(), 3u);
  const Constant options = constant("OPTIONS");
  ASSERT_NE(options.find("k"), nullptr);
  EXPECT_EQ(options.find("k")->at(2)->text.text(), "c");
  ASSERT_NE(options.find("more"), nullptr);
  EXPECT_EQ(constant("text").kind, Constant::Kind::Unknown);
  EXPECT_EQ(constant("text").text.text(), "SELECT k FROM {}");

  for (ir::BlockIndex block = 0; block < code.blocks.size(); ++block) {
    for (std::uint32_t i = 0; i < code.blocks[block].instructions.size(); ++i) {
      const ir::Instruction& at = code.blocks[block].instructions[i];
      if (at.op != ir::Op::Call || at.n_operands != 3) continue;
      const Site site{body, block, i};
      const auto holds = [&](const char* path, rule::Condition::Test test, const char* value) {
        rule::Condition condition{*ir::AccessPath::parse(path), test, value};
        return project->program->holds(site, {&condition, 1});
      };
      using Test = rule::Condition::Test;
      EXPECT_TRUE(holds("arg(1)", Test::Is, "admin"));
      EXPECT_TRUE(holds("arg(mode)", Test::Is, "x"));
      EXPECT_TRUE(holds("arg(0).on", Test::Is, "true"));
      EXPECT_TRUE(holds("arg(0).off", Test::Absent, ""));
      EXPECT_TRUE(holds("arg(5)", Test::Absent, ""));
      EXPECT_FALSE(holds("arg(0).on", Test::Absent, ""));
      EXPECT_TRUE(holds("arg(1)", Test::Matches, "^ad"));
      EXPECT_TRUE(holds("arg(1)", Test::IsNot, "user"));
    }
  }
}

}  // namespace
}  // namespace privet::program
