#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/name.h"
#include "personal/evidence.h"
#include "rule/data_types.h"

/// The classifier of names: a name, where it stands, and what else is known of it come in; a data
/// type with score and reasons goes out. Knows words, not programs: who is a person, which fields a
/// record has and what a type is called are told by the caller.
namespace privet::personal {

using base::Name;

/// What the declared type can hold; Record is a class, relation or other value with fields.
enum class TypeHint : std::uint8_t { Unknown, Text, Number, Date, Boolean, Uuid, Binary, Record };

/// Evidence from outside the name that says outright which data type a value has.
struct TypeEvidence {
  enum class From : std::uint8_t {
    Declaration,  ///< declared type, validator, scalar, schema format
    Interface,    ///< `autocomplete`, input type, label of an input
    Literal,      ///< a value that passes its check and is not documentation
    Receiver,     ///< an API that takes just this of a person: mail to, SMS to
    Register,     ///< the project's own register of data
  };
  rule::DataTypeId type;
  From from = From::Declaration;
};

/// A field beside others.
struct FieldName {
  Name name;
  TypeHint hint = TypeHint::Unknown;
};

/// What the fields of one record say about each other; made once a record by `Lexicon::siblings`.
/// The field asked about is one of them.
struct Siblings {
  std::uint32_t n_fields = 0;
  std::uint32_t n_strong = 0;                        ///< strong forms of level 2 and more
  std::uint32_t n_identifying = 0;                   ///< strong forms of identity, contact, gov
  std::uint32_t n_marks = 0;                         ///< names, addresses, numbers that single out a person
  std::array<std::uint8_t, 64> groups{};             ///< strong forms by group, saturating
  std::array<std::uint8_t, 8> languages{};           ///< strong forms by other language
  std::string prefix, suffix;                        ///< a token most fields share: `mem_`; or empty

  /// The fields alone make the record one about a person: taxonomy 3.2 (b).
  bool is_person() const { return n_strong >= 2 && n_marks >= 1; }
};

struct NameQuery {
  Name name;
  Name container;                             ///< class, table, receiver, route; may be empty
  TypeHint hint = TypeHint::Unknown;
  const Siblings* siblings = nullptr;
  std::span<const TypeEvidence> evidence;
  bool container_is_person = false;           ///< a person entity by its bases, references or the register
  bool container_is_stored = false;           ///< table or persisted entity
  bool from_principal = false;                ///< read from the authenticated caller
  bool in_test = false;                       ///< test, fixture, docs, generated or vendored file
  bool in_settings = false;                   ///< settings, templates, campaigns
  bool is_constant = false;                   ///< constant in capitals, enum member, message key
  std::uint32_t contexts = 0;                 ///< bits of `Lexicon::contexts_of`
};

/// Why; the words live as long as the process.
struct Reason {
  enum class Kind : std::uint8_t {
    Strong, Weak, Masked, Person, PersonLinked, Topic, StoredSecret, Siblings, Declaration, Interface,
    Literal, Receiver, Register, Principal, Test,
  };
  Kind kind = Kind::Strong;
  Name word;
};

/// The answer for one name; small, allocates nothing.
struct Verdict {
  rule::DataTypeId type;
  float score = 0;
  Certainty certainty = Certainty::Likely;
  rule::Protection protection = rule::Protection::None;  ///< as the name tells: `hashed_email`
  std::uint8_t n_reasons = 0;
  std::array<Reason, 6> reasons{};

  void add(Reason::Kind kind, Name word = {}) {
    if (n_reasons < reasons.size()) reasons[n_reasons++] = {kind, word};
  }
};

enum class ContainerKind : std::uint8_t {
  Unknown,
  Person,       ///< always a person: `User`, `TeamMember` is not, `Attendee` is
  PersonRole,   ///< a person if its fields say so: `Member`, `Account`
  Technical,
  Place,        ///< place or organisation
  PersonLinked, ///< `Order`, `Booking`
};

class Lexicon {
 public:
  static constexpr float kCertain = 0.80f;
  static constexpr float kLikely = 0.55f;

  /// `types` outlives the lexicon.
  explicit Lexicon(const rule::DataTypes& types);
  ~Lexicon();
  Lexicon(const Lexicon&) = delete;
  Lexicon& operator=(const Lexicon&) = delete;

  /// None when the name is not personal. Any thread; a name seen before costs some tens of
  /// nanoseconds.
  std::optional<Verdict> classify(const NameQuery& query) const;

  Siblings siblings(std::span<const FieldName> fields) const;

  ContainerKind container_kind(Name container) const;
  /// `user` of `UserProfileDto`, `attendee` of `attendees`; empty when none.
  std::string_view person_word(Name container) const;
  /// Categories of `DataTypes::special` whose words stand in the name, as bits.
  std::uint32_t special_of(Name name) const;
  /// A word that makes contact data dangerous to expose: `minister`, `journalist`.
  bool names_person_at_risk(Name name) const;
  /// Topics of `DataTypes::contexts` that a path, package or module name tells, as bits.
  std::uint32_t contexts_of(std::string_view path) const;

  /// One line: "strong name `phone`".
  std::string explain(const Reason& reason) const;
  Evidence evidence_of(const Verdict& verdict) const;

  const rule::DataTypes& types() const { return types_; }

  struct Tables;

 private:
  const rule::DataTypes& types_;
  std::unique_ptr<Tables> tables_;
};

}  // namespace privet::personal
