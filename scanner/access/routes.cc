#include "access/routes.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <unordered_map>

#include "access/document_routes.h"
#include "access/dotted.h"
#include "access/file_routes.h"
#include "access/operands.h"
#include "access/places.h"
#include "access/resolver_classes.h"
#include "rule/rule_set.h"

// Registrations by call, decorator and class. Routes that a file's place makes are in file_routes.cc.

namespace privet::access {
namespace {

using rule::Framework;
using rule::MiddlewareModel;
using rule::MountModel;
using rule::RouteModel;

struct NameLess {
  bool operator()(Name a, Name b) const { return a.text() < b.text(); }
};

/// What the models say of one symbol.
struct Meaning {
  const Framework* framework = nullptr;
  const RouteModel* route = nullptr;
  const MountModel* mount = nullptr;
  const MiddlewareModel* middleware = nullptr;
};

class Collector {
 public:
  Collector(const Program& program, Codes& codes) : program_(program), codes_(codes) {}

  std::vector<Registration> run() {
    index_models();
    index_decorators();
    for (std::uint32_t f = 0; f < program_.n_functions(); ++f) visit_calls(FunctionId{f});
    visit_plain_decorators();
    move_to_lists();
    scope_plugins(program_, out_);
    collect_file_routes(program_, codes_, out_);
    collect_resolver_classes(program_, out_);
    std::stable_sort(out_.begin(), out_.end(), [](const Registration& a, const Registration& b) {
      return a.span.begin != b.span.begin && a.span.file == b.span.file ? a.span.begin < b.span.begin
                                                                        : a.span.file < b.span.file;
    });
    return std::move(out_);
  }

 private:
  struct Decorated {
    FunctionId function;
    ClassId class_id;
  };

  void index_models() {
    for (const Framework& framework : program_.rules().frameworks()) {
      for (const RouteModel& route : framework.routes) {
        if (route.form == RouteModel::Form::Class) {
          for (const Name symbol : route.symbols) class_forms_[symbol] = {&framework, &route, {}, {}};
          continue;
        }
        auto& meanings = route.view ? views_ : meanings_;
        for (const Name symbol : route.symbols) meanings[symbol].push_back({&framework, &route, {}, {}});
      }
      for (const MountModel& mount : framework.mounts) {
        for (const Name symbol : mount.symbols) meanings_[symbol].push_back({&framework, {}, &mount, {}});
      }
      for (const MiddlewareModel& middleware : framework.middleware) {
        for (const Name symbol : middleware.symbols) {
          if (middleware.provider) {
            providers_[symbol] = {&framework, {}, {}, &middleware};
            continue;
          }
          meanings_[symbol].push_back({&framework, {}, {}, &middleware});
        }
      }
    }
  }

  /// A decorator's value in the enclosing function → what it decorates.
  void index_decorators() {
    for (std::uint32_t f = 0; f < program_.n_functions(); ++f) {
      const FunctionId id{f};
      const ir::Function& function = program_.function(id);
      if (function.parent == ir::kNone) continue;
      const FunctionId parent = program_.function_id(program_.module_of(id), function.parent);
      for (const ir::Annotation& annotation : function.annotations) {
        decorated_[key(parent, annotation.value)] = {id, {}};
      }
    }
    for (std::uint32_t c = 0; c < program_.n_classes(); ++c) {
      const ClassId id{c};
      for (const ir::Annotation& annotation : program_.class_of(id).annotations) {
        decorated_[key(program_.class_parent(id), annotation.value)] = {{}, id};
      }
    }
  }

  static std::uint64_t key(FunctionId function, ir::LocalIndex local) {
    return (std::uint64_t{function.value} << 32) | local;
  }

  const std::vector<Meaning>* meanings_of(Name symbol) const {
    if (const auto found = meanings_.find(symbol); found != meanings_.end()) return &found->second;
    // A method may be described on a type that this one extends.
    const std::string_view text = symbol.text();
    const std::size_t dot = text.rfind('.');
    if (dot == std::string_view::npos) return nullptr;
    for (const Name type : program_.rules().type_chain(Name::of(text.substr(0, dot)))) {
      const std::string other = std::string(type.text()) + std::string(text.substr(dot));
      const auto found = meanings_.find(Name::of(other));
      if (found != meanings_.end()) return &found->second;
    }
    return nullptr;
  }

  void visit_calls(FunctionId id) {
    const ir::Function& function = program_.function(id);
    for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
      const auto& instructions = function.blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        const Site site{id, b, i};
        if (instructions[i].op == ir::Op::Construct && !providers_.empty()) visit_provider(site, instructions[i]);
        if (instructions[i].op != ir::Op::Call) continue;
        for (const Name symbol : program_.callees(site).symbols) {
          const auto* meanings = meanings_of(symbol);
          if (meanings == nullptr) continue;
          visit_call(site, instructions[i], symbol, *meanings);
          break;
        }
      }
    }
  }

