#include "rule/reader.h"

namespace privet::rule {
namespace {

/// Reads the one key among `forms` that names the form of an entry; the index of it.
template <class Form>
void read_form(RuleReader& reader, const Yaml& value,
               std::initializer_list<std::pair<std::string_view, Form>> forms, Form& form,
               std::vector<Name>& symbols) {
  int n_forms = 0;
  std::vector<std::string_view> keys;
  for (const auto& [key, kind] : forms) {
    keys.push_back(key);
    reader.optional(value, key, [&, kind = kind](const Yaml& v) {
      ++n_forms;
      form = kind;
      symbols = reader.symbols(v);
    });
  }
  if (reader.ok() && n_forms != 1) reader.fail(value, "expected exactly one of " + join(keys));
}

/// Readers of optional keys of one map.
class Keys {
 public:
  Keys(RuleReader& reader, const Yaml& map) : reader_(reader), map_(map) {}

  void path(std::string_view key, std::optional<AccessPath>& out) {
    reader_.optional(map_, key, [&](const Yaml& v) { out = reader_.path(v); });
  }
  void paths(std::string_view key, std::vector<AccessPath>& out) {
    reader_.optional(map_, key, [&](const Yaml& v) {
      if (v.kind == Yaml::Kind::List) {
        reader_.each(v, [&](const Yaml& item) { out.push_back(reader_.path(item)); });
      } else {
        out.push_back(reader_.path(v));
      }
    });
  }
  void name(std::string_view key, Name& out) {
    reader_.optional(map_, key, [&](const Yaml& v) { out = reader_.name(v); });
  }
  void names(std::string_view key, std::vector<Name>& out) {
    reader_.optional(map_, key, [&](const Yaml& v) { out = reader_.names(v); });
  }
  void symbols(std::string_view key, std::vector<Name>& out) {
    reader_.optional(map_, key, [&](const Yaml& v) { out = reader_.symbols(v); });
  }
  void flag(std::string_view key, bool& out) {
    reader_.optional(map_, key, [&](const Yaml& v) { out = reader_.boolean(v); });
  }
  void text(std::string_view key, std::string& out) {
    reader_.optional(map_, key, [&](const Yaml& v) { out = reader_.text(v); });
  }
  void when(std::vector<Condition>& out) {
    reader_.optional(map_, "when", [&](const Yaml& v) { out = reader_.conditions(v); });
  }

