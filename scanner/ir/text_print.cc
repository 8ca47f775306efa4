#include <algorithm>
#include <unordered_map>

#include "ir/text.h"
#include "ir/text_words.h"

namespace privet::ir {
namespace {

using text::append_name;
using text::append_quoted;

// Types as written in programs are small; a table made to explode when printed is cut here.
constexpr int kMaxTypeNodes = 500;

/// How each local of one function is spelled.
struct Spelling {
  std::vector<std::string> tokens;
  std::unordered_map<std::string, LocalIndex> by_token;

  explicit Spelling(const Function& function) {
    tokens.reserve(function.locals.size());
    for (std::size_t i = 0; i < function.locals.size(); ++i) {
      const Local& local = function.locals[i];
      std::string token;
      if (local.name.empty()) {
        token = "%" + std::to_string(i);
      } else {
        if (local.kind == Local::Kind::Captured) token += '^';
        const std::string_view name = local.name.text();
        if (text::is_plain_name(name) && !text::is_reserved(name)) {
          token += name;
        } else {
          append_quoted(token, name, '`');
        }
        if (by_token.count(token) > 0) token += "#" + std::to_string(i);
      }
      by_token.emplace(token, static_cast<LocalIndex>(i));
      tokens.push_back(std::move(token));
    }
  }
};

class Printer {
 public:
  explicit Printer(const Module& module) : module_(module) {
    spellings_.reserve(module.functions.size());
    for (const Function& function : module.functions) spellings_.emplace_back(function);
  }

  std::string print() && {
    header();
    for (const Import& import : module_.imports) print_import(import);
    for (std::size_t i = 0; i < module_.functions.size(); ++i) {
      print_function(static_cast<FunctionIndex>(i));
    }
    for (std::size_t i = 0; i < module_.classes.size(); ++i) {
      print_class(static_cast<ClassIndex>(i));
    }
    for (const Export& exported : module_.exports) print_export(exported);
    for (const Document& document : module_.documents) print_document(document);
    for (const source::Problem& problem : module_.problems) {
      out_ += "problem ";
      out_ += source::code_name(problem.code);
      out_ += ' ';
      append_quoted(out_, problem.message, '"');
      out_ += '\n';
    }
    return std::move(out_);
  }

 private:
  void header() {
    out_ += "module ";
    append_name(out_, module_.language.text());
    if (module_.exports_every_local) out_ += " exports_every_local";
    if (module_.has_star_names) {
      out_ += " star_names";
      for (std::size_t i = 0; i < module_.star_names.size(); ++i) {
        out_ += i == 0 ? " " : ", ";
        append_name(out_, module_.star_names[i].text());
      }
    }
    out_ += '\n';
  }

  std::string_view token(FunctionIndex function, LocalIndex local) const {
    if (function >= spellings_.size()) return "-";
    const auto& tokens = spellings_[function].tokens;
    return local < tokens.size() ? std::string_view(tokens[local]) : "-";
  }

  void print_import(const Import& import) {
    out_ += "import ";
    if (import.local != kNone) {
      out_ += token(import.in, import.local);
      out_ += " = ";
    }
    append_quoted(out_, import.module.text(), '"');
    out_ += ' ';
    append_name(out_, import.imported.text());
    if (import.is_star) out_ += " star";
    if (import.is_type_only) out_ += " type";
    if (import.in != 0) out_ += " in " + std::to_string(import.in);
    out_ += '\n';
  }

  void print_export(const Export& exported) {
    out_ += "export ";
    append_name(out_, exported.exported.text());
    if (exported.local != kNone || exported.module.empty()) {
      out_ += " = ";
      out_ += token(0, exported.local);
    }
    if (!exported.module.empty() || !exported.imported.empty()) {
      out_ += " from ";
      append_quoted(out_, exported.module.text(), '"');
      out_ += ' ';
      append_name(out_, exported.imported.text());
    }
    out_ += '\n';
  }

  // --- types ---

  void append_type(TypeIndex index) {
    type_nodes_ = 0;
    type_node(index, 0);
  }

