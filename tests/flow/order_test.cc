#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "base/parallel.h"

namespace privet::base {
namespace {

TEST(ParallelInOrder, DoesEachOnceAndWhatItNeedsBefore) {
  constexpr std::uint32_t kItems = 2000;
  std::vector<std::vector<std::uint32_t>> needs(kItems);
  for (std::uint32_t item = 1; item < kItems; ++item) needs[item] = {item / 2};
  for (const unsigned n_threads : {1u, 2u, 7u}) {
    ThreadPool pool(n_threads);
    std::vector<int> done(kItems, 0);
    std::atomic<int> early = 0;
    parallel_in_order(pool, needs, [&](std::size_t item) {
      for (const std::uint32_t needed : needs[item]) early += done[needed] == 0 ? 1 : 0;
      ++done[item];
    });
    EXPECT_EQ(early, 0);
    EXPECT_EQ(done, std::vector<int>(kItems, 1));
  }
}

TEST(ParallelInOrder, HasNothingToDoForNothing) {
  ThreadPool pool(2);
  parallel_in_order(pool, {}, [](std::size_t) { FAIL(); });
}

}  // namespace
}  // namespace privet::base
