#include "rule/rule_set.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <unordered_set>

#include "rule/data_types.h"
#include "rule/embedded.h"
#include "rule/reader.h"

namespace privet::rule {

struct RuleSet::Tables {
  Config config;
  std::optional<DataTypes> data_types;
  std::unordered_set<Name> all_rules;   ///< those switched off too
  std::vector<ModelFile> files;
  std::unordered_map<Name, TypeModel> types;
  std::unordered_map<Name, std::vector<const FunctionModel*>> functions;
  std::unordered_set<Name> namespaces;  ///< `openai.chat` of `openai.chat.completions.create`
  std::unordered_map<std::string_view, std::vector<const FunctionModel*>> members;  ///< `PREFIX.*`
  std::unordered_map<Name, std::vector<const FieldTypeModel*>> field_types;
  std::unordered_map<Name, std::vector<Name>> chains;
  std::unordered_map<Name, std::size_t> kinds;
  std::unordered_map<Name, std::size_t> recipients;
  std::unordered_map<std::string_view, std::size_t> recipient_hosts;     ///< without `*.`
  std::unordered_map<std::string_view, std::size_t> recipient_packages;
  std::unordered_set<std::string_view> packages;
  /// Chains of one for symbols without a model; they get a place so that a reference can be given.
  std::shared_mutex lock;
  std::unordered_map<Name, std::vector<Name>> single_chains;
};

namespace {

/// True if `text` matches `glob`, where `*` stands for any characters.
bool matches_glob(std::string_view text, std::string_view glob) {
  std::size_t t = 0;
  std::size_t g = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string_view::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (g < glob.size() && glob[g] == '*') ++g;
  return g == glob.size();
}

/// Reads `sinks` and `sources` of a kinds file, and `roles` of recipients.
void read_kinds(YamlReader& reader, std::vector<Kind>& kinds, std::vector<std::string>& roles) {
  const Yaml& root = reader.file().root;
  reader.check_keys(root, {"sinks", "sources", "roles"});
  const auto add = [&](const Yaml& key, Kind kind) {
    kind.name = Name::of(key.scalar);
    for (const Kind& other : kinds) {
      if (other.name == kind.name) reader.fail(key, "duplicate kind `" + key.scalar + "`");
    }
    kinds.push_back(std::move(kind));
  };
  if (const Yaml* sinks = root.find("sinks")) {
    for (const auto& [key, value] : sinks->entries) {
      reader.check_keys(value, {"title", "exposure"});
      Kind kind;
      kind.role = KindRole::Sink;
      kind.title = reader.text(reader.required(value, "title"));
      kind.exposure = static_cast<Exposure>(
          reader.choice(reader.required(value, "exposure"), {"X1", "X2", "X3", "X4", "X5"}) + 1);
      add(key, std::move(kind));
    }
  }
  if (const Yaml* sources = root.find("sources")) {
    for (const auto& [key, value] : sources->entries) {
      Kind kind;
      kind.role = KindRole::Source;
      kind.title = reader.text(value);
      add(key, std::move(kind));
    }
  }
  if (const Yaml* names = root.find("roles")) {
    for (std::string& role : reader.texts(*names)) roles.push_back(std::move(role));
  }
}

Recipient read_recipient(RuleReader& reader, const Yaml& value) {
  Recipient recipient;
  reader.check_keys(value, {"id", "name", "role", "packages", "hosts", "country", "expected"});
  recipient.id = reader.name(reader.required(value, "id"));
  recipient.name = reader.text(reader.required(value, "name"));
  const Yaml& role = reader.required(value, "role");
  recipient.role = reader.name(role);
  const auto& known = reader.vocabulary().roles;
  if (reader.ok() && !std::binary_search(known.begin(), known.end(), recipient.role.text())) {
    const std::string_view near = nearest(recipient.role.text(), known);
    reader.fail(role, "unknown recipient role `" + std::string(recipient.role.text()) + "`; " +
                          (near.empty() ? "known are " + join(known)
                                        : "did you mean `" + std::string(near) + "`?"));
  }
  reader.optional(value, "packages", [&](const Yaml& v) { recipient.packages = reader.texts(v); });
  reader.optional(value, "hosts", [&](const Yaml& v) {
    recipient.hosts = reader.texts(v);
    for (const std::string& host : recipient.hosts) {
      const std::string_view name =
          host.starts_with("*.") ? std::string_view(host).substr(2) : std::string_view(host);
      if (name.empty() || name.find_first_of("*/: ") != std::string_view::npos) {
        reader.fail(v, "`" + host + "` is no host name; write it as `api.example.org` or "
                                    "`*.example.org`");
      }
    }
  });
  reader.optional(value, "country", [&](const Yaml& v) { recipient.country = reader.text(v); });
  reader.optional(value, "expected", [&](const Yaml& v) {
    recipient.expected = reader.texts(v);
    for (const std::string& id : recipient.expected) reader.data(v, id);
  });
  return recipient;
}

}  // namespace

/// All files → one RuleSet, or the first error in the order of files.
class RuleSetLoader {
 public:
  RuleSetLoader(const Config& config, const std::vector<std::string>& select,
                bool check_everything)
      : select_(select), check_everything_(check_everything) {
    rules_.tables_ = std::make_unique<RuleSet::Tables>();
    rules_.tables_->config = config;
  }

