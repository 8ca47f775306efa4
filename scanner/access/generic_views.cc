#include "access/generic_views.h"

#include <algorithm>
#include <cctype>

#include "access/operands.h"

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

/// The records of which a method of the view gives back some: `def get_queryset(self): return Order.objects.all()`.
EntityId entity_of_method(const Program& program, program::ClassId view, std::string_view name) {
  const program::FunctionId method = program.find_method(view, Name::of(name));
  if (!method.valid()) return {};
  for (const ir::Block& block : program.function(method).blocks) {
    if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
    if (const EntityId entity = entity_among(program, program.refs(method, block.end.value)); entity.valid()) return entity;
  }
  return {};
}

/// The records that a type as text names: `List[schemas.UserOut]` → UserOut.
std::vector<EntityId> entities_named(const Program& program, program::FunctionId scope,
                                     std::string_view text) {
  std::vector<EntityId> out;
  const program::ModuleId module = program.module_of(scope);
  std::size_t i = 0;
  while (i < text.size() && out.size() < 4) {
    const auto is_word = [&](std::size_t at) {
      const auto c = static_cast<unsigned char>(text[at]);
      return std::isalnum(c) != 0 || c == '_' || c == '.';
    };
    if (!is_word(i)) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_word(end)) ++end;
    const std::string_view dotted = text.substr(i, end - i);
    i = end;
    const std::string_view last = dotted.substr(dotted.rfind('.') + 1);
    const ir::Found found = ir::find_local(program.module(module), program.ref_of(scope).index,
                                           Name::of(dotted.substr(0, dotted.find('.'))));
    EntityId entity;
    if (found.local != ir::kNone) {
      const auto refs = program.refs(program.function_id(module, found.owner), found.local);
      if (last == dotted) {
        entity = entity_among(program, refs);
      } else {
        for (const Ref& ref : refs) {
          const std::vector<Ref> inner = program.field_refs(ref, Name::of(last));
          if (!entity.valid()) entity = entity_among(program, inner);
        }
      }
      if (!entity.valid() && last != dotted) entity = program.find_entity(Name::of(last));
    }
    if (entity.valid()) out.push_back(entity);
  }
  return out;
}

/// What a view or a base class of the program says about its answers by name and nested shapes.
bool lets_through_at(const Program& program, EntityId shape, Name field, int depth) {
  const program::Entity& entity = program.entity(shape);
  const auto listed = [&](Name name) {
    return entity.only.empty() ||
           std::find(entity.only.begin(), entity.only.end(), name) != entity.only.end();
  };
  if (const program::EntityField* own = entity.find(field)) return !own->hidden && listed(field);
  if (depth >= 3) return false;
  for (const program::EntityField& own : entity.fields) {
    if (own.relation.valid() && own.relation != shape && !own.hidden && listed(own.name) &&
        lets_through_at(program, own.relation, field, depth + 1)) {
      return true;
    }
  }
  return false;
}

EntityId response_model(const Program& program, const Registration& route) {
  std::vector<EntityId> shapes;
  const ir::LocalIndex at = route.route->response_model && route.site.function.valid()
                                ? program.argument_of(route.site, *route.route->response_model)
                                : ir::kNone;
  if (at != ir::kNone) {
    shapes = entities_named(program, route.site.function,
                            program.sources().text(operand_span(program, route.site, at)));
  } else if (route.route->response_model && route.handler.function.valid()) {
    const program::FunctionId handler = route.handler.function;
    const ir::TypeIndex type = program.function(handler).return_type;
    const ir::Module& module = program.module(program.module_of(handler));
    if (type < module.types.size()) {
      shapes = entities_named(program, handler, program.sources().text(module.types[type].span));
    }
  }
  return shapes.size() == 1 ? shapes.front() : EntityId{};
}

bool shapes_answer(const Program& program, const Site& call) {
  static const Name kShape = Name::of("answer-shape");
  for (const Name symbol : program.callees(call).symbols) {
    for (const rule::FunctionModel* model : program.rules().functions(symbol)) {
      if (model->has_tag(kShape)) return true;
    }
  }
  return false;
}

/// `{"id": fields.Integer}` and `only=("id", "name")` list what leaves.
std::vector<Name> listed_fields(const program::Constant& shape) {
  using Kind = program::Constant::Kind;
  std::vector<Name> names;
  if (shape.kind == Kind::Map) {
    for (const auto& [name, field] : shape.entries) names.push_back(name);
  }
  const program::Constant* only = shape.kind == Kind::Call ? shape.find("only") : nullptr;
  if (only == nullptr || only->kind != Kind::List) return names;
  for (const auto& [index, name] : only->entries) {
    if (name.kind == Kind::Text) names.push_back(name.text);
  }
  return names;
}

