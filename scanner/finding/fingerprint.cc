#include "finding/fingerprint.h"

#include <array>
#include <optional>
#include <unordered_map>

#include "base/hash.h"
#include "finding/finding.h"

namespace privet::finding {
namespace {

constexpr std::uint64_t kBase = 37;
constexpr std::size_t kWindow = 100;
constexpr std::uint16_t kEndOfFile = 65535;

constexpr std::uint64_t power(std::uint64_t base, std::size_t exponent) {
  std::uint64_t result = 1;
  for (std::size_t i = 0; i < exponent; ++i) result *= base;
  return result;
}
constexpr std::uint64_t kOldest = power(kBase, kWindow);

/// UTF-8 to UTF-16 as a JavaScript reader of the file would see it: each invalid byte is one U+FFFD.
std::vector<std::uint16_t> utf16_of(std::string_view text) {
  std::vector<std::uint16_t> units;
  units.reserve(text.size());
  std::size_t i = 0;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : 2;
    std::uint32_t code = length == 1 ? lead : length == 2 ? lead & 0x1Fu : length == 3 ? lead & 0x0Fu : lead & 0x07u;
    bool valid = lead < 0x80 || (lead >= 0xC2 && lead < 0xF5);
    for (std::size_t k = 1; valid && k < length; ++k) {
      if (i + k >= text.size() || (static_cast<unsigned char>(text[i + k]) & 0xC0u) != 0x80u) {
        valid = false;
        break;
      }
      code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3Fu);
    }
    if (!valid) {
      units.push_back(0xFFFD);
      ++i;
      continue;
    }
    i += length;
    if (code < 0x10000) {
      units.push_back(static_cast<std::uint16_t>(code));
    } else {
      code -= 0x10000;
      units.push_back(static_cast<std::uint16_t>(0xD800u + (code >> 10)));
      units.push_back(static_cast<std::uint16_t>(0xDC00u + (code & 0x3FFu)));
    }
  }
  return units;
}

std::string short_hex(std::uint64_t value) {
  std::string digits = base::hex(value);
  const std::size_t first = digits.find_first_not_of('0');
  return first == std::string::npos ? "0" : digits.substr(first);
}

}  // namespace

LineHashes::LineHashes(std::string_view text) {
  // A circular window of the last 100 kept units; each place remembers which line began there, and
  // gives that line its hash when the window has moved past its start.
  std::array<std::uint16_t, kWindow> window{};
  std::array<std::int64_t, kWindow> begins{};
  begins.fill(-1);
  std::size_t at = 0;
  std::uint64_t hash = 0;
  std::int64_t line = 0;
  bool line_start = true;
  bool previous_cr = false;
  std::unordered_map<std::uint64_t, std::uint32_t> seen;

  const auto put = [&](std::uint64_t value, std::int64_t for_line) {
    const std::uint32_t ordinal = ++seen[value];
    const auto index = static_cast<std::size_t>(for_line - 1);
    if (lines_.size() <= index) lines_.resize(index + 1);
    lines_[index] = short_hex(value) + ":" + std::to_string(ordinal);
  };
  const auto update = [&](std::uint16_t unit) {
    const std::uint16_t oldest = window[at];
    window[at] = unit;
    if (begins[at] != -1) put(hash, begins[at]);
    begins[at] = -1;
    if (line_start) {
      line_start = false;
      ++line;
      begins[at] = line;
    }
    if (unit == '\n') line_start = true;
    hash = kBase * hash + unit - kOldest * oldest;
    at = (at + 1) % kWindow;
  };

  for (const std::uint16_t unit : utf16_of(text)) {
    if (unit == ' ' || unit == '\t' || (previous_cr && unit == '\n')) {
      previous_cr = false;
      continue;
    }
    if (unit == '\r') {
      previous_cr = true;
      update('\n');
    } else {
      previous_cr = false;
      update(unit);
    }
  }
  update(kEndOfFile);
  for (std::size_t i = 0; i < kWindow; ++i) update(0);
}

std::string LineHashes::at(std::uint32_t line) const {
  return line == 0 || line > lines_.size() ? std::string{} : lines_[line - 1];
}

void set_line_hashes(const source::SourceMap& sources, std::vector<Finding>& findings) {
  source::FileId file;
  std::optional<LineHashes> hashes;
  for (Finding& finding : findings) {
    if (!finding.line_hash.empty()) continue;
    if (finding.span.file != file || !hashes) {
      file = finding.span.file;
      hashes.emplace(sources[file].text);
    }
    finding.line_hash = hashes->at(sources.position(file, finding.span.begin).line);
  }
}

std::string fingerprint(const std::vector<std::string_view>& parts) {
  std::string all;
  for (const std::string_view part : parts) {
    all += part;
    all += '\0';
  }
  return base::hex(base::hash64(all));
}

std::string without_blanks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  }
  return out;
}

}  // namespace privet::finding
