#include "ir/module.h"

#include <charconv>

namespace privet::ir {
namespace {

// An alias may name an alias, and merge keys may merge maps that merge; real files do it once or
// twice. The bound keeps cyclic files finite.
constexpr int kMaxHops = 16;
constexpr int kMaxMerges = 256;

std::uint32_t follow(const Document& document, std::uint32_t node) {
  for (int hops = 0; hops < kMaxHops; ++hops) {
    if (node >= document.nodes.size()) return kNone;
    const Node& at = document.nodes[node];
    if (at.kind != Node::Kind::Alias) return node;
    node = at.target;
  }
  return kNone;
}

std::uint32_t find_own(const Document& document, std::uint32_t map, std::string_view key) {
  if (map == kNone || document.nodes[map].kind != Node::Kind::Map) return kNone;
  for (std::uint32_t child = document.nodes[map].first_child; child < document.nodes.size();
       child = document.nodes[child].next) {
    if (document.nodes[child].key.text() == key) return child;
  }
  return kNone;
}

}  // namespace

std::uint32_t Document::find(std::uint32_t node, std::string_view key) const {
  // YAML merge keys: own entries win, then the merged maps in order.
  std::vector<std::uint32_t> pending{follow(*this, node)};
  for (int merges = 0; !pending.empty() && merges < kMaxMerges; ++merges) {
    const std::uint32_t map = pending.back();
    pending.pop_back();
    if (const std::uint32_t found = find_own(*this, map, key); found != kNone) {
      return follow(*this, found);
    }
    const std::uint32_t merged = follow(*this, find_own(*this, map, "<<"));
    if (merged == kNone) continue;
    if (nodes[merged].kind == Node::Kind::Map) {
      pending.push_back(merged);
      continue;
    }
    std::vector<std::uint32_t> several;
    for (std::uint32_t child = nodes[merged].first_child;
         child < nodes.size() && several.size() < kMaxMerges; child = nodes[child].next) {
      several.push_back(follow(*this, child));
    }
    pending.insert(pending.end(), several.rbegin(), several.rend());
  }
  return kNone;
}

std::uint32_t Document::find_path(std::string_view path) const {
  if (nodes.empty()) return kNone;
  std::uint32_t node = follow(*this, 0);
  while (!path.empty() && node != kNone) {
    const std::size_t dot = path.find('.');
    const std::string_view step = path.substr(0, dot);
    path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    if (nodes[node].kind != Node::Kind::List) {
      node = find(node, step);
      continue;
    }
    std::uint32_t position = 0;
    const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), position);
    if (error != std::errc{} || end != step.data() + step.size()) return kNone;
    std::uint32_t child = nodes[node].first_child;
    for (; position > 0 && child < nodes.size(); --position) child = nodes[child].next;
    node = follow(*this, child);
  }
  return node;
}

Found find_local(const Module& module, FunctionIndex function, Name name) {
  while (function < module.functions.size()) {
    const Function& at = module.functions[function];
    // The first one of a name: that of the outermost scope, which inner functions see.
    for (std::size_t i = 0; i < at.locals.size(); ++i) {
      const Local& local = at.locals[i];
      if (local.name != name) continue;
      if (local.kind == Local::Kind::Captured || local.kind == Local::Kind::Temporary) continue;
      return {function, static_cast<LocalIndex>(i)};
    }
    function = at.parent;
  }
  return {};
}

}  // namespace privet::ir
