#include "flow/context.h"

#include <algorithm>
#include <cctype>

#include "flow/caller_fields.h"

namespace privet::flow {

namespace {

using program::ClassId;
using program::EntityId;
using program::FunctionId;
using program::Ref;

/// Fields that say something about a value and are not part of it.
bool tells_of_value(Name field) {
  static const std::unordered_set<Name> kNames = {
      Name::of("length"), Name::of("size"),      Name::of("constructor"), Name::of("prototype"),
      Name::of("byteLength"), Name::of("__class__"), Name::of("__name__"), Name::of("count"),
      Name::of("rowCount"), Name::of("totalCount"), Name::of("ok"), Name::of("statusCode"), Name::of("status"),
      Name::of("status_code"), Name::of("statusText"), Name::of("reason_phrase")};
  return kNames.contains(field);
}

/// Names a record, and tells nothing of it: `address.id`.
bool is_key(Name field) {
  static const std::unordered_set<Name> kNames = {Name::of("id"), Name::of("_id"), Name::of("pk"), Name::of("uuid"),
                                                  Name::of("guid"), Name::of("slug"), Name::of("ulid")};
  return kNames.contains(field);
}

/// Parts of an address or profile that fit very many people: `address.country_code`.
bool is_coarse(Name field) {
  static const std::unordered_set<Name> kNames = {
      Name::of("country"),    Name::of("country_code"), Name::of("countryCode"), Name::of("currency"),
      Name::of("locale"),     Name::of("language"),     Name::of("timezone"),    Name::of("type"),
      Name::of("created_at"), Name::of("updated_at"),   Name::of("createdAt"),   Name::of("updatedAt")};
  return kNames.contains(field);
}

/// What libraries and teams put around records.
bool is_wrapper(Name field) {
  static const std::unordered_set<Name> kNames = {
      Name::of("data"),    Name::of("rows"),    Name::of("docs"),     Name::of("items"),
      Name::of("results"), Name::of("result"),  Name::of("records"),  Name::of("edges"),
      Name::of("node"),    Name::of("nodes"),   Name::of("value"),    Name::of("dataValues"),
      Name::of("_doc"),    Name::of("object_list"), Name::of("payload"), Name::of("body"),
      Name::of("content"), Name::of("list"),    Name::of("current"),  Name::of("__dict__"),
      Name::of("attributes"), Name::of("recordset"), Name::of("hits")};
  return kNames.contains(field);
}

/// Other forms of one value: `token.key`, `password.hash`, `to.address`.
bool is_raw(Name field) {
  static const std::unordered_set<Name> kNames = {
      Name::of("raw"),   Name::of("text"),   Name::of("string"), Name::of("address"), Name::of("number"),
      Name::of("email"), Name::of("phone"),  Name::of("key"),    Name::of("token"),   Name::of("secret"),
      Name::of("hash"),  Name::of("plain"),  Name::of("original"), Name::of("full")};
  return kNames.contains(field);
}

std::uint64_t field_key(ClassId owner, Name field) {
  return static_cast<std::uint64_t>(owner.value) << 32 | field.index();
}

}  // namespace

Context::Context(const program::Program& the_program, const personal::Personal& the_personal,
                 base::ThreadPool& pool)
    : program(the_program),
      personal(the_personal),
      protections(the_program.rules().data_types()) {
  shapes.resize(program.n_entities());
  pool.parallel_for(shapes.size(), [&](std::size_t i) {
    EntityId id{static_cast<std::uint32_t>(i)};
    RecordShape& shape = shapes[i];
    for (const program::EntityField& field : program.entity(id).fields) {
      shape.declared.insert(field.name);
      if (field.relation.valid()) shape.relations.emplace(field.name, field.relation);
      if (const personal::Evidence* evidence = personal.field(id, field.name)) {
        shape.leaf_of.emplace(field.name, static_cast<std::uint32_t>(shape.leaves.size()));
        shape.leaves.push_back({field.name, evidence, field.hidden});
      }
    }
  });
  summaries.resize(program.n_functions());
  origins.resize(program.n_functions());
  read_frameworks();
  find_cells();
}

// --- records ---

Context::Place Context::place_of(const Atom& atom) const {
  const OriginGroup& group = origins[atom.a].groups[atom.b];
  Place place{group.origin.entity, group.origin.evidence, group.origin.field};
  if (!group.record) return place;
  for (std::size_t i = 0; i < atom.depth; ++i) {
    const RecordShape& shape = shapes[place.entity.value];
    place.field = atom.path[i];
    if (auto leaf = shape.leaf_of.find(place.field); leaf != shape.leaf_of.end()) {
      place.evidence = shape.leaves[leaf->second].evidence;
      return place;
    }
    auto relation = shape.relations.find(place.field);
    if (relation == shape.relations.end()) return place;
    place.entity = relation->second;
  }
  return place;
}

bool Context::is_whole_record(const Atom& atom) const {
  if (atom.kind != AtomKind::Origin || !group(atom).record) return false;
  return place_of(atom).evidence == nullptr;
}

bool Context::is_personal(const Atom& atom) const {
  return atom.kind == AtomKind::Origin && group(atom).origin.kind.empty();
}

bool Context::is_request(const Atom& atom) const {
  return atom.kind == AtomKind::Origin &&
         group(atom).origin.kind.text().substr(0, 7) == "request";
}

bool Context::is_secret_of_code(const Atom& atom) const {
  static const Name kSecret = Name::of("secret-of-code");
  return atom.kind == AtomKind::Origin && group(atom).origin.kind == kSecret;
}

bool Context::is_principal(const Atom& atom) const {
  static const Name kPrincipal = Name::of("principal");
  return atom.kind == AtomKind::Origin && group(atom).origin.kind == kPrincipal;
}

bool Context::is_session(const Atom& atom) const {
  static const Name kSession = Name::of("request-session");
  return atom.kind == AtomKind::Origin && group(atom).origin.kind == kSession;
}

rule::DataTypeId Context::data_of(const Atom& atom) const {
  if (atom.kind != AtomKind::Origin) return {};
  const OriginGroup& known = group(atom);
  if (!known.record) return known.origin.data;
  Place place = place_of(atom);
  return place.evidence ? place.evidence->type : rule::DataTypeId{};
}

/// A text without parts: its other fields are of the object that it was found in.
bool Context::is_single(rule::DataTypeId data) const {
  if (!data.valid()) return false;
  std::string_view id = program.rules().data_types()[data].id.text();
  return id.starts_with("credential.") || id.starts_with("online.") || id.starts_with("gov.") ||
         id == "contact.email" || id == "contact.phone" || id == "identity.username";
}

bool Context::is_credential(rule::DataTypeId data) const {
  return program.rules().data_types()[data].id.text().starts_with("credential.");
}

/// What authors keep to themselves when they go through a record: more than by which name somebody is known.
bool Context::is_held_back(rule::DataTypeId data) const {
  const rule::DataType& type = program.rules().data_types()[data];
  const std::string_view id = type.id.text();
  return type.level >= 2 && !id.starts_with("identity.") && !id.starts_with("online.");
}

/// True if the program takes personal data out of a record of unseen fields, and not just credentials: its
/// authors know then what else is in there.
bool Context::is_looked_through(const ValueTable& values, ValueId record, program::EntityId entity) const {
  if (!shapes[entity.value].leaf_of.contains(program::unseen_fields())) return false;
  const Name container = program.entity(entity).name;
  return std::ranges::any_of(values.children(record), [&](const ValueTable::Child& child) {
    if (child.second != kNothing) return false;
    const personal::Evidence* taken = personal.name(values.field(child.first), container);
    return taken != nullptr && is_held_back(taken->type) && !is_credential(taken->type);
  });
}

bool Context::walk(Atom& atom, Name field) const {
  bool any = field == ir::any_element();
  bool named = !any && !is_index(field);
  if (named && tells_of_value(field)) return false;
  auto descend = [&] {
    if (atom.depth < atom.path.size()) atom.path[atom.depth++] = field;
    return true;
  };
  if (atom.kind != AtomKind::Origin) {
    if ((atom.flags & kOpaque) != 0) {
      if (named) atom.flags |= kPart;
      return true;
    }
    // Of what lies deeper only that it is somewhere below is known, so it is not all that is there.
    if (atom.depth == atom.path.size()) atom.flags |= kOpaque;
    return descend();
  }
  const OriginGroup& known = group(atom);
  if (!known.origin.kind.empty()) return true;
  if (!known.record) {
    if (!named) return true;
    if (is_key(field) || is_coarse(field)) return false;
    static const Name kKey = Name::of("key");
    if (field == kKey && !is_single(data_of(atom))) return false;
    return (atom.flags & kOpaque) == 0 && (!is_single(data_of(atom)) || is_wrapper(field) || is_raw(field));
  }
  Place place = place_of(atom);
  if (place.evidence || !named) return true;
  const RecordShape& shape = shapes[place.entity.value];
  if (shape.leaf_of.contains(field) || shape.relations.contains(field)) return descend();
  return is_wrapper(field) && !shape.declared.contains(field);
}

/// `clientSecret` and `client_secret`: equal but for capitals and what stands between words.
static bool same_words(std::string_view a, std::string_view b) {
  std::size_t i = 0, k = 0;
  const auto next = [](std::string_view text, std::size_t& at) -> int {
    while (at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) == 0) ++at;
    return at < text.size() ? std::tolower(static_cast<unsigned char>(text[at++])) : -1;
  };
  while (true) {
    const int left = next(a, i), right = next(b, k);
    if (left != right) return false;
    if (left < 0) return true;
  }
}

