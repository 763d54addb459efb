// Addresses in the configuration, parsed once and without touching the network.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skep {

/// Where a server is.
struct Endpoint {
  std::string socket_path;    ///< of a unix socket; empty: TCP
  std::string host;           ///< a name or a numeric address, without the brackets of IPv6
  std::uint16_t port = 0;     ///< 1-65535; 0 with a unix socket
  std::string path_prefix;    ///< before every path: "" or "/prefix", without a slash at the end
  std::string host_header;    ///< the value of the Host header
  std::string authorization;  ///< of the Authorization header; empty: none. Never to be shown
  std::string text;           ///< the address for people, free of credentials

  bool is_unix() const { return !socket_path.empty(); }
  bool operator==(const Endpoint&) const = default;
};

struct ParsedEndpoint {
  std::optional<Endpoint> value;
  /// When there is no value: what the address must be ("must start with http://; write ..."). Holds
  /// nothing of the text, which may be a secret.
  std::string error;
};

/// http://[USER:PASSWORD@]HOST[:PORT][/PREFIX], port 80 unless given, or unix:///PATH. A path that
/// ends in /api/v1/query or /api/v1, and slashes at the end, are cut off.
ParsedEndpoint parse_prometheus_url(std::string_view text);

/// unix:///PATH, tcp://HOST[:PORT] or http://HOST[:PORT]; port 2375 unless given.
ParsedEndpoint parse_docker_host(std::string_view text);

/// What is wrong with an address to listen on, as in ParsedEndpoint; empty when nothing is. Right
/// are HOST:PORT, :PORT and [IPV6]:PORT, where port 0 is any free one, and the empty text (off).
std::string listen_address_error(std::string_view text);

/// The value of the Authorization header.
std::string basic_authorization(std::string_view user, std::string_view password);

/// `text` between quotes for a message, with "***" for everything that may be a user name or a
/// password.
std::string quoted_address(std::string_view text);

}  // namespace skep
