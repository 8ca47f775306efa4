#include "access/resolver_classes.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "access/operands.h"

namespace privet::access {
namespace {

using rule::RouteModel;

/// `resolve_*` or the whole name.
bool answers_by(const std::vector<Name>& methods, std::string_view name) {
  return std::any_of(methods.begin(), methods.end(), [&](Name wanted) {
    const std::string_view text = wanted.text();
    return text.ends_with('*') ? name.starts_with(text.substr(0, text.size() - 1)) : name == text;
  });
}

/// `resolve_member` answers the field `member`.
std::string_view field_of(std::string_view method) {
  constexpr std::string_view kPrefix = "resolve_";
  return method.starts_with(kPrefix) ? method.substr(kPrefix.size()) : method;
}

bool is_permission_key(std::string_view key) {
  return key == "permissions" || key == "permission_classes" || key == "required_permissions";
}

bool is_empty_list(const program::Constant& value) {
  return value.kind == program::Constant::Kind::Null ||
         (value.kind == program::Constant::Kind::List && value.entries.empty());
}

/// `PermissionField(Member, permissions=[…])`: the declaration of a field names who may ask it.
bool names_permissions(const program::Constant& declared) {
  if (declared.kind != program::Constant::Kind::Call) return false;
  return std::any_of(declared.entries.begin(), declared.entries.end(), [](const auto& entry) {
    return is_permission_key(entry.first.text()) && !is_empty_list(entry.second);
  });
}

class ResolverClasses {
 public:
  ResolverClasses(const Program& program, const rule::Framework& framework, const RouteModel& route,
                  std::vector<Registration>& out)
      : program_(program), framework_(framework), route_(route), out_(out) {}

  void run() {
    for (std::uint32_t c = 0; c < program_.n_classes(); ++c) {
      const ClassId id{c};
      if (!has_base(id)) continue;
      if (route_.exports.empty()) {
        if (program_.subclasses(id).empty()) add_first(id);
      } else if (std::find(route_.exports.begin(), route_.exports.end(), program_.class_of(id).name) !=
                 route_.exports.end()) {
        for (const ClassId part : program_.lineage(id)) add_all(id, part);
      }
    }
  }

 private:
  bool has_base(ClassId id) const {
    const std::vector<Name> bases = program_.library_bases(id);
    return std::any_of(bases.begin(), bases.end(), [&](Name base) {
      return std::find(route_.symbols.begin(), route_.symbols.end(), base) != route_.symbols.end();
    });
  }

  void add_first(ClassId view) {
    for (const Name name : route_.methods) {
      const FunctionId method = program_.find_method(view, name);
      if (!method.valid()) continue;
      add(view, view, method, std::string(program_.class_of(view).name.text()));
      return;
    }
  }

  void add_all(ClassId root, ClassId part) {
    const program::ModuleId module = program_.module_of(part);
    for (const ir::FunctionIndex index : program_.class_of(part).methods) {
      const FunctionId method = program_.function_id(module, index);
      const std::string_view name = program_.function(method).name.text();
      if (!answers_by(route_.methods, name)) continue;
      add(root, part, method, std::string(program_.class_of(root).name.text()) + "." + std::string(field_of(name)));
    }
  }

  void add(ClassId root, ClassId view, FunctionId method, std::string path) {
    if (!seen_.insert(method.value).second && root == view && !route_.exports.empty()) return;
    Registration registration;
    registration.router = {RouterKey::Kind::Class, root.value, {}};
    registration.framework = &framework_;
    registration.route = &route_;
    registration.path = std::move(path);
    registration.method = route_.method.empty() ? "*" : std::string(route_.method.text());
    registration.site = {program_.class_parent(view), 0, 0};
    registration.handler.in = method;
    registration.handler.function = method;
    registration.handler.span = program_.function(method).name_span;
    registration.view = view;
    const bool inherited = route_.exports.empty() && !is_own(view, method);
    registration.span = inherited ? program_.class_of(view).name_span : program_.function(method).name_span;
    add_permissions(view, registration);
    out_.push_back(std::move(registration));
  }

  bool is_own(ClassId view, FunctionId method) const {
    const auto& methods = program_.class_of(view).methods;
    return program_.module_of(view) == program_.module_of(method) &&
           std::find(methods.begin(), methods.end(), program_.ref_of(method).index) != methods.end();
  }

  /// What the declaration of the resolved field, or the `Meta` of a mutation, names as permissions.
  void add_permissions(ClassId view, Registration& registration) const {
    const std::string_view field = field_of(program_.function(registration.handler.function).name.text());
    for (const ir::Field& declared : program_.class_of(view).fields) {
      if (declared.name.text() != field || declared.initialiser == ir::kNone) continue;
      const program::Constant value = program_.constant_of(program_.class_parent(view), declared.initialiser);
      if (names_permissions(value)) add_permission(view, declared, registration);
    }
    static const Name kMeta = Name::of("Meta");
    const ClassId meta = program_.find_nested(view, kMeta);
    if (!meta.valid()) return;
    for (const ir::Field& declared : program_.class_of(meta).fields) {
      if (!is_permission_key(declared.name.text()) || declared.initialiser == ir::kNone) continue;
      const program::Constant value = program_.constant_of(program_.class_parent(meta), declared.initialiser);
      if (!is_empty_list(value)) add_permission(meta, declared, registration);
    }
  }

  void add_permission(ClassId owner, const ir::Field& declared, Registration& registration) const {
    static const rule::Guard kPermission = [] {
      rule::Guard guard;
      guard.kind = rule::Guard::Kind::Authz;
      return guard;
    }();
    Handler guard;
    guard.in = program_.class_parent(owner);
    guard.local = declared.initialiser;
    guard.span = declared.name_span;
    guard.text = std::string(declared.name.text());
    guard.guard = &kPermission;
    registration.guards.push_back(std::move(guard));
  }

  const Program& program_;
  const rule::Framework& framework_;
  const RouteModel& route_;
  std::vector<Registration>& out_;
  std::unordered_set<std::uint32_t> seen_;
};

}  // namespace

void collect_resolver_classes(const Program& program, std::vector<Registration>& out) {
  for (const rule::Framework& framework : program.rules().frameworks()) {
    for (const RouteModel& route : framework.routes) {
      if (route.form != RouteModel::Form::Resolver || route.methods.empty()) continue;
      ResolverClasses(program, framework, route, out).run();
    }
  }
}

}  // namespace privet::access
