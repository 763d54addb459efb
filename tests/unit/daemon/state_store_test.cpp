#include "daemon/state_store.hpp"

#include "tests/unit/daemon/state_files.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace skep {
namespace {

namespace fs = std::filesystem;

/// Files of this process cannot grow beyond `bytes`, as on a full disk.
class DiskFullAt {
 public:
  explicit DiskFullAt(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~DiskFullAt() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  DiskFullAt(const DiskFullAt&) = delete;
  DiskFullAt& operator=(const DiskFullAt&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST_CASE("The store makes its folder, and what was saved is there after a restart") {
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path() / "lib" / "skep";
  {
    StateStore store = opened(folder);
    CHECK_FALSE(store.load("app", at(0))->snapshot);
    CHECK_FALSE(store.load("app", at(0))->warning);
    CHECK_FALSE(store.save("app", snapshot_of(1), at(0)));
    CHECK_FALSE(store.save("db", snapshot_of(7), at(5)));
    CHECK_FALSE(store.save("app", snapshot_of(2), at(10)));
  }
  StateStore store = opened(folder);
  const StateStore::Loaded app = *store.load("app", at(40));
  CHECK(app.snapshot == snapshot_of(2));
  CHECK(app.age == std::chrono::seconds(30));
  CHECK_FALSE(app.warning);
  CHECK(store.load("db", at(40))->snapshot == snapshot_of(7));
  CHECK(names_in(folder) == Names{"app.state", "db.state", "lock"});
}

TEST_CASE("What is too large is not saved, but all else of it can be") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  Snapshot large = snapshot_of(2);
  large.cooldown_left = std::chrono::seconds(40);
  large.known_desired = 5;
  large.arrays = {{"values", std::vector<float>(7'000'000, 0.12345678F)}};
  const std::optional<Error> failed = store.save("app", large, at(1));
  REQUIRE(failed);
  CHECK(failed->code == ErrorCode::kTooLarge);
  CHECK(failed->message == "The state of app was not saved to " + folder.path().string() +
                               "/app.state because what was learned takes more than 64 MiB: make "
                               "replicas.max of the service smaller.");
  CHECK(store.load("app", at(1))->snapshot == snapshot_of(1));
  CHECK_FALSE(lacks_learned(snapshot_of(1)));

  REQUIRE_FALSE(store.save("app", without_learned(large), at(2)));
  const Snapshot saved = store.load("app", at(2))->snapshot.value();
  CHECK(lacks_learned(saved));
  CHECK(saved.cells.empty());
  CHECK(saved.arrays.empty());
  CHECK(saved.ticks == 2);
  CHECK(saved.cooldown_left == large.cooldown_left);
  CHECK(saved.known_desired == 5);
}

TEST_CASE("A state from the future has no age") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  CHECK_FALSE(store.save("app", snapshot_of(1), at(100)));
  CHECK(store.load("app", at(99))->age == Duration::zero());
}

TEST_CASE("A second daemon is refused until the first one ends") {
  const TemporaryFolder folder;
  {
    const StateStore first = opened(folder.path());
    const Result<StateStore> second = StateStore::open(folder.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().code == ErrorCode::kLocked);
    CHECK(second.error().message ==
          "The folder " + folder.path().string() +
              " of the saved state is in use by another skep (process " +
              std::to_string(::getpid()) +
              "): stop that one first, or give this one its own folder with state.path.");
  }
  CHECK(StateStore::open(folder.path()).ok());
}

TEST_CASE("A lock file with nonsense in it hinders nobody and breaks no message") {
  const TemporaryFolder folder;
  write(folder.path() / "lock", std::string(100, 'x') + "\n\n");
  {
    const StateStore store = opened(folder.path());
    CHECK(content(folder.path() / "lock") == std::to_string(::getpid()) + "\n");
    write(folder.path() / "lock", "\x1b[31m\nmore");
    const Result<StateStore> second = StateStore::open(folder.path());
    REQUIRE_FALSE(second);
    CHECK(second.error().message.find_first_of("\x1b\n") == std::string::npos);
  }
}

TEST_CASE("A folder that cannot be used is told with what to do") {
  const TemporaryFolder temporary;
  const fs::path file = temporary.path() / "file";
  write(file, "not a folder");
  const fs::path path = temporary.path() / GENERATE("file", "file/below");
  const Result<StateStore> store = StateStore::open(path);
  REQUIRE_FALSE(store);
  CHECK(store.error().code == ErrorCode::kStorage);
  CHECK(store.error().message ==
        "The folder " + path.string() +
            " of the saved state cannot be used (Not a directory): check the disk and the setting "
            "state.path.");
  CHECK(content(file) == "not a folder");
}

TEST_CASE("The rest of a save that was interrupted means nothing") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  write(folder.path() / "app.state.tmp", std::string(100000, 'x'));
  const StateStore::Loaded loaded = *store.load("app", at(0));
  CHECK(loaded.snapshot == snapshot_of(1));
  CHECK_FALSE(loaded.warning);
  CHECK_FALSE(store.save("app", snapshot_of(2), at(0)));
  CHECK(store.load("app", at(0))->snapshot == snapshot_of(2));
  CHECK(names_in(folder.path()) == Names{"app.state", "lock"});
}

TEST_CASE("A save that fails tells it and leaves the last state as it was") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  std::optional<Error> error;
  SECTION("in the middle of the file") {
    const DiskFullAt limit(100);
    error = store.save("app", snapshot_of(2), at(1));
    REQUIRE(error);
    CHECK(error->message.find("File too large") != std::string::npos);
    CHECK_FALSE(fs::exists(folder.path() / "app.state.tmp"));
  }
  SECTION("because something is in the way of the temporary file") {
    fs::create_directory(folder.path() / "app.state.tmp");
    error = store.save("app", snapshot_of(2), at(1));
  }
  REQUIRE(error);
  CHECK(error->code == ErrorCode::kStorage);
  CHECK(error->message.starts_with("The state of app was not saved to " + folder.path().string() +
                                   "/app.state ("));
  CHECK(error->message.ends_with(": check the disk and the setting state.path."));
  CHECK(store.load("app", at(1))->snapshot == snapshot_of(1));
}

