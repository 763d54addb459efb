#include "daemon/output_file.hpp"

#include "tests/unit/daemon/state_files.hpp"
#include "tests/unit/daemon/temporary_folder.hpp"

#include <cstdio>
#include <filesystem>
#include <string>
#include <unistd.h>

#include <catch2/catch.hpp>

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
    CHECK(names_in(folder.path()) == Names{"out.csv", "out.csv.part"});
    SECTION("finished") {
      CHECK(out.finish().empty());
      CHECK(content(file) == "new");
    }
    SECTION("given up") {}
  }
  CHECK(names_in(folder.path()) == Names{"out.csv"});
  CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("The rest of a run that was stopped is no hindrance, and a link goes on to lead there") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "out.csv";
  write(folder.path() / "real.csv.part", "half");
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
  const fs::path file = folder.path() / "out.csv";
  write(file, "old");
  fs::create_directories(folder.path() / "out.csv.part" / "in the way");
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
