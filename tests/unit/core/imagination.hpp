// A service and a load for the tests of what runs in imagination.
#pragma once

#include "core/settings.hpp"

#include <cmath>
#include <numbers>

namespace skep::test {

/// Replicas 1 to 10 of at most 80%, no delay of any kind.
inline ControllerSettings plain() {
  ControllerSettings settings;
  settings.cooldown = 0s;
  return settings;
}

/// A wave between 1 and 7 replicas' worth, with a small ripple.
inline double wave(int tick) {
  return 4 + 3 * std::sin(2 * std::numbers::pi * tick / 97) + 0.1 * ((tick * 7919) % 5 - 2);
}

}  // namespace skep::test
