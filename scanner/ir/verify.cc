#include "ir/verify.h"

#include <algorithm>
#include <map>

namespace privet::ir {
namespace {

// More lines help nobody, and a damaged module can have one for each instruction.
constexpr std::size_t kMaxLines = 50;

class Verifier {
 public:
  Verifier(const Module& module, std::uint32_t text_size)
      : module_(module), text_size_(text_size) {}

  std::vector<std::string> verify() && {
    if (module_.functions.empty()) {
      return {"a module has a function 0"};
    }
    types();
    for (std::size_t i = 0; i < module_.functions.size(); ++i) {
      function(static_cast<FunctionIndex>(i));
    }
    for (std::size_t i = 0; i < module_.classes.size(); ++i) {
      declared_class(static_cast<ClassIndex>(i));
    }
    class_owners();
    imports_and_exports();
    for (std::size_t i = 0; i < module_.documents.size(); ++i) document(i);
    for (const source::Problem& problem : module_.problems) {
      if (problem.code > source::ProblemCode::LinkOutside) wrong("a problem has an unknown code");
      span(problem.span, "problem");
    }
    // Flow needs sound indices to stand on.
    if (lines_.empty()) {
      for (const Import& import : module_.imports) {
        if (import.local != kNone) imports_in_.emplace(import.in, import.local);
      }
      for (std::size_t i = 0; i < module_.functions.size(); ++i) {
        where_ = "function " + std::to_string(i);
        temporaries(static_cast<FunctionIndex>(i));
      }
    }
    return std::move(lines_);
  }

 private:
  void wrong(const std::string& what) {
    if (lines_.size() < kMaxLines) lines_.push_back(where_.empty() ? what : where_ + ": " + what);
  }

  void span(const Span& at, const char* what) {
    if (!at.valid()) return;
    if (at.file != module_.file)
      wrong(std::string("the span of a ") + what + " is in another file");
    if (at.begin > at.end || at.end > text_size_) {
      wrong(std::string("the span of a ") + what + " is not inside the file");
    }
  }

  void index(std::uint32_t value, std::size_t size, const char* what) {
    if (value >= size) {
      wrong(std::string(what) + " " +
            (value == kNone ? "is missing" : std::to_string(value) + " is out of range"));
    }
  }
  void index_or_none(std::uint32_t value, std::size_t size, const char* what) {
    if (value != kNone) index(value, size, what);
  }
  void none(std::uint32_t value, const char* what) {
    if (value != kNone) wrong(std::string(what) + " is set where it means nothing");
  }

  void types() {
    where_ = "types";
    for (std::size_t i = 0; i < module_.types.size(); ++i) {
      const Type& type = module_.types[i];
      // Arguments come first, which keeps types finite.
      for (const TypeIndex argument : type.arguments) index(argument, i, "type argument");
      index_or_none(type.class_index, module_.classes.size(), "class");
      span(type.span, "type");
    }
  }

  void type(TypeIndex value) { index_or_none(value, module_.types.size(), "type"); }

  void annotations(const std::vector<Annotation>& all, std::size_t n_locals) {
    for (const Annotation& annotation : all) {
      index_or_none(annotation.value, n_locals, "annotation value");
      span(annotation.span, "annotation");
    }
  }

  // --- functions ---

  void function(FunctionIndex number) {
    where_ = "function " + std::to_string(number);
    const Function& function = module_.functions[number];
    std::size_t n_outer = 0;
    if (number == 0) {
      if (function.parent != kNone) wrong("the body of the file has a parent");
    } else if (function.parent >= number) {
      wrong("its parent does not come before it");
    } else {
      n_outer = module_.functions[function.parent].locals.size();
    }
    index_or_none(function.owner, module_.classes.size(), "owner");
    index_or_none(function.self, function.locals.size(), "self");
    type(function.return_type);
    annotations(function.annotations, n_outer);
    span(function.span, "function");
    span(function.name_span, "function name");
    for (const Parameter& parameter : function.parameters)
      this->parameter(function, parameter, n_outer);
    for (const Local& local : function.locals) this->local(local, number, n_outer);
    for (const Operand& operand : function.operands) this->operand(operand, function.locals.size());
    if (function.blocks.empty()) wrong("it has no block");
    for (const Block& block : function.blocks) this->block(function, block);
  }

