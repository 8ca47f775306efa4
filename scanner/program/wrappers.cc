#include <algorithm>
#include <optional>

#include "program/linker.h"

/// Wrappers: functions that are given one and give back another that hands all it gets on to it, as in
/// `traced(f)`. Everything one wrapper wraps would meet in it, so a call of it gives the function that it
/// was given at this call.
namespace privet::program {
namespace {

constexpr int kMaxNesting = 3;

bool among(const std::vector<ir::LocalIndex>& all, ir::LocalIndex one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

/// The locals that are returned as they are. Misses: `wraps(f)(inner)`; but what `on("x", inner)` gives is not `inner`.
std::vector<ir::LocalIndex> returned_locals(const ir::Function& code) {
  std::vector<ir::LocalIndex> found;
  for (const ir::Block& block : code.blocks) {
    if (block.end.kind == ir::Terminator::Kind::Return && block.end.value != kNone) found.push_back(block.end.value);
  }
  for (std::size_t before = 0; before != found.size();) {
    before = found.size();
    for (const ir::Block& block : code.blocks) {
      for (const ir::Instruction& at : block.instructions) {
        if (at.op != ir::Op::Copy || at.a == kNone || !among(found, at.result)) continue;
        if (!among(found, at.a)) found.push_back(at.a);
      }
    }
  }
  return found;
}

}  // namespace

/// True if the call, made in `function`, hands on what `wrapper` is given: all of it, in order.
bool Linker::hands_on(FunctionId function, const ir::Instruction& call, FunctionId wrapper) const {
  const ir::Function& code = tables_->function(function);
  const auto& parameters = tables_->function(wrapper).parameters;
  std::uint32_t position = 0;
  if (!call.name.empty()) {
    const std::string_view method = call.name.text();
    if (method == "apply") return parameters.size() == 1 && parameters[0].kind == ir::Parameter::Kind::Rest;
    if (method != "call") return false;
    position = 1;
  }
  if (call.n_operands != parameters.size() + position) return false;
  for (const ir::Parameter& parameter : parameters) {
    const ir::Operand& operand = code.operands[call.first_operand + position++];
    if (operand.value == kNone || parameter.local == kNone) return false;
    const bool rest = parameter.kind == ir::Parameter::Kind::Rest;
    if (operand.kind != (rest ? ir::Operand::Kind::Spread : ir::Operand::Kind::Value)) return false;
    if (tables_->node(function, operand.value) != tables_->node(wrapper, parameter.local)) return false;
  }
  return true;
}

/// The call, in `wrapper` or in functions made there, of the value in `wanted` with all that `wrapper` gets.
std::optional<Site> Linker::call_handing_on(FunctionId function, NodeId wanted, FunctionId wrapper, int depth) const {
  const ir::Function& code = tables_->function(function);
  for (ir::BlockIndex block = 0; block < code.blocks.size(); ++block) {
    const auto& instructions = code.blocks[block].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      const ir::Instruction& at = instructions[i];
      if (at.op == ir::Op::Call && at.a != kNone && tables_->node(function, at.a) == wanted &&
          hands_on(function, at, wrapper)) {
        return Site{function, block, i};
      }
      if (at.op != ir::Op::Closure || at.is_class || depth >= kMaxNesting) continue;
      const ModuleId module = tables_->function_module[function.value];
      if (at.index >= tables_->modules[module.value].functions.size()) continue;
      const FunctionId inner = tables_->function_id(module, at.index);
      if (auto found = call_handing_on(inner, wanted, wrapper, depth + 1)) return found;
    }
  }
  return std::nullopt;
}

void Linker::find_wrappers(FunctionId id) {
  const ir::Function& code = tables_->function(id);
  if (code.parameters.empty() || family(id) != Family::JavaScript) return;
  const ModuleId module = tables_->function_module[id.value];
  const std::vector<ir::LocalIndex> returned = returned_locals(code);
  for (const ir::Block& block : code.blocks) {
    for (const ir::Instruction& at : block.instructions) {
      if (at.op != ir::Op::Closure || at.is_class || at.result == kNone || !among(returned, at.result)) continue;
      if (at.index >= tables_->modules[module.value].functions.size()) continue;
      const FunctionId inner = tables_->function_id(module, at.index);
      for (std::uint32_t p = 0; p < code.parameters.size(); ++p) {
        const ir::Parameter& parameter = code.parameters[p];
        if (parameter.local == kNone || parameter.kind != ir::Parameter::Kind::Positional) continue;
        const auto call = call_handing_on(inner, tables_->node(id, parameter.local), inner, 0);
        if (!call) continue;
        wrappers_[id.value] = {p, inner};
        tables_->wrapping.insert(inner.value);
        handing_on_.insert(tables_->instruction_index(*call));
        return;
      }
    }
  }
}

/// `const getRepository = (target) => source.getRepository(target)`: what one caller asks for is not what all
/// others ask for.
void Linker::find_finder(FunctionId id) {
  const ir::Function& code = tables_->function(id);
  if (code.parameters.empty()) return;
  const std::vector<ir::LocalIndex> returned = returned_locals(code);
  std::optional<Site> made;
  for (ir::BlockIndex block = 0; block < code.blocks.size(); ++block) {
    const auto& instructions = code.blocks[block].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      if (instructions[i].result == kNone || !among(returned, instructions[i].result)) continue;
      if (instructions[i].op == ir::Op::Copy) continue;
      if (made || instructions[i].op != ir::Op::Call) return;
      made = Site{id, block, i};
    }
  }
  if (!made) return;
  const ir::Instruction& call = tables_->instruction(*made);
  for (std::uint32_t o = 0; o < call.n_operands; ++o) {
    const ir::Operand& operand = code.operands[call.first_operand + o];
    if (operand.kind != ir::Operand::Kind::Value || operand.value == kNone) return;
    for (std::uint32_t p = 0; p < code.parameters.size(); ++p) {
      const ir::Parameter& parameter = code.parameters[p];
      if (parameter.kind != ir::Parameter::Kind::Positional || parameter.local != operand.value) continue;
      Finder& finder = finders_[id.value];
      finder.parameter = p;
      finder.operand = o;
      finding_[tables_->instruction_index(*made)] = id.value;
      return;
    }
  }
}

