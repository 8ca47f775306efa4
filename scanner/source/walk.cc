#include "source/walk.h"

#include <algorithm>
#include <deque>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "source/file_bytes.h"
#include "source/generated.h"
#include "source/ignore.h"
#include "source/skip.h"

namespace privet::source {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxIgnoreFile = 1u << 20;

/// The ignore files of one folder. Folders without any share their parent's level.
struct Level {
  const Level* parent = nullptr;
  std::size_t depth = 0;  ///< segments from the topmost folder down to this one
  bool has_git = false;
  IgnoreList privet, plain, git, exclude;
};

/// What walking found at one path, before it is known in which order files come.
struct Found {
  std::uint64_t size = 0;
  bool named = false;
  bool test = false;
  std::optional<std::pair<ProblemCode, std::string>> problem;
};

struct Folder {
  std::string path;  ///< relative to the root, empty for it
  const Level* level = nullptr;
};

std::string joined(std::string_view folder, std::string_view name) {
  std::string out(folder);
  if (!out.empty()) out += '/';
  out += name;
  return out;
}

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) segments.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

/// `path` below `folder`, both absolute and normal; nothing if it lies elsewhere.
std::optional<std::string> relative_to(std::string_view path, std::string_view folder) {
  if (folder == "/") return std::string(path.substr(1));
  if (path == folder) return std::string();
  if (path.size() <= folder.size() || !path.starts_with(folder) || path[folder.size()] != '/') {
    return std::nullopt;
  }
  return std::string(path.substr(folder.size() + 1));
}

class Walker {
 public:
  Walker(const WalkOptions& options, Walk& walk) : options_(options), walk_(walk) {
    std::string patterns;
    for (const std::string& line : options.exclude) patterns += line + "\n";
    excluded_ = IgnoreList::parse(patterns);
  }

  void start() {
    if (!options_.ignore_files) return;
    // The folder with `.git` and what lies between it and the root speak about the root as well.
    const std::optional<fs::path> top = find_git_folder();
    if (!top) return;
    const std::string above = *relative_to(walk_.root, top->string());
    above_segments_ = above;
    n_above_ = split(above_segments_).size();
    fs::path folder = *top;
    std::size_t depth = 0;
    for (const std::string_view segment : split(above_segments_)) {
      top_level_ = level_of(folder.string(), depth++, top_level_);
      folder /= segment;
    }
  }

  void add_named_file(const std::string& path) {
    if (!options_.wanted(path)) {
      ++walk_.counts.n_other;
      return;
    }
    add_file(path, is_test_path(path), /*named=*/true);
  }

  /// Walks a folder that the user named; what lies in it is judged by its path below it.
  void walk_folder(const std::string& start) {
    const Level* level = top_level_;
    std::string path;
    for (const std::string_view segment : split(start)) {
      level = level_below(path, level);
      path = joined(path, segment);
    }
    std::vector<Folder> stack{{start, level}};
    while (!stack.empty()) {
      Folder folder = std::move(stack.back());
      stack.pop_back();
      if (!visited_.insert(folder.path).second) continue;  // named folders may overlap
      folder.level = level_below(folder.path, folder.level);
      visit(folder, start, stack);
    }
  }

  void finish() {
    for (auto& [path, found] : found_) {
      SourceFile file;
      file.path = path;
      file.size = found.size;
      file.named = found.named;
      file.test = found.test;
      file.analysed = !found.problem.has_value();
      const FileId id = walk_.files.add(std::move(file));
      if (found.problem) {
        walk_.problems.push_back({found.problem->first, {id, 0, 0}, found.problem->second});
      }
    }
    walk_.counts.n_wanted = walk_.files.size();
    std::sort(loose_problems_.begin(), loose_problems_.end(),
              [](const Problem& a, const Problem& b) { return a.message < b.message; });
    walk_.problems.insert(walk_.problems.end(), loose_problems_.begin(), loose_problems_.end());
    auto& skipped = walk_.skipped_folders;
    std::sort(skipped.begin(), skipped.end(),
              [](const SkippedFolder& a, const SkippedFolder& b) { return a.path < b.path; });
  }

