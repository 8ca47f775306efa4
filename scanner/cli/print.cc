#include "cli/print.h"

#include "ir/text.h"
#include "program/print.h"

namespace privet::cli {

std::string print_for_developers(const pipeline::Scan& scan, const std::string& what) {
  if (what == "program") return program::print_program(*scan.program);
  std::string out;
  for (std::uint32_t i = 0; i < scan.program->n_modules(); ++i) {
    const ir::Module& module = scan.program->module(program::ModuleId{i});
    out += "// " + scan.walk.files[module.file].path + "\n" + ir::print_text(module) + "\n";
  }
  return out;
}

}  // namespace privet::cli
