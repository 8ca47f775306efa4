#include "source/source_map.h"

#include <algorithm>
#include <cstring>

namespace privet::source {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::vector<std::uint32_t> line_begins_of(std::string_view text) {
  std::vector<std::uint32_t> begins{0};
  for (std::size_t i = text.find('\n'); i != std::string_view::npos; i = text.find('\n', i + 1)) {
    begins.push_back(static_cast<std::uint32_t>(i + 1));
  }
  return begins;
}

/// Length in bytes of the UTF-8 sequence that begins the text, 1 for a byte that begins none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  unsigned char second_low = 0x80;
  unsigned char second_high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) second_low = 0xA0;   // overlong
    if (lead == 0xED) second_high = 0x9F;  // surrogates
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) second_low = 0x90;   // overlong
    if (lead == 0xF4) second_high = 0x8F;  // above U+10FFFF
  }
  if (length > text.size()) return 1;
  for (std::size_t i = 1; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const unsigned char low = i == 1 ? second_low : 0x80;
    const unsigned char high = i == 1 ? second_high : 0xBF;
    if (byte < low || byte > high) return 1;
  }
  return length;
}

}  // namespace

std::uint32_t utf16_length(std::string_view text) {
  std::uint32_t units = 0;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    units += length == 4 ? 2u : 1u;
    text.remove_prefix(length);
  }
  return units;
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    while (i + 8 <= text.size()) {
      std::uint64_t block = 0;
      std::memcpy(&block, text.data() + i, 8);
      if ((block & 0x8080808080808080ull) != 0) break;
      i += 8;
    }
    if (i == text.size()) break;
    const std::size_t length = sequence_length(text.substr(i));
    if (length == 1 && static_cast<unsigned char>(text[i]) >= 0x80) return i;
    i += length;
  }
  return std::string_view::npos;
}

FileId SourceMap::add(SourceFile file) {
  CHECK(files_.empty() ||
            files_[FileId{static_cast<std::uint32_t>(files_.size() - 1)}].path < file.path,
        "file ids follow the order of paths");
  const FileId id = files_.push(std::move(file));
  line_begins_.push(line_begins_of(files_[id].text));
  return id;
}

void SourceMap::set_text(FileId id, std::string text) {
  CHECK(text.size() <= 0xFFFFFFFFu, "the size limit keeps offsets within 32 bits");
  files_[id].text = std::move(text);
  line_begins_[id] = line_begins_of(files_[id].text);
}

std::string_view SourceMap::text(Span span) const {
  if (!span.valid()) return {};
  const std::string_view whole = files_[span.file].text;
  const std::size_t begin = std::min<std::size_t>(span.begin, whole.size());
  const std::size_t end = std::clamp<std::size_t>(span.end, begin, whole.size());
  return whole.substr(begin, end - begin);
}

std::size_t SourceMap::line_index(FileId file, std::uint32_t offset) const {
  const std::vector<std::uint32_t>& begins = line_begins_[file];
  return static_cast<std::size_t>(std::upper_bound(begins.begin(), begins.end(), offset) -
                                  begins.begin()) -
         1;
}

Position SourceMap::position(FileId file, std::uint32_t offset) const {
  const std::string_view text = files_[file].text;
  offset = std::min(offset, static_cast<std::uint32_t>(text.size()));
  const std::size_t line = line_index(file, offset);
  std::uint32_t begin = line_begins_[file][line];
  // Editors do not show a byte-order mark.
  if (begin == 0 && text.starts_with(kByteOrderMark)) {
    begin = std::min<std::uint32_t>(3, offset);
  }
  Position position;
  position.line = static_cast<std::uint32_t>(line + 1);
  position.column_bytes = offset - begin + 1;
  position.column_utf16 = utf16_length(text.substr(begin, offset - begin)) + 1;
  return position;
}

std::string_view SourceMap::line_of(FileId file, std::uint32_t offset) const {
  const std::string_view text = files_[file].text;
  offset = std::min(offset, static_cast<std::uint32_t>(text.size()));
  std::size_t begin = line_begins_[file][line_index(file, offset)];
  const std::size_t end = std::min(text.find('\n', begin), text.size());
  if (begin == 0 && text.starts_with(kByteOrderMark)) begin = 3;
  std::string_view line = text.substr(begin, end - begin);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

FileId SourceMap::find(std::string_view path) const {
  const auto it = std::lower_bound(
      files_.begin(), files_.end(), path,
      [](const SourceFile& file, std::string_view wanted) { return file.path < wanted; });
  if (it == files_.end() || it->path != path) return {};
  return FileId{static_cast<std::uint32_t>(it - files_.begin())};
}

}  // namespace privet::source
