#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/name.h"
#include "program/program.h"

/// The constraint graph of points-to: nodes that hold values, and uses that wait for values to arrive.
/// Knows how sets grow and how keys are found; the meaning of a use is the solver's.
namespace privet::program {

using ValueId = std::uint32_t;
using NodeId = std::uint32_t;
using ir::kNone;

/// Open addressing from a pair of 32-bit keys to a 32-bit value. Never iterated, since one of the
/// keys is often a Name, whose number depends on threads.
class PairMap {
 public:
  /// The slot of the key, kNone when new.
  std::uint32_t& slot(std::uint32_t a, std::uint32_t b);
  std::uint32_t find(std::uint32_t a, std::uint32_t b) const;
  /// True if the pair was not there before.
  bool insert(std::uint32_t a, std::uint32_t b);
  std::size_t size() const { return size_; }

 private:
  struct Row {
    std::uint64_t key = 0;
    std::uint32_t value = kNone;
    bool used = false;
  };
  static std::size_t hash(std::uint64_t key);
  void grow();

  std::vector<Row> rows_;
  std::size_t size_ = 0;
};

/// Every different Ref has one number; equal numbers mean equal Refs.
class Values {
 public:
  ValueId intern(const Ref& ref);
  ValueId of(Ref::Kind kind, std::uint32_t id, bool list = false) {
    return intern(Ref{kind, list, id, {}});
  }
  ValueId of(Ref::Kind kind, Name name, bool list = false) { return intern(Ref{kind, list, 0, name}); }
  /// kNone when no value is that.
  ValueId find(const Ref& ref) const;
  const Ref& operator[](ValueId id) const { return refs_[id]; }
  ValueId with_list(ValueId id, bool list);
  std::size_t size() const { return refs_.size(); }

 private:
  PairMap ids_;
  std::vector<Ref> refs_;
};

/// What happens to a value that arrives at a node.
enum class UseKind : std::uint8_t {
  Copy,          ///< to node `target`
  ToList,        ///< a list of it
  ToElement,     ///< what it yields when iterated
  Instance,      ///< what the class or model makes
  InstanceList,  ///< a list of what the class or model makes
  Functions,     ///< only functions pass
  Types,         ///< only what types of libraries and the program's functions say passes, no record
  Load,          ///< `target`: row of loads
  Store,         ///< row of stores
  Call,          ///< row of calls; the value is the callee or the receiver
  Invoke,        ///< row of invocations; the value is a callback
  CopyFields,    ///< `target` ValueId of an object that gets all fields
  Base,          ///< `target` ClassId, of which the value is a base
};

class Graph {
 public:
  NodeId add_node();
  std::size_t n_nodes() const { return nodes_.size(); }

  /// True if it was not there. A full node drops the value.
  bool add_value(NodeId node, ValueId value);
  bool is_full(NodeId node) const { return nodes_[node].full; }
  std::size_t n_values(NodeId node) const { return nodes_[node].n; }
  ValueId value(NodeId node, std::size_t i) const {
    const Node& at = nodes_[node];
    return at.more == kNone ? at.few[i] : blocks_[at.more].values[i];
  }
  bool has_value(NodeId node, ValueId value) const;

  /// The use gets what is already there too, by the work list.
  void add_use(NodeId node, UseKind kind, std::uint32_t target);

  /// The next value that meets a use; false when all is done.
  struct Event {
    UseKind kind;
    std::uint32_t target;
    ValueId value;
  };
  /// Runs until nothing is left or `steps` are used up; true if all is done.
  template <class Handler>
  bool run(std::uint64_t& steps, Handler&& handle) {
    while (copy_new_fields(steps) && head_ < queue_.size()) {
      const NodeId node = queue_[head_++];
      if (head_ > 1u << 20) {
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(head_));
        head_ = 0;
      }
      nodes_[node].queued = false;
      // Old uses get the new values; uses added since the last visit get all.
      const std::uint32_t n_old = nodes_[node].n_done;
      const std::uint32_t n = nodes_[node].n;
      const std::uint32_t first = nodes_[node].uses;
      const std::uint32_t seen = nodes_[node].uses_done;
      nodes_[node].n_done = static_cast<std::uint8_t>(n);
      nodes_[node].uses_done = first;
      bool is_new = true;
      for (std::uint32_t use = first; use != kNone; use = uses_[use].next) {
        if (use == seen) is_new = false;
        for (std::uint32_t i = is_new ? 0 : n_old; i < n; ++i) {
          if (steps == 0) return false;
          --steps;
          handle(Event{uses_[use].kind, uses_[use].target, value(node, i)});
        }
      }
    }
    return pending_.empty();
  }

  /// The node of a field of an object, class, instance or function; made on demand.
  NodeId field(ValueId owner, Name name);
  NodeId find_field(ValueId owner, Name name) const { return fields_.find(owner, name.index()); }
  /// Names of the fields made so far, in that order; for objects only a few are ever asked.
  struct FieldEntry {
    Name name;
    NodeId node;
    std::uint32_t next;
  };
  std::uint32_t first_field(ValueId owner) const {
    return owner < heads_.size() ? heads_[owner] : kNone;
  }
  const FieldEntry& field_entry(std::uint32_t at) const { return entries_[at]; }

  /// All fields of `from`, present and future, also go to `to`.
  void copy_fields(ValueId from, ValueId to);

 private:
  struct Node {
    std::uint32_t uses = kNone;
    std::uint32_t uses_done = kNone;
    std::uint32_t more = kNone;
    ValueId few[2] = {0, 0};
    std::uint8_t n = 0;
    std::uint8_t n_done = 0;
    bool queued = false;
    bool full = false;
  };
  struct Block {
    ValueId values[kMaxRefs];
  };
  struct Use {
    std::uint32_t next;
    std::uint32_t target;
    UseKind kind;
  };
  void enqueue(NodeId node);
  /// Fields made since the last call go where their owners are copied to; false: out of steps.
  /// A list and no recursion, since chains of spreads are as long as the input likes.
  bool copy_new_fields(std::uint64_t& steps);

  std::vector<Node> nodes_;
  std::vector<Block> blocks_;
  std::vector<Use> uses_;
  std::vector<NodeId> queue_;
  std::size_t head_ = 0;
  PairMap fields_;
  std::vector<FieldEntry> entries_;
  std::vector<std::uint32_t> heads_;
  std::unordered_map<ValueId, std::vector<ValueId>> copies_;
  PairMap copied_;
  PairMap copied_fields_;
  struct NewField {
    ValueId owner;
    Name name;
    NodeId node;
  };
  std::vector<NewField> pending_;
};

}  // namespace privet::program
