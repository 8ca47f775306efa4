#include <algorithm>

#include "flow/function_solver.h"

namespace privet::flow {

namespace {

using program::ClassId;
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

/// What is read in the text of a Python object: what its class says in `__str__` or `__repr__`, all
/// fields of a dataclass or schema, else only the name of the class. Misses: a class that a wrapper or
/// decorator gives a text form.
ValueId FunctionSolver::printed(ir::LocalIndex local, ValueId value) {
  if (is_javascript_ || value == kNothing) return value;
  ClassId owner = ctx_.class_at(id_, local);
  if (!owner.valid()) return value;
  if (FunctionId method = text_method(program_, owner); method.valid()) {
    Binding binding;
    binding.receiver = value;
    binding.receiver_local = local;
    binding.result_only = true;
    return apply(method, binding);
  }
  program::EntityId entity = program_.entity_of(owner);
  if (entity.valid() && lists_fields(program_.entity(entity).layer)) return value;
  for (Name base : program_.library_bases(owner)) {
    if (shows_content(base)) return value;
    for (Name type : program_.rules().type_chain(base)) {
      Name symbol = Name::of(std::string(type.text()) + ".__str__");
      for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
        ValueId text = kNothing;
        for (const rule::Transfer& transfer : model->flows) {
          if (transfer.from.root != ir::AccessPath::Root::Receiver) continue;
          text = values_.join(text, values_.load(value, transfer.from.fields));
        }
        return text;
      }
    }
  }
  return kNothing;
}

}  // namespace privet::flow