/// The shape among the arguments of a call; invalid when the program shows none.
DeclaredAnswer shape_given(const Program& program, const Code& code, const ir::Instruction& call) {
  DeclaredAnswer answer;
  for (const ir::Operand& operand : operands_of(code.function(), call)) {
    answer.shape = entity_among(program, program.refs(code.id(), operand.value));
    answer.fields = listed_fields(program.constant_of(code.id(), operand.value));
    if (answer.shape.valid() || !answer.fields.empty()) break;
  }
  return answer;
}

/// `procedure.input(…).output(MEMBER).query(…)`: along the receivers of the call that makes the route.
std::optional<DeclaredAnswer> shape_in_chain(const Program& program, Codes& codes, const Site& site) {
  constexpr int kMostCalls = 12;
  if (!site.function.valid()) return std::nullopt;
  const Code& code = codes.of(site.function);
  const ir::Instruction* call = &code.at(site);
  for (int i = 0; i < kMostCalls && call != nullptr && call->op == ir::Op::Call && !call->name.empty(); ++i) {
    const ir::LocalIndex receiver = call->a;
    call = code.definition(receiver);
    if (call == nullptr || call->op != ir::Op::Call) break;
    if (shapes_answer(program, code.definition_site(receiver))) return shape_given(program, code, *call);
  }
  return std::nullopt;
}

bool is_known_whole_at(const Program& program, EntityId shape, int depth) {
  const program::Entity& entity = program.entity(shape);
  // The types of a class are written out; a schema that is called together may take parts from anywhere.
  if (entity.class_id.valid()) return true;
  if (depth > 3 || entity.fields.empty()) return false;
  return std::all_of(entity.fields.begin(), entity.fields.end(), [&](const program::EntityField& field) {
    if (field.relation.valid()) return field.relation == shape || is_known_whole_at(program, field.relation, depth + 1);
    return field.shape != rule::FieldTypeModel::Shape::Unknown && field.shape != rule::FieldTypeModel::Shape::Json;
  });
}

}  // namespace

std::optional<DeclaredAnswer> declared_answer(const Program& program, Codes& codes, program::FunctionId handler) {
  const ir::Function& function = program.function(handler);
  if (function.parent == ir::kNone) return std::nullopt;
  const program::FunctionId parent = program.function_id(program.module_of(handler), function.parent);
  const Code& code = codes.of(parent);
  for (const ir::Annotation& annotation : function.annotations) {
    const ir::Instruction* call = code.definition(annotation.value);
    if (call == nullptr || call->op != ir::Op::Call) continue;
    const Site site = code.definition_site(annotation.value);
    if (!shapes_answer(program, site)) continue;
    DeclaredAnswer answer = shape_given(program, code, *call);
    if (!answer.shape.valid() && answer.fields.empty()) continue;
    const std::string_view text = program.sources().text(call->span);
    const std::string_view name = call->name.text();
    answer.many = name.find("list") != std::string_view::npos || text.find("many=True") != std::string_view::npos ||
                      text.find("as_list=True") != std::string_view::npos;
    return answer;
  }
  return std::nullopt;
}

std::optional<DeclaredAnswer> answer_shape(const Program& program, Codes& codes, const Registration& route) {
  if (const EntityId shape = response_model(program, route); shape.valid()) return DeclaredAnswer{.shape = shape, .fields = {}};
  if (route.handler.function.valid()) {
    if (auto declared = declared_answer(program, codes, route.handler.function)) return declared;
  }
  return shape_in_chain(program, codes, route.site);
}

bool shows_all(const Program& program, const DeclaredAnswer& answer, EntityId record) {
  if (!answer.fields.empty() || !answer.shape.valid() || !record.valid()) return false;
  if (answer.shape == record) return true;
  const program::Entity& own = program.entity(answer.shape);
  return own.describes == record && own.only.empty() && own.fields.size() >= program.entity(record).fields.size() &&
         std::none_of(own.fields.begin(), own.fields.end(), [](const program::EntityField& field) { return field.hidden; });
}

bool is_known_whole(const Program& program, EntityId shape) { return is_known_whole_at(program, shape, 0); }

bool lets_through(const Program& program, EntityId shape, Name field) {
  return field.empty() || lets_through_at(program, shape, field, 0);
}

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
      // The shape has the fields of the record that it describes, but those that it leaves out.
      if (shape.only.empty() && own == nullptr) continue;
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
  if (!result.entity.valid()) result.entity = entity_of_method(program, view, "get_queryset");
  serializer = entity_of_field(route.serializer_fields);
  if (!serializer.valid()) serializer = entity_of_method(program, view, "get_serializer_class");
  if (!result.entity.valid() && serializer.valid()) result.entity = program.entity(serializer).describes;
  if (!result.entity.valid()) return result;
  result.fields = fields_let_through(program, personal, result.entity, serializer);
  result.serialised = serializer.valid();
  result.whole = serializer.valid() && program.entity(serializer).describes == result.entity &&
                 program.entity(serializer).only.empty() &&
                 result.fields.size() == personal.entity(result.entity).fields.size();
  program::ClassId owner;
  result.limited = find_field(program, view, Name::of("pagination_class"), owner) != nullptr;
  return result;
}

}  // namespace privet::access
