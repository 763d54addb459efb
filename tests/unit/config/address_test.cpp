#include "config/address.hpp"

#include <catch2/catch.hpp>

using namespace skep;

TEST_CASE("Addresses of Prometheus", "[config]") {
  const auto [text, expected] = GENERATE(table<const char*, const char*>({
      {"http://prometheus:9090", "http://prometheus:9090"},
      {"http://prometheus:9090/", "http://prometheus:9090"},
      {"http://prometheus:9090/api/v1/query", "http://prometheus:9090"},
      {"http://prometheus:9090/api/v1/query/", "http://prometheus:9090"},
      {"http://host/prefix/api/v1/query", "http://host/prefix"},
      {"http://my_stack-prometheus.example:80", "http://my_stack-prometheus.example:80"},
      {"http://user:p%40ss@host:9090", "http://user:p%40ss@host:9090"},
      {"http://[::1]:9090", "http://[::1]:9090"},
      {"http://[::1]", "http://[::1]"},
      {"unix:///run/prometheus.sock", "unix:///run/prometheus.sock"},
  }));
  CHECK(parse_prometheus_url(text).value == std::string(expected));
}

TEST_CASE("Impossible addresses of Prometheus", "[config]") {
  const auto [text, part] = GENERATE(table<const char*, const char*>({
      {"", "must start with http://"},
      {"prometheus:9090", "must start with http://"},
      {"ftp://prometheus", "must start with http://"},
      {"https://prometheus:9090", "must not start with https://"},
      {"http://", "name or an address"},
      {"http://:9090", "name or an address"},
      {"http://a b:9090", "no spaces"},
      {"http://pröm:9090", "plain ASCII"},
      {"http://a,b:9090", "name or an address"},
      {"http://host:0", "1 to 65535"},
      {"http://host:65536", "1 to 65535"},
      {"http://host:", "1 to 65535"},
      {"http://host:9x", "1 to 65535"},
      {"http://::1:9090", "IPv6 in brackets"},
      {"http://[::1", "name or an address"},
      {"http://host/?query=up", "must not have a query"},
      {"http://host/#up", "must not have a query"},
      {"unix://prometheus.sock", "full path of the socket"},
  }));
  const ParsedAddress parsed = parse_prometheus_url(text);
  CHECK_FALSE(parsed.value);
  CHECK_THAT(parsed.error, Catch::Contains(part));
}

TEST_CASE("Addresses of Docker", "[config]") {
  CHECK(parse_docker_host("unix:///var/run/docker.sock").value);
  CHECK(parse_docker_host("tcp://socket-proxy:2375").value == "tcp://socket-proxy:2375");
  CHECK(parse_docker_host("tcp://127.0.0.1").value);
  CHECK(parse_docker_host("http://[::1]:2375/").value);
  CHECK_THAT(parse_docker_host("").error, Catch::Contains("must start with unix:// or tcp://"));
  CHECK_THAT(parse_docker_host("ssh://host").error, Catch::Contains("must start with"));
  CHECK_THAT(parse_docker_host("unix://").error, Catch::Contains("full path"));
  CHECK_THAT(parse_docker_host("unix:///" + std::string(107, 'a')).error, Catch::Contains("107"));
  CHECK_THAT(parse_docker_host("tcp://host:2375/path").error, Catch::Contains("port"));
}

TEST_CASE("Addresses to listen on", "[config]") {
  CHECK(parse_listen_address("").value == "");
  CHECK(parse_listen_address("127.0.0.1:9188").value == "127.0.0.1:9188");
  CHECK(parse_listen_address(":0").value == ":0");
  CHECK(parse_listen_address("[::]:9188").value == "[::]:9188");
  CHECK_THAT(parse_listen_address("9188").error, Catch::Contains("must have a port"));
  CHECK_THAT(parse_listen_address("[::]").error, Catch::Contains("must have a port"));
  CHECK_THAT(parse_listen_address("host:99999").error, Catch::Contains("0 to 65535"));
}

TEST_CASE("Credentials are added encoded and shown in no message", "[config]") {
  CHECK(quoted_address("http://host/path") == "'http://host/path'");
  CHECK(quoted_address("http://u:p/w@host") == "'http://***@host'");
  CHECK(quoted_address("u:p@host") == "'***@host'");
  CHECK(with_credentials("http://host:1/p", "me", "p@ss:w%") == "http://me:p%40ss%3Aw%25@host:1/p");
  CHECK(has_credentials("http://me:pw@host"));
  CHECK_FALSE(has_credentials("http://host/a@b"));
  for (const char* url : {"ftp://me:secret@host", "https://secret@host", "me:secret@host",
                          "http://me:secret@host:0", "http://a:secret@@b@host:0"}) {
    const ParsedAddress parsed = parse_prometheus_url(url);
    INFO(parsed.error);
    CHECK_FALSE(parsed.value);
    CHECK(parsed.error.find("secret") == std::string::npos);
  }
}
