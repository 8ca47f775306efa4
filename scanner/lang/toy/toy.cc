#include <algorithm>
#include <optional>
#include <string>

#include "ir/builder.h"
#include "lang/language.h"

/// # A language for readers
///
/// Nobody writes programs in it. It shows, in one file, everything that a frontend does, and a new
/// language starts as a copy of it: bytes come in, an `ir::Module` goes out, nothing else is known.
///
///     import mail from "mail"
///     record Member { name: text, email: text }
///     function invite(member, notes) {
///       let greeting = "Dear " + member.name
///       if member.email and not member.left {
///         mail.send(member.email, greeting, {subject: "welcome"})
///       }
///       member.invited = true
///       while notes.more() { notes.next() }
///       return greeting
///     }
///     invite(mail.first, [])
///
/// A frontend for a real language has a parser (tree-sitter, see lang/syntax) where this one has a
/// `Scanner`; the rest has the same parts in the same order.
namespace privet::lang {
namespace {

using ir::LocalIndex;
using ir::Name;
using ir::Operand;
using source::ProblemCode;
using source::Span;

// Scanned code is untrusted: what recursion follows is bounded, beyond it comes `Unknown`.
constexpr int kMaxDepth = 200;

/// ## 1. Words
///
/// Every span counts bytes of the file. Spans of literals are without quotes, so that a literal can
/// be shown, or hidden, alone.
class Scanner {
 public:
  Scanner(source::FileId file, std::string_view text) : file_(file), text_(text) { skip(); }

  bool at_end() const { return at_ >= text_.size(); }
  std::uint32_t position() const { return static_cast<std::uint32_t>(at_); }
  /// From `begin` to the end of the last word.
  Span since(std::uint32_t begin) const { return {file_, begin, std::max(begin, last_)}; }
  std::string_view text(Span span) const { return text_.substr(span.begin, span.end - span.begin); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }
  bool at_assignment() const { return peek() == '=' && text_.substr(at_, 2) != "=="; }

  bool eat(std::string_view symbol) {
    if (text_.substr(at_, symbol.size()) != symbol) return false;
    // `or` is not the beginning of `order`.
    const std::size_t after = at_ + symbol.size();
    if (is_letter(symbol.back()) && after < text_.size() && is_letter(text_[after])) return false;
    move(symbol.size());
    return true;
  }

  /// A name or keyword; the span is empty when there is none.
  Span word() {
    const std::size_t begin = at_;
    std::size_t end = begin;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    const Span span{file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    move(end - begin);
    return span;
  }
  bool at_word() const { return !at_end() && is_letter(text_[at_]); }

  /// What stands between quotes; up to the line end when the second one is missing.
  Span quoted() {
    const std::size_t begin = at_ + 1;
    std::size_t end = begin;
    while (end < text_.size() && text_[end] != '"' && text_[end] != '\n') ++end;
    const bool closed = end < text_.size() && text_[end] == '"';
    move(end - at_ + (closed ? 1 : 0));
    return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
  }

  void skip_character() { move(1); }

 private:
  static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  void move(std::size_t n) {
    at_ += n;
    last_ = position();
    skip();
  }
  void skip() {
    while (!at_end()) {
      const char c = text_[at_];
      if (c == '#') {
        while (!at_end() && text_[at_] != '\n') ++at_;
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',') {
        ++at_;
      } else {
        return;
      }
    }
  }

  source::FileId file_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t last_ = 0;
};

/// ## 2. Lowering
///
/// One method a construct. `ModuleBuilder` keeps functions, scopes and blocks; a frontend only says
/// what happens, in the order in which it happens.
class Lowering {
 public:
  Lowering(source::FileId file, std::string_view text)
      : in_(file, text), out_(file, Name::of("toy")) {}

  ir::Module lower() && {
    // The body of the file is a function too: number 0, already begun.
    while (!in_.at_end()) {
      if (in_.eat("}")) continue;  // closes nothing; the file goes on
      statement();
    }
    return std::move(out_).finish();
  }

 private:
  // --- statements ---

  void block() {
    if (!in_.eat("{")) return broken("expected `{`");
    // Names declared inside are not seen outside.
    out_.begin_scope();
    while (!in_.at_end() && !in_.eat("}")) statement();
    out_.end_scope();
  }

