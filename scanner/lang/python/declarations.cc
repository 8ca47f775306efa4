#include "lang/python/lowerer.h"

namespace privet::lang::python {

using ir::Annotation;
using ir::Parameter;

namespace {

bool is_dunder(std::string_view name) {
  return name.size() > 4 && name.starts_with("__") && name.ends_with("__");
}

bool is_private(std::string_view name) { return name.starts_with('_') && !is_dunder(name); }

std::string without_space(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\\') out.push_back(c);
  }
  return out;
}

std::string_view last_part(std::string_view dotted) {
  const std::size_t dot = dotted.rfind('.');
  return dot == std::string_view::npos ? dotted : dotted.substr(dot + 1);
}

ir::Class::Kind kind_by_base(std::string_view base) {
  static const std::unordered_map<std::string_view, ir::Class::Kind> kKinds = {
      {"Enum", ir::Class::Kind::Enum},           {"IntEnum", ir::Class::Kind::Enum},
      {"StrEnum", ir::Class::Kind::Enum},        {"Flag", ir::Class::Kind::Enum},
      {"IntFlag", ir::Class::Kind::Enum},        {"TextChoices", ir::Class::Kind::Enum},
      {"IntegerChoices", ir::Class::Kind::Enum}, {"Choices", ir::Class::Kind::Enum},
      {"Protocol", ir::Class::Kind::Interface},  {"TypedDict", ir::Class::Kind::Interface},
  };
  const auto found = kKinds.find(last_part(base.substr(0, base.find('['))));
  return found == kKinds.end() ? ir::Class::Kind::Class : found->second;
}

}  // namespace

// --- imports ---

void Lowerer::add_import(Name module, Name imported, LocalIndex local, const Span& where) {
  if (local != kNone && b_.function().locals[local].kind == ir::Local::Kind::Temporary) {
    // In a class body. No instruction assigns it, so it is a variable all the same.
    b_.function().locals[local].kind = ir::Local::Kind::Variable;
    b_.function().locals[local].name = imported;
  }
  ir::Import import;
  import.module = module;
  import.imported = imported;
  import.in = b_.current_function();
  import.local = local;
  import.is_type_only = type_only_;
  import.span = where;
  b_.module().imports.push_back(import);
}

void Lowerer::import_statement(const Node& node) {
  const Kids names = kids(node);
  const Name all = Name::of("*");
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Kid kid = names[i];
    if (kid.kind == Kind::AliasedImport) {
      const Node module = child_by(kid.node, f_.name);
      const Node alias = child_by(kid.node, f_.alias);
      if (!module || !alias) continue;
      add_import(Name::of(without_space(module.text())), all, variable(alias), span(kid.node));
    } else if (kid.kind == Kind::DottedName) {
      const Node first(ts_node_named_child(kid.node.raw(), 0), text_);
      if (!first) continue;
      add_import(name_of(first), all, variable(first), span(kid.node));
      if (kid.node.named_child_count() > 1) {
        add_import(Name::of(without_space(kid.node.text())), Name{}, kNone, span(kid.node));
      }
    }
  }
}

void Lowerer::import_from(const Node& node) {
  const Kids parts = kids(node);
  const Node module_node = parts.by(f_.module_name);
  if (!module_node) return;
  const Name module = Name::of(without_space(module_node.text()));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    if (part.kind == Kind::WildcardImport) {
      add_import(module, Name::of("*"), kNone, span(node));
      b_.module().imports.back().is_star = true;
    } else if (part.field == f_.name && part.kind == Kind::AliasedImport) {
      const Node name = child_by(part.node, f_.name);
      const Node alias = child_by(part.node, f_.alias);
      if (!name || !alias) continue;
      add_import(module, name_of(name), variable(alias), span(part.node));
    } else if (part.field == f_.name && part.node.begin() < part.node.end()) {
      const Node name(ts_node_named_child(part.node.raw(), 0), text_);
      if (!name) continue;
      add_import(module, name_of(name), variable(name), span(part.node));
    }
  }
}

