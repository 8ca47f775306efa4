#include <array>

#include "rule/checks.h"
#include "rule/reader.h"

namespace privet::rule {
namespace {

constexpr std::array<std::string_view, 7> kPrinciples = {
    "lawfulness", "purpose-limitation", "minimisation",  "accuracy",
    "storage-limitation", "security",  "accountability"};

bool is_word(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
  }
  return text.front() != '-' && text.back() != '-';
}

/// One of `L0` … `L4`.
int read_level(RuleReader& reader, const Yaml& value) {
  return static_cast<int>(reader.choice(value, {"L0", "L1", "L2", "L3", "L4"}));
}

std::vector<std::string> read_data(RuleReader& reader, const Yaml& value) {
  std::vector<std::string> result = reader.texts(value);
  for (const std::string& id : result) reader.data(value, id);
  return result;
}

std::vector<Name> read_kinds(RuleReader& reader, const Yaml& value, KindRole role) {
  std::vector<Name> result;
  reader.each(value, [&](const Yaml& item) {
    const std::string word = reader.text(item);
    result.push_back(reader.kind(item, word, role));
  });
  return result;
}

FlowForm read_flow(RuleReader& reader, const Yaml& value) {
  FlowForm flow;
  reader.check_keys(value, {"from", "not", "sources", "to", "recipients", "unless", "protection", "level",
                            "types", "whole_record", "of_person", "whole_input", "unless_tags", "bulk", "authenticated"});
  reader.optional(value, "from", [&](const Yaml& v) { flow.data = read_data(reader, v); });
  reader.optional(value, "not", [&](const Yaml& v) { flow.not_data = read_data(reader, v); });
  reader.optional(value, "sources", [&](const Yaml& v) {
    flow.sources = read_kinds(reader, v, KindRole::Source);
  });
  flow.to = read_kinds(reader, reader.required(value, "to"), KindRole::Sink);
  reader.optional(value, "recipients", [&](const Yaml& v) {
    reader.each(v, [&](const Yaml& item) {
      const std::string role = reader.text(item);
      const auto& known = reader.vocabulary().roles;
      bool found = false;
      for (std::string_view word : known) found = found || word == role;
      if (!found) {
        const std::string_view near = nearest(role, known);
        reader.fail(item, "unknown recipient role `" + role + "`; " +
                              (near.empty() ? "known are " + join(known)
                                            : "did you mean `" + std::string(near) + "`?"));
      }
      flow.recipients.push_back(Name::of(role));
    });
  });
  reader.optional(value, "unless", [&](const Yaml& v) {
    reader.each(v, [&](const Yaml& item) {
      const std::string word = reader.text(item);
      if (reader.ok()) flow.unless.push_back(reader.protection(item, word));
    });
  });
  reader.optional(value, "protection", [&](const Yaml& v) {
    reader.each(v, [&](const Yaml& item) {
      const std::string word = reader.text(item);
      if (reader.ok()) flow.protection.push_back(reader.protection(item, word));
    });
  });
  reader.optional(value, "level", [&](const Yaml& v) { flow.min_level = read_level(reader, v); });
  reader.optional(value, "types", [&](const Yaml& v) {
    flow.min_types = static_cast<int>(reader.unsigned_number(v, 1, 100));
  });
  reader.optional(value, "whole_record", [&](const Yaml& v) {
    flow.whole_record = reader.boolean(v);
  });
  reader.optional(value, "of_person", [&](const Yaml& v) { flow.of_person = reader.boolean(v); });
  reader.optional(value, "whole_input", [&](const Yaml& v) { flow.whole_input = reader.boolean(v); });
  reader.optional(value, "unless_tags", [&](const Yaml& v) { flow.unless_tags = reader.names(v); });
  reader.optional(value, "bulk", [&](const Yaml& v) { flow.bulk = reader.boolean(v); });
  reader.optional(value, "authenticated", [&](const Yaml& v) {
    flow.authenticated = reader.boolean(v);
  });
  return flow;
}

void check_parameter(RuleReader& reader, const CheckParameter& parameter, const Yaml& item) {
  using Type = CheckParameter::Type;
  const std::string word = reader.text(item);
  if (!reader.ok()) return;
  switch (parameter.type) {
    case Type::Text: return;
    case Type::Flag: reader.boolean(item); return;
    case Type::Number: reader.number(item); return;
    case Type::Data: reader.data(item, word); return;
    case Type::SinkKind: reader.kind(item, word, KindRole::Sink); return;
    case Type::SourceKind: reader.kind(item, word, KindRole::Source); return;
    case Type::Choice:
      for (std::string_view choice : parameter.choices) {
        if (choice == word) return;
      }
      reader.fail(item, "unknown value `" + word + "` of `" + std::string(parameter.name) +
                            "`; known are " + join(parameter.choices));
  }
}

CheckForm read_check(RuleReader& reader, const Yaml& value, CheckInfo::Form form) {
  CheckForm result;
  const Yaml& name =
      value.kind == Yaml::Kind::Map ? reader.required(value, "check") : value;
  const std::string word = reader.text(name);
  if (!reader.ok()) return result;
  const CheckInfo* check = find_check(form, word);
  if (check == nullptr) {
    std::vector<std::string_view> known;
    for (const CheckInfo& other : known_checks()) {
      if (other.form == form) known.push_back(other.name);
    }
    const std::string_view near = nearest(word, known);
    reader.fail(name, "unknown check `" + word + "`" +
                          (near.empty() ? "" : "; did you mean `" + std::string(near) + "`?"));
    return result;
  }
  result.check = Name::of(word);
  for (const auto& [key, parameter] : value.entries) {
    if (key.scalar == "check" || !reader.ok()) continue;
    const CheckParameter* known = nullptr;
    std::vector<std::string_view> names;
    for (const CheckParameter& candidate : check->parameters) {
      names.push_back(candidate.name);
      if (candidate.name == key.scalar) known = &candidate;
    }
    if (known == nullptr) {
      const std::string_view near = nearest(key.scalar, names);
      reader.fail(key, "unknown parameter `" + key.scalar + "` of `" + word + "`; " +
                           (near.empty() ? "known are " + join(names)
                                         : "did you mean `" + std::string(near) + "`?"));
      return result;
    }
    reader.each(parameter, [&](const Yaml& item) { check_parameter(reader, *known, item); });
    result.parameters.emplace_back(key.scalar, reader.texts(parameter));
  }
  return result;
}

CallForm read_call(RuleReader& reader, const Yaml& value) {
  CallForm call;
  reader.check_keys(value, {"tags", "apis", "when", "unless_tags", "personal", "data", "note"});
  reader.optional(value, "tags", [&](const Yaml& v) { call.tags = reader.names(v); });
  reader.optional(value, "apis", [&](const Yaml& v) { call.apis = reader.symbols(v); });
  reader.optional(value, "when", [&](const Yaml& v) { call.when = reader.conditions(v); });
  reader.optional(value, "unless_tags", [&](const Yaml& v) { call.unless_tags = reader.names(v); });
  reader.optional(value, "personal", [&](const Yaml& v) { call.personal = reader.path(v); });
  reader.optional(value, "data", [&](const Yaml& v) { call.data = read_data(reader, v); });
  reader.optional(value, "note", [&](const Yaml& v) { call.note = reader.boolean(v); });
  if (reader.ok() && call.tags.empty() && call.apis.empty()) {
    reader.fail(value, "expected `tags` or `apis`");
  }
  return call;
}

Severity read_severity(RuleReader& reader, const Yaml& value) {
  Severity severity;
  const auto points = [&](const Yaml& v) {
    const double number = reader.number(v);
    if (reader.ok() && (number < 0.1 || number > 10)) {
      reader.fail(v, "expected a number from 0.1 to 10");
    }
    return number;
  };
  if (value.kind == Yaml::Kind::Scalar) {
    severity.fixed = points(value);
    return severity;
  }
  reader.check_keys(value, {"exposure", "bulk", "takeover", "shift", "cap"});
  reader.optional(value, "exposure", [&](const Yaml& v) {
    severity.exposure =
        static_cast<Exposure>(reader.choice(v, {"X1", "X2", "X3", "X4", "X5"}) + 1);
  });
  reader.optional(value, "bulk", [&](const Yaml& v) { severity.bulk = reader.boolean(v); });
  reader.optional(value, "takeover", [&](const Yaml& v) {
    severity.takeover = reader.boolean(v);
  });
  reader.optional(value, "shift", [&](const Yaml& v) {
    severity.shift = reader.number(v);
    if (reader.ok() && (severity.shift < -3 || severity.shift > 3)) {
      reader.fail(v, "expected a number from -3 to 3");
    }
  });
  reader.optional(value, "cap", [&](const Yaml& v) { severity.cap = points(v); });
  return severity;
}

struct Dialect {
  std::string_view name;
  std::string_view file;
};
constexpr std::array<Dialect, 17> kDialects = {{
    {"c", "example.c"},           {"cpp", "example.cc"},     {"csharp", "Example.cs"},
    {"dart", "example.dart"},     {"go", "example.go"},      {"java", "Example.java"},
    {"javascript", "example.js"}, {"json", "example.json"},  {"jsx", "example.jsx"},
    {"kotlin", "Example.kt"},     {"php", "example.php"},    {"python", "example.py"},
    {"ruby", "example.rb"},       {"swift", "Example.swift"}, {"tsx", "example.tsx"},
    {"typescript", "example.ts"}, {"yaml", "example.yaml"},
}};

/// `- bad: TEXT` with a language, or `- bad: {PATH: TEXT, …}`.
Example read_example(RuleReader& reader, const Yaml& value, const std::vector<Name>& languages) {
  Example example;
  example.line = value.line;
  reader.check_keys(value, {"bad", "ok", "language"});
  if (!reader.ok()) return example;
  const Yaml* bad = value.find("bad");
  const Yaml* ok = value.find("ok");
  if ((bad == nullptr) == (ok == nullptr)) {
    reader.fail(value, "expected `bad` or `ok`");
    return example;
  }
  example.bad = bad != nullptr;
  const Yaml& content = bad != nullptr ? *bad : *ok;
  if (content.kind == Yaml::Kind::Map) {
    reader.optional(value, "language", [&](const Yaml& v) {
      reader.fail(v, "the names of files say their languages");
    });
    for (const auto& [path, text] : content.entries) {
      if (path.scalar.empty() || path.scalar.front() == '/' ||
          path.scalar.find("..") != std::string::npos) {
        reader.fail(path, "`" + path.scalar + "` is no relative path");
      }
      example.files.push_back({path.scalar, reader.text(text), text.line + 1});
    }
    return example;
  }
  const Yaml* language = value.find("language");
  if (language != nullptr) {
    example.language = reader.text(*language);
  } else if (languages.size() == 1) {
    example.language = languages.front().text();
  } else {
    reader.fail(value, "missing key `language`");
  }
  for (const auto& [name, file] : kDialects) {
    if (name != example.language) continue;
    example.files.push_back({std::string(file), reader.text(content), content.line + 1});
  }
  if (reader.ok() && example.files.empty()) {
    reader.fail(*language, "unknown language `" + example.language + "`");
  }
  return example;
}

void read_forms(RuleReader& reader, Rule& rule) {
  const Yaml& root = reader.file().root;
  const auto form = [&](std::string_view key, auto& out, auto read) {
    reader.optional(root, key, [&](const Yaml& v) {
      reader.each(v, [&](const Yaml& item) { out.push_back(read(item)); });
    });
  };
  form("flow", rule.flow, [&](const Yaml& v) { return read_flow(reader, v); });
  form("call", rule.call, [&](const Yaml& v) { return read_call(reader, v); });
  form("access", rule.access,
       [&](const Yaml& v) { return read_check(reader, v, CheckInfo::Form::Access); });
  form("declaration", rule.declaration,
       [&](const Yaml& v) { return read_check(reader, v, CheckInfo::Form::Declaration); });
  form("program", rule.program,
       [&](const Yaml& v) { return read_check(reader, v, CheckInfo::Form::Program); });
  form("config", rule.config,
       [&](const Yaml& v) { return read_check(reader, v, CheckInfo::Form::Config); });
  if (reader.ok() && rule.flow.empty() && rule.call.empty() && rule.access.empty() &&
      rule.declaration.empty() && rule.program.empty() && rule.config.empty()) {
    reader.fail(root, "a rule needs one of `flow`, `access`, `call`, `declaration`, `program`, "
                      "`config`");
  }
}

/// Refuses `{word}` that no finding fills.
void check_message(RuleReader& reader, const Yaml& at, std::string_view message) {
  static const std::vector<std::string_view> kWords = {
      "data", "person", "sink", "recipient", "route", "function", "level", "entity",
      // Filled by some forms only: calls and flows; checks of access.
      "api", "access", "identifier", "guard", "why", "siblings"};
  std::size_t open = 0;
  while ((open = message.find('{', open)) != std::string_view::npos) {
    const std::size_t close = message.find('}', open);
    const std::string_view word =
        message.substr(open + 1, close == std::string_view::npos ? 0 : close - open - 1);
    bool known = false;
    for (std::string_view candidate : kWords) known = known || candidate == word;
    if (!known) {
      return reader.fail(at, "unknown word `{" + std::string(word) + "}` in a message; known are " +
                                 join(kWords));
    }
    open = close;
  }
  if (message.ends_with('.')) reader.fail(at, "a message ends without a period");
}

}  // namespace

