#include "program/resolve.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace privet::program {
namespace {

constexpr std::array<std::string_view, 11> kExtensions = {
    ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".d.ts", ".json", ".prisma"};

constexpr std::array<std::string_view, 3> kBuilt = {"dist", "build", "lib"};

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::string text_at(const ir::Document& document, std::uint32_t node, std::string_view key) {
  const std::uint32_t at = document.find(node, key);
  if (at == kNone || document.nodes[at].kind != ir::Node::Kind::String) return {};
  return std::string(document.nodes[at].text.text());
}

/// The first path that a value of `exports` names, source before built code.
std::string export_target(const ir::Document& document, std::uint32_t node, int depth = 0) {
  if (node == kNone || depth > 6) return {};
  const ir::Node& at = document.nodes[node];
  if (at.kind == ir::Node::Kind::String) return std::string(at.text.text());
  for (const std::string_view key : {"source", "development", "import", "default", "require", "node", "types"}) {
    const std::uint32_t child = document.find(node, key);
    if (child == kNone) continue;
    std::string target = export_target(document, child, depth + 1);
    if (!target.empty()) return target;
  }
  return {};
}

/// `*` of the pattern in `text`; false when it does not match.
bool match_star(std::string_view pattern, std::string_view text, std::string_view& star) {
  const std::size_t at = pattern.find('*');
  if (at == std::string_view::npos) {
    star = {};
    return pattern == text;
  }
  const std::string_view head = pattern.substr(0, at);
  const std::string_view tail = pattern.substr(at + 1);
  if (text.size() < head.size() + tail.size() || !starts_with(text, head) || !text.ends_with(tail)) {
    return false;
  }
  star = text.substr(head.size(), text.size() - head.size() - tail.size());
  return true;
}

std::string replace_star(std::string_view pattern, std::string_view star) {
  const std::size_t at = pattern.find('*');
  if (at == std::string_view::npos) return std::string(pattern);
  std::string text(pattern.substr(0, at));
  text += star;
  text += pattern.substr(at + 1);
  return text;
}

std::size_t common_prefix(std::string_view a, std::string_view b) {
  std::size_t n = 0;
  while (n < a.size() && n < b.size() && a[n] == b[n]) ++n;
  return n;
}

std::string dots_to_slashes(std::string_view dotted) {
  std::string path(dotted);
  std::replace(path.begin(), path.end(), '.', '/');
  return path;
}

}  // namespace

Family family_of(const ir::Module& module) {
  const std::string_view language = module.language.text();
  if (language == "javascript" || language == "typescript" || language == "tsx") {
    return Family::JavaScript;
  }
  return language == "python" ? Family::Python : Family::Other;
}

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string join_path(std::string_view folder, std::string_view relative) {
  std::vector<std::string_view> parts;
  for (std::string_view text : {folder, relative}) {
    while (!text.empty()) {
      const std::size_t slash = text.find('/');
      const std::string_view part = text.substr(0, slash);
      text = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
      if (part.empty() || part == ".") continue;
      if (part != "..") {
        parts.push_back(part);
      } else if (parts.empty()) {
        return "..";  // no file of the tree is called so
      } else {
        parts.pop_back();
      }
    }
  }
  std::string path;
  for (const std::string_view part : parts) {
    if (!path.empty()) path += '/';
    path += part;
  }
  return path;
}

