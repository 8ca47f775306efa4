#include <gtest/gtest.h>

#include <string>

#include "support/project.h"

namespace privet::program {
namespace {

TEST(JavaScript, FollowsImportsInEveryForm) {
  const auto project = link_project(R"js(
--- a.ts
import { load, rename as other } from "./b";
import fallback from "./b";
import * as b from "./b";
import { deep } from "./barrel";
const cjs = require("./c");
const { inner } = require("./c");
export function run() {
  load();
  other();
  fallback();
  b.load();
  deep();
  cjs.inner();
  inner();
}
--- b.ts
export function load() {}
export const rename = () => 1;
export default function main() {}
--- barrel.ts
export * from "./loop";
export { real as deep } from "./d";
--- loop.ts
export * from "./barrel";
--- d.ts
export function real() {}
--- c.js
function inner() {}
module.exports = { inner };
)js");
  EXPECT_EQ(project->callees("a.ts:run", "load"), "load");
  EXPECT_EQ(project->callees("a.ts:run", "other"), "rename");
  EXPECT_EQ(project->callees("a.ts:run", "fallback"), "main");
  EXPECT_EQ(project->callees("a.ts:run", "deep"), "real");
  EXPECT_EQ(project->callees("a.ts:run", "inner"), "inner");
}

TEST(JavaScript, BindsArgumentsToParameters) {
  const auto project = link_project(R"js(
--- a.ts
class User { email: string = ""; }
class Card {}
function one(user, { card }, ...rest) { return user; }
const twice = (f, x) => f(x);
function outer() {
  const made = one(new User(), { card: new Card() }, new Card());
  const back = twice((u) => u, new User());
  const all = [new User(), new User()].map((each) => each);
  for (const it of all) { keep(it); }
}
)js");
  EXPECT_EQ(project->refs("a.ts:one", "user"), "User");
  EXPECT_EQ(project->refs("a.ts:one", "card"), "Card");
  EXPECT_EQ(project->refs("a.ts:outer", "made"), "User");
  EXPECT_EQ(project->refs("a.ts:outer", "back"), "User");
  EXPECT_EQ(project->refs("a.ts:outer", "it"), "User");
}

TEST(JavaScript, FindsMethodsThroughClasses) {
  const auto project = link_project(R"js(
--- a.ts
class Base {
  constructor(private store: Store) {}
  save() { this.store.write(this.kind()); }
  kind() { return "base"; }
}
class Store { write(x) {} }
class Derived extends Base {
  kind() { return super.kind(); }
  get owner() { return new Store(); }
  static create() { return new Derived(new Store()); }
}
function run() {
  const d = Derived.create();
  d.save();
  const o = d.owner;
  const f = d.kind.bind(d);
  f();
}
function Old(name) { this.name = new Store(); }
Old.prototype.hello = function () { return this.name; };
function old() { const x = new Old("a"); const n = x.hello(); }
)js");
  EXPECT_EQ(project->callees("a.ts:Base.save", "write"), "Store.write");
  EXPECT_EQ(project->callees("a.ts:Base.save", "kind"), "Base.kind, Derived.kind");
  EXPECT_EQ(project->callees("a.ts:Derived.kind", "kind"), "Base.kind");
  EXPECT_EQ(project->refs("a.ts:run", "d"), "Derived");
  EXPECT_EQ(project->refs("a.ts:run", "o"), "Store");
  EXPECT_EQ(project->callees("a.ts:run", "f"), "Derived.kind");
  EXPECT_EQ(project->refs("a.ts:old", "n"), "Store");
}

TEST(JavaScript, InjectsByDeclaredTypes) {
  const auto project = link_project(R"js(
--- service.ts
export class UserService {
  async find(id: number): Promise<User[]> { return []; }
}
export interface User { email: string; boss?: User; }
--- controller.ts
import { UserService, User } from "./service";
export class UserController {
  constructor(private readonly users: UserService) {}
  async list(id) {
    const found = await this.users.find(id);
    const first = found[0];
    const boss = first.boss;
    return found.filter((u) => u.email);
  }
}
)js");
  EXPECT_EQ(project->callees("controller.ts:UserController.list", "find"), "UserService.find");
  EXPECT_EQ(project->refs("controller.ts:UserController.list", "found"), "list of User, object");
  EXPECT_EQ(project->refs("controller.ts:UserController.list", "first"), "User");
  EXPECT_EQ(project->refs("controller.ts:UserController.list", "boss"), "User");
}

TEST(JavaScript, NamesLibrariesByTheirTypes) {
  const auto project = link_project(R"js(
--- app.js
const express = require("express");
const axios = require("axios");
const app = express();
app.get("/x", (req, res) => { res.status(200).json(req.body); });
async function send() {
  const client = axios.create();
  const { data } = await client.get("https://x");
  window.localStorage.setItem("a", data);
  console.log(data);
}
)js");
  EXPECT_EQ(project->callees("app.js", "get"), "symbol express.Router.get, back to anonymous at line 4");
  EXPECT_EQ(project->refs("app.js:anonymous at line 4", "req"), "type express.Request");
  EXPECT_EQ(project->callees("app.js:anonymous at line 4", "json"), "symbol express.Response.json");
  EXPECT_EQ(project->callees("app.js:send", "log"), "symbol console.log");
  EXPECT_EQ(project->callees("app.js:send", "get"), "symbol axios.AxiosInstance.get");
}

TEST(JavaScript, TellsRoutersApartByTheirCall) {
  const auto project = link_project(R"js(
--- a.js
const express = require("express");
const one = express.Router();
const two = express.Router();
)js");
  const FunctionId body = project->function("a.js");
  const ir::Function& code = project->program->function(body);
  std::vector<Ref> routers;
  for (ir::LocalIndex local = 0; local < code.locals.size(); ++local) {
    const std::string_view name = code.locals[local].name.text();
    if (name != "one" && name != "two") continue;
    ASSERT_EQ(project->program->refs(body, local).size(), 1u);
    routers.push_back(project->program->refs(body, local)[0]);
  }
  ASSERT_EQ(routers.size(), 2u);
  EXPECT_NE(routers[0].id, routers[1].id);
  EXPECT_EQ(project->program->instruction(project->program->maker_of(routers[0])).op, ir::Op::Call);
}

TEST(JavaScript, ReadsTypesOfParametersByNameOnlyWhereTheLibraryIsUsed) {
  const char* handler = R"js(
--- with.js
import express from "express";
export function show(req, res) { res.json(req.body); }
--- without.js
export function show(req, res) { res.json(req.body); }
)js";
  const auto project = link_project(handler);
  EXPECT_EQ(project->refs("with.js:show", "req"), "type express.Request");
  EXPECT_EQ(project->refs("without.js:show", "req"), "");
}

TEST(JavaScript, ReadsRecords) {
  const auto project = link_project(R"js(
--- models.js
const { Sequelize, DataTypes, Model } = require("sequelize");
const sequelize = new Sequelize("x");
const Member = sequelize.define("Member", {
  email: { type: DataTypes.STRING, allowNull: false },
  age: DataTypes.INTEGER,
});
class Account extends Model {}
Account.init({ iban: DataTypes.STRING }, { sequelize });
async function find() {
  const m = await Member.findOne({ where: { id: 1 } });
  const all = await Member.findAll();
  const a = await Account.findByPk(1);
}
--- mongo.js
const mongoose = require("mongoose");
const userSchema = new mongoose.Schema({
  email: String,
  name: { first: String, last: String },
  password: { type: String, select: false },
  groups: [{ type: mongoose.Schema.Types.ObjectId, ref: "Group" }],
});
const User = mongoose.model("User", userSchema);
const Group = mongoose.model("Group", new mongoose.Schema({ title: String }));
async function find() { const u = await User.findById(1); const same = await mongoose.model("User").find(); }
--- schema.ts
import { z } from "zod";
export const Signup = z.object({ email: z.string().email(), born: z.date().optional() });
export const Long = Signup.extend({ phone: z.string() });
type SignupType = z.infer<typeof Signup>;
export function check(body: SignupType) { const data = Signup.parse(body); return data; }
)js");
  EXPECT_TRUE(project->entity("Member").stored);
  EXPECT_EQ(project->field("Member", "email"), "text");
  EXPECT_EQ(project->field("Member", "age"), "number");
  EXPECT_EQ(project->field("Account", "iban"), "text");
  EXPECT_EQ(project->refs("models.js:find", "m"), "Member");
  EXPECT_EQ(project->refs("models.js:find", "all"), "list of Member");
  EXPECT_EQ(project->refs("models.js:find", "a"), "Account");
  EXPECT_EQ(project->field("User", "email"), "text");
  EXPECT_EQ(project->field("User", "name"), "json -> userSchema.name");
  EXPECT_EQ(project->field("User", "password"), "text hidden");
  EXPECT_EQ(project->field("User", "groups"), "relation -> Group many");
  EXPECT_EQ(project->refs("mongo.js:find", "u"), "User");
  EXPECT_EQ(project->refs("mongo.js:find", "same"), "list of User");
  EXPECT_EQ(project->field("Signup", "email"), "text contact.email");
  EXPECT_EQ(project->field("Signup", "born"), "date");
  EXPECT_EQ(project->refs("schema.ts:check", "data"), "Signup");
  EXPECT_EQ(project->field("Long", "phone"), "text");
  EXPECT_EQ(project->field("Long", "email"), "text contact.email");
}

TEST(JavaScript, ReadsRecordsOfDecoratedClasses) {
  const auto project = link_project(R"js(
--- user.ts
import { Entity, Column, OneToMany, ManyToOne } from "typeorm";
@Entity("users")
export class User {
  @Column() email: string;
  @Column({ select: false }) password: string;
  @OneToMany(() => Photo, (p) => p.user) photos: Photo[];
}
@Entity()
export class Photo { @ManyToOne(() => User) user: User; }
--- service.ts
import { Repository } from "typeorm";
import { InjectRepository } from "@nestjs/typeorm";
import { User } from "./user";
export class Users {
  constructor(@InjectRepository(User) private repo: Repository<User>) {}
  async all() { const found = await this.repo.find(); return found; }
  async one() { const u = await this.repo.findOne({ where: { id: 1 } }); const p = u.photos; }
}
)js");
  EXPECT_TRUE(project->entity("User").stored);
  EXPECT_EQ(project->field("User", "email"), "text");
  EXPECT_EQ(project->field("User", "photos"), "relation -> Photo many");
  EXPECT_EQ(project->field("Photo", "user"), "relation -> User");
  EXPECT_EQ(project->refs("service.ts:Users.all", "found"), "list of User");
  EXPECT_EQ(project->refs("service.ts:Users.one", "u"), "User");
  EXPECT_EQ(project->refs("service.ts:Users.one", "p"), "list of Photo");
}

TEST(JavaScript, ReadsTablesOfSqlTexts) {
  const auto project = link_project(R"js(
--- db.js
const { Pool } = require("pg");
const pool = new Pool();
async function find(id) {
  return pool.query(`SELECT email, phone FROM attendees WHERE id = ${id}`);
}
async function add() { await pool.query("INSERT INTO attendees (email, badge) VALUES ($1, $2)"); }
)js");
  const Entity& table = project->entity("attendees");
  EXPECT_TRUE(table.stored);
  EXPECT_EQ(table.layer.text(), "sql");
  EXPECT_EQ(table.fields.size(), 4u);
  EXPECT_EQ(project->program->find_table("attendee"), project->program->find_entity(base::Name::of("attendees")));
}

TEST(JavaScript, PassesFunctionsThroughWrappers) {
  const auto project = link_project(R"js(
--- a.js
const wrap = (f) => (req, res, next) => Promise.resolve(f(req, res)).catch(next);
const asyncHandler = require("some-handler");
const express = require("express");
const app = express();
app.get("/a", wrap(async (req, res) => { res.send("x"); }));
app.get("/b", asyncHandler(async (req, res) => { res.send("y"); }));
)js");
  EXPECT_EQ(project->refs("a.js:anonymous at line 5", "req"), "type express.Request");
  EXPECT_EQ(project->refs("a.js:anonymous at line 6", "req"), "type express.Request");
}

TEST(JavaScript, TellsApartWhatOneWrapperWraps) {
  const auto project = link_project(R"js(
--- a.ts
class User { email: string = ""; }
class Card {}
const traced = (config: object) => <F extends (...args: any[]) => any>(target: F): F =>
  config ? target : function wrapper(this: unknown, ...args: any[]) { return start(() => target.call(this, ...args)); };
const handled = (fn) => (a, b) => Promise.resolve(fn(a, b)).catch(b);
const listened = (fn) => { on("x", (...args) => fn(...args)); return { fn }; };
const each = (f) => on("row", (row) => f(row));
const user = traced({ name: "user" })(function makeUser() { return new User(); });
const card = traced({ name: "card" })(function makeCard() { return new Card(); });
const other = handled((a, b) => new User());
function run() {
  const one = user();
  const two = card();
  const three = other(1, 2);
  const four = each((row) => new Card());
}
)js");
  EXPECT_EQ(project->callees("a.ts:run", "user"), "wrapper, makeUser");
  EXPECT_EQ(project->refs("a.ts:run", "one"), "User");
  EXPECT_EQ(project->refs("a.ts:run", "two"), "Card");
  EXPECT_EQ(project->refs("a.ts:run", "three"), "User");
}

TEST(JavaScript, TellsApartWhatCallersOfAFinderAskFor) {
  const auto project = link_project(R"js(
--- source.ts
import { DataSource, EntityTarget, Repository } from "typeorm";
const source = new DataSource({});
export const repositoryOf = <E extends object>(target: EntityTarget<E>): Repository<E> => source.getRepository(target);
export function other(target) { const made = source.getRepository(target); return made || new Letter(); }
export class Letter {}
--- a.ts
import { Column, Entity } from "typeorm";
import { other, repositoryOf } from "./source";
@Entity() class Member { @Column() email: string; }
@Entity() class Room { @Column() number: number; }
async function run() {
  const members = repositoryOf(Member);
  const rooms = repositoryOf(Room);
  const member = await members.findOne({ where: { id: 1 } });
  const room = await rooms.findOne({ where: { id: 1 } });
  const either = other(Room);
}
)js");
  EXPECT_EQ(project->refs("a.ts:run", "member"), "Member");
  EXPECT_EQ(project->refs("a.ts:run", "room"), "Room");
  EXPECT_EQ(project->refs("a.ts:run", "either"), "class Room, Letter");
}

TEST(JavaScript, KeepsTypesThroughGenericFunctions) {
  const auto project = link_project(R"js(
--- a.ts
class User {}
declare const store: any;
export function remember<T>(name: string, make: () => T): T { store.set(name, make()); return store.get(name); }
export async function same<TItem>(item: TItem): Promise<TItem> { return store.copy(item); }
const user = remember("u", () => new User());
const again = await same(user);
)js");
  EXPECT_EQ(project->refs("a.ts", "user"), "User");
  EXPECT_EQ(project->refs("a.ts", "again"), "User");
}

TEST(JavaScript, ReadsRecordsOfPrismaSchemas) {
  const auto project = link_project(R"js(
--- schema.prisma
model User {
  id    Int    @id
  email String
  posts Post[]
}
model Post {
  id     Int  @id
  author User @relation(fields: [authorId], references: [id])
  authorId Int
}
--- a.ts
import { PrismaClient, type User } from "@prisma/client";
const prisma = new PrismaClient();
export async function run(given: User) {
  const user = await prisma.user.findUnique({ where: { id: 1 } });
  const posts = user.posts;
  const all = await prisma.$transaction(async (tx) => { const found = await tx.post.findMany(); return found; });
}
)js");
  EXPECT_TRUE(project->entity("User").stored);
  EXPECT_EQ(project->field("User", "posts"), "relation -> Post many");
  EXPECT_EQ(project->refs("a.ts:run", "user"), "User");
  EXPECT_EQ(project->refs("a.ts:run", "given"), "User");
  EXPECT_EQ(project->refs("a.ts:run", "posts"), "list of Post");
  EXPECT_NE(project->refs("a.ts:run", "all").find("list of Post"), std::string::npos);
}

TEST(JavaScript, CallsComponentsWithTheirAttributes) {
  const auto project = link_project(R"js(
--- a.tsx
class User { email = "" }
function Card({ user }) { return <p>{user.email}</p>; }
export function Page() { return <Card user={new User()} />; }
)js");
  EXPECT_EQ(project->refs("a.tsx:Card", "user"), "User");
  EXPECT_EQ(project->program->callers(project->function("a.tsx:Card")).size(), 1u);
}

TEST(JavaScript, StopsWhereProgramsTurnInCircles) {
  const auto project = link_project(R"js(
--- a.js
class A extends B {}
class B extends A {}
function f(x) { x = x.next.next; x.me = x; return f(f); }
const o = { ...o2 };
const o2 = { ...o, a: o, f };
new A().whatever();
export * from "./a";
)js");
  EXPECT_EQ(project->program->problems().size(), 0u);
  EXPECT_EQ(project->callees("a.js:f", "f"), "f");
}

}  // namespace
}  // namespace privet::program
