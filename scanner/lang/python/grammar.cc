#include "lang/python/grammar.h"

#include <string_view>
#include <unordered_map>
#include <vector>

extern "C" const TSLanguage* tree_sitter_python(void);

namespace privet::lang::python {
namespace {

const std::unordered_map<std::string_view, Kind>& kinds_by_name() {
  static const std::unordered_map<std::string_view, Kind> kinds = {
      {"comment", Kind::Comment},
      {"line_continuation", Kind::LineContinuation},
      {"module", Kind::Module},
      {"block", Kind::Block},
      {"future_import_statement", Kind::FutureImport},
      {"import_statement", Kind::Import},
      {"import_from_statement", Kind::ImportFrom},
      {"print_statement", Kind::Print},
      {"assert_statement", Kind::Assert},
      {"expression_statement", Kind::ExpressionStatement},
      {"return_statement", Kind::Return},
      {"delete_statement", Kind::Delete},
      {"raise_statement", Kind::Raise},
      {"pass_statement", Kind::Pass},
      {"break_statement", Kind::Break},
      {"continue_statement", Kind::Continue},
      {"global_statement", Kind::Global},
      {"nonlocal_statement", Kind::Nonlocal},
      {"exec_statement", Kind::Exec},
      {"type_alias_statement", Kind::TypeAlias},
      {"if_statement", Kind::If},
      {"elif_clause", Kind::ElifClause},
      {"else_clause", Kind::ElseClause},
      {"for_statement", Kind::For},
      {"while_statement", Kind::While},
      {"try_statement", Kind::Try},
      {"except_clause", Kind::ExceptClause},
      {"finally_clause", Kind::FinallyClause},
      {"with_statement", Kind::With},
      {"with_clause", Kind::WithClause},
      {"with_item", Kind::WithItem},
      {"function_definition", Kind::Function},
      {"class_definition", Kind::Class},
      {"decorated_definition", Kind::Decorated},
      {"decorator", Kind::Decorator},
      {"match_statement", Kind::Match},
      {"case_clause", Kind::CaseClause},
      {"if_clause", Kind::IfClause},
      {"assignment", Kind::Assignment},
      {"augmented_assignment", Kind::AugmentedAssignment},
      {"yield", Kind::Yield},
      {"dotted_name", Kind::DottedName},
      {"aliased_import", Kind::AliasedImport},
      {"wildcard_import", Kind::WildcardImport},
      {"relative_import", Kind::RelativeImport},
      {"import_prefix", Kind::ImportPrefix},
      {"chevron", Kind::Chevron},
      {"identifier", Kind::Identifier},
      {"string", Kind::String},
      {"concatenated_string", Kind::ConcatenatedString},
      {"integer", Kind::Integer},
      {"float", Kind::Float},
      {"true", Kind::True},
      {"false", Kind::False},
      {"none", Kind::None},
      {"ellipsis", Kind::Ellipsis},
      {"await", Kind::Await},
      {"binary_operator", Kind::BinaryOperator},
      {"unary_operator", Kind::UnaryOperator},
      {"not_operator", Kind::NotOperator},
      {"boolean_operator", Kind::BooleanOperator},
      {"comparison_operator", Kind::ComparisonOperator},
      {"attribute", Kind::Attribute},
      {"subscript", Kind::Subscript},
      {"slice", Kind::Slice},
      {"call", Kind::Call},
      {"argument_list", Kind::ArgumentList},
      {"keyword_argument", Kind::KeywordArgument},
      {"list", Kind::List},
      {"set", Kind::Set},
      {"tuple", Kind::Tuple},
      {"dictionary", Kind::Dictionary},
      {"pair", Kind::Pair},
      {"list_comprehension", Kind::ListComprehension},
      {"set_comprehension", Kind::SetComprehension},
      {"dictionary_comprehension", Kind::DictionaryComprehension},
      {"generator_expression", Kind::GeneratorExpression},
      {"for_in_clause", Kind::ForInClause},
      {"parenthesized_expression", Kind::Parenthesized},
      {"conditional_expression", Kind::Conditional},
      {"named_expression", Kind::NamedExpression},
      {"as_pattern", Kind::AsPattern},
      {"as_pattern_target", Kind::AsPatternTarget},
      {"lambda", Kind::Lambda},
      {"expression_list", Kind::ExpressionList},
      {"list_splat", Kind::ListSplat},
      {"dictionary_splat", Kind::DictionarySplat},
      {"string_start", Kind::StringStart},
      {"string_content", Kind::StringContent},
      {"string_end", Kind::StringEnd},
      {"interpolation", Kind::Interpolation},
      {"format_specifier", Kind::FormatSpecifier},
      {"format_expression", Kind::FormatExpression},
      {"type_conversion", Kind::TypeConversion},
      {"escape_interpolation", Kind::EscapeInterpolation},
      {"parameters", Kind::Parameters},
      {"lambda_parameters", Kind::LambdaParameters},
      {"default_parameter", Kind::DefaultParameter},
      {"typed_parameter", Kind::TypedParameter},
      {"typed_default_parameter", Kind::TypedDefaultParameter},
      {"list_splat_pattern", Kind::ListSplatPattern},
      {"dictionary_splat_pattern", Kind::DictionarySplatPattern},
      {"keyword_separator", Kind::KeywordSeparator},
      {"positional_separator", Kind::PositionalSeparator},
      {"type", Kind::Type},
      {"type_parameter", Kind::TypeParameter},
      {"splat_type", Kind::SplatType},
      {"generic_type", Kind::GenericType},
      {"union_type", Kind::UnionType},
      {"constrained_type", Kind::ConstrainedType},
      {"member_type", Kind::MemberType},
      {"pattern_list", Kind::PatternList},
      {"tuple_pattern", Kind::TuplePattern},
      {"list_pattern", Kind::ListPattern},
      {"case_pattern", Kind::CasePattern},
      {"union_pattern", Kind::UnionPattern},
      {"dict_pattern", Kind::DictPattern},
      {"keyword_pattern", Kind::KeywordPattern},
      {"splat_pattern", Kind::SplatPattern},
      {"class_pattern", Kind::ClassPattern},
      {"complex_pattern", Kind::ComplexPattern},
  };
  return kinds;
}

std::vector<Kind> make_kinds() {
  const TSLanguage* language = grammar();
  std::vector<Kind> kinds(ts_language_symbol_count(language), Kind::Token);
  for (std::uint32_t i = 0; i < kinds.size(); ++i) {
    const auto symbol = static_cast<TSSymbol>(i);
    if (ts_language_symbol_type(language, symbol) != TSSymbolTypeRegular) continue;
    const auto found = kinds_by_name().find(ts_language_symbol_name(language, symbol));
    kinds[i] = found == kinds_by_name().end() ? Kind::Other : found->second;
  }
  return kinds;
}

TSFieldId field(std::string_view name) {
  return ts_language_field_id_for_name(grammar(), name.data(),
                                       static_cast<std::uint32_t>(name.size()));
}

}  // namespace

const TSLanguage* grammar() { return tree_sitter_python(); }

const Fields& fields() {
  static const Fields all = {
      .alias = field("alias"),
      .alternative = field("alternative"),
      .argument = field("argument"),
      .arguments = field("arguments"),
      .attribute = field("attribute"),
      .body = field("body"),
      .cause = field("cause"),
      .code = field("code"),
      .condition = field("condition"),
      .consequence = field("consequence"),
      .definition = field("definition"),
      .expression = field("expression"),
      .format_specifier = field("format_specifier"),
      .function = field("function"),
      .guard = field("guard"),
      .key = field("key"),
      .left = field("left"),
      .module_name = field("module_name"),
      .name = field("name"),
      .object = field("object"),
      .op = field("operator"),
      .operators = field("operators"),
      .parameters = field("parameters"),
      .return_type = field("return_type"),
      .right = field("right"),
      .subject = field("subject"),
      .subscript = field("subscript"),
      .superclasses = field("superclasses"),
      .type = field("type"),
      .value = field("value"),
  };
  return all;
}

Kind kind_of(TSSymbol symbol) {
  static const std::vector<Kind> kinds = make_kinds();
  return symbol < kinds.size() ? kinds[symbol] : Kind::Error;
}

}  // namespace privet::lang::python
