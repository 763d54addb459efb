#include "daemon/endpoint.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace skep {
namespace {

TEST_CASE("addresses of Prometheus") {
  const struct {
    const char* url;
    const char* host;
    int port;
    const char* prefix;
    const char* text;
  } cases[] = {
      {"http://prometheus:9090", "prometheus", 9090, "", "http://prometheus:9090"},
      {"http://prometheus:9090/", "prometheus", 9090, "", "http://prometheus:9090"},
      {"http://prometheus:9090/api/v1/query", "prometheus", 9090, "", "http://prometheus:9090"},
      {"http://prometheus:9090/api/v1/query/", "prometheus", 9090, "", "http://prometheus:9090"},
      {"http://host/prom/api/v1", "host", 80, "/prom", "http://host:80/prom"},
      {"http://host/prom/", "host", 80, "/prom", "http://host:80/prom"},
      {"http://10.0.0.1:9090", "10.0.0.1", 9090, "", "http://10.0.0.1:9090"},
      {"http://[::1]:9090", "::1", 9090, "", "http://[::1]:9090"},
  };
  for (const auto& one : cases) {
    INFO(one.url);
    const Result<Endpoint> endpoint = parse_prometheus_endpoint(one.url);
    REQUIRE(endpoint);
    CHECK_FALSE(endpoint->is_unix());
    CHECK(endpoint->host == one.host);
    CHECK(endpoint->port == one.port);
    CHECK(endpoint->path_prefix == one.prefix);
    CHECK(endpoint->text == one.text);
    CHECK(endpoint->authorization.empty());
  }
}

TEST_CASE("the Host header holds the brackets of an IPv6 address and the port") {
  CHECK(parse_prometheus_endpoint("http://[::1]:9090")->host_header == "[::1]:9090");
  CHECK(parse_prometheus_endpoint("http://host")->host_header == "host:80");
}

TEST_CASE("addresses of Docker") {
  const Result<Endpoint> local = parse_docker_endpoint("unix:///var/run/docker.sock");
  REQUIRE(local);
  CHECK(local->is_unix());
  CHECK(local->socket_path == "/var/run/docker.sock");
  CHECK(local->text == "unix:///var/run/docker.sock");

  const Result<Endpoint> proxy = parse_docker_endpoint("tcp://socket-proxy");
  REQUIRE(proxy);
  CHECK(proxy->host == "socket-proxy");
  CHECK(proxy->port == 2375);
  CHECK(parse_docker_endpoint("tcp://10.0.0.2:99")->port == 99);
  CHECK(parse_docker_endpoint("http://proxy:80")->port == 80);
}

TEST_CASE("impossible addresses are refused with what would be right") {
  const struct {
    const char* url;
    const char* hint;
  } prometheus[] = {
      {"https://prometheus:9090", "https"},
      {"prometheus:9090", "must start with http://"},
      {"", "must start with http://"},
      {"http://", "not complete"},
      {"http://:9090", "not complete"},
      {"http://prometheus:99999", "1 to 65535"},
      {"http://prometheus:0", "port"},
      {"http://prometheus:abc", "1 to 65535"},
      {"http://prometheus:", "1 to 65535"},
      {"http://prometheus:80a", "not complete"},
      {"http://a b", "not complete"},
      {"http://host\r\nX: y", "not complete"},
      {"http://host/?query=up", "query"},
      {"http://host/#top", "fragment"},
      {"ftp://host", "must start with http://"},
  };
  for (const auto& one : prometheus) {
    INFO(one.url);
    const Result<Endpoint> endpoint = parse_prometheus_endpoint(one.url);
    REQUIRE(!endpoint);
    CHECK(endpoint.error().code == ErrorCode::kInvalid);
    CHECK_THAT(endpoint.error().message, Catch::Contains(one.hint));
  }
  for (const char* url : {"ssh://host", "npipe:////./pipe/docker", "/var/run/docker.sock",
                          "unix://", "unix://relative.sock", "https://host:2376", "tcp://"}) {
    INFO(url);
    const Result<Endpoint> endpoint = parse_docker_endpoint(url);
    REQUIRE(!endpoint);
    CHECK(endpoint.error().code == ErrorCode::kInvalid);
  }
  CHECK(parse_docker_endpoint("unix:///" + std::string(106, 'x')));
  CHECK_FALSE(parse_docker_endpoint("unix:///" + std::string(107, 'x')));
}

TEST_CASE("user and password become a header and are in no text") {
  const Result<Endpoint> endpoint =
      parse_prometheus_endpoint("http://user:pa%3Ass@host:1/api/v1/query");
  REQUIRE(endpoint);
  CHECK(endpoint->authorization == "Basic dXNlcjpwYTpzcw==");
  CHECK(endpoint->text == "http://host:1");
  CHECK(endpoint->host_header == "host:1");

  for (const char* url : {"http://user:secret@host:bad", "https://user:secret@host",
                          "http://user:sec@ret@host", "user:secret@host", "http://a:secret@"}) {
    INFO(url);
    const Result<Endpoint> bad = parse_prometheus_endpoint(url);
    REQUIRE(!bad);
    CHECK_THAT(bad.error().message, Catch::Contains("***"));
    CHECK_THAT(bad.error().message, !Catch::Contains("sec") && !Catch::Contains("ret@"));
  }
  CHECK(masked_url("http://host/path") == "http://host/path");
  CHECK(masked_url("http://u:p/w@host") == "http://***@host");
}

}  // namespace
}  // namespace skep
