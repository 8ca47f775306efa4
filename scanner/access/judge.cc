#include <algorithm>
#include <optional>

#include "access/dotted.h"
#include "access/guards.h"
#include "access/operands.h"
#include "access/words.h"

// Elements of a chain, decorators, mixins, class fields, parameters and settings as guards.

namespace privet::access {
namespace {

using rule::Guard;
using rule::GuardForm;

constexpr std::size_t kMostBodies = 8;
constexpr int kMostDependencies = 8;

/// `"GET,DELETE"` → both.
std::vector<std::string> split_methods(std::string_view text) {
  std::vector<std::string> methods;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    methods.push_back(upper(text.substr(0, comma)));
    std::erase(methods.back(), ' ');
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return methods;
}

}  // namespace

SeenGuard seen(const Guard& guard, std::string name, Span span) {
  SeenGuard result;
  result.kind = guard.kind;
  result.mode = guard.mode;
  result.effective = guard.mode == Guard::Mode::Required;
  if (guard.mode == Guard::Mode::Optional) result.why_not = "lets callers without a login pass";
  result.name = std::move(name);
  result.span = span;
  return result;
}

SeenGuard unknown_guard(const Handler& handler) {
  SeenGuard result;
  result.mode = Guard::Mode::Unknown;
  result.name = handler.text;
  result.span = handler.span;
  result.function = handler.function;
  result.why_not = "what it checks is not understood";
  return result;
}

bool Guards::names_a_guard(std::string_view text) const {
  // A function that is written in place has no name: its code says what it does.
  const bool in_place = text.starts_with('(') || text.starts_with("async ") || text.starts_with("function");
  return !in_place && guard_words(text);
}

const GuardForm* Guards::form_of(Name symbol, GuardForm::Form form, const Site* call) const {
  const auto find = [&](Name name) -> const GuardForm* {
    const auto found = forms_.find(name);
    if (found == forms_.end()) return nullptr;
    for (const GuardForm* candidate : found->second) {
      if (candidate->form == form && (call == nullptr || program_.holds(*call, candidate->when))) return candidate;
    }
    return nullptr;
  };
  if (symbol.empty()) return nullptr;
  if (const GuardForm* exact = find(symbol)) return exact;
  const std::string_view text = symbol.text();
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return nullptr;
  for (const Name type : program_.rules().type_chain(Name::of(text.substr(0, dot)))) {
    if (const GuardForm* by_type = find(Name::of(std::string(type.text()) + std::string(text.substr(dot))))) {
      return by_type;
    }
  }
  return nullptr;
}

namespace {

/// A guard that the project's configuration names: `can` is `can`, `policy.can` and `can("edit")`.
std::optional<Guard> configured_guard(const rule::Config& config, std::string_view text) {
  static constexpr std::pair<std::string_view, Guard::Kind> kKinds[] = {
      {"authn", Guard::Kind::Authn},     {"authz", Guard::Kind::Authz},
      {"owner", Guard::Kind::Owner},     {"rate", Guard::Kind::Rate},
      {"csrf", Guard::Kind::Csrf},       {"consent", Guard::Kind::Consent},
      {"signature", Guard::Kind::Signature}, {"captcha", Guard::Kind::Captcha}};
  text = text.substr(0, text.find('('));
  for (const auto& [kind, names] : config.guards) {
    for (const std::string& name : names) {
      const bool same = text == name || (text.ends_with(name) && text[text.size() - name.size() - 1] == '.');
      if (name.empty() || !same) continue;
      for (const auto& [word, value] : kKinds) {
        if (word != kind) continue;
        Guard guard;
        guard.kind = value;
        return guard;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<SeenGuard> Guards::by_model(const Handler& handler) {
  std::vector<SeenGuard> out;
  if (handler.guard != nullptr) return {seen(*handler.guard, handler.text, handler.span)};
  if (const auto guard = configured_guard(program_.rules().config(), handler.text)) {
    return {seen(*guard, handler.text, handler.span)};
  }
  std::vector<Name> symbols;
  if (!handler.symbol.empty()) symbols.push_back(handler.symbol);
  if (handler.call.function.valid()) {
    const program::Callees& callees = program_.callees(handler.call);
    symbols.insert(symbols.end(), callees.symbols.begin(), callees.symbols.end());
  }
  for (const Name symbol : symbols) {
    for (const GuardForm::Form form : {GuardForm::Form::Call, GuardForm::Form::Decorator}) {
      const GuardForm* found = form_of(symbol, form, handler.call.function.valid() ? &handler.call : nullptr);
      if (found == nullptr) continue;
      SeenGuard guard = seen(found->guard, handler.text, handler.span);
      if (found->opens) {
        guard.mode = Guard::Mode::Optional;
        guard.effective = false;
        guard.why_not = "opens the route to everyone";
      }
      out.push_back(std::move(guard));
      return out;
    }
    for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
      if (!model->guard) continue;
      if (handler.call.function.valid() && !program_.holds(handler.call, model->when)) continue;
      out.push_back(seen(*model->guard, handler.text, handler.span));
      return out;
    }
  }
  // `user_passes_test(lambda user: …)`: the call around the function.
  for (const Handler& wrapper : handler.wrappers) {
    out = by_model(wrapper);
    if (out.empty()) continue;
    if (out[0].kind == Guard::Kind::Authz && asks_only_for_login(handler.function)) out[0].kind = Guard::Kind::Authn;
    return out;
  }
  return out;
}

/// `lambda user: user.is_authenticated`
bool Guards::asks_only_for_login(FunctionId id) {
  if (!id.valid()) return false;
  const Code& code = codes_.of(id);
  bool asks = false;
  for (const ir::Block& block : code.function().blocks) {
    if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
    const ir::Instruction* made = code.origin(block.end.value);
    if (made == nullptr || made->op != ir::Op::Load || !login_words(made->name.text())) return false;
    asks = true;
  }
  return asks;
}

/// `def staff_only(): return user_passes_test(…)`: a function that gives back a guard of a library.
void Guards::add_made_by(const std::vector<FunctionId>& bodies, std::vector<SeenGuard>& out) {
  for (const FunctionId body : bodies) {
    const Code& code = codes_.of(body);
    for (const ir::Block& block : code.function().blocks) {
      if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
      const ir::Instruction* made = code.origin(block.end.value);
      if (made == nullptr || made->op != ir::Op::Call) continue;
      for (SeenGuard& guard : by_model(handler_of(program_, codes_, body, block.end.value, made->span))) {
        if (guard.effective) out.push_back(std::move(guard));
      }
    }
  }
}

std::vector<SeenGuard> Guards::by_body(const Handler& handler) {
  if (handler.class_id.valid() && !handler.function.valid()) return by_class(handler);
  // The function itself and functions it makes (`authorize("admin")` returns one; a decorator wraps).
  std::vector<FunctionId> bodies;
  const auto add_nested = [&](FunctionId outer) {
    const std::size_t first = bodies.size();
    bodies.push_back(outer);
    const program::ModuleId module = program_.module_of(outer);
    const std::size_t n = program_.module(module).functions.size();
    for (std::size_t i = first; i < bodies.size() && bodies.size() < kMostBodies; ++i) {
      const ir::FunctionIndex parent = program_.ref_of(bodies[i]).index;
      for (ir::FunctionIndex f = parent + 1; f < n && bodies.size() < kMostBodies; ++f) {
        if (program_.module(module).functions[f].parent == parent) {
          bodies.push_back(program_.function_id(module, f));
        }
      }
    }
  };
  if (handler.function.valid()) add_nested(handler.function);
  if (handler.call.function.valid()) {
    for (const FunctionId callee : program_.callees(handler.call).functions) {
      if (std::find(bodies.begin(), bodies.end(), callee) == bodies.end()) add_nested(callee);
    }
  }
  std::vector<SeenGuard> out;
  add_bodies(handler, bodies, out);
  if (out.empty()) add_made_by(bodies, out);
  // What it demands of the framework, and the decorators it carries, are checks too.
  for (const FunctionId body : bodies) {
    add_parameters(body, 0, out);
    if (program_.function(body).annotations.empty() || program_.function(body).parent == ir::kNone) continue;
    const FunctionId parent = program_.function_id(program_.module_of(body), program_.function(body).parent);
    for (const ir::Annotation& annotation : program_.function(body).annotations) {
      const Handler inner = handler_of(program_, codes_, parent, annotation.value, annotation.span);
      for (SeenGuard& guard : by_model(inner)) {
        if (guard.effective) out.push_back(std::move(guard));
      }
    }
  }
  if (out.empty()) add_composed(handler, out);
  if (out.empty() && names_a_guard(handler.text)) {
    SeenGuard guard = unknown_guard(handler);
    const bool looked = std::any_of(bodies.begin(), bodies.end(), [&](FunctionId body) {
      return !program_.function(body).is_abstract;
    });
    if (looked) {
      // We read its body and found no way that turns a caller away.
      guard.mode = Guard::Mode::Optional;
      guard.why_not = "no way in it turns a caller away";
    }
    out.push_back(std::move(guard));
  }
  return out;
}

void Guards::add_bodies(const Handler& handler, const std::vector<FunctionId>& bodies,
                        std::vector<SeenGuard>& out) {
  for (const FunctionId body : bodies) {
    const ir::Function& function = program_.function(body);
    if (function.is_abstract) continue;
    const auto add = [&](Guard::Kind kind) {
      const bool same = std::any_of(out.begin(), out.end(),
                                    [&](const SeenGuard& other) { return other.kind == kind; });
      if (same) return;
      SeenGuard guard;
      guard.kind = kind;
      guard.effective = true;
      guard.name = handler.text;
      guard.span = handler.span;
      guard.function = body;
      // `if request.method in SAFE_METHODS: return True` lets reads pass.
      const bool reads_pass = std::any_of(function.blocks.begin(), function.blocks.end(), [](const ir::Block& block) {
        return std::any_of(block.instructions.begin(), block.instructions.end(), [](const ir::Instruction& code) {
          return code.op == ir::Op::Load && code.name.text() == "SAFE_METHODS";
        });
      }) || std::any_of(function.locals.begin(), function.locals.end(), [](const ir::Local& local) {
        return local.name.text() == "SAFE_METHODS";
      });
      if (reads_pass) guard.methods = {"POST", "PUT", "PATCH", "DELETE"};
      out.push_back(std::move(guard));
    };
    for (const BodyCheck& check : checks_in(body)) {
      if (check.in_place || check.only_says) continue;
      add(check.membership && check.kind == Guard::Kind::Authn ? Guard::Kind::Authz : check.kind);
    }
    // `return request.user.is_staff`: the answer is the check.
    const Code& code = codes_.of(body);
    if (!boolean_guard_words(function.name.text())) continue;
    for (const ir::Block& block : function.blocks) {
      if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
      const ir::Instruction* made = code.origin(block.end.value);
      if (made != nullptr && made->op == ir::Op::Literal) continue;
      const Question question = question_of(body, block.end.value);
      if (!question.principal && !question.role && !question.credential && !question.owner_call) continue;
      add(question.owner_call || (question.comparison && question.principal && !question.role)
              ? Guard::Kind::Owner
          : question.role ? Guard::Kind::Authz
                          : Guard::Kind::Authn);
    }
  }
}

std::vector<SeenGuard> Guards::judge(const Handler& handler, const rule::Framework*) {
  std::vector<SeenGuard> out = by_model(handler);
  if (!out.empty()) return out;
  if (handler.function.valid() || handler.class_id.valid()) return by_body(handler);
  // What a model describes without calling it a guard is none: `session({…})`, `cookieParser(key)`.
  if (!handler.symbol.empty() && !program_.rules().functions(handler.symbol).empty()) return out;
  // The name counts, not what is handed over: `helmet({…: "session"})`.
  const std::string_view name = std::string_view(handler.text).substr(0, handler.text.find('('));
  if (names_a_guard(name)) out.push_back(unknown_guard(handler));
  return out;
}

const GuardForm* Guards::any_form_of(Name symbol, GuardForm::Form form) const {
  if (const GuardForm* found = form_of(symbol, form)) return found;
  for (const GuardForm::Form other : {GuardForm::Form::Field, GuardForm::Form::Decorator, GuardForm::Form::Parameter,
                                      GuardForm::Form::Call, GuardForm::Form::Base}) {
    if (const GuardForm* found = form_of(symbol, other)) return found;
  }
  return nullptr;
}

/// `A | B` is as weak as its weakest side; `A & B` is both.
void Guards::add_alternatives(const program::Constant& value, GuardForm::Form form, Name field, Span span,
                              std::vector<SeenGuard>& out) {
  const Code& code = codes_.of(value.function);
  const ir::Instruction* made = code.origin(value.local);
  if (made == nullptr || made->op != ir::Op::Operate) return;
  std::vector<std::vector<SeenGuard>> sides;
  for (const ir::Operand& operand : operands_of(code.function(), *made)) {
    sides.emplace_back();
    add_value(program_.constant_of(value.function, operand.value), form, field, span, sides.back());
  }
  if (made->name.text() == "&") {
    for (auto& side : sides) out.insert(out.end(), side.begin(), side.end());
    return;
  }
  if (made->name.text() != "|" || sides.size() != 2) return;
  const auto strength = [](const std::vector<SeenGuard>& side) {
    int best = 0;
    for (const SeenGuard& guard : side) {
      if (!guard.effective || guard.object_only) continue;
      best = std::max(best, guard.kind == Guard::Kind::Authn ? 1 : guard.kind == Guard::Kind::Authz ? 2 : 3);
    }
    return best;
  };
  const bool first = strength(sides[0]) <= strength(sides[1]);
  const auto& weaker = first ? sides[0] : sides[1];
  const auto& stronger = first ? sides[1] : sides[0];
  const bool only_of_objects = std::any_of(weaker.begin(), weaker.end(), [](const SeenGuard& guard) { return guard.object_only; });
  if (strength(weaker) > 0 || !only_of_objects) {
    out.insert(out.end(), weaker.begin(), weaker.end());
    return;
  }
  // `IsAuthenticated | IsOwner`: lists are open, for one object the first is enough.
  for (SeenGuard guard : strength(stronger) > 0 ? stronger : weaker) {
    guard.object_only = true;
    out.push_back(std::move(guard));
  }
}

void Guards::add_value(const program::Constant& value, GuardForm::Form form, Name field, Span span,
                       std::vector<SeenGuard>& out) {
  using Kind = program::Constant::Kind;
  if (value.kind == Kind::List) {
    for (const auto& [index, item] : value.entries) add_value(item, form, field, span, out);
    return;
  }
  // `@doc(security=[{"bearer": []}])` only says so.
  if (value.kind == Kind::Map) return;
  const std::size_t before = out.size();
  if (value.local != ir::kNone) add_alternatives(value, form, field, span, out);
  if (out.size() > before) return;
  Handler handler;
  if (value.local != ir::kNone) {
    handler = handler_of(program_, codes_, value.function, value.local, value.span.valid() ? value.span : span);
    const Name name = program_.function(value.function).locals[value.local].name;
    if (!value.span.valid() && !name.empty()) handler.text = std::string(name.text());
  } else {
    handler.in = value.function;
    handler.span = value.span.valid() ? value.span : span;
    handler.text = std::string(program_.sources().text(handler.span).substr(0, 60));
  }
  const auto restrict_methods = [&] {
    const program::Constant* methods = value.kind == Kind::Call ? value.find("methods") : nullptr;
    if (methods == nullptr) return;
    for (std::size_t i = before; i < out.size(); ++i) {
      if (methods->kind == Kind::Text) out[i].methods = split_methods(methods->text.text());
      for (const auto& [at, item] : methods->entries) out[i].methods.push_back(upper(item.text.text()));
    }
  };
  if (value.kind == Kind::Symbol || value.kind == Kind::Call || value.kind == Kind::Text) {
    const GuardForm* known = any_form_of(value.text, form);
    // Entries of one symbol differ by their conditions.
    if (known != nullptr && handler.call.function.valid() && value.kind == Kind::Call) {
      std::vector<SeenGuard> exact = by_model(handler);
      if (!exact.empty()) {
        out.insert(out.end(), exact.begin(), exact.end());
        restrict_methods();
        return;
      }
    }
    if (known != nullptr) {
      SeenGuard guard = seen(known->guard, std::string(value.text.text()), span);
      guard.methods = known->methods;
      if (known->opens) {
        guard.mode = Guard::Mode::Optional;
        guard.effective = false;
        guard.why_not = "opens the route to everyone";
      }
      out.push_back(std::move(guard));
      return;
    }
  }
  if (value.kind == Kind::Call) {
    // `Depends(get_current_user)`, `Security(user, scopes=…)`, `Depends(RoleCheck("admin"))`.
    for (const auto& [index, item] : value.entries) {
      if (item.kind == Kind::Text || item.kind == Kind::Number || item.kind == Kind::Map) continue;
      add_value(item, form, field, span, out);
    }
    if (out.size() > before) {
      restrict_methods();
      return;
    }
  }
  if (value.kind == Kind::Text) {
    handler.class_id = class_named(program_, value.text.text());
    handler.text = std::string(value.text.text());
    if (!handler.class_id.valid()) {
      // Of a list of dotted names, most have nothing to do with the caller.
      if (form == GuardForm::Form::Setting && names_a_guard(field.text()) && names_a_guard(handler.text)) {
        out.push_back(unknown_guard(handler));
      }
      return;
    }
  }
  for (const Ref& ref : value.refs) {
    if (ref.kind == Ref::Kind::Function && !handler.function.valid()) handler.function = FunctionId{ref.id};
    if (ref.kind == Ref::Kind::Class) handler.class_id = ClassId{ref.id};
    if (ref.kind == Ref::Kind::Instance && !handler.class_id.valid()) {
      handler.class_id = program_.entity(program::EntityId{ref.id}).class_id;
      handler.function = {};
    }
  }
  for (SeenGuard& guard : judge(handler, nullptr)) {
    if (form == GuardForm::Form::Setting && !guard.effective && !names_a_guard(field.text())) continue;
    if (!span.valid()) guard.span = handler.span;
    out.push_back(std::move(guard));
  }
  restrict_methods();
}

/// `= Depends(current_user)`, `Annotated[User, Depends(current_user)]`.
void Guards::add_parameters(FunctionId id, int depth, std::vector<SeenGuard>& out) {
  if (depth >= kMaxDepth || dependencies_open_ >= kMostDependencies) return;
  const ir::Function& function = program_.function(id);
  if (function.parent == ir::kNone) return;
  const FunctionId parent = program_.function_id(program_.module_of(id), function.parent);
  ++dependencies_open_;
  for (const ir::Parameter& parameter : function.parameters) {
    std::vector<program::Constant> values;
    if (parameter.default_value != ir::kNone) {
      values.push_back(program_.constant_of(parent, parameter.default_value));
    }
    for (const ir::Annotation& annotation : parameter.annotations) {
      values.push_back(program_.constant_of(parent, annotation.value));
    }
    for (const auto& [owner, local] : program_.alias_parts(id, parameter)) {
      values.push_back(program_.constant_of(owner, local));
    }
    for (const program::Constant& value : values) {
      if (value.kind != program::Constant::Kind::Call) continue;
      std::vector<SeenGuard> found;
      add_value(value, GuardForm::Form::Parameter, {}, parameter.span, found);
      // A dependency that only fetches something is none of ours.
      for (SeenGuard& guard : found) {
        if (guard.effective || guard.mode == Guard::Mode::Unknown) out.push_back(std::move(guard));
      }
    }
  }
  --dependencies_open_;
}

/// `const Public = () => SetMetadata("isPublic", true)`: it marks the route for guards that ask for the
/// mark.
bool Guards::opens_by_body(const Handler& handler) {
  if (!handler.function.valid()) return false;
  const ir::Function& function = program_.function(handler.function);
  for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
    const auto& instructions = function.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      if (instructions[i].op != ir::Op::Call) continue;
      const Site site{handler.function, b, i};
      for (const Name symbol : program_.callees(site).symbols) {
        const GuardForm* form = form_of(symbol, GuardForm::Form::Decorator);
        if (form == nullptr || !form->opens) continue;
        if (program_.holds(site, form->when) || opening_words(function.name.text())) return true;
      }
    }
  }
  return false;
}

void Guards::add_annotations(const Registration& route, FunctionId parent,
                             const std::vector<ir::Annotation>& annotations, std::vector<SeenGuard>& out) {
  // In Python a decorator above the route's wraps what the route no longer looks at.
  const bool python = program_.module(program_.module_of(parent)).language == Name::of("python");
  bool above = python && route.site.function == parent && route.handler.function.valid() &&
               route.route->form == rule::RouteModel::Form::Decorator;
  if (above) {
    const ir::LocalIndex registered = instruction_at(program_, route.site).result;
    above = std::any_of(annotations.begin(), annotations.end(),
                        [&](const ir::Annotation& annotation) { return annotation.value == registered; });
  }
  for (const ir::Annotation& annotation : annotations) {
    if (above && annotation.value == instruction_at(program_, route.site).result) {
      above = false;
      continue;
    }
    const program::Constant value = program_.constant_of(parent, annotation.value);
    // `@UseGuards(A, B)`, `@method_decorator(login_required, name="dispatch")` hold guards;
    // `@login_required` and `@roles("admin")` are guards.
    Handler handler = handler_of(program_, codes_, parent, annotation.value, annotation.span);
    if (const program::Constant* name = value.kind == program::Constant::Kind::Call ? value.find("name") : nullptr;
        name != nullptr && name->kind == program::Constant::Kind::Text && route.view.valid() &&
        &annotations == &program_.class_of(route.view).annotations && name->text.text() != "dispatch" && route.handler.function.valid() &&
        name->text != program_.function(route.handler.function).name) {
      continue;  // it speaks of another method
    }
    std::vector<SeenGuard> guards = by_model(handler);
    const bool named = names_a_guard(handler.text);
    if (guards.empty() && value.kind == program::Constant::Kind::Call) {
      for (const auto& [index, item] : value.entries) {
        if (item.kind == program::Constant::Kind::Text || item.kind == program::Constant::Kind::Number) continue;
        std::vector<SeenGuard> inner;
        add_value(item, GuardForm::Form::Decorator, {}, annotation.span, inner);
        for (SeenGuard& guard : inner) {
          const bool opens = guard.why_not.find("opens") != std::string::npos;
          if (guard.effective || opens || (named && guard.mode == Guard::Mode::Unknown)) {
            guards.push_back(std::move(guard));
          }
        }
      }
    }
    if (guards.empty() && opens_by_body(handler)) {
      SeenGuard guard;
      guard.mode = Guard::Mode::Optional;
      guard.name = handler.text;
      guard.span = handler.span;
      guard.why_not = "opens the route to everyone";
      guards.push_back(std::move(guard));
    }
    if (guards.empty() && (handler.function.valid() || handler.class_id.valid())) guards = by_body(handler);
    if (guards.empty() && handler.symbol.empty() && named) guards.push_back(unknown_guard(handler));
    for (SeenGuard& guard : guards) {
      if (above && guard.effective) {
        guard.effective = false;
        guard.why_not = "stands above the route, which does not see it";
      }
      out.push_back(std::move(guard));
    }
  }
}

/// What a decorator notes down on a base class, its children carry too; in Python a decorator wraps the
/// one class.
void Guards::add_base_annotations(const Registration& route, std::vector<SeenGuard>& out) {
  if (program_.module(program_.module_of(route.view)).language == Name::of("python")) return;
  for (const ClassId base : program_.lineage(route.view)) {
    if (base == route.view) continue;
    add_annotations(route, program_.class_parent(base), program_.class_of(base).annotations, out);
  }
}

std::vector<SeenGuard> Guards::declared(const Registration& route) {
  std::vector<SeenGuard> out;
  for (const OptionGuard& option : route.options) {
    SeenGuard guard = seen(option.form->guard, option.text, option.span);
    if (option.form->opens) {
      guard.mode = Guard::Mode::Optional;
      guard.effective = false;
      guard.why_not = "opens the route to everyone";
    }
    out.push_back(std::move(guard));
  }
  if (route.view.valid()) {
    add_annotations(route, program_.class_parent(route.view), program_.class_of(route.view).annotations, out);
    add_base_annotations(route, out);
  }
  add_fields(route, out);
  add_permission_method(route, out);
  drop_replaced(route, out);
  const std::size_t of_class = out.size();
  if (route.handler.function.valid()) {
    const ir::Function& function = program_.function(route.handler.function);
    if (function.parent != ir::kNone) {
      add_annotations(route, program_.function_id(program_.module_of(route.handler.function), function.parent),
                      function.annotations, out);
    }
    add_parameters(route.handler.function, 0, out);
  } else if (!route.handler.symbol.empty()) {
    for (SeenGuard& guard : by_model(route.handler)) out.push_back(std::move(guard));
  }
  // `@Public()` above a method lifts what stands above its class.
  const bool opens = std::any_of(out.begin() + static_cast<std::ptrdiff_t>(of_class), out.end(),
                                 [](const SeenGuard& guard) { return guard.why_not.find("opens") != std::string::npos; });
  for (std::size_t i = 0; opens && i < of_class; ++i) {
    out[i].effective = false;
    out[i].mode = Guard::Mode::Optional;
    out[i].why_not = "lifted for this route";
  }
  return out;
}

namespace {

/// What a setting is, or all that it may be where it is written several times: `MIDDLEWARE += […]`.
std::vector<program::Constant> values_of_setting(const Program& program, FunctionId body, ir::LocalIndex setting) {
  std::vector<program::Constant> values{program.constant_of(body, setting)};
  if (values[0].kind != program::Constant::Kind::Unknown) return values;
  for (const ir::Block& block : program.function(body).blocks) {
    for (const ir::Instruction& write : block.instructions) {
      if (write.result != setting || write.op != ir::Op::Copy) continue;
      values.push_back(program.constant_of(body, write.a));
    }
  }
  return values;
}

}  // namespace

std::vector<SeenGuard> Guards::from_settings(const Registration& route) {
  std::vector<SeenGuard> out;
  if (route.framework == nullptr) return out;
  for (const GuardForm& form : route.framework->guards) {
    if (form.form != GuardForm::Form::Setting) continue;
    // `REST_FRAMEWORK.DEFAULT_PERMISSION_CLASSES`: a module-level name, then keys.
    const std::string_view path = form.field.text();
    const std::size_t dot = path.find('.');
    const Name variable = Name::of(path.substr(0, dot));
    for (std::uint32_t m = 0; m < program_.n_modules(); ++m) {
      const program::ModuleId id{m};
      const ir::Module& module = program_.module(id);
      if (module.functions.empty()) continue;
      const ir::Found found = ir::find_local(module, 0, variable);
      if (found.local == ir::kNone) continue;
      for (const program::Constant& value : values_of_setting(program_, program_.function_id(id, 0), found.local)) {
        const program::Constant* at = dot == std::string_view::npos ? &value : value.find(path.substr(dot + 1));
        if (at != nullptr) add_value(*at, GuardForm::Form::Setting, form.field, at->span, out);
      }
    }
    if (!out.empty()) break;
  }
  std::vector<SeenGuard> once;
  for (SeenGuard& guard : out) {
    const bool known = std::any_of(once.begin(), once.end(), [&](const SeenGuard& other) { return other.name == guard.name && other.kind == guard.kind; });
    if (!known) once.push_back(std::move(guard));
  }
  return once;
}

}  // namespace privet::access
