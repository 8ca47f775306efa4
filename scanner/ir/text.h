#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ir/module.h"

namespace privet::ir {

/// The module for developers to read and for tests to compare; stable, one instruction a line.
/// `parse_text(print_text(m))` gives a module equal to `m` but for its spans.
std::string print_text(const Module& module);

/// Reads the text form; locals spring up where they are first named, and a bare list of
/// instructions is the body of function 0. The error names the line. Spans are the lines and
/// columns of the text itself, so that findings in engine tests have places.
base::Result<Module> parse_text(std::string_view text, source::FileId file);

}  // namespace privet::ir
