#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace privet::base {

/// A fixed number of worker threads. One thread runs everything on the caller.
class ThreadPool {
 public:
  /// `n_threads`: 0 asks the machine.
  explicit ThreadPool(unsigned n_threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  unsigned n_threads() const;

  /// Calls `body(i)` once for each i in [0, n), in any order, and returns when all are done. Item i
  /// writes slot i of its results and nothing else, which makes one thread and sixteen give the
  /// same bytes. Only `pipeline/`, and folders it hands the pool to, call this; not re-entrant.
  void parallel_for(std::size_t n, const std::function<void(std::size_t)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Calls `body(i)` once for each item, after all that `needs[i]` names are done; those have smaller numbers.
/// What `body` finds there was written before it is called. Not re-entrant.
void parallel_in_order(ThreadPool& pool, const std::vector<std::vector<std::uint32_t>>& needs,
                       const std::function<void(std::size_t)>& body);

}  // namespace privet::base
