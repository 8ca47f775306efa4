#include "flow/value.h"

#include <gtest/gtest.h>

#include <random>

namespace privet::flow {
namespace {

/// Every atom has every field; input walks deeper, what is known stays the same.
class AllFields : public AtomFields {
 public:
  bool walk(Atom& atom, Name field) const override {
    if (atom.kind != AtomKind::Origin && atom.depth < atom.path.size()) {
      atom.path[atom.depth++] = field;
    }
    return true;
  }
  bool is_metadata(Name) const override { return false; }
  bool may_have_key(const Atom&, Name) const override { return true; }
};

Atom known(std::uint32_t number) {
  Atom atom;
  atom.b = number;
  return atom;
}

Atom input(std::uint32_t parameter) {
  Atom atom;
  atom.kind = AtomKind::Input;
  atom.b = parameter;
  return atom;
}

const AllFields kFields;
const Name kA = Name::of("a"), kB = Name::of("b"), kAny = ir::any_element();

struct Values {
  ValueTable table{kFields};
  ValueId one = table.of(known(1));
  ValueId two = table.of(known(2));
  ValueId in = table.of(input(0));

  ValueId put(ValueId value, std::vector<Name> path, ValueId part) { return table.put(value, path, part); }
  ValueId add(ValueId value, std::vector<Name> path, ValueId part) { return table.add(value, path, part); }
};

/// Some value; the same for the same numbers.
ValueId random_value(Values& values, std::minstd_rand& random, int depth) {
  const Name names[] = {kA, kB, Name::of("c"), Name::of("0"), kAny};
  ValueId value = kNothing;
  for (auto i = random() % 3; i > 0; --i) {
    Atom atom = random() % 2 ? known(static_cast<std::uint32_t>(random() % 4)) : input(static_cast<std::uint32_t>(random() % 2));
    if (random() % 4 == 0) atom.flags = kTemplate;
    value = values.table.join(value, values.table.of(atom));
  }
  if (depth == 0) return value;
  for (auto i = random() % 4; i > 0; --i) {
    value = values.put(value, {names[random() % 5]}, random_value(values, random, depth - 1));
  }
  return value;
}

TEST(Value, IsALattice) {
  std::minstd_rand random(7);
  Values values;
  ValueTable& table = values.table;
  for (int i = 0; i < 3000; ++i) {
    ValueId a = random_value(values, random, 3);
    ValueId b = random_value(values, random, 3);
    ValueId c = random_value(values, random, 2);
    ASSERT_EQ(table.join(a, a), a);
    ASSERT_EQ(table.join(a, kNothing), a);
    ASSERT_EQ(table.join(a, b), table.join(b, a));
    ASSERT_EQ(table.join(table.join(a, b), c), table.join(a, table.join(b, c)));
    ASSERT_TRUE(table.covers(table.join(a, b), a));
    ASSERT_TRUE(table.covers(table.join(a, b), b));
    // Reading is monotone: what one of them has, both together have.
    for (Name field : {kA, kAny, Name::of("z")}) {
      ASSERT_TRUE(table.covers(table.load(table.join(a, b), field), table.load(a, field)));
    }
  }
}

TEST(Value, AnotherTableSaysTheSame) {
  std::minstd_rand random(11);
  Values values;
  ValueTable other(kFields);
  other.of(known(3));
  for (int i = 0; i < 500; ++i) {
    ValueId value = random_value(values, random, 4);
    ValueId copy = other.import(values.table, value);
    ASSERT_EQ(other.hash_of(copy), values.table.hash_of(value));
    ASSERT_EQ(values.table.import(other, copy), value);
  }
}

TEST(Value, KeepsKeysApart) {
  Values values;
  ValueId value = values.put(values.put(kNothing, {kA}, values.one), {kB}, values.two);
  EXPECT_EQ(values.table.load(value, kA), values.one);
  EXPECT_EQ(values.table.load(value, kB), values.two);
  EXPECT_EQ(values.table.load(value, Name::of("c")), kNothing);
  EXPECT_EQ(values.table.load(value, kAny), values.table.join(values.one, values.two));
}

TEST(Value, OverwritingAFieldEndsWhatWasThere) {
  Values values;
  ValueId value = values.put(values.in, {kA}, kNothing);
  EXPECT_EQ(values.table.load(value, kA), kNothing);
  EXPECT_NE(values.table.load(value, kB), kNothing);
  EXPECT_NE(values.table.load(values.add(values.in, {kA}, values.one), kA), values.one);
}

TEST(Value, AnUnknownKeyMayBeAnyKey) {
  Values values;
  ValueId value = values.add(values.put(kNothing, {kA}, values.one), {kAny}, values.two);
  EXPECT_EQ(values.table.load(value, kA), values.table.join(values.one, values.two));
  EXPECT_EQ(values.table.load(value, kB), values.two);
}

TEST(Value, IterationYieldsElementsAndNotNamedFields) {
  Values values;
  ValueId value = values.put(values.put(kNothing, {kA}, values.one), {Name::of("0")}, values.two);
  EXPECT_EQ(values.table.elements(value), values.two);
}

TEST(Value, NarrowsRecordsAndListsOfThem) {
  Values values;
  const Name only[] = {kA};
  ValueId record = values.put(values.put(kNothing, {kA}, values.one), {kB}, values.two);
  EXPECT_EQ(values.table.keep(record, only), values.put(kNothing, {kA}, values.one));
  EXPECT_EQ(values.table.drop(record, only), values.put(kNothing, {kB}, values.two));
  ValueId list = values.add(kNothing, {kAny}, record);
  EXPECT_EQ(values.table.keep(list, only), values.add(kNothing, {kAny}, values.put(kNothing, {kA}, values.one)));
  ValueId part = values.table.drop(values.in, only);
  EXPECT_EQ(values.table.load(part, kA), kNothing);
}

TEST(Value, IsFourFieldsDeep) {
  Values values;
  ValueId value = values.one;
  for (int i = 0; i < 50; ++i) value = values.put(kNothing, {kA}, value);
  EXPECT_LE(values.table.depth(value), ValueTable::kMaxDepth);
  EXPECT_EQ(values.table.flat(value), values.one);
  ValueId deep = values.put(kNothing, {kA, kB, kA, kB}, values.one);
  EXPECT_EQ(values.table.load(values.table.load(deep, kA), kB), values.put(kNothing, {kA, kB}, values.one));
}

TEST(Value, IsBounded) {
  Values values;
  ValueId value = kNothing;
  for (std::uint32_t i = 0; i < 2000; ++i) {
    Name field = Name::of("f" + std::to_string(i));
    value = values.put(value, {field}, values.table.of(known(i)));
    value = values.put(value, {kA, field}, values.table.of(known(i)));
  }
  EXPECT_LE(values.table.children(value).size(), ValueTable::kMaxFields);
  std::size_t n = 0;
  values.table.each(value, [&](const Atom&) { ++n; });
  EXPECT_LE(n, ValueTable::kMaxNodes * ValueTable::kMaxAtoms);
  // What was cut off is in no field, so that a reader of another one does not get it.
  EXPECT_EQ(values.table.load(value, Name::of("f1999")), kNothing);
  EXPECT_NE(values.table.load(value, Name::of("f1")), kNothing);
}

TEST(Value, KeepsWhatCallersHandInBeyondTheLimit) {
  Values values;
  ValueId value = kNothing;
  for (std::uint32_t i = 0; i < 2 * ValueTable::kMaxFields; ++i) {
    value = values.put(value, {Name::of("f" + std::to_string(i))}, values.table.of(input(i)));
  }
  EXPECT_NE(values.table.load(value, Name::of("f99")), kNothing);
}

TEST(Value, ManyPartsOfOneInputBecomeOneAndStaySo) {
  Values values;
  ValueTable& table = values.table;
  std::vector<ValueId> parts;
  for (std::size_t i = 0; i <= ValueTable::kMaxPlaces; ++i) parts.push_back(table.load(values.in, Name::of("f" + std::to_string(i))));
  const ValueId wide = table.join(std::span<const ValueId>(parts));
  ASSERT_EQ(table.atoms(wide).size(), 1u);
  EXPECT_NE(table.atom(table.atoms(wide)[0]).flags & kWide, 0);
  for (const ValueId part : parts) {
    EXPECT_EQ(table.join(wide, part), wide);
    EXPECT_TRUE(table.covers(wide, part));
  }
  const ValueId other = table.of(input(1));
  EXPECT_EQ(table.atoms(table.join(wide, other)).size(), 2u);
}

TEST(Value, JoiningAllAtOnceIsJoiningOneByOne) {
  std::minstd_rand random(13);
  Values values;
  for (int i = 0; i < 500; ++i) {
    std::vector<ValueId> parts;
    ValueId one_by_one = kNothing;
    for (auto n = random() % 5; n > 0; --n) {
      parts.push_back(random_value(values, random, 2));
      one_by_one = values.table.join(one_by_one, parts.back());
    }
    ASSERT_EQ(values.table.join(std::span<const ValueId>(parts)), one_by_one);
  }
}

TEST(Value, KeepsTheBetterProtection) {
  using rule::Protection;
  EXPECT_EQ(combine(Protection::Hashed, Protection::Truncated), Protection::Truncated);
  EXPECT_EQ(combine(Protection::PasswordHash, Protection::Hashed), Protection::PasswordHash);
  EXPECT_EQ(combine(Protection::None, Protection::Masked), Protection::Masked);
  for (int i = 0; i <= static_cast<int>(Protection::Aggregated); ++i) {
    auto protection = static_cast<Protection>(i);
    EXPECT_EQ(combine(protection, protection), protection);
    EXPECT_EQ(combine(protection, Protection::None), protection);
  }
}

}  // namespace
}  // namespace privet::flow
