#include "daemon/cli.hpp"

#include "config/loader.hpp"
#include "daemon/compare_command.hpp"
#include "daemon/daemon.hpp"
#include "daemon/simulate_command.hpp"
#include "daemon/train_command.hpp"
#include "daemon/version.hpp"

#include <cerrno>
#include <cstdio>
#include <exception>

#include <CLI/CLI.hpp>

namespace skep {
namespace {

int check(const std::string& file) {
  const LoadResult loaded = load_config_file(file, process_environment());
  for (const Problem& problem : loaded.problems) {
    std::fprintf(stderr, "%s\n", format_problem(problem).c_str());
  }
  if (!loaded.settings) return 2;
  const std::size_t count = loaded.settings->services.size();
  std::printf("%s: OK, %zu %s\n", file.c_str(), count, count == 1 ? "service" : "services");
  return 0;
}

/// An empty value would count as none.
CLI::Validator not_empty() {
  return CLI::Validator(
      [](const std::string& text) {
        return std::string(text.empty() ? "the value is empty: give one, or leave the option out"
                                        : "");
      },
      "", "not empty");
}

/// One line, whatever CLI11 makes of it.
int wrong_usage(const std::string& what) {
  std::string line = what;
  for (char& c : line) {
    if (c == '\n') c = ' ';
  }
  std::fprintf(stderr, "skep: %s; see 'skep --help'.\n", line.c_str());
  return 2;
}

/// The exit status of a command that ended with `status`, once all it has said is written.
int finished(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  if (errno != EPIPE) {
    std::fprintf(stderr, "skep: cannot write all of standard output; is the disk full?\n");
  }
  return status != 0 ? status : 1;
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app("skep scales the services of a Docker Swarm with reinforcement learning.", "skep");
  app.set_version_flag("--version", "skep " + std::string(version()));
  app.footer("Exit status: 0 done, 1 failed while running, 2 wrong usage or a bad configuration.");

  RunOptions options;
  CLI::App* run_command = app.add_subcommand("run", "Run the daemon.");
  run_command->add_option("--config", options.config_file, "the configuration file")
      ->required()
      ->type_name("FILE");
  run_command->add_flag("--dry-run", options.dry_run, "do everything but send scale commands");
  run_command->add_flag("--once", options.once, "tick once for each service, then exit");

  std::string checked_file;
  CLI::App* check_command =
      app.add_subcommand("check", "Check a configuration file without touching the network.");
  check_command->add_option("--config", checked_file, "the configuration file")
      ->required()
      ->type_name("FILE");

  SimulateOptions simulation;
  CLI::App* simulate_command = add_simulate_command(app, simulation);

  CompareOptions compare_options;
  CLI::App* compare_command = add_compare_command(app, compare_options);

  TrainOptions training;
  CLI::App* train_command = add_train_command(app, training);

  CLI::App* version_command =
      app.add_subcommand("version", "Show the versions of skep, compiler and libraries.");

  for (CLI::App* command : app.get_subcommands({})) {
    for (CLI::Option* option : command->get_options()) option->check(not_empty());
  }

  const std::string first = argc > 1 ? argv[1] : "";
  if (first.empty()) return wrong_usage("a command is missing");
  const auto is_first = [&first](const CLI::App* command) { return command->get_name() == first; };
  if (first.front() != '-' && app.get_subcommands(is_first).empty()) {
    return wrong_usage("there is no command '" + first + "'");
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return finished(app.exit(help));
  } catch (const CLI::ParseError& error) {
    return wrong_usage(error.what());
  }
  try {
    if (run_command->parsed()) return run_daemon(options);  // goes on without standard output
    if (compare_command->parsed()) return finished(run_compare(compare_options));
    if (check_command->parsed()) return finished(check(checked_file));
    if (simulate_command->parsed()) return finished(run_simulate(simulation));
    if (train_command->parsed()) return finished(run_train(training));
    if (!version_command->parsed()) return wrong_usage("a command is missing");
    std::fputs(version_text().c_str(), stdout);
    return finished(0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "skep: it failed with something unforeseen; please report this: %s\n",
                 error.what());
    return 1;
  }
}

}  // namespace skep
