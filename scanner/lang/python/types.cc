// Annotations as types: names as written, with the forms of `typing` that say something about the
// value itself taken apart.

#include "lang/python/lowerer.h"

namespace privet::lang::python {

using ir::Type;
using ir::TypeIndex;

namespace {

// A type inside a string is not bounded by the parser.
constexpr int kMaxTextDepth = 64;

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || (static_cast<unsigned char>(c) & 0x80) != 0;
}

/// `head[arguments]` with the forms that are not classes taken apart.
TypeIndex shape(ir::ModuleBuilder& builder, std::string_view head, std::vector<TypeIndex> arguments,
                const Span& where) {
  switch (form_of(head)) {
    case TypeForm::Optional: {
      std::vector<TypeIndex> members = std::move(arguments);
      members.push_back(builder.type(Name::of("None"), where));
      return builder.type(Type{Name::of("|"), std::move(members), kNone, where});
    }
    case TypeForm::Union:
      return builder.type(Type{Name::of("|"), std::move(arguments), kNone, where});
    case TypeForm::List:
      return builder.type(Type{Name::of("[]"), std::move(arguments), kNone, where});
    case TypeForm::Literal:
      if (arguments.size() == 1) return arguments.front();
      return builder.type(Type{Name::of("|"), std::move(arguments), kNone, where});
    case TypeForm::Annotated:
    case TypeForm::ClassVar:
    case TypeForm::Wrapper:
      if (!arguments.empty()) return arguments.front();
      break;
    case TypeForm::Plain: break;
  }
  return builder.type(Type{Name::of(head), std::move(arguments), kNone, where});
}

/// Reads `list[User] | None` and the like. Anything else gives kNone.
class TypeText {
 public:
  TypeText(ir::ModuleBuilder& builder, source::FileId file, std::string_view text,
           std::uint32_t begin)
      : builder_(builder), file_(file), text_(text), begin_(begin) {}

  TypeIndex read() {
    const TypeIndex type = alternatives(0);
    skip_space();
    return at_ == text_.size() ? type : kNone;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' ||
                                  text_[at_] == '\r')) {
      ++at_;
    }
  }
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Span from(std::size_t start) const {
    return {file_, begin_ + static_cast<std::uint32_t>(start),
            begin_ + static_cast<std::uint32_t>(at_)};
  }

  TypeIndex alternatives(int depth) {
    skip_space();
    const std::size_t start = at_;
    std::vector<TypeIndex> members;
    do {
      const TypeIndex member = single(depth);
      if (member == kNone) return kNone;
      members.push_back(member);
    } while (take('|'));
    if (members.size() == 1) return members.front();
    return builder_.type(Type{Name::of("|"), std::move(members), kNone, from(start)});
  }

  TypeIndex single(int depth) {
    if (depth > kMaxTextDepth) return kNone;
    skip_space();
    const std::size_t start = at_;
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      const char quote = text_[at_++];
      const std::size_t end = text_.find(quote, at_);
      if (end == std::string_view::npos) return kNone;
      const std::string_view inner = text_.substr(at_, end - at_);
      at_ = end + 1;
      // In `Literal["a"]` a literal type, elsewhere the name of a type.
      if (in_literal_) {
        return builder_.type(Name::of("\"" + std::string(inner) + "\""), from(start));
      }
      return builder_.type(Name::of(inner), from(start));
    }
    if (take('[')) {
      std::vector<TypeIndex> members = list(depth, ']');
      return failed_ ? kNone
                     : builder_.type(Type{Name::of("()"), std::move(members), kNone, from(start)});
    }
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    if (at_ == start) return kNone;
    const std::string_view head = text_.substr(start, at_ - start);
    const Span name = from(start);
    if (!take('[')) return shape(builder_, head, {}, name);
    const bool outer = in_literal_;
    in_literal_ = form_of(head) == TypeForm::Literal;
    std::vector<TypeIndex> arguments = list(depth, ']');
    in_literal_ = outer;
    return failed_ ? kNone : shape(builder_, head, std::move(arguments), from(start));
  }

  std::vector<TypeIndex> list(int depth, char close) {
    std::vector<TypeIndex> members;
    if (take(close)) return members;
    do {
      const TypeIndex member = alternatives(depth + 1);
      if (member == kNone) {
        failed_ = true;
        return {};
      }
      members.push_back(member);
    } while (take(','));
    if (!take(close)) failed_ = true;
    return members;
  }

  ir::ModuleBuilder& builder_;
  source::FileId file_;
  std::string_view text_;
  std::uint32_t begin_;
  std::size_t at_ = 0;
  bool in_literal_ = false;
  bool failed_ = false;
};

}  // namespace

