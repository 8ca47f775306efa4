#include <algorithm>
#include <array>

#include "flow/callbacks.h"
#include "flow/function_solver.h"

namespace privet::flow {

namespace {

using program::ClassId;
using program::FunctionId;
using program::Ref;

bool is_body(const ir::Function& function) {
  return !function.is_abstract && !function.blocks.empty();
}

/// Nodes and atoms of callees' values that count as one step.
constexpr std::uint64_t kWorkPerStep = 8;

FunctionId constructor_of(const program::Program& program, program::ClassId id) {
  static const Name kConstructor = Name::of("constructor"), kInit = Name::of("__init__");
  FunctionId found = program.find_method(id, kConstructor);
  return found.valid() ? found : program.find_method(id, kInit);
}

/// The functions that a call may reach. Functions that went through one wrapper (`traced(f)`) cannot be
/// told apart by the values they are; the one that has the name of the variable is meant.
std::vector<FunctionId> targets_of(const program::Program& program, const program::Site& site,
                                   const ir::Instruction& in) {
  std::vector<FunctionId> targets = program.callees(site).functions;
  if (targets.size() < 2 || !in.name.empty()) return targets;
  const ir::Function& caller = program.function(site.function);
  if (in.a >= caller.locals.size() || caller.locals[in.a].name.empty()) return targets;
  Name name = caller.locals[in.a].name;
  std::vector<FunctionId> named;
  for (FunctionId target : targets) {
    if (program.function(target).name == name) named.push_back(target);
  }
  return named.empty() ? targets : named;
}

/// A call of so many functions is a place where the program runs what it is handed; only their results
/// are taken, since nothing else of them is likely to meet.
constexpr std::size_t kMaxTargets = 6;

/// What a genuine token says of its bearer was written by whoever signed it.
bool verifies_token(const std::vector<const rule::FunctionModel*>& models) {
  static const Name kVerifies = Name::of("jwt-verify");
  static const Name kTrusts = Name::of("jwt-unverified");
  const auto tagged = [&](Name tag) {
    return std::any_of(models.begin(), models.end(), [&](const rule::FunctionModel* model) {
      return model->has_tag(tag);
    });
  };
  return tagged(kVerifies) && !tagged(kTrusts);
}

}  // namespace

std::vector<FunctionId> FunctionSolver::needs(const Context& ctx, FunctionId id) {
  const program::Program& program = ctx.program;
  const ir::Function& function = program.function(id);
  bool is_python = program.module(program.module_of(id)).language.text() == "python";
  std::vector<FunctionId> found;
  auto functions_of = [&](FunctionId owner, ir::LocalIndex local) {
    for (const Ref& ref : program.refs(owner, local)) {
      if (ref.kind == Ref::Kind::Function) found.push_back(FunctionId{ref.id});
    }
  };
  auto text_of = [&](ir::LocalIndex local) {
    const ClassId owner = ctx.class_at(id, local);
    if (owner.valid()) found.push_back(text_method(program, owner));
  };
  for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
    const auto& instructions = function.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      const ir::Instruction& in = instructions[i];
      if (is_python && (in.op == ir::Op::Call || in.op == ir::Op::Operate)) {
        for (std::uint32_t k = 0; k < in.n_operands; ++k) {
          text_of(function.operands[in.first_operand + k].value);
        }
        if (in.op == ir::Op::Call) text_of(in.a);
      }
      if (in.op == ir::Op::Call) {
        const program::Callees& callees = program.callees({id, b, i});
        auto targets = targets_of(program, {id, b, i}, in);
        found.insert(found.end(), targets.begin(), targets.end());
        for (program::ClassId owner : callees.constructed) {
          found.push_back(constructor_of(program, owner));
        }
        for (std::uint32_t k = 0; k < in.n_operands; ++k) {
          functions_of(id, function.operands[in.first_operand + k].value);
        }
      } else if (in.op == ir::Op::Construct) {
        // A call may find functions in an object of options.
        for (std::uint32_t k = 0; k < in.n_operands; ++k) {
          const ir::Operand& operand = function.operands[in.first_operand + k];
          if (operand.kind == ir::Operand::Kind::Keyed) functions_of(id, operand.value);
        }
      } else if (in.op == ir::Op::Load && !in.name.empty()) {
        for (const Ref& ref : program.refs(id, in.a)) {
          if (ref.kind != Ref::Kind::Instance) continue;
          program::ClassId owner = ctx.class_of(ref);
          if (!owner.valid()) continue;
          FunctionId method = program.find_method(owner, in.name);
          if (method.valid() && program.function(method).is_getter) found.push_back(method);
        }
      }
    }
  }
  bool given = std::any_of(function.parameters.begin(), function.parameters.end(),
                           [](const ir::Parameter& parameter) {
                             return parameter.default_value != ir::kNone ||
                                    !parameter.annotations.empty();
                           });
  if (given && function.parent != ir::kNone) {
    FunctionId parent = program.function_id(program.module_of(id), function.parent);
    const ir::Function& outer = program.function(parent);
    for (const ir::Block& block : outer.blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.op != ir::Op::Call) continue;
        for (const ir::Parameter& parameter : function.parameters) {
          bool here = in.result == parameter.default_value;
          for (const ir::Annotation& annotation : parameter.annotations) {
            here = here || in.result == annotation.value;
          }
          if (!here) continue;
          for (std::uint32_t k = 0; k < in.n_operands; ++k) {
            functions_of(parent, outer.operands[in.first_operand + k].value);
          }
        }
      }
    }
  }
  std::erase_if(found, [](FunctionId other) { return !other.valid(); });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

