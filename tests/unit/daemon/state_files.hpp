// What the tests of the state store have in common.
#pragma once

#include "core/controller.hpp"
#include "daemon/state_store.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace skep {

/// 2026-11-24T14:00:00Z and a few seconds.
inline WallTime at(int seconds) {
  return WallTime(std::chrono::seconds(1795528800) + std::chrono::seconds(seconds));
}

inline Snapshot snapshot_of(std::uint64_t ticks) {
  Snapshot snapshot;
  snapshot.layout = "a layout";
  snapshot.cells = {{1, 2, -0.1, 3}};
  snapshot.ticks = ticks;
  return snapshot;
}

inline StateStore opened(const std::filesystem::path& folder) {
  Result<StateStore> store = StateStore::open(folder);
  REQUIRE(store);
  return std::move(*store);
}

inline std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

inline std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace skep
