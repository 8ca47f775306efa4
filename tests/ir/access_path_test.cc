#include "ir/access_path.h"

#include <gtest/gtest.h>

namespace privet::ir {
namespace {

TEST(AccessPath, TextIsReadBackAsWritten) {
  for (const char* text :
       {"arg(0)", "arg(1).customer.email", "arg(data)", "arg(1..)", "arg(-1)", "arg(0|data).*",
        "arg(2..|rest)", "this", "this.email", "return.*.name", "callee", "capture(3).a",
        "arg(0).`content-type`.`a.b`", "arg(`x y`)", "return.a.b.c.d"}) {
    const auto path = AccessPath::parse(text);
    ASSERT_TRUE(path.has_value()) << text;
    const std::string again = path->text();
    // Backquotes go where they are not needed.
    EXPECT_EQ(AccessPath::parse(again), path) << text;
    if (std::string(text).find('`') == std::string::npos) {
      EXPECT_EQ(again, text);
    }
  }
}

TEST(AccessPath, WhatIsNoPathIsRefused) {
  for (const char* text : {"", "arg", "arg(", "arg()", "arg(1", "arg(1)x", "arg(1).", "arg(1|2)",
                           "arg(a|b)", "arg(-1|data)", "return.", "returned", "capture(-1)",
                           "arg(99999999999)", "this.`a", "email"}) {
    EXPECT_FALSE(AccessPath::parse(text).has_value()) << text;
  }
}

TEST(AccessPath, ArgumentsByPositionAndName) {
  const auto both = AccessPath::parse("arg(0|data)");
  ASSERT_TRUE(both);
  EXPECT_EQ(both->index, 0);
  EXPECT_EQ(both->keyword.text(), "data");
  const auto named = AccessPath::parse("arg(data)");
  ASSERT_TRUE(named);
  EXPECT_LT(named->index, 0);
  const auto rest = AccessPath::parse("arg(1..)");
  ASSERT_TRUE(rest);
  EXPECT_TRUE(rest->and_after);
  EXPECT_EQ(rest->index, 1);
}

TEST(AccessPath, LongPathsAreCut) {
  const auto path = AccessPath::parse("return.a.b.c.d.e.f");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->text(), "return.a.b.c.d");
}

}  // namespace
}  // namespace privet::ir
