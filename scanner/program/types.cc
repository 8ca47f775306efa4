#include <algorithm>
#include <array>
#include <string>

#include "program/linker.h"
#include "program/resolve.h"

/// Declared types: annotations of TypeScript and hints of Python as evidence of what values are.
namespace privet::program {
namespace {

constexpr int kMaxNesting = 12;

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// Types that stand for their first argument.
constexpr std::array<std::string_view, 31> kTransparent = {
    "Promise", "PromiseLike", "Awaited", "Readonly", "Partial", "Required", "NonNullable", "Pick", "Omit",
    "Exclude", "Extract", "Observable", "Ref", "DeepPartial", "Optional", "Union", "Annotated", "ClassVar",
    "Final", "NotRequired", "Awaitable", "Mapped", "HydratedDocument", "Document", "Serialized", "Relation",
    "Signal", "BehaviorSubject", "Subject", "LazyLoaded", "WithContext"};

/// Types that hold many of their first argument.
constexpr std::array<std::string_view, 28> kLists = {
    "Array", "ReadonlyArray", "Set", "ReadonlySet", "Iterable", "AsyncIterable", "Iterator", "AsyncIterator",
    "Generator", "AsyncGenerator", "list", "List", "Sequence", "MutableSequence", "set", "FrozenSet",
    "frozenset", "tuple", "Tuple", "Collection", "QuerySet", "Deque", "deque", "Page", "InstrumentedList",
    "QueryList", "BaseManager", "WriteOnlyMapped"};

/// Types that hold many of their last argument, by key.
constexpr std::array<std::string_view, 12> kDictionaries = {
    "Record", "Map", "WeakMap", "ReadonlyMap", "dict", "Dict", "Mapping", "MutableMapping", "DefaultDict",
    "defaultdict", "OrderedDict", "ItemsView"};

/// What a schema, class or model describes: `z.infer<typeof schema>`, `InstanceType<typeof C>`.
constexpr std::array<std::string_view, 14> kInferred = {
    "infer", "Infer", "input", "output", "InferType", "InferOutput", "InferInput", "InstanceType", "InferSchemaType",
    "InferSelectModel", "InferInsertModel", "InferAttributes", "InferCreationAttributes", "TypeOf"};

constexpr std::array<std::string_view, 18> kNothing = {
    "any", "unknown", "void", "never", "undefined", "null", "None", "NoneType", "object", "Any", "()", "Function",
    "Callable", "symbol", "NoReturn", "Literal", "Self", "self"};

}  // namespace

void Linker::type_into(FunctionId scope, ir::TypeIndex index, NodeId target, TypeUse use, bool list, int depth) {
  const ModuleId module = tables_->function_module[scope.value];
  const auto& types = tables_->modules[module.value].types;
  if (index >= types.size() || depth > kMaxNesting) return;
  const ir::Type& type = types[index];
  const auto inner = [&](ir::TypeIndex argument, TypeUse how, bool many) {
    type_into(scope, argument, target, how, many, depth + 1);
  };
  if (type.class_index != kNone) {
    const ClassId shape = tables_->class_id(module, type.class_index);
    add(target, use == TypeUse::ClassItself ? values_->of(Ref::Kind::Class, shape.value)
                                            : values_->of(Ref::Kind::Instance, shape.value, list));
    return;
  }
  const std::string_view name = type.name.text();
  if (name.empty()) return;
  if (name == "|" || name == "&") {
    for (const ir::TypeIndex argument : type.arguments) inner(argument, use, list);
    return;
  }
  if (name == "[]") {
    if (!type.arguments.empty()) inner(type.arguments[0], use, true);
    return;
  }
  if (name[0] == '"' || name[0] == '\'') {
    add(target, values_->of(Ref::Kind::OfType, Name::of(family(scope) == Family::Python ? "str" : "String"), list));
    return;
  }
  const std::size_t dot = name.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? name : name.substr(dot + 1);
  if (one_of(last, kNothing)) return;
  if (!type.arguments.empty()) {
    if (one_of(last, kInferred)) {
      inner(type.arguments[0], TypeUse::Instance, list);
      return;
    }
    if (last == "typeof") {
      inner(type.arguments[0], TypeUse::ClassItself, list);
      return;
    }
    if (last == "Type" || last == "type") {
      inner(type.arguments[0], TypeUse::ClassItself, list);
      return;
    }
    if (one_of(last, kTransparent)) {
      // A union lists all its members; the others say more about the first.
      const std::size_t n = last == "Union" || last == "Optional" ? type.arguments.size() : 1;
      for (std::size_t i = 0; i < n; ++i) inner(type.arguments[i], use, list);
      return;
    }
    if (one_of(last, kLists)) {
      inner(type.arguments[0], use, true);
      if (last == "QuerySet" || last == "Page") named_type(scope, type, target, use, false);
      return;
    }
    if (one_of(last, kDictionaries)) {
      inner(type.arguments.back(), use, true);
      return;
    }
    if (last == "Coroutine") {
      inner(type.arguments.back(), use, list);
      return;
    }
  }
  named_type(scope, type, target, use, list);
}

void Linker::named_type(FunctionId scope, const ir::Type& type, NodeId target, TypeUse use, bool list) {
  struct Primitive {
    std::string_view written;
    std::string_view symbol;
  };
  static constexpr std::array<Primitive, 12> kPrimitives = {{
      {"string", "String"}, {"number", "Number"}, {"boolean", "Boolean"}, {"bigint", "Number"},
      {"Date", "Date"}, {"str", "str"}, {"int", "int"}, {"float", "float"}, {"bool", "bool"},
      {"bytes", "bytes"}, {"list", "list"}, {"dict", "dict"}}};
  for (const Primitive& primitive : kPrimitives) {
    if (type.name.text() != primitive.written) continue;
    add(target, values_->of(Ref::Kind::OfType, Name::of(primitive.symbol), list));
    return;
  }
  UseKind kind = UseKind::Copy;
  if (use == TypeUse::Instance) kind = list ? UseKind::InstanceList : UseKind::Instance;
  lookup_type(scope, type.name, target, kind);
  // `Repository<User>`, `Model<User>`: the library's type of those records.
  if (type.arguments.empty() || use != TypeUse::Instance) return;
  const ModuleId module = tables_->function_module[scope.value];
  for (const ir::TypeIndex index : type.arguments) {
    const auto& types = tables_->modules[module.value].types;
    if (index >= types.size() || types[index].class_index != kNone) continue;
    const std::string_view name = types[index].name.text();
    if (name.empty() || !((name[0] >= 'A' && name[0] <= 'Z') || name.find('.') != std::string_view::npos)) continue;
    lookup_type(scope, types[index].name, target, UseKind::Copy);
    break;
  }
}

bool Linker::is_type_variable(FunctionId scope, Name name) const {
  const std::string_view text = name.text();
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.empty() || !capital(text[0]) || (text.size() > 1 && !(text[0] == 'T' && capital(text[1])))) return false;
  return !tables_->find_variable(scope, name).function.valid() &&
         tables_->types.find(tables_->function_module[scope.value].value, name.index()) == kNone;
}

