#include "support/places.h"

namespace privet::testing {

std::filesystem::path source_dir() { return PRIVET_SOURCE_DIR; }
std::filesystem::path executable() { return PRIVET_EXECUTABLE; }

}  // namespace privet::testing
