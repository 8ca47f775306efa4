#pragma once

#include <optional>
#include <vector>

#include "access/routes.h"
#include "personal/personal.h"
#include "program/program.h"
#include "rule/framework.h"

/// Views whose base class reads, shows and writes records by itself: the class only names the records
/// and the serializer. Inside `access/` only.
namespace privet::access {

struct GenericView {
  program::EntityId entity;
  std::vector<base::Name> fields;   ///< personal fields that the serializer lets through
  bool limited = false;             ///< a pagination class stands there
  bool serialised = false;          ///< by a serializer of the program; else a template shows what it likes
  bool whole = false;               ///< the serializer lists neither fields nor what it leaves out
  source::Span span;                ///< the serializer's field, else the records'
};

GenericView generic_view(const program::Program& program, const personal::Personal& personal,
                         const rule::RouteModel& route, program::ClassId view);

/// The personal fields of `entity` that a serializer or DTO lets out: those of the record it describes
/// that it lists, or all but the hidden ones.
std::vector<base::Name> fields_let_through(const program::Program& program,
                                           const personal::Personal& personal,
                                           program::EntityId entity, program::EntityId serializer);

/// What stands above a handler of the shape in which its answer leaves: `@marshal_with(MEMBER)`, models tag
/// such calls `answer-shape`.
struct DeclaredAnswer {
  program::EntityId shape;          ///< invalid: one that the program does not show
  std::vector<base::Name> fields;   ///< listed there: `only=("id",)`, `{"id": fields.Integer}`; empty: all of the shape
  bool many = false;
};
std::optional<DeclaredAnswer> declared_answer(const program::Program& program, Codes& codes,
                                              program::FunctionId handler);

/// The shape that a route lets its answer leave in: `response_model=MemberOut`, `-> list[MemberOut]`, one
/// declared above the handler, or in the chain that makes the route, `procedure.output(MEMBER).query(…)`.
/// None when there is none, or it is the stored record itself.
std::optional<DeclaredAnswer> answer_shape(const program::Program& program, Codes& codes, const Registration& route);

/// True if all that the record has leaves: the shape is the record, or made of it without a choice.
bool shows_all(const program::Program& program, const DeclaredAnswer& answer, program::EntityId record);

/// True if all fields of the shape are known down to plain values, so that what it lacks cannot leave.
bool is_known_whole(const program::Program& program, program::EntityId shape);

/// True if the shape has the field and shows it.
bool lets_through(const program::Program& program, program::EntityId shape, base::Name field);

}  // namespace privet::access
