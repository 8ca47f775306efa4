#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "flow/flow.h"
#include "source/source_map.h"

namespace privet::flow {

/// A program of one module in IR text, solved, with a small library `lib` whose model is in
/// flow_fixture.cc. Everything that a FlowResult points to lives in it.
struct Solved {
  explicit Solved(std::string_view text, std::string_view language = "javascript",
                  unsigned n_threads = 1);

  /// One flow a line, `contact.email -> log:3`: data type or kind of input, sink kind, line in the
  /// text. Then, in order, `bulk`, `whole`, `template`, the protection.
  std::string flows() const;
  /// Names of the steps of the only flow: `source email:2, assign x:3, sink lib.log:4`.
  std::string steps() const;
  /// `read Member many where id(request) fields email`, one a line, of all functions.
  std::string loads() const;
  /// What is handed to the caller by the function of that name, as `flows()`.
  std::string returned(std::string_view function) const;
  std::string line(source::Span span) const;

  source::SourceMap sources;
  const rule::RuleSet* rules = nullptr;
  std::unique_ptr<base::ThreadPool> pool;
  std::unique_ptr<program::Program> program;
  std::unique_ptr<personal::Personal> personal;
  std::unique_ptr<FlowResult> result;
};

/// Compares `Solved(text).flows()`; blanks around lines do not matter.
void check_flow(std::string_view text, std::string_view expected,
                std::string_view language = "javascript");

}  // namespace privet::flow