  void statement() {
    const std::uint32_t begin = in_.position();
    if (++depth_ > kMaxDepth) {
      too_deep(begin);
    } else if (in_.eat("import")) {
      import_statement(begin);
    } else if (in_.eat("record")) {
      record(begin);
    } else if (in_.eat("function")) {
      function(begin);
    } else if (in_.eat("let")) {
      let(begin);
    } else if (in_.eat("if")) {
      if_statement(begin);
    } else if (in_.eat("while")) {
      while_statement(begin);
    } else if (in_.eat("return")) {
      const LocalIndex value = in_.peek() == '}' ? ir::kNone : expression();
      out_.return_value(value, in_.since(begin));
    } else {
      expression_or_assignment(begin);
    }
    --depth_;
  }

  /// `import` binds a local; which module it means is decided when all files are known.
  void import_statement(std::uint32_t begin) {
    const Span name = in_.word();
    ir::Import made;
    made.local = out_.declare(Name::of(in_.text(name)), name);
    made.imported = Name::of("*");
    made.in = out_.current_function();
    if (in_.eat("from") && in_.peek() == '"') {
      made.module = Name::of(in_.text(in_.quoted()));
    } else {
      broken("expected `from \"module\"`");
    }
    made.span = in_.since(begin);
    out_.module().imports.push_back(made);
  }

  /// A declared shape: later phases ask its fields which of them are about a person.
  void record(std::uint32_t begin) {
    ir::Class made;
    made.kind = ir::Class::Kind::Interface;
    made.parent = out_.current_function();
    made.name_span = in_.word();
    made.name = Name::of(in_.text(made.name_span));
    if (!in_.eat("{")) return broken("expected `{`");
    while (in_.at_word()) {
      ir::Field field;
      field.name_span = in_.word();
      field.name = Name::of(in_.text(field.name_span));
      if (in_.eat(":")) {
        const Span type = in_.word();
        field.type = out_.type(Name::of(in_.text(type)), type);
      }
      field.span = in_.since(field.name_span.begin);
      made.fields.push_back(field);
    }
    if (!in_.eat("}")) broken("expected `}`");
    made.span = in_.since(begin);
    out_.module().classes.push_back(std::move(made));
  }

  /// A function is a value: a Closure, assigned to a variable of the enclosing function.
  void function(std::uint32_t begin) {
    const Span name = in_.word();
    const LocalIndex variable = out_.declare(Name::of(in_.text(name)), name);
    const ir::FunctionIndex made = out_.begin_function(Name::of(in_.text(name)), {}, name);
    if (!in_.eat("(")) broken("expected `(`");
    while (in_.at_word()) {
      ir::Parameter parameter;
      parameter.span = in_.word();
      parameter.local = out_.declare(Name::of(in_.text(parameter.span)), parameter.span,
                                     ir::Local::Kind::Parameter);
      out_.function().parameters.push_back(parameter);
    }
    if (!in_.eat(")")) broken("expected `)`");
    block();
    out_.function().span = in_.since(begin);
    out_.end_function();
    const LocalIndex value = out_.closure(made, in_.since(begin));
    out_.copy(variable, value, in_.since(begin));
  }

  void let(std::uint32_t begin) {
    const Span name = in_.word();
    if (!in_.eat("=")) return broken("expected `=`");
    // The value first: `let x = x` reads the outer one.
    const LocalIndex value = expression();
    const LocalIndex variable = out_.declare(Name::of(in_.text(name)), name);
    out_.copy(variable, value, in_.since(begin));
  }

  /// Control flow is blocks and edges; nothing later knows `if` or `while`.
  void if_statement(std::uint32_t begin) {
    const LocalIndex condition = expression();
    const ir::BlockIndex yes = out_.new_block();
    const ir::BlockIndex no = out_.new_block();
    const ir::BlockIndex after = out_.new_block();
    out_.branch(condition, yes, no, in_.since(begin));
    out_.set_block(yes);
    block();
    out_.jump(after);
    out_.set_block(no);
    if (in_.eat("else")) block();
    out_.jump(after);
    out_.set_block(after);
  }

