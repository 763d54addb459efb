#include "daemon/output_file.hpp"

#include "tests/unit/daemon/state_files.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <climits>

namespace skep {
namespace {

namespace fs = std::filesystem;

TEST_CASE("A file has its name when it is whole, and before that is what it was") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "out.csv";
  write(file, "old");
  fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write);
  {
    OutputFile out;
    REQUIRE(out.open(file).empty());
    std::fputs("new", out.stream());
    CHECK(content(file) == "old");
    CHECK(names_in(folder.path()).size() == 2);
    SECTION("finished") {
      CHECK(out.finish().empty());
      CHECK(content(file) == "new");
    }
    SECTION("given up") {}
  }
  CHECK(names_in(folder.path()) == Names{"out.csv"});
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("A run that is stopped leaves what was there, and nothing else") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "out.csv";
  write(file, "old");
  for (const int signal : {SIGINT, SIGTERM}) {
    const pid_t child = ::fork();
    if (child == 0) {
      std::signal(signal, SIG_DFL);  // the tests handle it
      OutputFile out;
      if (!out.open(file).empty()) std::_Exit(1);
      std::fputs("new", out.stream());
      ::raise(signal);
      std::_Exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == signal);
    CHECK(content(file) == "old");
    CHECK(names_in(folder.path()) == Names{"out.csv"});
  }
}

TEST_CASE("A new file is for whom the user wants, and two runs at once do not meet") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "out.csv";
  write(folder.path() / "out.csv.part", "of the user");
  write(folder.path() / "plain", "");
  OutputFile first;
  OutputFile second;
  REQUIRE(first.open(file).empty());
  REQUIRE(second.open(file).empty());
  std::fputs("first", first.stream());
  std::fputs("second", second.stream());
  CHECK(first.finish().empty());
  CHECK(content(file) == "first");
  CHECK(second.finish().empty());
  CHECK(content(file) == "second");
  CHECK(fs::status(file).permissions() == fs::status(folder.path() / "plain").permissions());
  CHECK(content(folder.path() / "out.csv.part") == "of the user");
}

TEST_CASE("A link goes on to lead there, and one to nothing makes what it names") {
  const TemporaryFolder folder;
  const fs::path dangling = folder.path() / "to_come.csv";
  fs::create_symlink("made.csv", dangling);
  OutputFile made;
  REQUIRE(made.open(dangling).empty());
  std::fputs("new", made.stream());
  CHECK(made.finish().empty());
  CHECK(fs::is_symlink(dangling));
  CHECK(content(folder.path() / "made.csv") == "new");
  fs::remove(dangling);
  fs::remove(folder.path() / "made.csv");

  const fs::path file = folder.path() / "out.csv";
  fs::create_symlink("real.csv", file);
  write(folder.path() / "real.csv", "old");
  OutputFile out;
  REQUIRE(out.open(file).empty());
  std::fputs("new", out.stream());
  CHECK(out.finish().empty());
  CHECK(fs::is_symlink(file));
  CHECK(content(file) == "new");
  CHECK(names_in(folder.path()) == Names{"out.csv", "real.csv"});
}

TEST_CASE("What is not a plain file is written as it is, and a full one is told") {
  OutputFile out;
  REQUIRE(out.open("/dev/full").empty());
  std::fputs("new", out.stream());
  CHECK(out.finish() == "cannot write all of /dev/full; is the disk full?");
  CHECK(fs::is_character_file("/dev/full"));

  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  OutputFile into_pipe;  // as /dev/stdout leads to one
  REQUIRE(into_pipe.open("/proc/self/fd/" + std::to_string(ends[1])).empty());
  std::fputs("new", into_pipe.stream());
  CHECK(into_pipe.finish().empty());
  char text[4] = {};
  CHECK(::read(ends[0], text, 3) == 3);
  CHECK(std::string(text) == "new");
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("Where the new file cannot be begun, the old one stays") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / std::string(NAME_MAX - 3, 'a');  // no room for the part
  write(file, "old");
  OutputFile out;
  CHECK(out.open(file) == "cannot write " + file.string() + "; check its folder and its owner.");
  CHECK(content(file) == "old");
}

TEST_CASE("A file that cannot be written is told") {
  OutputFile out;
  CHECK(out.open("/no/such/folder/out.csv") ==
        "cannot write /no/such/folder/out.csv; check its folder and its owner.");
  CHECK_FALSE(out.is_open());
}

TEST_CASE("What is read is not written over, whatever its name") {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "in.csv";
  write(file, "load");
  fs::create_hard_link(file, folder.path() / "same.csv");
  CHECK(refuse_input_as_output("--out", folder.path() / "same.csv", {"/no/such", file}) ==
        "--out is " + file + ", which is read; give another file.");
  CHECK(refuse_input_as_output("--out", folder.path() / "other.csv", {file}).empty());
  CHECK(refuse_input_as_output("--out", "", {file, ""}).empty());
}

}  // namespace
}  // namespace skep