  base::Result<RuleSet> load(const std::vector<RuleSource>& extra) {
    if (!read_data_types() || !open_files(extra) || !read_vocabulary() || !read_entries() || !join_controls() ||
        !apply_config()) {
      return base::Error{error_};
    }
    index();
    return std::move(rules_);
  }

 private:
  enum class What : std::uint8_t { Kinds, Recipients, Models, Rule };
  struct File {
    YamlFile yaml;
    What what = What::Rule;
    bool embedded = false;
  };

  bool fail(std::string message) {
    error_ = std::move(message);
    return false;
  }
  bool check(const YamlReader& reader) {
    return reader.ok() || fail(reader.error().message);
  }

  bool read_data_types() {
    std::vector<DataTypes::File> files;
    for (const EmbeddedFile& file : embedded_files()) {
      if (file.path.starts_with("data/")) files.push_back({file.path, file.text});
    }
    auto types = DataTypes::load(files);
    if (!types) return fail(types.error().message);
    rules_.tables_->data_types = std::move(types).value();
    const Config& config = rules_.tables_->config;
    DataTypes::Additions additions;
    additions.not_personal = config.not_personal;
    // The policy's come first: what the tree says of the same type does not count.
    std::set<Name, base::ByText> others;
    for (const Config::DataTypesText& own : config.data_types) {
      auto yaml = read_yaml(own.file, own.text);
      if (!yaml) return fail(yaml.error().message);
      YamlReader reader(yaml.value());
      const Yaml* list = yaml.value().root.find("data_types");
      std::set<Name, base::ByText> here;
      for (const Yaml& entry : (list != nullptr ? *list : yaml.value().root).items) {
        DataType type = DataTypes::read_type(reader, entry);
        here.insert(type.id);
        if (!others.contains(type.id)) additions.types.push_back(std::move(type));
      }
      if (!check(reader)) return false;
      others.insert(here.begin(), here.end());
    }
    if (additions.types.empty() && additions.not_personal.empty()) return true;
    auto error = rules_.tables_->data_types->extend(std::move(additions));
    return !error || fail(error->message);
  }

  bool open_files(const std::vector<RuleSource>& extra) {
    for (const EmbeddedFile& file : embedded_files()) {
      if (file.path.starts_with("data/") || !is_yaml(file.path)) continue;
      const std::string below = "rules/" + std::string(file.path);
      const bool replaced = std::any_of(extra.begin(), extra.end(), [&](const RuleSource& source) {
        return source.replaces && (source.path == below || source.path.ends_with("/" + below));
      });
      if (replaced) continue;
      if (!open("rules/" + std::string(file.path), file.text, true)) return false;
    }
    for (const RuleSource& source : extra) {
      if (!open(source.path, source.text, false)) return false;
    }
    return true;
  }

