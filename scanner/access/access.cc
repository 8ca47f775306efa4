#include "access/access.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>

#include "access/answer_schema.h"
#include "access/client_checks.h"
#include "access/effects.h"
#include "access/generic_views.h"
#include "access/guards.h"
#include "access/loose_checks.h"
#include "access/operands.h"
#include "access/routes.h"
#include "access/way_checks.h"
#include "access/words.h"

namespace privet::access {
namespace {

using rule::Guard;

constexpr int kMostHops = 6;
constexpr std::size_t kMostReached = 400;
constexpr std::size_t kMostOperands = 64;
constexpr std::size_t kMostEntriesOfFunction = 8;

}  // namespace

struct AccessMap::Tables {
  Tables(const Program& program, const flow::FlowResult& flows, Codes& codes) : effects(program, flows, codes) {}

  std::vector<Entry> entries;
  std::vector<Touch> touches;
  std::vector<LooseCheck> loose_checks;
  std::vector<ClientCheck> client_checks;
  std::deque<flow::Flow> returned;
  std::deque<flow::Flow> narrowed;
  std::unordered_map<const flow::Flow*, const flow::Flow*> as_sent;  // by a schema of the route
  Effects effects;                                                     // holds the loads of touches
  std::vector<std::vector<FunctionId>> reached;                      // by entry
  std::unordered_map<std::uint32_t, std::vector<EntryId>> entries_of;  // by function
};

class AccessBuilder {
 public:
  AccessBuilder(const Program& program, const personal::Personal& personal,
                const flow::FlowResult& flows)
      : program_(program),
        personal_(personal),
        flows_(flows),
        codes_(program),
        tables_(std::make_unique<AccessMap::Tables>(program, flows, codes_)),
        guards_(program, flows, codes_, tables_->effects),
        way_checks_(program, flows, codes_, guards_, tables_->effects) {}

  AccessMap run() {
    index_flows();
    registrations_ = collect_registrations(program_, codes_);
    for (const Registration& route : registrations_) {
      if (route.handler.function.valid()) guards_.add_handler(route.handler.function);
    }
    for (const Path& path : join_mounts(program_, registrations_, codes_)) add_entry(path);
    sort_entries();
    add_returned();
    for (std::uint32_t i = 0; i < tables_->entries.size(); ++i) {
      const std::size_t first = tables_->touches.size();
      add_touches(EntryId{i});
      add_declared_answer(EntryId{i}, first);
    }
    raise_by_body();
    add_loose_checks();
    tables_->client_checks = client_checks(program_, codes_, guards_, tables_->entries);
    return AccessMap(std::move(tables_));
  }

 private:
  // --- entries ---

  void add_entry(const Path& path) {
    const Registration& route = *path.route;
    Entry entry;
    entry.protocol = route.route->protocol;
    entry.method = route.method;
    entry.path = path.full_path;
    entry.handler = route.handler.function;
    entry.framework = route.framework->name;
    entry.span = route.span;
    entry.view = route.view;
    entry.path_complete = path.complete;
    entry.response_is_return = route.route->response_is_return;
    entry.router = std::string(program_.sources()[route.span.file].path) + " " +
                   std::to_string(static_cast<int>(route.router.kind)) + " " +
                   std::to_string(route.router.id);
    for (const Handler& handler : path.chain) append(guards_.judge(handler, route.framework), entry);
    std::vector<SeenGuard> own = guards_.declared(route);
    const bool says_something = std::any_of(own.begin(), own.end(), [](const SeenGuard& guard) {
      return guard.kind == Guard::Kind::Authn || guard.kind == Guard::Kind::Authz;
    });
    if (!says_something) append(guards_.from_settings(route), entry);
    // A route that opens itself lifts what stands on its class or application.
    const bool opens = std::any_of(own.begin(), own.end(), [](const SeenGuard& guard) {
      return !guard.effective && guard.why_not.find("opens") != std::string::npos;
    });
    if (opens) {
      for (SeenGuard& guard : entry.guards) {
        guard.effective = false;
        guard.mode = Guard::Mode::Optional;
        guard.why_not = "lifted for this route";
      }
    }
    append(std::move(own), entry);
    for (const Handler& handler : path.late) {
      for (SeenGuard& guard : guards_.judge(handler, route.framework)) {
        // What turns nobody away is not missed.
        if (guard.mode == Guard::Mode::Optional) continue;
        guard.effective = false;
        guard.why_not = "runs only for routes registered after it";
        entry.guards.push_back(std::move(guard));
      }
    }
    limit_guards(route, entry);
    set_level(entry, path.open);
    tables_->entries.push_back(std::move(entry));
    routes_.push_back(&route);
  }

