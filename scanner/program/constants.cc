#include "program/constants.h"

#include <re2/re2.h>

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>

namespace privet::program {
namespace {

constexpr int kMaxDepth = 32;
constexpr int kMaxNodes = 10'000;
constexpr std::size_t kMaxText = 65'536;

/// Where a local is assigned, following captured ones outwards; the definition of nothing when there is none.
struct Assigned {
  Site site;
  bool found = false;
  bool many = false;
};

Assigned assignment_of(const Program::Tables& tables, FunctionId function, ir::LocalIndex local) {
  FunctionId at = function;
  for (int depth = 0; depth < 1000; ++depth) {
    const ir::Function& code = tables.function(at);
    if (local >= code.locals.size()) return {};
    const ir::Local& here = code.locals[local];
    const Definition& definition = tables.definitions[tables.first_local[at.value] + local];
    if (definition.block == Definition::kMany) return {{}, false, true};
    if (definition.block != kNone) return {{at, definition.block, definition.instruction}, true, false};
    if (here.kind != ir::Local::Kind::Captured || code.parent == kNone) return {};
    at = tables.function_id(tables.function_module[at.value], code.parent);
    local = here.outer;
  }
  return {};
}

class Reader {
 public:
  explicit Reader(const Program::Tables& tables) : tables_(tables) {}

  Constant read(FunctionId function, ir::LocalIndex local, int depth) {
    Constant result;
    if (++n_nodes_ > kMaxNodes || depth > kMaxDepth) return result;
    const ir::Function* code = &tables_.function(function);
    if (local >= code->locals.size()) return result;
    result.function = function;
    result.local = local;
    for (int steps = 0; steps < kMaxDepth; ++steps) {
      const Assigned assigned = assignment_of(tables_, function, local);
      if (!assigned.found) break;
      const ir::Instruction& at = tables_.instruction(assigned.site);
      if (!result.span.valid()) result.span = at.span;
      if (at.op == ir::Op::Copy && at.a != kNone) {
        function = assigned.site.function;
        local = at.a;
        continue;
      }
      read_instruction(assigned.site, at, depth, result);
      if (at.op == ir::Op::Operate && at.name.text() == "|") return result;
      break;
    }
    if (result.kind == Constant::Kind::Unknown) {
      add_refs(function, local, result);
      if (tables_.function(function).locals[local].kind != ir::Local::Kind::Parameter) read_object(result, depth);
    }
    return result;
  }

 private:
  /// The container that another module builds, when it is the only thing the local can be.
  void read_object(Constant& result, int depth) {
    if (result.kind != Constant::Kind::Unknown || result.refs.size() != 1) return;
    const Ref& only = result.refs.front();
    if (only.kind != Ref::Kind::Object || only.list || only.id >= tables_.objects.size()) return;
    const Site site = tables_.objects[only.id];
    if (!site.function.valid()) return;
    const ir::Instruction& made = tables_.instruction(site);
    if (made.op == ir::Op::Construct) read_container(site, made, depth + 1, result);
  }

  void add_refs(FunctionId function, ir::LocalIndex local, Constant& result) {
    const auto refs = tables_.refs_of(tables_.node(function, local));
    result.refs.assign(refs.begin(), refs.end());
    for (const Ref& ref : refs) {
      if (ref.list) continue;
      if (ref.kind == Ref::Kind::External) {
        if (result.kind != Constant::Kind::Symbol || ref.name.text() < result.text.text()) result.text = ref.name;
        result.kind = Constant::Kind::Symbol;
      } else if (ref.kind == Ref::Kind::Function && result.kind == Constant::Kind::Unknown) {
        result.kind = Constant::Kind::Function;
        result.text = tables_.function(FunctionId{ref.id}).name;
      } else if (ref.kind == Ref::Kind::Class && result.kind == Constant::Kind::Unknown) {
        result.kind = Constant::Kind::Symbol;
        result.text = tables_.class_of(ClassId{ref.id}).name;
      }
    }
    // A name that nothing is known of still is a name.
    const ir::Local& at = tables_.function(function).locals[local];
    if (result.kind == Constant::Kind::Unknown && at.kind == ir::Local::Kind::Free) {
      result.kind = Constant::Kind::Symbol;
      result.text = at.name;
    }
  }