  void parameter(const Function& function, const Parameter& parameter, std::size_t n_outer) {
    index(parameter.local, function.locals.size(), "parameter");
    if (parameter.local < function.locals.size()) {
      const Local::Kind kind = function.locals[parameter.local].kind;
      if (kind != Local::Kind::Parameter && kind != Local::Kind::Temporary) {
        wrong("a parameter's local is neither Parameter nor Temporary");
      }
    }
    if (parameter.kind > Parameter::Kind::KeywordRest) wrong("unknown kind of parameter");
    index_or_none(parameter.default_value, n_outer, "default value");
    if (!parameter.has_default) none(parameter.default_value, "default value");
    annotations(parameter.annotations, n_outer);
    span(parameter.span, "parameter");
  }

  void local(const Local& local, FunctionIndex number, std::size_t n_outer) {
    type(local.type);
    span(local.span, "local");
    switch (local.kind) {
      case Local::Kind::Captured: index(local.outer, n_outer, "captured local"); return;
      case Local::Kind::Temporary:
        if (!local.name.empty()) wrong("a temporary has a name");
        break;
      case Local::Kind::Free:
        if (number != 0) wrong("a free local stands in an inner function");
        break;
      case Local::Kind::Parameter:
      case Local::Kind::Variable: break;
      default: wrong("unknown kind of local");
    }
    none(local.outer, "outer local");
  }

  void operand(const Operand& operand, std::size_t n_locals) {
    index(operand.value, n_locals, "operand");
    span(operand.span, "operand");
    if (operand.kind > Operand::Kind::Spread) wrong("unknown kind of operand");
    if (operand.kind == Operand::Kind::Computed) {
      index(operand.key, n_locals, "operand key");
    } else {
      none(operand.key, "operand key");
    }
    if (operand.kind != Operand::Kind::Keyed && !operand.name.empty()) {
      wrong("an operand that is not keyed has a name");
    }
  }

  void block(const Function& function, const Block& block) {
    const std::size_t n_locals = function.locals.size();
    const std::size_t n_blocks = function.blocks.size();
    for (const Instruction& instruction : block.instructions)
      this->instruction(function, instruction);
    index_or_none(block.handler, n_blocks, "handler");
    const Terminator& end = block.end;
    span(end.span, "block end");
    switch (end.kind) {
      case Terminator::Kind::Jump:
        index(end.target, n_blocks, "target");
        none(end.value, "value of a jump");
        none(end.otherwise, "second target");
        break;
      case Terminator::Kind::Branch:
        index(end.value, n_locals, "condition");
        index(end.target, n_blocks, "target");
        index(end.otherwise, n_blocks, "target");
        break;
      case Terminator::Kind::Return:
      case Terminator::Kind::Throw:
        index_or_none(end.value, n_locals, "value");
        none(end.target, "target");
        none(end.otherwise, "second target");
        break;
      case Terminator::Kind::Stop:
        none(end.value, "value of a stop");
        none(end.target, "target");
        none(end.otherwise, "second target");
        break;
      default: wrong("unknown end of a block");
    }
  }