  void visit_call(const Site& site, const ir::Instruction& call, Name symbol,
                  const std::vector<Meaning>& meanings) {
    const MountModel* mount = nullptr;
    const MiddlewareModel* middleware = nullptr;
    const Framework* framework = nullptr;
    bool mounted = false;
    for (const Meaning& meaning : meanings) {
      if (meaning.mount != nullptr && meaning.mount->parent) {
        add_made(site, call, meaning);
        continue;
      }
      if (meaning.mount != nullptr && meaning.mount->every_module) {
        add_prefix(site, call, meaning);
        continue;
      }
      if (meaning.mount != nullptr) mount = meaning.mount;
      if (meaning.middleware != nullptr && program_.holds(site, meaning.middleware->when)) middleware = meaning.middleware;
      const bool acts = middleware != nullptr && middleware == meaning.middleware;
      if (meaning.mount != nullptr || acts) framework = meaning.framework;
    }
    if (mount != nullptr || middleware != nullptr) {
      mounted = add_mount(site, call, framework, mount, middleware);
    }
    // `path("x/", include(…))` is a mount, `path("x/", view)` a route.
    for (const Meaning& meaning : meanings) {
      if (mounted || meaning.route == nullptr) continue;
      if (program_.holds(site, meaning.route->when)) add_route(site, call, symbol, meaning);
    }
  }

  /// `{provide: APP_GUARD, useClass: LoginGuard}`.
  void visit_provider(const Site& site, const ir::Instruction& map) {
    static const Name kProvide = Name::of("provide");
    const ir::Function& function = program_.function(site.function);
    const Meaning* meaning = nullptr;
    for (const ir::Operand& operand : operands_of(function, map)) {
      if (operand.kind != ir::Operand::Kind::Keyed || operand.name != kProvide) continue;
      const auto found = providers_.find(program_.symbol_of(site.function, operand.value));
      if (found != providers_.end()) meaning = &found->second;
    }
    if (meaning == nullptr) return;
    for (const ir::Operand& operand : operands_of(function, map)) {
      if (operand.kind != ir::Operand::Kind::Keyed || !operand.name.text().starts_with("use")) continue;
      Registration registration;
      registration.kind = Registration::Kind::Middleware;
      registration.site = site;
      registration.framework = meaning->framework;
      registration.ordered = false;
      registration.every_module = true;
      registration.span = operand.span;
      registration.guards.push_back(handler_of(program_, codes_, site.function, operand.value, operand.span));
      out_.push_back(std::move(registration));
    }
  }

  // --- routes ---

  void add_route(const Site& site, const ir::Instruction& call, Name symbol, const Meaning& meaning) {
    const RouteModel& model = *meaning.route;
    Registration registration;
    registration.kind = Registration::Kind::Route;
    registration.site = site;
    registration.framework = meaning.framework;
    registration.route = meaning.route;
    registration.router = router_of(site, call);
    registration.span = head_of(site, call);
    if (model.form == RouteModel::Form::Resolver) {
      add_resolvers(registration);
      return;
    }
    if (model.document) {
      add_described_by_document(registration);
      return;
    }
    if (!model.on.empty()) {
      // `router.route("/x").get(…)`: path and router are where the receiver was made.
      const Site made = program_.maker_of({Ref::Kind::OfType, false, registration.router.id, registration.router.name});
      if (!made.function.valid()) return;
      const ir::Instruction& at = instruction_at(program_, made);
      const auto& symbols = program_.callees(made).symbols;
      if (std::none_of(symbols.begin(), symbols.end(), [&](Name name) { return is_among(name, model.on); })) return;
      registration.router = router_of(made, at);
      set_path(made, model, registration);
    } else {
      set_path(site, model, registration);
    }
    if (model.path_from.text() == "key") {
      registration.path = std::string(name_of_result(program_, codes_, site).text());
    }
    if (model.form == RouteModel::Form::Decorator) {
      const auto decorated = decorated_.find(key(site.function, call.result));
      if (decorated == decorated_.end()) return;
      set_decorated(decorated->second, registration);
      if (!is_in_named_class(registration)) return;
      for (const ir::AccessPath& guards : model.guards) add_chain(site, guards, registration.guards);
      if (model.path_from.text() == "name" && registration.path.empty() && registration.handler.function.valid()) {
        registration.path = std::string(program_.function(registration.handler.function).name.text());
      }
      for (const std::string& method : methods_of(site, symbol, model)) push_route(registration, method);
      return;
    }
    if (model.handlers && !model.handlers->fields.empty()) {
      ir::AccessPath root = *model.handlers;
      root.fields.clear();
      const std::string_view first = model.handlers->fields.front().text();
      const bool by_place = first.size() == 1 && first[0] >= '0' && first[0] <= '9';
      for (const Place& argument : places_at(program_, codes_, site, root)) {
        for (const Place& holder : by_place ? entries_in(program_, codes_, argument) : opened(program_, codes_, argument)) {
          add_described(registration, symbol, holder);
        }
      }
      return;
    }
    std::vector<Handler> chain;
    for (const ir::AccessPath& guards : model.guards) add_chain(site, guards, chain);
    for (Handler& handler : chain_at(program_, codes_, site, model.handlers)) chain.push_back(std::move(handler));
    if (model.options) {
      for (const Place& options : places_at(program_, codes_, site, *model.options)) {
        registration.options = option_guards(program_, codes_, *meaning.framework, options);
      }
    }
    push_chain(std::move(registration), std::move(chain), methods_of(site, symbol, model));
  }

  void push_chain(Registration registration, std::vector<Handler> chain, const std::vector<std::string>& methods) {
    if (chain.empty() || is_options(chain.back())) return;
    registration.handler = chain.back();
    chain.pop_back();
    for (Handler& wrapper : registration.handler.wrappers) chain.push_back(wrapper);
    registration.guards = std::move(chain);
    for (const std::string& method : methods) push_route(registration, method);
  }

