#include "access/code.h"

#include <algorithm>
#include <span>

namespace privet::access {
namespace {

constexpr int kMostCopies = 16;

/// True if a call in the block never comes back: `redirect("/login")`, `notFound()`.
bool block_exits(const Program& program, FunctionId function, ir::BlockIndex block) {
  const auto& instructions = program.function(function).blocks[block].instructions;
  for (std::uint32_t i = 0; i < instructions.size(); ++i) {
    if (instructions[i].op != ir::Op::Call) continue;
    const Site site{function, block, i};
    for (const base::Name symbol : program.callees(site).symbols) {
      for (const rule::FunctionModel* model : program.rules().functions(symbol)) {
        if (model->exits && program.holds(site, model->when)) return true;
      }
    }
  }
  return false;
}

}  // namespace

std::span<const ir::Operand> operands_of(const ir::Function& function,
                                         const ir::Instruction& instruction) {
  return std::span(function.operands).subspan(instruction.first_operand, instruction.n_operands);
}

std::string_view literal_text(const Code& code, ir::LocalIndex local) {
  const ir::Instruction* made = code.origin(local);
  return made != nullptr && made->op == ir::Op::Literal ? made->name.text() : std::string_view{};
}

Code::Code(const Program& program, FunctionId function)
    : id_(function), function_(&program.function(function)) {
  index_definitions();
  successors_.resize(function_->blocks.size());
  for (std::size_t b = 0; b < function_->blocks.size(); ++b) {
    const ir::Block& block = function_->blocks[b];
    auto& next = successors_[b];
    const bool exits = block_exits(program, id_, static_cast<ir::BlockIndex>(b));
    for (const ir::BlockIndex to : {block.end.target, block.end.otherwise, block.handler}) {
      if (exits && to != block.handler) continue;
      if (to < function_->blocks.size() && std::find(next.begin(), next.end(), to) == next.end()) {
        next.push_back(to);
      }
    }
  }
  predecessors_.resize(successors_.size());
  for (ir::BlockIndex b = 0; b < successors_.size(); ++b) {
    for (const ir::BlockIndex to : successors_[b]) predecessors_[to].push_back(b);
  }
  build_dominators();
}

void Code::index_definitions() {
  definitions_.resize(function_->locals.size());
  for (std::size_t b = 0; b < function_->blocks.size(); ++b) {
    const auto& instructions = function_->blocks[b].instructions;
    for (std::size_t i = 0; i < instructions.size(); ++i) {
      const ir::LocalIndex result = instructions[i].result;
      if (result >= definitions_.size()) continue;
      Definition& definition = definitions_[result];
      if (definition.block != ir::kNone) definition.several = true;
      definition.block = static_cast<ir::BlockIndex>(b);
      definition.instruction = static_cast<std::uint32_t>(i);
    }
  }
}

const ir::Instruction* Code::definition(ir::LocalIndex local) const {
  if (local >= definitions_.size()) return nullptr;
  const Definition& definition = definitions_[local];
  if (definition.block == ir::kNone || definition.several) return nullptr;
  return &function_->blocks[definition.block].instructions[definition.instruction];
}

Site Code::definition_site(ir::LocalIndex local) const {
  CHECK(definition(local) != nullptr, "the caller asked for the definition first");
  return {id_, definitions_[local].block, definitions_[local].instruction};
}

const ir::Instruction* Code::origin(ir::LocalIndex local) const {
  const ir::Instruction* made = definition(local);
  for (int i = 0; i < kMostCopies && made != nullptr && made->op == ir::Op::Copy; ++i) {
    made = definition(made->a);
  }
  return made;
}

std::vector<Site> Code::reaching(ir::LocalIndex local, const Site& use) const {
  if (definition(local) != nullptr) return {definition_site(local)};
  std::vector<Site> found;
  if (local >= definitions_.size() || !definitions_[local].several) return found;
  // The last write of the local before `end`; false when the block has none.
  const auto last_write = [&](ir::BlockIndex block, std::size_t end) {
    const auto& instructions = function_->blocks[block].instructions;
    for (std::size_t i = std::min(end, instructions.size()); i-- > 0;) {
      if (instructions[i].result != local) continue;
      found.push_back({id_, block, static_cast<std::uint32_t>(i)});
      return true;
    }
    return false;
  };
  if (last_write(use.block, use.instruction)) return found;
  std::vector<bool> seen(predecessors_.size(), false);
  std::vector<ir::BlockIndex> open = predecessors_[use.block];
  while (!open.empty()) {
    const ir::BlockIndex block = open.back();
    open.pop_back();
    if (seen[block]) continue;
    seen[block] = true;
    if (last_write(block, function_->blocks[block].instructions.size())) continue;
    open.insert(open.end(), predecessors_[block].begin(), predecessors_[block].end());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Site> Code::origins(ir::LocalIndex local, const Site& use) const {
  std::vector<Site> found;
  std::vector<Site> open = reaching(local, use);
  for (std::size_t i = 0; i < open.size() && i < kMostCopies && found.size() < kMostOrigins; ++i) {
    const ir::Instruction& made = at(open[i]);
    if (made.op != ir::Op::Copy) {
      found.push_back(open[i]);
      continue;
    }
    const std::vector<Site> copied = reaching(made.a, open[i]);
    open.insert(open.end(), copied.begin(), copied.end());
  }
  return found;
}

const std::vector<ir::BlockIndex>& Code::successors(ir::BlockIndex block) const {
  return successors_[block];
}

std::vector<bool> Code::reachable_from(ir::BlockIndex block) const {
  std::vector<bool> seen(successors_.size(), false);
  if (block >= seen.size()) return seen;
  std::vector<ir::BlockIndex> open{block};
  seen[block] = true;
  while (!open.empty()) {
    const ir::BlockIndex from = open.back();
    open.pop_back();
    for (const ir::BlockIndex to : successors_[from]) {
      if (seen[to]) continue;
      seen[to] = true;
      open.push_back(to);
    }
  }
  return seen;
}

namespace {

/// Immediate dominators by block, kNone where the entry does not lead.
/// Cooper, Harvey, Kennedy, "A Simple, Fast Dominance Algorithm" (2001).
std::vector<ir::BlockIndex> dominators_of(const std::vector<std::vector<ir::BlockIndex>>& successors) {
  const std::size_t n = successors.size();
  std::vector<ir::BlockIndex> dominator(n, ir::kNone);
  if (n == 0 || n > Code::kMaxBlocks) return dominator;
  std::vector<std::vector<ir::BlockIndex>> predecessors(n);
  for (ir::BlockIndex b = 0; b < n; ++b) {
    for (const ir::BlockIndex to : successors[b]) predecessors[to].push_back(b);
  }
  std::vector<std::uint32_t> order(n, ir::kNone);  // post-order number
  std::vector<ir::BlockIndex> post;
  std::vector<std::pair<ir::BlockIndex, std::size_t>> open{{0, 0}};
  std::vector<bool> seen(n, false);
  seen[0] = true;
  while (!open.empty()) {
    auto& [block, next] = open.back();
    if (next < successors[block].size()) {
      const ir::BlockIndex to = successors[block][next++];
      if (!seen[to]) {
        seen[to] = true;
        open.emplace_back(to, 0);
      }
      continue;
    }
    order[block] = static_cast<std::uint32_t>(post.size());
    post.push_back(block);
    open.pop_back();
  }
  dominator[0] = 0;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = post.size(); i-- > 0;) {
      const ir::BlockIndex block = post[i];
      if (block == 0) continue;
      ir::BlockIndex found = ir::kNone;
      for (ir::BlockIndex p : predecessors[block]) {
        if (!seen[p] || dominator[p] == ir::kNone) continue;
        if (found == ir::kNone) {
          found = p;
          continue;
        }
        while (p != found) {
          while (order[p] < order[found]) p = dominator[p];
          while (order[found] < order[p]) found = dominator[found];
        }
      }
      if (found != dominator[block]) {
        dominator[block] = found;
        changed = true;
      }
    }
  }
  return dominator;
}

bool is_above(const std::vector<ir::BlockIndex>& dominator, ir::BlockIndex earlier, ir::BlockIndex later) {
  if (later >= dominator.size() || earlier >= dominator.size()) return false;
  if (dominator[later] == ir::kNone) return false;
  while (later != earlier && later != 0) later = dominator[later];
  return later == earlier;
}

}  // namespace

void Code::build_dominators() {
  dominator_ = dominators_of(successors_);
  const bool catches = std::any_of(function_->blocks.begin(), function_->blocks.end(),
                                   [](const ir::Block& block) { return block.handler != ir::kNone; });
  if (!catches) return;
  std::vector<std::vector<ir::BlockIndex>> quiet = successors_;
  for (ir::BlockIndex b = 0; b < quiet.size(); ++b) {
    const ir::Block& block = function_->blocks[b];
    if (block.handler == block.end.target || block.handler == block.end.otherwise) continue;
    std::erase(quiet[b], block.handler);
  }
  quiet_dominator_ = dominators_of(quiet);
}

bool Code::dominates(ir::BlockIndex earlier, ir::BlockIndex later) const {
  return is_above(dominator_, earlier, later);
}

bool Code::dominates_unless_thrown(ir::BlockIndex earlier, ir::BlockIndex later) const {
  return is_above(quiet_dominator_.empty() ? dominator_ : quiet_dominator_, earlier, later);
}

const Code& Codes::of(FunctionId function) {
  const auto found = made_.find(function.value);
  if (found != made_.end()) return found->second;
  return made_.emplace(function.value, Code(program_, function)).first->second;
}

}  // namespace privet::access
