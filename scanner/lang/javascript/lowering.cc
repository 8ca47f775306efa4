#include "lang/javascript/lowering.h"

#include <algorithm>

#include "lang/syntax/tree.h"

namespace privet::lang::javascript {

Lowering::Lowering(source::FileId file, std::string_view text, Name language, bool declares_only,
                   const syntax::FlatTree& tree)
    : file_(file),
      text_(text),
      tree_(tree),
      builder_(file, language),
      this_(Name::of("this")),
      super_(Name::of("super")),
      exports_(Name::of("exports")),
      ambient_(declares_only ? 1 : 0) {
  contexts_.emplace_back();
}

ir::Module Lowering::run() && {
  for (const Span& error : tree_.errors) {
    builder_.problem(source::ProblemCode::SyntaxError, error, "syntax not understood");
  }
  constexpr NodeIndex root = 0;
  builder_.function().span = {file_, 0, static_cast<std::uint32_t>(text_.size())};
  hoist_vars(root);
  statements(root);
  return std::move(builder_).finish();
}

bool Lowering::Depth::exceeded() const { return lowering_.depth_ > syntax::kMaxDepth; }

void Lowering::too_deep(NodeIndex n) {
  if (said_too_deep_) return;
  said_too_deep_ = true;
  builder_.problem(source::ProblemCode::TooDeep, span(n), "nested too deeply; the inner part is unknown");
}

Span Lowering::span(NodeIndex n) const {
  if (n == kNoNode) return {file_, 0, 0};
  return {file_, tree_.nodes[n].begin, tree_.nodes[n].end};
}

std::string_view Lowering::text(NodeIndex n) const {
  if (n == kNoNode) return {};
  return text_.substr(tree_.nodes[n].begin, tree_.nodes[n].end - tree_.nodes[n].begin);
}

NodeIndex Lowering::first_operand(NodeIndex n) const {
  if (n == kNoNode) return kNoNode;
  for (const NodeIndex child : children(n)) {
    if (!is_token(kind(child))) return child;
  }
  return kNoNode;
}

bool Lowering::is_function(Kind kind) {
  switch (kind) {
    case Kind::FunctionDeclaration:
    case Kind::GeneratorFunctionDeclaration:
    case Kind::FunctionExpression:
    case Kind::GeneratorFunction:
    case Kind::ArrowFunction:
    case Kind::MethodDefinition:
      return true;
    default:
      return false;
  }
}

bool Lowering::is_statement(Kind kind) {
  switch (kind) {
    case Kind::StatementBlock:
    case Kind::ExpressionStatement:
    case Kind::VariableDeclaration:
    case Kind::LexicalDeclaration:
    case Kind::UsingDeclaration:
    case Kind::IfStatement:
    case Kind::SwitchStatement:
    case Kind::ForStatement:
    case Kind::ForInStatement:
    case Kind::WhileStatement:
    case Kind::DoStatement:
    case Kind::TryStatement:
    case Kind::WithStatement:
    case Kind::BreakStatement:
    case Kind::ContinueStatement:
    case Kind::ReturnStatement:
    case Kind::ThrowStatement:
    case Kind::LabeledStatement:
    case Kind::ImportStatement:
    case Kind::ImportAlias:
    case Kind::ExportStatement:
    case Kind::FunctionDeclaration:
    case Kind::GeneratorFunctionDeclaration:
    case Kind::FunctionSignature:
    case Kind::ClassDeclaration:
    case Kind::AbstractClassDeclaration:
    case Kind::InterfaceDeclaration:
    case Kind::TypeAlias:
    case Kind::EnumDeclaration:
    case Kind::InternalModule:
    case Kind::AmbientModule:
    case Kind::AmbientDeclaration:
    case Kind::EmptyStatement:
    case Kind::DebuggerStatement:
      return true;
    default:
      return false;
  }
}

std::optional<Name> Lowering::property_name(NodeIndex n) const {
  switch (kind(n)) {
    case Kind::PropertyIdentifier:
    case Kind::PrivateProperty:
    case Kind::Identifier:
    case Kind::Number:
    case Kind::DefaultToken:
      return name(n);
    case Kind::String:
      return Name::of(string_value(n));
    case Kind::ComputedPropertyName: {
      const NodeIndex inner = first_operand(n);
      if (kind(inner) == Kind::String || kind(inner) == Kind::Number) return property_name(inner);
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

std::string Lowering::string_value(NodeIndex n) const {
  std::string_view written = text(n);
  if (written.empty() || (written.front() != '"' && written.front() != '\'')) return unescape(written);
  const char quote = written.front();
  written.remove_prefix(1);
  if (!written.empty() && written.back() == quote) written.remove_suffix(1);
  return unescape(written);
}

std::string Lowering::dotted(NodeIndex n) const {
  std::vector<std::string_view> parts;
  while (true) {
    switch (kind(n)) {
      case Kind::Identifier:
      case Kind::TypeIdentifier:
      case Kind::This:
        parts.push_back(text(n));
        break;
      case Kind::NestedTypeIdentifier:
        parts.push_back(text(child(n, Field::Name)));
        n = child(n, Field::Module);
        continue;
      case Kind::NestedIdentifier:
      case Kind::MemberExpression:
        parts.push_back(text(child(n, Field::Property)));
        n = child(n, Field::Object);
        continue;
      default:
        return {};
    }
    break;
  }
  std::string result;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!result.empty()) result += '.';
    result += *part;
  }
  return result;
}

/// In the code of `n` itself: functions (but not arrows) and classes inside have their own.
bool Lowering::mentions(NodeIndex n, Kind what) const {
  if (kind(n) == what) return true;
  NodeIndex i = n + 1;
  const NodeIndex end = node(n).next;
  if (kind(n) == Kind::ClassExpression || is_function(kind(n))) {
    // Its own code is meant when it is a method; a class or function as a value has none.
    if (kind(n) != Kind::MethodDefinition && kind(n) != Kind::ArrowFunction) return false;
  }
  while (i < end) {
    const Kind k = kind(i);
    if (k == what) return true;
    const bool skip = (is_function(k) && k != Kind::ArrowFunction) || k == Kind::ClassBody;
    i = skip ? node(i).next : i + 1;
  }
  return false;
}

}  // namespace privet::lang::javascript
