#include "config/address.hpp"

#include "config/problem.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include <boost/url/authority_view.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/parse_path.hpp>

namespace skep {
namespace {

namespace urls = boost::urls;

ParsedEndpoint failure(std::string why) { return {std::nullopt, std::move(why)}; }

urls::string_view view(std::string_view text) { return {text.data(), text.size()}; }

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet =
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
  if (bit_count > 0) {
    out += kAlphabet[(bits << (6 - bit_count)) & 63U];
  }
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

bool is_host_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_';
}

struct HostPort {
  std::string_view host;  // without the brackets of IPv6
  std::optional<std::uint16_t> port;
  std::string error;  // empty when all is well
};

// HOST[:PORT]; strict, because Boost.URL takes any name and lets a port above 65535 wrap around.
HostPort parse_host_port(std::string_view text, std::uint16_t smallest_port) {
  HostPort out;
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  out.host = text.substr(0, has_port ? colon : text.size());
  bool good = !out.host.empty() && std::all_of(out.host.begin(), out.host.end(), is_host_letter);
  if (out.host.size() > 2 && out.host.front() == '[' && out.host.back() == ']') {
    out.host = out.host.substr(1, out.host.size() - 2);
    good = urls::parse_ipv6_address(view(out.host)).has_value();
  }
  if (!good) {
    out.error = "must have a name or an address (IPv6 in brackets) as its host";
    return out;
  }
  if (!has_port) {
    return out;
  }
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() ||
      port < smallest_port) {
    out.error =
        "must have a number from " + std::to_string(smallest_port) + " to 65535 as its port";
    return out;
  }
  out.port = port;
  return out;
}

ParsedEndpoint parse_unix(std::string_view path) {
  constexpr std::size_t kLongestPath = 107;  // sockaddr_un holds 108 bytes with the final zero
  if (!path.starts_with('/') || path.size() > kLongestPath) {
    return failure(
        "must hold the full path of the socket, of at most 107 bytes; write "
        "unix:///var/run/docker.sock");
  }
  Endpoint endpoint;
  endpoint.socket_path = path;
  endpoint.host_header = "localhost";
  endpoint.text = "unix://" + endpoint.socket_path;
  return {std::move(endpoint), ""};
}

// HOST[:PORT] and a path that is right already.
ParsedEndpoint parse_tcp(std::string_view scheme, std::string_view host_port, std::string_view path,
                         std::uint16_t default_port) {
  HostPort parsed = parse_host_port(host_port, 1);
  if (!parsed.error.empty()) {
    return failure(std::move(parsed.error));
  }
  Endpoint endpoint;
  endpoint.host = parsed.host;
  endpoint.port = parsed.port.value_or(default_port);
  endpoint.path_prefix = path;
  const bool is_ipv6 = host_port.starts_with('[');
  endpoint.host_header =
      (is_ipv6 ? '[' + endpoint.host + ']' : endpoint.host) + ':' + std::to_string(endpoint.port);
  endpoint.text = std::string(scheme) + endpoint.host_header + endpoint.path_prefix;
  return {std::move(endpoint), ""};
}

// The text after the scheme, or nothing.
std::optional<std::string_view> after(std::string_view text, std::string_view scheme) {
  return text.starts_with(scheme) ? std::optional(text.substr(scheme.size())) : std::nullopt;
}

bool cut_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) {
    return false;
  }
  text.remove_suffix(end.size());
  return true;
}

void cut_slashes(std::string_view& path) {
  while (cut_end(path, "/")) {
  }
}

// [USER:PASSWORD@]HOST[:PORT][/PATH]
ParsedEndpoint parse_http(std::string_view text) {
  constexpr std::uint16_t kHttpPort = 80;
  const auto is_odd = [](unsigned char c) { return c <= ' ' || c >= 0x7F; };
  if (std::any_of(text.begin(), text.end(), is_odd)) {
    return failure("must hold plain ASCII letters and no spaces");
  }
  if (text.find_first_of("?#") != std::string_view::npos) {
    return failure("must not have a query or a fragment");
  }
  const std::string_view authority = text.substr(0, text.find('/'));
  std::string_view path = text.substr(authority.size());
  if (path.find('@') != std::string_view::npos) {
    // More likely a password with a slash than a path: a part of it would be taken for the path.
    return failure(
        "must have a '/' in its user and password as %2F, and an '@' in its path as %40");
  }
  cut_slashes(path);
  if (cut_end(path, "/api/v1/query") || cut_end(path, "/api/v1")) {
    cut_slashes(path);
  }
  const std::size_t at = authority.rfind('@');
  ParsedEndpoint parsed =
      parse_tcp("http://", at == std::string_view::npos ? authority : authority.substr(at + 1),
                path, kHttpPort);
  if (!parsed.value) {
    return parsed;
  }
  const auto valid = urls::parse_authority(view(authority));
  if (!valid || !urls::parse_path(view(path))) {
    return failure(
        "must have special characters in its user, password and path as percent codes, such as %40 "
        "for '@'");
  }
  if (valid->has_userinfo()) {
    parsed.value->authorization = basic_authorization(valid->user(), valid->password());
  }
  return parsed;
}

ParsedEndpoint with_example(ParsedEndpoint parsed, std::string_view example) {
  if (!parsed.value) {
    parsed.error.append("; write ").append(example);
  }
  return parsed;
}

}  // namespace

ParsedEndpoint parse_prometheus_url(std::string_view text) {
  static constexpr std::string_view kExample = "http://prometheus:9090";
  if (const auto path = after(text, "unix://")) {
    return parse_unix(*path);
  }
  if (text.starts_with("https://")) {
    return failure(
        "must not start with https://, which skep does not speak; give the plain http address "
        "inside the Swarm's network, or put a proxy between that ends TLS");
  }
  const auto rest = after(text, "http://");
  return with_example(rest ? parse_http(*rest) : failure("must start with http://"), kExample);
}

ParsedEndpoint parse_docker_host(std::string_view text) {
  static constexpr std::string_view kExample =
      "unix:///var/run/docker.sock or tcp://socket-proxy:2375";
  constexpr std::uint16_t kDockerPort = 2375;
  if (const auto path = after(text, "unix://")) {
    return parse_unix(*path);
  }
  for (const std::string_view scheme : {"tcp://", "http://"}) {
    auto rest = after(text, scheme);
    if (!rest) {
      continue;
    }
    cut_end(*rest, "/");
    if (rest->find_first_of("@/") != std::string_view::npos) {
      return with_example(failure("must have no user, password or path"), kExample);
    }
    return with_example(parse_tcp(scheme, *rest, "", kDockerPort), kExample);
  }
  return with_example(failure("must start with unix:// or tcp://"), kExample);
}

std::string listen_address_error(std::string_view text) {
  if (text.empty()) {
    return "";
  }
  const std::string whole = (text.starts_with(':') ? "0.0.0.0" : "") + std::string(text);
  const HostPort parsed = parse_host_port(whole, 0);
  const std::string error =
      parsed.error.empty() && !parsed.port ? "must have a port" : parsed.error;
  return error.empty() ? "" : error + "; write 127.0.0.1:9188, or \"\" to turn it off";
}

std::string basic_authorization(std::string_view user, std::string_view password) {
  return "Basic " + base64(std::string(user) + ':' + std::string(password));
}

std::string quoted_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) {
    return quoted(text);
  }
  const std::size_t scheme = text.find("://");
  const std::size_t begin = scheme < at ? scheme + 3 : 0;
  return quoted(std::string(text.substr(0, begin)) + "***" + std::string(text.substr(at)));
}

}  // namespace skep
