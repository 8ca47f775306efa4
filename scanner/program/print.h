#pragma once

#include <string>

#include "program/program.h"

namespace privet::program {

/// For developers and tests (`--print=program`): records, then each function with who it calls and what
/// its variables are. Ids of libraries and of the program by name; files by path; stable.
std::string print_program(const Program& program);

/// One value as printed: `User` instance, `type express.Request`, `list of …`.
std::string print_ref(const Program& program, const Ref& ref);

}  // namespace privet::program
