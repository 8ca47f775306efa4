#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "program/names.h"
#include "program/resolve.h"

namespace privet::program {
namespace {

using base::Name;

/// The path of the module that `specifier` means in `from`, among empty files; empty for a library.
std::string resolve(std::initializer_list<const char*> paths, const char* from, const char* specifier) {
  source::SourceMap sources;
  std::vector<ir::Module> modules;
  std::vector<std::string> sorted(paths.begin(), paths.end());
  std::sort(sorted.begin(), sorted.end());
  for (const std::string& path : sorted) {
    source::SourceFile file;
    file.path = path;
    ir::Module module;
    module.file = sources.add(std::move(file));
    module.language = Name::of(path.ends_with(".py") ? "python" : "typescript");
    modules.push_back(std::move(module));
  }
  ModuleResolver resolver(sources, modules);
  const ModuleId found = resolver.resolve(resolver.at(from), Name::of(specifier));
  // Asking again answers the same from memory.
  EXPECT_EQ(found, resolver.resolve(resolver.at(from), Name::of(specifier)));
  return found.valid() ? std::string(resolver.path_of(found)) : "";
}

TEST(ResolveJavaScript, ProbesExtensionsAndIndexFiles) {
  EXPECT_EQ(resolve({"src/a.ts", "src/b.tsx"}, "src/a.ts", "./b"), "src/b.tsx");
  EXPECT_EQ(resolve({"src/a.ts", "src/b/index.js"}, "src/a.ts", "./b"), "src/b/index.js");
  EXPECT_EQ(resolve({"src/a.ts", "lib/b.ts"}, "src/a.ts", "../lib/b.js"), "lib/b.ts");
  EXPECT_EQ(resolve({"src/a.ts", "src/index.ts"}, "src/a.ts", "."), "src/index.ts");
  EXPECT_EQ(resolve({"a.ts"}, "a.ts", "../b"), "");
}

TEST(ResolveJavaScript, TakesAliasesToTheNearestFolderThatFits) {
  EXPECT_EQ(resolve({"web/src/a.ts", "web/src/lib/x.ts"}, "web/src/a.ts", "@/lib/x"), "web/src/lib/x.ts");
  EXPECT_EQ(resolve({"web/a.ts", "web/lib/x.ts"}, "web/a.ts", "~/lib/x"), "web/lib/x.ts");
  EXPECT_EQ(resolve({"src/a.ts", "src/users/x.ts"}, "src/a.ts", "src/users/x"), "src/users/x.ts");
  EXPECT_EQ(resolve({"src/a.ts", "src/express.ts"}, "src/a.ts", "express"), "");
}

TEST(ResolvePython, FollowsDotsAndPackages) {
  EXPECT_EQ(resolve({"app/a.py", "app/b.py"}, "app/a.py", ".b"), "app/b.py");
  EXPECT_EQ(resolve({"app/x/a.py", "app/b/__init__.py"}, "app/x/a.py", "..b"), "app/b/__init__.py");
  EXPECT_EQ(resolve({"app/__init__.py", "app/a.py"}, "app/a.py", "."), "app/__init__.py");
  EXPECT_EQ(resolve({"src/app/__init__.py", "src/app/a.py", "tests/t.py"}, "tests/t.py", "app.a"), "src/app/a.py");
}

TEST(ResolvePython, LeavesLibrariesAlone) {
  // `logging` is the standard library's, whatever lies elsewhere in the tree.
  EXPECT_EQ(resolve({"app/__init__.py", "app/logging.py", "app/a.py"}, "app/a.py", "logging"), "");
  EXPECT_EQ(resolve({"tools/logging.py", "app/a.py"}, "app/a.py", "logging"), "");
  // A script does find what lies beside it.
  EXPECT_EQ(resolve({"tools/logs.py", "tools/a.py"}, "tools/a.py", "logs"), "tools/logs.py");
}

TEST(ResolvePython, FindsAUniqueTail) {
  EXPECT_EQ(resolve({"backend/core/db/models.py", "jobs/a.py"}, "jobs/a.py", "core.db.models"),
            "backend/core/db/models.py");
}

TEST(Names, TablesAndClassesMeet) {
  for (const char* name : {"UserProfile", "user_profiles", "app.UserProfile", "user_profile", "USER_PROFILES"}) {
    EXPECT_EQ(table_key(name), "userprofile") << name;
  }
  EXPECT_EQ(table_key("people"), "person");
  EXPECT_EQ(table_key("companies"), "company");
  EXPECT_EQ(table_key("addresses"), "address");
  EXPECT_EQ(table_key("status"), "status");
}

TEST(Names, Globs) {
  EXPECT_TRUE(matches_glob("**/app/**/route.{ts,js}", "web/app/api/users/route.ts"));
  EXPECT_TRUE(matches_glob("**/app/**/route.{ts,js}", "app/route.js"));
  EXPECT_FALSE(matches_glob("**/app/**/route.{ts,js}", "app/api/routes.ts"));
  EXPECT_TRUE(matches_glob("pages/api/**", "pages/api/a/b.ts"));
  EXPECT_FALSE(matches_glob("pages/*.ts", "pages/a/b.ts"));
}

}  // namespace
}  // namespace privet::program
