#include "source/problem.h"

namespace privet::source {

std::string_view code_name(ProblemCode code) {
  switch (code) {
    case ProblemCode::UnreadableFile: return "unreadable-file";
    case ProblemCode::TooLarge: return "too-large";
    case ProblemCode::BinaryFile: return "binary-file";
    case ProblemCode::GeneratedFile: return "generated-file";
    case ProblemCode::InvalidUtf8: return "invalid-utf8";
    case ProblemCode::SyntaxError: return "syntax-error";
    case ProblemCode::TooDeep: return "too-deep";
    case ProblemCode::ParseStopped: return "parse-stopped";
    case ProblemCode::UnknownSyntax: return "unknown-syntax";
    case ProblemCode::UnresolvedImport: return "unresolved-import";
    case ProblemCode::FunctionBudget: return "function-budget";
    case ProblemCode::ProgramBudget: return "program-budget";
    case ProblemCode::LinkOutside: return "link-outside";
  }
  return "unknown";
}

std::string_view code_text(ProblemCode code) {
  switch (code) {
    case ProblemCode::UnreadableFile: return "the file could not be read, so it was not analysed";
    case ProblemCode::TooLarge: return "the file is over the size limit, so it was not analysed";
    case ProblemCode::BinaryFile: return "the file holds binary data, so it was not analysed";
    case ProblemCode::GeneratedFile:
      return "the file is generated or minified, so it was not analysed; name it to scan it anyway";
    case ProblemCode::InvalidUtf8: return "the file is not valid UTF-8; it was analysed all the same";
    case ProblemCode::SyntaxError: return "part of the file was not understood by the parser";
    case ProblemCode::TooDeep: return "the file nests too deeply; the inner part was not understood";
    case ProblemCode::ParseStopped: return "the parser used up its steps, so the file was not analysed";
    case ProblemCode::UnknownSyntax: return "a construct of the language was not understood";
    case ProblemCode::UnresolvedImport: return "an imported file of the project was not found";
    case ProblemCode::FunctionBudget:
      return "a function was too large to analyse exactly; it got a coarse summary";
    case ProblemCode::ProgramBudget: return "the program was too large to analyse exactly";
    case ProblemCode::LinkOutside: return "a link that leads out of the scanned folder was not followed";
  }
  return "";
}

}  // namespace privet::source
