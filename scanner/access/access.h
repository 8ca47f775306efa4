#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "flow/flow.h"

/// Who can reach each entry point, and which personal data is behind it. Program, Personal and
/// FlowResult come in; a frozen AccessMap goes out. Knows frameworks and guards, not rules.
namespace privet::access {

using EntryId = base::Id<struct EntryTag>;

/// Public: anybody. Authenticated: any logged-in caller. Permission: a role, scope or staff. Owner:
/// the record is tied to the caller. Unknown: a guard stands there that is not understood.
enum class Level : std::uint8_t { Public, Authenticated, Permission, Owner, Unknown };

/// A check on the way to a handler, effective or not.
struct SeenGuard {
  rule::Guard::Kind kind = rule::Guard::Kind::Authn;
  rule::Guard::Mode mode = rule::Guard::Mode::Required;
  bool effective = false;
  std::string name;              ///< as written: `requireLogin`, `IsAuthenticated`
  std::string why_not;           ///< "runs after the handler", "lets a missing token pass"
  source::Span span;
  program::FunctionId function;  ///< when it is the program's own
  std::vector<std::string> methods;  ///< the HTTP methods that it checks; empty: all
  bool needs_mark = false;       ///< lets callers pass where the route names no role
  bool object_only = false;      ///< asked only when the view fetches one object
};

/// One way in: a route, resolver, server action, message consumer.
struct Entry {
  std::string protocol;          ///< `http`, `graphql`, `rpc`, `queue`, `action`
  std::string method;            ///< `GET`, `*`
  std::string path;              ///< with all mounts: `/api/users/:id`; empty when unknown
  program::FunctionId handler;
  base::Name framework;
  source::Span span;             ///< the registration, else the handler's name
  program::ClassId view;         ///< the class that answers, if one does
  std::string router;            ///< tells siblings: entries of one router share it
  bool response_is_return = false;
  std::vector<SeenGuard> guards; ///< in order of execution
  Level level = Level::Unknown;
  std::string level_reason;
  bool path_complete = true;     ///< false: some prefix or middleware chain is not resolved
};

/// What an entry does with a record.
struct Touch {
  EntryId entry;
  Level level = Level::Unknown;  ///< of the entry, raised by checks in the code on the way to the record
  program::EntityId entity;
  rule::Access::Kind kind = rule::Access::Kind::Read;
  bool many = false;
  bool limited = false;
  bool returned = false;         ///< personal fields of it reach the response
  bool by_view = false;          ///< … through the serializer of the view, whose base class answers
  bool whole = false;            ///< … which does not list them
  bool exported = false;         ///< … or rows of a file that is made for whoever asked
  bool by_request_id = false;    ///< selected by a value of the request
  bool owned = false;            ///< tied to the caller (frameworks.md 1.3)
  std::string owned_reason;
  program::Site site;            ///< invalid when the view's base class answers by itself
  source::Span span;
  const flow::Load* load = nullptr;
  std::vector<const flow::Flow*> flows;  ///< to the response of this entry
  std::vector<base::Name> fields;        ///< personal fields that leave, when the base class answers
};

/// A check of the caller whose yes only leaves records out and whose no turns nobody away:
/// `if has_access(…): query = query.filter(…)`, and the query as it was for all others.
struct LooseCheck {
  program::FunctionId function;
  program::EntityId entity;      ///< whose records the query gives
  std::string text;              ///< as written, at most 60 bytes
  source::Span span;
};

/// What a client of the program decides by itself about the caller, beside a call of entries of the program.
struct ClientCheck {
  enum class Kind : std::uint8_t { Role, OwnOnly };
  program::FunctionId function;
  std::vector<EntryId> entries;  ///< that the call asks for
  Kind kind = Kind::Role;        ///< OwnOnly: of all that the answer holds, the client keeps the caller's
  std::string text;              ///< of the condition, at most 60 bytes
  source::Span span;
  source::Span call;
};

class AccessMap {
 public:
  AccessMap(AccessMap&&) noexcept;
  ~AccessMap();
  const std::vector<Entry>& entries() const;       ///< by span
  const std::vector<Touch>& touches() const;       ///< by entry, then site
  /// What handlers return and their framework sends, as flows into `http-response`: those that no call
  /// sends already. By handler, then span.
  const std::deque<flow::Flow>& returned() const;
  /// The flow as a schema of the route lets it leave: itself as a rule, nullptr when nothing of it does.
  const flow::Flow* as_sent(const flow::Flow& flow) const;
  /// In functions that some entry reaches, by function.
  const std::vector<LooseCheck>& loose_checks() const;
  /// By function.
  const std::vector<ClientCheck>& client_checks() const;
  /// Functions that the handler of an entry can reach, itself included, by id.
  const std::vector<program::FunctionId>& reached(EntryId entry) const;
  /// Entries whose handler can reach the function; at most 8.
  std::vector<EntryId> entries_of(program::FunctionId function) const;
  /// The most open level among the entries that reach a function; Unknown without entries.
  Level exposure_of(program::FunctionId function) const;

  struct Tables;
 private:
  friend class AccessBuilder;
  explicit AccessMap(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

AccessMap map_access(const program::Program& program, const personal::Personal& personal,
                     const flow::FlowResult& flows);

}  // namespace privet::access
