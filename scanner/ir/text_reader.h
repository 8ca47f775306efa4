#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.h"
#include "ir/module.h"
#include "ir/text_locals.h"
#include "ir/text_scan.h"

/// The reader of the text form, by recursive descent. Its parts: text_parse.cc has functions,
/// blocks and statements, text_expression.cc what stands right of `=`, text_declaration.cc the
/// rest.
namespace privet::ir::text {

/// Operands within operands and functions within functions; texts come from tests, and from
/// fuzzers.
inline constexpr int kMaxNesting = 100;

/// A function being read. Jump targets are label numbers until the function ends.
struct Draft {
  FunctionIndex index = 0;
  BlockIndex block = 0;
  bool open = true;
  bool entry_is_fresh = true;  // nothing was written before the first label
  std::unordered_map<std::string, std::uint32_t> labels;
  std::vector<BlockIndex> label_blocks;
  std::vector<Instruction> hoisted;
};

/// Reads one text, once. `Reader(text, file).read()`.
class Reader {
 public:
  Reader(std::string_view text, source::FileId file) : in_(text, file), file_(file) {}
  base::Result<Module> read() &&;

 private:
  // --- functions and blocks ---

  Function& function() { return module_.functions[draft().index]; }
  Draft& draft() { return drafts_.back(); }
  Tokens& tokens() { return tokens_[draft().index]; }
  FunctionIndex begin_function(FunctionIndex parent);
  void end_function();
  void missing_label(const Draft& at);
  static void place(const Draft& at, std::uint32_t& label);
  std::uint32_t label(const std::string& name);
  void start_block(const std::string& name);
  void end_block(const Terminator& end);
  void emit(const Instruction& instruction);

  // --- locals ---

  bool at_token();

  /// Token index, or kNone for `-`.
  std::uint32_t token();
  std::uint32_t bound(std::uint32_t token);
  void locals_line();

  // --- statements ---

  void statements();
  void statement();

  /// True if `word` opens a statement, which is then read.
  bool declaration(std::string_view word, std::uint32_t begin);
  void block_end(std::string_view word, std::uint32_t begin);

  /// `x = …`, `a.b.c = …`, `a[b] = …`.
  void place_statement(std::uint32_t begin);

  /// The last `.name` or `[key]` of a chain, not yet an instruction.
  struct Step {
    Name name;
    std::uint32_t key = kNone;
    Span name_span;
  };

  /// Reads one more step; the one before it becomes a Load into a temporary, the new base.
  bool next_step(Step& step, std::uint32_t& base, bool has_step, std::uint32_t begin);
  std::uint32_t load(std::uint32_t base, const Step& step, std::uint32_t into, std::uint32_t begin);

  std::uint32_t fresh() { return tokens().fresh(in_.since(in_.position())); }

  // --- expressions ---

  /// What stands for a value: a local as it is, everything else through a temporary.
  std::uint32_t operand_value();

  /// Reads an expression into `into`; with kNone a plain local is given back as it is.
  std::uint32_t expression(std::uint32_t into, std::uint32_t begin);
  std::uint32_t expression_here(std::uint32_t into, std::uint32_t begin);
  std::uint32_t chain(std::uint32_t into, std::uint32_t begin);
  std::uint32_t finish(Instruction& instruction, std::uint32_t into, std::uint32_t begin);
  std::uint32_t literal(std::uint32_t into, std::uint32_t begin);
  std::string bare_number();
  std::uint32_t operate(std::uint32_t into, std::uint32_t begin);
  std::uint32_t unknown(std::uint32_t into, std::uint32_t begin);
  std::uint32_t construct(std::uint32_t into, std::uint32_t begin);
  std::uint32_t call(std::uint32_t into, std::uint32_t begin);
  void set_operands(Instruction& instruction, const std::vector<Operand>& operands);
  std::vector<Operand> operands_until(std::string_view close);
  Operand operand();
  bool is_key();
  std::uint32_t closure(std::uint32_t into, std::uint32_t begin);
  std::uint32_t closure_of(std::uint32_t into, std::uint32_t index, bool is_class,
                           std::uint32_t begin);

  /// `function f`: numbers from the top of the range stand for names until all are known.
  void bind_functions_by_name();
  FunctionIndex function_called(Name name);

  // --- declarations ---

  /// Where a function stands.
  struct Head {
    ClassIndex owner = kNone;
    bool is_method = false;
  };
  void declare_function(std::uint32_t begin);
  void numbered_function(std::uint32_t number, std::uint32_t begin);
  FunctionIndex function_body(Name name, const Head& head, std::uint32_t begin);
  FunctionIndex function_in(FunctionIndex parent, Name name, const Head& head, std::uint32_t begin);

  /// Reads a name that stands in another function than the current one.
  std::uint32_t token_in(FunctionIndex other);
  std::vector<Annotation> annotations(FunctionIndex other);

  /// Parameters, return type and flags, up to the `{`.
  void function_head(FunctionIndex parent, bool is_method);
  void make_parameter(std::uint32_t index);
  Parameter parameter(FunctionIndex parent);
  void function_flag(FunctionIndex parent);
  void declare_class(std::string_view word, std::uint32_t begin);
  void class_head(Class& made);
  void class_body(Class& made, ClassIndex index);
  Field field(FunctionIndex parent);

  // --- types ---

  TypeIndex type(int depth);

  // `{class 3}`, and not the body of a function or class.
  bool at_anonymous();

  // --- the rest of a module ---

  void module_line();
  void import_line(std::uint32_t begin);
  void skip_token();
  void bind_import_locals();
  void bind_import_local(std::size_t import, std::uint32_t position);
  void export_line(std::uint32_t begin);
  void problem(std::uint32_t begin);
  void document();

  Module module_;
  Scanner in_;
  source::FileId file_;
  std::vector<Tokens> tokens_;
  std::vector<Draft> drafts_;
  std::vector<Name> by_name_;
  std::vector<std::pair<std::size_t, std::uint32_t>> import_locals_;  // import, place of its local
  int nesting_ = 0;
  bool only_names_ = false;
  bool seen_body_ = false;
};

}  // namespace privet::ir::text
