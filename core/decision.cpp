#include "core/decision.hpp"

#include <cstdlib>

namespace skep {

std::string_view sign_name(int change) {
  if (change == 0) {
    return "hold";
  }
  return change > 0 ? "scale_out" : "scale_in";
}

std::string action_name(int change) {
  std::string name(sign_name(change));
  if (std::abs(change) > 1) {
    name += "_" + std::to_string(std::abs(change));
  }
  return name;
}

}  // namespace skep