/// What is known of a callee. Others than those that were to be solved before may be solved or not, which is
/// as if they were not.
const Summary* FunctionSolver::summary_of(FunctionId callee) const {
  return is_needed(callee) ? ctx_.summaries[callee.value].get() : nullptr;
}

bool FunctionSolver::is_needed(FunctionId callee) const {
  const std::vector<FunctionId>& needed = ctx_.needs[id_.value];
  return std::binary_search(needed.begin(), needed.end(), callee);
}

/// Whom a genuine token is about.
static bool gives_caller(const std::vector<const rule::FunctionModel*>& models) {
  static const Name kVerifies = Name::of("jwt-verify");
  static const Name kTrusts = Name::of("jwt-unverified");
  const auto tagged = [&](Name tag) {
    return std::any_of(models.begin(), models.end(), [&](const rule::FunctionModel* model) {
      return model->has_tag(tag);
    });
  };
  return tagged(kVerifies) && !tagged(kTrusts);
}

const FunctionSolver::CallFacts& FunctionSolver::call_facts(const ir::Instruction& in) {
  auto [at, is_new] = call_facts_.try_emplace(at_);
  CallFacts& facts = at->second;
  if (!is_new) return facts;
  const program::Callees& callees = program_.callees(site_);
  facts.constructed = callees.constructed;
  for (FunctionId function : targets_of(program_, site_, in)) {
    const ir::Function& body = program_.function(function);
    if (is_body(body) && !(body.is_constructor && !facts.constructed.empty())) {
      facts.functions.push_back(function);
      facts.callbacks.push_back(result_callback(program_, function));
    }
  }
  facts.handed = facts.functions.size() > 1 && calls_parameter(program_, id_, in);
  const Name called = in.name.empty() ? word_of(in.a) : in.name;
  facts.principal = !facts.functions.empty() && names_caller(called.text(), is_javascript_);
  for (Name symbol : callees.symbols) {
    facts.principal = facts.principal || ctx_.is_principal_symbol(symbol);
    for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
      if (!program_.holds(site_, model->when)) continue;
      facts.models.push_back(model);
      facts.model_symbols.push_back(symbol);
    }
  }
  facts.principal = facts.principal || gives_caller(facts.models);
  if (facts.models.empty() && facts.functions.empty() && !in.name.empty()) {
    list_models(in, facts);
    text_models(in, facts);
  }
  if (verifies_token(facts.models)) facts.principal = true;
  bool code = false;
  for (const Ref& ref : program_.refs(id_, in.result)) {
    code = code || ref.kind == Ref::Kind::Function || ref.kind == Ref::Kind::Class;
  }
  if (const Ref* record = ctx_.record_in(program_.refs(id_, in.result))) {
    facts.record = program::EntityId{record->id};
    facts.record_list = record->list;
  }
  Name callee = in.name.empty() ? word_of(in.a) : in.name;
  facts.callee = callee.text();
  if (!code && facts.functions.empty() && facts.constructed.empty() && facts.models.empty()) {
    facts.name = personal_.call(callee, in.name.empty() ? Name() : word_of(in.a));
  }
  return facts;
}

