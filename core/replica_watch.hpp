// Who changed the replica count? Compares what Docker says with what skep saw and asked for.
#pragma once

#include "core/observation.hpp"

#include <cstdint>
#include <optional>

namespace skep {

class ReplicaWatch {
 public:
  enum class Kind {
    kNothing,
    kExternal,  ///< somebody changed the replica count: respect it for one cooldown
    kDeploy,    ///< it came together with another change of the spec: go back to skep's own count
                ///< once that is done
  };
  struct News {
    Kind kind = Kind::kNothing;
    int from = 0;
    int to = 0;
  };

  /// Takes a new status and says what others did since the last one.
  News look(const ServiceStatus& status);

  /// skep's own command was accepted.
  void accepted(int to);
  /// skep's own command was not answered: the next status may show `to` or the count before.
  void unanswered(int to) { maybe_ = to; }

  /// The count to go back to after a deploy: skep's own, where Docker has another one.
  std::optional<int> restore_target() const;

  struct Memory {
    std::optional<int> known_desired;
    std::optional<int> own_target;
    std::optional<int> unanswered_target;
    std::uint64_t spec_fingerprint = 0;
  };
  /// All that it knows.
  Memory memory() const { return {known_, own_, maybe_, fingerprint_}; }
  void remember(const Memory& memory);

 private:
  std::optional<int> known_;  ///< desired at the last look
  std::optional<int> own_;    ///< what skep asked for, while nobody else changed it
  std::optional<int> maybe_;  ///< what skep asked for without an answer
  std::uint64_t fingerprint_ = 0;
};

}  // namespace skep