 private:
  void visit(const Folder& folder, const std::string& start, std::vector<Folder>& stack) {
    std::error_code error;
    fs::directory_iterator entries(absolute(folder.path), error);
    const std::size_t n_prefix = start.empty() ? 0 : start.size() + 1;
    while (!error && entries != fs::directory_iterator()) {
      const std::string name = entries->path().filename().string();
      const std::string path = joined(folder.path, name);
      const fs::file_type type = entries->symlink_status(error).type();
      if (error) break;
      if (type == fs::file_type::symlink) {
        visit_link(path);
      } else if (type == fs::file_type::directory) {
        if (enters(path, name, folder.level)) stack.push_back({path, folder.level});
      } else if (type == fs::file_type::regular && !leaves_out(path, name, folder.level, false)) {
        if (options_.wanted(path)) {
          add_file(path, is_test_path(std::string_view(path).substr(n_prefix)), /*named=*/false);
        } else {
          ++walk_.counts.n_other;
        }
      }
      entries.increment(error);
    }
    if (error) {
      loose_problems_.push_back(
          {ProblemCode::UnreadableFile,
           {},
           "folder `" + (folder.path.empty() ? "." : folder.path) + "`: " + error.message()});
    }
  }

  bool enters(const std::string& path, const std::string& name, const Level* level) {
    if (is_version_control(name) || leaves_out(path, name, level, true)) return false;
    if (const auto why = skip_reason(absolute(path), name)) {
      walk_.skipped_folders.push_back({path, *why});
      return false;
    }
    return true;
  }

  bool leaves_out(const std::string& path, const std::string& name, const Level* level,
                  bool is_folder) {
    const IgnoreVerdict verdict = verdict_of(path, level, is_folder);
    if (verdict == IgnoreVerdict::Keep) return false;
    if (verdict == IgnoreVerdict::Ignore) {
      ++walk_.counts.n_ignored;
      return true;
    }
    if (name.starts_with('.') && !is_telling_hidden_name(name)) {
      ++walk_.counts.n_hidden;
      return true;
    }
    return false;
  }

  IgnoreVerdict verdict_of(const std::string& path, const Level* level, bool is_folder) const {
    if (level == nullptr && excluded_.empty()) return IgnoreVerdict::None;
    std::vector<std::string_view> segments = split(above_segments_);
    const std::vector<std::string_view> below = split(path);
    segments.insert(segments.end(), below.begin(), below.end());

    const auto ask = [&](const IgnoreList& list, std::size_t depth, IgnoreVerdict& verdict) {
      if (verdict == IgnoreVerdict::None && !list.empty()) {
        verdict = list.verdict(std::span(segments).subspan(depth), is_folder);
      }
    };
    IgnoreVerdict option{}, privet{}, plain{}, git{}, exclude{};
    ask(excluded_, n_above_, option);
    bool saw_git = false;
    for (; level != nullptr; level = level->parent) {
      ask(level->privet, level->depth, privet);
      ask(level->plain, level->depth, plain);
      if (!saw_git) {
        ask(level->git, level->depth, git);
        ask(level->exclude, level->depth, exclude);
      }
      saw_git = saw_git || level->has_git;
    }
    for (const IgnoreVerdict verdict : {option, privet, plain, git, exclude}) {
      if (verdict != IgnoreVerdict::None) return verdict;
    }
    return IgnoreVerdict::None;
  }

  void visit_link(const std::string& path) {
    std::error_code error;
    const fs::path target = fs::canonical(absolute(path), error);
    if (error || relative_to(target.string(), walk_.root)) {
      ++walk_.counts.n_links;
      return;
    }
    loose_problems_.push_back(
        {ProblemCode::LinkOutside, {}, "link `" + path + "` leads out of the scanned folder"});
  }

  void add_file(const std::string& path, bool test, bool named) {
    Found& found = found_.try_emplace(path, Found{0, false, test, std::nullopt}).first->second;
    found.named = found.named || named;
    std::error_code error;
    found.size = fs::file_size(absolute(path), error);
    found.problem.reset();
    if (error) {
      found.size = 0;
      found.problem.emplace(ProblemCode::UnreadableFile, error.message());
    } else if (found.size > options_.max_bytes) {
      found.problem.emplace(ProblemCode::TooLarge, std::to_string(found.size) +
                                                       " bytes, the limit is " +
                                                       std::to_string(options_.max_bytes));
    } else if (!found.named) {
      if (auto why = generated_by_name(path)) {
        found.problem.emplace(ProblemCode::GeneratedFile, std::move(*why));
      }
    }
  }

