#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ir/module.h"
#include "source/problem.h"

/// What the readers of configuration formats share: values come in, in the order of the text, a
/// bounded `ir::Document` goes out. Knows no format.
/// Spans of scalars and keys are their text without quotes; those of maps and lists include the
/// brackets, if the format has some.
namespace privet::lang::document {

/// Values beyond these bounds are left out, with one Problem a file.
inline constexpr std::size_t kMaxNodes = 500'000;
inline constexpr std::size_t kMaxText = 64 * 1024;
inline constexpr std::size_t kMaxDepth = 400;
/// More messages of one kind about one file help nobody.
inline constexpr int kMaxSyntaxErrors = 3;

class Builder {
 public:
  Builder(source::FileId file, std::string_view format, source::Problems& problems);

  /// The key of the value that comes next; only inside a map.
  void key(std::string_view text, std::uint32_t begin, std::uint32_t end);
  void begin(ir::Node::Kind map_or_list, std::uint32_t begin);
  /// Ends the innermost map or list. Nothing when none is open.
  void end(std::uint32_t end);
  void scalar(ir::Node::Kind kind, std::string_view text, std::uint32_t begin, std::uint32_t end);
  void alias(std::uint32_t target, std::uint32_t begin, std::uint32_t end);

  /// The node of the last begin, scalar or alias; kNone when that was left out.
  std::uint32_t last_node() const { return last_node_; }
  const ir::Node& node(std::uint32_t index) const { return document_.nodes[index]; }
  /// Maps and lists that are open, left-out ones included.
  std::size_t depth() const { return open_.size() + n_skipped_; }
  bool empty() const { return document_.nodes.empty(); }
  /// Whether the innermost open value, left out or not, is a map.
  bool in_map() const { return !kinds_.empty() && kinds_.back(); }

  void syntax_error(std::uint32_t begin, std::uint32_t end, std::string message);

  /// Ends what is still open at `end`. The builder is empty after this.
  ir::Document finish(std::uint32_t end);

 private:
  struct Open {
    std::uint32_t node = 0;
    std::uint32_t last_child = ir::kNone;
  };

  void add(ir::Node node, std::uint32_t begin, std::uint32_t end);
  void left_out(source::ProblemCode code, std::uint32_t at, const char* message);

  source::FileId file_;
  source::Problems& problems_;
  ir::Document document_;
  std::vector<Open> open_;
  std::vector<bool> kinds_;      // true for a map
  std::size_t n_skipped_ = 0;    // left-out values open inside the innermost kept one
  std::uint32_t last_node_ = ir::kNone;
  ir::Name key_;
  source::Span key_span_;
  bool told_ = false;
  int n_syntax_errors_ = 0;
};

/// A module that is nothing but documents.
ir::Module module_of(source::FileId file, std::string_view language);

/// Appends a code point as UTF-8; U+FFFD for what is none.
void append_utf8(std::string& out, std::uint32_t code_point);
/// Reads up to `n` hexadecimal digits at `at` and moves behind them.
std::uint32_t read_hex(std::string_view text, std::size_t& at, int n);
/// 3 when the text begins with a byte-order mark, else 0.
std::uint32_t skip_mark(std::string_view text);
/// The kind of a word without quotes: a number, `true`, `null` in any case, else a String.
ir::Node::Kind kind_of_word(std::string_view word);

}  // namespace privet::lang::document
