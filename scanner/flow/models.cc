#include <algorithm>
#include <array>
#include <set>
#include <unordered_set>

#include "flow/function_solver.h"
#include "flow/recipient.h"

namespace privet::flow {

namespace {

using ir::AccessPath;
using program::Constant;
using program::Ref;

bool is_true(const Constant& constant) {
  switch (constant.kind) {
    case Constant::Kind::Boolean:
      return constant.text.text() == "true" || constant.text.text() == "True";
    case Constant::Kind::Number: return constant.text.text() != "0";
    case Constant::Kind::Null: return false;
    default: return true;
  }
}

/// `users.email` → email.
Name last_part(Name name) {
  std::string_view text = name.text();
  return Name::of(text.substr(text.rfind('.') + 1));
}

/// `{OR: [{…}]}`, `{[Op.and]: …}`, `$or`: the names are below.
bool is_connective(std::string_view key) {
  return key == "AND" || key == "OR" || key == "NOT" || key == "and" || key == "or" ||
         key == "not" || key == "$and" || key == "$or" || key == "$nor" || key == "where" ||
         key.find("Op.") == 0;
}

/// `{recipients: {some: {token}}}`: what is below is asked of the related records, by their fields.
bool asks_related(std::string_view key) {
  return key == "some" || key == "every" || key == "none" || key == "is" || key == "isNot";
}

/// A container of the language, whatever it holds: `by_id.update({…})` changes no record.
bool is_container(const Ref& ref) {
  static const std::unordered_set<Name> kTypes = {Name::of("dict"), Name::of("set"), Name::of("Map"), Name::of("Set")};
  return ref.kind == Ref::Kind::OfType && kTypes.contains(ref.name);
}

constexpr std::uint32_t kModelSlots = 1u << 16;

}  // namespace

// --- what a model's paths mean at a call ---

bool FunctionSolver::is_keyword_rest(ir::LocalIndex local) const {
  return std::any_of(function_.parameters.begin(), function_.parameters.end(), [&](const ir::Parameter& parameter) {
    return parameter.local == local && parameter.kind == ir::Parameter::Kind::KeywordRest;
  });
}

std::vector<FunctionSolver::Found> FunctionSolver::find_at(const ir::Instruction& in,
                                                           const AccessPath& path) const {
  std::vector<Found> found;
  if (path.root == AccessPath::Root::Receiver || path.root == AccessPath::Root::Callee) {
    if (in.op == ir::Op::Call && in.name.empty() && path.root == AccessPath::Root::Receiver) return found;
    found.push_back({in.a, value(in.a), in.span, false});
    return found;
  }
  if (path.root != AccessPath::Root::Argument) return found;
  if (in.op == ir::Op::Store) {
    // An assignment is a call with the value, or the key and the value.
    std::int32_t last = in.name.empty() || store_by_key_ ? 1 : 0;
    if (path.index == last || path.index == -1) found.push_back({in.c, value(in.c), in.span, false});
    return found;
  }
  auto all = operands(in);
  std::int32_t n = 0;
  for (const ir::Operand& operand : all) {
    if (operand.kind == ir::Operand::Kind::Value || operand.kind == ir::Operand::Kind::Spread) ++n;
  }
  bool by_position = path.keyword.empty() || path.index >= 0;
  std::int32_t wanted = path.index < 0 ? n + path.index : path.index;
  std::int32_t position = 0;
  bool after_spread = false;
  for (const ir::Operand& operand : all) {
    if (operand.kind == ir::Operand::Kind::Keyed) {
      // `arg(0..)` of Python's `filter(id=…)` means the named ones too.
      if (operand.name == path.keyword || (path.and_after && path.keyword.empty())) {
        found.push_back({operand.value, value(operand.value), operand.span, false});
      }
      continue;
    }
    if (operand.kind == ir::Operand::Kind::Computed) continue;
    bool spread = operand.kind == ir::Operand::Kind::Spread;
    if (spread && is_keyword_rest(operand.value) && !path.and_after) {
      // `**kwargs` names what it hands over.
      if (path.keyword.empty()) continue;
      found.push_back({operand.value, values_.load(value(operand.value), path.keyword), operand.span, false});
      continue;
    }
    after_spread = after_spread || spread;
    bool fits = by_position && (position == wanted || (path.and_after && position >= wanted) ||
                                (after_spread && position <= wanted));
    if (fits || (spread && !path.keyword.empty())) {
      found.push_back({operand.value, value(operand.value), operand.span, spread});
    }
    ++position;
  }
  return found;
}

AccessPath FunctionSolver::with_named_fields(const ir::Instruction& in, const AccessPath& path) const {
  AccessPath named = path;
  for (Name& field : named.fields) {
    const std::string_view text = field.text();
    if (text.size() != 3 || text.front() != '[' || text.back() != ']') continue;
    AccessPath argument;
    argument.index = text[1] - '0';
    field = ir::any_element();
    for (const Found& found : find_at(in, argument)) {
      const Constant constant = program_.constant_of(id_, found.local);
      if (constant.kind == Constant::Kind::Text || constant.kind == Constant::Kind::Number) {
        field = constant.text;
      }
    }
  }
  return named;
}

ValueId FunctionSolver::value_at(const ir::Instruction& in, const AccessPath& written, ValueId result) {
  const AccessPath path = with_named_fields(in, written);
  if (path.root == AccessPath::Root::Return) return values_.load(result, path.fields);
  ValueId all = kNothing;
  for (const Found& found : find_at(in, path)) {
    ValueId part = found.value;
    if (found.spread) {
      ValueId given = values_.elements(part);
      if (!path.keyword.empty()) given = values_.join(given, values_.load(part, path.keyword));
      part = given;
    }
    for (Name field : path.fields) {
      // Elements of a list; of what has none, every field (`Object.values`).
      ValueId below = field == ir::any_element() ? values_.elements(part) : kNothing;
      part = below != kNothing ? below : values_.load(part, field);
    }
    all = values_.join(all, part);
  }
  return all;
}

void FunctionSolver::write_at(const ir::Instruction& in, const AccessPath& written, ValueId part,
                              ValueId& result) {
  if (part == kNothing) return;
  const AccessPath path = with_named_fields(in, written);
  if (path.root == AccessPath::Root::Return) {
    result = values_.add(result, path.fields, part);
    return;
  }
  if (path.root == AccessPath::Root::Callee) return;
  for (const Found& found : find_at(in, path)) {
    mutate(found.local, path.fields, part, false);
  }
}

void FunctionSolver::read_fields(const Constant& constant, Fields& fields, int depth) const {
  if (depth > 4) return;
  auto take = [&](std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
      std::size_t end = text.find_first_of(" ,", at);
      if (end == std::string_view::npos) end = text.size();
      std::string_view word = text.substr(at, end - at);
      at = end + 1;
      if (word.empty()) continue;
      bool without = word.front() == '-';
      // `+phone`: beside all that is there anyway.
      fields.all = fields.all || word.front() == '+';
      if (without || word.front() == '+') word.remove_prefix(1);
      fields.all = fields.all || word == "*" || word.ends_with(".*");
      word = word.substr(0, word.find("__"));
      // A field of a field, or a column of a table.
      std::vector<Name>& names = without ? fields.without : fields.names;
      names.push_back(Name::of(word.substr(0, word.find('.'))));
      if (word.find('.') != std::string_view::npos && !without) names.push_back(last_part(Name::of(word)));
    }
  };
  switch (constant.kind) {
    case Constant::Kind::Text:
      take(constant.text.text());
      fields.known = true;
      break;
    case Constant::Kind::Symbol:
    case Constant::Kind::Call:
      if (!constant.text.empty()) {
        fields.names.push_back(last_part(constant.text));
        fields.known = true;
      }
      break;
    case Constant::Kind::List:
      fields.known = true;
      for (const auto& [key, entry] : constant.entries) {
        if (entry.kind == Constant::Kind::List) {
          // `["column", "alias"]`
          if (const Constant* alias = entry.at(1)) read_fields(*alias, fields, depth + 1);
        } else {
          read_fields(entry, fields, depth + 1);
        }
      }
      break;
    case Constant::Kind::Map:
      fields.known = true;
      for (const auto& [key, entry] : constant.entries) {
        if (key.text() == "exclude") {
          Fields below;
          read_fields(entry, below, depth + 1);
          fields.without.insert(fields.without.end(), below.names.begin(), below.names.end());
        } else if (key.text() == "include" && entry.kind == Constant::Kind::List) {
          continue;
        } else if (key != ir::any_element()) {
          (is_true(entry) ? fields.names : fields.without).push_back(key);
        }
      }
      break;
    default: break;
  }
}

