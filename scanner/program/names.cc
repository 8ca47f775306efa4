#include "program/names.h"

#include <cctype>
#include <vector>

namespace privet::program {
namespace {

constexpr int kMaxAlternatives = 64;

/// The globs that `{a,b}` stands for.
std::vector<std::string> expand_braces(std::string_view glob) {
  std::vector<std::string> todo{std::string(glob)};
  std::vector<std::string> done;
  while (!todo.empty() && done.size() + todo.size() < kMaxAlternatives) {
    const std::string at = todo.back();
    todo.pop_back();
    const std::size_t open = at.find('{');
    const std::size_t close = open == std::string::npos ? open : at.find('}', open);
    if (close == std::string::npos) {
      done.push_back(at);
      continue;
    }
    std::size_t begin = open + 1;
    while (begin <= close) {
      std::size_t end = at.find_first_of(",}", begin);
      todo.push_back(at.substr(0, open) + at.substr(begin, end - begin) + at.substr(close + 1));
      begin = end + 1;
    }
  }
  return done;
}

/// Greedy with one point of return for each kind of star: O(glob × path).
bool matches_one(std::string_view glob, std::string_view path) {
  std::size_t g = 0;
  std::size_t p = 0;
  std::size_t star_g = std::string_view::npos;
  std::size_t star_p = 0;
  std::size_t deep_g = std::string_view::npos;
  std::size_t deep_p = 0;
  while (true) {
    if (g + 1 < glob.size() && glob[g] == '*' && glob[g + 1] == '*') {
      g += 2;
      if (g < glob.size() && glob[g] == '/') ++g;
      deep_g = g;
      deep_p = p;
      star_g = std::string_view::npos;
      continue;
    }
    if (g < glob.size() && glob[g] == '*') {
      star_g = ++g;
      star_p = p;
      continue;
    }
    if (g == glob.size() && p == path.size()) return true;
    if (g < glob.size() && p < path.size() && (glob[g] == path[p] || (glob[g] == '?' && path[p] != '/'))) {
      ++g;
      ++p;
      continue;
    }
    if (star_g != std::string_view::npos && star_p < path.size() && path[star_p] != '/') {
      g = star_g;
      p = ++star_p;
      continue;
    }
    if (deep_g == std::string_view::npos) return false;
    // `**` ends at a folder's end.
    if (deep_g == glob.size()) return true;
    const std::size_t slash = path.find('/', deep_p);
    if (slash == std::string_view::npos) return false;
    deep_p = slash + 1;
    p = deep_p;
    g = deep_g;
    star_g = std::string_view::npos;
  }
}

}  // namespace

std::string table_key(std::string_view name) {
  const std::size_t dot = name.rfind('.');
  if (dot != std::string_view::npos) name = name.substr(dot + 1);
  std::string key;
  for (const char c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      key += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  const auto ends = [&](std::string_view tail) { return key.size() > tail.size() + 2 && key.ends_with(tail); };
  if (ends("ies")) {
    key.replace(key.size() - 3, 3, "y");
  } else if (ends("sses") || ends("xes") || ends("ches") || ends("shes")) {
    key.resize(key.size() - 2);
  } else if (ends("s") && !ends("ss") && !ends("us") && !ends("is")) {
    key.pop_back();
  }
  if (key == "people") return "person";
  return key;
}

bool matches_glob(std::string_view glob, std::string_view path) {
  for (const std::string& one : expand_braces(glob)) {
    if (matches_one(one, path)) return true;
  }
  return false;
}

}  // namespace privet::program
