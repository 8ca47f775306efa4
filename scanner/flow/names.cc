#include <algorithm>
#include <cctype>
#include <string>
#include <unordered_set>
#include <vector>

#include "flow/context.h"

namespace privet::flow {

namespace {

using Set = std::unordered_set<std::string_view>;

/// The words of a name in lower case: `maskEmail`, `mask_email` → mask, email.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  std::string word;
  auto flush = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t i = 0; i < name.size() && i < 80; ++i) {
    auto c = static_cast<unsigned char>(name[i]);
    if (!std::isalnum(c)) {
      flush();
      continue;
    }
    bool starts = std::isupper(c) && i > 0 && !std::isupper(static_cast<unsigned char>(name[i - 1]));
    bool ends_capitals = std::isupper(c) && i + 1 < name.size() &&
                         std::islower(static_cast<unsigned char>(name[i + 1]));
    if (starts || ends_capitals) flush();
    word.push_back(static_cast<char>(std::tolower(c)));
  }
  flush();
  return words;
}

}  // namespace

bool asks(std::string_view callee) {
  static const Set kFirst = {"is", "has", "can", "should", "are", "was"};
  auto words = words_of(callee);
  return !words.empty() && kFirst.contains(words.front());
}

bool gives_keys(std::string_view callee) {
  static const Set kKeys = {"ids", "pks", "slug", "slugs"};
  static const Set kBy = {"by", "from", "with", "for", "of", "to", "has", "and"};
  static const Set kMakers = {"uuid", "uuidv4", "uuidv5", "uuid4", "uuid5", "nanoid", "cuid", "ulid", "objectid"};
  auto words = words_of(callee);
  if (words.size() == 1) return kMakers.contains(words.front());
  return words.size() > 1 && kKeys.contains(words.back()) && !kBy.contains(words[words.size() - 2]);
}

bool builds_address(std::string_view callee) {
  static const Set kNames = {"url_for", "urlfor", "reverse", "reverse_lazy", "resolve_url", "get_absolute_url", "external_url_for"};
  std::string lower(callee.substr(0, 80));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return kNames.contains(lower);
}

bool names_caller(std::string_view callee, bool is_javascript) {
  static const Set kWhole = {
      "current user",     "get current user",   "get current active user", "get session user",
      "get auth user",    "get authenticated user", "get logged in user",  "get user from session",
      "get user from request", "get user from cookie", "require user",     "require current user",
      "verify user",      "current account",    "get current account",     "current member",
      "get current member", "get viewer",       "get me"};
  // In Python a session is one of a database.
  static const Set kSessions = {"get session",          "get server session", "get optional session", "get auth session",
                                "get current session",  "require session",    "get user session",     "validate session"};
  std::string name;
  for (const std::string& word : words_of(callee)) name += (name.empty() ? "" : " ") + word;
  return kWhole.contains(name) || (is_javascript && kSessions.contains(name));
}

bool gives_fact(std::string_view callee) {
  static const Set kWhole = {
      "len",        "length",    "size",       "count",       "exists",     "exist",
      "includes",   "contains",  "indexof",    "lastindexof", "findindex",  "startswith",
      "endswith",   "equals",    "compare",    "comparesync", "verify",     "validate",
      "test",       "every",     "some",       "any",         "all_of",     "bool",
      "boolean",    "isinstance", "issubclass", "callable",   "hasattr",    "type",
      "typeof",     "timingsafeequal", "safe_str_cmp", "compare_digest", "localecompare",
      "check_password", "checkpassword", "check_password_hash", "verifypassword",
      "verify_password", "comparepassword", "isalpha", "isdigit", "isnan", "isarray",
      "isinteger", "isempty", "isnull", "aggregate_count", "countdocuments", "bytelength"};
  static const Set kFirst = {"is", "has", "have", "can", "should", "count", "exists", "contains",
                             "needs", "allows", "was", "are", "num", "validate", "check", "matches"};
  std::string lower(callee.substr(0, 80));
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (kWhole.contains(lower)) return true;
  auto words = words_of(callee);
  return !words.empty() && (kFirst.contains(words.front()) || gives_keys(callee) || words.back() == "count" ||
                            words.back() == "exists" || words.back() == "length");
}

