#include "ir/codec.h"

#include <gtest/gtest.h>

#include "base/hash.h"
#include "ir/random_module.h"
#include "ir/text.h"
#include "ir/verify.h"

namespace privet::ir {
namespace {

/// Damage must reach the decoder, so the hash in front is made right again.
void repair_hash(std::string& bytes) {
  const std::uint64_t hash = base::hash64(std::string_view(bytes).substr(13));
  for (std::size_t i = 0; i < 8; ++i) bytes[5 + i] = static_cast<char>(hash >> (8 * i));
}

TEST(Codec, ReadsBackWhatItWrote) {
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    const Module module = testing::RandomModule(seed).make();
    ASSERT_EQ(verify(module, 1000), std::vector<std::string>{}) << seed;
    const std::string bytes = encode(module);
    const auto again = decode(bytes, module.file);
    ASSERT_TRUE(again.has_value()) << seed;
    ASSERT_EQ(encode(*again), bytes) << seed;
    ASSERT_EQ(print_text(*again), print_text(module)) << seed;
  }
}

TEST(Codec, SpansAreInTheFileAskedFor) {
  const Module module = testing::RandomModule(1).make();
  const auto other = decode(encode(module), source::FileId{3});
  ASSERT_TRUE(other);
  EXPECT_EQ(other->file, source::FileId{3});
  EXPECT_EQ(verify(*other, 1000), std::vector<std::string>{});
  EXPECT_EQ(encode(*other), encode(module));
}

TEST(Codec, DamagedBytesGiveNothing) {
  const std::string bytes = encode(testing::RandomModule(2).make());
  const source::FileId file{7};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    EXPECT_FALSE(decode(damaged, file)) << i;
    EXPECT_FALSE(decode(bytes.substr(0, i), file)) << i;
  }
  EXPECT_FALSE(decode(bytes + "x", file));
  EXPECT_FALSE(decode("", file));
}

TEST(Codec, HostileBytesGiveSoundModulesOrNothing) {
  std::mt19937 random(20261125);
  const auto below = [&](std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
  };
  int n_accepted = 0;
  for (std::uint32_t round = 0; round < 20'000; ++round) {
    std::string bytes = encode(testing::RandomModule(round % 50).make());
    for (std::size_t i = 0, n = 1 + below(4); i < n; ++i) {
      const std::size_t at = 13 + below(bytes.size() - 13);
      switch (below(3)) {
        case 0: bytes[at] = static_cast<char>(below(256)); break;
        case 1: bytes.erase(at, 1 + below(3)); break;
        default: bytes.insert(at, 1, static_cast<char>(below(256))); break;
      }
      if (bytes.size() < 20) break;
    }
    repair_hash(bytes);
    if (const auto module = decode(bytes, source::FileId{7}); module) {
      ++n_accepted;
      ASSERT_EQ(verify(*module, kNone), std::vector<std::string>{}) << round;
      // Not `bytes` again: those may name things that nothing uses.
      const std::string clean = encode(*module);
      const auto again = decode(clean, source::FileId{7});
      ASSERT_TRUE(again.has_value()) << round;
      ASSERT_EQ(encode(*again), clean) << round;
      print_text(*module);
    }
  }
  // Changed names and spans leave a module sound: the test reaches past the first check.
  EXPECT_GT(n_accepted, 100);
}

}  // namespace
}  // namespace privet::ir
