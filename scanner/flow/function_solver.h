#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "flow/context.h"
#include "program/sql.h"

namespace privet::flow {

/// The first way by which something came to a local: for the steps of a flow. Followed backwards it
/// ends, since what it names was there earlier.
struct Arrival {
  program::Site site;
  ir::LocalIndex from = ir::kNone;   ///< kNone: made here, or brought by the call at `site`
  bool entry = false;                ///< handed in, or a shared cell
};

/// What is followed in a trace: an origin, a parameter or a cell, whatever part of it.
struct TraceKey {
  ir::LocalIndex local = ir::kNone;
  AtomKind kind = AtomKind::Origin;
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  friend bool operator==(const TraceKey&, const TraceKey&) = default;
};
struct TraceKeyHash {
  std::size_t operator()(const TraceKey& key) const noexcept {
    return ((static_cast<std::size_t>(key.local) * 0x9E3779B97F4A7C15ull) ^
            (static_cast<std::size_t>(key.a) << 20) ^ (static_cast<std::size_t>(key.b) << 2)) +
           static_cast<std::size_t>(key.kind);
  }
};
using Trace = std::unordered_map<TraceKey, Arrival, TraceKeyHash>;

/// Solves one function: a work list over its blocks in reverse post-order, with the values of all
/// locals at each point. Callees are known by their summaries. One use per object.
class FunctionSolver {
 public:
  /// `origins`: the function's own table, to be filled; null when it was filled by an earlier run, and
  /// the values are what is asked for: uses of sinks are then left out of the summary.
  FunctionSolver(const Context& ctx, program::FunctionId id, Summary& summary,
                 OriginTable* origins, Trace* trace = nullptr);

  /// Fills the summary. A function over its budget gets a coarse one.
  void run();
  /// After `run`: what a local holds at the end of an instruction.
  ValueId value_after(const program::Site& site, ir::LocalIndex local);
  struct Place {
    ir::BlockIndex block = 0;
    std::uint32_t instruction = 0;
    ir::LocalIndex local = ir::kNone;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Held {
    Place place;
    ValueId value = kNothing;
  };
  /// After `run`: what instructions take and give, at their ends; sorted by place.
  std::vector<Held> held();
  ValueTable& values() { return values_; }
  void end_trace() { trace_ = nullptr; }
  /// The functions that `id` needs solved before it, as far as they are known; sorted.
  static std::vector<program::FunctionId> needs(const Context& ctx, program::FunctionId id);

 private:
  using Path = ValueTable::Path;
  static constexpr std::uint32_t kEntry = 0xFFFFFFFFu;

  /// What does not change from visit to visit of one instruction, looked up once.
  struct LoadFacts {
    const personal::Evidence* name = nullptr;
    program::EntityId name_entity;
    program::EntityId record;
    bool record_list = false;
    Name source;
    rule::DataTypeId source_data;
    bool principal = false;
    bool built_here = false;      ///< all that the base may be was built in the program
    program::FunctionId getter;
    std::vector<CellId> cells;
  };
  /// A statement of SQL at a call.
  struct Query {
    program::SqlStatement statement;
    std::vector<ir::LocalIndex> holes;     ///< the parts of its text that are not constant, in order
  };
  struct CallFacts {
    std::vector<program::FunctionId> functions;
    std::vector<std::uint32_t> callbacks;     ///< beside `functions`: the parameter each gets its result from
    bool handed = false;                      ///< the function runs what it was handed, and many hand it something
    std::vector<program::ClassId> constructed;
    std::vector<const rule::FunctionModel*> models;
    std::vector<Name> model_symbols;       ///< beside `models`
    program::EntityId record;              ///< of the result, by type
    bool record_list = false;
    bool principal = false;
    const personal::Evidence* name = nullptr;
    std::string_view callee;               ///< last part of its name
    std::optional<Name> recipient;         ///< who gets what leaves here; looked for once
    std::shared_ptr<const Query> query;    ///< read once; null when there is no statement that is known
    bool query_read = false;
  };
  /// What a callee is given.
  struct Binding {
    struct Place {
      ir::LocalIndex local = ir::kNone;
      Name field;                          ///< the part of it; empty: all
    };
    std::vector<ValueId> parameters;
    std::vector<Place> places;
    ValueId receiver = kNothing;
    ir::LocalIndex receiver_local = ir::kNone;
    bool result_only = false;              ///< its sinks and effects are left out
  };
  struct Edge {
    ir::LocalIndex other = ir::kNone;
    Name field;                            ///< empty: the same thing
  };