bool adds_to_receiver(std::string_view callee) {
  static const Set kNames = {"push",   "unshift",    "add",     "append",     "appendleft",
                             "extend", "insert",     "set",     "put",        "update",
                             "assign", "setdefault", "enqueue", "appendChild", "splice",
                             "fill",   "concat_inplace", "push_back"};
  return kNames.contains(callee);
}

bool keeps_shape(std::string_view callee) {
  static const Set kFirst = {
      "to",     "as",      "serialize", "serialise", "format", "dump",   "dumps",  "copy",
      "clone",  "deepcopy", "merge",    "assign",    "extend", "map",    "filter", "sort",
      "sorted", "reverse", "reversed",  "json",      "dict",   "values", "list",   "array",
      "render", "stringify", "parse",   "normalize", "first",  "last",   "all",    "exclude",
      "order",  "where",   "limit",     "offset",    "take",   "skip",   "find",   "slice",
      "concat", "exec",    "lean",      "populate",  "select", "save",   "pop",    "shift",
      "next",   "fetch",   "one",       "scalar",    "scalars", "unique", "present", "transform",
      "tuple",  "set",     "iter",      "from",      "then",   "wrap",   "flat",   "group",
      "entries", "items",  "at",        "each",      "tap",    "plain",  "object"};
  auto words = words_of(callee);
  return !words.empty() && kFirst.contains(words.front());
}

bool gives_callback_results(std::string_view callee) {
  static const Set kNames = {"map",    "flatMap", "flat_map",    "reduce",   "then",
                             "mapValues", "mapSeries", "reduceRight", "pluck", "transaction",
                             "$transaction", "apply", "forEach", "each"};
  return kNames.contains(callee);
}

bool gives_label(std::string_view callee) {
  static const Set kNames = {"t",         "i18n",         "gettext",      "gettext_lazy",
                             "ugettext",  "ugettext_lazy", "translate",   "_",
                             "__",        "ngettext",     "pgettext",     "pgettext_lazy",
                             "trans",     "formatMessage", "lazy_gettext", "Symbol"};
  return kNames.contains(callee);
}

bool is_plain_method(std::string_view method) {
  static const Set kNames = {
      "lower",  "upper",   "strip",  "lstrip", "rstrip",     "title",      "capitalize",  "casefold",   "swapcase",
      "encode", "decode",  "split",  "rsplit", "splitlines", "partition",  "rpartition",  "replace",    "translate",
      "join",   "format",  "format_map", "startswith", "endswith", "find", "rfind",       "index",      "rindex",
      "count",  "zfill",   "ljust",  "rjust",  "center",     "expandtabs", "removeprefix", "removesuffix", "isdigit",
      "isalpha", "isalnum", "isnumeric", "isdecimal", "isspace", "isupper", "islower",    "istitle",    "isidentifier",
      "get",    "items",   "keys",   "values", "pop",        "popitem",    "setdefault",  "update",     "copy",
      "clear",  "append",  "extend", "insert", "remove",     "sort",       "reverse",     "add",        "discard",
      "union",  "intersection", "difference", "hex", "tobytes"};
  return kNames.contains(method);
}

bool makes_text(std::string_view symbol) {
  static const Set kNames = {"str", "repr", "ascii", "format", "str.format", "str.format_map", "pprint.pformat"};
  return kNames.contains(symbol);
}

bool operates_to_fact(std::string_view operation) {
  static const Set kNames = {
      "==", "!=",  "===", "!==", "<",      ">",          "<=",         ">=",         "!",
      "not", "in", "not in", "is", "is not", "instanceof", "typeof",    "is-missing", "delete",
      "void", "~", "<=>", "length", "len",  "matches",    "is-instance", "has",       "exists"};
  return kNames.contains(operation);
}

}  // namespace privet::flow
