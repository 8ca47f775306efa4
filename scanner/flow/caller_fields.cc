#include "flow/caller_fields.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

namespace privet::flow {
namespace {

using base::Name;
using program::FunctionId;
using program::Program;
using program::Ref;
using program::Site;

constexpr int kMaxDepth = 8;
constexpr int kMaxHelpers = 2;

std::span<const ir::Operand> operands_of(const ir::Function& function, const ir::Instruction& instruction) {
  return std::span(function.operands).subspan(instruction.first_operand, instruction.n_operands);
}

class Finder {
 public:
  Finder(const Program& program, const personal::Personal& personal, const std::unordered_set<Name>& principals)
      : program_(program), personal_(personal), principals_(principals) {}

  std::vector<CallerField> run() {
    for (std::uint32_t f = 0; f < program_.n_functions(); ++f) {
      const FunctionId id{f};
      for (const ir::Block& block : program_.function(id).blocks) {
        for (const ir::Instruction& store : block.instructions) {
          if (store.op == ir::Op::Store && !store.name.empty()) read_store(id, store);
        }
      }
    }
    std::vector<CallerField> fields;
    for (const auto& [type, field] : found_) fields.push_back({Name::of(type), Name::of(field)});
    return fields;
  }

 private:
  void read_store(FunctionId id, const ir::Instruction& store) {
    const std::vector<Name> types = types_of(id, store.a);
    if (types.empty()) return;
    const bool is_caller = about_caller(id, store.c, 0) || (is_session(id, store.a) && names_person(id, store.c));
    if (!is_caller) return;
    for (const Name type : types) found_.emplace(type.text(), store.name.text());
  }

  /// The library types of an object, through classes and interfaces of the program that extend them.
  std::vector<Name> types_of(FunctionId id, ir::LocalIndex local) const {
    std::vector<Name> types;
    for (const Ref& ref : program_.refs(id, local)) {
      if (ref.kind == Ref::Kind::OfType || ref.kind == Ref::Kind::External) {
        if (program_.rules().find_type(ref.name) != nullptr) types.push_back(ref.name);
      } else if (ref.kind == Ref::Kind::Instance && !program_.entity(program::EntityId{ref.id}).stored) {
        for (const Name base : program_.entity(program::EntityId{ref.id}).library_bases) {
          if (program_.rules().find_type(base) != nullptr) types.push_back(base);
        }
      }
    }
    std::erase_if(types, [](Name type) { return type.text().find('.') == std::string_view::npos; });
    return types;
  }

  std::vector<const ir::Instruction*> definitions(FunctionId id, ir::LocalIndex local) const {
    std::vector<const ir::Instruction*> found;
    for (const ir::Block& block : program_.function(id).blocks) {
      for (const ir::Instruction& made : block.instructions) {
        if (made.result == local) found.push_back(&made);
      }
    }
    return found;
  }

  /// True if the model of a callee says that it verifies a token.
  bool verifies(const Site& site) const {
    static const std::array<Name, 2> kTags = {Name::of("jwt-verify"), Name::of("verifies-token")};
    for (const Name symbol : program_.callees(site).symbols) {
      if (principals_.contains(symbol)) return true;
      for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
        for (const Name tag : model->tags) {
          if (std::find(kTags.begin(), kTags.end(), tag) != kTags.end()) return true;
        }
      }
    }
    return false;
  }

  /// True if a function verifies a token itself or by a helper.
  bool contains_verification(FunctionId id, int depth) const {
    const ir::Function& function = program_.function(id);
    for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
      for (std::uint32_t i = 0; i < function.blocks[b].instructions.size(); ++i) {
        if (function.blocks[b].instructions[i].op != ir::Op::Call) continue;
        if (verifies({id, b, i})) return true;
        if (depth >= kMaxHelpers) continue;
        for (const FunctionId callee : program_.callees({id, b, i}).functions) {
          if (contains_verification(callee, depth + 1)) return true;
        }
      }
    }
    return false;
  }

