#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/span.h"

namespace privet::source {

/// Why a piece of the input was not, or not fully, analysed. Each has a page in `explain`, is
/// counted in every output, and is never a finding.
enum class ProblemCode : std::uint8_t {
  UnreadableFile,     ///< could not be opened or read
  TooLarge,           ///< over the size limit; not analysed
  BinaryFile,         ///< has NUL bytes; not analysed
  GeneratedFile,      ///< says so itself, or is minified; not analysed unless named
  InvalidUtf8,        ///< analysed, bytes replaced
  SyntaxError,        ///< part of the file was not understood
  TooDeep,            ///< nesting over the limit; the inner part was not understood
  ParseStopped,       ///< the parser used up its steps; not analysed
  UnknownSyntax,      ///< a construct that lowering does not know
  UnresolvedImport,   ///< a file of the project that should be there is not
  FunctionBudget,     ///< a function got a coarse summary
  ProgramBudget,      ///< whole-program solving stopped early
  LinkOutside,        ///< a link out of the root was not followed
};

/// Stable name in outputs, e.g. `syntax-error`.
std::string_view code_name(ProblemCode code);
/// One sentence for `explain` and SARIF notifications.
std::string_view code_text(ProblemCode code);

/// A limit of ours or damage of the input, in one place. `message`: lower-case, no final period.
struct Problem {
  ProblemCode code = ProblemCode::UnknownSyntax;
  Span span;
  std::string message;
};

using Problems = std::vector<Problem>;

}  // namespace privet::source