/// Gives a call of a finder its result; false when `function` is none, or it is not known what is asked for.
bool Linker::give_found(std::uint32_t call, FunctionId function, std::uint32_t skip) {
  const auto found = finders_.find(function.value);
  if (found == finders_.end() || found->second.more) return false;
  const Site site = calls_[call].site;
  const ir::Instruction& at = tables_->instruction(site);
  const std::uint32_t position = found->second.parameter + skip;
  if (position >= at.n_operands) return false;
  const auto& operands = tables_->function(site.function).operands;
  for (std::uint32_t i = 0; i <= position; ++i) {
    const ir::Operand& operand = operands[at.first_operand + i];
    if (operand.kind != ir::Operand::Kind::Value || operand.value == kNone) return false;
  }
  const NodeId argument = node_at(site.function, operands[at.first_operand + position].value);
  const NodeId result = calls_[call].result;
  found->second.callers.push_back({argument, result});
  for (const UseKind use : found->second.uses) edge(argument, result, use);
  edge(tables_->return_node[function.value], result, UseKind::Types);
  return true;
}

void Linker::finds(std::uint32_t call, const ir::AccessPath& path, UseKind use) {
  const auto inner = finding_.find(tables_->instruction_index(calls_[call].site));
  if (inner == finding_.end()) return;
  Finder& finder = finders_[inner->second];
  if (path.root != ir::AccessPath::Root::Argument || !path.fields.empty() || path.and_after ||
      path.index != static_cast<std::int32_t>(finder.operand)) {
    finds_more(call);
    return;
  }
  if (std::find(finder.uses.begin(), finder.uses.end(), use) != finder.uses.end()) return;
  finder.uses.push_back(use);
  for (const Finder::Caller& caller : finder.callers) edge(caller.argument, caller.result, use);
}

void Linker::finds_more(std::uint32_t call) {
  const auto inner = finding_.find(tables_->instruction_index(calls_[call].site));
  if (inner == finding_.end()) return;
  Finder& finder = finders_[inner->second];
  if (finder.more) return;
  finder.more = true;
  const NodeId returned = tables_->return_node[inner->second];
  for (const Finder::Caller& caller : finder.callers) edge(returned, caller.result);
}

/// Gives a call of a wrapper its result; false when `function` is none, or it is not known what is wrapped.
bool Linker::give_wrapped(std::uint32_t call, FunctionId function, std::uint32_t skip) {
  const auto wrapper = wrappers_.find(function.value);
  if (wrapper == wrappers_.end()) return false;
  const CallSite& site = calls_[call];
  const ir::Instruction& at = tables_->instruction(site.site);
  const std::uint32_t position = wrapper->second.parameter + skip;
  if (position >= at.n_operands) return false;
  const auto& operands = tables_->function(site.site.function).operands;
  for (std::uint32_t i = 0; i <= position; ++i) {
    const ir::Operand& operand = operands[at.first_operand + i];
    if (operand.kind != ir::Operand::Kind::Value || operand.value == kNone) return false;
  }
  add(site.result, values_->of(Ref::Kind::Function, wrapper->second.inner.value));
  edge(node_at(site.site.function, operands[at.first_operand + position].value), site.result, UseKind::Functions);
  return true;
}

}  // namespace privet::program
