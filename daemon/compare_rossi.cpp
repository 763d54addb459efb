#include "daemon/compare_rossi.hpp"

#include "config/policy_name.hpp"
#include "core/training.hpp"
#include "daemon/fail.hpp"
#include "daemon/report_page.hpp"
#include "daemon/trace_folder.hpp"
#include "daemon/work_list.hpp"

#include <cstdio>
#include <functional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

namespace skep {
namespace {

constexpr const char* kFile = "nyc_taxi2013_rlad_1min.csv.gz";

constexpr std::size_t kReportParts = 200;

void print_table(const std::vector<RossiRow>& rows, std::size_t windows) {
  std::printf("Cost of a window, mean of %zu windows\n\n%-20s %-12s %4s %8s\n", windows, "policy",
              "starts", "lag", "cost");
  for (const RossiRow& row : rows) {
    std::printf("%-20s %-12s %4d %8.1f\n", row.policy.c_str(),
                row.trained ? "trained" : "from nothing", row.lag, row.cost);
  }
}

void print_json(const std::vector<RossiRow>& rows) {
  nlohmann::ordered_json json;
  json["benchmark"] = "rossi";
  json["rows"] = nlohmann::ordered_json::array();
  for (const RossiRow& row : rows) {
    nlohmann::ordered_json object;
    object["policy"] = row.policy;
    object["trained"] = row.trained;
    object["lag"] = row.lag;
    object["cost"] = row.cost;
    json["rows"].push_back(std::move(object));
  }
  std::printf("%s\n", json.dump().c_str());
}

std::vector<RossiRow> all_rows(const rossi::Windows& windows,
                               const std::vector<PolicyType>& policies) {
  std::vector<RossiRow> rows;
  const auto add_policy = [&](const std::string& name, ControllerSettings settings, bool trained,
                              int lag) {
    settings.random_seed = 1;
    rows.push_back(
        {name, trained, lag, [&windows, settings, lag, trained](const rossi::OnWindow& on_window) {
           return rossi::policy_cost(windows, settings, lag, trained, on_window);
         }});
  };
  const auto add_hpa = [&](const std::string& name, const rossi::HpaRun& run) {
    rows.push_back({name, false, run.lag, [&windows, run](const rossi::OnWindow& on_window) {
                      return rossi::hpa_cost(windows, run, on_window);
                    }});
  };
  for (const int lag : kRossiLags) {
    for (const PolicyType policy : policies) {
      const ControllerSettings settings = rossi::settings(policy);
      add_policy(policy_name(policy), settings, false, lag);
      if (can_learn(settings)) add_policy(policy_name(policy), settings, true, lag);
    }
    add_hpa("hpa_70", {0.7, 0, 15, lag, true});
    add_hpa("hpa_70_every_tick", {0.7, 0, 1, lag, false});
    add_hpa("hpa_50", {0.5, 20, 15, lag, true});
    ControllerSettings threshold_70 = rossi::settings(PolicyType::kThresholds);
    threshold_70.environment.reward.limits.cpu_percent = 70;
    add_policy("threshold_70", threshold_70, false, lag);
  }
  rows.push_back({"optimum", false, 0, [&windows](const rossi::OnWindow& on_window) {
                    return rossi::optimum_cost(windows, on_window);
                  }});
  return rows;
}

/// Writes down what is done in the windows.
rossi::OnWindow recorder(RossiRow& row, const rossi::Windows& windows) {
  return [&row, &windows](std::size_t window, std::span<const int> replicas,
                          const Controller* controller) {
    const std::vector<double>& load = windows.windows[window];
    RossiWindow one{rossi::cost(load, replicas), ReportSeries(load.size(), kReportParts),
                    controller != nullptr ? policy_map(*controller) : PolicyMap()};
    for (std::size_t tick = 0; tick < load.size(); ++tick) {
      const double needed = load[tick] / rossi::kUtilisationLimit;
      one.series.add(tick, needed, replicas[tick], needed > replicas[tick],
                     rossi::holding_cost(load[tick], replicas[tick]));
    }
    row.windows.push_back(std::move(one));
  };
}

}  // namespace

int compare_rossi(const CompareOptions& options, const std::vector<PolicyType>& policies) {
  const std::string file = options.traces + "/" + kFile;
  const Result<Traces> traces = read_traces(file);
  if (!traces) {
    return fail_in_file(1, traces.error().message);
  }
  for (const std::string& why : traces->left_out) std::fprintf(stderr, "%s\n", why.c_str());
  if (!traces->left_out.empty()) return 1;
  if (traces->usable.size() != 1 || traces->usable.front().values.size() < rossi::kLeastValues) {
    std::fprintf(stderr, "skep: %s must have one numeric column with at least %zu values.\n",
                 file.c_str(), rossi::kLeastValues);
    return 1;
  }
  using Part = rossi::Windows::Part;
  const rossi::Windows windows(traces->usable.front().values,
                               options.training_part ? Part::kTuning : Part::kBenchmark);
  std::vector<RossiRow> rows = all_rows(windows, policies);
  const bool reports = !options.report.empty();
  std::vector<std::function<void()>> pieces;
  for (RossiRow& row : rows) {
    pieces.emplace_back([&row, &windows, reports] {
      row.cost = row.run(reports ? recorder(row, windows) : rossi::OnWindow());
    });
  }
  work_off(pieces);
  options.json ? print_json(rows) : print_table(rows, windows.windows.size());
  return !reports || write_report(report_data(rows, windows), options.report) ? 0 : 1;
}

}  // namespace skep
