#include "access/guards.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "access/operands.h"
#include "access/words.h"

// Bodies: branches whose one side never leads on, and calls that throw when the caller may not.

namespace privet::access {
namespace {

using rule::Guard;

constexpr std::array<std::string_view, 14> kRefusalCodes = {
    "400", "401", "402", "403", "404", "405", "409", "410", "419", "422", "423", "429", "302", "303"};


bool is_refusal_code(std::string_view text) {
  return std::find(kRefusalCodes.begin(), kRefusalCodes.end(), text) != kRefusalCodes.end();
}

bool is_next_name(std::string_view name) {
  return name == "next" || name == "done" || name == "call_next" || name == "get_response";
}

/// `next()`; with an argument it is an error, or a request in Python. `self.get_response(request)`.
bool calls_next(const ir::Function& function, const ir::Instruction& call) {
  if (call.op == ir::Op::Call && function.self != ir::kNone && call.a == function.self && call.name.text() == "get_response") {
    return true;
  }
  if (call.op != ir::Op::Call || !call.name.empty() || call.a == ir::kNone) return false;
  const std::string_view callee = function.locals[call.a].name.text();
  return is_next_name(callee) && (callee != "next" || call.n_operands == 0);
}

/// The method, or the variable that is called.
std::string_view called_name(const Code& code, const ir::Instruction& call) {
  if (!call.name.empty() || call.a == ir::kNone) return call.name.text();
  return code.function().locals[call.a].name.text();
}

/// `view(request, …)` in the function that a decorator puts around it.
bool calls_wrapped(const Program& program, FunctionId id, const ir::Instruction& call) {
  const ir::Function& function = program.function(id);
  if (call.op != ir::Op::Call || !call.name.empty() || call.a == ir::kNone) return false;
  const ir::Local& callee = function.locals[call.a];
  if (callee.kind != ir::Local::Kind::Captured || function.parent == ir::kNone || callee.outer == ir::kNone) {
    return false;
  }
  const ir::Function& decorator = program.function(program.function_id(program.module_of(id), function.parent));
  return callee.outer < decorator.locals.size() &&
         decorator.locals[callee.outer].kind == ir::Local::Kind::Parameter;
}

/// `super().dispatch(request)` in a `dispatch`: the view goes on.
bool calls_base_view(const Code& code, const ir::Instruction& call) {
  static constexpr std::array<std::string_view, 4> kBefore = {"dispatch", "initial", "prepare", "setup"};
  const std::string_view name = code.function().name.text();
  if (call.op != ir::Op::Call || call.name != code.function().name || call.a == ir::kNone) return false;
  if (std::find(kBefore.begin(), kBefore.end(), name) == kBefore.end()) return false;
  const ir::Instruction* receiver = code.origin(call.a);
  return receiver != nullptr && receiver->op == ir::Op::Call && called_name(code, *receiver) == "super";
}

}  // namespace

Guard::Kind kind_of(const Question& question) {
  if (question.owner_call) return Guard::Kind::Owner;
  if (question.comparison && question.principal && (question.request || question.record) &&
      !question.role) {
    return Guard::Kind::Owner;
  }
  if (question.role) return Guard::Kind::Authz;
  return Guard::Kind::Authn;
}

std::string_view guard_kind_name(Guard::Kind kind) {
  switch (kind) {
    case Guard::Kind::Authn: return "authentication";
    case Guard::Kind::Authz: return "permission";
    case Guard::Kind::Owner: return "ownership";
    case Guard::Kind::Rate: return "rate limit";
    case Guard::Kind::Csrf: return "csrf";
    case Guard::Kind::Consent: return "consent";
    case Guard::Kind::Signature: return "signature";
    case Guard::Kind::Captcha: return "captcha";
  }
  return "";
}

Guards::Guards(const Program& program, const flow::FlowResult& flows, Codes& codes, Effects& effects)
    : program_(program), flows_(flows), codes_(codes), effects_(effects) {
  index_models();
}

void Guards::index_models() {
  for (const rule::Framework& framework : program_.rules().frameworks()) {
    for (const rule::GuardForm& form : framework.guards) {
      for (const Name symbol : form.symbols) forms_[symbol].push_back(&form);
      if (form.form != rule::GuardForm::Form::Field) continue;
      guard_fields_.insert(form.field.text());
      if (form.opens) opening_fields_.insert(form.field.text());
    }
    for (const rule::PrincipalModel& principal : framework.principals) {
      for (const Name symbol : principal.symbols) principals_[symbol] = principal.may_be_anonymous;
    }
    for (const Name symbol : framework.proves_identity) proofs_[symbol] = true;
    for (const rule::RouteModel& route : framework.routes) {
      if (route.form == rule::RouteModel::Form::Class) view_bases_.insert(route.symbols.begin(), route.symbols.end());
    }
  }
}

// --- refusing and passing ---

bool Guards::model_refuses(const Site& site) const {
  for (const Name symbol : program_.callees(site).symbols) {
    for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
      if (model->refuses && program_.holds(site, model->when)) return true;
    }
  }
  return false;
}

