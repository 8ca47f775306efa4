#include "access/client_checks.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "access/operands.h"

namespace privet::access {
namespace {

constexpr int kMostScopes = 4;
constexpr std::size_t kMostSteps = 16;
constexpr std::size_t kMostEntries = 4;

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) segments.push_back(path.substr(0, slash));
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return segments;
}

bool is_parameter(std::string_view segment) {
  return segment.starts_with(':') || segment.find_first_of("{<*[") != std::string_view::npos;
}

/// `/api/members/{}?full=1` asks for `/api/members/:id`.
bool asks_for(std::string_view url, std::string_view path) {
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    const std::size_t slash = url.find('/', scheme + 3);
    url = slash == std::string_view::npos ? std::string_view{} : url.substr(slash);
  }
  // `${API}/members`: the base is what is not known.
  if (url.starts_with("{}/")) url.remove_prefix(2);
  url = url.substr(0, url.find_first_of("?#"));
  const auto asked = segments_of(url);
  const auto own = segments_of(path);
  if (asked.empty() || asked.size() != own.size() || !url.starts_with('/')) return false;
  bool fixed = false;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (is_parameter(own[i])) continue;
    if (asked[i] != own[i]) return false;
    fixed = true;
  }
  return fixed;
}

/// Finds where clients ask and decide.
class Finder {
 public:
  Finder(const Program& program, Codes& codes, Guards& guards, const std::vector<Entry>& entries)
      : program_(program), codes_(codes), guards_(guards), entries_(entries) {}

  std::vector<ClientCheck> run() {
    if (entries_.empty()) return {};
    for (std::uint32_t f = 0; f < program_.n_functions(); ++f) find_in(FunctionId{f});
    return std::move(found_);
  }

