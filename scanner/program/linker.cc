#include "program/linker.h"

#include <algorithm>
#include <string>

namespace privet::program {
namespace {

constexpr std::uint64_t kStepsPerNode = 60;
constexpr std::uint64_t kLeastSteps = 2'000'000;

/// Elements of a display that keep a place of their own, for `[a, b] = f()`.
constexpr std::uint32_t kPlaces = 8;

bool passes_operands(std::string_view op) {
  return op == "+" || op == "|" || op == "&" || op == "slice" || op == "without" || op == "||" ||
         op == "??" || op == "or" || op == "and";
}

}  // namespace

Linker::Linker(std::vector<ir::Module> modules, const source::SourceMap& sources,
               const rule::RuleSet& rules)
    : rules_(&rules), tables_(std::make_unique<Program::Tables>()) {
  tables_->modules = std::move(modules);
  tables_->sources = &sources;
  tables_->rules = &rules;
  graph_ = &tables_->graph;
  values_ = &tables_->values;
}

Program Linker::link() && {
  number_program(*tables_);
  resolver_ = std::make_unique<ModuleResolver>(*tables_->sources, tables_->modules);
  for (const ir::Module& module : tables_->modules) families_.push_back(family_of(module));
  read_manifests(*tables_);
  set_up();
  steps_ = kLeastSteps + kStepsPerNode * graph_->n_nodes();
  bool done = graph_->run(steps_, [this](const Graph::Event& event) { handle(event); });
  add_named_entities();
  add_class_handlers();
  done = graph_->run(steps_, [this](const Graph::Event& event) { handle(event); }) && done;
  add_reverse_relations();
  // Weak evidence comes last, so that it loses to any other.
  add_names_of_parameters();
  add_names_of_methods();
  done = graph_->run(steps_, [this](const Graph::Event& event) { handle(event); }) && done;
  if (!done) {
    tables_->problems.push_back({source::ProblemCode::ProgramBudget, {},
                                 "linking stopped early; some values stay unknown"});
  }
  return finish();
}

NodeId Linker::node_at(FunctionId function, ir::LocalIndex local) {
  const ir::Local& at = tables_->function(function).locals[local];
  if (at.name.text() == "super" && at.kind != ir::Local::Kind::Parameter &&
      family(function) == Family::JavaScript) {
    return super_node(function);
  }
  return tables_->node(function, local);
}

NodeId Linker::super_node(FunctionId function) {
  // The class whose method this is, through the closures in between.
  const ModuleId module = tables_->function_module[function.value];
  FunctionId at = function;
  for (;;) {
    const ir::Function& code = tables_->function(at);
    if (code.owner != kNone) {
      const ClassId owner = tables_->class_id(module, code.owner);
      NodeId& node = super_nodes_[owner.value];
      if (node == kNone) node = graph_->add_node();
      return node;
    }
    if (code.parent == kNone) return graph_->add_node();
    const FunctionId parent = tables_->function_id(module, code.parent);
    if (parent.value >= at.value) return graph_->add_node();
    at = parent;
  }
}

ValueId Linker::new_object(const Site& site, ir::ContainerKind kind) {
  tables_->objects.push_back(site);
  object_kinds_.push_back(kind);
  return values_->of(Ref::Kind::Object, static_cast<std::uint32_t>(tables_->objects.size() - 1));
}

void Linker::add_load(NodeId base, Name field, NodeId result, FunctionId function) {
  loads_.push_back({result, field, function, {}});
  graph_->add_use(base, UseKind::Load, static_cast<std::uint32_t>(loads_.size() - 1));
}

void Linker::add_store(NodeId base, Name field, NodeId value) {
  stores_.push_back({value, field});
  graph_->add_use(base, UseKind::Store, static_cast<std::uint32_t>(stores_.size() - 1));
}

void Linker::set_up() {
  const auto n_functions = static_cast<std::uint32_t>(tables_->function_module.size());
  const auto n_classes = static_cast<std::uint32_t>(tables_->class_module.size());
  tables_->return_node.reserve(n_functions);
  for (std::uint32_t f = 0; f < n_functions; ++f) tables_->return_node.push_back(graph_->add_node());
  super_nodes_.assign(n_classes, kNone);
  class_lookups_.resize(n_classes);
  set_up_models();
  for (std::uint32_t m = 0; m < tables_->modules.size(); ++m) {
    set_up_free_names(ModuleId{m});
    set_up_imports(ModuleId{m});
  }
  for (std::uint32_t c = 0; c < n_classes; ++c) set_up_class(ClassId{c});
  for (std::uint32_t f = 0; f < n_functions; ++f) {
    find_wrappers(FunctionId{f});
    find_finder(FunctionId{f});
  }
  for (std::uint32_t f = 0; f < n_functions; ++f) set_up_function(FunctionId{f});
  set_up_route_files();
}

void Linker::set_up_free_names(ModuleId id) {
  if (families_[id.value] == Family::Other) return;
  const FunctionId body = tables_->function_id(id, 0);
  const ir::Function& function = tables_->function(body);
  for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
    const ir::Local& at = function.locals[local];
    if (at.kind != ir::Local::Kind::Free || at.name.empty()) continue;
    const NodeId node = tables_->node(body, local);
    bool from_star = false;
    for (const ir::Import& import : tables_->modules[id.value].imports) {
      if (!import.is_star) continue;
      const ModuleId other = resolver_->resolve(id, import.module);
      if (!other.valid()) continue;
      const Meaning& meaning = meaning_of(other, at.name);
      if (meaning.empty()) continue;
      send(meaning, node);
      from_star = true;
    }
    if (from_star) continue;
    if (families_[id.value] == Family::JavaScript) {
      if (at.name.text() == "exports") {
        add(node, values_->of(Ref::Kind::Module, id.value));
        continue;
      }
      if (at.name.text() == "module") {
        const ValueId module = new_object(Site{}, ir::ContainerKind::Object);
        add(node, module);
        add(graph_->field(module, Name::of("exports")), values_->of(Ref::Kind::Module, id.value));
        continue;
      }
    }
    add(node, values_->of(Ref::Kind::External, at.name));
  }
}