TEST_CASE("What would not read back is not saved over the last good state") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  Snapshot bad = snapshot_of(2);
  bad.arrays = {{"sums", {1, std::numeric_limits<float>::infinity()}}};
  const std::optional<Error> error = store.save("app", bad, at(1));
  REQUIRE(error);
  CHECK(error->message == "The state of app was not saved to " + folder.path().string() +
                              "/app.state because its array sums is not finite: restart skep, "
                              "which goes on from the last good one that is there.");
  CHECK(store.load("app", at(1))->snapshot == snapshot_of(1));
}

TEST_CASE("A save whose last step fails leaves no rest behind") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  fs::create_directory(folder.path() / "app.state");
  const std::optional<Error> error = store.save("app", snapshot_of(2), at(1));
  REQUIRE(error);
  CHECK(error->message.find("Is a directory") != std::string::npos);
  CHECK(names_in(folder.path()) == Names{"app.state", "lock"});
}

TEST_CASE("A folder that was removed while the daemon runs is told") {
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path() / "skep";
  StateStore store = opened(folder);
  fs::remove_all(folder);
  const std::optional<Error> error = store.save("app", snapshot_of(2), at(1));
  REQUIRE(error);
  CHECK(error->message.ends_with(": make the folder again and restart skep."));
}

TEST_CASE("No service name leads out of the folder or to another service's file") {
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path() / "skep";
  StateStore store = opened(folder);
  const std::vector<std::string> services = {
      "app",    "App",  "app.state", "app.state.tmp",
      "lock",   "..",   ".",         "",
      "../app", "/app", "a/b",       "a%2Fb",
      "a b",    "a\nb", ".app",      std::string("a\0b", 3),
  };
  for (std::size_t i = 0; i < services.size(); ++i) {
    CHECK_FALSE(store.save(services[i], snapshot_of(i), at(0)));
  }
  for (std::size_t i = 0; i < services.size(); ++i) {
    CHECK(store.load(services[i], at(0))->snapshot == snapshot_of(i));
  }
  CHECK(names_in(temporary.path()) == Names{"skep"});
  CHECK(names_in(folder).size() == services.size() + 1);
}

TEST_CASE("A service name that is too long for a file is told, not cut") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  const std::optional<Error> error = store.save(std::string(300, 'a'), snapshot_of(1), at(0));
  REQUIRE(error);
  CHECK(error->message.ends_with(": use a shorter service name or state.path."));
}

TEST_CASE("The saved files are for their owner only") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  for (const char* name : {"app.state", "lock"}) {
    CHECK((fs::status(folder.path() / name).permissions() & fs::perms::mask) ==
          (fs::perms::owner_read | fs::perms::owner_write));
  }
}