  void while_statement(std::uint32_t begin) {
    const ir::BlockIndex head = out_.new_block();
    const ir::BlockIndex body = out_.new_block();
    const ir::BlockIndex after = out_.new_block();
    out_.jump(head);
    out_.set_block(head);
    const LocalIndex condition = expression();
    out_.branch(condition, body, after, in_.since(begin));
    out_.set_block(body);
    block();
    out_.jump(head);
    out_.set_block(after);
  }

  /// What stands left of `=` is a place: its last step is stored to, not loaded.
  void expression_or_assignment(std::uint32_t begin) {
    if (!in_.at_word() && in_.peek() != '"' && in_.peek() != '(' && in_.peek() != '[' &&
        in_.peek() != '{') {
      broken("expected a statement");
      return in_.skip_character();
    }
    Place place;
    const LocalIndex value = operation(&place);
    if (!place.is_place || !in_.at_assignment()) return;
    in_.eat("=");
    const LocalIndex assigned = expression();
    if (place.base == ir::kNone) {
      out_.copy(value, assigned, in_.since(begin));
    } else {
      out_.store(place.base, Name::of(in_.text(place.field)), assigned, in_.since(begin),
                 place.field);
    }
  }

  // --- expressions: each gives the local that holds its value ---

  LocalIndex expression() { return operation(nullptr); }

  /// A name, or the last field of a chain. `base` is kNone for a name.
  struct Place {
    bool is_place = false;
    LocalIndex base = ir::kNone;
    Span field;
  };

  /// Operators from the left, all of one rank. `and` and `or` decide what runs, so they are
  /// branches that meet in one local.
  LocalIndex operation(Place* place) {
    const std::uint32_t begin = in_.position();
    if (++depth_ > kMaxDepth) {
      --depth_;
      return too_deep(begin);
    }
    LocalIndex value = operand(place);
    for (;;) {
      if (in_.eat("and")) {
        value = choice(value, /*when=*/true, begin);
      } else if (in_.eat("or")) {
        value = choice(value, /*when=*/false, begin);
      } else if (const auto op = binary_operator(); op) {
        const LocalIndex right = operand(nullptr);
        value = out_.operate(*op, {value, right}, in_.since(begin));
      } else {
        break;
      }
      if (place != nullptr) place->is_place = false;
    }
    --depth_;
    return value;
  }

  std::optional<std::string_view> binary_operator() {
    for (const std::string_view op : {"==", "<", ">", "+", "-", "*"}) {
      if (in_.eat(op)) return op;
    }
    return std::nullopt;
  }

  LocalIndex choice(LocalIndex left, bool when, std::uint32_t begin) {
    const LocalIndex result = out_.temporary();
    out_.copy(result, left, in_.since(begin));
    const ir::BlockIndex more = out_.new_block();
    const ir::BlockIndex after = out_.new_block();
    out_.branch(left, when ? more : after, when ? after : more, in_.since(begin));
    out_.set_block(more);
    const LocalIndex right = operand(nullptr);
    out_.copy(result, right, in_.since(begin));
    out_.jump(after);
    out_.set_block(after);
    return result;
  }

  /// A value with its steps: `.field`, `.method(…)`, `(…)`.
  LocalIndex operand(Place* place) {
    const std::uint32_t begin = in_.position();
    if (++depth_ > kMaxDepth) {
      --depth_;
      return too_deep(begin);
    }
    const bool is_name = in_.at_word();
    LocalIndex value = primary();
    if (place != nullptr) place->is_place = is_name;
    for (;;) {
      if (in_.eat(".")) {
        const Span field = in_.word();
        if (in_.eat("(")) {
          const std::vector<Operand> arguments = operands_until(")");
          value = out_.call_method(value, Name::of(in_.text(field)), arguments, in_.since(begin),
                                   field);
          if (place != nullptr) *place = {};
        } else if (field.begin == field.end) {
          broken("expected a field");
        } else if (place != nullptr && in_.at_assignment()) {
          *place = {true, value, field};
          break;
        } else {
          value = out_.load(value, Name::of(in_.text(field)), in_.since(begin), field);
          if (place != nullptr) *place = {};
        }
      } else if (in_.eat("(")) {
        const std::vector<Operand> arguments = operands_until(")");
        value = out_.call(value, arguments, in_.since(begin));
        if (place != nullptr) *place = {};
      } else {
        break;
      }
    }
    --depth_;
    return value;
  }

