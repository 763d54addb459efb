#include "config/address.hpp"

#include <catch2/catch.hpp>

using namespace skep;

TEST_CASE("Addresses of Prometheus", "[config]") {
  struct Case {
    const char* url;
    const char* host;
    int port;
    const char* prefix;
    const char* text;
  };
  const auto one = GENERATE(values<Case>({
      {"http://prometheus:9090", "prometheus", 9090, "", "http://prometheus:9090"},
      {"http://prometheus:9090/", "prometheus", 9090, "", "http://prometheus:9090"},
      {"http://prometheus:9090/api/v1/query", "prometheus", 9090, "", "http://prometheus:9090"},
      {"http://prometheus:9090/api/v1/query/", "prometheus", 9090, "", "http://prometheus:9090"},
      {"http://host/prefix/api/v1/query", "host", 80, "/prefix", "http://host:80/prefix"},
      {"http://host/prom//api/v1", "host", 80, "/prom", "http://host:80/prom"},
      {"http://host/a%20b:c/", "host", 80, "/a%20b:c", "http://host:80/a%20b:c"},
      {"http://my_stack-prometheus.example:80", "my_stack-prometheus.example", 80, "",
       "http://my_stack-prometheus.example:80"},
      {"http://10.0.0.1:9090", "10.0.0.1", 9090, "", "http://10.0.0.1:9090"},
      {"http://[::1]:9090", "::1", 9090, "", "http://[::1]:9090"},
      {"http://[::ffff:1.2.3.4]", "::ffff:1.2.3.4", 80, "", "http://[::ffff:1.2.3.4]:80"},
  }));
  INFO(one.url);
  const ParsedEndpoint parsed = parse_prometheus_url(one.url);
  INFO(parsed.error);
  REQUIRE(parsed.value);
  CHECK_FALSE(parsed.value->is_unix());
  CHECK(parsed.value->host == one.host);
  CHECK(parsed.value->port == one.port);
  CHECK(parsed.value->path_prefix == one.prefix);
  CHECK(parsed.value->text == one.text);
  CHECK(parsed.value->authorization.empty());
}

TEST_CASE("The Host header holds the brackets of an IPv6 address and the port", "[config]") {
  CHECK(parse_prometheus_url("http://[::1]:9090").value.value().host_header == "[::1]:9090");
  CHECK(parse_prometheus_url("http://host").value.value().host_header == "host:80");
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
      {"http://host\r\nX: y", "no spaces"},
      {"http://pr\xC3\xB6m:9090", "plain ASCII"},
      {"http://a,b:9090", "name or an address"},
      {"http://a%20b:9090", "name or an address"},
      {"http://host:0", "1 to 65535"},
      {"http://host:65536", "1 to 65535"},
      {"http://host:", "1 to 65535"},
      {"http://host:9x", "1 to 65535"},
      {"http://host:-1", "1 to 65535"},
      {"http://::1:9090", "IPv6 in brackets"},
      {"http://[::1", "name or an address"},
      {"http://[]:9090", "name or an address"},
      {"http://[::::]:9090", "name or an address"},
      {"http://[1.2.3.4]:9090", "name or an address"},
      {"http://host/?query=up", "must not have a query"},
      {"http://host/#up", "must not have a query"},
      {"http://host/{x}", "percent codes"},
      {"http://host/%zz", "percent codes"},
      {"http://u:p[1@host", "percent codes"},
      {"http://u:p%zz@host", "percent codes"},
      {"http://u:p@q@host", "percent codes"},
      {"http://u:80/p@host", "a '/' in its user and password as %2F"},
      {"unix://prometheus.sock", "full path of the socket"},
  }));
  INFO(text);
  const ParsedEndpoint parsed = parse_prometheus_url(text);
  CHECK_FALSE(parsed.value);
  CHECK_THAT(parsed.error, Catch::Contains(part));
}