  void type_node(TypeIndex index, int depth) {
    if (index >= module_.types.size() || ++type_nodes_ > kMaxTypeNodes || depth > 64) {
      out_ += "`...`";
      return;
    }
    const Type& type = module_.types[index];
    const std::string_view name = type.name.text();
    if (name == "[]" && type.arguments.size() == 1 && type.class_index == kNone) {
      out_ += '[';
      type_node(type.arguments[0], depth + 1);
      out_ += ']';
      return;
    }
    if (name == "|" && type.arguments.size() > 1 && type.class_index == kNone) {
      for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        out_ += i == 0 ? "(" : " | ";
        type_node(type.arguments[i], depth + 1);
      }
      out_ += ')';
      return;
    }
    if (!name.empty() || type.class_index == kNone) type_name(name);
    if (!type.arguments.empty()) {
      for (std::size_t i = 0; i < type.arguments.size(); ++i) {
        out_ += i == 0 ? "<" : ", ";
        type_node(type.arguments[i], depth + 1);
      }
      out_ += '>';
    }
    if (type.class_index != kNone) out_ += "{class " + std::to_string(type.class_index) + "}";
  }

  void type_name(std::string_view name) {
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
      append_quoted(out_, name.substr(1, name.size() - 2), '"');
      return;
    }
    std::string_view rest = name;
    for (;;) {
      const std::size_t dot = rest.find('.');
      if (!text::is_plain_name(rest.substr(0, dot))) {
        append_quoted(out_, name, '`');
        return;
      }
      if (dot == std::string_view::npos) break;
      rest = rest.substr(dot + 1);
    }
    out_ += name;
  }

  // --- functions ---

  void annotations(FunctionIndex function, const std::vector<Annotation>& all) {
    for (const Annotation& annotation : all) {
      out_ += " @";
      out_ += token(function, annotation.value);
    }
  }

  void print_parameter(const Function& function, FunctionIndex index, const Parameter& parameter) {
    switch (parameter.kind) {
      case Parameter::Kind::Positional: break;
      case Parameter::Kind::KeywordOnly: out_ += "key "; break;
      case Parameter::Kind::Rest: out_ += "..."; break;
      case Parameter::Kind::KeywordRest: out_ += "**"; break;
    }
    out_ += token(index, parameter.local);
    if (parameter.has_default) {
      out_ += " = ";
      out_ += token(function.parent, parameter.default_value);
    }
    annotations(function.parent, parameter.annotations);
  }

  void print_function(FunctionIndex index) {
    const Function& function = module_.functions[index];
    out_ += "\nfunction " + std::to_string(index);
    if (function.parent != kNone) out_ += " in " + std::to_string(function.parent);
    if (!function.name.empty()) {
      out_ += ' ';
      local_like_name(function.name.text());
    }
    out_ += '(';
    for (std::size_t i = 0; i < function.parameters.size(); ++i) {
      if (i > 0) out_ += ", ";
      print_parameter(function, index, function.parameters[i]);
    }
    out_ += ')';
    if (function.return_type != kNone) {
      out_ += ": ";
      append_type(function.return_type);
    }
    if (function.owner != kNone) out_ += " owner " + std::to_string(function.owner);
    if (function.self != kNone) {
      out_ += " self ";
      out_ += token(index, function.self);
    }
    if (function.is_async) out_ += " async";
    if (function.is_generator) out_ += " generator";
    if (function.is_static) out_ += " static";
    if (function.is_class_method) out_ += " classmethod";
    if (function.is_getter) out_ += " getter";
    if (function.is_setter) out_ += " setter";
    if (function.is_constructor) out_ += " constructor";
    if (function.is_private) out_ += " private";
    if (function.is_abstract) out_ += " abstract";
    annotations(function.parent, function.annotations);
    out_ += " {\n";
    print_locals(function, index);
    for (std::size_t i = 0; i < function.blocks.size(); ++i) {
      print_block(function, index, static_cast<BlockIndex>(i));
    }
    out_ += "}\n";
  }

  // The name of a function or class in its head, where flags may stand as well.
  void local_like_name(std::string_view name) {
    if (text::is_plain_name(name) && !text::is_reserved(name)) {
      out_ += name;
    } else {
      append_quoted(out_, name, '`');
    }
  }

