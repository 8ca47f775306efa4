#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include "finding/checks.h"
#include "finding/entry_words.h"
#include "finding/match.h"
#include "finding/touch.h"
#include "personal/spelling.h"
#include "rule/data_types.h"

// What browsers do by themselves with a person's session, and caches between them and the server with the
// answers: requests that other sites start, answers that are kept for the next caller.

namespace privet::finding {
namespace {

using access::Entry;
using access::Level;
using access::Touch;
using base::Name;
using program::FunctionId;
using program::Site;
using rule::CheckForm;
using rule::Rule;

/// The caller has been told apart from others.
bool knows_caller(const Touch& touch) {
  return touch.owned || (touch.level != Level::Public && touch.level != Level::Unknown);
}

// --- forged requests ---

/// `X-Api-Key`, `Authorization: Bearer …`: a browser does not send it by itself, so no other site can.
bool comes_by_header(const Entry& entry) {
  return std::any_of(entry.guards.begin(), entry.guards.end(), [](const access::SeenGuard& guard) {
    static constexpr std::array<std::string_view, 8> kWords = {"key", "token", "jwt", "bearer", "basic", "hmac", "signature", "signed"};
    const std::vector<std::string> words = personal::split_name(guard.name);
    return guard.kind == rule::Guard::Kind::Signature ||
           std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
             return std::find(words.begin(), words.end(), word) != words.end();
           });
  });
}

/// A guard of the program that never looks at a session or user: callers bring something else.
bool asks_no_session(const Facts& facts, const access::SeenGuard& guard) {
  if (!guard.function.valid() || !guard.effective) return false;
  static constexpr std::array<std::string_view, 5> kKept = {"session", "user", "current_user", "cookies", "userId"};
  const auto kept = [](Name name) { return std::find(kKept.begin(), kKept.end(), name.text()) != kKept.end(); };
  const ir::Function& code = facts.program.function(guard.function);
  return std::none_of(code.locals.begin(), code.locals.end(), [&](const ir::Local& local) { return kept(local.name); }) &&
         std::none_of(code.blocks.begin(), code.blocks.end(), [&](const ir::Block& block) {
           return std::any_of(block.instructions.begin(), block.instructions.end(), [&](const ir::Instruction& in) {
             return in.op == ir::Op::Load && kept(in.name);
           });
         });
}

/// A person's record is changed in the name of the caller.
bool changes_for_caller(const Facts& facts, const Touch& touch) {
  const Entry& entry = facts.access.entries()[touch.entry.value];
  if (touch.kind == rule::Access::Kind::Read || !knows_caller(touch) || comes_by_header(entry)) return false;
  if (is_open_by_purpose(entry.path, facts.program, entry.handler)) return false;
  return std::none_of(entry.guards.begin(), entry.guards.end(),
                      [&](const access::SeenGuard& guard) { return asks_no_session(facts, guard); });
}

/// Code that only this kind of request runs: the handler, or what is written beside it.
bool is_of_handler(const Facts& facts, const Entry& entry, const Touch& touch) {
  if (entry.view.valid() || !touch.site.function.valid() || !entry.handler.valid()) return false;
  return facts.program.module_of(touch.site.function) == facts.program.module_of(entry.handler);
}

bool has_symbol(const Facts& facts, FunctionId parent, const ir::Annotation& annotation,
                const std::vector<std::string>& symbols) {
  if (annotation.value == ir::kNone) return false;
  const auto among = [&](Name name) { return std::find(symbols.begin(), symbols.end(), name.text()) != symbols.end(); };
  if (among(facts.program.symbol_of(parent, annotation.value))) return true;
  const program::Constant made = facts.program.constant_of(parent, annotation.value);
  return made.kind == program::Constant::Kind::Call && among(made.text);
}

/// A handler for which the protection against forged requests is switched off changes a person's record.
void check_forgeable_change(const Facts& facts, const Rule& rule, const CheckForm& form, Matches& out) {
  const auto* symbols = parameter(form, "symbol");
  if (symbols == nullptr) return;
  std::set<std::uint32_t> done;
  for (const Touch& touch : facts.access.touches()) {
    const Entry& entry = facts.access.entries()[touch.entry.value];
    if (!entry.handler.valid() || done.contains(entry.handler.value) || !changes_for_caller(facts, touch)) continue;
    const ir::Function& code = facts.program.function(entry.handler);
    if (code.parent == ir::kNone) continue;
    const FunctionId parent = facts.program.function_id(facts.program.module_of(entry.handler), code.parent);
    const bool exempt = std::any_of(code.annotations.begin(), code.annotations.end(), [&](const ir::Annotation& annotation) {
      return has_symbol(facts, parent, annotation, *symbols);
    });
    const Shown shown = shown_by(facts, touch);
    if (!exempt || level_of(facts.rules, shown.data) < 2) continue;
    Match match = match_of_touch(facts, rule, touch, shown);
    match.span = code.name_span;
    match.function = entry.handler;
    match.key = "exempt";
    out.push_back(std::move(match));
    done.insert(entry.handler.value);
  }
}

/// The handler answers no other kind of request, so that all it does is done by this one.
bool answers_only_this(const Facts& facts, const Entry& entry) {
  const auto& entries = facts.access.entries();
  return std::all_of(entries.begin(), entries.end(), [&](const Entry& other) {
    return other.handler != entry.handler || other.method == entry.method;
  });
}

