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

constexpr std::size_t kMostCallers = 16;

bool is_refusal_code(std::string_view text) {
  return std::find(kRefusalCodes.begin(), kRefusalCodes.end(), text) != kRefusalCodes.end();
}

bool is_next_name(std::string_view name) {
  return name == "next" || name == "done" || name == "call_next" || name == "get_response";
}

/// `next()`; with an argument it is an error, or a request in Python.
bool calls_next(const ir::Function& function, const ir::Instruction& call) {
  if (call.op != ir::Op::Call || !call.name.empty() || call.a == ir::kNone) return false;
  const std::string_view callee = function.locals[call.a].name.text();
  return is_next_name(callee) && (callee != "next" || call.n_operands == 0);
}

/// The method, or the variable that is called.
std::string_view called_name(const Code& code, const ir::Instruction& call) {
  if (!call.name.empty() || call.a == ir::kNone) return call.name.text();
  return code.function().locals[call.a].name.text();
}

Guard::Kind kind_of(const Question& question) {
  if (question.owner_call) return Guard::Kind::Owner;
  if (question.comparison && question.principal && (question.request || question.record) &&
      !question.role) {
    return Guard::Kind::Owner;
  }
  if (question.role) return Guard::Kind::Authz;
  return Guard::Kind::Authn;
}

bool is_check(const Question& question) {
  return question.principal || question.credential || question.role || question.owner_call ||
         question.proof;
}

}  // namespace

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

Guards::Guards(const Program& program, const flow::FlowResult& flows, Codes& codes)
    : program_(program), flows_(flows), codes_(codes) {
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

/// `status(401)`, `error({status: 401})`, `new Response(body, {status: 401})`.
bool Guards::says_refusal_code(const Code& code, const ir::Instruction& call) const {
  const bool says_status = status_words(call.name.text());
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
    if (refusal_words(name)) return Refusal::Leaves;
    if (sets_status && sending_words(name)) return Refusal::Leaves;
    if (!says_refusal_code(code, code_here)) continue;
    if (!status_setting_words(name)) return Refusal::Leaves;
    sets_status = true;
  }
  if (body.end.kind == ir::Terminator::Kind::Return && sets_status) return Refusal::Leaves;
  return sets_status ? Refusal::SetsStatus : Refusal::None;
}

/// What a function gives back that says no: `return false` of a guard, `return {}, 403`.
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
  return false;
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

