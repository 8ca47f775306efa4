#include <algorithm>
#include <array>
#include <cctype>

#include "flow/function_solver.h"

namespace privet::flow {

namespace {

using program::EntityId;
using program::Ref;

/// Slots of origins at the entry: four for each local.
std::uint32_t entry_slot(ir::LocalIndex local, std::uint32_t which) { return local * 4 + which; }

bool is_code(const Ref& ref) {
  return ref.kind == Ref::Kind::Function || ref.kind == Ref::Kind::Class ||
         ref.kind == Ref::Kind::Module || ref.kind == Ref::Kind::Model;
}

/// True if a route's path names the parameter: `{id}`, `<int:id>`, `:id`.
bool names_parameter(std::string_view path, std::string_view name) {
  for (std::size_t at = path.find(name); at != std::string_view::npos;
       at = path.find(name, at + 1)) {
    bool opens = at > 0 && (path[at - 1] == '{' || path[at - 1] == '<' || path[at - 1] == ':');
    std::size_t end = at + name.size();
    bool closes = end == path.size() || std::string_view("}>/:?").find(path[end]) != std::string_view::npos;
    if (opens && closes && !name.empty()) return true;
  }
  return false;
}

/// Long enough, one word, and no plain word or key of a text: letters with digits, or words run together.
bool may_be_secret(std::string_view text) {
  constexpr std::size_t kShortest = 8;
  constexpr std::size_t kLongest = 512;
  if (text.size() < kShortest || text.size() > kLongest) return false;
  bool digit = false;
  bool joined = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) || c == '.' || c == '{' || c == '<' || c == '/' || c == ':' || c >= 0x7F) return false;
    digit = digit || std::isdigit(byte);
    joined = joined || std::ispunct(byte);
  }
  return digit || joined;
}

}  // namespace

// --- origins ---

ValueId FunctionSolver::origin(std::uint32_t instruction, std::uint32_t slot, OriginGroup group) {
  std::uint64_t key = static_cast<std::uint64_t>(instruction) << 32 | slot;
  const OriginTable& known = ctx_.origins[id_.value];
  auto found = known.at.find(key);
  std::uint32_t number = 0;
  if (found != known.at.end()) {
    number = found->second;
    if (origins_ && group.weak) origins_->groups[number].weak = true;
  } else {
    if (!origins_) return kNothing;  // the frozen table does not know it
    number = static_cast<std::uint32_t>(origins_->groups.size());
    group.origin.function = id_;
    if (!group.origin.span.valid()) {
      group.origin.span = function_.name_span.valid() ? function_.name_span : function_.span;
    }
    origins_->groups.push_back(std::move(group));
    origins_->at.emplace(key, number);
  }
  Atom atom;
  atom.kind = AtomKind::Origin;
  atom.a = id_.value;
  atom.b = number;
  return values_.of(atom);
}

ValueId FunctionSolver::record_origin(std::uint32_t slot, EntityId entity, bool bulk, bool weak,
                                      source::Span span) {
  OriginGroup group;
  group.origin.entity = entity;
  group.origin.bulk = bulk;
  group.origin.span = span;
  group.record = true;
  group.weak = weak;
  group.parameter = at_ == kEntry && weak;
  return origin(at_, slot, std::move(group));
}

ValueId FunctionSolver::kind_origin(std::uint32_t slot, Name kind, rule::DataTypeId data,
                                    source::Span span) {
  OriginGroup group;
  // What the API itself says is about a person is not only input.
  if (data.valid()) {
    group.origin.data = data;
    group.origin.certainty = personal::Certainty::Certain;
    group.origin.field = kind;
  } else {
    group.origin.kind = kind;
  }
  group.origin.span = span;
  return origin(at_, slot, std::move(group));
}

ValueId FunctionSolver::named_origin(std::uint32_t slot, const personal::Evidence& evidence,
                                     Name field, EntityId entity, bool weak, source::Span span) {
  OriginGroup group;
  group.origin.data = evidence.type;
  group.origin.certainty = evidence.certainty;
  group.origin.entity = entity;
  group.origin.field = field;
  group.origin.evidence = &evidence;
  group.origin.span = span;
  group.weak = weak;
  group.parameter = at_ == kEntry && weak;
  return origin(at_, slot, std::move(group));
}

