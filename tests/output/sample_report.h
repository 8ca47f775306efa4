#pragma once

#include <deque>
#include <memory>
#include <string>

#include "finding/finding.h"
#include "finding/fingerprint.h"

namespace privet::output {

/// A report made by hand: two rules, a flow finding with everything a finding can have, a note, a
/// suppressed one, problems and left-out folders; file names and texts that need care.
struct SampleReport {
  source::SourceMap sources;
  std::deque<rule::Rule> rules;
  finding::Report report;

  SampleReport() {
    add_file("src/a b#ä.ts",
             "const person = await db.find(id);\n"
             "const \"\xF0\x9F\x98\x80\" = 1; log.info(person.email, \"ann@corp.invalid\");\r\n"
             "\tconsole.log(person)\n");
    add_file("src/evil.py", "x = \"\x1b[2J\xE2\x80\xAE\"\nprint(x)\n");
    add_rule("log-personal-data", "personal data in the log", {532}, {"gdpr/art-32"});
    add_rule("cookie-flags-missing", "cookie without flags", {1004}, {});
    rules[0].controls = {{"owasp/asvs-5.0/16.2.5", "Log protection"}};
    report.sources = &sources;
    // As the engine has them: by id.
    report.rules = {&rules[1], &rules[0]};
    report.findings = {flow_finding(), suppressed_finding(), note()};
    report.problems.push_back({source::ProblemCode::SyntaxError, {source::FileId{1}, 0, 1}, "odd \x1b[31mtext"});
    report.problems.push_back({source::ProblemCode::LinkOutside, {}, "`link` leads out"});
    report.n_files = 2;
    report.counts.n_ignored = 3;
    report.counts.n_other = 1;
    report.skipped_folders.push_back({"node_modules", "dependencies"});
    const std::string& text = sources[source::FileId{0}].text;
    const auto at = static_cast<std::uint32_t>(text.find("ann@"));
    report.redactions.push_back({source::FileId{0}, at, at + 16});
  }

 private:
  void add_file(const std::string& path, const std::string& text) {
    source::SourceFile file;
    file.path = path;
    file.size = text.size();
    const source::FileId id = sources.add(std::move(file));
    sources.set_text(id, text);
  }

  void add_rule(std::string_view id, const std::string& title, std::vector<int> cwe, std::vector<std::string> law) {
    rule::Rule& rule = rules.emplace_back();
    rule.id = base::Name::of(id);
    rule.title = title;
    rule.cwe = std::move(cwe);
    rule.law = std::move(law);
    rule.why = "Logs are read by many.";
    rule.fix = "Log the id.";
  }

  source::Span span(std::uint32_t file, std::string_view text) const {
    const std::string& all = sources[source::FileId{file}].text;
    const auto begin = static_cast<std::uint32_t>(all.find(text));
    return {source::FileId{file}, begin, begin + static_cast<std::uint32_t>(text.size())};
  }

  finding::Finding flow_finding() const {
    finding::Finding finding;
    finding.rule = &rules[0];
    finding.span = span(0, "person.email, \"ann@corp.invalid\"");
    finding.message = "e-mail address of person may be written to the log [unmasked]";
    finding.level = finding::Level::Error;
    finding.severity = 7.5;
    finding.confidence = 0.9;
    finding.factors = {{"data level and exposure", "L2, X2", 5.0}, {"bulk", "many people", 2.5}};
    finding.data = {"contact.email"};
    finding.data_level = 2;
    finding.person = "person";
    finding.entity = "Person";
    finding.exposure = "X2";
    finding.evidence = "flow";
    finding.reasons = {"`email`: strong name `email`"};
    finding.steps = {{span(0, "person"), "`person` starts here", 0}, {span(0, "person.email"), "leaves through `log.info`", 1}};
    finding.related = {{span(0, "db.find(id)"), "`Person.email` is declared here", 0}};
    finding.function = "show";
    finding.fingerprint = "0123456789abcdef";
    finding.line_hash = finding::LineHashes(sources[source::FileId{0}].text).at(2);
    return finding;
  }

  finding::Finding suppressed_finding() const {
    finding::Finding finding = flow_finding();
    finding.span = span(0, "console.log(person)");
    finding.steps.clear();
    finding.related.clear();
    finding.fingerprint = "1123456789abcdef";
    finding.suppressed = true;
    finding.suppression_reason = "it is the audit log";
    return finding;
  }

  finding::Finding note() const {
    finding::Finding finding;
    finding.rule = &rules[1];
    finding.span = span(1, "print(x)");
    finding.message = "cookie without `secure`";
    finding.level = finding::Level::Note;
    finding.severity = 3.9;
    finding.proven_personal = false;
    finding.factors = {{"rule", "fixed", 3.9}};
    finding.fingerprint = "2123456789abcdef";
    finding.line_hash = finding::LineHashes(sources[source::FileId{1}].text).at(2);
    return finding;
  }
};

}  // namespace privet::output