void Linker::set_up_imports(ModuleId id) {
  for (const ir::Import& import : tables_->modules[id.value].imports) import_name(id, import);
}

void Linker::set_up_class(ClassId id) {
  const ir::Class& at = tables_->class_of(id);
  const ModuleId module = tables_->class_module[id.value];
  const FunctionId parent = tables_->function_id(module, at.parent);
  const auto use_base = [&](NodeId node) {
    graph_->add_use(node, UseKind::Base, id.value);
    NodeId& super = super_nodes_[id.value];
    if (super == kNone) super = graph_->add_node();
    edge(node, super, UseKind::Instance);
  };
  for (const ir::LocalIndex base : at.bases) use_base(node_at(parent, base));
  for (const ir::TypeIndex base : at.base_types) {
    const NodeId node = graph_->add_node();
    type_into(parent, base, node, TypeUse::ClassItself, false, 0);
    use_base(node);
  }
  const ValueId itself = values_->of(Ref::Kind::Class, id.value);
  if (at.local != kNone) add(tables_->node(parent, at.local), itself);
  const ValueId instance = instance_of(id);
  for (const ir::Field& field : at.fields) {
    const bool is_enum = at.kind == ir::Class::Kind::Enum;
    if (is_enum && field.initialiser == kNone) continue;
    const NodeId of_instance = graph_->field(instance, field.name);
    if (field.type != kNone) type_into(parent, field.type, of_instance, TypeUse::Instance, false, 0);
    if (field.initialiser != kNone) {
      const NodeId value = node_at(parent, field.initialiser);
      edge(value, of_instance);
      // A class variable is also read through the class; a field of instances never is, but then
      // nobody asks.
      edge(value, graph_->field(itself, field.name));
    }
  }
}

