#include <algorithm>
#include <cctype>

#include "program/constants.h"
#include "program/linker.h"

/// Freezing: from the constraint graph to arrays that are read from any thread.
namespace privet::program {
namespace {

bool by_kind_and_text(const Ref& a, const Ref& b) {
  if (a.kind != b.kind) return a.kind < b.kind;
  if (a.name != b.name) return a.name.text() < b.name.text();
  if (a.id != b.id) return a.id < b.id;
  return a.list < b.list;
}

/// Site numbers that sort as sites do.
void sort_unique(std::vector<FunctionId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

/// The names in a text that lists fields: `id, email`, `members.email as mail`.
void add_listed(std::string_view text, std::vector<Name>& names) {
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = std::min(text.find(',', at), text.size());
    std::string_view word = text.substr(at, end - at);
    at = end + 1;
    word.remove_prefix(std::min(word.find_first_not_of(" \n\t+-"), word.size()));
    word = word.substr(0, word.find_first_of(" \n\t"));
    word = word.substr(word.rfind('.') + 1);
    const bool name = !word.empty() && std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
    if (name) names.push_back(Name::of(word));
  }
}

void add_names(const Constant& constant, std::vector<Name>& names) {
  if (constant.kind == Constant::Kind::Text) add_listed(constant.text.text(), names);
  for (const auto& [key, value] : constant.entries) {
    // `$set`, `$inc`: an operator, whose operand has the fields.
    if (constant.kind == Constant::Kind::Map && !key.text().starts_with('$')) names.push_back(key);
    if (constant.kind == Constant::Kind::List && value.kind == Constant::Kind::Text) add_listed(value.text.text(), names);
  }
}

}  // namespace

Program Linker::finish() {
  Program::Tables& tables = *tables_;
  collect_aliases();
  const auto n_nodes = static_cast<std::uint32_t>(graph_->n_nodes());
  tables.first_ref.reserve(n_nodes + 1);
  for (NodeId node = 0; node < n_nodes; ++node) {
    tables.first_ref.push_back(static_cast<std::uint32_t>(tables.refs.size()));
    for (std::size_t i = 0; i < graph_->n_values(node); ++i) {
      tables.refs.push_back((*values_)[graph_->value(node, i)]);
    }
    if (graph_->n_values(node) > 1) {
      std::sort(tables.refs.begin() + tables.first_ref.back(), tables.refs.end(), by_kind_and_text);
    }
  }
  tables.first_ref.push_back(static_cast<std::uint32_t>(tables.refs.size()));

  for (std::uint32_t call = 0; call < calls_.size(); ++call) {
    Callees& callees = tables.callees[call];
    const CallSite& site = calls_[call];
    // Functions handed to someone we cannot look into may be called.
    if (callees.functions.empty()) {
      const ir::Instruction& at = tables.instruction(site.site);
      const auto& operands = tables.function(site.site.function).operands;
      for (std::uint32_t i = 0; i < at.n_operands && at.op == ir::Op::Call; ++i) {
        const ir::Operand& operand = operands[at.first_operand + i];
        if (operand.value == kNone) continue;
        for (const Ref& ref : tables.refs_of(node_at(site.site.function, operand.value))) {
          if (ref.kind == Ref::Kind::Function && !ref.list) callees.callbacks.push_back(FunctionId{ref.id});
        }
      }
    }
    sort_unique(callees.functions);
    sort_unique(callees.callbacks);
    std::sort(callees.constructed.begin(), callees.constructed.end());
    // Guesses give way to what rules speak of.
    const bool some_known = std::any_of(callees.symbols.begin(), callees.symbols.end(),
                                        [this](Name symbol) { return is_known(symbol); });
    if (some_known) {
      std::erase_if(callees.symbols, [this](Name symbol) { return !is_known(symbol); });
    }
    std::sort(callees.symbols.begin(), callees.symbols.end(), base::ByText());
    callees.complete = graph_->n_values(site.callee) > 0 && !graph_->is_full(site.callee) && !site.unresolved &&
                       !(callees.functions.empty() && callees.symbols.empty() && callees.constructed.empty());
  }

  // Callers: everyone who calls, constructs with, reads through a getter, or hands over.
  std::vector<std::pair<FunctionId, Site>> pairs;
  for (std::uint32_t call = 0; call < calls_.size(); ++call) {
    for (const FunctionId id : tables.callees[call].functions) pairs.emplace_back(id, calls_[call].site);
    for (const FunctionId id : tables.callees[call].callbacks) pairs.emplace_back(id, calls_[call].site);
  }
  for (const auto& [function, site] : getter_uses_) {
    pairs.emplace_back(function, site);
    std::uint32_t& row = tables.call_of[tables.instruction_index(site)];
    if (row == kNone) {
      row = static_cast<std::uint32_t>(tables.callees.size());
      tables.callees.emplace_back();
      tables.callees.back().complete = true;
    }
    auto& functions = tables.callees[row].functions;
    functions.push_back(function);
    sort_unique(functions);
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  std::size_t next = 0;
  for (std::uint32_t f = 0; f < tables.function_module.size(); ++f) {
    tables.first_caller.push_back(static_cast<std::uint32_t>(tables.callers.size()));
    for (; next < pairs.size() && pairs[next].first.value == f; ++next) tables.callers.push_back(pairs[next].second);
  }
  tables.first_caller.push_back(static_cast<std::uint32_t>(tables.callers.size()));

  collect_open_fields();
  for (const CallSite& site : calls_) tables.calls.push_back(site.site);
  for (auto& subclasses : tables.subclasses) std::sort(subclasses.begin(), subclasses.end());
  Program program(std::move(tables_));
  read_records(program, *program.tables_);
  return program;
}

/// The fields that a call on an open record names: in conditions, in what it writes, in what it asks for.
std::vector<Name> Linker::fields_named_at(std::uint32_t call) const {
  const Site site = calls_[call].site;
  std::vector<Name> names;
  const auto add_keys = [&](const ir::AccessPath& path) {
    const Constant constant = constant_at(*tables_, site, path);
    if (constant.kind == Constant::Kind::Text) return;  // a value, not the name of a field
    add_names(constant, names);
  };
  const auto add_list = [&](const ir::AccessPath& path) {
    for (const ir::Operand* operand : operands_at(*tables_, site, path)) {
      if (operand->value != kNone) add_names(constant_of(*tables_, site.function, operand->value), names);
    }
  };
  for (const Name symbol : tables_->callees[call].symbols) {
    for (const rule::FunctionModel* model : rules_->functions(symbol)) {
      for (const rule::Access& access : model->accesses) {
        for (const ir::AccessPath& path : access.where) {
          if (!access.by) add_keys(path);
        }
        for (const ir::AccessPath& path : access.data) add_keys(path);
        if (access.by) add_list(*access.by);
        if (access.fields) add_list(*access.fields);
      }
      for (const rule::Transfer& transfer : model->flows) {
        if (transfer.keep) add_list(*transfer.keep);
      }
    }
  }
  return names;
}

/// What the program reads from, writes to and asks open records by is all that is known of their shape.
void Linker::collect_open_fields() {
  const auto n_classes = static_cast<std::uint32_t>(tables_->class_module.size());
  const auto note = [this](std::uint32_t declared, Name field) {
    constexpr std::size_t kMostFields = 200;
    auto& fields = tables_->declared[declared].seen_fields;
    if (field.empty() || field == ir::any_element() || fields.size() >= kMostFields) return;
    if (std::find(fields.begin(), fields.end(), field) == fields.end()) fields.push_back(field);
  };
  for (std::uint32_t d = 0; d < tables_->declared.size(); ++d) {
    const rule::EntityModel* model = tables_->declared[d].model;
    if (model == nullptr || !model->open) continue;
    const ValueId record = values_->of(Ref::Kind::Instance, n_classes + d);
    for (std::uint32_t at = graph_->first_field(record); at != kNone; at = graph_->field_entry(at).next) {
      note(d, graph_->field_entry(at).name);
    }
  }
  for (std::uint32_t call = 0; call < calls_.size(); ++call) {
    const Site site = calls_[call].site;
    const ir::Instruction& at = tables_->instruction(site);
    if (at.op != ir::Op::Call || at.name.empty()) continue;
    for (const Ref& ref : tables_->refs_of(node_at(site.function, at.a))) {
      const bool record = ref.kind == Ref::Kind::Model || ref.kind == Ref::Kind::Instance;
      if (!record || ref.id < n_classes || ref.id - n_classes >= tables_->declared.size()) continue;
      const std::uint32_t declared = ref.id - n_classes;
      if (tables_->declared[declared].model == nullptr || !tables_->declared[declared].model->open) continue;
      for (const Name field : fields_named_at(call)) note(declared, field);
    }
  }
}

}  // namespace privet::program