  /// An object with keys, where handlers may stand too, is none.
  bool is_options(const Handler& handler) {
    if (handler.function.valid() || handler.class_id.valid() || handler.local == ir::kNone) return false;
    const ir::Instruction* made = codes_.of(handler.in).origin(handler.local);
    return made != nullptr && made->op == ir::Op::Construct && made->container_kind() == ir::ContainerKind::Object;
  }

  void add_chain(const Site& site, const ir::AccessPath& path, std::vector<Handler>& chain) {
    for (const Place& place : places_at(program_, codes_, site, path)) {
      for (const Place& element : opened(program_, codes_, place)) {
        chain.push_back(handler_at(program_, codes_, element));
      }
    }
  }

  /// `route({method: "GET", url: "/x", handler: h})`, or an element of a list of such.
  void add_described(Registration registration, Name symbol, const Place& holder) {
    const RouteModel& model = *registration.route;
    const Site site = registration.site;
    const auto at = [&](const ir::AccessPath& path) { return member_of(program_, codes_, holder, path.fields); };
    const auto same_root = [&](const ir::AccessPath& path) {
      return path.root == model.handlers->root && path.index == model.handlers->index && !path.fields.empty();
    };
    const std::optional<Place> handler = at(*model.handlers);
    if (!handler) return;
    if (model.path && same_root(*model.path)) {
      registration.path.clear();
      registration.path_known = false;
      if (const auto path = at(*model.path)) {
        set_text(program_.constant_of(path->function, path->local), registration);
        registration.span = path->span;
      }
    }
    std::vector<std::string> methods;
    if (model.method_at && same_root(*model.method_at)) {
      if (const auto method = at(*model.method_at)) {
        add_methods(program_.constant_of(method->function, method->local), methods);
      }
    }
    if (methods.empty()) methods = methods_of(site, symbol, model);
    std::vector<Handler> chain;
    for (const ir::AccessPath& guards : model.guards) {
      if (!same_root(guards)) {
        add_chain(site, guards, chain);
      } else if (const auto place = at(guards)) {
        for (const Place& element : opened(program_, codes_, *place)) {
          // `{method: isLeader, assign: "leader"}`
          static const Name kMethod = Name::of("method");
          const auto inner = member_of(program_, codes_, element, std::span(&kMethod, 1));
          chain.push_back(handler_at(program_, codes_, inner ? *inner : element));
        }
      }
    }
    for (const Place& element : opened(program_, codes_, *handler)) {
      chain.push_back(handler_at(program_, codes_, element));
    }
    if (model.options) {
      const auto options = model.options->fields.empty() ? std::optional<Place>(holder) : at(*model.options);
      if (options) registration.options = option_guards(program_, codes_, *registration.framework, *options);
    }
    push_chain(std::move(registration), std::move(chain), methods);
  }

  /// `new ApolloServer({resolvers: {Query: {users: …}}})`: each key answers.
  void add_resolvers(const Registration& by_call) {
    const RouteModel& model = *by_call.route;
    if (!model.handlers) return;
    static const Name kResolve = Name::of("resolve");
    for (const Place& place : places_at(program_, codes_, by_call.site, *model.handlers)) {
      Registration registration = by_call;
      registration.path = std::string(place.key.text());
      registration.span = place.span;
      const auto inner = member_of(program_, codes_, place, std::span(&kResolve, 1));
      registration.handler = handler_at(program_, codes_, inner ? *inner : place);
      registration.guards = registration.handler.wrappers;
      if (!registration.handler.function.valid()) continue;
      const ir::Function& function = program_.function(registration.handler.function);
      if (function.name_span.valid()) registration.span = function.name_span;
      push_route(registration, model.method.empty() ? "*" : std::string(model.method.text()));
    }
  }

  /// `app.add_api("openapi.yaml")`: each operation of the document is a route.
  void add_described_by_document(const Registration& by_call) {
    const RouteModel& model = *by_call.route;
    const program::Constant name = program_.constant_at(by_call.site, *model.document);
    const bool named = name.kind == program::Constant::Kind::Text;
    std::string prefix;
    if (model.path) {
      const program::Constant path = program_.constant_at(by_call.site, *model.path);
      if (path.kind == program::Constant::Kind::Text) prefix = std::string(path.text.text());
    }
    for (DescribedRoute& route : described_routes(program_, *by_call.framework, named ? name.text.text() : "")) {
      Registration registration = by_call;
      registration.path = prefix.empty() ? route.path : joined(prefix, route.path);
      registration.path_known = true;
      registration.handler = handler_of_function(route.handler);
      registration.options = std::move(route.options);
      registration.span = registration.handler.span;
      push_route(registration, route.method);
    }
  }

  static bool is_among(Name name, const std::vector<Name>& names) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  /// `router.get("/x"`: the call up to its first argument, since handlers may be long.
  Span head_of(const Site& site, const ir::Instruction& call) const {
    const auto operands = operands_of(program_.function(site.function), call);
    Span head = call.span;
    if (!operands.empty() && operands[0].span.file == head.file && operands[0].span.end <= head.end &&
        operands[0].span.end > head.begin) {
      head.end = operands[0].span.end;
    }
    return head;
  }

  void set_path(const Site& site, const RouteModel& route, Registration& registration) {
    if (!route.path || program_.argument_of(site, *route.path) == ir::kNone) return;
    registration.path_known = false;
    set_text(program_.constant_at(site, *route.path), registration);
  }