std::string_view principle_name(Principle principle) {
  return kPrinciples[static_cast<std::size_t>(principle)];
}

Rule read_rule(RuleReader& reader) {
  Rule rule;
  const Yaml& root = reader.file().root;
  rule.file = reader.file().path;
  reader.check_keys(root, {"id", "title", "principle", "law", "cwe", "languages", "severity",
                           "message", "why", "fix", "flow", "access", "declaration", "call",
                           "program", "config", "note_unless_personal", "yields_to", "examples"});
  const Yaml& id = reader.required(root, "id");
  rule.id = reader.name(id);
  rule.line = id.line;
  if (reader.ok() && !is_word(rule.id.text())) {
    reader.fail(id, "a rule id has lower-case letters, digits and `-` only");
  }
  rule.title = reader.text(reader.required(root, "title"));
  rule.principle = static_cast<Principle>(
      reader.choice(reader.required(root, "principle"),
                    {kPrinciples[0], kPrinciples[1], kPrinciples[2], kPrinciples[3],
                     kPrinciples[4], kPrinciples[5], kPrinciples[6]}));
  reader.optional(root, "law", [&](const Yaml& v) { rule.law = reader.texts(v); });
  reader.optional(root, "cwe", [&](const Yaml& v) {
    reader.each(v, [&](const Yaml& item) {
      rule.cwe.push_back(static_cast<int>(reader.unsigned_number(item, 1, 99999)));
    });
  });
  reader.optional(root, "languages", [&](const Yaml& v) {
    reader.each(v, [&](const Yaml& item) { rule.languages.push_back(reader.language(item)); });
  });
  reader.optional(root, "severity", [&](const Yaml& v) {
    rule.severity = read_severity(reader, v);
  });
  const Yaml& message = reader.required(root, "message");
  rule.message = reader.text(message);
  check_message(reader, message, rule.message);
  rule.why = reader.text(reader.required(root, "why"));
  rule.fix = reader.text(reader.required(root, "fix"));
  reader.optional(root, "yields_to", [&](const Yaml& v) { rule.yields_to = reader.names(v); });
  reader.optional(root, "note_unless_personal", [&](const Yaml& v) {
    rule.note_unless_personal = reader.boolean(v);
  });
  read_forms(reader, rule);
  reader.optional(root, "examples", [&](const Yaml& v) {
    reader.each(v, [&](const Yaml& item) {
      rule.examples.push_back(read_example(reader, item, rule.languages));
    });
  });
  return rule;
}

