// Where a server is: parsed once from the address in the configuration.
#pragma once

#include "daemon/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace skep {

struct Endpoint {
  std::string socket_path;  ///< of a unix socket; empty: TCP
  std::string host;         ///< a name or a numeric address, without the brackets of IPv6
  std::uint16_t port = 0;   ///< 1-65535; 0 with a unix socket
  std::string path_prefix;  ///< put before every path: "" or "/prefix", without a slash at the end
  std::string host_header;  ///< the value of the Host header
  std::string
      authorization;  ///< the value of the Authorization header; empty: none. Never to be logged
  std::string text;   ///< the address for people, free of credentials

  bool is_unix() const { return !socket_path.empty(); }
};

/// `url` with everything that may be a user name or password replaced by "***".
std::string masked_url(std::string_view url);

/// The Prometheus server: http://[user:password@]host[:port][/prefix], port 80 unless given. A path
/// that ends in /api/v1/query or /api/v1 is accepted and cut. Error: kInvalid.
Result<Endpoint> parse_prometheus_endpoint(std::string_view url);

/// The Docker engine: unix:///path, tcp://host[:port] or http://host[:port]; port 2375 unless
/// given. Error: kInvalid.
Result<Endpoint> parse_docker_endpoint(std::string_view url);

}  // namespace skep
