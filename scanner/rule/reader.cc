#include "rule/reader.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>

namespace privet::rule {
namespace {

constexpr std::size_t kMaxExpansions = 1000;

struct ProtectionName {
  Protection protection;
  std::string_view name;
};
constexpr std::array<ProtectionName, 9> kProtections = {{
    {Protection::Hashed, "hashed"},
    {Protection::KeyedHash, "keyed-hash"},
    {Protection::PasswordHash, "password-hash"},
    {Protection::Masked, "masked"},
    {Protection::Truncated, "truncated"},
    {Protection::Encrypted, "encrypted"},
    {Protection::Tokenised, "tokenised"},
    {Protection::Pseudonymised, "pseudonymised"},
    {Protection::Aggregated, "aggregated"},
}};

/// What `family` of a language, built in or to come, may be.
constexpr std::array<std::string_view, 16> kFamilies = {
    "c",    "csharp", "dart",   "elixir", "go",    "graphql", "java", "javascript",
    "kotlin", "php",  "python", "ruby",   "rust",  "scala",   "sql",  "swift"};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// Cuts `text` at the first `separator`; all of it, and nothing, when there is none.
std::pair<std::string_view, std::string_view> cut(std::string_view text,
                                                  std::string_view separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {trimmed(text), {}};
  return {trimmed(text.substr(0, at)), trimmed(text.substr(at + separator.size()))};
}

/// The pieces between commas that stand outside of parentheses.
std::vector<std::string_view> comma_list(std::string_view text) {
  std::vector<std::string_view> pieces;
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (text[i] == ',' && depth == 0) {
      pieces.push_back(trimmed(text.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  pieces.push_back(trimmed(text.substr(begin)));
  return pieces;
}

/// Takes the first word from `text`.
std::string_view next_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  text = trimmed(text);
  return word;
}

bool is_symbol(std::string_view text) {
  return !text.empty() && text.find_first_of(" \t\n{}(),") == std::string_view::npos &&
         text.front() != '.' && text.back() != '.';
}

/// Expands `a.{b,c}` from left to right; false when braces do not match or there is too much.
bool expand(std::string_view text, std::vector<std::string>& out) {
  std::vector<std::string> done = {""};
  while (true) {
    const std::size_t open = text.find_first_of("{}");
    for (std::string& prefix : done) prefix += text.substr(0, open);
    if (open == std::string_view::npos) break;
    if (text[open] == '}') return false;
    const std::size_t close = text.find_first_of("{}", open + 1);
    if (close == std::string_view::npos || text[close] == '{') return false;
    const auto words = comma_list(text.substr(open + 1, close - open - 1));
    if (done.size() * words.size() > kMaxExpansions) return false;
    std::vector<std::string> longer;
    longer.reserve(done.size() * words.size());
    for (const std::string& prefix : done) {
      for (std::string_view word : words) longer.push_back(prefix + std::string(word));
    }
    done = std::move(longer);
    text.remove_prefix(close + 1);
  }
  std::move(done.begin(), done.end(), std::back_inserter(out));
  return true;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view near = nearest(word, known);
  return near.empty() ? "" : "; did you mean `" + std::string(near) + "`?";
}

}  // namespace

std::string_view protection_name(Protection protection) {
  for (const auto& [value, name] : kProtections) {
    if (value == protection) return name;
  }
  return "none";
}

std::string join(const std::vector<std::string_view>& words) {
  std::string list;
  for (std::string_view word : words) {
    if (!list.empty()) list += ", ";
    list += "`" + std::string(word) + "`";
  }
  return list;
}

std::vector<Name> RuleReader::names(const Yaml& value) {
  std::vector<Name> result;
  for (const std::string& word : texts(value)) result.push_back(Name::of(word));
  return result;
}

std::vector<Name> RuleReader::symbols(const Yaml& value) {
  std::vector<Name> result;
  each(value, [&](const Yaml& item) {
    const std::string word = text(item);
    if (!ok()) return;
    std::vector<std::string> expanded;
    if (!expand(word, expanded)) return fail(item, "braces do not match in `" + word + "`");
    for (const std::string& symbol : expanded) {
      if (!is_symbol(symbol)) {
        return fail(item, "`" + word + "` is no symbol; write it as `package.Type.member`");
      }
      result.push_back(Name::of(symbol));
    }
  });
  if (ok() && result.empty()) fail(value, "expected at least one symbol");
  return result;
}

AccessPath RuleReader::path(const Yaml& at, std::string_view text) {
  if (!ok()) return {};
  if (auto path = AccessPath::parse(text)) return *path;
  fail(at, "`" + std::string(text) +
               "` is no access path; write it as `arg(0).email`, `arg(name)`, `this` or `return`");
  return {};
}

std::vector<AccessPath> RuleReader::paths(const Yaml& value) {
  std::vector<AccessPath> result;
  each(value, [&](const Yaml& item) {
    const std::string word = text(item);
    if (!ok()) return;
    for (std::string_view piece : comma_list(word)) result.push_back(path(item, piece));
  });
  return result;
}

TypeExpr RuleReader::type(const Yaml& value) {
  TypeExpr result;
  const std::string word = text(value);
  if (!ok()) return result;
  std::string_view rest = word;
  const auto take = [&](std::string_view prefix) {
    if (!rest.starts_with(prefix)) return false;
    rest = trimmed(rest.substr(prefix.size()));
    return true;
  };
  result.list = take("list of ");
  if (take("instance of ")) {
    result.kind = TypeExpr::Kind::InstanceOf;
    result.path = path(value, rest);
    return result;
  }
  if (take("type ")) {
    result.kind = TypeExpr::Kind::Type;
  } else if (auto same = AccessPath::parse(rest)) {
    result.kind = TypeExpr::Kind::Same;
    result.path = *same;
    return result;
  } else {
    result.kind = TypeExpr::Kind::Instance;
  }
  if (!is_symbol(rest)) {
    fail(value, "`" + word +
                    "` is no type; write it as `package.Type`, `type package.Type`, `list of …`, "
                    "`instance of arg(0)`, `this` or `arg(0)`");
  }
  result.symbol = Name::of(rest);
  return result;
}

Condition RuleReader::condition(const Yaml& value) {
  Condition result;
  check_keys(value, {"at", "is", "is_not", "matches", "not_matches", "present", "absent", "has_bits"});
  result.at = path(required(value, "at"));
  if (!ok()) return result;
  if (value.entries.size() != 2) {
    fail(value, "a condition has `at` and one of `is`, `is_not`, `matches`, `not_matches`, `present`, "
                "`absent`, `has_bits`");
    return result;
  }
  optional(value, "is", [&](const Yaml& text_value) {
    result.test = Condition::Test::Is;
    result.value = text(text_value);
  });
  optional(value, "is_not", [&](const Yaml& text_value) {
    result.test = Condition::Test::IsNot;
    result.value = text(text_value);
  });
  for (const bool match : {true, false}) {
    optional(value, match ? "matches" : "not_matches", [&](const Yaml& pattern) {
      result.test = match ? Condition::Test::Matches : Condition::Test::NotMatches;
      result.value = text(pattern);
      if (!ok() || !check_patterns_) return;
      const RE2 regex(result.value, RE2::Quiet);
      if (!regex.ok()) fail(pattern, "bad pattern `" + result.value + "`: " + regex.error());
    });
  }
  optional(value, "has_bits", [&](const Yaml& bits) {
    result.test = Condition::Test::HasBits;
    result.value = text(bits);
    if (ok() && !result.value.starts_with("0o")) fail(bits, "expected an octal number as `0o022`");
  });
  for (const bool present : {true, false}) {
    optional(value, present ? "present" : "absent", [&](const Yaml& flag) {
      if (!boolean(flag) && ok()) fail(flag, "expected `true`");
      result.test = present ? Condition::Test::Present : Condition::Test::Absent;
    });
  }
  return result;
}

std::vector<Condition> RuleReader::conditions(const Yaml& value) {
  std::vector<Condition> result;
  each(value, [&](const Yaml& item) { result.push_back(condition(item)); });
  return result;
}

/// `FROM, … -> TO, … [keep PATH] [drop PATH] [as PROTECTION]`
void RuleReader::transfer(const Yaml& at, std::string_view text, std::vector<Transfer>& out) {
  const auto [left, right] = cut(text, "->");
  if (right.empty()) {
    return fail(at, "`" + std::string(text) + "` is no flow; write it as `arg(0) -> return`");
  }
  Transfer parts;
  // Options are words after the last target; targets are separated by commas.
  std::string_view targets = right;
  std::string_view options;
  for (const std::string_view option : {" keep ", " drop ", " as "}) {
    const std::size_t found = targets.find(option);
    if (found == std::string_view::npos) continue;
    targets = targets.substr(0, found);
  }
  options = trimmed(right.substr(targets.size()));
  while (ok() && !options.empty()) {
    const std::string_view option = next_word(options);
    const std::string_view argument = next_word(options);
    if (option == "keep" && !parts.keep) {
      parts.keep = path(at, argument);
    } else if (option == "drop" && !parts.drop) {
      parts.drop = path(at, argument);
    } else if (option == "as" && parts.protection == Protection::None) {
      parts.protection = protection(at, argument);
    } else {
      return fail(at, "unknown word `" + std::string(option) +
                          "` in a flow; known are `keep PATH`, `drop PATH`, `as PROTECTION`");
    }
  }
  for (std::string_view from : comma_list(left)) {
    for (std::string_view to : comma_list(targets)) {
      parts.from = path(at, from);
      parts.to = path(at, to);
      out.push_back(parts);
    }
  }
}

std::vector<Transfer> RuleReader::transfers(const Yaml& value) {
  std::vector<Transfer> result;
  each(value, [&](const Yaml& item) {
    const std::string word = text(item);
    if (ok()) transfer(item, word, result);
  });
  return result;
}

/// `KIND [at PATH, …] [to RECIPIENT]`, or a map.
Sink RuleReader::sink(const Yaml& value) {
  Sink result;
  if (value.kind == Yaml::Kind::Map) {
    check_keys(value, {"kind", "at", "to", "when"});
    const Yaml& word = required(value, "kind");
    result.kind = kind(word, text(word), KindRole::Sink);
    optional(value, "at", [&](const Yaml& at) { result.at = paths(at); });
    optional(value, "to", [&](const Yaml& to) { result.recipient = recipient(to, text(to)); });
    optional(value, "when", [&](const Yaml& when) { result.when = conditions(when); });
  } else {
    const std::string word = text(value);
    if (!ok()) return result;
    const auto [place, to] = cut(word, " to ");
    const auto [kind_word, at] = cut(place, " at ");
    result.kind = kind(value, kind_word, KindRole::Sink);
    if (!to.empty()) result.recipient = recipient(value, to);
    if (!at.empty()) {
      for (std::string_view piece : comma_list(at)) result.at.push_back(path(value, piece));
    }
  }
  if (result.at.empty()) result.at.push_back(path(value, "arg(0)"));
  return result;
}

std::vector<Sink> RuleReader::sinks(const Yaml& value) {
  std::vector<Sink> result;
  each(value, [&](const Yaml& item) { result.push_back(sink(item)); });
  return result;
}

/// `KIND [at PATH] [is DATA]`, or a map.
Source RuleReader::source(const Yaml& value) {
  Source result;
  result.at.root = AccessPath::Root::Return;
  if (value.kind == Yaml::Kind::Map) {
    check_keys(value, {"kind", "at", "data"});
    const Yaml& word = required(value, "kind");
    result.kind = kind(word, text(word), KindRole::Source);
    optional(value, "at", [&](const Yaml& at) { result.at = path(at); });
    optional(value, "data", [&](const Yaml& id) { result.data = data(id, text(id)); });
    return result;
  }
  const std::string word = text(value);
  if (!ok()) return result;
  const auto [place, type] = cut(word, " is ");
  const auto [kind_word, at] = cut(place, " at ");
  result.kind = kind(value, kind_word, KindRole::Source);
  if (!at.empty()) result.at = path(value, at);
  if (!type.empty()) result.data = data(value, type);
  return result;
}

std::vector<Source> RuleReader::sources(const Yaml& value) {
  std::vector<Source> result;
  each(value, [&](const Yaml& item) { result.push_back(source(item)); });
  return result;
}

/// `CALLBACK(PATH, _, …) [-> RESULT]`, or a map.
Invocation RuleReader::invocation(const Yaml& value) {
  Invocation result;
  if (value.kind == Yaml::Kind::Map) {
    check_keys(value, {"callback", "types", "result", "fills"});
    result.callback = path(required(value, "callback"));
    optional(value, "types", [&](const Yaml& types) { result.types = symbols(types); });
    optional(value, "fills", [&](const Yaml& type) { result.fills = name(type); });
    if (ok() && result.types.empty() && result.fills.empty()) fail(value, "expected `types` or `fills`");
    optional(value, "result", [&](const Yaml& to) { result.result = path(to); });
    return result;
  }
  const std::string word = text(value);
  if (!ok()) return result;
  const auto [call, to] = cut(word, "->");
  if (!to.empty()) result.result = path(value, to);
  // The last parenthesis pair holds the arguments: `arg(0)(this.*)`.
  std::size_t open = std::string_view::npos;
  int depth = 0;
  for (std::size_t i = call.size(); i-- > 0;) {
    if (call[i] == ')') ++depth;
    if (call[i] == '(' && --depth == 0) {
      open = i;
      break;
    }
  }
  if (!call.ends_with(')') || open == std::string_view::npos ||
      !AccessPath::parse(call.substr(0, open))) {
    fail(value, "`" + word + "` is no callback; write it as `arg(0)(this.*) -> return.*`");
    return result;
  }
  result.callback = path(value, call.substr(0, open));
  const std::string_view arguments = trimmed(call.substr(open + 1, call.size() - open - 2));
  if (arguments.empty()) return result;
  for (std::string_view argument : comma_list(arguments)) {
    if (argument == "_") {
      AccessPath nothing;
      nothing.root = AccessPath::Root::Capture;
      result.arguments.push_back(nothing);
    } else {
      result.arguments.push_back(path(value, argument));
    }
  }
  return result;
}

std::vector<Invocation> RuleReader::invocations(const Yaml& value) {
  std::vector<Invocation> result;
  each(value, [&](const Yaml& item) { result.push_back(invocation(item)); });
  return result;
}

Access RuleReader::access(const Yaml& value) {
  Access result;
  check_keys(value, {"read", "create", "update", "delete", "many", "where", "by", "fields", "exclude",
                     "include", "limit", "data"});
  int n_kinds = 0;
  const auto take = [&](std::string_view key, Access::Kind kind) {
    optional(value, key, [&](const Yaml& of) {
      ++n_kinds;
      result.kind = kind;
      result.of = path(of);
    });
  };
  take("read", Access::Kind::Read);
  take("create", Access::Kind::Create);
  take("update", Access::Kind::Update);
  take("delete", Access::Kind::Delete);
  if (ok() && n_kinds != 1) {
    fail(value, "expected exactly one of `read`, `create`, `update`, `delete`");
  }
  optional(value, "many", [&](const Yaml& flag) { result.many = boolean(flag); });
  optional(value, "where", [&](const Yaml& where) { result.where = paths(where); });
  optional(value, "by", [&](const Yaml& at) { result.by = path(at); });
  optional(value, "fields", [&](const Yaml& at) { result.fields = path(at); });
  optional(value, "exclude", [&](const Yaml& at) { result.exclude = path(at); });
  optional(value, "include", [&](const Yaml& at) { result.include = path(at); });
  optional(value, "limit", [&](const Yaml& at) { result.limit = path(at); });
  optional(value, "data", [&](const Yaml& at) { result.data = paths(at); });
  return result;
}

std::vector<Access> RuleReader::accesses(const Yaml& value) {
  std::vector<Access> result;
  each(value, [&](const Yaml& item) { result.push_back(access(item)); });
  return result;
}

/// A path, or `{text, values, rows, one}`.
Statement RuleReader::statement(const Yaml& value) {
  Statement result;
  result.rows.emplace_back().root = AccessPath::Root::Return;
  if (value.kind != Yaml::Kind::Map) {
    result.text = path(value);
    return result;
  }
  check_keys(value, {"text", "values", "rows", "one"});
  if (const Yaml& text = required(value, "text"); ok()) result.text = path(text);
  optional(value, "values", [&](const Yaml& at) { result.values = paths(at); });
  optional(value, "rows", [&](const Yaml& at) { result.rows = paths(at); });
  optional(value, "one", [&](const Yaml& flag) { result.one = boolean(flag); });
  return result;
}

/// `KIND [required|optional|unknown] [of PATH]`
Guard RuleReader::guard(const Yaml& value) {
  static const std::vector<std::string_view> kKinds = {"authn", "authz",   "owner",     "rate",
                                                       "csrf",  "consent", "signature", "captcha"};
  static const std::vector<std::string_view> kModes = {"required", "optional", "unknown"};
  Guard result;
  const std::string word = text(value);
  if (!ok()) return result;
  const auto [head, argument] = cut(word, " of ");
  std::string_view rest = head;
  const std::string_view kind_word = next_word(rest);
  const auto kind = std::find(kKinds.begin(), kKinds.end(), kind_word);
  if (kind == kKinds.end()) {
    fail(value, "unknown guard `" + std::string(kind_word) + "`; known are " + join(kKinds));
    return result;
  }
  result.kind = static_cast<Guard::Kind>(kind - kKinds.begin());
  if (!rest.empty()) {
    const auto mode = std::find(kModes.begin(), kModes.end(), rest);
    if (mode == kModes.end()) {
      fail(value, "unknown word `" + std::string(rest) + "` in a guard; known are " +
                      join(kModes) + " and `of PATH`");
      return result;
    }
    result.mode = static_cast<Guard::Mode>(mode - kModes.begin());
  }
  if (!argument.empty()) result.argument = path(value, argument);
  return result;
}

Name RuleReader::kind(const Yaml& at, std::string_view word, KindRole role) {
  if (!ok()) return {};
  const Name name = Name::of(word);
  const auto found = vocabulary_->kinds.find(name);
  if (found != vocabulary_->kinds.end() && found->second == role) return name;
  const bool sink = role == KindRole::Sink;
  fail(at, std::string("unknown ") + (sink ? "sink" : "source") + " kind `" + std::string(word) +
               "`" + did_you_mean(word, sink ? vocabulary_->sinks : vocabulary_->sources));
  return {};
}

Name RuleReader::recipient(const Yaml& at, std::string_view id) {
  if (!ok()) return {};
  const auto& known = vocabulary_->recipients;
  if (std::binary_search(known.begin(), known.end(), id)) return Name::of(id);
  fail(at, "unknown recipient `" + std::string(id) + "`" + did_you_mean(id, known));
  return {};
}

Name RuleReader::data(const Yaml& at, std::string_view id) {
  if (!ok()) return {};
  if (vocabulary_->check_data) {
    const std::string near = vocabulary_->check_data(id);
    if (!near.empty()) {
      fail(at, "unknown data type `" + std::string(id) + "`" +
                   (near == "?" ? "" : "; did you mean `" + near + "`?"));
      return {};
    }
  }
  return Name::of(id);
}

Protection RuleReader::protection(const Yaml& at, std::string_view word) {
  if (!ok()) return Protection::None;
  std::vector<std::string_view> known;
  for (const auto& [value, name] : kProtections) {
    if (name == word) return value;
    known.push_back(name);
  }
  const std::string near = did_you_mean(word, known);
  fail(at, "unknown protection `" + std::string(word) + "`" +
               (near.empty() ? "; known are " + join(known) : near));
  return Protection::None;
}

Name RuleReader::language(const Yaml& value) {
  const std::string word = text(value);
  if (!ok()) return {};
  if (std::find(kFamilies.begin(), kFamilies.end(), word) != kFamilies.end()) {
    return Name::of(word);
  }
  const std::vector<std::string_view> known(kFamilies.begin(), kFamilies.end());
  const std::string near = word == "typescript" ? "; TypeScript is `javascript` here"
                                                : did_you_mean(word, known);
  fail(value, "unknown language `" + word + "`" +
                  (near.empty() ? "; known are " + join(known) : near));
  return {};
}

std::uint32_t RuleReader::unsigned_number(const Yaml& value, std::uint32_t low,
                                          std::uint32_t high) {
  const double result = number(value);
  if (!ok()) return low;
  if (result < low || result > high ||
      result != static_cast<double>(static_cast<std::uint32_t>(result))) {
    fail(value, "expected a whole number from " + std::to_string(low) + " to " +
                    std::to_string(high));
    return low;
  }
  return static_cast<std::uint32_t>(result);
}

}  // namespace privet::rule