  void read_instruction(const Site& site, const ir::Instruction& at, int depth, Constant& result) {
    switch (at.op) {
      case ir::Op::Literal:
        result.text = at.name;
        switch (at.literal_kind()) {
          case ir::LiteralKind::String:
          case ir::LiteralKind::Regex:
          case ir::LiteralKind::Bytes: result.kind = Constant::Kind::Text; break;
          case ir::LiteralKind::Number: result.kind = Constant::Kind::Number; break;
          case ir::LiteralKind::Boolean: result.kind = Constant::Kind::Boolean; break;
          case ir::LiteralKind::Null: result.kind = Constant::Kind::Null; break;
        }
        break;
      case ir::Op::Construct: read_container(site, at, depth, result); break;
      case ir::Op::Operate: read_operation(site, at, depth, result); break;
      case ir::Op::Load: read_load(site, at, depth, result); break;
      case ir::Op::Call: read_call(site, at, depth, result); break;
      case ir::Op::Closure:
      case ir::Op::Copy:
      case ir::Op::Store:
      case ir::Op::Unknown: break;
    }
  }

  void read_container(const Site& site, const ir::Instruction& at, int depth, Constant& result) {
    if (at.container_kind() == ir::ContainerKind::Element) return;
    const bool map = at.container_kind() == ir::ContainerKind::Object;
    result.kind = map ? Constant::Kind::Map : Constant::Kind::List;
    const auto& operands = tables_.function(site.function).operands;
    for (std::uint32_t i = 0; i < at.n_operands && n_nodes_ < kMaxNodes; ++i) {
      const ir::Operand& operand = operands[at.first_operand + i];
      if (operand.value == kNone) continue;
      if (operand.kind == ir::Operand::Kind::Spread) {
        Constant inner = read(site.function, operand.value, depth + 1);
        if (inner.kind != Constant::Kind::Map && inner.kind != Constant::Kind::List) {
          result.entries.emplace_back(ir::any_element(), std::move(inner));
          continue;
        }
        for (auto& [key, value] : inner.entries) {
          result.entries.emplace_back(map ? key : place(result.entries.size()), std::move(value));
        }
        continue;
      }
      Name key = operand.name;
      if (operand.kind == ir::Operand::Kind::Value) key = place(result.entries.size());
      if (operand.kind == ir::Operand::Kind::Computed) {
        const Constant text = operand.key == kNone ? Constant{} : read(site.function, operand.key, depth + 1);
        key = text.kind == Constant::Kind::Text || text.kind == Constant::Kind::Symbol ? text.text : ir::any_element();
      }
      result.entries.emplace_back(key, read(site.function, operand.value, depth + 1));
    }
  }

  static Name place(std::size_t index) { return Name::of(std::to_string(index)); }

  void read_operation(const Site& site, const ir::Instruction& at, int depth, Constant& result) {
    const std::string_view op = at.name.text();
    if (op == "|") return read_bits(site, at, depth, result);
    if (op != "template" && op != "+" && op != "-") return;
    const auto& operands = tables_.function(site.function).operands;
    std::string text;
    bool all = true;
    std::vector<std::pair<Name, Constant>> entries;
    bool lists = op == "+";
    for (std::uint32_t i = 0; i < at.n_operands; ++i) {
      const ir::Operand& operand = operands[at.first_operand + i];
      Constant part = operand.value == kNone ? Constant{} : read(site.function, operand.value, depth + 1);
      const bool scalar = part.kind == Constant::Kind::Text || part.kind == Constant::Kind::Number;
      if (op == "-") {
        if (at.n_operands != 1 || part.kind != Constant::Kind::Number) return;
        result.kind = Constant::Kind::Number;
        result.text = Name::of("-" + std::string(part.text.text()));
        return;
      }
      lists = lists && part.kind == Constant::Kind::List;
      if (lists) {
        for (auto& [key, value] : part.entries) entries.emplace_back(place(entries.size()), std::move(value));
      }
      // `{}` stands for a part that is not constant; a partly known text is Unknown but has `text`.
      const bool partly = part.kind == Constant::Kind::Unknown && !part.text.empty() && part.refs.empty();
      all = all && scalar;
      if (text.size() < kMaxText) text += scalar || partly ? std::string(part.text.text()) : "{}";
    }
    if (lists && at.n_operands > 0) {
      result.kind = Constant::Kind::List;
      result.entries = std::move(entries);
      return;
    }
    if (text.find_first_not_of("{}") == std::string::npos && !all) return;
    result.text = Name::of(text);
    if (all) result.kind = Constant::Kind::Text;
  }

