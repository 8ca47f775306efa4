#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "personal/lexicon.h"

namespace privet::personal {

/// A map from names to what was worked out for them, filled by any thread, never emptied. Reading
/// takes no lock: rows are published once. When two threads work one name out at the same time, the
/// first result stays.
template <class T>
class NameMemo {
 public:
  NameMemo() : chunks_(new std::atomic<Chunk*>[kChunks]()) {}
  NameMemo(const NameMemo&) = delete;
  NameMemo& operator=(const NameMemo&) = delete;
  ~NameMemo() {
    for (std::size_t i = 0; i < kChunks; ++i) {
      Chunk* chunk = chunks_[i].load(std::memory_order_acquire);
      if (!chunk) continue;
      for (auto& slot : *chunk) {
        const T* row = slot.load(std::memory_order_acquire);
        if (row != &nothing_) delete row;
      }
      delete chunk;
    }
  }

  /// What stands for "nothing to say", shared by all such names.
  const T& nothing() const { return nothing_; }

  const T* find(Name name) const {
    const std::size_t index = name.index();
    if (index >= kChunk * kChunks) return nullptr;
    const Chunk* chunk = chunks_[index / kChunk].load(std::memory_order_acquire);
    return chunk ? (*chunk)[index % kChunk].load(std::memory_order_acquire) : nullptr;
  }

  /// `row` null: nothing.
  const T& publish(Name name, std::unique_ptr<T> row) {
    const std::size_t index = name.index();
    const T* fresh = row ? row.get() : &nothing_;
    if (index >= kChunk * kChunks) return *keep_overflow(name, std::move(row));
    std::atomic<Chunk*>& place = chunks_[index / kChunk];
    Chunk* chunk = place.load(std::memory_order_acquire);
    if (!chunk) {
      auto made = std::make_unique<Chunk>();
      if (place.compare_exchange_strong(chunk, made.get(), std::memory_order_acq_rel)) {
        chunk = made.release();
      }
    }
    const T* there = nullptr;
    if ((*chunk)[index % kChunk].compare_exchange_strong(there, fresh,
                                                         std::memory_order_acq_rel)) {
      row.release();
      return *fresh;
    }
    return *there;
  }

 private:
  static constexpr std::size_t kChunk = 1024;
  static constexpr std::size_t kChunks = 1 << 16;
  using Chunk = std::array<std::atomic<const T*>, kChunk>;

  const T* keep_overflow(Name name, std::unique_ptr<T> row) {
    const std::lock_guard lock(mutex_);
    auto [at, fresh] = overflow_.try_emplace(name);
    if (fresh) at->second = std::move(row);
    return at->second ? at->second.get() : &nothing_;
  }

  std::unique_ptr<std::atomic<Chunk*>[]> chunks_;
  std::mutex mutex_;
  std::unordered_map<Name, std::unique_ptr<T>> overflow_;
  T nothing_;
};

struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const {
    return std::hash<std::string_view>{}(text);
  }
};
template <class T>
using TextMap = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;
using TextSet = std::unordered_set<std::string, TextHash, std::equal_to<>>;

/// What the lists say of one word.
struct WordClass {
  enum Bit : std::uint16_t {
    kPerson = 1, kPersonRole = 2, kTechnical = 4, kPlace = 8, kLinked = 16, kNeutral = 32,
    kNeutralTail = 64, kPersonQualifier = 128, kNameWhenText = 256,
  };
  std::uint16_t bits = 0;
  std::uint64_t topics = 0;  ///< groups it supports, by group number
  bool has(Bit bit) const { return (bits & bit) != 0; }
};

/// One listing of a form under a type.
struct FormUse {
  enum class Rank : std::uint8_t { Strong, Weak, Conditional };
  enum class Needs : std::uint8_t { Nothing, AnyQualifier, Topic, Word };
  rule::DataTypeId type;
  Rank rank = Rank::Strong;
  Needs needs = Needs::Nothing;
  std::uint8_t languages = 0;  ///< by language number, for forms of other languages
  std::string word;            ///< Needs::Word
};

