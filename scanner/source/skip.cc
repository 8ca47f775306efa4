#include "source/skip.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <span>

namespace privet::source {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDependencies = "dependencies";
constexpr std::string_view kBuildOutput = "build output";

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool any_exists(const fs::path& folder, std::span<const std::string_view> names) {
  std::error_code error;
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) {
    return fs::exists(fs::symlink_status(folder / name, error));
  });
}

bool is_vendored(const fs::path& folder) {
  static constexpr std::array<std::string_view, 4> kSiblings = {"composer.json", "go.mod",
                                                                "Gemfile", "Gemfile.lock"};
  static constexpr std::array<std::string_view, 3> kInside = {"autoload.php", "modules.txt",
                                                              "bundle"};
  static constexpr std::array<std::string_view, 8> kAssets = {
      "public", "static", "assets", "js", "css", "javascripts", "lib", "wwwroot"};
  // Elsewhere `vendor` may be the people that an application's own code is about.
  return any_exists(folder.parent_path(), kSiblings) || any_exists(folder, kInside) ||
         is_one_of(folder.parent_path().filename().string(), kAssets);
}

bool is_output_of_build(const fs::path& folder, std::string_view name) {
  static constexpr std::array<std::string_view, 7> kNames = {"dist", "build",    "out",    "target",
                                                             "obj",  "coverage", "htmlcov"};
  if (!is_one_of(name, kNames)) return false;
  static constexpr std::array<std::string_view, 10> kBuilds = {
      "package.json", "pyproject.toml", "setup.py",     "build.gradle",   "build.gradle.kts",
      "pom.xml",      "project.json",   "pubspec.yaml", "CMakeLists.txt", "Cargo.toml"};
  if (name == "obj") {
    static constexpr std::array<std::string_view, 1> kInside = {"project.assets.json"};
    return any_exists(folder, kInside);
  }
  if (name == "coverage" || name == "htmlcov") {
    static constexpr std::array<std::string_view, 4> kInside = {
        "lcov.info", "index.html", "coverage-final.json", "lcov-report"};
    return any_exists(folder, kInside);
  }
  return any_exists(folder.parent_path(), kBuilds);
}

}  // namespace

std::optional<std::string_view> skip_reason(const std::string& folder, std::string_view name) {
  static constexpr std::array<std::string_view, 8> kAlways = {
      "node_modules",  "bower_components", "jspm_packages", "site-packages",
      "dist-packages", "__pypackages__",   "Pods",          "Carthage"};
  if (is_one_of(name, kAlways)) return kDependencies;
  static constexpr std::array<std::string_view, 3> kOutputs = {"__pycache__", "DerivedData",
                                                               "__generated__"};
  if (is_one_of(name, kOutputs)) return kBuildOutput;
  const fs::path path(folder);
  if ((name == "vendor" || name == "third_party") && is_vendored(path)) return kDependencies;
  if (is_output_of_build(path, name)) return kBuildOutput;
  static constexpr std::array<std::string_view, 1> kVirtualEnvironment = {"pyvenv.cfg"};
  if (any_exists(path, kVirtualEnvironment)) return kDependencies;
  static constexpr std::array<std::string_view, 1> kCache = {"CACHEDIR.TAG"};
  if (any_exists(path, kCache)) return kBuildOutput;
  return std::nullopt;
}

bool is_telling_hidden_name(std::string_view name) {
  static constexpr std::array<std::string_view, 8> kNames = {
      ".github",   ".gitlab-ci.yml", ".pre-commit-config.yaml", ".firebaserc",
      ".circleci", ".htaccess",      ".platform.app.yaml",      ".npmrc"};
  return name.starts_with(".env") || is_one_of(name, kNames);
}

bool is_version_control(std::string_view name) {
  static constexpr std::array<std::string_view, 5> kNames = {".git", ".hg", ".svn", ".jj", "CVS"};
  return is_one_of(name, kNames);
}

}  // namespace privet::source