  /// `S_IRUSR | 0o40`: the parts that are known, joined by `|`; the kind stays Unknown.
  void read_bits(const Site& site, const ir::Instruction& at, int depth, Constant& result) {
    const auto& operands = tables_.function(site.function).operands;
    std::string text;
    for (std::uint32_t i = 0; i < at.n_operands; ++i) {
      const ir::LocalIndex value = operands[at.first_operand + i].value;
      const Constant part = value == kNone ? Constant{} : read(site.function, value, depth + 1);
      if (part.kind == Constant::Kind::Call || part.text.empty() || text.size() > kMaxText) continue;
      if (!text.empty()) text += '|';
      text += part.text.text();
    }
    result.text = Name::of(text);
  }

  void read_load(const Site& site, const ir::Instruction& at, int depth, Constant& result) {
    if (at.a == kNone || at.name.empty()) return;
    Constant base = read(site.function, at.a, depth + 1);
    if (base.kind == Constant::Kind::Map || base.kind == Constant::Kind::List) {
      for (auto& [key, value] : base.entries) {
        if (key != at.name) continue;
        const Constant found = std::move(value);
        result.kind = found.kind;
        result.text = found.text;
        result.entries = found.entries;
        result.refs = found.refs;
        return;
      }
      return;
    }
    for (const Ref& ref : base.refs) {
      // A member of an enumeration or a constant of a class.
      if (ref.kind != Ref::Kind::Class || ref.list) continue;
      const ir::Class& owner = tables_.class_of(ClassId{ref.id});
      const ModuleId module = tables_.class_module[ref.id];
      for (const ir::Field& field : owner.fields) {
        if (field.name != at.name || field.initialiser == kNone) continue;
        const Constant value = read(tables_.function_id(module, owner.parent), field.initialiser, depth + 1);
        result.kind = value.kind;
        result.text = value.text;
        result.entries = value.entries;
        return;
      }
    }
    if (at.result != kNone) {
      const auto refs = tables_.refs_of(tables_.node(site.function, at.result));
      for (const Ref& ref : refs) {
        if (ref.kind == Ref::Kind::External || ref.kind == Ref::Kind::Class || ref.kind == Ref::Kind::Function) return;
      }
    }
    if (base.kind == Constant::Kind::Symbol) {
      result.kind = Constant::Kind::Symbol;
      result.text = Name::of(std::string(base.text.text()) + "." + std::string(at.name.text()));
      if (at.result != kNone) {
        const auto refs = tables_.refs_of(tables_.node(site.function, at.result));
        result.refs.assign(refs.begin(), refs.end());
      }
    }
  }

