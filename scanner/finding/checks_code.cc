#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <re2/re2.h>

#include "finding/checks.h"
#include "finding/match.h"
#include "personal/protection.h"
#include "personal/values.h"
#include "rule/data_types.h"

// Over what files say by themselves: settings, names of the environment, literals, fields of
// stored records.

namespace privet::finding {
namespace {

using base::Name;
using program::Constant;
using program::FunctionId;
using program::ModuleId;
using rule::CheckForm;
using rule::Rule;

// --- parameters ---

const std::vector<std::string>* parameter(const CheckForm& form, std::string_view name) {
  for (const auto& [key, values] : form.parameters) {
    if (key == name) return &values;
  }
  return nullptr;
}

bool lists(const std::vector<std::string>* values, std::string_view text) {
  return values != nullptr && std::find(values->begin(), values->end(), text) != values->end();
}

bool flag(const CheckForm& form, std::string_view name) {
  const auto* values = parameter(form, name);
  return values != nullptr && !values->empty() && values->front() == "true";
}

std::size_t number(const CheckForm& form, std::string_view name, std::size_t otherwise) {
  const auto* values = parameter(form, name);
  return values == nullptr || values->empty() ? otherwise
                                              : static_cast<std::size_t>(std::stoul(values->front()));
}

/// The patterns of one parameter, any of which may match; what does not compile matches nothing.
class Patterns {
 public:
  Patterns(const CheckForm& form, std::string_view name) {
    if (const auto* values = parameter(form, name)) {
      given_ = true;
      for (const std::string& text : *values) {
        patterns_.push_back(std::make_unique<re2::RE2>(text, re2::RE2::Quiet));
      }
    }
  }
  bool given() const { return given_; }
  bool fit(std::string_view text) const {
    return std::any_of(patterns_.begin(), patterns_.end(), [&](const auto& pattern) {
      return pattern->ok() && re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *pattern);
    });
  }

 private:
  std::vector<std::unique_ptr<re2::RE2>> patterns_;
  bool given_ = false;
};

Match match_at(const Rule& rule, source::Span span, std::string evidence) {
  Match match;
  match.rule = &rule;
  match.span = span;
  match.evidence = std::move(evidence);
  match.confidence = 1.0;
  match.severity.exposure = rule.severity.exposure;
  match.severity.data_level = 2;
  return match;
}

bool is_test(const Facts& facts, ModuleId module) {
  return facts.program.sources()[facts.program.module(module).file].test;
}

std::string_view path_of(const Facts& facts, ModuleId module) {
  return facts.program.sources()[facts.program.module(module).file].path;
}

std::string_view file_name(const Facts& facts, ModuleId module) {
  const std::string_view path = path_of(facts, module);
  return path.substr(path.rfind('/') + 1);
}

// --- settings ---

bool value_fits(const CheckForm& form, const Patterns& matches, std::string_view text) {
  const auto* is = parameter(form, "is");
  return is != nullptr ? lists(is, text) : !matches.given() || matches.fit(text);
}

bool has_local(const ir::Function& body, const std::vector<std::string>& names) {
  return std::any_of(body.locals.begin(), body.locals.end(), [&](const ir::Local& local) {
    return local.kind == ir::Local::Kind::Variable && lists(&names, local.name.text());
  });
}

/// A constant that a file gives a name in its body (`DEBUG = True`), or an entry of an environment
/// file. `beside`: only where the file sets one of these names too.
void check_setting(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const auto* names = parameter(form, "name");
  if (names == nullptr) return;
  const auto* beside = parameter(form, "beside");
  const Patterns matches(form, "matches");
  const auto report = [&](source::Span span, std::string_view name, FunctionId function) {
    Match match = match_at(rule, span, "config");
    match.function = function;
    match.key = std::string(name);
    match.words.emplace_back("api", std::string(name));
    match.severity.unproven = rule.note_unless_personal;
    out.push_back(std::move(match));
  };
  for (std::uint32_t m = 0; m < facts.program.n_modules(); ++m) {
    const ModuleId id{m};
    const ir::Module& module = facts.program.module(id);
    for (const ir::Document& document : module.documents) {
      if (document.format.text() != "env" || beside != nullptr) continue;
      for (const ir::Node& node : document.nodes) {
        if (lists(names, node.key.text()) && value_fits(form, matches, node.text.text())) {
          report(node.key_span.valid() ? node.key_span : node.span, node.key.text(), {});
        }
      }
    }
    if (module.functions.empty() || module.language.text() != "python") continue;
    const ir::Function& body = module.functions[0];
    if (beside != nullptr && !has_local(body, *beside)) continue;
    const FunctionId function = facts.program.function_id(id, 0);
    std::vector<std::pair<source::Span, std::string_view>> weak;
    std::set<std::string_view> strong;   // in branches: for the other environments
    for (ir::BlockIndex b = 0; b < body.blocks.size(); ++b) {
      for (const ir::Instruction& in : body.blocks[b].instructions) {
        if (in.op != ir::Op::Copy || in.result == ir::kNone || in.a == ir::kNone) continue;
        const std::string_view name = body.locals[in.result].name.text();
        if (!lists(names, name)) continue;
        const Constant value = facts.program.constant_of(function, in.a);
        if (value.text.empty()) continue;
        if (value_fits(form, matches, value.text.text())) {
          weak.emplace_back(in.span, name);
        } else if (b > 0) {
          strong.insert(name);
        }
      }
    }
    for (const auto& [span, name] : weak) {
      if (!strong.contains(name)) report(span, name, function);
    }
  }
}

// --- names of the environment ---

/// A variable of the environment whose name fits, read by code or set in an environment file.
void check_environment_name(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const Patterns matches(form, "matches");
  const Patterns unless(form, "unless");
  const auto fits_name = [&](std::string_view name) { return matches.fit(name) && !unless.fit(name); };
  std::set<std::string, std::less<>> seen;
  const auto report = [&](source::Span span, std::string_view name, FunctionId function) {
    if (!seen.insert(std::string(name)).second) return;
    Match match = match_at(rule, span, "config");
    match.function = function;
    match.key = std::string(name);
    match.words.emplace_back("api", std::string(name));
    match.severity.data_level = 4;
    out.push_back(std::move(match));
  };
  for (std::uint32_t f = 0; f < facts.program.n_functions(); ++f) {
    const FunctionId function{f};
    const ir::Function& code = facts.program.function(function);
    for (const ir::Block& block : code.blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.op != ir::Op::Load || in.name.empty() || !fits_name(in.name.text())) continue;
        const std::string_view base = facts.program.symbol_of(function, in.a).text();
        if (base == "process.env" || base == "import.meta.env" || base == "os.environ") {
          report(in.span, in.name.text(), function);
        }
      }
    }
  }
  for (const ModuleId id : facts.program.documents()) {
    for (const ir::Document& document : facts.program.module(id).documents) {
      if (document.format.text() != "env") continue;
      for (const ir::Node& node : document.nodes) {
        if (fits_name(node.key.text())) report(node.key_span, node.key.text(), {});
      }
    }
  }
}

