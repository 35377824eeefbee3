#include "cli/backup/new_file.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace holdfast::cli {

NewFile::~NewFile() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(partial().c_str());
}

Result<void> NewFile::open() {
  if (!replace_ && ::access(path_.c_str(), F_OK) == 0) return errno_error(path_, EEXIST);
  const int file = ::open(partial().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return errno_error(partial(), errno);
  file_ = file;
  if (::fchmod(file_, 0600) != 0) return errno_error(partial(), errno);
  return {};
}

Result<void> NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(partial(), errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> NewFile::keep() {
  if (::fsync(file_) != 0) return errno_error(partial(), errno);
  if (auto taken = take_place(); !taken) return taken;
  ::close(file_);
  file_ = -1;
  return sync_folder();
}

// Not every file system can rename without replacing; there the look at the beginning has to do.
Result<void> NewFile::take_place() {
  const unsigned flags = replace_ ? 0 : RENAME_NOREPLACE;
  int failed = ::renameat2(AT_FDCWD, partial().c_str(), AT_FDCWD, path_.c_str(), flags);
  if (failed != 0 && (errno == EINVAL || errno == ENOSYS)) {
    failed = std::rename(partial().c_str(), path_.c_str());
  }
  if (failed != 0) return errno_error(path_, errno);
  return {};
}

Result<void> NewFile::sync_folder() const {
  std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  if (folder.empty()) folder = ".";
  const int opened = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (opened < 0) return errno_error(folder, errno);
  const int failed = ::fsync(opened) != 0 ? errno : 0;
  ::close(opened);
  if (failed != 0) return errno_error(folder, failed);
  return {};
}

}  // namespace holdfast::cli
