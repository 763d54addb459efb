// What learns from the load that is seen, not from what was done: the port between the daemon's
// agent and the learners that run in imagination.
#pragma once

#include "core/agent.hpp"
#include "core/demand.hpp"
#include "core/snapshot.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace skep {

class ImaginedLearner {
 public:
  virtual ~ImaginedLearner() = default;

  /// The load of the next tick; `replicas` are there now.
  virtual void see(const SeenLoad& seen, int replicas) = 0;
  /// The tick after this does not follow on the last one: `unseen` ticks lie between.
  virtual void interrupt(std::size_t unseen) = 0;
  /// The count that it wants next, with `replicas` there now: within the bounds, but maybe more
  /// than one command away. Not before the first see.
  virtual int want(int replicas) const = 0;
  /// Why it wants that, as a clause.
  virtual std::string explain(int replicas) const = 0;
  /// What the last see taught of having `replicas` (within the bounds); empty when nothing.
  virtual std::optional<LearnedUpdate> learned(int replicas) const = 0;
  /// The costs to come of going from `replicas` to 1 to max of them, the change included.
  virtual std::vector<double> costs(int replicas) const = 0;
  /// The count that it would want with `replicas`, had the load been `load` for a while.
  virtual int preferred(double load, int replicas) const = 0;

  virtual std::string layout() const = 0;
  virtual void save(std::vector<LearnedArray>& arrays) const = 0;
  /// Into one that has seen nothing. The next tick follows on the last one that was seen before
  /// save, unless interrupt is called. False when the arrays do not fit; then it must be made anew.
  virtual bool restore(const std::vector<LearnedArray>& arrays) = 0;
};

}  // namespace skep
