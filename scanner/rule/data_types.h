#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/name.h"
#include "base/result.h"
#include "rule/model.h"

/// What personal data there is, as written in `rules/data/`: types with their levels and flags, the
/// words by which names show them, forms of values, protections. YAML comes in, checked tables go
/// out. Only holds what is written; `personal/` interprets it.
namespace privet::rule {

struct Yaml;
class YamlReader;

using DataTypeId = base::Id<struct DataTypeTag>;

/// What follows for rules and severity. taxonomy: `art9`, `art9i`, … `3p`.
enum class DataFlag : std::uint16_t {
  Art9 = 1 << 0,        ///< special category by its own meaning
  Art9Inferred = 1 << 1,  ///< special category when the record makes the inference
  Art10 = 1 << 2,       ///< criminal convictions and offences
  Credential = 1 << 3,  ///< authenticates somebody
  Pci = 1 << 4,         ///< card holder data
  Kba = 1 << 5,         ///< asked by call centres to prove identity
  Child = 1 << 6,       ///< about a child
  Harm = 1 << 7,        ///< exposure can lead to physical harm
  StableId = 1 << 8,    ///< links records across systems
  QuasiId = 1 << 9,     ///< three or more single out a person
  Guessable = 1 << 10,  ///< few values: a plain hash is no protection
  ThirdParty = 1 << 11,  ///< usually about somebody else than the user
};

struct DataFlags {
  std::uint16_t bits = 0;
  constexpr bool has(DataFlag flag) const {
    return (bits & static_cast<std::uint16_t>(flag)) != 0;
  }
  constexpr void add(DataFlag flag) { bits |= static_cast<std::uint16_t>(flag); }
};
/// `art9`, `cred`, …: as in the files.
std::string_view flag_name(DataFlag flag);

/// What a declared type must be able to hold.
enum class ValueShape : std::uint8_t {
  Any,   ///< text or number
  Text,  ///< a number or date cannot be it
  Date,  ///< text, number or date
};

struct DataType {
  Name id;                            ///< `contact.email`
  Name group;                         ///< `contact`
  std::string title;                  ///< for messages: `e-mail address`
  int level = 2;                      ///< L0 … L4
  DataFlags flags;
  ValueShape shape = ValueShape::Any;
  std::vector<std::string> strong;    ///< name forms that suffice
  std::vector<std::string> weak;      ///< with further evidence; `form+`, `form!`, `form!topic`
  std::vector<std::string> not_when;  ///< words that stop it as qualifier, receiver or container
  std::vector<std::string> countries; ///< ISO 3166 codes, for identifiers of one country
  std::string pattern;                ///< RE2 over the compact value; empty: names only
  std::string check;                  ///< check digit algorithm; may be empty
  std::string date;                   ///< a date inside the value: `yymmdd@0 month+20,50`
  std::string note;                   ///< for readers
};

inline constexpr std::size_t kMaxDataTypes = 448;

/// A set of data types: the taint of a value. Joins are seven `or`s; iteration is in id order.
class DataTypeSet {
 public:
  constexpr DataTypeSet() = default;
  constexpr void insert(DataTypeId id) { words_[id.value / 64] |= bit(id); }
  constexpr void erase(DataTypeId id) { words_[id.value / 64] &= ~bit(id); }
  constexpr bool contains(DataTypeId id) const {
    return id.value < kMaxDataTypes && (words_[id.value / 64] & bit(id)) != 0;
  }
  constexpr bool empty() const {
    std::uint64_t all = 0;
    for (std::uint64_t word : words_) all |= word;
    return all == 0;
  }
  constexpr std::size_t size() const {
    std::size_t n = 0;
    for (std::uint64_t word : words_) n += static_cast<std::size_t>(std::popcount(word));
    return n;
  }
  constexpr DataTypeSet& operator|=(const DataTypeSet& other) {
    for (std::size_t i = 0; i < kWords; ++i) words_[i] |= other.words_[i];
    return *this;
  }
  constexpr DataTypeSet& operator&=(const DataTypeSet& other) {
    for (std::size_t i = 0; i < kWords; ++i) words_[i] &= other.words_[i];
    return *this;
  }
  constexpr DataTypeSet& operator-=(const DataTypeSet& other) {
    for (std::size_t i = 0; i < kWords; ++i) words_[i] &= ~other.words_[i];
    return *this;
  }
  friend constexpr DataTypeSet operator|(DataTypeSet a, const DataTypeSet& b) { return a |= b; }
  friend constexpr DataTypeSet operator&(DataTypeSet a, const DataTypeSet& b) { return a &= b; }
  friend constexpr bool operator==(const DataTypeSet&, const DataTypeSet&) = default;
  /// True if every type of `other` is in this set.
  constexpr bool includes(const DataTypeSet& other) const {
    std::uint64_t missing = 0;
    for (std::size_t i = 0; i < kWords; ++i) missing |= other.words_[i] & ~words_[i];
    return missing == 0;
  }
  template <class Body>
  constexpr void for_each(Body&& body) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      for (std::uint64_t word = words_[i]; word != 0; word &= word - 1) {
        body(DataTypeId{static_cast<std::uint32_t>(i * 64) +
                        static_cast<std::uint32_t>(std::countr_zero(word))});
      }
    }
  }

 private:
  static constexpr std::size_t kWords = kMaxDataTypes / 64;
  static constexpr std::uint64_t bit(DataTypeId id) { return std::uint64_t{1} << (id.value % 64); }
  std::array<std::uint64_t, kWords> words_{};
};
static_assert(sizeof(DataTypeSet) == 56, "taint is copied by the million");

