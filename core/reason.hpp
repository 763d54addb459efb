// The one sentence that explains a decision.
#pragma once

#include "core/decision.hpp"

#include <string>
#include <string_view>

namespace skep {

/// "CPU 83% is over its limit of 80%: <why>, held back by the guard rule cooldown (12.3 s left of
/// 30 s)." `failure` says what came of a command that was not accepted, as a clause: "Docker did
/// not take the command (...)"; it is empty otherwise.
std::string explain(const Decision& decision, std::string_view failure);

}  // namespace skep