ModuleResolver::ModuleResolver(const source::SourceMap& sources,
                               const std::vector<ir::Module>& modules)
    : sources_(&sources), modules_(&modules) {
  for (std::uint32_t i = 0; i < modules.size(); ++i) {
    const std::string_view path = path_of(ModuleId{i});
    by_path_.emplace(path, ModuleId{i});
  }
  for (std::uint32_t i = 0; i < modules.size(); ++i) {
    const std::string_view path = path_of(ModuleId{i});
    const std::string_view name = path.substr(path.rfind('/') + 1);
    if (!name.ends_with(".json")) continue;
    const ir::Document* manifest = document(ModuleId{i});
    if (manifest == nullptr) continue;
    if (name == "package.json") {
      const std::string package = text_at(*manifest, 0, "name");
      if (!package.empty()) {
        packages_.emplace(package, Package{std::string(folder_of(path)), ModuleId{i}});
      }
    } else if (name == "tsconfig.json" || name == "jsconfig.json" || name == "tsconfig.base.json") {
      TsConfig config;
      config.folder = std::string(folder_of(path));
      read_tsconfig(ModuleId{i}, config, 0);
      if (!config.has_base_url && config.paths.empty()) continue;
      TsConfig& kept = tsconfigs_[config.folder];
      if (kept.paths.empty() && !kept.has_base_url) kept = std::move(config);
    }
  }
  index_python();
}

const ir::Document* ModuleResolver::document(ModuleId id) const {
  const auto& documents = (*modules_)[id.value].documents;
  return documents.empty() || documents[0].nodes.empty() ? nullptr : &documents[0];
}

std::string_view ModuleResolver::path_of(ModuleId id) const {
  const source::FileId file = (*modules_)[id.value].file;
  return file.valid() && file.value < sources_->size() ? std::string_view((*sources_)[file].path)
                                                       : std::string_view();
}

ModuleId ModuleResolver::at(std::string_view path) const {
  const auto found = by_path_.find(path);
  return found == by_path_.end() ? ModuleId{} : found->second;
}

ModuleId ModuleResolver::resolve(ModuleId from, Name specifier) {
  std::uint32_t& known = memo_.slot(from.value, specifier.index());
  if (known != kNone) return ModuleId{known - 1};
  ModuleId found;
  switch (family_of((*modules_)[from.value])) {
    case Family::JavaScript: found = resolve_javascript(from, specifier.text()); break;
    case Family::Python: found = resolve_python(from, specifier.text()); break;
    case Family::Other: break;
  }
  // One more than the id, so that "none" (all ones) becomes 0 and differs from an empty slot.
  memo_.slot(from.value, specifier.index()) = found.value + 1;
  return found;
}

// --- JavaScript ---

void ModuleResolver::read_tsconfig(ModuleId id, TsConfig& config, int depth) const {
  const ir::Document* file = document(id);
  if (file == nullptr || depth > 8) return;
  const std::string folder(folder_of(path_of(id)));
  const std::uint32_t options = file->find_path("compilerOptions");
  if (options != kNone) {
    const std::string base = text_at(*file, options, "baseUrl");
    if (!base.empty() && !config.has_base_url) {
      config.has_base_url = true;
      config.base_url = join_path(folder, base);
    }
    const std::uint32_t paths = file->find(options, "paths");
    if (paths != kNone && config.paths.empty()) {
      const std::string root = base.empty() ? folder : join_path(folder, base);
      for (std::uint32_t at = file->nodes[paths].first_child; at != kNone; at = file->nodes[at].next) {
        std::vector<std::string> targets;
        for (std::uint32_t one = file->nodes[at].first_child; one != kNone; one = file->nodes[one].next) {
          targets.push_back(join_path(root, file->nodes[one].text.text()));
        }
        config.paths.emplace_back(std::string(file->nodes[at].key.text()), std::move(targets));
      }
    }
  }
  const std::string extends = text_at(*file, 0, "extends");
  if (extends.empty()) return;
  std::string path = join_path(folder, extends);
  if (!starts_with(extends, ".")) {
    const auto package = packages_.find(extends.substr(0, extends.find('/', extends.find('/') + 1)));
    if (package == packages_.end()) return;
    path = join_path(package->second.folder, extends.substr(package->first.size()));
  }
  ModuleId base = at(path);
  if (!base.valid()) base = at(path + ".json");
  if (base.valid()) read_tsconfig(base, config, depth + 1);
}

/// `path` with the first extension that makes it a file of the tree.
ModuleId ModuleResolver::with_extension(std::string path) const {
  const std::size_t length = path.size();
  for (const std::string_view extension : kExtensions) {
    path.resize(length);
    path += extension;
    if (const ModuleId found = at(path); found.valid()) return found;
  }
  return {};
}