/// A list of records has the methods of lists.
void FunctionSolver::list_models(const ir::Instruction& in, CallFacts& facts) const {
  auto refs = program_.refs(id_, in.a);
  if (std::none_of(refs.begin(), refs.end(), [](const Ref& ref) { return ref.list; })) return;
  models_of_type(is_javascript_ ? "Array." : "list.", in, facts);
}

/// What nothing is known of is a text when a method is called on it that only texts have.
void FunctionSolver::text_models(const ir::Instruction& in, CallFacts& facts) const {
  static const std::array<std::string_view, 4> kOnlyOfTexts = {"replace", "replaceAll", "substring", "substr"};
  if (!is_javascript_) return;
  auto refs = program_.refs(id_, in.a);
  const bool unknown = std::all_of(refs.begin(), refs.end(), [](const Ref& ref) { return ref.kind == Ref::Kind::External; });
  if (!unknown) return;
  if (std::find(kOnlyOfTexts.begin(), kOnlyOfTexts.end(), in.name.text()) == kOnlyOfTexts.end()) return;
  models_of_type("String.", in, facts);
}

void FunctionSolver::models_of_type(std::string_view type, const ir::Instruction& in, CallFacts& facts) const {
  const Name symbol = Name::of(std::string(type) + std::string(in.name.text()));
  for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
    if (!program_.holds(site_, model->when)) continue;
    facts.models.push_back(model);
    facts.model_symbols.push_back(symbol);
  }
}

void FunctionSolver::call(const ir::Instruction& in) {
  const CallFacts& facts = call_facts(in);
  ValueId result = kNothing;
  bool known = false;
  bool opaque_result = false;
  // What was handed in by many is of each caller, who takes up what he handed in.
  const bool of_callers = facts.handed && (facts.functions.size() > kMaxTargets || result_callback(program_, id_) != ir::kNone);
  for (std::size_t i = 0; i < facts.functions.size(); ++i) {
    const FunctionId callee = facts.functions[i];
    Binding binding = bind(program_.function(callee), in, false);
    binding.result_only = facts.functions.size() > kMaxTargets;
    ValueId given = apply(callee, binding);
    if (facts.callbacks[i] != ir::kNone) given = values_.join(given, results_of(binding.places[facts.callbacks[i]].local));
    // What is wrapped is called here too, and the result is its.
    if (facts.functions.size() > 1 && program_.is_wrapping(callee)) continue;
    if (!of_callers && !asks(program_.function(callee).name.text()) && !gives_keys(program_.function(callee).name.text())) {
      result = values_.join(result, given);
    }
    constexpr std::uint32_t kQuerySlot = 2048;
    const Summary* summary = summary_of(callee);
    if (summary != nullptr && summary->runs) query(*summary->runs, in, kQuerySlot, result);
    known = true;
  }
  for (program::ClassId owner : facts.constructed) {
    result = values_.join(result, construct_class(owner, in, facts));
    known = true;
  }
  read_record_ = false;
  for (std::uint32_t i = 0; i < facts.models.size(); ++i) {
    const rule::FunctionModel& model = *facts.models[i];
    result = values_.join(result, apply_model(model, facts.model_symbols[i], in, i));
    opaque_result = opaque_result || (!model.pure && !model.passes);
    known = true;
  }
  if (!known || opaque_result) result = values_.join(result, unknown_call(in, facts));
  bool by_program = !facts.functions.empty() || !facts.constructed.empty();
  if (facts.principal) {
    result = values_.join(result, kind_origin(1, Name::of("principal"), {}, in.span));
  }
  // Of a record that was read, what its selection leaves is all there is.
  if (!by_program && facts.record.valid() && !read_record_ && !of_list(facts) && !has_own_personal(result)) {
    result = values_.join(
        result, record_origin(2, facts.record, facts.record_list, is_symbolic(result), in.span));
  }
  if (facts.name && !has_own_personal(result) && !gives_fact(facts.callee)) {
    Name callee = Name::of(facts.callee);
    result = values_.join(result,
                          named_origin(3, *facts.name, callee, {}, is_symbolic(result), in.span));
  }
  assign(in.result, builds_address(facts.callee) ? without_objects(result) : result);
}