  /// The path as far as it is known; of several the first.
  static void set_text(const program::Constant& path, Registration& registration) {
    const program::Constant* text = &path;
    if (path.kind == program::Constant::Kind::List && path.at(0) != nullptr) text = path.at(0);
    registration.path_known = text->kind == program::Constant::Kind::Text;
    if (registration.path_known || (text->kind == program::Constant::Kind::Unknown && !text->text.empty())) {
      registration.path = std::string(text->text.text());
    }
  }

  static void add_methods(const program::Constant& at, std::vector<std::string>& methods) {
    if (at.kind == program::Constant::Kind::Text) methods.push_back(upper(at.text.text()));
    for (const auto& [index, item] : at.entries) {
      if (item.kind == program::Constant::Kind::Text) methods.push_back(upper(item.text.text()));
    }
  }

  std::vector<std::string> methods_of(const Site& site, Name symbol, const RouteModel& route) {
    std::vector<std::string> methods;
    if (route.method_at) add_methods(program_.constant_at(site, *route.method_at), methods);
    if (!methods.empty()) return methods;
    if (route.method == Name::of("name")) {
      const std::string_view text = symbol.text();
      std::string method = upper(text.substr(text.rfind('.') + 1));
      if (method.starts_with("ADD_")) method = method.substr(4);
      if (method == "FIELD") method = "QUERY";
      if (method == "DEL") method = "DELETE";
      if (method == "ALL" || method == "ANY") method = "*";
      return {method};
    }
    return {route.method.empty() ? "*" : std::string(route.method.text())};
  }

  void set_decorated(const Decorated& decorated, Registration& registration) {
    registration.handler.function = decorated.function;
    registration.handler.class_id = decorated.class_id;
    if (decorated.function.valid()) {
      const ir::Function& function = program_.function(decorated.function);
      registration.handler.in = decorated.function;
      registration.handler.span = function.name_span;
      registration.span = function.name_span;
      if (function.owner == ir::kNone) return;
      registration.view = owner_of(decorated.function);
      if (registration.router.kind == RouterKey::Kind::None) {
        registration.router = {RouterKey::Kind::Class, registration.view.value, {}};
      }
      set_class_prefix(registration);
    } else {
      registration.span = program_.class_of(decorated.class_id).name_span;
    }
  }

  ClassId owner_of(FunctionId function) const {
    const ir::ClassIndex owner = program_.function(function).owner;
    const program::ModuleId module = program_.module_of(function);
    for (std::uint32_t c = 0; c < program_.n_classes(); ++c) {
      const ClassId id{c};
      if (program_.module_of(id) == module &&
          &program_.class_of(id) == &program_.module(module).classes[owner]) {
        return id;
      }
    }
    return {};
  }

  /// `@Controller("users")` above the class gives the beginning of its routes' paths.
  void set_class_prefix(Registration& registration) {
    if (registration.route->class_path.empty() || !registration.view.valid()) return;
    const FunctionId parent = program_.class_parent(registration.view);
    for (const ir::Annotation& annotation : program_.class_of(registration.view).annotations) {
      const program::Constant call = program_.constant_of(parent, annotation.value);
      if (call.kind != program::Constant::Kind::Call || call.text != registration.route->class_path) continue;
      const program::Constant* path = call.at(0);
      if (path == nullptr) return;
      if (path->kind == program::Constant::Kind::Map) path = path->find("path");
      if (path != nullptr && path->kind == program::Constant::Kind::Text) {
        registration.path = joined(path->text.text(), registration.path);
      }
      return;
    }
  }

  void push_route(Registration registration, const std::string& method) {
    registration.method = method;
    // A table of URLs only lists; what a reader must change is the view.
    const FunctionId view = registration.handler.function;
    if (registration.router.kind == RouterKey::Kind::Module && view.valid() &&
        registration.route->form != RouteModel::Form::Decorator && program_.function(view).name_span.valid()) {
      registration.span = program_.function(view).name_span;
    }
    if (registration.handler.class_id.valid()) {
      push_class(registration);
      return;
    }
    push_view(std::move(registration));
  }

  /// `@api_view(["GET", "PUT"])`, `@require_POST` above a function say which methods it answers, and may make
  /// it a view of another framework than the one that lists its path.
  void push_view(Registration registration) {
    std::vector<std::string> methods;
    const FunctionId handler = registration.handler.function;
    const ir::Function* function = handler.valid() ? &program_.function(handler) : nullptr;
    const bool is_view = function != nullptr && function->parent != ir::kNone && !views_.empty() &&
                         registration.route->form != RouteModel::Form::Decorator;
    for (std::size_t i = 0; is_view && i < function->annotations.size(); ++i) {
      const FunctionId parent = program_.function_id(program_.module_of(handler), function->parent);
      const program::Constant value = program_.constant_of(parent, function->annotations[i].value);
      const auto found = views_.find(value.text);
      if (found == views_.end()) continue;
      const Meaning& meaning = found->second.front();
      registration.framework = meaning.framework;
      if (!meaning.route->method.empty()) methods = {std::string(meaning.route->method.text())};
      const ir::Instruction* made = codes_.of(parent).origin(function->annotations[i].value);
      if (!meaning.route->method_at || made == nullptr || made->op != ir::Op::Call) continue;
      methods = methods_of(codes_.of(parent).definition_site(made->result), value.text, *meaning.route);
    }
    if (methods.empty() || registration.method != "*") methods = {registration.method};
    for (const std::string& method : methods) {
      registration.method = method;
      out_.push_back(registration);
    }
  }