FunctionSolver::Fields FunctionSolver::fields_at(const ir::Instruction& in,
                                                 const AccessPath& path) const {
  Fields fields;
  if (!path.fields.empty()) {
    read_fields(program_.constant_at(site_, path), fields, 0);
    return fields;
  }
  for (const Found& found : find_at(in, path)) {
    const Constant constant = program_.constant_of(id_, found.local);
    if (!read_shape(found.local, constant, fields)) read_fields(constant, fields, 0);
  }
  return fields;
}

/// A schema lets its own fields through, and of these what it was made with: `MemberSchema(only=("id",))`.
bool FunctionSolver::read_shape(ir::LocalIndex local, const Constant& made, Fields& fields) const {
  for (const Ref& ref : program_.refs(id_, local)) {
    const program::EntityId entity = program_.entity_of(ref);
    if (!entity.valid()) continue;
    const program::Entity& shape = program_.entity(entity);
    const auto listed = [&](Name name) {
      return shape.only.empty() || std::find(shape.only.begin(), shape.only.end(), name) != shape.only.end();
    };
    for (const program::EntityField& field : shape.fields) {
      if (!field.hidden && listed(field.name)) fields.names.push_back(field.name);
    }
    for (const Name name : shape.only) {
      if (shape.find(name) == nullptr) fields.names.push_back(name);
    }
    fields.known = !fields.names.empty();
    if (made.kind != Constant::Kind::Call || !fields.known) return fields.known;
    if (const Constant* exclude = made.find("exclude")) {
      Fields without;
      read_fields(*exclude, without, 0);
      fields.without.insert(fields.without.end(), without.names.begin(), without.names.end());
    }
    if (const Constant* only = made.find("only")) {
      Fields some;
      read_fields(*only, some, 0);
      if (some.known) fields.names = some.names;
    }
    return true;
  }
  return false;
}

