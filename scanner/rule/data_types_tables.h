#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "rule/data_types.h"

namespace privet::rule {

/// Inside of DataTypes, shared by its two files.
struct DataTypes::Tables {
  std::vector<DataType> types;
  std::unordered_map<std::string, DataTypeId> ids;
  /// `vocabulary\nword`; a word that ends in `*` is in `prefixes` without it.
  std::unordered_map<std::string, Meaning> meanings;
  std::unordered_map<std::string, std::vector<std::pair<std::string, Meaning>>> meaning_prefixes;
  WordLists words;
  std::vector<NameShape> shapes;
  Words flag_fact_heads;
  DataTypeSet flag_facts;
  Words not_personal_forms, not_personal_names;
  std::vector<std::pair<std::string, DataTypeId>> shared;
  std::vector<NameContext> contexts;
  Words person_bases;
  DataTypeSet identifying;
  std::vector<SpecialCategory> special;
  Words harm;
  std::vector<LanguageForms> languages;
  Words english_words;
  std::vector<ValueForm> values;
  std::vector<CardBrand> brands;
  std::unordered_map<std::string, std::size_t> iban_lengths;
  DocumentationValues documentation;
  std::vector<ProtectionWords> protections;
  Words not_a_protection;
};

}  // namespace privet::rule
