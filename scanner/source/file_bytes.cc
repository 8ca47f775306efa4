#include "source/file_bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace privet::source {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  int value_;
};

FileBytes unreadable(std::string error) {
  return {ReadOutcome::Unreadable, {}, 0, std::move(error)};
}

std::string system_text(int error) { return std::generic_category().message(error); }

}  // namespace

FileBytes read_file_bytes(const std::string& path, std::uint64_t max_bytes) {
  // Not blocking, since opening a pipe for reading would wait for a writer.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (file.value() < 0) return unreadable(system_text(errno));
  struct stat status {};
  if (fstat(file.value(), &status) != 0) return unreadable(system_text(errno));
  if (!S_ISREG(status.st_mode)) return unreadable("not a regular file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > max_bytes) return {ReadOutcome::TooLarge, {}, size, {}};

  FileBytes out{ReadOutcome::Read, std::string(static_cast<std::size_t>(size), '\0'), size, {}};
  std::size_t filled = 0;
  // A file may shrink while it is read; what it held is then what was read.
  while (filled < out.text.size()) {
    const ssize_t n = read(file.value(), out.text.data() + filled, out.text.size() - filled);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(system_text(errno));
    if (n == 0) break;
    filled += static_cast<std::size_t>(n);
  }
  out.text.resize(filled);
  return out;
}

}  // namespace privet::source
