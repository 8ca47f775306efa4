#include "output/as_json.h"
#include "output/output.h"

// One JSON object a line: findings, then problems, then the summary, each with its `type`.

namespace privet::output {
namespace {

using nlohmann::ordered_json;

std::string line_of(std::string_view type, const ordered_json& value) {
  ordered_json line;
  line["type"] = type;
  line.update(value);
  return dumped(line) + "\n";
}

std::string render(const finding::Report& report, const RenderOptions&) {
  std::string out;
  for (const finding::Finding& finding : report.findings) out += line_of("finding", as_json(report, finding));
  for (const source::Problem& problem : report.problems) out += line_of("problem", as_json(report, problem));
  return out + line_of("summary", summary_json(report));
}

}  // namespace

extern const Format kFormat_jsonl{"jsonl", ".jsonl", "JSON, one object a line", render};

}  // namespace privet::output
