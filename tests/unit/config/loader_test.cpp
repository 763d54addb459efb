// What is written arrives in the settings.
#include "help.hpp"

#include <catch2/catch.hpp>

using namespace skep;
using namespace skep::test;

namespace {

Settings loaded(const std::string& text, const Environment& environment = variables()) {
  LoadResult result = load(text, environment);
  INFO(shown(result));
  REQUIRE(result.settings);
  return std::move(*result.settings);
}

}  // namespace

TEST_CASE("Every value arrives", "[config]") {
  const Settings settings = loaded(R"(
prometheus: {url: "http://p:1/x/api/v1/query", timeout: 1s}
docker: {host: "tcp://proxy:2375", timeout: 2s}
controller: {interval: 3s, cooldown: 4s, dry_run: true, random_seed: 18446744073709551615}
services:
  - name: one
    match: prefix
    cooldown: 5s
    replicas: {min: 2, max: 20, max_step: 3}
    metrics:
      cpu: {query: 'c{s="$service"}[$window]', of: service}
      ram: {query: r, of: replica}
      uptime: {query: u}
      load: {query: l}
      latency: {query: t}
      targets: {query: n}
      replicas: {query: k}
    environment:
      actions: [scale_out, scale_in]
      state: [ram, cpu]
      bins: {cpu: 11, ram: 6, load_ratio: 1.5}
      reward:
        type: thresholds
        weights: {performance: 1, resources: 2, adaptation: 3}
        limits: {cpu: 70, ram: 71, latency: 72ms}
        thresholds: {cpu_base: 20, ram_base: 21, per_replica: 9, last: 6, beyond: 90, cpu_unknown: 10, ram_unknown: 22}
      episode: {duration: 10m, reset: true}
      startup: 40s
      lag: 50s
    guard: {panic_cpu: 96, ram_limit: 97, scale_in_stabilization: 6s, act_only_over_threshold: true,
            scale_in_over_limit: true}
    agent:
      policy: target_tracking
      alpha: {start: 0.5, min: 0.25, visits_power: 0.75}
      gamma: 0.9
      epsilon: {start: 0.4, end: 0.3, decay: 0.2}
      planning_steps: 6
      prior: {type: zero, visits: 7}
      updates: factual
      shadow: true
      target:
        cpu: 55
        tolerance: 0.2
        stabilization: {scale_out: 8s, scale_in: 9s}
        scale_out: {policies: [{type: replicas, value: 2, period: 30s}], select: disabled}
        scale_in: {policies: [{type: percent, value: 10, period: 1m}, {type: replicas, value: 3, period: 2m}], select: min}
  - name: two
    metrics: {cpu: {query: c}, ram: {query: r}}
state: {path: /tmp/state, interval: 10s}
log: {level: debug, format: text}
http: {listen: ""}
)");
  Settings expected;
  expected.prometheus = {parse_prometheus_url("http://p:1/x").value.value(), 1s};
  expected.docker = {parse_docker_host("tcp://proxy:2375").value.value(), 2s};
  expected.controller = {3s, 4s, true, 18446744073709551615U};
  ServiceSettings one;
  one.name = "one";
  one.match = NameMatch::kPrefix;
  one.metrics.cpu = {"c{s=\"$service\"}[$window]", QueryScope::kService};
  one.metrics.ram = {"r", QueryScope::kReplica};
  one.metrics.uptime = "u";
  one.metrics.load = "l";
  one.metrics.latency = "t";
  one.metrics.targets = "n";
  one.metrics.replicas = "k";
  ControllerSettings& controller = one.controller;
  controller.interval = 3s;
  controller.cooldown = 5s;
  controller.dry_run = true;
  controller.random_seed = 18446744073709551615U;
  controller.replicas = {2, 20, 3};
  controller.environment.actions = {ActionKind::kScaleOut, ActionKind::kScaleIn};
  controller.environment.state = {Feature::kRam, Feature::kCpu};
  controller.environment.bins = {11, 6, 1.5};
  controller.environment.reward.type = RewardType::kThresholds;
  controller.environment.reward.weights = {1, 2, 3};
  controller.environment.reward.limits = {70, 71, 72ms};
  controller.environment.reward.thresholds = {20, 21, 9, 6, 90, 10, 22};
  controller.environment.episode = {10min, true};
  controller.environment.startup = 40s;
  controller.environment.lag = 50s;
  controller.guard = {96, 97, 6s, true, true};
  controller.agent.policy = PolicyType::kTargetTracking;
  controller.agent.alpha = {0.5, 0.25, 0.75};
  controller.agent.gamma = 0.9;
  controller.agent.epsilon = {0.4, 0.3, 0.2};
  controller.agent.planning_steps = 6;
  controller.agent.prior = {PriorType::kZero, 7};
  controller.agent.updates = Updates::kFactual;
  controller.agent.shadow = true;
  controller.agent.target = {55, 0.2, 8s, 9s, {}, {}};
  controller.agent.target.scale_out = {{{RateType::kReplicas, 2, 30s}}, SelectPolicy::kDisabled};
  controller.agent.target.scale_in = {
      {{RateType::kPercentage, 10, 1min}, {RateType::kReplicas, 3, 2min}}, SelectPolicy::kMin};
  ServiceSettings two;
  two.name = "two";
  two.metrics.cpu.query = "c";
  two.metrics.ram.query = "r";
  two.controller.interval = 3s;
  two.controller.cooldown = 4s;
  two.controller.dry_run = true;
  two.controller.random_seed = 18446744073709551615U;
  expected.services = {one, two};
  expected.state = {"/tmp/state", 10s};
  expected.log = {LogLevel::kDebug, LogFormat::kText};
  expected.http = {"", ""};
  CHECK(settings == expected);
}