namespace {

struct Framework {
  std::string_view key;
  std::string_view prefix;
};
constexpr std::array<Framework, 8> kControlSets = {{
    {"asvs", "owasp/asvs-5.0/"},
    {"api_top10", "owasp/api-top-10-2023/"},
    {"masvs", "owasp/masvs-2.1/"},
    {"nist_csf", "nist/csf-2.0/"},
    {"nist_pf", "nist/pf-1.0/"},
    {"iso27001", "iso/27001-2022/"},
    {"iso27701", "iso/27701-2019/"},
    {"cobit", "cobit-2019/"},
}};

/// `32` → `gdpr/art-32`, `ePrivacy 5(3)` → `eprivacy/art-5(3)`, `PECR 6` → `pecr/reg-6`.
std::string law_id(std::string_view article) {
  const auto starts = [&](std::string_view word) { return article.starts_with(word); };
  const auto rest = [&](std::size_t n) { return std::string(article.substr(n)); };
  if (starts("Rec. ")) return "gdpr/rec-" + rest(5);
  if (starts("ePrivacy ")) return "eprivacy/art-" + rest(9);
  if (starts("PECR ")) return "pecr/reg-" + rest(5);
  if (!article.empty() && article.front() >= '0' && article.front() <= '9') {
    return "gdpr/art-" + std::string(article);
  }
  std::string id(article);
  for (char& c : id) {
    if (c == ' ') c = '-';
  }
  return id;
}

}  // namespace

