#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "ir/access_path.h"
#include "ir/builder.h"
#include "lang/python/grammar.h"

/// Python 3: the tree of tree-sitter-python comes in, an `ir::Module` goes out. Knows the language,
/// no library: `print`, `isinstance` and `property` mean what Python's builtins mean, nothing else
/// has a meaning here.
///
/// Beyond what `ir/instruction.h` says of every language:
///   for, comprehensions  `more = operate "has-next" iterable`, Branch, then `x = iterable.*`
///   with A as x          `m = A`, `x = call m.__enter__()` (`__aenter__`). Misses: `__exit__`
///   x[1:3]               `operate "slice" x 1 3`, absent bounds are `None`, a step comes last
///   x["k"], x[0]         Load and Store by name; other subscripts by computed key
///   del x.k              Store of `None`; `del x` a Copy of it
///   isinstance in match  `operate "isinstance" v C`, as in `except C`
///   raise, assert        Throw; a bare `raise` throws the caught value again
///   finally              copied to each way out of its `try`
///   Annotated[T, f()]    as a value, in an alias: `operate "annotated" T f()`
///   class C(B, k=v)      the keywords are one more Annotation, an `object {k: v}`
///   import a.b           Import of `a` as `a`, and of `a.b` for its effects
///   "…".format(a, k=b)   `operate "template" "…" a k: b`; "…" % (a, b) and "…" % {"k": b} likewise
namespace privet::lang::python {

using ir::kNone;
using ir::LocalIndex;
using ir::Operand;
using source::Span;
using syntax::Node;
using Name = base::Name;

class Lowerer {
 public:
  Lowerer(source::FileId file, std::string_view text);

  /// Once; `root` is null when parsing was stopped.
  ir::Module lower(const Node& root) &&;

 private:
  // --- the tree (lowerer.cc) ---

  struct Kid {
    Node node;
    Kind kind = Kind::Other;
    TSFieldId field = 0;
  };

  /// The children of a node, in a pool that works as a stack, since lowering is nested as the tree is.
  class Kids {
   public:
    Kids(std::vector<Kid>& pool, std::size_t begin)
        : pool_(pool), begin_(begin), size_(pool.size() - begin) {}
    ~Kids() { pool_.resize(begin_); }
    Kids(const Kids&) = delete;
    Kids& operator=(const Kids&) = delete;

    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    /// By value: the pool moves when an inner node's children are added.
    Kid operator[](std::size_t i) const { return pool_[begin_ + i]; }
    Node first(Kind kind) const;
    Node by(TSFieldId field) const;

   private:
    std::vector<Kid>& pool_;
    std::size_t begin_;
    std::size_t size_;
  };

  /// Named children and children with a field name, without comments; `with_tokens`: all others too.
  Kids kids(const Node& node, bool with_tokens = false);

  /// Counts nesting while it lives.
  struct Deeper {
    explicit Deeper(int& depth) : depth_(depth) { ++depth_; }
    ~Deeper() { --depth_; }
    int& depth_;
  };
  bool too_deep() const { return depth_ > syntax::kMaxDepth; }
  /// One Problem a file, and an Unknown of the names inside.
  LocalIndex give_up(const Node& node);

  Span span(const Node& node) const { return node.span(file_); }
  Span span(std::uint32_t begin, std::uint32_t end) const { return {file_, begin, end}; }
  static Name name_of(const Node& node) { return Name::of(node.text()); }
  void report_errors(const Node& root);
  void unknown_syntax(const Node& node);

  // --- scopes (scope.cc) ---

  /// Declares every name that the statements below `body` assign in the current function.
  void hoist(const Node& body);
  struct Hoisted;
  void hoist_statement(const Node& node, Kind kind, Hoisted& out);
  void hoist_children(const Node& node, Hoisted& out);
  void hoist_target(const Node& node, Kind kind, Hoisted& out);
  /// `except C, e:` of Python 2, told from the `except A, B:` of Python 3.14 by the small letter.
  bool is_old_alias(const Kids& clause, std::size_t i) const;
  void hoist_case(const Node& node, Hoisted& out);
  void hoist_imports(const Node& node, Hoisted& out);
  void hoist_walrus(const Node& body, Hoisted& out);
  /// The variable that an assignment to the name writes.
  LocalIndex variable(const Node& identifier);
  LocalIndex read(const Node& identifier);

  // --- statements (statements.cc) ---

