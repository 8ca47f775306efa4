#include "ir/builder.h"

#include <iterator>
#include <utility>

#include "base/check.h"

namespace privet::ir {

Operand value_operand(LocalIndex value, Span span) {
  Operand operand;
  operand.value = value;
  operand.span = span;
  return operand;
}

ModuleBuilder::ModuleBuilder(source::FileId file, Name language) {
  module_.file = file;
  module_.language = language;
  Function body;
  body.blocks.emplace_back();
  module_.functions.push_back(std::move(body));
  Frame frame;
  frame.scopes.emplace_back();
  stack_.push_back(std::move(frame));
}

FunctionIndex ModuleBuilder::begin_function(Name name, Span span, Span name_span) {
  Function function;
  function.name = name;
  function.parent = stack_.back().index;
  function.span = span;
  function.name_span = name_span;
  function.blocks.emplace_back();
  module_.functions.push_back(std::move(function));
  Frame frame;
  frame.index = static_cast<FunctionIndex>(module_.functions.size() - 1);
  frame.scopes.emplace_back();
  stack_.push_back(std::move(frame));
  return stack_.back().index;
}

void ModuleBuilder::end_function() {
  CHECK(stack_.size() > 1, "the body of the file ends with finish()");
  if (is_open()) close(Terminator{});
  stack_.pop_back();
}

void ModuleBuilder::begin_scope(bool of_class) {
  stack_.back().scopes.push_back({{}, of_class});
}

void ModuleBuilder::end_scope() {
  CHECK(stack_.back().scopes.size() > 1, "a function's outermost scope ends with the function");
  stack_.back().scopes.pop_back();
}

LocalIndex ModuleBuilder::new_local(Frame& frame, Local local) {
  auto& locals = module_.functions[frame.index].locals;
  locals.push_back(local);
  return static_cast<LocalIndex>(locals.size() - 1);
}

LocalIndex ModuleBuilder::declare(Name name, Span span, Local::Kind kind, bool function_scope) {
  Frame& frame = stack_.back();
  auto& scope = function_scope ? frame.scopes.front() : frame.scopes.back();
  if (auto found = scope.names.find(name); found != scope.names.end()) return found->second;
  Local local;
  local.name = name;
  local.kind = kind;
  local.span = span;
  if (scope.of_class) {
    // Not a variable of the function: nobody else may find it by name.
    local.name = Name{};
    local.kind = Local::Kind::Temporary;
  }
  const LocalIndex index = new_local(frame, local);
  scope.names.emplace(name, index);
  return index;
}

LocalIndex ModuleBuilder::find_in_scopes(const Frame& frame, Name name, bool inner) {
  bool passed_class = inner;
  for (auto scope = frame.scopes.rbegin(); scope != frame.scopes.rend(); ++scope) {
    if (scope->of_class) {
      if (passed_class) continue;
      passed_class = true;
    }
    if (auto found = scope->names.find(name); found != scope->names.end()) return found->second;
  }
  return kNone;
}

LocalIndex ModuleBuilder::find_in(const Frame& frame, Name name, bool inner) {
  const LocalIndex own = find_in_scopes(frame, name, inner);
  if (own != kNone) return own;
  if (auto found = frame.outer.find(name); found != frame.outer.end()) return found->second;
  return kNone;
}

LocalIndex ModuleBuilder::find_here(Name name) const {
  return find_in_scopes(stack_.back(), name, /*inner=*/false);
}

LocalIndex ModuleBuilder::lookup_in(std::size_t depth, Name name, Span span, bool inner) {
  // Walk outwards without recursion, then capture on the way back in: the depth of nested functions
  // is bounded by the parser's limit, but a loop costs nothing.
  std::size_t owner = depth + 1;
  LocalIndex found = kNone;
  while (owner-- > 0) {
    found = find_in(stack_[owner], name, inner || owner < depth);
    if (found != kNone) break;
  }
  Local local;
  local.name = name;
  local.span = span;
  if (found == kNone) {
    // Free in the body of the file, so that all functions share one.
    owner = 0;
    local.kind = Local::Kind::Free;
    found = new_local(stack_[0], local);
    stack_[0].outer.emplace(name, found);
  }
  for (std::size_t inner = owner + 1; inner <= depth; ++inner) {
    local.kind = Local::Kind::Captured;
    local.outer = found;
    found = new_local(stack_[inner], local);
    stack_[inner].outer.emplace(name, found);
  }
  return found;
}

LocalIndex ModuleBuilder::lookup(Name name, Span span) {
  return lookup_in(stack_.size() - 1, name, span, /*inner=*/false);
}

LocalIndex ModuleBuilder::capture(Name name, Span span, bool of_module) {
  const std::size_t top = stack_.size() - 1;
  if (top == 0) return declare(name, span);
  if (of_module) {
    auto& names = stack_[0].scopes.front().names;
    if (auto free = stack_[0].outer.find(name); free != stack_[0].outer.end()) {
      // Read by an earlier function, and now known to be assigned.
      module_.functions[0].locals[free->second].kind = Local::Kind::Variable;
      names.emplace(name, free->second);
    } else if (names.find(name) == names.end()) {
      Local local;
      local.name = name;
      local.kind = Local::Kind::Variable;
      local.span = span;
      names.emplace(name, new_local(stack_[0], local));
    }
  }
  LocalIndex outer = of_module ? find_in(stack_[0], name, /*inner=*/true)
                               : lookup_in(top - 1, name, span, /*inner=*/true);
  for (std::size_t inner = of_module ? 1 : top; inner <= top; ++inner) {
    if (inner < top) {
      // A function in between may have a variable of its own under this name: an unnamed capture
      // passes the module's one through.
      Local through;
      through.kind = Local::Kind::Captured;
      through.outer = outer;
      through.name = name;
      through.span = span;
      outer = new_local(stack_[inner], through);
      continue;
    }
    Local local;
    local.name = name;
    local.kind = Local::Kind::Captured;
    local.outer = outer;
    local.span = span;
    outer = new_local(stack_[inner], local);
    stack_[inner].scopes.front().names[name] = outer;
  }
  return outer;
}

LocalIndex ModuleBuilder::temporary() { return new_local(stack_.back(), Local{}); }

void ModuleBuilder::take_scopes_off(std::size_t n) {
  Frame& frame = stack_.back();
  CHECK(n > 0 && n <= frame.scopes.size(), "n comes from n_scopes() of the same function");
  const auto first = frame.scopes.begin() + static_cast<std::ptrdiff_t>(n);
  frame.taken_off.emplace_back(std::make_move_iterator(first),
                               std::make_move_iterator(frame.scopes.end()));
  frame.scopes.erase(first, frame.scopes.end());
}

void ModuleBuilder::put_scopes_back() {
  Frame& frame = stack_.back();
  CHECK(!frame.taken_off.empty(), "follows take_scopes_off");
  for (Scope& scope : frame.taken_off.back()) frame.scopes.push_back(std::move(scope));
  frame.taken_off.pop_back();
}

BlockIndex ModuleBuilder::new_block() {
  auto& blocks = function().blocks;
  Block block;
  block.handler = stack_.back().handler;
  blocks.push_back(std::move(block));
  return static_cast<BlockIndex>(blocks.size() - 1);
}

void ModuleBuilder::set_block(BlockIndex block) {
  stack_.back().block = block;
  stack_.back().open = true;
}

void ModuleBuilder::set_handler(BlockIndex handler) {
  Frame& frame = stack_.back();
  frame.handler = handler;
  Block& block = function().blocks[frame.block];
  if (frame.open && block.instructions.empty()) block.handler = handler;
}

void ModuleBuilder::close(Terminator end) {
  function().blocks[stack_.back().block].end = end;
  stack_.back().open = false;
}

void ModuleBuilder::jump(BlockIndex target) {
  if (!is_open()) return;
  Terminator end;
  end.kind = Terminator::Kind::Jump;
  end.target = target;
  close(end);
}

void ModuleBuilder::branch(LocalIndex value, BlockIndex yes, BlockIndex no, Span span) {
  if (!is_open()) return;
  close({Terminator::Kind::Branch, value, yes, no, span});
}

void ModuleBuilder::return_value(LocalIndex value, Span span) {
  if (!is_open()) return;
  close({Terminator::Kind::Return, value, kNone, kNone, span});
}

void ModuleBuilder::throw_value(LocalIndex value, Span span) {
  if (!is_open()) return;
  close({Terminator::Kind::Throw, value, kNone, kNone, span});
}

Instruction& ModuleBuilder::emit(Op op, Span span) {
  if (!is_open()) set_block(new_block());
  auto& instructions = function().blocks[stack_.back().block].instructions;
  Instruction instruction;
  instruction.op = op;
  instruction.span = span;
  instructions.push_back(instruction);
  return instructions.back();
}

void ModuleBuilder::set_operands(Instruction& instruction, const std::vector<Operand>& operands) {
  auto& all = function().operands;
  instruction.first_operand = static_cast<std::uint32_t>(all.size());
  instruction.n_operands = static_cast<std::uint32_t>(operands.size());
  all.insert(all.end(), operands.begin(), operands.end());
}

LocalIndex ModuleBuilder::literal(LiteralKind kind, std::string_view text, Span span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Literal, span);
  instruction.kind = static_cast<std::uint8_t>(kind);
  instruction.name = Name::of(text);
  instruction.result = result;
  return result;
}