void Lowerer::star_names(const Node& value, Kind kind, bool add) {
  ir::Module& module = b_.module();
  if (!add) {
    module.star_names.clear();
    module.has_star_names = true;
  }
  if (!module.has_star_names) return;
  // `["a", "b"] + ["c"]`
  std::vector<std::pair<Node, Kind>> lists;
  Node left = value;
  for (; kind == Kind::BinaryOperator; kind = kind_of(left)) {
    const Node right = child_by(left, f_.right);
    lists.emplace_back(right, kind_of(right));
    left = child_by(left, f_.left);
  }
  lists.emplace_back(left, kind);
  for (std::size_t i = lists.size(); i-- > 0;) {
    if (lists[i].second != Kind::List && lists[i].second != Kind::Tuple) {
      // Computed: what a star import brings is not known here.
      module.has_star_names = false;
      module.star_names.clear();
      return;
    }
    const Kids names = kids(lists[i].first);
    for (std::size_t k = 0; k < names.size(); ++k) {
      if (names[k].kind != Kind::String) continue;
      std::string text;
      bool is_bytes = false;
      if (plain_text(names[k].node, Kind::String, text, is_bytes)) {
        module.star_names.push_back(Name::of(text));
      }
    }
  }
}

// --- functions ---

void Lowerer::decorated(const Node& node) {
  std::vector<Node> expressions;
  std::vector<Annotation> annotations = decorators(node, expressions);
  const Node definition = child_by(node, f_.definition);
  if (kind_of(definition) == Kind::Function) {
    function_definition(definition, std::move(annotations), expressions);
  } else if (kind_of(definition) == Kind::Class) {
    class_definition(definition, std::move(annotations));
  }
}

std::vector<Annotation> Lowerer::decorators(const Node& node, std::vector<Node>& expressions) {
  std::vector<Annotation> annotations;
  const Kids parts = kids(node);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    if (part.kind != Kind::Decorator) continue;
    const Kids inner = kids(part.node);
    if (inner.empty()) continue;
    annotations.push_back({expression(inner[0].node, inner[0].kind), span(part.node.begin(), inner[0].node.end())});
    expressions.push_back(inner[0].node);
  }
  return annotations;
}

void Lowerer::mark_method(ir::Function& function, const std::vector<Node>& decorators) {
  const std::string_view name = function.name.text();
  function.is_private = is_private(name);
  const bool is_method = function.owner != kNone;
  if (is_method) {
    function.is_constructor = name == "__init__";
    function.is_class_method =
        name == "__new__" || name == "__init_subclass__" || name == "__class_getitem__";
  }
  static const std::unordered_set<std::string_view> kGetters = {
      "property", "cached_property", "hybrid_property", "abstractproperty", "classproperty",
  };
  for (const Node& decorator : decorators) {
    const std::string_view text = decorator.text();
    const std::string_view head = last_part(text.substr(0, text.find('(')));
    if (head == "overload" || head == "abstractmethod" || head == "abstractproperty") {
      function.is_abstract = true;
    }
    if (!is_method) continue;
    if (head == "staticmethod") function.is_static = true;
    if (head == "classmethod") function.is_class_method = true;
    if (kGetters.contains(head)) function.is_getter = true;
    if (head == "setter" && head.size() < text.size()) function.is_setter = true;
  }
}

void Lowerer::function_definition(const Node& node, std::vector<Annotation> annotations,
                                  const std::vector<Node>& decorators) {
  Node name;
  Node list;
  Node returns;
  Node body;
  bool is_async = false;
  {
    const Kids parts = kids(node, /*with_tokens=*/true);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const Kid part = parts[i];
      if (part.field == f_.name) name = part.node;
      if (part.field == f_.parameters) list = part.node;
      if (part.field == f_.return_type) returns = part.node;
      if (part.field == f_.body) body = part.node;
      if (part.kind == Kind::Token && part.node.type() == "async") is_async = true;
    }
  }
  if (!name) {
    unknown_of_children(node);
    return;
  }
  const std::vector<ParameterDraft> drafts =
      list ? parameters(list) : std::vector<ParameterDraft>{};
  const ir::TypeIndex return_type = returns ? type_of(returns) : kNone;
  ClassBody* owner = state().class_body;

  const ir::FunctionIndex index = b_.begin_function(name_of(name), span(node), span(name));
  ir::Function& function = b_.function();
  function.annotations = std::move(annotations);
  function.is_async = is_async;
  function.return_type = return_type;
  if (owner != nullptr) function.owner = owner->index;
  mark_method(function, decorators);
  if (body && body.named_child_count() == 1 && body.text() == "...") function.is_abstract = true;
  states_.emplace_back();
  state().owner = owner;
  declare_parameters(drafts);
  if (body) {
    hoist(body);
    block(body);
  }
  finish_function();
  states_.pop_back();
  b_.end_function();

  if (owner != nullptr) {
    b_.module().classes[owner->index].methods.push_back(index);
    owner->methods[name_of(name)] = index;
    return;
  }
  const LocalIndex value = b_.closure(index, span(node));
  if (name.begin() < name.end()) b_.copy(variable(name), value, span(node));
}

