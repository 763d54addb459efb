#include "daemon/state_store.hpp"
#include "tests/unit/daemon/state_files.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

namespace skep {
namespace {

namespace fs = std::filesystem;

/// This process can open no file.
class NoMoreFiles {
 public:
  NoMoreFiles() {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit limit{0, before_.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoMoreFiles(const NoMoreFiles&) = delete;
  NoMoreFiles& operator=(const NoMoreFiles&) = delete;

 private:
  rlimit before_{};
};

TEST_CASE("A damaged file is set aside with a warning, and saving goes on") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  const fs::path file = folder.path() / "app.state";
  const std::string good = content(file);
  std::string bad;
  SECTION("empty") { bad = ""; }
  SECTION("cut off") { bad = good.substr(0, good.size() / 2); }
  SECTION("a bit flipped") { bad = good, bad[bad.size() / 2] ^= 4; }
  SECTION("foreign") { bad = "[Unit]\nDescription=something else\n"; }
  SECTION("of a later version") { bad = "skep-state 2 whatever\n"; }
  write(file, bad);

  const StateStore::Loaded loaded = *store.load("app", at(0));
  CHECK_FALSE(loaded.snapshot);
  REQUIRE(loaded.warning);
  CHECK(loaded.warning->find(file.string() + " cannot be used because it") != std::string::npos);
  CHECK(loaded.warning->find("set aside as app.state.damaged-20261124T140000Z") !=
        std::string::npos);
  CHECK(content(folder.path() / "app.state.damaged-20261124T140000Z") == bad);
  CHECK_FALSE(fs::exists(file));

  CHECK_FALSE(store.save("app", snapshot_of(2), at(1)));
  CHECK(store.load("app", at(1))->snapshot == snapshot_of(2));
}

TEST_CASE("Files set aside in the same second do not replace each other") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  for (const char* text : {"one", "two", "three"}) {
    write(folder.path() / "app.state", text);
    CHECK(store.load("app", at(0))->warning);
  }
  const std::string base = folder.path() / "app.state.damaged-20261124T140000Z";
  CHECK(content(base) == "one");
  CHECK(content(base + "-2") == "two");
  CHECK(content(base + "-3") == "three");
}

TEST_CASE("What is no file is set aside too, and never waited for") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  const fs::path file = folder.path() / "app.state";
  SECTION("a folder") { fs::create_directory(file); }
  SECTION("a pipe") { REQUIRE(::mkfifo(file.c_str(), 0600) == 0); }
  SECTION("a link") { fs::create_symlink("/etc/hostname", file); }
  SECTION("a huge file") {
    write(file, "x");
    fs::resize_file(file, (std::uintmax_t{64} << 20) + 1);
  }
  CHECK(store.load("app", at(0))->warning);
  CHECK_FALSE(fs::exists(fs::symlink_status(file)));
  CHECK_FALSE(store.save("app", snapshot_of(2), at(1)));
}

TEST_CASE("A file that the system does not let be read is no damage, and stays as it is") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  const Result<StateStore::Loaded> loaded = [&store] {
    const NoMoreFiles limit;  // which a sanitizer cannot work under either
    return store.load("app", at(0));
  }();
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().code == ErrorCode::kStorage);
  CHECK(loaded.error().message == "The saved state " + folder.path().string() +
                                      "/app.state cannot be read (Too many open files): raise "
                                      "the limit of open files.");
  CHECK(names_in(folder.path()) == Names{"app.state", "lock"});
  CHECK(store.load("app", at(0))->snapshot == snapshot_of(1));
}

TEST_CASE("The state of another service is not taken for this one's") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("db", snapshot_of(1), at(0)));
  fs::copy_file(folder.path() / "db.state", folder.path() / "app.state");
  const StateStore::Loaded loaded = *store.load("app", at(0));
  CHECK_FALSE(loaded.snapshot);
  REQUIRE(loaded.warning);
  CHECK(loaded.warning->find("it belongs to the service db") != std::string::npos);
  CHECK(store.load("db", at(0))->snapshot);
}

TEST_CASE("A table of another layout is set aside") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  REQUIRE_FALSE(store.save("app", snapshot_of(1), at(0)));
  const std::string warning = store.set_aside("app", "its table has another layout", at(3600));
  CHECK(warning == "The saved state " + folder.path().string() +
                       "/app.state cannot be used because its table has another layout: it was set "
                       "aside as app.state.other-20261124T150000Z, and learning starts anew.");
  CHECK(names_in(folder.path()) == Names{"app.state.other-20261124T150000Z", "lock"});
  CHECK_FALSE(store.load("app", at(3600))->snapshot);
}

TEST_CASE("What cannot be set aside is told") {
  const TemporaryFolder folder;
  StateStore store = opened(folder.path());
  const std::string warning = store.set_aside("app", "its table has another layout", at(0));
  CHECK(warning.find("cannot be set aside (No such file or directory)") != std::string::npos);
}

}  // namespace
}  // namespace skep