bool FunctionSolver::is_symbolic(ValueId value) const {
  return values_.any(value, [](const Atom& atom) { return atom.kind != AtomKind::Origin; });
}

bool FunctionSolver::has_data(ValueId value, rule::DataTypeId data) const {
  return values_.any(value, [&](const Atom& atom) { return ctx_.data_of(atom) == data && data.valid(); });
}

bool FunctionSolver::has_own_personal(ValueId value) const {
  return values_.any(value, [&](const Atom& atom) { return ctx_.is_personal(atom); });
}

bool FunctionSolver::has_record(ValueId value) const {
  return values_.any(value, [&](const Atom& atom) { return ctx_.is_whole_record(atom); });
}

ValueId FunctionSolver::with_key_origin(std::uint32_t slot, ValueId value, ir::LocalIndex local,
                                        Name key, Name container, source::Span span) {
  if (key == ir::any_element() || is_index(key) || local >= function_.locals.size()) return value;
  if (has_own_personal(value) || is_caught(local) || is_error(local)) return value;
  if (is_inert(local)) return values_.join(value, secret_of_code(slot, local, key, container, span));
  for (const Ref& ref : program_.refs(id_, local)) {
    if (is_code(ref)) return value;
  }
  const personal::Evidence* evidence = personal_.name(key, container);
  if (!evidence || is_listed_word(local)) return value;
  return values_.join(value, named_origin(slot, *evidence, key, {}, is_symbolic(value), span));
}

/// `for (const accessKey of ["create", "read"])`: one of the words that the code lists, also in a function
/// within the loop.
bool FunctionSolver::is_listed_word(ir::LocalIndex local) const {
  constexpr int kMostCopies = 4;
  const program::Program::Variable variable = program_.variable_of(id_, local);
  const program::FunctionId at = variable.function;
  const ir::Function* code = &program_.function(at);
  local = variable.local;
  for (int i = 0; i < kMostCopies; ++i) {
    const ir::Instruction* made = nullptr;
    for (const ir::Block& block : code->blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.result != local) continue;
        if (made != nullptr) return false;
        made = &in;
      }
    }
    if (made == nullptr) return false;
    if (made->op == ir::Op::Copy) {
      local = made->a;
      continue;
    }
    if (made->op != ir::Op::Load || (!made->name.empty() && made->name != ir::any_element())) return false;
    const program::Constant list = program_.constant_of(at, made->a);
    return list.kind == program::Constant::Kind::List && !list.entries.empty() &&
           std::all_of(list.entries.begin(), list.entries.end(), [](const auto& entry) {
             return entry.second.kind == program::Constant::Kind::Text;
           });
  }
  return false;
}

/// `{cookieSecret: "x8Kq-…"}`: the key says that the text is a secret, and the text may be one.
ValueId FunctionSolver::secret_of_code(std::uint32_t slot, ir::LocalIndex local, Name key, Name container,
                                       source::Span span) {
  if (local >= definitions_.size() || definitions_[local].size() != 1) return kNothing;
  const ir::Instruction& in = *flat_[definitions_[local].front()];
  if (in.op != ir::Op::Literal || in.literal_kind() != ir::LiteralKind::String) return kNothing;
  if (!may_be_secret(in.name.text())) return kNothing;
  const personal::Evidence* evidence = personal_.name(key, container);
  if (evidence == nullptr || !ctx_.is_credential(evidence->type)) return kNothing;
  // `{accessToken: "access_token"}` maps names.
  const personal::Evidence* named = personal_.name(in.name, {});
  if (named != nullptr && ctx_.is_credential(named->type)) return kNothing;
  return kind_origin(slot, Name::of("secret-of-code"), {}, span);
}

ValueId FunctionSolver::with_variable_origin(ir::LocalIndex local, ValueId value) {
  const ir::Local& variable = function_.locals[local];
  if (variable.name.empty() || variable.kind != ir::Local::Kind::Variable || at_ == kEntry) {
    return value;
  }
  auto [known, is_new] = local_evidence_.try_emplace(local, nullptr);
  if (is_new) {
    auto refs = program_.refs(id_, local);
    bool code = std::any_of(refs.begin(), refs.end(), is_code) ||
                (!refs.empty() && refs.front().kind == Ref::Kind::External);
    if (!code) known->second = personal_.local(id_, local);
  }
  if (!known->second || has_own_personal(value) || is_inert_at(at_) || is_listed_word(local)) return value;
  return values_.join(value, named_origin(15, *known->second, variable.name, {}, is_symbolic(value),
                                          flat_[at_]->span));
}

