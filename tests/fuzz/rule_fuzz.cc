#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "rule/rule_set.h"
#include "rule/yaml.h"

/// Any text is a rule file or an error that names a line.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace privet;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!rule::read_yaml("x.yaml", text).ok()) return 0;  // the quick way, as reading all models is slow
  const auto rules = rule::RuleSet::load({{"x.yaml", text}});
  if (!rules.ok()) {
    CHECK(rules.error().message.starts_with("x.yaml:"), "the built-in files are right");
  }
  return 0;
}
