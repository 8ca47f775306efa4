#pragma once

#include <tree_sitter/api.h>

#include <cstdint>

#include "lang/syntax/tree.h"

namespace privet::lang::python {

/// The node types that lowering tells apart. One number per public symbol of the grammar, so that a
/// switch replaces comparing names. `Token`: anonymous nodes.
enum class Kind : std::uint8_t {
  Other, Token, Error, Comment, LineContinuation,
  // statements
  Module, Block, FutureImport, Import, ImportFrom, Print, Assert, ExpressionStatement, Return,
  Delete, Raise, Pass, Break, Continue, Global, Nonlocal, Exec, TypeAlias, If, ElifClause,
  ElseClause, For, While, Try, ExceptClause, FinallyClause, With, WithClause, WithItem, Function,
  Class, Decorated, Decorator, Match, CaseClause, IfClause, Assignment, AugmentedAssignment, Yield,
  // imports
  DottedName, AliasedImport, WildcardImport, RelativeImport, ImportPrefix, Chevron,
  // expressions
  Identifier, String, ConcatenatedString, Integer, Float, True, False, None, Ellipsis, Await,
  BinaryOperator, UnaryOperator, NotOperator, BooleanOperator, ComparisonOperator, Attribute,
  Subscript, Slice, Call, ArgumentList, KeywordArgument, List, Set, Tuple, Dictionary, Pair,
  ListComprehension, SetComprehension, DictionaryComprehension, GeneratorExpression, ForInClause,
  Parenthesized, Conditional, NamedExpression, AsPattern, AsPatternTarget, Lambda, ExpressionList,
  ListSplat, DictionarySplat,
  // strings
  StringStart, StringContent, StringEnd, Interpolation, FormatSpecifier, FormatExpression,
  TypeConversion, EscapeInterpolation,
  // parameters and types
  Parameters, LambdaParameters, DefaultParameter, TypedParameter, TypedDefaultParameter,
  ListSplatPattern, DictionarySplatPattern, KeywordSeparator, PositionalSeparator, Type,
  TypeParameter, SplatType, GenericType, UnionType, ConstrainedType, MemberType,
  // patterns
  PatternList, TuplePattern, ListPattern, CasePattern, UnionPattern, DictPattern, KeywordPattern,
  SplatPattern, ClassPattern, ComplexPattern,
};

/// Field numbers of the grammar.
struct Fields {
  TSFieldId alias, alternative, argument, arguments, attribute, body, cause, code, condition,
      consequence, definition, expression, format_specifier, function, guard, key, left, module_name,
      name, object, op, operators, parameters, return_type, right, subject, subscript, superclasses,
      type, value;
};

const TSLanguage* grammar();
const Fields& fields();

/// `symbol` as the tree gives it, the runtime's error symbol included.
Kind kind_of(TSSymbol symbol);
inline Kind kind_of(const syntax::Node& node) {
  return node ? kind_of(node.symbol()) : Kind::Other;
}

inline syntax::Node child_by(const syntax::Node& node, TSFieldId field) {
  return {ts_node_child_by_field_id(node.raw(), field), node.source()};
}

}  // namespace privet::lang::python