using Words = std::vector<std::string>;

/// Words that say whose a value is, and how names are spelled. `rules/data/words.yaml`.
struct WordLists {
  struct Topic {
    Words groups;
    Words words;
  };
  Words groups;  ///< of data types; the earlier wins a tie
  Words person_always, person_with_evidence, person_no_id, name_when_text, person_qualifiers;
  Words not_participles;
  std::vector<std::pair<std::string, Words>> person_other_languages;
  Words technical, places, person_linked, generic_endings, cut_before;
  std::vector<Topic> topics;
  Words neutral, neutral_tail, accessors, prefixes, endings, number_words, nothing_after;
};

/// What the first or last words of a name make of a form inside it.
struct NameShape {
  Name id;
  std::string reason;                            ///< `a flag`; for masked forms empty
  Words heads, tails, anywhere, not_groups;
  Protection protection = Protection::None;      ///< then the form stays, protected
};

/// A topic in which words have another sense. `stops` `*`: all of them.
struct NameContext {
  Name id;
  Words signals, stops;
};

struct LanguageForms {
  std::string id;  ///< `de`
  std::vector<std::pair<DataTypeId, Words>> forms;
};

/// A record that tells a special category by existing. taxonomy 3.3.
struct SpecialCategory {
  Name id;  ///< `political`
  DataFlag flag = DataFlag::Art9Inferred;
  Words words;
};

struct ValueForm {
  DataTypeId type;
  std::string pattern;
  std::string check;
  bool keyword = false;  ///< only with a name, key or column that fits
};

struct CardBrand {
  struct Range {
    std::uint32_t low = 0, high = 0;
    std::size_t digits = 0;
  };
  std::string id;
  std::vector<Range> prefixes;
  std::vector<std::size_t> lengths;
  bool keyword = false;
};

/// Values published for documentation and tests; never about a real person.
struct DocumentationValues {
  Words hosts, role_accounts, file_extensions, phones, networks, cards, ids, names;
};

/// What calls of certain names do to a value. taxonomy 10.
struct ProtectionWords {
  Name kind;          ///< `keyed-hash`, `masked`, `encoding`, …
  std::string title;
  Words calls;
};

class DataTypes {
 public:
  /// A file of `rules/data/`; the text need not outlive the call.
  struct File {
    std::string_view path;
    std::string_view text;
  };
  /// What a project adds.
  struct Additions {
    std::vector<DataType> types;
    Words not_personal;  ///< names, or `Entity.field`
  };

  /// All files together; order of `files` does not matter.
  static base::Result<DataTypes> load(std::span<const File> files);
  /// Reads one entry of a `types` list, for configuration. Fails in `reader`.
  static DataType read_type(YamlReader& reader, const Yaml& value);

  DataTypes(DataTypes&&) noexcept;
  DataTypes& operator=(DataTypes&&) noexcept;
  ~DataTypes();

  /// Before anything was built from this object. All or nothing.
  std::optional<base::Error> extend(Additions additions);

  std::size_t size() const;
  const DataType& operator[](DataTypeId id) const;
  /// Invalid when there is none.
  DataTypeId find(std::string_view id) const;
  /// `contact.email`, `credential.*`, `contact`, `*`; empty set when nothing fits.
  DataTypeSet matching(std::string_view pattern) const;
  DataTypeSet with_flag(DataFlag flag) const;
  DataTypeSet at_least(int level) const;
  /// The highest level in the set; 0 when empty.
  int level_of(const DataTypeSet& set) const;

  /// What `word` of a fixed vocabulary stands for; see `rules/data/vocabularies.yaml`.
  struct Meaning {
    DataTypeId type;
    bool person = false;  ///< a record of that name is a person
    bool marked = false;  ///< the author marked it as personal
    explicit operator bool() const { return type.valid() || person || marked; }
  };
  Meaning meaning_of(std::string_view vocabulary, std::string_view word) const;

  const WordLists& words() const;
  const std::vector<NameShape>& shapes() const;
  const Words& flag_fact_heads() const;
  const DataTypeSet& flag_facts() const;      ///< types a flag may state
  const Words& not_personal_forms() const;
  const Words& not_personal_names() const;    ///< of the project
  const std::vector<std::pair<std::string, DataTypeId>>& shared_forms() const;
  const std::vector<NameContext>& contexts() const;
  const Words& person_bases() const;
  const DataTypeSet& identifying() const;
  const std::vector<SpecialCategory>& special() const;
  const Words& harm_words() const;
  const std::vector<LanguageForms>& languages() const;
  const Words& english_words() const;
  const std::vector<ValueForm>& values() const;
  const std::vector<CardBrand>& card_brands() const;
  /// 0 when the country has none.
  std::size_t iban_length(std::string_view country) const;
  const DocumentationValues& documentation() const;
  const std::vector<ProtectionWords>& protections() const;
  const Words& not_a_protection() const;

 private:
  friend class DataTypesLoader;
  struct Tables;
  DataTypes();
  std::unique_ptr<Tables> tables_;
};

}  // namespace privet::rule