  static void append(std::vector<SeenGuard> guards, Entry& entry) {
    for (SeenGuard& guard : guards) entry.guards.push_back(std::move(guard));
  }

  /// Guards that ask only for some methods, or only when one object is fetched.
  void limit_guards(const Registration& route, Entry& entry) {
    for (SeenGuard& guard : entry.guards) {
      if (!guard.effective) continue;
      if (!guard.methods.empty() &&
          std::find(guard.methods.begin(), guard.methods.end(), entry.method) == guard.methods.end()) {
        guard.effective = false;
        guard.why_not = "does not check `" + entry.method + "`";
      } else if (guard.needs_mark && !guards_.is_marked(route)) {
        guard.effective = false;
        guard.why_not = "lets callers pass where the route names no role";
      } else if (guard.object_only && !fetches_object(route)) {
        guard.effective = false;
        guard.why_not = "is asked only when one object is fetched";
      }
    }
  }

  bool fetches_object(const Registration& route) {
    if (route.operation != nullptr) {
      const rule::RouteModel::Operation& operation = *route.operation;
      const bool own = route.view.valid() && program_.find_method(route.view, Name::of("get_object")).valid();
      return !operation.many && operation.kind != rule::Access::Kind::Create && !own;
    }
    if (!route.handler.function.valid()) return false;
    for (const ir::Block& block : program_.function(route.handler.function).blocks) {
      for (const ir::Instruction& call : block.instructions) {
        if (call.op != ir::Op::Call) continue;
        if (call.name.text() == "get_object" || call.name.text() == "check_object_permissions") return true;
      }
    }
    return false;
  }

  static void set_level(Entry& entry, bool open) {
    entry.level = Level::Public;
    entry.level_reason = "no check of the caller was found";
    const SeenGuard* unknown = nullptr;
    for (const SeenGuard& guard : entry.guards) {
      if (guard.mode == Guard::Mode::Unknown && !guard.object_only) unknown = &guard;
      if (!guard.effective) continue;
      const Level level = level_of(guard.kind);
      if (rank(level) > rank(entry.level)) {
        entry.level = level;
        entry.level_reason = "`" + guard.name + "` checks " + std::string(guard_kind_name(guard.kind));
      }
    }
    if (entry.level == Level::Public && unknown != nullptr) {
      entry.level = Level::Unknown;
      entry.level_reason = "`" + unknown->name + "` is not understood";
    } else if (entry.level == Level::Public && !entry.path_complete && !open) {
      entry.level = Level::Unknown;
      entry.level_reason = "its router is mounted where it was not seen";
    }
  }

  /// Where checks in the code stand before everything that an entry does, they are its level.
  void raise_by_body() {
    std::map<std::uint32_t, Level> weakest;
    for (const Touch& touch : tables_->touches) {
      const auto [at, is_new] = weakest.emplace(touch.entry.value, touch.level);
      if (!is_new && rank(touch.level) < rank(at->second)) at->second = touch.level;
    }
    for (const auto& [id, level] : weakest) {
      Entry& entry = tables_->entries[id];
      if (entry.level != Level::Public && entry.level != Level::Unknown) continue;
      if (rank(level) <= rank(Level::Unknown)) continue;
      entry.level = level;
      entry.level_reason = "a check in the code stands before every record";
    }
  }

  void add_loose_checks() {
    std::set<std::uint32_t> reached;
    for (const auto& [function, entries] : tables_->entries_of) reached.insert(function);
    for (const std::uint32_t function : reached) {
      for (LooseCheck& check : loose_checks_in(program_, flows_, codes_, guards_, FunctionId{function})) {
        tables_->loose_checks.push_back(std::move(check));
      }
    }
  }

  void sort_entries() {
    std::vector<std::size_t> order(tables_->entries.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const Entry& x = tables_->entries[a];
      const Entry& y = tables_->entries[b];
      return std::tie(x.span, x.path, x.method) < std::tie(y.span, y.path, y.method);
    });
    std::vector<Entry> entries;
    std::vector<const Registration*> routes;
    for (const std::size_t i : order) {
      entries.push_back(std::move(tables_->entries[i]));
      routes.push_back(routes_[i]);
    }
    tables_->entries = std::move(entries);
    routes_ = std::move(routes);
    tables_->reached.resize(tables_->entries.size());
  }

  // --- what is behind ---

