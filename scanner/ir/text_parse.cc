#include <algorithm>
#include <unordered_map>
#include <utility>

#include "ir/text.h"
#include "ir/text_document.h"
#include "ir/text_locals.h"
#include "ir/text_scan.h"
#include "ir/text_words.h"
#include "ir/verify.h"

namespace privet::ir {
namespace {

using text::Scanner;
using text::Token;
using text::Tokens;

// Operands within operands and functions within functions; texts come from tests, and from fuzzers.
constexpr int kMaxNesting = 100;

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

class Reader {
 public:
  Reader(std::string_view text, source::FileId file) : in_(text, file), file_(file) {}

  base::Result<Module> read() && {
    module_.file = file_;
    module_.language = Name::of("ir");
    begin_function(kNone);
    statements();
    if (!in_.failed() && !in_.at_end()) in_.fail("unexpected `" + std::string(1, in_.peek()) + "`");
    end_function();
    if (!in_.failed()) bind_import_locals();
    if (!in_.failed()) bind_functions_by_name();
    if (!in_.failed()) text::bind_locals(module_, tokens_, in_);
    if (in_.failed()) return base::Error{in_.error()};
    const auto wrong = verify(module_, static_cast<std::uint32_t>(in_.text().size()));
    if (!wrong.empty()) return base::Error{wrong.front()};
    return std::move(module_);
  }

 private:
  // --- functions and blocks ---

  Function& function() { return module_.functions[draft().index]; }
  Draft& draft() { return drafts_.back(); }
  Tokens& tokens() { return tokens_[draft().index]; }

  FunctionIndex begin_function(FunctionIndex parent) {
    Draft draft;
    draft.index = static_cast<FunctionIndex>(module_.functions.size());
    Function made;
    made.parent = parent;
    made.blocks.emplace_back();
    module_.functions.push_back(std::move(made));
    tokens_.emplace_back();
    drafts_.push_back(std::move(draft));
    return drafts_.back().index;
  }

  void end_function() {
    Draft& at = draft();
    Function& made = function();
    auto& entry = made.blocks[0].instructions;
    entry.insert(entry.begin(), at.hoisted.begin(), at.hoisted.end());
    if (const auto first = at.labels.find("b0"); first != at.labels.end()) {
      if (at.label_blocks[first->second] == kNone) at.label_blocks[first->second] = 0;
    }
    for (const auto& [name, label] : at.labels) {
      // Any of the missing ones would do for the message; take the first by name.
      if (at.label_blocks[label] == kNone) missing_label(at);
    }
    for (Block& block : made.blocks) {
      place(at, block.end.target);
      place(at, block.end.otherwise);
      place(at, block.handler);
    }
    drafts_.pop_back();
  }

  void missing_label(const Draft& at) {
    std::string first;
    for (const auto& [name, label] : at.labels) {
      if (at.label_blocks[label] == kNone && (first.empty() || name < first)) first = name;
    }
    in_.fail("no block `" + first + "`");
  }

  static void place(const Draft& at, std::uint32_t& label) {
    if (label != kNone) label = at.label_blocks[label];
  }

  std::uint32_t label(const std::string& name) {
    Draft& at = draft();
    const auto [found, is_new] =
        at.labels.emplace(name, static_cast<std::uint32_t>(at.label_blocks.size()));
    if (is_new) at.label_blocks.push_back(kNone);
    return found->second;
  }

  void start_block(const std::string& name) {
    const std::uint32_t number = label(name);
    Draft& at = draft();
    if (at.label_blocks[number] != kNone) return in_.fail("second block `" + name + "`");
    if (at.entry_is_fresh && at.open && at.hoisted.empty()) {
      at.label_blocks[number] = 0;
      at.entry_is_fresh = false;
      return;
    }
    if (at.open) {
      Terminator end;
      end.kind = Terminator::Kind::Jump;
      end.target = number;
      function().blocks[at.block].end = end;
    }
    function().blocks.emplace_back();
    at.block = static_cast<BlockIndex>(function().blocks.size() - 1);
    at.label_blocks[number] = at.block;
    at.open = true;
    at.entry_is_fresh = false;
  }

  void end_block(const Terminator& end) {
    Draft& at = draft();
    if (!at.open) return in_.fail("this block has ended already");
    function().blocks[at.block].end = end;
    at.open = false;
    at.entry_is_fresh = false;
  }

  void emit(const Instruction& instruction) {
    Draft& at = draft();
    if (only_names_) return in_.fail("only names of locals may stand here");
    if (!at.open) return in_.fail("an instruction after the end of its block needs a label");
    function().blocks[at.block].instructions.push_back(instruction);
    at.entry_is_fresh = false;
  }

  // --- locals ---

  bool at_token() {
    const char c = in_.peek();
    return c == '^' || c == '%' || c == '-' || c == '`' || text::is_name_start(c);
  }

