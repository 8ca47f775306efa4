#include <algorithm>

#include "cli/options.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "output/output.h"
#include "pipeline/load_rules.h"
#include "rule/yaml.h"

namespace privet::cli {
namespace {

bool is_fingerprint(const std::string& text) {
  return text.size() == 16 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::string paragraph(std::string_view head, std::string_view text) {
  return text.empty() ? std::string() : "\n" + std::string(head) + "\n  " + std::string(text) + "\n";
}

std::string rule_text(const rule::Rule& rule) {
  std::string out = std::string(rule.id.text()) + ": " + rule.title + "\n";
  out += "principle: " + std::string(rule::principle_name(rule.principle)) + "\n";
  out += paragraph("why", rule.why) + paragraph("fix", rule.fix);
  std::string references;
  for (const std::string& law : rule.law) references += "  " + law + "\n";
  for (const int cwe : rule.cwe) references += "  CWE-" + std::to_string(cwe) + "\n";
  for (const rule::Control& control : rule.controls) {
    references += "  " + control.id + (control.title.empty() ? "" : ": " + control.title) + "\n";
  }
  if (!references.empty()) out += "\nrelevant\n" + references;
  for (const bool bad : {true, false}) {
    for (const rule::Example& example : rule.examples) {
      if (example.bad != bad) continue;
      for (const rule::Example::File& file : example.files) {
        out += std::string("\n") + (bad ? "reported" : "not reported") + " (" + file.path + ")\n";
        for (std::size_t begin = 0; begin < file.text.size();) {
          const std::size_t end = std::min(file.text.find('\n', begin), file.text.size());
          out += "  " + file.text.substr(begin, end - begin) + "\n";
          begin = end + 1;
        }
      }
    }
  }
  out += "\nallow it in one place, with a reason\n  privet: allow " + std::string(rule.id.text()) + " because …\n";
  return out;
}

std::string problem_text(const std::string& subject) {
  for (std::uint8_t i = 0; i <= static_cast<std::uint8_t>(source::ProblemCode::LinkOutside); ++i) {
    const auto code = static_cast<source::ProblemCode>(i);
    if (source::code_name(code) != subject) continue;
    return subject + ": " + std::string(source::code_text(code)) +
           "\n\nA problem of the input is no finding. It is counted in every output, and with `--strict` one "
           "that may hide findings ends the scan with exit code 3.\n";
  }
  return {};
}

int explain_finding(const Options& options) {
  ProgressLine progress(options.progress);
  auto scanned = pipeline::scan(options.scan, [&](pipeline::Phase phase, std::size_t n_done, std::size_t n_items) {
    progress.show(phase, n_done, n_items);
  });
  progress.clear();
  if (!scanned) return complain(scanned.error().message);
  finding::Report& report = scanned.value()->report;
  std::erase_if(report.findings, [&](const finding::Finding& finding) {
    return finding.fingerprint != options.subject;
  });
  if (report.findings.empty()) {
    return complain("no finding with the id `" + options.subject + "` in this tree");
  }
  for (finding::Finding& finding : report.findings) finding.suppressed = false;
  output::RenderOptions render;
  render.color = wants_color(options, 1);
  render.notes = true;
  render.quiet = true;
  std::string text = output::find_format("text")->render(report, render);
  return print_out(text + rule_text(*report.findings.front().rule), kClean);
}

}  // namespace

int run_explain(const Options& options) {
  if (is_fingerprint(options.subject)) return explain_finding(options);
  if (const std::string text = problem_text(options.subject); !text.empty()) return print_out(text, kClean);
  auto rules = pipeline::load_rules(options.scan, {});
  if (!rules) return complain(rules.error().message);
  if (const rule::Rule* rule = rules.value().find_rule(options.subject)) return print_out(rule_text(*rule), kClean);
  std::vector<std::string_view> names;
  for (const rule::Rule& rule : rules.value().rules()) names.push_back(rule.id.text());
  const std::string_view near = rule::nearest(options.subject, names);
  return complain("`" + harmless_text(options.subject) + "` is no rule, no problem code and no id of a finding" +
                  (near.empty() ? "" : "; did you mean `" + std::string(near) + "`?"));
}

}  // namespace privet::cli