  void index_flows() {
    static const Name kResponse = Name::of("http-response");
    static const Name kExport = Name::of("export");
    for (const flow::Flow& flow : flows_.flows()) {
      const bool answers = flow.sink == kResponse || flow.sink == kPage ||
                           (flow.sink == kExport && writes_rows_to_caller(flow.site));
      if (answers) response_flows_[flow.site.function.value].push_back(&flow);
      if (!answers && flow.sink == kExport) export_flows_[flow.site.function.value].push_back(&flow);
    }
  }

  /// `csv.writer(response).writerow(…)`: the rows are in what was handed to the writer (models tag the call
  /// that makes it `writes-into-argument`), and what is no file on disk goes to the caller.
  bool writes_rows_to_caller(const Site& site) {
    static const Name kWritesInto = Name::of("writes-into-argument");
    static const Name kFile = Name::of("io.TextIOWrapper");
    const Code& code = codes_.of(site.function);
    const ir::Instruction& call = instruction_at(program_, site);
    const ir::Instruction* maker = call.name.empty() ? nullptr : code.origin(call.a);
    if (maker == nullptr || maker->op != ir::Op::Call || maker->n_operands == 0) return false;
    const Site made_at = code.definition_site(maker->result);
    bool tagged = false;
    for (const Name symbol : program_.callees(made_at).symbols) {
      for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
        tagged = tagged || model->has_tag(kWritesInto);
      }
    }
    const auto refs = program_.refs(made_at.function, operands_of(code.function(), *maker)[0].value);
    return tagged && std::none_of(refs.begin(), refs.end(), [](const Ref& ref) { return ref.name == kFile; });
  }

  /// A page prints some fields of the record that it is given, and only the page says which: what is about
  /// a person and not for everybody, as a rule; a token of a project hardly ever.
  static bool may_be_unprinted(const flow::Flow& flow, const Entry& entry, const personal::PersonalEntity& person) {
    return flow.sink == kPage && (!person.is_person || (flow.whole_record && entry.level == Level::Public));
  }

  /// False for what cannot leave in the declared shape; a shape was chosen, unless it is the record itself.
  /// Of one that the program does not show, no more is taken than that it holds back secrets.
  bool narrow_to(const DeclaredAnswer& answer, flow::Flow& flow) const {
    const flow::Origin& origin = flows_.origin(flow.origin);
    const program::EntityId shape = answer.shape;
    if (shows_all(program_, answer, origin.entity)) return true;
    if (!answer.fields.empty()) {
      flow.whole_record = false;
      return origin.field.empty() || std::find(answer.fields.begin(), answer.fields.end(), origin.field) != answer.fields.end();
    }
    const bool lacks = !shape.valid() || !lets_through(program_, shape, origin.field);
    const bool secret = origin.data.valid() && program_.rules().data_types()[origin.data].id.text().starts_with("credential.");
    if (lacks && shape.valid() && is_known_whole(program_, shape)) return false;
    if (lacks && secret && flow.whole_record) return false;
    flow.whole_record = false;
    return true;
  }

  /// What the handler sends by a call: only what the schema shows.
  void narrow_sent(const DeclaredAnswer& shape, FunctionId handler) {
    const auto found = response_flows_.find(handler.value);
    if (found == response_flows_.end()) return;
    std::vector<const flow::Flow*> kept;
    for (const flow::Flow* flow : found->second) {
      const flow::Flow*& sent = tables_->as_sent[flow];
      flow::Flow narrowed = *flow;
      if (!narrow_to(shape, narrowed)) continue;
      sent = &tables_->narrowed.emplace_back(std::move(narrowed));
      kept.push_back(sent);
    }
    found->second = std::move(kept);
  }

  /// What a handler returns leaves where the framework sends it.
  void add_returned() {
    std::set<std::uint32_t> done;
    for (std::size_t i = 0; i < tables_->entries.size(); ++i) {
      const Entry& entry = tables_->entries[i];
      if (!entry.response_is_return || !entry.handler.valid()) continue;
      if (!done.insert(entry.handler.value).second) continue;
      std::optional<DeclaredAnswer> shape = answer_by_schema(program_, *routes_[i]);
      if (shape) {
        narrow_sent(*shape, entry.handler);
      } else {
        shape = answer_shape(program_, codes_, *routes_[i]);
      }
      // What a call on the way sends already is one exposure, not two.
      std::set<std::uint32_t> sent;
      for (const Reach::Hop& hop : reach({entry.handler}).hops) {
        const auto found = response_flows_.find(hop.function.value);
        if (found == response_flows_.end()) continue;
        for (const flow::Flow* flow : found->second) sent.insert(flow->origin.value);
      }
      for (flow::Flow& flow : flows_.returned(entry.handler)) {
        if (sent.contains(flow.origin.value)) continue;
        if (shape && !narrow_to(*shape, flow)) continue;
        // Of a record that a resolver returns, the types of the schema show what they declare.
        const bool by_schema = flow.whole_record && entry.protocol == "graphql";
        const Name own = entry.protocol == "graphql" ? Name::of("graphql-response") : routes_[i]->route->response;
        flow.sink = by_schema ? Name::of("graphql-record") : own;
        tables_->returned.push_back(std::move(flow));
        returned_flows_[entry.handler.value].push_back(&tables_->returned.back());
      }
    }
    for (const auto& [handler, flows] : returned_flows_) {
      auto& all = response_flows_[handler];
      all.insert(all.end(), flows.begin(), flows.end());
    }
  }

  /// The methods of a class and of all that it inherits from.
  std::unordered_set<std::uint32_t> methods_of(ClassId view) const {
    std::unordered_set<std::uint32_t> methods;
    if (!view.valid()) return methods;
    for (const ClassId part : program_.lineage(view)) {
      for (const ir::FunctionIndex index : program_.class_of(part).methods) {
        methods.insert(program_.function_id(program_.module_of(part), index).value);
      }
    }
    return methods;
  }

  /// What `self.save()` of a base class is when the object is of the class `view`; invalid for other calls.
  FunctionId called_on(ClassId view, const ir::Function& from, const ir::Instruction& call) const {
    const bool on_self = from.self != ir::kNone && call.a == from.self && !call.name.empty();
    return on_self ? program_.find_method(view, call.name) : FunctionId{};
  }

  /// `view`: the class whose object answers, when it is one's methods that do.
  Reach reach(const std::vector<FunctionId>& from_outside, ClassId view = {}) const {
    const std::unordered_set<std::uint32_t> own = methods_of(view);
    Reach reach;
    for (const FunctionId handler : from_outside) {
      if (reach.index.emplace(handler.value, reach.hops.size()).second) reach.hops.push_back({handler, {}, {}});
    }
    std::size_t begin = 0;
    for (int hop = 0; hop <= kMostHops; ++hop) {
      const std::size_t end = reach.hops.size();
      for (std::size_t i = begin; i < end && reach.hops.size() < kMostReached; ++i) {
        const FunctionId from = reach.hops[i].function;
        const auto add = [&](FunctionId to, const Site& call) {
          if (reach.index.emplace(to.value, reach.hops.size()).second) {
            reach.hops.push_back({to, from, call});
          }
        };
        const ir::Function& function = program_.function(from);
        for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
          const auto& instructions = function.blocks[b].instructions;
          for (std::uint32_t k = 0; k < instructions.size(); ++k) {
            const ir::Instruction& instruction = instructions[k];
            const Site site{from, b, k};
            if (instruction.op == ir::Op::Call) {
              const FunctionId overridden =
                  own.contains(from.value) ? called_on(view, function, instruction) : FunctionId{};
              if (overridden.valid()) {
                add(overridden, site);
                continue;
              }
              for (const FunctionId callee : program_.callees(site).functions) add(callee, site);
              for (const FunctionId task : tasks_started(site, instruction)) add(task, site);
            } else if (instruction.op == ir::Op::Closure && !instruction.is_class) {
              add(program_.function_id(program_.module_of(from), instruction.index), site);
            }
          }
        }
      }
      begin = end;
    }
    return reach;
  }

  /// `export_members.delay(event_id)`, `queue.enqueue(export_members, event_id)`: the work is done elsewhere,
  /// for this caller.
  std::vector<FunctionId> tasks_started(const Site& site, const ir::Instruction& call) const {
    constexpr std::array<std::string_view, 5> kOfTask = {"delay", "apply_async", "send", "send_with_options", "defer"};
    constexpr std::array<std::string_view, 4> kOfQueue = {"enqueue", "enqueue_call", "add_task", "submit"};
    const auto is_among = [&](const auto& names) {
      return std::find(names.begin(), names.end(), call.name.text()) != names.end();
    };
    if (is_among(kOfQueue)) return program_.callees(site).callbacks;
    std::vector<FunctionId> tasks;
    if (!is_among(kOfTask)) return tasks;
    for (const program::Ref& ref : program_.refs(site.function, call.a)) {
      if (ref.kind == program::Ref::Kind::Function) tasks.push_back(FunctionId{ref.id});
    }
    return tasks;
  }

  void add_touches(EntryId id) {
    const Entry& entry = tables_->entries[id.value];
    std::vector<FunctionId> roots;
    if (entry.handler.valid()) {
      roots.push_back(entry.handler);
    } else {
      add_generic_touch(id);
      roots = hooks_of(*routes_[id.value]);
    }
    if (roots.empty()) return;
    const Reach reach = this->reach(roots, entry.view);
    auto& reached = tables_->reached[id.value];
    Outgoing outgoing;
    for (const Reach::Hop& hop : reach.hops) {
      reached.push_back(hop.function);
      auto& entries = tables_->entries_of[hop.function.value];
      if (entries.size() < kMostEntriesOfFunction) entries.push_back(id);
      append_flows(response_flows_, hop.function, outgoing.responses);
      append_flows(export_flows_, hop.function, outgoing.exports);
    }
    std::sort(reached.begin(), reached.end());
    for (std::size_t h = 0; h < reach.hops.size(); ++h) {
      const std::vector<flow::Load>& loads = tables_->effects.of(reach.hops[h].function);
      for (const flow::Load& load : loads) {
        if (!gives_back_created(loads, load)) add_touch(id, reach, h, load, outgoing);
      }
      add_drops(id, reach, h);
    }
  }

  /// `@marshal_with(MEMBER)` above a handler of which nothing else is seen to leave: the shape says what does.
  void add_declared_answer(EntryId id, std::size_t first_touch) {
    const Entry& entry = tables_->entries[id.value];
    if (!entry.handler.valid() || entry.method != "GET" || entry.level != Level::Public) return;
    if (!guards_.checks_in(entry.handler).empty()) return;
    for (std::size_t i = first_touch; i < tables_->touches.size(); ++i) {
      if (tables_->touches[i].returned && personal_.entity(tables_->touches[i].entity).is_person) return;
    }
    const std::optional<DeclaredAnswer> answer = declared_answer(program_, codes_, entry.handler);
    if (!answer || !answer->shape.valid()) return;
    Touch touch;
    touch.entry = id;
    touch.entity = answer->shape;
    touch.many = answer->many;
    touch.level = entry.level;
    touch.returned = true;
    touch.by_request_id = !touch.many;
    touch.span = entry.span;
    for (const personal::PersonalField& field : personal_.entity(answer->shape).fields) {
      if (lets_through(program_, answer->shape, field.field)) touch.fields.push_back(field.field);
    }
    if (!touch.fields.empty()) tables_->touches.push_back(std::move(touch));
  }

  /// What leaves in the functions behind an entry.
  struct Outgoing {
    std::vector<const flow::Flow*> responses;
    std::vector<const flow::Flow*> exports;
  };

  using FlowsByFunction = std::unordered_map<std::uint32_t, std::vector<const flow::Flow*>>;
  static void append_flows(const FlowsByFunction& flows, FunctionId function, std::vector<const flow::Flow*>& out) {
    const auto found = flows.find(function.value);
    if (found != flows.end()) out.insert(out.end(), found->second.begin(), found->second.end());
  }

  /// `db.drop_all()` deletes everybody: the record that says most of people stands for all.
  void add_drops(EntryId id, const Reach& reach, std::size_t hop) {
    const FunctionId function = reach.hops[hop].function;
    const ir::Function& code = program_.function(function);
    for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
      for (std::uint32_t i = 0; i < code.blocks[b].instructions.size(); ++i) {
        const Site site{function, b, i};
        if (code.blocks[b].instructions[i].op != ir::Op::Call || !drops_store(site)) continue;
        Touch touch;
        touch.entry = id;
        touch.entity = most_personal();
        if (!touch.entity.valid()) return;
        touch.kind = rule::Access::Kind::Delete;
        touch.many = true;
        touch.site = site;
        touch.span = code.blocks[b].instructions[i].span;
        touch.level = tables_->entries[id.value].level;
        way_checks_.apply(reach, hop, site, touch);
        tables_->touches.push_back(std::move(touch));
        return;
      }
    }
  }

  bool drops_store(const Site& site) const {
    static const Name kDrops = Name::of("drops-store");
    for (const Name symbol : program_.callees(site).symbols) {
      for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
        if (!model->has_tag(kDrops)) continue;
        if (program_.holds(site, model->when)) return true;
      }
    }
    return false;
  }

  /// The stored record of a person with the most personal fields, the first of several.
  program::EntityId most_personal() const {
    program::EntityId best;
    std::size_t most = 0;
    for (std::uint32_t e = 0; e < program_.n_entities(); ++e) {
      const program::EntityId candidate{e};
      const personal::PersonalEntity& person = personal_.entity(candidate);
      if (!program_.entity(candidate).stored || !person.is_person || person.fields.size() <= most) continue;
      best = candidate;
      most = person.fields.size();
    }
    return best;
  }

  /// What a create call returns is what the caller just gave: no record of anybody else.
  static bool gives_back_created(std::span<const flow::Load> loads, const flow::Load& load) {
    if (load.kind != rule::Access::Kind::Read) return false;
    return std::any_of(loads.begin(), loads.end(), [&](const flow::Load& other) {
      return other.site == load.site && other.kind == rule::Access::Kind::Create;
    });
  }

  /// The methods of a view that its base class calls to answer.
  std::vector<FunctionId> hooks_of(const Registration& route) const {
    std::vector<FunctionId> hooks;
    if (!route.view.valid()) return hooks;
    for (const Name name : route.route->hooks) {
      if (const FunctionId hook = program_.find_method(route.view, name); hook.valid()) hooks.push_back(hook);
    }
    return hooks;
  }

  /// What several handlers hand to one function counts only for those that do.
  static bool is_on_way(bool from, const std::vector<FunctionId>& places, const Reach& reach) {
    return from && (places.empty() || std::any_of(places.begin(), places.end(), [&](FunctionId place) {
             return reach.index.contains(place.value);
           }));
  }

  void add_touch(EntryId id, const Reach& reach, std::size_t hop, const flow::Load& load,
                 const Outgoing& outgoing) {
    if (!load.entity.valid()) return;
    const personal::PersonalEntity& person = personal_.entity(load.entity);
    if (!person.is_person && !person.is_person_linked && person.fields.empty()) return;
    const Entry& entry = tables_->entries[id.value];
    Touch touch;
    touch.entry = id;
    touch.entity = load.entity;
    touch.kind = load.kind;
    touch.many = load.many;
    touch.limited = load.limited;
    touch.site = load.site;
    touch.load = &load;
    const ir::Instruction& call = instruction_at(program_, load.site);
    touch.span = call.span;
    touch.level = entry.level;
    for (const flow::Load::Selector& selector : load.where) {
      if (is_on_way(selector.from_principal, selector.principal_in, reach)) {
        touch.owned = true;
        touch.owned_reason = "`" + std::string(selector.field.text()) + "` comes from the caller";
      } else if (is_on_way(selector.from_request, selector.request_in, reach)) {
        touch.by_request_id = true;
      }
    }
    if (writes_only_caller(load)) {
      touch.owned = true;
      touch.owned_reason = "only the caller is written";
    }
    if (!call.name.empty() && flows_.from_principal(load.site, call.a)) {
      touch.owned = true;
      touch.owned_reason = "loaded through the caller";
    }
    if (!touch.owned && (!touch.many || load.kind != rule::Access::Kind::Read) &&
        takes_path_parameter(entry, reach, hop, load.site)) touch.by_request_id = true;
    way_checks_.apply(reach, hop, load.site, touch);
    const auto shows_load = [&](const flow::Flow* flow) {
      const flow::Origin& origin = flows_.origin(flow->origin);
      if (!origin.data.valid() || !meets_here(*flow, reach)) return false;
      const bool same = origin.entity.valid() ? shows(origin.entity, load.entity)
                                              : origin.function == load.site.function &&
                                                    reads_from(codes_.of(load.site.function), origin.span, load.site);
      return same && !belongs_to_other(origin, load, touch.span) && !may_be_unprinted(*flow, entry, person);
    };
    std::copy_if(outgoing.responses.begin(), outgoing.responses.end(), std::back_inserter(touch.flows), shows_load);
    touch.returned = !touch.flows.empty();
    if (!touch.returned) {
      std::copy_if(outgoing.exports.begin(), outgoing.exports.end(), std::back_inserter(touch.flows), shows_load);
      touch.exported = !touch.flows.empty();
    }
    // The principal's own record, however it was found.
    if (!touch.flows.empty() && touch.kind == rule::Access::Kind::Read) way_checks_.apply_before_answer(reach, touch);
    tables_->touches.push_back(std::move(touch));
  }

  /// `update({where: {name}, data: {followers: {connect: {id: me}}}})`: a caller who puts himself there.
  static bool writes_only_caller(const flow::Load& load) {
    return load.kind == rule::Access::Kind::Update && !load.data.empty() &&
           std::all_of(load.data.begin(), load.data.end(), [](const flow::Load::Selector& written) {
             return written.from_principal && !written.from_request;
           });
  }

  /// A helper that answers for many handlers is handed what one of them loads.
  static bool meets_here(const flow::Flow& flow, const Reach& reach) {
    return flow.meets_in.empty() || std::any_of(flow.meets_in.begin(), flow.meets_in.end(), [&](FunctionId function) {
             return reach.index.contains(function.value);
           });
  }

  /// The record itself, or a serializer's view of it.
  bool shows(program::EntityId shape, program::EntityId record) const {
    return shape == record || program_.entity(shape).describes == record;
  }

  /// Two records of one kind behind a route: what one load gives is not what the other gave.
  bool belongs_to_other(const flow::Origin& origin, const flow::Load& load, Span span) {
    const auto overlap = [](Span a, Span b) { return a.file == b.file && a.begin < b.end && b.begin < a.end; };
    if (!origin.span.valid() || overlap(origin.span, span)) return false;
    if (!origin.function.valid()) return false;
    for (const flow::Load& other : tables_->effects.of(origin.function)) {
      if (other.entity != load.entity || other.kind != rule::Access::Kind::Read) continue;
      if (overlap(origin.span, instruction_at(program_, other.site).span)) return true;
    }
    return false;
  }

  /// `def profile(request, pk)`: frameworks pass parts of the path as parameters of the handler. True if
  /// one of them goes into the load, or into the call of the handler that leads there.
  bool takes_path_parameter(const Entry& entry, const Reach& reach, std::size_t hop, Site site) {
    while (reach.hops[hop].from.valid()) {
      site = reach.hops[hop].call;
      hop = reach.index.at(reach.hops[hop].from.value);
    }
    const Code& code = codes_.of(site.function);
    std::vector<std::pair<ir::LocalIndex, Site>> open;
    const auto add = [&](const Site& at) {
      const ir::Instruction& instruction = code.at(at);
      // A chain of queries selects in one call and acts in a later one.
      const bool has_subject = instruction.op == ir::Op::Store || (instruction.op == ir::Op::Call && !instruction.name.empty());
      if (has_subject) open.emplace_back(instruction.a, at);
      for (const ir::Operand& operand : operands_of(code.function(), instruction)) open.emplace_back(operand.value, at);
    };
    const auto in_path = [&](ir::LocalIndex index) {
      const ir::Local& local = code.function().locals[index];
      // What a remote function is called with, the caller chose.
      return local.kind == ir::Local::Kind::Parameter && !local.name.empty() &&
             (entry.protocol == "action" || entry.protocol == "graphql" || entry.path.find(local.name.text()) != std::string::npos);
    };
    add(site);
    for (std::size_t i = 0; i < open.size() && i < kMostOperands; ++i) {
      const auto [local, use] = open[i];
      if (local == ir::kNone) continue;
      if (in_path(local)) return true;
      for (const Site& made : code.reaching(local, use)) {
        const ir::Instruction& instruction = code.at(made);
        if (instruction.op == ir::Op::Copy) open.emplace_back(instruction.a, made);
        if (instruction.op == ir::Op::Construct || instruction.op == ir::Op::Call || instruction.op == ir::Op::Operate) {
          add(made);
        }
      }
    }
    return false;
  }

  /// `class V(ListAPIView): queryset = …; serializer_class = …`
  void add_generic_touch(EntryId id) {
    const Registration& route = *routes_[id.value];
    if (route.operation == nullptr || !route.view.valid()) return;
    const GenericView view = generic_view(program_, personal_, *route.route, route.view);
    if (!view.entity.valid()) return;
    Touch touch;
    touch.entry = id;
    touch.entity = view.entity;
    touch.kind = route.operation->kind;
    touch.many = route.operation->many;
    touch.limited = view.limited;
    touch.span = view.span.valid() ? view.span : tables_->entries[id.value].span;
    touch.level = tables_->entries[id.value].level;
    touch.fields = view.fields;
    touch.returned = !view.fields.empty();
    touch.by_view = touch.returned && view.serialised;
    touch.whole = touch.returned && view.whole;
    touch.by_request_id = !touch.many;
    // What the view says of its records narrows all operations, of one record the two that use it.
    for (const char* name : {"get_queryset", "get_object"}) {
      if (touch.many && std::string_view(name) == "get_object") continue;
      const FunctionId hook = program_.find_method(route.view, Name::of(name));
      if (hook.valid()) narrow_by_hook(hook, touch);
    }
    tables_->touches.push_back(std::move(touch));
  }

  void narrow_by_hook(FunctionId hook, Touch& touch) {
    if (starts_at_caller(hook)) {
      touch.owned = true;
      touch.owned_reason = "`" + std::string(program_.function(hook).name.text()) + "` starts from the caller";
    }
    const Code& code = codes_.of(hook);
    for (const BodyCheck& check : guards_.checks_in(hook)) {
      bool before_all = true;
      for (ir::BlockIndex b = 0; b < code.function().blocks.size(); ++b) {
        if (code.function().blocks[b].end.kind != ir::Terminator::Kind::Return || !code.dominates(0, b)) continue;
        const auto last = static_cast<std::uint32_t>(code.function().blocks[b].instructions.size());
        before_all = before_all && guards_.guards(check, {hook, b, last});
      }
      if (before_all) WayChecks::note(check, touch);
    }
  }

  /// True if what the function gives back is the caller's, or a query that asks for the caller's.
  bool starts_at_caller(FunctionId hook) {
    for (const flow::Load& load : flows_.loads(hook)) {
      for (const flow::Load::Selector& selector : load.where) {
        if (selector.from_principal) return true;
      }
    }
    const Code& code = codes_.of(hook);
    for (ir::BlockIndex b = 0; b < code.function().blocks.size(); ++b) {
      const ir::Block& block = code.function().blocks[b];
      const auto n = static_cast<std::uint32_t>(block.instructions.size());
      for (std::uint32_t i = 0; i < n; ++i) {
        // `super().get_queryset().filter(owner=self.request.user)`
        const ir::Instruction& call = block.instructions[i];
        if (call.op != ir::Op::Call || !narrowing_words(call.name.text())) continue;
        for (const ir::Operand& operand : operands_of(code.function(), call)) {
          if (flows_.from_principal({hook, b, i}, operand.value)) return true;
        }
      }
      if (n > 0 && block.end.kind == ir::Terminator::Kind::Return && block.end.value != ir::kNone &&
          flows_.from_principal({hook, b, n - 1}, block.end.value)) {
        return true;
      }
    }
    return false;
  }

  inline static const Name kPage = Name::of("template");

  const Program& program_;
  const personal::Personal& personal_;
  const flow::FlowResult& flows_;
  Codes codes_;
  std::unique_ptr<AccessMap::Tables> tables_;
  Guards guards_;
  WayChecks way_checks_;
  std::vector<Registration> registrations_;
  std::vector<const Registration*> routes_;  // by entry
  FlowsByFunction response_flows_;
  FlowsByFunction export_flows_;
  std::map<std::uint32_t, std::vector<const flow::Flow*>> returned_flows_;  // by handler
};