  void read_call(const Site& site, const ir::Instruction& at, int depth, Constant& result) {
    result.kind = Constant::Kind::Call;
    const std::uint32_t call = tables_.call_of[tables_.instruction_index(site)];
    if (call != kNone && !tables_.callees[call].symbols.empty()) {
      result.text = tables_.callees[call].symbols[0];
    } else if (at.a != kNone) {
      const Constant callee = read(site.function, at.a, depth + 1);
      std::string text(callee.kind == Constant::Kind::Symbol || callee.kind == Constant::Kind::Function
                           ? callee.text.text()
                           : tables_.function(site.function).locals[at.a].name.text());
      if (!at.name.empty()) {
        text += text.empty() ? "" : ".";
        text += at.name.text();
      }
      result.text = Name::of(text);
    }
    const auto& operands = tables_.function(site.function).operands;
    if (result.text.text() == "RegExp" && at.n_operands > 0) return read_expression(site, at, depth, result);
    if (result.text.text() == "Object.assign") {
      // One map, when all the parts are.
      std::vector<std::pair<Name, Constant>> entries;
      bool all = at.n_operands > 0;
      for (std::uint32_t i = 0; i < at.n_operands && all; ++i) {
        const ir::LocalIndex value = operands[at.first_operand + i].value;
        Constant part = value == kNone ? Constant{} : read(site.function, value, depth + 1);
        all = part.kind == Constant::Kind::Map;
        for (auto& entry : part.entries) entries.insert(entries.begin(), std::move(entry));
      }
      if (all) {
        result.kind = Constant::Kind::Map;
        result.entries = std::move(entries);
        return;
      }
    }
    for (std::uint32_t i = 0; i < at.n_operands && n_nodes_ < kMaxNodes; ++i) {
      const ir::Operand& operand = operands[at.first_operand + i];
      if (operand.value == kNone) continue;
      const Name key = operand.kind == ir::Operand::Kind::Keyed ? operand.name : place(i);
      result.entries.emplace_back(key, read(site.function, operand.value, depth + 1));
    }
    if (at.result != kNone) {
      const auto refs = tables_.refs_of(tables_.node(site.function, at.result));
      result.refs.assign(refs.begin(), refs.end());
    }
  }

  /// `RegExp(".", "g")` as the literal `/./g`. Flags that are not known are taken to be `g`, for which they
  /// are mostly given.
  void read_expression(const Site& site, const ir::Instruction& at, int depth, Constant& result) {
    const auto& operands = tables_.function(site.function).operands;
    const auto part = [&](std::uint32_t i) {
      const ir::LocalIndex value = operands[at.first_operand + i].value;
      return value == kNone ? Constant{} : read(site.function, value, depth + 1);
    };
    const Constant pattern = part(0);
    if (pattern.kind != Constant::Kind::Text) return;
    std::string flags;
    if (at.n_operands > 1) {
      const Constant given = part(1);
      flags = given.kind == Constant::Kind::Text ? std::string(given.text.text()) : "g";
    }
    result.kind = Constant::Kind::Text;
    result.text = Name::of("/" + std::string(pattern.text.text()) + "/" + flags);
  }

  const Program::Tables& tables_;
  int n_nodes_ = 0;
};

bool same_scalar(const Constant& constant, std::string_view value) {
  const std::string_view text = constant.text.text();
  switch (constant.kind) {
    case Constant::Kind::Boolean:
      return text.size() == value.size() &&
             std::equal(text.begin(), text.end(), value.begin(), [](char a, char b) { return (a | 32) == (b | 32); });
    case Constant::Kind::Null: return value == "null" || value == "none" || value == "None" || value == text;
    case Constant::Kind::Text:
    case Constant::Kind::Number:
    case Constant::Kind::Symbol:
    case Constant::Kind::Call: return text == value;
    case Constant::Kind::Unknown:
    case Constant::Kind::List:
    case Constant::Kind::Map:
    case Constant::Kind::Function: return false;
  }
  return false;
}

bool matches(const Constant& constant, const std::string& pattern) {
  // Of a call, the text says what makes the value, not what it is.
  if (constant.text.empty() || constant.kind == Constant::Kind::Call) return false;
  // The rules were checked when they were loaded; each thread compiles a pattern once.
  thread_local std::unordered_map<std::string, std::unique_ptr<re2::RE2>> compiled;
  auto& expression = compiled[pattern];
  if (expression == nullptr) expression = std::make_unique<re2::RE2>(pattern, re2::RE2::Quiet);
  const std::string_view text = constant.text.text();
  return expression->ok() && re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *expression);
}

/// The bits of one number or one name of a mode, as far as it is known.
std::uint64_t bits_of_word(std::string_view word) {
  struct Mode {
    std::string_view name;
    std::uint64_t bits;
  };
  static constexpr Mode kModes[] = {
      {"S_IRWXU", 0700}, {"S_IRUSR", 0400}, {"S_IWUSR", 0200}, {"S_IXUSR", 0100},
      {"S_IRWXG", 0070}, {"S_IRGRP", 0040}, {"S_IWGRP", 0020}, {"S_IXGRP", 0010},
      {"S_IRWXO", 0007}, {"S_IROTH", 0004}, {"S_IWOTH", 0002}, {"S_IXOTH", 0001}};
  for (const Mode& mode : kModes) {
    if (word == mode.name || word.ends_with("." + std::string(mode.name))) return mode.bits;
  }
  int base = 10;
  if (word.size() > 1 && word[0] == '0') {
    const char kind = static_cast<char>(word[1] | 32);
    base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
    word.remove_prefix(kind == 'x' || kind == 'b' || kind == 'o' ? 2 : 1);
  }
  std::uint64_t bits = 0;
  for (const char c : word) {
    if (c == '_') continue;
    const int digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 99;
    if (digit >= base) return 0;
    bits = bits * static_cast<std::uint64_t>(base) + static_cast<std::uint64_t>(digit);
  }
  return bits;
}

/// Text is a mode in octal, as Node reads it.
std::uint64_t bits_of(const Constant& constant) {
  const std::string_view text = constant.text.text();
  if (constant.kind == Constant::Kind::Text) return bits_of_word("0" + std::string(text));
  std::uint64_t bits = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('|', at), text.size());
    bits |= bits_of_word(text.substr(at, end - at));
    at = end + 1;
  }
  return bits;
}