  /// A view class stands for the methods that answer: its own, and what its base answers by itself.
  void push_class(const Registration& by_class) {
    const ClassId view = by_class.handler.class_id;
    const Meaning* form = class_form_of(view);
    if (form == nullptr) {
      if (by_class.route->form == RouteModel::Form::Decorator) return;  // the decorator has another use here
      out_.push_back(by_class);
      out_.back().view = view;
      return;
    }
    const RouteModel& route = *form->route;
    const std::map<Name, std::string, NameLess> chosen = chosen_methods(by_class);
    std::set<std::pair<std::string, std::string>> answered;  // method and path
    const auto base = [&] {
      Registration registration = by_class;
      registration.route = &route;
      registration.framework = form->framework;
      registration.view = view;
      return registration;
    };
    const auto add_method = [&](FunctionId method, std::string http, const std::string& path) {
      Registration registration = base();
      registration.handler.function = method;
      registration.span = program_.function(method).name_span;
      registration.method = std::move(http);
      if (!path.empty()) registration.path = joined(registration.path, path);
      if (answered.emplace(registration.method, registration.path).second) out_.push_back(std::move(registration));
    };
    for (const Name name : route.methods) {
      const FunctionId method = program_.find_method(view, name);
      if (!method.valid()) continue;
      if (!chosen.empty()) {
        if (const auto as = chosen.find(name); as != chosen.end()) add_method(method, as->second, {});
        continue;
      }
      const RouteModel::Operation* operation = operation_of(route, name);
      const std::string http = http_method(operation, name, names_methods(by_class) ? by_class.method : "*");
      if (!http.empty()) add_method(method, http, operation != nullptr ? operation->path : std::string());
    }
    if (!route.actions.empty()) add_actions(view, route, chosen, add_method);
    for (const RouteModel::Operation& operation : route.operations) {
      if (!answers(view, operation)) continue;
      Registration registration = base();
      registration.handler.function = {};
      registration.operation = &operation;
      registration.method = operation.http;
      if (!chosen.empty()) {
        const auto as = chosen.find(operation.method);
        if (as == chosen.end()) continue;
        registration.method = as->second;
      } else if (!operation.path.empty()) {
        registration.path = joined(registration.path, operation.path);
      }
      registration.span = program_.class_of(view).name_span;
      if (answered.emplace(registration.method, registration.path).second) out_.push_back(std::move(registration));
    }
  }

  /// `View.as_view({"get": "list"})` → list: GET. Empty when the call names none.
  std::map<Name, std::string, NameLess> chosen_methods(const Registration& by_class) const {
    std::map<Name, std::string, NameLess> chosen;
    if (!by_class.handler.call.function.valid()) return chosen;
    const program::Constant map = program_.constant_at(by_class.handler.call, ir::AccessPath{});
    if (map.kind != program::Constant::Kind::Map) return chosen;
    for (const auto& [http, name] : map.entries) {
      if (name.kind == program::Constant::Kind::Text) chosen.emplace(name.text, upper(http.text()));
    }
    return chosen;
  }

  /// `@action(detail=True, methods=["post"], url_path="x")` above methods of the view.
  template <class Add>
  void add_actions(ClassId view, const RouteModel& route, const std::map<Name, std::string, NameLess>& chosen,
                   const Add& add) {
    const program::ModuleId module = program_.module_of(view);
    const FunctionId parent = program_.class_parent(view);
    for (const ir::FunctionIndex index : program_.class_of(view).methods) {
      const FunctionId method = program_.function_id(module, index);
      const ir::Function& function = program_.function(method);
      for (const ir::Annotation& annotation : function.annotations) {
        const program::Constant call = program_.constant_of(parent, annotation.value);
        if (call.kind != program::Constant::Kind::Call ||
            std::find(route.actions.begin(), route.actions.end(), call.text) == route.actions.end()) {
          continue;
        }
        if (const auto as = chosen.find(function.name); as != chosen.end()) {
          add(method, as->second, {});
          continue;
        }
        if (!chosen.empty()) continue;
        std::string path(function.name.text());
        if (const auto* own = call.find("url_path"); own != nullptr && own->kind == program::Constant::Kind::Text) {
          path = std::string(own->text.text());
        }
        const auto* detail = call.find("detail");
        if (detail != nullptr && (detail->text.text() == "True" || detail->text.text() == "true")) {
          path = "<pk>/" + path;
        }
        bool any = false;
        if (const auto* methods = call.find("methods")) {
          for (const auto& [at, item] : methods->entries) {
            if (item.kind != program::Constant::Kind::Text) continue;
            add(method, upper(item.text.text()), path);
            any = true;
          }
        }
        if (!any) add(method, "GET", path);
      }
    }
  }

  /// False for `@blp.route("/members")` above a class: a default method is one of functions.
  bool names_methods(const Registration& route) const {
    const RouteModel& model = *route.route;
    if (!model.method_at || !route.site.function.valid()) return true;
    std::vector<std::string> methods;
    add_methods(program_.constant_at(route.site, *model.method_at), methods);
    return !methods.empty();
  }

  /// True if the base class of the view answers the operation by itself.
  bool answers(ClassId view, const RouteModel::Operation& operation) const {
    if (operation.bases.empty()) return true;
    for (const Name base : program_.library_bases(view)) {
      for (const Name symbol : program_.rules().type_chain(base)) {
        if (std::find(operation.bases.begin(), operation.bases.end(), symbol) != operation.bases.end()) return true;
      }
    }
    return false;
  }

