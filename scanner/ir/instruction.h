#pragma once

#include <cstdint>

#include "base/name.h"
#include "source/span.h"

namespace privet::ir {

using base::Name;
using source::Span;

/// Indices into the tables of one Function or one Module. `kNone` stands for "none" in all of them.
using LocalIndex = std::uint32_t;     ///< Function::locals
using BlockIndex = std::uint32_t;     ///< Function::blocks
using FunctionIndex = std::uint32_t;  ///< Module::functions; 0 is the body of the file
using ClassIndex = std::uint32_t;     ///< Module::classes
using TypeIndex = std::uint32_t;      ///< Module::types
inline constexpr std::uint32_t kNone = 0xFFFFFFFFu;

/// The whole language: nine instructions. `r` is `result`, `a b c` the fields of that name, `n` the
/// field `name`, `ops` the operands. Text form on the right, as printed by `--print=ir`, read by
/// `parse_text` and written in engine tests.
///
///   Literal    r = the constant spelled n                     `r = literal "x"`
///   Copy       r = a                                          `r = a`
///   Load       r = a.n, or a[b] when n is empty               `r = a.n`, `r = a[b]`, `r = a.*`
///   Store      a.n = c, or a[b] = c when n is empty           `a.n = c`, `a[b] = c`
///   Operate    r = n(ops): arithmetic, comparison, text       `r = operate "+" a b`
///   Construct  r = a new container holding ops                `r = object {email: a, [k]: b, ...c}`
///   Call       r = a(ops), or a.n(ops) when n is not empty    `r = call f(a, key: b, ...c)`, `r = call a.n(b)`
///   Closure    r = the function or class `index` declared here   `r = function 3`, `r = class 1`
///   Unknown    r = something made of ops that lowering does not know; carries their taint
///                                                             `r = unknown a b`
///
/// What lowering removes, so that no later phase meets it:
///   loops, switch/match, with, comprehensions → blocks; the loop variable is `r = iterable.*`
///   `&&`, `||`, `??`, `and`, `or`, ternary, optional chaining → Branch and Copy into one local
///   destructuring, tuple assignment, rest and spread patterns → Load (by key, by index "0", "1")
///   rest of a pattern `{a, ...rest} = o` → `rest = operate "without" o "a"` (literal operands)
///   template strings, f-strings, `%` and `.format` → Operate "template" over literals and parts
///   default arguments → `operate "is-missing" p`, Branch, Copy
///   await → Copy: a promise and its value are one; `async` is a flag of the function
///   yield → `generator.* = value`, and the function returns `generator`
///   try/except/finally → Block::handler; the caught value is `r = operate "caught"`
///   getters, properties → Function::is_getter; a Load of that field is a call of it
///   decorators → values computed in the enclosing function, listed as Annotation
///   `require("x")`, `import("x")`, `import` statements → Import, bound to a local
///   JSX `<A b={c}>{d}</A>` → `r = element A {b: c, children: [d]}` with `a` the tag's local when
///     it is a component and n its name when it is a plain tag
///   parentheses, type assertions, `!`, `satisfies` → their operand
///   increment and compound assignment → Operate and Copy or Store
enum class Op : std::uint8_t { Literal, Copy, Load, Store, Operate, Construct, Call, Closure, Unknown };

enum class LiteralKind : std::uint8_t { String, Number, Boolean, Null, Regex, Bytes };

/// What a Construct makes. Object: keys known by name (JS objects, Python dicts, kwargs).
/// Element: markup.
enum class ContainerKind : std::uint8_t { Object, List, Set, Tuple, Element };

/// An operand of Operate, Construct, Call or Unknown.
///   Value   `v`          the next positional argument or element
///   Keyed   `name: v`    keyword argument, or entry under a constant key
///   Computed `[k]: v`    entry under a computed key
///   Spread  `...v`       every element or entry of v (`*args`, `**kwargs`)
struct Operand {
  enum class Kind : std::uint8_t { Value, Keyed, Computed, Spread };

  Kind kind = Kind::Value;
  LocalIndex value = kNone;
  LocalIndex key = kNone;  ///< Computed
  Name name;               ///< Keyed
  Span span;               ///< the value's expression; for an entry, the key and the value
};

/// One equation. Operands lie in Function::operands at [first_operand, first_operand + n_operands).
struct Instruction {
  Op op = Op::Unknown;
  std::uint8_t kind = 0;      ///< Literal: LiteralKind; Construct: ContainerKind
  bool is_new = false;        ///< Call: `new a(…)`
  bool is_class = false;      ///< Closure: `index` names a class
  LocalIndex result = kNone;
  LocalIndex a = kNone;
  LocalIndex b = kNone;
  LocalIndex c = kNone;
  Name name;
  std::uint32_t index = kNone;
  std::uint32_t first_operand = 0;
  std::uint32_t n_operands = 0;
  Span span;                  ///< the whole expression or statement
  Span name_span;             ///< the field, method or key alone; invalid when there is none

  LiteralKind literal_kind() const { return static_cast<LiteralKind>(kind); }
  ContainerKind container_kind() const { return static_cast<ContainerKind>(kind); }
};

/// How a block ends.
///   Jump    go to `target`
///   Branch  `value` true: `target`, else `otherwise`. Several conditions are several blocks, so a
///           condition is one comparison, call or value.
///   Return  leave the function with `value` (kNone: nothing)
///   Throw   leave for the block's handler, or the function, with `value`
///   Stop    does not end: endless loop, process exit
struct Terminator {
  enum class Kind : std::uint8_t { Jump, Branch, Return, Throw, Stop };

  Kind kind = Kind::Return;
  LocalIndex value = kNone;
  BlockIndex target = kNone;
  BlockIndex otherwise = kNone;
  Span span;
};

}  // namespace privet::ir
