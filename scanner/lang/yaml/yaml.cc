#include <yaml.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_map>

#include "lang/document/builder.h"
#include "lang/language.h"

/// YAML by libyaml's events: every document of a file, anchors and aliases as references. Where
/// libyaml gives up, reading goes on with the next document of the file; template files (Helm,
/// Jinja) are read again with their `{{ … }}` masked.
namespace privet::lang {
namespace {

using document::Builder;
using ir::kNone;
using ir::Node;

// A file with an error in each of its documents is no YAML file.
constexpr int kMaxRestarts = 100;
// libyaml's time for a token grows with the flow brackets open around it.
constexpr int kMaxFlowDepth = 450;
constexpr std::size_t kMaxDocuments = 10'000;

/// libyaml refuses bytes that are not UTF-8 and most control characters, and counts characters, not
/// bytes. The copy has the same length; `?` stands for what it would refuse.
class Input {
 public:
  explicit Input(std::string_view text) : text_(text) {
    for (std::size_t at = document::skip_mark(text); at < text_.size();) {
      const std::size_t n = length_at(at);
      if (n == 0) {
        text_[at++] = '?';
        n_invalid_ += 1;
        continue;
      }
      is_ascii_ = is_ascii_ && n == 1;
      at += n;
    }
    bound_flow_depth();
  }

  std::string_view text() const { return text_; }
  bool has_invalid() const { return n_invalid_ > 0; }

  /// Counting of characters begins anew at `byte`.
  void restart(std::size_t byte) {
    base_ = byte_ = byte;
    character_ = 0;
  }

  /// The byte of a character counted from the last restart. Near the last one asked for:
  /// O(distance).
  std::uint32_t byte_of(std::size_t character) {
    if (is_ascii_) {
      return static_cast<std::uint32_t>(std::min(base_ + character, text_.size()));
    }
    while (character_ < character && byte_ < text_.size()) {
      ++byte_;
      while (byte_ < text_.size() && is_continuation(byte_)) ++byte_;
      ++character_;
    }
    while (character_ > character) {
      --byte_;
      while (is_continuation(byte_)) --byte_;
      --character_;
    }
    return static_cast<std::uint32_t>(byte_);
  }

  /// Puts letters where a template has its actions, and blanks over lines that are nothing else.
  bool mask_templates() {
    bool masked = false;
    std::size_t line = 0;
    for (std::size_t at = 0; (at = text_.find("{{", at)) != std::string::npos;) {
      std::size_t end = text_.find("}}", at);
      if (end == std::string::npos) break;
      end += 2;
      masked = true;
      for (std::size_t i = line; i < at; ++i) {
        if (text_[i] == '\n') line = i + 1;
      }
      const bool starts = text_.find_first_not_of(' ', line) == at;
      const std::size_t rest = text_.find_first_not_of(" \r", end);
      const bool alone = starts && (rest == std::string::npos || text_[rest] == '\n');
      const bool one_line =
          std::string_view(text_).substr(at, end - at).find('\n') == std::string_view::npos;
      const char fill = alone || !one_line ? ' ' : 'x';
      for (std::size_t i = at; i < end; ++i) {
        if (text_[i] != '\n') text_[i] = fill;
      }
      // What was looked at is not looked at again, however long the line.
      line = std::max(line, end);
      at = end;
    }
    return masked;
  }

 private:
  bool is_continuation(std::size_t at) const {
    return (static_cast<unsigned char>(text_[at]) & 0xC0) == 0x80;
  }

  // Counts brackets wherever they stand: in honest texts they are balanced, or nearly so.
  void bound_flow_depth() {
    int depth = 0;
    for (char& c : text_) {
      if (c == '[' || c == '{') {
        if (depth < kMaxFlowDepth) {
          ++depth;
        } else {
          c = ' ';
        }
      } else if ((c == ']' || c == '}') && depth > 0) {
        --depth;
      }
    }
  }

  /// Bytes of the character here that libyaml accepts; 0 for none.
  std::size_t length_at(std::size_t at) const {
    const auto byte = [&](std::size_t i) {
      return i < text_.size() ? static_cast<unsigned char>(text_[i]) : 0u;
    };
    const unsigned first = byte(at);
    if (first < 0x80) {
      const bool ok =
          first >= 0x20 ? first != 0x7F : first == '\t' || first == '\n' || first == '\r';
      return ok ? 1 : 0;
    }
    const std::size_t n = first >= 0xF5 || first < 0xC2 ? 0
                          : first >= 0xF0               ? 4
                          : first >= 0xE0               ? 3
                                                        : 2;
    std::uint32_t code_point = n == 0 ? 0 : first & (0xFFu >> (n + 1));
    for (std::size_t i = 1; i < n; ++i) {
      if ((byte(at + i) & 0xC0) != 0x80) return 0;
      code_point = code_point << 6 | (byte(at + i) & 0x3F);
    }
    const std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (n == 0 || code_point < least[n] || code_point > 0x10FFFF) return 0;
    const bool refused = (code_point < 0xA0 && code_point != 0x85) ||
                         (code_point >= 0xD800 && code_point < 0xE000) || code_point == 0xFEFF ||
                         code_point == 0xFFFE || code_point == 0xFFFF;
    return refused ? 0 : n;
  }

