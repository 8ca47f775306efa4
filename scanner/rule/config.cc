#include "rule/config.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "rule/yaml.h"

namespace privet::rule {
namespace {

namespace fs = std::filesystem;

using NamedLists = std::vector<std::pair<std::string, std::vector<std::string>>>;

base::Result<std::string> read_text(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return base::Error{"`" + path + "` is a folder, not a file"};
  std::ifstream in(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(in), {});
  if (!in) return base::Error{"cannot read `" + path + "`"};
  return text;
}

/// The lines from the key `data_types` to the next key, with empty lines before them, so that whoever
/// reads them again gives the places of the file.
std::string slice_of_types(std::string_view text, const Yaml& root) {
  std::uint32_t first = 0;
  std::uint32_t after = 0;
  for (const auto& [key, value] : root.entries) {
    if (key.scalar == "data_types") {
      first = key.line;
    } else if (first != 0 && after == 0) {
      after = key.line;
    }
  }
  std::string slice;
  std::uint32_t line = 1;
  for (std::size_t begin = 0; begin < text.size(); ++line) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    if (line >= first && (after == 0 || line < after)) slice += text.substr(begin, end - begin);
    if (after == 0 || line < after) slice += '\n';
    begin = end + 1;
  }
  return slice;
}

/// A map from words to lists of names, with only these words.
NamedLists named_lists(YamlReader& reader, const Yaml& map,
                       std::initializer_list<std::string_view> words) {
  NamedLists lists;
  reader.check_keys(map, words);
  if (!reader.ok()) return lists;
  for (const auto& [key, value] : map.entries) {
    lists.emplace_back(key.scalar, reader.texts(value));
  }
  return lists;
}

void read_rules(YamlReader& reader, const Yaml& map, Config& config) {
  reader.check_keys(map, {"off", "severity"});
  if (const Yaml* off = map.find("off")) config.rules_off = reader.texts(*off);
  const Yaml* levels = map.find("severity");
  if (levels == nullptr || !reader.ok()) return;
  if (levels->kind != Yaml::Kind::Map) {
    reader.fail(*levels, "expected rule ids with `note`, `warning` or `error`");
    return;
  }
  for (const auto& [id, level] : levels->entries) {
    reader.choice(level, {"note", "warning", "error"});
    config.rule_levels.emplace_back(id.scalar, level.scalar);
  }
}

struct Loaded {
  Config config;
  bool strict = false;
};

/// True if there is nothing but blanks and comments, which says nothing and is no mistake.
bool says_nothing(std::string_view text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') return false;
    begin = end + 1;
  }
  return true;
}

base::Result<Loaded> read_config(const std::string& path, std::string_view text, bool is_policy) {
  if (says_nothing(text)) {
    Loaded nothing;
    nothing.config.file = path;
    return nothing;
  }
  auto yaml = read_yaml(path, text);
  if (!yaml) return yaml.error();
  Loaded loaded;
  Config& config = loaded.config;
  config.file = path;
  const Yaml& root = yaml.value().root;
  if (root.is_null()) return loaded;

  YamlReader reader(yaml.value());
  if (is_policy) {
    reader.check_keys(root, {"exclude", "not_personal", "data_types", "guards", "sanitizers", "loggers",
                             "own_hosts", "rules", "fail_on", "strict", "allow_suppressions"});
  } else {
    reader.check_keys(root, {"exclude", "not_personal", "data_types", "guards", "sanitizers", "loggers",
                             "own_hosts", "rules", "fail_on"});
  }
  const auto list = [&](std::string_view key, std::vector<std::string>& to) {
    if (const Yaml* value = root.find(key)) to = reader.texts(*value);
  };
  list("exclude", config.exclude);
  list("not_personal", config.not_personal);
  list("loggers", config.loggers);
  list("own_hosts", config.own_hosts);
  if (const Yaml* types = root.find("data_types"); types != nullptr && reader.ok()) {
    if (types->kind != Yaml::Kind::List) reader.fail(*types, "expected a list of data types");
    config.data_types.push_back({path, slice_of_types(text, root)});
  }
  if (const Yaml* guards = root.find("guards"); guards != nullptr && reader.ok()) {
    config.guards = named_lists(reader, *guards, {"authn", "authz", "owner", "rate", "csrf",
                                                "consent", "signature", "captcha"});
  }
  if (const Yaml* sanitizers = root.find("sanitizers"); sanitizers != nullptr && reader.ok()) {
    config.sanitizers =
        named_lists(reader, *sanitizers,
                    {"hashed", "keyed-hash", "password-hash", "masked", "truncated", "encrypted",
                     "tokenised", "pseudonymised", "aggregated"});
  }
  if (const Yaml* rules = root.find("rules"); rules != nullptr && reader.ok()) {
    read_rules(reader, *rules, config);
  }
  if (const Yaml* fail_on = root.find("fail_on"); fail_on != nullptr && reader.ok()) {
    reader.choice(*fail_on, {"note", "warning", "error", "never"});
    config.fail_on = fail_on->scalar;
  }
  if (const Yaml* strict = root.find("strict"); strict != nullptr && reader.ok()) {
    loaded.strict = reader.boolean(*strict);
  }
  if (const Yaml* allow = root.find("allow_suppressions"); allow != nullptr && reader.ok()) {
    config.allow_suppressions = reader.boolean(*allow);
  }
  if (!reader.ok()) return reader.error();
  return loaded;
}

std::string find_config(const std::string& root) {
  for (const char* name : {"privet.yaml", "privet.yml", ".privet.yaml"}) {
    const fs::path path = fs::path(root) / name;
    std::error_code error;
    // A link could lead out of the tree.
    if (fs::symlink_status(path, error).type() == fs::file_type::regular) return path.string();
  }
  return {};
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// The policy first: of two entries about the same thing the policy's counts.
Config join(Config config, Loaded policy) {
  if (policy.strict) {
    config.exclude.clear();
    config.not_personal.clear();
    config.rules_off.clear();
    config.rule_levels.clear();
    config.fail_on.clear();
    config.sanitizers.clear();
    config.guards.clear();
    config.own_hosts.clear();
  }
  Config joined = std::move(policy.config);
  if (!config.file.empty()) joined.file = config.file;
  append(joined.exclude, config.exclude);
  append(joined.not_personal, config.not_personal);
  append(joined.guards, config.guards);
  append(joined.sanitizers, config.sanitizers);
  append(joined.loggers, config.loggers);
  append(joined.own_hosts, config.own_hosts);
  append(joined.rules_off, config.rules_off);
  append(joined.rule_levels, config.rule_levels);
  append(joined.data_types, config.data_types);
  if (joined.fail_on.empty()) joined.fail_on = config.fail_on;
  return joined;
}

}  // namespace

base::Result<Config> load_config(const std::string& config_file, const std::string& policy_file,
                                 const std::string& root) {
  Config config;
  const std::string path = config_file.empty() ? find_config(root) : config_file;
  if (!path.empty()) {
    auto text = read_text(path);
    if (!text) return text.error();
    // Named as the user would: the file's own name when it was found, not where this machine has it.
    const std::string shown = config_file.empty() ? fs::path(path).filename().string() : path;
    auto loaded = read_config(shown, text.value(), /*is_policy=*/false);
    if (!loaded) return loaded.error();
    config = std::move(loaded.value().config);
  }
  if (policy_file.empty()) return config;
  auto text = read_text(policy_file);
  if (!text) return text.error();
  auto policy = read_config(policy_file, text.value(), /*is_policy=*/true);
  if (!policy) return policy.error();
  return join(std::move(config), std::move(policy).value());
}

}  // namespace privet::rule