// --- loads ---

const FunctionSolver::LoadFacts& FunctionSolver::load_facts(const ir::Instruction& in) {
  auto [at, is_new] = load_facts_.try_emplace(at_);
  LoadFacts& facts = at->second;
  if (!is_new) return facts;
  Name field = in.name;
  auto base_refs = program_.refs(id_, in.a);
  EntityId entity;
  bool code = false;
  facts.built_here = !base_refs.empty();
  if (program::ClassId owner = ctx_.class_at(id_, in.a); owner.valid()) {
    facts.cells = ctx_.cells_read(owner, field);
  }
  for (const Ref& ref : base_refs) {
    facts.built_here = facts.built_here && ref.kind == Ref::Kind::Object;
    code = code || is_code(ref);
    switch (ref.kind) {
      case Ref::Kind::Instance: {
        if (!entity.valid()) entity = EntityId{ref.id};
        // `interface AuthRequest extends Request`
        for (Name base : program_.entity(EntityId{ref.id}).library_bases) {
          facts.principal = facts.principal || ctx_.is_principal_field(base, field);
        }
        program::ClassId owner = ctx_.class_of(ref);
        if (!owner.valid()) break;
        program::FunctionId method = program_.find_method(owner, field);
        if (method.valid() && program_.function(method).is_getter) facts.getter = method;
        break;
      }
      case Ref::Kind::OfType:
      case Ref::Kind::External:
        for (Name type : program_.rules().type_chain(ref.name)) {
          const rule::TypeModel* model = program_.rules().find_type(type);
          if (!model) continue;
          const rule::FieldModel* found = model->field(field);
          if (found == nullptr) continue;
          facts.source = found->source;
          facts.principal = facts.principal || found->principal;
          if (!found->data.empty()) {
            facts.source_data = program_.rules().data_types().find(found->data.text());
            if (facts.source.empty()) facts.source = found->data;
          }
          break;
        }
        facts.principal = facts.principal || ctx_.is_principal_field(ref.name, field);
        break;
      default: break;
    }
  }
  auto result_refs = program_.refs(id_, in.result);
  if (const Ref* record = ctx_.record_in(result_refs)) {
    facts.record = EntityId{record->id};
    facts.record_list = record->list;
  }
  for (const Ref& ref : result_refs) {
    if (ref.kind == Ref::Kind::External && ctx_.is_principal_symbol(ref.name)) {
      facts.principal = true;
    }
  }
  bool gives_code = std::any_of(result_refs.begin(), result_refs.end(), is_code);
  if (gives_code || code || is_index(field)) return facts;
  if (entity.valid()) {
    facts.name = personal_.field(entity, field);
    facts.name_entity = entity;
    if (facts.name || ctx_.shape(entity).declared.contains(field)) return facts;
    facts.name = personal_.name(field, program_.entity(entity).name);
    return facts;
  }
  facts.name = personal_.name(field, word_of(in.a));
  return facts;
}

Name FunctionSolver::word_of(ir::LocalIndex local, int depth) const {
  if (local >= function_.locals.size() || depth > 8) return {};
  if (!function_.locals[local].name.empty()) return function_.locals[local].name;
  if (definitions_[local].empty()) return {};
  const ir::Instruction& in = *flat_[definitions_[local].back()];
  switch (in.op) {
    case ir::Op::Copy: return word_of(in.a, depth + 1);
    case ir::Op::Load:
      if (in.name.empty() || in.name == ir::any_element() || is_index(in.name)) {
        return word_of(in.a, depth + 1);
      }
      return in.name;
    case ir::Op::Call: return in.name.empty() ? word_of(in.a, depth + 1) : in.name;
    default: return {};
  }
}

// --- what is surely not about a person: constants and what is made of them ---

