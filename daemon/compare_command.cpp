#include "daemon/compare_command.hpp"

#include "config/policy_name.hpp"
#include "daemon/compare_rossi.hpp"
#include "daemon/compare_suite.hpp"
#include "daemon/compare_trace.hpp"
#include "daemon/fail.hpp"
#include "daemon/output_file.hpp"
#include "daemon/report_page.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <CLI/CLI.hpp>

namespace skep {
namespace {

int wrong_usage(const char* what) {
  std::fprintf(stderr, "skep: %s; see 'skep compare --help'.\n", what);
  return 2;
}

/// Empty without a folder.
std::vector<std::string> files_in(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code unknown;
  for (const auto& entry : std::filesystem::directory_iterator(folder, unknown)) {
    files.push_back(entry.path().string());
  }
  return files;
}

}  // namespace

CLI::App* add_compare_command(CLI::App& app, CompareOptions& options) {
  CLI::App* command = app.add_subcommand(
      "compare",
      "Compare policies, the best rule in hindsight and the optimum, on your own traces or on a "
      "benchmark.");
  command
      ->add_option("--trace", options.trace_files,
                   "CSV files with a header, also .gz: every numeric column but the first is a "
                   "trace of load, in any unit")
      ->type_name("CSV");
  command
      ->add_option("--column", options.columns,
                   "for --trace: only this column of each file, more than once if you like")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("NAME");
  command
      ->add_option("--config", options.simulation.config_file,
                   "for --trace: the configuration whose service is simulated (default: the "
                   "defaults of every setting)")
      ->type_name("FILE");
  add_simulation_options(*command, options.simulation);
  command
      ->add_option("--benchmark", options.benchmark,
                   "rossi, which needs the file nyc_taxi2013_rlad_1min.csv.gz in the folder of "
                   "--traces, or suite, which takes every *.csv of it")
      ->check(CLI::IsMember({"rossi", "suite"}))
      ->type_name("NAME");
  for (const char* of_trace : {"--column", "--config", "--service", "--step", "--peak", "--startup",
                               "--lag", "--noise", "--service-time", "--queue"}) {
    command->get_option(of_trace)->excludes("--benchmark");
  }
  command->add_option("--traces", options.traces, "for --benchmark: the folder of its traces")
      ->check(CLI::ExistingDirectory)
      ->type_name("FOLDER");
  command->add_flag("--training-part", options.training_part,
                    "for --benchmark: the part that settings may be chosen on, and nothing else: "
                    "ticks 0 to 12002 of rossi, the first quarter of each trace of suite");
  std::vector<std::string> names;
  for (const auto& [name, type] : policy_names()) names.emplace_back(name);
  command
      ->add_option("--policy", options.policies,
                   "a policy to compare, more than once if you like; the baselines are always "
                   "there. Default: all but static")
      ->check(CLI::IsMember(names))
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("NAME");
  command->add_flag("--json", options.json, "print one JSON object");
  command->add_option("--report", options.report, "write a page with charts")
      ->type_name("FILE.html");
  return command;
}

int run_compare(const CompareOptions& options) {
  if (options.benchmark.empty() == options.trace_files.empty()) {
    return wrong_usage("give either --trace CSV... or --benchmark NAME");
  }
  if (options.benchmark.empty() != options.traces.empty()) {
    return wrong_usage("--benchmark NAME and --traces FOLDER go together");
  }
  if (options.training_part && options.benchmark.empty()) {
    return wrong_usage("--training-part is for --benchmark");
  }
  std::vector<std::string> inputs = options.trace_files;
  inputs.push_back(options.simulation.config_file);
  for (const std::string& file : files_in(options.traces)) inputs.push_back(file);
  const std::string input = refuse_input_as_output("--report", options.report, inputs);
  if (!input.empty()) return fail(2, input);
  // A comparison may take long.
  if (!options.report.empty() && !can_write_report(options.report)) return 1;
  std::vector<PolicyType> policies;
  for (const auto& [name, type] : policy_names()) {
    const bool named =
        std::find(options.policies.begin(), options.policies.end(), name) != options.policies.end();
    if (named || (options.policies.empty() && type != PolicyType::kStatic)) {
      policies.push_back(type);
    }
  }
  if (options.benchmark.empty()) return compare_traces(options, policies);
  return options.benchmark == "rossi" ? compare_rossi(options, policies)
                                      : compare_suite(options, policies);
}

}  // namespace skep