  /// Token index, or kNone for `-`.
  std::uint32_t token() {
    if (in_.eat("-")) return kNone;
    const std::uint32_t begin = (in_.skip_blanks(), in_.position());
    if (in_.eat("%")) {
      const std::string number = std::to_string(in_.expect_number());
      return tokens().find_or_add(number, "", '%', in_.since(begin));
    }
    const char mark = in_.eat("^") ? '^' : '\0';
    const std::string name = in_.name();
    std::string spelling;
    if (text::is_plain_name(name) && !text::is_reserved(name)) {
      spelling = name;
    } else {
      text::append_quoted(spelling, name, '`');
    }
    if (in_.position() < in_.text().size() && in_.text()[in_.position()] == '#') {
      in_.eat("#");
      spelling += "#" + std::to_string(in_.expect_number());
    }
    return tokens().find_or_add(spelling, name, mark, in_.since(begin));
  }

  std::uint32_t bound(std::uint32_t token) {
    if (token != kNone) tokens().all[token].bound = true;
    return token;
  }

  void locals_line() {
    do {
      in_.skip_blanks();
      const std::string_view word = in_.peek_word();
      std::optional<Local::Kind> kind;
      const char after = in_.peek_after_word();
      if (!word.empty() &&
          (after == '^' || after == '%' || after == '`' || text::is_name_start(after))) {
        if (word == "param") kind = Local::Kind::Parameter;
        if (word == "var") kind = Local::Kind::Variable;
        if (word == "temp") kind = Local::Kind::Temporary;
        if (word == "capture") kind = Local::Kind::Captured;
        if (word == "free") kind = Local::Kind::Free;
        if (!kind) return in_.fail("unknown kind `" + std::string(word) + "`");
        in_.eat_word(word);
      }
      const std::uint32_t index = token();
      if (in_.failed()) return;
      if (index == kNone) return in_.fail("expected a local");
      const TypeIndex declared = in_.eat(":") ? type(0) : kNone;
      std::string outer;
      if (in_.eat("=")) {
        in_.skip_blanks();
        const std::uint32_t begin = in_.position();
        if (in_.eat("%")) {
          in_.expect_number();
        } else {
          in_.eat("^");
          in_.name();
          if (in_.eat("#")) in_.expect_number();
        }
        outer = in_.raw(begin);
      }
      Token& at = tokens().all[index];
      at.bound = true;
      at.type = declared;
      at.outer = outer;
      if (kind) {
        at.has_kind = true;
        at.kind = *kind;
      }
      if (at.has_kind || at.mark != '\0') at.bound = at.kind != Local::Kind::Free;
      if (!in_.failed()) tokens().listed.push_back(index);
    } while (in_.eat(",") && (in_.skip_lines(), true));
  }

  // --- statements ---

  void statements() {
    if (drafts_.size() > kMaxNesting) return in_.fail("functions nest too deep");
    for (;;) {
      in_.skip_lines();
      if (in_.failed() || in_.at_end() || in_.peek() == '}') return;
      statement();
      if (in_.failed()) return;
      const char c = in_.peek();
      if (c != '\0' && c != '\n' && c != ';' && c != '}') {
        return in_.fail("unexpected `" + std::string(1, c) + "`");
      }
    }
  }

  void statement() {
    const std::uint32_t begin = in_.position();
    const std::string_view word = in_.peek_word();
    const char after = in_.peek_after_word();
    const bool plain = after == '=' || after == '.' || (after == '[' && word != "return");
    if (after == ':') {
      in_.eat_word(word);
      in_.eat(":");
      start_block(std::string(word));
      return;
    }
    if (word.empty() || plain || !declaration(word, begin)) place_statement(begin);
  }

  /// True if `word` opens a statement, which is then read.
  bool declaration(std::string_view word, std::uint32_t begin) {
    if (word == "jump" || word == "branch" || word == "return" || word == "throw" ||
        word == "stop" || word == "handler") {
      in_.eat_word(word);
      block_end(word, begin);
    } else if (word == "call" || word == "new") {
      expression(fresh(), begin);
    } else if (word == "locals") {
      in_.eat_word(word);
      locals_line();
    } else if (word == "function") {
      in_.eat_word(word);
      declare_function(begin);
    } else if (word == "class" || word == "interface" || word == "enum" || word == "entity") {
      in_.eat_word(word);
      declare_class(word, begin);
    } else if (word == "import") {
      in_.eat_word(word);
      import_line(begin);
    } else if (word == "export") {
      in_.eat_word(word);
      export_line(begin);
    } else if (word == "module") {
      in_.eat_word(word);
      module_line();
    } else if (word == "document") {
      in_.eat_word(word);
      document();
    } else if (word == "problem") {
      in_.eat_word(word);
      problem(begin);
    } else {
      return false;
    }
    return true;
  }

