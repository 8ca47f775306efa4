#include "support/places.h"

namespace privet::test {

std::filesystem::path source_dir() { return PRIVET_SOURCE_DIR; }
std::filesystem::path executable() { return PRIVET_EXECUTABLE; }

}  // namespace privet::test
