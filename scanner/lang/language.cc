#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

#include "lang/registry.h"

namespace privet::lang {
namespace {

/// Answers by whole file name, then by pattern in order of length, then by the longest extension.
struct Index {
  std::unordered_map<std::string_view, const Language*> by_name;
  std::vector<std::pair<std::string_view, const Language*>> patterns;  ///< longest first
  std::unordered_map<std::string_view, const Language*> by_extension;

  Index() {
    for (const Language* language : languages()) {
      for (const std::string_view name : language->file_names) {
        if (name.starts_with('*') || name.ends_with('*')) {
          patterns.emplace_back(name, language);
        } else {
          by_name.emplace(name, language);
        }
      }
      for (const std::string_view extension : language->extensions) {
        by_extension.emplace(extension, language);
      }
    }
    std::sort(patterns.begin(), patterns.end(), [](const auto& a, const auto& b) {
      if (a.first.size() != b.first.size()) return a.first.size() > b.first.size();
      return a.first < b.first;
    });
  }
};

bool matches(std::string_view pattern, std::string_view name) {
  const bool open_front = pattern.starts_with('*');
  const bool open_back = pattern.size() > 1 && pattern.ends_with('*');
  if (open_front) pattern.remove_prefix(1);
  if (open_back) pattern.remove_suffix(1);
  if (open_front && open_back) return name.find(pattern) != std::string_view::npos;
  return open_front ? name.ends_with(pattern) : name.starts_with(pattern);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

std::span<const Language* const> languages() {
  static const std::vector<const Language*> sorted = [] {
    const auto registered = registered_languages();
    std::vector<const Language*> all(registered.begin(), registered.end());
    std::sort(all.begin(), all.end(),
              [](const Language* a, const Language* b) { return a->name < b->name; });
    return all;
  }();
  return sorted;
}

const Language* language_of(std::string_view path) {
  static const Index index;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (const auto it = index.by_name.find(name); it != index.by_name.end()) return it->second;
  for (const auto& [pattern, language] : index.patterns) {
    if (matches(pattern, name)) return language;
  }
  const std::string lower = lower_case(name);
  // From the first dot on, so that the longest extension wins: `.d.ts` before `.ts`.
  for (std::size_t dot = lower.find('.'); dot != std::string::npos;
       dot = lower.find('.', dot + 1)) {
    const auto it = index.by_extension.find(std::string_view(lower).substr(dot));
    if (it != index.by_extension.end()) return it->second;
  }
  return nullptr;
}

}  // namespace privet::lang
