#include "config/address.hpp"

#include "config/problem.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace skep {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

std::size_t authority_begin(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  return scheme_end == std::string_view::npos ? 0 : scheme_end + 3;
}

ParsedAddress failure(std::string why) { return {std::nullopt, std::move(why)}; }

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 3 && host.ends_with(']') &&
           host.find_first_not_of("0123456789abcdefABCDEF:.", 1) == host.size() - 1;
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
  });
}

// Why HOST[:PORT] is not right, or nothing.
std::string host_port_error(std::string_view text, bool port_needed, int smallest_port) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (!is_host(text.substr(0, has_port ? colon : text.size()))) {
    return "must have a name or an address (IPv6 in brackets) as its host";
  }
  if (!has_port) {
    return port_needed ? "must have a port" : "";
  }
  const std::string_view digits = text.substr(colon + 1);
  int port = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() ||
      port < smallest_port || port > 65535) {
    return "must have a number from " + std::to_string(smallest_port) + " to 65535 as its port";
  }
  return "";
}

ParsedAddress parse_unix(std::string_view text, std::string_view path) {
  constexpr std::size_t kLongestPath = 107;  // sockaddr_un holds 108 bytes with the final zero
  if (!path.starts_with('/') || path.size() > kLongestPath) {
    return failure(
        "must hold the full path of the socket, of at most 107 bytes; write "
        "unix:///var/run/docker.sock");
  }
  return {std::string(text), ""};
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

}  // namespace

std::string quoted_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) {
    return quoted(text);
  }
  const std::size_t begin = std::min(authority_begin(text), at);
  return quoted(std::string(text.substr(0, begin)) + "***" + std::string(text.substr(at)));
}

ParsedAddress parse_prometheus_url(std::string_view text) {
  static const std::string example = "; write http://prometheus:9090";
  if (const auto path = after(text, "unix://")) {
    return parse_unix(text, *path);
  }
  if (text.starts_with("https://")) {
    return failure(
        "must not start with https://, which skep does not speak; give the plain http address "
        "inside the Swarm's "
        "network, or put a proxy between that ends TLS");
  }
  auto rest = after(text, "http://");
  if (!rest) {
    return failure("must start with http://" + example);
  }
  if (text.find_first_of("?#") != std::string_view::npos) {
    return failure("must not have a query or a fragment" + example);
  }
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c == 0x7F; })) {
    return failure("must hold plain ASCII letters and no spaces" + example);
  }
  std::string_view authority = rest->substr(0, rest->find('/'));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    authority.remove_prefix(at + 1);
  }
  const std::string error = host_port_error(authority, false, 1);
  if (!error.empty()) {
    return failure(error + example);
  }
  while (cut_end(text, "/")) {
  }
  if (cut_end(text, "/api/v1/query")) {
    while (cut_end(text, "/")) {
    }
  }
  return {std::string(text), ""};
}

ParsedAddress parse_docker_host(std::string_view text) {
  static const std::string example =
      "; write unix:///var/run/docker.sock or tcp://socket-proxy:2375";
  if (const auto path = after(text, "unix://")) {
    return parse_unix(text, *path);
  }
  auto rest = after(text, "tcp://");
  if (!rest) {
    rest = after(text, "http://");
  }
  if (!rest) {
    return failure("must start with unix:// or tcp://" + example);
  }
  cut_end(*rest, "/");
  const std::string error = host_port_error(*rest, false, 1);
  if (!error.empty()) {
    return failure(error + example);
  }
  return {std::string(text), ""};
}

ParsedAddress parse_listen_address(std::string_view text) {
  if (text.empty()) {
    return {std::string(), ""};
  }
  const std::string whole = (text.starts_with(':') ? "0.0.0.0" : "") + std::string(text);
  const std::string error = host_port_error(whole, true, 0);
  if (!error.empty()) {
    return failure(error + "; write 127.0.0.1:9188, or \"\" to turn it off");
  }
  return {std::string(text), ""};
}

std::string with_credentials(const std::string& url, std::string_view user,
                             std::string_view password) {
  const auto encode = [](std::string_view text) {
    static constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
      if (is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
        out += c;
        continue;
      }
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
    return out;
  };
  std::string out = url;
  return out.insert(authority_begin(url), encode(user) + ':' + encode(password) + '@');
}

bool has_credentials(std::string_view url) {
  const std::string_view rest = url.substr(authority_begin(url));
  return rest.substr(0, rest.find('/')).find('@') != std::string_view::npos;
}

}  // namespace skep
