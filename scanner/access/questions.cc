#include <algorithm>

#include "access/guards.h"
#include "access/operands.h"
#include "access/words.h"

// What a condition asks about: read back from its value.

namespace privet::access {

using rule::Guard;

namespace {

constexpr std::size_t kMostCallers = 16;

}  // namespace

bool Question::is_check() const {
  return principal || credential || role || owner_call || proof || membership;
}

void Question::add(const Question& other) {
  principal = principal || other.principal;
  credential = credential || other.credential;
  role = role || other.role;
  request = request || other.request;
  record = record || other.record;
  comparison = comparison || other.comparison;
  owner_call = owner_call || other.owner_call;
  proof = proof || other.proof;
  membership = membership || other.membership;
  anonymous = anonymous || other.anonymous;
}

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
          if (model->has_tag(kVerifies)) return true;
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
  const auto principal = principals_.find(program_.symbol_of(function, value));
  const bool may_be_anonymous = principal != principals_.end() && principal->second;
  if (!local.name.empty() && !may_be_anonymous) ask_words(local.name.text(), question);
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
      // `user.is_librarian`: what some callers are and others are not.
      if ((of_base.principal || of_base.anonymous) && flag_words(made->name.text())) question.role = true;
      // A field of the caller is there only for callers who logged in.
      question.principal = question.principal || of_base.anonymous;
      of_base.anonymous = false;
      question.add(of_base);
      ask_told(function, *made, depth, budget, question);
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
      const bool compared = question.comparison;
      bool loads = false;
      for (const Name callee : callees.symbols) {
        if (proofs_.contains(callee)) question.proof = true;
        if (principals_.contains(callee)) question.principal = true;
        for (const rule::FunctionModel* model : program_.rules().functions(callee)) {
          if (model->guard && model->guard->kind == Guard::Kind::Authz) question.role = true;
          if (model->guard && model->guard->kind == Guard::Kind::Authn) question.credential = true;
          if (model->guard && model->guard->kind == Guard::Kind::Owner) question.owner_call = true;
          for (const rule::Access& access : model->accesses) {
            if (access.kind == rule::Access::Kind::Read) loads = true;
          }
        }
      }
      if (!made->name.empty()) ask(function, made->a, depth + 1, budget, question);
      Question given;
      for (const ir::Operand& operand : operands_of(code.function(), *made)) {
        ask(function, operand.value, depth + 1, budget, given);
      }
      // Handed to code of the program, the caller as an object is the caller: `order.visible_to(user)`.
      if (given.anonymous && !callees.functions.empty()) given.principal = true;
      // … and who is handed the record too, or is its method, decides for that record.
      if (given.principal && !given.proof && !callees.functions.empty() &&
          is_policy_on_record(site, *made)) {
        question.owner_call = true;
      }
      question.add(given);
      if (finds_membership(site)) question.membership = true;
      ask_predicates(function, *made, depth, budget, question);
      for (const flow::OriginId id : flows_.origins_at(site, made->result)) {
        if (flows_.origin(id).entity.valid()) loads = true;
        // `c.req.param("id")`
        if (flows_.origin(id).kind.text().starts_with("request")) question.request = true;
      }
      // `query(Guest).filter(Guest.id == claims["sub"])` selects a record; nobody is compared by it.
      if (loads && callees.functions.empty()) question.comparison = compared;
      question.record = question.record || loads;
      // `canDelete(caller)` asks more than whether somebody logged in.
      if (!question.is_check() || (!question.role && flag_words(name))) {
        ask_answers(callees.functions, depth, budget, question);
      }
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
      for (const ir::Operand& operand : operands_of(code.function(), *made)) {
        if (question.comparison && is_handlers_parameter(code, operand.value)) question.request = true;
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

/// `members.some((member) => member.userId === me.id)`: what is asked of each is the question.
void Guards::ask_predicates(FunctionId function, const ir::Instruction& call, int depth, int& budget,
                            Question& question) {
  if (!predicate_words(call.name.text())) return;
  Question asked;
  for (const ir::Operand& operand : operands_of(program_.function(function), call)) {
    for (const Ref& ref : program_.refs(function, operand.value)) {
      if (ref.kind == Ref::Kind::Function) ask_answers({FunctionId{ref.id}}, depth, budget, asked);
    }
  }
  // `roles.every((role) => role.name)` asks nothing of the caller.
  if (asked.principal) question.add(asked);
}

/// `members.findUnique({where: {userId: me.id, teamId}})`: there only when the two belong together.
bool Guards::finds_membership(const Site& site) {
  for (const flow::Load& load : effects_.of(site.function)) {
    if (load.site != site || load.kind != rule::Access::Kind::Read) continue;
    const auto of_caller = [](const flow::Load::Selector& selector) { return selector.from_principal; };
    if (std::any_of(load.where.begin(), load.where.end(), of_caller) &&
        !std::all_of(load.where.begin(), load.where.end(), of_caller)) {
      return true;
    }
  }
  return false;
}

/// True if the receiver or an argument is a stored record that was loaded, whole.
bool Guards::is_policy_on_record(const Site& site, const ir::Instruction& call) const {
  const auto is_loaded = [&](ir::LocalIndex value) {
    if (value == ir::kNone) return false;
    for (const Ref& ref : program_.refs(site.function, value)) {
      const program::EntityId entity = program_.entity_of(ref);
      if (ref.kind == Ref::Kind::Instance && !ref.list && entity.valid() && program_.entity(entity).stored) {
        return !flows_.from_principal(site, value);
      }
    }
    return false;
  };
  if (!call.name.empty() && is_loaded(call.a)) return true;
  const auto operands = operands_of(program_.function(site.function), call);
  return std::any_of(operands.begin(), operands.end(),
                     [&](const ir::Operand& operand) { return is_loaded(operand.value); });
}

/// `post.raise_visible_to_user(user)`: handed the caller and the record, the function turns some away.
bool Guards::refuses_for_record(const Site& site, const ir::Instruction& call, FunctionId callee) {
  // What the code alone says comes first: where values come from is dear to ask.
  const Code& inner = codes_.of(callee);
  bool refuses = false;
  for (ir::BlockIndex b = 0; b < inner.function().blocks.size() && !refuses; ++b) {
    refuses = refusal_of(inner, b) == Refusal::Leaves;
  }
  if (!refuses || !is_policy_on_record(site, call)) return false;
  const auto operands = operands_of(program_.function(site.function), call);
  return std::any_of(operands.begin(), operands.end(), [&](const ir::Operand& operand) {
    return flows_.from_principal(site, operand.value);
  });
}

bool Guards::chooses_for_caller(const Site& site, FunctionId function) {
  if (program_.instruction(site).op != ir::Op::Call) return false;
  const auto& parameters = program_.function(function).parameters;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    ir::AccessPath path;
    path.root = ir::AccessPath::Root::Argument;
    path.index = static_cast<std::int32_t>(i);
    const ir::LocalIndex given = program_.argument_of(site, path);
    if (given != ir::kNone && hangs_on(function, parameters[i].local) && flows_.from_principal(site, given)) return true;
  }
  return false;
}

/// True if a parameter is compared, narrows a query, or goes into a function of the program whose answer is
/// used: not only written to a log.
bool Guards::hangs_on(FunctionId id, ir::LocalIndex parameter) {
  const ir::Function& function = program_.function(id);
  std::vector<bool> derived(function.locals.size(), false);
  std::vector<bool> used(function.locals.size(), false);
  if (parameter >= derived.size()) return false;
  derived[parameter] = true;
  for (const ir::Block& block : function.blocks) {
    for (const ir::Instruction& code : block.instructions) {
      if (code.a != ir::kNone) used[code.a] = true;
      for (const ir::Operand& operand : operands_of(function, code)) used[operand.value] = true;
    }
    if (block.end.value != ir::kNone) used[block.end.value] = true;
  }
  for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
    const auto& instructions = function.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      const ir::Instruction& code = instructions[i];
      const auto operands = operands_of(function, code);
      const bool given = std::any_of(operands.begin(), operands.end(),
                                     [&](const ir::Operand& operand) { return derived[operand.value]; });
      const bool part = (code.op == ir::Op::Load || code.op == ir::Op::Copy) && code.a != ir::kNone && derived[code.a];
      if (code.op == ir::Op::Operate && given) return true;
      if (code.op == ir::Op::Call && given && code.result != ir::kNone && used[code.result] &&
          (narrowing_words(code.name.text()) || !program_.callees({id, b, i}).functions.empty())) {
        return true;
      }
      if ((part || (code.op == ir::Op::Construct && given)) && code.result != ir::kNone) derived[code.result] = true;
    }
  }
  return false;
}

/// A parameter that the framework fills from the path, as it is or converted: `pk`, `int(pk)`.
bool Guards::is_handlers_parameter(const Code& code, ir::LocalIndex value) const {
  if (value == ir::kNone || !handlers_.contains(code.id().value)) return false;
  const ir::Instruction* made = code.origin(value);
  if (made != nullptr && made->op == ir::Op::Call && made->n_operands == 1) {
    value = operands_of(code.function(), *made)[0].value;
    made = code.origin(value);
  }
  return made == nullptr && code.function().locals[value].kind == ir::Local::Kind::Parameter &&
         program_.symbol_of(code.id(), value).empty();
}

Question Guards::question_of(FunctionId function, ir::LocalIndex value) {
  Question question;
  int budget = kMaxWalk;
  ask(function, value, 0, budget, question);
  return question;
}

}  // namespace privet::access