  void block_end(std::string_view word, std::uint32_t begin) {
    if (word == "handler") {
      function().blocks[draft().block].handler = label(in_.name());
      draft().entry_is_fresh = false;
      return;
    }
    Terminator end;
    if (word == "jump") {
      end.kind = Terminator::Kind::Jump;
      end.target = label(in_.name());
    } else if (word == "branch") {
      end.kind = Terminator::Kind::Branch;
      end.value = operand_value();
      end.target = label(in_.name());
      end.otherwise = label(in_.name());
    } else if (word == "stop") {
      end.kind = Terminator::Kind::Stop;
    } else {
      end.kind = word == "return" ? Terminator::Kind::Return : Terminator::Kind::Throw;
      if (!in_.at_end_of_statement()) end.value = operand_value();
    }
    end.span = in_.since(begin);
    if (!in_.failed()) end_block(end);
  }

  /// `x = …`, `a.b.c = …`, `a[b] = …`.
  void place_statement(std::uint32_t begin) {
    if (!at_token()) return in_.fail("expected a statement");
    std::uint32_t base = token();
    Step step;
    bool has_step = false;
    while (!in_.failed() && next_step(step, base, has_step, begin)) has_step = true;
    in_.expect("=");
    if (in_.failed()) return;
    if (!has_step) {
      expression(bound(base), begin);
      return;
    }
    Instruction store;
    store.op = Op::Store;
    store.a = base;
    store.b = step.key;
    store.name = step.name;
    store.name_span = step.name_span;
    store.c = operand_value();
    store.span = in_.since(begin);
    if (!in_.failed()) emit(store);
  }

  /// The last `.name` or `[key]` of a chain, not yet an instruction.
  struct Step {
    Name name;
    std::uint32_t key = kNone;
    Span name_span;
  };

  /// Reads one more step; the one before it becomes a Load into a temporary, the new base.
  bool next_step(Step& step, std::uint32_t& base, bool has_step, std::uint32_t begin) {
    // Directly behind: `a [k]: v` in a list of operands is two of them.
    const char c = in_.peek_direct();
    const bool dot = c == '.' && in_.peek_second() != '.';
    if (!dot && c != '[') return false;
    if (has_step) base = load(base, step, fresh(), begin);
    step = Step{};
    if (dot) {
      in_.eat(".");
      in_.skip_blanks();
      const std::uint32_t name_begin = in_.position();
      step.name = Name::of(in_.name());
      step.name_span = in_.since(name_begin);
      if (step.name.empty()) in_.fail("a field has a name");
    } else {
      in_.eat("[");
      step.key = operand_value();
      in_.expect("]");
    }
    return !in_.failed();
  }

  std::uint32_t load(std::uint32_t base, const Step& step, std::uint32_t into, std::uint32_t begin) {
    Instruction load;
    load.op = Op::Load;
    load.result = into;
    load.a = base;
    load.b = step.key;
    load.name = step.name;
    load.name_span = step.name_span;
    load.span = in_.since(begin);
    emit(load);
    return into;
  }

  std::uint32_t fresh() { return tokens().fresh(in_.since(in_.position())); }

  // --- expressions ---

  /// What stands for a value: a local as it is, everything else through a temporary.
  std::uint32_t operand_value() {
    in_.skip_blanks();
    return expression(kNone, in_.position());
  }

  /// Reads an expression into `into`; with kNone a plain local is given back as it is.
  std::uint32_t expression(std::uint32_t into, std::uint32_t begin) {
    if (++nesting_ > kMaxNesting) in_.fail("expressions nest too deep");
    const std::uint32_t result = in_.failed() ? kNone : expression_here(into, begin);
    --nesting_;
    return result;
  }

  std::uint32_t expression_here(std::uint32_t into, std::uint32_t begin) {
    in_.skip_blanks();
    if (only_names_ && at_token()) return token();
    const char c = in_.peek();
    const std::string_view word = in_.peek_word();
    const char after = in_.peek_after_word();
    if (c == '"' || (c >= '0' && c <= '9')) return literal(into, begin);
    const bool quoted_next = after == '"';
    const bool number_next = after >= '0' && after <= '9';
    const bool word_next = text::is_name_start(after);
    const bool token_next = word_next || after == '^' || after == '%' || after == '`';
    if (word == "literal" && (quoted_next || number_next || word_next)) {
      in_.eat_word("literal");
      return literal(into, begin);
    }
    if (word == "true" || word == "false" || word == "null") return literal(into, begin);
    if (word == "operate" && quoted_next) return operate(into, begin);
    if (word == "unknown") return unknown(into, begin);
    if ((word == "object" && after == '{') ||
        ((word == "list" || word == "set" || word == "tuple") && after == '[') ||
        (word == "element" && (after == '{' || quoted_next || token_next))) {
      return construct(into, begin);
    }
    if ((word == "call" || word == "new") && (token_next || after == '-')) return call(into, begin);
    if (word == "function" && (number_next || word_next || after == '(' || after == '`')) {
      return closure(into, begin);
    }
    if (word == "class" && number_next) {
      in_.eat_word("class");
      return closure_of(into, in_.expect_number(), true, begin);
    }
    return chain(into, begin);
  }

