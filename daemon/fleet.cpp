#include "daemon/fleet.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace skep {

namespace asio = boost::asio;

Fleet::Fleet(asio::any_io_executor executor, const Settings& settings,
             std::shared_ptr<Sources> sources, StateStore& store, EventLog& log)
    : executor_(executor), sources_(std::move(sources)), log_(log), quiet_(executor) {
  for (const ServiceSettings& service : settings.services) {
    loops_.push_back(std::make_unique<ServiceLoop>(executor_, service, settings.state.interval,
                                                   *sources_, store, log));
  }
}

Fleet::~Fleet() = default;

ServiceLoop* Fleet::find(const std::string& service) const {
  for (const auto& loop : loops_) {
    if (loop->name() == service) return loop.get();
  }
  return nullptr;
}

std::optional<Error> Fleet::restore(const Fleet* before) {
  for (const auto& loop : loops_) {
    if (before != nullptr && before->find(loop->name()) != nullptr) continue;
    if (std::optional<Error> failed = loop->restore()) return failed;
  }
  return std::nullopt;
}

void Fleet::take_over(Fleet& before) {
  for (const auto& loop : loops_) {
    if (ServiceLoop* same = before.find(loop->name())) loop->take_over(*same);
  }
}

void Fleet::start(bool once, std::function<void()> all_ended) {
  all_ended_ = std::move(all_ended);
  running_ = loops_.size();
  // One start for all, so that equal intervals tick together and share their requests.
  const TimePoint start = std::chrono::steady_clock::now();
  for (const auto& loop : loops_) {
    ServiceLoop* one = loop.get();
    const auto when_done = [this, one](std::exception_ptr failure) { ended(*one, failure); };
    asio::co_spawn(executor_, one->run(start, once),
                   asio::bind_cancellation_slot(one->cancellation_slot(), when_done));
  }
}

void Fleet::ended(ServiceLoop& loop, std::exception_ptr failure) {
  --running_;
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    // run() handles what a tick throws, so this is the end of a loop that was told to stop, or a
    // bug.
    log_.write(LogLevel::kDebug, "loop_ended", loop.name() + ": " + error.what(), loop.name());
  }
  if (std::optional<Error> failed = loop.save()) unsaved_.push_back(std::move(failed->message));
  if (running_ > 0) return;
  quiet_.cancel();
  if (all_ended_) all_ended_();
}

asio::awaitable<void> Fleet::stop(Duration grace) {
  quiet_.expires_after(grace);
  for (const auto& loop : loops_) loop->request_stop();
  sources_->cancel();
  if (running_ > 0) co_await quiet_.async_wait(asio::as_tuple(asio::use_awaitable));
  for (const auto& loop : loops_) loop->abandon();
  quiet_.expires_at(TimePoint::max());
  if (running_ > 0) co_await quiet_.async_wait(asio::as_tuple(asio::use_awaitable));
}

void Fleet::save() {
  for (const auto& loop : loops_) loop->save();
}

std::vector<std::string> Fleet::failures() const {
  std::vector<std::string> failures;
  for (const auto& loop : loops_) {
    if (!loop->why_failed().empty()) failures.push_back(loop->name() + ": " + loop->why_failed());
  }
  return failures;
}

}  // namespace skep
