#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/name.h"
#include "ir/instruction.h"
#include "source/problem.h"
#include "source/span.h"

namespace privet::ir {

/// A variable of one function.
///   Parameter  declared in the parameter list (or `self`, `this`)
///   Variable   declared or first assigned in the function
///   Temporary  made by lowering; its name is empty
///   Captured   the variable `outer` of the enclosing function (Function::parent)
///   Free       bound nowhere in the file: a builtin, a global, or from a star import
struct Local {
  enum class Kind : std::uint8_t { Parameter, Variable, Temporary, Captured, Free };

  Name name;
  Kind kind = Kind::Temporary;
  LocalIndex outer = kNone;
  TypeIndex type = kNone;  ///< as declared
  Span span;               ///< the name where it is declared
};

/// A type as written. `name`: dotted, as in the source (`Promise`, `models.User`, `str`); looked up
/// from the scope where it stands. Special names: `|` union, `&` intersection, `[]` list of (several
/// arguments: a tuple), `()` function that returns its argument, `"text"` a literal type,
/// `typeof` the type of the variable that its argument names, `keyof`, `[k]` the member of its first
/// argument under its second, empty: something else made of the arguments. `class_index`: an
/// anonymous object type `{email: string}`, which is a Class of this module.
struct Type {
  Name name;
  std::vector<TypeIndex> arguments;
  ClassIndex class_index = kNone;
  Span span;
};

/// A decorator or annotation. Its expression was computed in the enclosing function of what it
/// stands on (for a method and a field: the function that encloses the class), into `value`.
struct Annotation {
  LocalIndex value = kNone;
  Span span;
};

struct Parameter {
  enum class Kind : std::uint8_t { Positional, KeywordOnly, Rest, KeywordRest };

  LocalIndex local = kNone;  ///< for a destructured parameter, a Temporary
  Kind kind = Kind::Positional;
  bool has_default = false;
  LocalIndex default_value = kNone;  ///< computed in the enclosing function when it is a call or name there (Python's `= Depends(x)`); else kNone
  std::vector<Annotation> annotations;
  Span span;
};

/// Instructions run in order; then the terminator. When one of them throws, control goes to
/// `handler` with the state before it (kNone: it leaves the function).
struct Block {
  std::vector<Instruction> instructions;
  Terminator end;
  BlockIndex handler = kNone;
};

/// A function, method, lambda or the body of a file. Block 0 is the entry.
struct Function {
  Name name;                        ///< empty for a lambda; for one assigned to a name, that name
  FunctionIndex parent = kNone;     ///< enclosing function; kNone only for function 0
  ClassIndex owner = kNone;         ///< class whose method this is
  std::vector<Parameter> parameters;///< without `self`
  LocalIndex self = kNone;          ///< `this` or `self`; an arrow function captures the outer one
  TypeIndex return_type = kNone;
  std::vector<Annotation> annotations;
  bool is_async = false;
  bool is_generator = false;
  bool is_static = false;
  bool is_class_method = false;     ///< `self` is the class
  bool is_getter = false;
  bool is_setter = false;
  bool is_constructor = false;
  bool is_private = false;
  bool is_abstract = false;         ///< declared without a body
  std::vector<Local> locals;
  std::vector<Block> blocks;
  std::vector<Operand> operands;
  Span span;                        ///< the whole declaration
  Span name_span;                   ///< the name, else the head of the lambda
};

/// `email: string`, `email = models.EmailField()`, an enum member, a column. `initialiser` was
/// computed in the class's enclosing function.
struct Field {
  Name name;
  TypeIndex type = kNone;
  LocalIndex initialiser = kNone;
  bool is_static = false;
  bool is_optional = false;
  bool is_private = false;
  std::vector<Annotation> annotations;
  Span span;       ///< the whole declaration
  Span name_span;
};

/// A class, or what declares the shape of a record.
///   Class, Interface (also object types and type aliases of them; an alias of any other type is an
///   Interface without fields and with that type as its one base), Enum: from code
///   Entity: a record of a store or a wire format, from a schema language (Prisma, SQL, …)
struct Class {
  enum class Kind : std::uint8_t { Class, Interface, Enum, Entity };