  LocalIndex primary() {
    const std::uint32_t begin = in_.position();
    if (in_.peek() == '"') {
      const Span text = in_.quoted();
      return out_.literal(ir::LiteralKind::String, in_.text(text), text);
    }
    if (in_.eat("not")) {
      const LocalIndex value = operand(nullptr);
      return out_.operate("not", {value}, in_.since(begin));
    }
    if (in_.eat("(")) {
      const LocalIndex value = expression();
      if (!in_.eat(")")) broken("expected `)`");
      return value;
    }
    if (in_.eat("[")) {
      const std::vector<Operand> elements = operands_until("]");
      return out_.construct(ir::ContainerKind::List, elements, in_.since(begin));
    }
    if (in_.eat("{")) {
      const std::vector<Operand> entries = operands_until("}");
      return out_.construct(ir::ContainerKind::Object, entries, in_.since(begin));
    }
    if (in_.eat("true") || in_.eat("false")) {
      const Span span = in_.since(begin);
      return out_.literal(ir::LiteralKind::Boolean, in_.text(span), span);
    }
    if (!in_.at_word()) {
      // Lowering never fails: what is not understood is an Unknown and a Problem.
      broken("expected a value");
      if (!in_.at_end() && in_.peek() != '}') in_.skip_character();
      return out_.unknown({}, in_.since(begin));
    }
    const Span word = in_.word();
    const std::string_view text = in_.text(word);
    if (text[0] >= '0' && text[0] <= '9') return out_.literal(ir::LiteralKind::Number, text, word);
    // A variable here, of an enclosing function (then it is Captured), or of nobody (Free).
    return out_.lookup(Name::of(text), word);
  }

  /// Arguments, elements or entries; `name: value` is a keyed one.
  std::vector<Operand> operands_until(std::string_view close) {
    std::vector<Operand> all;
    while (!in_.at_end() && !in_.eat(close)) {
      const std::uint32_t begin = in_.position();
      Operand operand;
      if (in_.at_word()) {
        const Scanner back = in_;
        const Span name = in_.word();
        if (in_.eat(":")) {
          operand.kind = Operand::Kind::Keyed;
          operand.name = Name::of(in_.text(name));
        } else {
          in_ = back;
        }
      }
      operand.value = expression();
      operand.span = in_.since(begin);
      all.push_back(operand);
      if (in_.position() == begin) in_.skip_character();
    }
    return all;
  }

  // --- what is not understood ---

  void broken(std::string message) {
    const std::uint32_t at = in_.position();
    // A few messages; the rest of a broken file repeats them.
    if (++n_broken_ <= 3) out_.problem(ProblemCode::SyntaxError, in_.since(at), std::move(message));
  }

  /// Passes over the rest of the file, since nobody knows where the inner part ends.
  LocalIndex too_deep(std::uint32_t begin) {
    while (!in_.at_end()) in_.skip_character();
    if (!told_too_deep_) {
      out_.problem(ProblemCode::TooDeep, in_.since(begin), "code nests too deep to be understood");
    }
    told_too_deep_ = true;
    return out_.unknown({}, in_.since(begin));
  }

  Scanner in_;
  ir::ModuleBuilder out_;
  int depth_ = 0;
  int n_broken_ = 0;
  bool told_too_deep_ = false;
};

/// ## 3. The language
///
/// One constant; `languages.txt` beside this file names it, and nothing else is edited.
ir::Module lower(const FileInfo& info, std::string_view text) {
  return Lowering(info.file, text).lower();
}

void parse_only(std::string_view text) {
  Scanner scanner(source::FileId{0}, text);
  while (!scanner.at_end()) scanner.skip_character();
}

constexpr std::string_view kExtensions[] = {".toy"};

}  // namespace

extern const Language kLanguage_toy;
const Language kLanguage_toy{"toy", "toy", kExtensions, {}, "#", lower, parse_only};

}  // namespace privet::lang
