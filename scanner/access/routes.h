#pragma once

#include <string>
#include <vector>

#include "access/access.h"
#include "access/code.h"
#include "program/program.h"
#include "rule/framework.h"

/// Entry points as written, before guards are judged. Inside `access/` only.
namespace privet::access {

using base::Name;
using program::ClassId;
using program::FunctionId;
using program::Program;
using program::Ref;
using program::Site;
using source::Span;

/// Tells routers apart: a library value by the call that made it, a module (URL configurations,
/// route files), a class (controllers), a list of entries (URL configurations within a module),
/// a function that is handed a router (plugins).
struct RouterKey {
  enum class Kind : std::uint8_t { None, Object, Type, Module, Class, List, Function };
  Kind kind = Kind::None;
  std::uint32_t id = 0;
  Name name;
  friend bool operator==(const RouterKey&, const RouterKey&) = default;
};

/// One element of a chain: a middleware, guard or handler.
struct Handler {
  FunctionId in;                 ///< where `local` lives
  ir::LocalIndex local = ir::kNone;
  FunctionId function;           ///< the program's function, when it is one
  ClassId class_id;              ///< a guard or view class of the program
  Name symbol;                   ///< the library symbol of the value, or of the call that made it
  Site call;                     ///< the call that made it, when one did (`authorize("admin")`)
  Span span;
  std::string text;              ///< as written, one line, at most 60 bytes
  std::vector<Handler> wrappers; ///< calls around the function, outermost first: `login_required(view)`
  const rule::Guard* guard = nullptr;  ///< what the model says of the call as such
};

/// A guard that an option of the route turns on or off.
struct OptionGuard {
  const rule::GuardForm* form = nullptr;
  Span span;
  std::string text;
};

/// What one registration says, in the order of the program text.
struct Registration {
  enum class Kind : std::uint8_t { Route, Mount, Middleware };
  Kind kind = Kind::Route;
  RouterKey router;
  RouterKey child;               ///< Mount
  Site site;
  const rule::Framework* framework = nullptr;
  const rule::RouteModel* route = nullptr;
  std::string method;
  std::string path;              ///< own part, or the mount's or middleware's prefix
  bool path_known = true;
  std::vector<Handler> guards;   ///< before the handler at this registration; Middleware: itself
  Handler handler;               ///< Route
  std::vector<OptionGuard> options;    ///< Route
  const rule::RouteModel::Operation* operation = nullptr;  ///< answered by the base class
  ClassId view;                  ///< the class that answers
  bool exact = false;            ///< Middleware: its path alone, not what is below
  bool ordered = true;           ///< Middleware: only what is registered later
  bool every_module = false;
  Span span;
};

/// All registrations of the program, in source order.
std::vector<Registration> collect_registrations(const Program& program, Codes& codes);

/// A route with all that stands before it, after mounts are walked from the roots.
struct Path {
  const Registration* route = nullptr;
  std::string full_path;
  std::vector<Handler> chain;          ///< effective order, handlers of mounts and middleware first
  std::vector<Handler> late;           ///< registered after the route where order counts
  bool complete = true;                ///< false: its router hangs on nothing we know
  bool open = false;                   ///< … and no application is in its package that could guard it
};

/// One Path for each way a route is mounted, at most 16 for one route.
std::vector<Path> join_mounts(const Program& program, const std::vector<Registration>& all,
                              Codes& codes);

/// Describes a value in a chain.
Handler handler_of(const Program& program, Codes& codes, FunctionId function, ir::LocalIndex local,
                   Span span);

}  // namespace privet::access