/// `users.filter(…)`: what a list gives is of its elements, and brings none itself.
bool FunctionSolver::of_list(const CallFacts& facts) const {
  return !facts.models.empty() && std::all_of(facts.model_symbols.begin(), facts.model_symbols.end(), [](Name symbol) {
    return symbol.text().starts_with("Array.") || symbol.text().starts_with("list.");
  });
}

ValueId FunctionSolver::without_objects(ValueId value) {
  return values_.map(value, [&](const Atom& atom) -> std::optional<Atom> {
    const bool object = atom.kind == AtomKind::Origin && ((atom.flags & kOpaque) != 0 || ctx_.is_whole_record(atom));
    return object ? std::nullopt : std::optional<Atom>(atom);
  });
}

/// Which of the call's operands each parameter gets.
FunctionSolver::Binding FunctionSolver::bind(const ir::Function& callee, const ir::Instruction& in,
                                             bool constructs) {
  Binding binding;
  std::size_t n = callee.parameters.size();
  binding.parameters.assign(n, kNothing);
  binding.places.resize(n);
  Name any = ir::any_element();
  auto all = operands(in);
  if (!constructs && function_.self != ir::kNone && word_of(in.a).text() == "super") {
    binding.receiver = value(function_.self);
    binding.receiver_local = function_.self;
  } else if (!constructs && !in.name.empty()) {
    binding.receiver = value(in.a);
    binding.receiver_local = in.a;
    // `User.rename(user, name)`: the function of a class, called as one.
    auto refs = program_.refs(id_, in.a);
    bool through_class = !is_javascript_ && callee.self != ir::kNone && !callee.is_class_method &&
                         !refs.empty() && std::all_of(refs.begin(), refs.end(), [](const Ref& ref) {
                           return ref.kind == Ref::Kind::Class;
                         });
    if (through_class && !all.empty() && all.front().kind == ir::Operand::Kind::Value) {
      binding.receiver = value(all.front().value);
      binding.receiver_local = all.front().value;
      all = all.subspan(1);
    }
  }
  auto give = [&](std::size_t parameter, ValueId part, ir::LocalIndex local, Name field) {
    binding.parameters[parameter] = values_.join(binding.parameters[parameter], part);
    binding.places[parameter] = {local, field};
  };
  auto into_rest = [&](ir::Parameter::Kind kind, Name field, ValueId part, ir::LocalIndex local) {
    for (std::size_t i = 0; i < n; ++i) {
      if (callee.parameters[i].kind != kind) continue;
      ValueId& rest = binding.parameters[i];
      rest = values_.add(rest, Path(&field, 1), part);
      binding.places[i] = {local, {}};
      return true;
    }
    return false;
  };
  auto name_of = [&](std::size_t i) {
    ir::LocalIndex local = callee.parameters[i].local;
    return local < callee.locals.size() ? callee.locals[local].name : Name();
  };
  std::size_t position = 0;
  for (const ir::Operand& operand : all) {
    ValueId part = value(operand.value);
    switch (operand.kind) {
      case ir::Operand::Kind::Value:
        if (position < n && callee.parameters[position].kind == ir::Parameter::Kind::Positional) {
          give(position++, part, operand.value, {});
        } else {
          into_rest(ir::Parameter::Kind::Rest, any, part, operand.value);
        }
        break;
      case ir::Operand::Kind::Keyed: {
        bool found = false;
        for (std::size_t i = 0; i < n && !found; ++i) {
          if (name_of(i) == operand.name && callee.parameters[i].kind != ir::Parameter::Kind::Rest &&
              callee.parameters[i].kind != ir::Parameter::Kind::KeywordRest) {
            give(i, part, operand.value, {});
            found = true;
          }
        }
        if (!found) into_rest(ir::Parameter::Kind::KeywordRest, operand.name, part, operand.value);
        break;
      }
      case ir::Operand::Kind::Computed:
        into_rest(ir::Parameter::Kind::KeywordRest, any, part, operand.value);
        break;
      case ir::Operand::Kind::Spread:
        // Either a list for the positions left, or a map for the names.
        for (std::size_t i = position; i < n; ++i) {
          Name name = name_of(i);
          if (callee.parameters[i].kind == ir::Parameter::Kind::KeywordRest) {
            give(i, part, operand.value, {});
          } else if (callee.parameters[i].kind == ir::Parameter::Kind::Rest) {
            into_rest(ir::Parameter::Kind::Rest, any, values_.elements(part), operand.value);
          } else {
            ValueId given = values_.elements(part);
            if (!name.empty()) given = values_.join(given, values_.load(part, name));
            if (given != kNothing) give(i, given, operand.value, name);
          }
        }
        break;
    }
  }
  return binding;
}

