#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace privet::base {

void check_failed(const char* file, int line, const char* condition, const char* why) {
  std::fprintf(stderr, "privet: internal error: %s:%d: `%s` does not hold: %s\n", file, line,
               condition, why);
  std::fprintf(stderr, "help: please report this with the file that was being scanned\n");
  std::_Exit(4);
}

}  // namespace privet::base
