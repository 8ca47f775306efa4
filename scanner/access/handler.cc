#include <algorithm>

#include "access/places.h"
#include "access/routes.h"

namespace privet::access {
namespace {

constexpr std::size_t kMostText = 60;
constexpr int kMostWrappers = 4;
constexpr int kMostMembers = 4;

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMostText)) out += c == '\n' || c == '\r' || c == '\t' ? ' ' : c;
  if (text.size() > kMostText) out += "…";
  return out;
}

/// `login_required` of `login_required(view)`.
std::string_view callee_text(const Program& program, const ir::Instruction& call) {
  const std::string_view text = program.sources().text(call.span);
  return text.substr(0, text.find('('));
}

FunctionId function_among(std::span<const Ref> refs) {
  for (const Ref& ref : refs) {
    if (ref.kind == Ref::Kind::Function) return FunctionId{ref.id};
  }
  return {};
}

ClassId class_among(std::span<const Ref> refs) {
  for (const Ref& ref : refs) {
    if (ref.kind == Ref::Kind::Class) return ClassId{ref.id};
  }
  return {};
}

/// `wrap(handler)`, `wrap(View.as_view())`: the last argument that is a function of the program, or a call on one of its
/// classes. The wrapper's own result is one function for all handlers it wraps, so it says less.
const ir::Operand* wrapped_function(const Program& program, const Code& code, FunctionId function,
                                    const ir::Instruction& call) {
  const auto operands = operands_of(program.function(function), call);
  for (std::size_t i = operands.size(); i-- > 0;) {
    if (function_among(program.refs(function, operands[i].value)).valid()) return &operands[i];
    const ir::Instruction* made = code.origin(operands[i].value);
    if (made != nullptr && made->op == ir::Op::Call && !made->name.empty() &&
        made->name.text() == "as_view" && class_among(program.refs(function, made->a)).valid()) {
      return &operands[i];
    }
  }
  return nullptr;
}

Handler handler_within(const Program& program, Codes& codes, FunctionId function, ir::LocalIndex local,
                       Span span, int depth) {
  Handler handler;
  handler.in = function;
  handler.local = local;
  handler.span = span;
  handler.text = one_line(program.sources().text(span));
  const Code& code = codes.of(function);
  const ir::Instruction* made = code.origin(local);
  if (made != nullptr && made->op == ir::Op::Load && made->a != ir::kNone && !made->name.empty() &&
      !function_among(program.refs(function, local)).valid() && !class_among(program.refs(function, local)).valid()) {
    // `auth.required` of an object that was written down.
    if (const auto member = member_of(program, codes, {function, made->a, {}, span}, std::span(&made->name, 1));
        member && depth < kMostMembers) {
      Handler inner = handler_within(program, codes, member->function, member->local, member->span, depth + 1);
      inner.span = span;
      inner.text = handler.text;
      return inner;
    }
  }
  for (int i = 0; i < kMostWrappers && made != nullptr && made->op == ir::Op::Call; ++i) {
    const ir::Operand* inner = wrapped_function(program, code, function, *made);
    if (inner == nullptr) break;
    Handler wrapper;
    wrapper.in = function;
    wrapper.local = local;
    wrapper.span = made->span;
    wrapper.text = one_line(callee_text(program, *made));
    if (code.definition(made->result) != nullptr) {
      wrapper.call = code.definition_site(made->result);
      const program::Callees& callees = program.callees(wrapper.call);
      if (!callees.symbols.empty()) wrapper.symbol = callees.symbols.front();
      if (!callees.functions.empty()) wrapper.function = callees.functions.front();
    }
    handler.wrappers.push_back(std::move(wrapper));
    local = inner->value;
    made = code.origin(local);
    if (made == nullptr || made->op != ir::Op::Call) {
      handler.function = function_among(program.refs(function, local));
      return handler;
    }
  }
  if (made != nullptr && made->op == ir::Op::Call) {
    ir::LocalIndex at = made->result;
    if (code.definition(at) != nullptr) handler.call = code.definition_site(at);
    const program::Callees& callees = program.callees(handler.call);
    if (!callees.symbols.empty()) handler.symbol = callees.symbols.front();
    if (!callees.functions.empty()) handler.function = callees.functions.front();
    // `View.as_view()`, `handler.bind(this)`: the receiver is what answers.
    if (!made->name.empty()) {
      handler.class_id = class_among(program.refs(function, made->a));
      if (!handler.class_id.valid() && !callees.complete) {
        const FunctionId bound = function_among(program.refs(function, made->a));
        if (bound.valid()) handler.function = bound;
      }
    }
    if (const FunctionId result = function_among(program.refs(function, local)); result.valid()) {
      handler.function = result;
    }
    return handler;
  }
  handler.function = function_among(program.refs(function, local));
  handler.class_id = class_among(program.refs(function, local));
  handler.symbol = program.symbol_of(function, local);
  return handler;
}

}  // namespace

Handler handler_of(const Program& program, Codes& codes, FunctionId function, ir::LocalIndex local,
                   Span span) {
  return handler_within(program, codes, function, local, span, 0);
}

}  // namespace privet::access