  void print_locals(const Function& function, FunctionIndex index) {
    if (function.locals.empty()) return;
    std::vector<bool> is_parameter(function.locals.size());
    for (const Parameter& parameter : function.parameters) {
      if (parameter.local < is_parameter.size()) is_parameter[parameter.local] = true;
    }
    if (function.self < is_parameter.size()) is_parameter[function.self] = true;
    out_ += "  locals ";
    for (std::size_t i = 0; i < function.locals.size(); ++i) {
      if (i > 0) out_ += ", ";
      const Local& local = function.locals[i];
      const auto spelled = token(index, static_cast<LocalIndex>(i));
      Local::Kind obvious = Local::Kind::Variable;
      if (is_parameter[i]) obvious = Local::Kind::Parameter;
      if (spelled.front() == '%') obvious = Local::Kind::Temporary;
      if (spelled.front() == '^') obvious = Local::Kind::Captured;
      if (local.kind != obvious) {
        switch (local.kind) {
          case Local::Kind::Parameter: out_ += "param "; break;
          case Local::Kind::Variable: out_ += "var "; break;
          case Local::Kind::Temporary: out_ += "temp "; break;
          case Local::Kind::Captured: out_ += "capture "; break;
          case Local::Kind::Free: out_ += "free "; break;
        }
      }
      out_ += spelled;
      if (local.type != kNone) {
        out_ += ": ";
        append_type(local.type);
      }
      if (local.kind == Local::Kind::Captured && local.outer != obvious_outer(function, local)) {
        out_ += " = ";
        out_ += token(function.parent, local.outer);
      }
    }
    out_ += '\n';
  }

  LocalIndex obvious_outer(const Function& function, const Local& local) const {
    if (function.parent >= spellings_.size() || local.name.empty()) return kNone;
    std::string name;
    const std::string_view text = local.name.text();
    if (text::is_plain_name(text) && !text::is_reserved(text)) {
      name = text;
    } else {
      append_quoted(name, text, '`');
    }
    const auto& known = spellings_[function.parent].by_token;
    if (auto found = known.find(name); found != known.end()) return found->second;
    if (auto found = known.find("^" + name); found != known.end()) return found->second;
    return kNone;
  }

  void print_block(const Function& function, FunctionIndex index, BlockIndex block_index) {
    const Block& block = function.blocks[block_index];
    if (block_index > 0) out_ += " b" + std::to_string(block_index) + ":\n";
    if (block.handler != kNone) out_ += "  handler b" + std::to_string(block.handler) + "\n";
    for (const Instruction& instruction : block.instructions) {
      out_ += "  ";
      print_instruction(function, index, instruction);
      out_ += '\n';
    }
    const Terminator& end = block.end;
    switch (end.kind) {
      case Terminator::Kind::Jump: out_ += "  jump b" + std::to_string(end.target); break;
      case Terminator::Kind::Branch:
        out_ += "  branch ";
        out_ += token(index, end.value);
        out_ += " b" + std::to_string(end.target) + " b" + std::to_string(end.otherwise);
        break;
      case Terminator::Kind::Return:
        if (end.value == kNone && block_index + 1 == function.blocks.size()) return;
        out_ += "  return";
        if (end.value != kNone) {
          out_ += ' ';
          out_ += token(index, end.value);
        }
        break;
      case Terminator::Kind::Throw:
        out_ += "  throw";
        if (end.value != kNone) {
          out_ += ' ';
          out_ += token(index, end.value);
        }
        break;
      case Terminator::Kind::Stop: out_ += "  stop"; break;
    }
    out_ += '\n';
  }

  void print_place(FunctionIndex index, const Instruction& instruction) {
    out_ += token(index, instruction.a);
    if (!instruction.name.empty()) {
      out_ += '.';
      append_name(out_, instruction.name.text());
    } else {
      out_ += '[';
      out_ += token(index, instruction.b);
      out_ += ']';
    }
  }