 private:
  RuleReader& reader_;
  const Yaml& map_;
};

/// `list: GET reads many`, `destroy: DELETE deletes`.
RouteModel::Operation read_operation(RuleReader& reader, const Yaml& value) {
  RouteModel::Operation operation;
  reader.check_keys(value, {"method", "http", "access", "many", "path", "base"});
  operation.method = reader.name(reader.required(value, "method"));
  operation.http = reader.text(reader.required(value, "http"));
  reader.optional(value, "access", [&](const Yaml& v) {
    operation.kind = static_cast<Access::Kind>(reader.choice(v, {"read", "create", "update", "delete"}));
  });
  reader.optional(value, "many", [&](const Yaml& v) { operation.many = reader.boolean(v); });
  reader.optional(value, "path", [&](const Yaml& v) { operation.path = reader.text(v); });
  reader.optional(value, "base", [&](const Yaml& v) { operation.bases = reader.symbols(v); });
  return operation;
}

RouterModel read_router(RuleReader& reader, const Yaml& value) {
  RouterModel router;
  reader.check_keys(value, {"call", "prefix", "guards", "root"});
  router.symbols = reader.symbols(reader.required(value, "call"));
  Keys keys(reader, value);
  keys.path("prefix", router.prefix);
  keys.path("guards", router.guards);
  keys.flag("root", router.root);
  return router;
}

RouteModel read_route(RuleReader& reader, const Yaml& value) {
  using Form = RouteModel::Form;
  RouteModel route;
  reader.check_keys(value, {"call", "decorator", "table", "file", "class", "resolver", "protocol",
                            "method", "method_at", "path", "handlers", "guards", "options",
                            "parameters", "path_from", "exports", "methods", "tables",
                            "class_path", "response_is_return", "response", "response_model", "response_schema", "when",
                            "operations", "entity", "serializer", "hooks", "actions", "on", "root",
                            "directive", "view", "document"});
  if (reader.ok() && value.find("file") != nullptr) {
    route.form = Form::File;
    route.glob = reader.text(*value.find("file"));
    for (const char* other : {"call", "decorator", "table", "class", "resolver"}) {
      reader.optional(value, other, [&](const Yaml& v) {
        reader.fail(v, "a route by `file` has no other form");
      });
    }
  } else {
    read_form(reader, value,
              {{"call", Form::Call},
               {"decorator", Form::Decorator},
               {"table", Form::Table},
               {"class", Form::Class},
               {"resolver", Form::Resolver}},
              route.form, route.symbols);
  }
  Keys keys(reader, value);
  keys.text("protocol", route.protocol);
  keys.name("method", route.method);
  keys.path("method_at", route.method_at);
  keys.path("path", route.path);
  keys.path("handlers", route.handlers);
  keys.paths("guards", route.guards);
  keys.path("document", route.document);
  keys.path("options", route.options);
  keys.symbols("on", route.on);
  keys.flag("root", route.root);
  keys.flag("view", route.view);
  keys.text("directive", route.directive);
  keys.symbols("parameters", route.parameters);
  keys.name("path_from", route.path_from);
  keys.names("exports", route.exports);
  keys.names("methods", route.methods);
  keys.names("tables", route.tables);
  keys.name("class_path", route.class_path);
  keys.flag("response_is_return", route.response_is_return);
  keys.name("response", route.response);
  keys.path("response_model", route.response_model);
  keys.path("response_schema", route.response_schema);
  keys.names("hooks", route.hooks);
  keys.symbols("actions", route.actions);
  keys.when(route.when);
  keys.names("entity", route.entity_fields);
  keys.names("serializer", route.serializer_fields);
  reader.optional(value, "operations", [&](const Yaml& v) {
    reader.each(v, [&](const Yaml& item) { route.operations.push_back(read_operation(reader, item)); });
  });
  return route;
}

MountModel read_mount(RuleReader& reader, const Yaml& value) {
  MountModel mount;
  reader.check_keys(value, {"call", "prefix", "parent", "child", "guards", "plugin", "entries", "every_module"});
  mount.symbols = reader.symbols(reader.required(value, "call"));
  Keys keys(reader, value);
  keys.flag("plugin", mount.plugin);
  keys.flag("entries", mount.entries);
  keys.flag("every_module", mount.every_module);
  if (reader.ok() && !mount.every_module) mount.child = reader.path(reader.required(value, "child"));
  keys.path("prefix", mount.prefix);
  keys.path("parent", mount.parent);
  keys.path("guards", mount.guards);
  return mount;
}

MiddlewareModel read_middleware(RuleReader& reader, const Yaml& value) {
  MiddlewareModel middleware;
  reader.check_keys(value, {"call", "decorator", "provider", "prefix", "handler", "ordered", "parameters",
                            "every_module", "guard", "when", "exact"});
  if (!reader.ok()) return middleware;
  const Yaml* decorator = value.find("decorator");
  const Yaml* provider = value.find("provider");
  if (decorator != nullptr || provider != nullptr) {
    // What carries the decorator, or is provided, is the handler.
    middleware.provider = decorator == nullptr;
    middleware.symbols = reader.symbols(decorator != nullptr ? *decorator : *provider);
    reader.optional(value, "call", [&](const Yaml& v) {
      reader.fail(v, "a middleware has one of call, decorator, provider");
    });
    reader.optional(value, "handler", [&](const Yaml& v) {
      reader.fail(v, "what carries the decorator, or is provided, is the handler");
    });
  } else {
    middleware.symbols = reader.symbols(reader.required(value, "call"));
    reader.optional(value, "guard", [&](const Yaml& v) { middleware.guard = reader.guard(v); });
    if (!middleware.guard) middleware.handler = reader.path(reader.required(value, "handler"));
  }
  Keys keys(reader, value);
  keys.path("prefix", middleware.prefix);
  keys.flag("ordered", middleware.ordered);
  keys.symbols("parameters", middleware.parameters);
  keys.flag("every_module", middleware.every_module);
  keys.flag("exact", middleware.exact);
  keys.when(middleware.when);
  return middleware;
}

GuardForm read_guard_form(RuleReader& reader, const Yaml& value) {
  using Form = GuardForm::Form;
  GuardForm guard;
  reader.check_keys(value, {"call", "decorator", "base", "parameter", "field", "setting", "values",
                            "guard", "opens", "when", "methods", "option"});
  if (!reader.ok()) return guard;
  const Yaml* field = value.find("field");
  const Yaml* setting = value.find("setting");
  const Yaml* option = value.find("option");
  if (field != nullptr || setting != nullptr || option != nullptr) {
    if ((field != nullptr) + (setting != nullptr) + (option != nullptr) > 1) {
      reader.fail(value, "expected one of `field`, `setting` and `option`");
    }
    guard.form = field != nullptr ? Form::Field : setting != nullptr ? Form::Setting : Form::Option;
    guard.field = reader.name(field != nullptr ? *field : setting != nullptr ? *setting : *option);
    reader.optional(value, "values", [&](const Yaml& v) {
      guard.symbols = option != nullptr ? reader.names(v) : reader.symbols(v);
    });
    for (const char* other : {"call", "decorator", "base", "parameter"}) {
      reader.optional(value, other, [&](const Yaml& v) {
        reader.fail(v, "a guard by `field`, `setting` or `option` has no other form; values go to `values`");
      });
    }
  } else {
    read_form(reader, value,
              {{"call", Form::Call},
               {"decorator", Form::Decorator},
               {"base", Form::Base},
               {"parameter", Form::Parameter}},
              guard.form, guard.symbols);
    reader.optional(value, "values", [&](const Yaml& v) {
      reader.fail(v, "`values` belongs to `field`, `setting` or `option`");
    });
  }
  Keys keys(reader, value);
  keys.flag("opens", guard.opens);
  reader.optional(value, "methods", [&](const Yaml& v) {
    for (const Name method : reader.names(v)) guard.methods.emplace_back(method.text());
  });
  keys.when(guard.when);
  reader.optional(value, "guard", [&](const Yaml& v) { guard.guard = reader.guard(v); });
  if (reader.ok() && !guard.opens && value.find("guard") == nullptr) {
    reader.fail(value, "missing key `guard`, or `opens: true`");
  }
  return guard;
}

PrincipalModel read_principal(RuleReader& reader, const Yaml& value) {
  PrincipalModel principal;
  if (value.kind == Yaml::Kind::Scalar) {
    principal.symbols = reader.symbols(value);
    return principal;
  }
  reader.check_keys(value, {"symbol", "may_be_anonymous"});
  principal.symbols = reader.symbols(reader.required(value, "symbol"));
  Keys(reader, value).flag("may_be_anonymous", principal.may_be_anonymous);
  return principal;
}

Framework read_framework(RuleReader& reader, const Yaml& value, Name language) {
  Framework framework;
  framework.language = language;
  reader.check_keys(value, {"name", "routes", "routers", "mounts", "middleware", "guards", "principals",
                            "issues_session", "proves_identity"});
  framework.name = reader.name(reader.required(value, "name"));
  const auto list = [&](std::string_view key, auto& out, auto read) {
    reader.optional(value, key, [&](const Yaml& v) {
      reader.each(v, [&](const Yaml& item) { out.push_back(read(reader, item)); });
    });
  };
  list("routes", framework.routes, read_route);
  list("routers", framework.routers, read_router);
  list("mounts", framework.mounts, read_mount);
  list("middleware", framework.middleware, read_middleware);
  list("guards", framework.guards, read_guard_form);
  list("principals", framework.principals, read_principal);
  Keys keys(reader, value);
  keys.symbols("issues_session", framework.issues_session);
  keys.symbols("proves_identity", framework.proves_identity);
  return framework;
}

}  // namespace

std::vector<Framework> read_frameworks(RuleReader& reader, const Yaml& value, Name language) {
  std::vector<Framework> result;
  reader.each(value, [&](const Yaml& item) {
    result.push_back(read_framework(reader, item, language));
  });
  return result;
}

}  // namespace privet::rule