void Linker::set_up_function(FunctionId id) {
  const ir::Function& function = tables_->function(id);
  const ModuleId module = tables_->function_module[id.value];
  const NodeId result = tables_->return_node[id.value];
  if (function.owner != kNone && function.self != kNone) {
    const ClassId owner = tables_->class_id(module, function.owner);
    const bool of_class = function.is_static || function.is_class_method;
    add(tables_->node(id, function.self),
        of_class ? values_->of(Ref::Kind::Class, owner.value) : instance_of(owner));
  }
  for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
    const ir::Local& at = function.locals[local];
    if (at.type == kNone || at.kind == ir::Local::Kind::Captured) continue;
    type_into(id, at.type, tables_->node(id, local), TypeUse::Instance, false, 0);
  }
  for (const ir::Parameter& parameter : function.parameters) {
    if (parameter.local == kNone || function.parent == kNone) continue;
    const FunctionId parent = tables_->function_id(module, function.parent);
    const NodeId node = tables_->node(id, parameter.local);
    if (parameter.default_value != kNone) edge(node_at(parent, parameter.default_value), node);
    // `@Req() request`: what the framework hands in is what the model says the decorator gives.
    for (const ir::Annotation& annotation : parameter.annotations) {
      if (annotation.value != kNone) edge(node_at(parent, annotation.value), node);
    }
  }
  if (function.parent != kNone) {
    for (const ir::Annotation& annotation : function.annotations) {
      if (annotation.value == kNone) continue;
      annotated_.slot(tables_->node(tables_->function_id(module, function.parent), annotation.value), 0) = id.value;
    }
  }
  if (function.return_type != kNone) {
    type_into(id, function.return_type, result, TypeUse::Instance, false, 0);
    add_generic_result(id);
  }
  for (ir::BlockIndex block = 0; block < function.blocks.size(); ++block) {
    const ir::Block& at = function.blocks[block];
    for (std::uint32_t i = 0; i < at.instructions.size(); ++i) {
      set_up_instruction(Site{id, block, i}, at.instructions[i]);
    }
    if (at.end.kind == ir::Terminator::Kind::Return && at.end.value != kNone) {
      edge(node_at(id, at.end.value), result);
    }
  }
}

void Linker::set_up_instruction(const Site& site, const ir::Instruction& at) {
  const FunctionId function = site.function;
  const NodeId result = at.result == kNone ? kNone : tables_->node(function, at.result);
  switch (at.op) {
    case ir::Op::Literal:
      if (result != kNone && at.literal_kind() == ir::LiteralKind::String) {
        add(result, values_->of(Ref::Kind::OfType,
                                Name::of(family(function) == Family::Python ? "str" : "String")));
      }
      break;
    case ir::Op::Copy:
      if (at.a != kNone && result != kNone) edge(node_at(function, at.a), result);
      break;
    case ir::Op::Load:
      if (at.a != kNone && result != kNone) {
        add_load(node_at(function, at.a), at.name.empty() ? ir::any_element() : at.name, result, function);
        loads_.back().site = site;
      }
      break;
    case ir::Op::Store:
      if (at.a != kNone && at.c != kNone) {
        add_store(node_at(function, at.a), at.name.empty() ? ir::any_element() : at.name,
                  node_at(function, at.c));
      }
      break;
    case ir::Op::Operate: {
      if (result == kNone) break;
      if (at.name.text() == "template") {
        add(result, values_->of(Ref::Kind::OfType,
                                Name::of(family(function) == Family::Python ? "str" : "String")));
      } else if (at.name.text() == "caught" && family(function) == Family::JavaScript) {
        add(result, values_->of(Ref::Kind::OfType, Name::of("Error")));
      } else if (at.name.text() == "annotated") {
        // The type that is annotated; what stands beside it is for frameworks.
        if (at.n_operands > 0) {
          const ir::Operand& type = tables_->function(function).operands[at.first_operand];
          if (type.value != kNone) edge(node_at(function, type.value), result);
        }
      } else if (passes_operands(at.name.text())) {
        const std::uint32_t n = at.name.text() == "without" || at.name.text() == "slice" ? std::min(1u, at.n_operands)
                                                                                         : at.n_operands;
        for (std::uint32_t i = 0; i < n; ++i) {
          const ir::Operand& operand = tables_->function(function).operands[at.first_operand + i];
          if (operand.value != kNone) edge(node_at(function, operand.value), result);
        }
      }
      break;
    }
    case ir::Op::Construct: set_up_container(site, at); break;
    case ir::Op::Call: set_up_call(site, at); break;
    case ir::Op::Closure: {
      if (result == kNone) break;
      const ModuleId module = tables_->function_module[function.value];
      const auto& code = tables_->modules[module.value];
      if (at.is_class && at.index < code.classes.size()) {
        add(result, values_->of(Ref::Kind::Class, tables_->class_id(module, at.index).value));
      } else if (!at.is_class && at.index < code.functions.size()) {
        add(result, values_->of(Ref::Kind::Function, tables_->function_id(module, at.index).value));
      }
      break;
    }
    case ir::Op::Unknown: break;
  }
}