ValueId FunctionSolver::adapted(ValueId value, const Atom& use) {
  if (use.flags == 0 && use.protection == rule::Protection::None) return value;
  if ((use.flags & (kOpaque | kTemplate | kText)) != 0) value = values_.flat(value);
  return values_.map(value, [&](const Atom& atom) -> std::optional<Atom> {
    if ((use.flags & kPart) != 0 && ctx_.is_personal(atom)) return std::nullopt;
    if ((use.flags & kObject) != 0 && is_text_itself(atom)) return std::nullopt;
    Atom changed = atom;
    changed.flags |= use.passed_on();
    changed.protection = combine(atom.protection, use.protection);
    return changed;
  });
}

/// A value of a callee's summary in terms of this function. `only_given`: what the callee itself
/// knows (its origins, shared cells) is left out, since it has been accounted for there.
ValueId FunctionSolver::instantiate(Instance& instance, ValueId of) {
  if (of == kNothing) return kNothing;
  if (const ValueId* known = instance.done.find(of)) return *known;
  const ValueTable& from = instance.callee.values;
  work_ += 1 + from.atoms(of).size();
  std::vector<ValueId> own;
  for (ValueTable::AtomId id : from.atoms(of)) own.push_back(instantiate_atom(instance, id));
  std::vector<std::pair<Name, ValueId>> fields;
  for (const ValueTable::Child& child : from.children(of)) {
    fields.emplace_back(from.field(child.first), instantiate(instance, child.second));
  }
  const ValueId result = values_.put_each(values_.join(own), fields);
  instance.done.emplace(of, result);
  return result;
}

