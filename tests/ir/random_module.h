#pragma once

#include <random>
#include <string>
#include <vector>

#include "ir/module.h"

namespace privet::ir::testing {

/// Sound modules of every shape: whatever `verify` allows should come out of here sooner or later.
class RandomModule {
 public:
  explicit RandomModule(std::uint32_t seed) : random_(seed) {}

  Module make(std::uint32_t text_size = 1000) {
    text_size_ = text_size;
    Module module;
    module.file = source::FileId{7};
    module.language = name();
    const std::uint32_t n_functions = 1 + below(5);
    n_functions_ = n_functions;
    n_classes_ = below(4);
    for (std::uint32_t i = 0, n = below(8); i < n; ++i) module.types.push_back(type(i));
    n_types_ = static_cast<std::uint32_t>(module.types.size());
    for (std::uint32_t i = 0; i < n_functions; ++i) module.functions.push_back(function(module, i));
    for (std::uint32_t i = 0; i < n_classes_; ++i) module.classes.push_back(made_class(module, i));
    for (std::uint32_t i = 0; i < n_functions; ++i) give_owner(module, i);
    for (std::uint32_t i = 0, n = below(3); i < n; ++i) {
      Import import;
      import.in = below(n_functions);
      import.module = name();
      import.local = maybe(local_of(module.functions[import.in]));
      if (import.local == kNone || flip()) import.imported = name();
      if (flip()) import.imported = Name::of("*");
      import.is_star = flip();
      import.is_type_only = flip();
      import.span = span();
      module.imports.push_back(import);
    }
    for (std::uint32_t i = 0, n = below(3); i < n; ++i) {
      Export exported;
      exported.exported = name();
      exported.local = maybe(local_of(module.functions[0]));
      if (flip()) {
        exported.module = name();
        exported.imported = name();
      }
      exported.span = span();
      module.exports.push_back(exported);
    }
    module.exports_every_local = flip();
    module.has_star_names = flip();
    if (module.has_star_names) {
      for (std::uint32_t i = 0, n = below(3); i < n; ++i) module.star_names.push_back(name());
    }
    for (std::uint32_t i = 0, n = below(3); i < n; ++i) module.documents.push_back(document());
    for (std::uint32_t i = 0, n = below(3); i < n; ++i) {
      source::Problem problem;
      problem.code = static_cast<source::ProblemCode>(below(13));
      problem.span = span();
      problem.message = name().text();
      module.problems.push_back(problem);
    }
    return module;
  }

  std::uint32_t below(std::uint32_t n) {
    return n == 0 ? 0 : std::uniform_int_distribution<std::uint32_t>(0, n - 1)(random_);
  }
  bool flip() { return below(2) == 1; }

 private:
  Name name() {
    static const std::vector<std::string> kNames = {"",
                                                    "a",
                                                    "email",
                                                    "user",
                                                    "call",
                                                    "list",
                                                    "x-y",
                                                    "two words",
                                                    "*",
                                                    "a\nb",
                                                    "\"q\"",
                                                    "`",
                                                    "\\",
                                                    "12",
                                                    "\xC3\xA9t\xC3\xA9",
                                                    "\xFF",
                                                    "this",
                                                    "function",
                                                    "in",
                                                    "b0",
                                                    "%1",
                                                    "^a",
                                                    "a#1",
                                                    "key",
                                                    "null",
                                                    "\x01",
                                                    "//",
                                                    "models.User",
                                                    "|",
                                                    "[]",
                                                    "constructor",
                                                    "=",
                                                    "star",
                                                    "type",
                                                    "default",
                                                    "from",
                                                    "method"};
    return Name::of(kNames[below(static_cast<std::uint32_t>(kNames.size()))]);
  }
  Name real_name() {
    for (;;) {
      const Name made = name();
      if (!made.empty()) return made;
    }
  }
  Span span() {
    if (below(4) == 0) return {};
    const std::uint32_t begin = below(text_size_ + 1);
    return {source::FileId{7}, begin, begin + below(text_size_ + 1 - begin)};
  }
  std::uint32_t maybe(std::uint32_t value) { return flip() ? kNone : value; }
  std::uint32_t some(std::uint32_t n) { return n == 0 ? kNone : maybe(below(n)); }
  static std::uint32_t size_of(const std::vector<Local>& locals) {
    return static_cast<std::uint32_t>(locals.size());
  }
  std::uint32_t local_of(const Function& function) {
    return function.locals.empty() ? kNone : below(size_of(function.locals));
  }