void Linker::set_up_container(const Site& site, const ir::Instruction& at) {
  if (at.result == kNone) return;
  const FunctionId function = site.function;
  const NodeId result = tables_->node(function, at.result);
  const ValueId object = new_object(site, at.container_kind());
  add(result, object);
  const bool ordered = at.container_kind() != ir::ContainerKind::Object &&
                       at.container_kind() != ir::ContainerKind::Element;
  const auto& operands = tables_->function(function).operands;
  NodeId element = kNone;
  const auto element_node = [&] {
    if (element == kNone) element = graph_->field(object, ir::any_element());
    return element;
  };
  for (std::uint32_t i = 0; i < at.n_operands; ++i) {
    const ir::Operand& operand = operands[at.first_operand + i];
    if (operand.value == kNone) continue;
    const NodeId value = node_at(function, operand.value);
    switch (operand.kind) {
      case ir::Operand::Kind::Keyed: edge(value, graph_->field(object, operand.name)); break;
      case ir::Operand::Kind::Value:
        if (ordered && i < kPlaces && at.n_operands <= kPlaces) {
          edge(value, graph_->field(object, Name::of(std::to_string(i))));
        }
        edge(value, element_node());
        break;
      case ir::Operand::Kind::Computed: edge(value, element_node()); break;
      case ir::Operand::Kind::Spread:
        if (ordered) {
          edge(value, element_node(), UseKind::ToElement);
        } else {
          graph_->add_use(value, UseKind::CopyFields, object);
        }
        break;
    }
  }
  if (at.container_kind() == ir::ContainerKind::Element && at.a != kNone) {
    // Markup of a component is a call of it with its attributes.
    const NodeId component = node_at(function, at.a);
    const std::uint32_t call = add_call(site, component, result);
    Invocation invocation;
    invocation.call = call;
    const NodeId attributes = graph_->add_node();
    add(attributes, object);
    invocation.arguments.push_back(attributes);
    graph_->add_use(component, UseKind::Invoke, add_invocation(std::move(invocation)));
  }
}

void Linker::set_up_call(const Site& site, const ir::Instruction& at) {
  if (at.a == kNone) return;
  const FunctionId function = site.function;
  const NodeId result = at.result == kNone ? graph_->add_node() : tables_->node(function, at.result);
  const NodeId callee = node_at(function, at.a);
  const std::uint32_t call = add_call(site, callee, result);
  const ir::Local& local = tables_->function(function).locals[at.a];
  const bool is_super = local.name.text() == "super" && (local.kind == ir::Local::Kind::Captured ||
                                                         local.kind == ir::Local::Kind::Free);
  if (is_super && at.name.empty()) {
    if (family(function) == Family::Python) {
      edge(super_node(function), result);
      return;
    }
    calls_[call].callee = super_node(function);
  }
  const bool member = !at.name.empty();
  graph_->add_use(callee, UseKind::Call, add_call_row(call, kNone, member, at.name));

  if (!member || family(function) != Family::JavaScript) return;
  const std::string_view method = at.name.text();
  if (method != "then" && method != "catch" && method != "finally") return;
  const auto& operands = tables_->function(function).operands;
  if (method != "then") edge(callee, result);
  for (std::uint32_t i = 0; i < at.n_operands && i < 2; ++i) {
    const ir::Operand& operand = operands[at.first_operand + i];
    if (operand.value == kNone || operand.kind != ir::Operand::Kind::Value) continue;
    Invocation invocation;
    invocation.call = call;
    if (method == "then" && i == 0) invocation.arguments.push_back(callee);
    if (method != "finally") invocation.results.push_back(result);
    graph_->add_use(node_at(function, operand.value), UseKind::Invoke, add_invocation(std::move(invocation)));
  }
}