  static bool is_yaml(std::string_view path) {
    return path.ends_with(".yaml") || path.ends_with(".yml");
  }

  bool open(std::string_view path, std::string_view text, bool embedded) {
    auto yaml = read_yaml(path, text);
    if (!yaml) return fail(yaml.error().message);
    File file{std::move(yaml).value(), What::Rule, embedded};
    const Yaml& root = file.yaml.root;
    const auto has = [&](std::string_view key) { return root.find(key) != nullptr; };
    if (has("sinks") || has("sources") || has("roles")) {
      file.what = What::Kinds;
    } else if (has("recipients")) {
      file.what = What::Recipients;
    } else if (has("language")) {
      file.what = What::Models;
    } else if (!has("id")) {
      return fail(std::string(path) +
                  ":1: neither a rule (`id`), nor models (`language`), `recipients` or kinds "
                  "(`sinks`, `sources`)");
    }
    files_.push_back(std::move(file));
    return true;
  }

  bool read_vocabulary() {
    for (const File& file : files_) {
      if (file.what != What::Kinds) continue;
      YamlReader reader(file.yaml);
      read_kinds(reader, rules_.kinds_, roles_);
      if (!check(reader)) return false;
    }
    for (const Kind& kind : rules_.kinds_) {
      words_.kinds.emplace(kind.name, kind.role);
      (kind.role == KindRole::Sink ? words_.sinks : words_.sources).push_back(kind.name.text());
    }
    for (const std::string& role : roles_) words_.roles.push_back(role);
    std::sort(words_.roles.begin(), words_.roles.end());
    return read_recipients();
  }

  bool read_recipients() {
    std::unordered_map<Name, std::string> places;
    for (const File& file : files_) {
      if (file.what != What::Recipients) continue;
      RuleReader reader(file.yaml, words_, check_everything_ || !file.embedded);
      reader.check_keys(file.yaml.root, {"recipients"});
      reader.each(*file.yaml.root.find("recipients"), [&](const Yaml& value) {
        Recipient recipient = read_recipient(reader, value);
        const auto [place, is_new] = places.emplace(
            recipient.id, file.yaml.path + ":" + std::to_string(value.line));
        if (!is_new) {
          reader.fail(value, "duplicate recipient `" + std::string(recipient.id.text()) +
                                 "`; first in " + place->second);
        }
        rules_.recipients_.push_back(std::move(recipient));
      });
      if (!check(reader)) return false;
    }
    for (const Recipient& recipient : rules_.recipients_) {
      words_.recipients.push_back(recipient.id.text());
    }
    std::sort(words_.recipients.begin(), words_.recipients.end());
    std::sort(rules_.recipients_.begin(), rules_.recipients_.end(),
              [](const Recipient& a, const Recipient& b) { return a.id.text() < b.id.text(); });
    return true;
  }

  bool read_entries() {
    std::unordered_map<Name, std::string> places;
    for (const File& file : files_) {
      RuleReader reader(file.yaml, words_, check_everything_ || !file.embedded);
      if (file.what == What::Models) {
        LoadedModels loaded = read_models(reader);
        if (!check(reader)) return false;
        rules_.tables_->files.push_back(std::move(loaded.models));
        for (Framework& framework : loaded.frameworks) {
          rules_.frameworks_.push_back(std::move(framework));
        }
      } else if (file.what == What::Rule) {
        Rule rule = read_rule(reader);
        const auto [place, is_new] =
            places.emplace(rule.id, rule.file + ":" + std::to_string(rule.line));
        if (!is_new && reader.ok()) {
          reader.fail(*file.yaml.root.find("id"), "duplicate rule `" +
                                                      std::string(rule.id.text()) +
                                                      "`; first in " + place->second);
        }
        if (!check(reader)) return false;
        rules_.rules_.push_back(std::move(rule));
      }
    }
    std::sort(rules_.rules_.begin(), rules_.rules_.end(),
              [](const Rule& a, const Rule& b) { return a.id.text() < b.id.text(); });
    return true;
  }

