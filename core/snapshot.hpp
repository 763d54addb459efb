// What of a controller survives a restart. How it is written to a file is the daemon's business.
#pragma once

#include "core/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace skep {

/// A cell of the Q-table that differs from the prior.
struct TableCell {
  std::size_t state = 0;
  std::size_t action = 0;
  double value = 0;
  double visits = 0;

  bool operator==(const TableCell&) const = default;
};

/// What a learner keeps besides one Q-table: numbers whose meaning and count its layout fixes.
struct LearnedArray {
  std::string name;
  std::vector<float> values;  ///< finite

  bool operator==(const LearnedArray&) const = default;
};

/// Where in time the load stands that was learned from.
struct LastLoad {
  Duration age{0};  ///< at the moment of the snapshot
  Duration interval{0};

  bool operator==(const LastLoad&) const = default;
};

struct Snapshot {
  std::string layout;  ///< what the cells and arrays belong to; those of another layout must not be
                       ///< mixed in
  std::vector<TableCell> cells;  ///< in order of state and action
  std::vector<LearnedArray> arrays;
  std::optional<LastLoad> last_load;  ///< that `arrays` know; empty when it is not known which
  double epsilon = 0;
  std::uint64_t ticks = 0;
  Duration cooldown_left{0};           ///< at the moment of the snapshot
  std::optional<int> pending_target;   ///< a scale command to this count was about to be sent, or
                                       ///< was not answered: keep a whole cooldown
  std::optional<int> known_desired;    ///< the last desired count that skep saw or set
  std::optional<int> own_target;       ///< the last count that skep itself asked for
  std::uint64_t spec_fingerprint = 0;  ///< of the service when known_desired was seen
  bool paused = false;
  Duration pause_left{0};  ///< 0 while paused: until resumed

  bool operator==(const Snapshot&) const = default;
};

}  // namespace skep