  Type type(std::uint32_t index) {
    Type made;
    made.name = name();
    for (std::uint32_t i = 0, n = index == 0 ? 0 : below(3); i < n; ++i) {
      made.arguments.push_back(below(index));
    }
    if (below(3) == 0) made.class_index = some(n_classes_);
    made.span = span();
    return made;
  }

  std::vector<Annotation> annotations(const Function* outer) {
    std::vector<Annotation> all;
    if (outer == nullptr) return all;
    for (std::uint32_t i = 0, n = below(3); i < n; ++i) {
      all.push_back({some(size_of(outer->locals)), span()});
    }
    return all;
  }

  Function function(const Module& module, std::uint32_t index) {
    Function made;
    made.name = name();
    made.span = span();
    made.name_span = span();
    const Function* outer = nullptr;
    if (index > 0) {
      made.parent = below(index);
      outer = &module.functions[made.parent];
    }
    made.annotations = annotations(outer);
    made.return_type = some(n_types_);
    for (bool* flag : {&made.is_async, &made.is_generator, &made.is_static, &made.is_class_method,
                       &made.is_getter, &made.is_setter, &made.is_constructor, &made.is_private,
                       &made.is_abstract}) {
      *flag = below(4) == 0;
    }
    for (std::uint32_t i = 0, n = 1 + below(8); i < n; ++i)
      made.locals.push_back(local(index, outer));
    for (std::uint32_t i = 0; i < size_of(made.locals); ++i) {
      const Local::Kind kind = made.locals[i].kind;
      if (kind != Local::Kind::Parameter && (kind != Local::Kind::Temporary || below(3) > 0))
        continue;
      if (made.self == kNone && below(4) == 0) {
        made.self = i;
        continue;
      }
      Parameter parameter;
      parameter.local = i;
      parameter.kind = static_cast<Parameter::Kind>(below(4));
      parameter.has_default = flip();
      if (parameter.has_default && outer != nullptr) {
        parameter.default_value = some(size_of(outer->locals));
      }
      parameter.annotations = annotations(outer);
      parameter.span = span();
      made.parameters.push_back(parameter);
    }
    const std::uint32_t n_blocks = 1 + below(4);
    for (std::uint32_t i = 0; i < n_blocks; ++i) made.blocks.push_back(block(made, n_blocks));
    // Temporaries get their value in the entry, before every use of them.
    std::vector<Instruction> first;
    for (std::uint32_t i = 0; i < size_of(made.locals); ++i) {
      if (made.locals[i].kind == Local::Kind::Temporary) first.push_back(literal(i));
    }
    auto& entry = made.blocks[0].instructions;
    entry.insert(entry.begin(), first.begin(), first.end());
    return made;
  }

  Local local(std::uint32_t function, const Function* outer) {
    Local made;
    made.kind = static_cast<Local::Kind>(below(5));
    if (made.kind == Local::Kind::Free && function != 0) made.kind = Local::Kind::Variable;
    if (made.kind == Local::Kind::Captured) {
      if (outer == nullptr) {
        made.kind = Local::Kind::Variable;
      } else {
        made.outer = below(size_of(outer->locals));
      }
    }
    if (made.kind != Local::Kind::Temporary) made.name = name();
    made.type = some(n_types_);
    made.span = span();
    return made;
  }

  Instruction literal(std::uint32_t result) {
    Instruction made;
    made.op = Op::Literal;
    made.result = result;
    made.kind = static_cast<std::uint8_t>(below(6));
    made.name = name();
    made.span = span();
    return made;
  }

  Block block(Function& function, std::uint32_t n_blocks) {
    Block made;
    for (std::uint32_t i = 0, n = below(6); i < n; ++i)
      made.instructions.push_back(instruction(function));
    made.handler = below(3) == 0 ? below(n_blocks) : kNone;
    const std::uint32_t n_locals = size_of(function.locals);
    made.end.kind = static_cast<Terminator::Kind>(below(5));
    made.end.span = span();
    switch (made.end.kind) {
      case Terminator::Kind::Branch:
        made.end.value = below(n_locals);
        made.end.otherwise = below(n_blocks);
        [[fallthrough]];
      case Terminator::Kind::Jump: made.end.target = below(n_blocks); break;
      case Terminator::Kind::Return:
      case Terminator::Kind::Throw: made.end.value = some(n_locals); break;
      case Terminator::Kind::Stop: break;
    }
    return made;
  }

