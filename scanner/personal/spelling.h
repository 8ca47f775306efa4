#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace privet::personal {

/// Longer names are not words of a programmer; they get no tokens.
inline constexpr std::size_t kMaxNameBytes = 160;
inline constexpr std::size_t kMaxNameTokens = 24;

/// How letters with diaeresis are written in ASCII: `Prüfung` as `pruefung` or `prufung`.
enum class Umlauts : unsigned char { Long, Short };

/// A name as lower-case ASCII words: split at everything that is not a letter or digit, at
/// lower → upper, before the last capital of a run, between letters and digits. Diacritics are
/// folded. `has_umlauts`, when given, tells whether `Umlauts` made a difference.
std::vector<std::string> split_name(std::string_view name, Umlauts umlauts = Umlauts::Long,
                                    bool* has_umlauts = nullptr);

/// The singular of an English plural by its ending; the word itself when it does not look like one.
std::string singular_of(std::string_view word);

/// A written form in words: `first_name` as `first`, `name`; `address1` as `address`, `1`.
inline std::vector<std::string> split_form(std::string_view form) { return split_name(form); }

/// `tokens[begin, end)` with `separator` between them.
std::string join(const std::vector<std::string>& tokens, std::size_t begin, std::size_t end,
                 std::string_view separator);

}  // namespace privet::personal