bool Context::is_metadata(Name field) const { return tells_of_value(field); }

bool Context::may_have_key(const Atom& atom, Name key) const {
  if (atom.kind != AtomKind::Origin || (atom.flags & kTemplate) != 0) return true;
  const OriginGroup& known = group(atom);
  const Name field = known.record ? place_of(atom).field : known.origin.field;
  if (!known.origin.kind.empty() || !is_single(data_of(atom)) || field.empty()) return true;
  return same_words(field.text(), key.text());
}

const Ref* Context::record_in(std::span<const Ref> refs) const {
  constexpr std::size_t kMaxRecords = 2;
  const Ref* found = nullptr;
  std::vector<std::uint32_t> records;
  for (const Ref& ref : refs) {
    if (ref.kind != Ref::Kind::Instance) continue;
    if (std::find(records.begin(), records.end(), ref.id) == records.end()) records.push_back(ref.id);
    if (!found && has_personal(EntityId{ref.id})) found = &ref;
  }
  return records.size() > kMaxRecords ? nullptr : found;
}

// --- frameworks: who is logged in, what is called from outside ---

void Context::read_frameworks() {
  for (const auto& [kind, names] : program.rules().config().sanitizers) {
    for (int i = 0; i <= static_cast<int>(rule::Protection::Aggregated); ++i) {
      auto protection = static_cast<rule::Protection>(i);
      if (rule::protection_name(protection) != kind) continue;
      for (const std::string& name : names) {
        sanitizers[Name::of(std::string_view(name).substr(name.rfind('.') + 1))] = protection;
      }
    }
  }
  for (const rule::Framework& framework : program.rules().frameworks()) {
    for (const rule::RouteModel& route : framework.routes) {
      for (Name symbol : route.symbols) {
        if (route.form == rule::RouteModel::Form::Decorator) route_decorators.insert(symbol);
        if (route.form == rule::RouteModel::Form::Class) route_classes[symbol] = route.methods;
      }
    }
    for (const rule::PrincipalModel& model : framework.principals) {
      for (Name symbol : model.symbols) {
        principal_symbols.insert(symbol);
        std::string_view text = symbol.text();
        if (auto dot = text.rfind('.'); dot != std::string_view::npos) {
          principal_fields_[Name::of(text.substr(dot + 1))].push_back(Name::of(text.substr(0, dot)));
        }
      }
    }
  }
  for (const CallerField& field : find_caller_fields(program, personal, principal_symbols)) {
    principal_fields_[field.field].push_back(field.type);
  }
}

