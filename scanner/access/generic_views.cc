#include "access/generic_views.h"

#include <algorithm>

namespace privet::access {
namespace {

using base::Name;
using program::EntityId;
using program::Program;
using program::Ref;

/// The value of a class field of the view or the nearest base of the program that has it.
const ir::Field* find_field(const Program& program, program::ClassId view, Name name,
                            program::ClassId& owner) {
  std::vector<program::ClassId> open{view};
  for (std::size_t i = 0; i < open.size() && i < 32; ++i) {
    for (const ir::Field& field : program.class_of(open[i]).fields) {
      if (field.name == name && field.initialiser != ir::kNone) {
        owner = open[i];
        return &field;
      }
    }
    const program::FunctionId parent = program.class_parent(open[i]);
    for (const ir::LocalIndex base : program.class_of(open[i]).bases) {
      for (const Ref& ref : program.refs(parent, base)) {
        if (ref.kind == Ref::Kind::Class) open.push_back(program::ClassId{ref.id});
      }
    }
  }
  return nullptr;
}

EntityId entity_among(const Program& program, std::span<const Ref> refs) {
  for (const Ref& ref : refs) {
    if (const EntityId entity = program.entity_of(ref); entity.valid()) return entity;
  }
  return {};
}

}  // namespace

std::vector<Name> fields_let_through(const Program& program, const personal::Personal& personal,
                                     EntityId entity, EntityId serializer) {
  std::vector<Name> out;
  const auto listed = [](const std::vector<Name>& names, Name name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const personal::PersonalField& field : personal.entity(entity).fields) {
    if (serializer.valid()) {
      const program::Entity& shape = program.entity(serializer);
      if (!shape.only.empty() && !listed(shape.only, field.field)) continue;
      const program::EntityField* own = shape.find(field.field);
      if (own != nullptr && own->hidden) continue;
      // A shape that lists fields of its own and describes no record lets out just those.
      if (shape.only.empty() && !shape.describes.valid() && own == nullptr) continue;
    } else if (const program::EntityField* own = program.entity(entity).find(field.field);
               own != nullptr && own->hidden) {
      continue;
    }
    out.push_back(field.field);
  }
  return out;
}

GenericView generic_view(const Program& program, const personal::Personal& personal,
                         const rule::RouteModel& route, program::ClassId view) {
  GenericView result;
  EntityId serializer;
  const auto entity_of_field = [&](const std::vector<Name>& names) {
    for (const Name name : names) {
      program::ClassId owner;
      const ir::Field* field = find_field(program, view, name, owner);
      if (field == nullptr) continue;
      if (!result.span.valid()) result.span = field->span;
      const EntityId entity =
          entity_among(program, program.refs(program.class_parent(owner), field->initialiser));
      if (entity.valid()) return entity;
    }
    return EntityId{};
  };
  result.entity = entity_of_field(route.entity_fields);
  serializer = entity_of_field(route.serializer_fields);
  if (!result.entity.valid() && serializer.valid()) result.entity = program.entity(serializer).describes;
  if (!result.entity.valid()) return result;
  result.fields = fields_let_through(program, personal, result.entity, serializer);
  program::ClassId owner;
  result.limited = find_field(program, view, Name::of("pagination_class"), owner) != nullptr;
  return result;
}

}  // namespace privet::access
