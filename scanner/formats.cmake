# Writes the list of output formats: each .cc in output/formats/ is one, and NAME.cc defines
# `extern const Format kFormat_NAME`.
file(GLOB files CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/output/formats/*.cc)
set(declarations "")
set(entries "")
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  string(APPEND declarations "extern const Format kFormat_${name};\n")
  string(APPEND entries "    &kFormat_${name},\n")
endforeach()
set(generated_output ${generated}/formats.cc)
file(CONFIGURE OUTPUT ${generated_output} @ONLY CONTENT [=[
#include "output/output.h"

namespace privet::output {

@declarations@
namespace {
const Format* const kAll[] = {
@entries@};
}  // namespace

std::span<const Format* const> formats() { return kAll; }

}  // namespace privet::output
]=])
