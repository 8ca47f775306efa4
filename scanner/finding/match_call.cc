#include <algorithm>
#include <array>
#include <cctype>
#include <string>

#include "finding/match.h"
#include "rule/data_types.h"

// Call rules: one call proves it, by what the API is (tags, symbol) and by constants at the call.

namespace privet::finding {
namespace {

using rule::CallForm;
using rule::Rule;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool api_fits(const Facts& facts, const CallForm& form, base::Name symbol) {
  if (std::find(form.apis.begin(), form.apis.end(), symbol) != form.apis.end()) return true;
  if (form.tags.empty()) return false;
  for (const rule::FunctionModel* model : facts.rules.functions(symbol)) {
    for (const base::Name tag : model->tags) {
      if (std::find(form.tags.begin(), form.tags.end(), tag) != form.tags.end()) return true;
    }
  }
  return false;
}

/// An entry of a model may carry its own conditions; its tags count only where they hold.
bool tagged_here(const Facts& facts, const CallForm& form, base::Name symbol,
                 const program::Site& site) {
  return std::find(form.apis.begin(), form.apis.end(), symbol) != form.apis.end() ||
         has_tag(facts, symbol, site, form.tags);
}

std::vector<flow::OriginId> personal_at(const Facts& facts, const CallForm& form,
                                        const program::Site& site) {
  std::vector<flow::OriginId> origins;
  const ir::Function& code = facts.program.function(site.function);
  const ir::Instruction& at = code.blocks[site.block].instructions[site.instruction];
  const ir::LocalIndex local = at.op == ir::Op::Store
                                   ? at.c
                                   : facts.program.argument_of(site, *form.personal);
  if (local == ir::kNone) return origins;
  for (const flow::OriginId id : facts.flows.origins_at(site, local)) {
    const flow::Origin& origin = facts.flows.origin(id);
    if (!origin.data.valid()) continue;
    const rule::DataType& type = facts.rules.data_types()[origin.data];
    const std::string_view name = type.id.text();
    const bool wanted = form.data.empty()
                            ? type.level >= 2
                            : std::any_of(form.data.begin(), form.data.end(),
                                          [&](const std::string& p) { return fits(p, name); });
    if (wanted) origins.push_back(id);
  }
  return origins;
}

/// Who a test lets in is made up, and nowhere else.
bool is_made_up(const Facts& facts, const CallForm& form, const program::Site& site) {
  static const base::Name kLiteral = base::Name::of("literal-password");
  if (std::find(form.tags.begin(), form.tags.end(), kLiteral) == form.tags.end()) return false;
  const ir::Module& module = facts.program.module(facts.program.module_of(site.function));
  return facts.program.sources()[module.file].test;
}

/// Where a fast hash of a password keeps nothing: challenges of a protocol, look-ups of leaked passwords, steps
/// of a slow hash.
bool hashes_in_passing(const Facts& facts, const CallForm& form, const program::Site& site) {
  static constexpr std::array<std::string_view, 3> kForms = {"fast-hash", "fast-hash-second", "encrypts"};
  const auto tagged = [&](const auto& tags) {
    return std::any_of(form.tags.begin(), form.tags.end(), [&](base::Name tag) {
      return std::find(tags.begin(), tags.end(), tag.text()) != tags.end();
    });
  };
  // `getKey(password, salt)`: a key is derived, and nothing is compared with it.
  static constexpr std::array<std::string_view, 1> kWeak = {"password-hash-weak"};
  if (tagged(kWeak) && lower_case(facts.program.display_name(site.function)).find("key") != std::string::npos) return true;
  if (!tagged(kForms) || !form.personal) return false;
  static constexpr std::array<std::string_view, 5> kChallenge = {"nonce", "cnonce", "realm", "ha1", "challenge"};
  static constexpr std::array<std::string_view, 5> kLeaks = {"pwned", "hibp", "compromised", "breach", "leaked"};
  static constexpr std::array<std::string_view, 4> kSlow = {"pbkdf2", "bcrypt", "scrypt", "argon2"};
  const auto holds_one = [](std::string_view text, const auto& words) {
    const std::string lower = lower_case(text);
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return lower.find(word) != std::string::npos; });
  };
  const ir::Function& code = facts.program.function(site.function);
  if (holds_one(facts.program.display_name(site.function), kLeaks)) return true;
  const bool challenged = std::any_of(code.locals.begin(), code.locals.end(), [&](const ir::Local& local) {
    return std::find(kChallenge.begin(), kChallenge.end(), lower_case(local.name.text())) != kChallenge.end();
  });
  if (challenged) return true;
  return std::any_of(code.blocks.begin(), code.blocks.end(), [&](const ir::Block& block) {
    return std::any_of(block.instructions.begin(), block.instructions.end(), [&](const ir::Instruction& in) {
      return in.op == ir::Op::Call && holds_one(in.name.text(), kSlow);
    });
  });
}