// --- literals ---

struct Literal {
  source::Span span;
  std::string_view text;
  std::string_view key;
  FunctionId function;
};

/// Every text of a file: literals of code, values of documents.
template <class Body>
void each_literal(const Facts& facts, ModuleId id, Body&& body) {
  const ir::Module& module = facts.program.module(id);
  for (ir::FunctionIndex f = 0; f < module.functions.size(); ++f) {
    for (const ir::Block& block : module.functions[f].blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.op != ir::Op::Literal || in.literal_kind() != ir::LiteralKind::String) continue;
        body(Literal{in.span, in.name.text(), {}, facts.program.function_id(id, f)});
      }
    }
  }
  for (const ir::Document& document : module.documents) {
    for (const ir::Node& node : document.nodes) {
      if (node.kind == ir::Node::Kind::String) body(Literal{node.span, node.text.text(), node.key.text(), {}});
    }
  }
}

/// Placeholders and references: `<password>`, `${TOKEN}`, `changeme`, `xxxx`.
bool is_placeholder(std::string_view text) {
  static const re2::RE2 kPlaceholder(
      R"((?i)\$\{|\{\{|<[a-z_ -]+>|%\(|\{\}|change_?me|example|placeholder|your[_-]|xxx|\*\*\*|todo|dummy|sample|mock|fake|(^|[-_ ])test([-_ ]|$)|localhost|127\.0\.0\.1|:(password|pass|pwd|secret|postgres|root|admin|user|test|guest)@)");
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), kPlaceholder);
}

/// `-----BEGIN RSA PRIVATE KEY-----` with too little behind it to be a key.
bool is_cut_key(std::string_view text) {
  constexpr std::size_t kShortestKey = 150;
  return text.find("PRIVATE KEY-----") != std::string_view::npos && text.size() < kShortestKey;
}

/// `mongodb://shop:shop@db:27017`: a host without a domain is a container beside this one.
bool is_beside(std::string_view text) {
  static const re2::RE2 kBeside(R"(://[^@/\s]*@[A-Za-z0-9_-]+(:[0-9]+)?(/|$))");
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), kBeside);
}