ValueId FunctionSolver::instantiate_atom(Instance& instance, ValueTable::AtomId id) {
  const Atom& atom = instance.callee.values.atom(id);
  Path path(atom.path.data(), atom.depth);
  if (atom.kind == AtomKind::Cell) {
    const Cell& cell = ctx_.cells[atom.a];
    if (cell.local != ir::kNone && cell.function == id_) {
      return adapted(values_.load(value(cell.local), path), atom);
    }
  }
  if (atom.kind != AtomKind::Input && instance.only_given) return kNothing;
  if (const ValueId* known = instance.atoms.find(id)) return *known;
  ValueId result = kNothing;
  if (atom.kind == AtomKind::Input) {
    const Binding& binding = instance.binding;
    ValueId given = kNothing;
    Binding::Place place;
    if (atom.a == kReceiver) {
      given = binding.receiver;
      place.local = binding.receiver_local;
    } else if (atom.b < binding.parameters.size()) {
      given = binding.parameters[atom.b];
      place = binding.places[atom.b];
    }
    const bool as_text = (atom.flags & kText) != 0 && atom.depth == 0 && place.field.empty();
    if (as_text && place.local != ir::kNone) given = printed(place.local, given);
    result = adapted(values_.load(given, path), atom);
  } else {
    result = values_.of(atom);
  }
  instance.atoms.emplace(id, result);
  return result;
}

ValueId FunctionSolver::apply(FunctionId callee, const Binding& binding) {
  const Summary* summary = summary_of(callee);
  if (!summary) return kNothing;
  ValueTable::Imported atoms;
  Instance all{*summary, binding, atoms, false, {}};
  Instance given_only{*summary, binding, atoms, true, {}};
  ValueId result = instantiate(all, summary->returned);
  if (binding.result_only) return result;
  if (!is_replay()) {
    for (std::uint32_t i : summary->open_uses) {
      if (!lifts(summary->uses[i])) continue;
      ValueId given = instantiate(given_only, summary->uses[i].value);
      if (given != kNothing) lift(callee, i, summary->uses[i], given);
    }
  }
  for (const auto& [cell, added, open] : summary->cells) {
    ir::LocalIndex local = ctx_.cells[cell].local;
    bool own = local != ir::kNone && ctx_.cells[cell].function == id_;
    if (!own && !open) continue;
    ValueId part = instantiate(own ? all : given_only, added);
    if (part == kNothing) continue;
    if (own) {
      set(local, values_.join(value(local), part));
    } else {
      ValueId& known = cell_added_[cell];
      known = values_.join(known, part);
    }
  }
  for (const Summary::Effect& effect : summary->effects) {
    ValueId part = instantiate(all, effect.added);
    if (part == kNothing) continue;
    Binding::Place place{binding.receiver_local, {}};
    if (effect.root == kArgument) {
      if (effect.parameter >= binding.places.size()) continue;
      place = binding.places[effect.parameter];
    }
    mutate(place.local, place.field.empty() ? Path() : Path(&place.field, 1), part, false);
  }
  if (summary->thrown != kNothing) {
    ValueId thrown = values_.map(instantiate(all, summary->thrown), [](const Atom& atom) -> std::optional<Atom> {
      Atom far = atom;
      far.flags |= kShared;
      return far;
    });
    if (thrown != kNothing) throw_value(thrown);
  }
  steps_ += 1 + work_ / kWorkPerStep;
  work_ %= kWorkPerStep;
  return result;
}

