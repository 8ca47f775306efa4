#include "finding/arrival.h"

#include <algorithm>
#include <array>
#include <string>

#include <re2/re2.h>

#include "personal/spelling.h"
#include "rule/data_types.h"

namespace privet::finding {
namespace {

using base::Name;
using flow::Flow;
using flow::Step;

/// The argument of the sink's call that the flow leaves in; null when it is none.
const ir::Operand* argument_of(const Facts& facts, const Flow& flow) {
  const ir::Function& code = facts.program.function(flow.site.function);
  if (flow.site.block >= code.blocks.size()) return nullptr;
  const auto& instructions = code.blocks[flow.site.block].instructions;
  if (flow.site.instruction >= instructions.size()) return nullptr;
  const ir::Instruction& call = instructions[flow.site.instruction];
  for (std::uint32_t i = 0; i < call.n_operands; ++i) {
    const ir::Operand& operand = code.operands[call.first_operand + i];
    if (operand.span.contains(flow.span)) return &operand;
  }
  return nullptr;
}

/// The one instruction that makes a local, through copies and captured variables; null when there are several
/// or none. `function` and `local` become those of its result.
const ir::Instruction* made_at(const Facts& facts, program::FunctionId& function, ir::LocalIndex& local) {
  constexpr int kMostCopies = 8;
  for (int i = 0; i < kMostCopies && local != ir::kNone; ++i) {
    const ir::Function& code = facts.program.function(function);
    const ir::Local& variable = code.locals[local];
    if (variable.kind == ir::Local::Kind::Captured && variable.outer != ir::kNone && code.parent != ir::kNone) {
      function = facts.program.function_id(facts.program.module_of(function), code.parent);
      local = variable.outer;
      continue;
    }
    const ir::Instruction* made = maker_of(code, local);
    if (made == nullptr || made->op != ir::Op::Copy) return made;
    local = made->a;
  }
  return nullptr;
}

/// A field taken out of what began at `start`, a text made of such fields only, or an error.
bool is_field(const Facts& facts, program::FunctionId function, ir::LocalIndex local, source::Span start, int depth) {
  const ir::Instruction* made = made_at(facts, function, local);
  if (made == nullptr || depth > 3) return false;
  if (made->op == ir::Op::Literal) return depth > 0;
  if (made->op == ir::Op::Load) return !made->name.empty() && made->name != ir::any_element() && made->span != start;
  if (made->op != ir::Op::Operate) return false;
  if (made->name.text() == "caught") return true;
  if (made->name.text() != "template") return false;
  const ir::Function& code = facts.program.function(function);
  for (std::uint32_t i = 0; i < made->n_operands; ++i) {
    if (!is_field(facts, function, code.operands[made->first_operand + i].value, start, depth + 1)) return false;
  }
  return true;
}

/// `to=[address]`: a list written out with a single value, whatever list that value came from.
bool is_list_of_one(const Facts& facts, const Flow& flow) {
  const ir::Function& code = facts.program.function(flow.site.function);
  const ir::Instruction& call = code.blocks[flow.site.block].instructions[flow.site.instruction];
  for (std::uint32_t i = 0; i < call.n_operands; ++i) {
    const ir::Operand& operand = code.operands[call.first_operand + i];
    if (!operand.span.contains(flow.span) || operand.kind == ir::Operand::Kind::Spread) continue;
    for (const ir::Instruction& made : code.blocks[flow.site.block].instructions) {
      if (made.result != operand.value || made.op != ir::Op::Construct || made.n_operands != 1) continue;
      if (made.container_kind() != ir::ContainerKind::List && made.container_kind() != ir::ContainerKind::Tuple) continue;
      const ir::Operand& only = code.operands[made.first_operand];
      if (only.kind != ir::Operand::Kind::Value) return false;
      const auto refs = facts.program.refs(flow.site.function, only.value);
      return std::none_of(refs.begin(), refs.end(), [](const program::Ref& ref) { return ref.list; });
    }
  }
  return false;
}

/// The method that was called there with the next function of the way as its callback; empty when none.
Name called_at(const Facts& facts, const Step& step) {
  for (const ir::Block& block : facts.program.function(step.function).blocks) {
    for (const ir::Instruction& in : block.instructions) {
      if (in.op == ir::Op::Call && in.span == step.span) return in.name;
    }
  }
  return {};
}

/// `for (const user of users)`, the element that a callback is given.
bool takes_element(const Facts& facts, const Step& step) {
  static const std::vector<Name> kEach = {Name::of("map"), Name::of("forEach"), Name::of("flatMap"), Name::of("each")};
  if (step.kind == Step::Kind::Field) return step.name == ir::any_element() || step.name == Name::of("0");
  return step.kind == Step::Kind::Enter && step.function.valid() && listed(kEach, called_at(facts, step));
}

bool collects(const Step& step) {
  static const std::vector<Name> kNames = {
      Name::of("append"), Name::of("push"),   Name::of("add"),    Name::of("extend"), Name::of("join"),  Name::of("concat"),
      Name::of("map"),    Name::of("list"),   Name::of("filter"), Name::of("set"),    Name::of("union"), Name::of("unshift"),
      Name::of("values_list"), Name::of("flatMap"), Name::of("pluck"), Name::of("distinct"), Name::of("from")};
  return step.kind == Step::Kind::Pass && listed(kNames, step.name);
}

bool is_list(const Facts& facts, const Flow& flow, ir::LocalIndex local) {
  program::FunctionId function = flow.site.function;
  const ir::Instruction* made = made_at(facts, function, local);
  return made != nullptr && made->op == ir::Op::Construct && made->container_kind() == ir::ContainerKind::List;
}

/// True if the value went into and out of many functions.
bool is_far(const Flow& flow) {
  constexpr std::ptrdiff_t kMaxCalls = 3;
  return std::count_if(flow.steps.begin(), flow.steps.end(), [](const flow::Step& step) {
           return step.kind == flow::Step::Kind::Enter || step.kind == flow::Step::Kind::Leave;
         }) > kMaxCalls;
}

bool is_declared_nowhere(const program::Program& program, program::FunctionId function, ir::LocalIndex local) {
  const program::Program::Variable home = program.variable_of(function, local);
  return program.function(home.function).locals[home.local].kind == ir::Local::Kind::Free;
}

/// `settings[key]` where the key is anything, and not one after the other of a loop: which field leaves is
/// not known.
bool leaves_some_field(const Facts& facts, const Flow& flow) {
  const ir::Function& code = facts.program.function(flow.site.function);
  const ir::Instruction& call = code.blocks[flow.site.block].instructions[flow.site.instruction];
  for (std::uint32_t i = 0; i < call.n_operands; ++i) {
    const ir::Operand& operand = code.operands[call.first_operand + i];
    if (operand.span != flow.span || operand.value == ir::kNone) continue;
    const ir::Instruction* read = maker_of(code, operand.value);
    if (read == nullptr || read->op != ir::Op::Load || !read->name.empty() || read->b == ir::kNone) return false;
    const ir::Instruction* key = maker_of(code, read->b);
    if (key == nullptr) return is_declared_nowhere(facts.program, flow.site.function, read->b);
    return key->op == ir::Op::Load && !key->name.empty() && key->name != ir::any_element();
  }
  return false;
}

}  // namespace

bool listed(const std::vector<Name>& names, Name name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_part(const Facts& facts, const Flow& flow) {
  const source::Span start = facts.flows.origin(flow.origin).span;
  static const std::vector<base::Name> kReaders = {base::Name::of("get"), base::Name::of("getlist"), base::Name::of("pop")};
  const ir::Operand* given = argument_of(facts, flow);
  if (given != nullptr && is_field(facts, flow.site.function, given->value, start, 0)) return true;
  return std::any_of(flow.steps.begin(), flow.steps.end(), [&](const flow::Step& step) {
    const bool reads = step.kind == flow::Step::Kind::Field ||
                       (step.kind == flow::Step::Kind::Pass && listed(kReaders, step.name));
    return reads && step.span != start;
  });
}

bool is_guess(const Facts& facts, const Flow& flow) {
  static const std::vector<base::Name> kSaid = {
      base::Name::of("log"),       base::Name::of("trace"), base::Name::of("error-monitoring"), base::Name::of("exception"),
      base::Name::of("error-response"), base::Name::of("url"), base::Name::of("redirect")};
  if (!listed(kSaid, flow.sink)) return false;
  if (flow.shared || is_far(flow) || leaves_some_field(facts, flow)) return true;
  return flow.opaque && std::any_of(flow.steps.begin(), flow.steps.end(), [](const flow::Step& step) {
           return step.kind == flow::Step::Kind::Enter || step.kind == flow::Step::Kind::Leave;
         });
}

bool answers_who_typed(const Flow& flow) {
  static const std::vector<Name> kErrors = {Name::of("exception"), Name::of("error-response")};
  if (!listed(kErrors, flow.sink)) return false;
  static constexpr std::array<std::string_view, 5> kChecks = {"Validation", "Invalid", "BadRequest", "UserInput", "Parse"};
  const auto checks = [](std::string_view name) {
    return std::any_of(kChecks.begin(), kChecks.end(), [&](std::string_view word) { return name.find(word) != std::string_view::npos; });
  };
  if (checks(flow.symbol.text())) return true;
  return std::any_of(flow.steps.begin(), flow.steps.end(), [&](const Step& step) {
    const bool far = step.kind == Step::Kind::Enter || (step.kind == Step::Kind::Leave && flow.sink == kErrors.front());
    return far || (step.kind == Step::Kind::Pass && checks(step.name.text()));
  });
}

bool makes_role(const Facts& facts, const Flow& flow) {
  static const re2::RE2 kRole(R"((?i)\b(create|alter)\s+(role|user)\b)");
  if (flow.sink != Name::of("database")) return false;
  const ir::Function& code = facts.program.function(flow.site.function);
  const std::string_view text = facts.program.sources().text(code.blocks[flow.site.block].instructions[flow.site.instruction].span);
  if (re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), kRole)) return true;
  return std::any_of(flow.steps.begin(), flow.steps.end(), [&](const Step& step) {
    if (!step.function.valid()) return false;
    const std::vector<std::string> words = personal::split_name(facts.program.function(step.function).name.text());
    return std::find(words.begin(), words.end(), "role") != words.end() || std::find(words.begin(), words.end(), "roles") != words.end();
  });
}

