#include "ir/text_reader.h"

#include <algorithm>

#include "ir/text.h"
#include "ir/text_words.h"
#include "ir/verify.h"

namespace privet::ir::text {

base::Result<Module> Reader::read() && {
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

// --- functions and blocks ---

FunctionIndex Reader::begin_function(FunctionIndex parent) {
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

void Reader::end_function() {
  Draft& at = draft();
  Function& made = function();
  auto& entry = made.blocks[0].instructions;
  entry.insert(entry.begin(), at.hoisted.begin(), at.hoisted.end());
  if (const auto first = at.labels.find("b0"); first != at.labels.end()) {
    if (at.label_blocks[first->second] == kNone) at.label_blocks[first->second] = 0;
  }
  if (std::find(at.label_blocks.begin(), at.label_blocks.end(), kNone) != at.label_blocks.end()) {
    missing_label(at);
  }
  for (Block& block : made.blocks) {
    place(at, block.end.target);
    place(at, block.end.otherwise);
    place(at, block.handler);
  }
  drafts_.pop_back();
}

// The table has no order, so the first by name is told.
void Reader::missing_label(const Draft& at) {
  std::string first;
  for (const auto& [name, label] : at.labels) {
    if (at.label_blocks[label] == kNone && (first.empty() || name < first)) first = name;
  }
  in_.fail("no block `" + first + "`");
}

void Reader::place(const Draft& at, std::uint32_t& label) {
  if (label != kNone) label = at.label_blocks[label];
}

std::uint32_t Reader::label(const std::string& name) {
  Draft& at = draft();
  const auto [found, is_new] =
      at.labels.emplace(name, static_cast<std::uint32_t>(at.label_blocks.size()));
  if (is_new) at.label_blocks.push_back(kNone);
  return found->second;
}

void Reader::start_block(const std::string& name) {
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

void Reader::end_block(const Terminator& end) {
  Draft& at = draft();
  if (!at.open) return in_.fail("this block has ended already");
  function().blocks[at.block].end = end;
  at.open = false;
  at.entry_is_fresh = false;
}

void Reader::emit(const Instruction& instruction) {
  Draft& at = draft();
  if (only_names_) return in_.fail("only names of locals may stand here");
  if (!at.open) return in_.fail("an instruction after the end of its block needs a label");
  function().blocks[at.block].instructions.push_back(instruction);
  at.entry_is_fresh = false;
}

// --- locals ---

bool Reader::at_token() {
  const char c = in_.peek();
  return c == '^' || c == '%' || c == '-' || c == '`' || text::is_name_start(c);
}

std::uint32_t Reader::token() {
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

std::uint32_t Reader::bound(std::uint32_t token) {
  if (token != kNone) tokens().all[token].bound = true;
  return token;
}

void Reader::locals_line() {
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

void Reader::statements() {
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

void Reader::statement() {
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

bool Reader::declaration(std::string_view word, std::uint32_t begin) {
  if (word == "jump" || word == "branch" || word == "return" || word == "throw" || word == "stop" ||
      word == "handler") {
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

void Reader::block_end(std::string_view word, std::uint32_t begin) {
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

void Reader::place_statement(std::uint32_t begin) {
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

bool Reader::next_step(Step& step, std::uint32_t& base, bool has_step, std::uint32_t begin) {
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

std::uint32_t Reader::load(std::uint32_t base, const Step& step, std::uint32_t into,
                           std::uint32_t begin) {
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

}  // namespace privet::ir::text

namespace privet::ir {

base::Result<Module> parse_text(std::string_view text, source::FileId file) {
  if (text.size() >= kNone) return base::Error{"the text is too large"};
  return text::Reader(text, file).read();
}

}  // namespace privet::ir