  std::string text_;
  std::size_t n_invalid_ = 0;
  bool is_ascii_ = true;
  std::size_t base_ = 0;
  std::size_t byte_ = 0;
  std::size_t character_ = 0;
};

struct Parser {
  yaml_parser_t parser;
  bool ok;
  explicit Parser(std::string_view text) : ok(yaml_parser_initialize(&parser) != 0) {
    if (!ok) return;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~Parser() {
    if (ok) yaml_parser_delete(&parser);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
};

struct EventDeleter {
  void operator()(yaml_event_t* event) const { yaml_event_delete(event); }
};

std::string_view view(const yaml_char_t* text) {
  return text == nullptr ? std::string_view{} : reinterpret_cast<const char*>(text);
}

class Reader {
 public:
  Reader(source::FileId file, std::string_view original, Input& in)
      : file_(file), original_(original), in_(in) {}

  struct Outcome {
    std::vector<ir::Document> documents;
    source::Problems problems;
    bool failed = false;
  };

  Outcome read() && {
    std::size_t begin = document::skip_mark(original_);
    for (int restarts = 0; restarts < kMaxRestarts; ++restarts) {
      const auto error = read_stream(begin);
      if (!error) break;
      outcome_.failed = true;
      // libyaml may have stopped right at the dashes.
      const std::size_t from = *error > begin ? *error - 1 : begin;
      const std::size_t next = in_.text().find("\n---", from);
      if (next == std::string_view::npos) break;
      begin = next + 1;
    }
    return std::move(outcome_);
  }

 private:
  /// Where libyaml gave up; none at the end of the file.
  std::optional<std::uint32_t> read_stream(std::size_t begin) {
    in_.restart(begin);
    Parser yaml(in_.text().substr(begin));
    if (!yaml.ok) return static_cast<std::uint32_t>(in_.text().size());
    for (;;) {
      yaml_event_t event;
      if (yaml_parser_parse(&yaml.parser, &event) == 0) {
        const std::uint32_t at = in_.byte_of(yaml.parser.problem_mark.index);
        finish(at);
        if (++n_errors_ <= document::kMaxSyntaxErrors) {
          outcome_.problems.push_back(
              {source::ProblemCode::SyntaxError,
               {file_, at, at},
               yaml.parser.problem == nullptr ? "not understood" : yaml.parser.problem});
        }
        return at;
      }
      const std::unique_ptr<yaml_event_t, EventDeleter> owner(&event);
      if (event.type == YAML_STREAM_END_EVENT) return std::nullopt;
      if (outcome_.documents.size() >= kMaxDocuments) {
        const std::uint32_t at = in_.byte_of(event.start_mark.index);
        outcome_.problems.push_back({source::ProblemCode::TooLarge,
                                     {file_, at, at},
                                     "too many documents; the rest was not read"});
        return std::nullopt;
      }
      take(event);
    }
  }

  void finish(std::uint32_t at) {
    if (!out_) return;
    ir::Document made = out_->finish(at);
    if (!made.nodes.empty()) outcome_.documents.push_back(std::move(made));
    out_.reset();
    anchors_.clear();
    waits_for_key_.clear();
    n_in_key_ = 0;
  }

  void take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT: out_.emplace(file_, "yaml", outcome_.problems); return;
      case YAML_DOCUMENT_END_EVENT: finish(in_.byte_of(event.start_mark.index)); return;
      case YAML_MAPPING_START_EVENT:
      case YAML_SEQUENCE_START_EVENT: start(event); return;
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT: end(event); return;
      case YAML_SCALAR_EVENT: scalar(event); return;
      case YAML_ALIAS_EVENT: alias(event); return;
      default: return;
    }
  }

  /// True when a key comes next, and a value after it.
  bool take_key() {
    if (waits_for_key_.empty() || !in_map()) return false;
    const bool is_key = waits_for_key_.back();
    waits_for_key_.back() = !is_key;
    return is_key;
  }
  bool in_map() const { return out_->in_map(); }

  void start(const yaml_event_t& event) {
    const std::uint32_t begin = in_.byte_of(event.start_mark.index);
    if (n_in_key_ > 0 || take_key()) {
      // A map or list as a key: its entry has no name.
      if (n_in_key_++ == 0) out_->key("", begin, begin);
      return;
    }
    const bool is_map = event.type == YAML_MAPPING_START_EVENT;
    out_->begin(is_map ? Node::Kind::Map : Node::Kind::List, begin);
    waits_for_key_.push_back(true);
    remember(is_map ? event.data.mapping_start.anchor : event.data.sequence_start.anchor);
  }

