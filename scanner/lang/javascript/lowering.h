#pragma once

#include <deque>
#include <set>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "ir/access_path.h"
#include "ir/builder.h"
#include "lang/javascript/kinds.h"
#include "lang/language.h"
#include "lang/syntax/flat_tree.h"

/// JavaScript, TypeScript, JSX and TSX: the flat syntax tree of one file comes in, its ir::Module
/// goes out. Knows no library but the module systems: `require`, `exports` and `module.exports` mean
/// what Node.js says.
///
/// What is particular to these languages, beyond ir/instruction.h:
///   `this`       Function::self of every function that is not an arrow; a local called `this`
///   `super`      a local called `super`, a Copy of `this`, in methods that use it;
///                `super(a)` is `call super.constructor(a)`: methods of `super` are looked up in the
///                bases of Function::owner
///   `a && b`     is `b`, or `false` when `a` is falsy: a falsy value carries no data
///   `a ?? b`, `a?.b`   branch on `operate "is-missing" a`; a chain that stops is `null`
///   `for (x of o)`     branch on `operate "has-next" o`, then `x = o.*`;
///   `for (k in o)`     the same over `operate "keys" o`
///   `delete a.b`       `a.b = null`
///   `x as T`           a Copy into a Temporary of type T (`as const`, `any`, `unknown`: nothing)
///   tag`a${b}c`        `call tag(["a", "c"], b)`
///   `[a, ...rest] = o` `rest` is a list of every element of `o`
///   `arguments`        the list of the parameters and a Rest parameter
///   `yield e`          as ir/instruction.h says; its own value is `e`, as in co and sagas
///   finally            lowered again at each way out, up to a bound on the repeated code
///   class fields       an initialiser that is a function becomes a method (with its own `this`) and
///                      a Closure; one that uses `this` is a Store at the head of the constructor,
///                      which is made when there is none; any other is Field::initialiser, and a
///                      static one is also stored to the class
///   namespaces         their statements in a scope of their own, exports stored to an object
///   `declare`          as if it were code without bodies
namespace privet::lang::javascript {

using base::Name;
using ir::LocalIndex;
using ir::kNone;
using source::Span;
using syntax::kNoNode;
using syntax::NodeIndex;

class Lowering {
 public:
  /// `declares_only`: a `.d.ts` file, all of which is as if under `declare`.
  Lowering(source::FileId file, std::string_view text, Name language, bool declares_only,
           const syntax::FlatTree& tree);
  ir::Module run() &&;

 private:
  /// What a function needs beyond the builder's frame.
  struct Target {             // of break and continue
    std::vector<Name> labels;
    ir::BlockIndex break_to = kNone;
    ir::BlockIndex continue_to = kNone;  // kNone: not a loop
    bool takes_plain_break = true;       // loops and switches, not labelled blocks
    std::size_t n_finals = 0;
  };
  struct Final {              // a `finally` that guards what is being lowered
    NodeIndex body = kNoNode;
    ir::BlockIndex outer_handler = kNone;
    std::size_t n_scopes = 0;
    std::size_t n_targets = 0;
  };
  struct Context {
    std::vector<Target> targets;
    std::vector<Final> finals;
    std::vector<Name> pending_labels;
    LocalIndex generator = kNone;
    ir::ClassIndex constructs = kNone;  // the class whose constructor this is
    std::unordered_set<Name> fields;    // of that class, as far as known
    bool is_arrow = false;
  };
  struct FunctionSpec {
    NodeIndex node = kNoNode;
    Name name;
    Span name_span;
    ir::ClassIndex owner = kNone;
    bool is_arrow = false;
    bool is_constructor = false;
    std::vector<std::pair<NodeIndex, NodeIndex>> initialisers;  // constructor: field name, value
  };
  struct Chain {              // a member, subscript and call chain under way
    LocalIndex value = kNone;
    ir::BlockIndex missing = kNone;  // where an optional link goes when it finds nothing
    std::uint32_t begin = 0;         // of the innermost object
    /// From there to the end of link `n`.
    Span span_to(const Lowering& in, NodeIndex n) const { return {in.file_, begin, in.node(n).end}; }
  };
  struct Prefix {             // `await`, `-`, `x +` before a chain, see chain()
    NodeIndex node = kNoNode;
    LocalIndex left = kNone;
  };
  /// Counts recursion; false when the limit is reached.
  class Depth;

