#include "access/callback_checks.h"

#include <algorithm>
#include <vector>

#include "access/operands.h"

namespace privet::access {
namespace {

constexpr int kMaxDepth = 3;
constexpr std::size_t kMaxBodies = 12;

/// A parameter of a function, or a field of it.
struct Slot {
  FunctionId function;
  std::size_t parameter = 0;
  base::Name field;
};

/// The places where a callback is called, and how strong the weakest check before them is.
class CallbackWalk {
 public:
  CallbackWalk(const Program& program, Codes& codes, Guards& guards)
      : program_(program), codes_(codes), guards_(guards) {}

  std::optional<BodyCheck> check() const { return open_ ? std::nullopt : weakest_; }

  /// Follows a local of `from` into the calls that it is handed to.
  template <class IsIt>
  void hand_over(FunctionId from, IsIt&& is_it, int depth) {
    if (depth > kMaxDepth) return;
    const Code& code = codes_.of(from);
    for (ir::BlockIndex b = 0; b < code.function().blocks.size(); ++b) {
      const auto& instructions = code.function().blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        if (instructions[i].op != ir::Op::Call) continue;
        const auto& functions = program_.callees({from, b, i}).functions;
        if (functions.size() != 1) continue;
        const auto operands = operands_of(code.function(), instructions[i]);
        for (std::size_t k = 0; k < operands.size(); ++k) {
          if (operands[k].value == ir::kNone) continue;
          if (is_it(code, operands[k].value)) enter({functions[0], k, {}}, depth + 1);
          const ir::Instruction* made = code.origin(operands[k].value);
          if (made == nullptr || made->op != ir::Op::Construct) continue;
          for (const ir::Operand& entry : operands_of(code.function(), *made)) {
            if (entry.kind != ir::Operand::Kind::Keyed || entry.value == ir::kNone) continue;
            if (is_it(code, entry.value)) enter({functions[0], k, entry.name}, depth + 1);
          }
        }
      }
    }
  }

 private:
  void enter(const Slot& slot, int depth) {
    for (const FunctionId body : bodies_of(slot.function)) {
      look_for_calls(slot, body);
      hand_over(body, [&](const Code& code, ir::LocalIndex local) { return holds(slot, code, local); }, depth);
    }
  }

  /// The function and those made in it.
  std::vector<FunctionId> bodies_of(FunctionId function) const {
    std::vector<FunctionId> bodies{function};
    const program::ModuleId module = program_.module_of(function);
    for (std::size_t i = 0; i < bodies.size() && bodies.size() < kMaxBodies; ++i) {
      for (const ir::Block& block : program_.function(bodies[i]).blocks) {
        for (const ir::Instruction& at : block.instructions) {
          if (at.op != ir::Op::Closure || at.is_class || bodies.size() >= kMaxBodies) continue;
          bodies.push_back(program_.function_id(module, at.index));
        }
      }
    }
    return bodies;
  }

  bool is_parameter(const Slot& slot, const Code& code, ir::LocalIndex local) const {
    const ir::Function& callee = program_.function(slot.function);
    if (slot.parameter >= callee.parameters.size()) return false;
    const ir::LocalIndex parameter = callee.parameters[slot.parameter].local;
    if (code.id() == slot.function) return local == parameter;
    const ir::Local& here = code.function().locals[local];
    return here.kind == ir::Local::Kind::Captured && here.name == callee.locals[parameter].name;
  }

  /// True if the local is what the slot holds, read from the parameter where it is a field of it.
  bool holds(const Slot& slot, const Code& code, ir::LocalIndex local) const {
    if (slot.field.empty()) return is_parameter(slot, code, local);
    const ir::Instruction* made = code.origin(local);
    return made != nullptr && made->op == ir::Op::Load && made->name == slot.field;
  }

  void look_for_calls(const Slot& slot, FunctionId body) {
    const Code& code = codes_.of(body);
    for (ir::BlockIndex b = 0; b < code.function().blocks.size(); ++b) {
      const auto& instructions = code.function().blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        const ir::Instruction& at = instructions[i];
        if (at.op != ir::Op::Call || at.a == ir::kNone) continue;
        const bool called = at.name.empty() ? holds(slot, code, at.a)
                                            : at.name == slot.field && is_parameter(slot, code, at.a);
        if (called) note_call({body, b, i});
      }
    }
  }

  void note_call(const Site& site) {
    const BodyCheck* strongest = nullptr;
    for (const BodyCheck& check : guards_.checks_in(site.function)) {
      if (check.kind > rule::Guard::Kind::Owner || !guards_.guards(check, site)) continue;
      if (strongest == nullptr || check.kind > strongest->kind) strongest = &check;
    }
    if (strongest == nullptr) {
      open_ = true;
    } else if (!weakest_ || strongest->kind < weakest_->kind) {
      weakest_ = *strongest;
    }
  }

  const Program& program_;
  Codes& codes_;
  Guards& guards_;
  std::optional<BodyCheck> weakest_;
  bool open_ = false;
};

}  // namespace

std::optional<BodyCheck> check_before_callback(const Program& program, Codes& codes, Guards& guards, const Site& made) {
  const ir::Instruction& closure = instruction_at(program, made);
  if (closure.op != ir::Op::Closure || closure.is_class) return std::nullopt;
  CallbackWalk walk(program, codes, guards);
  walk.hand_over(made.function, [&](const Code& code, ir::LocalIndex local) {
    if (local == closure.result) return true;
    const ir::Instruction* origin = code.origin(local);
    return origin != nullptr && origin->result == closure.result && origin->op == ir::Op::Closure;
  }, 0);
  return walk.check();
}

}  // namespace privet::access