  // What each instruction sets, by the table in instruction.h; anything else must be unset.
  void instruction(const Function& function, const Instruction& instruction) {
    const std::size_t n_locals = function.locals.size();
    span(instruction.span, "instruction");
    span(instruction.name_span, "name");
    bool has_a = false, has_b = false, has_c = false, has_index = false, has_operands = false;
    bool has_name = false;
    switch (instruction.op) {
      case Op::Literal:
        has_name = true;
        if (instruction.kind > static_cast<std::uint8_t>(LiteralKind::Bytes)) {
          wrong("unknown kind of literal");
        }
        break;
      case Op::Copy: has_a = true; break;
      case Op::Load:
      case Op::Store:
        has_a = true;
        has_name = !instruction.name.empty();
        has_b = !has_name;
        has_c = instruction.op == Op::Store;
        break;
      case Op::Operate: has_name = has_operands = true; break;
      case Op::Construct:
        has_operands = true;
        if (instruction.kind > static_cast<std::uint8_t>(ContainerKind::Element)) {
          wrong("unknown kind of container");
        } else if (instruction.container_kind() == ContainerKind::Element) {
          has_name = true;
          has_a = instruction.a != kNone;
        }
        break;
      case Op::Call: has_a = has_name = has_operands = true; break;
      case Op::Closure:
        has_index = true;
        index(instruction.index,
              instruction.is_class ? module_.classes.size() : module_.functions.size(), "closure");
        break;
      case Op::Unknown: has_operands = true; break;
      default: wrong("unknown instruction"); return;
    }
    if (instruction.op == Op::Store) {
      none(instruction.result, "result of a store");
    } else {
      index(instruction.result, n_locals, "result");
    }
    field(instruction.a, has_a, n_locals, "a");
    field(instruction.b, has_b, n_locals, "b");
    field(instruction.c, has_c, n_locals, "c");
    if (!has_index) none(instruction.index, "index");
    if (!has_name && !instruction.name.empty()) wrong("an instruction has a name too many");
    if (!has_operands && instruction.n_operands != 0) wrong("an instruction has operands too many");
    if (instruction.n_operands != 0 &&
        std::uint64_t{instruction.first_operand} + instruction.n_operands >
            function.operands.size()) {
      wrong("operands are out of range");
    }
    if (instruction.is_new && instruction.op != Op::Call) wrong("only a call is `new`");
    if (instruction.is_class && instruction.op != Op::Closure) wrong("only a closure is a class");
    if (instruction.kind != 0 && instruction.op != Op::Literal && instruction.op != Op::Construct) {
      wrong("an instruction has a kind too many");
    }
  }

  void field(std::uint32_t value, bool is_used, std::size_t n_locals, const char* what) {
    if (is_used) {
      index(value, n_locals, what);
    } else {
      none(value, what);
    }
  }

  // --- temporaries: each use is reached by an assignment on some path ---

  struct Place {
    std::vector<std::pair<BlockIndex, std::uint32_t>> defs;  // block, position
    std::vector<std::pair<BlockIndex, std::uint32_t>> uses;
  };