rule::Protection Context::protection_of(Name callee) const {
  auto known = sanitizers.find(callee);
  if (known != sanitizers.end()) return known->second;
  return callee.empty() ? rule::Protection::None
                        : personal::protection_of(protections.kind_of_call(callee));
}

bool Context::ends_by_name(Name callee) const {
  if (callee.empty()) return false;
  switch (protections.kind_of_call(callee)) {
    case personal::ProtectionKind::Aggregated:
    case personal::ProtectionKind::Presence:
    case personal::ProtectionKind::Anonymised:
    case personal::ProtectionKind::Synthetic:
    case personal::ProtectionKind::Zeroised: return true;
    default: return protection_of(callee) == rule::Protection::Aggregated;
  }
}

bool Context::is_principal_field(Name type, Name field) const {
  auto at = principal_fields_.find(field);
  if (at == principal_fields_.end()) return false;
  for (Name known : program.rules().type_chain(type)) {
    if (std::find(at->second.begin(), at->second.end(), known) != at->second.end()) return true;
  }
  return false;
}

bool Context::is_strict_schema(EntityId id) const {
  static const std::unordered_set<Name> kLayers = {Name::of("zod"), Name::of("joi"), Name::of("validation")};
  return kLayers.contains(program.entity(id).layer);
}

