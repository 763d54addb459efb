// "Did you mean": the known word nearest to a misspelt one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skep {

/// The number of letters to insert, delete, change or swap with their neighbour to get from `a` to
/// `b` (optimal string alignment distance), without regard to case, and with '-' equal to '_'.
/// Linear in the product of the lengths.
int edit_distance(std::string_view a, std::string_view b);

/// The candidate nearest to `word`; none when the nearest differs in more than a third of its
/// letters (at least one difference is allowed).
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

/// "; did you mean NEAREST?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace skep
