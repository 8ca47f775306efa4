#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rule/model.h"

/// How a web framework wires code to the outside: the vocabulary of `frameworks:` in model files, so
/// that a team can describe its own router and its own guards. Words: route, mount, middleware,
/// guard, principal, response.
namespace privet::rule {

/// An entry point. One of the forms:
///   call       `router.get(path, …handlers)`: the call of one of `symbols` on the router value
///   decorator  `@app.get(path)` on a function or method
///   table      a list of entries made by `symbols` (`path("x/", view)`), reached from `tables`
///   file       a file whose path matches `glob`; the exported names in `exports` are handlers
///   class      methods of a class that extends one of `symbols` (`get`, `post`, …)
///   resolver   functions in a map that answer fields by name (GraphQL): `handlers` is the map at a call
///              of `symbols` (`arg(0).resolvers.Query.*`), its keys are the paths
/// A handler that is a class stands for the methods of its `class` form.
struct RouteModel {
  enum class Form : std::uint8_t { Call, Decorator, Table, File, Class, Resolver };
  Form form = Form::Call;
  std::vector<Name> symbols;
  std::string protocol = "http";
  /// `name`: the last member of the symbol (`get`); a constant (`GET`); or read at `method_at`.
  Name method;
  std::optional<AccessPath> method_at;
  std::optional<AccessPath> path;
  /// Where handlers are: the last one answers, those before it are middleware.
  std::optional<AccessPath> handlers;
  std::vector<AccessPath> guards;          ///< lists of middleware or guards at the route, in order
  std::optional<AccessPath> options;       ///< the object that guards of the form `option` ask
  std::vector<Name> on;                    ///< Call: the receiver comes from a call of these, which has the path: `r.route("/x").get(…)`
  bool root = false;                       ///< its path begins here, whatever router it is on
  std::vector<Name> parameters;            ///< types of the handler's parameters, in order
  std::string glob;                        ///< File
  /// File: how the URL comes from the file: `next-app`, `next-pages`, `sveltekit`, `remix`, `name` (the
  /// exported one). Call: `key`, the path is the key, export or variable that holds the result.
  Name path_from;
  /// Call: it adds the operations of the OpenAPI document that is named there, whose `operationId`s name
  /// the handlers; `path` is a prefix.
  std::optional<AccessPath> document;
  std::string directive;                   ///< File: only files, or functions, that begin with this text (`use server`)
  std::vector<Name> exports;               ///< File: handler names; the name is the method unless `method` is set
  std::vector<Name> methods;               ///< Class: method names that answer
  std::vector<Name> tables;                ///< Table: names of the variables that hold it (`urlpatterns`)
  Name class_path;                         ///< Class/Decorator: decorator symbol on the class that gives the prefix
  bool response_is_return = false;         ///< what the handler returns leaves
  Name response = Name::of("http-response");  ///< kind of sink that it leaves by: `template` for a page
  bool view = false;                       ///< Decorator: makes a function a view, which some other route gives its path
  std::optional<AccessPath> response_model;  ///< the shape that lets only its own fields leave; else the return type
  std::optional<AccessPath> response_schema; ///< schemas by status, which also limit what the handler sends
  std::vector<Condition> when;
  /// Class: what the base class answers by itself when the class does not define the method, over the
  /// records in the class field `entity_field`, shown by `serializer_field`.
  struct Operation {
    Name method;                           ///< `list`
    std::string http;                      ///< `GET`
    Access::Kind kind = Access::Kind::Read;
    bool many = false;
    std::string path;                      ///< what its URL adds: `<pk>`
    std::vector<Name> bases;               ///< answered only by classes that have one of them; empty: by all
  };
  std::vector<Operation> operations;
  std::vector<Name> hooks;                 ///< Class: methods that the base class calls (`get_queryset`)
  std::vector<Name> actions;               ///< Class: decorators that make a method answer (`@action(detail=True, methods=["post"])`)
  std::vector<Name> entity_fields;         ///< `queryset`, `model`
  std::vector<Name> serializer_fields;     ///< `serializer_class`
};

/// How a router, blueprint or application is made, with what its construction says of all its routes.
struct RouterModel {
  std::vector<Name> symbols;
  std::optional<AccessPath> prefix;        ///< `Blueprint("x", __name__, url_prefix="/x")`
  std::optional<AccessPath> guards;        ///< `APIRouter(dependencies=[…])`
  bool root = false;                       ///< an application: its paths begin here
};

/// `app.use("/p", router)`, `include("x.urls")`, `register_blueprint(bp, url_prefix=…)`,
/// `include_router(r, prefix=…)`.
struct MountModel {
  std::vector<Name> symbols;
  std::optional<AccessPath> prefix;
  std::optional<AccessPath> parent;        ///< where it is mounted; default: the receiver
  AccessPath child;                        ///< the router, blueprint or module (or its dotted name); several: `arg(0..)`, what is no router there is middleware
  std::optional<AccessPath> guards;        ///< dependencies given at the mount
  bool entries = false;                    ///< the child is a list of routes (`routes=[Route(…), …]`)
  bool plugin = false;                     ///< the child is a function: what it registers is a router of its own
  bool every_module = false;               ///< only a prefix, for every route of the framework
};

/// Runs before handlers of its router, and of what is mounted there.
struct MiddlewareModel {
  std::vector<Name> symbols;               ///< call, or decorator (`@app.before_request`)
  std::optional<AccessPath> prefix;
  AccessPath handler;
  bool ordered = true;                     ///< only routes registered after it (Express), or all (Fastify)
  std::vector<Name> parameters;
  bool every_module = false;               ///< global whatever router it is on
  bool exact = false;                      ///< its prefix is only itself, unless it ends in `*` (Hono)
  bool provider = false;                   ///< `{provide: SYMBOL, useClass: G}` anywhere: dependency injection
  std::optional<Guard> guard;              ///< the call itself is the guard: `server.auth.default("jwt")`
  std::vector<Condition> when;             ///< Call: all must hold
};

/// A check by a symbol that is not a plain call: a decorator, base class, mixin, class field, setting.
///   decorator  `@login_required`
///   base       `class V(LoginRequiredMixin, …)`
///   field      `permission_classes = [IsAuthenticated]`; `values` says what each value means
///   parameter  a parameter whose default or annotation is `Depends(X)`; X a function of the program
///              or a symbol in `values`
///   setting    a setting of the program (`REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES`)
///   option     a field of the route's `options` (`auth.scope`); `values` are texts, empty: any value
///              but `false`; `opens` without values: `false`
struct GuardForm {
  enum class Form : std::uint8_t { Call, Decorator, Base, Field, Parameter, Setting, Option };
  Form form = Form::Call;
  std::vector<Name> symbols;
  Guard guard;
  Name field;                              ///< Field, Setting, Option
  std::vector<std::string> methods;        ///< the HTTP methods that it checks; empty: all
  bool opens = false;                      ///< lifts a guard from outside (`@Public()`, `AllowAny`, `csrf_exempt`)
  std::vector<Condition> when;
};

/// What denotes the authenticated caller: `express.Request.user`, `flask_login.current_user`, a call.
struct PrincipalModel {
  std::vector<Name> symbols;               ///< fields, values or calls
  bool may_be_anonymous = false;           ///< set also for callers who did not log in
};

struct Framework {
  Name name;
  Name language;
  std::vector<RouteModel> routes;
  std::vector<RouterModel> routers;
  std::vector<MountModel> mounts;
  std::vector<MiddlewareModel> middleware;
  std::vector<GuardForm> guards;
  std::vector<PrincipalModel> principals;
  std::vector<Name> issues_session;        ///< calls that log a caller in (`req.login`, `jwt.sign`, `login_user`)
  std::vector<Name> proves_identity;       ///< calls that check a credential, code or provider (`bcrypt.compare`)
};

}  // namespace privet::rule