/// Where a path of fields begins: `own` for what `own.cookie` reads.
ir::LocalIndex beginning_of(const Program::Tables& tables, FunctionId function, ir::LocalIndex local) {
  constexpr int kMostFields = 8;
  for (int i = 0; i < kMostFields && local != kNone; ++i) {
    const Definition& definition = tables.definitions[tables.first_local[function.value] + local];
    if (definition.block == kNone || definition.block == Definition::kMany) break;
    const ir::Instruction& at = tables.instruction({function, definition.block, definition.instruction});
    if (at.op != ir::Op::Load) break;
    local = at.a;
  }
  return local;
}

/// True if some field of the value, at whatever depth, is written after it was made: then what it holds is
/// not known.
bool is_written(const Program::Tables& tables, FunctionId function, ir::LocalIndex local) {
  const Assigned assigned = assignment_of(tables, function, local);
  if (!assigned.found) return false;
  const ir::Function& code = tables.function(function);
  for (const ir::Block& block : code.blocks) {
    for (const ir::Instruction& at : block.instructions) {
      if (at.op == ir::Op::Store && beginning_of(tables, function, at.a) == local) return true;
    }
  }
  return false;
}

}  // namespace

Constant constant_of(const Program::Tables& tables, FunctionId function, ir::LocalIndex local) {
  return Reader(tables).read(function, local, 0);
}

std::vector<const ir::Operand*> operands_at(const Program::Tables& tables, const Site& call,
                                            const ir::AccessPath& path) {
  std::vector<const ir::Operand*> found;
  if (path.root != ir::AccessPath::Root::Argument) return found;
  const ir::Function& function = tables.function(call.function);
  const ir::Instruction& at = tables.instruction(call);
  std::vector<const ir::Operand*> positional;
  for (std::uint32_t i = 0; i < at.n_operands; ++i) {
    const ir::Operand& operand = function.operands[at.first_operand + i];
    if (operand.kind == ir::Operand::Kind::Keyed) {
      if ((!path.keyword.empty() && operand.name == path.keyword) || path.and_after) found.push_back(&operand);
    } else if (operand.kind != ir::Operand::Kind::Computed) {
      positional.push_back(&operand);
    }
  }
  if (!path.keyword.empty() && !path.and_after && !found.empty()) return found;
  // A path with only a keyword has no position.
  if (!path.keyword.empty() && path.index < 0) return found;
  const auto n = static_cast<std::int32_t>(positional.size());
  std::int32_t index = path.index < 0 ? n + path.index : path.index;
  if (index < 0) return found;
  // Positions after a spread are all in the spread.
  for (std::int32_t i = 0; i < n && i < index; ++i) {
    if (positional[static_cast<std::size_t>(i)]->kind == ir::Operand::Kind::Spread) index = i;
  }
  for (std::int32_t i = index; i < n; ++i) {
    found.push_back(positional[static_cast<std::size_t>(i)]);
    if (!path.and_after) break;
  }
  return found;
}

