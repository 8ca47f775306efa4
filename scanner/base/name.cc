#include "base/name.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstring>
#include <memory>
#include <mutex>
#include <utility>
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

/// Finds rows by the hash of their text: open addressing, at most half full.
struct Rows {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> slots =
      std::vector<std::pair<std::uint64_t, std::uint32_t>>(256);  ///< hash, row + 1; 0: free
  std::size_t n = 0;

  // The high bits choose the shard and are the same for all in it.
  std::size_t first(std::uint64_t hash) const { return static_cast<std::size_t>(hash) & (slots.size() - 1); }
  std::size_t next(std::size_t at) const { return (at + 1) & (slots.size() - 1); }

  void add(std::uint64_t hash, std::uint32_t row) {
    if (2 * (n + 1) > slots.size()) {
      decltype(slots) old(slots.size() * 2);
      old.swap(slots);
      n = 0;
      for (const auto& [known, number] : old) {
        if (number != 0) add(known, number - 1);
      }
    }
    std::size_t at = first(hash);
    while (slots[at].second != 0) at = next(at);
    slots[at] = {hash, row + 1};
    ++n;
  }
};

struct Shard {
  std::mutex mutex;
  Rows rows;
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
  const auto page = static_cast<std::size_t>(std::bit_width(row / kFirstPage + 1)) - 1;
  return {page, row - kFirstPage * ((std::uint32_t{1} << page) - 1)};
}

std::string_view text_of(const Shard& shard, std::uint32_t row) {
  const Place place = place_of(row);
  return shard.pages[place.page].load(std::memory_order_acquire)[place.offset];
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

/// Adds a row for a text that has none.
std::uint32_t add_row(Shard& shard, std::string_view text, std::uint64_t hash) {
  const std::uint32_t row = shard.n_rows++;
  const Place place = place_of(row);
  CHECK(place.page < kPages, "fewer than 2^26 distinct names in a shard");
  std::string_view* page = shard.pages[place.page].load(std::memory_order_relaxed);
  if (page == nullptr) page = new std::string_view[std::size_t{kFirstPage} << place.page];
  page[place.offset] = keep(shard, text);
  shard.pages[place.page].store(page, std::memory_order_release);
  shard.rows.add(hash, row);
  return row;
}

std::uint32_t row_of(Shard& shard, std::string_view text, std::uint64_t hash) {
  const Rows& rows = shard.rows;
  for (std::size_t at = rows.first(hash); rows.slots[at].second != 0; at = rows.next(at)) {
    const auto& [known, number] = rows.slots[at];
    if (known == hash && text_of(shard, number - 1) == text) return number - 1;
  }
  return add_row(shard, text, hash);
}

}  // namespace

Name Name::of(std::string_view text) {
  if (text.empty()) return Name{};
  const std::uint64_t hash = hash64(text);
  const auto shard_index = static_cast<std::uint32_t>(hash >> (64 - kShardBits));
  Shard& shard = shards()[shard_index];
  const std::lock_guard lock(shard.mutex);
  const std::uint32_t row = row_of(shard, text, hash);
  // + 1 keeps 0 for the empty name.
  return Name{((row << kShardBits) | shard_index) + 1};
}

std::string_view Name::text() const {
  if (index_ == 0) return {};
  const std::uint32_t packed = index_ - 1;
  return text_of(shards()[packed & (kShards - 1)], packed >> kShardBits);
}

}  // namespace privet::base