 private:
  void find_in(FunctionId id) {
    const ir::Function& function = program_.function(id);
    if (function.blocks.size() > Code::kMaxBlocks) return;
    for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
      const auto& instructions = function.blocks[b].instructions;
      for (std::uint32_t i = 0; i < instructions.size(); ++i) {
        if (instructions[i].op != ir::Op::Call) continue;
        const Site site{id, b, i};
        const std::string method = client_method(site);
        if (method.empty()) continue;
        ir::AccessPath first;
        first.root = ir::AccessPath::Root::Argument;
        const program::Constant url = program_.constant_at(site, first);
        if (url.text.empty()) continue;
        std::vector<EntryId> asked = entries_for(method, url.text.text());
        if (asked.empty()) continue;
        if (const auto condition = role_before(site)) {
          found_.push_back({id, std::move(asked), ClientCheck::Kind::Role, condition->text, condition->span, instructions[i].span});
        } else if (const auto filter = own_filter(site)) {
          found_.push_back({id, std::move(asked), ClientCheck::Kind::OwnOnly, filter->text, filter->span, instructions[i].span});
        }
      }
    }
  }

  /// `GET` for `fetch(url)` and `axios.get(url)`, `*` where it is not known; empty for other calls.
  std::string client_method(const Site& site) const {
    static const Name kAsks = Name::of("http-client");
    const auto& symbols = program_.callees(site).symbols;
    for (const Name symbol : symbols) {
      const std::string_view text = symbol.text();
      for (const rule::FunctionModel* model : program_.rules().functions(symbol)) {
        if (!model->has_tag(kAsks)) continue;
        const std::string last = upper(text.substr(text.rfind('.') + 1));
        for (const char* verb : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
          if (last == verb) return last;
        }
        return stated_method(site);
      }
    }
    return {};
  }

  std::string stated_method(const Site& site) const {
    ir::AccessPath path;
    path.root = ir::AccessPath::Root::Argument;
    path.index = 1;
    path.fields = {Name::of("method")};
    const program::Constant method = program_.constant_at(site, path);
    if (method.kind == program::Constant::Kind::Text) return upper(method.text.text());
    path.fields.clear();
    return program_.argument_of(site, path) == ir::kNone ? "GET" : "*";
  }

  std::vector<EntryId> entries_for(std::string_view method, std::string_view url) const {
    std::vector<EntryId> asked;
    for (std::uint32_t e = 0; e < entries_.size() && asked.size() < kMostEntries; ++e) {
      const Entry& entry = entries_[e];
      const bool same_method = method == "*" || entry.method == "*" || entry.method == method;
      if (same_method && asks_for(url, entry.path)) asked.push_back(EntryId{e});
    }
    return asked;
  }

  struct Condition {
    std::string text;
    Span span;
  };

  /// The question for a role that has one answer wherever the block runs.
  std::optional<Condition> role_around(const Code& code, ir::BlockIndex block) {
    const auto& blocks = code.function().blocks;
    for (ir::BlockIndex b = 0; b < blocks.size(); ++b) {
      const ir::Terminator& end = blocks[b].end;
      if (end.kind != ir::Terminator::Kind::Branch || end.target == end.otherwise) continue;
      const bool yes = code.dominates(end.target, block) && !code.dominates(end.target, end.otherwise);
      const bool no = code.dominates(end.otherwise, block) && !code.dominates(end.otherwise, end.target);
      if (yes == no) continue;
      const Question question = guards_.question_of(code.id(), end.value);
      if (!question.role || question.credential) continue;
      return Condition{std::string(program_.sources().text(end.span).substr(0, 60)), end.span};
    }
    return std::nullopt;
  }

  /// In the function itself, or around the closure that it is: `isAdmin && <Button onClick={() => remove(id)}>`.
  std::optional<Condition> role_before(Site site) {
    for (int scope = 0; scope < kMostScopes; ++scope) {
      const Code& code = codes_.of(site.function);
      if (auto condition = role_around(code, site.block)) return condition;
      const ir::Function& function = code.function();
      if (function.parent == ir::kNone) return std::nullopt;
      const program::ModuleId module = program_.module_of(site.function);
      const FunctionId parent = program_.function_id(module, function.parent);
      const ir::FunctionIndex own = program_.ref_of(site.function).index;
      const std::optional<Site> made = use_of_closure(parent, own);
      if (!made) return std::nullopt;
      site = *made;
    }
    return std::nullopt;
  }

  /// Where a closure is handed on, else where it is made.
  std::optional<Site> use_of_closure(FunctionId parent, ir::FunctionIndex closure) const {
    const ir::Function& function = program_.function(parent);
    std::optional<Site> made;
    std::vector<ir::LocalIndex> same;
    for (ir::BlockIndex b = 0; b < function.blocks.size(); ++b) {
      for (std::uint32_t i = 0; i < function.blocks[b].instructions.size(); ++i) {
        const ir::Instruction& in = function.blocks[b].instructions[i];
        if (in.op == ir::Op::Closure && !in.is_class && in.index == closure) {
          made = Site{parent, b, i};
          same.push_back(in.result);
        } else if (in.op == ir::Op::Copy && std::find(same.begin(), same.end(), in.a) != same.end()) {
          same.push_back(in.result);
        } else if (made) {
          for (const ir::Operand& operand : operands_of(function, in)) {
            if (std::find(same.begin(), same.end(), operand.value) != same.end()) return Site{parent, b, i};
          }
        }
      }
    }
    return made;
  }

  /// `(await get("/attendees")).filter((a) => a.email === me.email)`.
  std::optional<Condition> own_filter(const Site& site) {
    const Code& code = codes_.of(site.function);
    std::vector<ir::LocalIndex> same{code.at(site).result};
    for (std::size_t i = 0; i < same.size() && i < kMostSteps; ++i) {
      for (ir::BlockIndex b = 0; b < code.function().blocks.size(); ++b) {
        const auto& instructions = code.function().blocks[b].instructions;
        for (std::uint32_t k = 0; k < instructions.size(); ++k) {
          const ir::Instruction& in = instructions[k];
          if (in.a != same[i] || in.result == ir::kNone) continue;
          const bool answer = in.op == ir::Op::Copy || (in.op == ir::Op::Load && !in.name.empty()) ||
                              (in.op == ir::Op::Call && in.name.text() == "json");
          if (answer) same.push_back(in.result);
          const bool filters = in.op == ir::Op::Call && (in.name.text() == "filter" || in.name.text() == "find");
          if (filters && compares_with_caller(code, in)) {
            return Condition{std::string(program_.sources().text(in.span).substr(0, 60)), in.span};
          }
        }
      }
    }
    return std::nullopt;
  }

  bool compares_with_caller(const Code& code, const ir::Instruction& call) {
    for (const ir::Operand& operand : operands_of(code.function(), call)) {
      for (const Ref& ref : program_.refs(code.id(), operand.value)) {
        if (ref.kind != Ref::Kind::Function) continue;
        const FunctionId callback{ref.id};
        for (const ir::Block& block : program_.function(callback).blocks) {
          if (block.end.kind != ir::Terminator::Kind::Return || block.end.value == ir::kNone) continue;
          const Question question = guards_.question_of(callback, block.end.value);
          if (question.comparison && question.principal) return true;
        }
      }
    }
    return false;
  }

  const Program& program_;
  Codes& codes_;
  Guards& guards_;
  const std::vector<Entry>& entries_;
  std::vector<ClientCheck> found_;
};

}  // namespace

std::vector<ClientCheck> client_checks(const Program& program, Codes& codes, Guards& guards,
                                       const std::vector<Entry>& entries) {
  return Finder(program, codes, guards, entries).run();
}

}  // namespace privet::access
