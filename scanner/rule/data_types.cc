#include "rule/data_types.h"

#include <algorithm>

#include "base/check.h"
#include "rule/data_types_tables.h"

namespace privet::rule {

std::string_view flag_name(DataFlag flag) {
  switch (flag) {
    case DataFlag::Art9: return "art9";
    case DataFlag::Art9Inferred: return "art9i";
    case DataFlag::Art10: return "art10";
    case DataFlag::Credential: return "cred";
    case DataFlag::Pci: return "pci";
    case DataFlag::Kba: return "kba";
    case DataFlag::Child: return "child";
    case DataFlag::Harm: return "harm";
    case DataFlag::StableId: return "uid";
    case DataFlag::QuasiId: return "qid";
    case DataFlag::Guessable: return "enum";
    case DataFlag::ThirdParty: return "3p";
  }
  return "";
}

DataTypes::DataTypes() : tables_(std::make_unique<Tables>()) {}
DataTypes::DataTypes(DataTypes&&) noexcept = default;
DataTypes& DataTypes::operator=(DataTypes&&) noexcept = default;
DataTypes::~DataTypes() = default;

std::optional<base::Error> DataTypes::extend(Additions additions) {
  if (tables_->types.size() + additions.types.size() > kMaxDataTypes) {
    return base::Error{"more than " + std::to_string(kMaxDataTypes) + " data types"};
  }
  for (std::size_t i = 0; i < additions.types.size(); ++i) {
    const Name id = additions.types[i].id;
    const auto same = [&](const DataType& type) { return type.id == id; };
    const auto end = additions.types.begin() + static_cast<std::ptrdiff_t>(i);
    if (find(id.text()).valid() || std::any_of(additions.types.begin(), end, same)) {
      return base::Error{"data type `" + std::string(id.text()) + "` is there already"};
    }
  }
  for (DataType& type : additions.types) {
    const DataTypeId id{static_cast<std::uint32_t>(tables_->types.size())};
    tables_->ids.emplace(type.id.text(), id);
    tables_->types.push_back(std::move(type));
  }
  for (std::string& name : additions.not_personal) {
    tables_->not_personal_names.push_back(std::move(name));
  }
  return std::nullopt;
}

std::size_t DataTypes::size() const { return tables_->types.size(); }

const DataType& DataTypes::operator[](DataTypeId id) const {
  CHECK(id.value < tables_->types.size(), "ids of data types come from `find`");
  return tables_->types[id.value];
}

DataTypeId DataTypes::find(std::string_view id) const {
  const auto at = tables_->ids.find(std::string(id));
  return at == tables_->ids.end() ? DataTypeId{} : at->second;
}

DataTypeSet DataTypes::matching(std::string_view pattern) const {
  DataTypeSet set;
  if (const DataTypeId id = find(pattern); id.valid()) {
    set.insert(id);
    return set;
  }
  if (pattern.ends_with("*")) pattern.remove_suffix(1);
  if (pattern.ends_with(".")) pattern.remove_suffix(1);
  for (std::uint32_t i = 0; i < tables_->types.size(); ++i) {
    const std::string_view id = tables_->types[i].id.text();
    const bool below = id.size() > pattern.size() && id.starts_with(pattern) &&
                       id[pattern.size()] == '.';
    if (pattern.empty() || below) set.insert(DataTypeId{i});
  }
  return set;
}

DataTypeSet DataTypes::with_flag(DataFlag flag) const {
  DataTypeSet set;
  for (std::uint32_t i = 0; i < tables_->types.size(); ++i) {
    if (tables_->types[i].flags.has(flag)) set.insert(DataTypeId{i});
  }
  return set;
}

DataTypeSet DataTypes::at_least(int level) const {
  DataTypeSet set;
  for (std::uint32_t i = 0; i < tables_->types.size(); ++i) {
    if (tables_->types[i].level >= level) set.insert(DataTypeId{i});
  }
  return set;
}

int DataTypes::level_of(const DataTypeSet& set) const {
  int level = 0;
  set.for_each([&](DataTypeId id) { level = std::max(level, (*this)[id].level); });
  return level;
}

DataTypes::Meaning DataTypes::meaning_of(std::string_view vocabulary,
                                         std::string_view word) const {
  std::string key(vocabulary);
  if (const auto at = tables_->meanings.find(key + '\n' + std::string(word));
      at != tables_->meanings.end()) {
    return at->second;
  }
  const auto prefixes = tables_->meaning_prefixes.find(key);
  if (prefixes == tables_->meaning_prefixes.end()) return {};
  for (const auto& [prefix, meaning] : prefixes->second) {
    if (word.starts_with(prefix)) return meaning;
  }
  return {};
}

const WordLists& DataTypes::words() const { return tables_->words; }
const std::vector<NameShape>& DataTypes::shapes() const { return tables_->shapes; }
const Words& DataTypes::flag_fact_heads() const { return tables_->flag_fact_heads; }
const DataTypeSet& DataTypes::flag_facts() const { return tables_->flag_facts; }
const Words& DataTypes::not_personal_forms() const { return tables_->not_personal_forms; }
const Words& DataTypes::not_personal_names() const { return tables_->not_personal_names; }
const std::vector<std::pair<std::string, DataTypeId>>& DataTypes::shared_forms() const {
  return tables_->shared;
}
const std::vector<NameContext>& DataTypes::contexts() const { return tables_->contexts; }
const Words& DataTypes::person_bases() const { return tables_->person_bases; }
const DataTypeSet& DataTypes::identifying() const { return tables_->identifying; }
const std::vector<SpecialCategory>& DataTypes::special() const { return tables_->special; }
const Words& DataTypes::harm_words() const { return tables_->harm; }
const std::vector<LanguageForms>& DataTypes::languages() const { return tables_->languages; }
const Words& DataTypes::english_words() const { return tables_->english_words; }
const std::vector<ValueForm>& DataTypes::values() const { return tables_->values; }
const std::vector<CardBrand>& DataTypes::card_brands() const { return tables_->brands; }
const DocumentationValues& DataTypes::documentation() const { return tables_->documentation; }
const std::vector<ProtectionWords>& DataTypes::protections() const { return tables_->protections; }
const Words& DataTypes::not_a_protection() const { return tables_->not_a_protection; }

std::size_t DataTypes::iban_length(std::string_view country) const {
  const auto at = tables_->iban_lengths.find(std::string(country));
  return at == tables_->iban_lengths.end() ? 0 : at->second;
}

}  // namespace privet::rule
