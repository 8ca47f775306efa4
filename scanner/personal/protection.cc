#include "personal/protection.h"

#include <array>
#include <string>
#include <vector>

#include "personal/lexicon_tables.h"
#include "personal/spelling.h"

namespace privet::personal {
namespace {

constexpr std::array<std::string_view, 19> kNames = {
    "none",     "keyed-hash", "tokenised",   "password-hash", "hashed",     "encrypted", "decrypted",
    "encoding", "masked",     "truncated",   "generalised",   "anonymised", "aggregated", "presence",
    "projection", "sink-redaction", "consent", "synthetic",   "zeroised"};

struct Row {
  ProtectionKind kind = ProtectionKind::None;
};

}  // namespace

std::string_view protection_name(ProtectionKind kind) {
  return kNames[static_cast<std::size_t>(kind)];
}

rule::Protection protection_of(ProtectionKind kind) {
  switch (kind) {
    case ProtectionKind::KeyedHash: return rule::Protection::KeyedHash;
    case ProtectionKind::Tokenised: return rule::Protection::Tokenised;
    case ProtectionKind::PasswordHash: return rule::Protection::PasswordHash;
    case ProtectionKind::Hashed: return rule::Protection::Hashed;
    case ProtectionKind::Encrypted: return rule::Protection::Encrypted;
    case ProtectionKind::Masked: return rule::Protection::Masked;
    case ProtectionKind::Truncated:
    case ProtectionKind::Generalised: return rule::Protection::Truncated;
    case ProtectionKind::Anonymised: return rule::Protection::Pseudonymised;
    case ProtectionKind::Aggregated:
    case ProtectionKind::Presence: return rule::Protection::Aggregated;
    default: return rule::Protection::None;
  }
}

struct Protections::Tables {
  explicit Tables(const rule::DataTypes& types) {
    for (const rule::ProtectionWords& words : types.protections()) {
      std::size_t kind = 0;
      while (kind < kNames.size() && kNames[kind] != words.kind.text()) ++kind;
      CHECK(kind < kNames.size(), "protections.yaml names the kinds of protection.h");
      for (const std::string& call : words.calls) {
        calls.try_emplace(phrase(split_form(call)), static_cast<ProtectionKind>(kind));
      }
    }
    for (const std::string& call : types.not_a_protection()) not_one.insert(phrase(split_form(call)));
  }

  static std::string phrase(const std::vector<std::string>& tokens) {
    return join(tokens, 0, tokens.size(), " ");
  }

  /// The longest listed phrase of at least `shortest` tokens; of equals the last. A phrase of `not_one` hides what
  /// overlaps it.
  ProtectionKind kind_of(const std::vector<std::string>& tokens, std::size_t shortest = 1) const {
    constexpr std::size_t kLongest = 4;
    ProtectionKind kind = ProtectionKind::None;
    for (std::size_t n = std::min(kLongest, tokens.size()); n >= shortest; --n) {
      for (std::size_t end = tokens.size(); end >= n; --end) {
        const std::string text = join(tokens, end - n, end, " ");
        if (not_one.contains(text)) return ProtectionKind::None;
        if (kind != ProtectionKind::None) continue;
        if (const auto at = calls.find(text); at != calls.end()) {
          // `count` and the like say what is returned only when they lead or end the name.
          const bool weak = at->second == ProtectionKind::Aggregated ||
                            at->second == ProtectionKind::Presence;
          if (!weak || end == tokens.size() || end == n) kind = at->second;
        }
      }
      if (kind != ProtectionKind::None) return kind;
    }
    return kind;
  }

  ProtectionKind work_out(std::string_view callee) const {
    const std::size_t dot = callee.rfind('.');
    const std::string_view last = dot == std::string_view::npos ? callee : callee.substr(dot + 1);
    const ProtectionKind kind = kind_of(split_name(last));
    if (dot == std::string_view::npos) return kind;
    if (hidden(split_name(callee))) return ProtectionKind::None;
    // What stands before tells more than a plain last word: `bcrypt.hash`, `hmac.new`.
    const ProtectionKind owner = kind_of(split_name(callee.substr(0, dot)));
    const bool more = owner == ProtectionKind::KeyedHash || owner == ProtectionKind::PasswordHash ||
                      owner == ProtectionKind::Synthetic;
    if (more && (kind == ProtectionKind::None || kind == ProtectionKind::Hashed)) return owner;
    return kind == ProtectionKind::None ? kind_of(split_name(callee), 2) : kind;
  }

  /// A phrase that is no protection stands in the name.
  bool hidden(const std::vector<std::string>& tokens) const {
    for (std::size_t i = 0; i + 2 <= tokens.size(); ++i) {
      if (not_one.contains(join(tokens, i, i + 2, " "))) return true;
    }
    return false;
  }

  TextMap<ProtectionKind> calls;
  TextSet not_one;
  NameMemo<Row> memo;
};

Protections::Protections(const rule::DataTypes& types)
    : tables_(std::make_unique<Tables>(types)) {}
Protections::~Protections() = default;

ProtectionKind Protections::kind_of_call(base::Name callee) const {
  if (const Row* known = tables_->memo.find(callee)) return known->kind;
  const ProtectionKind kind = tables_->work_out(callee.text());
  auto row = kind == ProtectionKind::None ? nullptr : std::make_unique<Row>(Row{kind});
  return tables_->memo.publish(callee, std::move(row)).kind;
}

}  // namespace privet::personal
