#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "ir/module.h"

/// The text form of a module: what `--print=ir` shows, what lowering tests compare, and the language
/// engine tests are written in. A small program:
///
///     module javascript                          // comments as in C++
///     import express = "express" default
///     import db = "./db" *
///     app = call express()
///     function show(req, res) async {
///       id = req.params.id                       // chains are split into Loads
///       user = call db.users.find(id)            // free and outer names are captured by mere use
///       branch user yes no
///     yes:
///       out = object {email: user.email, [id]: user, ...user}
///       call res.json(out)                       // no result wanted: a temporary takes it
///       return out
///     no:
///       throw "no such user"
///     }
///     call app.get("/users/:id", show)
///     class User extends Base {
///       email: string = call Column("text")
///       method rename(name) { this.name = name }
///     }
///     export show
///
/// Instructions, one a line or separated by `;` (see instruction.h for what they mean):
///     r = literal "x" | 12 | true | null | regex "a+" | bytes "x" | number "0x1F" | string "x" | …
///     r = a          r = a.n     r = a[b]     r = a.*     a.n = v     a[b] = v
///     r = operate "+" a b        r = unknown a b          (operands apart by blanks)
///     r = object {k: v, [c]: v, ...v}    list [a, ...b]    set [a]    tuple [a, b]
///     r = element Comp {k: v}    element "div" {k: v}
///     r = call f(a, key: b, ...c)        call a.n(b)       new C(a)
///     r = function 3 | class 1           by number; `function f` by name when only one is called so
///     r = function (a, b) { … }          a lambda in place
/// An operand is a local, a chain `a.b.c`, a literal (`"x"`, `12`, `true`, `null`) or again a `call`,
/// `object`, `list`, …: what is not a local gets a temporary and an instruction of its own before.
///
/// Block ends: `jump L`, `branch v L L`, `return v`, `return`, `throw v`, `stop`. `L:` starts a block;
/// blocks are numbered as their labels appear and `b0` is the entry. A block without an end goes on
/// with the next one, the last one returns. `handler L` in a block names where its exceptions go.
///
/// Locals: `x` is a variable when the function assigns or declares it, else the one of that name
/// outside, else Free; `^x` is always the one outside, for assigning to it; `%3` is a Temporary. When
/// several locals of a function share a name, `x#7` names local 7. A `locals` line lists all in order,
/// each with kind (`param var temp capture free`) where it is not the obvious one, type and outer
/// local: `locals a, free b, %2: string, ^c = d#4`. `-` is "none".
///
/// Functions: `function name(a, b: T, key c, ...rest, **more, d = v, e @annotation) : T flags { … }`.
/// `d = -` has a default that is not known outside. Flags: `async generator static classmethod getter
/// setter constructor private abstract`, `self x`, `owner 2`, `@annotation`. A declaration without a
/// number also makes a variable of that name, assigned at the start of the enclosing function. Methods
/// have a local `this`, if not static; `constructor` and `__init__` construct.
/// As printed: `function 3 in 0 name(…)`, one after the other, binding nothing.
///
/// Classes: `class|interface|enum|entity Name extends a, b implements T @annotation { … }` with fields
/// `name: T static optional private = v @annotation` and methods. As printed: `class 1 in 0 Name
/// owner 0 local x …` with `method 4` by number.
///
/// Imports: `import local = "module" imported`; `imported` is a name, `default` or `*` (the default),
/// then `star`, `type`. Exports: `export name`, `export name = local`, `export name from "m" imported`.
///
/// Types: `User`, `models.User`, `Promise<User>`, `[User]` list, `(A | B)` union, `"admin"` literal,
/// `{class 3}` anonymous.
///
/// Documents: `document json { … }`, one node a line: `key: "text"`, `12`, `true`, `null`,
/// `number "1e3"`, `map {`, `list [`, `alias 4`, closed by `}` and `]`.
///
/// Any name that is not `[A-Za-z_$][A-Za-z0-9_$]*`, or is a word of this language where a local may
/// stand, is written in backquotes. Strings and backquoted names have `\\ \" \` \n \r \t \xHH`.
namespace privet::ir {

/// The module for developers to read and for tests to compare; stable, one instruction a line.
/// `parse_text(print_text(m))` gives a module equal to `m`, if `verify` finds nothing in `m`, but for
/// spans, the numbering of types and the order of the operand table.
std::string print_text(const Module& module);

/// Reads the text form; see above. The error names the line. Spans are the places in the text itself,
/// so that findings in engine tests have places. The result passes `verify`.
base::Result<Module> parse_text(std::string_view text, source::FileId file);

}  // namespace privet::ir