/// `status(401)`, `error({status: 401})`, `new Response(body, {status: 401})`, `Response(body, 401)`.
bool Guards::says_refusal_code(const Code& code, const ir::Instruction& call) const {
  const bool says_status = status_words(called_name(code, call));
  // `c.json({…}, 401)`
  const auto given = operands_of(code.function(), call);
  if (given.size() >= 2 && sending_words(called_name(code, call)) && is_refusal_code(literal_text(code, given[1].value))) {
    return true;
  }
  for (const ir::Operand& operand : operands_of(code.function(), call)) {
    const bool here =
        says_status || (operand.kind == ir::Operand::Kind::Keyed && status_words(operand.name.text()));
    if (here && is_refusal_code(literal_text(code, operand.value))) return true;
    const ir::Instruction* made = code.origin(operand.value);
    if (made == nullptr || made->op != ir::Op::Construct) continue;
    for (const ir::Operand& entry : operands_of(code.function(), *made)) {
      if (entry.kind == ir::Operand::Kind::Keyed && status_words(entry.name.text()) &&
          is_refusal_code(literal_text(code, entry.value))) {
        return true;
      }
    }
  }
  return false;
}

/// `next(err)`: an error handler answers; `next({ctx})` goes on.
bool hands_on_error(const Code& code, const ir::Instruction& call) {
  const auto operands = operands_of(code.function(), call);
  if (operands.empty() || !call.name.empty() || code.function().locals[call.a].name.text() != "next") return false;
  const ir::Instruction* given = code.origin(operands[0].value);
  return given == nullptr || given->op != ir::Op::Construct;
}

Guards::Refusal Guards::refusal_of(const Code& code, ir::BlockIndex block) const {
  const ir::Block& body = code.function().blocks[block];
  if (body.end.kind == ir::Terminator::Kind::Throw) return Refusal::Leaves;
  bool sets_status = false;
  for (std::uint32_t i = 0; i < body.instructions.size(); ++i) {
    const ir::Instruction& code_here = body.instructions[i];
    // `ctx.status = 401`
    if (code_here.op == ir::Op::Store && status_words(code_here.name.text()) &&
        is_refusal_code(literal_text(code, code_here.c))) {
      sets_status = true;
    }
    if (code_here.op != ir::Op::Call) continue;
    if (model_refuses({code.id(), block, i}) || hands_on_error(code, code_here)) return Refusal::Leaves;
    const std::string_view name = called_name(code, code_here);
    if (is_forgotten_answer(code, {code.id(), block, i})) continue;
    if (refusal_words(name)) return Refusal::Leaves;
    if (sets_status && sending_words(name)) return Refusal::Leaves;
    if (!says_refusal_code(code, code_here)) continue;
    if (!status_setting_words(name)) return Refusal::Leaves;
    sets_status = true;
  }
  if (body.end.kind == ir::Terminator::Kind::Return && sets_status) return Refusal::Leaves;
  return sets_status ? Refusal::SetsStatus : Refusal::None;
}