  void print_instruction(const Function& function, FunctionIndex index,
                         const Instruction& instruction) {
    if (instruction.op == Op::Store) {
      print_place(index, instruction);
      out_ += " = ";
      out_ += token(index, instruction.c);
      return;
    }
    out_ += token(index, instruction.result);
    out_ += " = ";
    switch (instruction.op) {
      case Op::Store: break;
      case Op::Literal: print_literal(instruction); break;
      case Op::Copy: out_ += token(index, instruction.a); break;
      case Op::Load: print_place(index, instruction); break;
      case Op::Operate:
        out_ += "operate ";
        append_quoted(out_, instruction.name.text(), '"');
        operands(function, index, instruction, " ", true);
        break;
      case Op::Construct: print_construct(function, index, instruction); break;
      case Op::Call:
        out_ += instruction.is_new ? "new " : "call ";
        out_ += token(index, instruction.a);
        if (!instruction.name.empty()) {
          out_ += '.';
          append_name(out_, instruction.name.text());
        }
        out_ += '(';
        operands(function, index, instruction, ", ", false);
        out_ += ')';
        break;
      case Op::Closure:
        out_ += instruction.is_class ? "class " : "function ";
        out_ += std::to_string(instruction.index);
        break;
      case Op::Unknown:
        out_ += "unknown";
        operands(function, index, instruction, " ", true);
        break;
    }
  }

  void print_literal(const Instruction& instruction) {
    const std::string_view text = instruction.name.text();
    out_ += "literal ";
    bool bare = false;
    switch (instruction.literal_kind()) {
      case LiteralKind::String: break;
      case LiteralKind::Number:
        bare = !text.empty() && text.front() >= '0' && text.front() <= '9' &&
               std::all_of(text.begin(), text.end(),
                           [](char c) { return c == '.' || text::is_name_part(c); });
        if (!bare) out_ += "number ";
        break;
      case LiteralKind::Boolean:
        bare = text == "true" || text == "false";
        if (!bare) out_ += "boolean ";
        break;
      case LiteralKind::Null:
        bare = text == "null";
        if (!bare) out_ += "null ";
        break;
      case LiteralKind::Regex: out_ += "regex "; break;
      case LiteralKind::Bytes: out_ += "bytes "; break;
    }
    if (bare) {
      out_ += text;
    } else {
      append_quoted(out_, text, '"');
    }
  }

  void print_construct(const Function& function, FunctionIndex index,
                       const Instruction& instruction) {
    char close = ']';
    switch (instruction.container_kind()) {
      case ContainerKind::Object:
        out_ += "object {";
        close = '}';
        break;
      case ContainerKind::List: out_ += "list ["; break;
      case ContainerKind::Set: out_ += "set ["; break;
      case ContainerKind::Tuple: out_ += "tuple ["; break;
      case ContainerKind::Element:
        out_ += "element ";
        if (instruction.a != kNone) {
          out_ += token(index, instruction.a);
          out_ += ' ';
        }
        if (!instruction.name.empty()) {
          append_quoted(out_, instruction.name.text(), '"');
          out_ += ' ';
        }
        out_ += '{';
        close = '}';
        break;
    }
    operands(function, index, instruction, ", ", false);
    out_ += close;
  }

  void operands(const Function& function, FunctionIndex index, const Instruction& instruction,
                std::string_view separator, bool leading) {
    for (std::uint32_t i = 0; i < instruction.n_operands; ++i) {
      if (instruction.first_operand + std::uint64_t{i} >= function.operands.size()) return;
      const Operand& operand = function.operands[instruction.first_operand + i];
      if (leading || i > 0) out_ += separator;
      switch (operand.kind) {
        case Operand::Kind::Value: break;
        case Operand::Kind::Keyed:
          append_name(out_, operand.name.text());
          out_ += ": ";
          break;
        case Operand::Kind::Computed:
          out_ += '[';
          out_ += token(index, operand.key);
          out_ += "]: ";
          break;
        case Operand::Kind::Spread: out_ += "..."; break;
      }
      out_ += token(index, operand.value);
    }
  }

  // --- classes and documents ---

