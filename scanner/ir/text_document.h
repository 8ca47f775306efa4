#pragma once

#include "ir/module.h"
#include "ir/text_scan.h"

namespace privet::ir::text {

/// Reads the lines of a document up to its closing `}`. No recursion: documents nest deep.
void read_nodes(Scanner& in, Document& document);

}  // namespace privet::ir::text
