#include <algorithm>
#include <string>

#include "program/linker.h"

/// Fields: what a Load of a value gives and where a Store to it goes.
namespace privet::program {
namespace {

/// Members of a library thing deeper than this are not told apart any more.
constexpr std::size_t kMaxMembers = 7;
constexpr std::size_t kMaxSymbol = 160;

/// A class passes its instances to the methods of its bases only while its base has few subclasses;
/// beyond, a set of everything says nothing.
constexpr std::size_t kMaxSubclasses = 6;

/// An iteration over a dictionary looks at so many of its values.
constexpr std::size_t kMaxElements = 64;

bool is_place(Name field) {
  const std::string_view text = field.text();
  return !text.empty() && text.size() < 6 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

ValueId Linker::member_of_external(FunctionId function, Name symbol, Name field) {
  const std::string_view text = symbol.text();
  if (family(function) == Family::JavaScript &&
      (text == "window" || text == "globalThis" || text == "global" || text == "self")) {
    return values_->of(Ref::Kind::External, field);
  }
  if (field.text() == "default") return values_->of(Ref::Kind::External, symbol);
  if (text.size() > kMaxSymbol ||
      static_cast<std::size_t>(std::count(text.begin(), text.end(), '.')) > kMaxMembers) {
    return kNone;
  }
  const Name member = join(symbol, field);
  if (family(function) == Family::Python) {
    const ModuleId module = resolver_->resolve(tables_->function_module[function.value], member);
    if (module.valid()) return values_->of(Ref::Kind::Module, module.value);
  }
  return values_->of(Ref::Kind::External, member);
}

bool Linker::is_getter(FunctionId id) const {
  const ir::Function& function = tables_->function(id);
  if (function.is_getter) return true;
  if (function.parent == kNone || function.annotations.empty()) return false;
  const ModuleId module = tables_->function_module[id.value];
  const ir::Function& parent = tables_->function(tables_->function_id(module, function.parent));
  for (const ir::Annotation& annotation : function.annotations) {
    if (annotation.value == kNone || annotation.value >= parent.locals.size()) continue;
    if (parent.locals[annotation.value].name.text().ends_with("property")) return true;
  }
  return false;
}

void Linker::add_record_delegate(Name type, Name field, NodeId result) {
  // `prisma.user` is the model `User` of the schema: the generated client has no source to read.
  if (type.text() != "@prisma/client.PrismaClient" && type.text() != "@prisma/client.Prisma.TransactionClient") {
    return;
  }
  std::string name(field.text());
  if (name.empty() || name[0] == '$') return;
  for (std::uint32_t m = 0; m < tables_->modules.size(); ++m) {
    if (tables_->modules[m].language.text() != "prisma") continue;
    for (std::uint32_t c = 0; c < tables_->modules[m].classes.size(); ++c) {
      const std::string_view declared = tables_->modules[m].classes[c].name.text();
      if (declared.size() != name.size() || declared.empty()) continue;
      if (declared.substr(1) != std::string_view(name).substr(1) ||
          (static_cast<unsigned char>(declared[0]) | 32u) != (static_cast<unsigned char>(name[0]) | 32u)) {
        continue;
      }
      add(result, values_->of(Ref::Kind::Model, tables_->first_class[m] + c));
      add(result, values_->of(Ref::Kind::OfType, Name::of("@prisma/client.Delegate")));
      return;
    }
  }
}

void Linker::load_field_model(Name type, Name field, ValueId value, NodeId result) {
  for (const Name at : rules_->type_chain(type)) {
    const rule::TypeModel* model = rules_->find_type(at);
    if (model == nullptr) continue;
    const auto found = model->fields.find(field);
    if (found == model->fields.end()) continue;
    const rule::TypeExpr& expr = found->second.type;
    const Ref ref = (*values_)[value];
    switch (expr.kind) {
      case rule::TypeExpr::Kind::Instance:
        add(result, values_->of(Ref::Kind::OfType, expr.symbol, expr.list));
        // `User.objects`: the manager of a library stands for that class's records.
        if (ref.kind == Ref::Kind::Class || ref.kind == Ref::Kind::Model) {
          add(result, values_->of(Ref::Kind::Model, ref.id));
        }
        break;
      case rule::TypeExpr::Kind::Type:
        add(result, values_->of(Ref::Kind::External, expr.symbol, expr.list));
        break;
      case rule::TypeExpr::Kind::Same: add(result, values_->with_list(value, expr.list || ref.list)); break;
      case rule::TypeExpr::Kind::InstanceOf:
        if (ref.kind == Ref::Kind::Class || ref.kind == Ref::Kind::Model || ref.kind == Ref::Kind::Instance) {
          add(result, values_->of(Ref::Kind::Instance, ref.id, expr.list));
        }
        break;
      case rule::TypeExpr::Kind::None:
        // Known by its own name: `express.Request.body`.
        if (ref.kind == Ref::Kind::OfType) add(result, values_->of(Ref::Kind::External, join(at, field)));
        break;
    }
    return;
  }
}

void Linker::load(const LoadRow& load_row, std::uint32_t index, ValueId value) {
  const LoadRow row = load_row;  // rows move when handling adds more
  const Ref ref = (*values_)[value];
  const bool element = row.field == ir::any_element();
  if (ref.list) {
    if (element || is_place(row.field)) {
      add(row.result, values_->with_list(value, false));
    } else if (ref.kind == Ref::Kind::OfType) {
      load_field_model(ref.name, row.field, value, row.result);
    }
    return;
  }
  switch (ref.kind) {
    case Ref::Kind::Object: {
      if (element) {
        // Misses: fields that are stored after this.
        std::vector<NodeId> fields;
        for (std::uint32_t at = graph_->first_field(value); at != kNone && fields.size() < kMaxElements;
             at = graph_->field_entry(at).next) {
          fields.push_back(graph_->field_entry(at).node);
        }
        for (const NodeId field : fields) edge(field, row.result);
        edge(graph_->field(value, row.field), row.result);
        break;
      }
      if (is_place(row.field) && graph_->find_field(value, row.field) == kNone) {
        edge(graph_->field(value, ir::any_element()), row.result);
        break;
      }
      edge(graph_->field(value, row.field), row.result);
      const NodeId computed = graph_->find_field(value, ir::any_element());
      if (computed != kNone && !is_place(row.field)) edge(computed, row.result);
      break;
    }
    case Ref::Kind::Instance:
    case Ref::Kind::Class:
      if (element) {
        if (ref.kind == Ref::Kind::Instance) edge(graph_->field(value, row.field), row.result);
        break;
      }
      if (ref.kind == Ref::Kind::Class && row.field.text() == "prototype") {
        add(row.result, values_->of(Ref::Kind::Instance, ref.id));
        break;
      }
      if (ref.kind == Ref::Kind::Instance &&
          (row.field.text() == "constructor" || row.field.text() == "__class__")) {
        if (ref.id < tables_->class_module.size()) add(row.result, values_->of(Ref::Kind::Class, ref.id));
        break;
      }
      if (ref.id >= tables_->class_module.size()) {
        edge(graph_->field(value, row.field), row.result);
        break;
      }
      look_up(Lookup{false, index, value}, ClassId{ref.id});
      break;
    case Ref::Kind::Model:
      edge(graph_->field(value, row.field), row.result);
      if (ref.id >= tables_->class_module.size()) {
        const std::size_t at = ref.id - tables_->class_module.size();
        if (at < tables_->declared.size() && !tables_->declared[at].library.empty()) {
          load_field_model(tables_->declared[at].library, row.field, value, row.result);
        }
      }
      if (ref.id < tables_->class_module.size()) {
        look_up(Lookup{false, index, values_->of(Ref::Kind::Class, ref.id)}, ClassId{ref.id});
      }
      break;
    case Ref::Kind::Module: {
      const ModuleId module{ref.id};
      const Meaning meaning = meaning_of(module, row.field);
      send(meaning, row.result);
      break;
    }
    case Ref::Kind::External: {
      if (element) break;
      if (ref.name.text() == "@prisma/client.PrismaClient") break;
      load_field_model(ref.name, row.field, value, row.result);
      const ValueId member = member_of_external(row.function, ref.name, row.field);
      if (member != kNone) add(row.result, member);
      break;
    }
    case Ref::Kind::OfType:
      if (element) break;
      load_field_model(ref.name, row.field, value, row.result);
      // `db.Model`, `res.json`: known by a name of its own.
      if (const Name known = nearest_member(ref.name, row.field); !known.empty()) {
        add(row.result, values_->of(Ref::Kind::External, known));
      }
      edge(graph_->field(values_->of(Ref::Kind::OfType, ref.name), row.field), row.result);
      add_record_delegate(ref.name, row.field, row.result);
      break;
    case Ref::Kind::Function:
      if (row.field.text() == "prototype") {
        add(row.result, function_prototype(value));
      } else {
        edge(graph_->field(value, row.field), row.result);
      }
      break;
  }
}

void Linker::store(const StoreRow& store_row, ValueId value) {
  const StoreRow row = store_row;
  const Ref ref = (*values_)[value];
  switch (ref.kind) {
    case Ref::Kind::Object:
    case Ref::Kind::Instance:
    case Ref::Kind::Model:
    case Ref::Kind::Module:
      if (!ref.list) edge(row.value, graph_->field(value, row.field));
      break;
    case Ref::Kind::Class:
      if (row.field.text() == "prototype") {
        graph_->add_use(row.value, UseKind::CopyFields, values_->of(Ref::Kind::Instance, ref.id));
      } else {
        edge(row.value, graph_->field(value, row.field));
      }
      break;
    case Ref::Kind::Function:
      if (row.field.text() == "prototype") {
        graph_->add_use(row.value, UseKind::CopyFields, function_prototype(value));
      } else {
        edge(row.value, graph_->field(value, row.field));
      }
      break;
    case Ref::Kind::OfType:
      // One place for all values of the type: `req.user = …` is read again as `req.user`.
      if (!ref.list) edge(row.value, graph_->field(values_->of(Ref::Kind::OfType, ref.name), row.field));
      break;
    case Ref::Kind::External: break;
  }
}

// --- classes ---

void Linker::look_up(const Lookup& lookup, ClassId from) {
  lookups_.push_back(lookup);
  look_up_in(static_cast<std::uint32_t>(lookups_.size() - 1), from);
}

void Linker::look_up_in(std::uint32_t lookup, ClassId first) {
  std::vector<ClassId> todo{first};
  while (!todo.empty()) {
    const ClassId at = todo.back();
    todo.pop_back();
    if (!looked_up_.insert(lookup, at.value)) continue;
    const Lookup wanted = lookups_[lookup];
    if (look_up_own(wanted, at)) continue;
    class_lookups_[at.value].push_back(lookup);
    const std::vector<ClassId> bases = tables_->bases[at.value];
    for (auto base = bases.rbegin(); base != bases.rend(); ++base) todo.push_back(*base);
    const std::vector<Name> libraries = tables_->library_bases[at.value];
    for (const Name library : libraries) look_up_library(wanted, library);
  }
}

bool Linker::look_up_own(const Lookup& lookup, ClassId at) {
  const Ref ref = (*values_)[lookup.value];
  // A list has the methods of its records only if the class is one of queries.
  if (ref.list && !(lookup.is_call && is_query_class(at))) return false;
  const Name field = lookup.is_call
                         ? call_rows_[lookup.row].name
                         : loads_[lookup.row].field;
  const std::uint32_t method = tables_->methods.find(at.value, field.index());
  if (method != kNone) {
    const FunctionId function{method};
    const ir::Function& code = tables_->function(function);
    if (lookup.is_call) {
      const std::uint32_t call = call_rows_[lookup.row].call;
      if (is_getter(function)) {
        // The property's value is called.
        graph_->add_use(tables_->return_node[method], UseKind::Call, add_call_row(call, kNone, false));
        return true;
      }
      // `Base.method(this, …)`: the first argument is the receiver.
      const bool unbound = ref.kind == Ref::Kind::Class && code.self != kNone && !code.is_static &&
                           !code.is_class_method && family(function) == Family::Python;
      call_function(call, function, unbound ? kNone : lookup.value, unbound ? 1 : 0);
      return true;
    }
    const LoadRow row = loads_[lookup.row];
    if (is_getter(function)) {
      edge(tables_->return_node[method], row.result);
      if (code.self != kNone) add(tables_->node(function, code.self), lookup.value);
      if (row.site.function.valid()) getter_uses_.emplace_back(function, row.site);
    } else {
      add(row.result, values_->of(Ref::Kind::Function, method));
    }
    return true;
  }
  const std::uint32_t nested = tables_->nested.find(at.value, field.index());
  if (nested != kNone) {
    const ValueId inner = values_->of(Ref::Kind::Class, nested);
    if (lookup.is_call) {
      construct(call_rows_[lookup.row].call, inner);
    } else {
      add(loads_[lookup.row].result, inner);
    }
    return true;
  }
  // Fields of this class, of the instance and of the class itself; then on to the bases.
  const ValueId instance = instance_of(at);
  const ValueId itself = values_->of(Ref::Kind::Class, at.value);
  for (const ValueId owner : {instance, itself}) {
    if (owner == itself && ref.kind == Ref::Kind::Instance && family_of(tables_->modules[tables_->class_module[at.value].value]) != Family::Python) continue;
    if (owner == instance && ref.kind == Ref::Kind::Class) continue;
    const NodeId node = graph_->field(owner, field);
    if (lookup.is_call) {
      graph_->add_use(node, UseKind::Call, add_call_row(call_rows_[lookup.row].call, lookup.value, false));
    } else {
      edge(node, loads_[lookup.row].result);
    }
  }
  return false;
}

void Linker::look_up_library(const Lookup& lookup, Name base) {
  const Ref ref = (*values_)[lookup.value];
  if (!lookup.is_call) {
    if (ref.list) return;
    const LoadRow row = loads_[lookup.row];
    load_field_model(base, row.field, lookup.value, row.result);
    for (const Name type : instance_types(base)) load_field_model(type, row.field, lookup.value, row.result);
    return;
  }
  const std::uint32_t call = call_rows_[lookup.row].call;
  const Name method = call_rows_[lookup.row].name;
  if (method.text() == "constructor" || method.text() == "__init__") return;
  std::vector<Name> types = instance_types(base);
  if (ref.list) {
    // What the record does comes first in the list, what queries of it do last.
    std::reverse(types.begin(), types.end());
  } else {
    types.insert(types.begin(), base);
  }
  for (const Name type : types) {
    const Name symbol = nearest_member(type, method);
    if (symbol.empty()) continue;
    call_symbol(call, symbol);
    return;
  }
  if (!ref.list) call_symbol(call, join(base, method));
}

void Linker::add_base(ClassId id, ValueId base) {
  const Ref ref = (*values_)[base];
  if (ref.kind == Ref::Kind::External || ref.kind == Ref::Kind::OfType) {
    auto& known = tables_->library_bases[id.value];
    if (std::find(known.begin(), known.end(), ref.name) != known.end()) return;
    known.push_back(ref.name);
    const std::vector<std::uint32_t> waiting = class_lookups_[id.value];
    for (const std::uint32_t lookup : waiting) look_up_library(Lookup(lookups_[lookup]), ref.name);
    return;
  }
  if ((ref.kind != Ref::Kind::Class && ref.kind != Ref::Kind::Model) || ref.id == id.value ||
      ref.id >= tables_->class_module.size()) {
    return;
  }
  auto& known = tables_->bases[id.value];
  if (std::find(known.begin(), known.end(), ClassId{ref.id}) != known.end()) return;
  known.push_back(ClassId{ref.id});
  tables_->subclasses[ref.id].push_back(id);
  const std::vector<std::uint32_t> waiting = class_lookups_[id.value];
  for (const std::uint32_t lookup : waiting) look_up_in(lookup, ClassId{ref.id});
  // What a framework calls in a base may run on an object of the subclass.
  if (tables_->subclasses[ref.id].size() > kMaxSubclasses) return;
  const ValueId instance = instance_of(id);
  for (const ClassId above : tables_->lineage(ClassId{ref.id})) {
    const ModuleId module = tables_->class_module[above.value];
    for (const ir::FunctionIndex method : tables_->class_of(above).methods) {
      const FunctionId function = tables_->function_id(module, method);
      const ir::Function& code = tables_->function(function);
      if (code.self == kNone) continue;
      add(tables_->node(function, code.self),
          code.is_static || code.is_class_method ? values_->of(Ref::Kind::Class, id.value) : instance);
    }
  }
}

}  // namespace privet::program
