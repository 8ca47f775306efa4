#include "access/answer_schema.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace privet::access {
namespace {

using program::Constant;

constexpr int kMostDepth = 6;
constexpr std::size_t kMostFields = 512;

/// `Type.Object`, `z.array`: by the last word, whichever library describes the schema.
std::string_view last_word(Name symbol) {
  const std::string_view text = symbol.text();
  return text.substr(text.rfind('.') + 1);
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Collects the fields; false where the schema lets more pass than it names.
bool read_schema(const Constant& schema, std::vector<Name>& fields, int depth) {
  if (depth > kMostDepth || fields.size() > kMostFields) return false;
  const auto read_properties = [&](const Constant& properties) {
    if (properties.kind != Constant::Kind::Map) return false;
    for (const auto& [name, inner] : properties.entries) {
      fields.push_back(name);
      std::vector<Name> below;
      // What is below a plain field does not matter.
      if (read_schema(inner, below, depth + 1)) fields.insert(fields.end(), below.begin(), below.end());
    }
    return true;
  };
  if (schema.kind == Constant::Kind::Call) {
    const Constant* first = schema.at(0);
    const std::string_view word = last_word(schema.text);
    if (first == nullptr) return false;
    if (is_one_of(word, {"Object", "object", "strictObject"})) return read_properties(*first);
    return is_one_of(word, {"Array", "array", "Optional", "Union", "nullable"}) && read_schema(*first, fields, depth + 1);
  }
  if (schema.kind != Constant::Kind::Map) return false;
  if (const Constant* more = schema.find("additionalProperties"); more != nullptr && more->text.text() != "false") return false;
  if (const Constant* items = schema.find("items")) return read_schema(*items, fields, depth + 1);
  const Constant* properties = schema.find("properties");
  return properties != nullptr && read_properties(*properties);
}

const Constant* of_good_status(const Constant& by_status) {
  if (by_status.kind != Constant::Kind::Map) return nullptr;
  for (const char* status : {"200", "201", "2xx", "2XX", "default"}) {
    if (const Constant* schema = by_status.find(status)) return schema;
  }
  return nullptr;
}

}  // namespace

std::optional<DeclaredAnswer> answer_by_schema(const program::Program& program, const Registration& route) {
  if (!route.route->response_schema || !route.site.function.valid()) return std::nullopt;
  const Constant declared = program.constant_at(route.site, *route.route->response_schema);
  const Constant* schema = of_good_status(declared);
  DeclaredAnswer answer;
  if (schema == nullptr || !read_schema(*schema, answer.fields, 0) || answer.fields.empty()) return std::nullopt;
  return answer;
}

}  // namespace privet::access
