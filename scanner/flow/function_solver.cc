#include "flow/function_solver.h"

#include <algorithm>
#include <queue>

namespace privet::flow {

namespace {

/// Visits of instructions that a function may cost, in proportion to its size.
constexpr std::uint64_t kStepsPerInstruction = 60;
constexpr std::uint64_t kFreeSteps = 4000;
constexpr std::uint32_t kExceptionSlot = 0xFFFFFF00u;

/// Values kept for the blocks of one function: only generated or hostile code has more.
constexpr std::size_t kMaxKept = std::size_t{1} << 23;

/// What is changed outside is told apart by so many fields; what lies deeper counts as there.
constexpr std::uint8_t kEffectDepth = 2;

Atom atom_of(AtomKind kind, std::uint32_t a, std::uint32_t b) {
  Atom atom;
  atom.kind = kind;
  atom.a = a;
  atom.b = b;
  return atom;
}

}  // namespace

FunctionSolver::FunctionSolver(const Context& ctx, program::FunctionId id, Summary& summary,
                               OriginTable* origins, Trace* trace)
    : ctx_(ctx),
      program_(ctx.program),
      personal_(ctx.personal),
      id_(id),
      function_(program_.function(id)),
      module_(program_.module(program_.module_of(id))),
      summary_(summary),
      origins_(origins),
      values_(summary.values),
      trace_(trace) {
  std::string_view language = module_.language.text();
  is_javascript_ = language != "python";
  in_test_ = ctx.in_test(id);
}

std::span<const ir::Operand> FunctionSolver::operands(const ir::Instruction& in) const {
  return {function_.operands.data() + in.first_operand, in.n_operands};
}

// --- preparation ---

void FunctionSolver::prepare() {
  first_in_block_.reserve(function_.blocks.size());
  for (const ir::Block& block : function_.blocks) {
    first_in_block_.push_back(static_cast<std::uint32_t>(flat_.size()));
    for (const ir::Instruction& in : block.instructions) flat_.push_back(&in);
  }
  definitions_.resize(function_.locals.size());
  for (std::uint32_t i = 0; i < flat_.size(); ++i) {
    if (flat_[i]->result < definitions_.size()) definitions_[flat_[i]->result].push_back(i);
  }
  inert_.resize(flat_.size());
  current_.resize(function_.locals.size());
  before_.resize(function_.blocks.size());
  thrown_into_.resize(function_.blocks.size());
  waiting_.resize(function_.blocks.size());
  find_cross_locals();
  order_blocks();
}

/// A local matters between blocks unless all its uses lie in one block, after an assignment there.
void FunctionSolver::find_cross_locals() {
  constexpr std::uint32_t kUnseen = 0xFFFFFFFFu;
  std::vector<std::uint32_t> home(function_.locals.size(), kUnseen);
  std::vector<bool> cross(function_.locals.size());
  auto read = [&](ir::LocalIndex local, std::uint32_t block) {
    if (local < home.size() && home[local] != block) cross[local] = true;
  };
  auto written = [&](ir::LocalIndex local, std::uint32_t block) {
    if (local >= home.size()) return;
    if (home[local] == kUnseen) home[local] = block;
    if (home[local] != block) cross[local] = true;
  };
  for (std::uint32_t b = 0; b < function_.blocks.size(); ++b) {
    for (const ir::Instruction& in : function_.blocks[b].instructions) {
      read(in.a, b);
      read(in.b, b);
      read(in.c, b);
      for (const ir::Operand& operand : operands(in)) {
        read(operand.value, b);
        read(operand.key, b);
      }
      written(in.result, b);
    }
    read(function_.blocks[b].end.value, b);
  }
  cross_of_.resize(function_.locals.size(), ir::kNone);
  for (ir::LocalIndex local = 0; local < cross.size(); ++local) {
    if (!cross[local]) continue;
    cross_of_[local] = static_cast<std::uint32_t>(cross_.size());
    cross_.push_back(local);
  }
}

void FunctionSolver::order_blocks() {
  std::size_t n = function_.blocks.size();
  order_.assign(n, 0);
  std::vector<std::uint8_t> seen(n);
  std::vector<std::pair<ir::BlockIndex, int>> stack;
  std::uint32_t next = static_cast<std::uint32_t>(n);
  auto push = [&](ir::BlockIndex block) {
    if (block < n && seen[block] == 0) {
      seen[block] = 1;
      stack.emplace_back(block, 0);
    }
  };
  push(0);
  while (!stack.empty()) {
    auto& [block, turn] = stack.back();
    const ir::Block& here = function_.blocks[block];
    switch (turn++) {
      case 0: push(here.handler); break;
      case 1: push(here.end.otherwise); break;
      case 2: push(here.end.target); break;
      default:
        order_[block] = --next;
        stack.pop_back();
    }
  }
}

// --- the work list ---

void FunctionSolver::run() {
  prepare();
  using Entry = std::pair<std::uint32_t, ir::BlockIndex>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
  auto collect = [&] {
    for (ir::BlockIndex block : dirty_) {
      if (waiting_[block]) queue.emplace(order_[block], block);
    }
    dirty_.clear();
  };
  if (function_.blocks.empty()) {
    finish();
    return;
  }
  if (function_.blocks.size() * cross_.size() > kMaxKept) {
    give_up();
    return;
  }
  entry_values();
  dirty_.clear();
  before_[0].assign(cross_.size() + 1, kNothing);  // one more, so that reached is never empty
  for (std::size_t i = 0; i < cross_.size(); ++i) before_[0][i] = current_[cross_[i]];
  waiting_[0] = true;
  queue.emplace(order_[0], 0);
  std::uint64_t limit = kFreeSteps + kStepsPerInstruction * flat_.size();
  while (!queue.empty()) {
    ir::BlockIndex block = queue.top().second;
    queue.pop();
    if (!waiting_[block]) continue;
    waiting_[block] = false;
    visit(block);
    collect();
    if (steps_ > limit) {
      give_up();
      return;
    }
  }
  finish();
}

/// `dirty_` doubles as the list of blocks to queue once the visit is over.
void FunctionSolver::merge_into(ir::BlockIndex block) {
  if (block >= before_.size()) return;
  std::vector<ValueId>& before = before_[block];
  bool changed = false;
  if (before.empty()) {
    before.assign(cross_.size() + 1, kNothing);
    changed = true;
  }
  for (std::size_t i = 0; i < cross_.size(); ++i) {
    ValueId joined = values_.join(before[i], current_[cross_[i]]);
    changed = changed || joined != before[i];
    before[i] = joined;
  }
  if (changed && !waiting_[block]) {
    waiting_[block] = true;
    dirty_.push_back(block);
  }
}

/// As merge_into, for a block that has been reached, with the locals set since the last time.
void FunctionSolver::merge_touched(ir::BlockIndex block) {
  bool changed = false;
  if (block >= before_.size()) return;
  for (ir::LocalIndex local : touched_) {
    ValueId& before = before_[block][cross_of_[local]];
    ValueId joined = values_.join(before, current_[local]);
    changed = changed || joined != before;
    before = joined;
  }
  touched_.clear();
  if (changed && !waiting_[block]) {
    waiting_[block] = true;
    dirty_.push_back(block);
  }
}

void FunctionSolver::visit(ir::BlockIndex block) {
  const ir::Block& here = function_.blocks[block];
  enter(block);
  bool guarded = here.handler != ir::kNone;
  if (guarded) merge_into(here.handler);
  touched_.clear();
  for (std::uint32_t i = 0; i < here.instructions.size(); ++i) {
    step(block, i);
    // Over-approximates: the handler also sees what the last instruction did.
    if (guarded && !touched_.empty()) merge_touched(here.handler);
  }
  steps_ += here.instructions.size() + 1;
  leave_by(here.end);
}

void FunctionSolver::leave_by(const ir::Terminator& end) {
  switch (end.kind) {
    case ir::Terminator::Kind::Jump: merge_into(end.target); break;
    case ir::Terminator::Kind::Branch:
      merge_into(end.target);
      merge_into(end.otherwise);
      break;
    case ir::Terminator::Kind::Return:
      summary_.returned = values_.join(summary_.returned, value(end.value));
      break;
    case ir::Terminator::Kind::Throw:
      note_exception(end);
      throw_value(value(end.value));
      break;
    case ir::Terminator::Kind::Stop: break;
  }
}

void FunctionSolver::note_exception(const ir::Terminator& end) {
  // Its text ends up in logs and error pages.
  if (!makes_in_block(end.value) || catches(function_.blocks[block_].handler)) return;
  SinkPoint point;
  point.kind = Name::of("exception");
  point.site = site_;
  point.span = end.span;
  point.local = end.value;
  use(kExceptionSlot, point, value(end.value));
}

/// True if this block makes the value, and does not only pass on what was caught. Misses: what another
/// block makes.
bool FunctionSolver::makes_in_block(ir::LocalIndex local) const {
  const auto& instructions = function_.blocks[block_].instructions;
  for (auto in = instructions.rbegin(); in != instructions.rend(); ++in) {
    if (in->result != local) continue;
    if (in->op == ir::Op::Copy) {
      local = in->a;
      continue;
    }
    return in->op == ir::Op::Call || in->op == ir::Op::Construct ||
           (in->op == ir::Op::Operate && in->name.text() != "caught");
  }
  return false;
}

bool FunctionSolver::catches(ir::BlockIndex handler) const {
  return handler != ir::kNone && handler < thrown_into_.size();
}

void FunctionSolver::throw_value(ValueId value) {
  ir::BlockIndex handler = function_.blocks[block_].handler;
  if (!catches(handler)) {
    summary_.thrown = values_.join(summary_.thrown, value);
    return;
  }
  ValueId joined = values_.join(thrown_into_[handler], value);
  bool grown = joined != thrown_into_[handler];
  thrown_into_[handler] = joined;
  merge_into(handler);
  if (grown && !waiting_[handler]) {
    waiting_[handler] = true;
    dirty_.push_back(handler);
  }
}

void FunctionSolver::give_up() {
  summary_.coarse = true;
  // Over-approximates: whatever came in may be in what goes out.
  ValueId all = kNothing;
  for (std::uint32_t i = 0; i < function_.parameters.size(); ++i) {
    Atom atom = atom_of(AtomKind::Input, kArgument, i);
    atom.flags = kOpaque;
    all = values_.join(all, values_.of(atom));
  }
  summary_.returned = values_.join(summary_.returned, all);
  finish();
}

/// Without what is guessed of the own parameters, which callers know better.
ValueId FunctionSolver::for_callers(ValueId value) {
  const auto& groups = ctx_.origins[id_.value].groups;
  const bool guesses = std::any_of(groups.begin(), groups.end(), [](const OriginGroup& group) { return group.parameter; });
  if (!guesses) return value;
  return values_.map(value, [&](const Atom& atom) -> std::optional<Atom> {
    if (atom.kind == AtomKind::Origin && ctx_.group(atom).parameter) return std::nullopt;
    return atom;
  });
}

void FunctionSolver::finish() {
  summary_.answer = summary_.returned;
  summary_.returned = for_callers(summary_.returned);
  const rule::Protection named = ctx_.protection_of(function_.name);
  if (named != rule::Protection::None && named != rule::Protection::Aggregated) {
    summary_.returned = values_.map(summary_.returned, [&](const Atom& atom) -> std::optional<Atom> {
      Atom kept = atom;
      kept.protection = combine(kept.protection, named);
      return kept;
    });
  }
  summary_.thrown = for_callers(summary_.thrown);

  std::vector<std::pair<std::uint64_t, ValueId>> effects(effects_.begin(), effects_.end());
  std::sort(effects.begin(), effects.end());
  for (const auto& [key, added] : effects) {
    ValueId outside = for_callers(values_.cut(added, kEffectDepth));
    if (outside == kNothing) continue;
    summary_.effects.push_back({static_cast<std::uint32_t>(key >> 32),
                                static_cast<std::uint32_t>(key), outside});
  }
  std::vector<std::pair<CellId, ValueId>> cells(cell_added_.begin(), cell_added_.end());
  std::sort(cells.begin(), cells.end());
  for (const auto& [cell, added] : cells) {
    const auto is_self = [self = cell](const Atom& atom) {
      return atom.kind == AtomKind::Cell && atom.a == self && atom.depth == 0;
    };
    ValueId kept = values_.cut(added, Context::kCellDepth);
    // What comes out of a cell and goes back into it changes nothing.
    if (values_.any(kept, is_self)) {
      kept = values_.map(kept, [&](const Atom& atom) -> std::optional<Atom> {
        return is_self(atom) ? std::nullopt : std::optional<Atom>(atom);
      });
    }
    if (kept != kNothing) summary_.cells.push_back({cell, kept});
  }
}

// --- locals ---

void FunctionSolver::set(ir::LocalIndex local, ValueId value) {
  if (local >= current_.size()) return;
  CellId cell = ctx_.cell_of_local(id_, local);
  if (cell != Context::kNoCell) {
    if (value != kNothing) {
      ValueId& added = cell_added_[cell];
      added = values_.join(added, value);
    }
    if (ctx_.cells[cell].written_inside || ctx_.cells[cell].function != id_) {
      value = values_.join(value, values_.of(atom_of(AtomKind::Cell, cell, 0)));
    }
  }
  if (trace_ && value != current_[local]) note_arrivals(local, value);
  if (cross_of_[local] != ir::kNone && value != current_[local]) touched_.push_back(local);
  current_[local] = value;
}

void FunctionSolver::assign(ir::LocalIndex local, ValueId value) {
  if (local >= current_.size()) return;
  set(local, with_variable_origin(local, value));
}

void FunctionSolver::note_arrivals(ir::LocalIndex local, ValueId value) {
  std::vector<ir::LocalIndex> candidates;
  bool entry = at_ == kEntry;
  if (!entry) {
    const ir::Instruction& in = *flat_[at_];
    for (const ir::Operand& operand : operands(in)) candidates.push_back(operand.value);
    for (ir::LocalIndex other : {in.c, in.a, in.b}) candidates.push_back(other);
  }
  values_.each(value, [&](const Atom& atom) {
    TraceKey key{local, atom.kind, atom.a, atom.b};
    if (trace_->contains(key)) return;
    Arrival arrival{site_, ir::kNone, entry};
    for (ir::LocalIndex other : candidates) {
      if (other == local || other >= current_.size()) continue;
      if (trace_->contains({other, atom.kind, atom.a, atom.b}) &&
          values_.any(current_[other], [&](const Atom& have) { return have.same_root(atom); })) {
        arrival.from = other;
        break;
      }
    }
    trace_->emplace(key, arrival);
  });
}

std::vector<FunctionSolver::Held> FunctionSolver::held() {
  std::vector<Held> all;
  for (ir::BlockIndex block = 0; block < before_.size(); ++block) {
    if (!before_[block].empty()) hold_block(block, all);
  }
  std::sort(all.begin(), all.end(), [](const Held& a, const Held& b) { return a.place < b.place; });
  return all;
}

/// Runs a block once more and keeps what its instructions take and give, which is what is asked for.
void FunctionSolver::hold_block(ir::BlockIndex block, std::vector<Held>& all) {
  const ir::Block& here = function_.blocks[block];
  enter(block);
  for (std::uint32_t i = 0; i < here.instructions.size(); ++i) {
    const ir::Instruction& in = here.instructions[i];
    step(block, i);
    const auto keep = [&](ir::LocalIndex local) {
      if (local != ir::kNone) all.push_back({{block, i, local}, value(local)});
    };
    keep(in.result);
    if (in.op == ir::Op::Store) keep(in.c);
    if (i + 1 == here.instructions.size()) keep(here.end.value);
    if (in.op != ir::Op::Call) continue;
    keep(in.a);
    for (const ir::Operand& operand : operands(in)) keep(operand.value);
  }
  dirty_.clear();
}

ValueId FunctionSolver::value_after(const program::Site& site, ir::LocalIndex local) {
  if (site.block >= before_.size() || before_[site.block].empty()) return kNothing;
  const ir::Block& here = function_.blocks[site.block];
  enter(site.block);
  for (std::uint32_t i = 0; i < here.instructions.size() && i <= site.instruction; ++i) step(site.block, i);
  dirty_.clear();
  return value(local);
}

void FunctionSolver::enter(ir::BlockIndex block) {
  for (std::size_t i = 0; i < cross_.size(); ++i) current_[cross_[i]] = before_[block][i];
  block_ = block;
}

void FunctionSolver::step(ir::BlockIndex block, std::uint32_t instruction) {
  at_ = first_in_block_[block] + instruction;
  site_ = {id_, block, instruction};
  execute(function_.blocks[block].instructions[instruction]);
}

// --- instructions ---

void FunctionSolver::execute(const ir::Instruction& in) {
  switch (in.op) {
    case ir::Op::Literal:
    case ir::Op::Closure: set(in.result, kNothing); break;
    case ir::Op::Copy: assign(in.result, value(in.a)); break;
    case ir::Op::Load: load(in); break;
    case ir::Op::Store: store(in); break;
    case ir::Op::Operate: operate(in); break;
    case ir::Op::Construct: construct(in); break;
    case ir::Op::Call: call(in); break;
    case ir::Op::Unknown: {
      ValueId all = kNothing;
      for (const ir::Operand& operand : operands(in)) all = values_.join(all, value(operand.value));
      assign(in.result, all);
      break;
    }
  }
}

void FunctionSolver::load(const ir::Instruction& in) {
  ValueId base = value(in.a);
  Name field = in.name;
  if (field.empty() || field == ir::any_element()) {
    // Over-approximates: any index is every index.
    ValueId result = field.empty() ? values_.load(base, ir::any_element()) : values_.elements(base);
    assign(in.result, result);
    return;
  }
  const LoadFacts& facts = load_facts(in);
  bool explicit_child = values_.has_child(base, field);
  ValueId result = values_.load(base, field);
  if (!explicit_child) {
    for (CellId cell : facts.cells) {
      result = values_.join(result, values_.of(atom_of(AtomKind::Cell, cell, 0)));
    }
  }
  if (facts.getter.valid()) {
    Binding binding;
    binding.receiver = base;
    binding.receiver_local = in.a;
    result = values_.join(result, apply(facts.getter, binding));
  }
  source::Span span = in.span;
  if (!facts.source.empty()) {
    result = values_.join(result, kind_origin(0, facts.source, facts.source_data, span));
  }
  if (facts.principal) {
    result = values_.join(result, kind_origin(1, Name::of("principal"), {}, span));
  }
  bool guess = is_symbolic(base) || is_symbolic(result);
  if (facts.record.valid() && !explicit_child && !has_record(result)) {
    result = values_.join(result, record_origin(2, facts.record, facts.record_list, guess, span));
  }
  bool own_build = facts.built_here && values_.atoms(base).empty();
  if (facts.name && !explicit_child && !own_build && !has_data(result, facts.name->type)) {
    result = values_.join(result, named_origin(3, *facts.name, field, facts.name_entity, guess, span));
  }
  assign(in.result, result);
}

/// `list[i] = list[j]`, `settings[key] = settings[old]`: what moves within a container is in it already.
bool FunctionSolver::moves_within(const ir::Instruction& in) const {
  if (in.c >= definitions_.size() || definitions_[in.c].size() != 1) return false;
  const ir::Instruction& made = *flat_[definitions_[in.c].front()];
  return made.op == ir::Op::Load && made.a == in.a && (made.name.empty() || made.name == ir::any_element());
}

void FunctionSolver::store(const ir::Instruction& in) {
  bool named = !in.name.empty() && in.name != ir::any_element();
  if (!named && moves_within(in)) return;
  ValueId part = value(in.c);
  Name field = named ? in.name : ir::any_element();
  if (named) part = with_key_origin(4, part, in.c, field, word_of(in.a), in.span);
  assignment_model(in, part);
  if (named) store_in_cell(in, part);
  mutate(in.a, Path(&field, 1), part, named);
}

/// A field that methods of the class share.
void FunctionSolver::store_in_cell(const ir::Instruction& in, ValueId part) {
  if (part == kNothing) return;
  program::ClassId owner = ctx_.class_at(id_, in.a);
  if (!owner.valid()) return;
  CellId cell = ctx_.cell_of_field(owner, in.name);
  if (cell == Context::kNoCell) return;
  ValueId& added = cell_added_[cell];
  added = values_.join(added, part);
}

void FunctionSolver::operate(const ir::Instruction& in) {
  std::string_view name = in.name.text();
  auto all = operands(in);
  if (name == "caught") {
    assign(in.result, thrown_into_[block_]);
    return;
  }
  if (operates_to_fact(name)) {
    set(in.result, kNothing);
    return;
  }
  if (name == "without" && !all.empty()) {
    std::vector<Name> fields;
    for (const ir::Operand& operand : all.subspan(1)) {
      if (operand.value >= definitions_.size()) continue;
      for (std::uint32_t definition : definitions_[operand.value]) {
        if (flat_[definition]->op == ir::Op::Literal) fields.push_back(flat_[definition]->name);
      }
    }
    assign(in.result, values_.drop(value(all[0].value), fields));
    return;
  }
  if (name == "slice" && !all.empty()) {
    assign(in.result, value(all[0].value));
    return;
  }
  const bool joins = name == "+" || name == "%" || name == "concat";
  const bool text = name == "template" || (joins && all.size() > 1);
  ValueId result = kNothing;
  for (const ir::Operand& operand : all) {
    ValueId part = value(operand.value);
    if (part == kNothing) continue;
    if (text) part = printed(operand.value, part);
    result = values_.join(result, values_.flat(part));
  }
  if (text) {
    result = values_.map(result, [&](const Atom& atom) -> std::optional<Atom> {
      // `${user}` prints no field of an object in JavaScript.
      if (is_javascript_ && ctx_.is_whole_record(atom)) return std::nullopt;
      Atom part = atom;
      part.flags |= kTemplate;
      return part;
    });
  }
  assign(in.result, result);
}

void FunctionSolver::construct(const ir::Instruction& in) {
  constexpr std::uint32_t kNamedElements = 8;
  ValueId result = kNothing;
  std::uint32_t position = 0;
  std::uint32_t slot = 16;
  bool is_list = in.container_kind() != ir::ContainerKind::Object &&
                 in.container_kind() != ir::ContainerKind::Element;
  Name any = ir::any_element();
  Name container;
  if (in.result < function_.locals.size()) container = function_.locals[in.result].name;
  for (const ir::Operand& operand : operands(in)) {
    ValueId part = value(operand.value);
    ++slot;
    switch (operand.kind) {
      case ir::Operand::Kind::Keyed:
        part = with_key_origin(slot, part, operand.value, operand.name, container, operand.span);
        result = values_.put(result, Path(&operand.name, 1), part);
        break;
      case ir::Operand::Kind::Computed: result = values_.add(result, Path(&any, 1), part); break;
      case ir::Operand::Kind::Spread:
        if (is_list) {
          result = values_.add(result, Path(&any, 1), values_.elements(part));
        } else {
          result = values_.join(result, part);
        }
        break;
      case ir::Operand::Kind::Value: {
        Name field = any;
        if (is_list && position < kNamedElements) field = Name::of(std::to_string(position));
        ++position;
        result = values_.add(result, Path(&field, 1), part);
        break;
      }
    }
  }
  assign(in.result, result);
}

}  // namespace privet::flow
