#include "access/operands.h"

#include <cctype>

#include "access/places.h"

namespace privet::access {
namespace {

constexpr int kMostNesting = 4;
constexpr std::size_t kMostHandlers = 64;

/// Lists and spreads of lists, built in this very function, stand for their elements.
void open_list(const Program& program, const Code& code, ir::LocalIndex local, int depth,
               std::vector<ir::LocalIndex>& out) {
  const ir::Instruction* made = code.origin(local);
  const bool list = made != nullptr && made->op == ir::Op::Construct &&
                    (made->container_kind() == ir::ContainerKind::List ||
                     made->container_kind() == ir::ContainerKind::Tuple);
  if (!list || depth >= kMostNesting) {
    if (out.size() < kMostHandlers) out.push_back(local);
    return;
  }
  for (const ir::Operand& operand : operands_of(code.function(), *made)) {
    open_list(program, code, operand.value, depth + 1, out);
  }
}

}  // namespace

const ir::Instruction& instruction_at(const Program& program, const Site& site) {
  return program.function(site.function).blocks[site.block].instructions[site.instruction];
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

std::string joined(std::string_view a, std::string_view b) {
  while (a.ends_with('/')) a.remove_suffix(1);
  while (b.starts_with('/')) b.remove_prefix(1);
  if (b.empty()) return a.empty() ? "/" : (a.starts_with('/') ? "" : "/") + std::string(a);
  return (a.empty() || a.starts_with('/') ? "" : "/") + std::string(a) + "/" + std::string(b);
}

std::vector<ir::LocalIndex> locals_at(const Program& program, const Site& site,
                                      const ir::AccessPath& path) {
  const Code code(program, site.function);
  std::vector<ir::LocalIndex> out;
  const ir::Instruction& call = instruction_at(program, site);
  if (path.root != ir::AccessPath::Root::Argument || !path.and_after) {
    const ir::LocalIndex local = program.argument_of(site, path);
    if (local == ir::kNone) return out;
    if (!path.fields.empty()) {
      const program::Constant at = program.constant_at(site, path);
      if (at.local != ir::kNone && at.function == site.function) open_list(program, code, at.local, 0, out);
      return out;
    }
    open_list(program, code, local, 0, out);
    return out;
  }
  std::int32_t position = 0;
  for (const ir::Operand& operand : operands_of(code.function(), call)) {
    if (operand.kind == ir::Operand::Kind::Keyed) continue;
    if (position++ >= path.index) open_list(program, code, operand.value, 0, out);
  }
  return out;
}

Span operand_span(const Program& program, const Site& site, ir::LocalIndex local) {
  const ir::Function& function = program.function(site.function);
  const ir::Instruction& call = instruction_at(program, site);
  for (const ir::Operand& operand : operands_of(function, call)) {
    if (operand.value == local) return operand.span;
  }
  const Code code(program, site.function);
  if (const ir::Instruction* made = code.definition(local)) return made->span;
  return call.span;
}

std::vector<Handler> chain_at(const Program& program, Codes& codes, const Site& site,
                              const std::optional<ir::AccessPath>& path) {
  std::vector<Handler> chain;
  if (!path) return chain;
  for (const Place& place : places_at(program, codes, site, *path)) {
    for (const Place& element : opened(program, codes, place)) {
      chain.push_back(handler_at(program, codes, element));
    }
  }
  return chain;
}

}  // namespace privet::access
