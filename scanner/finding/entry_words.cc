#include "finding/entry_words.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>
#include <string>
#include <vector>

#include "finding/passwords.h"

namespace privet::finding {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool starts = std::isupper(c) != 0 && i > 0 && std::islower(static_cast<unsigned char>(text[i - 1])) != 0;
    if ((std::isalnum(c) == 0 || starts) && !word.empty()) {
      words.push_back(word);
      word.clear();
    }
    if (std::isalnum(c) != 0) word += static_cast<char>(std::tolower(c));
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

/// The words of the path and of the handler's own name, joined neighbours too (`sign-in` → signin).
std::vector<std::string> words_of_entry(std::string_view path, const program::Program& program,
                                        program::FunctionId handler) {
  std::vector<std::string> words = words_of(path);
  if (handler.valid()) {
    const std::vector<std::string> name = words_of(program.function(handler).name.text());
    words.insert(words.end(), name.begin(), name.end());
  }
  const std::size_t n = words.size();
  for (std::size_t i = 0; i + 1 < n; ++i) words.push_back(words[i] + words[i + 1]);
  return words;
}

bool any_of(const std::vector<std::string>& words, std::initializer_list<std::string_view> wanted) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
    return std::find(wanted.begin(), wanted.end(), word) != wanted.end();
  });
}

template <class Wanted>
std::optional<program::Site> find_call(const Facts& facts, access::EntryId entry, Wanted wanted) {
  for (const program::FunctionId function : facts.access.reached(entry)) {
    const ir::Function& code = facts.program.function(function);
    for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
      const auto& instructions = code.blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        const program::Site site{function, b, i};
        if (instructions[i].op == ir::Op::Call) {
          const auto& symbols = facts.program.callees(site).symbols;
          if (std::any_of(symbols.begin(), symbols.end(), wanted)) return site;
        } else if (instructions[i].op == ir::Op::Store) {
          // `session["user_id"] = user.id`: a model's `TYPE.field=`.
          const auto symbols = facts.program.store_symbols(site);
          if (std::any_of(symbols.begin(), symbols.end(), wanted)) return site;
        }
      }
    }
  }
  return std::nullopt;
}