  bool is_replay() const { return origins_ == nullptr; }

  // function_solver.cc: blocks and simple instructions
  void prepare();
  void find_cross_locals();
  void order_blocks();
  void visit(ir::BlockIndex block);
  void enter(ir::BlockIndex block);
  void step(ir::BlockIndex block, std::uint32_t instruction);
  void hold_block(ir::BlockIndex block, std::vector<Held>& all);
  void execute(const ir::Instruction& in);
  void merge_into(ir::BlockIndex block);
  void merge_touched(ir::BlockIndex block);
  void leave_by(const ir::Terminator& end);
  void note_exception(const ir::Terminator& end);
  void throw_value(ValueId value);
  bool makes_in_block(ir::LocalIndex local) const;
  bool catches(ir::BlockIndex handler) const;
  void finish();
  ValueId for_callers(ValueId value);
  void give_up();
  ValueId value(ir::LocalIndex local) const {
    return local < current_.size() ? current_[local] : kNothing;
  }
  void set(ir::LocalIndex local, ValueId value);
  void assign(ir::LocalIndex local, ValueId value);
  void note_arrivals(ir::LocalIndex local, ValueId value);
  std::span<const ir::Operand> operands(const ir::Instruction& in) const;
  void load(const ir::Instruction& in);
  void store(const ir::Instruction& in);
  bool moves_within(const ir::Instruction& in) const;
  void store_in_cell(const ir::Instruction& in, ValueId part);
  void operate(const ir::Instruction& in);
  void construct(const ir::Instruction& in);

  // aliases.cc: stores into parts of values
  void mutate(ir::LocalIndex local, Path path, ValueId part, bool strong);
  void change_outside(ValueId of, Path path, ValueId part);
  void find_edges();

  // sources.cc: what is personal, or input
  ValueId origin(std::uint32_t instruction, std::uint32_t slot, OriginGroup group);
  ValueId record_origin(std::uint32_t slot, program::EntityId entity, bool bulk, bool weak,
                        source::Span span);
  ValueId kind_origin(std::uint32_t slot, Name kind, rule::DataTypeId data, source::Span span);
  ValueId named_origin(std::uint32_t slot, const personal::Evidence& evidence, Name field,
                       program::EntityId entity, bool weak, source::Span span);
  ValueId with_key_origin(std::uint32_t slot, ValueId value, ir::LocalIndex local, Name key,
                          Name container, source::Span span);
  ValueId secret_of_code(std::uint32_t slot, ir::LocalIndex local, Name key, Name container, source::Span span);
  bool is_undeclared(ir::LocalIndex local) const;
  ValueId with_variable_origin(ir::LocalIndex local, ValueId value);
  const LoadFacts& load_facts(const ir::Instruction& in);
  bool is_symbolic(ValueId value) const;
  bool has_data(ValueId value, rule::DataTypeId data) const;
  bool has_own_personal(ValueId value) const;
  bool has_record(ValueId value) const;
  Name word_of(ir::LocalIndex local, int depth = 0) const;
  bool is_listed_word(ir::LocalIndex local) const;
  bool is_inert(ir::LocalIndex local);
  bool is_caught(ir::LocalIndex local) const;
  bool is_error(ir::LocalIndex local) const;
  bool is_class(ir::LocalIndex local) const;
  bool is_inert_at(std::uint32_t instruction);
  void entry_values();
  ValueId handed_in_by(program::FunctionId owner, ir::LocalIndex local, std::uint32_t slot, source::Span span);
  Name route_kind(const ir::Parameter& parameter);
  bool is_request_type(const program::Ref& ref) const;
  bool answers_errors();
  const std::vector<ir::LocalIndex>& request_parameters();
  const ir::Instruction* call_that_made(program::FunctionId owner, ir::LocalIndex local, program::Site& site) const;
  program::FunctionId outer_function() const;
  bool hands_over_caller(program::FunctionId function, int depth) const;

  // printing.cc
  ValueId printed(ir::LocalIndex local, ValueId value);
  ValueId printed_at(const ir::Instruction& in, const ir::AccessPath& path, ValueId value);
  ValueId text_of(ValueId value, bool object);
  ValueId text_of_unknown(ir::LocalIndex local, ValueId value);
  bool is_text_itself(const Atom& atom) const;
  bool is_object(ir::LocalIndex local);
  void find_objects();
  bool is_attribute(const ir::Instruction& in) const;
  std::string path_of(ir::LocalIndex local, int depth = 0) const;