TypeForm form_of(std::string_view head) {
  head = head.substr(0, head.find('['));
  if (const std::size_t dot = head.rfind('.'); dot != std::string_view::npos) {
    head.remove_prefix(dot + 1);
  }
  static const std::unordered_map<std::string_view, TypeForm> kForms = {
      {"Optional", TypeForm::Optional},
      {"Union", TypeForm::Union},
      {"Literal", TypeForm::Literal},
      {"Annotated", TypeForm::Annotated},
      {"ClassVar", TypeForm::ClassVar},
      {"Final", TypeForm::Wrapper},
      {"Required", TypeForm::Wrapper},
      {"NotRequired", TypeForm::Wrapper},
      {"ReadOnly", TypeForm::Wrapper},
      {"InitVar", TypeForm::Wrapper},
      {"list", TypeForm::List},
      {"List", TypeForm::List},
      {"set", TypeForm::List},
      {"Set", TypeForm::List},
      {"frozenset", TypeForm::List},
      {"FrozenSet", TypeForm::List},
      {"Sequence", TypeForm::List},
      {"MutableSequence", TypeForm::List},
      {"Collection", TypeForm::List},
      {"Iterable", TypeForm::List},
      {"Iterator", TypeForm::List},
      {"AsyncIterable", TypeForm::List},
      {"AsyncIterator", TypeForm::List},
  };
  const auto found = kForms.find(head);
  return found == kForms.end() ? TypeForm::Plain : found->second;
}

TypeIndex type_in_text(ir::ModuleBuilder& builder, source::FileId file, std::string_view text,
                       std::uint32_t begin) {
  return TypeText(builder, file, text, begin).read();
}

TypeIndex Lowerer::type_of(const Node& node, std::vector<ir::Annotation>* metadata) {
  const Deeper deeper(depth_);
  if (!node || too_deep()) return kNone;
  const Kind kind = kind_of(node);
  switch (kind) {
    case Kind::Type:
    case Kind::Parenthesized:
    case Kind::ConstrainedType: {
      const Kids inner = kids(node);
      return inner.empty() ? kNone : type_of(inner[0].node, metadata);
    }
    case Kind::Identifier:
    case Kind::Attribute:
    case Kind::DottedName:
    case Kind::MemberType:
      return shape(b_, node.text(), {}, span(node));
    case Kind::None: return b_.type(Name::of("None"), span(node));
    case Kind::Ellipsis: return b_.type(Name::of("..."), span(node));
    case Kind::String:
    case Kind::ConcatenatedString: {
      std::string text;
      bool is_bytes = false;
      if (!plain_text(node, kind, text, is_bytes)) return kNone;
      // Spans are exact when nothing was escaped.
      const std::size_t quote = node.text().find_first_of("\"'");
      const bool same = quote != std::string_view::npos &&
                        node.text().substr(quote + 1).starts_with(text);
      if (!same) return b_.type(Name::of(text), span(node));
      return type_in_text(b_, file_, text, node.begin() + static_cast<std::uint32_t>(quote) + 1);
    }
    case Kind::Subscript: {
      const Kids parts = kids(node);
      if (parts.empty()) return kNone;
      std::vector<Node> arguments;
      for (std::size_t i = 1; i < parts.size(); ++i) arguments.push_back(parts[i].node);
      return generic_type(node, parts[0].node, arguments, metadata);
    }
    case Kind::GenericType: {
      const Kids parts = kids(node);
      if (parts.size() < 2) return kNone;
      std::vector<Node> arguments;
      const Kids list = kids(parts[1].node);
      for (std::size_t i = 0; i < list.size(); ++i) arguments.push_back(list[i].node);
      return generic_type(node, parts[0].node, arguments, metadata);
    }
    case Kind::BinaryOperator:
    case Kind::UnionType:
      return union_type(node);
    case Kind::List: {
      // The parameters of a `Callable`.
      std::vector<TypeIndex> arguments;
      const Kids parts = kids(node);
      for (std::size_t i = 0; i < parts.size(); ++i) {
        const TypeIndex argument = type_of(parts[i].node);
        if (argument != kNone) arguments.push_back(argument);
      }
      return b_.type(Type{Name::of("()"), std::move(arguments), kNone, span(node)});
    }
    case Kind::Call: {
      // `constr(max_length=5)`: the name of the function says what it is.
      const Node callee = child_by(node, f_.function);
      return callee ? b_.type(name_of(callee), span(node)) : kNone;
    }
    default: return kNone;
  }
}

