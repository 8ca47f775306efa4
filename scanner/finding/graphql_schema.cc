#include "finding/graphql_schema.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace privet::finding {
namespace {

using base::Name;
using program::ClassId;
using program::FunctionId;
using program::ModuleId;
using program::Program;

constexpr std::size_t kMostTypes = 4096;
constexpr std::size_t kMostFields = 512;

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Reads `type NAME @directive { field(arguments): [Type!]! @directive }` out of a text.
class SchemaReader {
 public:
  SchemaReader(std::string_view text, source::Span at, Schema& schema) : text_(text), at_(at), schema_(schema) {}

  void run() {
    while (i_ < text_.size() && schema_.types.size() < kMostTypes) {
      const std::string_view word = next_word();
      if (word.empty()) return;
      if (word == "type" || word == "interface") read_type();
    }
  }

 private:
  /// The next word outside comments and descriptions; empty at the end.
  std::string_view next_word() {
    while (i_ < text_.size() && !is_word(text_[i_])) skip_one();
    const std::size_t begin = i_;
    while (i_ < text_.size() && is_word(text_[i_])) ++i_;
    return text_.substr(begin, i_ - begin);
  }

  void skip_one() {
    if (text_[i_] == '#') {
      while (i_ < text_.size() && text_[i_] != '\n') ++i_;
    } else if (text_.substr(i_).starts_with("\"\"\"")) {
      const std::size_t end = text_.find("\"\"\"", i_ + 3);
      i_ = end == std::string_view::npos ? text_.size() : end + 3;
    } else {
      ++i_;
    }
  }

  void skip_space() {
    while (i_ < text_.size() && (std::isspace(static_cast<unsigned char>(text_[i_])) != 0 || text_[i_] == '#' || text_[i_] == ',' || text_[i_] == '"')) skip_one();
  }

  void read_type() {
    SchemaType type;
    type.name = std::string(next_word());
    while (i_ < text_.size() && text_[i_] != '{') {
      // A body may be missing: `type Query`.
      if (text_[i_] == '}') return;
      type.guarded = type.guarded || text_[i_] == '@';
      skip_one();
    }
    ++i_;
    while (i_ < text_.size() && type.fields.size() < kMostFields) {
      skip_space();
      if (i_ >= text_.size() || text_[i_] == '}') break;
      if (!read_field(type)) return;
    }
    if (!type.name.empty() && !type.fields.empty()) schema_.types.push_back(std::move(type));
  }

  bool read_field(SchemaType& type) {
    SchemaField field;
    const std::size_t begin = i_;
    while (i_ < text_.size() && is_word(text_[i_])) ++i_;
    if (i_ == begin) return false;
    field.name = Name::of(text_.substr(begin, i_ - begin));
    field.span = at_;
    field.span.begin = at_.begin + static_cast<std::uint32_t>(begin);
    field.span.end = at_.begin + static_cast<std::uint32_t>(i_);
    skip_space();
    if (i_ < text_.size() && text_[i_] == '(') {
      const std::size_t end = text_.find(')', i_);
      i_ = end == std::string_view::npos ? text_.size() : end + 1;
      skip_space();
    }
    if (i_ >= text_.size() || text_[i_] != ':') return false;
    field.type = std::string(next_word());
    // Up to the next field: marks, and directives with their arguments.
    while (i_ < text_.size() && text_[i_] != '}' && text_[i_] != '\n' && !is_word(text_[i_])) {
      if (text_[i_] == '@') {
        field.guarded = !text_.substr(i_).starts_with("@deprecated");
        ++i_;
        next_word();
        if (i_ < text_.size() && text_[i_] == '(') {
          const std::size_t end = text_.find(')', i_);
          i_ = end == std::string_view::npos ? text_.size() : end + 1;
        }
      } else {
        skip_one();
      }
    }
    type.fields.push_back(std::move(field));
    return true;
  }

