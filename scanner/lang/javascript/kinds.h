#pragma once

#include <cstdint>

#include "lang/syntax/flat_tree.h"

/// The node types and fields of the JavaScript, TypeScript and TSX grammars that lowering knows.
namespace privet::lang::javascript {

// clang-format off
#define PRIVET_JS_NODES(NODE)                                                                     \
  NODE(Program, "program") NODE(StatementBlock, "statement_block")                                \
  NODE(ExpressionStatement, "expression_statement") NODE(EmptyStatement, "empty_statement")       \
  NODE(DebuggerStatement, "debugger_statement")                                                   \
  NODE(VariableDeclaration, "variable_declaration") NODE(LexicalDeclaration, "lexical_declaration") \
  NODE(UsingDeclaration, "using_declaration") NODE(VariableDeclarator, "variable_declarator")     \
  NODE(IfStatement, "if_statement") NODE(ElseClause, "else_clause")                               \
  NODE(SwitchStatement, "switch_statement") NODE(SwitchBody, "switch_body")                       \
  NODE(SwitchCase, "switch_case") NODE(SwitchDefault, "switch_default")                           \
  NODE(ForStatement, "for_statement") NODE(ForInStatement, "for_in_statement")                    \
  NODE(WhileStatement, "while_statement") NODE(DoStatement, "do_statement")                       \
  NODE(TryStatement, "try_statement") NODE(CatchClause, "catch_clause")                           \
  NODE(FinallyClause, "finally_clause") NODE(WithStatement, "with_statement")                     \
  NODE(BreakStatement, "break_statement") NODE(ContinueStatement, "continue_statement")           \
  NODE(ReturnStatement, "return_statement") NODE(ThrowStatement, "throw_statement")               \
  NODE(LabeledStatement, "labeled_statement") NODE(StatementIdentifier, "statement_identifier")   \
  NODE(ImportStatement, "import_statement") NODE(ImportClause, "import_clause")                   \
  NODE(NamedImports, "named_imports") NODE(NamespaceImport, "namespace_import")                   \
  NODE(ImportSpecifier, "import_specifier") NODE(ImportAttribute, "import_attribute")             \
  NODE(ImportRequireClause, "import_require_clause") NODE(ImportAlias, "import_alias")            \
  NODE(ExportStatement, "export_statement") NODE(ExportClause, "export_clause")                   \
  NODE(ExportSpecifier, "export_specifier") NODE(NamespaceExport, "namespace_export")             \
  NODE(FunctionDeclaration, "function_declaration")                                               \
  NODE(GeneratorFunctionDeclaration, "generator_function_declaration")                            \
  NODE(FunctionExpression, "function_expression") NODE(GeneratorFunction, "generator_function")   \
  NODE(ArrowFunction, "arrow_function") NODE(FunctionSignature, "function_signature")             \
  NODE(FormalParameters, "formal_parameters") NODE(RequiredParameter, "required_parameter")       \
  NODE(OptionalParameter, "optional_parameter") NODE(Decorator, "decorator")                      \
  NODE(ClassDeclaration, "class_declaration")                                                     \
  NODE(AbstractClassDeclaration, "abstract_class_declaration") NODE(ClassExpression, "class")     \
  NODE(ClassHeritage, "class_heritage") NODE(ExtendsClause, "extends_clause")                     \
  NODE(ImplementsClause, "implements_clause") NODE(ClassBody, "class_body")                       \
  NODE(MethodDefinition, "method_definition") NODE(FieldDefinition, "field_definition")           \
  NODE(FieldDefinition, "public_field_definition") NODE(ClassStaticBlock, "class_static_block")   \
  NODE(MethodSignature, "method_signature")                                                       \
  NODE(AbstractMethodSignature, "abstract_method_signature")                                      \
  NODE(AccessibilityModifier, "accessibility_modifier") NODE(OverrideModifier, "override_modifier") \
  NODE(Identifier, "identifier") NODE(This, "this") NODE(Super, "super")                          \
  NODE(True, "true") NODE(False, "false") NODE(Null, "null") NODE(Undefined, "undefined")         \
  NODE(TemplateString, "template_string") NODE(TemplateSubstitution, "template_substitution")     \
  NODE(Object, "object") NODE(Pair, "pair") NODE(Array, "array")                                  \
  NODE(SpreadElement, "spread_element") NODE(ShorthandProperty, "shorthand_property_identifier")  \
  NODE(ComputedPropertyName, "computed_property_name")                                            \
  NODE(PropertyIdentifier, "property_identifier")                                                 \
  NODE(PrivateProperty, "private_property_identifier")                                            \
  NODE(ObjectPattern, "object_pattern") NODE(ArrayPattern, "array_pattern")                       \
  NODE(PairPattern, "pair_pattern") NODE(RestPattern, "rest_pattern")                             \
  NODE(AssignmentPattern, "assignment_pattern")                                                   \
  NODE(ObjectAssignmentPattern, "object_assignment_pattern")                                      \
  NODE(ShorthandPattern, "shorthand_property_identifier_pattern")                                 \
  NODE(MemberExpression, "member_expression") NODE(SubscriptExpression, "subscript_expression")   \
  NODE(NestedIdentifier, "nested_identifier")                                                     \
  NODE(CallExpression, "call_expression") NODE(Arguments, "arguments")                            \
  NODE(NewExpression, "new_expression") NODE(ParenthesizedExpression, "parenthesized_expression") \
  NODE(AssignmentExpression, "assignment_expression")                                             \
  NODE(AugmentedAssignment, "augmented_assignment_expression")                                    \
  NODE(AwaitExpression, "await_expression") NODE(YieldExpression, "yield_expression")             \
  NODE(UnaryExpression, "unary_expression") NODE(BinaryExpression, "binary_expression")           \
  NODE(UpdateExpression, "update_expression") NODE(TernaryExpression, "ternary_expression")       \
  NODE(SequenceExpression, "sequence_expression") NODE(Import, "import")                          \
  NODE(AsExpression, "as_expression") NODE(SatisfiesExpression, "satisfies_expression")           \
  NODE(TypeAssertion, "type_assertion") NODE(NonNullExpression, "non_null_expression")            \
  NODE(InstantiationExpression, "instantiation_expression")                                       \
  NODE(JsxElement, "jsx_element") NODE(JsxSelfClosing, "jsx_self_closing_element")                \
  NODE(JsxOpening, "jsx_opening_element") NODE(JsxAttribute, "jsx_attribute")                     \
  NODE(JsxExpression, "jsx_expression") NODE(JsxText, "jsx_text")                                 \
  NODE(JsxText, "html_character_reference") NODE(JsxNamespaceName, "jsx_namespace_name")          \
  NODE(InterfaceDeclaration, "interface_declaration") NODE(InterfaceBody, "interface_body")       \
  NODE(ExtendsTypeClause, "extends_type_clause") NODE(TypeAlias, "type_alias_declaration")        \
  NODE(EnumDeclaration, "enum_declaration") NODE(EnumBody, "enum_body")                           \
  NODE(EnumAssignment, "enum_assignment") NODE(InternalModule, "internal_module")                 \
  NODE(AmbientModule, "module") NODE(AmbientDeclaration, "ambient_declaration")                   \
  NODE(TypeAnnotation, "type_annotation") NODE(TypeAnnotation, "opting_type_annotation")          \
  NODE(TypeAnnotation, "omitting_type_annotation") NODE(TypeAnnotation, "adding_type_annotation") \
  NODE(TypePredicate, "type_predicate_annotation") NODE(TypePredicate, "asserts_annotation")      \
  NODE(TypePredicate, "type_predicate") NODE(TypePredicate, "asserts")                            \
  NODE(TypeIdentifier, "type_identifier") NODE(NestedTypeIdentifier, "nested_type_identifier")    \
  NODE(PredefinedType, "predefined_type") NODE(GenericType, "generic_type")                       \
  NODE(TypeArguments, "type_arguments") NODE(TypeParameters, "type_parameters")                   \
  NODE(ArrayType, "array_type") NODE(TupleType, "tuple_type") NODE(ReadonlyType, "readonly_type") \
  NODE(UnionType, "union_type") NODE(IntersectionType, "intersection_type")                       \
  NODE(ParenthesizedType, "parenthesized_type") NODE(LiteralType, "literal_type")                 \
  NODE(FunctionType, "function_type") NODE(ConstructorType, "constructor_type")                   \
  NODE(ObjectType, "object_type") NODE(PropertySignature, "property_signature")                   \
  NODE(IndexSignature, "index_signature") NODE(MappedTypeClause, "mapped_type_clause")            \
  NODE(TypeQuery, "type_query") NODE(IndexTypeQuery, "index_type_query")                          \
  NODE(LookupType, "lookup_type") NODE(OptionalType, "optional_type") NODE(RestType, "rest_type") \
  NODE(FlowMaybeType, "flow_maybe_type") NODE(ThisType, "this_type")

// Their text is all that matters.
#define PRIVET_JS_OPAQUE(NODE)                                                                    \
  NODE(String, "string") NODE(Number, "number") NODE(Regex, "regex")                              \
  NODE(OptionalChain, "optional_chain") NODE(MetaProperty, "meta_property")

#define PRIVET_JS_TOKENS(TOKEN)                                                                   \
  TOKEN(OptionalChain, "?.") TOKEN(AsyncToken, "async") TOKEN(StarToken, "*")                     \
  TOKEN(StaticToken, "static") TOKEN(StaticToken, "static get") TOKEN(GetToken, "get")            \
  TOKEN(SetToken, "set") TOKEN(QuestionToken, "?") TOKEN(CommaToken, ",")                         \
  TOKEN(TypeToken, "type") TOKEN(EqualsToken, "=") TOKEN(DefaultToken, "default")                 \
  TOKEN(AbstractToken, "abstract") TOKEN(ReadonlyToken, "readonly") TOKEN(VarToken, "var")        \
  TOKEN(GlobalToken, "global") TOKEN(ConstToken, "const")

#define PRIVET_JS_DROPPED(NODE)                                                                   \
  NODE("comment") NODE("html_comment") NODE("hash_bang_line") NODE("string_fragment")             \
  NODE("escape_sequence") NODE("jsx_closing_element")

#define PRIVET_JS_FIELDS(FIELD)                                                                   \
  FIELD(Alias, "alias") FIELD(Alternative, "alternative") FIELD(Argument, "argument")             \
  FIELD(Arguments, "arguments") FIELD(Attribute, "attribute") FIELD(Body, "body")                 \
  FIELD(Condition, "condition") FIELD(Consequence, "consequence")                                 \
  FIELD(Constraint, "constraint") FIELD(Constructor, "constructor")                               \
  FIELD(Declaration, "declaration") FIELD(Decorator, "decorator") FIELD(Finalizer, "finalizer")   \
  FIELD(Function, "function") FIELD(Handler, "handler") FIELD(Increment, "increment")             \
  FIELD(Index, "index") FIELD(Initializer, "initializer") FIELD(Key, "key") FIELD(Kind, "kind")   \
  FIELD(Label, "label") FIELD(Left, "left") FIELD(Module, "module") FIELD(Name, "name")           \
  FIELD(Object, "object") FIELD(OpenTag, "open_tag") FIELD(Operator, "operator")                  \
  FIELD(Parameter, "parameter") FIELD(Parameters, "parameters") FIELD(Pattern, "pattern")         \
  FIELD(Property, "property") FIELD(ReturnType, "return_type") FIELD(Right, "right")              \
  FIELD(Source, "source") FIELD(Type, "type") FIELD(TypeArguments, "type_arguments")              \
  FIELD(TypeParameters, "type_parameters") FIELD(Value, "value")
// clang-format on

/// Node kinds, numbered from syntax::kFirstKind. Several types of the grammars may share one.
enum class Kind : std::uint16_t {
  Other = syntax::kOtherKind,
  Token = syntax::kTokenKind,
  Error = syntax::kErrorKind,
  Program,
  StatementBlock,
  ExpressionStatement,
  EmptyStatement,
  DebuggerStatement,
  VariableDeclaration,
  LexicalDeclaration,
  UsingDeclaration,
  VariableDeclarator,
  IfStatement,
  ElseClause,
  SwitchStatement,
  SwitchBody,
  SwitchCase,
  SwitchDefault,
  ForStatement,
  ForInStatement,
  WhileStatement,
  DoStatement,
  TryStatement,
  CatchClause,
  FinallyClause,
  WithStatement,
  BreakStatement,
  ContinueStatement,
  ReturnStatement,
  ThrowStatement,
  LabeledStatement,
  StatementIdentifier,
  ImportStatement,
  ImportClause,
  NamedImports,
  NamespaceImport,
  ImportSpecifier,
  ImportAttribute,
  ImportRequireClause,
  ImportAlias,
  ExportStatement,
  ExportClause,
  ExportSpecifier,
  NamespaceExport,
  FunctionDeclaration,
  GeneratorFunctionDeclaration,
  FunctionExpression,
  GeneratorFunction,
  ArrowFunction,
  FunctionSignature,
  FormalParameters,
  RequiredParameter,
  OptionalParameter,
  Decorator,
  ClassDeclaration,
  AbstractClassDeclaration,
  ClassExpression,
  ClassHeritage,
  ExtendsClause,
  ImplementsClause,
  ClassBody,
  MethodDefinition,
  FieldDefinition,
  ClassStaticBlock,
  MethodSignature,
  AbstractMethodSignature,
  AccessibilityModifier,
  OverrideModifier,
  Identifier,
  This,
  Super,
  True,
  False,
  Null,
  Undefined,
  TemplateString,
  TemplateSubstitution,
  Object,
  Pair,
  Array,
  SpreadElement,
  ShorthandProperty,
  ComputedPropertyName,
  PropertyIdentifier,
  PrivateProperty,
  ObjectPattern,
  ArrayPattern,
  PairPattern,
  RestPattern,
  AssignmentPattern,
  ObjectAssignmentPattern,
  ShorthandPattern,
  MemberExpression,
  SubscriptExpression,
  NestedIdentifier,
  CallExpression,
  Arguments,
  NewExpression,
  ParenthesizedExpression,
  AssignmentExpression,
  AugmentedAssignment,
  AwaitExpression,
  YieldExpression,
  UnaryExpression,
  BinaryExpression,
  UpdateExpression,
  TernaryExpression,
  SequenceExpression,
  Import,
  AsExpression,
  SatisfiesExpression,
  TypeAssertion,
  NonNullExpression,
  InstantiationExpression,
  JsxElement,
  JsxSelfClosing,
  JsxOpening,
  JsxAttribute,
  JsxExpression,
  JsxText,
  JsxNamespaceName,
  InterfaceDeclaration,
  InterfaceBody,
  ExtendsTypeClause,
  TypeAlias,
  EnumDeclaration,
  EnumBody,
  EnumAssignment,
  InternalModule,
  AmbientModule,
  AmbientDeclaration,
  TypeAnnotation,
  TypePredicate,
  TypeIdentifier,
  NestedTypeIdentifier,
  PredefinedType,
  GenericType,
  TypeArguments,
  TypeParameters,
  ArrayType,
  TupleType,
  ReadonlyType,
  UnionType,
  IntersectionType,
  ParenthesizedType,
  LiteralType,
  FunctionType,
  ConstructorType,
  ObjectType,
  PropertySignature,
  IndexSignature,
  MappedTypeClause,
  TypeQuery,
  IndexTypeQuery,
  LookupType,
  OptionalType,
  RestType,
  FlowMaybeType,
  ThisType,
  String,
  Number,
  Regex,
  MetaProperty,
  OptionalChain,  // from here on: tokens
  AsyncToken,
  StarToken,
  StaticToken,
  GetToken,
  SetToken,
  QuestionToken,
  CommaToken,
  TypeToken,
  EqualsToken,
  DefaultToken,
  AbstractToken,
  ReadonlyToken,
  VarToken,
  GlobalToken,
  ConstToken,
};

enum class Field : std::uint8_t {
  None,
#define PRIVET_JS_FIELD_NAME(id, text) id,
  PRIVET_JS_FIELDS(PRIVET_JS_FIELD_NAME)
#undef PRIVET_JS_FIELD_NAME
};

/// What the three grammars call these; `language` is one of them. Made once for each.
syntax::Vocabulary vocabulary(const TSLanguage* language);

}  // namespace privet::lang::javascript