struct Form {
  std::string text;            ///< tokens with spaces
  std::vector<FormUse> uses;
  bool nothing = false;        ///< a phrase that is not personal
  rule::DataTypeId shared;     ///< what it is when the country is not known
};

/// A form found in a name, with what the rest of the name makes of it.
struct Candidate {
  enum class Tail : std::uint8_t { Keep, About, Stop };
  enum class Qualifier : std::uint8_t { None, Listed, Other };
  std::uint32_t form = 0;
  std::uint16_t begin = 0, end = 0;
  Tail tail = Tail::Keep;
  Qualifier qualifier = Qualifier::None;
  bool head_stops = false;
  bool flag_fact = false;                 ///< head_stops by a flag directly before, nothing behind
  bool system = false;                    ///< an identity of a system, by the qualifier
  bool by_person = false;                 ///< `booked_by_…`
  rule::Protection protection = rule::Protection::None;
  WordClass qualifier_class;
  Name qualifier_word;
};

struct ParsedName {
  std::vector<std::string> tokens;
  std::uint16_t first = 0, last = 0;      ///< what is left after accessors and endings
  std::vector<Candidate> candidates;      ///< ends last first, then longest
  WordClass whole;                        ///< when one token is left
  rule::DataTypeId strong;                ///< the type of a strong first candidate, for siblings
  std::uint8_t languages = 0;             ///< of that form
};

struct ParsedContainer {
  struct Word {
    WordClass word;
    Name text;
  };
  std::vector<std::string> tokens;        ///< all, for `not-when`
  std::vector<Word> words;                ///< that decide, last first
  std::uint64_t own_groups = 0;           ///< groups of which its whole name is a strong form
};

struct Lexicon::Tables {
  explicit Tables(const rule::DataTypes& types);

  // lexicon_build.cc
  void build();
  void add_word(const std::string& word, std::uint16_t bits, std::uint64_t topics);
  void add_forms(rule::DataTypeId type);
  void add_form(std::string_view written, FormUse use, bool listed_wins);
  Form& form_of(std::string_view written);
  void add_languages();
  void add_person_ids();
  void add_shapes();

  // lexicon_parse.cc
  std::unique_ptr<ParsedName> parse(std::string_view name) const;
  std::unique_ptr<ParsedContainer> parse_container(std::string_view name) const;
  const ParsedName& parsed(Name name);
  const ParsedContainer& container(Name name);
  const WordClass* find_word(std::string_view word) const;
  /// Index into `forms`; none below.
  std::uint32_t find_form(const std::vector<std::string>& tokens, std::size_t begin,
                          std::size_t end) const;
  bool is_participle(std::string_view word) const;

  static constexpr std::uint32_t kNoForm = 0xFFFFFFFFu;

  const rule::DataTypes& types;
  std::vector<Form> forms;
  TextMap<std::uint32_t> by_tokens;       ///< "first name"
  TextMap<std::uint32_t> run_together;    ///< "firstname"
  TextSet beginnings;                     ///< first two tokens of forms that begin with one letter
  TextSet form_words;                     ///< every token of every form
  std::size_t longest_form = 1;
  TextMap<WordClass> words;
  TextSet accessors, prefixes, endings, number_words, nothing_after, generic_endings, cut_before;
  TextSet not_participles, english_words, short_identifiers, not_personal, harm;
  TextMap<std::size_t> heads, tails, anywhere;  ///< phrase → shape
  std::vector<std::vector<std::string>> not_when;  ///< by type, single tokens
  std::vector<std::uint8_t> group_of;     ///< by type
  std::vector<std::vector<std::string>> special;  ///< phrases by category
  std::uint64_t comms_like = 0;           ///< groups whose topics count as qualifier
  std::uint64_t name_or_place = 0;        ///< groups that a place or organisation takes away
  std::uint64_t identity_like = 0;        ///< identity, contact, gov
  std::uint64_t health_like = 0;          ///< health, biometric, genetic
  std::uint8_t identity_group = 0, credential_group = 0;
  rule::DataTypeId person_id, full_name, password_hash, country;
  std::uint32_t person_id_form = kNoForm;
  NameMemo<ParsedName> names;
  NameMemo<ParsedContainer> containers;
};

}  // namespace privet::personal
