#pragma once

#include <vector>

#include "finding/match.h"

/// What the way of a flow tells of the value that arrives: all of it or a part, one or many, sure or a guess.
/// Inside `finding/` only.
namespace privet::finding {

bool listed(const std::vector<base::Name>& names, base::Name name);

/// True if only some field of the input got there.
bool is_part(const Facts& facts, const flow::Flow& flow);

/// True if a collection of values arrives, not one of its elements.
bool arrives_as_many(const Facts& facts, const flow::Flow& flow);

/// True if what programs say of their work (logs, errors, addresses that they call) holds the value only by a
/// guess: it came by a shared place or an exception, by a long way, out of some field, or through something
/// unknown and then from function to function. Such texts are made from whatever is at hand.
bool is_guess(const Facts& facts, const flow::Flow& flow);

/// True if an error of a check of input gives back what was put in, to whoever put it in; or the text of an
/// error is far from where the value is known.
bool answers_who_typed(const flow::Flow& flow);

/// True if it went into a variable or field that is said to hold a key: `customerId = event.customer`.
bool is_said_to_be_key(const Facts& facts, const flow::Flow& flow);

/// True if a password goes to the database that asks for it: `CREATE ROLE … PASSWORD …`.
bool makes_role(const Facts& facts, const flow::Flow& flow);

/// True if the value is the address that is called, as it is, so that its name says where to and not what is in
/// it: `post(recipient)`.
bool is_address_itself(const Facts& facts, const flow::Flow& flow);

}  // namespace privet::finding
