#include "access/document_routes.h"

#include <algorithm>
#include <array>

#include "access/dotted.h"
#include "access/operands.h"

namespace privet::access {
namespace {

constexpr std::array<std::string_view, 8> kVerbs = {"get",  "put",    "post",  "delete",
                                                    "head", "options", "patch", "trace"};
constexpr int kMostAliases = 8;

/// Reads one document.
class OpenApi {
 public:
  OpenApi(const Program& program, const rule::Framework& framework, const ir::Document& document,
          std::vector<DescribedRoute>& out)
      : program_(program), framework_(framework), document_(document), out_(out) {}

  void read() {
    if (find(0, "openapi") == ir::kNone && find(0, "swagger") == ir::kNone) return;
    const std::string prefix = own_prefix();
    each(find(0, "paths"), [&](const ir::Node& path, std::uint32_t at) {
      each(at, [&](const ir::Node& verb, std::uint32_t operation) {
        if (std::find(kVerbs.begin(), kVerbs.end(), verb.key.text()) == kVerbs.end()) return;
        const FunctionId handler = handler_of(at, operation);
        if (!handler.valid()) return;
        DescribedRoute route;
        route.method = upper(verb.key.text());
        route.path = joined(prefix, path.key.text());
        route.handler = handler;
        add_guards(operation, route.options);
        out_.push_back(std::move(route));
      });
    });
  }

 private:
  std::uint32_t followed(std::uint32_t node) const {
    for (int i = 0; i < kMostAliases && node != ir::kNone; ++i) {
      if (document_.nodes[node].kind != ir::Node::Kind::Alias) return node;
      node = document_.nodes[node].target;
    }
    return ir::kNone;
  }

  std::uint32_t find(std::uint32_t node, std::string_view key) const {
    return node == ir::kNone ? ir::kNone : followed(document_.find(node, key));
  }

  std::string_view text_at(std::uint32_t node, std::string_view key) const {
    const std::uint32_t found = find(node, key);
    return found == ir::kNone ? std::string_view{} : document_.nodes[found].text.text();
  }

  /// `body(child, value)`: `value` is the child itself with aliases followed.
  template <class Body>
  void each(std::uint32_t node, const Body& body) const {
    if (node == ir::kNone) return;
    for (std::uint32_t at = document_.nodes[node].first_child; at != ir::kNone; at = document_.nodes[at].next) {
      if (const std::uint32_t value = followed(at); value != ir::kNone) body(document_.nodes[at], value);
    }
  }

  /// `basePath`, or what stands in the URL of the first server after its host.
  std::string own_prefix() const {
    if (const std::string_view base = text_at(0, "basePath"); !base.empty()) return std::string(base);
    std::string_view url;
    each(find(0, "servers"), [&](const ir::Node&, std::uint32_t server) {
      if (url.empty()) url = text_at(server, "url");
    });
    if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
      const std::size_t slash = url.find('/', scheme + 3);
      url = slash == std::string_view::npos ? std::string_view{} : url.substr(slash);
    }
    return std::string(url);
  }

  /// `operationId` is a dotted name, or a name in the module that a router controller names.
  FunctionId handler_of(std::uint32_t path, std::uint32_t operation) const {
    const std::string_view id = text_at(operation, "operationId");
    for (const std::uint32_t level : {operation, path, std::uint32_t{0}}) {
      for (const std::string_view key : {"x-openapi-router-controller", "x-swagger-router-controller"}) {
        const std::string_view controller = text_at(level, key);
        if (!controller.empty()) return function_named(program_, std::string(controller) + "." + std::string(id));
      }
    }
    return function_named(program_, id);
  }

  /// `security` of the operation, else of the document: a list of requirements, any of which is enough. An
  /// empty one lets everybody pass.
  void add_guards(std::uint32_t operation, std::vector<OptionGuard>& out) const {
    std::uint32_t security = find(operation, "security");
    if (security == ir::kNone) security = find(0, "security");
    std::string schemes;
    bool open = security == ir::kNone || document_.nodes[security].first_child == ir::kNone;
    bool scoped = true;
    each(security, [&](const ir::Node&, std::uint32_t requirement) {
      if (document_.nodes[requirement].first_child == ir::kNone) open = true;
      bool here = false;
      each(requirement, [&](const ir::Node& scheme, std::uint32_t scopes) {
        schemes += (schemes.empty() ? "" : " | ") + std::string(scheme.key.text());
        here = here || document_.nodes[scopes].first_child != ir::kNone;
      });
      scoped = scoped && here;
    });
    if (open) return;
    const Span span = document_.nodes[security].span;
    for (const rule::GuardForm& form : framework_.guards) {
      if (form.form != rule::GuardForm::Form::Option) continue;
      const bool asked = form.field.text() == "security" || (scoped && form.field.text() == "scopes");
      if (asked) out.push_back({&form, span, "security: " + schemes});
    }
  }

  const Program& program_;
  const rule::Framework& framework_;
  const ir::Document& document_;
  std::vector<DescribedRoute>& out_;
};

bool is_called(std::string_view path, std::string_view name) {
  while (name.starts_with("./") || name.starts_with("/")) name.remove_prefix(name.starts_with("./") ? 2 : 1);
  if (name.empty()) return true;
  return path.ends_with(name) && (path.size() == name.size() || path[path.size() - name.size() - 1] == '/');
}

}  // namespace

std::vector<DescribedRoute> described_routes(const Program& program, const rule::Framework& framework,
                                             std::string_view name) {
  std::vector<DescribedRoute> routes;
  for (const program::ModuleId id : program.documents()) {
    const ir::Module& module = program.module(id);
    if (!is_called(program.sources()[module.file].path, name)) continue;
    for (const ir::Document& document : module.documents) {
      if (!document.nodes.empty()) OpenApi(program, framework, document, routes).read();
    }
  }
  return routes;
}

}  // namespace privet::access
