#include <algorithm>

#include "lang/javascript/lowering.h"

namespace privet::lang::javascript {

using ir::BlockIndex;
using ir::Operand;

std::optional<Name> Lowering::required_module(NodeIndex n) const {
  while (kind(n) == Kind::AwaitExpression || kind(n) == Kind::ParenthesizedExpression) {
    n = first_operand(n);
  }
  if (kind(n) != Kind::CallExpression) return std::nullopt;
  const NodeIndex callee = child(n, Field::Function);
  if (kind(callee) != Kind::Import &&
      !(kind(callee) == Kind::Identifier && text(callee) == "require")) {
    return std::nullopt;
  }
  const NodeIndex arguments = child(n, Field::Arguments);
  if (arguments == kNoNode || kind(arguments) != Kind::Arguments) return std::nullopt;
  const NodeIndex first = first_operand(arguments);
  if (kind(first) == Kind::String) return Name::of(string_value(first));
  if (kind(first) == Kind::TemplateString && template_substitutions(first).empty()) {
    const std::string_view raw = text(first);
    return raw.size() < 2 ? Name{} : Name::of(unescape(raw.substr(1, raw.size() - 2)));
  }
  std::string path;
  if (!path_beside_file(first, path, 0) || !path.starts_with('.')) return std::nullopt;
  return Name::of(path);
}

/// `__dirname + "/x"`, `path.join(__dirname, "x")`: the path from the folder of this
/// file, `./x`. False when some part is not constant.
bool Lowering::path_beside_file(NodeIndex n, std::string& path, int depth) const {
  constexpr int kMostParts = 16;
  if (n == kNoNode || depth > kMostParts) return false;
  switch (kind(n)) {
    case Kind::ParenthesizedExpression: return path_beside_file(first_operand(n), path, depth + 1);
    case Kind::Identifier:
      if (text(n) != "__dirname" || !path.empty()) return false;
      path += '.';
      return true;
    case Kind::String: path += string_value(n); return true;
    case Kind::BinaryExpression:
      return path_beside_file(child(n, Field::Left), path, depth + 1) &&
             path_beside_file(child(n, Field::Right), path, depth + 1);
    case Kind::CallExpression: break;
    default: return false;
  }
  const std::string called = dotted(child(n, Field::Function));
  const NodeIndex arguments = child(n, Field::Arguments);
  if ((called != "path.join" && called != "path.resolve") || arguments == kNoNode) return false;
  for (const NodeIndex argument : children(arguments)) {
    if (is_token(kind(argument))) continue;
    if (!path.empty() && !path.ends_with('/')) path += '/';
    if (!path_beside_file(argument, path, depth + 1)) return false;
  }
  return !path.empty();
}

LocalIndex Lowering::import_module(Name module, NodeIndex n) {
  const LocalIndex local = builder_.temporary();
  ir::Import import;
  import.module = module;
  import.imported = Name::of("*");
  import.in = builder_.current_function();
  import.local = local;
  import.span = span(n);
  builder_.module().imports.push_back(import);
  return local;
}

/// `a.b?.c(d)[e]` nests to the left as deep as it is long: the links are collected downwards, then
/// lowered from the innermost on. A call takes the member before it as its method.
LocalIndex Lowering::chain(NodeIndex n, BlockIndex missing) {
  std::vector<NodeIndex> links;
  std::vector<Prefix> prefixes;
  NodeIndex base = n;
  while (true) {
    const Kind k = kind(base);
    if (k == Kind::MemberExpression || k == Kind::SubscriptExpression ||
        k == Kind::NestedIdentifier) {
      links.push_back(base);
      base = child(base, Field::Object);
    } else if (k == Kind::CallExpression) {
      if (required_module(base)) break;
      links.push_back(base);
      base = child(base, Field::Function);
    } else if (k == Kind::NonNullExpression || k == Kind::InstantiationExpression) {
      base = first_operand(base);
    } else if (!links.empty() && is_prefix(base)) {
      // The grammar reads `await a.b<T>(c)` as `(await a.b)<T>(c)`, and `-` and `x +` alike. Without
      // parentheses none of these can be a link's object, so what comes before belongs around.
      Prefix prefix;
      prefix.node = base;
      if (k == Kind::BinaryExpression) {
        prefix.left = expression(child(base, Field::Left));
        base = child(base, Field::Right);
      } else {
        base = first_operand(base);
      }
      prefixes.push_back(prefix);
    } else {
      break;
    }
  }
  const bool is_optional = std::any_of(links.begin(), links.end(), [this](NodeIndex link) {
    return has(link, Kind::OptionalChain);
  });
  const bool owns_missing = is_optional && (missing == kNone || !prefixes.empty());
  Chain state;
  state.begin = node(base == kNoNode ? n : base).begin;
  state.missing = owns_missing ? builder_.new_block() : missing;

  if (const auto module = required_module(base)) {
    state.value = import_module(*module, base);
  } else if (base == kNoNode) {
    state.value = builder_.unknown({}, span(n));
  } else {
    state.value = expression(base);
  }
  for (std::size_t i = links.size(); i-- > 0;) {
    const NodeIndex link = links[i];
    if (kind(link) == Kind::CallExpression) {
      call_link(state, link, kNoNode);
      continue;
    }
    optional_link(state, link);
    if (i > 1 && applied_link(state, link, links[i - 1], links[i - 2])) {
      i -= 2;
      continue;
    }
    // `a.b(c)`; with `a.b?.(c)` the member is looked at first.
    if (i > 0 && kind(links[i - 1]) == Kind::CallExpression) {
      const bool names_method = kind(link) != Kind::SubscriptExpression ||
                                kind(child(link, Field::Index)) == Kind::String;
      if (names_method) {
        call_link(state, links[i - 1], link);
        --i;
        continue;
      }
    }
    state.value = load_member(state, link);
  }
  if (owns_missing) {
    const Span whole{file_, state.begin, node(n).end};
    const LocalIndex result = builder_.temporary();
    const BlockIndex done = builder_.new_block();
    builder_.copy(result, state.value, whole);
    builder_.jump(done);
    builder_.set_block(state.missing);
    builder_.copy(result, null_value(whole), whole);
    builder_.jump(done);
    builder_.set_block(done);
    state.value = result;
  }
  for (auto prefix = prefixes.rbegin(); prefix != prefixes.rend(); ++prefix) {
    const Span whole{file_, node(prefix->node).begin, node(n).end};
    const NodeIndex op = child(prefix->node, Field::Operator);
    LocalIndex result = kNone;
    if (kind(prefix->node) == Kind::AwaitExpression) {
      result = builder_.temporary();
      builder_.copy(result, state.value, whole);
    } else if (prefix->left != kNone) {
      result = builder_.operate(text(op), {prefix->left, state.value}, whole);
    } else {
      result = builder_.operate(text(op), {state.value}, whole);
    }
    state.value = result;
  }
  return state.value;
}

bool Lowering::is_prefix(NodeIndex n) const {
  const NodeIndex op = child(n, Field::Operator);
  switch (kind(n)) {
    case Kind::AwaitExpression: return !required_module(n);
    case Kind::UnaryExpression: return op != kNoNode;
    case Kind::BinaryExpression: {
      const std::string_view written = text(op);
      return !written.empty() && written != "&&" && written != "||" && written != "??";
    }
    default: return false;
  }
}

void Lowering::optional_link(Chain& state, NodeIndex n) {
  if (!has(n, Kind::OptionalChain)) return;
  const BlockIndex present = builder_.new_block();
  const LocalIndex test = builder_.operate("is-missing", {state.value}, state.span_to(*this, n));
  builder_.branch(test, state.missing, present, state.span_to(*this, n));
  builder_.set_block(present);
}

void Lowering::call_link(Chain& state, NodeIndex call, NodeIndex member) {
  if (member != kNoNode && has(call, Kind::OptionalChain)) {
    Chain callee = state;
    callee.value = load_member(state, member);
    optional_link(callee, call);
  } else {
    optional_link(state, call);
  }
  const NodeIndex arguments_node = child(call, Field::Arguments);
  if (kind(arguments_node) == Kind::TemplateString) {
    state.value = tagged_template(state, member, call);
    return;
  }
  const std::vector<Operand> operands = arguments(arguments_node);
  const Span whole = state.span_to(*this, call);
  if (member != kNoNode) {
    const NodeIndex property = kind(member) == Kind::MemberExpression
                                   ? child(member, Field::Property)
                                   : child(member, Field::Index);
    const Name method = property == kNoNode ? Name{} : property_name(property).value_or(Name{});
    if (!method.empty()) {
      state.value = builder_.call_method(state.value, method, operands, whole, span(property));
      commonjs_assign(member, arguments_node, operands);
      return;
    }
    state.value = load_member(state, member);
  } else if (const NodeIndex callee = child(call, Field::Function); kind(callee) == Kind::Super) {
    state.value = builder_.call_method(state.value, Name::of("constructor"), operands, whole,
                                       span(callee));
    return;
  }
  state.value = builder_.call(state.value, operands, whole);
}

bool Lowering::applied_link(Chain& state, NodeIndex member, NodeIndex apply, NodeIndex call) {
  if (kind(member) != Kind::MemberExpression || kind(apply) != Kind::MemberExpression ||
      kind(call) != Kind::CallExpression || has(apply, Kind::OptionalChain) || has(call, Kind::OptionalChain)) {
    return false;
  }
  const std::string_view how = text(child(apply, Field::Property));
  const NodeIndex method = child(member, Field::Property);
  const NodeIndex given = child(call, Field::Arguments);
  if ((how != "apply" && how != "call") || method == kNoNode || kind(given) != Kind::Arguments) return false;
  const NodeIndex receiver = first_operand(given);
  if (receiver == kNoNode) return false;
  const std::string_view object = text(child(member, Field::Object));
  const std::string_view as = text(receiver);
  if (object.ends_with("prototype") || (as != object && as != "this" && as != "null" && as != "undefined")) {
    return false;
  }
  std::vector<Operand> operands = arguments(given);
  if (operands.empty() || (how == "apply" && operands.size() > 2)) return false;
  operands.erase(operands.begin());
  if (how == "apply" && !operands.empty()) operands.front().kind = Operand::Kind::Spread;
  state.value = builder_.call_method(state.value, name(method), operands, state.span_to(*this, call), span(method));
  return true;
}

LocalIndex Lowering::tagged_template(const Chain& state, NodeIndex member, NodeIndex call) {
  LocalIndex callee = state.value;
  const Span whole = state.span_to(*this, call);
  const NodeIndex quasi = child(call, Field::Arguments);
  std::vector<Operand> texts;
  std::vector<Operand> operands(1);
  std::uint32_t at = node(quasi).begin + 1;
  const auto text_until = [&](std::uint32_t until) {
    until = std::max(until, at);
    texts.push_back(ir::value_operand(template_part(at, until), {file_, at, until}));
  };
  for (const NodeIndex substitution : template_substitutions(quasi)) {
    text_until(node(substitution).begin);
    at = node(substitution).end;
    const NodeIndex inner = first_operand(substitution);
    if (inner != kNoNode) operands.push_back(ir::value_operand(expression(inner), span(inner)));
  }
  text_until(node(quasi).end > at ? node(quasi).end - 1 : at);
  operands.front() = ir::value_operand(
      builder_.construct(ir::ContainerKind::List, texts, span(quasi)), span(quasi));
  if (member != kNoNode) {
    const NodeIndex property = kind(member) == Kind::MemberExpression
                                   ? child(member, Field::Property)
                                   : child(member, Field::Index);
    const auto method = property == kNoNode ? std::optional<Name>() : property_name(property);
    if (method && !method->empty()) {
      return builder_.call_method(callee, *method, operands, whole, span(property));
    }
    callee = load_member(state, member);
  }
  return builder_.call(callee, operands, whole);
}

LocalIndex Lowering::load_member(const Chain& state, NodeIndex n) {
  const Span whole = state.span_to(*this, n);
  if (kind(n) != Kind::SubscriptExpression) {
    const NodeIndex property = child(n, Field::Property);
    if (property == kNoNode) return builder_.unknown({state.value}, whole);
    return builder_.load(state.value, name(property), whole, span(property));
  }
  // A constant key is a field.
  const NodeIndex key = child(n, Field::Index);
  if (key == kNoNode) return builder_.unknown({state.value}, whole);
  if (kind(key) != Kind::Identifier) {
    if (const auto known = property_name(key); known && !known->empty()) {
      return builder_.load(state.value, *known, whole, span(key));
    }
  }
  const LocalIndex computed = expression(key);
  return builder_.load_computed(state.value, computed, whole);
}

}  // namespace privet::lang::javascript
