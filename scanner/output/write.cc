#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "output/output.h"

namespace privet::output {
namespace {

namespace fs = std::filesystem;

base::Error cannot_write(const std::string& path, int code) {
  return {"cannot write `" + path + "`: " + std::strerror(code)};
}

/// 0, or the error of the system.
int write_bytes(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(file, bytes.data(), std::min<std::size_t>(bytes.size(), 1u << 20));
    if (n < 0) {
      if (errno == EINTR) continue;
      return errno;
    }
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

/// A file written beside its place. Removed at the end of the scope unless it took its name.
class PendingFile {
 public:
  explicit PendingFile(const Target& target) : target_(target) {}
  PendingFile(PendingFile&& other) noexcept : target_(other.target_), beside_(std::move(other.beside_)) {
    other.beside_.clear();
  }
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  PendingFile& operator=(PendingFile&&) = delete;
  ~PendingFile() {
    if (!beside_.empty()) ::unlink(beside_.c_str());
  }

  int write() {
    std::string name = target_.path + ".XXXXXX";
    const int file = ::mkstemp(name.data());
    if (file < 0) return errno;
    beside_ = name;
    // mkstemp allows the owner only; an output is as readable as any file the user makes.
    const mode_t mask = ::umask(0);
    ::umask(mask);
    int error = ::fchmod(file, 0666 & ~mask) == 0 ? 0 : errno;
    if (error == 0) error = write_bytes(file, target_.bytes);
    // Some file systems tell of a full disk only now.
    if (error == 0 && ::fsync(file) != 0) error = errno;
    if (::close(file) != 0 && error == 0) error = errno;
    return error;
  }

  int take_name() {
    if (::rename(beside_.c_str(), target_.path.c_str()) != 0) return errno;
    beside_.clear();
    return 0;
  }

  const std::string& path() const { return target_.path; }

 private:
  const Target& target_;
  std::string beside_;
};

bool written_in_place(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  return fs::exists(status) && !fs::is_regular_file(status);
}

int write_in_place(const Target& target) {
  const int file = ::open(target.path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return errno;
  int error = write_bytes(file, target.bytes);
  if (::close(file) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

const Format* find_format(std::string_view name) {
  for (const Format* format : formats()) {
    if (format->name == name) return format;
  }
  return nullptr;
}

std::optional<base::Error> write_all(const std::vector<Target>& targets) {
  std::vector<PendingFile> pending;
  for (const Target& target : targets) {
    if (target.path.empty() || written_in_place(target.path)) continue;
    pending.emplace_back(target);
    if (const int error = pending.back().write(); error != 0) return cannot_write(target.path, error);
  }
  for (const Target& target : targets) {
    if (target.path.empty()) {
      if (const int error = write_bytes(STDOUT_FILENO, target.bytes); error != 0) {
        return base::Error{std::string("cannot write to standard output: ") + std::strerror(error)};
      }
    } else if (written_in_place(target.path)) {
      if (const int error = write_in_place(target); error != 0) return cannot_write(target.path, error);
    }
  }
  for (PendingFile& file : pending) {
    if (const int error = file.take_name(); error != 0) return cannot_write(file.path(), error);
  }
  return std::nullopt;
}

}  // namespace privet::output