// --- cells ---

ClassId Context::class_of(const Ref& ref) const {
  if (ref.kind == Ref::Kind::Class) return ClassId{ref.id};
  if (ref.kind != Ref::Kind::Instance) return {};
  return program.entity(EntityId{ref.id}).class_id;
}

ClassId Context::class_at(FunctionId id, ir::LocalIndex local) const {
  ClassId only;
  for (const Ref& ref : program.refs(id, local)) {
    if (ref.kind != Ref::Kind::Instance) continue;
    ClassId owner = class_of(ref);
    if (!owner.valid() || ref.list || (only.valid() && owner != only)) return {};
    only = owner;
  }
  if (only.valid()) return only;
  for (int i = 0; i < 32; ++i) {
    const ir::Function& function = program.function(id);
    if (local >= function.locals.size()) return {};
    if (local == function.self) return owners_[id.value];
    const ir::Local& captured = function.locals[local];
    if (captured.kind != ir::Local::Kind::Captured || captured.outer == ir::kNone ||
        function.parent == ir::kNone) {
      return {};
    }
    id = program.function_id(program.module_of(id), function.parent);
    local = captured.outer;
  }
  return {};
}

CellId Context::cell_of_local(FunctionId function, ir::LocalIndex local) const {
  const auto& cells_here = local_cells_[function.value];
  return local < cells_here.size() ? cells_here[local] : kNoCell;
}

std::span<const CellId> Context::cells_of(FunctionId function) const {
  return local_cells_[function.value];
}

CellId Context::cell_of_field(ClassId owner, Name field) const {
  if (!owner.valid()) return kNoCell;
  auto at = field_cells_.find(field_key(owner, field));
  return at == field_cells_.end() ? kNoCell : at->second;
}

std::vector<CellId> Context::cells_read(ClassId owner, Name field) const {
  constexpr std::size_t kMaxClasses = 32;
  std::vector<CellId> found;
  std::vector<ClassId> line;
  if (owner.valid()) line.push_back(owner);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (CellId cell = cell_of_field(line[i], field); cell != kNoCell) found.push_back(cell);
    EntityId entity = program.entity_of(line[i]);
    if (!entity.valid()) continue;
    for (EntityId base : program.entity(entity).bases) {
      ClassId above = program.entity(base).class_id;
      if (!above.valid() || line.size() >= kMaxClasses) continue;
      if (std::find(line.begin(), line.end(), above) == line.end()) line.push_back(above);
    }
  }
  return found;
}

/// Numbers the cells, in the order of functions.
class CellFinder {
 public:
  explicit CellFinder(Context& context) : ctx_(context), program_(context.program) {}

  void run() {
    ctx_.local_cells_.resize(program_.n_functions());
    find_homes();
    for (std::uint32_t i = 0; i < program_.n_functions(); ++i) mark_written(FunctionId{i});
    for (std::uint32_t i = 0; i < program_.n_functions(); ++i) {
      captured(FunctionId{i});
      fields(FunctionId{i});
    }
  }

 private:
  struct Place {
    FunctionId function;
    ir::LocalIndex local = ir::kNone;
  };

  /// The module-level variables that hold containers, so that an import of one means the same cell.
  void find_homes() {
    for (std::uint32_t m = 0; m < program_.n_modules(); ++m) {
      program::ModuleId id{m};
      const ir::Module& module = program_.module(id);
      std::unordered_set<ir::LocalIndex> imported;
      for (const ir::Import& import : module.imports) {
        if (import.in == 0) imported.insert(import.local);
      }
      if (module.functions.empty()) continue;
      FunctionId body = program_.function_id(id, 0);
      const auto& locals = module.functions[0].locals;
      for (ir::LocalIndex local = 0; local < locals.size(); ++local) {
        if (locals[local].kind == ir::Local::Kind::Variable && !imported.contains(local)) add_home(body, local);
      }
      // `module.exports = {…}`: the container has no variable.
      for (const ir::Export& exported : module.exports) {
        if (exported.local < locals.size() && locals[exported.local].kind == ir::Local::Kind::Temporary) {
          add_home(body, exported.local);
        }
      }
      imports_.resize(program_.n_modules());
      imports_[m] = std::move(imported);
    }
  }