TEST_CASE("Addresses of Docker", "[config]") {
  const Endpoint local = parse_docker_host("unix:///var/run/docker.sock").value.value();
  CHECK(local.is_unix());
  CHECK(local.socket_path == "/var/run/docker.sock");
  CHECK(local.text == "unix:///var/run/docker.sock");
  CHECK(parse_docker_host("unix:///" + std::string(106, 'a')).value);

  const Endpoint proxy = parse_docker_host("tcp://socket-proxy").value.value();
  CHECK(proxy.host == "socket-proxy");
  CHECK(proxy.port == 2375);
  CHECK(proxy.text == "tcp://socket-proxy:2375");
  CHECK(parse_docker_host("tcp://10.0.0.2:99").value.value().port == 99);
  CHECK(parse_docker_host("http://[::1]:80/").value.value().text == "http://[::1]:80");
}

TEST_CASE("Impossible addresses of Docker", "[config]") {
  const auto [text, part] = GENERATE(table<std::string, const char*>({
      {"", "must start with unix:// or tcp://"},
      {"/var/run/docker.sock", "must start with unix:// or tcp://"},
      {"ssh://host", "must start with unix:// or tcp://"},
      {"npipe:////./pipe/docker", "must start with unix:// or tcp://"},
      {"https://host:2376", "must start with unix:// or tcp://"},
      {"unix://", "full path"},
      {"unix://relative.sock", "full path"},
      {"unix:///" + std::string(107, 'a'), "107"},
      {"tcp://", "name or an address"},
      {"tcp://[::::]:2375", "name or an address"},
      {"tcp://host:2375/path", "no user, password or path"},
      {"tcp://me:pw@host:2375", "no user, password or path"},
  }));
  INFO(text);
  const ParsedEndpoint parsed = parse_docker_host(text);
  CHECK_FALSE(parsed.value);
  CHECK_THAT(parsed.error, Catch::Contains(part));
}

TEST_CASE("Addresses to listen on", "[config]") {
  for (const char* right : {"", "127.0.0.1:9188", ":0", "[::]:9188"}) {
    CHECK(listen_address_error(right).empty());
  }
  CHECK_THAT(listen_address_error("9188"), Catch::Contains("must have a port"));
  CHECK_THAT(listen_address_error("[::]"), Catch::Contains("must have a port"));
  CHECK_THAT(listen_address_error("host:99999"), Catch::Contains("0 to 65535"));
}

TEST_CASE("User and password become a header and are in no text", "[config]") {
  const Endpoint endpoint =
      parse_prometheus_url("http://user:pa%3Ass@host:1/api/v1/query").value.value();
  CHECK(endpoint.authorization == "Basic dXNlcjpwYTpzcw==");
  CHECK(endpoint.authorization == basic_authorization("user", "pa:ss"));
  CHECK(endpoint.text == "http://host:1");
  CHECK(endpoint.host_header == "host:1");
  // RFC 7617: the colon is there even without a password.
  CHECK(parse_prometheus_url("http://user@host").value.value().authorization == "Basic dXNlcjo=");
}

TEST_CASE("No message shows user and password", "[config]") {
  for (const char* url : {"ftp://me:secret@host", "https://secret@host", "me:secret@host",
                          "http://me:secret@host:0", "http://a:secret@@b@host:0",
                          "http://a:secret@", "http://a:80/secret@host", "http://a:secret[@host"}) {
    const ParsedEndpoint parsed = parse_prometheus_url(url);
    INFO(url);
    CHECK_FALSE(parsed.value);
    CHECK_THAT(quoted_address(url) + parsed.error,
               Catch::Contains("***") && !Catch::Contains("secret"));
  }
  CHECK(quoted_address("http://host/path") == "'http://host/path'");
  CHECK(quoted_address("http://u:p/w@host") == "'http://***@host'");
  CHECK(quoted_address("u:p@host") == "'***@host'");
}
