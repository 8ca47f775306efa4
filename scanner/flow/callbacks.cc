#include "flow/callbacks.h"

namespace privet::flow {
namespace {

/// The place of the local among the parameters; ir::kNone when it is none.
std::uint32_t parameter_at(const ir::Function& function, ir::LocalIndex local) {
  for (std::uint32_t i = 0; i < function.parameters.size(); ++i) {
    if (function.parameters[i].local == local) return i;
  }
  return ir::kNone;
}

/// The parameter that is called to make the value, through copies; ir::kNone when it is made otherwise.
std::uint32_t called_for(const ir::Function& function, ir::LocalIndex value) {
  constexpr int kMostCopies = 4;
  for (int i = 0; i < kMostCopies && value != ir::kNone; ++i) {
    const ir::Instruction* made = nullptr;
    for (const ir::Block& block : function.blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.result == value) made = &in;
      }
    }
    if (made == nullptr) return ir::kNone;
    if (made->op == ir::Op::Call && made->name.empty()) return parameter_at(function, made->a);
    if (made->op != ir::Op::Copy) return ir::kNone;
    value = made->a;
  }
  return ir::kNone;
}

}  // namespace

std::uint32_t result_callback(const program::Program& program, program::FunctionId id) {
  const ir::Function& function = program.function(id);
  if (function.parameters.empty()) return ir::kNone;
  for (const ir::Block& block : function.blocks) {
    if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
    const std::uint32_t parameter = called_for(function, block.end.value);
    if (parameter != ir::kNone) return parameter;
  }
  return ir::kNone;
}

bool calls_parameter(const program::Program& program, program::FunctionId id, const ir::Instruction& call) {
  if (!call.name.empty() || call.a == ir::kNone) return false;
  const program::Program::Variable home = program.variable_of(id, call.a);
  const auto& locals = program.function(home.function).locals;
  return home.local < locals.size() && locals[home.local].kind == ir::Local::Kind::Parameter;
}

}  // namespace privet::flow
