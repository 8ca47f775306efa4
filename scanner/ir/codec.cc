#include "ir/codec.h"

#include <type_traits>
#include <unordered_map>

#include "base/hash.h"
#include "ir/verify.h"

namespace privet::ir {
namespace {

// Form: magic, version, hash of the rest, the table of names, the module. All numbers are LEB128.
// One `fields` function per type visits its members in order; writing and reading are the same
// visit with another archive, so they cannot drift apart.
constexpr std::string_view kMagic = "PVIR";
constexpr std::size_t kHeaderSize = 4 + 1 + 8;

class Writer {
 public:
  static constexpr bool kReads = false;
  explicit Writer(source::FileId) {}

  void number(std::uint64_t value) {
    while (value >= 0x80) {
      body_ += static_cast<char>(value | 0x80);
      value >>= 7;
    }
    body_ += static_cast<char>(value);
  }
  /// kNone is the most common index in many places: it becomes 0.
  void index(const std::uint32_t& value) { number(value == kNone ? 0 : std::uint64_t{value} + 1); }
  void flag(const bool& value) { body_ += value ? '\1' : '\0'; }
  void name(const Name& value) {
    const auto [found, is_new] =
        names_.emplace(value, static_cast<std::uint32_t>(in_order_.size()));
    if (is_new) in_order_.push_back(value);
    number(found->second);
  }
  void text(const std::string& value) {
    number(value.size());
    body_ += value;
  }
  /// Relative to the span before: neighbours in the tables are neighbours in the file.
  void span(const Span& value) {
    if (!value.valid()) return number(0);
    const auto delta = std::int64_t{value.begin} - std::int64_t{previous_begin_};
    const auto zigzag =
        (static_cast<std::uint64_t>(delta) << 1) ^ static_cast<std::uint64_t>(delta >> 63);
    number(zigzag + 1);
    number(value.end >= value.begin ? value.end - value.begin : 0);
    previous_begin_ = value.begin;
  }
  template <class E>
  void enumerator(const E& value, E) {
    body_ += static_cast<char>(value);
  }
  template <class T, class Visit>
  void list(const std::vector<T>& items, Visit visit) {
    number(items.size());
    for (const T& item : items) visit(*this, item);
  }
  bool ok() const { return true; }

  std::string finish() && {
    std::string table;
    table.swap(body_);
    number(in_order_.size());
    for (const Name name : in_order_) {
      number(name.text().size());
      body_ += name.text();
    }
    body_ += table;
    std::string out(kMagic);
    out += static_cast<char>(kCodecVersion);
    const std::uint64_t hash = base::hash64(body_);
    for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(hash >> shift);
    return out + body_;
  }