/// What a handler caught says something about the value that the key names, and is not it.
bool FunctionSolver::is_caught(ir::LocalIndex local) const {
  for (int i = 0; i < 8 && local < definitions_.size() && definitions_[local].size() == 1; ++i) {
    const ir::Instruction& in = *flat_[definitions_[local].front()];
    if (in.op == ir::Op::Operate) return in.name.text() == "caught";
    if (in.op != ir::Op::Copy) return false;
    local = in.a;
  }
  return false;
}

/// `{"email": ValidationError(…)}` says something about the value that the key names, too.
bool FunctionSolver::is_error(ir::LocalIndex local) const {
  if (local >= definitions_.size() || definitions_[local].size() != 1) return false;
  const ir::Instruction& in = *flat_[definitions_[local].front()];
  if (in.op != ir::Op::Call) return false;
  std::string_view callee = in.name.empty() ? word_of(in.a).text() : in.name.text();
  return callee.ends_with("Error") || callee.ends_with("Exception") || callee.ends_with("ErrorDetail");
}

bool FunctionSolver::is_class(ir::LocalIndex local) const {
  auto refs = program_.refs(id_, local);
  return !refs.empty() && std::all_of(refs.begin(), refs.end(), [](const Ref& ref) {
    return ref.kind == Ref::Kind::Class;
  });
}

bool FunctionSolver::is_inert(ir::LocalIndex local) {
  if (local >= definitions_.size()) return true;
  switch (function_.locals[local].kind) {
    case ir::Local::Kind::Parameter:
    case ir::Local::Kind::Captured: return false;
    default: break;
  }
  if (definitions_[local].empty()) return true;
  return std::all_of(definitions_[local].begin(), definitions_[local].end(),
                     [&](std::uint32_t definition) { return is_inert_at(definition); });
}

/// `inert_`: 0 not asked, 1 being asked (a loop of nothing but constants is constant), 2 yes, 3 no,
/// 4 asked too deep: no.
bool FunctionSolver::is_inert_at(std::uint32_t instruction) {
  constexpr std::size_t kMaxOpen = 64;
  std::uint8_t& state = inert_[instruction];
  if (state != 0) return state <= 2;
  if (open_inert_ >= kMaxOpen) return false;
  ++open_inert_;
  state = 1;
  const ir::Instruction& in = *flat_[instruction];
  auto all_inert = [&] {
    for (const ir::Operand& operand : operands(in)) {
      if (!is_inert(operand.value)) return false;
    }
    return true;
  };
  bool inert = false;
  switch (in.op) {
    case ir::Op::Literal:
    case ir::Op::Closure:
    case ir::Op::Store: inert = true; break;
    case ir::Op::Copy: inert = is_inert(in.a); break;
    case ir::Op::Operate:
      inert = operates_to_fact(in.name.text()) || (in.name.text() != "caught" && all_inert());
      break;
    case ir::Op::Construct: inert = all_inert(); break;
    case ir::Op::Unknown: inert = false; break;
    case ir::Op::Load:
      // Of a constant: `ROLES.admin`, or of a class: `MediaType.PHOTO`; else the base may be something
      // of a library or of the program.
      inert = in.a < definitions_.size() && ((!definitions_[in.a].empty() && is_inert(in.a)) || is_class(in.a));
      break;
    case ir::Op::Call: {
      std::string_view callee = in.name.empty() ? word_of(in.a).text() : in.name.text();
      if (gives_fact(callee)) {
        inert = true;
      } else if (gives_label(callee) || callee.ends_with("Error") || callee.ends_with("Exception")) {
        inert = all_inert();
      } else {
        // A field of a schema: `z.string().email()`, `models.EmailField()`.
        for (std::size_t i = first_in_block_.size(); i-- > 0;) {
          if (first_in_block_[i] > instruction) continue;
          program::Site site{id_, static_cast<ir::BlockIndex>(i), instruction - first_in_block_[i]};
          for (Name symbol : program_.callees(site).symbols) {
            inert = inert || program_.rules().find_field_type(symbol) != nullptr;
          }
          break;
        }
        if (!inert && !in.name.empty() && in.a < definitions_.size() &&
            !definitions_[in.a].empty() && in.n_operands == 0) {
          inert = is_inert(in.a);
        }
      }
      break;
    }
  }
  --open_inert_;
  state = inert ? 2 : 3;
  return inert;
}

