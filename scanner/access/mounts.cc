#include <algorithm>
#include <map>
#include <set>

#include "access/operands.h"
#include "access/routes.h"

// Walks routers from the roots down, joining prefixes and collecting what runs before a handler.

namespace privet::access {
namespace {

constexpr std::size_t kMostPathsOfRoute = 16;
constexpr std::size_t kMostDepth = 12;
constexpr std::size_t kMostPaths = 200'000;

struct KeyLess {
  bool operator()(const RouterKey& a, const RouterKey& b) const {
    return std::make_tuple(a.kind, a.id, a.name.text()) < std::make_tuple(b.kind, b.id, b.name.text());
  }
};

struct RouterNode {
  std::vector<const Registration*> routes;
  std::vector<const Registration*> mounts;
  std::vector<const Registration*> middleware;
  std::vector<Handler> own_guards;   // from its construction
  std::string own_prefix;
  bool mounted = false;
  bool root = false;
};

struct Frame {
  RouterKey key;
  std::string prefix;
  std::vector<Handler> chain;
  std::size_t depth = 0;
  bool complete = true;
  bool open = false;   // no application is in sight that could guard it
};

class Joiner {
 public:
  Joiner(const Program& program, const std::vector<Registration>& all, Codes& codes)
      : program_(program), codes_(codes) {
    for (const Registration& registration : all) {
      if (registration.kind == Registration::Kind::Mount && registration.every_module) {
        prefixes_[registration.framework] = registration.path;
        continue;
      }
      RouterNode& node = nodes_[registration.router];
      switch (registration.kind) {
        case Registration::Kind::Route: node.routes.push_back(&registration); break;
        case Registration::Kind::Mount: node.mounts.push_back(&registration); break;
        case Registration::Kind::Middleware: node.middleware.push_back(&registration); break;
      }
      if (registration.kind == Registration::Kind::Middleware && registration.every_module) {
        global_.push_back(&registration);
      }
    }
    for (const Registration& registration : all) {
      if (registration.kind == Registration::Kind::Mount && !registration.every_module) {
        nodes_[registration.child].mounted = true;
      }
    }
    read_constructions();
    for (const auto& [key, node] : nodes_) {
      if (node.root) roots_.insert(package_of(node));
    }
  }

  std::vector<Path> run() {
    for (const auto& [key, node] : nodes_) {
      if (node.mounted) continue;
      Frame frame;
      frame.key = key;
      // Files and classes hang on the application by themselves.
      frame.complete = node.root || key.kind == RouterKey::Kind::Module || key.kind == RouterKey::Kind::Class;
      frame.open = !frame.complete && !roots_.contains(package_of(node));
      walk(frame);
    }
    // A ring of mounts has no root; its routes must not vanish.
    for (const auto& [key, node] : nodes_) {
      for (const Registration* route : node.routes) {
        if (n_paths_.contains(route)) continue;
        Path path;
        path.route = route;
        path.full_path = joined(node.own_prefix, route->path);
        path.complete = false;
        paths_.push_back(std::move(path));
      }
    }
    return std::move(paths_);
  }

 private:
  /// `Blueprint(…, url_prefix=…)`, `APIRouter(prefix=…, dependencies=[…])`, `express()`.
  void read_constructions() {
    for (auto& [key, node] : nodes_) {
      if (key.kind != RouterKey::Kind::Object) continue;
      const Site site = program_.maker_of({Ref::Kind::OfType, false, key.id, key.name});
      if (!site.function.valid()) continue;
      for (const Name symbol : program_.callees(site).symbols) {
        for (const rule::Framework& framework : program_.rules().frameworks()) {
          for (const rule::RouterModel& model : framework.routers) {
            if (std::find(model.symbols.begin(), model.symbols.end(), symbol) == model.symbols.end()) continue;
            node.root = node.root || model.root;
            if (model.prefix) {
              const program::Constant prefix = program_.constant_at(site, *model.prefix);
              if (prefix.kind == program::Constant::Kind::Text) node.own_prefix = std::string(prefix.text.text());
            }
            if (model.guards) node.own_guards = chain_at(program_, codes_, site, model.guards);
          }
        }
      }
    }
  }

