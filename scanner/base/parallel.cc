#include "base/parallel.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace privet::base {

struct ThreadPool::State {
  std::mutex mutex;
  std::condition_variable wake;
  std::condition_variable done;
  std::vector<std::thread> workers;
  const std::function<void(std::size_t)>* body = nullptr;
  std::atomic<std::size_t> next{0};
  std::size_t n = 0;
  std::size_t round = 0;
  std::size_t busy = 0;
  bool stop = false;

  void drain() {
    for (;;) {
      const std::size_t item = next.fetch_add(1, std::memory_order_relaxed);
      if (item >= n) return;
      (*body)(item);
    }
  }

  void work() {
    std::size_t seen = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex);
        wake.wait(lock, [&] { return stop || round != seen; });
        if (stop) return;
        seen = round;
      }
      drain();
      const std::lock_guard lock(mutex);
      if (--busy == 0) done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(unsigned n_threads) : state_(std::make_unique<State>()) {
  if (n_threads == 0) n_threads = std::thread::hardware_concurrency();
  // The caller is a worker too.
  for (unsigned i = 1; i < n_threads; ++i) {
    state_->workers.emplace_back([state = state_.get()] { state->work(); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->stop = true;
  }
  state_->wake.notify_all();
  for (std::thread& worker : state_->workers) worker.join();
}

unsigned ThreadPool::n_threads() const {
  return static_cast<unsigned>(state_->workers.size()) + 1;
}

void ThreadPool::parallel_for(std::size_t n, const std::function<void(std::size_t)>& body) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->body = &body;
    state_->n = n;
    state_->next.store(0, std::memory_order_relaxed);
    state_->busy = state_->workers.size();
    ++state_->round;
  }
  state_->wake.notify_all();
  state_->drain();
  std::unique_lock lock(state_->mutex);
  state_->done.wait(lock, [&] { return state_->busy == 0; });
}

}  // namespace privet::base