TypeIndex Lowerer::generic_type(const Node& node, const Node& head,
                                const std::vector<Node>& arguments,
                                std::vector<ir::Annotation>* metadata) {
  const TypeForm form = form_of(head.text());
  std::vector<TypeIndex> types;
  types.reserve(arguments.size());
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    Node argument = arguments[i];
    if (kind_of(argument) == Kind::Type) argument = Node(ts_node_named_child(argument.raw(), 0), text_);
    if (!argument) continue;
    const Kind kind = kind_of(argument);
    if (form == TypeForm::Annotated && i > 0) {
      if (metadata != nullptr) {
        const LocalIndex value = expression(argument, kind);
        metadata->push_back({value, span(argument)});
      }
      continue;
    }
    if (form == TypeForm::Literal) {
      std::string text;
      bool is_bytes = false;
      if ((kind == Kind::String || kind == Kind::ConcatenatedString) &&
          plain_text(argument, kind, text, is_bytes)) {
        types.push_back(b_.type(Name::of("\"" + text + "\""), span(argument)));
      } else {
        types.push_back(b_.type(name_of(argument), span(argument)));
      }
      continue;
    }
    if (kind == Kind::Tuple) {  // `Dict[(str, int)]`
      const Kids parts = kids(argument);
      for (std::size_t k = 0; k < parts.size(); ++k) {
        const TypeIndex type = type_of(parts[k].node);
        if (type != kNone) types.push_back(type);
      }
      continue;
    }
    const bool outer = form == TypeForm::Wrapper || form == TypeForm::ClassVar ||
                       form == TypeForm::Optional;
    const TypeIndex type = type_of(argument, outer ? metadata : nullptr);
    if (type != kNone) types.push_back(type);
  }
  return shape(b_, head.text(), std::move(types), span(node));
}

TypeIndex Lowerer::union_type(const Node& node) {
  std::vector<TypeIndex> members;
  // `A | B | C` leans to the left: a loop, then the members in order.
  std::vector<Node> rights;
  Node left = node;
  for (;;) {
    if (kind_of(left) == Kind::Type) {
      const Node inner(ts_node_named_child(left.raw(), 0), text_);
      if (kind_of(inner) != Kind::UnionType && kind_of(inner) != Kind::BinaryOperator) break;
      left = inner;
    }
    const Kind kind = kind_of(left);
    if (kind != Kind::UnionType && kind != Kind::BinaryOperator) break;
    const Node first(ts_node_named_child(left.raw(), 0), text_);
    const Node second(ts_node_named_child(left.raw(), 1), text_);
    if (!first || !second) break;
    rights.push_back(second);
    left = first;
  }
  if (rights.empty()) return kNone;
  const auto add = [&](const Node& member) {
    const TypeIndex type = type_of(member);
    if (type != kNone) members.push_back(type);
  };
  add(left);
  for (std::size_t i = rights.size(); i-- > 0;) add(rights[i]);
  return b_.type(Type{Name::of("|"), std::move(members), kNone, span(node)});
}

}  // namespace privet::lang::python