ModuleId ModuleResolver::probe_folder(const std::string& folder) const {
  return with_extension(join_path(folder, "index"));
}

/// Libraries are looked for at the same places from every file that imports them.
ModuleId ModuleResolver::probe(const std::string& path) {
  if (path == "..") return {};
  if (const auto known = probed_.find(path); known != probed_.end()) return known->second;
  const ModuleId found = probe_tree(path);
  probed_.emplace(path, found);
  return found;
}

ModuleId ModuleResolver::probe_tree(const std::string& path) {
  if (const ModuleId exact = at(path); exact.valid()) return exact;
  if (const ModuleId found = with_extension(path); found.valid()) return found;
  // TypeScript writes the extension of what it will become.
  for (const auto& [built, written] : {std::pair<std::string_view, std::string_view>{".js", ".ts"},
                                       {".js", ".tsx"}, {".jsx", ".tsx"}, {".mjs", ".mts"}, {".cjs", ".cts"}}) {
    if (!path.ends_with(built)) continue;
    const ModuleId found = at(path.substr(0, path.size() - built.size()) + std::string(written));
    if (found.valid()) return found;
  }
  const ModuleId manifest = at(join_path(path, "package.json"));
  if (manifest.valid()) {
    const ModuleId found = probe_package(Package{path, manifest}, {});
    if (found.valid()) return found;
  }
  return probe_folder(path);
}

ModuleId ModuleResolver::probe_package(const Package& package, std::string_view rest) {
  const ir::Document* manifest = document(package.manifest);
  std::vector<std::string> targets;
  if (manifest != nullptr) {
    const std::uint32_t exports = manifest->find(0, "exports");
    if (exports != kNone) {
      const std::string wanted = rest.empty() ? "." : "./" + std::string(rest);
      if (rest.empty()) targets.push_back(export_target(*manifest, exports));
      for (std::uint32_t at = manifest->nodes[exports].first_child; at != kNone; at = manifest->nodes[at].next) {
        std::string_view star;
        if (!match_star(manifest->nodes[at].key.text(), wanted, star)) continue;
        targets.push_back(replace_star(export_target(*manifest, at), star));
      }
    }
    if (rest.empty()) {
      for (const std::string_view key : {"source", "types", "module", "main"}) {
        targets.push_back(text_at(*manifest, 0, key));
      }
    }
  }
  for (const std::string& target : targets) {
    if (target.empty()) continue;
    const std::string path = join_path(package.folder, target);
    // A folder without a main of its own must not lead back here.
    if (path == package.folder) continue;
    if (const ModuleId found = at(path); found.valid()) return found;
    if (const ModuleId found = with_extension(path); found.valid()) return found;
    if (const ModuleId found = probe_folder(path); found.valid()) return found;
    // What is built is not in the tree; its source usually is.
    std::string relative = join_path("", target);
    for (const std::string_view built : kBuilt) {
      if (!starts_with(relative, built) || relative.size() <= built.size() || relative[built.size()] != '/') continue;
      std::string inner = relative.substr(built.size() + 1);
      for (const std::string_view extension : {".d.ts", ".js", ".mjs", ".cjs"}) {
        if (inner.ends_with(extension)) {
          inner.resize(inner.size() - extension.size());
          break;
        }
      }
      for (const std::string_view folder : {"src/", ""}) {
        const std::string source = join_path(package.folder, std::string(folder) + inner);
        if (const ModuleId found = with_extension(source); found.valid()) return found;
      }
    }
  }
  if (rest.empty()) {
    for (const std::string_view folder : {"src", "", "lib"}) {
      if (const ModuleId found = probe_folder(join_path(package.folder, folder)); found.valid()) return found;
    }
    return {};
  }
  for (const std::string_view folder : {"", "src/"}) {
    const std::string path = join_path(package.folder, std::string(folder) + std::string(rest));
    if (path == package.folder) continue;
    if (const ModuleId found = probe(path); found.valid()) return found;
  }
  return {};
}

