#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "output/output.h"
#include "output/shown.h"
#include "output/words.h"

// For people: one header line, the place with a caret, the way in steps, why and fix.

namespace privet::output {
namespace {

using finding::Finding;
using finding::Level;
using finding::Report;

constexpr std::size_t kMostRelated = 6;
constexpr std::size_t kMostProblems = 8;

enum class Ink : std::uint8_t { Plain, Bold, Dim, Red, Yellow, Cyan };

class TextRenderer {
 public:
  TextRenderer(const Report& report, const RenderOptions& options)
      : report_(report), options_(options) {}

  std::string render() {
    std::size_t n_shown = 0;
    std::size_t n_more = 0;
    for (const Finding& finding : report_.findings) {
      if (!is_live(finding) || (finding.level == Level::Note && !options_.notes)) continue;
      if (options_.max_findings != 0 && n_shown >= options_.max_findings) {
        ++n_more;
        continue;
      }
      ++n_shown;
      render_finding(finding);
    }
    if (n_more > 0) line(fmt::format("… and {} not shown (`--max-findings`)", counted(n_more, "finding")));
    if (!options_.quiet) render_summary();
    return std::move(out_);
  }

 private:
  // --- ink ---

  std::string inked(std::string_view text, Ink ink) const {
    if (!options_.color || ink == Ink::Plain) return std::string(text);
    static constexpr std::string_view kCodes[] = {"0", "1", "2", "1;31", "1;33", "36"};
    return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<std::size_t>(ink)], text);
  }
  static Ink ink_of(Level level) {
    return level == Level::Error ? Ink::Red : level == Level::Warning ? Ink::Yellow : Ink::Cyan;
  }
  void line(std::string_view text) {
    out_ += text;
    out_ += '\n';
  }

  // --- one finding ---

  void render_finding(const Finding& finding) {
    line(fmt::format("{}: {}: {} {}", inked(place_text(report_, finding.span), Ink::Bold),
                     inked(level_name(finding.level), ink_of(finding.level)), harmless(finding.message),
                     inked(fmt::format("[{}]", finding.rule->id.text()), Ink::Dim)));
    render_snippet(finding.span, ink_of(finding.level), "");
    render_steps(finding);
    if (const std::string data = data_text(finding); !data.empty()) field("data", harmless(data));
    if (!finding.recipient.empty()) field("to", harmless(finding.recipient));
    for (std::size_t i = 0; i < finding.reasons.size(); ++i) {
      field(i == 0 ? "because" : "", harmless(finding.reasons[i]));
    }
    for (std::size_t i = 0; i < std::min(finding.related.size(), kMostRelated); ++i) {
      const finding::Place& place = finding.related[i];
      field(i == 0 ? "see" : "", place_text(report_, place.span) + ": " + harmless(place.message));
    }
    field("severity", fmt::format("{} ({})", one_decimal(finding.severity), factors_text(finding)));
    field("why", harmless(finding.rule->why));
    field("fix", harmless(finding.rule->fix));
    field("id", finding.fingerprint);
    line("");
  }

  void render_snippet(source::Span span, Ink ink, std::string_view indent) {
    const ShownLine shown = shown_line(report_, span);
    if (shown.text.empty()) return;
    const std::string number = std::to_string(shown.number);
    const std::string margin(std::max<std::size_t>(number.size(), 4), ' ');
    line(fmt::format("{}{}{} {} {}", indent, margin.substr(number.size()), inked(number, Ink::Dim),
                     inked("|", Ink::Dim), shown.text));
    const std::size_t n_carets = std::max<std::size_t>(shown.end - shown.begin, 1);
    line(fmt::format("{}{} {} {}{}", indent, margin, inked("|", Ink::Dim), std::string(shown.begin, ' '),
                     inked(std::string(n_carets, '^'), ink)));
  }

  void render_steps(const Finding& finding) {
    if (finding.steps.size() < 2) return;
    const std::string_view label = "way";
    std::size_t width = 0;
    for (const finding::Place& step : finding.steps) {
      width = std::max(width, width_of(place_text(report_, step.span)));
    }
    width = std::min<std::size_t>(width, 50);
    std::size_t number = 0;
    for (const finding::Place& step : finding.steps) {
      const std::string place = place_text(report_, step.span);
      const std::size_t n = width_of(place);
      field(number == 0 ? label : "",
            fmt::format("{:>2}. {}{}  {}", number + 1, place, std::string(n < width ? width - n : 0, ' '),
                        harmless(step.message)),
            /*wrap=*/false);
      ++number;
    }
  }

  /// `  label: text`, wrapped at words.
  void field(std::string_view label, std::string_view text, bool wrap = true) {
    static constexpr std::size_t kLabel = 12;
    static constexpr std::size_t kWidth = 100;
    if (text.empty()) return;
    std::string head(2, ' ');
    if (!label.empty()) head += inked(fmt::format("{}:", label), Ink::Dim);
    const std::size_t head_width = 2 + (label.empty() ? 0 : label.size() + 1);
    head += std::string(kLabel - std::min(kLabel, head_width), ' ');
    while (true) {
      const std::size_t cut = wrap ? break_of(text, kWidth - kLabel) : text.size();
      line(head + std::string(text.substr(0, cut)));
      text.remove_prefix(cut);
      while (text.starts_with(' ') || text.starts_with('\n')) text.remove_prefix(1);
      if (text.empty()) return;
      head.assign(kLabel, ' ');
    }
  }

  static std::size_t break_of(std::string_view text, std::size_t width) {
    if (text.size() <= width) return text.size();
    const std::size_t blank = text.rfind(' ', width);
    if (blank != std::string_view::npos && blank > 0) return blank;
    return std::min(text.find(' '), text.size());
  }

  // --- summary ---

  void render_summary() {
    const Totals totals = totals_of(report_);
    std::string text = fmt::format("{}, {} in {}", counted(totals.n_errors, "error"),
                                   counted(totals.n_warnings, "warning"), counted(report_.n_files, "file"));
    if (totals.n_notes > 0) {
      text += ", " + counted(totals.n_notes, "note");
      if (!options_.notes) text += " (shown with `--notes`)";
    }
    if (totals.n_known > 0) text += fmt::format(", {} in the baseline", totals.n_known);
    if (totals.n_suppressed > 0) text += fmt::format(", {} allowed by comments", totals.n_suppressed);
    line(inked(text, Ink::Bold));
    if (const std::string left_out = left_out_text(report_); !left_out.empty()) {
      line("left out: " + left_out);
    }
    render_problems(totals);
  }

  void render_problems(const Totals& totals) {
    if (report_.problems.empty()) return;
    std::string text;
    for (const auto& [code, n] : totals.problems) {
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", n, source::code_name(code));
    }
    line(fmt::format("{} of the input: {}", counted(report_.problems.size(), "problem"), text));
    std::size_t n_shown = 0;
    for (const source::Problem& problem : report_.problems) {
      if (!options_.notes && n_shown >= kMostProblems) {
        line(fmt::format("  … and {} more (shown with `--notes`)", report_.problems.size() - n_shown));
        return;
      }
      const std::string place = place_text(report_, problem.span);
      line(fmt::format("  {}{}{} [{}]", place, place.empty() ? "" : ": ", harmless(problem.message),
                       source::code_name(problem.code)));
      ++n_shown;
    }
  }

  const Report& report_;
  const RenderOptions& options_;
  std::string out_;
};

std::string render(const Report& report, const RenderOptions& options) {
  return TextRenderer(report, options).render();
}

}  // namespace

extern const Format kFormat_text{"text", ".txt", "for people: the place, the way, why and fix", render};

}  // namespace privet::output
