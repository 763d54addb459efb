#include "config/read_settings.hpp"

#include "config/address.hpp"

#include <utility>

namespace skep {
namespace {

// `written` as the file has it: what a variable of the environment stands for may be a secret.
std::string is_but(std::string_view written, const std::string& error) {
  return "is " + quoted_address(written) + ", which " + error;
}

void read_prometheus(MapReader prometheus, PrometheusSettings& settings) {
  std::string url;
  const bool direct = prometheus.text("url", url);
  const bool from_file = prometheus.file_content("url_file", url);
  if (prometheus.has("url") && prometheus.has("url_file")) {
    prometheus.error("url_file", "and url are both set; keep one of them");
  }
  if (direct || from_file) {
    ParsedEndpoint parsed = parse_prometheus_url(url);
    if (parsed.value) {
      settings.endpoint = std::move(*parsed.value);
      if (from_file) {  // all of it may be a secret, such as a token in the path
        settings.endpoint.text = "the Prometheus of url_file";
      }
    } else if (from_file) {
      prometheus.error("url_file", "names " + quoted(prometheus.written("url_file")) +
                                       ", whose content " + parsed.error);
    } else {
      prometheus.error("url", is_but(prometheus.written("url"), parsed.error));
    }
  }
  prometheus.duration("timeout", settings.timeout, 1ms);

  std::string user;
  std::string password;
  const bool has_user = prometheus.text("username", user);
  const bool has_password = prometheus.file_content("password_file", password);
  if (prometheus.has("username") != prometheus.has("password_file")) {
    prometheus.error(has_user ? "username" : "password_file",
                     "needs its other half; set username and password_file together");
  } else if (has_user && has_password && settings.endpoint.is_unix()) {
    prometheus.error("username",
                     "makes no sense with a unix socket, which asks for no password; leave out "
                     "username and password_file");
  } else if (has_user && has_password && !settings.endpoint.authorization.empty()) {
    prometheus.error("username", "is in the url as well; keep one of them");
  } else if (has_user && has_password) {
    settings.endpoint.authorization = basic_authorization(user, password);
  }
}

void read_docker(MapReader docker, const Environment& environment, DockerSettings& settings) {
  std::string host;
  bool given = docker.text("host", host);
  std::string_view written = docker.written("host");
  std::string origin;
  if (!docker.has("host")) {
    const std::optional<std::string> from_environment = environment("DOCKER_HOST");
    given = from_environment && !from_environment->empty();
    host = from_environment.value_or("");
    written = host;
    origin = "from the environment variable DOCKER_HOST ";
  }
  if (given) {
    ParsedEndpoint parsed = parse_docker_host(host);
    if (parsed.value) {
      settings.endpoint = std::move(*parsed.value);
    } else {
      docker.error("host", origin + is_but(written, parsed.error));
    }
  }
  docker.duration("timeout", settings.timeout, 1ms);
}

void read_common(MapReader controller, CommonSettings& settings) {
  controller.duration("interval", settings.interval, 1ms);
  controller.duration("cooldown", settings.cooldown, 0s);
  controller.boolean("dry_run", settings.dry_run);
  controller.unsigned_integer("random_seed", settings.random_seed);
}

void read_state(MapReader state, StateSettings& settings) {
  state.text("path", settings.path);
  state.duration("interval", settings.interval, 1ms);
}

void read_log(MapReader log, LogSettings& settings) {
  log.choice("level", settings.level,
             Words<LogLevel>{{"trace", LogLevel::kTrace},
                             {"debug", LogLevel::kDebug},
                             {"info", LogLevel::kInfo},
                             {"warn", LogLevel::kWarn},
                             {"error", LogLevel::kError}});
  log.choice("format", settings.format,
             Words<LogFormat>{{"json", LogFormat::kJson}, {"text", LogFormat::kText}});
}

void read_http(MapReader http, HttpSettings& settings) {
  std::string listen;
  if (http.text("listen", listen, true)) {
    const std::string error = listen_address_error(listen);
    if (error.empty()) {
      settings.listen = listen;
    } else {
      http.error("listen", is_but(http.written("listen"), error));
    }
  }
  http.file_content("token_file", settings.token);
}

// Two entries that could come to mean the same Swarm service would fight each other.
bool may_be_same(const ServiceSettings& a, const ServiceSettings& b) {
  return a.name == b.name || (a.match == NameMatch::kPrefix && b.name.starts_with(a.name)) ||
         (b.match == NameMatch::kPrefix && a.name.starts_with(b.name));
}

void refuse_same_service(const ServiceSettings& service, Position position, const std::string& path,
                         const std::vector<ServiceSettings>& earlier, Report& report) {
  for (std::size_t i = 0; i < earlier.size() && !service.name.empty(); ++i) {
    if (earlier[i].name.empty() || !may_be_same(service, earlier[i])) {
      continue;
    }
    std::string message = path + ".name is " + quoted(service.name);
    const std::string other = " in services[" + std::to_string(i) + ']';
    if (service.name == earlier[i].name) {
      message += ", as" + other + "; name each service once";
    } else {
      message += ", which may be the same service as " + quoted(earlier[i].name) + other +
                 " because of match: prefix; use match: exact";
    }
    report.error(position, std::move(message));
    return;
  }
}

void read_services(MapReader& root, ReadContext& context, Settings& settings) {
  const std::string what =
      "service, as in \"services:\" and below it \"  - name: mystack_application\"";
  if (!root.has("services")) {
    root.error("services", "must be a list of at least one " + what);
  }
  for (MapReader& reader : root.sections("services", what, "name")) {
    const Position position = reader.position("name");
    const std::string path = reader.path();
    ServiceSettings service = read_service(std::move(reader), settings.controller);
    refuse_same_service(service, position, path, settings.services, context.report);
    settings.services.push_back(std::move(service));
  }
}

}  // namespace

Settings read_settings(const YamlNode& root, ReadContext& context) {
  Settings settings;
  MapReader reader(context, &root, "");
  read_prometheus(reader.section("prometheus"), settings.prometheus);
  read_docker(reader.section("docker"), context.environment, settings.docker);
  read_common(reader.section("controller"), settings.controller);
  read_services(reader, context, settings);
  read_state(reader.section("state"), settings.state);
  read_log(reader.section("log"), settings.log);
  read_http(reader.section("http"), settings.http);
  context.report.refuse_unknown_keys(root);
  return settings;
}

}  // namespace skep