TEST_CASE("Every word of a choice is known", "[config]") {
  const auto level = GENERATE(table<const char*, LogLevel>({{"trace", LogLevel::kTrace},
                                                            {"debug", LogLevel::kDebug},
                                                            {"info", LogLevel::kInfo},
                                                            {"warn", LogLevel::kWarn},
                                                            {"error", LogLevel::kError}}));
  const auto& [word, value] = level;
  CHECK(loaded(kMinimal + "log: {level: " + word + "}\n").log.level == value);
}

TEST_CASE("Every policy is known", "[config]") {
  const auto [word, value] =
      GENERATE(table<const char*, PolicyType>({{"q_learning", PolicyType::kQLearning},
                                               {"mixture", PolicyType::kMixture},
                                               {"dyna_q", PolicyType::kDynaQ},
                                               {"model_based", PolicyType::kModelBased},
                                               {"target_tracking", PolicyType::kTargetTracking},
                                               {"thresholds", PolicyType::kThresholds},
                                               {"static", PolicyType::kStatic}}));
  const Settings settings = loaded(kMinimal + "    agent: {policy: " + word + "}\n");
  CHECK(settings.services[0].controller.agent.policy == value);
}

TEST_CASE("The delays may take as much as 1,000 intervals", "[config]") {
  const LoadResult result = load("controller: {interval: 1s}\n" + kMinimal +
                                 "    environment: {startup: 1000s, lag: 1000s}\n");
  INFO(shown(result));
  REQUIRE(result.settings);
  CHECK(result.settings->services[0].controller.environment.lag == std::chrono::seconds(1000));
  CHECK(load("controller: {interval: 365d}\n" + kMinimal +
             "    environment: {startup: 365d, lag: 365d}\n")
            .settings);
}

TEST_CASE("Only a policy that learns in a table of states is held to its size", "[config]") {
  const std::string large = kMinimal + "    replicas: {max: 200, max_step: 20}\n";
  const std::string of_thresholds = "    environment: {reward: {type: thresholds}}\n";
  for (const char* agent : {"{}", "{policy: mixture}", "{policy: q_learning}",
                            "{policy: model_based, updates: factual}"}) {
    INFO(agent);
    CHECK(load(large + "    agent: " + agent + "\n").settings);
  }
  for (const std::string& rest :
       {std::string("    agent: {policy: dyna_q}\n"),
        std::string("    agent: {policy: q_learning, updates: factual}\n"),
        of_thresholds + "    agent: {policy: q_learning}\n"}) {
    INFO(rest);
    const LoadResult result = load(large + rest);
    CHECK_FALSE(result.settings);
    CHECK_THAT(shown(result), Catch::Contains("services[0].environment.bins make a table of more "
                                              "than the 4 million cells"));
  }
}

