#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "finding/finding.h"
#include "pipeline/scan.h"

/// Files that say in comments what a scan of them must find. A finished Scan comes in, what differs
/// goes out. Drives `privet test` and the fixtures.
///
/// ```python
/// page = request.args["name"]     # source: py-xss              the way of a finding begins here
/// reply(page)                     # finding: py-xss             it is reported here
/// #     ^^^^ via: py-xss                                        its way crosses these columns, one line up
/// reply(escape(page))             # ok: py-xss                  and not here
/// reply(box.page)                 # missed: py-xss (why)        should be found, is not; fails once it is
/// reply(page.length)              # wrong: py-xss (why)         is found, should not be; fails once it is not
/// ```
/// Several rules between commas; several expectations in a line, apart by `;` or in comments of their
/// own. A comment behind code speaks of its line, one alone in its line of the nearest line above that
/// has more than such a comment; carets narrow that to their columns.
/// Everything reported must be expected and everything expected reported.
namespace privet::base {
class ThreadPool;
}

namespace privet::pipeline {

/// One difference, as `path:line: message`.
struct Failure {
  std::string path;
  std::uint32_t line = 0;
  std::string message;
};

/// `only`: just the findings and expectations of this rule; empty: of all. Suppressed findings count
/// as not reported. Sorted by path and line.
std::vector<Failure> check_expectations(const Scan& scan, const std::string& only);

/// Runs the `bad` and `ok` examples of the rules, each as a little tree of its own; a `bad` one must
/// expect at least one finding. Failures name the rule's file and the line in it. `rule_files`: just
/// the rules of these; empty: all. `n_examples` is set to how many ran.
std::vector<Failure> check_examples(std::shared_ptr<const rule::RuleSet> rules,
                                    const std::vector<std::string>& rule_files,
                                    base::ThreadPool& pool, std::size_t& n_examples);

/// How many expectations the files of a scan hold.
std::size_t n_expectations(const Scan& scan);

}  // namespace privet::pipeline
