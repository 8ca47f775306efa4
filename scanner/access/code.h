#pragma once

#include <unordered_map>
#include <vector>

#include "program/program.h"

/// Small questions about one function's code that access analysis asks again and again. Inside
/// `access/` only.
namespace privet::access {

using program::FunctionId;
using program::Program;
using program::Site;

/// Blocks, definitions and dominators of one function, computed once. O(blocks² ) at worst, on
/// functions of at most `kMaxBlocks` blocks; larger ones answer "no" to every question of order.
class Code {
 public:
  static constexpr std::size_t kMaxBlocks = 2000;
  static constexpr std::size_t kMostOrigins = 8;

  Code(const Program& program, FunctionId function);

  FunctionId id() const { return id_; }
  const ir::Function& function() const { return *function_; }
  /// The instruction that gives a local its value, when there is exactly one; nullptr else.
  const ir::Instruction* definition(ir::LocalIndex local) const;
  /// Its place; only for a local with a definition.
  Site definition_site(ir::LocalIndex local) const;
  /// The definition after following Copy, through captured variables too when they are written once
  /// in the enclosing function.
  const ir::Instruction* origin(ir::LocalIndex local) const;

  /// The instructions that may have given a local the value it has right before `use`, also when others
  /// give it another one elsewhere. Backwards along the ways to `use`; O(blocks).
  std::vector<Site> reaching(ir::LocalIndex local, const Site& use) const;
  /// … after following Copy; at most `kMostOrigins`.
  std::vector<Site> origins(ir::LocalIndex local, const Site& use) const;
  const ir::Instruction& at(const Site& site) const {
    return function_->blocks[site.block].instructions[site.instruction];
  }

  const std::vector<ir::BlockIndex>& successors(ir::BlockIndex block) const;
  /// Blocks that control can reach from `block`, itself included; handlers count.
  std::vector<bool> reachable_from(ir::BlockIndex block) const;
  /// True if every way from the entry to `later` goes through `earlier`.
  bool dominates(ir::BlockIndex earlier, ir::BlockIndex later) const;
  /// … when nothing is thrown that the function itself catches.
  bool dominates_unless_thrown(ir::BlockIndex earlier, ir::BlockIndex later) const;

 private:
  void index_definitions();
  void build_dominators();

  FunctionId id_;
  const ir::Function* function_;
  struct Definition {
    ir::BlockIndex block = ir::kNone;
    std::uint32_t instruction = 0;
    bool several = false;
  };
  std::vector<Definition> definitions_;           // by local
  std::vector<std::vector<ir::BlockIndex>> successors_;
  std::vector<std::vector<ir::BlockIndex>> predecessors_;
  std::vector<ir::BlockIndex> dominator_;         // immediate; kNone: not reached
  std::vector<ir::BlockIndex> quiet_dominator_;   // without what is thrown; empty: the same
};

/// Codes of a program, made when first asked for. Not thread-safe.
class Codes {
 public:
  explicit Codes(const Program& program) : program_(program) {}
  const Code& of(FunctionId function);

 private:
  const Program& program_;
  std::unordered_map<std::uint32_t, Code> made_;
};

/// The operands of a Call, Construct or Operate.
std::span<const ir::Operand> operands_of(const ir::Function& function,
                                         const ir::Instruction& instruction);

/// The text of a literal local; empty when it is not one.
std::string_view literal_text(const Code& code, ir::LocalIndex local);

}  // namespace privet::access