TEST_CASE("One number is a constant learning rate, exploration and prior", "[config]") {
  const Settings settings =
      loaded(kMinimal + "    agent: {alpha: 0.7, epsilon: 0.1, prior: zero}\n");
  const AgentSettings& agent = settings.services[0].controller.agent;
  CHECK(agent.alpha == LearningRateSettings{0.7, 0.7, 0});
  CHECK(agent.epsilon == ExplorationSettings{0.1, 0.1, 1});
  CHECK(agent.prior.type == PriorType::kZero);
}

TEST_CASE("A small start of alpha takes its default minimum along", "[config]") {
  const Settings settings = loaded(kMinimal + "    agent: {alpha: {start: 0.001}}\n");
  CHECK(settings.services[0].controller.agent.alpha == LearningRateSettings{0.001, 0.001, 0.7});
}

TEST_CASE("Quotes do not change what a value is", "[config]") {
  const Settings settings = loaded("controller: {interval: '5s', dry_run: \"true\"}\n" + kMinimal +
                                   "    replicas: {max: '5'}\n    agent: {gamma: \"0.5\"}\n");
  CHECK(settings.controller.interval == 5s);
  CHECK(settings.controller.dry_run);
  CHECK(settings.services[0].controller.replicas.max == 5);
  CHECK(settings.services[0].controller.agent.gamma == 0.5);
}

TEST_CASE("A section whose keys are all commented out is absent", "[config]") {
  const Settings settings =
      loaded("prometheus:\n  # url: http://x\ncontroller:\n" + kMinimal + "    agent:\n");
  CHECK(settings == loaded(kMinimal));
}

TEST_CASE("A file with a byte order mark and CRLF line ends", "[config]") {
  const Settings settings = loaded(
      "\xEF\xBB\xBFservices:\r\n  - name: app\r\n    metrics:\r\n"
      "      cpu: {query: \"c\"}\r\n      ram: {query: 'r'}\r\n");
  CHECK(settings.services[0].metrics.ram.query == "r");
}

TEST_CASE("Docker's host comes from the file, DOCKER_HOST or the socket", "[config]") {
  const Environment environment = variables({{"DOCKER_HOST", "tcp://proxy:1"}});
  CHECK(loaded(kMinimal).docker.endpoint.text == "unix:///var/run/docker.sock");
  CHECK(loaded(kMinimal, variables({{"DOCKER_HOST", ""}})).docker.endpoint.text ==
        "unix:///var/run/docker.sock");
  CHECK(loaded(kMinimal, environment).docker.endpoint.text == "tcp://proxy:1");
  CHECK(loaded("docker: {host: 'unix:///d.sock'}\n" + kMinimal, environment).docker.endpoint.text ==
        "unix:///d.sock");
  CHECK_THAT(shown(load(kMinimal, variables({{"DOCKER_HOST", "ssh://me@host"}}))),
             Catch::Contains("skep.yaml:1:1: docker.host from the environment variable "
                             "DOCKER_HOST is 'ssh://***@host', which must start with unix://"));
}

TEST_CASE("The environment is filled into values of every type", "[config]") {
  const Environment environment =
      variables({{"HOST", "prom"}, {"INTERVAL", "7s"}, {"MAX", "4"}, {"APP", "shop_web"}});
  const Settings settings = loaded(
      "prometheus:\n  url: http://${HOST}:9090\ncontroller:\n  interval: ${INTERVAL}\nservices:\n"
      "  - name: ${APP}\n    replicas:\n      max: ${MAX}\n    metrics:\n"
      "      cpu: {query: 'c{x=\"$service\"}'}\n      ram: {query: '$${HOST}'}\n",
      environment);
  CHECK(settings.prometheus.endpoint.text == "http://prom:9090");
  CHECK(settings.controller.interval == 7s);
  CHECK(settings.services[0].name == "shop_web");
  CHECK(settings.services[0].controller.replicas.max == 4);
  CHECK(settings.services[0].metrics.cpu.query == "c{x=\"$service\"}");
  CHECK(settings.services[0].metrics.ram.query == "${HOST}");
}

