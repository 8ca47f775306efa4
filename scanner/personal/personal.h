#pragma once

#include <memory>
#include <string>
#include <vector>

#include "personal/evidence.h"
#include "program/program.h"
#include "rule/data_types.h"

/// Which things of a program are about a person, with what certainty and why. A Program comes in, a
/// frozen Personal goes out. Knows names, types, records and literal values; knows no flow.
namespace privet::personal {

/// What a field of an entity is. Absent when it is not personal.
struct PersonalField {
  base::Name field;
  Evidence evidence;
};

/// What is known of an entity.
struct PersonalEntity {
  bool is_person = false;      ///< taxonomy 3.2
  bool is_person_linked = false;
  base::Name special;          ///< `political`, `health`, …; empty: none (taxonomy 3.3)
  std::string person;          ///< for messages: `attendee`, `member`
  std::vector<PersonalField> fields;  ///< own, by name; fields of related entities are not repeated
};

class Personal {
 public:
  static Personal classify(const program::Program& program);
  Personal(Personal&&) noexcept;
  ~Personal();

  const PersonalEntity& entity(program::EntityId id) const;
  /// The field of a record; nullptr when it is not personal or not declared.
  const Evidence* field(program::EntityId id, base::Name name) const;
  /// A field read from, or written to, something whose record is not known; `container` is the best
  /// word for it (the variable's name, the type's name), may be empty. Memoised; any thread.
  const Evidence* name(base::Name name, base::Name container) const;
  /// A variable or parameter of a function: its name, declared type, and where it stands.
  const Evidence* local(program::FunctionId function, ir::LocalIndex local) const;
  /// The result of a function by its name (`getEmail`, `user_phone`); weaker than `name`.
  const Evidence* call(base::Name callee, base::Name container) const;

 private:
  struct Tables;
  explicit Personal(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace privet::personal
