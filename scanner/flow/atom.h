#pragma once

#include <array>
#include <cstdint>

#include "base/name.h"
#include "ir/access_path.h"
#include "rule/model.h"

namespace privet::flow {

using base::Name;

/// What a part of a value is made of.
///   Origin  something known: `a` the function that says so, `b` the index among its origins. With a
///           record (`OriginGroup::record`) `path` walks into it: empty, the whole record.
///   Input   the value that a caller hands in: `a` the InputRoot, `b` the parameter; `path` inside it
///   Cell    a variable or field that several functions share: `a` its number; `path` inside it
/// Input and Cell stand for the whole tree at that place, whatever it will be, and for the place
/// itself: a store into a value made of `Input` is a store into the caller's object.
enum class AtomKind : std::uint8_t { Origin, Input, Cell };
enum InputRoot : std::uint32_t { kArgument = 0, kReceiver = 1 };

enum AtomFlag : std::uint8_t {
  kTemplate = 1,  ///< as a part of a text
  kOpaque = 2,    ///< went into something unknown; its fields are no longer at their places
  kPart = 4,      ///< a field by name of an opaque value: what is about a person in it is lost
  kShared = 8,    ///< it was put into a shared place, or thrown, somewhere in the program
  kText = 16,     ///< the text form of it: of an object, what its class shows
  kObject = 32,   ///< it has attributes, so it is no text itself
  kWide = 64,     ///< it stands for many parts of its place: for those that are named beside it as well
};

struct Atom {
  AtomKind kind = AtomKind::Origin;
  rule::Protection protection = rule::Protection::None;
  std::uint8_t flags = 0;
  std::uint8_t depth = 0;  ///< used entries of `path`
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  std::array<Name, ir::AccessPath::kMaxDepth> path{};

  /// Flags that go over to what comes into its place.
  std::uint8_t passed_on() const { return static_cast<std::uint8_t>(flags & ~kWide); }
  bool same_root(const Atom& other) const {
    return kind == other.kind && a == other.a && b == other.b;
  }
  friend bool operator==(const Atom&, const Atom&) = default;
};

/// How atoms are taken apart. The domain asks it and knows nothing of records itself.
class AtomFields {
 public:
  virtual ~AtomFields() = default;
  /// Turns `atom` into what its field `field` is (`*`: any element); false when that is nothing.
  virtual bool walk(Atom& atom, Name field) const = 0;
  /// `length`: tells of a value or list, and is no part of it.
  virtual bool is_metadata(Name field) const = 0;
  /// False for a value that is known to stand under a key other than `key`.
  virtual bool may_have_key(const Atom& atom, Name key) const = 0;
};

/// The protection of a value that had `inner` and then got `outer`: the one that holds better.
rule::Protection combine(rule::Protection inner, rule::Protection outer);

}  // namespace privet::flow