  std::uint32_t chain(std::uint32_t into, std::uint32_t begin) {
    if (!at_token()) {
      in_.fail("expected a value");
      return kNone;
    }
    std::uint32_t base = token();
    Step step;
    bool has_step = false;
    while (!in_.failed() && next_step(step, base, has_step, begin)) has_step = true;
    if (in_.failed()) return kNone;
    if (has_step) return load(base, step, into == kNone ? fresh() : into, begin);
    if (into == kNone) return base;
    Instruction copy;
    copy.op = Op::Copy;
    copy.result = into;
    copy.a = base;
    copy.span = in_.since(begin);
    emit(copy);
    return into;
  }

  std::uint32_t finish(Instruction& instruction, std::uint32_t into, std::uint32_t begin) {
    instruction.result = into == kNone ? fresh() : into;
    instruction.span = in_.since(begin);
    if (!in_.failed()) emit(instruction);
    return instruction.result;
  }

  std::uint32_t literal(std::uint32_t into, std::uint32_t begin) {
    Instruction made;
    made.op = Op::Literal;
    LiteralKind kind = LiteralKind::String;
    std::string text;
    const char c = in_.peek();
    if (c == '"') {
      text = in_.quoted();
    } else if (c >= '0' && c <= '9') {
      kind = LiteralKind::Number;
      text = bare_number();
    } else {
      const std::string word = in_.name();
      const bool has_text = in_.peek() == '"';
      if (word == "string") kind = LiteralKind::String;
      else if (word == "number") kind = LiteralKind::Number;
      else if (word == "boolean" || word == "true" || word == "false") kind = LiteralKind::Boolean;
      else if (word == "null") kind = LiteralKind::Null;
      else if (word == "regex") kind = LiteralKind::Regex;
      else if (word == "bytes") kind = LiteralKind::Bytes;
      else in_.fail("unknown kind of literal `" + word + "`");
      const bool spelled = word == "true" || word == "false" || (word == "null" && !has_text);
      text = spelled ? word : in_.quoted();
    }
    made.kind = static_cast<std::uint8_t>(kind);
    made.name = Name::of(text);
    return finish(made, into, begin);
  }

  std::string bare_number() {
    const std::uint32_t begin = in_.position();
    while (in_.position() < in_.text().size()) {
      const char c = in_.text()[in_.position()];
      if (c != '.' && !text::is_name_part(c)) break;
      in_.skip_char();
    }
    return std::string(in_.raw(begin));
  }

  std::uint32_t operate(std::uint32_t into, std::uint32_t begin) {
    in_.eat_word("operate");
    Instruction made;
    made.op = Op::Operate;
    made.name = Name::of(in_.quoted());
    std::vector<Operand> operands;
    while (!in_.failed() && !in_.at_end_of_statement()) operands.push_back(operand());
    set_operands(made, operands);
    return finish(made, into, begin);
  }

  std::uint32_t unknown(std::uint32_t into, std::uint32_t begin) {
    in_.eat_word("unknown");
    Instruction made;
    made.op = Op::Unknown;
    std::vector<Operand> operands;
    while (!in_.failed() && !in_.at_end_of_statement()) operands.push_back(operand());
    set_operands(made, operands);
    return finish(made, into, begin);
  }

  std::uint32_t construct(std::uint32_t into, std::uint32_t begin) {
    const std::string word = in_.name();
    Instruction made;
    made.op = Op::Construct;
    ContainerKind kind = ContainerKind::Object;
    bool braces = true;
    if (word == "list" || word == "set" || word == "tuple") {
      kind = word == "list"  ? ContainerKind::List
             : word == "set" ? ContainerKind::Set
                             : ContainerKind::Tuple;
      braces = false;
    } else if (word == "element") {
      kind = ContainerKind::Element;
      if (in_.peek() != '"' && in_.peek() != '{') made.a = token();
      if (in_.peek() == '"') made.name = Name::of(in_.quoted());
    }
    made.kind = static_cast<std::uint8_t>(kind);
    in_.expect(braces ? "{" : "[");
    set_operands(made, operands_until(braces ? "}" : "]"));
    return finish(made, into, begin);
  }

  std::uint32_t call(std::uint32_t into, std::uint32_t begin) {
    Instruction made;
    made.op = Op::Call;
    made.is_new = in_.eat_word("new");
    if (!made.is_new) in_.eat_word("call");
    in_.skip_blanks();
    const std::uint32_t callee_begin = in_.position();
    std::uint32_t base = token();
    Step step;
    bool has_step = false;
    while (!in_.failed() && next_step(step, base, has_step, callee_begin)) has_step = true;
    if (has_step && step.name.empty()) {
      base = load(base, step, fresh(), callee_begin);
    } else if (has_step) {
      made.name = step.name;
      made.name_span = step.name_span;
    }
    made.a = base;
    in_.expect("(");
    set_operands(made, operands_until(")"));
    return finish(made, into, begin);
  }

  void set_operands(Instruction& instruction, const std::vector<Operand>& operands) {
    auto& all = function().operands;
    instruction.first_operand = static_cast<std::uint32_t>(all.size());
    instruction.n_operands = static_cast<std::uint32_t>(operands.size());
    all.insert(all.end(), operands.begin(), operands.end());
  }

