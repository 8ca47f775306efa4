#include <algorithm>

#include "access/guards.h"
#include "access/operands.h"
#include "access/words.h"

// Conditions that turn nobody away, and still let only some callers to what stands behind them.

namespace privet::access {
namespace {

using rule::Guard;

constexpr int kMostNegations = 8;

bool is_nothing(const Code& code, ir::LocalIndex value) {
  const ir::Instruction* made = code.origin(value);
  if (made == nullptr || made->op != ir::Op::Literal) return false;
  const std::string_view text = made->name.text();
  return made->literal_kind() == ir::LiteralKind::Null || text == "false" || text == "False";
}

/// True if the condition holds for those who are not meant: `!isAdmin`, `user.id !== owner`, `is_anonymous`.
bool asks_for_others(const Code& code, ir::LocalIndex value) {
  bool others = false;
  for (int i = 0; i < kMostNegations; ++i) {
    const ir::Instruction* made = code.origin(value);
    if (made == nullptr) return others;
    if (made->op == ir::Op::Load) return others != anonymous_words(made->name.text());
    if (made->op != ir::Op::Operate) return others;
    const std::string_view op = made->name.text();
    const auto operands = operands_of(code.function(), *made);
    if (op == "!" || op == "not") {
      others = !others;
      value = operands[0].value;
      continue;
    }
    if (op == "!=" || op == "!==" || op == "is not" || op == "not in") others = !others;
    const bool with_nothing = std::any_of(operands.begin(), operands.end(), [&](const ir::Operand& operand) {
      return is_nothing(code, operand.value);
    });
    return others != with_nothing;
  }
  return others;
}

}  // namespace

const std::vector<BodyCheck>& Guards::conditions_in(FunctionId function) {
  const auto [found, is_new] = conditions_.try_emplace(function.value);
  if (!is_new) return found->second;
  const Code& code = codes_.of(function);
  const auto& blocks = code.function().blocks;
  if (blocks.size() > Code::kMaxBlocks) return found->second;
  std::vector<BodyCheck> conditions;
  for (ir::BlockIndex b = 0; b < blocks.size(); ++b) {
    const ir::Terminator& end = blocks[b].end;
    if (end.kind != ir::Terminator::Kind::Branch || end.target == end.otherwise || is_promise(code, end.value)) continue;
    const Question question = question_of(function, end.value);
    if (!question.principal && !question.anonymous && !question.owner_call) continue;
    BodyCheck condition;
    condition.kind = kind_of(question);
    // That somebody is logged in is seldom why a record is loaded in one way and not in the other.
    if (condition.kind != Guard::Kind::Authz && condition.kind != Guard::Kind::Owner) continue;
    condition.block = b;
    condition.passed = asks_for_others(code, end.value) ? end.otherwise : end.target;
    condition.returns = true;
    condition.span = end.span;
    condition.text = std::string(program_.sources().text(end.span).substr(0, 60));
    conditions.push_back(std::move(condition));
  }
  return conditions_[function.value] = std::move(conditions);
}

}  // namespace privet::access
