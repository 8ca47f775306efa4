#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "finding/match.h"

/// What checks over the access map share: reading a check's parameters, what a touch shows of a person,
/// and making a match of it.
namespace privet::finding {

/// The values of a parameter; nullptr when the rule does not give it.
const std::vector<std::string>* parameter(const rule::CheckForm& form, std::string_view name);
/// True if the rule does not restrict the parameter, or lists the value.
bool allows(const rule::CheckForm& form, std::string_view name, std::string_view value);
bool flag_fits(const rule::CheckForm& form, std::string_view name, bool value);
int number(const rule::CheckForm& form, std::string_view name, int otherwise);

std::string_view level_word(access::Level level);
std::string_view access_word(rule::Access::Kind kind);
bool is_write(rule::Access::Kind kind);

/// What reaches the response, or is written, as data types.
struct Shown {
  std::vector<rule::DataTypeId> data;
  std::vector<flow::OriginId> origins;
  bool likely = true;
  bool whole_record = false;
  bool unprinted = false;  ///< only pages get the record, which print of it what they like
};
Shown shown_by(const Facts& facts, const access::Touch& touch);

bool any_data(const Facts& facts, const std::vector<rule::DataTypeId>& data,
              const std::vector<std::string>& patterns);
/// Data types by which the record was asked for.
std::vector<rule::DataTypeId> selector_data(const Facts& facts, const access::Touch& touch);

/// False when a selector is a long random value, by its name.
bool is_guessable(const access::Touch& touch);
/// True if the request names the record by a secret that only its person was sent: the token of an invitation,
/// a session key. Who has it is who it was made for.
bool is_chosen_by_secret(const Facts& facts, const access::Touch& touch);
/// Somebody who logs in: the record holds a password, or its name says so. Contacts of guests and
/// recipients are data, not the way into an account.
bool is_account(const Facts& facts, program::EntityId id);

void describe_entry(const Facts& facts, const access::Entry& entry, Match& match);
Match match_of_touch(const Facts& facts, const rule::Rule& rule, const access::Touch& touch,
                     const Shown& shown);

}  // namespace privet::finding