  // calls.cc
  void call(const ir::Instruction& in);
  const CallFacts& call_facts(const ir::Instruction& in);
  void list_models(const ir::Instruction& in, CallFacts& facts) const;
  void text_models(const ir::Instruction& in, CallFacts& facts) const;
  void models_of_type(std::string_view type, const ir::Instruction& in, CallFacts& facts) const;
  Binding bind(const ir::Function& callee, const ir::Instruction& in, bool constructs);
  const Summary* summary_of(program::FunctionId callee) const;
  bool is_needed(program::FunctionId callee) const;
  ValueId apply(program::FunctionId callee, const Binding& binding);
  /// One callee's values in terms of this function, each worked out once.
  struct Instance {
    const Summary& callee;
    const Binding& binding;
    ValueTable::Imported& atoms;             ///< what does not change while the callee is applied
    bool only_given = false;
    ValueTable::Imported done;
  };
  ValueId instantiate(Instance& instance, ValueId value);
  ValueId instantiate_atom(Instance& instance, ValueTable::AtomId id);
  ValueId adapted(ValueId value, const Atom& use);
  ValueId construct_class(program::ClassId id, const ir::Instruction& in, const CallFacts& facts);
  ValueId without_configured_secrets(ValueId value);
  ValueId unknown_call(const ir::Instruction& in, const CallFacts& facts);
  ValueId results_of(ir::LocalIndex callback);
  ValueId without_objects(ValueId value);
  ValueId as_listed(ValueId value);
  bool takes_row(const ir::AccessPath& from, Name symbol, const ir::Instruction& in);
  ValueId without_used_secrets(ValueId receiver);
  bool of_list(const CallFacts& facts) const;
  ValueId apply_callback(ir::LocalIndex callback, const std::vector<ValueId>& arguments,
                         const std::vector<Binding::Place>& places);

  // models.cc
  struct Found {                            ///< a local that a model's path names, with what is there
    ir::LocalIndex local = ir::kNone;
    ValueId value = kNothing;
    source::Span span;
    bool spread = false;
  };
  ValueId apply_model(const rule::FunctionModel& model, Name symbol, const ir::Instruction& in,
                      std::uint32_t which);
  bool is_keyword_rest(ir::LocalIndex local) const;
  std::vector<Found> find_at(const ir::Instruction& in, const ir::AccessPath& path) const;
  ir::LocalIndex local_at(const ir::Instruction& in, const ir::AccessPath& path) const {
    const std::vector<Found> found = find_at(in, path);
    return found.empty() ? ir::kNone : found.front().local;
  }
  std::vector<program::Ref> refs_below(std::span<const program::Ref> refs, std::span<const Name> path) const;
  /// `[0]` becomes the field that argument 0 names, or any.
  ir::AccessPath with_named_fields(const ir::Instruction& in, const ir::AccessPath& path) const;
  ValueId value_at(const ir::Instruction& in, const ir::AccessPath& path, ValueId result);
  void write_at(const ir::Instruction& in, const ir::AccessPath& path, ValueId part,
                ValueId& result);
  Name recipient_at(Name symbol);
  void sink(const rule::Sink& sink, Name symbol, const ir::Instruction& in, std::uint32_t slot);
  void use(std::uint32_t slot, const SinkPoint& point, ValueId value);
  bool lifts(const SinkUse& below) const;
  void lift(program::FunctionId callee, std::uint32_t callee_use, const SinkUse& below,
            ValueId value);
  void add_use(SinkUse use);
  void assignment_model(const ir::Instruction& in, ValueId part);
  bool store_by_key_ = false;  ///< the model at work says `TYPE.[]=`, whatever the key
  bool read_record_ = false;   ///< the models at work read a record, with a selection or without
  ValueId access(const rule::Access& access, const ir::Instruction& in, std::uint32_t slot, ValueId given);
  ValueId included(ValueId record, program::EntityId entity, const program::Constant& include,
                   bool list, std::uint32_t& slot, int depth);
  void selectors(const ir::Instruction& in, const ir::AccessPath& path, SinkPoint::Role role,
                 std::uint32_t load);
  const ir::Instruction* maker_of(ir::LocalIndex local) const;
  bool compared_field(ir::LocalIndex local, std::uint32_t load, int depth);
  bool is_record(ir::LocalIndex local) const;
  bool has_listed_fields(ir::LocalIndex local, int depth) const;
  bool is_listed_field(ir::LocalIndex base, Name field) const;
  bool is_tagged_call(const ir::Instruction& call, Name tag) const;
  void made_record(ir::LocalIndex local, std::uint32_t load);
  void selector_of_value(Name field, ir::LocalIndex local, ValueId value, source::Span span, SinkPoint::Role role,
                         std::uint32_t load);
  void selector(Name field, ir::LocalIndex local, ValueId value, source::Span span,
                SinkPoint::Role role, std::uint32_t load);
  void selectors_of(const program::Constant& constant, Name key, SinkPoint::Role role,
                    std::uint32_t load, int depth);
  struct Fields {
    std::vector<Name> names;
    std::vector<Name> without;
    bool all = false;                        ///< `*` is among them
    bool known = false;
  };
  Fields fields_at(const ir::Instruction& in, const ir::AccessPath& path) const;
  bool read_shape(ir::LocalIndex local, const program::Constant& made, Fields& fields) const;