  bool join_controls() {
    for (const EmbeddedFile& file : embedded_files()) {
      if (file.path != "controls.json") continue;
      auto yaml = read_yaml("rules/controls.json", file.text);
      if (!yaml) return fail(yaml.error().message);
      YamlReader reader(yaml.value());
      const auto controls = read_controls(reader);
      if (!check(reader)) return false;
      for (Rule& rule : rules_.rules_) {
        const auto found = controls.find(std::string(rule.id.text()));
        if (found == controls.end()) continue;
        rule.controls = found->second.controls;
        if (rule.law.empty()) rule.law = found->second.law;
        if (rule.cwe.empty()) rule.cwe = found->second.cwe;
      }
    }
    return true;
  }

  bool apply_config() {
    const Config& config = rules_.tables_->config;
    const auto known = [&](std::string_view pattern) {
      for (const Rule& rule : rules_.rules_) {
        if (matches_glob(rule.id.text(), pattern)) return true;
      }
      return false;
    };
    const auto unknown = [&](std::string_view pattern, std::string_view where) {
      std::vector<std::string_view> ids;
      for (const Rule& rule : rules_.rules_) ids.push_back(rule.id.text());
      const std::string_view near = nearest(pattern, ids);
      return fail(std::string(where) + "no rule `" + std::string(pattern) + "`" +
                  (near.empty() ? "" : "; did you mean `" + std::string(near) + "`?"));
    };
    const std::string where = config.file.empty() ? "" : config.file + ": ";
    for (const std::string& off : config.rules_off) {
      if (!known(off)) return unknown(off, where);
    }
    for (const auto& [id, level] : config.rule_levels) {
      if (!known(id)) return unknown(id, where);
    }
    for (const std::string& pattern : select_) {
      if (!known(pattern)) return unknown(pattern, "");
    }
    for (const Rule& rule : rules_.rules_) rules_.tables_->all_rules.insert(rule.id);
    std::erase_if(rules_.rules_, [&](const Rule& rule) {
      const auto fits = [&](const std::string& pattern) {
        return matches_glob(rule.id.text(), pattern);
      };
      return std::any_of(config.rules_off.begin(), config.rules_off.end(), fits) ||
             (!select_.empty() && std::none_of(select_.begin(), select_.end(), fits));
    });
    add_loggers(config);
    return true;
  }

  /// A logger of the project is a model of a library that needs no import.
  void add_loggers(const Config& config) {
    if (config.loggers.empty()) return;
    ModelFile file;
    for (const std::string& logger : config.loggers) {
      FunctionModel model;
      model.apis.push_back(Name::of(logger));
      Sink sink;
      sink.kind = Name::of("log");
      sink.at.push_back(*AccessPath::parse("arg(0..)"));
      model.sinks.push_back(std::move(sink));
      model.file = Name::of(config.file);
      file.functions.push_back(std::move(model));
    }
    rules_.tables_->files.push_back(std::move(file));
  }

  void index() {
    RuleSet::Tables& tables = *rules_.tables_;
    for (std::size_t i = 0; i < rules_.kinds_.size(); ++i) {
      tables.kinds.emplace(rules_.kinds_[i].name, i);
    }
    for (const ModelFile& file : tables.files) {
      for (const Name package : file.packages) tables.packages.insert(package.text());
      for (const FunctionModel& model : file.functions) index_function(model);
      for (const EntityModel& entity : file.entities) rules_.entity_models_.push_back(&entity);
      for (const FieldTypeModel& model : file.field_types) {
        for (const Name symbol : model.symbols) tables.field_types[symbol].push_back(&model);
      }
      for (const TypeModel& type : file.types) add_type(type);
    }
    for (const auto& [name, type] : tables.types) tables.chains.emplace(name, chain_of(name));
    index_recipients();
  }

