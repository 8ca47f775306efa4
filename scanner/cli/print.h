#pragma once

#include <string>

#include "pipeline/scan.h"

namespace privet::cli {

/// `--print=ir`: every module's text form; `--print=program`: records, calls and entry points as linked.
std::string print_for_developers(const pipeline::Scan& scan, const std::string& what);

}  // namespace privet::cli