  // queries.cc: statements of SQL in texts
  void query(const rule::Statement& model, const ir::Instruction& in, std::uint32_t slot, ValueId& result);
  std::shared_ptr<const Query> query_at(const rule::Statement& model, const ir::Instruction& in) const;
  std::string text_of_query(ir::LocalIndex local, std::vector<ir::LocalIndex>& holes, int depth) const;
  void collect_holes(ir::LocalIndex text, std::vector<ir::LocalIndex>& holes, int depth) const;
  void column_selectors(const rule::Statement& model, const Query& query, const ir::Instruction& in,
                        const std::vector<program::SqlColumn>& columns, SinkPoint::Role role, std::uint32_t load);
  void note_runs(const rule::Statement& model, const ir::Instruction& in);
  std::optional<ir::AccessPath> parameter_path(const ir::Instruction& in, const ir::AccessPath& path) const;
  Found parameter_at(const rule::Statement& model, const Query& query, const ir::Instruction& in,
                     const program::SqlValue& value) const;
  ValueId row(const Query& query, program::EntityId entity, std::string_view table, ValueId record);
  void read_fields(const program::Constant& constant, Fields& fields, int depth) const;

  const Context& ctx_;
  const program::Program& program_;
  const personal::Personal& personal_;
  program::FunctionId id_;
  const ir::Function& function_;
  const ir::Module& module_;
  Summary& summary_;
  OriginTable* origins_;
  ValueTable& values_;
  Trace* trace_;
  bool is_javascript_ = false;
  bool in_test_ = false;

  std::vector<std::uint32_t> first_in_block_;   ///< flat number of a block's first instruction
  std::vector<const ir::Instruction*> flat_;
  std::vector<std::vector<std::uint32_t>> definitions_;  ///< by local
  std::vector<std::uint8_t> inert_;             ///< by flat number
  std::vector<bool> objects_;                   ///< by local, as `is_object`; empty: not asked
  std::vector<ir::LocalIndex> cross_;           ///< locals that live from block to block
  std::vector<std::uint32_t> cross_of_;
  std::vector<std::uint32_t> order_;            ///< block → place in reverse post-order
  std::vector<std::vector<ValueId>> before_;    ///< block → values of cross locals; empty: not reached
  std::vector<ValueId> thrown_into_;            ///< block → what was thrown to it
  std::vector<bool> waiting_;
  std::vector<ValueId> current_;
  std::vector<ir::BlockIndex> dirty_;           ///< blocks to queue after the visit
  std::vector<ir::LocalIndex> touched_;         ///< cross locals set since the handler was told
  std::unordered_map<std::uint32_t, LoadFacts> load_facts_;
  std::unordered_map<std::uint32_t, CallFacts> call_facts_;
  std::unordered_map<ir::LocalIndex, const personal::Evidence*> local_evidence_;
  std::unordered_map<std::uint64_t, std::uint32_t> point_at_;
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> uses_of_;  ///< by owner and point
  std::unordered_map<std::uint64_t, std::uint32_t> load_at_;
  std::optional<std::vector<ir::LocalIndex>> request_parameters_;
  std::unordered_map<CellId, ValueId> cell_added_;
  std::unordered_map<std::uint64_t, ValueId> effects_;
  std::vector<std::vector<Edge>> up_, down_;
  bool edges_known_ = false;
  ir::BlockIndex block_ = 0;
  std::uint32_t at_ = 0;                        ///< flat number of the current instruction
  program::Site site_;
  std::uint64_t steps_ = 0;
  std::uint64_t work_ = 0;
  std::size_t open_inert_ = 0;
};

}  // namespace privet::flow