  void index_function(const FunctionModel& model) {
    for (const Name api : model.apis) {
      const std::string_view text = api.text();
      if (text.ends_with(".*")) {
        rules_.tables_->members[text.substr(0, text.size() - 2)].push_back(&model);
      } else {
        rules_.tables_->functions[api].push_back(&model);
        add_namespaces(api);
      }
    }
  }

  void add_namespaces(Name api) {
    std::string_view text = api.text();
    for (std::size_t dot = text.rfind('.'); dot != std::string_view::npos; dot = text.rfind('.')) {
      text = text.substr(0, dot);
      if (!rules_.tables_->namespaces.insert(Name::of(text)).second) break;
    }
  }

  /// Types of one name add up; a field named again takes the later meaning.
  void add_type(const TypeModel& type) {
    TypeModel& known = rules_.tables_->types[type.name];
    known.name = type.name;
    known.identity = known.identity || type.identity;
    known.record = known.record || type.record;
    for (const auto& [name, field] : type.fields) known.fields[name] = field;
    const auto append = [](std::vector<Name>& to, const std::vector<Name>& from) {
      for (const Name name : from) {
        if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
      }
    };
    append(known.extends, type.extends);
    append(known.parameter_names, type.parameter_names);
  }

  /// Breadth first, so that nearer types come first; each type once.
  std::vector<Name> chain_of(Name name) const {
    std::vector<Name> chain = {name};
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const auto found = rules_.tables_->types.find(chain[i]);
      if (found == rules_.tables_->types.end()) continue;
      for (const Name base : found->second.extends) {
        if (std::find(chain.begin(), chain.end(), base) == chain.end()) chain.push_back(base);
      }
    }
    return chain;
  }

  void index_recipients() {
    RuleSet::Tables& tables = *rules_.tables_;
    for (std::size_t i = 0; i < rules_.recipients_.size(); ++i) {
      const Recipient& recipient = rules_.recipients_[i];
      tables.recipients.emplace(recipient.id, i);
      for (const std::string& package : recipient.packages) {
        tables.recipient_packages.emplace(package, i);
      }
      for (const std::string& host : recipient.hosts) {
        tables.recipient_hosts.emplace(host, i);
      }
    }
  }

  const std::vector<std::string>& select_;
  bool check_everything_;
  std::vector<File> files_;
  std::vector<std::string> roles_;
  Vocabulary words_;
  RuleSet rules_;
  std::string error_;
};

RuleSet::RuleSet() = default;
RuleSet::RuleSet(RuleSet&&) noexcept = default;
RuleSet& RuleSet::operator=(RuleSet&&) noexcept = default;
RuleSet::~RuleSet() = default;

base::Result<RuleSet> RuleSet::load(const std::vector<RuleSource>& extra, const Config& config,
                                    const std::vector<std::string>& select,
                                    bool check_everything) {
  return RuleSetLoader(config, select, check_everything).load(extra);
}

const Config& RuleSet::config() const { return tables_->config; }
const DataTypes& RuleSet::data_types() const { return *tables_->data_types; }

const Rule* RuleSet::find_rule(std::string_view id) const {
  const auto found =
      std::lower_bound(rules_.begin(), rules_.end(), id,
                       [](const Rule& rule, std::string_view text) { return rule.id.text() < text; });
  return found != rules_.end() && found->id.text() == id ? &*found : nullptr;
}

bool RuleSet::knows_rule(std::string_view id) const {
  return tables_->all_rules.contains(Name::of(id));
}

std::string_view RuleSet::level_cap(Name rule) const {
  for (const auto& [pattern, level] : tables_->config.rule_levels) {
    if (matches_glob(rule.text(), pattern)) return level;
  }
  return {};
}