/// `new C(…)`: what the constructor puts into its object, or for a class without one, the arguments
/// by the names of its fields.
ValueId FunctionSolver::construct_class(program::ClassId id, const ir::Instruction& in,
                                        const CallFacts& facts) {
  FunctionId constructor = constructor_of(program_, id);
  if (constructor.valid() && is_body(program_.function(constructor))) {
    Binding binding = bind(program_.function(constructor), in, true);
    // The new object has no local yet: effects on it are read off the summary.
    ValueId object = kNothing;
    const Summary* summary = summary_of(constructor);
    if (summary) {
      ValueTable::Imported atoms;
      Instance all{*summary, binding, atoms, false, {}};
      for (const Summary::Effect& effect : summary->effects) {
        if (effect.root != kReceiver) continue;
        object = values_.join(object, instantiate(all, effect.added));
      }
    }
    apply(constructor, binding);
    return object;
  }
  if (!facts.models.empty()) return kNothing;  // the library's base class is modelled
  ValueId object = kNothing;
  std::size_t position = 0;
  const auto& fields = program_.class_of(id).fields;
  std::uint32_t slot = 16;
  for (const ir::Operand& operand : operands(in)) {
    ValueId part = value(operand.value);
    ++slot;
    Name field;
    switch (operand.kind) {
      case ir::Operand::Kind::Keyed: field = operand.name; break;
      case ir::Operand::Kind::Value:
        if (position < fields.size()) field = fields[position].name;
        ++position;
        break;
      case ir::Operand::Kind::Spread: object = values_.join(object, part); break;
      case ir::Operand::Kind::Computed: break;
    }
    if (field.empty()) continue;
    part = with_key_origin(slot, part, operand.value, field, program_.class_of(id).name, operand.span);
    object = values_.put(object, Path(&field, 1), part);
  }
  return object;
}

/// Nothing is known of the callee but its name: receiver and arguments are in the result, unless the
/// name says that it is a fact about them.
ValueId FunctionSolver::unknown_call(const ir::Instruction& in, const CallFacts& facts) {
  ValueId receiver = in.name.empty() ? kNothing : value(in.a);
  ValueId arguments = kNothing;
  ValueId elements = values_.elements(receiver);
  bool adds = !in.name.empty() && adds_to_receiver(facts.callee);
  const bool text = !is_javascript_ && facts.callee == "format";
  for (const ir::Operand& operand : operands(in)) {
    ValueId part = value(operand.value);
    if (text) part = printed(operand.value, part);
    arguments = values_.join(arguments, part);
    if (receiver == kNothing || in.name.empty()) elements = values_.join(elements, values_.elements(part));
  }
  if (facts.callee == "then" || facts.callee == "tap" || facts.callee == "pipe") {
    elements = values_.join(elements, receiver);
  }
  bool gets_error = facts.callee == "catch" || facts.callee == "finally" || facts.callee == "fail" ||
                    facts.callee == "on" || facts.callee == "once";
  if (gets_error) elements = kNothing;
  ValueId from_callbacks = kNothing;
  bool has_callback = false;
  Binding::Place place{in.name.empty() ? ir::kNone : in.a, ir::any_element()};
  for (const ir::Operand& operand : operands(in)) {
    from_callbacks = values_.join(from_callbacks, apply_callback(operand.value, {elements}, {place}));
    for (const Ref& ref : program_.refs(id_, operand.value)) {
      has_callback = has_callback || ref.kind == Ref::Kind::Function;
    }
  }
  if (adds && arguments != kNothing) {
    Name any = ir::any_element();
    mutate(in.a, Path(&any, 1), arguments, false);
  }
  Name callee = Name::of(facts.callee);
  if (gives_fact(facts.callee) || gives_label(facts.callee) || ctx_.ends_by_name(callee)) {
    return kNothing;
  }
  if (has_callback && gives_callback_results(facts.callee)) {
    Name any = ir::any_element();
    return values_.add(from_callbacks, Path(&any, 1), from_callbacks);
  }
  ValueId result = values_.join(receiver, arguments);
  // `MemberSchema(view).dump(member)`: which fields a serialiser of the program lets through is its own affair.
  const bool of_program = !in.name.empty() && ctx_.class_at(id_, in.a).valid();
  const bool by_serialiser = facts.callee == "to_representation" ||
                             (of_program && (facts.callee == "dump" || facts.callee == "dumps" || facts.callee == "serialize"));
  if ((!keeps_shape(facts.callee) || by_serialiser) && !gets_error) {
    if (!in.name.empty()) result = values_.join(without_used_secrets(receiver), arguments);
    result = values_.map(values_.flat(without_configured_secrets(result)), [](const Atom& atom) -> std::optional<Atom> {
      Atom changed = atom;
      changed.flags |= kOpaque;
      return changed;
    });
  }
  if (rule::Protection protection = ctx_.protection_of(callee); protection != rule::Protection::None) {
    result = values_.map(result, [&](const Atom& atom) -> std::optional<Atom> {
      Atom changed = atom;
      changed.protection = combine(atom.protection, protection);
      return changed;
    });
  }
  return values_.join(result, from_callbacks);
}

