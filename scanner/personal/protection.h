#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/name.h"
#include "rule/data_types.h"

namespace privet::personal {

/// What a call does to a value, by the words of its name. taxonomy 10; the words are in
/// `rules/data/protections.yaml`.
enum class ProtectionKind : std::uint8_t {
  None,
  KeyedHash,      ///< level L1, still personal
  Tokenised,      ///< level L1, still personal
  PasswordHash,   ///< a credential that nobody can read back
  Hashed,         ///< guessable values stay as they are
  Encrypted,      ///< level L1 until decrypted
  Decrypted,      ///< the type is back
  Encoding,       ///< changes nothing
  Masked,         ///< level L1; a credential only when removed in full
  Truncated,
  Generalised,    ///< one or two levels down
  Anonymised,
  Aggregated,     ///< nothing personal left
  Presence,       ///< a yes or no
  Projection,     ///< only the listed fields
  SinkRedaction,  ///< the covered paths only
  Consent,
  Synthetic,      ///< never was personal
  Zeroised,
};

/// What engines join over; None for kinds that keep the value as it is.
rule::Protection protection_of(ProtectionKind kind);
std::string_view protection_name(ProtectionKind kind);

/// Recognises protections where no library model says what a function does.
class Protections {
 public:
  explicit Protections(const rule::DataTypes& types);
  ~Protections();
  Protections(const Protections&) = delete;
  Protections& operator=(const Protections&) = delete;

  /// `callee`: dotted name as written or resolved, `crypto.createHmac`. The last part decides; the
  /// words before it count when it has none. Memoised; any thread.
  ProtectionKind kind_of_call(base::Name callee) const;

  struct Tables;

 private:
  std::unique_ptr<Tables> tables_;
};

}  // namespace privet::personal
