# Compiles every file of rules/ into the executable, byte for byte; rule/embedded.h gives them out.
file(GLOB_RECURSE files RELATIVE ${CMAKE_SOURCE_DIR}/rules CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/rules/*)
list(FILTER files EXCLUDE REGEX "(^|/)\\.")
list(SORT files)

set(bytes "")
set(declarations "")
set(entries "")
set(paths)
set(i 0)
foreach(file IN LISTS files)
  list(APPEND paths ${CMAKE_SOURCE_DIR}/rules/${file})
  string(APPEND bytes "    \"privet_rule_${i}_begin: .incbin \\\"${CMAKE_SOURCE_DIR}/rules/${file}\\\"\\n\"\n"
                      "    \"privet_rule_${i}_end:\\n\"\n")
  string(APPEND declarations "extern const char privet_rule_${i}_begin[], privet_rule_${i}_end[];\n")
  string(APPEND entries "    {\"${file}\", text(privet_rule_${i}_begin, privet_rule_${i}_end)},\n")
  math(EXPR i "${i} + 1")
endforeach()
set(generated_rule ${generated}/embedded.cc)
file(CONFIGURE OUTPUT ${generated_rule} @ONLY CONTENT [=[
#include "rule/embedded.h"

__asm__(
    ".pushsection .rodata\n"
@bytes@    ".byte 0\n"
    ".popsection\n");

extern "C" {
@declarations@}

namespace privet::rule {
namespace {

[[maybe_unused]] std::string_view text(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::span<const EmbeddedFile> embedded_files() {
  static const EmbeddedFile files[] = {
@entries@      {"", ""},
  };
  return {files, std::size(files) - 1};
}

}  // namespace privet::rule
]=])
set_source_files_properties(${generated_rule} PROPERTIES OBJECT_DEPENDS "${paths}")
