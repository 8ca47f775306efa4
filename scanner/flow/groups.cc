#include <algorithm>

#include "flow/tables.h"

namespace privet::flow {

std::vector<Group> bottom_up(const std::vector<std::vector<program::FunctionId>>& needs) {
  constexpr std::uint32_t kUnseen = 0xFFFFFFFFu;
  auto n = static_cast<std::uint32_t>(needs.size());
  std::vector<std::uint32_t> index(n, kUnseen), low(n, 0), group_of(n, kUnseen);
  std::vector<bool> on_stack(n);
  std::vector<std::uint32_t> stack;
  std::vector<std::pair<std::uint32_t, std::size_t>> calls;
  std::vector<Group> groups;
  std::uint32_t next = 0;
  for (std::uint32_t root = 0; root < n; ++root) {
    if (index[root] != kUnseen) continue;
    calls.emplace_back(root, 0);
    while (!calls.empty()) {
      auto& [node, edge] = calls.back();
      if (edge == 0) {
        index[node] = low[node] = next++;
        stack.push_back(node);
        on_stack[node] = true;
      }
      bool descended = false;
      while (edge < needs[node].size()) {
        std::uint32_t other = needs[node][edge].value;
        ++edge;
        if (index[other] == kUnseen) {
          calls.emplace_back(other, 0);
          descended = true;
          break;
        }
        if (on_stack[other]) low[node] = std::min(low[node], index[other]);
      }
      if (descended) continue;
      std::uint32_t done = node;
      calls.pop_back();
      if (!calls.empty()) low[calls.back().first] = std::min(low[calls.back().first], low[done]);
      if (low[done] != index[done]) continue;
      Group group;
      std::uint32_t member = 0;
      do {
        member = stack.back();
        stack.pop_back();
        on_stack[member] = false;
        group_of[member] = static_cast<std::uint32_t>(groups.size());
        group.functions.push_back(program::FunctionId{member});
      } while (member != done);
      std::sort(group.functions.begin(), group.functions.end());
      for (program::FunctionId id : group.functions) {
        for (program::FunctionId other : needs[id.value]) {
          if (group_of[other.value] == groups.size()) {
            group.recursive = true;
          } else {
            group.needs.push_back(group_of[other.value]);
          }
        }
      }
      std::sort(group.needs.begin(), group.needs.end());
      group.needs.erase(std::unique(group.needs.begin(), group.needs.end()), group.needs.end());
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

}  // namespace privet::flow