/// What a function gives back that says no: `return false` of a guard, `return {}, 403`, `return {redirect:
/// …}` of a function that loads a page.
bool returns_refusal(const Code& code, const ir::Block& body, bool boolean_guard) {
  if (body.end.kind != ir::Terminator::Kind::Return || body.end.value == ir::kNone) return false;
  const ir::Instruction* made = code.origin(body.end.value);
  if (made == nullptr) return false;
  if (boolean_guard && made->op == ir::Op::Literal) {
    const std::string_view text = made->name.text();
    return text == "false" || text == "False";
  }
  if (made->op == ir::Op::Construct && made->container_kind() == ir::ContainerKind::Tuple) {
    const auto operands = operands_of(code.function(), *made);
    return operands.size() >= 2 && is_refusal_code(literal_text(code, operands[1].value));
  }
  if (made->op == ir::Op::Construct && made->container_kind() == ir::ContainerKind::Object) {
    const auto operands = operands_of(code.function(), *made);
    return std::any_of(operands.begin(), operands.end(), [](const ir::Operand& entry) {
      return entry.name.text() == "redirect" || entry.name.text() == "notFound";
    });
  }
  return false;
}

bool Guards::goes_on(const Code& code, const ir::Instruction& call) const {
  return calls_next(code.function(), call) || calls_wrapped(program_, code.id(), call) ||
         calls_base_view(code, call);
}

/// `return;`, `return null`, `return apiError(…)`, `return checked.response`: for whoever goes this way there is nothing behind it.
bool returns_nothing(const Code& code, const ir::Block& body) {
  if (body.end.kind != ir::Terminator::Kind::Return) return false;
  const ir::Instruction* made = body.end.value == ir::kNone ? nullptr : code.origin(body.end.value);
  if (made != nullptr && made->op == ir::Op::Call) return error_answer_words(called_name(code, *made));
  if (made != nullptr && made->op == ir::Op::Load) return telling_words(made->name.text());
  const bool nothing = body.end.value == ir::kNone ||
                       (made != nullptr && made->op == ir::Op::Literal && made->literal_kind() == ir::LiteralKind::Null);
  return nothing && std::none_of(body.instructions.begin(), body.instructions.end(),
                                 [](const ir::Instruction& in) { return in.op == ir::Op::Call; });
}

/// True if the function, or one made in it, calls `next()`.
bool Guards::passes_on(FunctionId id, int depth) const {
  const ir::Function& function = program_.function(id);
  for (const ir::Block& block : function.blocks) {
    for (const ir::Instruction& instruction : block.instructions) {
      if (calls_next(function, instruction)) return true;
      if (instruction.op == ir::Op::Closure && !instruction.is_class && depth < kMaxDepth &&
          passes_on(program_.function_id(program_.module_of(id), instruction.index), depth + 1)) {
        return true;
      }
    }
  }
  return false;
}

