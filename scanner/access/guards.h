#pragma once

#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "access/access.h"
#include "access/code.h"
#include "access/effects.h"
#include "access/routes.h"
#include "flow/flow.h"

/// What code checks of its caller: middleware, decorators, guard classes, and `if` in a handler's
/// body. Inside `access/` only.
namespace privet::access {

/// One check inside a function: on its failing side no way leads on.
struct BodyCheck {
  rule::Guard::Kind kind = rule::Guard::Kind::Authn;
  ir::BlockIndex block = 0;      ///< where the decision is
  ir::BlockIndex passed = 0;     ///< where control is when the check passed: what this block dominates is guarded
  std::uint32_t instruction = 0; ///< for a call that throws, the call; code after it in `block` is guarded
  bool is_call = false;
  std::vector<ir::BlockIndex> leaks;  ///< where control goes on although the check failed
  bool returns = false;          ///< the failing side returns, it throws nothing
  /// The caller has, or belongs to, what the request names: `members.find({user: me, team: id})` gave
  /// something. Ties to the caller what is selected by the same values.
  bool membership = false;
  ir::LocalIndex asked = ir::kNone;  ///< the condition, unless `is_call`
  bool in_place = false;         ///< the caller is only sent back with nothing: a check for this code, not for who calls it
  bool only_says = false;        ///< sets a status and goes on: nobody who calls this is turned away
  std::string text;
  Span span;
};

/// What an expression asks about. Filled by walking back from a condition.
struct Question {
  bool principal = false;        ///< something of the authenticated caller
  bool credential = false;       ///< a token, session, cookie, authorization header
  bool role = false;             ///< role, permission, scope, staff flag
  bool request = false;          ///< a value of the request that is neither
  bool record = false;           ///< a loaded record or its field
  bool comparison = false;
  bool owner_call = false;       ///< `isOwner(…)`, `belongsTo(…)`
  bool proof = false;            ///< password, code or signature was verified
  bool membership = false;       ///< a record selected by the caller and by something else
  bool anonymous = false;        ///< the caller as an object that is there also without a login

  /// True if it asks about the caller at all.
  bool is_check() const;
  /// What either asks about.
  void add(const Question& other);
};

class Guards {
 public:
  Guards(const Program& program, const flow::FlowResult& flows, Codes& codes, Effects& effects);

  /// Checks in a function's own body, helpers that throw included (to `kMaxDepth` calls).
  const std::vector<BodyCheck>& checks_in(FunctionId function);
  /// Conditions in a function's body that lead only some callers on to one side: `if (user.isAdmin) { … }`.
  /// They guard what stands on that side, and nothing else.
  const std::vector<BodyCheck>& conditions_in(FunctionId function);
  /// True if the check guards what happens at the instruction.
  bool guards(const BodyCheck& check, const Site& site);

  /// Judges one element of a chain as middleware; nothing when it is no guard at all.
  std::vector<SeenGuard> judge(const Handler& handler, const rule::Framework* framework);
  /// Decorators, mixins, class fields and parameters of the handler, the frameworks' non-call forms.
  std::vector<SeenGuard> declared(const Registration& route);
  /// True if a decorator of the route or its class notes something down for guards: `@Roles("admin")`.
  bool is_marked(const Registration& route);
  /// Settings of the program that guard every route of a framework, or nothing.
  std::vector<SeenGuard> from_settings(const Registration& route);

  Question question_of(FunctionId function, ir::LocalIndex value);

  /// True if the call hands the caller to the function, and what that one finds hangs on it.
  bool chooses_for_caller(const Site& call, FunctionId function);

  /// The framework fills this function's parameters from the request.
  void add_handler(FunctionId handler) { handlers_.insert(handler.value); }

 private:
  /// A status alone turns nobody away where control goes on.
  enum class Refusal : std::uint8_t { None, SetsStatus, Leaves };
  /// How a function's ways end.
  struct Ends {
    std::vector<Refusal> refusals;        // by block
    std::vector<bool> can_pass;           // by block: some way on from here that is not refused
    std::vector<ir::BlockIndex> passing;  // where the caller is let through

    bool refuses(ir::BlockIndex block) const { return refusals[block] != Refusal::None; }
  };
  static constexpr int kMaxDepth = 3;
  static constexpr int kMaxWalk = 64;

