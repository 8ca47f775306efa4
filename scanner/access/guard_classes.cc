#include <algorithm>

#include "access/guards.h"
#include "access/words.h"

// Guards that are classes, and decorators that are made of others.

namespace privet::access {

using rule::Guard;
using rule::GuardForm;

namespace {

/// `super.canActivate(context)` in `canActivate`.
bool asks_itself(const ir::Function& function, const ir::Block& block) {
  return std::any_of(block.instructions.begin(), block.instructions.end(), [&](const ir::Instruction& code) {
    return code.op == ir::Op::Call && code.name == function.name;
  });
}

}  // namespace

/// `const Auth = (…roles) => applyDecorators(SetMetadata("roles", roles), UseGuards(JwtGuard, RolesGuard))`.
void Guards::add_composed(const Handler& handler, std::vector<SeenGuard>& out) {
  static const Name kHolds = Name::of("holds-guards");
  if (!handler.function.valid()) return;
  const ir::Function& function = program_.function(handler.function);
  for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
    for (std::uint32_t i = 0; i < function.blocks[b].instructions.size(); ++i) {
      const ir::Instruction& call = function.blocks[b].instructions[i];
      const Site site{handler.function, b, i};
      if (call.op != ir::Op::Call || !is_tagged(site, kHolds)) continue;
      for (const ir::Operand& operand : operands_of(function, call)) {
        add_value(program_.constant_of(handler.function, operand.value), GuardForm::Form::Decorator, {}, operand.span, out);
      }
    }
  }
}

bool Guards::is_tagged(const Site& site, Name tag) const {
  const program::Callees& callees = program_.callees(site);
  return std::any_of(callees.symbols.begin(), callees.symbols.end(), [&](Name symbol) {
    const auto models = program_.rules().functions(symbol);
    return std::any_of(models.begin(), models.end(), [&](const rule::FunctionModel* model) {
      return model->has_tag(tag);
    });
  });
}

/// The base class turns callers away, but its refusal is caught, or what it found is taken unseen:
/// `handleRequest(error, user) { return user; }`.
bool Guards::lets_base_fail(ClassId guard, const std::vector<FunctionId>& bodies) {
  static const Name kAnswers = Name::of("handleRequest");
  for (const FunctionId body : bodies) {
    const Code& code = codes_.of(body);
    const Ends ends = ends_of(code, false, false);
    for (const ir::Block& block : code.function().blocks) {
      if (block.handler != ir::kNone && ends.can_pass[block.handler] && asks_itself(code.function(), block)) return true;
    }
  }
  const FunctionId answer = program_.find_method(guard, kAnswers);
  if (!answer.valid()) return false;
  const auto& blocks = program_.function(answer).blocks;
  return std::none_of(blocks.begin(), blocks.end(), [&](const ir::Block& block) {
    return block.end.kind == ir::Terminator::Kind::Throw ||
           std::any_of(block.instructions.begin(), block.instructions.end(),
                       [&](const ir::Instruction& code) { return code.op == ir::Op::Call && code.name == kAnswers; });
  });
}

/// The library classes that a guard class extends.
void Guards::add_library_bases(const Handler& handler, const std::vector<FunctionId>& bodies,
                               std::vector<SeenGuard>& out) {
  for (const Name base : program_.library_bases(handler.class_id)) {
    const GuardForm* form = any_form_of(base, GuardForm::Form::Field);
    if (form == nullptr || form->form == GuardForm::Form::Base || form->opens) continue;
    SeenGuard guard = seen(form->guard, handler.text, handler.span);
    guard.methods = form->methods;
    if (lets_base_fail(handler.class_id, bodies)) {
      guard.effective = false;
      guard.mode = Guard::Mode::Optional;
      guard.why_not = "lets callers without a login pass";
    }
    out.push_back(std::move(guard));
  }
}