// --- what a model says ---

/// `query.select("name").first()`: rows that are kept as the one record which all of them are have it as their
/// element, and not its fields.
bool FunctionSolver::takes_row(const AccessPath& from, Name symbol, const ir::Instruction& in) {
  static constexpr std::array<std::string_view, 5> kMaps = {"dict.", "Map.", "Object.", "FormData.", "URLSearchParams."};
  if (from.root != AccessPath::Root::Receiver || from.fields.size() != 1 || from.fields.front() != ir::any_element()) return false;
  const bool map = std::any_of(kMaps.begin(), kMaps.end(), [&](std::string_view type) { return symbol.text().starts_with(type); });
  if (map || in.op != ir::Op::Call || in.name.empty()) return false;
  const auto children = values_.children(value(in.a));
  return !children.empty() && std::none_of(children.begin(), children.end(), [&](const ValueTable::Child& child) {
    const Name field = values_.field(child.first);
    return field == ir::any_element() || is_index(field);
  });
}

ValueId FunctionSolver::apply_model(const rule::FunctionModel& model, Name symbol,
                                    const ir::Instruction& in, std::uint32_t which) {
  ValueId result = kNothing;
  std::uint32_t slot = (which + 1) * 4096;
  const bool text = makes_text(symbol.text());
  if (model.statement) query(*model.statement, in, slot + 2048, result);
  for (const rule::Transfer& transfer : model.flows) {
    if (transfer.protection == rule::Protection::Aggregated) continue;
    ValueId part = takes_row(transfer.from, symbol, in) ? value(in.a) : value_at(in, transfer.from, result);
    if (text) part = printed_at(in, transfer.from, part);
    if (part == kNothing) continue;
    if (transfer.keep) {
      Fields fields = fields_at(in, *transfer.keep);
      if (fields.known && !fields.all && !fields.names.empty()) part = values_.keep(part, fields.names);
      if (!fields.known && !find_at(in, *transfer.keep).empty()) part = as_listed(part);
      if (!fields.without.empty()) part = values_.drop(part, fields.without);
    }
    if (transfer.drop) {
      Fields fields = fields_at(in, *transfer.drop);
      part = values_.drop(part, fields.names);
    }
    if (transfer.protection != rule::Protection::None) {
      part = values_.map(part, [&](const Atom& atom) -> std::optional<Atom> {
        Atom changed = atom;
        changed.protection = combine(atom.protection, transfer.protection);
        return changed;
      });
    }
    write_at(in, transfer.to, part, result);
  }
  static const Name kLists = Name::of("lists-fields");
  if (std::find(model.tags.begin(), model.tags.end(), kLists) != model.tags.end()) result = as_listed(result);
  if (model.passes) {
    if (in.op == ir::Op::Call && !in.name.empty()) result = values_.join(result, value(in.a));
    for (const ir::Operand& operand : operands(in)) {
      ValueId part = value(operand.value);
      result = values_.join(result, text ? printed(operand.value, part) : part);
    }
  }
  // What a transfer narrows on its way is not given whole as well.
  const bool narrowed = std::any_of(model.flows.begin(), model.flows.end(), [&](const rule::Transfer& transfer) {
    return transfer.to.root == AccessPath::Root::Return && (transfer.keep || transfer.drop);
  });
  if (model.returns.kind == rule::TypeExpr::Kind::Same && !model.returns.list && !narrowed) {
    result = values_.join(result, value_at(in, model.returns.path, result));
  }
  for (const rule::Source& source : model.sources) {
    rule::DataTypeId data;
    if (!source.data.empty()) data = program_.rules().data_types().find(source.data.text());
    write_at(in, source.at, kind_origin(slot++, source.kind, data, in.span), result);
  }
  for (const rule::Invocation& invocation : model.calls) {
    std::vector<ValueId> arguments;
    std::vector<Binding::Place> places;
    for (const AccessPath& path : invocation.arguments) {
      arguments.push_back(value_at(in, path, result));
      Binding::Place place;
      auto found = find_at(in, path);
      if (found.size() == 1 && path.fields.size() <= 1) {
        place.local = found.front().local;
        if (!path.fields.empty()) place.field = path.fields.front();
      }
      places.push_back(place);
    }
    ValueId returned = kNothing;
    for (const Found& callback : find_at(in, invocation.callback)) {
      ir::LocalIndex local = callback.local;
      if (invocation.callback.fields.empty()) {
        returned = values_.join(returned, apply_callback(local, arguments, places));
        continue;
      }
      // A function in an object of options.
      Constant constant = program_.constant_at(site_, invocation.callback);
      if (constant.function == id_ && constant.local != ir::kNone) {
        returned = values_.join(returned, apply_callback(constant.local, arguments, places));
      }
    }
    if (invocation.result) write_at(in, *invocation.result, returned, result);
  }
  std::uint32_t n = 0;
  for (const rule::Access& entry : model.accesses) {
    result = values_.join(result, access(entry, in, slot + 64 + 256 * n++, result));
  }
  n = 0;
  for (const rule::Sink& entry : model.sinks) {
    if (program_.holds(site_, entry.when)) sink(entry, symbol, in, slot + 1024 + 64 * n);
    ++n;
  }
  return result;
}

