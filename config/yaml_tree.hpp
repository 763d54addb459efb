// The YAML text as a tree with positions. What YAML allows but a configuration does not need is
// refused here: several documents, anchors, tags, keys that are not plain words, keys that occur
// twice, deep nesting.
#pragma once

#include "config/problem.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

struct YamlNode {
  enum class Kind {
    kNull,
    kScalar,
    kList,
    kMap,
    kRefused,  ///< a problem of it was reported already
  };
  Kind kind = Kind::kNull;
  Position position;
  std::string text;                ///< of a scalar, quoted or not
  std::string key;                 ///< of a child of a map
  Position key_position;           ///< of a child of a map
  std::vector<YamlNode> children;  ///< of a list or a map, in the order of the text

  /// The child of a map with this key, or nullptr.
  const YamlNode* find(std::string_view wanted) const;
};

struct YamlTree {
  std::optional<YamlNode> root;             ///< missing when the text cannot be read at all
  std::vector<PositionedMessage> problems;  ///< at least one when the root is missing
};

constexpr int kDeepestYaml = 32;  ///< nested lists and maps; the configuration needs 7
constexpr std::size_t kMostYamlNodes = 100'000;

/// Reads a text of any bytes. Never throws on bad input.
YamlTree parse_yaml(std::string_view text);

}  // namespace skep
