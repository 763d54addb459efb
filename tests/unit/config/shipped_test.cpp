// The configuration files that are shipped.
#include "config/read_settings.hpp"
#include "config/text_file.hpp"
#include "help.hpp"

#include <sstream>

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

const std::string kFolder = SKEP_CONFIG_FOLDER;

Settings load_shipped(const std::string& name) {
  LoadResult result = load_config_file(kFolder + '/' + name, variables());
  INFO(shown(result));
  REQUIRE(result.settings);
  return std::move(*result.settings);
}

// The defaults with one service, whose queries have none.
Settings defaults_with(const MetricsSettings& metrics) {
  ServiceSettings service;
  service.name = "mystack_application";
  service.metrics = metrics;
  service.controller.random_seed = 0;
  Settings settings;
  settings.services = {service};
  return settings;
}

// "#username: skep" is a key without a default; "# A sentence" is not.
std::string with_commented_keys(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t hash = line.find_first_not_of(' ');
    if (hash != std::string::npos && line[hash] == '#') {
      const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", hash + 1);
      if (end != std::string::npos && end > hash + 1 && line[end] == ':') {
        line.erase(hash, 1);
      }
    }
    out += line + '\n';
  }
  return out;
}

void collect_paths(const YamlNode& node, const std::string& path, std::set<std::string>& paths) {
  for (const YamlNode& child : node.children) {
    if (node.kind == YamlNode::Kind::kList) {
      collect_paths(child, path + "[]", paths);
      continue;
    }
    const std::string child_path = path.empty() ? child.key : path + '.' + child.key;
    paths.insert(child_path);
    collect_paths(child, child_path, paths);
  }
}

}  // namespace

TEST_CASE("skep.yaml holds the defaults", "[config][shipped]") {
  const Settings settings = load_shipped("skep.yaml");
  REQUIRE(settings.services.size() == 1);
  CHECK(settings == defaults_with(settings.services[0].metrics));
}

TEST_CASE("skep.yaml names every key that skep knows", "[config][shipped]") {
  const FileText file = read_text_file(kFolder + "/skep.yaml", kLargestConfigBytes);
  REQUIRE(file.text);
  const YamlTree tree = parse_yaml(with_commented_keys(*file.text));
  REQUIRE(tree.root);
  REQUIRE(tree.problems.empty());
  std::set<std::string> written;
  collect_paths(*tree.root, "", written);

  Report report;
  const Environment environment = variables();
  ReadContext context{environment, report};
  read_settings(*tree.root, context);
  CHECK(report.known_keys() == written);
}

TEST_CASE("minimal.yaml is the defaults and two queries", "[config][shipped]") {
  const Settings settings = load_shipped("minimal.yaml");
  REQUIRE(settings.services.size() == 1);
  const MetricsSettings& metrics = settings.services[0].metrics;
  MetricsSettings expected;
  expected.cpu.query = metrics.cpu.query;
  expected.ram.query = metrics.ram.query;
  CHECK(settings == defaults_with(expected));
  CHECK(metrics == load_shipped("skep.yaml").services.at(0).metrics);
}

TEST_CASE("minimal.yaml and seed.yaml load without a warning", "[config][shipped]") {
  const auto name = GENERATE("minimal.yaml", "seed.yaml");
  CHECK(shown(load_config_file(kFolder + '/' + name, variables())).empty());
}

TEST_CASE("seed.yaml holds the settings of the seed", "[config][shipped]") {
  const Settings settings = load_shipped("seed.yaml");
  REQUIRE(settings.services.size() == 1);
  const MetricsSettings& metrics = settings.services[0].metrics;
  CHECK(metrics.cpu.of == QueryScope::kService);
  CHECK(metrics.ram.of == QueryScope::kService);
  CHECK(metrics.uptime);

  Settings expected = defaults_with(metrics);
  expected.controller.interval = 5s;
  expected.controller.cooldown = 30s;
  ServiceSettings& service = expected.services[0];
  service.match = NameMatch::kPrefix;
  ControllerSettings& controller = service.controller;
  controller.interval = 5s;
  controller.cooldown = 30s;
  controller.replicas = {1, 7, 1};
  controller.environment.actions = {ActionKind::kScaleOut, ActionKind::kScaleIn};
  controller.environment.state = {Feature::kCpu, Feature::kRam};
  controller.environment.bins.cpu = 10;
  controller.environment.bins.ram = 10;
  controller.environment.reward.type = RewardType::kThresholds;
  controller.environment.reward.thresholds = {1, 10, 8, 10, 100, 0, 10};
  controller.environment.episode = {600s, true};
  controller.guard.act_only_over_threshold = true;
  controller.agent.policy = PolicyType::kQLearning;
  controller.agent.alpha = {0.7, 0.7, 0};
  controller.agent.gamma = 0.5;
  controller.agent.epsilon = {0.1, 0.1, 1};
  controller.agent.prior = {PriorType::kZero, 0};
  controller.agent.updates = Updates::kFactual;
  CHECK(settings == expected);
}