  void statement(const Node& node, Kind kind);
  void block(const Node& node);
  void expression_statement(const Node& node);
  void assignment(const Node& node);
  void augmented_assignment(const Node& node);
  void return_statement(const Node& node);
  void raise_statement(const Node& node);
  void assert_statement(const Node& node);
  void delete_target(const Node& node, Kind kind);
  void if_statement(const Node& node);
  void while_statement(const Node& node);
  void for_statement(const Node& node);
  void with_statement(const Node& node);
  void with_item(const Node& node, Kind kind, bool is_async, const Node& whole);
  void try_statement(const Node& node);
  void except_clauses(const std::vector<Node>& clauses, ir::BlockIndex done);
  void leave_loop(bool is_break);
  void finalise_down_to(std::size_t level);
  void print_statement(const Node& node);
  void error_statement(const Node& node);
  bool is_type_checking(const Node& condition) const;

  // --- targets and patterns (patterns.cc) ---

  void assign(const Node& target, Kind kind, LocalIndex value, const Span& whole);
  void assign_elements(const Node& target, LocalIndex value, const Span& whole);
  void assign_in_parallel(const Node& target, const Node& value, const Span& whole);
  static bool can_assign_in_parallel(const Kids& targets, const Kids& values);
  void store_attribute(const Node& target, LocalIndex value, const Span& whole);
  void store_subscript(const Node& target, LocalIndex value, const Span& whole);
  void note_instance_field(LocalIndex base, const Node& target, LocalIndex value,
                           ir::TypeIndex type);
  void match_statement(const Node& node);
  /// Goes on in the current block when `value` fits, with the pattern's names bound; else `fail`.
  void match(const Node& pattern, Kind kind, LocalIndex value, ir::BlockIndex fail);
  void match_class(const Node& pattern, LocalIndex value, ir::BlockIndex fail);
  void match_sequence(const Node& pattern, LocalIndex value, ir::BlockIndex fail);
  void match_mapping(const Node& pattern, LocalIndex value, ir::BlockIndex fail);
  void match_union(const Node& pattern, LocalIndex value, ir::BlockIndex fail);
  void require(LocalIndex condition, ir::BlockIndex fail, const Span& where);

  // --- expressions (expressions.cc) ---

  LocalIndex expression(const Node& node) { return expression(node, kind_of(node)); }
  LocalIndex expression(const Node& node, Kind kind);
  /// Goes to `yes` or `no`; the current block is closed after.
  void condition(const Node& node, ir::BlockIndex yes, ir::BlockIndex no);
  LocalIndex chain(const Node& node);
  LocalIndex chain_link(const Node& link, Kind kind, LocalIndex base);
  LocalIndex call(const Node& node, LocalIndex callee);
  LocalIndex method_call(const Node& node, const Node& attribute, LocalIndex receiver);
  LocalIndex subscript(const Node& node, LocalIndex base);
  LocalIndex slice(const Node& node, LocalIndex base, const Span& whole);
  /// The field name of a constant subscript, empty for a computed one.
  Name constant_key(const Node& node, Kind kind);
  LocalIndex subscript_key(const Kids& children, const Node& node);
  void arguments(const Node& node, std::vector<Operand>& out);
  void elements(const Node& node, std::vector<Operand>& out);
  void element(const Node& node, Kind kind, std::vector<Operand>& out);
  LocalIndex dictionary(const Node& node);
  void entry(const Node& pair, std::vector<Operand>& out);
  LocalIndex binary_operator(const Node& node);
  LocalIndex percent_template(const Node& node, const Node& literal, const Node& values);
  LocalIndex boolean_operator(const Node& node);
  LocalIndex comparison(const Node& node);
  void comparison_steps(const Node& node, LocalIndex into, ir::BlockIndex yes, ir::BlockIndex no);
  LocalIndex conditional(const Node& node);
  LocalIndex comprehension(const Node& node, Kind kind);
  void comprehension_clauses(const Kids& children, std::size_t i, const Node& body,
                             LocalIndex result, Kind kind, ir::BlockIndex after);
  /// Binds the names of a loop variable in the comprehension's own scope.
  void declare_targets(const Node& target);
  LocalIndex lambda(const Node& node, Name name);
  LocalIndex yield(const Node& node);
  LocalIndex unknown_of_children(const Node& node);
  LocalIndex null_literal(const Span& where);

  // --- strings (strings.cc) ---

  LocalIndex string(const Node& node);
  LocalIndex concatenated_string(const Node& node);
  /// Parts of one string node, literal text as Literals. True if it has interpolations.
  bool string_parts(const Node& node, std::vector<Operand>& out, std::string& pending,
                    std::uint32_t& pending_begin);
  void interpolation(const Node& node, std::vector<Operand>& out);
  /// The text of a string or of adjacent strings without interpolation.
  bool plain_text(const Node& node, Kind kind, std::string& out, bool& is_bytes);

