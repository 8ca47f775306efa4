#include "access/places.h"

#include <algorithm>
#include <unordered_set>

#include "access/operands.h"

namespace privet::access {
namespace {

constexpr std::size_t kMostEntries = 512;
constexpr int kMostDepth = 6;
constexpr int kMostScopes = 64;

Place home_of(const Program& program, Place place) {
  const Program::Variable variable = program.variable_of(place.function, place.local);
  place.function = variable.function;
  place.local = variable.local;
  return place;
}

struct Made {
  FunctionId function;
  const ir::Instruction* by = nullptr;
};

/// The Construct, else the call, that makes a value; through imports by the object that it is.
Made made_at(const Program& program, Codes& codes, const Place& place) {
  const Place home = home_of(program, place);
  if (home.local == ir::kNone) return {};
  const ir::Instruction* origin = codes.of(home.function).origin(home.local);
  if (origin != nullptr && origin->op == ir::Op::Construct) return {home.function, origin};
  for (const Ref& ref : program.refs(home.function, home.local)) {
    if (ref.kind != Ref::Kind::Object || ref.list) continue;
    const Site site = program.site_of(program::ObjectId{ref.id});
    if (!site.function.valid()) continue;
    const ir::Instruction& at = instruction_at(program, site);
    if (at.op == ir::Op::Construct) return {site.function, &at};
  }
  return {home.function, origin != nullptr && origin->op == ir::Op::Call ? origin : nullptr};
}

void collect(const Program& program, Codes& codes, const Place& container, int depth,
             std::vector<Place>& out) {
  if (depth > kMostDepth) return;
  const Made made = made_at(program, codes, container);
  if (made.by == nullptr) return;
  const bool construct = made.by->op == ir::Op::Construct;
  if (construct && made.by->container_kind() == ir::ContainerKind::Element) return;
  for (const ir::Operand& operand : operands_of(program.function(made.function), *made.by)) {
    if (out.size() >= kMostEntries) return;
    const Place place{made.function, operand.value, operand.name, operand.span};
    if (operand.value == ir::kNone) continue;
    if (!construct) {
      // `merge(a, b)`, `mergeResolvers([a, b])`, `Object.freeze({…})`: what is put together.
      for (const Place& part : opened(program, codes, place)) collect(program, codes, part, depth + 1, out);
    } else if (operand.kind == ir::Operand::Kind::Spread) {
      collect(program, codes, place, depth + 1, out);
    } else if (operand.kind != ir::Operand::Kind::Computed) {
      out.push_back(place);
    }
  }
}

bool is_list(const ir::Instruction& made) {
  return made.op == ir::Op::Construct && (made.container_kind() == ir::ContainerKind::List ||
                                          made.container_kind() == ir::ContainerKind::Tuple);
}

void open(const Program& program, Codes& codes, const Place& value, int depth, std::vector<Place>& out) {
  const Made made = made_at(program, codes, value);
  if (made.by == nullptr || !is_list(*made.by) || depth > kMostDepth) {
    if (out.size() < kMostEntries) out.push_back(value);
    return;
  }
  for (const Place& element : entries_in(program, codes, value)) {
    open(program, codes, element, depth + 1, out);
  }
}

/// The function of the program, outermost first, that encloses `inner` and is among `wanted`; or the
/// nearest one at all.
FunctionId enclosing(const Program& program, FunctionId inner,
                     const std::unordered_set<std::uint32_t>& wanted, bool any) {
  FunctionId at = inner;
  for (int i = 0; i < kMostScopes; ++i) {
    const ir::FunctionIndex parent = program.function(at).parent;
    if (parent == ir::kNone) return {};
    if (any || wanted.contains(at.value)) return at;
    at = program.function_id(program.module_of(at), parent);
  }
  return {};
}

}  // namespace

std::vector<Place> entries_in(const Program& program, Codes& codes, const Place& container) {
  std::vector<Place> out;
  collect(program, codes, container, 0, out);
  return out;
}

std::optional<Place> member_of(const Program& program, Codes& codes, const Place& container,
                               std::span<const Name> path) {
  Place at = container;
  for (const Name key : path) {
    const std::vector<Place> entries = entries_in(program, codes, at);
    const auto found = std::find_if(entries.rbegin(), entries.rend(),
                                    [&](const Place& entry) { return entry.key == key; });
    const std::string_view text = key.text();
    if (found != entries.rend()) {
      at = *found;
    } else if (text.size() == 1 && text[0] >= '0' && text[0] <= '9' && static_cast<std::size_t>(text[0] - '0') < entries.size()) {
      // An element by its place: `(r"/members", MembersHandler)`.
      at = entries[static_cast<std::size_t>(text[0] - '0')];
    } else {
      return std::nullopt;
    }
  }
  return at;
}

std::vector<Place> opened(const Program& program, Codes& codes, const Place& value) {
  std::vector<Place> out;
  open(program, codes, value, 0, out);
  return out;
}

std::vector<Place> places_at(const Program& program, Codes& codes, const Site& site,
                             const ir::AccessPath& path) {
  std::vector<Place> places;
  if (path.root == ir::AccessPath::Root::Argument) {
    for (const ir::Operand* operand : program.operands_of(site, path)) {
      if (operand->value != ir::kNone) places.push_back({site.function, operand->value, {}, operand->span});
    }
  } else if (const ir::LocalIndex local = program.argument_of(site, path); local != ir::kNone) {
    places.push_back({site.function, local, {}, instruction_at(program, site).span});
  }
  for (const Name field : path.fields) {
    std::vector<Place> next;
    for (const Place& place : places) {
      if (field == ir::any_element()) {
        const std::vector<Place> entries = entries_in(program, codes, place);
        next.insert(next.end(), entries.begin(), entries.end());
      } else if (const auto inner = member_of(program, codes, place, std::span(&field, 1))) {
        next.push_back(*inner);
      }
    }
    places = std::move(next);
  }
  return places;
}

Handler handler_at(const Program& program, Codes& codes, const Place& place) {
  Handler handler = handler_of(program, codes, place.function, place.local, place.span);
  // `onRequest: requireLogin` is written with its key.
  if (!place.key.empty() && handler.text.starts_with(place.key.text())) {
    std::string_view rest = std::string_view(handler.text).substr(place.key.text().size());
    while (rest.starts_with(' ')) rest.remove_prefix(1);
    if (rest.starts_with(':')) {
      rest.remove_prefix(1);
      while (rest.starts_with(' ')) rest.remove_prefix(1);
      handler.text = std::string(rest);
    }
  }
  return handler;
}

Name name_of_result(const Program& program, Codes& codes, const Site& site) {
  const Code& code = codes.of(site.function);
  const ir::Instruction& call = instruction_at(program, site);
  const ir::Function& function = code.function();
  const auto is_result = [&](ir::LocalIndex local) {
    return local == call.result || (local != ir::kNone && code.origin(local) == &call);
  };
  for (const ir::Block& block : function.blocks) {
    for (const ir::Instruction& at : block.instructions) {
      if (at.op == ir::Op::Store && is_result(at.c) && !at.name.empty()) return at.name;
      if (at.op != ir::Op::Construct) continue;
      for (const ir::Operand& operand : operands_of(function, at)) {
        if (operand.kind == ir::Operand::Kind::Keyed && is_result(operand.value)) return operand.name;
      }
    }
  }
  // `class Query: member = field(resolver=…)`
  for (const ir::Class& owner : program.module(program.module_of(site.function)).classes) {
    for (const ir::Field& field : owner.fields) {
      if (field.initialiser == call.result && is_result(field.initialiser) && field.span.contains(call.span)) return field.name;
    }
  }
  if (function.parent == ir::kNone) {
    for (const ir::Export& exported : program.module(program.module_of(site.function)).exports) {
      if (is_result(exported.local)) return exported.exported;
    }
  }
  for (ir::LocalIndex local = 0; local < function.locals.size(); ++local) {
    if (!function.locals[local].name.empty() && is_result(local)) return function.locals[local].name;
  }
  return {};
}

std::vector<OptionGuard> option_guards(const Program& program, Codes& codes,
                                       const rule::Framework& framework, const Place& options) {
  std::vector<OptionGuard> out;
  for (const rule::GuardForm& form : framework.guards) {
    if (form.form != rule::GuardForm::Form::Option) continue;
    std::vector<Name> path;
    std::string_view rest = form.field.text();
    while (!rest.empty()) {
      const std::size_t dot = rest.find('.');
      path.push_back(Name::of(rest.substr(0, dot)));
      rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    }
    const std::optional<Place> at = member_of(program, codes, options, path);
    if (!at) continue;
    const program::Constant value = program.constant_of(at->function, at->local);
    const bool off = value.kind == program::Constant::Kind::Null ||
                     (value.kind == program::Constant::Kind::Boolean && value.text.text() == "false");
    if (form.symbols.empty()) {
      if (off != form.opens) continue;
    } else if (std::find(form.symbols.begin(), form.symbols.end(), value.text) == form.symbols.end()) {
      continue;
    }
    // `auth.mode` knows better than `auth`.
    const std::string inner = std::string(form.field.text());
    if (form.opens) {
      std::erase_if(out, [&](const OptionGuard& other) {
        return inner.starts_with(std::string(other.form->field.text()) + ".");
      });
    }
    out.push_back({&form, at->span, std::string(program.sources().text(at->span).substr(0, 60))});
  }
  return out;
}

void scope_plugins(const Program& program, std::vector<Registration>& all) {
  std::unordered_set<std::uint32_t> plugins;
  for (const Registration& registration : all) {
    if (registration.kind == Registration::Kind::Mount && registration.child.kind == RouterKey::Kind::Function) {
      plugins.insert(registration.child.id);
    }
  }
  for (Registration& registration : all) {
    if (!registration.site.function.valid()) continue;
    const bool object = registration.router.kind == RouterKey::Kind::Object;
    if (!object && registration.router.kind != RouterKey::Kind::Type) continue;
    if (object && plugins.empty()) continue;
    // A router that was made here is nobody else's.
    if (object) {
      const Site made = program.maker_of({Ref::Kind::OfType, false, registration.router.id, registration.router.name});
      if (made.function == registration.site.function) continue;
    }
    const FunctionId scope = enclosing(program, registration.site.function, plugins, !object);
    if (scope.valid()) {
      registration.router = {RouterKey::Kind::Function, scope.value, {}};
    } else if (!object && registration.site.function.valid()) {
      registration.router = {RouterKey::Kind::Module, program.module_of(registration.site.function).value,
                             Name::of("value")};
    }
  }
}

}  // namespace privet::access