/// `remember<T>(make: () => T): T` gives what `make` gives.
void Linker::add_generic_result(FunctionId id) {
  const ir::Function& function = tables_->function(id);
  const auto& types = tables_->modules[tables_->function_module[id.value].value].types;
  const auto variable_of = [&](ir::TypeIndex index) {
    // Promises are transparent here too.
    for (int depth = 0; depth < 4 && index < types.size(); ++depth) {
      const ir::Type& type = types[index];
      if (type.arguments.size() == 1 && (type.name.text() == "Promise" || type.name.text() == "Awaited")) {
        index = type.arguments[0];
        continue;
      }
      return is_type_variable(id, type.name) ? type.name : Name{};
    }
    return Name{};
  };
  const Name wanted = variable_of(function.return_type);
  if (wanted.empty()) return;
  if (const auto finder = finders_.find(id.value); finder != finders_.end()) finder->second.more = true;
  for (const ir::Parameter& parameter : function.parameters) {
    if (parameter.local == kNone || parameter.kind != ir::Parameter::Kind::Positional) continue;
    const ir::TypeIndex index = function.locals[parameter.local].type;
    if (index >= types.size()) continue;
    const NodeId node = tables_->node(id, parameter.local);
    const NodeId result = tables_->return_node[id.value];
    if (variable_of(index) == wanted) {
      edge(node, result);
    } else if (types[index].name.text() == "()" && !types[index].arguments.empty() &&
               variable_of(types[index].arguments.back()) == wanted) {
      Invocation invocation;
      invocation.results.push_back(result);
      graph_->add_use(node, UseKind::Invoke, add_invocation(std::move(invocation)));
    }
  }
}

/// A type of the module; of a schema that is split over files, one of the other files too, those of its own
/// folder first.
std::uint32_t Linker::type_named(ModuleId module, Name name) const {
  const std::uint32_t own = tables_->types.find(module.value, name.index());
  static const Name kPrisma = Name::of("prisma");
  if (own != kNone || tables_->modules[module.value].language != kPrisma) return own;
  const auto folder = [&](std::uint32_t m) { return folder_of((*tables_->sources)[tables_->modules[m].file].path); };
  std::uint32_t found = kNone;
  for (std::uint32_t m = 0; m < tables_->modules.size(); ++m) {
    if (m == module.value || tables_->modules[m].language != kPrisma) continue;
    const std::uint32_t other = tables_->types.find(m, name.index());
    if (other == kNone) continue;
    if (folder(m) == folder(module.value)) return other;
    if (found == kNone) found = other;
  }
  return found;
}

void Linker::lookup_type(FunctionId scope, Name dotted, NodeId target, UseKind kind) {
  const ModuleId module = tables_->function_module[scope.value];
  std::string_view rest = dotted.text();
  const auto next = [&] {
    const std::size_t dot = rest.find('.');
    const std::string_view part = rest.substr(0, dot);
    rest = dot == std::string_view::npos ? std::string_view() : rest.substr(dot + 1);
    return Name::of(part);
  };
  const Name first = next();
  NodeId node = kNone;
  const auto variable = tables_->find_variable(scope, first);
  const std::uint32_t shape = type_named(module, first);
  if (shape != kNone || variable.function.valid()) {
    node = graph_->add_node();
    if (shape != kNone) add(node, values_->of(Ref::Kind::Class, shape));
    // A type and a variable of one name: the type is meant, but classes are both.
    if (variable.function.valid()) edge(tables_->node(variable.function, variable.local), node);
  } else if (is_type_variable(scope, first)) {
    return;
  } else {
    node = graph_->add_node();
    add(node, values_->of(Ref::Kind::External, first));
  }
  while (!rest.empty()) {
    const NodeId member = graph_->add_node();
    add_load(node, next(), member, scope);
    node = member;
  }
  edge(node, target, kind);
}

}  // namespace privet::program
