# Writes the list of languages for lang/language.cc: the names in the languages.txt of each folder
# of lang/. A name NAME stands for `extern const Language kLanguage_NAME`.
file(GLOB_RECURSE files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/lang/languages.txt)
set(names)
foreach(file IN LISTS files)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} lines REGEX "^[a-z]")
  list(APPEND names ${lines})
endforeach()
list(SORT names)

set(declarations "")
set(entries "")
foreach(name IN LISTS names)
  string(APPEND declarations "extern const Language kLanguage_${name};\n")
  string(APPEND entries "    &kLanguage_${name},\n")
endforeach()
set(generated_lang ${generated}/languages.cc)
file(CONFIGURE OUTPUT ${generated_lang} @ONLY CONTENT [=[
#include "lang/registry.h"

namespace privet::lang {

@declarations@
namespace {
const Language* const kAll[] = {
@entries@    nullptr,
};
}  // namespace

std::span<const Language* const> registered_languages() {
  return {kAll, std::size(kAll) - 1};
}

}  // namespace privet::lang
]=])