/// `document.cookie = v`, `location.href = v`: a model's `TYPE.field=`.
void FunctionSolver::assignment_model(const ir::Instruction& in, ValueId part) {
  if (part == kNothing) return;
  auto [at, is_new] = call_facts_.try_emplace(at_);
  CallFacts& facts = at->second;
  if (is_new) {
    for (Name symbol : program_.store_symbols(site_)) {
      for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
        if (std::find(facts.models.begin(), facts.models.end(), model) != facts.models.end()) continue;
        if (!program_.holds(site_, model->when)) continue;
        facts.models.push_back(model);
        facts.model_symbols.push_back(symbol);
      }
    }
  }
  for (std::uint32_t i = 0; i < facts.models.size(); ++i) {
    store_by_key_ = facts.model_symbols[i].text().ends_with(".[]=");
    std::uint32_t n = 0;
    for (const rule::Sink& entry : facts.models[i]->sinks) {
      if (program_.holds(site_, entry.when)) {
        sink(entry, facts.model_symbols[i], in, (i + 1) * 4096 + 1024 + 64 * n);
      }
      ++n;
    }
  }
  store_by_key_ = false;
}

// --- sinks ---

/// What stands beside the address in the options of a request.
static const std::vector<Name>& besides_address() {
  static const std::vector<Name> kNames = {
      Name::of("headers"), Name::of("body"),    Name::of("data"),    Name::of("json"), Name::of("form"),
      Name::of("auth"),    Name::of("formData"), Name::of("payload"), Name::of("jar"),  Name::of("cookies")};
  return kNames;
}

void FunctionSolver::sink(const rule::Sink& sink, Name symbol, const ir::Instruction& in,
                          std::uint32_t slot) {
  static const std::array<Name, 3> kRead = {Name::of("log"), Name::of("trace"), Name::of("error-response")};
  static const Name kUrl = Name::of("url");
  const bool is_read = std::find(kRead.begin(), kRead.end(), sink.kind) != kRead.end();
  for (const AccessPath& path : sink.at) {
    for (const Found& found : find_at(in, path)) {
      ValueId part = found.spread ? values_.elements(found.value) : found.value;
      if (is_read && path.fields.empty()) part = printed(found.local, part);
      part = values_.load(part, path.fields);
      if (sink.kind == kUrl && path.fields.empty()) part = values_.drop(part, besides_address());
      SinkPoint point;
      point.kind = sink.kind;
      point.symbol = symbol;
      point.recipient = sink.recipient.empty() ? recipient_at(symbol) : sink.recipient;
      point.site = site_;
      point.span = found.span;
      point.local = found.local;
      use(slot++, point, part);
    }
  }
}

/// Who gets what leaves here: the host of a constant URL says it, else the package of the library.
Name FunctionSolver::recipient_at(Name symbol) {
  CallFacts& facts = call_facts_[at_];
  if (facts.recipient) return *facts.recipient;
  facts.recipient = recipient_of_call(program_, site_, facts.models, symbol);
  return *facts.recipient;
}

void FunctionSolver::use(std::uint32_t slot, const SinkPoint& point, ValueId value) {
  if (value == kNothing || is_replay()) return;
  std::uint64_t key = static_cast<std::uint64_t>(at_) << 32 | slot;
  auto [at, is_new] = point_at_.try_emplace(key, static_cast<std::uint32_t>(summary_.points.size()));
  if (is_new) {
    summary_.points.push_back(point);
    source::Span& span = summary_.points.back().span;
    if (!span.valid() && at_ != kEntry) span = flat_[at_]->span;
    if (!span.valid()) span = function_.span;
  }
  SinkUse use;
  use.owner = id_;
  use.point = at->second;
  use.via = site_;
  use.value = value;
  add_use(use);
}

/// What a test hands to the program is made up.
bool FunctionSolver::lifts(const SinkUse& below) const {
  constexpr std::uint32_t kMaxCalls = 12;
  return below.depth < kMaxCalls && (!in_test_ || ctx_.in_test(below.owner));
}

void FunctionSolver::lift(program::FunctionId callee, std::uint32_t callee_use, const SinkUse& below,
                          ValueId value) {
  SinkUse use;
  use.owner = below.owner;
  use.point = below.point;
  use.depth = below.depth + 1;
  use.via = site_;
  use.callee = callee;
  use.callee_use = callee_use;
  use.value = value;
  add_use(use);
}