ModuleId ModuleResolver::by_tsconfig(std::string_view folder, std::string_view specifier) {
  for (std::string_view up = folder;; up = folder_of(up)) {
    const auto found = tsconfigs_.find(std::string(up));
    if (found != tsconfigs_.end()) {
      const TsConfig& config = found->second;
      const std::vector<std::string>* best = nullptr;
      std::string_view best_star;
      std::size_t best_length = 0;
      for (const auto& [pattern, targets] : config.paths) {
        std::string_view star;
        if (!match_star(pattern, specifier, star)) continue;
        const std::size_t length = pattern.find('*') == std::string::npos ? 10000 : pattern.find('*') + 1;
        if (length <= best_length) continue;
        best = &targets;
        best_star = star;
        best_length = length;
      }
      if (best != nullptr) {
        for (const std::string& target : *best) {
          const ModuleId module = probe(replace_star(target, best_star));
          if (module.valid()) return module;
        }
      }
      if (config.has_base_url) {
        const ModuleId module = probe(join_path(config.base_url, specifier));
        if (module.valid()) return module;
      }
    }
    if (up.empty()) return {};
  }
}

ModuleId ModuleResolver::resolve_javascript(ModuleId from, std::string_view specifier) {
  // Bundlers take queries and loaders at the end: `./x?raw`.
  specifier = specifier.substr(0, specifier.find('?'));
  if (specifier.empty()) return {};
  const std::string_view folder = folder_of(path_of(from));
  if (specifier[0] == '.') return probe(join_path(folder, specifier));
  if (const ModuleId found = by_tsconfig(folder, specifier); found.valid()) return found;

  // A package of a workspace: the name, or a scope and the name.
  std::size_t end = specifier.find('/');
  if (specifier[0] == '@' && end != std::string_view::npos) end = specifier.find('/', end + 1);
  const auto package = packages_.find(std::string(specifier.substr(0, end)));
  if (package != packages_.end()) {
    const std::string_view rest = end == std::string_view::npos ? std::string_view() : specifier.substr(end + 1);
    if (const ModuleId found = probe_package(package->second, rest); found.valid()) return found;
  }

  // Aliases that build tools define in places we do not read.
  std::string_view rest;
  std::vector<std::string_view> below;
  if (starts_with(specifier, "~/") || starts_with(specifier, "@/")) {
    rest = specifier.substr(2);
    below = {"", "src", "app", "source", "server"};
  } else if (starts_with(specifier, "$lib/")) {
    rest = specifier.substr(5);
    below = {"src/lib", "lib"};
  } else if (starts_with(specifier, "src/") || starts_with(specifier, "app/") || starts_with(specifier, "#")) {
    rest = specifier[0] == '#' ? specifier.substr(specifier.size() > 1 && specifier[1] == '/' ? 2 : 1) : specifier;
    below = {"", "src"};
  } else if (specifier[0] == '/') {
    rest = specifier.substr(1);
    below = {"", "public"};
  } else if (specifier[0] == '@' && specifier.find('/') != std::string_view::npos) {
    // `@services/user` for src/services/user; a package of that scope would be in no folder here.
    rest = specifier.substr(1);
    below = {"src", "app", "client/src", "server/src"};
  } else {
    return {};
  }
  for (std::string_view up = folder;; up = folder_of(up)) {
    for (const std::string_view inner : below) {
      const ModuleId found = probe(join_path(join_path(up, inner), rest));
      if (found.valid() && found != from) return found;
    }
    if (up.empty()) return {};
  }
}

// --- Python ---

