#include "lang/javascript/mask.h"

#include <algorithm>
#include <utility>

namespace privet::lang::javascript {
namespace {

constexpr std::size_t kMaxTypeArguments = 4096;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$';
}

void blank(std::string& text, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] != '\n' && text[i] != '\r') text[i] = ' ';
  }
}

/// The `<` that the `>` at `close` ends, when what stands before it can be a tag; else npos. Looks
/// at no more than `steps` bytes and takes them off.
std::size_t opening(std::string_view text, std::size_t close, std::size_t& steps) {
  int depth = 0;
  const std::size_t stop = close > kMaxTypeArguments ? close - kMaxTypeArguments : 0;
  for (std::size_t i = close + 1; i-- > stop;) {
    if (steps == 0) return std::string_view::npos;
    --steps;
    const char c = text[i];
    if (c == '`') return std::string_view::npos;
    if (c == '>' && (i == 0 || text[i - 1] != '=')) ++depth;
    if (c == '<' && --depth == 0) {
      return i > 0 && (is_word(text[i - 1]) || text[i - 1] == ')') ? i : std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

/// Where `first` and `second` follow each other with space between, and where the next text begins.
std::vector<std::pair<std::size_t, std::size_t>> word_pairs(std::string_view text,
                                                            std::string_view first,
                                                            std::string_view second) {
  std::vector<std::pair<std::size_t, std::size_t>> result;
  for (std::size_t at = text.find(first); at != std::string_view::npos;
       at = text.find(first, at + first.size())) {
    std::size_t i = at + first.size();
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    if (i == at + first.size() || text.substr(i, second.size()) != second) continue;
    i += second.size();
    while (i < text.size() && is_space(text[i])) ++i;
    result.emplace_back(at, i);
  }
  return result;
}

}  // namespace

std::optional<std::string> mask_for_grammar(std::string_view text) {
  std::optional<std::string> masked;
  const auto own = [&]() -> std::string& {
    if (!masked) masked = std::string(text);
    return *masked;
  };
  std::size_t steps = 8 * text.size() + kMaxTypeArguments;
  for (std::size_t tick = text.find(">`"); tick != std::string_view::npos;
       tick = text.find(">`", tick + 2)) {
    const std::size_t begin = opening(text, tick, steps);
    if (begin != std::string_view::npos) blank(own(), begin, tick + 1);
  }
  // `typeof import("x")` → one long name; as a type, its text is what lowering takes.
  for (const auto& [begin, end] : word_pairs(text, "typeof", "import")) {
    if (end >= text.size() || text[end] != '(') continue;
    const std::size_t close = text.find_first_of(")\n", end);
    if (close == std::string_view::npos || text[close] != ')') continue;
    std::fill(own().begin() + static_cast<std::ptrdiff_t>(begin),
              own().begin() + static_cast<std::ptrdiff_t>(close) + 1, '_');
  }
  // `export type * from "x"` → `export * from "x"`
  for (const auto& [begin, end] : word_pairs(text, "export", "type")) {
    if (end < text.size() && text[end] == '*') blank(own(), begin + 6, end);
  }
  return masked;
}

bool mask_ampersands(std::string& text, const std::vector<source::Span>& errors) {
  bool found = false;
  for (const source::Span& error : errors) {
    if (error.begin >= text.size() || text[error.begin] != '&') continue;
    if (error.begin + 1 < text.size() && !is_space(text[error.begin + 1])) continue;
    text[error.begin] = ' ';
    found = true;
  }
  return found;
}

}  // namespace privet::lang::javascript
