#include <algorithm>

#include "access/guards.h"
#include "access/words.h"

// `const {user, error} = await authenticate(request); if (error) return error;`: a function that does not turn
// the caller away itself, and tells by a field of its answer whether to.

namespace privet::access {
namespace {

constexpr std::size_t kMostFunctions = 2;
/// What one condition may cost, beside what is asked around it.
constexpr int kBudget = 60;

/// The values that an object which the function returns has under the field.
std::vector<ir::LocalIndex> returned_under(const Code& code, Name field) {
  std::vector<ir::LocalIndex> found;
  for (const ir::Block& block : code.function().blocks) {
    if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
    const ir::Instruction* made = code.origin(block.end.value);
    if (made == nullptr || made->op != ir::Op::Construct) continue;
    for (const ir::Operand& operand : operands_of(code.function(), *made)) {
      if (operand.kind == ir::Operand::Kind::Keyed && operand.name == field && operand.value != ir::kNone) {
        found.push_back(operand.value);
      }
    }
  }
  return found;
}

/// The conditions under which control comes to the block: of branches of which it lies on one side alone.
std::vector<ir::LocalIndex> conditions_of(const Code& code, ir::BlockIndex wanted) {
  std::vector<ir::LocalIndex> conditions;
  const auto& blocks = code.function().blocks;
  for (ir::BlockIndex b = 0; b < blocks.size(); ++b) {
    const ir::Terminator& end = blocks[b].end;
    if (end.kind != ir::Terminator::Kind::Branch || end.target == end.otherwise) continue;
    const bool met = code.dominates(end.target, wanted);
    if (met != code.dominates(end.otherwise, wanted)) conditions.push_back(end.value);
  }
  return conditions;
}

/// What is put into the variable that a condition tests, on whatever way: `let user = null; … user = find();`.
std::vector<ir::LocalIndex> written_to(const Code& code, ir::LocalIndex condition) {
  const ir::Instruction* tested = code.definition(condition);
  if (tested != nullptr && tested->op == ir::Op::Operate && tested->n_operands == 1) {
    condition = operands_of(code.function(), *tested)[0].value;
  }
  std::vector<ir::LocalIndex> values;
  for (const ir::Block& block : code.function().blocks) {
    for (const ir::Instruction& in : block.instructions) {
      if (in.op == ir::Op::Copy && in.result == condition) values.push_back(in.a);
    }
  }
  return values;
}

}  // namespace

void Guards::ask_told(FunctionId function, const ir::Instruction& load, int depth, int& budget, Question& question) {
  if (!telling_words(load.name.text())) return;
  const Code& code = codes_.of(function);
  const ir::Instruction* call = code.origin(load.a);
  if (call == nullptr || call->op != ir::Op::Call) return;
  const std::vector<FunctionId> called = program_.callees(code.definition_site(call->result)).functions;
  if (called.size() > kMostFunctions) return;
  for (const FunctionId id : called) {
    const Code& inner = codes_.of(id);
    for (const ir::LocalIndex told : returned_under(inner, load.name)) {
      for (ir::BlockIndex b = 0; b < inner.function().blocks.size(); ++b) {
        const auto& instructions = inner.function().blocks[b].instructions;
        const bool written = std::any_of(instructions.begin(), instructions.end(),
                                         [&](const ir::Instruction& in) { return in.result == told; });
        if (!written) continue;
        for (const ir::LocalIndex condition : conditions_of(inner, b)) {
          if (question.is_check() || --budget < 0) return;
          int own = kBudget;
          ask(id, condition, depth + 2, own, question);
          for (const ir::LocalIndex value : written_to(inner, condition)) ask(id, value, depth + 2, own, question);
        }
      }
    }
  }
}

}  // namespace privet::access