// --- what a function is given ---

/// A handler of errors: the framework hands the error in first, and the request and response after it.
bool FunctionSolver::answers_errors() {
  constexpr std::size_t kParameters = 4;
  if (function_.parameters.size() != kParameters) return false;
  static const Name kError = Name::of("Error");
  const auto typed = [&](std::size_t i, auto&& fits) {
    const auto refs = program_.refs(id_, function_.parameters[i].local);
    return std::any_of(refs.begin(), refs.end(), fits);
  };
  return typed(0, [](const Ref& ref) { return ref.kind == Ref::Kind::OfType && ref.name == kError; }) &&
         typed(1, [&](const Ref& ref) { return is_request_type(ref); });
}

/// True for a name that neither the program nor a library model knows anything of.
bool FunctionSolver::is_undeclared(ir::LocalIndex local) const {
  const program::Program::Variable home = program_.variable_of(id_, local);
  const ir::Local& variable = program_.function(home.function).locals[home.local];
  if (variable.kind != ir::Local::Kind::Free) return false;
  for (const Ref& ref : program_.refs(home.function, home.local)) {
    if (ref.kind != Ref::Kind::External || ref.name != variable.name) return false;
    if (program_.rules().find_type(ref.name) || !program_.rules().functions(ref.name).empty()) return false;
  }
  return true;
}

void FunctionSolver::entry_values() {
  at_ = kEntry;
  site_ = {id_, 0, 0};
  for (std::uint32_t i = 0; i < function_.parameters.size(); ++i) {
    const ir::Parameter& parameter = function_.parameters[i];
    if (parameter.local >= function_.locals.size()) continue;
    const ir::Local& local = function_.locals[parameter.local];
    source::Span span = local.span.valid() ? local.span : parameter.span;
    Atom input;
    input.kind = AtomKind::Input;
    input.a = kArgument;
    input.b = i;
    ValueId value = values_.of(input);
    bool is_record = false;
    if (const Ref* record = ctx_.record_in(program_.refs(id_, parameter.local))) {
      value = values_.join(value, record_origin(entry_slot(parameter.local, 0), EntityId{record->id},
                                                record->list, true, span));
      is_record = true;
    }
    if (!is_record && !local.name.empty()) {
      if (const personal::Evidence* evidence = personal_.local(id_, parameter.local)) {
        value = values_.join(value, named_origin(entry_slot(parameter.local, 1), *evidence,
                                                 local.name, {}, true, span));
      }
    }
    const program::FunctionId outer = outer_function();
    ValueId given = handed_in_by(outer, parameter.default_value, entry_slot(parameter.local, 2), span);
    for (const ir::Annotation& annotation : parameter.annotations) {
      given = values_.join(given, handed_in_by(outer, annotation.value, entry_slot(parameter.local, 2), span));
    }
    for (const auto& [owner, local] : program_.alias_parts(id_, parameter)) {
      given = values_.join(given, handed_in_by(owner, local, entry_slot(parameter.local, 2), span));
    }
    if (is_javascript_ && i == 0 && answers_errors()) {
      // A template may show all of it.
      static const Name kStack = Name::of("stack");
      given = values_.put(given, Path(&kStack, 1),
                          kind_origin(entry_slot(parameter.local, 2), Name::of("error-object"), {}, span));
    }
    if (given == kNothing) {
      Name kind = route_kind(parameter);
      if (!kind.empty()) given = kind_origin(entry_slot(parameter.local, 3), kind, {}, span);
    }
    set(parameter.local, values_.join(value, given));
  }
  for (ir::LocalIndex local = 0; local < function_.locals.size(); ++local) {
    const ir::Local& variable = function_.locals[local];
    if (local == function_.self) {
      Atom input;
      input.kind = AtomKind::Input;
      input.a = kReceiver;
      set(local, values_.of(input));
    } else if (variable.kind == ir::Local::Kind::Captured ||
               variable.kind == ir::Local::Kind::Free ||
               ctx_.cell_of_local(id_, local) != Context::kNoCell) {
      if (variable.kind == ir::Local::Kind::Parameter) continue;
      ValueId value = kNothing;
      Name symbol = program_.symbol_of(id_, local);
      if (!symbol.empty() && ctx_.is_principal_symbol(symbol)) {
        value = kind_origin(entry_slot(local, 3), Name::of("principal"), {}, function_.name_span);
      }
      // A name that no file declares still says what it holds.
      if (value == kNothing && is_undeclared(local)) {
        if (const personal::Evidence* evidence = personal_.local(id_, local)) {
          value = named_origin(entry_slot(local, 1), *evidence, variable.name, {}, false,
                               variable.span.valid() ? variable.span : function_.name_span);
        }
      }
      set(local, value);
    }
  }
}