/// `in_place`: in code that does the work itself, whoever is sent back with nothing is turned away; what a
/// guard or helper gives back leaves that to its caller.
Guards::Ends Guards::ends_of(const Code& code, bool middleware, bool in_place) {
  const ir::Function& function = code.function();
  const std::size_t n = function.blocks.size();
  Ends ends;
  ends.refusals.assign(n, Refusal::None);
  ends.can_pass.assign(n, false);
  const bool boolean_guard = boolean_guard_words(function.name.text());
  std::vector<bool> passing(n, false);
  std::vector<std::vector<ir::BlockIndex>> predecessors(n);
  for (ir::BlockIndex b = 0; b < n; ++b) {
    for (const ir::BlockIndex to : code.successors(b)) predecessors[to].push_back(b);
  }
  // Where ways meet, the end of the function says nothing about any of them.
  const auto decided = [&](ir::BlockIndex b) {
    return predecessors[b].size() == 1 &&
           function.blocks[predecessors[b][0]].end.kind == ir::Terminator::Kind::Branch;
  };
  for (ir::BlockIndex b = 0; b < n; ++b) {
    const ir::Block& block = function.blocks[b];
    ends.refusals[b] = returns_refusal(code, block, boolean_guard) ? Refusal::Leaves : refusal_of(code, b);
    if (!middleware) {
      if (in_place && decided(b) && returns_nothing(code, block)) ends.refusals[b] = Refusal::Leaves;
      passing[b] = block.end.kind == ir::Terminator::Kind::Return && !ends.refuses(b);
      continue;
    }
    for (const ir::Instruction& instruction : block.instructions) {
      if (goes_on(code, instruction)) passing[b] = true;
      // `verify(token, (error) => { …; next(); })`
      if (instruction.op == ir::Op::Closure && !instruction.is_class &&
          passes_on(program_.function_id(program_.module_of(code.id()), instruction.index), 0)) {
        passing[b] = true;
      }
    }
    if (passing[b]) ends.refusals[b] = Refusal::None;
  }
  // A status is no refusal where the way goes on to the handler.
  for (ir::BlockIndex b = 0; middleware && b < n; ++b) {
    if (ends.refusals[b] != Refusal::SetsStatus) continue;
    const std::vector<bool> reached = code.reachable_from(b);
    for (ir::BlockIndex to = 0; to < n; ++to) {
      if (reached[to] && passing[to]) ends.refusals[b] = Refusal::None;
    }
  }
  for (ir::BlockIndex b = 0; b < n; ++b) {
    if (passing[b] && !ends.refuses(b)) ends.passing.push_back(b);
  }
  const auto lead_on = [&](const std::vector<bool>& closed) {
    std::vector<bool> leads(n, false);
    std::vector<ir::BlockIndex> open = ends.passing;
    for (const ir::BlockIndex b : open) leads[b] = true;
    while (!open.empty()) {
      const ir::BlockIndex block = open.back();
      open.pop_back();
      for (const ir::BlockIndex before : predecessors[block]) {
        if (leads[before] || ends.refuses(before) || closed[before]) continue;
        leads[before] = true;
        open.push_back(before);
      }
    }
    return leads;
  };
  ends.can_pass = lead_on(std::vector<bool>(n, false));
  if (!middleware) return ends;
  // `if not logged_in: if path not in EXEMPT: return redirect(…)`: some pages are let out of the check.
  std::vector<bool> exempts(n, false);
  for (ir::BlockIndex b = 0; b < n; ++b) {
    const ir::Terminator& end = function.blocks[b].end;
    if (end.kind != ir::Terminator::Kind::Branch || ends.can_pass[end.target] == ends.can_pass[end.otherwise]) continue;
    exempts[b] = exemption_words(program_.sources().text(end.span));
  }
  ends.can_pass = lead_on(exempts);
  return ends;
}

// --- checks ---

/// What an `async` function gives before it is awaited, which is always true. `await` is a copy.
bool Guards::is_promise(const Code& code, ir::LocalIndex value) const {
  const ir::Instruction* made = code.definition(value);
  if (made != nullptr && made->op == ir::Op::Copy && !code.function().locals[value].name.empty()) {
    made = code.definition(made->a);
  }
  if (made == nullptr || made->op != ir::Op::Call) return false;
  const program::Callees& callees = program_.callees(code.definition_site(made->result));
  return callees.symbols.empty() && !callees.functions.empty() &&
         std::all_of(callees.functions.begin(), callees.functions.end(),
                     [&](FunctionId callee) { return program_.function(callee).is_async; });
}

