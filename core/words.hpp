// Numbers as people read them, for the sentences of reasons and events.
#pragma once

#include "core/time.hpp"

#include <string>

namespace skep {

std::string percent_text(double percent);  ///< "83%", "0.4%"
/// With as many more digits as tell it from `limit`: "80.2%" where that is 80%.
std::string percent_over_text(double percent, double limit);
std::string number_text(double value);  ///< at most three significant digits: "-1.23", "12.3", "4"
std::string seconds_text(Duration duration);  ///< "12.3 s", "30 s"
std::string replicas_text(int count);         ///< "1 replica", "3 replicas"
std::string change_text(int change);  ///< "one more replica", "2 fewer replicas", "no change"

}  // namespace skep