  // --- the tree ---
  const syntax::FlatNode& node(NodeIndex n) const { return tree_.nodes[n]; }
  Kind kind(NodeIndex n) const {
    return n == kNoNode ? Kind::Other : static_cast<Kind>(tree_.nodes[n].kind);
  }
  Field field_of(NodeIndex n) const { return static_cast<Field>(tree_.nodes[n].field); }
  NodeIndex child(NodeIndex n, Field field) const {
    return tree_.child(n, static_cast<std::uint8_t>(field));
  }
  NodeIndex child(NodeIndex n, Kind kind) const {
    return tree_.child_of_kind(n, static_cast<std::uint16_t>(kind));
  }
  bool has(NodeIndex n, Kind token) const { return child(n, token) != kNoNode; }
  syntax::Children children(NodeIndex n) const { return tree_.children(n); }
  /// The first child that is not a token; kNoNode when there is none.
  NodeIndex first_operand(NodeIndex n) const;
  Span span(NodeIndex n) const;
  std::string_view text(NodeIndex n) const;
  Name name(NodeIndex n) const { return Name::of(text(n)); }
  static bool is_token(Kind kind) {
    return kind == Kind::Token || kind >= Kind::OptionalChain;
  }
  static bool is_function(Kind kind);
  static bool is_statement(Kind kind);
  /// The name under a property key when it is known: identifier, string, number, `["x"]`.
  std::optional<Name> property_name(NodeIndex n) const;
  std::string string_value(NodeIndex n) const;
  /// `a.b.c` without spaces; empty when the node is anything else.
  std::string dotted(NodeIndex n) const;
  bool mentions(NodeIndex n, Kind what) const;
  void too_deep(NodeIndex n);

  // --- statements.cc ---
  void statements(NodeIndex n);
  void declare_block(NodeIndex n);
  void declare_statement(NodeIndex n, std::vector<NodeIndex>& functions);
  void hoist_vars(NodeIndex n);
  void declare_pattern(NodeIndex n, bool function_scope);
  void statement(NodeIndex n);
  void block(NodeIndex n);
  void variable_declaration(NodeIndex n);
  void variable_declarator(NodeIndex n);
  void if_statement(NodeIndex n);
  void switch_statement(NodeIndex n);
  void for_statement(NodeIndex n);
  void for_in_statement(NodeIndex n);
  void while_statement(NodeIndex n);
  void do_statement(NodeIndex n);
  void try_statement(NodeIndex n);
  void labeled_statement(NodeIndex n);
  void jump_statement(NodeIndex n);
  void return_statement(NodeIndex n);
  void error_region(NodeIndex n);
  void push_target(ir::BlockIndex break_to, ir::BlockIndex continue_to);
  void pop_target() { context().targets.pop_back(); }
  void leave_through_finally(std::size_t n_finals);
  bool spend_on_repetition(NodeIndex n);
  Context& context() { return contexts_.back(); }

