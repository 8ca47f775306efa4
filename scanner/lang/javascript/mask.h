#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "source/span.h"

namespace privet::lang::javascript {

/// The TypeScript grammars refuse what real code writes: type arguments of a tagged template
/// (sql<Row[]>`select …`), `typeof import("x")` and `export type * from`. Gives the text with these blanked out or
/// made a name byte for byte, so that every offset stays, to be parsed in place of `text`; nothing when there
/// are none. A match inside a string or comment does no harm, since lowering reads `text` itself.
/// O(length).
std::optional<std::string> mask_for_grammar(std::string_view text);

/// The grammars refuse a lone `&` in the text of markup (`<p>Terms & Conditions</p>`). Blanks those
/// out where an error begins with one; false when there is none.
bool mask_ampersands(std::string& text, const std::vector<source::Span>& errors);

}  // namespace privet::lang::javascript
