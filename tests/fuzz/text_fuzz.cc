#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "ir/text.h"

/// Any text is a module or an error; a module prints to a text that reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace privet;
  const auto module =
      ir::parse_text({reinterpret_cast<const char*>(data), size}, source::FileId{0});
  if (!module.ok()) return 0;
  const std::string printed = ir::print_text(module.value());
  const auto again = ir::parse_text(printed, source::FileId{0});
  CHECK(again.ok() && ir::print_text(again.value()) == printed, "printing is reading backwards");
  return 0;
}