const Recipient* RuleSet::find_recipient(Name id) const {
  const auto found = tables_->recipients.find(id);
  return found != tables_->recipients.end() ? &recipients_[found->second] : nullptr;
}

const Recipient* RuleSet::recipient_of_host(std::string_view host) const {
  std::string name(host.substr(0, 255));
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const std::string& own : tables_->config.own_hosts) {
    if (matches_glob(name, own)) return nullptr;
  }
  const auto exact = tables_->recipient_hosts.find(name);
  if (exact != tables_->recipient_hosts.end()) return &recipients_[exact->second];
  // `*.example.org` means hosts below it, the nearest entry first, and example.org itself.
  std::string pattern = "*." + name;
  while (true) {
    const auto found = tables_->recipient_hosts.find(pattern);
    if (found != tables_->recipient_hosts.end()) return &recipients_[found->second];
    const std::size_t dot = pattern.find('.', 2);
    if (dot == std::string::npos) return nullptr;
    pattern.erase(2, dot - 1);
  }
}

const Recipient* RuleSet::recipient_of_package(std::string_view specifier) const {
  while (!specifier.empty()) {
    const auto found = tables_->recipient_packages.find(specifier);
    if (found != tables_->recipient_packages.end()) return &recipients_[found->second];
    const std::size_t cut = specifier.find_last_of("/.");
    if (cut == std::string_view::npos) return nullptr;
    specifier = specifier.substr(0, cut);
  }
  return nullptr;
}

const Kind* RuleSet::find_kind(Name name) const {
  const auto found = tables_->kinds.find(name);
  return found != tables_->kinds.end() ? &kinds_[found->second] : nullptr;
}

bool RuleSet::leads_to_function(Name symbol) const { return tables_->namespaces.contains(symbol); }

std::span<const FunctionModel* const> RuleSet::functions(Name symbol) const {
  const auto exact = tables_->functions.find(symbol);
  if (exact != tables_->functions.end()) return exact->second;
  const std::string_view text = symbol.text();
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return {};
  const auto any = tables_->members.find(text.substr(0, dot));
  if (any != tables_->members.end()) return any->second;
  return {};
}

const TypeModel* RuleSet::find_type(Name symbol) const {
  const auto found = tables_->types.find(symbol);
  return found != tables_->types.end() ? &found->second : nullptr;
}

std::vector<const TypeModel*> RuleSet::types() const {
  std::vector<const TypeModel*> all;
  for (const auto& [name, type] : tables_->types) all.push_back(&type);
  std::sort(all.begin(), all.end(), [](const TypeModel* a, const TypeModel* b) {
    return a->name.text() < b->name.text();
  });
  return all;
}

const std::vector<Name>& RuleSet::type_chain(Name symbol) const {
  const auto found = tables_->chains.find(symbol);
  if (found != tables_->chains.end()) return found->second;
  {
    const std::shared_lock lock(tables_->lock);
    const auto single = tables_->single_chains.find(symbol);
    if (single != tables_->single_chains.end()) return single->second;
  }
  const std::unique_lock lock(tables_->lock);
  std::vector<Name>& chain = tables_->single_chains[symbol];
  if (chain.empty()) chain.push_back(symbol);
  return chain;
}

std::span<const FieldTypeModel* const> RuleSet::field_types(Name symbol) const {
  const auto found = tables_->field_types.find(symbol);
  if (found == tables_->field_types.end()) return {};
  return found->second;
}

const FieldTypeModel* RuleSet::find_field_type(Name symbol) const {
  const auto models = field_types(symbol);
  return models.empty() ? nullptr : models.front();
}

bool RuleSet::knows_package(std::string_view specifier) const {
  while (!specifier.empty()) {
    if (tables_->packages.contains(specifier)) return true;
    const std::size_t cut = specifier.find_last_of("/.");
    if (cut == std::string_view::npos) return false;
    specifier = specifier.substr(0, cut);
  }
  return false;
}

}  // namespace privet::rule
