#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "program/graph.h"
#include "program/program.h"

/// Import specifiers to modules of the tree, as Node with bundlers and TypeScript, and as Python do it.
/// Reads manifests (package.json, tsconfig.json) that are among the modules, never the disk.
namespace privet::program {

enum class Family : std::uint8_t { JavaScript, Python, Other };
Family family_of(const ir::Module& module);

/// The folder of a path without its slash; empty at the root.
std::string_view folder_of(std::string_view path);
/// `folder` and `relative` joined, `.` and `..` taken away; nothing when it leaves the root.
std::string join_path(std::string_view folder, std::string_view relative);

class ModuleResolver {
 public:
  ModuleResolver(const source::SourceMap& sources, const std::vector<ir::Module>& modules);

  /// The module of the tree that `specifier` means in `from`; invalid for a library. Memoised.
  ModuleId resolve(ModuleId from, Name specifier);
  /// Python: the module or package `name` inside the package that `package` is the `__init__` of.
  ModuleId submodule(ModuleId package, Name name);
  /// By exact relative path.
  ModuleId at(std::string_view path) const;
  std::string_view path_of(ModuleId id) const;

 private:
  struct TsConfig {
    std::string folder;
    std::string base_url;
    bool has_base_url = false;
    std::vector<std::pair<std::string, std::vector<std::string>>> paths;  ///< pattern, targets from the root
  };
  struct Package {
    std::string folder;
    ModuleId manifest;
  };

  ModuleId resolve_javascript(ModuleId from, std::string_view specifier);
  ModuleId resolve_python(ModuleId from, std::string_view specifier);
  ModuleId probe(const std::string& path);
  ModuleId probe_tree(const std::string& path);
  ModuleId with_extension(std::string path) const;
  ModuleId probe_folder(const std::string& folder) const;
  ModuleId probe_package(const Package& package, std::string_view rest);
  ModuleId by_tsconfig(std::string_view folder, std::string_view specifier);
  ModuleId python_at(const std::string& path) const;
  void read_tsconfig(ModuleId id, TsConfig& config, int depth) const;
  void index_python();
  const ir::Document* document(ModuleId id) const;

  const source::SourceMap* sources_;
  const std::vector<ir::Module>* modules_;
  std::unordered_map<std::string_view, ModuleId> by_path_;
  std::unordered_map<std::string, TsConfig> tsconfigs_;   ///< by folder
  std::unordered_map<std::string, Package> packages_;     ///< by name
  std::unordered_map<std::string, std::vector<ModuleId>> dotted_;    ///< Python: from its source root
  std::unordered_map<std::string, std::vector<ModuleId>> suffixes_;  ///< Python: two or more last parts
  std::unordered_map<std::string, ModuleId> probed_;      ///< what `probe` found at a path
  PairMap memo_;
};

}  // namespace privet::program