std::unordered_map<std::string, Controls> read_controls(YamlReader& reader) {
  std::unordered_map<std::string, Controls> result;
  const Yaml& root = reader.file().root;
  const Yaml& names = reader.required(root, "names");
  const auto title = [&](std::string_view set, std::string_view id) -> std::string {
    const Yaml* titles = names.find(set);
    const Yaml* text = titles != nullptr ? titles->find(id) : nullptr;
    return text != nullptr ? text->scalar : std::string();
  };
  for (const auto& [rule, sets] : root.entries) {
    if (rule.scalar == "names" || !reader.ok()) continue;
    Controls controls;
    if (const Yaml* law = sets.find("gdpr")) {
      for (const std::string& article : reader.texts(*law)) {
        controls.law.push_back(law_id(article));
        controls.controls.push_back({controls.law.back(), title("gdpr", article)});
      }
    }
    if (const Yaml* cwe = sets.find("cwe")) {
      for (const std::string& id : reader.texts(*cwe)) {
        int number = 0;
        for (const char c : id) {
          if (c >= '0' && c <= '9' && number < 100000) number = number * 10 + (c - '0');
        }
        controls.cwe.push_back(number);
        controls.controls.push_back({"cwe/" + std::to_string(number), title("cwe", id)});
      }
    }
    for (const auto& [key, prefix] : kControlSets) {
      const Yaml* ids = sets.find(key);
      if (ids == nullptr) continue;
      for (const std::string& id : reader.texts(*ids)) {
        controls.controls.push_back({std::string(prefix) + id, title(key, id)});
      }
    }
    result.emplace(rule.scalar, std::move(controls));
  }
  return result;
}

}  // namespace privet::rule
