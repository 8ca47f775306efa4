#include "rule/yaml.h"

#include <yaml.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <unordered_set>

namespace privet::rule {
namespace {

constexpr std::size_t kMaxDepth = 64;
/// Maps up to this size are searched for duplicates one by one, larger ones through a set.
constexpr std::size_t kSmallMap = 12;

const Yaml& nothing() {
  static const Yaml kNull;
  return kNull;
}

std::string_view view_of(const yaml_char_t* text, std::size_t length) {
  return {reinterpret_cast<const char*>(text), length};
}

/// Turns libyaml's events into values; the first error ends it.
class TreeBuilder {
 public:
  TreeBuilder(std::string_view path, std::string_view text) : path_(path), text_(text) {
    if (yaml_parser_initialize(&parser_) == 0) {
      fail(1, "out of memory");
      return;
    }
    initialised_ = true;
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(
        &parser_, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  }
  ~TreeBuilder() {
    if (initialised_) yaml_parser_delete(&parser_);
  }
  TreeBuilder(const TreeBuilder&) = delete;
  TreeBuilder& operator=(const TreeBuilder&) = delete;

  base::Result<YamlFile> build() {
    bool more = error_.empty();
    while (more) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser_, &event) == 0) {
        fail_at_parser();
        break;
      }
      more = take(event);
      yaml_event_delete(&event);
    }
    if (!error_.empty()) return base::Error{error_};
    return YamlFile{std::string(path_), std::move(root_)};
  }

 private:
  /// A container that is still open. `key` waits for its value.
  struct Open {
    Yaml* value;
    Yaml key;
    bool has_key = false;
    std::unordered_set<std::string> seen;
  };

  bool take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_DOCUMENT_START_EVENT:
        if (n_documents_++ > 0) {
          return fail(line_of(event), "a second document; a file holds exactly one");
        }
        return true;
      case YAML_STREAM_END_EVENT:
        if (n_documents_ == 0) fail(1, "the file is empty");
        return false;
      case YAML_ALIAS_EVENT:
        return fail(line_of(event), "aliases are not allowed; write the value out");
      case YAML_SCALAR_EVENT:
        return take_scalar(event);
      case YAML_SEQUENCE_START_EVENT:
        return open(event, Yaml::Kind::List, event.data.sequence_start.anchor,
                    event.data.sequence_start.tag);
      case YAML_MAPPING_START_EVENT:
        return open(event, Yaml::Kind::Map, event.data.mapping_start.anchor,
                    event.data.mapping_start.tag);
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        open_.pop_back();
        return true;
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_END_EVENT:
        return true;
    }
    return true;
  }

  bool take_scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    if (!plain_node(event, scalar.anchor, scalar.tag)) return false;
    Yaml value;
    value.kind = Yaml::Kind::Scalar;
    value.scalar = view_of(scalar.value, scalar.length);
    value.quoted = scalar.style != YAML_PLAIN_SCALAR_STYLE;
    value.line = line_of(event);
    value.column = static_cast<std::uint32_t>(event.start_mark.column) + 1;
    if (awaits_key()) return take_key(std::move(value));
    if (!value.quoted && (value.scalar.empty() || value.scalar == "~" || value.scalar == "null")) {
      value.kind = Yaml::Kind::Null;
      value.scalar.clear();
    }
    place(std::move(value));
    return true;
  }

  bool take_key(Yaml key) {
    Open& map = open_.back();
    const auto& entries = map.value->entries;
    bool duplicate = false;
    if (entries.size() < kSmallMap) {
      duplicate = map.value->find(key.scalar) != nullptr;
    } else {
      if (map.seen.empty()) {
        for (const auto& [seen, value] : entries) map.seen.insert(seen.scalar);
      }
      duplicate = !map.seen.insert(key.scalar).second;
    }
    if (duplicate) return fail(key.line, "duplicate key `" + key.scalar + "`");
    map.key = std::move(key);
    map.has_key = true;
    return true;
  }

  bool open(const yaml_event_t& event, Yaml::Kind kind, const yaml_char_t* anchor,
            const yaml_char_t* tag) {
    if (!plain_node(event, anchor, tag)) return false;
    if (awaits_key()) return fail(line_of(event), "a key must be a plain word or text");
    if (open_.size() >= kMaxDepth) {
      return fail(line_of(event), "nested more than " + std::to_string(kMaxDepth) + " deep");
    }
    Yaml value;
    value.kind = kind;
    value.line = line_of(event);
    value.column = static_cast<std::uint32_t>(event.start_mark.column) + 1;
    // The place stays valid while it is open: only the innermost container grows.
    open_.push_back(Open{place(std::move(value)), {}, false, {}});
    return true;
  }

  bool plain_node(const yaml_event_t& event, const yaml_char_t* anchor, const yaml_char_t* tag) {
    if (anchor != nullptr) return fail(line_of(event), "anchors are not allowed");
    if (tag != nullptr) return fail(line_of(event), "tags are not allowed");
    return true;
  }

  bool awaits_key() const {
    return !open_.empty() && open_.back().value->kind == Yaml::Kind::Map && !open_.back().has_key;
  }

  Yaml* place(Yaml value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Open& parent = open_.back();
    if (parent.value->kind == Yaml::Kind::List) {
      return &parent.value->items.emplace_back(std::move(value));
    }
    parent.has_key = false;
    return &parent.value->entries.emplace_back(std::move(parent.key), std::move(value)).second;
  }

  static std::uint32_t line_of(const yaml_event_t& event) {
    return static_cast<std::uint32_t>(event.start_mark.line) + 1;
  }

  bool fail(std::size_t line, const std::string& message) {
    error_ = std::string(path_) + ":" + std::to_string(line) + ": " + message;
    return false;
  }

  void fail_at_parser() {
    std::string message = parser_.problem != nullptr ? parser_.problem : "not valid YAML";
    if (parser_.context != nullptr) message += " " + std::string(parser_.context);
    if (parser_.error == YAML_READER_ERROR) {
      // The reader knows only the byte.
      const std::string_view before = text_.substr(0, parser_.problem_offset);
      fail(static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1, message);
      return;
    }
    fail(parser_.problem_mark.line + 1, message);
  }

  std::string_view path_;
  std::string_view text_;
  yaml_parser_t parser_ = {};
  bool initialised_ = false;
  std::size_t n_documents_ = 0;
  Yaml root_;
  std::vector<Open> open_;
  std::string error_;
};

/// Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals" (1966),
/// with neighbours swapped counting once. Words are cut to 64 bytes, so the cost is bounded.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  a = a.substr(0, 64);
  b = b.substr(0, 64);
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

std::string quoted_list(std::initializer_list<std::string_view> words) {
  std::string list;
  for (std::string_view word : words) {
    if (!list.empty()) list += ", ";
    list += "`" + std::string(word) + "`";
  }
  return list;
}

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.scalar == key) return &value;
  }
  return nullptr;
}

base::Result<YamlFile> read_yaml(std::string_view path, std::string_view text) {
  return TreeBuilder(path, text).build();
}

void YamlReader::fail(const Yaml& at, std::string message) {
  if (!ok()) return;
  error_ = file_->path + ":" + std::to_string(std::max(at.line, 1u)) + ": " + std::move(message);
}

void YamlReader::check_keys(const Yaml& map, std::initializer_list<std::string_view> known) {
  if (!ok()) return;
  if (map.kind != Yaml::Kind::Map) {
    fail(map, "expected keys and values, one of " + quoted_list(known));
    return;
  }
  for (const auto& [key, value] : map.entries) {
    if (std::find(known.begin(), known.end(), key.scalar) != known.end()) continue;
    const std::string_view near = nearest(key.scalar, {known.begin(), known.end()});
    fail(key, "unknown key `" + key.scalar + "`; " +
                  (near.empty() ? "known are " + quoted_list(known)
                                : "did you mean `" + std::string(near) + "`?"));
    return;
  }
}

const Yaml& YamlReader::required(const Yaml& map, std::string_view key) {
  if (!ok()) return nothing();
  if (const Yaml* value = map.find(key)) return *value;
  fail(map, "missing key `" + std::string(key) + "`");
  return nothing();
}

std::string YamlReader::text(const Yaml& value) {
  if (!ok()) return {};
  if (value.kind != Yaml::Kind::Scalar) {
    fail(value, "expected a text");
    return {};
  }
  return value.scalar;
}

bool YamlReader::boolean(const Yaml& value) {
  if (!ok()) return false;
  if (value.kind == Yaml::Kind::Scalar && !value.quoted) {
    if (value.scalar == "true") return true;
    if (value.scalar == "false") return false;
  }
  fail(value, "expected `true` or `false`");
  return false;
}

double YamlReader::number(const Yaml& value) {
  if (!ok()) return 0;
  if (value.kind == Yaml::Kind::Scalar && !value.quoted) {
    double number = 0;
    const char* end = value.scalar.data() + value.scalar.size();
    const auto [stop, error] = std::from_chars(value.scalar.data(), end, number);
    if (error == std::errc() && stop == end && std::isfinite(number)) return number;
  }
  fail(value, "expected a number");
  return 0;
}

std::vector<std::string> YamlReader::texts(const Yaml& value) {
  std::vector<std::string> result;
  if (!ok()) return result;
  if (value.kind == Yaml::Kind::Scalar) return {value.scalar};
  if (value.kind != Yaml::Kind::List) {
    fail(value, "expected a text or a list of texts");
    return result;
  }
  result.reserve(value.items.size());
  for (const Yaml& item : value.items) result.push_back(text(item));
  if (!ok()) result.clear();
  return result;
}

std::size_t YamlReader::choice(const Yaml& value,
                               std::initializer_list<std::string_view> choices) {
  const std::string word = text(value);
  if (!ok()) return 0;
  const auto found = std::find(choices.begin(), choices.end(), word);
  if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
  const std::string_view near = nearest(word, {choices.begin(), choices.end()});
  fail(value, "unknown value `" + word + "`; " +
                  (near.empty() ? "expected one of " + quoted_list(choices)
                                : "did you mean `" + std::string(near) + "`?"));
  return 0;
}

std::string_view nearest(std::string_view typo, const std::vector<std::string_view>& words) {
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(1, std::min<std::size_t>(typo.size(), 64) / 3);
  for (std::string_view word : words) {
    const std::size_t longer = std::max(typo.size(), word.size());
    const std::size_t shorter = std::min(typo.size(), word.size());
    if (longer - shorter > best_distance) continue;
    const std::size_t distance = edit_distance(typo, word);
    // Strictly nearer, so that the first of equals wins.
    if (distance < best_distance || (best.empty() && distance == best_distance)) {
      best = word;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace privet::rule
