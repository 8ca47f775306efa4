#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "ir/verify.h"
#include "lang/language.h"

/// The first byte chooses the language, the rest is a file of it: lowering gives a sound module.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace privet;
  if (size == 0) return 0;
  const auto all = lang::languages();
  const lang::Language& language = *all[data[0] % all.size()];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const ir::Module module = language.lower({source::FileId{0}, "file"}, text);
  const auto wrong = ir::verify(module, static_cast<std::uint32_t>(text.size()));
  CHECK(wrong.empty(), "lowering gives sound modules");
  return 0;
}
