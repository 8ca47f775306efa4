#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>

#include "base/parallel.h"
#include "source/file_bytes.h"
#include "source/generated.h"
#include "source/walk.h"

namespace privet::source {
namespace {

namespace fs = std::filesystem;

/// What reading one file told; the text goes to the map at once.
struct Outcome {
  std::optional<Problem> problem;
  bool analysed = false;
};

Outcome left_out(ProblemCode code, FileId file, std::string message) {
  return {Problem{code, {file, 0, 0}, std::move(message)}, false};
}

Outcome read_one(Walk& walk, FileId id, std::uint64_t max_bytes) {
  const SourceFile& file = walk.files[id];
  FileBytes bytes = read_file_bytes(walk.root + "/" + file.path, max_bytes);
  if (bytes.outcome == ReadOutcome::Unreadable) {
    return left_out(ProblemCode::UnreadableFile, id, bytes.error);
  }
  if (bytes.outcome == ReadOutcome::TooLarge) {
    return left_out(
        ProblemCode::TooLarge, id,
        std::to_string(bytes.size) + " bytes, the limit is " + std::to_string(max_bytes));
  }
  if (bytes.text.find('\0') != std::string::npos) {
    return left_out(ProblemCode::BinaryFile, id, "holds NUL bytes");
  }
  if (!file.named) {
    if (auto why = generated_by_content(file.path, bytes.text)) {
      return left_out(ProblemCode::GeneratedFile, id, std::move(*why));
    }
  }
  Outcome outcome{std::nullopt, true};
  if (const std::size_t at = find_invalid_utf8(bytes.text); at != std::string_view::npos) {
    const auto begin = static_cast<std::uint32_t>(at);
    outcome.problem =
        Problem{ProblemCode::InvalidUtf8, {id, begin, begin + 1}, "not UTF-8 from here"};
  }
  walk.files.set_text(id, std::move(bytes.text));
  return outcome;
}

base::Result<fs::path> canonical_of(const std::string& path) {
  std::error_code error;
  fs::path result = fs::canonical(path, error);
  if (error) return base::Error{"`" + path + "`: " + error.message()};
  return result;
}

bool lies_in(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

void read_all(Walk& walk, const WalkOptions& options, base::ThreadPool& pool) {
  std::vector<Outcome> outcomes(walk.files.size());
  pool.parallel_for(outcomes.size(), [&](std::size_t i) {
    const FileId id{static_cast<std::uint32_t>(i)};
    if (walk.files[id].analysed) outcomes[i] = read_one(walk, id, options.max_bytes);
  });
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    walk.files[FileId{static_cast<std::uint32_t>(i)}].analysed = outcomes[i].analysed;
    if (outcomes[i].problem) walk.problems.push_back(std::move(*outcomes[i].problem));
  }
}

base::Result<std::string> root_of(const std::vector<std::string>& paths) {
  auto current = canonical_of(".");
  if (!current) return current.error();
  std::optional<fs::path> common;
  bool all_below = true;
  for (const std::string& path : paths) {
    auto target = canonical_of(path);
    if (!target) return target.error();
    std::error_code error;
    const fs::path folder =
        fs::is_directory(target.value(), error) ? target.value() : target.value().parent_path();
    all_below = all_below && lies_in(folder, current.value());
    if (!common) common = folder;
    while (!lies_in(folder, *common)) common = common->parent_path();
  }
  return all_below ? current.value().string() : common->string();
}

base::Result<std::vector<std::string>> read_path_list(const std::string& file) {
  std::string text;
  if (file == "-") {
    text.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream in(file, std::ios::binary);
    if (in) text.assign(std::istreambuf_iterator<char>(in), {});
    if (!in) return base::Error{"`" + file + "`: the list of files cannot be read"};
  }
  const char separator = text.find('\0') != std::string::npos ? '\0' : '\n';
  std::vector<std::string> paths;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    std::string path = text.substr(begin, end - begin);
    if (separator == '\n' && path.ends_with('\r')) path.pop_back();
    if (!path.empty()) paths.push_back(std::move(path));
    begin = end + 1;
  }
  return paths;
}

}  // namespace privet::source
