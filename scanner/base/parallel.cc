#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <queue>
#include <thread>
#include <utility>
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

namespace {

/// Items by how much waits for them: a long chain begins early.
class Order {
 public:
  explicit Order(const std::vector<std::vector<std::uint32_t>>& needs)
      : n_open_(needs.size()), height_(needs.size()), waiting_(needs.size()), n_left_(needs.size()) {
    for (std::uint32_t item = 0; item < needs.size(); ++item) {
      n_open_[item] = needs[item].size();
      for (const std::uint32_t needed : needs[item]) waiting_[needed].push_back(item);
    }
    for (std::size_t item = needs.size(); item-- > 0;) {
      for (const std::uint32_t needed : needs[item]) height_[needed] = std::max(height_[needed], height_[item] + 1);
    }
    for (std::uint32_t item = 0; item < needs.size(); ++item) {
      if (n_open_[item] == 0) ready_.push({height_[item], item});
    }
  }

  void work(const std::function<void(std::size_t)>& body) {
    std::unique_lock lock(mutex_);
    for (;;) {
      wake_.wait(lock, [&] { return !ready_.empty() || n_left_ == 0; });
      if (ready_.empty()) return;
      const std::uint32_t item = ready_.top().second;
      ready_.pop();
      lock.unlock();
      body(item);
      lock.lock();
      finish(item);
    }
  }

 private:
  void finish(std::uint32_t item) {
    for (const std::uint32_t other : waiting_[item]) {
      if (--n_open_[other] == 0) ready_.push({height_[other], other});
    }
    if (--n_left_ == 0 || ready_.size() > 1) wake_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::size_t> n_open_;
  std::vector<std::uint32_t> height_;
  std::vector<std::vector<std::uint32_t>> waiting_;
  std::priority_queue<std::pair<std::uint32_t, std::uint32_t>> ready_;
  std::size_t n_left_;
};

}  // namespace

void parallel_in_order(ThreadPool& pool, const std::vector<std::vector<std::uint32_t>>& needs,
                       const std::function<void(std::size_t)>& body) {
  Order order(needs);
  pool.parallel_for(pool.n_threads(), [&](std::size_t) { order.work(body); });
}

}  // namespace privet::base