  void add_home(FunctionId body, ir::LocalIndex local) {
    auto refs = program_.refs(body, local);
    if (refs.size() == 1 && refs[0].kind == Ref::Kind::Object) homes_.try_emplace(refs[0].id, Place{body, local});
  }

  /// Where a captured variable belongs; invalid when it holds only functions or library things.
  Place home_of(FunctionId function, ir::LocalIndex local) {
    program::ModuleId module = program_.module_of(function);
    for (int i = 0; i < 200; ++i) {
      const ir::Local& found = program_.function(function).locals[local];
      if (found.kind != ir::Local::Kind::Captured) break;
      ir::FunctionIndex parent = program_.function(function).parent;
      if (parent == ir::kNone || found.outer == ir::kNone) return {};
      function = program_.function_id(module, parent);
      local = found.outer;
    }
    const ir::Function& owner = program_.function(function);
    if (owner.locals[local].kind == ir::Local::Kind::Free ||
        owner.locals[local].kind == ir::Local::Kind::Captured) {
      return {};
    }
    if (program_.ref_of(function).index == 0 && imports_[module.value].contains(local)) {
      for (const Ref& ref : program_.refs(function, local)) {
        if (ref.kind != Ref::Kind::Object) continue;
        if (auto home = homes_.find(ref.id); home != homes_.end()) return home->second;
      }
      return {};
    }
    return holds_data(function, local) ? Place{function, local} : Place{};
  }

  bool holds_data(FunctionId function, ir::LocalIndex local) {
    if (local >= data_of(function).size()) return false;
    return data_of(function)[local];
  }

  bool is_code(FunctionId function, ir::LocalIndex local) const {
    auto refs = program_.refs(function, local);
    return !refs.empty() && std::all_of(refs.begin(), refs.end(), [](const Ref& ref) {
      return ref.kind == Ref::Kind::Class || ref.kind == Ref::Kind::Function || ref.kind == Ref::Kind::Module;
    });
  }