  void index_models();
  Ends ends_of(const Code& code, bool middleware, bool in_place);
  void find_checks(FunctionId function, int depth, std::vector<BodyCheck>& out);
  std::optional<BodyCheck> check_of_branch(const Code& code, const Ends& ends, ir::BlockIndex block);
  bool verifies_token(const Code& code, const Ends& ends, const Site& site);
  std::optional<BodyCheck> check_of_call(const Code& code, const Ends& ends, ir::BlockIndex block,
                                         std::uint32_t instruction, int depth);
  Refusal refusal_of(const Code& code, ir::BlockIndex block) const;
  bool model_refuses(const Site& site) const;
  bool says_refusal_code(const Code& code, const ir::Instruction& call) const;
  /// The call by which a middleware, decorator or base view goes on to the handler.
  bool goes_on(const Code& code, const ir::Instruction& call) const;
  bool passes_on(FunctionId id, int depth) const;
  bool is_promise(const Code& code, ir::LocalIndex value) const;
  std::optional<rule::Guard::Kind> asserted_kind(const Code& code, const Site& site);
  bool is_forgotten_answer(const Code& code, const Site& site) const;
  static bool is_dropped(const Code& code, const ir::Instruction& call);
  static std::vector<ir::BlockIndex> leaks_of(const Code& code, const Ends& ends, ir::BlockIndex decision,
                                              ir::BlockIndex failed);
  bool ends_callers_way(const Code& code, const BodyCheck& check) const;
  bool takes_function(const Code& code, const ir::Instruction& call) const;
  bool answers_verification(FunctionId id) const;
  bool hands_over(FunctionId from, const ir::Instruction& call, FunctionId function) const;
  void ask(FunctionId function, ir::LocalIndex value, int depth, int& budget, Question& question);
  void ask_answers(const std::vector<FunctionId>& functions, int depth, int& budget, Question& question);
  void ask_predicates(FunctionId function, const ir::Instruction& call, int depth, int& budget, Question& question);
  void ask_told(FunctionId function, const ir::Instruction& load, int depth, int& budget, Question& question);
  bool finds_membership(const Site& site);
  bool is_policy_on_record(const Site& site, const ir::Instruction& call) const;
  bool refuses_for_record(const Site& site, const ir::Instruction& call, FunctionId callee);
  bool hangs_on(FunctionId function, ir::LocalIndex parameter);
  bool is_handlers_parameter(const Code& code, ir::LocalIndex value) const;
  /// Bases of a class and of its bases in the order in which Python asks them.
  std::vector<Name> library_bases_in_order(ClassId view) const;
  bool answers_requests(Name base) const;
  void drop_replaced(const Registration& route, std::vector<SeenGuard>& out) const;
  bool asks_only_for_login(FunctionId function);
  void add_made_by(const std::vector<FunctionId>& bodies, std::vector<SeenGuard>& out);
  void ask_words(std::string_view name, Question& question);
  std::vector<SeenGuard> by_model(const Handler& handler);
  std::vector<SeenGuard> by_body(const Handler& handler);
  std::vector<SeenGuard> by_class(const Handler& handler);
  void add_bodies(const Handler& handler, const std::vector<FunctionId>& bodies, std::vector<SeenGuard>& out);
  void add_alternatives(const program::Constant& value, rule::GuardForm::Form form, Name field, Span span,
                        std::vector<SeenGuard>& out);
  void add_annotations(const Registration& route, FunctionId parent,
                       const std::vector<ir::Annotation>& annotations, std::vector<SeenGuard>& out);
  bool opens_by_body(const Handler& handler);
  void add_base_annotations(const Registration& route, std::vector<SeenGuard>& out);
  void add_composed(const Handler& handler, std::vector<SeenGuard>& out);
  bool is_tagged(const Site& site, Name tag) const;
  void add_library_bases(const Handler& handler, const std::vector<FunctionId>& bodies, std::vector<SeenGuard>& out);
  bool asks_for_mark(FunctionId body) const;
  bool marks_route(const Handler& handler);
  bool lets_base_fail(ClassId guard, const std::vector<FunctionId>& bodies);
  bool given_principal(FunctionId function, ir::LocalIndex parameter, int depth);
  void add_permission_method(const Registration& route, std::vector<SeenGuard>& out);
  const rule::GuardForm* any_form_of(Name symbol, rule::GuardForm::Form form) const;
  void add_parameters(FunctionId function, int depth, std::vector<SeenGuard>& out);
  void add_fields(const Registration& route, std::vector<SeenGuard>& out);
  void add_value(const program::Constant& value, rule::GuardForm::Form form, Name field, Span span,
                 std::vector<SeenGuard>& out);
  /// The first whose conditions hold at the call, if there is one.
  const rule::GuardForm* form_of(Name symbol, rule::GuardForm::Form form, const Site* call = nullptr) const;
  bool names_a_guard(std::string_view text) const;

  const Program& program_;
  const flow::FlowResult& flows_;
  Codes& codes_;
  Effects& effects_;
  std::unordered_map<std::uint32_t, std::vector<BodyCheck>> checks_;
  std::unordered_map<std::uint32_t, std::vector<BodyCheck>> conditions_;
  std::unordered_map<std::uint32_t, bool> open_;   // being analysed: recursion stops here
  std::unordered_map<Name, std::vector<const rule::GuardForm*>> forms_;
  std::set<std::string_view> guard_fields_;        // class fields that hold guards
  std::set<std::string_view> opening_fields_;      // … and open the route when they are empty
  std::unordered_map<Name, bool> principals_;      // symbol → may be anonymous
  std::unordered_map<Name, bool> proofs_;
  std::unordered_set<Name> view_bases_;                      // library classes that answer requests
  std::set<std::uint32_t> handlers_;
  int dependencies_open_ = 0;  // depth of dependencies being read
};

/// What a question that is asked of a caller checks.
rule::Guard::Kind kind_of(const Question& question);
std::string_view guard_kind_name(rule::Guard::Kind kind);
/// A guard as a model describes it.
SeenGuard seen(const rule::Guard& guard, std::string name, Span span);
SeenGuard unknown_guard(const Handler& handler);

}  // namespace privet::access