bool listed(const std::vector<base::Name>& names, base::Name name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_login_name(std::string_view path, const program::Program& program,
                   program::FunctionId handler) {
  return any_of(words_of_entry(path, program, handler),
                {"login", "signin", "logon", "authenticate", "session", "sessions", "otp", "passcode",
                 "verifyotp", "authtoken", "accesstoken", "checkin", "enter"});
}

bool is_open_by_purpose(std::string_view path, const program::Program& program,
                        program::FunctionId handler) {
  return is_login_name(path, program, handler) ||
         any_of(words_of_entry(path, program, handler),
                {"logout", "signup", "register", "registration", "reset", "forgot", "confirm",
                 "confirmation", "verify", "verification", "activate", "activation", "callback",
                 "oauth", "oauth2", "oidc", "saml", "sso", "jwks", "csrf", "health", "healthz",
                 "healthcheck", "ready", "readiness", "metrics", "version", "contactus", "feedback",
                 "newsletter", "subscribe", "unsubscribe", "setup", "install", "installation", "createadmin", "invitation", "invite",
                 "webhook", "webhooks", "bounce", "bounces", "wellknown", "nodeinfo", "token", "refresh", "captcha",
                 "password"});
}

bool is_admin_path(std::string_view path, const program::Program& program,
                   program::FunctionId handler) {
  return any_of(words_of_entry(path, program, handler),
                {"admin", "administrator", "administration", "staff", "backoffice", "superuser",
                 "impersonate", "moderation", "internal"});
}

bool has_entry_word(const access::Entry& entry, const program::Program& program,
                    const std::vector<std::string_view>& words) {
  const std::vector<std::string> own = words_of_entry(entry.path, program, entry.handler);
  return std::any_of(own.begin(), own.end(), [&](const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  });
}

namespace {

bool is_proof(const Facts& facts, base::Name symbol) {
  return std::any_of(facts.rules.frameworks().begin(), facts.rules.frameworks().end(),
                     [&](const rule::Framework& framework) { return listed(framework.proves_identity, symbol); });
}

/// `verify_reset_password_token`, `load_invite_code`: asks for a secret that was sent to its person before.
bool asks_for_sent_secret(const Facts& facts, program::FunctionId function) {
  const std::vector<std::string> name = words_of(facts.program.function(function).name.text());
  return any_of(name, {"verify", "validate", "check", "decode", "unsign", "consume", "redeem", "load"}) &&
         any_of(name, {"token", "signature", "code", "link", "invite", "invitation", "nonce"}) &&
         any_of(name, {"reset", "confirm", "confirmation", "email", "invite", "invitation", "verification", "unsubscribe",
                       "magic", "signed", "activation", "recovery"});
}

bool reaches_sent_secret(const Facts& facts, access::EntryId entry) {
  const std::vector<program::FunctionId>& reached = facts.access.reached(entry);
  return std::any_of(reached.begin(), reached.end(),
                     [&](program::FunctionId function) { return asks_for_sent_secret(facts, function); });
}

bool verifies_login(const Facts& facts, base::Name symbol) {
  static const base::Name kVerifies = base::Name::of("jwt-verify");
  const auto& models = facts.rules.functions(symbol);
  return std::any_of(models.begin(), models.end(), [](const rule::FunctionModel* model) {
    return model->has_tag(kVerifies);
  });
}

}  // namespace

bool proves_more_than_login(const Facts& facts, access::EntryId entry) {
  return find_call(facts, entry, [&](base::Name symbol) {
           return is_proof(facts, symbol) && !verifies_login(facts, symbol);
         }).has_value() || reaches_sent_secret(facts, entry);
}

bool reaches_proof(const Facts& facts, access::EntryId entry) {
  if (find_call(facts, entry, [&](base::Name symbol) { return is_proof(facts, symbol); }).has_value()) return true;
  if (reaches_sent_secret(facts, entry)) return true;
  const std::vector<program::FunctionId>& reached = facts.access.reached(entry);
  return std::any_of(reached.begin(), reached.end(), [&](program::FunctionId function) {
    return password_comparison(facts, function).has_value();
  });
}

bool issues_session(const Facts& facts, base::Name symbol) {
  for (const rule::Framework& framework : facts.rules.frameworks()) {
    if (listed(framework.issues_session, symbol)) return true;
  }
  return false;
}

namespace {

/// `cookies.set("session", id)`: the name of the cookie says that it is one that callers are known by.
bool sets_session_cookie(const Facts& facts, const program::Site& site) {
  static const base::Name kSets = base::Name::of("set-cookie");
  const auto& symbols = facts.program.callees(site).symbols;
  const bool sets = std::any_of(symbols.begin(), symbols.end(), [&](base::Name symbol) {
    const auto& models = facts.rules.functions(symbol);
    return std::any_of(models.begin(), models.end(), [&](const rule::FunctionModel* model) { return listed(model->tags, kSets); });
  });
  if (!sets) return false;
  const ir::Function& code = facts.program.function(site.function);
  const ir::Instruction& call = code.blocks[site.block].instructions[site.instruction];
  for (std::uint32_t o = 0; o < std::min(call.n_operands, 2u); ++o) {
    const program::Constant name = facts.program.constant_of(site.function, code.operands[call.first_operand + o].value);
    if (name.kind != program::Constant::Kind::Text) continue;
    const std::vector<std::string> words = words_of(name.text.text());
    if (any_of(words, {"csrf", "xsrf", "flash", "state", "nonce", "refresh", "consent"})) return false;
    return any_of(words, {"session", "sid", "sessionid", "auth", "jwt", "token", "user", "userid", "login", "uid"});
  }
  return false;
}

}  // namespace

std::optional<program::Site> session_issued(const Facts& facts, access::EntryId entry) {
  const auto issues = [&](base::Name symbol) { return issues_session(facts, symbol); };
  if (const auto site = find_call(facts, entry, issues)) return site;
  for (const program::FunctionId function : facts.access.reached(entry)) {
    const ir::Function& code = facts.program.function(function);
    for (ir::BlockIndex b = 0; b < code.blocks.size(); ++b) {
      for (std::uint32_t i = 0; i < code.blocks[b].instructions.size(); ++i) {
        const program::Site site{function, b, i};
        if (code.blocks[b].instructions[i].op == ir::Op::Call && sets_session_cookie(facts, site)) return site;
      }
    }
  }
  return std::nullopt;
}

bool sends_message(const Facts& facts, access::EntryId entry) {
  const auto sends = [&](base::Name symbol) {
    for (const rule::FunctionModel* model : facts.rules.functions(symbol)) {
      for (const rule::Sink& sink : model->sinks) {
        const std::string_view kind = sink.kind.text();
        if (kind == "mail" || kind == "sms" || kind == "mail-recipients") return true;
      }
    }
    return false;
  };
  if (find_call(facts, entry, sends).has_value()) return true;
  for (const program::FunctionId function : facts.access.reached(entry)) {
    const std::vector<std::string> name = words_of(facts.program.function(function).name.text());
    if (any_of(name, {"send", "sends", "deliver", "notify"}) && any_of(name, {"mail", "email", "emails", "sms", "message", "link", "code"})) {
      return true;
    }
  }
  return false;
}

bool reaches_rate_limit(const Facts& facts, access::EntryId entry) {
  return find_call(facts, entry, [&](base::Name symbol) {
           for (const rule::FunctionModel* model : facts.rules.functions(symbol)) {
             if (model->guard && model->guard->kind == rule::Guard::Kind::Rate) return true;
           }
           return false;
         }).has_value();
}

}  // namespace privet::finding
