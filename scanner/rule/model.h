#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/name.h"
#include "ir/access_path.h"

/// What a library's API does, written as data. A model and a computed summary say the same kind of
/// thing: how values move, what they become, where they leave. Files: `rules/models/<language>/*.yaml`.
namespace privet::rule {

using base::Name;
using ir::AccessPath;

// Symbols. A library's things are named by the import specifier, then members: `express.Router`,
// `flask.request`, `@prisma/client.PrismaClient`, `rest_framework.response.Response`. The default
// export is the package itself; `node:fs` is `fs`. A method is `TYPE.method`, whatever the variable is
// called; a call of it on a value of that type, or of a type that `extends` it, means that entry.
// Braces expand: `express.Router.{get,post}`. `*` as the last member stands for any.
// What is free in a language is written as it is: `console.log`, `print`; `window.x`, `globalThis.x`
// and `self.x` are `x`, `builtins.x` is `x`. Literals have types: `Array`, `Object`, `String`, `Map`,
// `Set`, `Promise` in JavaScript; `list`, `dict`, `str`, `set`, `tuple` in Python.
// A value that a library exports is its own type: `types: {flask.request: {extends: flask.Request}}`.
// An assignment to a field is a call of `TYPE.field=` with the value as `arg(0)`, and one to a
// computed key a call of `TYPE.[]=` with the key and the value.

/// `at` decides when an entry applies, from constants at the call.
///   {at: arg(1).secure, is: "true"}   {at: arg(0), matches: "^SELECT"}   {at: arg(2), absent: true}
/// `not_matches` holds for what is not known, too. `has_bits` asks for any of the bits of a number
/// (file modes): `{at: arg(1), has_bits: "0o022"}`.
struct Condition {
  enum class Test : std::uint8_t { Is, IsNot, Matches, NotMatches, Present, Absent, HasBits };
  AccessPath at;
  Test test = Test::Present;
  std::string value;
};

/// A protection that a value gets on the way. Order: weaker first within hashing.
enum class Protection : std::uint8_t {
  None,
  Hashed,           ///< unkeyed; low-entropy values stay personal
  KeyedHash,        ///< HMAC, pepper
  PasswordHash,     ///< bcrypt, argon2, scrypt, PBKDF2
  Masked,
  Truncated,
  Encrypted,
  Tokenised,
  Pseudonymised,
  Aggregated,       ///< count, length, boolean, comparison
};
std::string_view protection_name(Protection protection);  ///< `password-hash`, …; `none`

/// `from` reaches `to`: `arg(0) -> return`. With `keep` only the fields that the literal keys at that
/// path name travel (`pick`), with `drop` all others (`omit`).
struct Transfer {
  AccessPath from;
  AccessPath to;
  std::optional<AccessPath> keep;
  std::optional<AccessPath> drop;
  Protection protection = Protection::None;
};

/// A value leaves at `at`: every personal thing in it counts. `kind` is one of the sink kinds of
/// `rules/kinds.yaml` (`log`, `http-response`, `third-party`, `llm`, …).
struct Sink {
  Name kind;
  std::vector<AccessPath> at;
  Name recipient;                  ///< id in rules/recipients/, for sinks that name one
  std::vector<Condition> when;     ///< all must hold
};

/// A value enters: what the request, the environment or the device sends. `data`: a data type id when
/// the API itself says what it is (`navigator.geolocation`); else empty.
struct Source {
  Name kind;                       ///< `request-body`, `request-query`, `request-path`, …
  AccessPath at;
  Name data;
};

/// A callback is called: its parameters get the values at `arguments`, its result goes to `result`.
/// An argument that nothing is known of (`_`) is a path with root Capture.
struct Invocation {
  AccessPath callback;
  std::vector<AccessPath> arguments;
  std::vector<Name> types;         ///< instead of values: the parameters are instances of these
  std::optional<AccessPath> result;
  Name fills;                      ///< a type: values of it have the fields of what the callback returns, or is
};

/// Reads or changes records of an entity. `of` is the model, record or collection it works on.
struct Access {
  enum class Kind : std::uint8_t { Read, Create, Update, Delete };
  Kind kind = Kind::Read;
  AccessPath of;
  bool many = false;
  std::vector<AccessPath> where;     ///< selectors: keys are fields, values are what is asked for
  std::optional<AccessPath> by;      ///< the name of the field that `where` is compared with
  std::optional<AccessPath> fields;  ///< only these leave the store (list of names, or map name → true)
  std::optional<AccessPath> exclude; ///< all but these
  std::optional<AccessPath> include; ///< related entities loaded along
  std::optional<AccessPath> limit;
  std::vector<AccessPath> data;      ///< what is written
};

/// Runs a text of SQL: it says itself which tables and columns are read or changed.
struct Statement {
  AccessPath text;                   ///< the text, or an object with it as `text`, `sql` or `query`
  std::vector<AccessPath> values;    ///< the values of its parameters: one list or map, or each
  std::vector<AccessPath> rows;      ///< where rows are then found: a list, with `one` a single row
  bool one = false;
};

/// A check of the caller. See frameworks: effective only if its failure leaves the chain.
struct Guard {
  enum class Kind : std::uint8_t { Authn, Authz, Owner, Rate, Csrf, Consent, Signature, Captcha };
  enum class Mode : std::uint8_t { Required, Optional, Unknown };
  Kind kind = Kind::Authn;
  Mode mode = Mode::Required;
  std::optional<AccessPath> argument;  ///< role, permission, scope, policy or the checked object
};

/// What a type expression of a model says.
///   `T`                   an instance of the type T
///   `type T`              the type itself (a class, a factory)
///   `this`, `arg(0)`      the same value
///   `instance of arg(0)`  an instance of the class or model passed there (or `of this`)
///   `list of X`           a list of any of the above
///   `promise`             is transparent and never written
struct TypeExpr {
  enum class Kind : std::uint8_t { None, Instance, Type, Same, InstanceOf };
  Kind kind = Kind::None;
  bool list = false;
  Name symbol;      ///< Instance, Type
  AccessPath path;  ///< Same, InstanceOf
};

/// One entry of `functions:`. Everything is optional; entries for one symbol add up.
struct FunctionModel {
  std::vector<Name> apis;            ///< after brace expansion
  std::vector<Condition> when;       ///< for the whole entry
  TypeExpr returns;
  std::vector<Transfer> flows;
  bool pure = true;                  ///< nothing flows but what `flows` and `returns` say; false with `passes`
  bool passes = false;               ///< receiver and every argument flow to the result
  std::vector<Sink> sinks;
  std::vector<Source> sources;
  std::vector<Invocation> calls;
  std::vector<Access> accesses;
  std::optional<Statement> statement;
  std::optional<Guard> guard;
  std::optional<AccessPath> asserts; ///< ends the request with an error unless this is true (`ctx.assert(user, 401)`)
  bool refuses = false;              ///< ends the request with an error (`abort(403)`, `redirect`)
  bool exits = false;                ///< never returns (`process.exit`)
  std::vector<Name> tags;            ///< facts for rules of form `call`: `weak-hash`, `jwt-decode`, …
  std::uint32_t line = 0;
  Name file;