  const std::vector<bool>& data_of(FunctionId id) {
    auto [at, is_new] = data_.try_emplace(id.value);
    if (!is_new) return at->second;
    const ir::Function& function = program_.function(id);
    at->second.resize(function.locals.size());
    for (const ir::Parameter& parameter : function.parameters) {
      if (parameter.local < at->second.size()) at->second[parameter.local] = true;
    }
    if (function.self < at->second.size()) at->second[function.self] = true;
    for (const ir::Block& block : function.blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.op == ir::Op::Closure || in.op == ir::Op::Literal) continue;
        if (in.result >= at->second.size()) continue;
        bool copies_constant = in.op == ir::Op::Copy && in.a < at->second.size() &&
                               function.locals[in.a].kind == ir::Local::Kind::Temporary &&
                               !at->second[in.a];
        if (!copies_constant && !is_code(id, in.result)) at->second[in.result] = true;
      }
    }
    // Written by an inner function only: a variable declared here and assigned there.
    for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
      if (written_.contains({id.value, local})) at->second[local] = true;
    }
    return at->second;
  }

  CellId cell_at(Place place) {
    std::uint64_t key = static_cast<std::uint64_t>(place.function.value) << 32 | place.local;
    auto [at, is_new] = by_place_.try_emplace(key, static_cast<CellId>(ctx_.cells.size()));
    if (is_new) {
      Cell cell;
      cell.function = place.function;
      cell.local = place.local;
      ctx_.cells.push_back(cell);
      set(place.function, place.local, at->second);
    }
    return at->second;
  }

  void set(FunctionId function, ir::LocalIndex local, CellId cell) {
    auto& here = ctx_.local_cells_[function.value];
    if (here.empty()) here.resize(program_.function(function).locals.size(), Context::kNoCell);
    here[local] = cell;
  }

  void captured(FunctionId id) {
    const ir::Function& function = program_.function(id);
    bool is_body = program_.ref_of(id).index == 0;
    std::vector<bool> written;
    for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
      bool captured = function.locals[local].kind == ir::Local::Kind::Captured;
      bool imported = is_body && imports_[program_.module_of(id).value].contains(local);
      if (!captured && !imported) continue;
      if (written.empty()) written = find_written(function);
      Place home = home_of(id, local);
      if (!home.function.valid()) continue;
      CellId cell = cell_at(home);
      set(id, local, cell);
      if (written[local]) ctx_.cells[cell].written_inside = true;
    }
  }

  /// `let x;` outside, `x = …` inside: the outer function itself never gives it a value.
  void mark_written(FunctionId id) {
    const ir::Function* function = &program_.function(id);
    auto is_captured = [](const ir::Local& local) {
      return local.kind == ir::Local::Kind::Captured;
    };
    if (std::none_of(function->locals.begin(), function->locals.end(), is_captured)) return;
    std::vector<bool> written = find_written(*function);
    for (ir::LocalIndex local = 0; local < written.size(); ++local) {
      if (!written[local]) continue;
      FunctionId at = id;
      ir::LocalIndex here = local;
      for (int i = 0; i < 200 && is_captured(program_.function(at).locals[here]); ++i) {
        ir::FunctionIndex parent = program_.function(at).parent;
        ir::LocalIndex outer = program_.function(at).locals[here].outer;
        if (parent == ir::kNone || outer == ir::kNone) break;
        at = program_.function_id(program_.module_of(at), parent);
        here = outer;
      }
      written_.insert({at.value, here});
    }
  }

  /// Locals that are assigned, or changed in some part: `state.list.push(x)` changes `state`.
  static std::vector<bool> find_written(const ir::Function& function) {
    std::vector<bool> written(function.locals.size());
    std::vector<bool> changed(function.locals.size());
    auto mark = [](std::vector<bool>& set, ir::LocalIndex local) {
      if (local < set.size()) set[local] = true;
    };
    for (auto block = function.blocks.rbegin(); block != function.blocks.rend(); ++block) {
      for (auto in = block->instructions.rbegin(); in != block->instructions.rend(); ++in) {
        if (in->op == ir::Op::Store) mark(changed, in->a);
        if (in->op == ir::Op::Call && adds_to_receiver(in->name.text())) mark(changed, in->a);
        if (in->result >= written.size()) continue;
        if ((in->op == ir::Op::Load || in->op == ir::Op::Copy) && changed[in->result]) {
          mark(changed, in->a);
        }
        written[in->result] = true;
      }
    }
    for (std::size_t i = 0; i < written.size(); ++i) written[i] = written[i] || changed[i];
    return written;
  }

  void fields(FunctionId id) {
    const ir::Function& function = program_.function(id);
    for (const ir::Block& block : function.blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.op != ir::Op::Store || in.name.empty()) continue;
        ClassId owner = ctx_.class_at(id, in.a);
        if (!owner.valid()) continue;
        EntityId entity = program_.entity_of(owner);
        // What its loads give is known by the fields; rows of a store are not told apart by class.
        if (ctx_.has_personal(entity)) continue;
        if (entity.valid() && program_.entity(entity).stored) continue;
        auto [at, is_new] = ctx_.field_cells_.try_emplace(
            field_key(owner, in.name), static_cast<CellId>(ctx_.cells.size()));
        if (!is_new) continue;
        Cell cell;
        cell.owner = owner;
        cell.field = in.name;
        ctx_.cells.push_back(cell);
      }
    }
  }

  struct PairHash {
    std::size_t operator()(const std::pair<std::uint32_t, std::uint32_t>& pair) const {
      return static_cast<std::size_t>(pair.first) * 0x9E3779B1u ^ pair.second;
    }
  };

  Context& ctx_;
  const program::Program& program_;
  std::unordered_map<std::uint32_t, Place> homes_;  ///< by ObjectId
  std::vector<std::unordered_set<ir::LocalIndex>> imports_;
  std::unordered_map<std::uint32_t, std::vector<bool>> data_;
  std::unordered_set<std::pair<std::uint32_t, std::uint32_t>, PairHash> written_;
  std::unordered_map<std::uint64_t, CellId> by_place_;
};

void Context::find_cells() {
  owners_.resize(program.n_functions());
  for (std::uint32_t i = 0; i < program.n_classes(); ++i) {
    ClassId id{i};
    program::ModuleId module = program.module_of(id);
    for (ir::FunctionIndex method : program.class_of(id).methods) {
      owners_[program.function_id(module, method).value] = id;
    }
  }
  CellFinder finder(*this);
  finder.run();
}

}  // namespace privet::flow