/// Uses of one sink from one place are one; another place that adds nothing is not kept.
void FunctionSolver::add_use(SinkUse use) {
  constexpr std::size_t kMaxUses = 600;
  // A sink takes all there is; the first levels stay, since a field may replace one of its record.
  use.value = values_.absorbed(values_.cut(use.value, 3));
  auto& known = uses_of_[static_cast<std::uint64_t>(use.owner.value) << 32 | use.point];
  for (std::uint32_t index : known) {
    SinkUse& other = summary_.uses[index];
    if (other.via == use.via && other.callee == use.callee && other.callee_use == use.callee_use) {
      other.value = values_.join(other.value, use.value);
      return;
    }
  }
  for (std::uint32_t index : known) {
    if (values_.covers(summary_.uses[index].value, use.value)) return;
  }
  if (summary_.uses.size() >= kMaxUses) {
    summary_.coarse = true;
    return;
  }
  known.push_back(static_cast<std::uint32_t>(summary_.uses.size()));
  summary_.uses.push_back(use);
}

// --- records ---

/// What stands in a field of what a value may be: the `queryset` of a view.
std::vector<Ref> FunctionSolver::refs_below(std::span<const Ref> refs, std::span<const Name> path) const {
  std::vector<Ref> at(refs.begin(), refs.end());
  for (const Name field : path) {
    std::vector<Ref> inner;
    for (const Ref& ref : at) {
      const std::vector<Ref> below = program_.field_refs(ref, field);
      inner.insert(inner.end(), below.begin(), below.end());
    }
    at = std::move(inner);
  }
  return at;
}

/// `given` is the result so far: the last step of a query passes on the records of the steps before it,
/// as they have been narrowed, and brings none itself.
ValueId FunctionSolver::access(const rule::Access& access, const ir::Instruction& in,
                               std::uint32_t slot, ValueId given) {
  program::EntityId entity;
  bool list = access.many;
  // What may be a record of any kind, out of a registry of queries, is said to be none.
  constexpr std::size_t kMostKinds = 3;
  std::set<std::uint32_t> kinds;
  for (const Found& found : find_at(in, access.of)) {
    for (const Ref& ref : refs_below(program_.refs(id_, found.local), access.of.fields)) {
      if (is_container(ref) && access.kind == rule::Access::Kind::Update) return kNothing;
      const program::EntityId candidate = program_.entity_of(ref);
      if (!candidate.valid()) continue;
      kinds.insert(candidate.value);
      if (!entity.valid() || !ctx_.has_personal(entity)) entity = candidate;
    }
  }
  if (kinds.size() > kMostKinds) return kNothing;
  const bool of_result = access.of.root == AccessPath::Root::Return;
  for (const Ref& ref : program_.refs(id_, in.result)) {
    program::EntityId candidate = program_.entity_of(ref);
    if ((of_result || ref.kind == Ref::Kind::Instance) && candidate.valid()) {
      if (!entity.valid()) entity = candidate;
      list = list || (ref.list && access.kind == rule::Access::Kind::Read);
    }
  }
  Fields fields, without;
  if (access.fields) fields = fields_at(in, *access.fields);
  if (access.exclude) without = fields_at(in, *access.exclude);
  without.names.insert(without.names.end(), fields.without.begin(), fields.without.end());

  std::uint64_t key = static_cast<std::uint64_t>(at_) << 32 | slot;
  auto [at, is_new] = load_at_.try_emplace(key, static_cast<std::uint32_t>(summary_.loads.size()));
  if (is_new) {
    Load load;
    load.site = site_;
    load.entity = entity;
    load.kind = access.kind;
    load.many = list;
    load.fields = fields.names;
    if (access.limit) {
      load.limited = access.limit->fields.empty()
                         ? !find_at(in, *access.limit).empty()
                         : program_.constant_at(site_, *access.limit).span.valid();
    }
    summary_.loads.push_back(std::move(load));
  }
  std::uint32_t load = at->second;
  const Name by = access.by ? program_.constant_of(id_, local_at(in, *access.by)).text : Name();
  for (const AccessPath& path : access.where) {
    if (by.empty()) {
      selectors(in, path, SinkPoint::Role::Selector, load);
      continue;
    }
    for (const Found& found : find_at(in, path)) {
      selector(last_part(by), found.local, found.value, found.span, SinkPoint::Role::Selector, load);
    }
  }
  for (const AccessPath& path : access.data) selectors(in, path, SinkPoint::Role::Data, load);
  if (access.data.empty() && access.kind == rule::Access::Kind::Update) {
    for (const Found& found : find_at(in, access.of)) made_record(found.local, load);
  }
  if (access.kind != rule::Access::Kind::Read || !ctx_.has_personal(entity)) return kNothing;
  read_record_ = true;
  const bool passed_on = !access.fields && !access.include && values_.any(given, [&](const Atom& atom) {
    return atom.kind == AtomKind::Origin && ctx_.group(atom).record && ctx_.group(atom).origin.entity == entity;
  });
  if (passed_on) return kNothing;

  ValueId record = record_origin(slot, entity, list, false, in.span);
  std::uint32_t relation_slot = slot;
  if (access.include) {
    Constant include = access.include->fields.empty() && !find_at(in, *access.include).empty()
                           ? program_.constant_of(id_, find_at(in, *access.include).front().local)
                           : program_.constant_at(site_, *access.include);
    record = included(record, entity, include, list, relation_slot, 0);
  }
  if (access.fields && !access.fields->fields.empty()) {
    // `select: {name: true, profile: {select: {…}}}` loads relations, too.
    Constant chosen = program_.constant_at(site_, *access.fields);
    if (chosen.kind == Constant::Kind::Map) {
      record = included(record, entity, chosen, list, relation_slot, 0);
    }
  }
  if (fields.known && !fields.all && !fields.names.empty()) {
    record = values_.keep(record, fields.names);
  } else if (!without.names.empty()) {
    record = values_.drop(record, without.names);
  } else if (access.fields && !access.fields->fields.empty() && !fields.known &&
             program_.constant_at(site_, *access.fields).local != ir::kNone) {
    // There is a selection, and what it says is not seen.
    record = as_listed(record);
  }
  Name any = ir::any_element();
  if (list && values_.depth(record) > 0) record = values_.add(kNothing, Path(&any, 1), record);
  return record;
}

