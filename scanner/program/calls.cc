#include <algorithm>
#include <string>

#include "program/linker.h"

/// Calls: from the value that is called to the functions behind it, and arguments to parameters.
namespace privet::program {
namespace {

template <class T>
void add_once(std::vector<T>& all, T one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

bool is_entered(Name method) {
  static const Name kEnter = Name::of("__enter__");
  static const Name kEnterLater = Name::of("__aenter__");
  return method == kEnter || method == kEnterLater;
}

}  // namespace

std::uint32_t Linker::add_call(const Site& site, NodeId callee, NodeId result) {
  const auto call = static_cast<std::uint32_t>(calls_.size());
  calls_.push_back({site, callee, result, kNone, false});
  tables_->callees.emplace_back();
  tables_->call_of[tables_->instruction_index(site)] = call;
  return call;
}

std::uint32_t Linker::add_call_row(std::uint32_t call, ValueId receiver, bool member, Name name) {
  call_rows_.push_back({call, receiver, member, name});
  return static_cast<std::uint32_t>(call_rows_.size() - 1);
}

std::uint32_t Linker::add_invocation(Invocation invocation) {
  invocations_.push_back(std::move(invocation));
  return static_cast<std::uint32_t>(invocations_.size() - 1);
}

ValueId Linker::function_prototype(ValueId function) {
  std::uint32_t& slot = prototypes_.slot(function, 0);
  if (slot == kNone) {
    const ValueId object = new_object(Site{}, ir::ContainerKind::Object);
    slot = object;
    const FunctionId id{(*values_)[function].id};
    const ir::Function& code = tables_->function(id);
    if (code.self != kNone) add(tables_->node(id, code.self), object);
    return object;
  }
  return slot;
}

void Linker::call_value(std::uint32_t row_index, ValueId value) {
  const CallRow row = call_rows_[row_index];
  const Ref ref = (*values_)[value];
  const Site site = calls_[row.call].site;
  const ir::Instruction& at = tables_->instruction(site);
  if (ref.list) {
    calls_[row.call].unresolved = true;
    return;
  }
  switch (ref.kind) {
    case Ref::Kind::Function: {
      ValueId receiver = row.receiver;
      if (at.is_new && at.name.empty()) {
        receiver = function_prototype(value);
        add(calls_[row.call].result, receiver);
      }
      call_function(row.call, FunctionId{ref.id}, receiver);
      break;
    }
    case Ref::Kind::Class: construct(row.call, value); break;
    case Ref::Kind::Model:
      if (ref.id < tables_->class_module.size()) {
        construct(row.call, values_->of(Ref::Kind::Class, ref.id));
      } else {
        add(calls_[row.call].result, values_->of(Ref::Kind::Instance, ref.id));
      }
      break;
    case Ref::Kind::External: call_symbol(row.call, ref.name); break;
    case Ref::Kind::OfType: call_symbol(row.call, ref.name); break;
    case Ref::Kind::Instance: {
      if (ref.id >= tables_->class_module.size()) break;
      // In JavaScript nobody calls an object: this is `super(…)`.
      const bool python = family(site.function) == Family::Python;
      const std::uint32_t inner = add_call_row(row.call, value, true, Name::of(python ? "__call__" : "constructor"));
      look_up(Lookup{true, inner, value}, ClassId{ref.id});
      break;
    }
    case Ref::Kind::Module: {
      const Meaning meaning = meaning_of(ModuleId{ref.id}, Name::of("default"));
      for (const NodeId node : meaning.nodes) graph_->add_use(node, UseKind::Call, add_call_row(row.call, kNone, false));
      break;
    }
    case Ref::Kind::Object: calls_[row.call].unresolved = true; break;
  }
}

void Linker::call_function_member(std::uint32_t row_index, ValueId value) {
  const CallRow row = call_rows_[row_index];
  const Site site = calls_[row.call].site;
  const FunctionId function{(*values_)[value].id};
  const std::string_view method = row.name.text();
  if (family(site.function) == Family::JavaScript) {
    if (method == "call" || method == "apply") {
      call_function(row.call, function, kNone, 1);
      return;
    }
    if (method == "bind") {
      add(calls_[row.call].result, value);
      const ir::Instruction& at = tables_->instruction(site);
      const ir::Function& code = tables_->function(function);
      if (at.n_operands > 0 && code.self != kNone) {
        const ir::Operand& operand = tables_->function(site.function).operands[at.first_operand];
        if (operand.value != kNone) edge(node_at(site.function, operand.value), tables_->node(function, code.self));
      }
      return;
    }
  }
  graph_->add_use(graph_->field(value, row.name), UseKind::Call, add_call_row(row.call, value, false));
}

void Linker::call_member(std::uint32_t row_index, ValueId value) {
  const CallRow row = call_rows_[row_index];
  const Ref ref = (*values_)[value];
  const Site site = calls_[row.call].site;
  const bool python = family(site.function) == Family::Python;
  const auto call_nearest = [&](const std::vector<Name>& types) {
    for (const Name type : types) {
      const Name symbol = nearest_member(type, row.name);
      if (symbol.empty()) continue;
      call_symbol(row.call, symbol);
      return true;
    }
    return false;
  };
  if (ref.list) {
    if (call_nearest(record_types(ref))) return;
    if (ref.kind == Ref::Kind::OfType && call_nearest({ref.name})) return;
    if (ref.kind == Ref::Kind::Instance && ref.id < tables_->class_module.size()) {
      look_up(Lookup{true, row_index, value}, ClassId{ref.id});
    }
    call_nearest({Name::of(python ? "list" : "Array")});
    return;
  }
  switch (ref.kind) {
    case Ref::Kind::Function: call_function_member(row_index, value); break;
    case Ref::Kind::Object: {
      graph_->add_use(graph_->field(value, row.name), UseKind::Call, add_call_row(row.call, value, false));
      const bool display = graph_->find_field(value, ir::any_element()) != kNone;
      const NodeId computed = display ? graph_->find_field(value, ir::any_element()) : kNone;
      switch (object_kinds_[ref.id]) {
        case ir::ContainerKind::Object:
          if (computed != kNone) {
            graph_->add_use(computed, UseKind::Call, add_call_row(row.call, value, false));
          }
          call_nearest({Name::of(python ? "dict" : "Object")});
          break;
        case ir::ContainerKind::List:
        case ir::ContainerKind::Tuple: call_nearest({Name::of(python ? "list" : "Array")}); break;
        case ir::ContainerKind::Set: call_nearest({Name::of(python ? "set" : "Set")}); break;
        case ir::ContainerKind::Element: break;
      }
      break;
    }
    case Ref::Kind::Instance:
    case Ref::Kind::Class:
      if (ref.id < tables_->class_module.size()) {
        look_up(Lookup{true, row_index, value}, ClassId{ref.id});
      } else {
        graph_->add_use(graph_->field(value, row.name), UseKind::Call, add_call_row(row.call, value, false));
        call_nearest(record_types(ref));
      }
      break;
    case Ref::Kind::Model: {
      graph_->add_use(graph_->field(value, row.name), UseKind::Call, add_call_row(row.call, value, false));
      if (call_nearest(record_types(ref)) || ref.id >= tables_->class_module.size()) break;
      look_up(Lookup{true, row_index, values_->of(Ref::Kind::Class, ref.id)}, ClassId{ref.id});
      break;
    }
    case Ref::Kind::Module: {
      const Meaning meaning = meaning_of(ModuleId{ref.id}, row.name);
      const std::uint32_t inner = add_call_row(row.call, kNone, false);
      for (const NodeId node : meaning.nodes) graph_->add_use(node, UseKind::Call, inner);
      for (const ValueId one : meaning.values) call_value(inner, one);
      if (meaning.empty()) {
        graph_->add_use(graph_->field(value, row.name), UseKind::Call, inner);
      }
      break;
    }
    case Ref::Kind::External: {
      const Name known = nearest_member(ref.name, row.name);
      if (!known.empty()) {
        call_symbol(row.call, known);
        break;
      }
      const ValueId member = member_of_external(site.function, ref.name, row.name);
      if (member == kNone) break;
      const std::uint32_t inner = add_call_row(row.call, kNone, false);
      call_value(inner, member);
      break;
    }
    case Ref::Kind::OfType: {
      graph_->add_use(graph_->field(values_->of(Ref::Kind::OfType, ref.name), row.name), UseKind::Call,
                      add_call_row(row.call, kNone, false));
      const Name known = nearest_member(ref.name, row.name);
      // What a `with` enters is most often the thing itself.
      if (known.empty() && is_entered(row.name)) {
        add(calls_[row.call].result, value);
        break;
      }
      call_symbol(row.call, known.empty() ? join(ref.name, row.name) : known);
      break;
    }
  }
}

void Linker::construct(std::uint32_t call, ValueId class_value) {
  const ClassId id{(*values_)[class_value].id};
  auto& constructed = tables_->callees[call].constructed;
  if (std::find(constructed.begin(), constructed.end(), id) != constructed.end()) return;
  constructed.push_back(id);
  finds_more(call);
  const ValueId instance = instance_of(id);
  add(calls_[call].result, instance);
  const Site site = calls_[call].site;
  const bool python = family(site.function) == Family::Python;
  const Name name = Name::of(python ? "__init__" : "constructor");
  look_up(Lookup{true, add_call_row(call, instance, true, name), instance}, id);
  if (!python || tables_->methods.find(id.value, name.index()) != kNone) return;
  // A constructor that nobody wrote (dataclasses, models) puts its keyword arguments into fields.
  const ir::Instruction& at = tables_->instruction(site);
  const auto& operands = tables_->function(site.function).operands;
  for (std::uint32_t i = 0; i < at.n_operands; ++i) {
    const ir::Operand& operand = operands[at.first_operand + i];
    if (operand.kind == ir::Operand::Kind::Keyed && operand.value != kNone) {
      edge(node_at(site.function, operand.value), graph_->field(instance, operand.name));
    }
  }
}

void Linker::call_function(std::uint32_t call, FunctionId function, ValueId receiver, std::uint32_t skip) {
  if (handing_on_.contains(tables_->instruction_index(calls_[call].site))) {
    // Whoever calls the wrapper calls what it wraps.
    calls_[call].unresolved = true;
    return;
  }
  const ir::Function& code = tables_->function(function);
  if (receiver != kNone && code.self != kNone) {
    const Ref ref = (*values_)[receiver];
    ValueId self = receiver;
    if (code.is_class_method && ref.kind == Ref::Kind::Instance && ref.id < tables_->class_module.size()) {
      self = values_->of(Ref::Kind::Class, ref.id);
    }
    add(tables_->node(function, code.self), self);
    // A method of a manager works on the records that the manager was reached through.
    if (ref.kind == Ref::Kind::Instance && ref.id < tables_->class_module.size() &&
        family(function) == Family::Python && is_query_class(ClassId{ref.id}) &&
        linked_.insert(call + 0x80000000u, function.value)) {
      edge(calls_[call].callee, tables_->node(function, code.self));
    }
  }
  if (!linked_.insert(call, function.value)) return;
  tables_->callees[call].functions.push_back(function);
  finds_more(call);
  bind_arguments(calls_[call], function, skip);
  if (code.is_constructor || tables_->wrapping.contains(function.value) || give_wrapped(call, function, skip) ||
      give_found(call, function, skip)) {
    return;
  }
  edge(tables_->return_node[function.value], calls_[call].result);
}

NodeId Linker::rest_element(FunctionId function, ir::LocalIndex local) {
  std::uint32_t& slot = rest_objects_.slot(function.value, local);
  if (slot == kNone) {
    const ValueId object = new_object(Site{}, ir::ContainerKind::List);
    slot = object;
    add(tables_->node(function, local), object);
    return graph_->field(object, ir::any_element());
  }
  return graph_->field(slot, ir::any_element());
}

void Linker::bind_arguments(const CallSite& call_site, FunctionId function, std::uint32_t skip) {
  const CallSite site = call_site;
  const ir::Function& code = tables_->function(function);
  const ir::Instruction& at = tables_->instruction(site.site);
  const ir::Function& caller = tables_->function(site.site.function);
  const bool apply = skip == 1 && at.name.text() == "apply" && family(site.site.function) == Family::JavaScript;
  const auto& parameters = code.parameters;

  std::vector<const ir::Parameter*> positional;
  const ir::Parameter* rest = nullptr;
  const ir::Parameter* keyword_rest = nullptr;
  for (const ir::Parameter& parameter : parameters) {
    if (parameter.local == kNone) continue;
    switch (parameter.kind) {
      case ir::Parameter::Kind::Positional: positional.push_back(&parameter); break;
      case ir::Parameter::Kind::Rest: rest = &parameter; break;
      case ir::Parameter::Kind::KeywordRest: keyword_rest = &parameter; break;
      case ir::Parameter::Kind::KeywordOnly: break;
    }
  }
  const auto keyword_object = [&] {
    std::uint32_t& slot = rest_objects_.slot(function.value, keyword_rest->local);
    if (slot == kNone) {
      slot = new_object(Site{}, ir::ContainerKind::Object);
      add(tables_->node(function, keyword_rest->local), slot);
    }
    return slot;
  };
  const auto spread = [&](NodeId value, std::size_t from) {
    for (std::size_t i = from; i < positional.size(); ++i) {
      edge(value, tables_->node(function, positional[i]->local), UseKind::ToElement);
    }
    if (rest != nullptr) edge(value, rest_element(function, rest->local), UseKind::ToElement);
    if (family(function) != Family::Python) return;
    for (const ir::Parameter& parameter : parameters) {
      if (parameter.local == kNone || parameter.kind == ir::Parameter::Kind::Rest ||
          parameter.kind == ir::Parameter::Kind::KeywordRest) {
        continue;
      }
      add_load(value, code.locals[parameter.local].name, tables_->node(function, parameter.local),
               site.site.function);
    }
    if (keyword_rest != nullptr) graph_->add_use(value, UseKind::CopyFields, keyword_object());
  };

  std::size_t position = 0;
  for (std::uint32_t i = 0; i < at.n_operands; ++i) {
    const ir::Operand& operand = caller.operands[at.first_operand + i];
    if (operand.value == kNone) continue;
    const NodeId value = node_at(site.site.function, operand.value);
    switch (operand.kind) {
      case ir::Operand::Kind::Value:
        if (skip > 0) {
          --skip;
          if (code.self != kNone) edge(value, tables_->node(function, code.self));
        } else if (apply) {
          spread(value, 0);
        } else if (position < positional.size()) {
          edge(value, tables_->node(function, positional[position]->local));
          ++position;
        } else if (rest != nullptr) {
          edge(value, rest_element(function, rest->local));
        }
        break;
      case ir::Operand::Kind::Spread: spread(value, position); break;
      case ir::Operand::Kind::Keyed: {
        bool bound = false;
        for (const ir::Parameter& parameter : parameters) {
          if (parameter.local == kNone || code.locals[parameter.local].name != operand.name) continue;
          edge(value, tables_->node(function, parameter.local));
          bound = true;
          break;
        }
        if (!bound && keyword_rest != nullptr) edge(value, graph_->field(keyword_object(), operand.name));
        break;
      }
      case ir::Operand::Kind::Computed: break;
    }
  }
}

void Linker::invoke(std::uint32_t row, ValueId value) {
  const Ref ref = (*values_)[value];
  const Invocation invocation = invocations_[row];
  if (ref.kind == Ref::Kind::Class && !invocation.arguments.empty()) {
    // A component written as a class reads its attributes from `props`.
    edge(invocation.arguments[0], graph_->field(instance_of(ClassId{ref.id}), Name::of("props")));
    return;
  }
  if (ref.kind != Ref::Kind::Function || ref.list || !invoked_.insert(row, ref.id)) return;
  const FunctionId function{ref.id};
  const ir::Function& code = tables_->function(function);
  std::size_t position = 0;
  for (const ir::Parameter& parameter : code.parameters) {
    if (parameter.local == kNone) continue;
    if (parameter.kind == ir::Parameter::Kind::Rest) {
      for (std::size_t i = position; i < invocation.arguments.size(); ++i) {
        if (invocation.arguments[i] != kNone) edge(invocation.arguments[i], rest_element(function, parameter.local));
      }
      break;
    }
    if (parameter.kind != ir::Parameter::Kind::Positional) continue;
    if (position < invocation.arguments.size() && invocation.arguments[position] != kNone) {
      edge(invocation.arguments[position], tables_->node(function, parameter.local));
    }
    ++position;
  }
  if (!invocation.types.empty()) seed_handler(function, invocation.types);
  for (const NodeId result : invocation.results) edge(tables_->return_node[ref.id], result);
  if (invocation.call != kNone) add_once(tables_->callees[invocation.call].callbacks, function);
}

}  // namespace privet::program