Constant constant_at(const Program::Tables& tables, const Site& call, const ir::AccessPath& path) {
  Constant constant;
  const ir::Instruction& at = tables.instruction(call);
  switch (path.root) {
    case ir::AccessPath::Root::Argument: {
      if (at.op == ir::Op::Store) {
        // `a.n = c` is a call with the value, `a[k] = c` one with the key and the value.
        // Misses: the key of `a.n = c` as a condition; such a model is written `TYPE.n=`.
        const bool keyed = at.name.empty() && path.index == 0;
        const ir::LocalIndex local = keyed ? at.b : at.c;
        if (local != kNone) constant = constant_of(tables, call.function, local);
        break;
      }
      const auto operands = operands_at(tables, call, path);
      if (operands.empty() || operands[0]->value == kNone) return constant;
      constant = constant_of(tables, call.function, operands[0]->value);
      break;
    }
    case ir::AccessPath::Root::Receiver:
    case ir::AccessPath::Root::Callee:
      if (at.a == kNone) return constant;
      constant = constant_of(tables, call.function, at.a);
      break;
    case ir::AccessPath::Root::Return:
      if (at.result == kNone) return constant;
      constant = constant_of(tables, call.function, at.result);
      break;
    case ir::AccessPath::Root::Capture: return constant;
  }
  for (const Name field : path.fields) {
    const Constant* inner = constant.find(field.text());
    if (inner == nullptr) return Constant{};
    constant = Constant(*inner);
  }
  return constant;
}

ir::AccessPath with_named_fields(const Program::Tables& tables, const Site& call, const ir::AccessPath& path) {
  ir::AccessPath named = path;
  for (Name& field : named.fields) {
    const std::string_view text = field.text();
    if (text.size() != 3 || text.front() != '[' || text.back() != ']') continue;
    ir::AccessPath argument;
    argument.index = text[1] - '0';
    const Constant constant = constant_at(tables, call, argument);
    const bool names = constant.kind == Constant::Kind::Text || constant.kind == Constant::Kind::Number;
    field = names ? constant.text : ir::any_element();
  }
  return named;
}

bool holds(const Program::Tables& tables, const Site& call, std::span<const rule::Condition> conditions) {
  for (const rule::Condition& condition : conditions) {
    const Constant value = constant_at(tables, call, condition.at);
    bool ok = false;
    switch (condition.test) {
      case rule::Condition::Test::Is: ok = same_scalar(value, condition.value); break;
      case rule::Condition::Test::IsNot: ok = !same_scalar(value, condition.value); break;
      case rule::Condition::Test::Matches: ok = matches(value, condition.value); break;
      case rule::Condition::Test::NotMatches: ok = !matches(value, condition.value); break;
      case rule::Condition::Test::HasBits:
        ok = (bits_of(value) & bits_of_word(condition.value)) != 0;
        break;
      case rule::Condition::Test::Present:
      case rule::Condition::Test::Absent: {
        bool present = value.kind != Constant::Kind::Unknown || value.local != kNone;
        if (!present && !condition.at.fields.empty()) {
          // An options value that cannot be read may hold the key; so it is neither.
          ir::AccessPath base = condition.at;
          base.fields.clear();
          const Constant whole = constant_at(tables, call, base);
          const bool open = whole.local != kNone &&
                            (whole.kind != Constant::Kind::Map || whole.find("*") != nullptr ||
                             is_written(tables, whole.function, whole.local));
          if (open) return false;
        }
        ok = present == (condition.test == rule::Condition::Test::Present);
        break;
      }
    }
    if (!ok) return false;
  }
  return true;
}

}  // namespace privet::program