  std::vector<Operand> operands_until(std::string_view close) {
    std::vector<Operand> operands;
    for (;;) {
      in_.skip_lines();
      if (in_.failed() || in_.eat(close)) return operands;
      operands.push_back(operand());
      in_.skip_lines();
      if (in_.eat(close)) return operands;
      in_.expect(",");
    }
  }

  Operand operand() {
    in_.skip_blanks();
    const std::uint32_t begin = in_.position();
    Operand made;
    if (in_.eat("...")) {
      made.kind = Operand::Kind::Spread;
    } else if (in_.eat("[")) {
      made.kind = Operand::Kind::Computed;
      made.key = operand_value();
      in_.expect("]");
      in_.expect(":");
    } else if (is_key()) {
      made.kind = Operand::Kind::Keyed;
      made.name = Name::of(in_.name());
      in_.expect(":");
    }
    made.value = operand_value();
    made.span = in_.since(begin);
    return made;
  }

  bool is_key() {
    if (!in_.peek_word().empty()) return in_.peek_after_word() == ':';
    if (in_.peek() == '*') return in_.peek_second() == ':';
    if (in_.peek() != '`') return false;
    const auto text = in_.text();
    std::size_t at = in_.position() + 1;
    while (at < text.size() && text[at] != '`' && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
    return at + 1 < text.size() && text[at + 1] == ':';
  }

  std::uint32_t closure(std::uint32_t into, std::uint32_t begin) {
    in_.eat_word("function");
    if (const auto number = in_.number(); number) return closure_of(into, *number, false, begin);
    std::string name;
    if (in_.peek() != '(') name = in_.name();
    if (in_.peek() != '(') {
      by_name_.push_back(Name::of(name));
      return closure_of(into, kNone - static_cast<std::uint32_t>(by_name_.size()), false, begin);
    }
    const std::uint32_t result = into == kNone ? fresh() : into;
    const FunctionIndex made = function_body(Name::of(name), Head{}, begin);
    return closure_of(result, made, false, begin);
  }

  std::uint32_t closure_of(std::uint32_t into, std::uint32_t index, bool is_class,
                           std::uint32_t begin) {
    Instruction made;
    made.op = Op::Closure;
    made.index = index;
    made.is_class = is_class;
    return finish(made, into, begin);
  }

  /// `function f`: numbers from the top of the range stand for names until all are known.
  void bind_functions_by_name() {
    for (Function& function : module_.functions) {
      for (Block& block : function.blocks) {
        for (Instruction& instruction : block.instructions) {
          if (instruction.op != Op::Closure || instruction.is_class) continue;
          const std::uint32_t position = kNone - instruction.index;
          if (position == 0 || position > by_name_.size()) continue;
          instruction.index = function_called(by_name_[position - 1]);
        }
      }
    }
  }

  FunctionIndex function_called(Name name) {
    FunctionIndex found = kNone;
    for (std::size_t i = 0; i < module_.functions.size(); ++i) {
      if (module_.functions[i].name != name) continue;
      if (found != kNone) in_.fail("several functions are called `" + std::string(name.text()) + "`");
      found = static_cast<FunctionIndex>(i);
    }
    if (found == kNone) in_.fail("no function is called `" + std::string(name.text()) + "`");
    return found;
  }

  // --- declarations ---

  /// Where a function stands.
  struct Head {
    ClassIndex owner = kNone;
    bool is_method = false;
  };

  void declare_function(std::uint32_t begin) {
    if (const auto number = in_.number(); number) return numbered_function(*number, begin);
    if (!in_.at_name()) return in_.fail("a declared function has a name");
    in_.skip_blanks();
    const std::uint32_t name_begin = in_.position();
    const std::uint32_t variable = bound(token());
    if (in_.failed() || variable == kNone) return;
    const Name name = tokens().all[variable].name;
    const Span name_span = in_.since(name_begin);
    const FunctionIndex made = function_body(name, Head{}, begin);
    if (in_.failed()) return;
    module_.functions[made].name_span = name_span;
    Instruction closure;
    closure.op = Op::Closure;
    closure.index = made;
    closure.result = variable;
    closure.span = in_.since(begin);
    draft().hoisted.push_back(closure);
  }

  void numbered_function(std::uint32_t number, std::uint32_t begin) {
    if (drafts_.size() != 1) return in_.fail("numbered functions stand at the top");
    if (number == 0) {
      if (seen_body_) return in_.fail("second `function 0`");
      seen_body_ = true;
      if (in_.at_name()) module_.functions[0].name = Name::of(in_.name());
      function_head(kNone, false);
      in_.expect("{");
      statements();
      in_.expect("}");
      module_.functions[0].span = in_.since(begin);
      return;
    }
    if (number != module_.functions.size()) return in_.fail("functions are numbered in order");
    FunctionIndex parent = 0;
    if (in_.eat_word("in")) parent = in_.expect_number();
    if (parent >= number) return in_.fail("a function stands in an earlier one");
    Name name;
    if (in_.at_name()) name = Name::of(in_.name());
    if (in_.failed()) return;
    function_in(parent, name, Head{}, begin);
  }

  FunctionIndex function_body(Name name, const Head& head, std::uint32_t begin) {
    return function_in(draft().index, name, head, begin);
  }

  FunctionIndex function_in(FunctionIndex parent, Name name, const Head& head,
                            std::uint32_t begin) {
    const FunctionIndex made = begin_function(parent);
    function().name = name;
    function().owner = head.owner;
    function_head(parent, head.is_method);
    const std::string_view text = name.text();
    if (head.is_method && (text == "constructor" || text == "__init__")) {
      function().is_constructor = true;
    }
    in_.expect("{");
    statements();
    in_.expect("}");
    if (drafts_.back().index == made) {
      function().span = in_.since(begin);
      end_function();
    }
    return made;
  }

  /// Reads a name that stands in another function than the current one.
  std::uint32_t token_in(FunctionIndex other) {
    if (in_.eat("-")) return kNone;
    if (other == kNone) {
      in_.fail("nothing encloses the body of the file");
      return kNone;
    }
    Draft outer;
    outer.index = other;
    drafts_.push_back(std::move(outer));
    const std::uint32_t found = token();
    drafts_.pop_back();
    return found;
  }

  std::vector<Annotation> annotations(FunctionIndex other) {
    std::vector<Annotation> all;
    while (!in_.failed() && in_.peek() == '@') {
      in_.skip_blanks();
      const std::uint32_t begin = in_.position();
      in_.eat("@");
      Annotation annotation;
      annotation.value = token_in(other);
      annotation.span = in_.since(begin);
      all.push_back(annotation);
    }
    return all;
  }

  /// Parameters, return type and flags, up to the `{`.
  void function_head(FunctionIndex parent, bool is_method) {
    in_.expect("(");
    std::vector<Parameter> parameters;
    for (bool first = true; !in_.failed(); first = false) {
      in_.skip_lines();
      if (in_.eat(")")) break;
      if (!first) in_.expect(",");
      in_.skip_lines();
      parameters.push_back(parameter(parent));
    }
    const TypeIndex return_type = in_.eat(":") ? type(0) : kNone;
    Function& made = function();
    made.parameters = std::move(parameters);
    made.return_type = return_type;
    while (!in_.failed() && in_.peek() != '{') function_flag(parent);
    if (is_method && !made.is_static && made.self == kNone) {
      made.self = tokens().find_or_add("this", "this", '\0', Span{});
    }
    if (made.self != kNone) make_parameter(made.self);
  }

  void make_parameter(std::uint32_t index) {
    Token& at = tokens().all[index];
    at.bound = true;
    if (at.mark == '%') return;
    at.has_kind = true;
    at.kind = Local::Kind::Parameter;
  }

  Parameter parameter(FunctionIndex parent) {
    in_.skip_blanks();
    const std::uint32_t begin = in_.position();
    Parameter made;
    if (in_.eat("...")) {
      made.kind = Parameter::Kind::Rest;
    } else if (in_.eat("**")) {
      made.kind = Parameter::Kind::KeywordRest;
    } else if (in_.peek_word() == "key" && in_.peek_after_word() != ',' &&
               in_.peek_after_word() != ')') {
      in_.eat_word("key");
      made.kind = Parameter::Kind::KeywordOnly;
    }
    made.local = token();
    if (in_.failed()) return made;
    if (made.local == kNone) {
      in_.fail("a parameter has a local");
      return made;
    }
    make_parameter(made.local);
    if (in_.eat(":")) {
      const TypeIndex declared = type(0);
      tokens().all[made.local].type = declared;
    }
    if (in_.eat("=")) {
      made.has_default = true;
      made.default_value = token_in(parent);
    }
    made.annotations = annotations(parent);
    made.span = in_.since(begin);
    return made;
  }

  void function_flag(FunctionIndex parent) {
    if (in_.peek() == '@') {
      auto more = annotations(parent);
      auto& all = function().annotations;
      all.insert(all.end(), more.begin(), more.end());
      return;
    }
    const std::string word = in_.name();
    Function& made = function();
    if (word == "self") made.self = token();
    else if (word == "owner") made.owner = in_.expect_number();
    else if (word == "async") made.is_async = true;
    else if (word == "generator") made.is_generator = true;
    else if (word == "static") made.is_static = true;
    else if (word == "classmethod") made.is_class_method = true;
    else if (word == "getter") made.is_getter = true;
    else if (word == "setter") made.is_setter = true;
    else if (word == "constructor") made.is_constructor = true;
    else if (word == "private") made.is_private = true;
    else if (word == "abstract") made.is_abstract = true;
    else in_.fail("unknown flag `" + word + "`");
  }

  void declare_class(std::string_view word, std::uint32_t begin) {
    Class made;
    if (word == "interface") made.kind = Class::Kind::Interface;
    if (word == "enum") made.kind = Class::Kind::Enum;
    if (word == "entity") made.kind = Class::Kind::Entity;
    const auto number = in_.number();
    made.parent = draft().index;
    if (number) {
      if (*number != module_.classes.size()) return in_.fail("classes are numbered in order");
      if (drafts_.size() != 1) return in_.fail("numbered classes stand at the top");
      if (in_.eat_word("in")) made.parent = in_.expect_number();
      if (made.parent >= module_.functions.size()) return in_.fail("no such function");
      Draft outer;
      outer.index = made.parent;
      drafts_.push_back(std::move(outer));
      only_names_ = true;
    }
    in_.skip_blanks();
    const std::uint32_t name_begin = in_.position();
    const bool has_name = in_.peek() == '`' || (in_.at_name() && !text::is_reserved(in_.peek_word()));
    if (has_name) {
      made.name = Name::of(in_.name());
      made.name_span = in_.since(name_begin);
    }
    const bool has_value =
        !number && has_name && (made.kind == Class::Kind::Class || made.kind == Class::Kind::Enum);
    const ClassIndex index = static_cast<ClassIndex>(module_.classes.size());
    module_.classes.push_back(made);
    class_head(made);
    in_.expect("{");
    class_body(made, index);
    in_.expect("}");
    made.span = in_.since(begin);
    if (has_value && !in_.failed()) {
      std::string spelling;
      text::append_name(spelling, made.name.text());
      if (text::is_reserved(made.name.text())) spelling = "`" + spelling + "`";
      made.local =
          bound(tokens().find_or_add(spelling, made.name.text(), '\0', made.name_span));
      closure_of(made.local, index, true, begin);
    }
    module_.classes[index] = std::move(made);
    if (number) {
      drafts_.pop_back();
      only_names_ = false;
    }
  }

  void class_head(Class& made) {
    while (!in_.failed() && in_.peek() != '{') {
      if (in_.peek() == '@') {
        auto more = annotations(made.parent);
        made.annotations.insert(made.annotations.end(), more.begin(), more.end());
        continue;
      }
      const std::string word = in_.name();
      if (word == "owner") made.owner = in_.expect_number();
      else if (word == "local") made.local = token();
      else if (word == "extends") {
        do made.bases.push_back(operand_value());
        while (in_.eat(","));
      } else if (word == "implements") {
        do made.base_types.push_back(type(0));
        while (in_.eat(","));
      } else {
        in_.fail("unexpected `" + word + "`");
      }
    }
  }

  void class_body(Class& made, ClassIndex index) {
    for (;;) {
      in_.skip_lines();
      if (in_.failed() || in_.at_end() || in_.peek() == '}') return;
      in_.skip_blanks();
      const std::uint32_t begin = in_.position();
      const char after = in_.peek_after_word();
      const bool opens = after != ':' && after != '=' && after != '\n' && after != ';' &&
                         after != '}' && after != '@';
      if (in_.peek_word() == "method" && opens) {
        in_.eat_word("method");
        if (const auto number = in_.number(); number) {
          made.methods.push_back(*number);
          continue;
        }
        in_.skip_blanks();
        const std::uint32_t name_begin = in_.position();
        const Name name = Name::of(in_.name());
        const Span name_span = in_.since(name_begin);
        const FunctionIndex method = function_body(name, Head{index, true}, begin);
        if (in_.failed()) return;
        module_.functions[method].name_span = name_span;
        made.methods.push_back(method);
      } else {
        made.fields.push_back(field(made.parent));
      }
    }
  }

  Field field(FunctionIndex parent) {
    in_.skip_blanks();
    const std::uint32_t begin = in_.position();
    Field made;
    made.name = Name::of(in_.name());
    made.name_span = in_.since(begin);
    if (in_.eat(":")) made.type = type(0);
    for (;;) {
      if (in_.eat_word("static")) made.is_static = true;
      else if (in_.eat_word("optional")) made.is_optional = true;
      else if (in_.eat_word("private")) made.is_private = true;
      else break;
    }
    if (in_.eat("=")) made.initialiser = operand_value();
    made.annotations = annotations(parent);
    made.span = in_.since(begin);
    if (!in_.at_end_of_statement()) in_.fail("unexpected text after a field");
    return made;
  }

  // --- types ---

  TypeIndex type(int depth) {
    if (depth > kMaxNesting) in_.fail("types nest too deep");
    if (in_.failed()) return kNone;
    in_.skip_blanks();
    const std::uint32_t begin = in_.position();
    Type made;
    if (in_.eat("[")) {
      made.name = Name::of("[]");
      made.arguments.push_back(type(depth + 1));
      in_.expect("]");
    } else if (in_.eat("(")) {
      made.name = Name::of("|");
      do made.arguments.push_back(type(depth + 1));
      while (in_.eat("|"));
      in_.expect(")");
    } else {
      if (in_.peek() == '"') {
        made.name = Name::of("\"" + in_.quoted() + "\"");
      } else if (in_.peek() != '{' && in_.peek() != '<') {
        std::string name = in_.name();
        while (in_.peek() == '.' && in_.eat(".")) name += "." + in_.name();
        made.name = Name::of(name);
      }
      if (in_.eat("<")) {
        do made.arguments.push_back(type(depth + 1));
        while (in_.eat(","));
        in_.expect(">");
      }
      if (at_anonymous()) {
        in_.eat("{");
        in_.eat_word("class");
        made.class_index = in_.expect_number();
        in_.expect("}");
      }
    }
    made.span = in_.since(begin);
    if (in_.failed()) return kNone;
    module_.types.push_back(std::move(made));
    return static_cast<TypeIndex>(module_.types.size() - 1);
  }

  // `{class 3}`, and not the body of a function or class.
  bool at_anonymous() {
    return in_.peek() == '{' && in_.text().substr(in_.position(), 7) == "{class " &&
           in_.position() + 7 < in_.text().size() && in_.text()[in_.position() + 7] >= '0' &&
           in_.text()[in_.position() + 7] <= '9';
  }

  // --- the rest of a module ---

  void module_line() {
    module_.language = Name::of(in_.name());
    for (;;) {
      if (in_.eat_word("exports_every_local")) {
        module_.exports_every_local = true;
      } else if (in_.eat_word("star_names")) {
        module_.has_star_names = true;
        if (in_.at_end_of_statement()) return;
        do module_.star_names.push_back(Name::of(in_.name()));
        while (in_.eat(","));
      } else {
        return;
      }
    }
  }

  void import_line(std::uint32_t begin) {
    Import made;
    made.in = draft().index;
    in_.skip_blanks();
    const std::uint32_t local_begin = in_.position();
    const bool has_local = in_.peek() != '"';
    if (has_local) {
      skip_token();
      in_.expect("=");
    }
    made.module = Name::of(in_.quoted());
    if (in_.at_name()) {
      made.imported = Name::of(in_.name());
    } else if (has_local) {
      made.imported = Name::of("*");
    }
    made.is_star = in_.eat_word("star");
    made.is_type_only = in_.eat_word("type");
    if (in_.eat_word("in")) made.in = in_.expect_number();
    made.span = in_.since(begin);
    if (in_.failed()) return;
    // The function may stand further down, so its local is read when all are known.
    module_.imports.push_back(made);
    if (!has_local) return;
    if (made.in == draft().index) {
      bind_import_local(module_.imports.size() - 1, local_begin);
    } else {
      import_locals_.push_back({module_.imports.size() - 1, local_begin});
    }
  }

  void skip_token() {
    if (in_.eat("%")) {
      in_.expect_number();
      return;
    }
    in_.eat("^");
    in_.name();
    if (in_.eat("#")) in_.expect_number();
  }

  void bind_import_locals() {
    for (const auto& [import, position] : import_locals_) bind_import_local(import, position);
  }

  void bind_import_local(std::size_t import, std::uint32_t position) {
    const FunctionIndex in = module_.imports[import].in;
    if (in >= module_.functions.size()) return in_.fail("no such function");
    const std::uint32_t back = in_.position();
    in_.seek(position);
    const LocalIndex local = token_in(in);
    if (local != kNone) tokens_[in].all[local].bound = true;
    module_.imports[import].local = local;
    in_.seek(back);
  }

  void export_line(std::uint32_t begin) {
    Export made;
    in_.skip_blanks();
    const std::uint32_t name_begin = in_.position();
    made.exported = Name::of(in_.name());
    const std::uint32_t name_end = in_.position();
    const bool has_local = in_.eat("=");
    if (has_local) made.local = token_in(0);
    if (in_.eat_word("from")) {
      made.module = Name::of(in_.quoted());
      made.imported = Name::of(in_.name());
    } else if (!has_local) {
      in_.seek(name_begin);
      made.local = token_in(0);
      if (in_.position() != name_end) in_.fail("an exported name is a name");
    }
    made.span = in_.since(begin);
    module_.exports.push_back(made);
  }

  void problem(std::uint32_t begin) {
    std::string code(in_.name());
    while (in_.peek() == '-' && in_.eat("-")) code += "-" + in_.name();
    source::Problem made;
    bool known = false;
    for (int i = 0; i <= static_cast<int>(source::ProblemCode::LinkOutside); ++i) {
      const auto candidate = static_cast<source::ProblemCode>(i);
      if (source::code_name(candidate) != code) continue;
      made.code = candidate;
      known = true;
    }
    if (!known) in_.fail("unknown problem `" + code + "`");
    made.message = in_.quoted();
    made.span = in_.since(begin);
    module_.problems.push_back(std::move(made));
  }

  void document() {
    Document made;
    made.format = Name::of(in_.name());
    in_.expect("{");
    text::read_nodes(in_, made);
    in_.expect("}");
    module_.documents.push_back(std::move(made));
  }

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

}  // namespace

base::Result<Module> parse_text(std::string_view text, source::FileId file) {
  if (text.size() >= kNone) return base::Error{"the text is too large"};
  return Reader(text, file).read();
}

}  // namespace privet::ir