  /// The folder of the package that a router is in: the nearest one with a manifest, else its own.
  std::string package_of(const RouterNode& node) const {
    const Registration* any = !node.routes.empty()       ? node.routes.front()
                              : !node.mounts.empty()     ? node.mounts.front()
                              : !node.middleware.empty() ? node.middleware.front()
                                                         : nullptr;
    if (any == nullptr) return {};
    const std::string_view file = program_.sources()[any->span.file].path;
    std::string_view folder = file;
    while (true) {
      const std::size_t slash = folder.rfind('/');
      folder = slash == std::string_view::npos ? std::string_view{} : folder.substr(0, slash);
      for (const char* manifest : {"package.json", "pyproject.toml", "requirements.txt", "setup.py"}) {
        const std::string path = folder.empty() ? std::string(manifest) : std::string(folder) + "/" + manifest;
        if (program_.find_document(path).valid()) return std::string(folder) + "/";
      }
      if (folder.empty()) break;
    }
    return std::string(file.substr(0, std::min(file.rfind('/'), file.size())));
  }

  void walk(const Frame& root) {
    std::vector<Frame> open{root};
    while (!open.empty() && paths_.size() < kMostPaths) {
      const Frame frame = std::move(open.back());
      open.pop_back();
      const auto found = nodes_.find(frame.key);
      if (found == nodes_.end()) continue;
      const RouterNode& node = found->second;
      const std::string prefix = node.own_prefix.empty() ? frame.prefix : joined(frame.prefix, node.own_prefix);
      for (const Registration* route : node.routes) add_path(frame, node, prefix, *route);
      if (frame.depth >= kMostDepth) continue;
      for (auto mount = node.mounts.rbegin(); mount != node.mounts.rend(); ++mount) {
        Frame inner;
        inner.key = (*mount)->child;
        inner.prefix = joined(prefix, (*mount)->path);
        inner.complete = frame.complete && (*mount)->path_known;
        inner.open = frame.open;
        inner.depth = frame.depth + 1;
        inner.chain = chain_before(frame, node, **mount, nullptr);
        for (const Handler& handler : (*mount)->guards) inner.chain.push_back(handler);
        open.push_back(std::move(inner));
      }
    }
  }

  /// What runs before `registration` on its router. `late` gets ordered middleware registered after.
  std::vector<Handler> chain_before(const Frame& frame, const RouterNode& node,
                                           const Registration& registration,
                                           std::vector<Handler>* late) const {
    std::vector<Handler> chain = frame.chain;
    for (const Handler& handler : node.own_guards) chain.push_back(handler);
    for (const Registration* middleware : node.middleware) {
      if (middleware->every_module) continue;
      if (!covers(middleware->path, registration.path)) continue;
      const bool below = registration.kind == Registration::Kind::Mount || registration.path != middleware->path;
      if (middleware->exact && below) continue;
      const bool after = middleware->ordered && middleware->span.file == registration.span.file &&
                         middleware->span.begin > registration.span.begin;
      for (const Handler& handler : middleware->guards) {
        if (!after) chain.push_back(handler);
        else if (late != nullptr) late->push_back(handler);
      }
    }
    return chain;
  }

  /// `use("/p")` covers `/p` and `/p/…`, not `/px`.
  static bool covers(std::string_view prefix, std::string_view path) {
    while (prefix.ends_with('*')) prefix.remove_suffix(1);
    while (prefix.ends_with('/')) prefix.remove_suffix(1);
    if (prefix.empty()) return true;
    if (!path.starts_with(prefix)) return false;
    return path.size() == prefix.size() || path[prefix.size()] == '/';
  }

  void add_path(const Frame& frame, const RouterNode& node, const std::string& prefix,
                const Registration& route) {
    if (++n_paths_[&route] > kMostPathsOfRoute) return;
    Path path;
    path.route = &route;
    path.full_path = joined(prefix, route.path_known || !route.path.empty() ? route.path : "{}");
    if (const auto global = prefixes_.find(route.framework); global != prefixes_.end()) {
      path.full_path = joined(global->second, path.full_path);
    }
    path.complete = frame.complete || route.route->root;
    path.open = frame.open;
    for (const Registration* registration : global_) {
      if (registration->framework != route.framework) continue;
      path.chain.insert(path.chain.end(), registration->guards.begin(), registration->guards.end());
    }
    for (Handler& handler : chain_before(frame, node, route, &path.late)) path.chain.push_back(std::move(handler));
    for (const Handler& handler : route.guards) path.chain.push_back(handler);
    paths_.push_back(std::move(path));
  }

  const Program& program_;
  Codes& codes_;
  std::map<RouterKey, RouterNode, KeyLess> nodes_;
  std::set<std::string> roots_;  // packages with an application
  std::vector<const Registration*> global_;
  std::map<const rule::Framework*, std::string> prefixes_;  // of every route of a framework
  std::map<const Registration*, std::size_t> n_paths_;
  std::vector<Path> paths_;
};

}  // namespace

std::vector<Path> join_mounts(const Program& program, const std::vector<Registration>& all,
                              Codes& codes) {
  return Joiner(program, all, codes).run();
}

}  // namespace privet::access