  static const RouteModel::Operation* operation_of(const RouteModel& route, Name method) {
    for (const RouteModel::Operation& operation : route.operations) {
      if (operation.method == method) return &operation;
    }
    return nullptr;
  }

  static std::string http_method(const RouteModel::Operation* operation, Name method, const std::string& asked) {
    if (operation != nullptr) return operation->http;
    static constexpr std::string_view kVerbs[] = {"get", "post", "put", "patch", "delete", "head", "options"};
    const bool verb = std::find(std::begin(kVerbs), std::end(kVerbs), method.text()) != std::end(kVerbs);
    const std::string own = verb ? upper(method.text()) : "*";
    if (asked == "*" || !verb || asked == own) return own;
    return {};
  }

  const Meaning* class_form_of(ClassId view) const {
    for (const Name base : program_.library_bases(view)) {
      for (const Name symbol : program_.rules().type_chain(base)) {
        const auto found = class_forms_.find(symbol);
        if (found != class_forms_.end()) return &found->second;
      }
    }
    return nullptr;
  }

  /// `@login_required`-like decorators without a call are no routes; `@app.get` always is a call.
  /// Python also allows `@router.get` style names bound to functions without parentheses.
  void visit_plain_decorators() {
    for (const auto& [place, decorated] : decorated_) {
      const FunctionId parent{static_cast<std::uint32_t>(place >> 32)};
      const auto local = static_cast<ir::LocalIndex>(place & 0xFFFFFFFFu);
      const ir::Instruction* made = codes_.of(parent).origin(local);
      if (made != nullptr && made->op == ir::Op::Call) continue;
      const Name symbol = program_.symbol_of(parent, local);
      if (symbol.empty()) continue;
      const auto* meanings = meanings_of(symbol);
      if (meanings == nullptr) continue;
      for (const Meaning& meaning : *meanings) {
        if (meaning.middleware != nullptr && decorated.function.valid()) {
          add_plain_middleware(parent, made, meaning, decorated);
        } else if (meaning.route != nullptr && meaning.route->form == RouteModel::Form::Decorator) {
          Registration registration;
          registration.framework = meaning.framework;
          registration.route = meaning.route;
          registration.method = meaning.route->method.empty() ? "*" : std::string(meaning.route->method.text());
          set_decorated(decorated, registration);
          if (!is_in_named_class(registration)) continue;
          if (meaning.route->path_from.text() == "name" && registration.handler.function.valid()) {
            registration.path = std::string(program_.function(registration.handler.function).name.text());
          }
          if (registration.method == "name") registration.method = last_member_upper(symbol);
          push_route(registration, registration.method);
        }
      }
    }
  }

  static std::string last_member_upper(Name symbol) {
    const std::string_view text = symbol.text();
    const std::string method = upper(text.substr(text.rfind('.') + 1));
    return method == "FIELD" ? "QUERY" : method;
  }

  /// False for a decorator that answers only in classes of certain names, `Query` and `UserQueries`, in another.
  bool is_in_named_class(const Registration& registration) const {
    const std::vector<Name>& names = registration.route->exports;
    if (names.empty() || !registration.view.valid()) return names.empty();
    const std::string_view own = program_.class_of(registration.view).name.text();
    return std::any_of(names.begin(), names.end(), [&](Name name) { return own.find(name.text()) != std::string_view::npos; });
  }

  /// `@app.before_request` above a function.
  void add_plain_middleware(FunctionId parent, const ir::Instruction* made, const Meaning& meaning,
                            const Decorated& decorated) {
    Registration registration;
    registration.kind = Registration::Kind::Middleware;
    registration.framework = meaning.framework;
    registration.ordered = meaning.middleware->ordered;
    registration.every_module = meaning.middleware->every_module;
    registration.span = program_.function(decorated.function).name_span;
    if (made != nullptr && made->op == ir::Op::Load) {
      registration.router = router_among(program_.refs(parent, made->a));
    }
    Handler handler;
    handler.in = decorated.function;
    handler.function = decorated.function;
    handler.span = registration.span;
    handler.text = std::string(program_.function(decorated.function).name.text());
    registration.guards.push_back(std::move(handler));
    out_.push_back(std::move(registration));
  }

  // --- mounts and middleware ---

  /// `Api(blueprint)`: what the call makes hangs on one of its arguments.
  void add_made(const Site& site, const ir::Instruction& call, const Meaning& meaning) {
    const ir::LocalIndex at = program_.argument_of(site, *meaning.mount->parent);
    if (at == ir::kNone) return;
    Registration registration;
    registration.kind = Registration::Kind::Mount;
    registration.router = router_among(program_.refs(site.function, at));
    registration.child = router_among(program_.refs(site.function, call.result));
    if (registration.router.kind == RouterKey::Kind::None || registration.child.kind != RouterKey::Kind::Object ||
        registration.router == registration.child) {
      return;
    }
    registration.site = site;
    registration.framework = meaning.framework;
    registration.span = call.span;
    if (meaning.mount->prefix) set_text(program_.constant_at(site, *meaning.mount->prefix), registration);
    if (meaning.mount->guards) add_chain(site, *meaning.mount->guards, registration.guards);
    out_.push_back(std::move(registration));
  }

  /// `app.setGlobalPrefix("api")`.
  void add_prefix(const Site& site, const ir::Instruction& call, const Meaning& meaning) {
    if (!meaning.mount->prefix) return;
    Registration registration;
    registration.kind = Registration::Kind::Mount;
    registration.site = site;
    registration.framework = meaning.framework;
    registration.every_module = true;
    registration.span = call.span;
    set_text(program_.constant_at(site, *meaning.mount->prefix), registration);
    out_.push_back(std::move(registration));
  }