void Linker::handle(const Graph::Event& event) {
  switch (event.kind) {
    case UseKind::Copy: add(event.target, event.value); break;
    case UseKind::ToList: add(event.target, values_->with_list(event.value, true)); break;
    case UseKind::ToElement: {
      const Ref ref = (*values_)[event.value];
      if (ref.list) {
        add(event.target, values_->with_list(event.value, false));
      } else if (ref.kind == Ref::Kind::Object) {
        edge(graph_->field(event.value, ir::any_element()), event.target);
      }
      break;
    }
    case UseKind::Instance:
    case UseKind::InstanceList: {
      const Ref ref = (*values_)[event.value];
      const bool list = event.kind == UseKind::InstanceList;
      switch (ref.kind) {
        case Ref::Kind::Class:
        case Ref::Kind::Model:
        case Ref::Kind::Instance:
          add(event.target, values_->of(Ref::Kind::Instance, ref.id, list));
          break;
        case Ref::Kind::External:
          add(event.target, values_->of(Ref::Kind::OfType, ref.name, list));
          break;
        case Ref::Kind::OfType:  // what a query or repository holds is said by the record beside it
        case Ref::Kind::Function:
        case Ref::Kind::Object:
        case Ref::Kind::Module: break;
      }
      break;
    }
    case UseKind::Functions:
      if ((*values_)[event.value].kind == Ref::Kind::Function ||
          (*values_)[event.value].kind == Ref::Kind::Class) {
        add(event.target, event.value);
      }
      break;
    case UseKind::Types: {
      const Ref::Kind kind = (*values_)[event.value].kind;
      if (kind == Ref::Kind::Function || kind == Ref::Kind::OfType || kind == Ref::Kind::External) {
        add(event.target, event.value);
      }
      break;
    }
    case UseKind::Load: load(loads_[event.target], event.target, event.value); break;
    case UseKind::Store: store(stores_[event.target], event.value); break;
    case UseKind::Call:
      if (call_rows_[event.target].member) {
        call_member(event.target, event.value);
      } else {
        call_value(event.target, event.value);
      }
      break;
    case UseKind::Invoke: invoke(event.target, event.value); break;
    case UseKind::CopyFields: {
      const Ref::Kind kind = (*values_)[event.value].kind;
      if (kind == Ref::Kind::Object || kind == Ref::Kind::Instance) {
        graph_->copy_fields(event.value, event.target);
      }
      break;
    }
    case UseKind::Base: add_base(ClassId{event.target}, event.value); break;
  }
}

void Linker::add_names_of_parameters() {
  std::unordered_map<Name, std::vector<const rule::TypeModel*>> by_name;
  for (const rule::TypeModel* type : rules_->types()) {
    for (const Name name : type->parameter_names) by_name[name].push_back(type);
  }
  if (by_name.empty()) return;
  for (std::uint32_t f = 0; f < tables_->function_module.size(); ++f) {
    const ir::Function& function = tables_->function(FunctionId{f});
    const ModuleId module = tables_->function_module[f];
    for (const ir::Parameter& parameter : function.parameters) {
      if (parameter.local == kNone) continue;
      const NodeId node = tables_->node(FunctionId{f}, parameter.local);
      const auto found = by_name.find(function.locals[parameter.local].name);
      if (found == by_name.end() || graph_->n_values(node) > 0) continue;
      for (const rule::TypeModel* type : found->second) {
        // `express.Request`: the package is all before the last member.
        const std::string_view symbol = type->name.text();
        const std::string_view package = symbol.substr(0, symbol.rfind('.'));
        const std::string_view top = package.substr(0, package.find('.'));
        bool uses = false;
        for (const ir::Import& import : tables_->modules[module.value].imports) {
          const std::string_view specifier = import.module.text();
          uses = uses || specifier == package || specifier == top ||
                 (specifier.size() > top.size() && specifier.starts_with(top) &&
                  (specifier[top.size()] == '.' || specifier[top.size()] == '/'));
        }
        // A library loaded by the page is a name that nothing declares.
        for (const ir::Local& local : tables_->modules[module.value].functions[0].locals) {
          uses = uses || (local.kind == ir::Local::Kind::Free && local.name.text() == top);
        }
        for (std::string_view folder = folder_of(path_of(module)); !uses; folder = folder_of(folder)) {
          const auto packages = tables_->packages.find(std::string(folder));
          if (packages != tables_->packages.end()) {
            const auto& names = packages->second;
            uses = std::binary_search(names.begin(), names.end(), std::string(package)) ||
                   std::binary_search(names.begin(), names.end(), std::string(top));
          }
          if (folder.empty()) break;
        }
        if (uses) add(node, values_->of(Ref::Kind::OfType, type->name));
      }
    }
  }
}

}  // namespace privet::program