  std::string_view text_;
  source::Span at_;
  Schema& schema_;
  std::size_t i_ = 0;
};

bool is_among(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

/// The symbol of a decorator, called or not.
std::string decorator_of(const Program& program, FunctionId parent, const ir::Annotation& annotation) {
  const program::Constant value = program.constant_of(parent, annotation.value);
  return std::string(value.text.text());
}

/// `Promise<Post[]>`, `list["Post"]`, `() => [Post]`: the first word that is no container.
std::string named_type(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    while (i < text.size() && !is_word(text[i])) ++i;
    const std::size_t begin = i;
    while (i < text.size() && is_word(text[i])) ++i;
    const std::string_view word = text.substr(begin, i - begin);
    if (!is_among(word, {"Promise", "Array", "list", "List", "Optional", "None", "null", "undefined", "Maybe", "returns", "of", "type", "typing", "Relation", "strawberry"})) {
      return std::string(word);
    }
  }
  return {};
}

void add_classes(const Program& program, Schema& schema) {
  for (std::uint32_t c = 0; c < program.n_classes() && schema.types.size() < kMostTypes; ++c) {
    const ClassId id{c};
    const ir::Class& own = program.class_of(id);
    const FunctionId parent = program.class_parent(id);
    SchemaType type;
    bool is_type = false;
    bool by_decorator = true;  // only decorated fields are in the schema
    for (const ir::Annotation& annotation : own.annotations) {
      const std::string symbol = decorator_of(program, parent, annotation);
      if (is_among(symbol, {"type-graphql.ObjectType", "@nestjs/graphql.ObjectType"})) is_type = true;
      if (is_among(symbol, {"strawberry.type", "strawberry.interface"})) is_type = true, by_decorator = false;
      if (is_among(symbol, {"type-graphql.Authorized", "type-graphql.Directive", "@nestjs/graphql.Directive"})) type.guarded = true;
    }
    if (!is_type) continue;
    type.name = std::string(own.name.text());
    type.class_id = id;
    const ir::Module& module = program.module(program.module_of(id));
    for (const ir::Field& field : own.fields) {
      SchemaField shown;
      bool listed = !by_decorator;
      for (const ir::Annotation& annotation : field.annotations) {
        const std::string symbol = decorator_of(program, parent, annotation);
        listed = listed || is_among(symbol, {"type-graphql.Field", "@nestjs/graphql.Field"});
        if (is_among(symbol, {"type-graphql.Authorized", "type-graphql.UseMiddleware", "@nestjs/graphql.HideField", "@nestjs/graphql.Directive"})) shown.guarded = true;
      }
      if (!listed) continue;
      // What is made by a call is resolved by its own code: `strawberry.field(…)`.
      shown.guarded = shown.guarded || (!by_decorator && field.initialiser != ir::kNone);
      shown.name = field.name;
      shown.span = field.name_span.valid() ? field.name_span : field.span;
      if (field.type < module.types.size()) shown.type = named_type(program.sources().text(module.types[field.type].span));
      type.fields.push_back(std::move(shown));
    }
    if (!type.fields.empty()) schema.types.push_back(std::move(type));
  }
}

/// `{User: {email: (parent, …) => …}}` of resolvers and of permissions: the program decides about the field.
void note_resolved(const Program& program, Schema& schema) {
  for (std::uint32_t f = 0; f < program.n_functions(); ++f) {
    const ir::Function& function = program.function(FunctionId{f});
    for (const ir::Block& block : function.blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.op != ir::Op::Construct || in.container_kind() != ir::ContainerKind::Object) continue;
        for (std::uint32_t o = 0; o < in.n_operands; ++o) {
          const ir::Operand& operand = function.operands[in.first_operand + o];
          if (operand.kind != ir::Operand::Kind::Keyed) continue;
          const auto type = std::find_if(schema.types.begin(), schema.types.end(),
                                         [&](const SchemaType& one) { return one.name == operand.name.text(); });
          if (type == schema.types.end() || type->class_id.valid()) continue;
          const program::Constant value = program.constant_of(FunctionId{f}, operand.value);
          if (value.kind != program::Constant::Kind::Map) {
            type->guarded = type->guarded || value.kind == program::Constant::Kind::Call;
            continue;
          }
          for (SchemaField& field : type->fields) {
            // A resolver of an edge fetches what the edge leads to; it still leads there.
            const bool scalar = schema.find(field.type) == nullptr;
            if (scalar && value.find(field.name.text()) != nullptr) field.guarded = true;
          }
        }
      }
    }
  }
}

}  // namespace

const SchemaField* SchemaType::find(std::string_view field) const {
  const auto found = std::find_if(fields.begin(), fields.end(), [&](const SchemaField& one) { return one.name.text() == field; });
  return found == fields.end() ? nullptr : &*found;
}

const SchemaType* Schema::find(std::string_view name) const {
  const auto found = std::find_if(types.begin(), types.end(), [&](const SchemaType& one) { return one.name == name; });
  return found == types.end() ? nullptr : &*found;
}

Schema schema_of(const Program& program) {
  Schema schema;
  for (std::uint32_t m = 0; m < program.n_modules(); ++m) {
    const ir::Module& module = program.module(ModuleId{m});
    std::set<std::uint32_t> read;
    for (const ir::Function& function : module.functions) {
      for (const ir::Block& block : function.blocks) {
        for (const ir::Instruction& in : block.instructions) {
          if (in.op != ir::Op::Literal || in.literal_kind() != ir::LiteralKind::String || !in.span.valid()) continue;
          const std::string_view text = program.sources().text(in.span);
          if (text.find("type ") == std::string_view::npos || text.find('{') == std::string_view::npos) continue;
          if (read.insert(in.span.begin).second) SchemaReader(text, in.span, schema).run();
        }
      }
    }
  }
  add_classes(program, schema);
  note_resolved(program, schema);
  return schema;
}

}  // namespace privet::finding
