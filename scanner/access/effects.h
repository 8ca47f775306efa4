#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "access/code.h"
#include "flow/flow.h"

/// What one function does to records, after calls that belong together are put together: a query that
/// is built step by step, a record that is loaded, changed field by field and saved. Inside `access/`
/// only.
namespace privet::access {

/// Loads of functions, made when first asked for; they stay where they are. Not thread-safe.
class Effects {
 public:
  Effects(const Program& program, const flow::FlowResult& flows, Codes& codes)
      : program_(program), flows_(flows), codes_(codes) {}

  /// - Steps of one query are one Load, with the selectors of all of them: `filter_by(…).first()`.
  /// - A change of a record takes over how the record was found, and the fields that are stored into it
  ///   in this function.
  /// - A record that is made here and saved is created.
  /// - Stores into records of a session that is committed here are changes of them.
  const std::vector<flow::Load>& of(FunctionId function);

 private:
  struct Work;
  void join_steps(Work& work) const;
  void keep_first(Work& work) const;
  void complete_writes(Work& work) const;
  void add_stores(Work& work) const;
  void add_committed(Work& work) const;
  bool commits(FunctionId function) const;
  bool makes_record(const Work& work, const Site& made, program::EntityId entity) const;
  void add_made_of(const Work& work, const Site& made, flow::Load& load) const;
  /// A value that goes into a field of a record, or into whichever the code names at run time.
  struct Write {
    Site site;
    ir::LocalIndex record = ir::kNone;
    ir::LocalIndex value = ir::kNone;
    base::Name field;                ///< `*`: those that the request names
    source::Span span;
  };
  std::vector<Write> writes_in(const Code& code) const;
  std::optional<Write> write_by_call(const Code& code, const Site& site) const;
  bool named_by_request(const Code& code, ir::LocalIndex key, const Site& use) const;
  flow::Load::Selector written_by(const Site& site, base::Name field, ir::LocalIndex value, source::Span span) const;

  const Program& program_;
  const flow::FlowResult& flows_;
  Codes& codes_;
  std::unordered_map<std::uint32_t, std::vector<flow::Load>> made_;
};

}  // namespace privet::access