  // --- types (types.cc) ---

  /// `metadata` gets the further arguments of an outer `Annotated`, when it is given.
  ir::TypeIndex type_of(const Node& node, std::vector<ir::Annotation>* metadata = nullptr);
  ir::TypeIndex generic_type(const Node& node, const Node& head,
                             const std::vector<Node>& arguments,
                             std::vector<ir::Annotation>* metadata);
  ir::TypeIndex union_type(const Node& node);

  // --- declarations (declarations.cc) ---

  struct ParameterDraft;
  struct ClassBody;

  void import_statement(const Node& node);
  void import_from(const Node& node);
  void add_import(Name module, Name imported, LocalIndex local, const Span& where);
  void decorated(const Node& node);
  std::vector<ir::Annotation> decorators(const Node& node, std::vector<Node>& expressions);
  void function_definition(const Node& node, std::vector<ir::Annotation> annotations,
                           const std::vector<Node>& decorators);
  std::vector<ParameterDraft> parameters(const Node& node);
  ParameterDraft parameter(const Node& node, Kind kind);
  void declare_parameters(const std::vector<ParameterDraft>& drafts);
  void apply_default(LocalIndex local, const Node& value);
  void mark_method(ir::Function& function, const std::vector<Node>& decorators);
  void finish_function();
  void class_definition(const Node& node, std::vector<ir::Annotation> annotations);
  void class_bases(const Node& node, ir::Class& out);
  void class_field(const Node& target, LocalIndex value, ir::TypeIndex type,
                   std::vector<ir::Annotation> metadata, bool is_static, const Node& whole);
  /// A method named in the class body after its definition, as in `property(get_x)`.
  LocalIndex method_value(Name name, const Span& where);
  void star_names(const Node& value, Kind kind, bool add);

  struct Loop {
    ir::BlockIndex next;
    ir::BlockIndex after;
    std::size_t n_finalisers;
  };

  struct Finaliser {
    Node clause;
    ir::BlockIndex handler;  ///< outside the try
    std::size_t n_loops;
  };

  /// What belongs to the function under construction.
  struct FunctionState {
    std::vector<Loop> loops;
    std::vector<Finaliser> finalisers;
    std::vector<LocalIndex> caught;  ///< values of the except clauses we are in
    ClassBody* class_body = nullptr; ///< set while its statements, not its methods, are lowered
    ClassBody* owner = nullptr;      ///< class whose method this is
    LocalIndex generator = kNone;
  };
  FunctionState& state() { return states_.back(); }

  ir::ModuleBuilder b_;
  source::FileId file_;
  std::string_view text_;
  const Fields& f_ = fields();
  std::vector<FunctionState> states_{1};
  std::vector<Kid> pool_;
  TSTreeCursor cursor_{};
  bool has_walrus_ = false;
  bool has_errors_ = false;       ///< then strange nodes are reported already
  bool type_only_ = false;        ///< inside `if TYPE_CHECKING:`
  bool reported_depth_ = false;
  int depth_ = 0;
  int n_unknown_ = 0;
  std::size_t finally_budget_ = 0;  ///< bytes of finally clauses that may still be copied
};

struct Lowerer::ClassBody {
  ir::ClassIndex index = kNone;
  std::unordered_map<Name, ir::FunctionIndex> methods;  ///< what their names mean in the class body
  std::unordered_map<Name, std::size_t> fields;         ///< index into Class::fields
};

struct Lowerer::ParameterDraft {
  ir::Parameter::Kind kind = ir::Parameter::Kind::Positional;
  bool is_separator = false;  ///< `*`, which makes what follows keyword-only, or `/`
  Node name;                  ///< an identifier, or a tuple pattern (Python 2)
  Node default_node;
  LocalIndex default_value = kNone;
  ir::TypeIndex type = kNone;
  std::vector<ir::Annotation> annotations;
  Span span;
};

/// Text between quotes with its escapes resolved; `raw` and `bytes` as the prefix says.
std::string unescape(std::string_view text, bool bytes);

/// A type written inside a string, `"list[User]"`, at `begin` of the file.
ir::TypeIndex type_in_text(ir::ModuleBuilder& builder, source::FileId file, std::string_view text,
                           std::uint32_t begin);

/// `Optional` → union, `List` → `[]`; see types.cc.
enum class TypeForm : std::uint8_t { Plain, Optional, Union, List, Literal, Annotated, ClassVar, Wrapper };
TypeForm form_of(std::string_view head);

}  // namespace privet::lang::python