void ModuleResolver::index_python() {
  for (std::uint32_t i = 0; i < modules_->size(); ++i) {
    if (family_of((*modules_)[i]) != Family::Python) continue;
    const std::string_view path = path_of(ModuleId{i});
    std::string_view stem = path.substr(0, path.rfind('.'));
    if (stem.ends_with("/__init__")) {
      stem = folder_of(stem);
    } else if (stem == "__init__") {
      continue;
    }
    // The source root is the nearest folder above that is no package.
    std::string_view root = folder_of(stem);
    while (!root.empty() && at(std::string(root) + "/__init__.py").valid()) root = folder_of(root);
    std::string dotted(root.empty() ? stem : stem.substr(root.size() + 1));
    std::replace(dotted.begin(), dotted.end(), '/', '.');
    auto& same = dotted_[dotted];
    // A stub beside its module adds nothing.
    if (same.empty() || folder_of(path_of(same.back())) != folder_of(path)) same.push_back(ModuleId{i});

    std::string whole(stem);
    std::replace(whole.begin(), whole.end(), '/', '.');
    std::size_t dot = whole.rfind('.');
    for (int parts = 1; parts < 8 && dot != std::string::npos; ++parts) {
      dot = dot == 0 ? std::string::npos : whole.rfind('.', dot - 1);
      suffixes_[dot == std::string::npos ? whole : whole.substr(dot + 1)].push_back(ModuleId{i});
    }
  }
}

ModuleId ModuleResolver::python_at(const std::string& path) const {
  if (path.empty() || path == "..") return {};
  for (const std::string_view tail : {".py", "/__init__.py", ".pyi", "/__init__.pyi"}) {
    if (const ModuleId found = at(path + std::string(tail)); found.valid()) return found;
  }
  return {};
}

ModuleId ModuleResolver::submodule(ModuleId package, Name name) {
  const std::string_view path = path_of(package);
  if (!path.ends_with("__init__.py") && !path.ends_with("__init__.pyi")) return {};
  return python_at(join_path(folder_of(path), name.text()));
}

ModuleId ModuleResolver::resolve_python(ModuleId from, std::string_view specifier) {
  if (specifier.empty()) return {};
  const std::string_view folder = folder_of(path_of(from));
  if (specifier[0] == '.') {
    std::size_t dots = 0;
    while (dots < specifier.size() && specifier[dots] == '.') ++dots;
    std::string up(folder);
    for (std::size_t i = 1; i < dots; ++i) {
      if (up.empty()) return {};
      up = std::string(folder_of(up));
    }
    const std::string rest = dots_to_slashes(specifier.substr(dots));
    if (rest.empty()) return at(join_path(up, "__init__.py"));
    return python_at(join_path(up, rest));
  }
  const std::string dotted(specifier);
  const std::string path = dots_to_slashes(specifier);
  // Scripts find what lies beside them; source roots above come next, nearest first.
  const bool in_package = at(join_path(folder, "__init__.py")).valid();
  for (std::string_view up = folder;; up = folder_of(up)) {
    if (!in_package || up != folder) {
      const ModuleId found = python_at(join_path(up, path));
      if (found.valid() && found != from) return found;
      const ModuleId below = python_at(join_path(join_path(up, "src"), path));
      if (below.valid() && below != from) return below;
    }
    if (up.empty()) break;
  }
  const auto nearest = [&](const std::vector<ModuleId>& candidates) {
    ModuleId best;
    std::size_t best_length = 0;
    for (const ModuleId candidate : candidates) {
      const std::size_t length = common_prefix(path_of(candidate), path_of(from)) + 1;
      if (candidate == from || length <= best_length) continue;
      best = candidate;
      best_length = length;
    }
    return best;
  };
  const bool has_parts = dotted.find('.') != std::string::npos;
  if (const auto found = dotted_.find(dotted); found != dotted_.end()) {
    // A lone file elsewhere in the tree that happens to be called like a library is not meant.
    const ModuleId best = nearest(found->second);
    if (best.valid() && (has_parts || path_of(best).ends_with("__init__.py"))) return best;
  }
  if (!has_parts) return {};
  const auto found = suffixes_.find(dotted);
  return found != suffixes_.end() && found->second.size() == 1 && found->second[0] != from
             ? found->second[0]
             : ModuleId{};
}

}  // namespace privet::program