/// A literal with the form of a secret: keys of providers, private keys, addresses with a password.
void check_secret_literal(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const auto* data = parameter(form, "data");
  const Patterns matches(form, "matches");
  const personal::Values values(facts.rules.data_types());
  constexpr std::size_t kShortest = 12;
  for (std::uint32_t m = 0; m < facts.program.n_modules(); ++m) {
    const ModuleId id{m};
    const std::string_view file = file_name(facts, id);
    if (is_test(facts, id) || file.find(".example") != std::string_view::npos ||
        file.find(".sample") != std::string_view::npos) {
      continue;
    }
    each_literal(facts, id, [&](const Literal& literal) {
      if (literal.text.size() < kShortest || is_placeholder(literal.text) || is_cut_key(literal.text) || is_beside(literal.text)) return;
      rule::DataTypeId type;
      if (const auto found = values.classify(literal.text);
          found && !found->documentation && !found->needs_name) {
        const std::string_view name = facts.rules.data_types()[found->type].id.text();
        if (data != nullptr && std::any_of(data->begin(), data->end(), [&](const std::string& pattern) {
              return fits(pattern, name);
            })) {
          type = found->type;
        }
      }
      if (!type.valid() && !matches.fit(literal.text)) return;
      Match match = match_at(rule, literal.span, "values");
      match.function = literal.function;
      if (!type.valid()) type = facts.rules.data_types().find("credential.api-key");
      if (type.valid()) match.data.push_back(type);
      match.severity.data_level = 4;
      out.push_back(std::move(match));
    });
  }
}

/// True for what a name says is meant to be somewhere else, or for no secret at all: `JWT_SECRET` (a variable of
/// the environment), sentences, paths.
bool is_no_secret(std::string_view text) {
  static const re2::RE2 kOther(R"(\s|^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^(https?:/|\.{0,2}/|[a-z]+(\.[a-z]+)+$))");
  return is_placeholder(text) || re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), kOther);
}

/// A constant under a name that says it signs or encrypts: `{cookieSecret: "…"}`, `app.secret_key = "…"`.
void check_named_secret(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  constexpr std::size_t kShortest = 8;
  const Patterns names(form, "name");
  const auto look = [&](FunctionId function, Name name, ir::LocalIndex value, source::Span span) {
    if (name.empty() || value == ir::kNone || !names.fit(name.text())) return;
    const Constant constant = facts.program.constant_of(function, value);
    const std::string_view text = constant.text.text();
    if (constant.kind != Constant::Kind::Text || text.size() < kShortest || is_no_secret(text)) return;
    Match match = match_at(rule, span, "values");
    match.function = function;
    match.key = std::string(name.text());
    const rule::DataTypeId type = facts.rules.data_types().find("credential.api-key");
    if (type.valid()) match.data.push_back(type);
    match.severity.data_level = 4;
    out.push_back(std::move(match));
  };
  for (std::uint32_t f = 0; f < facts.program.n_functions(); ++f) {
    const FunctionId function{f};
    if (is_test(facts, facts.program.module_of(function))) continue;
    const ir::Function& code = facts.program.function(function);
    for (const ir::Block& block : code.blocks) {
      for (const ir::Instruction& in : block.instructions) {
        if (in.op == ir::Op::Store) look(function, in.name, in.c, in.span);
        if (in.op != ir::Op::Construct) continue;
        for (std::uint32_t i = 0; i < in.n_operands; ++i) {
          const ir::Operand& operand = code.operands[in.first_operand + i];
          if (operand.kind == ir::Operand::Kind::Keyed) look(function, operand.name, operand.value, operand.span);
        }
      }
    }
  }
}

/// Every call of the program outside tests that a model gives one of the tags.
template <class Body>
void each_tagged_call(const Facts& facts, Body&& body) {
  for (std::uint32_t f = 0; f < facts.program.n_functions(); ++f) {
    const FunctionId function{f};
    if (is_test(facts, facts.program.module_of(function))) continue;
    const ir::Function& code = facts.program.function(function);
    for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
      const auto& instructions = code.blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        if (instructions[i].op != ir::Op::Call) continue;
        const program::Site site{function, b, i};
        std::set<Name, base::ByText> tags;
        for (const Name symbol : facts.program.callees(site).symbols) {
          for (const rule::FunctionModel* model : facts.rules.functions(symbol)) {
            if (model->tags.empty() || !facts.program.holds(site, model->when)) continue;
            tags.insert(model->tags.begin(), model->tags.end());
          }
        }
        if (!tags.empty()) body(site, instructions[i], tags);
      }
    }
  }
}