  /// True if a router was mounted.
  bool add_mount(const Site& site, const ir::Instruction& call, const Framework* framework,
                 const MountModel* mount, const MiddlewareModel* middleware) {
    std::string prefix;
    bool known = true;
    const auto& at = mount != nullptr && mount->prefix ? mount->prefix
                     : middleware != nullptr           ? middleware->prefix
                                                       : std::optional<ir::AccessPath>{};
    if (at) {
      const program::Constant text = program_.constant_at(site, *at);
      if (text.kind == program::Constant::Kind::Text) prefix = std::string(text.text.text());
    }
    Registration base;
    base.router = router_of(site, call);
    base.site = site;
    base.framework = framework;
    base.path = prefix;
    base.path_known = known;
    base.span = call.span;
    std::vector<Handler> before;
    if (mount != nullptr && mount->guards) before = chain_at(program_, codes_, site, mount->guards);
    if (middleware != nullptr && middleware->guard) {
      Handler handler;
      handler.in = site.function;
      handler.call = site;
      handler.span = call.span;
      handler.text = std::string(program_.sources().text(call.span).substr(0, 60));
      handler.guard = &*middleware->guard;
      before.push_back(std::move(handler));
    }
    if (mount != nullptr && mount->entries) {
      const ir::LocalIndex list = program_.argument_of(site, mount->child);
      const RouterKey entries = list == ir::kNone ? RouterKey{} : list_router(site, list);
      if (entries.kind != RouterKey::Kind::None) {
        Registration registration = base;
        registration.kind = Registration::Kind::Mount;
        registration.child = entries;
        registration.guards = before;
        out_.push_back(std::move(registration));
        return true;
      }
    }
    const bool middleware_only = mount == nullptr;
    const ir::AccessPath& children = middleware_only ? middleware->handler : mount->child;
    bool mounted = false;
    const bool read_children = !middleware_only || !middleware->guard;
    for (const ir::LocalIndex local : read_children ? locals_at(program_, site, children)
                                                    : std::vector<ir::LocalIndex>{}) {
      if (mount != nullptr && mount->plugin) {
        mounted = add_plugin(base, site, local, before) || mounted;
        continue;
      }
      const RouterKey child = middleware_only ? RouterKey{}
                              : children.root == ir::AccessPath::Root::Return
                                  ? router_among(program_.refs(site.function, call.result))
                                  : child_router(site, local);
      if (child.kind != RouterKey::Kind::None && !(child == base.router)) {
        Registration registration = base;
        registration.kind = Registration::Kind::Mount;
        registration.child = child;
        registration.guards = before;
        out_.push_back(std::move(registration));
        mounted = true;
        continue;
      }
      const Span span = operand_span(program_, site, local);
      Handler handler = handler_of(program_, codes_, site.function, local, span);
      if (literal_text(codes_.of(site.function), local).empty()) before.push_back(std::move(handler));
    }
    if (mounted || middleware == nullptr) return mounted;
    const auto decorated = decorated_.find(key(site.function, call.result));
    if (decorated != decorated_.end() && decorated->second.function.valid()) {
      before = {handler_of_function(decorated->second.function)};
    }
    if (before.empty()) return false;
    Registration registration = base;
    registration.kind = Registration::Kind::Middleware;
    registration.exact = middleware->exact && !registration.path.empty() && !registration.path.ends_with('*');
    registration.ordered = middleware->ordered;
    registration.every_module = middleware->every_module;
    registration.guards = std::move(before);
    out_.push_back(std::move(registration));
    return false;
  }

  /// `app.register(routes, {prefix: "/x"})`: the function's own router.
  bool add_plugin(const Registration& base, const Site& site, ir::LocalIndex local,
                  const std::vector<Handler>& before) {
    const Handler handler = handler_of(program_, codes_, site.function, local, operand_span(program_, site, local));
    // `fp(routes)` shares the router of who registers it.
    if (!handler.function.valid() || !handler.wrappers.empty()) return false;
    Registration registration = base;
    registration.kind = Registration::Kind::Mount;
    registration.child = {RouterKey::Kind::Function, handler.function.value, {}};
    registration.guards = before;
    out_.push_back(std::move(registration));
    return true;
  }

  Handler handler_of_function(FunctionId id) const {
    Handler handler;
    handler.in = id;
    handler.function = id;
    handler.span = program_.function(id).name_span;
    handler.text = std::string(program_.function(id).name.text());
    return handler;
  }

  /// A router value, or a module named by its dotted name (`include("members.urls")`).
  RouterKey child_router(const Site& site, ir::LocalIndex local) {
    const RouterKey by_value = router_among(program_.refs(site.function, local));
    if (by_value.kind != RouterKey::Kind::None) return by_value;
    const Code& code = codes_.of(site.function);
    const std::string_view text = literal_text(code, local);
    if (!text.empty()) return module_router(text);
    const ir::Instruction* made = code.origin(local);
    if (const RouterKey list = list_router(site, local); list.kind != RouterKey::Kind::None) return list;
    if (made == nullptr) return {};
    if (made->op == ir::Op::Call && !program_.callees(code.definition_site(made->result)).symbols.empty()) {
      // `include(…)` as an argument of `path`: look through it once.
      const auto operands = operands_of(code.function(), *made);
      if (operands.empty()) return {};
      return included(site, code, operands[0].value);
    }
    // `router.routes()`, `router.urls`: the router is the receiver.
    return receiver_router(site, made);
  }

