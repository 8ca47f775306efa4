#include "ir/text_reader.h"

#include "ir/text_words.h"

namespace privet::ir::text {

// --- expressions ---

std::uint32_t Reader::operand_value() {
  in_.skip_blanks();
  return expression(kNone, in_.position());
}

std::uint32_t Reader::expression(std::uint32_t into, std::uint32_t begin) {
  if (++nesting_ > kMaxNesting) in_.fail("expressions nest too deep");
  const std::uint32_t result = in_.failed() ? kNone : expression_here(into, begin);
  --nesting_;
  return result;
}

std::uint32_t Reader::expression_here(std::uint32_t into, std::uint32_t begin) {
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

std::uint32_t Reader::chain(std::uint32_t into, std::uint32_t begin) {
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

std::uint32_t Reader::finish(Instruction& instruction, std::uint32_t into, std::uint32_t begin) {
  instruction.result = into == kNone ? fresh() : into;
  instruction.span = in_.since(begin);
  if (!in_.failed()) emit(instruction);
  return instruction.result;
}

std::uint32_t Reader::literal(std::uint32_t into, std::uint32_t begin) {
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
    if (word == "string")
      kind = LiteralKind::String;
    else if (word == "number")
      kind = LiteralKind::Number;
    else if (word == "boolean" || word == "true" || word == "false")
      kind = LiteralKind::Boolean;
    else if (word == "null")
      kind = LiteralKind::Null;
    else if (word == "regex")
      kind = LiteralKind::Regex;
    else if (word == "bytes")
      kind = LiteralKind::Bytes;
    else
      in_.fail("unknown kind of literal `" + word + "`");
    const bool spelled = word == "true" || word == "false" || (word == "null" && !has_text);
    text = spelled ? word : in_.quoted();
  }
  made.kind = static_cast<std::uint8_t>(kind);
  made.name = Name::of(text);
  return finish(made, into, begin);
}

std::string Reader::bare_number() {
  const std::uint32_t begin = in_.position();
  while (in_.position() < in_.text().size()) {
    const char c = in_.text()[in_.position()];
    if (c != '.' && !text::is_name_part(c)) break;
    in_.skip_char();
  }
  return std::string(in_.raw(begin));
}

std::uint32_t Reader::operate(std::uint32_t into, std::uint32_t begin) {
  in_.eat_word("operate");
  Instruction made;
  made.op = Op::Operate;
  made.name = Name::of(in_.quoted());
  std::vector<Operand> operands;
  while (!in_.failed() && !in_.at_end_of_statement()) operands.push_back(operand());
  set_operands(made, operands);
  return finish(made, into, begin);
}

std::uint32_t Reader::unknown(std::uint32_t into, std::uint32_t begin) {
  in_.eat_word("unknown");
  Instruction made;
  made.op = Op::Unknown;
  std::vector<Operand> operands;
  while (!in_.failed() && !in_.at_end_of_statement()) operands.push_back(operand());
  set_operands(made, operands);
  return finish(made, into, begin);
}

std::uint32_t Reader::construct(std::uint32_t into, std::uint32_t begin) {
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

std::uint32_t Reader::call(std::uint32_t into, std::uint32_t begin) {
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

void Reader::set_operands(Instruction& instruction, const std::vector<Operand>& operands) {
  auto& all = function().operands;
  instruction.first_operand = static_cast<std::uint32_t>(all.size());
  instruction.n_operands = static_cast<std::uint32_t>(operands.size());
  all.insert(all.end(), operands.begin(), operands.end());
}

std::vector<Operand> Reader::operands_until(std::string_view close) {
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

Operand Reader::operand() {
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

bool Reader::is_key() {
  if (!in_.peek_word().empty()) return in_.peek_after_word() == ':';
  if (in_.peek() == '*') return in_.peek_second() == ':';
  if (in_.peek() != '`') return false;
  const auto text = in_.text();
  std::size_t at = in_.position() + 1;
  while (at < text.size() && text[at] != '`' && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
  return at + 1 < text.size() && text[at + 1] == ':';
}

std::uint32_t Reader::closure(std::uint32_t into, std::uint32_t begin) {
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

std::uint32_t Reader::closure_of(std::uint32_t into, std::uint32_t index, bool is_class,
                                 std::uint32_t begin) {
  Instruction made;
  made.op = Op::Closure;
  made.index = index;
  made.is_class = is_class;
  return finish(made, into, begin);
}

void Reader::bind_functions_by_name() {
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

FunctionIndex Reader::function_called(Name name) {
  FunctionIndex found = kNone;
  for (std::size_t i = 0; i < module_.functions.size(); ++i) {
    if (module_.functions[i].name != name) continue;
    if (found != kNone) in_.fail("several functions are called `" + std::string(name.text()) + "`");
    found = static_cast<FunctionIndex>(i);
  }
  if (found == kNone) in_.fail("no function is called `" + std::string(name.text()) + "`");
  return found;
}

}  // namespace privet::ir::text
