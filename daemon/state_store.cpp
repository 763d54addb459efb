#include "daemon/state_store.hpp"

#include "daemon/excerpt.hpp"
#include "daemon/file_descriptor.hpp"
#include "daemon/state_codec.hpp"

#include <cerrno>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace skep {
namespace {

constexpr mode_t kFileMode = 0600;
constexpr std::string_view kLayoutWithoutLearned = "nothing: what was learned was too large";

std::string error_text(int error) { return std::generic_category().message(error); }

/// What a person can do about a failure of the system.
std::string remedy(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "free some space there";
    case EROFS:
      return "mount it writable, or set state.path to another folder";
    case EACCES:
    case EPERM:
      return "give it to the user that skep runs as";
    case ENOENT:
      return "make the folder again and restart skep";
    case ENAMETOOLONG:
      return "use a shorter service name or state.path";
    case EMFILE:
    case ENFILE:
      return "raise the limit of open files";
    default:
      return "check the disk and the setting state.path";
  }
}

Error storage_error(const std::string& what, int error) {
  return Error(ErrorCode::kStorage, what + " (" + error_text(error) + "): " + remedy(error) + ".");
}

/// A file name for any service name: what Docker does not allow in one, and a dot at the beginning,
/// becomes %XX, so it can neither leave the folder nor meet another service's name.
std::string file_name(std::string_view service) {
  std::string name;
  for (const char c : service) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || (c == '.' && !name.empty());
    if (plain) {
      name += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    name += '%';
    name += "0123456789ABCDEF"[byte >> 4U];
    name += "0123456789ABCDEF"[byte & 15U];
  }
  return name + ".state";
}

/// All of `text` to `fd`, and on to the disk. Returns errno, or 0.
int write_to_disk(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

/// At most `size` bytes of `fd`. Returns errno, or 0.
int read_up_to(int fd, std::size_t size, std::string& text) {
  text.resize(size);
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(fd, text.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno;
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  text.resize(have);
  return 0;
}

Error unusable(std::string why) { return Error(ErrorCode::kDamaged, std::move(why)); }

/// What the system refuses says nothing about the content: it ends with kStorage, not kDamaged.
Result<SavedState> read_state(int folder, const std::string& name, const std::string& path,
                              std::string_view service) {
  const std::string what = "The saved state " + path + " cannot be read";
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Error(ErrorCode::kNotFound, "There is no " + path + ".");
    return storage_error(what, errno);
  }
  if (!S_ISREG(status.st_mode)) return unusable("it is not a regular file");
  const auto size = static_cast<std::uintmax_t>(status.st_size);
  if (size > kLargestStateBytes) return unusable("it is larger than 64 MiB");
  const FileDescriptor file(
      ::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid()) return storage_error(what, errno);
  std::string text;
  if (const int error = read_up_to(file.get(), static_cast<std::size_t>(size), text)) {
    return storage_error(what, error);
  }
  Result<SavedState> state = decode_state(text);
  if (state && state->service != service) {
    return unusable("it belongs to the service " + excerpt(state->service));
  }
  return state;
}

std::string process_in(int lock_fd) {
  std::string pid;
  if (read_up_to(lock_fd, 20, pid) != 0 || pid.empty()) return "";
  return " (process " + excerpt(pid.substr(0, pid.find('\n'))) + ")";
}

/// What root makes in the folder of another user, as `skep train` of an operator does, is that
/// user's. Where it cannot be, the next skep says so.
void give_to_owner_of(int folder, int file) {
  struct stat owner {};
  if (::geteuid() != 0 || ::fstat(folder, &owner) != 0) return;
  (void)!::fchown(file, owner.st_uid, owner.st_gid);
}

}  // namespace

Snapshot without_learned(Snapshot snapshot) {
  snapshot.layout = kLayoutWithoutLearned;
  snapshot.cells.clear();
  snapshot.arrays.clear();
  snapshot.last_load.reset();
  return snapshot;
}

bool lacks_learned(const Snapshot& snapshot) { return snapshot.layout == kLayoutWithoutLearned; }

Result<StateStore> StateStore::open(const std::string& folder) {
  const std::string what = "The folder " + folder + " of the saved state cannot be used";
  std::error_code made;
  std::filesystem::create_directories(folder, made);
  if (made) return storage_error(what, made.value());
  FileDescriptor folder_fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_fd.valid()) return storage_error(what, errno);
  FileDescriptor lock_fd(::openat(
      folder_fd.get(), "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kFileMode));
  if (!lock_fd.valid()) return storage_error(what, errno);
  if (::flock(lock_fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return storage_error(what, errno);
    return Error(ErrorCode::kLocked,
                 "The folder " + folder + " of the saved state is in use by another skep" +
                     process_in(lock_fd.get()) +
                     ": stop that one first, or give this one its own folder with state.path.");
  }
  give_to_owner_of(folder_fd.get(), lock_fd.get());
  // Only for the message above, so a full disk may lose it.
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock_fd.get(), 0) == 0) (void)write_to_disk(lock_fd.get(), pid);
  return StateStore(folder, std::move(folder_fd), std::move(lock_fd));
}

