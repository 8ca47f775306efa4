#pragma once

#include <span>
#include <string_view>

#include "ir/module.h"
#include "source/span.h"

/// Source languages and configuration formats: bytes come in, an `ir::Module` goes out. The only
/// folder with tree-sitter or libclang. Knows one file at a time, no rules and no libraries.
namespace privet::lang {

/// What is known of a file before its bytes are read.
struct FileInfo {
  source::FileId file;
  std::string_view path;  ///< relative to the root
};

/// One language or format. Lives for the whole process; safe on every thread.
struct Language {
  std::string_view name;                         ///< `python`, `javascript`, `typescript`, `json`, …
  std::string_view family;                       ///< what models and rules call it: TypeScript is `javascript`
  std::span<const std::string_view> extensions;  ///< with the dot, lower-case
  /// Whole names, or with one `*`: `Pipfile`, `.env.*`; with the folder: `requirements/*.txt`.
  std::span<const std::string_view> file_names;
  std::string_view line_comment;                 ///< `//`, `#`; empty when the format has none

  /// Lowers one file, alone: reads no other file and no global, so it may run on any thread and its
  /// result may be cached by content. `text`: UTF-8, invalid bytes allowed. Every span in the
  /// result lies within it. Never fails: syntax it does not know becomes `Unknown`, which passes on
  /// the taint of its operands, plus one Problem. Half a file understood is worth more than none.
  ir::Module (*lower)(const FileInfo& info, std::string_view text) = nullptr;

  /// Parses and throws the tree away: what a scan costs at least (`--stop-after=parse`).
  void (*parse_only)(std::string_view text) = nullptr;
};

/// Every language linked in, sorted by name. A language registers itself: `scanner/lang/NAME/`
/// defines `extern const Language kLanguage_NAME`, and CMake writes the list from the folders.
std::span<const Language* const> languages();

/// By file name and extension, file names first; nullptr for a file nobody reads.
const Language* language_of(std::string_view path);

}  // namespace privet::lang