void check_site(const Facts& facts, const Rule& rule, const CallForm& form,
                const program::Site& site, const ir::Instruction& call, base::Name symbol,
                Matches& out) {
  if (!tagged_here(facts, form, symbol, site)) return;
  if (!facts.program.holds(site, form.when) || is_made_up(facts, form, site)) return;
  if (hashes_in_passing(facts, form, site)) return;
  if (calls_tagged(facts, site.function, form.unless_tags)) return;
  Match match;
  match.rule = &rule;
  match.span = call.span;
  match.function = site.function;
  match.evidence = "shape";
  match.confidence = 1.0;
  match.key = std::string(symbol.text());
  match.words.emplace_back("api", std::string(symbol.text()));
  match.severity.exposure = rule.severity.exposure;
  match.severity.data_level = 2;
  if (form.personal) {
    const std::vector<flow::OriginId> origins = personal_at(facts, form, site);
    if (origins.empty()) {
      if (!rule.note_unless_personal) return;
      match.severity.unproven = true;
    } else {
      describe_origins(facts, origins, match);
    }
  } else if (rule.note_unless_personal) {
    match.severity.unproven = true;
  }
  match.severity.unproven = match.severity.unproven || form.note;
  out.push_back(std::move(match));
}

}  // namespace

bool has_tag(const Facts& facts, base::Name symbol, const program::Site& site, const std::vector<base::Name>& tags) {
  const auto models = facts.rules.functions(symbol);
  return std::any_of(models.begin(), models.end(), [&](const rule::FunctionModel* model) {
    return std::any_of(tags.begin(), tags.end(), [&](base::Name tag) { return model->has_tag(tag); }) &&
           facts.program.holds(site, model->when);
  });
}

const ir::Instruction* maker_of(const ir::Function& code, ir::LocalIndex local) {
  const ir::Instruction* made = nullptr;
  for (const ir::Block& block : code.blocks) {
    for (const ir::Instruction& in : block.instructions) {
      if (in.result != local) continue;
      if (made != nullptr) return nullptr;
      made = &in;
    }
  }
  return made;
}

bool calls_tagged(const Facts& facts, program::FunctionId function, const std::vector<base::Name>& tags) {
  if (tags.empty()) return false;
  const ir::Function& code = facts.program.function(function);
  for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
    for (std::uint32_t i = 0; i < code.blocks[b].instructions.size(); ++i) {
      if (code.blocks[b].instructions[i].op != ir::Op::Call) continue;
      const program::Site site{function, b, i};
      for (const base::Name symbol : facts.program.callees(site).symbols) {
        if (has_tag(facts, symbol, site, tags)) return true;
      }
    }
  }
  return false;
}

void match_call_rules(const Facts& facts, Matches& out) {
  std::vector<const Rule*> rules;
  for (const Rule& rule : facts.rules.rules()) {
    if (!rule.call.empty()) rules.push_back(&rule);
  }
  if (rules.empty()) return;
  for (std::uint32_t f = 0; f < facts.program.n_functions(); ++f) {
    const program::FunctionId function{f};
    const ir::Function& code = facts.program.function(function);
    for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
      const auto& instructions = code.blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        const program::Site site{function, b, i};
        std::vector<base::Name> stored;
        std::span<const base::Name> symbols;
        if (instructions[i].op == ir::Op::Call) {
          symbols = facts.program.callees(site).symbols;
        } else if (instructions[i].op == ir::Op::Store) {
          stored = facts.program.store_symbols(site);
          symbols = stored;
        }
        for (const base::Name symbol : symbols) {
          for (const Rule* rule : rules) {
            for (const CallForm& form : rule->call) {
              if (!api_fits(facts, form, symbol)) continue;
              check_site(facts, *rule, form, site, instructions[i], symbol, out);
            }
          }
        }
      }
    }
  }
}

}  // namespace privet::finding