 private:
  std::string body_;
  std::unordered_map<Name, std::uint32_t> names_;
  std::vector<Name> in_order_;
  std::uint32_t previous_begin_ = 0;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  Reader(std::string_view bytes, source::FileId file) : bytes_(bytes), file_(file) { names(); }

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == bytes_.size(); }

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(this->byte());
      value |= std::uint64_t{byte & 0x7Fu} << shift;
      if (byte < 0x80) {
        // One spelling for each number, so that what is read back encodes to the same bytes.
        if (byte == 0 && shift > 0) ok_ = false;
        if (shift == 63 && byte > 1) ok_ = false;
        return value;
      }
    }
    ok_ = false;
    return 0;
  }
  void index(std::uint32_t& value) {
    const std::uint64_t read = number();
    if (read > kNone) ok_ = false;
    value = read == 0 ? kNone : static_cast<std::uint32_t>(read - 1);
  }
  void flag(bool& value) {
    const char read = byte();
    if (read != '\0' && read != '\1') ok_ = false;
    value = read == '\1';
  }
  void name(Name& value) {
    const std::uint64_t read = number();
    if (read >= names_.size()) {
      ok_ = false;
      return;
    }
    value = names_[read];
  }
  void text(std::string& value) { value = bytes(number()); }
  void span(Span& value) {
    const std::uint64_t read = number();
    if (read == 0) return;
    const std::uint64_t zigzag = read - 1;
    const auto delta =
        static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
    const std::uint64_t size = number();
    constexpr std::int64_t kLimit = std::int64_t{1} << 33;
    if (delta < -kLimit || delta > kLimit || size > kNone) {
      ok_ = false;
      return;
    }
    const std::int64_t begin = std::int64_t{previous_begin_} + delta;
    const std::int64_t end = begin + static_cast<std::int64_t>(size);
    if (begin < 0 || end >= std::int64_t{kNone}) {
      ok_ = false;
      return;
    }
    value = {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
    previous_begin_ = value.begin;
  }
  template <class E>
  void enumerator(E& value, E last) {
    const auto read = static_cast<unsigned char>(byte());
    if (read > static_cast<unsigned char>(last)) {
      ok_ = false;
      return;
    }
    value = static_cast<E>(read);
  }
  template <class T, class Visit>
  void list(std::vector<T>& items, Visit visit) {
    const std::uint64_t n = number();
    // Each item takes a byte at least, so a damaged count cannot ask for more than the input is
    // worth.
    if (n > bytes_.size() - at_) ok_ = false;
    for (std::uint64_t i = 0; ok_ && i < n; ++i) {
      T item{};
      visit(*this, item);
      items.push_back(std::move(item));
    }
    if (ok_) items.shrink_to_fit();
  }

 private:
  char byte() {
    if (at_ >= bytes_.size()) {
      ok_ = false;
      return '\0';
    }
    return bytes_[at_++];
  }
  std::string_view bytes(std::uint64_t n) {
    if (!ok_ || n > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    const std::string_view read = bytes_.substr(at_, n);
    at_ += n;
    return read;
  }
  void names() {
    const std::uint64_t n = number();
    if (n > bytes_.size() - at_) ok_ = false;
    for (std::uint64_t i = 0; ok_ && i < n; ++i) names_.push_back(Name::of(bytes(number())));
  }

  std::string_view bytes_;
  source::FileId file_;
  std::size_t at_ = 0;
  bool ok_ = true;
  std::vector<Name> names_;
  std::uint32_t previous_begin_ = 0;
};

/// `T&` when reading, `const T&` when writing.
template <class Archive, class T>
using Ref = std::conditional_t<Archive::kReads, T&, const T&>;

template <class Archive>
void fields(Archive& io, Ref<Archive, Local> local) {
  io.name(local.name);
  io.enumerator(local.kind, Local::Kind::Free);
  io.index(local.outer);
  io.index(local.type);
  io.span(local.span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Annotation> annotation) {
  io.index(annotation.value);
  io.span(annotation.span);
}

template <class Archive, class T>
void items(Archive& io, T& all);

template <class Archive>
void fields(Archive& io, Ref<Archive, Type> type) {
  io.name(type.name);
  io.list(type.arguments, [](Archive& in, auto& index) { in.index(index); });
  io.index(type.class_index);
  io.span(type.span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Parameter> parameter) {
  io.index(parameter.local);
  io.enumerator(parameter.kind, Parameter::Kind::KeywordRest);
  io.flag(parameter.has_default);
  io.index(parameter.default_value);
  items(io, parameter.annotations);
  io.span(parameter.span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Operand> operand) {
  io.enumerator(operand.kind, Operand::Kind::Spread);
  io.index(operand.value);
  io.index(operand.key);
  io.name(operand.name);
  io.span(operand.span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Instruction> instruction) {
  io.enumerator(instruction.op, Op::Unknown);
  io.enumerator(instruction.kind, static_cast<std::uint8_t>(LiteralKind::Bytes));
  io.flag(instruction.is_new);
  io.flag(instruction.is_class);
  io.index(instruction.result);
  io.index(instruction.a);
  io.index(instruction.b);
  io.index(instruction.c);
  io.name(instruction.name);
  io.index(instruction.index);
  io.index(instruction.first_operand);
  io.index(instruction.n_operands);
  io.span(instruction.span);
  io.span(instruction.name_span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Block> block) {
  items(io, block.instructions);
  io.enumerator(block.end.kind, Terminator::Kind::Stop);
  io.index(block.end.value);
  io.index(block.end.target);
  io.index(block.end.otherwise);
  io.span(block.end.span);
  io.index(block.handler);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Function> function) {
  io.name(function.name);
  io.index(function.parent);
  io.index(function.owner);
  items(io, function.parameters);
  io.index(function.self);
  io.index(function.return_type);
  items(io, function.annotations);
  io.flag(function.is_async);
  io.flag(function.is_generator);
  io.flag(function.is_static);
  io.flag(function.is_class_method);
  io.flag(function.is_getter);
  io.flag(function.is_setter);
  io.flag(function.is_constructor);
  io.flag(function.is_private);
  io.flag(function.is_abstract);
  items(io, function.locals);
  items(io, function.blocks);
  items(io, function.operands);
  io.span(function.span);
  io.span(function.name_span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Field> field) {
  io.name(field.name);
  io.index(field.type);
  io.index(field.initialiser);
  io.flag(field.is_static);
  io.flag(field.is_optional);
  io.flag(field.is_private);
  items(io, field.annotations);
  io.span(field.span);
  io.span(field.name_span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Class> declared) {
  const auto indices = [&](auto& all) {
    io.list(all, [](Archive& in, auto& index) { in.index(index); });
  };
  io.name(declared.name);
  io.enumerator(declared.kind, Class::Kind::Entity);
  io.index(declared.parent);
  io.index(declared.owner);
  io.index(declared.local);
  indices(declared.bases);
  indices(declared.base_types);
  items(io, declared.fields);
  indices(declared.methods);
  items(io, declared.annotations);
  io.span(declared.span);
  io.span(declared.name_span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Import> import) {
  io.name(import.module);
  io.name(import.imported);
  io.index(import.in);
  io.index(import.local);
  io.flag(import.is_star);
  io.flag(import.is_type_only);
  io.span(import.span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Export> exported) {
  io.name(exported.exported);
  io.index(exported.local);
  io.name(exported.module);
  io.name(exported.imported);
  io.span(exported.span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Node> node) {
  io.enumerator(node.kind, Node::Kind::Alias);
  io.name(node.key);
  io.name(node.text);
  io.index(node.parent);
  io.index(node.first_child);
  io.index(node.next);
  io.index(node.target);
  io.span(node.key_span);
  io.span(node.span);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Document> document) {
  io.name(document.format);
  items(io, document.nodes);
}

template <class Archive>
void fields(Archive& io, Ref<Archive, source::Problem> problem) {
  io.enumerator(problem.code, source::ProblemCode::LinkOutside);
  io.span(problem.span);
  io.text(problem.message);
}

template <class Archive, class T>
void items(Archive& io, T& all) {
  io.list(all, [](Archive& in, auto& item) { fields<Archive>(in, item); });
}

template <class Archive>
void fields(Archive& io, Ref<Archive, Module> module) {
  io.name(module.language);
  items(io, module.functions);
  items(io, module.classes);
  items(io, module.types);
  items(io, module.imports);
  items(io, module.exports);
  io.flag(module.exports_every_local);
  io.list(module.star_names, [](Archive& in, auto& name) { in.name(name); });
  io.flag(module.has_star_names);
  items(io, module.documents);
  items(io, module.problems);
}

}  // namespace

std::string encode(const Module& module) {
  Writer writer(module.file);
  fields<Writer>(writer, module);
  return std::move(writer).finish();
}

std::optional<Module> decode(std::string_view bytes, source::FileId file) {
  if (bytes.size() < kHeaderSize || bytes.substr(0, kMagic.size()) != kMagic) return std::nullopt;
  if (static_cast<unsigned char>(bytes[4]) != kCodecVersion) return std::nullopt;
  std::uint64_t hash = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    hash |= std::uint64_t{static_cast<unsigned char>(bytes[5 + i])} << (8 * i);
  }
  const std::string_view body = bytes.substr(kHeaderSize);
  if (base::hash64(body) != hash) return std::nullopt;
  Reader reader(body, file);
  Module module;
  module.file = file;
  fields<Reader>(reader, module);
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  if (!verify(module, kNone).empty()) return std::nullopt;
  return module;
}

}  // namespace privet::ir