  bool has_tag(Name tag) const { return std::find(tags.begin(), tags.end(), tag) != tags.end(); }
};

struct FieldModel {
  TypeExpr type;
  Name source;                       ///< kind, as in Source
  Name data;                         ///< data type id, when the field's meaning is fixed
  bool principal = false;            ///< the authenticated caller
  bool listed = false;               ///< request data of which a schema let only its own fields pass
};

/// A type of a library.
struct TypeModel {
  Name name;
  std::vector<Name> extends;
  std::unordered_map<Name, FieldModel> fields;
  /// When no import says otherwise, a parameter of this name is taken to be of this type, if the
  /// file or package uses the library. Weak evidence: loses to any other.
  std::vector<Name> parameter_names;
  /// Values of this type are told apart by the call that makes them (routers, applications,
  /// blueprints): `Ref::id` of an OfType then names that call.
  bool identity = false;
  /// A stored record that programs use without declaring it: `django.contrib.auth.models.User`. What
  /// it `extends` says how it is stored.
  bool record = false;

  /// What is said of the field: by its name, else of any field (`*`); nullptr for nothing.
  const FieldModel* field(Name wanted) const {
    auto found = fields.find(wanted);
    if (found == fields.end()) found = fields.find(Name::of("*"));
    return found == fields.end() ? nullptr : &found->second;
  }
};

/// How a library declares records. One of the forms:
///   base       a class that extends one of `symbols` (`django.db.models.Model`)
///   decorator  a class carrying one of `symbols` (`typeorm.Entity`, `dataclasses.dataclass`)
///   call       a call of one of `symbols` makes the model; its name and fields are at paths
///   field-call a class field or map entry made by `symbols` (see FieldTypeModel)
struct EntityModel {
  enum class Form : std::uint8_t { Base, Decorator, Call };
  Form form = Form::Base;
  std::vector<Name> symbols;
  Name layer;                           ///< `sequelize`, `django`, `zod`, …
  bool stored = false;                  ///< rows of a database (else a wire or validation shape)
  std::optional<AccessPath> name;       ///< Call
  std::optional<AccessPath> fields;     ///< Call: map of name → definition (or a schema value made by another such call)
  std::optional<AccessPath> hidden;     ///< list or map of names that serialisation leaves out
  std::optional<AccessPath> field_options;  ///< map of names to options; `write_only` is never shown
  std::optional<AccessPath> only;       ///< list of the names that serialisation lets through (class field or path)
  std::optional<AccessPath> of;         ///< the entity that this one describes (`Meta.model`)
  /// Call without `fields`: a store that keeps whatever is put in (collections of document stores). Calls
  /// with one name declare one record; its fields are those that the program reads, writes or asks by.
  bool open = false;
  Name result;                          ///< Call: `model` (default) or `schema` (made a model by a later call)
  std::vector<Name> instance_type;      ///< library types whose methods its model and records also have
};

/// `email = models.EmailField()`, `Column(String)`, `z.string().email()`, `{type: DataTypes.STRING}`.
struct FieldTypeModel {
  enum class Shape : std::uint8_t { Unknown, Text, Number, Date, Boolean, Uuid, Binary, Json, Relation };
  std::vector<Name> symbols;            ///< the callee, or the value itself
  Shape shape = Shape::Unknown;
  Name data;                            ///< data type id that the type or validator names (`contact.email`)
  bool hidden = false;                  ///< never serialised (`write_only`, `select: false`)
  std::optional<AccessPath> target;     ///< Relation: the other entity (name, class or string)
  bool many = false;
  std::vector<Condition> when;          ///< `arg(write_only) is true` → hidden
};

/// All models of one language family, indexed. Constant after loading; any thread.
struct ModelFile {
  Name language;
  std::vector<Name> packages;
  std::vector<FunctionModel> functions;
  std::vector<TypeModel> types;
  std::vector<EntityModel> entities;
  std::vector<FieldTypeModel> field_types;
};

}  // namespace privet::rule
