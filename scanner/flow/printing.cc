#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "flow/function_solver.h"

namespace privet::flow {

namespace {

using program::ClassId;
using program::EntityId;
using program::FunctionId;
using program::Ref;

/// Classes whose text form lists all their fields.
bool lists_fields(Name layer) {
  static const std::vector<Name> kLayers = {
      Name::of("dataclass"), Name::of("pydantic"), Name::of("sqlmodel"), Name::of("ninja"),
      Name::of("beanie"),    Name::of("msgspec")};
  return std::find(kLayers.begin(), kLayers.end(), layer) != kLayers.end();
}

/// Containers and exceptions show what is in them.
bool shows_content(Name base) {
  std::string_view name = base.text().substr(base.text().rfind('.') + 1);
  return name == "dict" || name == "list" || name == "tuple" || name == "set" || name == "str" ||
         name.ends_with("Dict") || name.ends_with("Error") || name.ends_with("Exception");
}

}  // namespace

FunctionId text_method(const program::Program& program, ClassId owner) {
  static const Name kStr = Name::of("__str__"), kRepr = Name::of("__repr__");
  FunctionId found = program.find_method(owner, kStr);
  return found.valid() ? found : program.find_method(owner, kRepr);
}

std::optional<std::vector<Context::FieldPath>> Context::shown_fields(ClassId owner) const {
  if (!owner.valid() || program.module(program.module_of(owner)).language.text() != "python") return std::nullopt;
  std::vector<FieldPath> shown;
  if (FunctionId method = text_method(program, owner); method.valid()) {
    const Summary* summary = summaries[method.value].get();
    if (!summary) return shown;
    summary->values.each(summary->returned, [&](const Atom& atom) {
      const bool field = atom.kind == AtomKind::Input && atom.a == kReceiver && atom.depth > 0 &&
                         atom.path[0] != ir::any_element();
      if (field) shown.emplace_back(atom.path.begin(), atom.path.begin() + atom.depth);
    });
    return shown;
  }
  program::EntityId entity = program.entity_of(owner);
  if (entity.valid() && lists_fields(program.entity(entity).layer)) return std::nullopt;
  for (Name base : program.library_bases(owner)) {
    if (shows_content(base)) return std::nullopt;
    if (auto by_library = shown_by_library(base)) return by_library;
  }
  return shown;
}

std::optional<std::vector<Context::FieldPath>> Context::shown_fields(EntityId id) const {
  const program::Entity& entity = program.entity(id);
  if (entity.class_id.valid()) return shown_fields(entity.class_id);
  for (Name symbol : entity.library_bases) {
    if (auto by_library = shown_by_library(symbol)) return by_library;
  }
  return std::nullopt;
}

/// What the model of a library class says of its `__str__`; none when there is no such model.
std::optional<std::vector<Context::FieldPath>> Context::shown_by_library(Name symbol) const {
  for (Name type : program.rules().type_chain(symbol)) {
    const auto& models = program.rules().functions(Name::of(std::string(type.text()) + ".__str__"));
    if (models.empty()) continue;
    std::vector<FieldPath> shown;
    for (const rule::FunctionModel* model : models) {
      for (const rule::Transfer& transfer : model->flows) {
        if (transfer.from.root == ir::AccessPath::Root::Receiver) shown.push_back(transfer.from.fields);
      }
    }
    return shown;
  }
  return std::nullopt;
}

/// What is read in the text of a Python object. Of an object that was handed in and whose class is not
/// known here, the text form is left to whoever knows it.
ValueId FunctionSolver::printed(ir::LocalIndex local, ValueId value) {
  if (is_javascript_ || value == kNothing) return value;
  ClassId owner = ctx_.class_at(id_, local);
  if (!owner.valid()) return text_of_unknown(local, value);
  if (FunctionId method = text_method(program_, owner); method.valid() && !is_needed(method)) {
    return text_of_unknown(local, value);
  }
  auto shown = ctx_.shown_fields(owner);
  if (!shown) return value;
  ValueId text = kNothing;
  for (const Context::FieldPath& path : *shown) text = values_.join(text, text_of(values_.load(value, path), false));
  return text;
}

/// The text of a value that is no map built here: without what is known of its fields, which only its class
/// can tell. `object`: it is no text itself.
ValueId FunctionSolver::text_of(ValueId value, bool object) {
  ValueId text = kNothing;
  std::vector<ValueTable::AtomId> own(values_.atoms(value).begin(), values_.atoms(value).end());
  for (ValueTable::AtomId id : own) {
    Atom atom = values_.atom(id);
    if (object && is_text_itself(atom)) continue;
    atom.flags = static_cast<std::uint8_t>(atom.flags | kText | (object ? kObject : 0));
    text = values_.join(text, values_.of(atom));
  }
  return text;
}

/// The text of what a path of a model names, whose value is `value`.
ValueId FunctionSolver::printed_at(const ir::Instruction& in, const ir::AccessPath& path, ValueId value) {
  const std::vector<Found> found = find_at(in, path);
  return path.fields.empty() && found.size() == 1 ? printed(found.front().local, value) : value;
}

/// Misses: what is put into a map that was handed in, under a name.
ValueId FunctionSolver::text_of_unknown(ir::LocalIndex local, ValueId value) {
  if (is_object(local)) return text_of(value, true);
  auto refs = program_.refs(id_, local);
  const bool built = std::any_of(refs.begin(), refs.end(), [](const Ref& ref) { return ref.kind == Ref::Kind::Object; });
  auto own = values_.atoms(value);
  const bool handed_in = std::any_of(own.begin(), own.end(), [&](ValueTable::AtomId id) {
    const Atom& atom = values_.atom(id);
    return atom.kind != AtomKind::Origin || ctx_.is_whole_record(atom);
  });
  if (handed_in && !built) return text_of(value, false);
  return values_.map(value, [](const Atom& atom) -> std::optional<Atom> {
    Atom text = atom;
    text.flags |= kText;
    return text;
  });
}

/// True for what is known of a value as such, not of the fields of its record.
bool FunctionSolver::is_text_itself(const Atom& atom) const {
  return atom.kind == AtomKind::Origin && !ctx_.is_whole_record(atom);
}

/// True if the function reads or sets attributes of what is in the local, or calls methods that neither
/// texts nor containers have. Misses: one that another function uses so.
bool FunctionSolver::is_object(ir::LocalIndex local) {
  if (objects_.empty()) find_objects();
  return local < objects_.size() && objects_[local];
}

void FunctionSolver::find_objects() {
  objects_.assign(function_.locals.size() + 1, false);
  std::unordered_set<std::string> paths;
  for (const ir::Instruction* in : flat_) {
    const bool attribute = (in->op == ir::Op::Load || in->op == ir::Op::Store) && is_attribute(*in);
    const bool method = in->op == ir::Op::Call && !in->name.empty() && !is_plain_method(in->name.text());
    if (!attribute && !method) continue;
    if (std::string path = path_of(in->a); !path.empty()) paths.insert(std::move(path));
  }
  for (ir::LocalIndex local = 0; local < function_.locals.size(); ++local) objects_[local] = paths.contains(path_of(local));
}

/// `x.name`, not `x["name"]`.
bool FunctionSolver::is_attribute(const ir::Instruction& in) const {
  return in.name_span.valid() && program_.sources().text(in.name_span) == in.name.text();
}

/// `comment`, `self.token`: the same text for the same variable and attributes; empty for what has no name.
std::string FunctionSolver::path_of(ir::LocalIndex local, int depth) const {
  constexpr int kMaxDepth = 4;
  if (local >= function_.locals.size() || depth > kMaxDepth) return {};
  if (!function_.locals[local].name.empty()) return std::string(function_.locals[local].name.text());
  if (definitions_[local].size() != 1) return {};
  const ir::Instruction& in = *flat_[definitions_[local].front()];
  if (in.op == ir::Op::Copy) return path_of(in.a, depth + 1);
  if (in.op != ir::Op::Load || !is_attribute(in)) return {};
  std::string base = path_of(in.a, depth + 1);
  return base.empty() ? base : base + "." + std::string(in.name.text());
}

}  // namespace privet::flow
