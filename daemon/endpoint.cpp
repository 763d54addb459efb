#include "daemon/endpoint.hpp"

#include <charconv>
#include <system_error>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace skep {
namespace {

std::string base64(std::string_view bytes) {
  static constexpr char kAlphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  int bit_count = 0;
  for (const char c : bytes) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    bit_count += 8;
    while (bit_count >= 6) {
      bit_count -= 6;
      out += kAlphabet[(bits >> bit_count) & 63U];
    }
  }
  if (bit_count > 0) out += kAlphabet[(bits << (6 - bit_count)) & 63U];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

Error invalid(std::string_view url, const std::string& why) {
  return Error(ErrorCode::kInvalid, "The address \"" + masked_url(url) + "\" " + why);
}

bool remove_suffix(std::string& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.resize(text.size() - suffix.size());
  return true;
}

bool has_control_or_space(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f') return true;
  }
  return false;
}

Result<Endpoint> parse_unix(std::string_view url) {
  constexpr std::size_t kLongestPath = 107;  // sun_path holds 108 bytes with the final zero
  std::string path(url.substr(std::string_view("unix://").size()));
  if (path.empty() || path.front() != '/') {
    return invalid(url,
                   "must name the socket by its full path, as in unix:///var/run/docker.sock.");
  }
  if (path.size() > kLongestPath) {
    return invalid(url, "is too long: the path of a unix socket has at most 107 bytes.");
  }
  Endpoint endpoint;
  endpoint.text = "unix://" + path;
  endpoint.socket_path = std::move(path);
  endpoint.host_header = "localhost";
  return endpoint;
}

Result<Endpoint> parse_tcp(std::string_view url, std::string_view example,
                           std::uint16_t default_port) {
  const auto parsed = boost::urls::parse_uri(boost::urls::string_view(url.data(), url.size()));
  if (!parsed || !parsed->has_authority() || parsed->encoded_host().empty()) {
    return invalid(url, "is not complete: write it like " + std::string(example) + ".");
  }
  if (parsed->has_query() || parsed->has_fragment()) {
    return invalid(
        url, "must not have a query or a fragment: write it like " + std::string(example) + ".");
  }
  // Boost.URL 1.81 lets a port above 65535 wrap around, and takes what cannot be a port or host for
  // a path.
  std::uint16_t port = default_port;
  if (parsed->has_port()) {
    const std::string_view digits(parsed->port().data(), parsed->port().size());
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || port == 0) {
      return invalid(url, "has an impossible port: it must be 1 to 65535.");
    }
  }
  Endpoint endpoint;
  endpoint.host = std::string(parsed->host_address());
  endpoint.port = port;
  endpoint.path_prefix = std::string(parsed->encoded_path());
  if (!endpoint.path_prefix.empty() && endpoint.path_prefix.front() != '/') {
    return invalid(url, "is not complete: write it like " + std::string(example) + ".");
  }
  while (remove_suffix(endpoint.path_prefix, "/")) {
  }
  if (parsed->has_userinfo()) {
    endpoint.authorization = "Basic " + base64(parsed->userinfo());
  }
  if (has_control_or_space(endpoint.host)) return invalid(url, "has no possible host name.");
  const std::string host(parsed->encoded_host());
  endpoint.host_header = host + ":" + std::to_string(endpoint.port);
  endpoint.text =
      std::string(parsed->scheme()) + "://" + endpoint.host_header + endpoint.path_prefix;
  return endpoint;
}

constexpr std::string_view kHttpsRefused =
    "uses https, which skep does not speak: give the plain http address (inside the Swarm's "
    "network), or put a proxy "
    "between that ends TLS.";

}  // namespace

std::string masked_url(std::string_view url) {
  const std::size_t at = url.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  const std::size_t scheme_end = url.find("://");
  const std::size_t begin = scheme_end != std::string_view::npos && scheme_end < at
                                ? scheme_end + std::string_view("://").size()
                                : 0;
  return std::string(url.substr(0, begin)) + "***" + std::string(url.substr(at));
}

Result<Endpoint> parse_prometheus_endpoint(std::string_view url) {
  constexpr std::string_view kExample = "http://prometheus:9090";
  constexpr std::uint16_t kHttpPort = 80;
  if (url.starts_with("https://")) return invalid(url, std::string(kHttpsRefused));
  if (url.starts_with("unix://")) return parse_unix(url);
  if (!url.starts_with("http://")) {
    return invalid(url, "must start with http://, as in " + std::string(kExample) + ".");
  }
  Result<Endpoint> endpoint = parse_tcp(url, kExample, kHttpPort);
  if (!endpoint) return endpoint;
  for (const std::string_view api : {"/api/v1/query", "/api/v1"}) {
    if (remove_suffix(endpoint->path_prefix, api)) {
      remove_suffix(endpoint->text, api);
      break;
    }
  }
  return endpoint;
}

Result<Endpoint> parse_docker_endpoint(std::string_view url) {
  constexpr std::string_view kExample = "tcp://socket-proxy:2375";
  constexpr std::uint16_t kDockerPort = 2375;
  if (url.starts_with("https://")) return invalid(url, std::string(kHttpsRefused));
  if (url.starts_with("unix://")) return parse_unix(url);
  if (!url.starts_with("tcp://") && !url.starts_with("http://")) {
    return invalid(url, "must be like unix:///var/run/docker.sock or " + std::string(kExample) +
                            " (ssh and named pipes are not supported).");
  }
  return parse_tcp(url, kExample, kDockerPort);
}

}  // namespace skep