/// The record with the relations that are loaded along, each narrowed by its own selection:
/// `include: {author: {select: {name: true}}}`, `["profile"]`, `[{model: Profile, as: "profile"}]`.
ValueId FunctionSolver::included(ValueId record, program::EntityId entity, const Constant& include,
                                 bool list, std::uint32_t& slot, int depth) {
  if (depth > 3) return record;
  std::vector<std::pair<Name, const Constant*>> relations;
  for (const auto& [key, entry] : include.entries) {
    if (include.kind == Constant::Kind::Map) {
      if (is_true(entry)) relations.emplace_back(key, &entry);
    } else if (entry.kind == Constant::Kind::Map) {
      const Constant* name = entry.find("as");
      if (!name) name = entry.find("association");
      if (name) relations.emplace_back(name->text, &entry);
    } else {
      relations.emplace_back(entry.text, &entry);
    }
  }
  if (include.kind == Constant::Kind::Text) relations.emplace_back(include.text, &include);
  const RecordShape& shape = ctx_.shape(entity);
  for (const auto& [relation, options] : relations) {
    auto found = shape.relations.find(relation);
    if (found == shape.relations.end() || !ctx_.has_personal(found->second)) continue;
    source::Span span = options->span.valid() ? options->span : flat_[at_]->span;
    ValueId part = record_origin(++slot, found->second, list, false, span);
    for (std::string_view word : {"include", "select", "attributes"}) {
      const Constant* below = options->kind == Constant::Kind::Map ? options->find(word) : nullptr;
      if (!below) continue;
      if (word == "include" || below->kind == Constant::Kind::Map) {
        part = included(part, found->second, *below, list, slot, depth + 1);
      }
      if (word == "include") continue;
      Fields fields;
      read_fields(*below, fields, 0);
      if (fields.known && !fields.names.empty()) part = values_.keep(part, fields.names);
      if (!fields.without.empty()) part = values_.drop(part, fields.without);
    }
    record = values_.put(record, Path(&relation, 1), part);
  }
  return record;
}

/// What a selection or a write is made with: keys are fields, values what they are compared with.
void FunctionSolver::selectors(const ir::Instruction& in, const AccessPath& path,
                               SinkPoint::Role role, std::uint32_t load) {
  if (!path.fields.empty()) {
    Constant constant = program_.constant_at(site_, path);
    if (constant.kind != Constant::Kind::Unknown) {
      selectors_of(constant, {}, role, load, 0);
      return;
    }
    // Not a literal: `where: filter`, or a value that is a selector itself.
    for (const Found& found : find_at(in, path)) {
      ValueId part = values_.load(found.value, path.fields);
      if (role == SinkPoint::Role::Data && has_listed_fields(constant.function == id_ ? constant.local : ir::kNone, 0)) continue;
      if (part != kNothing || role == SinkPoint::Role::Selector) {
        Name field = role == SinkPoint::Role::Data ? ir::any_element() : path.fields.back();
        if (field.text() == "where" || field.text() == "filter") field = {};
        selector_of_value(field, found.local, part, found.span, role, load);
      }
    }
    return;
  }
  for (const ir::Operand& operand : operands(in)) {
    bool here = false;
    for (const Found& found : find_at(in, path)) here = here || found.local == operand.value;
    if (!here) continue;
    if (operand.kind == ir::Operand::Kind::Keyed) {
      selector(operand.name, operand.value, value(operand.value), operand.span, role, load);
      continue;
    }
    if (role == SinkPoint::Role::Data && is_record(operand.value)) {
      made_record(operand.value, load);
      continue;
    }
    if (role == SinkPoint::Role::Selector && compared_field(operand.value, load, 0)) continue;
    Constant constant = program_.constant_of(id_, operand.value);
    if (constant.kind == Constant::Kind::Map) {
      selectors_of(constant, {}, role, load, 0);
    } else if (role != SinkPoint::Role::Data || !has_listed_fields(operand.value, 0)) {
      Name field = role == SinkPoint::Role::Data ? ir::any_element() : Name();
      selector_of_value(field, operand.value, value(operand.value), operand.span, role, load);
    }
  }
}

