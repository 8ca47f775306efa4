#pragma once

#include <string>
#include <string_view>

namespace privet::program {

/// What names of one record have in common, whether of a class, a table or a collection: `UserProfile`,
/// `user_profiles` and `app.UserProfile` all give `userprofile`.
std::string table_key(std::string_view name);

/// `**` any folders, `*` and `?` within one, `{a,b}` alternatives, `[…]` literal as routers write it.
bool matches_glob(std::string_view glob, std::string_view path);

}  // namespace privet::program
