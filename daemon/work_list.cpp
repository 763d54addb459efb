#include "daemon/work_list.hpp"

#include "daemon/progress.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>

namespace skep {

void work_off(const std::vector<std::function<void()>>& pieces) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;  // of what follows
  std::size_t done = 0;
  std::exception_ptr failure;
  Progress progress("comparing");
  const auto work = [&] {
    for (std::size_t i = next++; i < pieces.size(); i = next++) {
      std::exception_ptr failed;
      try {
        pieces[i]();
      } catch (...) {
        failed = std::current_exception();
        next = pieces.size();
      }
      const std::lock_guard lock(mutex);
      ++done;
      if (failed && !failure) failure = failed;
      progress.at(static_cast<double>(done) / static_cast<double>(pieces.size()));
    }
  };
  {
    std::vector<std::jthread> threads;
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t i = 0; i < std::min(cores, pieces.size()); ++i) {
      threads.emplace_back(work);
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace skep