std::vector<Lowerer::ParameterDraft> Lowerer::parameters(const Node& node) {
  std::vector<ParameterDraft> drafts;
  const Kids parts = kids(node);
  bool keyword_only = false;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ParameterDraft draft = parameter(parts[i].node, parts[i].kind);
    if (draft.is_separator) {
      if (parts[i].kind == Kind::KeywordSeparator) keyword_only = true;
      continue;
    }
    if (!draft.name) continue;
    if (keyword_only && draft.kind == Parameter::Kind::Positional) {
      draft.kind = Parameter::Kind::KeywordOnly;
    }
    if (draft.kind == Parameter::Kind::Rest) keyword_only = true;
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

Lowerer::ParameterDraft Lowerer::parameter(const Node& node, Kind kind) {
  ParameterDraft draft;
  draft.span = span(node);
  Node name = node;
  switch (kind) {
    case Kind::KeywordSeparator:
    case Kind::PositionalSeparator:
      draft.is_separator = true;
      return draft;
    case Kind::DefaultParameter:
    case Kind::TypedDefaultParameter:
      name = child_by(node, f_.name);
      draft.default_node = child_by(node, f_.value);
      if (const Node type = child_by(node, f_.type)) draft.type = type_of(type, &draft.annotations);
      break;
    case Kind::TypedParameter: {
      const Kids parts = kids(node);
      if (!parts.empty()) name = parts[0].node;
      if (const Node type = parts.by(f_.type)) draft.type = type_of(type, &draft.annotations);
      break;
    }
    default: break;
  }
  const Kind name_kind = kind_of(name);
  if (name_kind == Kind::ListSplatPattern || name_kind == Kind::DictionarySplatPattern) {
    draft.kind = name_kind == Kind::ListSplatPattern ? Parameter::Kind::Rest
                                                     : Parameter::Kind::KeywordRest;
    name = Node(ts_node_named_child(name.raw(), 0), text_);
  }
  if (kind_of(name) == Kind::Identifier || kind_of(name) == Kind::TuplePattern) draft.name = name;
  switch (kind_of(draft.default_node)) {
    // Constants are lowered where they are used, in the function itself.
    case Kind::Other:
    case Kind::String:
    case Kind::Integer:
    case Kind::Float:
    case Kind::True:
    case Kind::False:
    case Kind::None:
    case Kind::Ellipsis:
      break;
    default: draft.default_value = expression(draft.default_node);
  }
  return draft;
}

void Lowerer::declare_parameters(const std::vector<ParameterDraft>& drafts) {
  std::size_t first = 0;
  {
    const ir::Function& function = b_.function();
    const bool has_self = function.owner != kNone && !function.is_static && !drafts.empty() &&
                          drafts[0].kind == Parameter::Kind::Positional &&
                          kind_of(drafts[0].name) == Kind::Identifier;
    if (has_self) {
      const LocalIndex self = b_.declare(name_of(drafts[0].name), span(drafts[0].name),
                                         ir::Local::Kind::Parameter);
      b_.function().self = self;
      b_.function().locals[self].type = drafts[0].type;
      first = 1;
    }
  }
  // All parameters first: they are the first locals of the function.
  for (std::size_t i = first; i < drafts.size(); ++i) {
    const ParameterDraft& draft = drafts[i];
    Parameter parameter;
    parameter.kind = draft.kind;
    parameter.has_default = static_cast<bool>(draft.default_node);
    parameter.default_value = draft.default_value;
    parameter.annotations = draft.annotations;
    parameter.span = draft.span;
    parameter.local =
        kind_of(draft.name) == Kind::Identifier
            ? b_.declare(name_of(draft.name), span(draft.name), ir::Local::Kind::Parameter)
            : b_.temporary();
    b_.function().locals[parameter.local].type = draft.type;
    b_.function().parameters.push_back(std::move(parameter));
  }
  for (std::size_t i = first; i < drafts.size(); ++i) {
    const ParameterDraft& draft = drafts[i];
    const LocalIndex local = b_.function().parameters[i - first].local;
    if (draft.default_node) apply_default(local, draft.default_node);
    if (kind_of(draft.name) == Kind::TuplePattern) {
      declare_targets(draft.name);
      assign(draft.name, Kind::TuplePattern, local, draft.span);
    }
  }
}

void Lowerer::apply_default(LocalIndex local, const Node& value) {
  switch (kind_of(value)) {
    case Kind::String:
    case Kind::ConcatenatedString:
    case Kind::Integer:
    case Kind::Float:
    case Kind::True:
    case Kind::False:
    case Kind::Identifier:
    case Kind::Attribute:
    case Kind::List:
    case Kind::Dictionary:
    case Kind::Set:
    case Kind::Tuple:
      break;
    // `None` says nothing; what a call gives is in Parameter::default_value.
    default: return;
  }
  const Span where = span(value);
  const ir::BlockIndex missing = b_.new_block();
  const ir::BlockIndex given = b_.new_block();
  b_.branch(b_.operate("is-missing", {local}, where), missing, given, where);
  b_.set_block(missing);
  b_.copy(local, expression(value), where);
  b_.jump(given);
  b_.set_block(given);
}

void Lowerer::finish_function() {
  const LocalIndex generator = state().generator;
  if (b_.is_open()) b_.return_value(kNone, Span{});
  if (generator == kNone) return;
  ir::Function& function = b_.function();
  function.is_generator = true;
  ir::Instruction construct;
  construct.op = ir::Op::Construct;
  construct.kind = static_cast<std::uint8_t>(ir::ContainerKind::List);
  construct.result = generator;
  construct.span = function.span;
  auto& entry = function.blocks.front().instructions;
  entry.insert(entry.begin(), construct);
  for (ir::Block& block : function.blocks) {
    if (block.end.kind == ir::Terminator::Kind::Return) block.end.value = generator;
  }
}

// --- classes ---

void Lowerer::class_bases(const Node& node, ir::Class& out) {
  std::vector<Operand> keywords;
  const Kids parts = kids(node);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Kid part = parts[i];
    switch (part.kind) {
      case Kind::KeywordArgument: element(part.node, part.kind, keywords); break;
      case Kind::Token: break;
      case Kind::Subscript: {
        // `Generic[T]`, `Repository[User]`
        const Node head = child_by(part.node, f_.value);
        if (head) out.bases.push_back(expression(head));
        const ir::TypeIndex type = type_of(part.node);
        if (type != kNone) out.base_types.push_back(type);
        break;
      }
      default: out.bases.push_back(expression(part.node, part.kind));
    }
    if (const ir::Class::Kind kind = kind_by_base(part.node.text().substr(0, 64));
        kind != ir::Class::Kind::Class && part.kind != Kind::KeywordArgument) {
      out.kind = kind;
    }
  }
  if (!keywords.empty()) {
    const LocalIndex value = b_.construct(ir::ContainerKind::Object, keywords, span(node));
    out.annotations.push_back({value, span(node)});
  }
}

