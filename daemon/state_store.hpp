// The folder of the saved state: one file for each service, and a lock against a second daemon.
//
//   <folder>/lock                       the process that uses the folder
//   <folder>/<service>.state            see state_codec.hpp
//   <folder>/<service>.state.tmp        being written; means nothing after a crash
//   <folder>/<service>.state.damaged-<UTC>, .other-<UTC>    set aside, never read again
//   <folder>/<service>.state.before-training-<UTC>          a copy, likewise
//
// All calls block; they take a few milliseconds on a local disk.
#pragma once

#include "core/snapshot.hpp"
#include "core/time.hpp"
#include "daemon/file_descriptor.hpp"
#include "daemon/moment.hpp"
#include "daemon/result.hpp"
#include "daemon/wall_clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace skep {

/// What fits a file however much was learned: the clocks and counts. Its layout is that of no
/// agent.
Snapshot without_learned(Snapshot snapshot);
/// Whether without_learned made it, so that an agent that refuses it loses nothing.
bool lacks_learned(const Snapshot& snapshot);

class StateStore {
 public:
  /// What load found. Without a snapshot the service starts anew.
  struct Loaded {
    std::optional<Snapshot> snapshot;
    Duration age{0};                     ///< since it was saved, see elapsed()
    std::optional<std::string> warning;  ///< a sentence: what was set aside, and why
  };

  /// Makes the folder if it is missing, checks that it can be written, and locks it until the store
  /// is destroyed or the process ends, however it ends. Errors: kStorage, kLocked (another daemon
  /// uses it).
  static Result<StateStore> open(const std::string& folder);

  /// Puts `snapshot` in place of the last one of this service, all or nothing: after a crash or a
  /// power cut the file is the old one or the new one. Nothing when it is safe on disk. Errors:
  /// kStorage, kNotFinite for what would not read back, and kTooLarge, see without_learned; the old
  /// file is still there then.
  std::optional<Error> save(std::string_view service, const Snapshot& snapshot, const Moment& now);

  /// The last snapshot of this service. A file whose content cannot be used is set aside with a
  /// warning. Error: kStorage, when the system does not let it be read; it stays as it is then.
  Result<Loaded> load(std::string_view service, const Moment& now);

  /// Copies the file of this service, which must exist, before training replaces what it holds;
  /// returns the path of the copy. Error: kStorage.
  Result<std::string> keep_copy(std::string_view service, WallTime now);

  /// Moves the file of this service out of the way, because its table is for another configuration;
  /// `reason` is the end of a sentence, "its table has another layout". Returns the warning: where
  /// it is now, and why.
  std::string set_aside(std::string_view service, std::string_view reason, WallTime now);

 private:
  StateStore(std::string folder, FileDescriptor folder_fd, FileDescriptor lock_fd);
  std::string move_away(const std::string& file, std::string_view mark, std::string_view reason,
                        WallTime now);
  /// A name beside `file` that is free: with the mark and the time.
  std::string free_name(const std::string& file, std::string_view mark, WallTime now) const;
  /// The errno of a whole save, or 0.
  int replace_file(const std::string& file, std::string_view text);

  std::string folder_;
  FileDescriptor folder_fd_;
  FileDescriptor lock_fd_;  // holds the lock while it is open
};

}  // namespace skep
