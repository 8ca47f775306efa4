#include "cli/options.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "output/output.h"
#include "rule/yaml.h"
#include "source/walk.h"

namespace privet::cli {
namespace {

constexpr const char* kExitCodes =
    "exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong use, 3 incomplete with "
    "--strict, 4 a bug of privet";

std::string format_help() {
  std::string text = "what to print, and where: FORMAT, FORMAT=FILE or FILE; may be repeated.";
  for (const output::Format* format : output::formats()) {
    text += "\n" + std::string(format->name) + ": " + std::string(format->text);
  }
  return text;
}

std::string format_names() {
  std::string names;
  for (const output::Format* format : output::formats()) {
    names += (names.empty() ? "`" : ", `") + std::string(format->name) + "`";
  }
  return names;
}

/// `sarif`, `sarif=out.sarif`, `out.sarif`; empty with a message in `error`.
std::optional<OutputRequest> read_output(const std::string& text, std::string& error) {
  const std::size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  if (output::find_format(name) != nullptr) {
    if (equals != std::string::npos && equals + 1 == text.size()) {
      error = "`--output " + text + "`: no file behind `=`";
      return std::nullopt;
    }
    return OutputRequest{name, equals == std::string::npos ? std::string() : text.substr(equals + 1)};
  }
  if (equals == std::string::npos) {
    for (const output::Format* format : output::formats()) {
      if (!format->extension.empty() && text.ends_with(format->extension)) {
        return OutputRequest{std::string(format->name), text};
      }
    }
  }
  std::vector<std::string_view> names;
  for (const output::Format* format : output::formats()) names.push_back(format->name);
  const std::string_view near = rule::nearest(name, names);
  error = "unknown output format `" + name + "`; " +
          (near.empty() ? "known are " + format_names() : "did you mean `" + std::string(near) + "`?");
  return std::nullopt;
}

void add_paths(CLI::App& app, Options& options) {
  app.add_option("PATH", options.scan.paths, "files and folders; the current folder without any");
}

/// What changes how a tree is analysed; the same for every command that analyses one.
void add_analysis(CLI::App& app, Options& options) {
  pipeline::ScanOptions& scan = options.scan;
  app.add_option("--files-from", options.files_from, "scan the files of this list, `-` is standard input")
      ->type_name("FILE");
  app.add_option("--exclude", scan.exclude, "leave out what this pattern names, as in .gitignore")
      ->type_name("PATTERN")
      ->allow_extra_args(false);
  app.add_flag("!--no-ignore", scan.ignore_files, "do not read .gitignore, .ignore and .privetignore");
  app.add_option("--config", scan.config_file, "configuration; privet.yaml in the root without it")
      ->type_name("FILE");
  app.add_option("--policy", scan.policy_file, "configuration that the scanned tree cannot weaken")
      ->type_name("FILE");
  app.add_option("--rules", scan.rule_folders, "more rules and models")
      ->type_name("DIR")
      ->allow_extra_args(false);
  app.add_option("--threads", scan.n_threads, "how many; as many as the machine has without it")
      ->type_name("N")
      ->check(CLI::Range(1u, 1024u));
  app.add_flag("--timings", options.timings, "print how long each phase took, on standard error");
  app.add_flag("!--no-progress", options.progress, "no progress bar");
}

void add_color(CLI::App& app, Options& options) {
  app.add_option("--color", options.color, "`auto`, `always` or `never`")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
}

void add_json(CLI::App& app, Options& options) {
  app.add_option_function<std::string>(
         "--output", [&options](const std::string& format) { options.json = format == "json"; },
         "`text` or `json`")
      ->check(CLI::IsMember({"text", "json"}))
      ->type_name("FORMAT");
}

void add_scan(CLI::App& app, Options& options, std::vector<std::string>& outputs, std::string& stop) {
  CLI::App& scan = *app.add_subcommand("scan", "find exposed personal data and missing access checks");
  scan.footer(kExitCodes);
  add_paths(scan, options);
  scan.add_option("--output", outputs, format_help())->type_name("FORMAT[=FILE]")->allow_extra_args(false);
  scan.add_option("--fail-on", options.fail_on, "exit with 1 from this level on; `warning` without it")
      ->check(CLI::IsMember({"note", "warning", "error", "never"}))
      ->type_name("LEVEL");
  scan.add_flag("--exit-zero", options.exit_zero, "exit with 0 though there are findings");
  scan.add_flag("--strict", options.strict, "exit with 3 when some input could not be analysed");
  scan.add_option("--baseline", options.baseline, "an earlier SARIF or JSON output; what it has is not reported again")
      ->type_name("FILE");
  scan.add_option("--only", options.scan.only, "report only on these files; all others still inform the analysis")
      ->type_name("FILE");
  scan.add_flag("--changed", options.changed, "the paths are changed files: as --only with the current folder");
  scan.add_option("--select", options.scan.select, "only these rules, `*` stands for any characters")
      ->type_name("RULE")
      ->delimiter(',')
      ->allow_extra_args(false);
  scan.add_flag("--notes", options.notes, "show notes too: weaknesses with no proven link to personal data");
  scan.add_flag("--suppressed", options.include_suppressed, "suppressed findings too, marked, in SARIF");
  scan.add_option("--max-findings", options.max_findings, "show at most so many as text")->type_name("N");
  scan.add_flag("--quiet,-q", options.quiet, "findings only, no summary");
  add_color(scan, options);
  add_analysis(scan, options);
  scan.add_option("--stop-after", stop, "end after this phase, for measuring: walk, parse, index, link or solve")
      ->check(CLI::IsMember({"walk", "parse", "index", "link", "solve"}))
      ->type_name("PHASE");
  scan.add_option("--print", options.print, "for developers: `ir` or `program` instead of findings")
      ->check(CLI::IsMember({"ir", "program"}))
      ->type_name("WHAT");
}

void add_others(CLI::App& app, Options& options) {
  CLI::App& rules = *app.add_subcommand("rules", "list the rules");
  rules.add_flag("--checks", options.checks, "list what rules can check, with parameters");
  rules.add_option("--rules", options.scan.rule_folders, "more rules and models")->type_name("DIR");
  add_json(rules, options);

  CLI::App& explain =
      *app.add_subcommand("explain", "explain a rule, a problem of the input, or one finding by its id");
  explain.add_option("SUBJECT", options.subject, "rule, problem code or fingerprint")->required();
  add_paths(explain, options);
  add_analysis(explain, options);
  add_color(explain, options);

  CLI::App& data = *app.add_subcommand("data", "show which records and fields are about people, and why");
  add_paths(data, options);
  add_json(data, options);
  add_analysis(data, options);

  CLI::App& access = *app.add_subcommand("access", "show who can reach which personal data");
  add_paths(access, options);
  add_json(access, options);
  add_analysis(access, options);

  CLI::App& test = *app.add_subcommand("test", "run the examples of rules, and trees with inline expectations");
  test.add_option("RULES", options.scan.paths, "rule files, folders of rules, or folders to scan");
  test.add_option("--rules", options.scan.rule_folders, "more rules and models")->type_name("DIR");
  test.add_option("--select", options.scan.select, "only examples of these rules")->delimiter(',')->type_name("RULE");
  test.add_option("--threads", options.scan.n_threads, "how many")->type_name("N");
}

Command command_of(const CLI::App& app) {
  if (app.got_subcommand("scan")) return Command::Scan;
  if (app.got_subcommand("rules")) return Command::Rules;
  if (app.got_subcommand("explain")) return Command::Explain;
  if (app.got_subcommand("data")) return Command::Data;
  if (app.got_subcommand("access")) return Command::Access;
  if (app.got_subcommand("test")) return Command::Test;
  return Command::None;
}

pipeline::Phase phase_of(const std::string& name) {
  using pipeline::Phase;
  for (const Phase phase : {Phase::Walk, Phase::Parse, Phase::Index, Phase::Link, Phase::Solve}) {
    if (pipeline::phase_name(phase) == name) return phase;
  }
  return Phase::Report;
}

/// `privet src` is `privet scan src`: the first word is no command but is there on the disk.
std::vector<std::string> with_command(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  static constexpr std::string_view kCommands[] = {"scan", "rules", "explain", "data", "access", "test"};
  if (words.empty() || words.front().starts_with("-")) return words;
  if (std::find(std::begin(kCommands), std::end(kCommands), words.front()) != std::end(kCommands)) return words;
  std::error_code error;
  if (std::filesystem::exists(words.front(), error)) words.insert(words.begin(), "scan");
  return words;
}

std::optional<int> finish(Options& options, const std::vector<std::string>& outputs, const std::string& stop) {
  for (const std::string& text : outputs) {
    std::string error;
    auto request = read_output(text, error);
    if (!request) return complain(error);
    options.outputs.push_back(std::move(*request));
  }
  std::vector<std::string> places;
  for (const OutputRequest& request : options.outputs) places.push_back(request.path);
  std::sort(places.begin(), places.end());
  if (std::adjacent_find(places.begin(), places.end()) != places.end()) {
    return complain("two outputs go to the same place; write `--output FORMAT=FILE`");
  }
  if (options.outputs.empty()) options.outputs.push_back({"text", ""});
  options.scan.stop_after = phase_of(stop);
  if (options.changed) {
    options.scan.only.insert(options.scan.only.end(), options.scan.paths.begin(), options.scan.paths.end());
    options.scan.paths.clear();
  }
  if (!options.files_from.empty()) {
    auto listed = source::read_path_list(options.files_from);
    if (!listed) return complain(listed.error().message);
    if (listed.value().empty() && options.scan.paths.empty()) {
      return complain("`" + options.files_from + "`: the list of files is empty");
    }
    options.scan.paths.insert(options.scan.paths.end(), listed.value().begin(), listed.value().end());
  }
  return std::nullopt;
}

}  // namespace

std::optional<int> parse_options(int argc, const char* const* argv, Options& options) {
  CLI::App app("Privet finds where an application exposes personal data and where access checks are missing.");
  app.name("privet");
  app.set_version_flag("--version", "privet " + version());
  app.require_subcommand(0, 1);
  app.footer("privet COMMAND --help tells more. privet PATH is privet scan PATH.");
  std::vector<std::string> outputs;
  std::string stop;
  add_scan(app, options, outputs, stop);
  add_others(app, options);

  std::vector<std::string> words = with_command(argc, argv);
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(words);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app.get_subcommands();
    return print_out(chosen.empty() ? app.help() : chosen.front()->help(), kClean);
  } catch (const CLI::CallForAllHelp&) {
    return print_out(app.help("", CLI::AppFormatMode::All), kClean);
  } catch (const CLI::CallForVersion&) {
    return print_out("privet " + version() + "\n", kClean);
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    if (!message.empty() && message[0] >= 'A' && message[0] <= 'Z' && message[1] >= 'a') {
      message[0] = static_cast<char>(message[0] - 'A' + 'a');
    }
    return complain(message + "\nhelp: `privet --help` lists commands and options");
  }
  options.command = command_of(app);
  if (options.command == Command::None) return print_out(app.help(), kWrongUse);
  return finish(options, outputs, stop);
}

bool wants_color(const Options& options, int stream) {
  if (options.color != "auto") return options.color == "always";
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && *no_color != '\0') return false;
  const char* terminal = std::getenv("TERM");
  return ::isatty(stream) != 0 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

int complain(const std::string& message) {
  std::fprintf(stderr, "privet: %s\n", message.c_str());
  return kWrongUse;
}

int print_out(const std::string& text, int code) {
  if (auto error = output::write_all({{"", text}})) return complain(error->message);
  return code;
}

std::string version() { return PRIVET_VERSION; }

int run(int argc, const char* const* argv) {
  Options options;
  if (const std::optional<int> code = parse_options(argc, argv, options)) return *code;
  switch (options.command) {
    case Command::None: return kWrongUse;
    case Command::Scan: return run_scan(options);
    case Command::Rules: return run_rules(options);
    case Command::Explain: return run_explain(options);
    case Command::Data: return run_data(options);
    case Command::Access: return run_access(options);
    case Command::Test: return run_test(options);
  }
  return kInternal;
}

}  // namespace privet::cli
