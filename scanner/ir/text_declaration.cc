#include "ir/text_reader.h"

#include "ir/text_document.h"
#include "ir/text_words.h"

namespace privet::ir::text {

// --- declarations ---

void Reader::declare_function(std::uint32_t begin) {
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

void Reader::numbered_function(std::uint32_t number, std::uint32_t begin) {
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

FunctionIndex Reader::function_body(Name name, const Head& head, std::uint32_t begin) {
  return function_in(draft().index, name, head, begin);
}

FunctionIndex Reader::function_in(FunctionIndex parent, Name name, const Head& head,
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

std::uint32_t Reader::token_in(FunctionIndex other) {
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

std::vector<Annotation> Reader::annotations(FunctionIndex other) {
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

void Reader::function_head(FunctionIndex parent, bool is_method) {
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

void Reader::make_parameter(std::uint32_t index) {
  Token& at = tokens().all[index];
  at.bound = true;
  if (at.mark == '%') return;
  at.has_kind = true;
  at.kind = Local::Kind::Parameter;
}

Parameter Reader::parameter(FunctionIndex parent) {
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

void Reader::function_flag(FunctionIndex parent) {
  if (in_.peek() == '@') {
    auto more = annotations(parent);
    auto& all = function().annotations;
    all.insert(all.end(), more.begin(), more.end());
    return;
  }
  const std::string word = in_.name();
  Function& made = function();
  if (word == "self")
    made.self = token();
  else if (word == "owner")
    made.owner = in_.expect_number();
  else if (word == "async")
    made.is_async = true;
  else if (word == "generator")
    made.is_generator = true;
  else if (word == "static")
    made.is_static = true;
  else if (word == "classmethod")
    made.is_class_method = true;
  else if (word == "getter")
    made.is_getter = true;
  else if (word == "setter")
    made.is_setter = true;
  else if (word == "constructor")
    made.is_constructor = true;
  else if (word == "private")
    made.is_private = true;
  else if (word == "abstract")
    made.is_abstract = true;
  else
    in_.fail("unknown flag `" + word + "`");
}

void Reader::declare_class(std::string_view word, std::uint32_t begin) {
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
    made.local = bound(tokens().find_or_add(spelling, made.name.text(), '\0', made.name_span));
    closure_of(made.local, index, true, begin);
  }
  module_.classes[index] = std::move(made);
  if (number) {
    drafts_.pop_back();
    only_names_ = false;
  }
}

void Reader::class_head(Class& made) {
  while (!in_.failed() && in_.peek() != '{') {
    if (in_.peek() == '@') {
      auto more = annotations(made.parent);
      made.annotations.insert(made.annotations.end(), more.begin(), more.end());
      continue;
    }
    const std::string word = in_.name();
    if (word == "owner")
      made.owner = in_.expect_number();
    else if (word == "local")
      made.local = token();
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

void Reader::class_body(Class& made, ClassIndex index) {
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

Field Reader::field(FunctionIndex parent) {
  in_.skip_blanks();
  const std::uint32_t begin = in_.position();
  Field made;
  made.name = Name::of(in_.name());
  made.name_span = in_.since(begin);
  if (in_.eat(":")) made.type = type(0);
  for (;;) {
    if (in_.eat_word("static"))
      made.is_static = true;
    else if (in_.eat_word("optional"))
      made.is_optional = true;
    else if (in_.eat_word("private"))
      made.is_private = true;
    else
      break;
  }
  if (in_.eat("=")) made.initialiser = operand_value();
  made.annotations = annotations(parent);
  made.span = in_.since(begin);
  if (!in_.at_end_of_statement()) in_.fail("unexpected text after a field");
  return made;
}

// --- types ---

TypeIndex Reader::type(int depth) {
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

bool Reader::at_anonymous() {
  return in_.peek() == '{' && in_.text().substr(in_.position(), 7) == "{class " &&
         in_.position() + 7 < in_.text().size() && in_.text()[in_.position() + 7] >= '0' &&
         in_.text()[in_.position() + 7] <= '9';
}

// --- the rest of a module ---

void Reader::module_line() {
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

void Reader::import_line(std::uint32_t begin) {
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

void Reader::skip_token() {
  if (in_.eat("%")) {
    in_.expect_number();
    return;
  }
  in_.eat("^");
  in_.name();
  if (in_.eat("#")) in_.expect_number();
}

void Reader::bind_import_locals() {
  for (const auto& [import, position] : import_locals_) bind_import_local(import, position);
}

void Reader::bind_import_local(std::size_t import, std::uint32_t position) {
  const FunctionIndex in = module_.imports[import].in;
  if (in >= module_.functions.size()) return in_.fail("no such function");
  const std::uint32_t back = in_.position();
  in_.seek(position);
  const LocalIndex local = token_in(in);
  if (local != kNone) tokens_[in].all[local].bound = true;
  module_.imports[import].local = local;
  in_.seek(back);
}

void Reader::export_line(std::uint32_t begin) {
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

void Reader::problem(std::uint32_t begin) {
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

void Reader::document() {
  Document made;
  made.format = Name::of(in_.name());
  in_.expect("{");
  text::read_nodes(in_, made);
  in_.expect("}");
  module_.documents.push_back(std::move(made));
}

}  // namespace privet::ir::text
