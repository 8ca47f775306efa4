#include "output/as_json.h"
#include "output/output.h"

// One JSON object with everything; also what `--baseline` reads.

namespace privet::output {
namespace {

std::string render(const finding::Report& report, const RenderOptions& options) {
  nlohmann::ordered_json out;
  out["tool"] = "privet";
  out["version"] = options.version;
  out["summary"] = summary_json(report);
  out["findings"] = nlohmann::ordered_json::array();
  for (const finding::Finding& finding : report.findings) out["findings"].push_back(as_json(report, finding));
  out["problems"] = nlohmann::ordered_json::array();
  for (const source::Problem& problem : report.problems) out["problems"].push_back(as_json(report, problem));
  return dumped(out, 1) + "\n";
}

}  // namespace

extern const Format kFormat_json{"json", ".json", "one JSON object", render};

}  // namespace privet::output
