#include "access/words.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace privet::access {
namespace {

/// `requireAdminRole` → require admin role; `is_staff` → is staff.
std::vector<std::string> tokens_of(std::string_view name) {
  std::vector<std::string> tokens;
  std::string token;
  for (std::size_t i = 0; i < name.size() && i < 120; ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool letter = std::isalnum(c) != 0;
    const bool starts = std::isupper(c) != 0 && i > 0 &&
                        (std::islower(static_cast<unsigned char>(name[i - 1])) != 0 ||
                         (i + 1 < name.size() && std::islower(static_cast<unsigned char>(name[i + 1])) != 0));
    if ((!letter || starts) && !token.empty()) {
      tokens.push_back(token);
      token.clear();
    }
    if (letter) token += static_cast<char>(std::tolower(c));
  }
  if (!token.empty()) tokens.push_back(token);
  return tokens;
}

bool any_token(std::string_view name, std::initializer_list<std::string_view> words) {
  for (const std::string& token : tokens_of(name)) {
    if (std::find(words.begin(), words.end(), token) != words.end()) return true;
  }
  return false;
}

/// Tokens `first second` in a row.
bool pair(std::string_view name, std::string_view first, std::string_view second) {
  const std::vector<std::string> tokens = tokens_of(name);
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i] == first && tokens[i + 1] == second) return true;
  }
  return false;
}

/// `has_event_access`.
bool begins_and_ends(std::string_view name, std::string_view first, std::string_view last) {
  const std::vector<std::string> tokens = tokens_of(name);
  return tokens.size() >= 2 && tokens.front() == first && tokens.back() == last;
}

