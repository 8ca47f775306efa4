#include "cli/progress.h"

#include <unistd.h>

#include <cstdio>
#include <string>

namespace privet::cli {
namespace {

constexpr std::size_t kBar = 24;

std::string bar(std::size_t n_done, std::size_t n_items) {
  const std::size_t filled = n_items == 0 ? 0 : kBar * n_done / n_items;
  return "[" + std::string(filled, '=') + std::string(kBar - filled, ' ') + "]";
}

}  // namespace

ProgressLine::ProgressLine(bool wanted) : on_(wanted && ::isatty(STDERR_FILENO) != 0) {}

ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(pipeline::Phase phase, std::size_t n_done, std::size_t n_items) {
  if (!on_) return;
  const std::scoped_lock guard(lock_);
  const Clock::time_point now = Clock::now();
  const bool begins = n_done == 0;
  if (now - start_ < std::chrono::milliseconds(500)) return;
  if (!begins && now - last_ < std::chrono::milliseconds(80)) return;
  last_ = now;
  shown_ = true;
  const std::string name(pipeline::phase_name(phase));
  const std::string count = n_items == 0 ? "" : " " + bar(n_done, n_items) + " " + std::to_string(n_done) +
                                                    "/" + std::to_string(n_items);
  std::fprintf(stderr, "\r\x1b[K%s%s", name.c_str(), count.c_str());
  std::fflush(stderr);
}

void ProgressLine::clear() {
  const std::scoped_lock guard(lock_);
  if (shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

}  // namespace privet::cli
