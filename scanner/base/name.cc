#include "base/name.h"

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "base/check.h"
#include "base/hash.h"

namespace privet::base {
namespace {

// The low bits of an index name the shard, the rest the row in it. A row never moves: rows live in
// pages that double in size, and a page pointer is published once, so reading takes no lock.
constexpr std::uint32_t kShardBits = 6;
constexpr std::uint32_t kShards = 1u << kShardBits;
constexpr std::uint32_t kFirstPage = 1024;
constexpr std::size_t kPages = 17;
constexpr std::size_t kChunk = 64 * 1024;

struct Shard {
  std::mutex mutex;
  std::unordered_map<std::string_view, std::uint32_t> rows;
  std::array<std::atomic<std::string_view*>, kPages> pages{};
  std::uint32_t n_rows = 0;
  std::vector<std::unique_ptr<char[]>> chunks;
  std::size_t chunk_left = 0;
  char* chunk_at = nullptr;

  ~Shard() {
    for (auto& page : pages) delete[] page.load();
  }
};

struct Place {
  std::size_t page;
  std::uint32_t offset;
};

Place place_of(std::uint32_t row) {
  std::size_t page = 0;
  std::uint32_t size = kFirstPage;
  while (row >= size) {
    row -= size;
    size *= 2;
    ++page;
  }
  return {page, row};
}

std::array<Shard, kShards>& shards() {
  // Never destroyed: names may be read by other static objects until the process ends.
  static auto* const all = new std::array<Shard, kShards>;
  return *all;
}

std::string_view keep(Shard& shard, std::string_view text) {
  if (text.size() > kChunk / 4) {
    shard.chunks.push_back(std::make_unique<char[]>(text.size()));
    std::memcpy(shard.chunks.back().get(), text.data(), text.size());
    return {shard.chunks.back().get(), text.size()};
  }
  if (shard.chunk_left < text.size()) {
    shard.chunks.push_back(std::make_unique<char[]>(kChunk));
    shard.chunk_at = shard.chunks.back().get();
    shard.chunk_left = kChunk;
  }
  std::memcpy(shard.chunk_at, text.data(), text.size());
  const std::string_view kept{shard.chunk_at, text.size()};
  shard.chunk_at += text.size();
  shard.chunk_left -= text.size();
  return kept;
}

}  // namespace

Name Name::of(std::string_view text) {
  if (text.empty()) return Name{};
  const auto shard_index = static_cast<std::uint32_t>(hash64(text) >> (64 - kShardBits));
  Shard& shard = shards()[shard_index];
  const std::lock_guard lock(shard.mutex);
  auto found = shard.rows.find(text);
  std::uint32_t row = 0;
  if (found != shard.rows.end()) {
    row = found->second;
  } else {
    row = shard.n_rows++;
    const Place place = place_of(row);
    CHECK(place.page < kPages, "fewer than 2^26 distinct names in a shard");
    std::string_view* page = shard.pages[place.page].load(std::memory_order_relaxed);
    if (page == nullptr) {
      page = new std::string_view[std::size_t{kFirstPage} << place.page];
    }
    const std::string_view kept = keep(shard, text);
    page[place.offset] = kept;
    shard.pages[place.page].store(page, std::memory_order_release);
    shard.rows.emplace(kept, row);
  }
  // + 1 keeps 0 for the empty name.
  return Name{((row << kShardBits) | shard_index) + 1};
}

std::string_view Name::text() const {
  if (index_ == 0) return {};
  const std::uint32_t packed = index_ - 1;
  const Place place = place_of(packed >> kShardBits);
  const Shard& shard = shards()[packed & (kShards - 1)];
  return shard.pages[place.page].load(std::memory_order_acquire)[place.offset];
}

}  // namespace privet::base