program::FunctionId FunctionSolver::outer_function() const {
  return function_.parent == ir::kNone ? id_ : program_.function_id(program_.module_of(id_), function_.parent);
}

const ir::Instruction* FunctionSolver::call_that_made(program::FunctionId parent, ir::LocalIndex local,
                                                      program::Site& site) const {
  if (local == ir::kNone || parent == id_) return nullptr;
  const ir::Function& outer = program_.function(parent);
  for (ir::BlockIndex b = 0; b < outer.blocks.size(); ++b) {
    const auto& instructions = outer.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      if (instructions[i].result == local && instructions[i].op == ir::Op::Call) {
        site = {parent, b, i};
        return &instructions[i];
      }
    }
  }
  return nullptr;
}

/// A dependency that verifies a token, or depends on one that does, hands over whom the token is about.
bool FunctionSolver::hands_over_caller(program::FunctionId function, int depth) const {
  static const std::array<Name, 2> kTags = {Name::of("jwt-verify"), Name::of("verifies-token")};
  const ir::Function& code = program_.function(function);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const auto& instructions = code.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      if (instructions[i].op != ir::Op::Call) continue;
      for (const Name symbol : program_.callees({function, b, i}).symbols) {
        if (ctx_.is_principal_symbol(symbol)) return true;
        for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
          for (const Name tag : model->tags) {
            if (std::find(kTags.begin(), kTags.end(), tag) != kTags.end()) return true;
          }
        }
      }
    }
  }
  if (depth >= 3 || code.parent == ir::kNone) return false;
  const program::FunctionId outer = program_.function_id(program_.module_of(function), code.parent);
  for (const ir::Parameter& parameter : code.parameters) {
    std::vector<std::pair<program::FunctionId, ir::LocalIndex>> values = program_.alias_parts(function, parameter);
    values.emplace_back(outer, parameter.default_value);
    for (const auto& [owner, local] : values) {
      program::Site site;
      const ir::Instruction* in = call_that_made(owner, local, site);
      if (in == nullptr) continue;
      const ir::Function& there = program_.function(owner);
      for (std::uint32_t i = 0; i < in->n_operands; ++i) {
        for (const Ref& ref : program_.refs(owner, there.operands[in->first_operand + i].value)) {
          if (ref.kind == Ref::Kind::Function && hands_over_caller(program::FunctionId{ref.id}, depth + 1)) return true;
        }
      }
    }
  }
  return false;
}

/// `= Depends(current_user)`, `= Query()`, `@Body()`: what the framework hands in, as the model of
/// the called symbol says, and what a function passed there returns.
ValueId FunctionSolver::handed_in_by(program::FunctionId owner, ir::LocalIndex local_there, std::uint32_t slot,
                                     source::Span span) {
  program::Site site;
  const ir::Instruction* in = call_that_made(owner, local_there, site);
  if (!in) return kNothing;
  ValueId value = kNothing;
  for (Name symbol : program_.callees(site).symbols) {
    if (ctx_.is_principal_symbol(symbol)) value = kind_origin(slot, Name::of("principal"), {}, span);
    for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
      for (const rule::Source& source : model->sources) {
        rule::DataTypeId data;
        if (!source.data.empty()) data = program_.rules().data_types().find(source.data.text());
        value = values_.join(value, kind_origin(slot, source.kind, data, span));
      }
    }
  }
  const ir::Function& parent = program_.function(site.function);
  for (std::uint32_t i = 0; i < in->n_operands; ++i) {
    ir::LocalIndex local = parent.operands[in->first_operand + i].value;
    for (const Ref& ref : program_.refs(site.function, local)) {
      if (ref.kind != Ref::Kind::Function) continue;
      if (hands_over_caller(program::FunctionId{ref.id}, 0)) {
        value = values_.join(value, kind_origin(slot, Name::of("principal"), {}, span));
      }
      const Summary* summary = summary_of(program::FunctionId{ref.id});
      if (summary == nullptr) continue;
      const Summary& callee = *summary;
      value = values_.join(value, values_.map(values_.import(callee.values, callee.returned),
                                              [](const Atom& atom) -> std::optional<Atom> {
                                                if (atom.kind == AtomKind::Input) return std::nullopt;
                                                return atom;
                                              }));
    }
  }
  return value;
}

