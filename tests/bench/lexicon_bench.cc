// Names a second: what classification costs an index of a large repository.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "personal/lexicon.h"
#include "personal/values.h"
#include "rule/data_types.h"
#include "rule/embedded.h"

namespace privet::personal {
namespace {

rule::DataTypes load() {
  std::vector<rule::DataTypes::File> files;
  for (const rule::EmbeddedFile& file : rule::embedded_files()) {
    if (file.path.starts_with("data/")) files.push_back({file.path, file.text});
  }
  return std::move(rule::DataTypes::load(files)).value();
}

const rule::DataTypes& types() {
  static const rule::DataTypes all = load();
  return all;
}

/// One name in ten says something personal, about as in real code.
std::vector<NameQuery> queries(std::size_t n) {
  constexpr const char* kWords[] = {"email",  "index",   "requestHandler", "user",  "buildTree",
                                    "config", "options", "firstName",      "queue", "renderPage"};
  std::vector<NameQuery> all;
  for (std::size_t i = 0; i < n; ++i) {
    NameQuery query;
    query.name = Name::of(std::string(kWords[i % 10]) + (i < 10 ? "" : std::to_string(i / 10)));
    query.container = Name::of(i % 3 == 0 ? "User" : i % 3 == 1 ? "Booking" : "Settings");
    all.push_back(query);
  }
  return all;
}

void BM_LoadDataTypes(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(load().size());
}
BENCHMARK(BM_LoadDataTypes)->Unit(benchmark::kMillisecond);

void BM_BuildLexicon(benchmark::State& state) {
  for (auto _ : state) Lexicon lexicon(types());
}
BENCHMARK(BM_BuildLexicon)->Unit(benchmark::kMillisecond);

void BM_NamesSeenBefore(benchmark::State& state) {
  const Lexicon lexicon(types());
  const auto all = queries(static_cast<std::size_t>(state.range(0)));
  for (const auto& query : all) lexicon.classify(query);
  for (auto _ : state) {
    for (const auto& query : all) benchmark::DoNotOptimize(lexicon.classify(query));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(all.size()) * state.iterations());
}
BENCHMARK(BM_NamesSeenBefore)->Arg(100)->Arg(100000);

void BM_FreshNames(benchmark::State& state) {
  const auto all = queries(100000);
  for (auto _ : state) {
    state.PauseTiming();
    const Lexicon lexicon(types());
    state.ResumeTiming();
    for (const auto& query : all) benchmark::DoNotOptimize(lexicon.classify(query));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(all.size()) * state.iterations());
}
BENCHMARK(BM_FreshNames)->Unit(benchmark::kMillisecond);

void BM_Literals(benchmark::State& state) {
  const Values values(types());
  constexpr std::string_view kLiterals[] = {
      "application/json", "petra.vogel@brightmail.co.uk", "SELECT * FROM users WHERE id = $1",
      "2023-04-15T12:34:56Z", "/api/v1/users/:id", "#ff8800", "+4915198765432", "Save changes"};
  for (auto _ : state) {
    for (std::string_view literal : kLiterals) benchmark::DoNotOptimize(values.classify(literal));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(std::size(kLiterals)) * state.iterations());
}
BENCHMARK(BM_Literals);

}  // namespace
}  // namespace privet::personal

BENCHMARK_MAIN();
