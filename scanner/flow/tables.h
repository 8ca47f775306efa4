#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "flow/context.h"
#include "flow/function_solver.h"

namespace privet::flow {

/// One origin, by the atom that stands for it.
struct OriginKey {
  std::uint32_t function = 0;
  std::uint32_t group = 0;
  std::uint8_t depth = 0;
  std::array<Name, ir::AccessPath::kMaxDepth> path{};
  friend bool operator==(const OriginKey&, const OriginKey&) = default;
};
struct OriginKeyHash {
  std::size_t operator()(const OriginKey& key) const noexcept {
    std::size_t hash = static_cast<std::size_t>(key.function) * 0x9E3779B97F4A7C15ull ^ key.group;
    for (std::size_t i = 0; i < key.depth; ++i) hash = hash * 31 + key.path[i].index();
    return hash;
  }
};

/// One way of an origin to a sink, before the best of them is chosen.
struct Candidate {
  Atom atom;                        ///< a leaf
  bool whole = false;
  program::FunctionId top;          ///< where the origin is known
  std::uint32_t use = 0;            ///< in `top`; of a return, its number is kReturn
};
inline constexpr std::uint32_t kReturn = 0xFFFFFFFFu;

/// One function solved once more: with a trace for the steps of flows, and to ask for its values.
struct Replay {
  Replay(const Context& ctx, program::FunctionId id, Trace* trace = nullptr)
      : summary(ctx), solver(ctx, id, summary, nullptr, trace) {
    solver.run();
    solver.end_trace();
  }
  Summary summary;
  FunctionSolver solver;
};

/// The function groups of the call graph, callees first.
struct Group {
  std::vector<program::FunctionId> functions;  ///< by id
  std::vector<std::uint32_t> needs;            ///< numbers of other groups, sorted
  bool recursive = false;
};
/// Tarjan, "Depth-first search and linear graph algorithms" (1972), without recursion. O(edges).
std::vector<Group> bottom_up(const std::vector<std::vector<program::FunctionId>>& needs);

struct FlowResult::Tables {
  Tables(const program::Program& program, const personal::Personal& personal,
         base::ThreadPool& pool)
      : ctx(program, personal, pool), cell_values(ctx), held_values(ctx) {}

  // solver.cc
  void solve_functions(base::ThreadPool& pool);
  void solve_group(const Group& group);
  void find_flows(base::ThreadPool& pool);
  void answer_selectors();
  void report_budgets();

  // cells.cc
  void solve_cells();
  std::vector<ValueId> written_to_cells();
  static std::vector<CellId> cells_in_order(const std::vector<std::vector<CellId>>& read);
  ValueId resolved(ValueId value, std::uint64_t last_look);
  ValueId looked_up(const Atom& atom);

  // result.cc
  /// The use of the same sink in the function that `use` calls, one call nearer to it.
  /// Null when rounds of functions that call each other ran out, and the owner lost the point meanwhile.
  const SinkPoint* point_of(const SinkUse& use) const;
  std::optional<std::uint32_t> below(const SinkUse& use) const;
  Flow flow_of(const Candidate& candidate) const;
  /// The known leaves of a part of a cell. Made once; the solving phases make all before they share
  /// them.
  using Leaves = std::vector<std::pair<Atom, bool>>;
  const Leaves& cell_leaves(const Atom& cell) const;
  void find_cell_leaves();
  /// Calls `body(leaf atom, whole)` for what is known in a value; cells looked up.
  void leaves(const ValueTable& values, ValueId value,
              const std::function<void(const Atom&, bool)>& body) const;
  bool is_hearsay(const Atom& atom, program::FunctionId owner) const;
  std::vector<Candidate> best(std::vector<Candidate> candidates, program::FunctionId owner) const;
  OriginId id_of(const Atom& atom) const;
  std::vector<program::FunctionId> entries_of(program::FunctionId id) const;
  const Trace& trace_of(program::FunctionId id) const;
  bool before(const Flow& a, const Flow& b) const;

  // answers.cc
  struct Question;
  struct Answer {
    std::vector<OriginId> origins;
    bool principal = false;         ///< one of them is the caller
  };
  /// A value taken apart.
  struct Parts {
    std::vector<OriginId> known;
    std::vector<Atom> inputs;       ///< what callers know
    bool principal = false;
  };
  const std::vector<FunctionSolver::Held>& held_in(program::FunctionId id) const;
  ValueId held_at(const program::Site& site, ir::LocalIndex local) const;
  const Parts& parts_of(ValueId value) const;
  void ask(Question& question, const program::Site& site, ir::LocalIndex local, std::span<const Name> path,
           int depth) const;
  const Answer& answer(const program::Site& site, ir::LocalIndex local) const;

  // steps.cc
  std::vector<Step> steps_of(const Candidate& candidate,
                             const std::unordered_map<std::uint32_t, const Trace*>& traces) const;

  Context ctx;
  mutable ValueTable cell_values;
  std::vector<ValueId> cells;
  /// While cells are solved: what an atom of a cell was, and what the cell held then.
  struct LookedUp {
    ValueId cell = kNothing;
    ValueId part = kNothing;
  };
  std::unordered_map<ValueId, LookedUp> looked_up_;
  std::vector<std::uint64_t> cell_grown_;   ///< the look at which a cell last grew; 0: never
  mutable std::unordered_map<OriginKey, Leaves, OriginKeyHash> known_cell_leaves;
  std::vector<Flow> flows;
  source::Problems problems;

  mutable std::mutex mutex;   ///< guards what is made when asked for, below
  mutable std::deque<Origin> origins;
  mutable std::unordered_map<OriginKey, OriginId, OriginKeyHash> origin_ids;
  static constexpr std::size_t kMaxReplays = 2000;   ///< kept from tracing flows, until they are asked
  mutable std::unordered_map<std::uint32_t, std::unique_ptr<Replay>> replays;
  mutable std::unordered_map<std::uint32_t, std::unique_ptr<Trace>> traces;
  mutable ValueTable held_values;
  mutable std::unordered_map<std::uint32_t, std::vector<FunctionSolver::Held>> held;   ///< by function
  mutable std::unordered_map<ValueId, Parts> known_parts;
  mutable std::map<std::pair<program::Site, ir::LocalIndex>, Answer> answers;
};

}  // namespace privet::flow