/// A client that something unknown made with a secret is asked for something: the answer is not the secret.
ValueId FunctionSolver::without_used_secrets(ValueId receiver) {
  return values_.map(receiver, [&](const Atom& atom) -> std::optional<Atom> {
    const rule::DataTypeId data = (atom.flags & kOpaque) != 0 ? ctx_.data_of(atom) : rule::DataTypeId{};
    const bool secret = data.valid() && program_.rules().data_types()[data].id.text().starts_with("credential.");
    return secret ? std::nullopt : std::optional<Atom>(atom);
  });
}

/// Clients are made with secrets and use them; what they are asked for does not show them. Misses:
/// an unknown function that writes out all of an object with a secret in it.
ValueId FunctionSolver::without_configured_secrets(ValueId value) {
  if (values_.children(value).empty()) return value;
  ValueId own = kNothing;
  std::vector<ValueTable::AtomId> atoms(values_.atoms(value).begin(), values_.atoms(value).end());
  for (ValueTable::AtomId id : atoms) own = values_.join(own, values_.of(Atom(values_.atom(id))));
  std::vector<ValueTable::Child> children(values_.children(value).begin(), values_.children(value).end());
  for (const ValueTable::Child& child : children) {
    ValueId rest = values_.map(values_.flat(child.second), [&](const Atom& atom) -> std::optional<Atom> {
      rule::DataTypeId data = ctx_.data_of(atom);
      bool secret = data.valid() && program_.rules().data_types()[data].id.text().starts_with("credential.");
      return secret ? std::nullopt : std::optional<Atom>(atom);
    });
    own = values_.join(own, rest);
  }
  return own;
}

/// What the functions in a local return, whatever they are called with.
ValueId FunctionSolver::results_of(ir::LocalIndex callback) {
  ValueId result = kNothing;
  if (callback == ir::kNone) return result;
  for (const Ref& ref : program_.refs(id_, callback)) {
    if (ref.kind != Ref::Kind::Function) continue;
    const std::size_t n = program_.function(FunctionId{ref.id}).parameters.size();
    Binding binding;
    binding.parameters.assign(n, kNothing);
    binding.places.resize(n);
    binding.result_only = true;
    result = values_.join(result, apply(FunctionId{ref.id}, binding));
  }
  return result;
}

/// What the functions in a local return when they are called with these values.
ValueId FunctionSolver::apply_callback(ir::LocalIndex callback, const std::vector<ValueId>& arguments,
                                       const std::vector<Binding::Place>& places) {
  ValueId result = kNothing;
  for (const Ref& ref : program_.refs(id_, callback)) {
    if (ref.kind != Ref::Kind::Function) continue;
    FunctionId callee{ref.id};
    const ir::Function& function = program_.function(callee);
    Binding binding;
    binding.parameters.assign(function.parameters.size(), kNothing);
    binding.places.resize(function.parameters.size());
    for (std::size_t i = 0; i < function.parameters.size(); ++i) {
      if (i < arguments.size()) binding.parameters[i] = arguments[i];
      if (i < places.size()) binding.places[i] = places[i];
    }
    result = values_.join(result, apply(callee, binding));
  }
  return result;
}

}  // namespace privet::flow
