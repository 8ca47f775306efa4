#include "ir/text_document.h"

namespace privet::ir::text {
namespace {

Node::Kind read_scalar(Scanner& in, Node& node) {
  const char c = in.peek();
  if (c == '"') {
    node.text = Name::of(in.quoted());
    return Node::Kind::String;
  }
  if (const auto number = in.number(); number) {
    node.text = Name::of(std::to_string(*number));
    return Node::Kind::Number;
  }
  const std::string word = in.name();
  if (word == "alias") {
    node.target = in.expect_number();
    return Node::Kind::Alias;
  }
  if (word == "map") {
    in.expect("{");
    return Node::Kind::Map;
  }
  if (word == "list") {
    in.expect("[");
    return Node::Kind::List;
  }
  if (word == "true" || word == "false") {
    node.text = Name::of(word);
    return Node::Kind::Boolean;
  }
  if (word == "null" && in.peek() != '"') {
    node.text = Name::of(word);
    return Node::Kind::Null;
  }
  if (word != "string" && word != "number" && word != "boolean" && word != "null") {
    in.fail("unknown kind of node `" + word + "`");
  }
  node.text = Name::of(in.quoted());
  if (word == "number") return Node::Kind::Number;
  if (word == "boolean") return Node::Kind::Boolean;
  return word == "null" ? Node::Kind::Null : Node::Kind::String;
}

}  // namespace

void read_nodes(Scanner& in, Document& document) {
  std::vector<std::uint32_t> open;
  std::vector<std::uint32_t> last;  // the last child of each open node
  for (;;) {
    in.skip_lines();
    if (in.failed() || in.at_end()) return;
    if (open.empty() && in.peek() == '}') return;
    const bool in_map = !open.empty() && document.nodes[open.back()].kind == Node::Kind::Map;
    if (!open.empty() && in.eat(in_map ? "}" : "]")) {
      open.pop_back();
      last.pop_back();
      continue;
    }
    if (open.empty() && !document.nodes.empty()) return in.fail("a document has one root");
    const auto index = static_cast<std::uint32_t>(document.nodes.size());
    Node node;
    in.skip_blanks();
    const std::uint32_t key_begin = in.position();
    if (in_map) {
      node.key = Name::of(in.name());
      node.key_span = in.since(key_begin);
      in.expect(":");
      in.skip_blanks();
    }
    const std::uint32_t begin = in.position();
    node.kind = read_scalar(in, node);
    node.span = in.since(begin);
    if (!open.empty()) {
      node.parent = open.back();
      if (last.back() == kNone) {
        document.nodes[open.back()].first_child = index;
      } else {
        document.nodes[last.back()].next = index;
      }
      last.back() = index;
    }
    document.nodes.push_back(node);
    if (node.kind == Node::Kind::Map || node.kind == Node::Kind::List) {
      open.push_back(index);
      last.push_back(kNone);
    }
  }
}

}  // namespace privet::ir::text
