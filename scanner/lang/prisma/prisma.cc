#include <algorithm>
#include <array>
#include <vector>

#include "ir/builder.h"
#include "lang/document/builder.h"
#include "lang/language.h"

/// Prisma schemas. What a model says becomes what a decorated class would say:
///   model, view, type   Class of kind Entity; each column a Field, `T?` is_optional, `T[]` the
///   type
///                       `[]` of T
///   enum                Class of kind Enum, members as fields
///   @id, @db.Text       an Annotation whose value is the Free local `id`, the Load `db.Text`
///   @default(now())     an Annotation whose value is a Call of `default`; its argument is also the
///                       field's initialiser
///   @relation(fields: [authorId], references: [id])   a Call with keyed operands; names in
///   arguments
///                       become texts, lists become lists
///   @@map("users"), @@index([a, b])                   the same, as annotations of the class
///   generator, datasource   one document: `datasource.db.provider`; a call there is left as
///   written
/// Our own reader, line by line: the published grammar takes quadratic time on broken schemas and
/// does not know all that honest ones hold.
namespace privet::lang {
namespace {

using document::Builder;
using ir::kNone;
using ir::LocalIndex;
using ir::Name;
using source::Span;

constexpr int kMaxArgumentDepth = 50;
constexpr std::array<std::string_view, 6> kKeywords = {"datasource", "enum", "generator",
                                                       "model",      "type", "view"};

bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_word(char c) { return is_word_start(c) || (c >= '0' && c <= '9') || c == '-'; }

class Reader {
 public:
  Reader(source::FileId file, std::string_view text, ir::ModuleBuilder& module, Builder& problems)
      : file_(file), text_(text), module_(module), problems_(problems) {}

  void read() {
    at_ = document::skip_mark(text_);
    for (skip_lines(); at_ < text_.size(); skip_lines()) {
      if (at_declaration()) {
        declaration();
      } else {
        broken_line();
      }
    }
  }

  /// The settings of one kind of block, in order.
  struct Setting {
    std::string_view keyword;
    Span name;
    Span block;
    std::uint32_t begin = 0;  // of what stands between the braces
    std::uint32_t end = 0;
  };
  const std::vector<Setting>& settings() const { return settings_; }

  void write_settings(Builder& out) {
    if (settings_.empty()) return;
    const auto size = static_cast<std::uint32_t>(text_.size());
    out.begin(ir::Node::Kind::Map, 0);
    for (const std::string_view keyword : {"datasource", "generator"}) {
      bool has_group = false;
      for (const Setting& setting : settings_) {
        if (setting.keyword != keyword) continue;
        if (!has_group) {
          const std::uint32_t begin = setting.block.begin;
          out.key(keyword, begin, begin + static_cast<std::uint32_t>(keyword.size()));
          out.begin(ir::Node::Kind::Map, begin);
          has_group = true;
        }
        out.key(slice(setting.name), setting.name.begin, setting.name.end);
        out.begin(ir::Node::Kind::Map, setting.block.begin);
        at_ = setting.begin;
        while (write_assignment(out, setting.end)) {
        }
        out.end(setting.block.end);
      }
      if (has_group) out.end(size);
    }
    out.end(size);
  }

 private:
  std::uint32_t at() const { return static_cast<std::uint32_t>(at_); }
  Span since(std::size_t begin) const { return {file_, static_cast<std::uint32_t>(begin), at()}; }
  std::string_view slice(Span span) const {
    return text_.substr(span.begin, span.end - span.begin);
  }
  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  // --- words ---

