#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "finding/match.h"

/// What an entry point is for, as its path and handler say, and what its code reaches.
namespace privet::finding {

/// Login, sign-up, reset, confirmation, callback, health, contact forms, webhooks: open on purpose.
bool is_open_by_purpose(std::string_view path, const program::Program& program,
                        program::FunctionId handler);
/// `/login`, `signIn`, `/auth/token`: where a caller becomes somebody.
bool is_login_name(std::string_view path, const program::Program& program,
                   program::FunctionId handler);
/// `/admin/…`, `backoffice`, `impersonate`.
bool is_admin_path(std::string_view path, const program::Program& program,
                   program::FunctionId handler);

/// One of the words, each lower case, in the path or the handler's name; two neighbours are also one.
bool has_entry_word(const access::Entry& entry, const program::Program& program,
                    const std::vector<std::string_view>& words);

/// A call of the frameworks' `proves_identity` in the code behind the entry, or a comparison with a stored
/// password.
bool reaches_proof(const Facts& facts, access::EntryId entry);
/// … by anything but the token that a login gave.
bool proves_more_than_login(const Facts& facts, access::EntryId entry);
/// The API logs a caller in, by the frameworks' `issues_session`.
bool issues_session(const Facts& facts, base::Name symbol);
/// A call of such an API behind the entry; the first by site.
std::optional<program::Site> session_issued(const Facts& facts, access::EntryId entry);
/// A call that sends a mail or a text message, by what models say or by its name.
bool sends_message(const Facts& facts, access::EntryId entry);
/// A call that limits tries.
bool reaches_rate_limit(const Facts& facts, access::EntryId entry);

}  // namespace privet::finding
