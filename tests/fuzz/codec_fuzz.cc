#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/hash.h"
#include "ir/codec.h"
#include "ir/text.h"
#include "ir/verify.h"

/// Bytes as they might come out of a damaged cache: `decode` gives a sound module or nothing. The
/// hash in front is made right, or nothing would come past it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace privet;
  const std::string body(reinterpret_cast<const char*>(data), size);
  std::string bytes = "PVIR";
  bytes += static_cast<char>(ir::kCodecVersion);
  const std::uint64_t hash = base::hash64(body);
  for (int shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(hash >> shift);
  const auto module = ir::decode(bytes + body, source::FileId{0});
  if (!module) return 0;
  const std::string clean = ir::encode(*module);
  const auto again = ir::decode(clean, source::FileId{0});
  CHECK(again && ir::encode(*again) == clean, "what was read is written and read again the same");
  ir::print_text(*module);
  return 0;
}