void Lowerer::class_definition(const Node& node, std::vector<Annotation> annotations) {
  const Node name = child_by(node, f_.name);
  const Node bases = child_by(node, f_.superclasses);
  const Node body = child_by(node, f_.body);
  if (!name || name.begin() == name.end()) {
    unknown_of_children(node);
    return;
  }
  ClassBody* outer = state().class_body;
  ir::Class declared;
  declared.name = name_of(name);
  declared.parent = b_.current_function();
  if (outer != nullptr) declared.owner = outer->index;
  declared.annotations = std::move(annotations);
  declared.span = span(node);
  declared.name_span = span(name);
  if (bases) class_bases(bases, declared);
  declared.local = variable(name);
  const LocalIndex local = declared.local;
  ClassBody class_body;
  class_body.index = static_cast<ir::ClassIndex>(b_.module().classes.size());
  b_.module().classes.push_back(std::move(declared));

  state().class_body = &class_body;
  b_.begin_scope(/*of_class=*/true);
  if (body) block(body);
  b_.end_scope();
  state().class_body = outer;
  b_.copy(local, b_.class_value(class_body.index, span(node)), span(node));
}

void Lowerer::class_field(const Node& target, LocalIndex value, ir::TypeIndex type,
                          std::vector<Annotation> metadata, bool is_static, const Node& whole) {
  ClassBody& body = *state().class_body;
  auto& fields = b_.module().classes[body.index].fields;
  const Name name = name_of(target);
  if (name.empty()) return;
  const auto [known, is_new] = body.fields.emplace(name, fields.size());
  if (is_new) {
    ir::Field field;
    field.name = name;
    field.is_private = is_private(target.text());
    field.span = span(whole);
    field.name_span = span(target);
    fields.push_back(std::move(field));
  }
  ir::Field& field = fields[known->second];
  if (type != kNone) field.type = type;
  if (value != kNone) field.initialiser = value;
  if (is_static) field.is_static = true;
  for (const Annotation& annotation : metadata) field.annotations.push_back(annotation);
}

LocalIndex Lowerer::method_value(Name name, const Span& where) {
  const auto& methods = state().class_body->methods;
  const auto found = methods.find(name);
  return found == methods.end() ? kNone : b_.closure(found->second, where);
}

}  // namespace privet::lang::python