/// A link is enough: whoever is logged in and follows it, or sees a picture with its address, changes a record.
void check_change_by_link(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  std::set<std::uint32_t> done;
  for (const Touch& touch : facts.access.touches()) {
    const Entry& entry = facts.access.entries()[touch.entry.value];
    if (entry.method != "GET" || entry.protocol != "http" || done.contains(touch.entry.value)) continue;
    if (!changes_for_caller(facts, touch) || !is_of_handler(facts, entry, touch)) continue;
    if (!answers_only_this(facts, entry)) continue;
    if (!facts.personal.entity(touch.entity).is_person) continue;
    const bool deletes = touch.kind == rule::Access::Kind::Delete && (touch.owned || touch.by_request_id);
    const bool changes = touch.kind == rule::Access::Kind::Update && touch.load != nullptr &&
                         std::any_of(touch.load->data.begin(), touch.load->data.end(),
                                     [](const flow::Load::Selector& written) { return written.from_request; });
    if (!deletes && !changes) continue;
    const Shown shown = shown_by(facts, touch);
    if (level_of(facts.rules, shown.data) < 2) continue;
    Match match = match_of_touch(facts, rule, touch, shown);
    match.span = touch.span;
    match.function = touch.site.function;
    match.message = "another site may make a visitor " + std::string(deletes ? "delete" : "change") + " a record of `" +
                    match.entity + "`: `" + entry.method + " " + entry.path + "` is a link, and browsers follow links";
    match.key = "link";
    out.push_back(std::move(match));
    done.insert(touch.entry.value);
  }
}

// --- shared caches ---

bool shares(const Facts& facts, const Site& site, std::span<const Name> symbols) {
  return std::any_of(symbols.begin(), symbols.end(),
                     [&](Name symbol) { return has_tag(facts, symbol, site, {Name::of("shared-cache")}); });
}

/// `response.headers["Cache-Control"] = "public"`, `cache.cached()` above a handler: where an answer of the
/// function is given to caches that do not know who asked.
std::optional<source::Span> shared_in(const Facts& facts, FunctionId function) {
  const ir::Function& code = facts.program.function(function);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    const auto& instructions = code.blocks[b].instructions;
    for (std::uint32_t i = 0; i < instructions.size(); ++i) {
      const Site site{function, b, i};
      const bool call = instructions[i].op == ir::Op::Call;
      if (call && shares(facts, site, facts.program.callees(site).symbols)) return instructions[i].span;
      if (instructions[i].op == ir::Op::Store && shares(facts, site, facts.program.store_symbols(site))) {
        return instructions[i].span;
      }
    }
  }
  return std::nullopt;
}

bool tagged(const Facts& facts, Name symbol, std::string_view tag) {
  const auto& models = facts.rules.functions(symbol);
  return std::any_of(models.begin(), models.end(), [&](const rule::FunctionModel* model) {
    return model->has_tag(Name::of(tag));
  });
}

/// The decorator above the handler that keeps its answers; none where another keeps those of each caller apart.
std::optional<source::Span> shared_above(const Facts& facts, FunctionId function) {
  const ir::Function& code = facts.program.function(function);
  if (code.parent == ir::kNone) return std::nullopt;
  const FunctionId parent = facts.program.function_id(facts.program.module_of(function), code.parent);
  const ir::Function& outer = facts.program.function(parent);
  std::optional<source::Span> shared;
  for (const ir::Annotation& annotation : code.annotations) {
    if (annotation.value == ir::kNone) continue;
    if (tagged(facts, facts.program.symbol_of(parent, annotation.value), "answer-varies")) return std::nullopt;
    for (ir::BlockIndex b = 0; b < outer.blocks.size(); ++b) {
      const auto& instructions = outer.blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        if (instructions[i].op != ir::Op::Call || instructions[i].result != annotation.value) continue;
        const Site site{parent, b, i};
        const auto& symbols = facts.program.callees(site).symbols;
        if (std::any_of(symbols.begin(), symbols.end(), [&](Name symbol) { return tagged(facts, symbol, "answer-varies"); })) {
          return std::nullopt;
        }
        if (shares(facts, site, symbols)) shared = instructions[i].span;
      }
    }
  }
  return shared;
}

/// An answer about the caller, or for those who are logged in, that a shared cache keeps.
void check_shared_answer(const Facts& facts, const Rule& rule, const CheckForm&, Matches& out) {
  std::set<std::uint32_t> done;
  for (const Touch& touch : facts.access.touches()) {
    if (touch.kind != rule::Access::Kind::Read || !touch.returned || !knows_caller(touch)) continue;
    if (done.contains(touch.entry.value)) continue;
    const Entry& entry = facts.access.entries()[touch.entry.value];
    const Shown shown = shown_by(facts, touch);
    if (!entry.handler.valid() || level_of(facts.rules, shown.data) < 2) continue;
    std::optional<source::Span> shared = shared_above(facts, entry.handler);
    FunctionId where = entry.handler;
    for (const FunctionId function : facts.access.reached(touch.entry)) {
      if (shared) break;
      shared = shared_in(facts, function);
      where = function;
    }
    if (!shared) continue;
    Match match = match_of_touch(facts, rule, touch, shown);
    match.span = *shared;
    match.function = where;
    match.evidence = "flow";
    match.key = "shared";
    out.push_back(std::move(match));
    done.insert(touch.entry.value);
  }
}

constexpr NamedCheck kChecks[] = {
    {"change-by-link", check_change_by_link},
    {"forgeable-change", check_forgeable_change},
    {"shared-answer", check_shared_answer},
};

}  // namespace

std::span<const NamedCheck> browser_checks() { return kChecks; }

}  // namespace privet::finding
