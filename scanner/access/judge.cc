#include <algorithm>
#include <optional>

#include "access/guards.h"
#include "access/operands.h"
#include "access/words.h"

// Elements of a chain, decorators, mixins, class fields, parameters and settings as guards.

namespace privet::access {
namespace {

using rule::Guard;
using rule::GuardForm;

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

}  // namespace

bool Guards::names_a_guard(std::string_view text) const { return guard_words(text); }

const GuardForm* Guards::form_of(Name symbol, GuardForm::Form form) const {
  const auto find = [&](Name name) -> const GuardForm* {
    const auto found = forms_.find(name);
    if (found == forms_.end()) return nullptr;
    for (const GuardForm* candidate : found->second) {
      if (candidate->form == form) return candidate;
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

std::vector<SeenGuard> Guards::by_model(const Handler& handler) {
  std::vector<SeenGuard> out;
  std::vector<Name> symbols;
  if (!handler.symbol.empty()) symbols.push_back(handler.symbol);
  if (handler.call.function.valid()) {
    const program::Callees& callees = program_.callees(handler.call);
    symbols.insert(symbols.end(), callees.symbols.begin(), callees.symbols.end());
  }
  for (const Name symbol : symbols) {
    for (const GuardForm::Form form : {GuardForm::Form::Call, GuardForm::Form::Decorator}) {
      const GuardForm* found = form_of(symbol, form);
      if (found == nullptr) continue;
      if (handler.call.function.valid() && !program_.holds(handler.call, found->when)) continue;
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
  return out;
}

std::vector<SeenGuard> Guards::by_body(const Handler& handler) {
  // The function itself, functions it makes (`authorize("admin")` returns one; a decorator wraps), and
  // the methods of a guard class.
  std::vector<FunctionId> bodies;
  const auto add_nested = [&](FunctionId outer) {
    bodies.push_back(outer);
    const program::ModuleId module = program_.module_of(outer);
    const std::size_t n = program_.module(module).functions.size();
    for (std::size_t i = 0; i < bodies.size() && bodies.size() < 8; ++i) {
      const ir::FunctionIndex parent = program_.ref_of(bodies[i]).index;
      if (program_.module_of(bodies[i]) != module) continue;
      for (ir::FunctionIndex f = 1; f < n && bodies.size() < 8; ++f) {
        const FunctionId inner = program_.function_id(module, f);
        if (program_.function(inner).parent == parent && inner > bodies[i]) bodies.push_back(inner);
      }
    }
  };
  if (handler.function.valid()) add_nested(handler.function);
  if (handler.call.function.valid()) {
    for (const FunctionId callee : program_.callees(handler.call).functions) {
      if (std::find(bodies.begin(), bodies.end(), callee) == bodies.end()) add_nested(callee);
    }
  }
  if (handler.class_id.valid()) {
    static const std::vector<Name> kMethods = {Name::of("canActivate"), Name::of("has_permission"),
                                               Name::of("has_object_permission"), Name::of("use"),
                                               Name::of("__call__"), Name::of("dispatch"),
                                               Name::of("authenticate"), Name::of("process_request")};
    for (const Name name : kMethods) {
      if (const FunctionId method = program_.find_method(handler.class_id, name); method.valid()) {
        bodies.push_back(method);
      }
    }
  }
  std::vector<SeenGuard> out;
  bool looked = false;
  for (const FunctionId body : bodies) {
    if (program_.function(body).is_abstract) continue;
    looked = true;
    for (const BodyCheck& check : checks_in(body)) {
      SeenGuard guard;
      guard.kind = check.kind;
      guard.mode = Guard::Mode::Required;
      guard.effective = true;
      guard.name = handler.text;
      guard.span = handler.span;
      guard.function = body;
      const bool same = std::any_of(out.begin(), out.end(),
                                    [&](const SeenGuard& other) { return other.kind == guard.kind; });
      if (!same) out.push_back(std::move(guard));
    }
    // `return request.user.is_staff`: the answer is the check.
    const Code& code = codes_.of(body);
    if (!boolean_guard_words(code.function().name.text())) continue;
    for (const ir::Block& block : code.function().blocks) {
      if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
      const Question question = question_of(body, block.end.value);
      if (!question.principal && !question.role && !question.credential && !question.owner_call) continue;
      SeenGuard guard;
      guard.kind = question.owner_call || (question.comparison && question.principal && question.record)
                       ? Guard::Kind::Owner
                   : question.role ? Guard::Kind::Authz
                                   : Guard::Kind::Authn;
      guard.effective = true;
      guard.name = handler.text;
      guard.span = handler.span;
      guard.function = body;
      out.push_back(std::move(guard));
    }
  }
  const bool named = names_a_guard(handler.text);
  if (out.empty() && named) {
    SeenGuard guard = unknown_guard(handler);
    if (looked) {
      // We read its body and found no way that turns a caller away.
      guard.mode = Guard::Mode::Optional;
      guard.why_not = "no way in it turns a caller away";
    }
    out.push_back(std::move(guard));
  }
  return out;
}

std::vector<SeenGuard> Guards::judge(const Handler& handler, const rule::Framework*) {
  std::vector<SeenGuard> out = by_model(handler);
  if (!out.empty()) return out;
  if (handler.function.valid() || handler.class_id.valid()) return by_body(handler);
  if (names_a_guard(handler.text)) out.push_back(unknown_guard(handler));
  return out;
}

void Guards::add_value(const program::Constant& value, GuardForm::Form form, Name field, Span span,
                       std::vector<SeenGuard>& out) {
  using Kind = program::Constant::Kind;
  if (value.kind == Kind::List) {
    for (const auto& [index, item] : value.entries) add_value(item, form, field, span, out);
    return;
  }
  if (value.kind == Kind::Call && !value.entries.empty() && form_of(value.text, form) == nullptr) {
    // `Depends(get_current_user)`, `Or(IsOwner, IsStaff)`: look at what is inside.
    for (const auto& [index, item] : value.entries) add_value(item, form, field, span, out);
    return;
  }
  if (value.kind == Kind::Symbol || value.kind == Kind::Call || value.kind == Kind::Text) {
    if (const GuardForm* known = form_of(value.text, form)) {
      SeenGuard guard = seen(known->guard, std::string(value.text.text()), span);
      if (known->opens) {
        guard.mode = Guard::Mode::Optional;
        guard.effective = false;
        guard.why_not = "opens the route to everyone";
      }
      out.push_back(std::move(guard));
      return;
    }
  }
  Handler handler;
  handler.in = value.function;
  handler.local = value.local;
  handler.span = value.span.valid() ? value.span : span;
  handler.text = std::string(program_.sources().text(handler.span).substr(0, 60));
  handler.symbol = value.kind == Kind::Symbol ? value.text : Name{};
  for (const Ref& ref : value.refs) {
    if (ref.kind == Ref::Kind::Function) handler.function = FunctionId{ref.id};
    if (ref.kind == Ref::Kind::Class) handler.class_id = ClassId{ref.id};
  }
  for (SeenGuard& guard : judge(handler, nullptr)) {
    if (!span.valid()) guard.span = handler.span;
    out.push_back(std::move(guard));
  }
}

void Guards::add_parameters(const Registration& route, std::vector<SeenGuard>& out) {
  if (!route.handler.function.valid()) return;
  const FunctionId id = route.handler.function;
  const ir::Function& function = program_.function(id);
  if (function.parent == ir::kNone) return;
  const FunctionId parent = program_.function_id(program_.module_of(id), function.parent);
  for (const ir::Parameter& parameter : function.parameters) {
    std::vector<program::Constant> values;
    if (parameter.default_value != ir::kNone) {
      values.push_back(program_.constant_of(parent, parameter.default_value));
    }
    for (const ir::Annotation& annotation : parameter.annotations) {
      values.push_back(program_.constant_of(parent, annotation.value));
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
}

void Guards::add_fields(const Registration& route, std::vector<SeenGuard>& out) {
  if (!route.view.valid()) return;
  const ir::Class& view = program_.class_of(route.view);
  const FunctionId parent = program_.class_parent(route.view);
  for (const ir::Field& field : view.fields) {
    const bool guards_here = std::any_of(forms_.begin(), forms_.end(), [&](const auto& entry) {
      return std::any_of(entry.second.begin(), entry.second.end(), [&](const GuardForm* form) {
        return form->form == GuardForm::Form::Field && form->field == field.name;
      });
    });
    if (!guards_here || field.initialiser == ir::kNone) continue;
    const program::Constant value = program_.constant_of(parent, field.initialiser);
    if (value.kind == program::Constant::Kind::List && value.entries.empty()) {
      SeenGuard guard;
      guard.mode = Guard::Mode::Optional;
      guard.why_not = "the list is empty, which opens the route to everyone";
      guard.name = std::string(field.name.text());
      guard.span = field.span;
      out.push_back(std::move(guard));
      continue;
    }
    add_value(value, GuardForm::Form::Field, field.name, field.span, out);
  }
  // Mixins: library bases by model; classes of the program by their dispatch method.
  for (const Name base : program_.library_bases(route.view)) {
    for (const Name symbol : program_.rules().type_chain(base)) {
      const GuardForm* form = form_of(symbol, GuardForm::Form::Base);
      if (form == nullptr) continue;
      out.push_back(seen(form->guard, std::string(symbol.text()), view.name_span));
    }
  }
  for (const char* name : {"dispatch", "prepare", "initial", "test_func"}) {
    const FunctionId method = program_.find_method(route.view, Name::of(name));
    if (!method.valid()) continue;
    for (const BodyCheck& check : checks_in(method)) {
      SeenGuard guard;
      guard.kind = check.kind;
      guard.effective = true;
      guard.name = name;
      guard.span = check.span;
      guard.function = method;
      out.push_back(std::move(guard));
    }
  }
}

std::vector<SeenGuard> Guards::declared(const Registration& route) {
  std::vector<SeenGuard> out;
  const auto add_annotations = [&](FunctionId parent, const std::vector<ir::Annotation>& annotations) {
    for (const ir::Annotation& annotation : annotations) {
      const program::Constant value = program_.constant_of(parent, annotation.value);
      // `@UseGuards(A, B)`, `@method_decorator(login_required, name="dispatch")` hold guards;
      // `@login_required` and `@roles("admin")` are guards.
      Handler handler = handler_of(program_, codes_, parent, annotation.value, annotation.span);
      std::vector<SeenGuard> guards = by_model(handler);
      if (guards.empty() && value.kind == program::Constant::Kind::Call) {
        std::vector<SeenGuard> inner;
        for (const auto& [index, item] : value.entries) {
          if (item.kind == program::Constant::Kind::Text || item.kind == program::Constant::Kind::Number) continue;
          add_value(item, GuardForm::Form::Decorator, {}, annotation.span, inner);
        }
        guards = std::move(inner);
      }
      if (guards.empty() && (handler.function.valid() || handler.class_id.valid())) guards = by_body(handler);
      if (guards.empty() && handler.symbol.empty() && names_a_guard(handler.text)) {
        guards.push_back(unknown_guard(handler));
      }
      out.insert(out.end(), guards.begin(), guards.end());
    }
  };
  if (route.view.valid()) {
    add_annotations(program_.class_parent(route.view), program_.class_of(route.view).annotations);
  }
  add_fields(route, out);
  if (route.handler.function.valid()) {
    const ir::Function& function = program_.function(route.handler.function);
    if (function.parent != ir::kNone) {
      add_annotations(program_.function_id(program_.module_of(route.handler.function), function.parent),
                      function.annotations);
    }
  }
  add_parameters(route, out);
  return out;
}

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
      const program::Constant value = program_.constant_of(program_.function_id(id, 0), found.local);
      const program::Constant* at =
          dot == std::string_view::npos ? &value : value.find(path.substr(dot + 1));
      if (at == nullptr) continue;
      add_value(*at, GuardForm::Form::Setting, form.field, at->span, out);
    }
    if (!out.empty()) break;
  }
  return out;
}

}  // namespace privet::access