  void temporaries(FunctionIndex number) {
    const Function& function = module_.functions[number];
    std::vector<Place> places(function.locals.size());
    std::vector<bool> watched(function.locals.size());
    for (std::size_t i = 0; i < watched.size(); ++i) {
      watched[i] = function.locals[i].kind == Local::Kind::Temporary;
    }
    for (const Parameter& parameter : function.parameters) watched[parameter.local] = false;
    if (function.self != kNone) watched[function.self] = false;
    // An import gives its local a value where it stands.
    const auto imports = imports_in_.equal_range(number);
    for (auto at = imports.first; at != imports.second; ++at) watched[at->second] = false;
    const std::vector<bool> reachable = reached_from(function, {0}, nullptr);
    for (std::size_t b = 0; b < function.blocks.size(); ++b) {
      if (reachable[b]) collect(function, static_cast<BlockIndex>(b), watched, places);
    }
    // Frontends assign a temporary next to its use. Others cost a search each; a module made to be
    // expensive is believed once the steps are used up.
    std::uint64_t steps = 1'000'000 + 64 * std::uint64_t{function.blocks.size()};
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i].uses.empty()) continue;
      if (!assigned_before_use(function, places[i], steps)) {
        wrong("temporary %" + std::to_string(i) + " is used where nothing was assigned to it");
      }
    }
  }

  static void collect(const Function& function, BlockIndex b, const std::vector<bool>& watched,
                      std::vector<Place>& places) {
    const Block& block = function.blocks[b];
    std::uint32_t position = 0;
    const auto use = [&](LocalIndex local) {
      if (local != kNone && watched[local]) places[local].uses.push_back({b, position});
    };
    for (const Instruction& instruction : block.instructions) {
      use(instruction.a);
      use(instruction.b);
      use(instruction.c);
      for (std::uint32_t i = 0; i < instruction.n_operands; ++i) {
        const Operand& operand = function.operands[instruction.first_operand + i];
        use(operand.value);
        use(operand.key);
      }
      if (instruction.result != kNone && watched[instruction.result]) {
        places[instruction.result].defs.push_back({b, position});
      }
      ++position;
    }
    use(block.end.value);
  }

  bool assigned_before_use(const Function& function, const Place& place, std::uint64_t& steps) {
    std::vector<BlockIndex> starts;
    bool has_open_use = false;
    for (const auto& [block, position] : place.uses) {
      const bool in_block = std::any_of(place.defs.begin(), place.defs.end(),
                                        [&, block = block, position = position](auto& def) {
                                          return def.first == block && def.second < position;
                                        });
      if (steps <= place.defs.size()) return true;
      steps -= place.defs.size();
      has_open_use = has_open_use || !in_block;
    }
    if (!has_open_use) return true;
    if (place.defs.empty()) return false;
    for (const auto& [block, position] : place.defs) {
      for_each_next(function, block, [&](BlockIndex next) { starts.push_back(next); });
    }
    if (steps < function.blocks.size()) return true;
    steps -= function.blocks.size();
    const std::vector<bool> reached = reached_from(function, std::move(starts), &steps);
    if (steps == 0) return true;
    return std::all_of(place.uses.begin(), place.uses.end(), [&](const auto& use) {
      if (reached[use.first]) return true;
      return std::any_of(place.defs.begin(), place.defs.end(), [&](const auto& def) {
        return def.first == use.first && def.second < use.second;
      });
    });
  }

  template <class Visit>
  static void for_each_next(const Function& function, BlockIndex b, Visit visit) {
    const Block& block = function.blocks[b];
    if (block.end.target != kNone) visit(block.end.target);
    if (block.end.otherwise != kNone) visit(block.end.otherwise);
    if (block.handler != kNone) visit(block.handler);
  }

  static std::vector<bool> reached_from(const Function& function, std::vector<BlockIndex> pending,
                                        std::uint64_t* steps) {
    std::vector<bool> reached(function.blocks.size());
    while (!pending.empty()) {
      const BlockIndex b = pending.back();
      pending.pop_back();
      if (reached[b]) continue;
      reached[b] = true;
      if (steps != nullptr && *steps > 0) --*steps;
      for_each_next(function, b, [&](BlockIndex next) {
        if (!reached[next]) pending.push_back(next);
      });
    }
    return reached;
  }

  // --- the rest of the module ---

  void declared_class(ClassIndex number) {
    where_ = "class " + std::to_string(number);
    const Class& declared = module_.classes[number];
    index(declared.parent, module_.functions.size(), "parent");
    const std::size_t n_locals = declared.parent < module_.functions.size()
                                     ? module_.functions[declared.parent].locals.size()
                                     : 0;
    if (declared.kind > Class::Kind::Entity) wrong("unknown kind of class");
    index_or_none(declared.owner, module_.classes.size(), "owner");
    index_or_none(declared.local, n_locals, "local");
    for (const LocalIndex base : declared.bases) index(base, n_locals, "base");
    for (const TypeIndex base : declared.base_types) index(base, module_.types.size(), "base type");
    annotations(declared.annotations, n_locals);
    span(declared.span, "class");
    span(declared.name_span, "class name");
    for (const Field& field : declared.fields) {
      type(field.type);
      index_or_none(field.initialiser, n_locals, "initialiser");
      annotations(field.annotations, n_locals);
      span(field.span, "field");
      span(field.name_span, "field name");
    }
    for (const FunctionIndex method : declared.methods) {
      index(method, module_.functions.size(), "method");
      if (method < module_.functions.size() && module_.functions[method].owner != number) {
        wrong("method " + std::to_string(method) + " belongs to another class");
      }
    }
  }

  void class_owners() {
    where_ = "classes";
    // 0 not seen, 1 on the current walk, 2 done.
    std::vector<std::uint8_t> state(module_.classes.size());
    for (std::size_t i = 0; i < state.size(); ++i) {
      std::vector<std::size_t> walk;
      std::size_t at = i;
      while (at < state.size() && state[at] == 0) {
        state[at] = 1;
        walk.push_back(at);
        at = module_.classes[at].owner;
      }
      if (at < state.size() && state[at] == 1) wrong("classes own each other in a circle");
      for (const std::size_t seen : walk) state[seen] = 2;
    }
  }

  void imports_and_exports() {
    where_ = "imports and exports";
    for (const Import& import : module_.imports) {
      index(import.in, module_.functions.size(), "function");
      if (import.in < module_.functions.size()) {
        index_or_none(import.local, module_.functions[import.in].locals.size(), "local");
      }
      span(import.span, "import");
    }
    for (const Export& exported : module_.exports) {
      index_or_none(exported.local, module_.functions[0].locals.size(), "local");
      span(exported.span, "export");
    }
    if (!module_.has_star_names && !module_.star_names.empty()) {
      wrong("star names without has_star_names");
    }
  }

  // Nodes are in preorder, so the parents alone say what the links must be.
  void document(std::size_t number) {
    where_ = "document " + std::to_string(number);
    const auto& nodes = module_.documents[number].nodes;
    std::vector<std::uint32_t> open;
    std::vector<std::uint32_t> first(nodes.size(), kNone), next(nodes.size(), kNone);
    std::vector<std::uint32_t> last(nodes.size(), kNone);
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      const Node& node = nodes[i];
      span(node.span, "node");
      span(node.key_span, "key");
      const bool is_container = node.kind == Node::Kind::Map || node.kind == Node::Kind::List;
      if (node.kind > Node::Kind::Alias) wrong("unknown kind of node");
      if (node.kind == Node::Kind::Alias) {
        index(node.target, nodes.size(), "alias");
      } else {
        none(node.target, "alias");
      }
      if ((is_container || node.kind == Node::Kind::Alias) && !node.text.empty()) {
        wrong("a node that is no scalar has a text");
      }
      if (i == 0) {
        none(node.parent, "parent of the root");
      } else {
        while (!open.empty() && open.back() != node.parent) open.pop_back();
        if (open.empty()) {
          wrong("node " + std::to_string(i) + " is not inside its parent");
          return;
        }
        std::uint32_t& previous = last[node.parent];
        (previous == kNone ? first[node.parent] : next[previous]) = i;
        previous = i;
      }
      const bool in_map = i > 0 && nodes[node.parent].kind == Node::Kind::Map;
      if (!in_map && !node.key.empty()) wrong("a key stands outside a map");
      if (is_container) open.push_back(i);
    }
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].first_child != first[i] || nodes[i].next != next[i]) {
        wrong("the links of node " + std::to_string(i) + " are wrong");
      }
    }
  }

  std::multimap<FunctionIndex, LocalIndex> imports_in_;
  const Module& module_;
  std::uint32_t text_size_;
  std::string where_;
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> verify(const Module& module, std::uint32_t text_size) {
  return Verifier(module, text_size).verify();
}

}  // namespace privet::ir
