#pragma once

#include <string_view>

/// Names that say what a check is about, where no type or model does. Weak evidence: it only decides
/// what a decision that already turns callers away is called. Inside `access/` only.
namespace privet::access {

bool role_words(std::string_view name);        ///< `isAdmin`, `role`, `has_permission`, `is_staff`
bool credential_words(std::string_view name);  ///< `authorization`, `token`, `session`, `apiKey`
bool principal_words(std::string_view name);   ///< `currentUser`, `isAuthenticated`, `loggedIn`
bool login_words(std::string_view name);       ///< asks no more than whether somebody logged in: `is_authenticated`
bool flag_words(std::string_view name);        ///< what some callers are or may, and others not: `is_editor`, `canEdit`
bool owner_words(std::string_view name);       ///< `isOwner`, `belongsTo`, `canAccess`
bool exemption_words(std::string_view text);   ///< asks which page is asked for: `path in PUBLIC_PATHS`
bool anonymous_words(std::string_view name);   ///< holds for who is nobody: `is_anonymous`, `isGuest`
bool demanding_words(std::string_view name);   ///< loads a record or ends the request: `get_object_or_404`, `findOrFail`
bool predicate_words(std::string_view name);   ///< asks each of a list: `some`, `every`
bool authorising_words(std::string_view name);  ///< gives what the caller may see: `get_authorized_findings`, `visible_to`
bool narrowing_words(std::string_view name);   ///< a query that asks for some of the records: `filter`, `where`
bool equality_words(std::string_view name);    ///< `equals`, `isEqual`, `__eq__`
bool status_words(std::string_view name);      ///< `status`, `sendStatus`, `code`, `status_code`
bool status_setting_words(std::string_view name);  ///< those of them that send nothing: `status`, `code`
bool sending_words(std::string_view name);     ///< what sends an answer: `json`, `send`, `end`
bool refusal_words(std::string_view name);     ///< `unauthorized`, `forbidden`, `deny`
bool error_answer_words(std::string_view name);    ///< what makes an answer that says no: `handleApiError`
/// A field by which a function says whether the caller may go on: `error`, `response`, `ok`.
bool telling_words(std::string_view name);
bool boolean_guard_words(std::string_view name);  ///< functions that answer whether the caller may
/// Names of what opens a route to everyone: `Public`, `SkipAuth`.
bool opening_words(std::string_view name);
bool guard_words(std::string_view name);       ///< a middleware or decorator whose name says that it guards

}  // namespace privet::access
