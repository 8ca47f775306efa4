#include "access/loose_checks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace privet::access {
namespace {

constexpr int kMostSteps = 24;

bool narrows(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames = {"filter", "filter_by", "where", "andWhere", "and_where", "exclude", "having"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

bool fetches(std::string_view name) {
  constexpr std::array<std::string_view, 6> kNames = {"all", "paginate", "getMany", "find", "toArray", "fetchall"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// One function, in which a query is built step by step and returned.
class Finder {
 public:
  Finder(const Program& program, const flow::FlowResult& flows, Codes& codes, Guards& guards, FunctionId function)
      : program_(program), flows_(flows), guards_(guards), code_(codes.of(function)) {}

  std::vector<LooseCheck> run() {
    const auto& blocks = code_.function().blocks;
    for (ir::BlockIndex b = 0; b < blocks.size(); ++b) {
      if (blocks[b].end.kind != ir::Terminator::Kind::Return || blocks[b].end.value == ir::kNone) continue;
      visit({code_.id(), b, static_cast<std::uint32_t>(blocks[b].instructions.size())}, blocks[b].end.value);
    }
    return std::move(found_);
  }

 private:
  /// `return query`, `return query.all()`.
  void visit(const Site& end, ir::LocalIndex value) {
    std::vector<Site> writes = code_.reaching(value, end);
    if (writes.size() == 1) {
      const ir::Instruction& made = code_.at(writes.front());
      if (made.op == ir::Op::Call && fetches(made.name.text())) writes = code_.reaching(made.a, writes.front());
    }
    if (writes.size() < 2) return;
    const auto bare = std::find_if(writes.begin(), writes.end(), [&](const Site& write) { return is_bare(write); });
    if (bare == writes.end()) return;
    for (const Site& write : writes) {
      if (is_narrowed(write)) add_check(write, end, *bare);
    }
  }

  /// The call that made what an instruction writes, through one copy.
  std::optional<Site> call_of(const Site& write) const {
    const ir::Instruction& made = code_.at(write);
    const std::vector<Site> origins = made.op == ir::Op::Copy ? code_.origins(made.a, write) : std::vector<Site>{write};
    if (origins.size() != 1 || code_.at(origins.front()).op != ir::Op::Call) return std::nullopt;
    return origins.front();
  }

  bool is_narrowed(const Site& write) const {
    const std::optional<Site> call = call_of(write);
    return call && narrows(code_.at(*call).name.text());
  }

  /// All of the records: a query of a stored record with no step that leaves anything out.
  bool is_bare(const Site& write) const {
    std::optional<Site> call = call_of(write);
    if (!call) return false;
    const auto refs = program_.refs(code_.id(), code_.at(*call).result);
    const bool records = std::any_of(refs.begin(), refs.end(), [&](const Ref& ref) {
      return ref.list && program_.entity_of(ref).valid() && program_.entity(program_.entity_of(ref)).stored;
    });
    if (!records) return false;
    for (int step = 0; call && step < kMostSteps; ++step) {
      const ir::Instruction& made = code_.at(*call);
      if (narrows(made.name.text()) || flows_.from_principal(*call, made.result)) return false;
      if (made.name.empty()) return true;
      const std::vector<Site> origins = code_.origins(made.a, *call);
      if (origins.size() != 1 || code_.at(origins.front()).op != ir::Op::Call) return true;
      call = origins.front();
    }
    return true;
  }

  /// The innermost branch on a permission whose yes leads to the step, and whose no to the end.
  void add_check(const Site& step, const Site& end, const Site& bare) {
    const auto& blocks = code_.function().blocks;
    for (ir::BlockIndex b = static_cast<ir::BlockIndex>(blocks.size()); b-- > 0;) {
      const ir::Terminator& branch = blocks[b].end;
      if (branch.kind != ir::Terminator::Kind::Branch || branch.target == branch.otherwise) continue;
      const bool positive = !is_negated(branch.value, {code_.id(), b, static_cast<std::uint32_t>(blocks[b].instructions.size())});
      const ir::BlockIndex passed = positive ? branch.target : branch.otherwise;
      const ir::BlockIndex failed = positive ? branch.otherwise : branch.target;
      if (!code_.dominates(passed, step.block) || !code_.reachable_from(failed)[end.block]) continue;
      const Question question = guards_.question_of(code_.id(), branch.value);
      const bool of_caller = question.principal || question.anonymous;
      if (!question.owner_call && !(question.role && of_caller)) continue;
      LooseCheck check;
      check.function = code_.id();
      check.span = branch.span;
      check.text = std::string(program_.sources().text(branch.span).substr(0, 60));
      for (const Ref& ref : program_.refs(code_.id(), code_.at(*call_of(bare)).result)) {
        if (const program::EntityId entity = program_.entity_of(ref); entity.valid()) check.entity = entity;
      }
      found_.push_back(std::move(check));
      return;
    }
  }

  bool is_negated(ir::LocalIndex value, const Site& use) const {
    bool negated = false;
    for (int step = 0; step < kMostSteps; ++step) {
      const std::vector<Site> origins = code_.origins(value, use);
      if (origins.size() != 1) return negated;
      const ir::Instruction& made = code_.at(origins.front());
      if (made.op != ir::Op::Operate || (made.name.text() != "not" && made.name.text() != "!")) return negated;
      negated = !negated;
      value = operands_of(code_.function(), made)[0].value;
    }
    return negated;
  }

  const Program& program_;
  const flow::FlowResult& flows_;
  Guards& guards_;
  const Code& code_;
  std::vector<LooseCheck> found_;
};

}  // namespace

std::vector<LooseCheck> loose_checks_in(const Program& program, const flow::FlowResult& flows, Codes& codes,
                                        Guards& guards, FunctionId function) {
  if (codes.of(function).function().blocks.size() > Code::kMaxBlocks) return {};
  return Finder(program, flows, codes, guards, function).run();
}

}  // namespace privet::access
