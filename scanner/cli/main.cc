#include <cstdio>
#include <exception>

#include "cli/options.h"

int main(int argc, char** argv) {
  try {
    return privet::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "privet: internal error: %s\n", error.what());
    return privet::cli::kInternal;
  }
}