TEST_CASE("Secrets are read from files", "[config]") {
  const TemporaryFolder folder;
  const std::string password = folder.write("password", "p@ss word\n");
  const std::string token = folder.write("token", "abc\r\n");
  const std::string url = folder.write("url", "http://prom:1/api/v1/query\n");
  LoadResult result =
      load("prometheus: {url_file: " + url + ", username: me, password_file: " + password +
           "}\nhttp: {token_file: " + token + "}\n" + kMinimal);
  INFO(shown(result));
  REQUIRE(result.settings);
  CHECK(result.settings->prometheus.endpoint.text == "the Prometheus of url_file");
  CHECK(result.settings->prometheus.endpoint.authorization ==
        basic_authorization("me", "p@ss word"));
  CHECK(result.settings->http.token == "abc");
}

TEST_CASE("A secret that cannot be read is an error at its key", "[config]") {
  const TemporaryFolder folder;
  const auto [name, content, part] = GENERATE(table<std::string, std::string, std::string>({
      {"empty", "", "which is empty"},
      {"newline", "\n", "which is empty"},
      {"large", std::string(64 * 1024 + 1, 'x'), "larger than 64 KiB"},
  }));
  const std::string file = folder.write(name, content);
  CHECK_THAT(shown(load(kMinimal + "http: {token_file: " + file + "}\n")),
             Catch::Contains("skep.yaml:4:20: http.token_file names '") && Catch::Contains(part));
  CHECK_THAT(shown(load(kMinimal + "http: {token_file: " + folder.path() + "}\n")),
             Catch::Contains("is a folder"));
}

TEST_CASE("What a secret holds is in no message", "[config]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("secret", "hunter2\n");
  const Environment environment = variables({{"SECRET", "hunter2"}});
  const auto [text, message] = GENERATE_COPY(table<std::string, std::string>({
      {"prometheus: {url_file: " + file + "}\n", "', whose content must start with http://"},
      {"prometheus: {url: '${SECRET}'}\n",
       "prometheus.url is '${SECRET}', which must start with http://"},
      {"prometheus: {url: 'http://me:${SECRET}'}\n",
       "prometheus.url is 'http://me:${SECRET}', which must have a number from 1 to 65535"},
      {"prometheus: {url: 'http://h:${SECRET}@p:0'}\n",
       "prometheus.url is 'http://***@p:0', which"},
      {"docker: {host: 'tcp://h:${SECRET}'}\n", "docker.host is 'tcp://h:${SECRET}', which"},
      {"prometheus: {username: me, password_file: '${SECRET}'}\n",
       "prometheus.password_file names '${SECRET}', which does not exist"},
      {"http: {token_file: '${SECRET}'}\n", "http.token_file names '${SECRET}', which"},
  }));
  const LoadResult result = load(text + kMinimal, environment);
  CHECK_FALSE(result.settings);
  CHECK_THAT(shown(result), Catch::Contains(message) && !Catch::Contains("hunter2"));
}

TEST_CASE("Two ways to say one thing are refused", "[config]") {
  const TemporaryFolder folder;
  const std::string file = folder.write("f", "http://b");
  CHECK_THAT(shown(load("prometheus: {url: 'http://a', url_file: " + file + "}\n" + kMinimal)),
             Catch::Contains("prometheus.url_file and url are both set; keep one of them"));
  CHECK_THAT(shown(load("prometheus: {url: 'http://u:p@a', username: u, password_file: " + file +
                        "}\n" + kMinimal)),
             Catch::Contains("prometheus.username is in the url as well; keep one of them"));
  CHECK_THAT(shown(load("prometheus: {url: 'unix:///p.sock', username: u, password_file: " + file +
                        "}\n" + kMinimal)),
             Catch::Contains("prometheus.username makes no sense with a unix socket"));
}
