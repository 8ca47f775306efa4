#pragma once

namespace privet::base {

/// Prints where and why to standard error, then exits with code 4 ("our bug").
[[noreturn]] void check_failed(const char* file, int line, const char* condition, const char* why);

}  // namespace privet::base

/// States an invariant of ours. Never for scanned code or for what a user wrote: those are
/// `Problem` and `Error`. `why` says why the condition must hold.
#define CHECK(condition, why)                                                      \
  do {                                                                             \
    if (!(condition)) {                                                            \
      ::privet::base::check_failed(__FILE__, __LINE__, #condition, why);           \
    }                                                                              \
  } while (false)