bool is_said_to_be_key(const Facts& facts, const Flow& flow) {
  const flow::Origin& origin = facts.flows.origin(flow.origin);
  if (!origin.data.valid() || flow.whole_record) return false;
  const std::string_view type = facts.rules.data_types()[origin.data].id.text();
  if (!type.starts_with("identity.name") && !type.starts_with("contact.")) return false;
  static constexpr std::array<std::string_view, 5> kKeys = {"id", "ids", "uuid", "slug", "pk"};
  return std::any_of(flow.steps.begin(), flow.steps.end(), [&](const Step& step) {
    if (step.kind != Step::Kind::Assign && step.kind != Step::Kind::Field) return false;
    const std::vector<std::string> words = personal::split_name(step.name.text());
    return words.size() > 1 && std::find(kKeys.begin(), kKeys.end(), words.back()) != kKeys.end();
  });
}

bool arrives_as_many(const Facts& facts, const Flow& flow) {
  if (is_list_of_one(facts, flow)) return false;
  if (const ir::Operand* given = argument_of(facts, flow); given != nullptr && is_list(facts, flow, given->value)) return true;
  // Of a query for mail, only what is put together again is a list; elsewhere it leaves as it came.
  bool many = flow.sink != Name::of("mail-recipients");
  for (const Step& step : flow.steps) {
    if (takes_element(facts, step)) many = false;
    if (collects(step)) many = true;
  }
  return many;
}

bool is_address_itself(const Facts& facts, const Flow& flow) {
  static const std::vector<Name> kAddresses = {Name::of("url"), Name::of("redirect")};
  if (!listed(kAddresses, flow.sink) || flow.as_template || flow.whole_record) return false;
  const bool changed = std::any_of(flow.steps.begin(), flow.steps.end(), [](const Step& step) {
    return step.kind == Step::Kind::Pass || step.kind == Step::Kind::Protect;
  });
  if (changed) return false;
  const ir::Operand* given = argument_of(facts, flow);
  if (given == nullptr || given->kind != ir::Operand::Kind::Value) return false;
  program::FunctionId function = flow.site.function;
  ir::LocalIndex local = given->value;
  const ir::Instruction* made = made_at(facts, function, local);
  return made == nullptr || (made->op != ir::Op::Construct && made->op != ir::Op::Operate);
}

}  // namespace privet::finding