/// Sessions that go over a server without TLS, in a program where nothing says that TLS ends before it.
void check_cleartext_server(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  static const Name kServes = Name::of("serves-cleartext"), kSession = Name::of("session-cookie");
  static const Name kTls = Name::of("behind-tls");
  bool sessions = false, tls = false;
  Matches servers;
  each_tagged_call(facts, [&](const program::Site& site, const ir::Instruction& call, const std::set<Name, base::ByText>& tags) {
    tls = tls || tags.contains(kTls);
    sessions = sessions || tags.contains(kSession);
    if (!tags.contains(kServes)) return;
    Match match = match_at(rule, call.span, "config");
    match.function = site.function;
    match.key = "server";
    match.words.emplace_back("api", std::string(call.name.text()));
    match.severity.data_level = 2;
    servers.push_back(std::move(match));
  });
  if (!sessions || tls) return;
  for (Match& match : servers) out.push_back(std::move(match));
}

/// An address that is nobody's: of a role or a machine, a name of an algorithm (`zlib@openssh.com`), and in tests
/// and seeds whatever is not at a provider for everybody, since names and firms are invented there.
bool is_nobodys_address(std::string_view address, bool invented) {
  static const re2::RE2 kNobody(
      R"((?i)^(info|hello|contact|support|admin|administrator|root|webmaster|postmaster|hostmaster|abuse|security|sales|office|dev|test|tests|testing|user|users|demo|team|mail|email|no-?reply|do-?not-?reply|bot|ci|git)([+._-].*|\d*)@|(?i)(@|\.)(openssh\.com|libssh\.org|ssh\.com|lysator\.liu\.se|users\.noreply\.github\.com)$|(?i)@([^@]*\.)?(example|test|sample|domain|company|foo|bar|acme)\.[a-z.]+$)");
  static const re2::RE2 kForEverybody(
      R"((?i)@(gmail|googlemail|yahoo|ymail|outlook|hotmail|live|msn|icloud|me|mac|aol|gmx|web|t-online|freenet|proton|protonmail|mail|yandex|qq|163|126|naver|orange|wanadoo|laposte|free|libero|comcast|verizon|att)\.[a-z.]+$)");
  const re2::StringPiece text(address.data(), address.size());
  if (re2::RE2::PartialMatch(text, kNobody)) return true;
  return invented && !re2::RE2::PartialMatch(text, kForEverybody);
}

/// Values of real people that stand in a file: many of one kind, or several of two kinds.
void check_personal_literals(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const std::size_t one_kind = number(form, "one_kind", 10);
  const std::size_t two_kinds = number(form, "two_kinds", 3);
  const personal::Values values(facts.rules.data_types());
  static const std::vector<std::string_view> kManifests = {
      "package.json", "package-lock.json", "composer.json", "pyproject.toml", "setup.py",
      "setup.cfg",    "pnpm-lock.yaml",    "poetry.lock",   "yarn.lock",      "mkdocs.yml"};
  for (std::uint32_t m = 0; m < facts.program.n_modules(); ++m) {
    const ModuleId id{m};
    const std::string_view file = file_name(facts, id);
    if (std::find(kManifests.begin(), kManifests.end(), file) != kManifests.end()) continue;
    const bool is_invented = is_test(facts, id) || path_of(facts, id).find("seed") != std::string_view::npos;
    std::map<rule::DataTypeId, std::set<std::string_view>> found;
    source::Span first;
    each_literal(facts, id, [&](const Literal& literal) {
      const auto value = values.classify(literal.text);
      if (!value || value->documentation || value->needs_name || !value->checked) return;
      const rule::DataType& type = facts.rules.data_types()[value->type];
      if (type.level < 2 || type.id.text().starts_with("credential.")) return;
      if (type.id.text() == "contact.email" && is_nobodys_address(literal.text, is_invented)) return;
      found[value->type].insert(literal.text);
      if (!first.valid() || literal.span < first) first = literal.span;
    });
    std::size_t most = 0;
    std::size_t n_kinds = 0;
    for (const auto& [type, texts] : found) {
      most = std::max(most, texts.size());
      if (texts.size() >= two_kinds) ++n_kinds;
    }
    if (most < one_kind && n_kinds < 2) continue;
    Match match = match_at(rule, first, "values");
    for (const auto& [type, texts] : found) match.data.push_back(type);
    match.severity.data_level = level_of(facts.rules, match.data);
    match.severity.bulk = most >= 25;
    match.words.emplace_back("api", std::to_string(most));
    out.push_back(std::move(match));
  }
}