  void print_class(ClassIndex index) {
    const Class& declared = module_.classes[index];
    out_ += '\n';
    switch (declared.kind) {
      case Class::Kind::Class: out_ += "class "; break;
      case Class::Kind::Interface: out_ += "interface "; break;
      case Class::Kind::Enum: out_ += "enum "; break;
      case Class::Kind::Entity: out_ += "entity "; break;
    }
    out_ += std::to_string(index) + " in " + std::to_string(declared.parent);
    if (!declared.name.empty()) {
      out_ += ' ';
      local_like_name(declared.name.text());
    }
    if (declared.owner != kNone) out_ += " owner " + std::to_string(declared.owner);
    if (declared.local != kNone) {
      out_ += " local ";
      out_ += token(declared.parent, declared.local);
    }
    for (std::size_t i = 0; i < declared.bases.size(); ++i) {
      out_ += i == 0 ? " extends " : ", ";
      out_ += token(declared.parent, declared.bases[i]);
    }
    for (std::size_t i = 0; i < declared.base_types.size(); ++i) {
      out_ += i == 0 ? " implements " : ", ";
      append_type(declared.base_types[i]);
    }
    annotations(declared.parent, declared.annotations);
    out_ += " {\n";
    for (const Field& field : declared.fields) print_field(declared, field);
    for (const FunctionIndex method : declared.methods) {
      out_ += "  method " + std::to_string(method) + "\n";
    }
    out_ += "}\n";
  }

  void print_field(const Class& declared, const Field& field) {
    out_ += "  ";
    local_like_name(field.name.text());
    if (field.type != kNone) {
      out_ += ": ";
      append_type(field.type);
    }
    if (field.is_static) out_ += " static";
    if (field.is_optional) out_ += " optional";
    if (field.is_private) out_ += " private";
    if (field.initialiser != kNone) {
      out_ += " = ";
      out_ += token(declared.parent, field.initialiser);
    }
    annotations(declared.parent, field.annotations);
    out_ += '\n';
  }

  void print_document(const Document& document) {
    out_ += "\ndocument ";
    append_name(out_, document.format.text());
    out_ += " {\n";
    std::vector<std::uint32_t> open;
    for (std::size_t i = 0; i < document.nodes.size(); ++i) {
      const Node& node = document.nodes[i];
      while (!open.empty() && open.back() != node.parent) close_node(document, open);
      // Deep documents are read by their brackets; the indentation stops somewhere.
      out_.append(2 + 2 * std::min<std::size_t>(open.size(), 20), ' ');
      if (node.parent < i && document.nodes[node.parent].kind == Node::Kind::Map) {
        append_name(out_, node.key.text());
        out_ += ": ";
      }
      print_node(node);
      if (node.kind == Node::Kind::Map || node.kind == Node::Kind::List) {
        open.push_back(static_cast<std::uint32_t>(i));
      }
      out_ += '\n';
    }
    while (!open.empty()) close_node(document, open);
    out_ += "}\n";
  }

  void close_node(const Document& document, std::vector<std::uint32_t>& open) {
    const bool is_map = document.nodes[open.back()].kind == Node::Kind::Map;
    open.pop_back();
    out_.append(2 + 2 * std::min<std::size_t>(open.size(), 20), ' ');
    out_ += is_map ? "}\n" : "]\n";
  }

  void print_node(const Node& node) {
    const std::string_view text = node.text.text();
    switch (node.kind) {
      case Node::Kind::Map: out_ += "map {"; return;
      case Node::Kind::List: out_ += "list ["; return;
      case Node::Kind::Alias: out_ += "alias " + std::to_string(node.target); return;
      case Node::Kind::String: break;
      case Node::Kind::Number: out_ += "number "; break;
      case Node::Kind::Boolean: out_ += "boolean "; break;
      case Node::Kind::Null: out_ += "null "; break;
    }
    append_quoted(out_, text, '"');
  }

  const Module& module_;
  std::vector<Spelling> spellings_;
  std::string out_;
  int type_nodes_ = 0;
};

}  // namespace

std::string print_text(const Module& module) { return Printer(module).print(); }

}  // namespace privet::ir