Guards::Ends Guards::ends_of(const Code& code, bool middleware) {
  const ir::Function& function = code.function();
  const std::size_t n = function.blocks.size();
  Ends ends;
  ends.refusals.assign(n, Refusal::None);
  ends.can_pass.assign(n, false);
  const bool boolean_guard = boolean_guard_words(function.name.text());
  std::vector<bool> passing(n, false);
  for (ir::BlockIndex b = 0; b < n; ++b) {
    const ir::Block& block = function.blocks[b];
    ends.refusals[b] = returns_refusal(code, block, boolean_guard) ? Refusal::Leaves : refusal_of(code, b);
    if (!middleware) {
      passing[b] = block.end.kind == ir::Terminator::Kind::Return && !ends.refuses(b);
      continue;
    }
    for (const ir::Instruction& instruction : block.instructions) {
      if (calls_next(function, instruction)) passing[b] = true;
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
  // Backwards from the passing ends, not through refusing blocks.
  std::vector<std::vector<ir::BlockIndex>> predecessors(n);
  for (ir::BlockIndex b = 0; b < n; ++b) {
    for (const ir::BlockIndex to : code.successors(b)) predecessors[to].push_back(b);
  }
  std::vector<ir::BlockIndex> open;
  for (ir::BlockIndex b = 0; b < n; ++b) {
    if (passing[b] && !ends.refuses(b)) {
      ends.can_pass[b] = true;
      ends.passing.push_back(b);
      open.push_back(b);
    }
  }
  while (!open.empty()) {
    const ir::BlockIndex block = open.back();
    open.pop_back();
    for (const ir::BlockIndex before : predecessors[block]) {
      if (ends.can_pass[before] || ends.refuses(before)) continue;
      ends.can_pass[before] = true;
      open.push_back(before);
    }
  }
  return ends;
}

// --- questions ---

void Guards::ask_words(std::string_view name, Question& question) {
  if (role_words(name)) question.role = true;
  if (credential_words(name)) question.credential = true;
  if (principal_words(name)) question.principal = true;
}

/// `(error, decoded) => …` of `jwt.verify(token, key, …)`, `(error, user) => …` of `authenticate(…)`.
bool Guards::answers_verification(FunctionId id) const {
  static const Name kVerifies = Name::of("jwt-verify");
  const ir::Function& function = program_.function(id);
  if (function.parent == ir::kNone) return false;
  const program::ModuleId module = program_.module_of(id);
  const FunctionId parent = program_.function_id(module, function.parent);
  const ir::Function& outer = program_.function(parent);
  for (ir::BlockIndex b = 0; b < outer.blocks.size(); ++b) {
    for (std::uint32_t i = 0; i < outer.blocks[b].instructions.size(); ++i) {
      const ir::Instruction& call = outer.blocks[b].instructions[i];
      if (call.op != ir::Op::Call || !hands_over(parent, call, id)) continue;
      for (const Name symbol : program_.callees({parent, b, i}).symbols) {
        if (proofs_.contains(symbol)) return true;
        for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
          if (model->guard && model->guard->kind == Guard::Kind::Authn) return true;
          if (std::find(model->tags.begin(), model->tags.end(), kVerifies) != model->tags.end()) return true;
        }
      }
    }
  }
  return false;
}

/// True if all who call a function of the program hand it the caller there: `findOwn(id, user.id)`.
bool Guards::given_principal(FunctionId id, ir::LocalIndex parameter, int depth) {
  const ir::Function& function = program_.function(id);
  const auto at = std::find_if(function.parameters.begin(), function.parameters.end(),
                               [&](const ir::Parameter& known) { return known.local == parameter; });
  const auto callers = program_.callers(id);
  if (at == function.parameters.end() || callers.empty() || callers.size() > kMostCallers) return false;
  ir::AccessPath path;
  path.root = ir::AccessPath::Root::Argument;
  path.index = static_cast<std::int32_t>(at - function.parameters.begin());
  return std::all_of(callers.begin(), callers.end(), [&](const Site& site) {
    if (program_.instruction(site).op != ir::Op::Call) return false;
    const ir::LocalIndex given = program_.argument_of(site, path);
    if (given == ir::kNone) return false;
    if (flows_.from_principal(site, given)) return true;
    return depth < kMaxDepth && program_.function(site.function).locals[given].kind == ir::Local::Kind::Parameter &&
           given_principal(site.function, given, depth + 1);
  });
}

bool Guards::hands_over(FunctionId from, const ir::Instruction& call, FunctionId function) const {
  for (const ir::Operand& operand : operands_of(program_.function(from), call)) {
    for (const Ref& ref : program_.refs(from, operand.value)) {
      if (ref.kind == Ref::Kind::Function && ref.id == function.value) return true;
    }
  }
  return false;
}

void Guards::ask(FunctionId function, ir::LocalIndex value, int depth, int& budget,
                 Question& question) {
  if (value == ir::kNone || depth > 8 || --budget < 0) return;
  const Code& code = codes_.of(function);
  const ir::Local& local = code.function().locals[value];
  if (!local.name.empty()) ask_words(local.name.text(), question);
  const auto principal = principals_.find(program_.symbol_of(function, value));
  const bool may_be_anonymous = principal != principals_.end() && principal->second;
  if (may_be_anonymous) question.anonymous = true;
  else if (principal != principals_.end()) question.principal = true;
  const ir::Instruction* made = code.origin(value);
  if (made == nullptr) {
    if (local.kind == ir::Local::Kind::Parameter) {
      if (answers_verification(function)) question.credential = true;
      if (given_principal(function, value, 0)) question.principal = true;
    }
    for (const Ref& ref : program_.refs(function, value)) {
      if (ref.kind == Ref::Kind::Instance || ref.kind == Ref::Kind::Model) question.record = true;
    }
    // `session?.user`, `a && b`: what is written on each way.
    if (!local.name.empty()) return;
    for (const ir::Block& block : code.function().blocks) {
      for (const ir::Instruction& written : block.instructions) {
        if (written.result == value && written.op == ir::Op::Copy) ask(function, written.a, depth + 1, budget, question);
      }
    }
    return;
  }
  switch (made->op) {
    case ir::Op::Literal:
      if (made->literal_kind() == ir::LiteralKind::String && role_words(made->name.text())) question.role = true;
      return;
    case ir::Op::Load: {
      ask_words(made->name.text(), question);
      const Site site = code.definition_site(made->result);
      if (may_be_anonymous) return;
      if (flows_.from_principal(site, made->result)) question.principal = true;
      for (const flow::OriginId id : flows_.origins_at(site, made->result)) {
        const flow::Origin& origin = flows_.origin(id);
        if (origin.kind.text().starts_with("request")) question.request = true;
        if (origin.entity.valid()) question.record = true;
      }
      Question of_base;
      ask(function, made->a, depth + 1, budget, of_base);
      // A field of the caller is there only for callers who logged in.
      question.principal = question.principal || of_base.principal || of_base.anonymous;
      question.credential = question.credential || of_base.credential;
      question.role = question.role || of_base.role;
      question.request = question.request || of_base.request;
      question.record = question.record || of_base.record;
      question.owner_call = question.owner_call || of_base.owner_call;
      question.comparison = question.comparison || of_base.comparison;
      question.proof = question.proof || of_base.proof;
      return;
    }
    case ir::Op::Call: {
      const Site site = code.definition_site(made->result);
      const program::Callees& callees = program_.callees(site);
      std::string_view name = made->name.text();
      if (name.empty() && made->a != ir::kNone) name = code.function().locals[made->a].name.text();
      ask_words(name, question);
      if (owner_words(name)) question.owner_call = true;
      if (equality_words(name)) question.comparison = true;
      for (const Name callee : callees.symbols) {
        if (proofs_.contains(callee)) question.proof = true;
        if (principals_.contains(callee)) question.principal = true;
        for (const rule::FunctionModel* model : program_.rules().functions(callee)) {
          if (model->guard && model->guard->kind == Guard::Kind::Authz) question.role = true;
          if (model->guard && model->guard->kind == Guard::Kind::Authn) question.credential = true;
          if (model->guard && model->guard->kind == Guard::Kind::Owner) question.owner_call = true;
        }
      }
      if (!made->name.empty()) ask(function, made->a, depth + 1, budget, question);
      for (const ir::Operand& operand : operands_of(code.function(), *made)) {
        ask(function, operand.value, depth + 1, budget, question);
      }
      for (const flow::OriginId id : flows_.origins_at(site, made->result)) {
        if (flows_.origin(id).entity.valid()) question.record = true;
      }
      if (!is_check(question)) ask_answers(callees.functions, depth, budget, question);
      return;
    }
    case ir::Op::Operate: {
      const std::string_view op = made->name.text();
      if (op == "==" || op == "===" || op == "!=" || op == "!==" || op == "is" || op == "is not" ||
          op == "in" || op == "not in") {
        // A comparison with nothing asks whether the thing is there, not whose it is.
        bool with_nothing = false;
        for (const ir::Operand& operand : operands_of(code.function(), *made)) {
          const ir::Instruction* side = code.origin(operand.value);
          if (side != nullptr && side->op == ir::Op::Literal &&
              side->literal_kind() != ir::LiteralKind::String) {
            with_nothing = true;
          }
        }
        if (!with_nothing) question.comparison = true;
      }
      for (const ir::Operand& operand : operands_of(code.function(), *made)) {
        ask(function, operand.value, depth + 1, budget, question);
      }
      // Compared with something, the caller as an object is the caller.
      if (question.comparison && question.anonymous) question.principal = true;
      return;
    }
    case ir::Op::Construct:
    case ir::Op::Unknown:
      for (const ir::Operand& operand : operands_of(code.function(), *made)) {
        ask(function, operand.value, depth + 1, budget, question);
      }
      return;
    case ir::Op::Copy:
    case ir::Op::Store:
    case ir::Op::Closure: return;
  }
}

/// `if (authed())`: what the function of the program answers is the question.
void Guards::ask_answers(const std::vector<FunctionId>& functions, int depth, int& budget, Question& question) {
  constexpr std::size_t kMostFunctions = 2;
  if (functions.size() > kMostFunctions) return;
  for (const FunctionId called : functions) {
    for (const ir::Block& block : program_.function(called).blocks) {
      if (block.end.kind == ir::Terminator::Kind::Return) ask(called, block.end.value, depth + 2, budget, question);
    }
  }
}

Question Guards::question_of(FunctionId function, ir::LocalIndex value) {
  Question question;
  int budget = kMaxWalk;
  ask(function, value, 0, budget, question);
  return question;
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

std::optional<BodyCheck> Guards::check_of_branch(const Code& code, const Ends& ends,
                                                 ir::BlockIndex block) {
  const ir::Terminator& end = code.function().blocks[block].end;
  if (end.kind != ir::Terminator::Kind::Branch) return std::nullopt;
  const bool yes = ends.can_pass[end.target];
  const bool no = ends.can_pass[end.otherwise];
  if (yes == no) return std::nullopt;
  if (is_promise(code, end.value)) return std::nullopt;
  const Question question = question_of(code.id(), end.value);
  if (!is_check(question)) return std::nullopt;
  BodyCheck check;
  check.kind = kind_of(question);
  check.block = block;
  check.passed = yes ? end.target : end.otherwise;
  check.leaks = leaks_of(code, ends, block, yes ? end.otherwise : end.target);
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
      check.kind = model->guard->kind;
      return check;
    }
  }
  if (verifies_token(code, ends, site)) {
    check.kind = Guard::Kind::Authn;
    return check;
  }
  // A helper of the program that throws: its strongest check that guards every normal return.
  if (depth >= kMaxDepth || callees.functions.size() != 1) return std::nullopt;
  const FunctionId callee = callees.functions.front();
  if (open_[callee.value]) return std::nullopt;
  const Code& inner = codes_.of(callee);
  std::optional<Guard::Kind> best;
  for (const BodyCheck& candidate : checks_in(callee)) {
    bool all = true;
    bool throws = false;
    for (ir::BlockIndex b = 0; b < inner.function().blocks.size(); ++b) {
      const ir::Terminator::Kind kind = inner.function().blocks[b].end.kind;
      if (kind == ir::Terminator::Kind::Throw) throws = true;
      if (kind == ir::Terminator::Kind::Return && inner.dominates(0, b) &&
          !inner.dominates(candidate.passed, b)) {
        all = false;
      }
    }
    if (!all || (!throws && !candidate.is_call)) continue;
    if (!best || static_cast<int>(candidate.kind) > static_cast<int>(*best)) best = candidate.kind;
  }
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
  const Ends ends = ends_of(code, middleware);
  for (ir::BlockIndex b = 0; b < code.function().blocks.size(); ++b) {
    const auto& instructions = code.function().blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      if (instructions[i].op != ir::Op::Call) continue;
      if (auto check = check_of_call(code, ends, b, i, depth)) out.push_back(std::move(*check));
    }
    if (auto check = check_of_branch(code, ends, b)) out.push_back(std::move(*check));
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
  return code.dominates(check.passed, site.block) &&
         std::find(check.leaks.begin(), check.leaks.end(), site.block) == check.leaks.end();
}

}  // namespace privet::access