void ModuleBuilder::copy(LocalIndex into, LocalIndex from, Span span) {
  Instruction& instruction = emit(Op::Copy, span);
  instruction.result = into;
  instruction.a = from;
}

LocalIndex ModuleBuilder::load(LocalIndex base, Name field, Span span, Span name_span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Load, span);
  instruction.result = result;
  instruction.a = base;
  instruction.name = field;
  instruction.name_span = name_span;
  return result;
}

LocalIndex ModuleBuilder::load_computed(LocalIndex base, LocalIndex key, Span span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Load, span);
  instruction.result = result;
  instruction.a = base;
  instruction.b = key;
  return result;
}

void ModuleBuilder::store(LocalIndex base, Name field, LocalIndex value, Span span,
                          Span name_span) {
  Instruction& instruction = emit(Op::Store, span);
  instruction.a = base;
  instruction.name = field;
  instruction.c = value;
  instruction.name_span = name_span;
}

void ModuleBuilder::store_computed(LocalIndex base, LocalIndex key, LocalIndex value, Span span) {
  Instruction& instruction = emit(Op::Store, span);
  instruction.a = base;
  instruction.b = key;
  instruction.c = value;
}

LocalIndex ModuleBuilder::operate(std::string_view op, std::initializer_list<LocalIndex> operands,
                                  Span span) {
  std::vector<Operand> all;
  all.reserve(operands.size());
  for (const LocalIndex operand : operands) all.push_back(value_operand(operand, span));
  return operate(op, all, span);
}

