#include "daemon/shared_fetch.hpp"

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

namespace skep {
namespace {

using std::chrono::seconds;
namespace asio = boost::asio;

/// A fetch that ends when the test says so, in virtual time.
struct Setup {
  asio::awaitable<Result<int>> slow() {
    ++started;
    co_await gate.async_wait(asio::as_tuple(asio::use_awaitable));
    if (fails) throw std::logic_error("broken");
    co_return Result<int>(started);
  }
  static asio::awaitable<void> ask(Setup& setup, TimePoint not_before, std::vector<int>& answers) {
    const auto answer = co_await setup.shared.get(not_before);
    answers.push_back(answer->ok() ? answer->value() : -1);
  }
  void spawn(TimePoint not_before) { spawn(not_before, answers); }
  void spawn(TimePoint not_before, std::vector<int>& to) {
    co_spawn(context, ask(*this, not_before, to), [this](std::exception_ptr thrown) {
      if (thrown) ++thrown_count;
    });
  }
  /// Lets everything go on that can.
  void settle() {
    context.restart();
    context.poll();
  }
  void finish_fetch() {
    gate.cancel();
    settle();
  }

  asio::io_context context;
  TimePoint now{seconds(100)};
  int started = 0;
  bool fails = false;
  int thrown_count = 0;
  std::vector<int> answers;
  asio::steady_timer gate{context, asio::steady_timer::time_point::max()};
  SharedFetch<int> shared{context.get_executor(), [this] { return slow(); },
                          [this] { return now; }};
};

TEST_CASE("those who ask at the same time share one fetch") {
  Setup setup;
  for (int i = 0; i < 3; ++i) setup.spawn(setup.now);
  setup.settle();
  CHECK(setup.started == 1);
  CHECK(setup.answers.empty());
  setup.finish_fetch();
  CHECK(setup.answers == std::vector<int>{1, 1, 1});
}

TEST_CASE("a late one takes the last answer if it is new enough, else a new fetch begins") {
  Setup setup;
  setup.spawn(setup.now);
  setup.settle();
  setup.finish_fetch();
  setup.now += seconds(5);
  setup.spawn(setup.now - seconds(5));
  setup.settle();
  CHECK(setup.answers == std::vector<int>{1, 1});
  CHECK(setup.started == 1);

  setup.spawn(setup.now - seconds(4));
  setup.settle();
  CHECK(setup.started == 2);
  setup.finish_fetch();
  CHECK(setup.answers == std::vector<int>{1, 1, 2});
}

TEST_CASE("a fetch under way that began too early is followed by another, not joined by it") {
  Setup setup;
  setup.spawn(setup.now);
  setup.settle();
  setup.now += seconds(1);
  setup.spawn(setup.now);
  setup.settle();
  CHECK(setup.started == 1);
  setup.finish_fetch();
  CHECK(setup.answers == std::vector<int>{1});
  CHECK(setup.started == 2);
  setup.finish_fetch();
  CHECK(setup.answers == std::vector<int>{1, 2});
}

TEST_CASE("a moment yet to come counts as now") {
  Setup setup;
  setup.spawn(setup.now + seconds(60));
  setup.settle();
  setup.finish_fetch();
  CHECK(setup.answers == std::vector<int>{1});
  CHECK(setup.started == 1);
}

TEST_CASE("one who is cancelled takes nothing away from the others") {
  Setup setup;
  asio::cancellation_signal stop;
  std::vector<int> cancelled;
  co_spawn(setup.context, Setup::ask(setup, setup.now, cancelled),
           asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
  setup.spawn(setup.now);
  setup.settle();
  stop.emit(asio::cancellation_type::terminal);
  setup.settle();
  CHECK(cancelled == std::vector<int>{-1});
  CHECK(setup.answers.empty());
  setup.finish_fetch();
  CHECK(setup.answers == std::vector<int>{1});
  CHECK(setup.started == 1);
}

TEST_CASE("cancel ends the fetch under way for all") {
  Setup setup;
  setup.spawn(setup.now);
  setup.spawn(setup.now);
  setup.settle();
  setup.shared.cancel();
  setup.settle();
  CHECK(setup.answers.size() == 2);
  CHECK(setup.started == 1);
}

TEST_CASE("what a fetch throws is thrown to all who wait, and the next one asks anew") {
  Setup setup;
  setup.fails = true;
  setup.spawn(setup.now);
  setup.spawn(setup.now);
  setup.settle();
  setup.finish_fetch();
  CHECK(setup.thrown_count == 2);
  setup.fails = false;
  setup.spawn(setup.now);
  setup.settle();
  setup.finish_fetch();
  CHECK(setup.answers == std::vector<int>{2});
}

asio::awaitable<Result<std::string>> echo(std::string key) { co_return key; }

asio::awaitable<void> ask_by_key(SharedFetchByKey<std::string>& shared, std::string key,
                                 std::vector<std::string>& answers) {
  const auto answer = co_await shared.get(key, TimePoint());
  answers.push_back(answer->value());
}

TEST_CASE("each key has its own answer, fetched once") {
  asio::io_context context;
  int fetched = 0;
  const auto fetch = [&fetched](std::string key) {
    ++fetched;
    return echo(std::move(key));
  };
  SharedFetchByKey<std::string> shared(context.get_executor(), fetch, [] { return TimePoint(); });
  std::vector<std::string> answers;
  for (const char* key : {"a", "b", "a"}) {
    co_spawn(context, ask_by_key(shared, key, answers), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
  }
  context.run();
  std::sort(answers.begin(), answers.end());
  CHECK(answers == std::vector<std::string>{"a", "a", "b"});
  CHECK(fetched == 2);
}

}  // namespace
}  // namespace skep