/// Asks what decorators noted down on the route, and gives true at once on some way: `if (!roles) return
/// true`.
bool Guards::asks_for_mark(FunctionId body) const {
  static const Name kReads = Name::of("reads-mark");
  const ir::Function& function = program_.function(body);
  bool reads = false;
  bool gives_true = false;
  for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
    const ir::Block& block = function.blocks[b];
    for (std::uint32_t i = 0; i < block.instructions.size(); ++i) {
      const ir::Instruction& made = block.instructions[i];
      reads = reads || (made.op == ir::Op::Call && is_tagged({body, b, i}, kReads));
      gives_true = gives_true || (made.op == ir::Op::Literal && made.name.text() == "true" &&
                                  block.end.kind == ir::Terminator::Kind::Return && block.end.value == made.result);
    }
  }
  return reads && gives_true;
}

bool Guards::marks_route(const Handler& handler) {
  static const Name kMarks = Name::of("marks-route");
  if (role_words(std::string_view(handler.text).substr(0, handler.text.find('(')))) return true;
  if (!handler.function.valid() || opens_by_body(handler)) return false;
  const ir::Function& function = program_.function(handler.function);
  for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
    for (std::uint32_t i = 0; i < function.blocks[b].instructions.size(); ++i) {
      if (function.blocks[b].instructions[i].op == ir::Op::Call && is_tagged({handler.function, b, i}, kMarks)) {
        return true;
      }
    }
  }
  return false;
}

bool Guards::is_marked(const Registration& route) {
  const auto any_marks = [&](FunctionId parent, const std::vector<ir::Annotation>& annotations) {
    return std::any_of(annotations.begin(), annotations.end(), [&](const ir::Annotation& annotation) {
      return marks_route(handler_of(program_, codes_, parent, annotation.value, annotation.span));
    });
  };
  if (route.view.valid()) {
    for (const ClassId view : program_.lineage(route.view)) {
      if (any_marks(program_.class_parent(view), program_.class_of(view).annotations)) return true;
    }
  }
  if (!route.handler.function.valid()) return false;
  const ir::Function& function = program_.function(route.handler.function);
  return function.parent != ir::kNone &&
         any_marks(program_.function_id(program_.module_of(route.handler.function), function.parent),
                   function.annotations);
}

/// A guard class: its own methods answer, else the library class that it extends.
std::vector<SeenGuard> Guards::by_class(const Handler& handler) {
  static const std::vector<Name> kMethods = {
      Name::of("canActivate"), Name::of("has_permission"), Name::of("use"), Name::of("__call__"),
      Name::of("dispatch"), Name::of("authenticate"), Name::of("process_request"),
      Name::of("process_view"), Name::of("on_request")};
  static const Name kObject = Name::of("has_object_permission");
  std::vector<FunctionId> bodies;
  for (const Name name : kMethods) {
    if (const FunctionId method = program_.find_method(handler.class_id, name); method.valid()) {
      bodies.push_back(method);
    }
  }
  std::vector<SeenGuard> out;
  add_bodies(handler, bodies, out);
  if (std::any_of(bodies.begin(), bodies.end(), [&](FunctionId body) { return asks_for_mark(body); })) {
    for (SeenGuard& guard : out) guard.needs_mark = guard.kind == Guard::Kind::Authz;
  }
  // `return super.canActivate(context)`: the base answers.
  const bool asks_base = std::any_of(bodies.begin(), bodies.end(), [&](FunctionId body) {
    const ir::Function& function = program_.function(body);
    return std::any_of(function.blocks.begin(), function.blocks.end(),
                       [&](const ir::Block& block) { return asks_itself(function, block); });
  });
  if (bodies.empty() || (out.empty() && asks_base)) add_library_bases(handler, bodies, out);
  const FunctionId object = program_.find_method(handler.class_id, kObject);
  if (object.valid()) {
    std::vector<SeenGuard> of_object;
    add_bodies(handler, {object}, of_object);
    if (of_object.empty()) {
      // Whatever it asks, it asks about that object.
      SeenGuard guard = unknown_guard(handler);
      guard.kind = Guard::Kind::Owner;
      of_object.push_back(std::move(guard));
    }
    for (SeenGuard& guard : of_object) {
      guard.object_only = true;
      out.push_back(std::move(guard));
    }
  }
  if (out.empty() && names_a_guard(handler.text)) {
    SeenGuard guard = unknown_guard(handler);
    if (!bodies.empty()) {
      guard.mode = Guard::Mode::Optional;
      guard.why_not = "no way in it turns a caller away";
    }
    out.push_back(std::move(guard));
  }
  return out;
}

}  // namespace privet::access
