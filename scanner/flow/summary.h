#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "flow/flow.h"
#include "flow/value.h"

namespace privet::flow {

using CellId = std::uint32_t;

/// What one place of a function says is known: a value about a person, or input. A record stands for
/// all fields of its entity at once, so that a whole object costs as much as one field.
struct OriginGroup {
  Origin origin;            ///< of a record: `entity` set, no data, no field
  bool record = false;
  bool weak = false;        ///< a guess from a name or type; gives way to what callers really pass
  bool parameter = false;   ///< about the function's own parameter: not for callers
};

/// All that one function says is known.
struct OriginTable {
  std::vector<OriginGroup> groups;
  /// Where each was made: instruction and slot; so that solving again gives the same numbers.
  std::unordered_map<std::uint64_t, std::uint32_t> at;
};

/// A place where values leave, or one that access checks ask about.
struct SinkPoint {
  enum class Role : std::uint8_t { Sink, Selector, Data };
  Role role = Role::Sink;
  Name kind, symbol, recipient;
  program::Site site;
  source::Span span;
  ir::LocalIndex local = ir::kNone;  ///< the argument
  std::uint32_t load = 0;            ///< Selector, Data: which Load, and which entry of it
  std::uint32_t entry = 0;
};

/// A sink that a function reaches with a value, in itself or through a call. The chain of calls is
/// walked from use to use.
struct SinkUse {
  program::FunctionId owner;    ///< whose SinkPoint
  std::uint32_t point = 0;
  std::uint32_t depth = 0;      ///< calls on the way
  program::Site via;            ///< the call here; the sink itself when depth is 0
  program::FunctionId callee;
  std::uint32_t callee_use = 0;
  ValueId value = kNothing;
};

/// What a call of a function does, in terms of what it is given. Callers need nothing else of it.
struct Summary {
  explicit Summary(const AtomFields& fields) : values(fields) {}

  ValueTable values;
  ValueId returned = kNothing;
  ValueId answer = kNothing;    ///< `returned` with what is guessed of the own parameters
  ValueId thrown = kNothing;
  /// What is added to values that the caller handed in: root and parameter as in Atom.
  struct Effect {
    std::uint32_t root = 0;
    std::uint32_t parameter = 0;
    ValueId added = kNothing;
  };
  std::vector<Effect> effects;
  /// What is added to shared cells.
  struct CellAdd {
    CellId cell = 0;
    ValueId added = kNothing;
    bool open = true;           ///< something of the caller's may be in it
  };
  std::vector<CellAdd> cells;
  std::vector<SinkPoint> points;
  std::vector<SinkUse> uses;
  std::vector<std::uint32_t> open_uses;   ///< those in which something of the caller's may be, by number
  std::vector<Load> loads;
  /// It hands a text of its caller's to a database: where, as a model of the function would say it.
  std::optional<rule::Statement> runs;
  bool coarse = false;

  /// For the fix point inside a group of functions that call each other.
  std::uint64_t hash() const;
};

}  // namespace privet::flow