  // --- expressions.cc ---
  LocalIndex expression(NodeIndex n);
  /// A function or class gets `hint` when it has no name of its own.
  LocalIndex named_expression(NodeIndex n, Name hint, Span hint_span);
  LocalIndex identifier(NodeIndex n);
  LocalIndex assignment(NodeIndex n);
  LocalIndex augmented_assignment(NodeIndex n);
  LocalIndex update(NodeIndex n);
  LocalIndex unary(NodeIndex n);
  LocalIndex binary(NodeIndex n);
  LocalIndex logical(NodeIndex n, std::string_view op);
  LocalIndex ternary(NodeIndex n);
  LocalIndex template_string(NodeIndex n);
  LocalIndex object(NodeIndex n);
  LocalIndex array(NodeIndex n);
  LocalIndex new_expression(NodeIndex n);
  LocalIndex yield_expression(NodeIndex n);
  LocalIndex type_assertion(NodeIndex n);
  LocalIndex unknown_expression(NodeIndex n);
  std::vector<ir::Operand> arguments(NodeIndex n);
  std::vector<NodeIndex> template_substitutions(NodeIndex n) const;
  LocalIndex template_part(std::uint32_t begin, std::uint32_t end);
  /// Branches on the truth of `n`; the current block is closed afterwards.
  void condition(NodeIndex n, ir::BlockIndex yes, ir::BlockIndex no);

  // --- chains.cc ---
  /// `missing`: where an optional link goes when it finds nothing; kNone: the value becomes null.
  LocalIndex chain(NodeIndex n, ir::BlockIndex missing = kNone);
  void call_link(Chain& state, NodeIndex call, NodeIndex member);
  /// `console.log.apply(console, list)`: the method called on its own object, with the list spread. False
  /// if it is called on another object, or is no such call.
  bool applied_link(Chain& state, NodeIndex member, NodeIndex apply, NodeIndex call);
  void optional_link(Chain& state, NodeIndex n);
  LocalIndex load_member(const Chain& state, NodeIndex n);
  LocalIndex tagged_template(const Chain& state, NodeIndex member, NodeIndex call);
  bool is_prefix(NodeIndex n) const;
  /// `require("x")`, `import("x")`, `await import("x")`: the specifier.
  std::optional<Name> required_module(NodeIndex n) const;
  /// `path.join(__dirname, "x")`: adds the path from the folder of this file to `path`, `./x`.
  bool path_beside_file(NodeIndex n, std::string& path, int depth) const;
  LocalIndex import_module(Name module, NodeIndex n);

  // --- patterns.cc ---
  /// Gives `value` to a variable, member or destructuring pattern.
  void assign(NodeIndex target, LocalIndex value, Span whole);
  void assign_object(NodeIndex pattern, LocalIndex value, Span whole);
  void assign_array(NodeIndex pattern, LocalIndex value, Span whole);
  LocalIndex with_default(LocalIndex value, NodeIndex default_value, Name hint, Span hint_span);

  // --- functions.cc ---
  ir::FunctionIndex function(const FunctionSpec& spec);
  LocalIndex function_value(NodeIndex n, Name hint, Span hint_span);
  void function_declaration(NodeIndex n);
  void parameters(NodeIndex n, std::vector<std::vector<ir::Annotation>> annotations,
                  const FunctionSpec& spec);
  void parameter(NodeIndex n, std::vector<ir::Annotation> annotations, const FunctionSpec& spec);
  void bind_arguments(NodeIndex body);
  ir::FunctionIndex signature(NodeIndex n, ir::ClassIndex owner);
  void parameter_property(NodeIndex n, ir::ClassIndex owner, LocalIndex local,
                          const std::vector<ir::Annotation>& annotations);
  std::vector<ir::Annotation> annotations(NodeIndex n);
  ir::Annotation annotation(NodeIndex decorator);