/// True if nobody looks at what the call gives: a promise that fails then turns nobody away.
bool Guards::is_dropped(const Code& code, const ir::Instruction& call) {
  if (call.result == ir::kNone) return true;
  const ir::Function& function = code.function();
  for (const ir::Block& block : function.blocks) {
    if (block.end.value == call.result) return false;
    for (const ir::Instruction& other : block.instructions) {
      if (other.a == call.result || other.b == call.result || other.c == call.result) return false;
      for (const ir::Operand& operand : operands_of(function, other)) {
        if (operand.value == call.result) return false;
      }
    }
  }
  return true;
}

/// Blocks that the failing side reaches when all it does is to set a status.
std::vector<ir::BlockIndex> Guards::leaks_of(const Code& code, const Ends& ends, ir::BlockIndex decision,
                                             ir::BlockIndex failed) {
  std::vector<ir::BlockIndex> open{failed};
  for (std::size_t i = 0; i < open.size(); ++i) {
    if (ends.refusals[open[i]] == Refusal::Leaves) continue;
    for (const ir::BlockIndex to : code.successors(open[i])) {
      if (to != decision && std::find(open.begin(), open.end(), to) == open.end()) open.push_back(to);
    }
  }
  return open;
}

/// `except PyJWTError:`: which error it was says nothing of the caller.
bool sorts_errors(const Code& code, ir::LocalIndex value) {
  const ir::Instruction* made = code.origin(value);
  if (made == nullptr || made->op != ir::Op::Operate || made->name.text() != "isinstance") return false;
  const auto operands = operands_of(code.function(), *made);
  const ir::Instruction* of = operands.empty() ? nullptr : code.origin(operands[0].value);
  return of != nullptr && of->op == ir::Op::Operate && of->name.text() == "caught";
}

std::optional<BodyCheck> Guards::check_of_branch(const Code& code, const Ends& ends,
                                                 ir::BlockIndex block) {
  const ir::Terminator& end = code.function().blocks[block].end;
  if (end.kind != ir::Terminator::Kind::Branch) return std::nullopt;
  const bool yes = ends.can_pass[end.target];
  const bool no = ends.can_pass[end.otherwise];
  if (yes == no) return std::nullopt;
  if (is_promise(code, end.value) || sorts_errors(code, end.value)) return std::nullopt;
  const Question question = question_of(code.id(), end.value);
  if (!question.is_check()) return std::nullopt;
  BodyCheck check;
  check.kind = kind_of(question);
  check.block = block;
  check.passed = yes ? end.target : end.otherwise;
  check.returns = code.function().blocks[yes ? end.otherwise : end.target].end.kind == ir::Terminator::Kind::Return;
  check.membership = question.membership;
  check.asked = end.value;
  check.leaks = leaks_of(code, ends, block, yes ? end.otherwise : end.target);
  check.only_says = std::any_of(check.leaks.begin(), check.leaks.end(), [&](ir::BlockIndex b) {
    return ends.refusals[b] == Refusal::SetsStatus;
  }) && std::any_of(check.leaks.begin(), check.leaks.end(), [&](ir::BlockIndex b) {
    return std::find(ends.passing.begin(), ends.passing.end(), b) != ends.passing.end();
  });
  check.span = end.span;
  check.text = std::string(program_.sources().text(end.span).substr(0, 60));
  return check;
}

bool Guards::takes_function(const Code& code, const ir::Instruction& call) const {
  for (const ir::Operand& operand : operands_of(code.function(), call)) {
    for (const Ref& ref : program_.refs(code.id(), operand.value)) {
      if (ref.kind == Ref::Kind::Function) return true;
    }
  }
  return false;
}

