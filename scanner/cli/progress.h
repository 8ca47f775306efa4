#pragma once

#include <chrono>
#include <mutex>

#include "pipeline/scan.h"

namespace privet::cli {

/// One line on standard error that tells how far a scan is: only on a terminal, only after half a
/// second, gone at the end. Calls may come from any thread.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(pipeline::Phase phase, std::size_t n_done, std::size_t n_items);
  /// Removes the line, before anything else is printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool on_;
  bool shown_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point last_ = start_;
  std::mutex lock_;
};

}  // namespace privet::cli