StateStore::StateStore(std::string folder, FileDescriptor folder_fd, FileDescriptor lock_fd)
    : folder_(std::move(folder)), folder_fd_(std::move(folder_fd)), lock_fd_(std::move(lock_fd)) {}

int StateStore::replace_file(const std::string& file, std::string_view text) {
  const std::string temporary = file + ".tmp";
  int error = 0;
  {
    // The rest of a save that was interrupted may belong to another user.
    ::unlinkat(folder_fd_.get(), temporary.c_str(), 0);
    const FileDescriptor fd(::openat(folder_fd_.get(), temporary.c_str(),
                                     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode));
    if (!fd.valid()) return errno;
    give_to_owner_of(folder_fd_.get(), fd.get());
    error = write_to_disk(fd.get(), text);
  }
  if (error == 0 &&
      ::renameat(folder_fd_.get(), temporary.c_str(), folder_fd_.get(), file.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    ::unlinkat(folder_fd_.get(), temporary.c_str(), 0);  // a full disk needs the space
    return error;
  }
  return ::fsync(folder_fd_.get()) == 0 ? 0 : errno;
}

std::optional<Error> StateStore::save(std::string_view service, const Snapshot& snapshot,
                                      const Moment& now) {
  const std::string file = file_name(service);
  const std::string what =
      "The state of " + excerpt(service) + " was not saved to " + folder_ + "/" + excerpt(file);
  const Result<std::string> text = encode_state(service, snapshot, now);
  if (!text) {
    return Error(text.error().code,
                 what + " because " + text.error().message +
                     ": restart skep, which goes on from the last good one that is there.");
  }
  if (text->size() > kLargestStateBytes) {
    return Error(ErrorCode::kTooLarge,
                 what +
                     " because what was learned takes more than 64 MiB: make replicas.max of "
                     "the service smaller.");
  }
  const int error = replace_file(file, *text);
  if (error != 0) return storage_error(what, error);
  return std::nullopt;
}

Result<StateStore::Loaded> StateStore::load(std::string_view service, const Moment& now) {
  const std::string name = file_name(service);
  Loaded loaded;
  Result<SavedState> state =
      read_state(folder_fd_.get(), name, folder_ + "/" + excerpt(name), service);
  if (!state) {
    if (state.error().code == ErrorCode::kStorage) return state.error();
    if (state.error().code == ErrorCode::kDamaged) {
      loaded.warning = move_away(name, "damaged", state.error().message, now.wall);
    }
    return loaded;
  }
  loaded.snapshot = std::move(state->snapshot);
  loaded.age = elapsed(state->saved_at, now);
  return loaded;
}

std::string StateStore::set_aside(std::string_view service, std::string_view reason, WallTime now) {
  return move_away(file_name(service), "other", reason, now);
}

Result<std::string> StateStore::keep_copy(std::string_view service, WallTime now) {
  const std::string file = file_name(service);
  const std::string copy = free_name(file, "before-training", now);
  std::error_code failed;
  std::filesystem::copy_file(folder_ + "/" + file, folder_ + "/" + copy, failed);
  if (failed) {
    return storage_error("The saved state " + folder_ + "/" + excerpt(file) + " cannot be copied",
                         failed.value());
  }
  const FileDescriptor fd(::openat(folder_fd_.get(), copy.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.valid()) give_to_owner_of(folder_fd_.get(), fd.get());
  return folder_ + "/" + copy;
}

std::string StateStore::free_name(const std::string& file, std::string_view mark,
                                  WallTime now) const {
  const std::string base = file + "." + std::string(mark) + "-" + compact_utc(now);
  std::string name = base;
  for (int i = 2; ::faccessat(folder_fd_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
       ++i) {
    name = base + "-" + std::to_string(i);
  }
  return name;
}

std::string StateStore::move_away(const std::string& file, std::string_view mark,
                                  std::string_view reason, WallTime now) {
  const std::string target = free_name(file, mark, now);
  const std::string what = "The saved state " + folder_ + "/" + excerpt(file) +
                           " cannot be used because " + std::string(reason);
  if (::renameat(folder_fd_.get(), file.c_str(), folder_fd_.get(), target.c_str()) != 0) {
    return storage_error(what + ", and it cannot be set aside", errno).message;
  }
  ::fsync(folder_fd_.get());
  return what + ": it was set aside as " + excerpt(target) + ", and learning starts anew.";
}

}  // namespace skep
