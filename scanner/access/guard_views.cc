#include <algorithm>

#include "access/guards.h"
#include "access/operands.h"

// What a view of a class says of its guards: mixins, class fields, methods that run before it answers.

namespace privet::access {

using rule::Guard;
using rule::GuardForm;

std::vector<Name> Guards::library_bases_in_order(ClassId view) const {
  constexpr std::size_t kMost = 64;
  struct Base {
    ClassId own;
    Name library;
  };
  std::vector<Base> stack{{view, {}}};
  std::vector<Name> met;
  for (std::size_t i = 0; !stack.empty() && i < kMost; ++i) {
    const Base at = stack.back();
    stack.pop_back();
    if (!at.own.valid()) {
      met.push_back(at.library);
      continue;
    }
    const ir::Class& own = program_.class_of(at.own);
    const FunctionId parent = program_.class_parent(at.own);
    for (auto base = own.bases.rbegin(); base != own.bases.rend(); ++base) {
      const auto refs = program_.refs(parent, *base);
      const auto found = std::find_if(refs.begin(), refs.end(), [](const Ref& ref) { return ref.kind == Ref::Kind::Class; });
      if (found != refs.end()) {
        stack.push_back({ClassId{found->id}, {}});
      } else if (const Name library = program_.symbol_of(parent, *base); !library.empty()) {
        stack.push_back({{}, library});
      }
    }
  }
  // Of a base that several classes share the last place counts.
  std::vector<Name> order;
  for (auto base = met.rbegin(); base != met.rend(); ++base) {
    if (std::find(order.begin(), order.end(), *base) == order.end()) order.push_back(*base);
  }
  std::reverse(order.begin(), order.end());
  return order;
}

bool Guards::answers_requests(Name base) const {
  const std::vector<Name> chain = program_.rules().type_chain(base);
  return std::any_of(chain.begin(), chain.end(), [&](Name symbol) { return view_bases_.contains(symbol); });
}

void Guards::add_fields(const Registration& route, std::vector<SeenGuard>& out) {
  if (!route.view.valid()) return;
  const ir::Class& view = program_.class_of(route.view);
  // The nearest class that has the field decides.
  std::set<std::string_view> read;
  std::vector<ClassId> open{route.view};
  for (std::size_t i = 0; i < open.size() && i < 32; ++i) {
    const FunctionId parent = program_.class_parent(open[i]);
    for (const ir::Field& field : program_.class_of(open[i]).fields) {
      if (!guard_fields_.contains(field.name.text()) || field.initialiser == ir::kNone) continue;
      if (!read.insert(field.name.text()).second) continue;
      program::Constant value = program_.constant_of(parent, field.initialiser);
      // `method_decorators = {"patch": [login_required]}`: each method its own.
      if (value.kind == program::Constant::Kind::Map) {
        const ir::Function* handler = route.handler.function.valid() ? &program_.function(route.handler.function) : nullptr;
        const program::Constant* own = handler == nullptr ? nullptr : value.find(handler->name.text());
        if (own == nullptr) continue;
        value = program::Constant(*own);
      }
      if (value.kind == program::Constant::Kind::List && value.entries.empty()) {
        if (!opening_fields_.contains(field.name.text())) continue;
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
    for (const ir::LocalIndex base : program_.class_of(open[i]).bases) {
      for (const Ref& ref : program_.refs(parent, base)) {
        if (ref.kind == Ref::Kind::Class) open.push_back(ClassId{ref.id});
      }
    }
  }
  // Mixins: library bases by model; classes of the program by their dispatch method.
  for (const Name base : library_bases_in_order(route.view)) {
    // Right of the class that answers, a mixin is never asked.
    if (answers_requests(base)) break;
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
      if (check.in_place || check.only_says) continue;
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

/// `super().initial(request)` in `initial`.
bool calls_itself(const ir::Function& function) {
  return std::any_of(function.blocks.begin(), function.blocks.end(), [&](const ir::Block& block) {
    return std::any_of(block.instructions.begin(), block.instructions.end(), [&](const ir::Instruction& code) {
      return code.op == ir::Op::Call && code.name == function.name;
    });
  });
}

/// A view that replaces what would ask its guards, and does not call it, asks nobody.
void Guards::drop_replaced(const Registration& route, std::vector<SeenGuard>& out) const {
  if (!route.view.valid()) return;
  for (const char* name : {"check_permissions", "initial"}) {
    const FunctionId method = program_.find_method(route.view, Name::of(name));
    if (!method.valid() || calls_itself(program_.function(method))) continue;
    for (SeenGuard& guard : out) {
      if (guard.kind == Guard::Kind::Rate || guard.function == method) continue;
      guard.effective = false;
      guard.mode = Guard::Mode::Optional;
      guard.why_not = "is not asked: `" + std::string(name) + "` is replaced";
    }
  }
}

/// `get_permissions` of a view chooses by itself: as weak as the weakest that it names, unknown when it
/// names none.
void Guards::add_permission_method(const Registration& route, std::vector<SeenGuard>& out) {
  if (!route.view.valid()) return;
  const FunctionId method = program_.find_method(route.view, Name::of("get_permissions"));
  if (!method.valid()) return;
  std::erase_if(out, [](const SeenGuard& guard) { return guard.kind != Guard::Kind::Rate; });
  const Code& code = codes_.of(method);
  std::vector<SeenGuard> named;
  for (const ir::Block& block : code.function().blocks) {
    for (const ir::Instruction& instruction : block.instructions) {
      if (instruction.op != ir::Op::Construct) continue;
      for (const ir::Operand& operand : operands_of(code.function(), instruction)) {
        add_value(program_.constant_of(method, operand.value), GuardForm::Form::Field, {}, instruction.span, named);
      }
    }
  }
  SeenGuard guard;
  guard.name = "get_permissions";
  guard.span = program_.function(method).name_span;
  guard.function = method;
  const bool opens = std::any_of(named.begin(), named.end(), [](const SeenGuard& one) { return !one.effective; });
  if (named.empty() || opens) {
    guard.mode = Guard::Mode::Unknown;
    guard.why_not = "what it checks is not understood";
  } else {
    guard.effective = true;
    guard.kind = std::min_element(named.begin(), named.end(), [](const SeenGuard& a, const SeenGuard& b) {
                   return static_cast<int>(a.kind) < static_cast<int>(b.kind);
                 })->kind;
  }
  out.push_back(std::move(guard));
}

}  // namespace privet::access
