#pragma once

#include <initializer_list>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ir/module.h"

namespace privet::ir {

/// Makes one module, function by function, for a frontend that walks a syntax tree. Keeps the stack
/// of functions under construction and the scopes of names in each; the frontend only says what
/// happens. Not thread-safe; one per file.
///
/// Names: `declare` binds a name in the innermost scope of the current function, `lookup` finds it
/// there or outside, adding Captured locals on the way, and makes a Free local when nobody binds it.
/// A frontend whose language hoists declares all names of a scope before it lowers the body.
class ModuleBuilder {
 public:
  ModuleBuilder(source::FileId file, Name language);

  // --- functions: begin_function(0) has happened already for the body of the file ---

  /// Starts a function inside the current one and makes it current. Its block 0 is open.
  FunctionIndex begin_function(Name name, Span span, Span name_span);
  /// Ends the current function: an open block gets `Return`. The enclosing one is current again.
  void end_function();
  FunctionIndex current_function() const { return stack_.back().index; }
  /// The current function, or an outer one by index. The reference dies with the next begin_function.
  Function& function() { return module_.functions[stack_.back().index]; }
  Function& function(FunctionIndex index) { return module_.functions[index]; }
  Module& module() { return module_; }

  // --- scopes and names ---

  /// `of_class`: names bound in it are seen by the statements of the class body, but neither by the
  /// functions nor by the classes inside (Python). They are Temporaries of the function.
  void begin_scope(bool of_class = false);
  void end_scope();
  /// Binds `name` in the innermost scope (or the function's outermost one, for `var` and Python).
  /// Binding it again there gives the same local.
  LocalIndex declare(Name name, Span span, Local::Kind kind = Local::Kind::Variable,
                     bool function_scope = false);
  /// Never fails; see the class comment.
  LocalIndex lookup(Name name, Span span);
  /// Only in the current function's own scopes; kNone when it is not bound there.
  LocalIndex find_here(Name name) const;
  /// Python `global`, `nonlocal`: from here on `name` in this function is the one outside.
  LocalIndex capture(Name name, Span span, bool of_module);
  LocalIndex temporary();
  /// For code that is lowered again at another place, such as `finally` at each way out: takes the
  /// current function's innermost scopes off until `n_scopes()` is `n`; `put_scopes_back` undoes it.
  std::size_t n_scopes() const { return stack_.back().scopes.size(); }
  void take_scopes_off(std::size_t n);
  void put_scopes_back();

  // --- blocks ---

  BlockIndex new_block();
  /// Later instructions go to `block`. New blocks inherit the current handler.
  void set_block(BlockIndex block);
  BlockIndex current_block() const { return stack_.back().block; }
  /// False after a Return, Throw, Jump or Branch until set_block.
  bool is_open() const { return stack_.back().open; }
  /// Blocks made from here on, and the current one when it is still empty, unwind to `handler`.
  void set_handler(BlockIndex handler);
  BlockIndex handler() const { return stack_.back().handler; }

  void jump(BlockIndex target);                       ///< nothing when the block is closed
  void branch(LocalIndex value, BlockIndex yes, BlockIndex no, Span span);
  void return_value(LocalIndex value, Span span);
  void throw_value(LocalIndex value, Span span);

  // --- instructions; each gives its result. In a closed block they go to a fresh unreachable one ---

  LocalIndex literal(LiteralKind kind, std::string_view text, Span span);
  void copy(LocalIndex into, LocalIndex from, Span span);
  LocalIndex load(LocalIndex base, Name field, Span span, Span name_span);
  LocalIndex load_computed(LocalIndex base, LocalIndex key, Span span);
  void store(LocalIndex base, Name field, LocalIndex value, Span span, Span name_span);
  void store_computed(LocalIndex base, LocalIndex key, LocalIndex value, Span span);
  LocalIndex operate(std::string_view op, std::initializer_list<LocalIndex> operands, Span span);
  LocalIndex operate(std::string_view op, const std::vector<Operand>& operands, Span span);
  LocalIndex construct(ContainerKind kind, const std::vector<Operand>& operands, Span span);
  LocalIndex element(LocalIndex component, Name tag, const std::vector<Operand>& operands, Span span);
  LocalIndex call(LocalIndex callee, const std::vector<Operand>& operands, Span span,
                  bool is_new = false);
  LocalIndex call_method(LocalIndex receiver, Name method, const std::vector<Operand>& operands,
                         Span span, Span name_span);
  LocalIndex closure(FunctionIndex function, Span span);
  LocalIndex class_value(ClassIndex index, Span span);
  LocalIndex unknown(const std::vector<LocalIndex>& operands, Span span);

  // --- types and problems ---

  TypeIndex type(Type type);
  TypeIndex type(Name name, Span span) { return type(Type{name, {}, kNone, span}); }
  void problem(source::ProblemCode code, Span span, std::string message);

  /// The finished module. The builder is empty after this.
  Module finish() &&;

 private:
  struct Scope {
    std::unordered_map<Name, LocalIndex> names;
    bool of_class = false;
  };

  struct Frame {
    FunctionIndex index = 0;
    BlockIndex block = 0;
    BlockIndex handler = kNone;
    bool open = true;
    std::vector<Scope> scopes;
    std::vector<std::vector<Scope>> taken_off;
    std::unordered_map<Name, LocalIndex> outer;  // captured and free names of this function
  };

  Instruction& emit(Op op, Span span);
  void set_operands(Instruction& instruction, const std::vector<Operand>& operands);
  void close(Terminator end);
  LocalIndex new_local(Frame& frame, Local local);
  LocalIndex lookup_in(std::size_t depth, Name name, Span span, bool inner);
  /// In the frame's own scopes; `inner`: as seen from a function inside.
  static LocalIndex find_in_scopes(const Frame& frame, Name name, bool inner);
  static LocalIndex find_in(const Frame& frame, Name name, bool inner);

  Module module_;
  std::vector<Frame> stack_;
};

/// A plain positional operand.
Operand value_operand(LocalIndex value, Span span);

}  // namespace privet::ir
