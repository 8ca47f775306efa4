#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "access/routes.h"

/// Routes that exist because of where a file lies: Next.js, SvelteKit, Remix. Inside `access/` only.
namespace privet::access {

void collect_file_routes(const Program& program, Codes& codes, std::vector<Registration>& out);

/// The URL of a route file by the convention named: `next-app` (`app/api/users/[id]/route.ts` →
/// `/api/users/:id`), `next-pages`, `sveltekit`, `remix`. Empty when the file is not one.
std::string url_of_file(std::string_view convention, std::string_view path);

/// True if the path (relative, `/`) fits the glob: `*` within a folder, `**` across folders,
/// `{a,b}` alternatives; the glob may match from any folder on.
bool path_fits(std::string_view glob, std::string_view path);

}  // namespace privet::access
