#include "output/shown.h"

#include <algorithm>

namespace privet::output {
namespace {

constexpr std::size_t kTab = 4;

struct CodePoint {
  std::uint32_t value = 0xFFFD;
  std::size_t n_bytes = 1;
  bool valid = false;
};

CodePoint next_code_point(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t n = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < n) return {};
  std::uint32_t value = lead & (0xFFu >> (n + 1));
  for (std::size_t i = 1; i < n; ++i) {
    const auto unit = static_cast<unsigned char>(text[i]);
    if ((unit & 0xC0u) != 0x80u) return {};
    value = (value << 6) | (unit & 0x3Fu);
  }
  const bool overlong = (n == 3 && value < 0x800) || (n == 4 && value < 0x10000);
  if (overlong || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {};
  return {value, n, true};
}

/// Characters that turn or hide text: direction marks, zero-width characters, line separators.
bool is_treacherous(std::uint32_t c) {
  return (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x2069) ||
         c == 0xFEFF || c == 0x061C || (c >= 0xE0000 && c <= 0xE007F);
}

/// The picture of a control character: U+2400 block.
std::string picture_of(std::uint32_t c) {
  if (c == 0x7F) return "\u2421";
  if (c >= 0x80) return "\uFFFD";
  const std::uint32_t picture = 0x2400 + c;
  return {static_cast<char>(0xE0u | (picture >> 12)), static_cast<char>(0x80u | ((picture >> 6) & 0x3Fu)),
          static_cast<char>(0x80u | (picture & 0x3Fu))};
}

void append_harmless(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const CodePoint c = next_code_point(text);
    if (!c.valid || is_treacherous(c.value)) {
      out += "\uFFFD";
    } else if (c.value == '\n' || c.value == '\r' || c.value == '\t') {
      out += ' ';
    } else if (c.value < 0x20 || (c.value >= 0x7F && c.value < 0xA0)) {
      out += picture_of(c.value);
    } else {
      out += text.substr(0, c.n_bytes);
    }
    text.remove_prefix(c.n_bytes);
  }
}

/// East Asian wide and emoji blocks take two columns, combining marks none; near enough for carets.
std::size_t columns_of(std::uint32_t c) {
  if ((c >= 0x300 && c < 0x370) || (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x1AB0 && c < 0x1B00)) return 0;
  const bool wide = (c >= 0x1100 && c < 0x1160) || (c >= 0x2E80 && c < 0xA4D0) ||
                    (c >= 0xAC00 && c < 0xD7A4) || (c >= 0xF900 && c < 0xFB00) ||
                    (c >= 0xFE30 && c < 0xFE70) || (c >= 0xFF00 && c < 0xFF61) ||
                    (c >= 0xFFE0 && c < 0xFFE7) || (c >= 0x1F300 && c < 0x1FB00) ||
                    (c >= 0x20000 && c < 0x3FFFE);
  return wide ? 2 : 1;
}

std::string mask_of(std::string_view literal) {
  std::size_t n = 0;
  for (std::string_view rest = literal; !rest.empty(); ++n) rest.remove_prefix(next_code_point(rest).n_bytes);
  return "\u2022\u2022\u2022\u2022 (" + std::to_string(n) + " characters)";
}

/// Calls `plain(bytes)` and `secret(bytes)` for the parts of a span, in order.
template <class Plain, class Secret>
void split_span(const finding::Report& report, source::Span span, Plain plain, Secret secret) {
  const auto& redactions = report.redactions;
  std::uint32_t at = span.begin;
  auto next = std::partition_point(redactions.begin(), redactions.end(), [&](source::Span secret_span) {
    return secret_span.file < span.file || (secret_span.file == span.file && secret_span.end <= span.begin);
  });
  for (; next != redactions.end() && next->file == span.file && next->begin < span.end; ++next) {
    if (next->begin > at) plain(report.sources->text({span.file, at, next->begin}));
    const std::uint32_t end = std::min(next->end, span.end);
    secret(report.sources->text({span.file, std::max(at, next->begin), end}));
    at = end;
  }
  if (at < span.end) plain(report.sources->text({span.file, at, span.end}));
}

/// Builds a line for the screen and knows where bytes of the file went.
class LineBuilder {
 public:
  void plain(std::string_view text) {
    while (!text.empty()) {
      const std::size_t tab = std::min(text.find('\t'), text.size());
      add(harmless(text.substr(0, tab)));
      if (tab == text.size()) break;
      add(std::string(kTab - column_ % kTab, ' '));
      text.remove_prefix(tab + 1);
    }
  }
  void secret(std::string_view text) { add(mask_of(text)); }
  std::size_t column() const { return column_; }
  std::string take() { return std::move(text_); }

 private:
  void add(std::string_view text) {
    while (!text.empty()) {
      const CodePoint c = next_code_point(text);
      column_ += columns_of(c.value);
      text_ += text.substr(0, c.n_bytes);
      text.remove_prefix(c.n_bytes);
    }
  }
  std::string text_;
  std::size_t column_ = 0;
};

/// Keeps `kMostColumns` columns around the marked part.
void cut(ShownLine& line) {
  const std::size_t total = width_of(line.text);
  if (total <= kMostColumns) return;
  const std::size_t first =
      line.begin + kMostColumns / 2 <= kMostColumns ? 0 : line.begin - kMostColumns / 2;
  std::string kept = first > 0 ? "\u2026" : "";
  std::size_t column = 0;
  for (std::string_view rest = line.text; !rest.empty();) {
    const CodePoint c = next_code_point(rest);
    if (column >= first && column < first + kMostColumns) kept += rest.substr(0, c.n_bytes);
    column += columns_of(c.value);
    rest.remove_prefix(c.n_bytes);
  }
  if (first + kMostColumns < total) kept += "\u2026";
  const std::size_t shift = first > 0 ? first - 1 : 0;
  line.begin -= std::min(line.begin, shift);
  line.end = std::min(line.end - std::min(line.end, shift), kMostColumns + 1);
  line.text = std::move(kept);
}

}  // namespace

std::string redacted(const finding::Report& report, source::Span span) {
  std::string out;
  split_span(report, span, [&](std::string_view text) { out += text; },
             [&](std::string_view text) { out += mask_of(text); });
  return out;
}

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  append_harmless(text, out);
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint c = next_code_point(text);
    width += columns_of(c.value);
    text.remove_prefix(c.n_bytes);
  }
  return width;
}

ShownLine shown_line(const finding::Report& report, source::Span span) {
  const source::SourceMap& sources = *report.sources;
  ShownLine line;
  line.number = sources.position(span.file, span.begin).line;
  const std::string_view raw = sources.line_of(span.file, span.begin);
  const std::string& text = sources[span.file].text;
  if (raw.empty() || text.empty()) return line;
  const auto begin = static_cast<std::uint32_t>(raw.data() - text.data());
  const auto end = begin + static_cast<std::uint32_t>(raw.size());
  const std::uint32_t mark_end = std::clamp(span.end, span.begin, end);

  LineBuilder builder;
  const auto add = [&](std::uint32_t from, std::uint32_t to) {
    if (from >= to) return;
    split_span(report, {span.file, from, to}, [&](std::string_view part) { builder.plain(part); },
               [&](std::string_view part) { builder.secret(part); });
  };
  add(begin, std::min(span.begin, end));
  line.begin = builder.column();
  add(std::max(begin, span.begin), mark_end);
  line.end = builder.column();
  add(mark_end, end);
  line.text = builder.take();
  cut(line);
  return line;
}

}  // namespace privet::output
