#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "rule/data_types.h"
#include "rule/data_types_tables.h"
#include "rule/yaml.h"

namespace privet::rule {
namespace {

constexpr DataFlag kFlags[] = {
    DataFlag::Art9,  DataFlag::Art9Inferred, DataFlag::Art10,    DataFlag::Credential,
    DataFlag::Pci,   DataFlag::Kba,          DataFlag::Child,    DataFlag::Harm,
    DataFlag::StableId, DataFlag::QuasiId,   DataFlag::Guessable, DataFlag::ThirdParty,
};

std::optional<DataFlag> find_flag(std::string_view name) {
  for (DataFlag flag : kFlags) {
    if (flag_name(flag) == name) return flag;
  }
  return std::nullopt;
}

DataFlag read_flag(YamlReader& reader, const Yaml& value) {
  const std::string name = reader.text(value);
  if (const auto flag = find_flag(name)) return *flag;
  std::string known;
  for (DataFlag flag : kFlags) known += (known.empty() ? "" : ", ") + std::string(flag_name(flag));
  if (reader.ok()) reader.fail(value, "unknown flag `" + name + "`; known are " + known);
  return DataFlag::Art9;
}

bool is_word(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// Lower-case words with `_` between; with `weak` also the marks `+`, `!`, `!topic`.
void check_forms(YamlReader& reader, const Yaml& list, const Words& forms, bool weak) {
  std::unordered_set<std::string_view> seen;
  for (const std::string& form : forms) {
    std::string_view word = form;
    if (weak && word.ends_with("+")) word.remove_suffix(1);
    if (const auto bang = word.find('!'); weak && bang != std::string_view::npos) {
      const std::string_view topic = word.substr(bang + 1);
      if (!topic.empty() && !is_word(topic)) word = {};
      word = word.substr(0, bang);
    }
    if (!is_word(word)) {
      reader.fail(list, "`" + form + "` is not a name form: lower-case words with `_` between them");
    }
    if (!seen.insert(form).second) reader.fail(list, "`" + form + "` is listed twice");
  }
}

Words optional_texts(YamlReader& reader, const Yaml& map, std::string_view key) {
  const Yaml* value = map.find(key);
  return value ? reader.texts(*value) : Words{};
}

std::string optional_text(YamlReader& reader, const Yaml& map, std::string_view key) {
  const Yaml* value = map.find(key);
  return value ? reader.text(*value) : std::string{};
}

std::string read_pattern(YamlReader& reader, const Yaml& map) {
  const Yaml* value = map.find("pattern");
  if (!value) return {};
  std::string pattern = reader.text(*value);
  re2::RE2::Options options;
  options.set_log_errors(false);
  if (const re2::RE2 compiled(pattern, options); !compiled.ok()) {
    reader.fail(*value, "bad pattern: " + compiled.error());
  }
  return pattern;
}

std::uint32_t number_of(std::string_view text) {
  std::uint32_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

DataType DataTypes::read_type(YamlReader& reader, const Yaml& value) {
  reader.check_keys(value, {"id", "title", "level", "flags", "value", "strong", "weak", "not-when",
                            "countries", "pattern", "check", "date", "note"});
  DataType type;
  const Yaml& id_value = reader.required(value, "id");
  const std::string id = reader.text(id_value);
  if (reader.ok() && !re2::RE2::FullMatch(id, "[a-z0-9-]+(\\.[a-z0-9-]+)*")) {
    reader.fail(id_value, "`" + id + "` is not an id: lower-case words with `.` or `-` between them");
  }
  type.id = Name::of(id);
  type.group = Name::of(std::string_view(id).substr(0, id.find('.')));
  type.title = reader.text(reader.required(value, "title"));
  const Yaml& level = reader.required(value, "level");
  type.level = static_cast<int>(reader.choice(level, {"0", "1", "2", "3", "4", "L0", "L1", "L2", "L3", "L4"}) % 5);
  if (const Yaml* flags = value.find("flags")) {
    for (const Yaml& flag : flags->items) type.flags.add(read_flag(reader, flag));
  }
  if (const Yaml* shape = value.find("value")) {
    type.shape = static_cast<ValueShape>(reader.choice(*shape, {"any", "text", "date"}));
  }
  type.strong = optional_texts(reader, value, "strong");
  type.weak = optional_texts(reader, value, "weak");
  type.not_when = optional_texts(reader, value, "not-when");
  type.countries = optional_texts(reader, value, "countries");
  check_forms(reader, value, type.strong, false);
  check_forms(reader, value, type.weak, true);
  type.pattern = read_pattern(reader, value);
  type.check = optional_text(reader, value, "check");
  type.date = optional_text(reader, value, "date");
  type.note = optional_text(reader, value, "note");
  return type;
}

/// Reads all files in two rounds: first the groups and types, which everything else names.
class DataTypesLoader {
 public:
  base::Result<DataTypes> load(std::span<const DataTypes::File> files) {
    std::vector<YamlFile> parsed;
    for (const DataTypes::File& file : files) {
      auto yaml = read_yaml(file.path, file.text);
      if (!yaml) return yaml.error();
      parsed.push_back(std::move(yaml).value());
    }
    std::sort(parsed.begin(), parsed.end(),
              [](const YamlFile& a, const YamlFile& b) { return a.path < b.path; });
    for (const auto round : {&DataTypesLoader::read_types, &DataTypesLoader::read_rest}) {
      if (round == &DataTypesLoader::read_rest) order_types();
      for (const YamlFile& file : parsed) {
        YamlReader reader(file);
        reader_ = &reader;
        (this->*round)(file.root);
        if (!reader.ok()) return reader.error();
      }
    }
    return std::move(types_);
  }

 private:
  DataTypes::Tables& tables() { return *types_.tables_; }

  void read_types(const Yaml& root) {
    reader_->check_keys(
        root, {"types", "groups", "person-words", "containers", "topics", "spelling", "shapes",
               "flag-facts", "not-personal", "shared", "contexts", "person-bases", "identifying",
               "special", "harm", "values", "card-brands", "iban-lengths", "documentation",
               "protections", "not-a-protection", "languages", "english-words", "vocabularies"});
    add_texts(root, "groups", tables().words.groups);
    const Yaml* list = root.find("types");
    if (!list) return;
    for (const Yaml& item : list->items) {
      DataType type = DataTypes::read_type(*reader_, item);
      if (!reader_->ok()) return;
      if (!tables().ids.emplace(type.id.text(), DataTypeId{}).second) {
        return reader_->fail(item, "data type `" + std::string(type.id.text()) + "` is there already");
      }
      if (tables().types.size() == kMaxDataTypes) {
        return reader_->fail(item, "more than " + std::to_string(kMaxDataTypes) + " data types");
      }
      tables().types.push_back(std::move(type));
    }
  }

  /// By group, so that ties between types go as the list of groups says; inside a group as written.
  void order_types() {
    const Words& groups = tables().words.groups;
    const auto rank = [&](const DataType& type) {
      return std::find(groups.begin(), groups.end(), type.group.text()) - groups.begin();
    };
    std::stable_sort(tables().types.begin(), tables().types.end(),
                     [&](const DataType& a, const DataType& b) { return rank(a) < rank(b); });
    for (std::uint32_t i = 0; i < tables().types.size(); ++i) {
      tables().ids[std::string(tables().types[i].id.text())] = DataTypeId{i};
    }
  }

  void read_rest(const Yaml& root) {
    for (const auto& [key, value] : root.entries) {
      const std::string_view name = key.scalar;
      if (name == "person-words") read_person_words(value);
      else if (name == "containers") read_containers(value);
      else if (name == "topics") read_topics(value);
      else if (name == "spelling") read_spelling(value);
      else if (name == "shapes") read_shapes(value);
      else if (name == "flag-facts") read_flag_facts(value);
      else if (name == "shared") read_shared(value);
      else if (name == "contexts") read_contexts(value);
      else if (name == "special") read_special(value);
      else if (name == "values") read_values(value);
      else if (name == "card-brands") read_brands(value);
      else if (name == "iban-lengths") read_iban_lengths(value);
      else if (name == "documentation") read_documentation(value);
      else if (name == "protections") read_protections(value);
      else if (name == "languages") read_languages(value);
      else if (name == "vocabularies") read_vocabularies(value);
    }
    add_texts(root, "not-personal", tables().not_personal_forms);
    add_texts(root, "person-bases", tables().person_bases);
    add_texts(root, "harm", tables().harm);
    add_texts(root, "english-words", tables().english_words);
    add_texts(root, "not-a-protection", tables().not_a_protection);
    if (const Yaml* list = root.find("identifying")) read_identifying(*list);
  }

  void add_texts(const Yaml& map, std::string_view key, Words& words) {
    if (const Yaml* value = map.find(key)) {
      for (std::string& word : reader_->texts(*value)) words.push_back(std::move(word));
    }
  }

  DataTypeId type_of(const Yaml& at, std::string_view id) {
    const DataTypeId found = types_.find(id);
    if (found.valid() || !reader_->ok()) return found;
    std::vector<std::string_view> known;
    for (const DataType& type : tables().types) known.push_back(type.id.text());
    const std::string_view near = nearest(id, known);
    reader_->fail(at, "unknown data type `" + std::string(id) + "`" +
                          (near.empty() ? "" : "; did you mean `" + std::string(near) + "`?"));
    return {};
  }

  void read_person_words(const Yaml& map) {
    reader_->check_keys(map, {"always", "with-evidence", "other-languages", "no-id",
                              "name-when-text", "qualifiers", "not-participles"});
    WordLists& words = tables().words;
    add_texts(map, "always", words.person_always);
    add_texts(map, "with-evidence", words.person_with_evidence);
    add_texts(map, "no-id", words.person_no_id);
    add_texts(map, "name-when-text", words.name_when_text);
    add_texts(map, "qualifiers", words.person_qualifiers);
    add_texts(map, "not-participles", words.not_participles);
    if (const Yaml* languages = map.find("other-languages")) {
      for (const auto& [language, list] : languages->entries) {
        words.person_other_languages.emplace_back(language.scalar, reader_->texts(list));
      }
    }
  }

  void read_containers(const Yaml& map) {
    reader_->check_keys(map,
                        {"technical", "places", "person-linked", "generic-endings", "cut-before"});
    WordLists& words = tables().words;
    add_texts(map, "technical", words.technical);
    add_texts(map, "places", words.places);
    add_texts(map, "person-linked", words.person_linked);
    add_texts(map, "generic-endings", words.generic_endings);
    add_texts(map, "cut-before", words.cut_before);
  }

  void read_topics(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(item, {"groups", "words"});
      tables().words.topics.push_back({reader_->texts(reader_->required(item, "groups")),
                                       reader_->texts(reader_->required(item, "words"))});
    }
  }

  void read_spelling(const Yaml& map) {
    reader_->check_keys(map, {"neutral", "neutral-tail", "accessors", "prefixes", "endings",
                              "number-words", "nothing-after"});
    WordLists& words = tables().words;
    add_texts(map, "neutral", words.neutral);
    add_texts(map, "neutral-tail", words.neutral_tail);
    add_texts(map, "accessors", words.accessors);
    add_texts(map, "prefixes", words.prefixes);
    add_texts(map, "endings", words.endings);
    add_texts(map, "number-words", words.number_words);
    add_texts(map, "nothing-after", words.nothing_after);
  }

  void read_shapes(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(
          item, {"id", "reason", "heads", "tails", "anywhere", "not-groups", "protection"});
      NameShape shape;
      shape.id = Name::of(reader_->text(reader_->required(item, "id")));
      shape.reason = optional_text(*reader_, item, "reason");
      shape.heads = optional_texts(*reader_, item, "heads");
      shape.tails = optional_texts(*reader_, item, "tails");
      shape.anywhere = optional_texts(*reader_, item, "anywhere");
      shape.not_groups = optional_texts(*reader_, item, "not-groups");
      if (const Yaml* value = item.find("protection")) {
        constexpr Protection kinds[] = {Protection::Masked,    Protection::Hashed,
                                        Protection::Encrypted, Protection::Tokenised,
                                        Protection::Pseudonymised, Protection::Truncated};
        shape.protection = kinds[reader_->choice(
            *value, {"masked", "hashed", "encrypted", "tokenised", "pseudonymised", "truncated"})];
      } else {
        reader_->required(item, "reason");
      }
      tables().shapes.push_back(std::move(shape));
    }
  }

  void read_flag_facts(const Yaml& map) {
    reader_->check_keys(map, {"heads", "flags", "types"});
    tables().flag_fact_heads = reader_->texts(reader_->required(map, "heads"));
    if (const Yaml* flags = map.find("flags")) {
      for (const Yaml& flag : flags->items) {
        tables().flag_facts |= types_.with_flag(read_flag(*reader_, flag));
      }
    }
    for (const std::string& id : optional_texts(*reader_, map, "types")) {
      if (const DataTypeId type = type_of(map, id); type.valid()) tables().flag_facts.insert(type);
    }
  }

  void read_shared(const Yaml& map) {
    for (const auto& [form, type] : map.entries) {
      tables().shared.emplace_back(form.scalar, type_of(type, reader_->text(type)));
    }
  }

  void read_contexts(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(item, {"id", "signals", "stops"});
      tables().contexts.push_back({Name::of(reader_->text(reader_->required(item, "id"))),
                                   reader_->texts(reader_->required(item, "signals")),
                                   reader_->texts(reader_->required(item, "stops"))});
    }
    if (tables().contexts.size() > 32) reader_->fail(list, "more than 32 contexts");
  }

