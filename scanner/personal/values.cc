#include "personal/values.h"

#include <re2/re2.h>
#include <re2/set.h>

#include <algorithm>
#include <mutex>
#include <string>
#include <unordered_map>

#include "personal/checksum.h"
#include "personal/spelling.h"
#include "personal/value_checks.h"

namespace privet::personal {
namespace {

/// A text that every match contains; lets most literals pass without a regular expression.
std::string_view needle_of(std::string_view check) {
  if (check == "email") return "@";
  if (check == "phone") return "+";
  if (check == "jwt") return "eyJ";
  if (check == "url-password") return "://";
  if (check == "bech32") return "bc1";
  return {};
}

/// Alone it is unmistakable enough to be reported without a name.
bool stands_alone(std::string_view check) { return check == "cf-26" || check == "curp-10"; }

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// Digits and what stands between them.
bool is_bare_number(std::string_view text) {
  return text.find_first_not_of("0123456789 .-/()") == std::string_view::npos;
}

}  // namespace

struct Values::Tables {
  explicit Tables(const rule::DataTypes& data_types) : types(data_types) {
    for (const rule::ValueForm& form : types.values()) {
      forms.push_back({&form, compile(form.pattern), needle_of(form.check)});
      if (!form.keyword) unnamed.Add(form.pattern, nullptr);
    }
    unnamed.Compile();
    for (std::uint32_t i = 0; i < types.size(); ++i) {
      const rule::DataTypeId id{i};
      if (types[id].pattern.empty() || types[id].check.empty()) continue;
      checked.push_back(id);
      if (stands_alone(types[id].check)) alone.push_back(id);
    }
    for (const std::string& name : types.documentation().names) {
      const auto tokens = split_name(name);
      names.push_back(join(tokens, 0, tokens.size(), " "));
    }
    general = types.matching("gov.national-id") | types.matching("gov.tax-id") |
              types.matching("health.insurance-number");
  }

  static std::unique_ptr<re2::RE2> compile(const std::string& pattern) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    return std::make_unique<re2::RE2>(pattern, options);
  }

  /// Compiled when a value is first asked for by such a name: most scans need few of them.
  const re2::RE2* identifier_pattern(rule::DataTypeId id) {
    const std::lock_guard lock(mutex);
    auto& compiled = identifiers[id.value];
    if (!compiled) compiled = compile(types[id].pattern);
    return compiled.get();
  }

  std::optional<ValueMatch> identifier(rule::DataTypeId id, const std::string& compact) {
    const rule::DataType& type = types[id];
    if (type.pattern.empty() || !re2::RE2::FullMatch(compact, *identifier_pattern(id))) {
      return std::nullopt;
    }
    if (!type.date.empty() && !date_exists(type.date, compact)) return std::nullopt;
    const Checksum* checksum = type.check.empty() ? nullptr : find_checksum(type.check);
    if (checksum && !checksum->passes(compact)) return std::nullopt;
    ValueMatch match;
    match.type = id;
    match.documentation = is_documentation_id(types, compact);
    match.checked = checksum && checksum->strong;
    return match;
  }

  struct Form {
    const rule::ValueForm* form;
    std::unique_ptr<re2::RE2> pattern;
    std::string_view needle;
  };
  /// Most literals have no form that speaks for itself: one look says so for all of them.
  bool has_unnamed_form(std::string_view literal) const {
    return unnamed.Match(re2::StringPiece(literal.data(), literal.size()), nullptr);
  }

  const rule::DataTypes& types;
  std::vector<Form> forms;
  re2::RE2::Set unnamed{re2::RE2::Options(re2::RE2::Quiet), re2::RE2::ANCHOR_BOTH};
  std::vector<rule::DataTypeId> checked;  ///< with a pattern and a checksum
  std::vector<rule::DataTypeId> alone;    ///< of these, the ones that need no name
  std::vector<std::string> names;
  rule::DataTypeSet general;
  std::mutex mutex;
  std::unordered_map<std::uint32_t, std::unique_ptr<re2::RE2>> identifiers;
};

