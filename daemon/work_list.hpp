// A list of independent pieces of work, done on all cores.
#pragma once

#include <functional>
#include <vector>

namespace skep {

/// Does every piece, each once, in threads of its own, and returns when all are done. Shows how far
/// it is on standard error when that is a terminal. Throws what the first piece that failed threw.
void work_off(const std::vector<std::function<void()>>& pieces);

}  // namespace skep