  const Level* level_below(const std::string& path, const Level* parent) {
    if (!options_.ignore_files) return nullptr;
    return level_of(absolute(path), n_above_ + split(path).size(), parent);
  }

  const Level* level_of(const std::string& folder, std::size_t depth, const Level* parent) {
    if (const auto known = level_by_folder_.find(folder); known != level_by_folder_.end()) {
      return known->second;
    }
    Level level;
    level.parent = parent;
    level.depth = depth;
    level.privet = read_list(folder + "/.privetignore");
    level.plain = read_list(folder + "/.ignore");
    level.git = read_list(folder + "/.gitignore");
    std::error_code error;
    level.has_git = fs::exists(fs::symlink_status(folder + "/.git", error));
    if (level.has_git) level.exclude = read_list(folder + "/.git/info/exclude");
    const bool bare =
        !level.has_git && level.privet.empty() && level.plain.empty() && level.git.empty();
    const Level* result = bare ? parent : &levels_.emplace_back(std::move(level));
    if (!bare) level_by_folder_.emplace(folder, result);
    return result;
  }

  IgnoreList read_list(const std::string& path) {
    std::error_code error;
    if (!fs::is_regular_file(fs::symlink_status(path, error))) return {};
    const FileBytes bytes = read_file_bytes(path, kMaxIgnoreFile);
    IgnoreList list = IgnoreList::parse(bytes.text);
    if (bytes.outcome != ReadOutcome::Read || list.cut()) {
      const auto shown = relative_to(path, walk_.root);
      loose_problems_.push_back(
          {ProblemCode::UnreadableFile,
           {},
           "ignore file `" + shown.value_or(path) + "`: " +
               (list.cut() ? "only its first " + std::to_string(IgnoreList::kMaxPatterns) +
                                 " patterns are used"
                : bytes.outcome == ReadOutcome::TooLarge ? "too large, not used"
                                                         : bytes.error)});
    }
    return list;
  }

  std::optional<fs::path> find_git_folder() const {
    std::error_code error;
    for (fs::path folder = walk_.root;; folder = folder.parent_path()) {
      if (fs::exists(fs::symlink_status(folder / ".git", error))) return folder;
      if (folder == folder.parent_path()) return std::nullopt;
    }
  }

  std::string absolute(std::string_view path) const {
    if (path.empty()) return walk_.root;
    return (walk_.root == "/" ? "" : walk_.root) + "/" + std::string(path);
  }

  const WalkOptions& options_;
  Walk& walk_;
  IgnoreList excluded_;
  std::string above_segments_;  ///< from the folder with `.git` down to the root
  std::size_t n_above_ = 0;
  const Level* top_level_ = nullptr;  ///< of the root's parent
  std::deque<Level> levels_;
  std::map<std::string, const Level*> level_by_folder_;
  std::map<std::string, Found> found_;
  std::set<std::string> visited_;
  Problems loose_problems_;  ///< of no file in the map
};

base::Result<std::string> canonical_folder(const std::string& path) {
  std::error_code error;
  const fs::path folder = fs::canonical(path, error);
  if (error) return base::Error{"`" + path + "`: " + error.message()};
  if (!fs::is_directory(folder, error)) return base::Error{"`" + path + "` is not a folder"};
  return folder.string();
}

}  // namespace

base::Result<Walk> walk(const WalkOptions& options) {
  auto root = canonical_folder(options.root);
  if (!root) return root.error();
  Walk out;
  out.root = std::move(root).value();
  Walker walker(options, out);
  walker.start();

  if (options.paths.empty()) walker.walk_folder("");
  for (const std::string& path : options.paths) {
    std::error_code error;
    const fs::path target = fs::canonical(path, error);
    if (error) return base::Error{"`" + path + "`: " + error.message()};
    const auto relative = relative_to(target.string(), out.root);
    if (!relative) return base::Error{"`" + path + "` lies outside `" + options.root + "`"};
    if (fs::is_directory(target, error)) {
      walker.walk_folder(*relative);
    } else {
      walker.add_named_file(*relative);
    }
  }
  walker.finish();
  return out;
}

}  // namespace privet::source