  void skip_comment() {
    if (text_.substr(at_, 2) == "//") {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (text_.substr(at_, 2) == "/*") {
      const std::size_t end = text_.find("*/", at_ + 2);
      at_ = end == std::string_view::npos ? text_.size() : end + 2;
    }
  }
  void skip_blanks() {
    while (at_ < text_.size()) {
      const std::size_t before = at_;
      while (here() == ' ' || here() == '\t' || here() == '\r') ++at_;
      skip_comment();
      if (at_ == before) return;
    }
  }
  void skip_lines() {
    for (skip_blanks(); here() == '\n'; skip_blanks()) ++at_;
  }
  bool at_line_end() {
    skip_blanks();
    return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '}';
  }

  /// Empty when there is no word here.
  Span word() {
    skip_blanks();
    const std::size_t begin = at_;
    if (at_ < text_.size() && is_word_start(here())) {
      while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    }
    return since(begin);
  }
  static bool empty(Span span) { return span.begin == span.end; }

  bool eat(char c) {
    skip_blanks();
    if (here() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  void broken_line() {
    const std::size_t begin = at_;
    at_ = std::min(text_.find('\n', at_), text_.size());
    // A `}` still ends its block.
    const std::size_t brace = text_.substr(begin, at_ - begin).find('}');
    if (brace != std::string_view::npos && brace > 0) at_ = begin + brace;
    if (at_ == begin) ++at_;
    problems_.syntax_error(static_cast<std::uint32_t>(begin), at(), "not understood");
  }

  /// A keyword, a name and a `{`: starts a declaration even where the last one was not closed.
  bool at_declaration() {
    const std::size_t back = at_;
    const std::string_view keyword = slice(word());
    const bool found = std::find(kKeywords.begin(), kKeywords.end(), keyword) != kKeywords.end() &&
                       !empty(word()) && (skip_blanks(), here() == '{');
    at_ = back;
    return found;
  }

  // --- declarations ---

  void declaration() {
    const std::size_t begin = at_;
    const std::string_view keyword = slice(word());
    const Span name = word();
    eat('{');
    if (keyword == "datasource" || keyword == "generator") {
      const std::uint32_t inside = at();
      skip_block();
      const std::uint32_t end = at();
      if (here() == '}') ++at_;
      settings_.push_back({keyword, name, since(begin), inside, end});
      return;
    }
    ir::Class made;
    made.name = Name::of(slice(name));
    made.name_span = name;
    made.kind = keyword == "enum" ? ir::Class::Kind::Enum : ir::Class::Kind::Entity;
    body(made);
    made.span = since(begin);
    module_.module().classes.push_back(std::move(made));
  }

  /// To the `}` that ends the block, strings passed over.
  void skip_block() {
    for (skip_lines(); at_ < text_.size() && here() != '}'; skip_lines()) {
      if (here() == '"') {
        string();
      } else {
        ++at_;
      }
    }
  }

  void body(ir::Class& made) {
    for (;;) {
      skip_lines();
      if (at_ >= text_.size() || at_declaration()) {
        problems_.syntax_error(made.name_span.begin, made.name_span.end, "missing `}`");
        return;
      }
      if (eat('}')) return;
      if (text_.substr(at_, 2) == "@@") {
        const std::size_t begin = at_;
        at_ += 2;
        made.annotations.push_back(annotation(begin, nullptr));
      } else if (is_word_start(here())) {
        made.fields.push_back(field(made.kind == ir::Class::Kind::Enum));
      } else {
        broken_line();
        continue;
      }
      if (!at_line_end()) broken_line();
    }
  }

  ir::Field field(bool is_member) {
    ir::Field made;
    const std::size_t begin = at_;
    made.name_span = word();
    made.name = Name::of(slice(made.name_span));
    if (!is_member) column_type(made);
    while (!at_line_end() && here() == '@') {
      const std::size_t attribute = at_++;
      LocalIndex initialiser = kNone;
      made.annotations.push_back(annotation(attribute, &initialiser));
      if (made.initialiser == kNone) made.initialiser = initialiser;
    }
    made.span = since(begin);
    return made;
  }

  void column_type(ir::Field& field) {
    const Span name = word();
    if (empty(name)) return;
    if (here() == '(') {
      // `Unsupported("circle")`
      ++at_;
      arguments(0);
    }
    field.type = module_.type(Name::of(slice(name)), name);
    if (text_.substr(at_, 2) == "[]") {
      at_ += 2;
      field.type = module_.type({Name::of("[]"), {field.type}, kNone, since(name.begin)});
    }
    if (here() == '?') {
      ++at_;
      field.is_optional = true;
    }
  }

  // --- attributes ---

  /// After the `@`. `default_value`: set to the argument of `@default`, unless null.
  ir::Annotation annotation(std::size_t begin, LocalIndex* default_value) {
    const Span name = word();
    ir::Annotation made;
    if (!empty(name)) {
      const bool is_default = default_value != nullptr && slice(name) == "default";
      made.value = reference(name, 0, is_default ? default_value : nullptr);
    }
    made.span = since(begin);
    return made;
  }

  /// `name`, `name.member`, each with or without arguments.
  LocalIndex reference(Span name, int depth, LocalIndex* first_argument) {
    const LocalIndex local = module_.lookup(Name::of(slice(name)), name);
    Span member;
    if (here() == '.') {
      ++at_;
      member = word();
    }
    if (here() != '(') {
      return empty(member)
                 ? local
                 : module_.load(local, Name::of(slice(member)), since(name.begin), member);
    }
    ++at_;
    const std::vector<ir::Operand> operands = arguments(depth + 1);
    if (first_argument != nullptr && !operands.empty()) *first_argument = operands.front().value;
    if (empty(member)) return module_.call(local, operands, since(name.begin));
    return module_.call_method(local, Name::of(slice(member)), operands, since(name.begin), member);
  }

  /// After the `(`, to behind the `)`.
  std::vector<ir::Operand> arguments(int depth) { return operands_until(')', depth); }

  std::vector<ir::Operand> operands_until(char close, int depth) {
    std::vector<ir::Operand> operands;
    for (;;) {
      skip_lines();
      if (at_ >= text_.size() || here() == '}' || (here() == '@' && text_[at_ - 1] == '\n')) {
        problems_.syntax_error(at(), at(), std::string("missing `") + close + "`");
        return operands;
      }
      if (eat(close)) return operands;
      if (eat(',')) continue;
      const std::size_t begin = at_;
      ir::Operand made;
      if (is_word_start(here()) && keyed(made)) skip_lines();
      made.value = value(depth);
      made.span = since(begin);
      if (made.value == kNone) {
        // Nothing that a value begins with; also the way out of unknown syntax.
        problems_.syntax_error(at(), at(), "expected a value");
        if (at_ < text_.size()) ++at_;
        continue;
      }
      operands.push_back(made);
    }
  }

  /// `fields:` before a value.
  bool keyed(ir::Operand& operand) {
    const std::size_t back = at_;
    const Span name = word();
    if (eat(':')) {
      operand.kind = ir::Operand::Kind::Keyed;
      operand.name = Name::of(slice(name));
      return true;
    }
    at_ = back;
    return false;
  }

  LocalIndex value(int depth) {
    const std::size_t begin = at_;
    const char c = here();
    if (c == '"') {
      const std::string text = string();
      const std::uint32_t end = at() > begin + 1 && text_[at_ - 1] == '"' ? at() - 1 : at();
      return module_.literal(ir::LiteralKind::String, text,
                             {file_, static_cast<std::uint32_t>(begin + 1), end});
    }
    if ((c >= '0' && c <= '9') || c == '-') {
      ++at_;
      while (is_word(here()) || here() == '.') ++at_;
      return module_.literal(ir::LiteralKind::Number, slice(since(begin)), since(begin));
    }
    if (c == '[') {
      ++at_;
      if (depth > kMaxArgumentDepth) return too_deep(begin);
      const std::vector<ir::Operand> items = operands_until(']', depth + 1);
      return module_.construct(ir::ContainerKind::List, items, since(begin));
    }
    if (!is_word_start(c)) return kNone;
    const Span name = word();
    if (here() == '(' || here() == '.') {
      return depth > kMaxArgumentDepth ? too_deep(begin) : reference(name, depth, nullptr);
    }
    const std::string_view text = slice(name);
    // Else the name of a column, of an enum member, of an action.
    const auto kind =
        text == "true" || text == "false" ? ir::LiteralKind::Boolean : ir::LiteralKind::String;
    return module_.literal(kind, text, name);
  }

  LocalIndex too_deep(std::size_t begin) {
    if (!told_too_deep_) {
      module_.problem(source::ProblemCode::TooDeep, since(begin), "an attribute nests too deep");
    }
    told_too_deep_ = true;
    at_ = std::min(text_.find('\n', at_), text_.size());
    return module_.unknown({}, since(begin));
  }

  /// Behind the closing quote, or at the line end when there is none. Escapes resolved.
  std::string string() {
    std::string out;
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\n') {
      if (text_[at_] != '\\' || at_ + 1 >= text_.size()) {
        out += text_[at_++];
        continue;
      }
      const char c = text_[at_ + 1];
      at_ += 2;
      if (c == 'u') {
        document::append_utf8(out, document::read_hex(text_, at_, 4));
      } else {
        out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
      }
    }
    if (here() == '"') ++at_;
    return out.substr(0, document::kMaxText);
  }

  // --- settings ---

  /// `key = value`; false at `end`.
  bool write_assignment(Builder& out, std::uint32_t end) {
    skip_lines();
    if (at_ >= end) return false;
    const Span key = word();
    if (empty(key) || !eat('=')) {
      at_ = std::min<std::size_t>(text_.find('\n', at_), end);
      return true;
    }
    skip_blanks();
    if (at_ >= end) return false;
    out.key(slice(key), key.begin, key.end);
    if (eat('[')) {
      out.begin(ir::Node::Kind::List, at() - 1);
      for (skip_lines(); at_ < end && here() != ']'; skip_lines()) {
        if (!eat(',')) write_value(out, end);
      }
      if (at_ < end) ++at_;
      out.end(at());
    } else {
      write_value(out, end);
    }
    return true;
  }

  void write_value(Builder& out, std::uint32_t end) {
    const std::size_t begin = at_;
    if (here() == '"') {
      const std::string text = string();
      const std::uint32_t last = at() > begin + 1 && text_[at_ - 1] == '"' ? at() - 1 : at();
      out.scalar(ir::Node::Kind::String, text, static_cast<std::uint32_t>(begin + 1), last);
      return;
    }
    int depth = 0;
    while (at_ < end && text_[at_] != '\n' &&
           (depth > 0 || (text_[at_] != ',' && text_[at_] != ']'))) {
      if (text_[at_] == '"') {
        string();
        continue;
      }
      if (text_.substr(at_, 2) == "//") break;
      depth += text_[at_] == '(' ? 1 : text_[at_] == ')' ? -1 : 0;
      ++at_;
    }
    std::size_t last = at_;
    while (last > begin &&
           (text_[last - 1] == ' ' || text_[last - 1] == '\t' || text_[last - 1] == '\r'))
      --last;
    const std::string_view text = text_.substr(begin, last - begin);
    out.scalar(document::kind_of_word(text), text, static_cast<std::uint32_t>(begin),
               static_cast<std::uint32_t>(last));
    if (at_ == begin && at_ < end) ++at_;
  }

  source::FileId file_;
  std::string_view text_;
  ir::ModuleBuilder& module_;
  Builder& problems_;
  std::vector<Setting> settings_;
  std::size_t at_ = 0;
  bool told_too_deep_ = false;
};

ir::Module lower(const FileInfo& info, std::string_view text) {
  ir::ModuleBuilder module(info.file, Name::of("prisma"));
  Builder settings(info.file, "prisma", module.module().problems);
  Reader reader(info.file, text, module, settings);
  reader.read();
  reader.write_settings(settings);
  ir::Document document = settings.finish(static_cast<std::uint32_t>(text.size()));
  ir::Module made = std::move(module).finish();
  if (!document.nodes.empty()) made.documents.push_back(std::move(document));
  return made;
}

void parse_only(std::string_view text) { lower({source::FileId{0}, {}}, text); }

constexpr std::string_view kExtensions[] = {".prisma"};

}  // namespace

extern const Language kLanguage_prisma;
const Language kLanguage_prisma{"prisma", "prisma", kExtensions, {}, "//", lower, parse_only};

}  // namespace privet::lang