  // --- classes.cc ---
  void class_declaration(NodeIndex n, std::vector<ir::Annotation> outer);
  LocalIndex class_value(NodeIndex n, Name hint, LocalIndex local,
                         std::vector<ir::Annotation> annotations);
  void class_heritage(NodeIndex n, ir::ClassIndex index);
  void class_body(NodeIndex n, ir::ClassIndex index, LocalIndex value);
  void class_field(NodeIndex n, ir::ClassIndex index, LocalIndex value,
                   std::vector<ir::Annotation> annotations,
                   std::vector<std::pair<NodeIndex, NodeIndex>>& deferred);
  void class_method(NodeIndex n, ir::ClassIndex index, std::vector<ir::Annotation> annotations,
                    std::vector<std::pair<NodeIndex, NodeIndex>>& deferred);
  void made_constructor(NodeIndex n, ir::ClassIndex index,
                        const std::vector<std::pair<NodeIndex, NodeIndex>>& deferred);
  void initialise_fields(const std::vector<std::pair<NodeIndex, NodeIndex>>& fields);
  void method_flags(NodeIndex n, ir::Function& function) const;
  void static_block(NodeIndex n, LocalIndex value);
  void add_field(ir::ClassIndex index, ir::Field field);
  void note_constructor_field(NodeIndex member);
  void interface_declaration(NodeIndex n);
  void type_alias(NodeIndex n);
  void object_type_members(NodeIndex n, ir::ClassIndex index);
  void enum_declaration(NodeIndex n);
  void namespace_declaration(NodeIndex n);
  void ambient_declaration(NodeIndex n);
  ir::ClassIndex new_class(NodeIndex n, Name name, Span name_span, ir::Class::Kind kind);

  // --- modules.cc ---
  void import_statement(NodeIndex n);
  void import_alias(NodeIndex n);
  void import_name(Name module, Name imported, NodeIndex local, bool type_only, Span where);
  void export_statement(NodeIndex n);
  void export_clause(NodeIndex clause, NodeIndex source);
  void export_declaration(NodeIndex declaration, bool is_default,
                          std::vector<ir::Annotation> annotations);
  void export_pattern(NodeIndex n);
  void export_local(Name exported, LocalIndex local, Span where);
  void export_type(Name exported, Name type_name, Span where);
  bool import_declarator(NodeIndex target, NodeIndex value, Span whole);
  void commonjs_export(NodeIndex target, NodeIndex value_node, LocalIndex value);
  void commonjs_assign(NodeIndex callee, NodeIndex arguments,
                       const std::vector<ir::Operand>& operands);
  void export_entries(NodeIndex object, LocalIndex value);
  std::string_view module_object(NodeIndex n) const;  // `exports` or `module.exports`

  // --- types.cc ---
  /// The type under an annotation node or a type itself; kNone for kNoNode.
  ir::TypeIndex type(NodeIndex n);
  ir::TypeIndex make_type(std::string_view name, std::vector<ir::TypeIndex> arguments, NodeIndex n);
  std::vector<ir::TypeIndex> type_arguments(NodeIndex n);
  ir::TypeIndex combined_type(NodeIndex n, Kind kind, std::string_view name);
  void set_type(LocalIndex local, ir::TypeIndex type);

  // --- jsx.cc ---
  LocalIndex jsx(NodeIndex n);
  std::vector<ir::Operand> jsx_children(NodeIndex n);
  void jsx_attribute(NodeIndex n, std::vector<ir::Operand>& operands);

  ir::LocalIndex null_value(Span where);

  source::FileId file_;
  std::string_view text_;
  const syntax::FlatTree& tree_;
  ir::ModuleBuilder builder_;
  std::deque<Context> contexts_;
  std::vector<LocalIndex> namespaces_;   // objects of the namespaces around, innermost last;
                                         // kNone: `declare`, nothing leaves it
  std::set<std::pair<ir::FunctionIndex, LocalIndex>> bound_;  // by a class, function, enum, namespace
  std::unordered_set<Name> type_names_;  // interfaces and aliases of the file's body
  Name this_;
  Name super_;
  Name exports_;
  std::size_t repeated_nodes_ = 0;
  int depth_ = 0;
  int ambient_ = 0;
  bool said_too_deep_ = false;
};

class Lowering::Depth {
 public:
  explicit Depth(Lowering& lowering) : lowering_(lowering) { ++lowering_.depth_; }
  ~Depth() { --lowering_.depth_; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;
  bool exceeded() const;

 private:
  Lowering& lowering_;
};

/// The text of a literal: escapes resolved as JavaScript does, at most 64 KiB.
std::string unescape(std::string_view text);
std::string_view cut_literal(std::string_view text);

}  // namespace privet::lang::javascript