/// The kind of request input that a parameter is, when the function answers requests; else empty.
bool FunctionSolver::is_request_type(const Ref& ref) const {
  if (ref.kind != Ref::Kind::OfType) return false;
  for (Name type : program_.rules().type_chain(ref.name)) {
    const rule::TypeModel* model = program_.rules().find_type(type);
    if (!model) continue;
    for (const auto& [field, what] : model->fields) {
      if (what.source.text().starts_with("request")) return true;
    }
  }
  return false;
}

const std::vector<ir::LocalIndex>& FunctionSolver::request_parameters() {
  if (request_parameters_) return *request_parameters_;
  std::vector<ir::LocalIndex>& found = request_parameters_.emplace();
  for (const ir::Parameter& parameter : function_.parameters) {
    auto refs = program_.refs(id_, parameter.local);
    const bool request = std::any_of(refs.begin(), refs.end(), [&](const Ref& ref) { return is_request_type(ref); });
    if (request) found.push_back(parameter.local);
  }
  return found;
}

Name FunctionSolver::route_kind(const ir::Parameter& parameter) {
  if (is_javascript_ || parameter.local >= function_.locals.size()) return {};
  auto refs = program_.refs(id_, parameter.local);
  bool typed = std::any_of(refs.begin(), refs.end(), [](const Ref& ref) {
    return ref.kind == Ref::Kind::OfType || is_code(ref);
  });
  // `str`, `int` and the like are values of the request all the same.
  static const std::vector<std::string_view> kPlain = {"str", "int", "float", "bool", "list", "dict"};
  for (const Ref& ref : refs) {
    if (ref.kind == Ref::Kind::OfType &&
        std::find(kPlain.begin(), kPlain.end(), ref.name.text()) != kPlain.end()) {
      typed = false;
    }
  }
  if (typed) return {};
  Name name = function_.locals[parameter.local].name;
  for (const ir::Annotation& annotation : function_.annotations) {
    program::Site site;
    const ir::Instruction* in = call_that_made(outer_function(), annotation.value, site);
    if (!in) continue;
    for (Name symbol : program_.callees(site).symbols) {
      if (!ctx_.route_decorators.contains(symbol)) continue;
      program::Constant path = program_.constant_at(site, ir::AccessPath{});
      if (names_parameter(path.text.text(), name.text())) return Name::of("request-path");
      bool record = std::any_of(refs.begin(), refs.end(), [](const Ref& ref) {
        return ref.kind == Ref::Kind::Instance;
      });
      return Name::of(record ? "request-body" : "request-query");
    }
  }
  if (!program_.callers(id_).empty()) return {};
  // A view: another parameter is the request, so the rest comes from the path.
  const std::vector<ir::LocalIndex>& requests = request_parameters();
  if (std::any_of(requests.begin(), requests.end(), [&](ir::LocalIndex other) { return other != parameter.local; })) {
    return Name::of("request-path");
  }
  if (function_.self == ir::kNone) return {};
  for (const Ref& ref : program_.refs(id_, function_.self)) {
    program::ClassId owner = ctx_.class_of(ref);
    if (!owner.valid()) continue;
    for (Name base : program_.library_bases(owner)) {
      auto found = ctx_.route_classes.find(base);
      if (found == ctx_.route_classes.end()) continue;
      if (std::find(found->second.begin(), found->second.end(), function_.name) != found->second.end()) {
        return Name::of("request-path");
      }
    }
  }
  return {};
}

}  // namespace privet::flow