Values::Values(const rule::DataTypes& types) : tables_(std::make_unique<Tables>(types)) {}
Values::~Values() = default;

std::optional<ValueMatch> Values::classify(std::string_view literal,
                                           rule::DataTypeId named) const {
  if (literal.size() > kMaxBytes) return std::nullopt;
  literal = trim(literal);
  constexpr std::size_t kShortest = 3;
  if (literal.size() < kShortest) return std::nullopt;
  const auto n_digits = std::count_if(literal.begin(), literal.end(),
                                      [](char c) { return c >= '0' && c <= '9'; });
  const bool marked = literal.find_first_of("@:+-") != std::string_view::npos;
  if (n_digits < 4 && !marked && !named.valid()) return std::nullopt;

  const bool unnamed = tables_->has_unnamed_form(literal);
  for (const auto& [form, pattern, needle] : tables_->forms) {
    const bool fits = named == form->type;
    if (form->keyword ? !fits : !unnamed) continue;
    if (!needle.empty() && literal.find(needle) == std::string_view::npos) continue;
    if (!re2::RE2::FullMatch(re2::StringPiece(literal.data(), literal.size()), *pattern)) continue;
    const ValueCheck check = check_value(tables_->types, form->check, literal);
    if (check == ValueCheck::Fails) continue;
    ValueMatch match;
    match.type = form->type;
    match.documentation = check == ValueCheck::Documentation;
    match.checked = !form->check.empty();
    match.needs_name = !fits && is_bare_number(literal);
    return match;
  }
  if (n_digits == 0 || literal.size() > 100) return std::nullopt;
  const std::string compact = compact_of(literal);
  if (named.valid() && !tables_->types[named].pattern.empty()) {
    return tables_->identifier(named, compact);
  }
  const bool general = named.valid() && tables_->general.contains(named);
  if (!general && named.valid()) return std::nullopt;
  for (const rule::DataTypeId id : general ? tables_->checked : tables_->alone) {
    const auto match = tables_->identifier(id, compact);
    if (match && match->checked) return match;
  }
  return std::nullopt;
}

std::vector<FoundValue> Values::find(std::string_view text) const {
  std::vector<FoundValue> found;
  for (const auto& [form, pattern, needle] : tables_->forms) {
    if (form->keyword) continue;
    if (!needle.empty() && text.find(needle) == std::string_view::npos) continue;
    re2::StringPiece rest(text.data(), text.size());
    re2::StringPiece whole;
    while (pattern->Match(rest, 0, rest.size(), re2::RE2::UNANCHORED, &whole, 1)) {
      if (whole.empty()) break;
      const auto begin = static_cast<std::size_t>(whole.data() - text.data());
      const std::size_t end = begin + whole.size();
      rest.remove_prefix(static_cast<std::size_t>(whole.data() - rest.data()) + whole.size());
      const bool inside = (begin > 0 && is_word(text[begin - 1]) && is_word(text[begin])) ||
                          (end < text.size() && is_word(text[end]) && is_word(text[end - 1]));
      if (inside) continue;
      const std::string_view value = text.substr(begin, end - begin);
      const ValueCheck check = check_value(tables_->types, form->check, value);
      if (check == ValueCheck::Fails || is_bare_number(value)) continue;
      found.push_back({begin, end, {form->type, check == ValueCheck::Documentation, true, false}});
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const FoundValue& a, const FoundValue& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::size_t end = 0;
  std::erase_if(found, [&](const FoundValue& value) {
    if (value.begin < end) return true;
    end = value.end;
    return false;
  });
  return found;
}

bool Values::is_placeholder_name(std::string_view name) const {
  const auto tokens = split_name(name, Umlauts::Short);
  const std::string text = join(tokens, 0, tokens.size(), " ");
  return std::find(tables_->names.begin(), tables_->names.end(), text) != tables_->names.end();
}

}  // namespace privet::personal
