// What skep fills into the text of a query.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// The name of a variable at the start of `text`, which follows its "$"; empty when there is none.
std::string_view variable_name(std::string_view text);

/// The variables in a query ("$" and a name) that skep does not fill in; it knows $service and
/// $window.
std::vector<std::string> unknown_variables(std::string_view query);

}  // namespace skep
