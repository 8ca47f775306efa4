#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "program/constants.h"
#include "program/linker.h"
#include "program/names.h"

/// Library models as constraints: what calls of library functions give, whom they call back, which
/// records they declare, what handlers of routes get.
namespace privet::program {

Name Linker::join(Name left, Name right) {
  std::uint32_t& row = joined_rows_.slot(left.index(), right.index());
  if (row == kNone) {
    std::string text(left.text());
    text += '.';
    text += right.text();
    row = static_cast<std::uint32_t>(joined_.size());
    joined_.push_back(Name::of(text));
  }
  return joined_[row];
}

bool Linker::is_known(Name symbol) {
  const auto found = known_.find(symbol);
  if (found != known_.end()) return found->second;
  bool known = !rules_->functions(symbol).empty() || rules_->find_type(symbol) != nullptr ||
               !rules_->field_types(symbol).empty() || entity_calls_.contains(symbol) ||
               framework_symbols_.contains(symbol);
  if (!known) {
    const std::string_view text = symbol.text();
    const std::size_t dot = text.rfind('.');
    if (dot != std::string_view::npos) {
      known = framework_symbols_.contains(Name::of(std::string(text.substr(0, dot)) + ".*"));
    }
  }
  known_.emplace(symbol, known);
  return known;
}

Name Linker::nearest_member(Name type, Name member) {
  const std::uint32_t known = nearest_rows_.find(type.index(), member.index());
  if (known != kNone) return nearest_[known];
  Name found;
  for (const Name at : rules_->type_chain(type)) {
    const Name symbol = join(at, member);
    if (!is_known(symbol) && !rules_->leads_to_function(symbol)) continue;
    found = symbol;
    break;
  }
  nearest_rows_.slot(type.index(), member.index()) = static_cast<std::uint32_t>(nearest_.size());
  nearest_.push_back(found);
  return found;
}

std::vector<Name> Linker::instance_types(Name base) const {
  std::vector<Name> types;
  for (const Name at : rules_->type_chain(base)) {
    const auto found = instance_types_.find(at);
    if (found != instance_types_.end()) types.insert(types.end(), found->second.begin(), found->second.end());
  }
  return types;
}

bool Linker::is_query_class(ClassId id) const {
  for (const ClassId at : tables_->lineage(id)) {
    for (const Name base : tables_->library_bases[at.value]) {
      for (const Name type : rules_->type_chain(base)) {
        if (query_types_.contains(type)) return true;
      }
    }
  }
  return false;
}

std::vector<Name> Linker::record_types(const Ref& ref) const {
  const std::size_t n_classes = tables_->class_module.size();
  if ((ref.kind != Ref::Kind::Instance && ref.kind != Ref::Kind::Model) || ref.id < n_classes ||
      ref.id - n_classes >= tables_->declared.size()) {
    return {};
  }
  const rule::EntityModel* model = tables_->declared[ref.id - n_classes].model;
  return model == nullptr ? std::vector<Name>() : model->instance_type;
}

void Linker::set_up_models() {
  set_up_library_records();
  for (const rule::EntityModel* model : rules_->entity_models()) {
    for (const Name symbol : model->symbols) {
      if (model->form == rule::EntityModel::Form::Call) entity_calls_[symbol].push_back(model);
      if (model->form == rule::EntityModel::Form::Base) {
        auto& types = instance_types_[symbol];
        types.insert(types.end(), model->instance_type.begin(), model->instance_type.end());
      }
    }
  }
  const auto know = [this](const std::vector<Name>& symbols) {
    framework_symbols_.insert(symbols.begin(), symbols.end());
  };
  for (const rule::EntityModel* model : rules_->entity_models()) {
    know(model->symbols);
    for (const Name type : model->instance_type) {
      const auto& chain = rules_->type_chain(type);
      query_types_.insert(chain.begin(), chain.end());
    }
  }
  for (const rule::EntityModel* model : rules_->entity_models()) {
    if (model->form != rule::EntityModel::Form::Base) continue;
    for (const Name symbol : model->symbols) {
      // What a record class offers to query its records: `objects`, `query`.
      const rule::TypeModel* record = rules_->find_type(symbol);
      if (record == nullptr) continue;
      for (const auto& [name, field] : record->fields) {
        if (field.type.symbol.text().find('.') != std::string_view::npos) query_types_.insert(field.type.symbol);
      }
    }
  }
  for (const rule::EntityModel* model : rules_->entity_models()) {
    for (const Name symbol : model->symbols) {
      for (const Name type : rules_->type_chain(symbol)) query_types_.erase(type);
    }
  }
  for (const rule::Framework& framework : rules_->frameworks()) {
    for (const rule::RouteModel& route : framework.routes) {
      know(route.symbols);
      if (route.parameters.empty()) continue;
      for (const Name symbol : route.symbols) {
        if ((route.form == rule::RouteModel::Form::Call || route.form == rule::RouteModel::Form::Resolver) &&
            route.handlers) {
          handlers_[symbol].push_back({*route.handlers, route.parameters});
        } else if (route.form == rule::RouteModel::Form::Decorator) {
          decorated_.emplace(symbol, route.parameters);
        }
      }
    }
    for (const rule::MountModel& mount : framework.mounts) know(mount.symbols);
    for (const rule::MiddlewareModel& middleware : framework.middleware) {
      know(middleware.symbols);
      if (middleware.parameters.empty() || middleware.provider || middleware.guard) continue;
      for (const Name symbol : middleware.symbols) {
        handlers_[symbol].push_back({middleware.handler, middleware.parameters});
      }
    }
    for (const rule::GuardForm& guard : framework.guards) know(guard.symbols);
    for (const rule::PrincipalModel& principal : framework.principals) know(principal.symbols);
    know(framework.issues_session);
    know(framework.proves_identity);
  }
}

void Linker::seed_handler(FunctionId function, const std::vector<Name>& types) {
  const ir::Function& code = tables_->function(function);
  std::size_t n_positional = 0;
  for (const ir::Parameter& parameter : code.parameters) {
    if (parameter.kind == ir::Parameter::Kind::Positional) ++n_positional;
  }
  // Express tells error handlers by their number of parameters; the error comes first.
  std::size_t skip = 0;
  if (n_positional == types.size() + 1 && !code.parameters.empty() && code.parameters[0].local != kNone) {
    const std::string_view first = code.locals[code.parameters[0].local].name.text();
    if (first.starts_with("err") || first.starts_with("_err") || first == "e") skip = 1;
  }
  if (skip == 1) {
    add(tables_->node(function, code.parameters[0].local), values_->of(Ref::Kind::OfType, Name::of("Error")));
  }
  std::size_t position = 0;
  for (const ir::Parameter& parameter : code.parameters) {
    if (parameter.kind != ir::Parameter::Kind::Positional || parameter.local == kNone) continue;
    if (position >= skip && position - skip < types.size()) {
      add(tables_->node(function, parameter.local), values_->of(Ref::Kind::OfType, types[position - skip]));
    }
    ++position;
  }
}

void Linker::set_up_route_files() {
  for (const rule::Framework& framework : rules_->frameworks()) {
    for (const rule::RouteModel& route : framework.routes) {
      if (route.form != rule::RouteModel::Form::File || route.parameters.empty()) continue;
      for (std::uint32_t m = 0; m < tables_->modules.size(); ++m) {
        // The glob may match from any folder on.
        if (!matches_glob(route.glob, path_of(ModuleId{m})) && !matches_glob("**/" + route.glob, path_of(ModuleId{m}))) {
          continue;
        }
        for (const Name name : route.exports) {
          const Meaning meaning = meaning_of(ModuleId{m}, name);
          Invocation invocation;
          invocation.types = route.parameters;
          const std::uint32_t row = add_invocation(std::move(invocation));
          for (const NodeId node : meaning.nodes) {
            graph_->add_use(node, UseKind::Invoke, row);
            // `export const actions = {default: …}`: each entry is a handler.
            const NodeId entry = graph_->add_node();
            add_load(node, ir::any_element(), entry, tables_->function_id(ModuleId{m}, 0));
            graph_->add_use(entry, UseKind::Invoke, row);
          }
          for (const ValueId value : meaning.values) invoke(row, value);
        }
      }
    }
  }
}

void Linker::add_class_handlers() {
  std::unordered_map<Name, std::vector<const rule::RouteModel*>> by_base;
  for (const rule::Framework& framework : rules_->frameworks()) {
    for (const rule::RouteModel& route : framework.routes) {
      if (route.form != rule::RouteModel::Form::Class || route.parameters.empty()) continue;
      for (const Name symbol : route.symbols) by_base[symbol].push_back(&route);
    }
  }
  if (by_base.empty()) return;
  for (std::uint32_t c = 0; c < tables_->class_module.size(); ++c) {
    std::vector<const rule::RouteModel*> routes;
    for (const ClassId at : tables_->lineage(ClassId{c})) {
      for (const Name library : tables_->library_bases[at.value]) {
        for (const Name type : rules_->type_chain(library)) {
          const auto found = by_base.find(type);
          if (found != by_base.end()) routes.insert(routes.end(), found->second.begin(), found->second.end());
        }
      }
    }
    for (const rule::RouteModel* route : routes) {
      for (const Name method : route->methods) {
        const std::uint32_t function = tables_->methods.find(c, method.index());
        if (function != kNone) seed_handler(FunctionId{function}, route->parameters);
      }
    }
  }
}

namespace {

/// Methods that only lists have, when they are given a function.
constexpr std::array<std::string_view, 12> kListMethods = {"map", "filter", "forEach", "find", "some", "every",
                                                           "flatMap", "reduce", "findIndex", "findLast", "sort", "reduceRight"};
constexpr std::array<std::string_view, 16> kTextMethods = {
    "trim", "toLowerCase", "toUpperCase", "split", "startsWith", "endsWith", "charAt", "padStart",
    "padEnd", "replaceAll", "localeCompare", "substring", "charCodeAt", "trimEnd", "trimStart", "codePointAt"};
constexpr std::array<std::string_view, 14> kPythonTextMethods = {
    "lower", "upper", "strip", "split", "startswith", "endswith", "encode", "lstrip", "rstrip", "splitlines",
    "title", "capitalize", "casefold", "isdigit"};

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

}  // namespace

/// Where nothing is known of a receiver, a method that only one type has says what it is.
void Linker::add_names_of_methods() {
  const auto n_calls = static_cast<std::uint32_t>(calls_.size());
  for (std::uint32_t call = 0; call < n_calls; ++call) {
    const CallSite site = calls_[call];
    const ir::Instruction& at = tables_->instruction(site.site);
    if (at.op != ir::Op::Call || at.name.empty() || graph_->n_values(site.callee) > 0) continue;
    const std::string_view method = at.name.text();
    Name type;
    if (family(site.site.function) == Family::Python) {
      if (one_of(method, kPythonTextMethods)) type = Name::of("str");
    } else if (one_of(method, kTextMethods)) {
      type = Name::of("String");
    } else if (one_of(method, kListMethods) && at.n_operands > 0) {
      const ir::Operand& first = tables_->function(site.site.function).operands[at.first_operand];
      if (first.value == kNone) continue;
      const NodeId callback = node_at(site.site.function, first.value);
      for (std::size_t i = 0; i < graph_->n_values(callback); ++i) {
        if ((*values_)[graph_->value(callback, i)].kind == Ref::Kind::Function) type = Name::of("Array");
      }
    }
    if (type.empty()) continue;
    const Name symbol = nearest_member(type, at.name);
    if (!symbol.empty()) call_symbol(call, symbol);
  }
}

// --- one call ---

void Linker::call_symbol(std::uint32_t call, Name symbol) {
  if (!call_symbols_.insert(call, symbol.index())) return;
  tables_->callees[call].symbols.push_back(symbol);
  const Site site = calls_[call].site;
  bool typed = false;
  bool modelled = false;
  for (const rule::FunctionModel* model : rules_->functions(symbol)) {
    if (!holds(*tables_, site, model->when)) continue;
    modelled = true;
    typed = typed || model->returns.kind != rule::TypeExpr::Kind::None;
    apply_model(call, *model);
  }
  if (const auto entities = entity_calls_.find(symbol); entities != entity_calls_.end()) {
    finds_more(call);
    for (const rule::EntityModel* model : entities->second) apply_entity_model(call, *model);
    typed = true;
  }
  if (const auto handlers = handlers_.find(symbol); handlers != handlers_.end()) {
    for (const HandlerUse& use : handlers->second) {
      for (const NodeId node : nodes_at(call, use.handlers)) {
        Invocation invocation;
        invocation.call = call;
        invocation.types = use.parameters;
        const std::uint32_t row = add_invocation(std::move(invocation));
        graph_->add_use(node, UseKind::Invoke, row);
        // A list of handlers is handlers too.
        const NodeId element = graph_->add_node();
        edge(node, element, UseKind::ToElement);
        graph_->add_use(element, UseKind::Invoke, row);
      }
    }
  }
  for (const rule::FieldTypeModel* model : rules_->field_types(symbol)) {
    if (model->shape != rule::FieldTypeModel::Shape::Relation || !model->target) continue;
    if (holds(*tables_, site, model->when)) apply_relation(call, *model);
  }
  const NodeId result = calls_[call].result;
  if (const auto decorated = decorated_.find(symbol); decorated != decorated_.end()) {
    const std::uint32_t function = annotated_.find(result, 0);
    if (function != kNone) seed_handler(FunctionId{function}, decorated->second);
  }
  if (typed) return;
  const ir::Instruction& at = tables_->instruction(site);
  const std::string_view text = symbol.text();
  const std::size_t dot = text.rfind('.');
  const char initial = text[dot == std::string_view::npos ? 0 : dot + 1];
  if (at.is_new || rules_->find_type(symbol) != nullptr ||
      (family(site.function) == Family::Python && std::isupper(static_cast<unsigned char>(initial)))) {
    Ref ref{Ref::Kind::OfType, false, 0, symbol};
    const rule::TypeModel* type = rules_->find_type(symbol);
    if (type != nullptr && type->identity) ref.id = call + 1;
    add(result, values_->intern(ref));
    return;
  }
  if (modelled) return;
  // `with A as x`: mostly A itself.
  if (text.ends_with(".__enter__") || text.ends_with(".__aenter__")) {
    edge(node_at(site.function, at.a), result);
    return;
  }
  finds_more(call);
  // An unknown function that is given functions mostly wraps them: `asyncHandler(f)`, `partial(f)`.
  const auto& operands = tables_->function(site.function).operands;
  for (std::uint32_t i = 0; i < at.n_operands; ++i) {
    const ir::Operand& operand = operands[at.first_operand + i];
    if (operand.kind == ir::Operand::Kind::Value && operand.value != kNone) {
      edge(node_at(site.function, operand.value), result, UseKind::Functions);
    }
  }
}

std::vector<NodeId> Linker::nodes_at(std::uint32_t call, const ir::AccessPath& written) {
  const CallSite site = calls_[call];
  const ir::AccessPath path = with_named_fields(*tables_, site.site, written);
  std::vector<NodeId> nodes;
  switch (path.root) {
    case ir::AccessPath::Root::Argument:
      for (const ir::Operand* operand : operands_at(*tables_, site.site, path)) {
        if (operand->value == kNone) continue;
        NodeId node = node_at(site.site.function, operand->value);
        if (operand->kind == ir::Operand::Kind::Spread) {
          const NodeId element = graph_->add_node();
          edge(node, element, UseKind::ToElement);
          node = element;
        }
        nodes.push_back(node);
      }
      break;
    case ir::AccessPath::Root::Receiver:
      if (!tables_->instruction(site.site).name.empty()) nodes.push_back(site.callee);
      break;
    case ir::AccessPath::Root::Return: nodes.push_back(site.result); break;
    case ir::AccessPath::Root::Callee: nodes.push_back(site.callee); break;
    case ir::AccessPath::Root::Capture: return {};
  }
  for (const Name field : path.fields) {
    for (NodeId& node : nodes) {
      const NodeId inner = graph_->add_node();
      add_load(node, field, inner, site.site.function);
      node = inner;
    }
  }
  return nodes;
}

ValueId Linker::inner_object(ValueId object, Name field) {
  std::uint32_t& slot = inner_objects_.slot(object, field.index());
  if (slot != kNone) return slot;
  const ValueId inner = new_object(Site{}, ir::ContainerKind::Object);
  inner_objects_.slot(object, field.index()) = inner;
  add(graph_->field(object, field), inner);
  return inner;
}

void Linker::write_at(std::uint32_t call, const ir::AccessPath& written, NodeId value) {
  const CallSite site = calls_[call];
  const ir::AccessPath path = with_named_fields(*tables_, site.site, written);
  if (path.root == ir::AccessPath::Root::Return) {
    if (path.fields.empty()) {
      edge(value, site.result);
      return;
    }
    if (site.object == kNone) {
      const bool list = path.fields[0] == ir::any_element();
      calls_[call].object = new_object(site.site, list ? ir::ContainerKind::List : ir::ContainerKind::Object);
      add(site.result, calls_[call].object);
    }
    ValueId object = calls_[call].object;
    for (std::size_t i = 0; i + 1 < path.fields.size(); ++i) object = inner_object(object, path.fields[i]);
    edge(value, graph_->field(object, path.fields.back()));
    return;
  }
  ir::AccessPath base = path;
  base.fields.clear();
  if (path.fields.empty()) {
    for (const NodeId node : nodes_at(call, base)) edge(value, node);
    return;
  }
  base.fields.assign(path.fields.begin(), path.fields.end() - 1);
  for (const NodeId node : nodes_at(call, base)) add_store(node, path.fields.back(), value);
}

void Linker::apply_type(std::uint32_t call, const rule::TypeExpr& type) {
  const NodeId result = calls_[call].result;
  switch (type.kind) {
    case rule::TypeExpr::Kind::None: break;
    case rule::TypeExpr::Kind::Instance: {
      Ref ref{Ref::Kind::OfType, type.list, 0, type.symbol};
      const rule::TypeModel* model = rules_->find_type(type.symbol);
      if (model != nullptr && model->identity && !type.list) ref.id = call + 1;
      add(result, values_->intern(ref));
      break;
    }
    case rule::TypeExpr::Kind::Type:
      add(result, values_->of(Ref::Kind::External, type.symbol, type.list));
      break;
    case rule::TypeExpr::Kind::Same:
      for (const NodeId node : nodes_at(call, type.path)) {
        edge(node, result, type.list ? UseKind::ToList : UseKind::Copy);
      }
      finds(call, type.path, type.list ? UseKind::ToList : UseKind::Copy);
      name_entity(call, type.path, UseKind::Copy);
      break;
    case rule::TypeExpr::Kind::InstanceOf: {
      const UseKind use = type.list ? UseKind::InstanceList : UseKind::Instance;
      finds(call, type.path, use);
      for (const NodeId node : nodes_at(call, type.path)) {
        edge(node, result, use);
        // Several models in one list: `Promise.all([…])`, `join(A, B)`.
        const NodeId element = graph_->add_node();
        edge(node, element, UseKind::ToElement);
        edge(element, result, use);
      }
      name_entity(call, type.path, use);
      break;
    }
  }
}

void Linker::apply_relation(std::uint32_t call, const rule::FieldTypeModel& model) {
  const UseKind use = model.many ? UseKind::InstanceList : UseKind::Instance;
  for (const NodeId node : nodes_at(call, *model.target)) edge(node, calls_[call].result, use);
  name_entity(call, *model.target, use);
}

/// A foreign key gives its target the way back: `team.members`, or `team.member_set` without a name.
void Linker::add_reverse_relations() {
  const Name related_name = Name::of("related_name");
  for (std::uint32_t c = 0; c < tables_->class_module.size(); ++c) {
    const ir::Class& at = tables_->class_of(ClassId{c});
    const FunctionId parent = tables_->function_id(tables_->class_module[c], at.parent);
    for (const ir::Field& field : at.fields) {
      if (field.initialiser == kNone || families_[tables_->class_module[c].value] != Family::Python) continue;
      const Constant made = constant_of(*tables_, parent, field.initialiser);
      if (made.kind != Constant::Kind::Call || made.local == kNone) continue;
      const Constant* name = made.find(related_name.text());
      const bool is_relation = std::any_of(made.entries.begin(), made.entries.end(), [](const auto& entry) {
        return entry.first.text() == "on_delete" || entry.first.text() == "related_name";
      });
      if (!is_relation) continue;
      std::string way_back = table_key(at.name.text()) + "_set";
      if (name != nullptr && name->kind == Constant::Kind::Text) way_back = std::string(name->text.text());
      const NodeId node = node_at(parent, field.initialiser);
      std::vector<std::uint32_t> targets;
      for (std::size_t i = 0; i < graph_->n_values(node); ++i) {
        const Ref ref = (*values_)[graph_->value(node, i)];
        if (ref.kind == Ref::Kind::Instance && ref.id < tables_->class_module.size()) targets.push_back(ref.id);
      }
      for (const std::uint32_t target : targets) {
        add(graph_->field(instance_of(ClassId{target}), Name::of(way_back)),
            values_->of(Ref::Kind::Instance, c, true));
      }
    }
  }
}

void Linker::name_entity(std::uint32_t call, const ir::AccessPath& path, UseKind use) {
  if (path.root != ir::AccessPath::Root::Argument) return;
  const Constant text = constant_at(*tables_, calls_[call].site, path);
  if (text.kind != Constant::Kind::Text || text.text.empty() || text.text.text().size() > 128) return;
  named_entities_.push_back({std::string(text.text.text()), calls_[call].result, use});
}

void Linker::apply_model(std::uint32_t call, const rule::FunctionModel& model) {
  apply_type(call, model.returns);
  const bool typed = model.returns.kind != rule::TypeExpr::Kind::None;
  for (const rule::Transfer& flow : model.flows) {
    // A protected or projected value is another thing than the record it was.
    if (flow.protection != rule::Protection::None || flow.keep || flow.drop) continue;
    if (typed && flow.to.root == ir::AccessPath::Root::Return && flow.to.fields.empty()) continue;
    if (flow.to.root == ir::AccessPath::Root::Return) finds_more(call);
    for (const NodeId node : nodes_at(call, flow.from)) write_at(call, flow.to, node);
  }
  for (const rule::Invocation& callback : model.calls) {
    Invocation invocation;
    invocation.call = call;
    invocation.types = callback.types;
    for (const ir::AccessPath& argument : callback.arguments) {
      const std::vector<NodeId> nodes = nodes_at(call, argument);
      if (nodes.empty()) {
        invocation.arguments.push_back(kNone);
        continue;
      }
      NodeId one = nodes[0];
      if (nodes.size() > 1) {
        one = graph_->add_node();
        for (const NodeId node : nodes) edge(node, one);
      }
      invocation.arguments.push_back(one);
    }
    if (callback.result) {
      const NodeId value = graph_->add_node();
      write_at(call, *callback.result, value);
      invocation.results.push_back(value);
    }
    const std::vector<NodeId> callbacks = nodes_at(call, callback.callback);
    if (!callback.fills.empty()) {
      const ValueId type = values_->of(Ref::Kind::OfType, callback.fills);
      const NodeId value = graph_->add_node();
      graph_->add_use(value, UseKind::CopyFields, type);
      invocation.results.push_back(value);
      for (const NodeId node : callbacks) graph_->add_use(node, UseKind::CopyFields, type);
    }
    const std::uint32_t row = add_invocation(std::move(invocation));
    for (const NodeId node : callbacks) graph_->add_use(node, UseKind::Invoke, row);
  }
}

void Linker::apply_entity_model(std::uint32_t call, const rule::EntityModel& model) {
  const CallSite site = calls_[call];
  const auto n_classes = static_cast<std::uint32_t>(tables_->class_module.size());
  if (!tables_->instruction(site.site).name.empty()) {
    // `User.init({…})`: the call declares the fields of the class it is called on.
    for (std::size_t i = 0; i < graph_->n_values(site.callee); ++i) {
      const Ref ref = (*values_)[graph_->value(site.callee, i)];
      if (ref.kind != Ref::Kind::Class || ref.list) continue;
      tables_->further.push_back({EntityId{ref.id}, site.site, &model, ClassId{ref.id}, {}, {}});
      add(site.result, graph_->value(site.callee, i));
      return;
    }
  }
  if (model.fields && operands_at(*tables_, site.site, *model.fields).empty()) {
    // Without fields it asks for a model by name: `mongoose.model("User")`.
    if (model.name) name_entity(call, *model.name, UseKind::Copy);
    return;
  }
  const EntityId id{n_classes + static_cast<std::uint32_t>(tables_->declared.size())};
  if (model.open && model.name) {
    const Constant name = constant_at(*tables_, site.site, *model.name);
    if (name.kind != Constant::Kind::Text) return;
    const auto [known, is_new] = open_records_.try_emplace(
        std::uint64_t{model.layer.index()} << 32 | name.text.index(), id.value);
    if (!is_new) {
      add(site.result, values_->of(Ref::Kind::Model, known->second));
      if (model.fields) tables_->further.push_back({EntityId{known->second}, site.site, &model, ClassId{}, {}, {}});
      return;
    }
  }
  tables_->declared.push_back({id, site.site, &model, ClassId{}, {}, {}});
  add(site.result, values_->of(Ref::Kind::Model, id.value));
  if (!model.fields) return;
  // A model made of a schema also has what the schema was given: methods, statics.
  for (const NodeId node : nodes_at(call, *model.fields)) {
    graph_->add_use(node, UseKind::CopyFields, values_->of(Ref::Kind::Model, id.value));
  }
}

void Linker::set_up_library_records() {
  for (const rule::TypeModel* type : rules_->types()) {
    if (!type->record) continue;
    for (const rule::EntityModel* model : rules_->entity_models()) {
      if (model->form != rule::EntityModel::Form::Base) continue;
      const auto& chain = rules_->type_chain(type->name);
      const bool of_it = std::any_of(model->symbols.begin(), model->symbols.end(), [&](Name symbol) {
        return std::find(chain.begin(), chain.end(), symbol) != chain.end();
      });
      if (of_it) library_records_.try_emplace(type->name, LibraryRecord{model, kNone});
    }
  }
}

/// The class of a record that the library declares is also a model of the program.
void Linker::add_library_record(NodeId node, ValueId value) {
  const Ref ref = (*values_)[value];
  if (ref.kind != Ref::Kind::External || ref.list) return;
  const auto found = library_records_.find(ref.name);
  if (found == library_records_.end()) return;
  LibraryRecord& record = found->second;
  if (record.value == kNone) {
    const EntityId id{static_cast<std::uint32_t>(tables_->class_module.size() + tables_->declared.size())};
    tables_->declared.push_back({id, {}, record.model, ClassId{}, ref.name, {}});
    record.value = values_->of(Ref::Kind::Model, id.value);
  }
  graph_->add_value(node, record.value);
}

void Linker::add_named_entities() {
  if (named_entities_.empty()) return;
  std::unordered_map<std::string, std::uint32_t> by_name;
  for (const DeclaredEntity& declared : tables_->declared) {
    if (declared.model == nullptr || !declared.model->name) continue;
    const Constant name = constant_at(*tables_, declared.site, *declared.model->name);
    if (name.kind == Constant::Kind::Text) by_name.emplace(table_key(name.text.text()), declared.id.value);
  }
  const Name table_name = Name::of("__tablename__");
  for (std::uint32_t c = 0; c < tables_->class_module.size(); ++c) {
    const ir::Class& at = tables_->class_of(ClassId{c});
    if (at.kind == ir::Class::Kind::Enum || at.name.empty()) continue;
    for (const ir::Field& field : at.fields) {
      if (field.name != table_name || field.initialiser == kNone) continue;
      const Constant text = constant_of(*tables_, tables_->function_id(tables_->class_module[c], at.parent),
                                        field.initialiser);
      if (text.kind == Constant::Kind::Text) by_name.emplace(table_key(text.text.text()), c);
    }
    // A class without bases and decorators is no record of a store.
    const bool likely = at.kind == ir::Class::Kind::Entity || !at.annotations.empty() ||
                        !tables_->library_bases[c].empty() || !tables_->bases[c].empty();
    if (likely) by_name.emplace(table_key(at.name.text()), c);
  }
  for (const NamedEntity& named : named_entities_) {
    const auto found = by_name.find(table_key(named.text));
    if (found == by_name.end()) continue;
    const ValueId model = values_->of(Ref::Kind::Model, found->second);
    switch (named.use) {
      case UseKind::Instance: add(named.target, values_->of(Ref::Kind::Instance, found->second)); break;
      case UseKind::InstanceList: add(named.target, values_->of(Ref::Kind::Instance, found->second, true)); break;
      default: add(named.target, model); break;
    }
  }
}

}  // namespace privet::program
