// skep compare on the public traces, against the numbers that are known of them. The traces are
// not part of the sources: SKEP_TRACES says where they are.
#include "tests/integration/world.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace skep::test {
namespace {

std::string trace_folder() {
  const char* set = std::getenv("SKEP_TRACES");
  return set != nullptr ? set : SKEP_DEFAULT_TRACES;
}

/// Says so loudly when the test cannot be done here.
bool is_skipped(const std::string& file) {
#ifdef __SANITIZE_ADDRESS__
  std::cout << "SKIPPED: the benchmarks take too long under AddressSanitizer (" << file << ")\n";
  return true;
#else
  if (std::filesystem::exists(trace_folder() + "/" + file)) return false;
  std::cout << "SKIPPED: there is no " << file << " in " << trace_folder()
            << "; set SKEP_TRACES to the folder of the public traces\n";
  return true;
#endif
}

const std::vector<std::string> kRule{"--policy", "thresholds"};
const std::vector<std::string> kLearners{"--policy", "mixture", "--policy", "q_learning"};

Json compare(const std::string& benchmark, const std::string& folder,
             const std::vector<std::string>& more = kRule) {
  std::vector<std::string> arguments{"compare",  "--benchmark", benchmark,
                                     "--traces", folder,        "--json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  SkepProcess skep(arguments);
  REQUIRE(skep.wait_exit() == 0);
  return skep.wait_for("the comparison",
                       [](const Json& object) { return object.contains("rows"); });
}

double rossi_cost(const Json& result, const std::string& policy, bool trained = false,
                  int lag = 0) {
  for (const Json& row : result.at("rows")) {
    if (row.at("policy") == policy && row.at("lag") == lag && row.at("trained") == trained) {
      return row.at("cost");
    }
  }
  FAIL("no row of " << policy);
  return 0;
}

}  // namespace

TEST_CASE("compare: the published benchmark gives its known numbers") {
  if (is_skipped("nyc_taxi2013_rlad_1min.csv.gz")) return;
  const Json result = compare("rossi", trace_folder(), kLearners);
  CHECK(rossi_cost(result, "hpa_70") == Approx(103.6).epsilon(0.005));
  CHECK(rossi_cost(result, "hpa_70_every_tick") == Approx(100.1).epsilon(0.005));
  CHECK(rossi_cost(result, "threshold_70") == Approx(118.2).epsilon(0.005));
  CHECK(rossi_cost(result, "hpa_50") == Approx(172.5).epsilon(0.005));
  CHECK(rossi_cost(result, "optimum") == Approx(82.9).epsilon(0.01));
  CHECK(rossi_cost(result, "mixture") <= 94.5);
  CHECK(rossi_cost(result, "mixture", true) <= 92.0);
  CHECK(rossi_cost(result, "mixture", true, 10) <= 101);
}

TEST_CASE("compare: the trace suite gives its known numbers") {
  if (is_skipped("nab_elb_request_count_8c0756.csv")) return;
  struct Known {
    std::string trace, policy;
    double cost[3];
  };
  const std::vector<Known> all{
      {"worldcup98_1998-06-24_to_07-07_1min", "optimum", {.01001, .04527, .04004}},
      {"worldcup98_1998-06-24_to_07-07_1min", "hpa_best", {.01084, .04756, .04219}},
      {"worldcup98_1998-06-24_to_07-07_1min", "hpa_50", {.01461, .06582, .05820}},
      {"autothrottle_4traces_1s:noisy", "optimum", {.05587, .25825, .22880}},
      {"autothrottle_4traces_1s:noisy", "hpa_best", {.06202, .28489, .24569}},
      {"autothrottle_4traces_1s:noisy", "hpa_50", {.08325, .37595, .33657}},
      {"nab_elb_request_count_8c0756", "optimum", {.03425, .16050, .14331}},
      {"nab_elb_request_count_8c0756", "hpa_best", {.06178, .19842, .17673}},
      {"nab_elb_request_count_8c0756", "hpa_50", {.10530, .22896, .25297}}};
  const Json result = compare("suite", trace_folder(), kLearners);
  for (const Known& known : all) {
    std::size_t weighting = 0;
    for (const Json& row : result.at("rows")) {
      if (row.at("trace") != known.trace || row.at("policy") != known.policy ||
          row.at("setting") != "step1") {
        continue;
      }
      REQUIRE(weighting < 3);
      CAPTURE(known.trace, known.policy, weighting);
      CHECK(row.at("cost").get<double>() == Approx(known.cost[weighting]).epsilon(0.005));
      ++weighting;
    }
    CHECK(weighting == 3);
  }
  struct Goal {
    std::string policy, setting;
    double mean, worst, first_quarter;
  };
  const std::vector<Goal> goals{
      {"mixture", "step1", .985, 1.01, .90},  {"mixture", "step4", .975, 1.01, .90},
      {"mixture", "late3", .985, 1.02, .90},  {"q_learning", "step1", 1.00, 1.05, 1},
      {"q_learning", "step4", 1.00, 1.05, 1}, {"q_learning", "late3", 1.00, 1.05, 1}};
  for (const Goal& goal : goals) {
    CAPTURE(goal.policy, goal.setting);
    int found = 0;
    for (const Json& row : result.at("summary")) {
      if (row.at("policy") != goal.policy || row.at("setting") != goal.setting) continue;
      ++found;
      CHECK(row.at("geometric_mean") <= goal.mean);
      CHECK(row.at("worst") <= goal.worst);
      CHECK(row.at("worst_first_quarter") <= goal.first_quarter);
    }
    CHECK(found == 1);
  }
}

TEST_CASE("compare: a small folder, twice the same, and what is wrong with others") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("skep-compare-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream csv(folder / "small.csv");
  csv << "time,name,a,b\n";
  for (int i = 0; i < 80; ++i) {
    csv << i << ",x," << 10 + i % 17 << ',' << (i % 5 == 0 ? "" : std::to_string(i)) << '\n';
  }
  csv.close();
  const Json result = compare("suite", folder.string());
  CHECK(result == compare("suite", folder.string()));
  CHECK(result.at("benchmark") == "suite");
  CHECK(result.at("rows").size() == 2 * 3 * 3 * 4);  // traces, weightings, settings, policies
  CHECK(result.at("summary").size() == 3 * 4);
  CHECK(result.at("rows").at(0).at("trace") == "small:a");
  CHECK(result.at("rows").back().at("trace") == "small:b");

  SECTION("the training part is the first quarter") {
    const Json part =
        compare("suite", folder.string(), {"--policy", "thresholds", "--training-part"});
    csv.open(folder / "small.csv");
    csv << "time,name,a,b\n";
    for (int i = 0; i < 20; ++i) {
      csv << i << ",x," << 10 + i % 17 << ',' << (i % 5 == 0 ? "" : std::to_string(i)) << '\n';
    }
    csv.close();
    CHECK(part == compare("suite", folder.string()));
    CHECK(part != result);
  }

  const Json alone = compare("suite", folder.string());
  std::ofstream(folder / "wrong.csv") << "time,a\n1,5\n2,-5\n";
  std::ofstream(folder / "two.csv") << "time,a\n1,5\n2,6\n";
  std::filesystem::create_directory(folder / "folder.csv");
  std::filesystem::create_symlink("nowhere", folder / "gone.csv");
  std::ofstream spike(folder / "spike.csv");
  spike << "time,a,none\n";
  for (int i = 0; i < 1500; ++i) spike << i << ',' << (i == 700 ? 50 : 0) << ",0\n";
  spike.close();
  SkepProcess partly({"compare", "--benchmark", "suite", "--traces", folder.string(), "--json",
                      "--policy", "thresholds"});
  CHECK(partly.wait_exit() == 0);
  CHECK(partly.wait_for("the comparison",
                        [](const Json& object) { return object.contains("rows"); }) == alone);
  CHECK_THAT(partly.errors(),
             Catch::Contains("wrong.csv:3: '-5' in column 'a' is negative") &&
                 Catch::Contains("two.csv: column 'a' has fewer than 8 rows") &&
                 Catch::Contains("spike.csv: column 'a' has load in so few rows") &&
                 Catch::Contains("spike.csv: column 'none' is 0 everywhere") &&
                 Catch::Contains("folder.csv: ") && Catch::Contains("gone.csv: "));
  SkepProcess over({"compare", "--benchmark", "suite", "--traces", folder.string(), "--report",
                    (folder / "two.csv").string()});
  CHECK(over.wait_exit() == 2);
  CHECK_THAT(over.errors(), Catch::Contains("two.csv, which is read; give another file"));
  std::filesystem::remove(folder / "small.csv");
  SkepProcess nothing({"compare", "--benchmark", "suite", "--traces", folder.string()});
  CHECK(nothing.wait_exit() == 1);
  CHECK_THAT(nothing.errors(), Catch::Contains("has no *.csv file with load"));
  SkepProcess missing({"compare", "--benchmark", "rossi", "--traces", folder.string()});
  CHECK(missing.wait_exit() == 1);
  std::filesystem::remove_all(folder);
  SkepProcess no_folder({"compare", "--benchmark", "suite", "--traces", folder.string()});
  CHECK(no_folder.wait_exit() == 2);
}

TEST_CASE("compare: own traces, with the settings of a service, twice the same") {
  const TemporaryFolder folder;
  const auto write = [&folder](const char* name, const std::string& content) {
    const std::string path = (folder.path() / name).string();
    std::ofstream(path) << content;
    return path;
  };
  std::string rows = "time,a,b\n";
  for (int i = 0; i < 300; ++i) {
    rows += std::to_string(i) + "," + std::to_string(10 + i % 60) + "," +
            std::to_string(40 + 30 * (i / 50 % 2)) + "\n";
  }
  const std::string trace = write("own.csv", rows);
  const std::string config =
      write("skep.yaml",
            "services:\n  - name: web\n    cooldown: 45s\n"
            "    metrics: {cpu: {query: c}, ram: {query: r}}\n    replicas: {min: 2, max: 6}\n"
            "    guard: {panic_cpu: 0}\n");
  const auto run = [&](const char* startup) {
    SkepProcess skep({"compare", "--trace", trace, "--config", config, "--startup", startup,
                      "--policy", "thresholds", "--policy", "static", "--json"});
    REQUIRE(skep.wait_exit() == 0);
    return skep.wait_for("the comparison",
                         [](const Json& object) { return object.contains("rows"); });
  };
  const Json result = run("45s");
  CHECK(result == run("45s"));
  REQUIRE(result.at("rows").size() == 2 * 4);
  CHECK(result.at("pairs").size() == 2 * 3);
  for (const Json& row : result.at("rows")) {
    CAPTURE(row.dump());
    CHECK(row.at("regret") >= 0);
    CHECK(row.at("mean_replicas") >= 2);
    CHECK(row.at("mean_replicas") <= 6);
    CHECK(row.at("tau_u_percent").get<double>() + row.at("tau_o_percent").get<double>() <= 100);
    if (row.at("policy") == "static") CHECK(row.at("changes") == 0);
    if (row.at("policy") == "best_rule") CHECK(row.at("ratio_to_best_rule") == 1);
    if (row.at("policy") == "optimum") CHECK(row.at("ratio_to_optimum") == 1);
    if (row.at("policy") == "optimum") CHECK(row.at("changes") > 0);
  }
  CHECK(result.at("rows").at(0).at("trace") == "own:a");
  CHECK(result.at("traces").at(0).at("exact_optimum") == true);
  // A long start-up hurts everybody, the optimum too.
  const Json slow = run("5m");
  CHECK(slow.at("rows").at(3).at("cost") > result.at("rows").at(3).at("cost"));
  for (const Json& pair : result.at("pairs")) {
    CHECK(pair.at("low") <= pair.at("difference"));
    CHECK(pair.at("difference") <= pair.at("high"));
  }

  SkepProcess repeated({"compare", "--trace", trace, trace, "--policy", "static", "--json"});
  const Json both = repeated.wait_for("the comparison", [](const Json&) { return true; });
  CHECK(both.at("rows").back().at("trace") == "own:b (2)");

  const std::string page = (folder.path() / "report.html").string();
  SkepProcess reported({"compare", "--trace", trace, "--report", page, "--json"});
  CHECK(reported.wait_exit() == 0);
  std::ostringstream html;
  html << std::ifstream(page).rdbuf();
  CHECK_THAT(html.str(), Catch::StartsWith("<!doctype html>") && Catch::Contains("own:b"));
  SkepProcess unwritable({"compare", "--trace", trace, "--report", "/no/such/folder/r.html"});
  CHECK(unwritable.wait_exit() == 1);
  CHECK_THAT(unwritable.errors(), Catch::Contains("cannot write /no/such/folder/r.html"));
  CHECK(unwritable.plain_output().empty());  // nothing was compared in vain
  const std::string kept = write("kept.html", "the last report");
  SkepProcess nothing_to_compare({"compare", "--trace", "/no/such.csv", "--report", kept});
  CHECK(nothing_to_compare.wait_exit() == 1);
  CHECK(std::filesystem::file_size(kept) == 15);

  SkepProcess table({"compare", "--trace", trace});
  CHECK(table.wait_exit() == 0);
  CHECK_THAT(table.plain_output(), Catch::Contains("own:b: 300 rows") &&
                                       Catch::Contains("best_rule: target ") &&
                                       Catch::Contains("q_learning       against target_tracking"));
  const auto refused = [](const std::vector<std::string>& arguments, const char* message) {
    SkepProcess skep(arguments);
    const int status = skep.wait_exit();
    CHECK_THAT(skep.errors(), Catch::Contains(message));
    return status;
  };
  CHECK(refused({"compare", "--trace", trace, "--training-part"}, "is for --benchmark") == 2);
  CHECK(refused({"compare"}, "give either --trace CSV... or --benchmark NAME") == 2);
  CHECK(refused({"compare", "--trace", trace, "--traces", "/tmp"}, "go together") == 2);
  CHECK(refused({"compare", "--trace", trace, "--service", "web"}, "give that too") == 2);
  CHECK(refused({"compare", "--trace", "/no/such.csv"}, "/no/such.csv: ") == 1);
  const std::string zero = write("zero.csv", "t,a\n0,0\n1,0\n");
  CHECK(refused({"compare", "--trace", zero}, "zero.csv: column 'a' is 0 everywhere") == 1);
  CHECK(refused({"compare", "--trace", zero}, "no trace is left to compare") == 1);
  const std::string tiny = write("tiny.csv", "t,a\n0,1e-320\n1,1e-320\n");
  CHECK(refused({"compare", "--trace", tiny}, "has a peak below 1e-15: give the load in a") == 1);
  CHECK(refused({"compare", "--trace", trace, "--step", "30s", "--startup", "151m"},
                "is over before the first") == 1);
  CHECK(refused({"compare", "--trace", trace, "--column", "c"}, "there is no column 'c'") == 2);
}

TEST_CASE("compare: what cannot be compared is left out and named, and columns can be chosen") {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "load.csv").string();
  std::ofstream csv(file);
  csv << "row,a,zero,temperature,text,spike\n";
  for (int i = 0; i < 1500; ++i) {
    csv << i << ',' << 10 + i % 60 << ",0," << i - 5 << ',' << (i == 9 ? "x" : "1") << ','
        << (i == 700 ? 50 : 0) << '\n';
  }
  csv.close();
  const auto compared = [&file](const std::vector<std::string>& more, std::string& errors) {
    std::vector<std::string> arguments{"compare", "--trace", file, "--policy", "static", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    SkepProcess skep(arguments);
    CHECK(skep.wait_exit() == 0);
    errors = skep.errors();
    std::vector<std::string> names;
    const Json result = skep.wait_for("the comparison",
                                      [](const Json& object) { return object.contains("traces"); });
    for (const Json& trace : result.at("traces")) names.push_back(trace.at("trace"));
    return names;
  };
  std::string errors;
  CHECK(compared({}, errors) == std::vector<std::string>{"load:a", "load:spike"});
  CHECK(errors ==
        file +
            ":2: '-5' in column 'temperature' is negative, which no load can be: repair "
            "it or leave it out. It is not compared.\n" +
            file +
            ":11: 'x' in column 'text' is no finite number: repair it or leave it out. "
            "It is not compared.\n" +
            file + ": column 'zero' is 0 everywhere: choose another one. It is not compared.\n" +
            file + ": column 'spike' is scaled by its largest value, since load is rare.\n");
  CHECK(compared({"--column", "spike", "--column", "a"}, errors) ==
        std::vector<std::string>{"load:spike", "load:a"});
  CHECK(compared({"--column", "a"}, errors) == std::vector<std::string>{"load"});
  CHECK(errors.empty());

  const std::string config = (folder.path() / "skep.yaml").string();
  std::ofstream(config) << "services:\n  - name: web\n    replicas: {max: 200, max_step: 20}\n"
                           "    metrics: {cpu: {query: c}, ram: {query: r}}\n";
  SkepProcess large({"compare", "--trace", file, "--config", config, "--policy", "dyna_q"});
  CHECK(large.wait_exit() == 2);
  CHECK_THAT(large.errors(), Catch::StartsWith("skep: dyna_q would need a table of more than"));
  CHECK(compared({"--column", "a", "--config", config}, errors).size() == 1);
  SkepProcess others({"compare", "--trace", file, "--column", "a", "--config", config});
  CHECK(others.wait_exit() == 0);
  CHECK(others.errors() ==
        "dyna_q would need a table of more than 4 million cells here. It is left out.\n");
  CHECK_THAT(others.plain_output(), Catch::Contains("mixture") && !Catch::Contains("dyna_q"));
}

TEST_CASE("compare: behind the guard the default policy costs less than target tracking") {
  const TemporaryFolder folder;
  const std::string file = (folder.path() / "load.csv").string();
  std::ofstream csv(file);
  csv << "row,steps,ramps,wave\n";
  for (int i = 0; i < 3000; ++i) {
    const int level = (i / 240) * 7 % 11;  // for an hour each
    csv << i << ',' << 1 + level << ',' << 1 + std::abs(i % 720 - 360) / 30.0 << ','
        << 5 + 4 * std::sin(i / 150.0) << '\n';
  }
  csv.close();
  SkepProcess skep({"compare", "--trace", file, "--step", "15s", "--startup", "45s", "--json",
                    "--policy", "mixture", "--policy", "target_tracking"});
  REQUIRE(skep.wait_exit() == 0);
  const Json result =
      skep.wait_for("the comparison", [](const Json& object) { return object.contains("rows"); });
  std::map<std::string, std::map<std::string, double>> costs;
  for (const Json& row : result.at("rows")) {
    costs[row.at("trace")][row.at("policy")] = row.at("cost");
  }
  REQUIRE(costs.size() == 3);
  double ratios = 0;
  for (auto& [trace, cost] : costs) {
    INFO(trace);
    const double ratio = cost["mixture"] / cost["target_tracking"];
    CHECK(ratio <= 1.02);
    CHECK(cost["mixture"] >= cost["optimum"]);
    ratios += ratio;
  }
  CHECK(ratios / 3 <= 0.85);  // docs/decisions.md has more traces
}

}  // namespace skep::test