  RouterKey receiver_router(const Site& site, const ir::Instruction* made) const {
    if (made == nullptr || (made->op != ir::Op::Call && made->op != ir::Op::Load)) return {};
    const RouterKey receiver = router_among(program_.refs(site.function, made->a));
    // `views.profile` is no router, though `views` is a module.
    return receiver.kind == RouterKey::Kind::Module ? RouterKey{} : receiver;
  }

  /// `"x.urls"`, a module, a router's `urls`, a list of entries, a tuple of one of these and a name.
  RouterKey included(const Site& site, const Code& code, ir::LocalIndex local) {
    for (int i = 0; i < 3; ++i) {
      const std::string_view text = literal_text(code, local);
      if (!text.empty()) return module_router(text);
      const ir::Instruction* made = code.origin(local);
      if (made == nullptr || made->op != ir::Op::Construct ||
          made->container_kind() != ir::ContainerKind::Tuple) {
        break;
      }
      const auto operands = operands_of(code.function(), *made);
      if (operands.empty()) return {};
      local = operands[0].value;
    }
    const RouterKey known = router_among(program_.refs(site.function, local));
    if (known.kind != RouterKey::Kind::None) return known;
    if (const RouterKey receiver = receiver_router(site, code.origin(local));
        receiver.kind != RouterKey::Kind::None) {
      return receiver;
    }
    return list_router(site, local);
  }

  /// A list of entries, here or in another module: `Mount("/members", routes=members.routes)`.
  RouterKey list_router(const Site& site, ir::LocalIndex local) {
    for (const Ref& ref : program_.refs(site.function, local)) {
      if (ref.kind != Ref::Kind::Object) continue;
      const Site written = program_.site_of(program::ObjectId{ref.id});
      if (!written.function.valid()) continue;
      const ir::Instruction& construct = instruction_at(program_, written);
      if (construct.op != ir::Op::Construct || (construct.container_kind() != ir::ContainerKind::List &&
                                                construct.container_kind() != ir::ContainerKind::Tuple)) {
        continue;
      }
      const RouterKey list{RouterKey::Kind::List, ref.id, {}};
      lists_[ref.id] = written;
      return list;
    }
    return {};
  }

  /// Entries of a list that `include` mounts belong to that list, not to their module.
  void move_to_lists() {
    std::unordered_map<std::uint64_t, RouterKey> list_of;  // by place of the entry's value
    for (const auto& [id, site] : lists_) {
      if (!site.function.valid()) continue;
      const Code& code = codes_.of(site.function);
      const ir::Instruction& list = instruction_at(program_, site);
      for (const ir::Operand& operand : operands_of(code.function(), list)) {
        const ir::Instruction* made = code.origin(operand.value);
        if (made != nullptr) list_of[key(site.function, made->result)] = {RouterKey::Kind::List, id, {}};
      }
    }
    for (Registration& registration : out_) {
      if (registration.router.kind != RouterKey::Kind::Module || !registration.site.function.valid()) continue;
      const ir::Instruction& call = instruction_at(program_, registration.site);
      const auto found = list_of.find(key(registration.site.function, call.result));
      if (found != list_of.end()) registration.router = found->second;
    }
  }

  RouterKey module_router(std::string_view dotted) const {
    if (dotted.find('.') == std::string_view::npos && dotted.find('/') != std::string_view::npos) return {};
    const program::ModuleId module = module_named(program_, dotted);
    if (!module.valid()) return {};
    return {RouterKey::Kind::Module, module.value, {}};
  }

  /// The router a call registers on: its receiver; a module for URL tables.
  RouterKey router_of(const Site& site, const ir::Instruction& call) const {
    if (!call.name.empty()) {
      const RouterKey key = router_among(program_.refs(site.function, call.a));
      if (key.kind == RouterKey::Kind::Object || key.kind == RouterKey::Kind::Type) return key;
    }
    return {RouterKey::Kind::Module, program_.module_of(site.function).value, {}};
  }

  RouterKey router_among(std::span<const Ref> refs) const {
    RouterKey by_type;
    for (const Ref& ref : refs) {
      if (ref.kind == Ref::Kind::Module) return {RouterKey::Kind::Module, ref.id, {}};
      if (ref.kind != Ref::Kind::OfType) continue;
      const rule::TypeModel* type = program_.rules().find_type(ref.name);
      if (type == nullptr || !type->identity) continue;
      if (ref.id != 0) return {RouterKey::Kind::Object, ref.id, ref.name};
      by_type = {RouterKey::Kind::Type, 0, ref.name};
    }
    return by_type;
  }

  const Program& program_;
  Codes& codes_;
  std::unordered_map<Name, std::vector<Meaning>> meanings_;
  std::unordered_map<Name, std::vector<Meaning>> views_;  // decorators that make functions views
  std::unordered_map<Name, Meaning> class_forms_;
  std::unordered_map<Name, Meaning> providers_;
  std::unordered_map<std::uint64_t, Decorated> decorated_;
  std::map<std::uint32_t, Site> lists_;  // lists of entries that `include` mounts
  std::vector<Registration> out_;
};

}  // namespace

std::vector<Registration> collect_registrations(const Program& program, Codes& codes) {
  return Collector(program, codes).run();
}

}  // namespace privet::access
