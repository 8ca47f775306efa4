#pragma once

#include <vector>

#include "finding/finding.h"
#include "rule/data_types.h"

namespace privet::finding {

/// What outputs must not show of the lines around findings: values with the form of personal data,
/// secrets, whatever a finding over values points at. Judged by the raw text, so that comments and
/// every format count alike; masks rather too much than too little. Sorted, without overlaps.
/// Over-approximates: a quoted text behind a word such as `password` is a secret.
std::vector<source::Span> redactions_of(const source::SourceMap& sources, const rule::DataTypes& types,
                                        const std::vector<Finding>& findings);

/// Lines before and after a finding that outputs may show, and so are looked at here.
inline constexpr std::uint32_t kShownLines = 2;
/// More bytes than this around a finding are not shown whole.
inline constexpr std::size_t kMostShown = 1u << 16;

/// The finding's lines with `kShownLines` around; of longer ones what is near its beginning.
source::Span shown_around(const source::SourceMap& sources, source::Span span);

}  // namespace privet::finding