// --- stored fields ---

/// A field of a stored record that holds one of the data types in clear text.
/// True if the declaration speaks of encryption (`EncryptedTextField`), or some code puts an encrypted or hashed
/// value into a field of that name. Misses: records of the same field name that differ in this.
class ProtectedWrites {
 public:
  explicit ProtectedWrites(const Facts& facts) : facts_(facts), protections_(facts.rules.data_types()) {}

  bool has(const program::EntityField& field) {
    std::string text(facts_.program.sources().text(field.span));
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (text.find("encrypt") != std::string::npos) return true;
    if (!collected_) collect();
    return names_.contains(field.name);
  }

 private:
  void collect() {
    collected_ = true;
    for (std::uint32_t f = 0; f < facts_.program.n_functions(); ++f) {
      const ir::Function& code = facts_.program.function(FunctionId{f});
      std::set<ir::LocalIndex> made;
      for (const ir::Block& block : code.blocks) {
        for (const ir::Instruction& in : block.instructions) {
          if (in.op == ir::Op::Call && in.result != ir::kNone && protects(code, in)) made.insert(in.result);
          if (in.op == ir::Op::Copy && made.contains(in.a)) made.insert(in.result);
          if (in.op == ir::Op::Store && made.contains(in.c)) names_.insert(in.name);
          if (in.op != ir::Op::Construct && in.op != ir::Op::Call) continue;
          for (std::uint32_t i = 0; i < in.n_operands && !made.empty(); ++i) {
            const ir::Operand& operand = code.operands[in.first_operand + i];
            if (operand.kind == ir::Operand::Kind::Keyed && made.contains(operand.value)) names_.insert(operand.name);
          }
        }
      }
    }
  }

  bool protects(const ir::Function& code, const ir::Instruction& call) const {
    const Name callee = call.name.empty() && call.a < code.locals.size() ? code.locals[call.a].name : call.name;
    if (callee.empty()) return false;
    const rule::Protection given = personal::protection_of(protections_.kind_of_call(callee));
    return given == rule::Protection::Encrypted || given == rule::Protection::Hashed ||
           given == rule::Protection::KeyedHash || given == rule::Protection::PasswordHash;
  }

  const Facts& facts_;
  personal::Protections protections_;
  std::set<Name, base::ByText> names_;
  bool collected_ = false;
};

void check_stored_field(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const auto* data = parameter(form, "data");
  const bool certain = flag(form, "certain");
  ProtectedWrites writes(facts);
  for (std::uint32_t e = 0; e < facts.program.n_entities(); ++e) {
    const program::EntityId id{e};
    const program::Entity& entity = facts.program.entity(id);
    // What an open record keeps is seen where it is put in.
    if (!entity.stored || entity.open) continue;
    const personal::PersonalEntity& person = facts.personal.entity(id);
    for (const personal::PersonalField& field : person.fields) {
      const rule::DataType& type = facts.rules.data_types()[field.evidence.type];
      const program::EntityField* declared = entity.find(field.field);
      if (declared == nullptr || declared->relation.valid()) continue;
      using Shape = rule::FieldTypeModel::Shape;
      if (declared->shape == Shape::Binary || declared->shape == Shape::Boolean) continue;
      if (certain && field.evidence.certainty != personal::Certainty::Certain) continue;
      const bool wanted = data == nullptr || std::any_of(data->begin(), data->end(), [&](const std::string& p) {
                            return fits(p, type.id.text());
                          });
      if (!wanted || writes.has(*declared)) continue;
      Match match = match_at(rule, declared->span, "shape");
      match.data.push_back(field.evidence.type);
      match.entity = std::string(entity.name.text());
      match.person = person.person;
      match.key = match.entity + "." + std::string(field.field.text());
      match.severity.data_level = type.level;
      match.severity.likely = field.evidence.certainty != personal::Certainty::Certain;
      match.words.emplace_back("api", match.key);
      match.reasons = field.evidence.reasons;
      out.push_back(std::move(match));
    }
  }
}

constexpr NamedCheck kChecks[] = {
    {"setting", check_setting},
    {"environment-name", check_environment_name},
    {"secret-literal", check_secret_literal},
    {"named-secret", check_named_secret},
    {"cleartext-server", check_cleartext_server},
    {"personal-literals", check_personal_literals},
    {"stored-field", check_stored_field},
};

}  // namespace

std::span<const NamedCheck> code_checks() { return kChecks; }

}  // namespace privet::finding
