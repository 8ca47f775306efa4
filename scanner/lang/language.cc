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
        if (name.find('*') != std::string_view::npos) {
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

/// `pattern` has one `*`, or one at either end.
bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.size() > 1 && pattern.starts_with('*') && pattern.ends_with('*')) {
    return name.find(pattern.substr(1, pattern.size() - 2)) != std::string_view::npos;
  }
  const std::size_t star = pattern.find('*');
  const std::string_view front = pattern.substr(0, star);
  const std::string_view back = pattern.substr(star + 1);
  return name.size() >= front.size() + back.size() && name.starts_with(front) &&
         name.ends_with(back);
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
  const std::size_t folder_end = path.size() - name.size();
  const std::size_t folder =
      folder_end < 2 ? 0 : path.substr(0, folder_end - 1).rfind('/') + 1;
  for (const auto& [pattern, language] : index.patterns) {
    const bool with_folder = pattern.find('/') != std::string_view::npos;
    if (matches(pattern, with_folder ? path.substr(folder) : name)) return language;
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