/// Throws unless a token is genuine (models tag such calls `jwt-verify`), and what it throws turns the
/// caller away.
bool Guards::verifies_token(const Code& code, const Ends& ends, const Site& site) {
  const ir::Block& block = code.function().blocks[site.block];
  const ir::Instruction& call = block.instructions[site.instruction];
  static const Name kVerifies = Name::of("jwt-verify");
  static const Name kTrusts = Name::of("jwt-unverified");
  bool verifies = false;
  for (const Name symbol : program_.callees(site).symbols) {
    for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
      if (!program_.holds(site, model->when)) continue;
      for (const Name tag : model->tags) {
        if (tag == kVerifies) verifies = true;
        if (tag == kTrusts) return false;
      }
    }
  }
  if (!verifies) return false;
  if (takes_function(code, call)) return false;
  if (block.handler != ir::kNone && ends.can_pass[block.handler]) return false;
  // Nobody may be let through without it: `if (token) user = verify(token)` is no refusal.
  return std::all_of(ends.passing.begin(), ends.passing.end(),
                     [&](ir::BlockIndex passing) { return code.dominates(site.block, passing); });
}

/// True if a function never returns to its caller without the check, nor after it failed: it throws, or
/// calls what does (`redirect()` of Next, `abort()` of Flask).
bool Guards::ends_callers_way(const Code& code, const BodyCheck& check) const {
  const auto& blocks = code.function().blocks;
  for (ir::BlockIndex b = 0; b < blocks.size(); ++b) {
    const bool returns = blocks[b].end.kind == ir::Terminator::Kind::Return && code.dominates(0, b);
    if (returns && !code.dominates(check.passed, b) && !code.dominates(check.block, b)) return false;
  }
  return std::all_of(check.leaks.begin(), check.leaks.end(), [&](ir::BlockIndex b) {
    if (blocks[b].end.kind == ir::Terminator::Kind::Throw) return true;
    for (std::uint32_t i = 0; i < blocks[b].instructions.size(); ++i) {
      if (blocks[b].instructions[i].op == ir::Op::Call && model_refuses({code.id(), b, i})) return true;
    }
    return blocks[b].end.kind != ir::Terminator::Kind::Return && refusal_of(code, b) != Refusal::Leaves;
  });
}

/// `ctx.assert(ctx.state.user.role === "admin", 403)`: what is asserted is the check.
std::optional<Guard::Kind> Guards::asserted_kind(const Code& code, const Site& site) {
  for (const Name symbol : program_.callees(site).symbols) {
    for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
      if (!model->asserts || !program_.holds(site, model->when)) continue;
      const ir::LocalIndex value = program_.argument_of(site, *model->asserts);
      if (value == ir::kNone) continue;
      const Question question = question_of(code.id(), value);
      if (question.is_check()) return kind_of(question);
    }
  }
  return std::nullopt;
}

/// `c.json({…}, 401);` where only what is given back is sent.
bool Guards::is_forgotten_answer(const Code& code, const Site& site) const {
  static const Name kGivenBack = Name::of("sent-when-returned");
  return is_tagged(site, kGivenBack) && is_dropped(code, code.at(site));
}