/// `find(criteria())`, `update(id, {$set: changes})`: the fields of a map that is built step by step, or
/// elsewhere; what else is in it stays without a name.
void FunctionSolver::selector_of_value(Name field, ir::LocalIndex local, ValueId value, source::Span span,
                                       SinkPoint::Role role, std::uint32_t load) {
  std::vector<ValueTable::Child> fields(values_.children(value).begin(), values_.children(value).end());
  std::vector<Name> named;
  for (const auto& [id, part] : fields) {
    const Name name = values_.field(id);
    if (name == ir::any_element() || is_index(name) || name.text().starts_with('$')) continue;
    named.push_back(name);
    selector(name, ir::kNone, part, span, role, load);
  }
  const ValueId rest = named.empty() ? value : values_.drop(value, named);
  const bool more = values_.any(rest, [](const Atom&) { return true; });
  if (named.empty() || more) selector(field, local, rest, span, role, load);
}

const ir::Instruction* FunctionSolver::maker_of(ir::LocalIndex local) const {
  const ir::Instruction* made = nullptr;
  for (int copies = 0; copies < 8 && local < definitions_.size() && definitions_[local].size() == 1; ++copies) {
    made = flat_[definitions_[local].front()];
    if (made->op != ir::Op::Copy) return made;
    local = made->a;
  }
  return made;
}

bool is_conjunction(std::string_view name) { return name == "and_" || name == "and"; }

/// `Member.email == value`, `eq(members.email, value)`, `and_(Member.id == a, Member.branch == b)`: a condition written as an
/// expression over the fields of the model. False when it is none.
bool FunctionSolver::compared_field(ir::LocalIndex local, std::uint32_t load, int depth) {
  const ir::Instruction* made = maker_of(local);
  if (made == nullptr || depth > 3) return false;
  const auto sides = operands(*made);
  static const Name kEquals = Name::of("compares-fields");
  const bool equals = made->op == ir::Op::Call && is_tagged_call(*made, kEquals);
  const bool joins = (made->op == ir::Op::Operate && made->name.text() == "&") ||
                     (made->op == ir::Op::Call && made->n_operands > 0 && made->a != ir::kNone &&
                      is_conjunction((made->name.empty() ? function_.locals[made->a].name : made->name).text()));
  if (joins) {
    bool any = false;
    for (const ir::Operand& side : sides) any = compared_field(side.value, load, depth + 1) || any;
    return any;
  }
  const bool compares = equals || (made->op == ir::Op::Operate && made->name.text() == "==");
  if (!compares || sides.size() != 2) return false;
  for (std::size_t i = 0; i < 2; ++i) {
    const ir::Instruction* field = maker_of(sides[i].value);
    if (field == nullptr || field->op != ir::Op::Load || field->name.empty()) continue;
    const auto refs = program_.refs(id_, field->a);
    const bool of_model = std::any_of(refs.begin(), refs.end(), [&](const Ref& ref) {
      return (ref.kind == Ref::Kind::Class || ref.kind == Ref::Kind::Model) && program_.entity_of(ref).valid();
    });
    if (!of_model) continue;
    const ir::Operand& other = sides[1 - i];
    selector(field->name, other.value, value(other.value), other.span, SinkPoint::Role::Selector, load);
    return true;
  }
  return false;
}

/// Records that a schema let through are whole no more: which fields are left is the schema's affair.
ValueId FunctionSolver::as_listed(ValueId value) {
  return values_.map(value, [&](const Atom& atom) -> std::optional<Atom> {
    Atom changed = atom;
    if (ctx_.is_whole_record(atom)) changed.flags |= kOpaque;
    return changed;
  });
}

/// What a validator let through: fields that its schema lists and no others, or the rest of them.
bool FunctionSolver::has_listed_fields(ir::LocalIndex local, int depth) const {
  constexpr int kMaxSteps = 8;
  static const Name kLists = Name::of("lists-fields");
  if (local == ir::kNone || depth > kMaxSteps) return false;
  for (const Ref& ref : program_.refs(id_, local)) {
    if (ref.kind == Ref::Kind::Instance && ctx_.is_strict_schema(program::EntityId{ref.id})) return true;
  }
  const ir::Instruction* made = maker_of(local);
  if (made == nullptr) return false;
  const auto all = operands(*made);
  const auto is_spread = [](const ir::Operand& part) { return part.kind == ir::Operand::Kind::Spread; };
  switch (made->op) {
    case ir::Op::Load:
      if (is_listed_field(made->a, made->name)) return true;
      return (made->name.text() == "data" || made->name.text() == "value" || made->name.text() == "output") &&
             has_listed_fields(made->a, depth + 1);
    case ir::Op::Operate:
      return made->name.text() == "without" && !all.empty() && has_listed_fields(all[0].value, depth + 1);
    case ir::Op::Construct:
      return made->container_kind() == ir::ContainerKind::Object &&
             std::any_of(all.begin(), all.end(), is_spread) &&
             std::all_of(all.begin(), all.end(), [&](const ir::Operand& part) {
               return !is_spread(part) || has_listed_fields(part.value, depth + 1);
             });
    case ir::Op::Call: return is_tagged_call(*made, kLists);
    default: return false;
  }
}