  Instruction instruction(Function& function) {
    const std::uint32_t n = size_of(function.locals);
    Instruction made;
    made.op = static_cast<Op>(below(9));
    if (made.op == Op::Literal) return literal(below(n));
    made.span = span();
    if (made.op != Op::Store) made.result = below(n);
    switch (made.op) {
      case Op::Literal: break;
      case Op::Copy: made.a = below(n); break;
      case Op::Load:
      case Op::Store:
        made.a = below(n);
        if (flip()) {
          made.name = real_name();
          made.name_span = span();
        } else {
          made.b = below(n);
        }
        if (made.op == Op::Store) made.c = below(n);
        break;
      case Op::Operate:
        made.name = name();
        operands(function, made);
        break;
      case Op::Construct:
        made.kind = static_cast<std::uint8_t>(below(5));
        if (made.container_kind() == ContainerKind::Element) {
          made.a = some(n);
          made.name = name();
        }
        operands(function, made);
        break;
      case Op::Call:
        made.a = below(n);
        made.name = name();
        made.is_new = flip();
        operands(function, made);
        break;
      case Op::Closure:
        made.is_class = n_classes_ > 0 && flip();
        made.index = below(made.is_class ? n_classes_ : n_functions_);
        break;
      case Op::Unknown: operands(function, made); break;
    }
    return made;
  }

  void operands(Function& function, Instruction& instruction) {
    const std::uint32_t n = size_of(function.locals);
    instruction.first_operand = static_cast<std::uint32_t>(function.operands.size());
    instruction.n_operands = below(4);
    for (std::uint32_t i = 0; i < instruction.n_operands; ++i) {
      Operand operand;
      operand.kind = static_cast<Operand::Kind>(below(4));
      operand.value = below(n);
      if (operand.kind == Operand::Kind::Computed) operand.key = below(n);
      if (operand.kind == Operand::Kind::Keyed) operand.name = name();
      operand.span = span();
      function.operands.push_back(operand);
    }
  }

  Class made_class(const Module& module, std::uint32_t index) {
    Class made;
    made.name = name();
    made.kind = static_cast<Class::Kind>(below(4));
    made.parent = below(n_functions_);
    const Function& outer = module.functions[made.parent];
    const std::uint32_t n = size_of(outer.locals);
    if (index > 0) made.owner = maybe(below(index));
    made.local = some(n);
    for (std::uint32_t i = 0, m = below(3); i < m; ++i) made.bases.push_back(below(n));
    for (std::uint32_t i = 0, m = n_types_ == 0 ? 0 : below(3); i < m; ++i) {
      made.base_types.push_back(below(n_types_));
    }
    for (std::uint32_t i = 0, m = below(3); i < m; ++i) {
      Field field;
      field.name = name();
      field.type = some(n_types_);
      field.initialiser = some(n);
      field.is_static = flip();
      field.is_optional = flip();
      field.is_private = flip();
      field.annotations = annotations(&outer);
      field.span = span();
      field.name_span = span();
      made.fields.push_back(field);
    }
    made.annotations = annotations(&outer);
    made.span = span();
    made.name_span = span();
    return made;
  }

  void give_owner(Module& module, std::uint32_t index) {
    if (index == 0 || n_classes_ == 0 || flip()) return;
    const std::uint32_t owner = below(n_classes_);
    module.functions[index].owner = owner;
    if (flip()) module.classes[owner].methods.push_back(index);
  }

  Document document() {
    Document made;
    made.format = name();
    const std::uint32_t n = below(12);
    std::vector<std::uint32_t> open, last;
    for (std::uint32_t i = 0; i < n; ++i) {
      while (open.size() > 1 && below(3) == 0) {
        open.pop_back();
        last.pop_back();
      }
      if (i > 0 && open.empty()) break;
      Node node;
      node.kind = static_cast<Node::Kind>(below(7));
      if (i == 0 && below(5) > 0) node.kind = flip() ? Node::Kind::Map : Node::Kind::List;
      if (node.kind == Node::Kind::Alias) node.target = 0;
      const bool is_container = node.kind == Node::Kind::Map || node.kind == Node::Kind::List;
      if (!is_container && node.kind != Node::Kind::Alias) node.text = name();
      node.span = span();
      if (i > 0) {
        node.parent = open.back();
        if (made.nodes[node.parent].kind == Node::Kind::Map) {
          node.key = name();
          node.key_span = span();
        }
        (last.back() == kNone ? made.nodes[node.parent].first_child
                              : made.nodes[last.back()].next) = i;
        last.back() = i;
      }
      made.nodes.push_back(node);
      if (is_container) {
        open.push_back(i);
        last.push_back(kNone);
      }
    }
    return made;
  }

  std::mt19937 random_;
  std::uint32_t text_size_ = 0;
  std::uint32_t n_functions_ = 0;
  std::uint32_t n_classes_ = 0;
  std::uint32_t n_types_ = 0;
};

}  // namespace privet::ir::testing