std::optional<BodyCheck> Guards::check_of_call(const Code& code, const Ends& ends,
                                               ir::BlockIndex block, std::uint32_t instruction,
                                               int depth) {
  const ir::Instruction& call = code.function().blocks[block].instructions[instruction];
  const Site site{code.id(), block, instruction};
  const program::Callees& callees = program_.callees(site);
  BodyCheck check;
  check.block = block;
  check.passed = block;
  check.instruction = instruction;
  check.is_call = true;
  check.span = call.span;
  check.text = std::string(program_.sources().text(call.span).substr(0, 60));
  // With a callback nothing is thrown here: what the callback does decides.
  const bool calls_back = takes_function(code, call);
  for (const Name symbol : callees.symbols) {
    if (calls_back) break;
    for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
      if (!model->guard || model->guard->mode != Guard::Mode::Required) continue;
      if (!program_.holds(site, model->when)) continue;
      static const Name kPromises = Name::of("promises");
      if (model->has_tag(kPromises) && is_dropped(code, call)) continue;
      check.kind = model->guard->kind;
      // Caught, its refusal is one for what stands in the `try` only.
      const ir::BlockIndex handler = code.function().blocks[block].handler;
      check.in_place = handler != ir::kNone && ends.can_pass[handler];
      return check;
    }
  }
  if (const auto kind = asserted_kind(code, site)) {
    check.kind = *kind;
    return check;
  }
  if (verifies_token(code, ends, site)) {
    check.kind = Guard::Kind::Authn;
    return check;
  }
  if (demanding_words(call.name.empty() ? called_name(code, call) : call.name.text()) && finds_membership(site)) {
    check.kind = Guard::Kind::Authn;
    check.membership = true;
    return check;
  }
  // A helper of the program that throws: its strongest check that guards every normal return.
  if (depth >= kMaxDepth || callees.functions.size() != 1) return std::nullopt;
  const FunctionId callee = callees.functions.front();
  if (open_[callee.value]) return std::nullopt;
  if (program_.function(callee).is_async && is_dropped(code, call)) return std::nullopt;
  const Code& inner = codes_.of(callee);
  std::optional<Guard::Kind> best;
  for (const BodyCheck& candidate : checks_in(callee)) {
    if (candidate.in_place || !ends_callers_way(inner, candidate)) continue;
    check.membership = check.membership || candidate.membership;
    if (!best || static_cast<int>(candidate.kind) > static_cast<int>(*best)) best = candidate.kind;
  }
  if (!best && refuses_for_record(site, call, callee)) best = Guard::Kind::Owner;
  if (!best || static_cast<int>(*best) > static_cast<int>(Guard::Kind::Owner)) return std::nullopt;
  check.kind = *best;
  return check;
}

void Guards::find_checks(FunctionId function, int depth, std::vector<BodyCheck>& out) {
  const Code& code = codes_.of(function);
  if (code.function().blocks.size() > Code::kMaxBlocks) return;
  bool middleware = false;
  for (const ir::Parameter& parameter : code.function().parameters) {
    if (parameter.local < code.function().locals.size() &&
        is_next_name(code.function().locals[parameter.local].name.text())) {
      middleware = true;
    }
  }
  // A callback of a middleware ends it: `(error, user) => { …; next(); }`.
  for (const ir::Local& local : code.function().locals) {
    if (local.kind == ir::Local::Kind::Captured && is_next_name(local.name.text())) middleware = true;
  }
  for (const ir::Block& block : code.function().blocks) {
    for (const ir::Instruction& call : block.instructions) middleware = middleware || goes_on(code, call);
  }
  const Ends ends = ends_of(code, middleware, false);
  const Ends in_place = middleware ? ends : ends_of(code, false, true);
  for (ir::BlockIndex b = 0; b < code.function().blocks.size(); ++b) {
    const auto& instructions = code.function().blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      if (instructions[i].op != ir::Op::Call) continue;
      if (auto check = check_of_call(code, ends, b, i, depth)) out.push_back(std::move(*check));
    }
    if (auto check = check_of_branch(code, ends, b)) {
      out.push_back(std::move(*check));
    } else if (auto quiet = check_of_branch(code, in_place, b)) {
      quiet->in_place = true;
      out.push_back(std::move(*quiet));
    }
  }
}

const std::vector<BodyCheck>& Guards::checks_in(FunctionId function) {
  const auto found = checks_.find(function.value);
  if (found != checks_.end()) return found->second;
  open_[function.value] = true;
  std::vector<BodyCheck> checks;
  int depth = 0;
  for (const auto& [id, open] : open_) depth += open ? 1 : 0;
  find_checks(function, depth - 1, checks);
  open_[function.value] = false;
  return checks_[function.value] = std::move(checks);
}

bool Guards::guards(const BodyCheck& check, const Site& site) {
  const Code& code = codes_.of(site.function);
  if (check.is_call) {
    if (check.block == site.block) return check.instruction < site.instruction;
    return code.dominates(check.block, site.block);
  }
  const bool before = check.returns ? code.dominates_unless_thrown(check.passed, site.block)
                                    : code.dominates(check.passed, site.block);
  return before &&
         std::find(check.leaks.begin(), check.leaks.end(), site.block) == check.leaks.end();
}

}  // namespace privet::access