  void read_identifying(const Yaml& list) {
    for (const std::string& pattern : reader_->texts(list)) {
      const DataTypeSet set = types_.matching(pattern);
      if (set.empty()) type_of(list, pattern);
      tables().identifying |= set;
    }
  }

  void read_special(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(item, {"category", "flag", "words"});
      tables().special.push_back({Name::of(reader_->text(reader_->required(item, "category"))),
                                  read_flag(*reader_, reader_->required(item, "flag")),
                                  reader_->texts(reader_->required(item, "words"))});
    }
  }

  void read_values(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(item, {"type", "pattern", "check", "keyword"});
      const Yaml& type = reader_->required(item, "type");
      reader_->required(item, "pattern");
      ValueForm form;
      form.type = type_of(type, reader_->text(type));
      form.pattern = read_pattern(*reader_, item);
      form.check = optional_text(*reader_, item, "check");
      if (const Yaml* keyword = item.find("keyword")) form.keyword = reader_->boolean(*keyword);
      tables().values.push_back(std::move(form));
    }
  }

  void read_brands(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(item, {"id", "prefixes", "lengths", "keyword"});
      CardBrand brand;
      brand.id = reader_->text(reader_->required(item, "id"));
      for (const std::string& range : reader_->texts(reader_->required(item, "prefixes"))) {
        const std::size_t dash = range.find('-');
        const std::string_view low = std::string_view(range).substr(0, dash);
        const std::string_view high =
            dash == std::string::npos ? low : std::string_view(range).substr(dash + 1);
        if (low.size() != high.size()) reader_->fail(item, "`" + range + "` has ends of two lengths");
        brand.prefixes.push_back({number_of(low), number_of(high), low.size()});
      }
      for (const std::string& n : reader_->texts(reader_->required(item, "lengths"))) {
        brand.lengths.push_back(number_of(n));
      }
      if (const Yaml* keyword = item.find("keyword")) brand.keyword = reader_->boolean(*keyword);
      tables().brands.push_back(std::move(brand));
    }
  }

  void read_iban_lengths(const Yaml& map) {
    for (const auto& [country, length] : map.entries) {
      tables().iban_lengths[country.scalar] = number_of(reader_->text(length));
    }
  }

  void read_documentation(const Yaml& map) {
    reader_->check_keys(map, {"hosts", "role-accounts", "file-extensions", "phones", "networks",
                              "cards", "ids", "names"});
    DocumentationValues& all = tables().documentation;
    add_texts(map, "hosts", all.hosts);
    add_texts(map, "role-accounts", all.role_accounts);
    add_texts(map, "file-extensions", all.file_extensions);
    add_texts(map, "phones", all.phones);
    add_texts(map, "networks", all.networks);
    add_texts(map, "cards", all.cards);
    add_texts(map, "ids", all.ids);
    add_texts(map, "names", all.names);
  }

  void read_protections(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(item, {"kind", "title", "calls"});
      tables().protections.push_back({Name::of(reader_->text(reader_->required(item, "kind"))),
                                      reader_->text(reader_->required(item, "title")),
                                      reader_->texts(reader_->required(item, "calls"))});
    }
  }

  void read_languages(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(item, {"id", "forms"});
      LanguageForms language;
      language.id = reader_->text(reader_->required(item, "id"));
      for (const auto& [type, forms] : reader_->required(item, "forms").entries) {
        language.forms.emplace_back(type_of(type, type.scalar), reader_->texts(forms));
        check_forms(*reader_, forms, language.forms.back().second, false);
      }
      tables().languages.push_back(std::move(language));
    }
  }

  void read_vocabularies(const Yaml& list) {
    for (const Yaml& item : list.items) {
      reader_->check_keys(item, {"id", "values"});
      const std::string id = reader_->text(reader_->required(item, "id"));
      for (const auto& [word, value] : reader_->required(item, "values").entries) {
        const std::string meant = reader_->text(value);
        DataTypes::Meaning meaning;
        if (meant == "person") meaning.person = true;
        else if (meant == "marked") meaning.marked = true;
        else meaning.type = type_of(value, meant);
        if (word.scalar.ends_with("*")) {
          tables().meaning_prefixes[id].emplace_back(word.scalar.substr(0, word.scalar.size() - 1),
                                                     meaning);
        } else if (!tables().meanings.emplace(id + '\n' + word.scalar, meaning).second) {
          reader_->fail(word, "`" + word.scalar + "` is listed twice in `" + id + "`");
        }
      }
    }
  }

  YamlReader* reader_ = nullptr;
  DataTypes types_{DataTypes()};
};

base::Result<DataTypes> DataTypes::load(std::span<const File> files) {
  return DataTypesLoader().load(files);
}

}  // namespace privet::rule
