// Addresses in the configuration, checked without touching the network.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skep {

struct ParsedAddress {
  std::optional<std::string> value;
  /// When there is no value: what the address must be ("must start with http://; write ..."). Holds
  /// nothing of the text, which may be a secret.
  std::string error;
};

/// `text` between quotes for a message, with "***" for everything that may be a user name or a
/// password.
std::string quoted_address(std::string_view text);

/// http://[USER:PASSWORD@]HOST[:PORT][/PREFIX] or unix:///PATH. A path that ends in /api/v1/query,
/// and slashes at the end, are cut off.
ParsedAddress parse_prometheus_url(std::string_view text);

/// unix:///PATH, tcp://HOST[:PORT] or http://HOST[:PORT].
ParsedAddress parse_docker_host(std::string_view text);

/// HOST:PORT or :PORT or [IPV6]:PORT; the port may be 0 (any free one); an empty text (off) stays
/// empty.
ParsedAddress parse_listen_address(std::string_view text);

/// `url`, which has no credentials yet, with them, percent-encoded.
std::string with_credentials(const std::string& url, std::string_view user,
                             std::string_view password);
bool has_credentials(std::string_view url);

}  // namespace skep