AccessMap::AccessMap(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
AccessMap::AccessMap(AccessMap&&) noexcept = default;
AccessMap::~AccessMap() = default;

const std::vector<Entry>& AccessMap::entries() const { return tables_->entries; }
const std::vector<Touch>& AccessMap::touches() const { return tables_->touches; }

const std::vector<LooseCheck>& AccessMap::loose_checks() const { return tables_->loose_checks; }

const std::vector<ClientCheck>& AccessMap::client_checks() const { return tables_->client_checks; }

const std::deque<flow::Flow>& AccessMap::returned() const { return tables_->returned; }

const flow::Flow* AccessMap::as_sent(const flow::Flow& flow) const {
  const auto found = tables_->as_sent.find(&flow);
  return found == tables_->as_sent.end() ? &flow : found->second;
}

const std::vector<program::FunctionId>& AccessMap::reached(EntryId entry) const {
  return tables_->reached[entry.value];
}

std::vector<EntryId> AccessMap::entries_of(program::FunctionId function) const {
  const auto found = tables_->entries_of.find(function.value);
  return found == tables_->entries_of.end() ? std::vector<EntryId>{} : found->second;
}

Level AccessMap::exposure_of(program::FunctionId function) const {
  const std::vector<EntryId> entries = entries_of(function);
  if (entries.empty()) return Level::Unknown;
  Level most_open = Level::Owner;
  for (const EntryId id : entries) {
    const Level level = tables_->entries[id.value].level;
    if (rank(level) < rank(most_open)) most_open = level;
  }
  return most_open;
}

AccessMap map_access(const program::Program& program, const personal::Personal& personal,
                     const flow::FlowResult& flows) {
  return AccessBuilder(program, personal, flows).run();
}

}  // namespace privet::access
