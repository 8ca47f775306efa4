#include "access/values.h"

#include <algorithm>
#include <vector>

namespace privet::access {
namespace {

constexpr std::size_t kMostSteps = 64;
constexpr int kMostFields = 8;

/// True if the variable belongs to the file: a client, a table, a constant.
bool is_shared(const Program& program, FunctionId function, ir::LocalIndex index) {
  const program::ModuleId module = program.module_of(function);
  const ir::Function* at = &program.function(function);
  for (;;) {
    if (index >= at->locals.size()) return true;
    const ir::Local& local = at->locals[index];
    if (at->parent == ir::kNone || local.kind == ir::Local::Kind::Free) return true;
    if (local.kind != ir::Local::Kind::Captured) return false;
    index = local.outer;
    at = &program.function(program.function_id(module, at->parent));
  }
}

/// The local after copies that have one source.
ir::LocalIndex source_of(const Code& code, ir::LocalIndex local) {
  for (std::size_t i = 0; i < kMostSteps; ++i) {
    const ir::Instruction* made = code.definition(local);
    if (made == nullptr || made->op != ir::Op::Copy) break;
    local = made->a;
  }
  return local;
}

class Walk {
 public:
  Walk(const Program& program, const Code& code, const LeaveOut& leave_out)
      : program_(program), code_(code), leave_out_(leave_out) {}

  /// A query is built step by step; what a single call is a method of is not given to it.
  void enter(const ir::Instruction* made) {
    for (std::size_t link = 0; made != nullptr && link < kMostSteps; ++link) {
      for (const ir::Operand& operand : operands_of(code_.function(), *made)) open_.push_back(operand.value);
      if (made->op == ir::Op::Store) open_.push_back(made->c);
      if (made->op == ir::Op::Closure && !made->is_class) enter_closure(*made);
      const bool method = made->op == ir::Op::Call && !made->name.empty() && made->a != ir::kNone;
      made = method ? code_.definition(source_of(code_, made->a)) : nullptr;
      if (made != nullptr && made->op != ir::Op::Call) return;
    }
  }

  void add(ir::LocalIndex local) { open_.push_back(local); }

  Values run() {
    for (std::size_t i = 0; i < open_.size() && i < kMostSteps; ++i) visit(open_[i]);
    return std::move(found_);
  }

 private:
  void enter_closure(const ir::Instruction& made) {
    const FunctionId inner = program_.function_id(program_.module_of(code_.id()), made.index);
    for (const ir::Local& local : program_.function(inner).locals) {
      if (local.kind == ir::Local::Kind::Captured) open_.push_back(local.outer);
    }
  }

  void visit(ir::LocalIndex local) {
    if (local == ir::kNone) return;
    const ir::LocalIndex read = local;
    std::string path;
    local = source_of(code_, local);
    for (int i = 0; i < kMostFields; ++i) {
      const ir::Instruction* made = code_.definition(local);
      if (made == nullptr || made->op != ir::Op::Load || made->name.empty()) break;
      path = "." + std::string(made->name.text()) + path;
      local = source_of(code_, made->a);
    }
    const ir::Instruction* made = code_.definition(local);
    if (made != nullptr && made->op == ir::Op::Literal) return;
    const bool is_one = made == nullptr ? !is_shared(program_, code_.id(), local) : made->op == ir::Op::Call;
    if (is_one && !(leave_out_ && leave_out_(read))) found_.insert({local, path});
    // What a field is read from is not given along.
    if (made != nullptr && path.empty()) enter(made);
  }

  const Program& program_;
  const Code& code_;
  const LeaveOut& leave_out_;
  std::vector<ir::LocalIndex> open_;
  Values found_;
};

}  // namespace

Values values_into(const Program& program, const Code& code, const Site& site, const LeaveOut& leave_out) {
  Walk walk(program, code, leave_out);
  walk.enter(&code.at(site));
  return walk.run();
}

Values values_behind(const Program& program, const Code& code, ir::LocalIndex local, const LeaveOut& leave_out) {
  Walk walk(program, code, leave_out);
  walk.add(local);
  return walk.run();
}

Values outside_of(const Program& program, const Code& around, FunctionId closure, const Values& inside) {
  Values outside;
  for (const Value& value : inside) {
    const ir::Local& local = program.function(closure).locals[value.root];
    if (local.kind != ir::Local::Kind::Captured) continue;
    for (const Value& outer : values_behind(program, around, local.outer)) outside.insert({outer.root, outer.path + value.path});
  }
  return outside;
}

bool meets(const Code& code, const Values& values, const Values& known) {
  return std::any_of(values.begin(), values.end(), [&](const Value& value) {
    if (known.contains(value)) return true;
    const ir::Instruction* made = code.definition(value.root);
    return made != nullptr && made->op == ir::Op::Call && known.contains({value.root, {}});
  });
}

bool reads_from(const Code& code, source::Span place, const Site& made) {
  std::vector<Site> open;
  const auto& blocks = code.function().blocks;
  for (ir::BlockIndex b = 0; b < blocks.size(); ++b) {
    for (std::uint32_t i = 0; i < blocks[b].instructions.size(); ++i) {
      if (blocks[b].instructions[i].span == place) open.push_back({code.id(), b, i});
    }
  }
  for (std::size_t k = 0; k < open.size() && k < kMostSteps; ++k) {
    if (open[k] == made) return true;
    const ir::Instruction& at = code.at(open[k]);
    const auto follow = [&](ir::LocalIndex local) {
      if (local == ir::kNone) return;
      const std::vector<Site> origins = code.origins(local, open[k]);
      open.insert(open.end(), origins.begin(), origins.end());
    };
    follow(at.a);
    for (const ir::Operand& operand : operands_of(code.function(), at)) follow(operand.value);
  }
  return false;
}

}  // namespace privet::access