bool is_name(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool role_words(std::string_view name) {
  return any_token(name, {"admin", "admins", "superuser", "superadmin", "staff", "role", "roles", "groups",
                          "permission", "permissions", "perm", "perms", "scope", "scopes", "acl",
                          "privilege", "privileges", "moderator", "superusers", "organizer",
                          "organiser", "coorganizer", "manager", "ability", "policy", "rbac"});
}

bool credential_words(std::string_view name) {
  return any_token(name, {"authorization", "authentication", "authenticate", "authenticated", "token", "jwt",
                          "bearer", "session", "cookie", "cookies", "apikey", "secret", "credential",
                          "credentials", "signature"}) ||
         pair(name, "api", "key") || pair(name, "auth", "result") || pair(name, "auth", "context");
}

bool principal_words(std::string_view name) {
  return is_name(name, {"current_user", "currentUser", "isAuthenticated", "is_authenticated",
                        "is_anonymous", "isLoggedIn", "loggedIn", "logged_in", "loggedInUser",
                        "authUser", "auth_user", "userData", "authed", "isAuthed"}) ||
         pair(name, "logged", "in") || pair(name, "signed", "in") || pair(name, "is", "authenticated") ||
         pair(name, "current", "user") || pair(name, "verify", "user") || pair(name, "require", "user") ||
         pair(name, "auth", "user") || pair(name, "session", "user");
}

bool login_words(std::string_view name) {
  return is_name(name, {"is_authenticated", "isAuthenticated", "is_active", "isLoggedIn", "logged_in"});
}

bool flag_words(std::string_view name) {
  const std::vector<std::string> tokens = tokens_of(name);
  if (tokens.size() < 2 || (tokens[0] != "is" && tokens[0] != "can" && tokens[0] != "may")) return false;
  return !login_words(name) && !principal_words(name);
}

bool owner_words(std::string_view name) {
  return any_token(name, {"owner", "owns", "owned"}) || pair(name, "belongs", "to") ||
         pair(name, "has", "access") || begins_and_ends(name, "has", "access") || pair(name, "can", "access") ||
         pair(name, "can", "view") || pair(name, "can", "edit") || pair(name, "can", "read") || pair(name, "can", "update");
}

bool exemption_words(std::string_view text) {
  const bool page = any_token(text, {"path", "paths", "pathname", "url", "urls", "route", "routes", "endpoint", "endpoints"});
  return page && any_token(text, {"exempt", "exempted", "public", "whitelist", "whitelisted", "allowlist", "allowed",
                                  "unprotected", "excluded", "exclude", "open", "skip", "ignore", "ignored", "anonymous",
                                  "includes", "in", "startswith", "startsWith", "starts", "match", "some", "any", "has"});
}

bool anonymous_words(std::string_view name) { return any_token(name, {"anonymous", "guest"}); }

bool demanding_words(std::string_view name) {
  return pair(name, "or", "404") || pair(name, "or", "throw") || pair(name, "or", "fail") || pair(name, "or", "error");
}

bool predicate_words(std::string_view name) {
  return is_name(name, {"some", "every", "find", "findIndex", "filter"});
}

bool authorising_words(std::string_view name) {
  return any_token(name, {"authorized", "authorised", "permitted", "accessible", "visible", "viewable", "restrict"}) ||
         pair(name, "for", "user") || pair(name, "privacy", "filter");
}

bool narrowing_words(std::string_view name) {
  return is_name(name, {"filter", "filter_by", "where", "get", "find", "find_by", "owned_by", "for_user"});
}

bool equality_words(std::string_view name) {
  return is_name(name, {"equals", "isEqual", "__eq__", "localeCompare", "timingSafeEqual",
                        "compare_digest"});
}

bool status_words(std::string_view name) {
  return is_name(name, {"status", "sendStatus", "code", "status_code", "statusCode", "abort", "throw",
                        "writeHead", "set_status", "send_error", "Response", "JSONResponse", "HttpResponse",
                        "JsonResponse", "make_response", "problem", "error", "redirect"});
}

bool status_setting_words(std::string_view name) {
  return is_name(name, {"status", "code", "status_code", "statusCode", "set_status", "setStatus"});
}

bool sending_words(std::string_view name) {
  return is_name(name, {"json", "jsonp", "send", "end", "render", "sendFile", "write", "finish"});
}

bool refusal_words(std::string_view name) {
  return any_token(name, {"unauthorized", "unauthorised", "unauthenticated", "forbidden", "forbid",
                          "deny", "denied", "abort"}) ||
         pair(name, "not", "authenticated") || pair(name, "not", "authorized") || pair(name, "not", "authorised") ||
         pair(name, "not", "allowed") || pair(name, "not", "permitted") || pair(name, "not", "logged") ||
         is_name(name, {"notFound", "redirect", "permanentRedirect"});
}

bool error_answer_words(std::string_view name) {
  return any_token(name, {"error", "errors", "failure", "reject", "refuse"});
}

bool telling_words(std::string_view name) {
  return is_name(name, {"error", "err", "errors", "response", "failure", "failed", "denied", "unauthorized", "redirect",
                        "errorResponse", "error_response", "ok", "success", "authorized", "authenticated", "allowed", "valid"});
}

bool boolean_guard_words(std::string_view name) {
  return is_name(name, {"canActivate", "has_permission", "has_object_permission", "test_func",
                        "authorize", "authorized", "validate", "is_accessible", "permit", "check"}) ||
         pair(name, "is", "allowed");
}

bool opening_words(std::string_view name) {
  return is_name(name, {"Public", "PublicRoute", "IsPublic", "public_route"}) || pair(name, "skip", "auth") ||
         pair(name, "no", "auth") || pair(name, "allow", "anonymous") || pair(name, "allow", "any") ||
         pair(name, "allow", "unauthenticated") || pair(name, "auth", "exempt");
}

bool guard_words(std::string_view name) {
  return any_token(name, {"auth", "authn", "authz", "authenticate", "authenticated", "authorize",
                          "authorise", "authorized", "authorization", "authentication", "login",
                          "guard", "protect", "protected", "permission", "permissions", "role",
                          "roles", "admin", "jwt", "token", "acl", "rbac", "owner", "staff",
                          "superuser", "verify", "session", "access", "secure", "identity"});
}

}  // namespace privet::access