  bool call_is_about_caller(FunctionId id, const ir::Instruction& call, int depth) const {
    const ir::Function& function = program_.function(id);
    for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
      const auto& instructions = function.blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        if (&instructions[i] != &call) continue;
        if (verifies({id, b, i})) return true;
        for (const FunctionId callee : program_.callees({id, b, i}).functions) {
          if (contains_verification(callee, 0)) return true;
        }
      }
    }
    if (!call.name.empty() && about_caller(id, call.a, depth + 1)) return true;
    return any_operand_is(id, call, depth);
  }

  bool any_operand_is(FunctionId id, const ir::Instruction& made, int depth) const {
    const auto operands = operands_of(program_.function(id), made);
    return std::any_of(operands.begin(), operands.end(),
                       [&](const ir::Operand& operand) { return about_caller(id, operand.value, depth + 1); });
  }

  /// `(error, decoded) => …` handed to a call that verifies.
  bool answers_verification(FunctionId id) const {
    return std::any_of(program_.callers(id).begin(), program_.callers(id).end(),
                       [&](const Site& site) { return verifies(site); });
  }

  bool about_caller(FunctionId id, ir::LocalIndex value, int depth) const {
    if (value == ir::kNone || depth > kMaxDepth) return false;
    const ir::Function& function = program_.function(id);
    const ir::Local& local = function.locals[value];
    if (principals_.contains(program_.symbol_of(id, value))) return true;
    if (local.kind == ir::Local::Kind::Parameter) return answers_verification(id);
    if (local.kind == ir::Local::Kind::Captured && local.outer != ir::kNone && function.parent != ir::kNone) {
      return about_caller(program_.function_id(program_.module_of(id), function.parent), local.outer, depth + 1);
    }
    for (const ir::Instruction* made : definitions(id, value)) {
      switch (made->op) {
        case ir::Op::Copy:
        case ir::Op::Load:
          if (about_caller(id, made->a, depth + 1)) return true;
          break;
        case ir::Op::Call:
          if (call_is_about_caller(id, *made, depth)) return true;
          break;
        case ir::Op::Construct:
        case ir::Op::Operate:
          if (any_operand_is(id, *made, depth)) return true;
          break;
        default: break;
      }
    }
    return false;
  }

  /// `req.session`: what the server remembers of a visitor.
  bool is_session(FunctionId id, ir::LocalIndex object) const {
    static const Name kSession = Name::of("request-session");
    for (const ir::Instruction* made : definitions(id, object)) {
      if (made->op != ir::Op::Load) continue;
      for (const Name type : types_of(id, made->a)) {
        for (const Name known : program_.rules().type_chain(type)) {
          const rule::TypeModel* model = program_.rules().find_type(known);
          if (model == nullptr) continue;
          const auto field = model->fields.find(made->name);
          if (field != model->fields.end() && field->second.source == kSession) return true;
        }
      }
    }
    return false;
  }

  /// A person's record, or its key.
  bool names_person(FunctionId id, ir::LocalIndex value) const {
    if (is_person(id, value)) return true;
    const auto made = definitions(id, value);
    return made.size() == 1 && made[0]->op == ir::Op::Load &&
           (made[0]->name.text() == "id" || made[0]->name.text() == "_id") && is_person(id, made[0]->a);
  }

  bool is_person(FunctionId id, ir::LocalIndex value) const {
    const auto refs = program_.refs(id, value);
    return std::any_of(refs.begin(), refs.end(), [&](const Ref& ref) {
      return ref.kind == Ref::Kind::Instance && !ref.list && personal_.entity(program::EntityId{ref.id}).is_person;
    });
  }

  const Program& program_;
  const personal::Personal& personal_;
  const std::unordered_set<Name>& principals_;
  std::set<std::pair<std::string_view, std::string_view>> found_;
};

}  // namespace

std::vector<CallerField> find_caller_fields(const Program& program, const personal::Personal& personal,
                                            const std::unordered_set<Name>& principals) {
  return Finder(program, personal, principals).run();
}

}  // namespace privet::flow