  void end(const yaml_event_t& event) {
    if (n_in_key_ > 0) {
      --n_in_key_;
      return;
    }
    // Block collections end where the next thing begins; their text ends with their last child.
    const bool is_flow = event.end_mark.index > event.start_mark.index;
    waits_for_key_.pop_back();
    out_->end(is_flow ? in_.byte_of(event.end_mark.index) : last_end_);
    if (is_flow) last_end_ = in_.byte_of(event.end_mark.index);
  }

  void scalar(const yaml_event_t& event) {
    std::uint32_t begin = in_.byte_of(event.start_mark.index);
    std::uint32_t end = in_.byte_of(event.end_mark.index);
    const auto style = event.data.scalar.style;
    const bool quoted =
        style == YAML_SINGLE_QUOTED_SCALAR_STYLE || style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    last_end_ = end;
    if (quoted && end >= begin + 2) {
      ++begin;
      --end;
    }
    std::string_view text(reinterpret_cast<const char*>(event.data.scalar.value),
                          event.data.scalar.length);
    // A masked template action is shown as it was written.
    if (style == YAML_PLAIN_SCALAR_STYLE && text.size() == end - begin) {
      text = original_.substr(begin, end - begin);
    }
    if (n_in_key_ > 0) return;
    if (take_key()) {
      out_->key(text, begin, end);
      return;
    }
    Node::Kind kind = Node::Kind::String;
    if (style == YAML_PLAIN_SCALAR_STYLE && event.data.scalar.tag == nullptr) {
      kind = text.empty() ? Node::Kind::Null : document::kind_of_word(text);
    }
    out_->scalar(kind, text, begin, end);
    remember(event.data.scalar.anchor);
  }

  void alias(const yaml_event_t& event) {
    const std::uint32_t begin = in_.byte_of(event.start_mark.index);
    const std::uint32_t end = in_.byte_of(event.end_mark.index);
    last_end_ = end;
    if (n_in_key_ > 0) return;
    const auto found = anchors_.find(std::string(view(event.data.alias.anchor)));
    const std::uint32_t target = found == anchors_.end() ? kNone : found->second;
    if (take_key()) {
      out_->key(target == kNone ? std::string_view{} : out_->node(target).text.text(), begin, end);
    } else if (target == kNone) {
      out_->syntax_error(begin, end, "unknown alias");
      out_->scalar(Node::Kind::Null, "", begin, end);
    } else {
      out_->alias(target, begin, end);
    }
  }

  void remember(const yaml_char_t* anchor) {
    if (anchor != nullptr) anchors_[std::string(view(anchor))] = out_->last_node();
  }

  source::FileId file_;
  std::string_view original_;
  Input& in_;
  Outcome outcome_;
  std::optional<Builder> out_;
  std::unordered_map<std::string, std::uint32_t> anchors_;
  std::vector<bool> waits_for_key_;  // for each open value; read for maps only
  int n_in_key_ = 0;                 // open maps and lists inside of a key
  int n_errors_ = 0;
  std::uint32_t last_end_ = 0;
};

ir::Module lower(const FileInfo& info, std::string_view text) {
  ir::Module module = document::module_of(info.file, "yaml");
  Input in(text);
  if (in.has_invalid()) {
    module.problems.push_back({source::ProblemCode::InvalidUtf8,
                               {info.file, 0, 0},
                               "bytes that are not text were read as `?`"});
  }
  Reader::Outcome outcome = Reader(info.file, text, in).read();
  if (outcome.failed && in.mask_templates()) {
    Reader::Outcome masked = Reader(info.file, text, in).read();
    if (masked.problems.size() <= outcome.problems.size()) outcome = std::move(masked);
  }
  module.documents = std::move(outcome.documents);
  module.problems.insert(module.problems.end(), outcome.problems.begin(), outcome.problems.end());
  return module;
}

void parse_only(std::string_view text) {
  const Input in(text);
  Parser yaml(in.text());
  if (!yaml.ok) return;
  for (;;) {
    yaml_event_t event;
    if (yaml_parser_parse(&yaml.parser, &event) == 0) return;
    const std::unique_ptr<yaml_event_t, EventDeleter> owner(&event);
    if (event.type == YAML_STREAM_END_EVENT) return;
  }
}

constexpr std::string_view kExtensions[] = {".yaml", ".yml"};

}  // namespace

extern const Language kLanguage_yaml;
const Language kLanguage_yaml{"yaml", "yaml", kExtensions, {}, "#", lower, parse_only};

}  // namespace privet::lang