/// `input` of a procedure: the framework let only what a schema lists come here.
bool FunctionSolver::is_listed_field(ir::LocalIndex base, Name field) const {
  for (const Ref& ref : program_.refs(id_, base)) {
    if (ref.kind != Ref::Kind::OfType) continue;
    for (const Name type : program_.rules().type_chain(ref.name)) {
      const rule::TypeModel* model = program_.rules().find_type(type);
      if (model == nullptr) continue;
      if (const rule::FieldModel* found = model->field(field)) return found->listed;
    }
  }
  return false;
}

bool FunctionSolver::is_tagged_call(const ir::Instruction& call, Name tag) const {
  for (ir::BlockIndex b = 0; b < function_.blocks.size(); ++b) {
    const auto& instructions = function_.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      if (&instructions[i] != &call) continue;
      for (Name symbol : program_.callees({id_, b, i}).symbols) {
        for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
          if (model->has_tag(tag)) return true;
        }
      }
    }
  }
  return false;
}

bool FunctionSolver::is_record(ir::LocalIndex local) const {
  if (local == ir::kNone) return false;
  const auto refs = program_.refs(id_, local);
  return std::any_of(refs.begin(), refs.end(), [&](const Ref& ref) {
    return ref.kind == Ref::Kind::Instance && program_.entity_of(ref).valid();
  });
}

/// What goes into a record that is made here: `Member(email=…)`, `new Member(body)`, `Member(**values)`.
void FunctionSolver::made_record(ir::LocalIndex local, std::uint32_t load) {
  const ir::Instruction* made = maker_of(local);
  if (made == nullptr || made->op != ir::Op::Call || (!made->is_new && !is_record(made->result))) return;
  for (const ir::Operand& operand : operands(*made)) {
    if (operand.kind == ir::Operand::Kind::Keyed) {
      selector(operand.name, operand.value, value(operand.value), operand.span, SinkPoint::Role::Data, load);
    } else if (operand.kind == ir::Operand::Kind::Spread) {
      selector(ir::any_element(), operand.value, value(operand.value), operand.span, SinkPoint::Role::Data, load);
    } else if (operand.kind == ir::Operand::Kind::Value && made->is_new) {
      Constant constant = program_.constant_of(id_, operand.value);
      if (constant.kind == Constant::Kind::Map) {
        selectors_of(constant, {}, SinkPoint::Role::Data, load, 0);
      } else {
        selector(ir::any_element(), operand.value, value(operand.value), operand.span, SinkPoint::Role::Data, load);
      }
    }
  }
}

void FunctionSolver::selectors_of(const Constant& constant, Name key, SinkPoint::Role role,
                                  std::uint32_t load, int depth) {
  if (depth > 5) return;
  bool nested = constant.kind == Constant::Kind::Map || constant.kind == Constant::Kind::List;
  if (nested) {
    for (const auto& [name, entry] : constant.entries) {
      if (!key.empty() && role == SinkPoint::Role::Selector && asks_related(name.text())) {
        selectors_of(entry, {}, role, load, depth + 1);
        continue;
      }
      bool below = constant.kind == Constant::Kind::List || is_connective(name.text()) ||
                   (!key.empty() && role == SinkPoint::Role::Selector);
      selectors_of(entry, below ? key : name, role, load, depth + 1);
    }
    return;
  }
  if (key.empty() && role == SinkPoint::Role::Data) key = ir::any_element();
  bool here = constant.function == id_ && constant.local != ir::kNone;
  if (here && key == ir::any_element() && has_listed_fields(constant.local, 0)) return;
  selector(key, here ? constant.local : ir::kNone, here ? value(constant.local) : kNothing,
           constant.span, role, load);
}

void FunctionSolver::selector(Name field, ir::LocalIndex local, ValueId value, source::Span span,
                              SinkPoint::Role role, std::uint32_t load) {
  constexpr std::size_t kMaxSelectors = 64;
  auto& list = role == SinkPoint::Role::Data ? summary_.loads[load].data : summary_.loads[load].where;
  std::uint32_t entry = 0;
  while (entry < list.size() && !(list[entry].field == field && list[entry].span == span)) ++entry;
  if (entry == list.size()) {
    if (entry >= kMaxSelectors) return;
    list.push_back({field, false, false, span, {}, {}});
  }
  SinkPoint point;
  point.role = role;
  point.site = site_;
  point.span = span;
  point.local = local;
  point.load = load;
  point.entry = entry;
  std::uint32_t slot = kModelSlots + load % 64 * 256 + entry * 2 + (role == SinkPoint::Role::Data ? 1 : 0);
  use(slot, point, value);
}

}  // namespace privet::flow