LocalIndex ModuleBuilder::operate(std::string_view op, const std::vector<Operand>& operands,
                                  Span span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Operate, span);
  instruction.result = result;
  instruction.name = Name::of(op);
  set_operands(instruction, operands);
  return result;
}

LocalIndex ModuleBuilder::construct(ContainerKind kind, const std::vector<Operand>& operands,
                                    Span span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Construct, span);
  instruction.kind = static_cast<std::uint8_t>(kind);
  instruction.result = result;
  set_operands(instruction, operands);
  return result;
}

LocalIndex ModuleBuilder::element(LocalIndex component, Name tag,
                                  const std::vector<Operand>& operands, Span span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Construct, span);
  instruction.kind = static_cast<std::uint8_t>(ContainerKind::Element);
  instruction.result = result;
  instruction.a = component;
  instruction.name = tag;
  set_operands(instruction, operands);
  return result;
}

LocalIndex ModuleBuilder::call(LocalIndex callee, const std::vector<Operand>& operands, Span span,
                               bool is_new) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Call, span);
  instruction.result = result;
  instruction.a = callee;
  instruction.is_new = is_new;
  set_operands(instruction, operands);
  return result;
}

LocalIndex ModuleBuilder::call_method(LocalIndex receiver, Name method,
                                      const std::vector<Operand>& operands, Span span,
                                      Span name_span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Call, span);
  instruction.result = result;
  instruction.a = receiver;
  instruction.name = method;
  instruction.name_span = name_span;
  set_operands(instruction, operands);
  return result;
}

LocalIndex ModuleBuilder::closure(FunctionIndex function, Span span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Closure, span);
  instruction.result = result;
  instruction.index = function;
  return result;
}

LocalIndex ModuleBuilder::class_value(ClassIndex index, Span span) {
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Closure, span);
  instruction.result = result;
  instruction.index = index;
  instruction.is_class = true;
  return result;
}

LocalIndex ModuleBuilder::unknown(const std::vector<LocalIndex>& operands, Span span) {
  std::vector<Operand> all;
  all.reserve(operands.size());
  for (const LocalIndex operand : operands) all.push_back(value_operand(operand, span));
  const LocalIndex result = temporary();
  Instruction& instruction = emit(Op::Unknown, span);
  instruction.result = result;
  set_operands(instruction, all);
  return result;
}

TypeIndex ModuleBuilder::type(Type type) {
  module_.types.push_back(std::move(type));
  return static_cast<TypeIndex>(module_.types.size() - 1);
}

void ModuleBuilder::problem(source::ProblemCode code, Span span, std::string message) {
  module_.problems.push_back({code, span, std::move(message)});
}

Module ModuleBuilder::finish() && {
  CHECK(stack_.size() == 1, "every begin_function has its end_function");
  if (is_open()) close(Terminator{});
  return std::move(module_);
}

}  // namespace privet::ir
