#include "ir/text_locals.h"

#include "ir/text_words.h"

namespace privet::ir::text {
namespace {

constexpr std::uint32_t kMaxLocals =
    10'000'000;  // hostile texts name one capture per nesting level

class Binder {
 public:
  Binder(Module& module, std::vector<Tokens>& tokens, Scanner& scanner)
      : module_(module), tokens_(tokens), scanner_(scanner) {}

  void bind() {
    for (FunctionIndex f = 0; f < tokens_.size() && !scanner_.failed(); ++f) {
      // Indices, since captures add tokens to the vectors.
      const std::vector<std::uint32_t> listed = tokens_[f].listed;
      for (const std::uint32_t token : listed) bind_token(f, token);
      for (std::uint32_t token = 0; token < tokens_[f].all.size(); ++token) bind_token(f, token);
    }
    if (scanner_.failed()) return;
    for (FunctionIndex f = 0; f < tokens_.size(); ++f) replace(f);
    for (Class& declared : module_.classes) replace(declared);
    for (Import& import : module_.imports) replace(import.in, import.local);
    for (Export& exported : module_.exports) replace(0, exported.local);
  }

 private:
  void bind_token(FunctionIndex f, std::uint32_t index) {
    if (scanner_.failed() || tokens_[f].all[index].local != kNone) return;
    const Token token = tokens_[f].all[index];
    const FunctionIndex parent = module_.functions[f].parent;
    Local local;
    local.name = token.name;
    local.type = token.type;
    local.span = token.span;
    local.kind = token.kind;
    if (!token.has_kind) {
      if (token.mark == '%') {
        local.kind = Local::Kind::Temporary;
      } else if (token.mark == '^') {
        local.kind = Local::Kind::Captured;
      } else if (token.bound) {
        local.kind = Local::Kind::Variable;
      } else {
        local.kind = parent == kNone ? Local::Kind::Free : Local::Kind::Captured;
      }
    }
    if (local.kind == Local::Kind::Captured) {
      if (parent == kNone) return scanner_.fail("the body of the file captures nothing");
      const std::string mark_and_name = "^" + token.spelling;
      if (token.mark == '\0' && !token.has_kind) {
        const auto same = tokens_[f].by_spelling.find(mark_and_name);
        if (same != tokens_[f].by_spelling.end()) {
          bind_token(f, same->second);
          tokens_[f].all[index].local = tokens_[f].all[same->second].local;
          return;
        }
      }
      local.outer = token.outer.empty() ? outer(parent, token.name) : known(parent, token.outer);
      if (local.outer == kNone) return scanner_.fail("no local `" + token.outer + "` outside");
    }
    tokens_[f].all[index].local = add(f, local);
    if (local.kind == Local::Kind::Captured && token.mark == '\0' && !token.has_kind) {
      tokens_[f].by_spelling.emplace("^" + token.spelling, index);
    }
  }

  LocalIndex add(FunctionIndex f, const Local& local) {
    if (++n_locals_ > kMaxLocals) scanner_.fail("too many locals");
    auto& locals = module_.functions[f].locals;
    locals.push_back(local);
    return static_cast<LocalIndex>(locals.size() - 1);
  }

  LocalIndex known(FunctionIndex f, const std::string& spelling) const {
    const auto found = tokens_[f].by_spelling.find(spelling);
    return found == tokens_[f].by_spelling.end() ? kNone : tokens_[f].all[found->second].local;
  }

  /// The local of `f` for the variable `name` of `f` or outside of it.
  LocalIndex outer(FunctionIndex f, Name name) {
    std::string spelling;
    if (is_plain_name(name.text()) && !is_reserved(name.text())) {
      spelling = name.text();
    } else {
      append_quoted(spelling, name.text(), '`');
    }
    std::vector<FunctionIndex> through;
    LocalIndex found = kNone;
    for (FunctionIndex at = f;; at = module_.functions[at].parent) {
      found = known(at, spelling);
      if (found == kNone) found = known(at, "^" + spelling);
      if (found != kNone) break;
      if (at == 0) {
        Local free;
        free.name = name;
        free.kind = Local::Kind::Free;
        found = add_token(0, spelling, '\0', free);
        break;
      }
      through.push_back(at);
    }
    while (!through.empty()) {
      Local captured;
      captured.name = name;
      captured.kind = Local::Kind::Captured;
      captured.outer = found;
      found = add_token(through.back(), spelling, '^', captured);
      through.pop_back();
    }
    return found;
  }

  LocalIndex add_token(FunctionIndex f, const std::string& spelling, char mark, Local local) {
    const std::uint32_t token =
        tokens_[f].find_or_add(spelling, local.name.text(), mark, local.span);
    const LocalIndex index = add(f, local);
    tokens_[f].all[token].local = index;
    return index;
  }

  void replace(FunctionIndex f, std::uint32_t& token) const {
    if (token == kNone) return;
    token = tokens_[f].all[token].local;
  }

  void replace(FunctionIndex f) {
    Function& function = module_.functions[f];
    for (Block& block : function.blocks) {
      for (Instruction& instruction : block.instructions) {
        replace(f, instruction.result);
        replace(f, instruction.a);
        replace(f, instruction.b);
        replace(f, instruction.c);
      }
      replace(f, block.end.value);
    }
    for (Operand& operand : function.operands) {
      replace(f, operand.value);
      replace(f, operand.key);
    }
    replace(f, function.self);
    for (Parameter& parameter : function.parameters) {
      replace(f, parameter.local);
      if (function.parent == kNone) continue;
      replace(function.parent, parameter.default_value);
      for (Annotation& annotation : parameter.annotations)
        replace(function.parent, annotation.value);
    }
    if (function.parent == kNone) return;
    for (Annotation& annotation : function.annotations) replace(function.parent, annotation.value);
  }

  void replace(Class& declared) {
    replace(declared.parent, declared.local);
    for (LocalIndex& base : declared.bases) replace(declared.parent, base);
    for (Annotation& annotation : declared.annotations) replace(declared.parent, annotation.value);
    for (Field& field : declared.fields) {
      replace(declared.parent, field.initialiser);
      for (Annotation& annotation : field.annotations) replace(declared.parent, annotation.value);
    }
  }

  Module& module_;
  std::vector<Tokens>& tokens_;
  Scanner& scanner_;
  std::uint32_t n_locals_ = 0;
};

}  // namespace

std::uint32_t Tokens::find_or_add(std::string_view spelling, std::string_view name, char mark,
                                  Span span) {
  std::string key;
  if (mark != '\0') key += mark;
  key += spelling;
  const auto [found, is_new] = by_spelling.emplace(key, static_cast<std::uint32_t>(all.size()));
  if (!is_new) return found->second;
  Token token;
  token.spelling = spelling;
  token.name = Name::of(name);
  token.mark = mark;
  token.span = span;
  all.push_back(std::move(token));
  return found->second;
}

std::uint32_t Tokens::fresh(Span span) {
  Token token;
  token.mark = '%';
  token.span = span;
  all.push_back(std::move(token));
  return static_cast<std::uint32_t>(all.size() - 1);
}

void bind_locals(Module& module, std::vector<Tokens>& tokens, Scanner& scanner) {
  Binder(module, tokens, scanner).bind();
}

}  // namespace privet::ir::text