  Name name;
  Kind kind = Kind::Class;
  FunctionIndex parent = 0;         ///< enclosing function
  ClassIndex owner = kNone;         ///< enclosing class (`class Meta:`)
  LocalIndex local = kNone;         ///< the variable of `parent` that holds the class; kNone for types
  std::vector<LocalIndex> bases;    ///< values in `parent`
  std::vector<TypeIndex> base_types;///< bases written as types (`implements`, `extends` of interfaces, bases with arguments)
  std::vector<Field> fields;        ///< declared, and those a constructor assigns to `this`
  std::vector<FunctionIndex> methods;
  std::vector<Annotation> annotations;
  Span span;
  Span name_span;
};

/// `import {imported as local} from module`. `module` is the specifier as written; relative ones
/// keep their dots (`./user`, Python `..models`).
///   imported "*"        the whole module as a namespace (`import * as`, `require()`, `import x.y`)
///   imported "default"  the default export
///   imported ""         for its effects only
///   is_star             every exported name enters the scope of function 0 (`from x import *`)
struct Import {
  Name module;
  Name imported;
  FunctionIndex in = 0;
  LocalIndex local = kNone;
  bool is_star = false;
  bool is_type_only = false;
  Span span;
};

/// `exported` is visible from outside as
///   a variable of function 0 (`local`), or
///   a name of another module (`module`, `imported`; "*" and "*": everything of it), or
///   a type of this module that is no variable (`module` empty, `imported` the name of its Class).
/// `exported` "=" is CommonJS `module.exports = local`.
struct Export {
  Name exported;
  LocalIndex local = kNone;
  Name module;
  Name imported;
  Span span;
};

/// A configuration file as a tree. Nodes are in document order; node 0 is the root. Aliases and
/// merge keys are resolved by copying the reference, not the nodes (`target`).
struct Node {
  enum class Kind : std::uint8_t { Map, List, String, Number, Boolean, Null, Alias };

  Kind kind = Kind::Null;
  Name key;                       ///< under a Map; empty in a List
  Name text;                      ///< scalar as written, without quotes, escapes resolved
  std::uint32_t parent = kNone;
  std::uint32_t first_child = kNone;
  std::uint32_t next = kNone;     ///< next sibling
  std::uint32_t target = kNone;   ///< Alias: the node it stands for
  Span key_span;
  Span span;                      ///< the value
};

struct Document {
  Name format;              ///< `json`, `yaml`, `toml`, `env`, `prisma`, …
  std::vector<Node> nodes;  ///< empty: nothing was understood

  /// The child of `node` under `key`, aliases followed; kNone when absent.
  std::uint32_t find(std::uint32_t node, std::string_view key) const;
  /// By dotted path from the root, list elements by number (`jobs.0.name`).
  std::uint32_t find_path(std::string_view path) const;
};

/// What one file says: a pure function of its bytes. Knows no other file.
/// Functions[0] is the file's body; a pure document has an empty one. `language` is the name of the
/// `lang::Language` that made it.
struct Module {
  source::FileId file;
  Name language;
  std::vector<Function> functions;
  std::vector<Class> classes;
  std::vector<Type> types;
  std::vector<Import> imports;
  std::vector<Export> exports;
  bool exports_every_local = false;   ///< Python: each variable of function 0 is importable
  std::vector<Name> star_names;       ///< Python `__all__`, when it is a literal list
  bool has_star_names = false;
  std::vector<Document> documents;    ///< several for multi-document YAML
  source::Problems problems;
};

/// The variable called `name` as seen from `function`, walking outwards through the enclosing
/// functions (not through classes). `owner` is the function that owns the result.
struct Found {
  FunctionIndex owner = kNone;
  LocalIndex local = kNone;
};
Found find_local(const Module& module, FunctionIndex function, Name name);

}  // namespace privet::ir
