#include "program/print.h"

namespace privet::program {
namespace {

std::string_view path_of(const Program& program, ModuleId module) {
  const source::FileId file = program.module(module).file;
  return file.valid() && file.value < program.sources().size() ? std::string_view(program.sources()[file].path)
                                                               : std::string_view();
}

std::string function_name(const Program& program, FunctionId id) {
  const FunctionRef ref = program.ref_of(id);
  std::string name(path_of(program, ref.module));
  name += ref.index == 0 ? "" : ":" + program.display_name(id);
  return name;
}

std::string_view shape_name(rule::FieldTypeModel::Shape shape) {
  using Shape = rule::FieldTypeModel::Shape;
  switch (shape) {
    case Shape::Unknown: return "";
    case Shape::Text: return "text";
    case Shape::Number: return "number";
    case Shape::Date: return "date";
    case Shape::Boolean: return "boolean";
    case Shape::Uuid: return "uuid";
    case Shape::Binary: return "binary";
    case Shape::Json: return "json";
    case Shape::Relation: return "relation";
  }
  return "";
}

void print_entity(const Program& program, const Entity& entity, std::string& out) {
  out += "record ";
  out += entity.name.text();
  out += " layer ";
  out += entity.layer.text();
  if (entity.stored) out += " stored";
  for (const Name base : entity.library_bases) out += " extends " + std::string(base.text());
  if (entity.describes.valid()) out += " describes " + std::string(program.entity(entity.describes).name.text());
  if (!entity.only.empty()) {
    out += " only";
    for (const Name name : entity.only) out += " " + std::string(name.text());
  }
  out += "\n";
  for (const EntityField& field : entity.fields) {
    out += "  ";
    out += field.name.text();
    if (const std::string_view shape = shape_name(field.shape); !shape.empty()) out += ": " + std::string(shape);
    if (!field.data.empty()) out += " data " + std::string(field.data.text());
    if (field.relation.valid()) out += " -> " + std::string(program.entity(field.relation).name.text());
    if (field.many) out += " many";
    if (field.hidden) out += " hidden";
    if (field.nullable) out += " nullable";
    out += "\n";
  }
}

void print_call(const Program& program, const Callees& callees, const ir::Instruction& at, std::string& out) {
  out += "  ";
  out += at.op == ir::Op::Load ? "get" : "call";
  if (!at.name.empty()) out += " ." + std::string(at.name.text());
  out += " ->";
  for (const FunctionId id : callees.functions) out += " " + function_name(program, id);
  for (const ClassId id : callees.constructed) out += " new " + std::string(program.class_of(id).name.text());
  for (const Name symbol : callees.symbols) out += " " + std::string(symbol.text());
  for (const FunctionId id : callees.callbacks) out += " back to " + function_name(program, id);
  if (!callees.complete) out += " ?";
  out += "\n";
}

}  // namespace

std::string print_ref(const Program& program, const Ref& ref) {
  std::string text = ref.list ? "list of " : "";
  switch (ref.kind) {
    case Ref::Kind::Function: text += "function " + program.display_name(FunctionId{ref.id}); break;
    case Ref::Kind::Class: text += "class " + std::string(program.class_of(ClassId{ref.id}).name.text()); break;
    case Ref::Kind::Model: text += "model " + std::string(program.entity(EntityId{ref.id}).name.text()); break;
    case Ref::Kind::Instance: {
      const std::string_view name = program.entity(EntityId{ref.id}).name.text();
      text += name.empty() ? std::string_view("unnamed record") : name;
      break;
    }
    case Ref::Kind::Object: text += "object"; break;
    case Ref::Kind::Module: text += "module " + std::string(path_of(program, ModuleId{ref.id})); break;
    case Ref::Kind::External: text += "symbol " + std::string(ref.name.text()); break;
    case Ref::Kind::OfType: text += "type " + std::string(ref.name.text()); break;
  }
  return text;
}

std::string print_program(const Program& program) {
  std::string out;
  for (std::uint32_t e = 0; e < program.n_entities(); ++e) {
    const Entity& entity = program.entity(EntityId{e});
    if (!entity.name.empty()) print_entity(program, entity, out);
  }
  for (std::uint32_t f = 0; f < program.n_functions(); ++f) {
    const FunctionId id{f};
    const ir::Function& function = program.function(id);
    std::string body;
    for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
      const ir::Local& at = function.locals[local];
      const auto refs = program.refs(id, local);
      if (at.name.empty() || at.kind == ir::Local::Kind::Captured || at.kind == ir::Local::Kind::Free || refs.empty()) {
        continue;
      }
      body += "  " + std::string(at.name.text()) + ":";
      bool first = true;
      for (const Ref& ref : refs) {
        body += first ? " " : ", ";
        body += print_ref(program, ref);
        first = false;
      }
      body += "\n";
    }
    for (ir::BlockIndex block = 0; block < function.blocks.size(); ++block) {
      const auto& instructions = function.blocks[block].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        const Callees& callees = program.callees({id, block, i});
        if (instructions[i].op == ir::Op::Call || !callees.functions.empty()) {
          print_call(program, callees, instructions[i], body);
        }
      }
    }
    if (body.empty()) continue;
    out += "function " + function_name(program, id) + "\n" + body;
  }
  return out;
}

}  // namespace privet::program