TEST_CASE("What root saves in the folder of another user is that user's") {
  if (::geteuid() != 0) {
    WARN("only root can give files away");
    return;
  }
  const TemporaryFolder folder;
  constexpr uid_t kUser = 4711;
  constexpr gid_t kGroup = 4712;
  REQUIRE(::chown(folder.path().c_str(), kUser, kGroup) == 0);
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  REQUIRE(store.keep_copy("app", at(0)));
  CHECK(names_in(folder.path()).size() == 3);
  for (const std::string& name : names_in(folder.path())) {
    INFO(name);
    struct stat status {};
    REQUIRE(::stat((folder.path() / name).c_str(), &status) == 0);
    CHECK(status.st_uid == kUser);
    CHECK(status.st_gid == kGroup);
  }
}

TEST_CASE("No crash shortens a cooldown") {
  const TemporaryFolder folder;
  ControllerSettings settings;
  settings.cooldown = std::chrono::seconds(30);
  const TimePoint start{std::chrono::hours(5)};
  StateStore store = opened(folder.path());

  SECTION("a crash between the save and the answer of Docker: a whole one") {
    const Controller before(settings);
    CHECK_FALSE(store.save("app", before.snapshot(start, ScaleCommand{3, 4}), at(0)));
    const StateStore::Loaded loaded = *store.load("app", at(3600));
    REQUIRE(loaded.snapshot);
    CHECK(loaded.snapshot->pending_target == 4);
    Controller after(settings);
    CHECK(after.restore(*loaded.snapshot, loaded.age, start));
    CHECK(after.cooldown_left(start) == std::chrono::seconds(30));
  }
  SECTION("a restart in the middle: what is left of it") {
    Snapshot snapshot = Controller(settings).snapshot(start, std::nullopt);
    snapshot.cooldown_left = std::chrono::seconds(20);
    CHECK_FALSE(store.save("app", snapshot, at(0)));
    const StateStore::Loaded loaded = *store.load("app", at(5));
    REQUIRE(loaded.snapshot);
    Controller after(settings);
    CHECK(after.restore(*loaded.snapshot, loaded.age, start));
    CHECK(after.cooldown_left(start) == std::chrono::seconds(15));
  }
  SECTION("a wall clock that went back: nothing is taken off") {
    Snapshot snapshot = Controller(settings).snapshot(start, std::nullopt);
    snapshot.cooldown_left = std::chrono::seconds(20);
    CHECK_FALSE(store.save("app", snapshot, at(0)));
    const StateStore::Loaded loaded = *store.load("app", at(-7200));
    REQUIRE(loaded.snapshot);
    Controller after(settings);
    CHECK(after.restore(*loaded.snapshot, loaded.age, start));
    CHECK(after.cooldown_left(start) == std::chrono::seconds(20));
  }
}

TEST_CASE("The age of a state is told by the clock since boot, and else by the time of day") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  const auto age = [&store](const Moment& saved, const Moment& loaded) {
    REQUIRE_FALSE(store.save("app", snapshot_of(1), saved));
    return store.load("app", loaded)->age;
  };
  using std::chrono::seconds;
  const Moment saved(at(0), "this boot", seconds(100));
  CHECK(age(saved, Moment(at(3600), "this boot", seconds(105))) == seconds(5));
  CHECK(age(saved, Moment(at(-3600), "this boot", seconds(105))) == seconds(5));
  CHECK(age(saved, Moment(at(7), "this boot", seconds(99))) == seconds(0));
  CHECK(age(saved, Moment(at(7), "the next boot", seconds(105))) == seconds(7));
  CHECK(age(saved, Moment(at(-7), "the next boot", seconds(105))) == seconds(0));
  CHECK(age(saved, at(7)) == seconds(7));
  CHECK(age(at(0), Moment(at(7), "this boot", seconds(105))) == seconds(7));
}

TEST_CASE("a copy before training is kept beside the file, and never read") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.keep_copy("web", at(0)));  // there is nothing to copy
  REQUIRE_FALSE(store.save("web", snapshot_of(1), at(0)));
  const Result<std::string> first = store.keep_copy("web", at(0));
  const Result<std::string> second = store.keep_copy("web", at(0));
  REQUIRE(first);
  REQUIRE(second);
  CHECK(fs::path(*first).filename() == "web.state.before-training-20261124T140000Z");
  CHECK(fs::path(*second).filename() == "web.state.before-training-20261124T140000Z-2");
  CHECK(content(*first) == content(folder.path() / "web.state"));
  CHECK(fs::status(*first).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
  REQUIRE_FALSE(store.save("web", snapshot_of(2), at(1)));
  CHECK(store.load("web", at(2))->snapshot->ticks == 2);
}

}  // namespace
}  // namespace skep
