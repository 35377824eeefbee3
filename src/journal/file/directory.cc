#include "journal/file/directory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <filesystem>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "journal/journal.h"

namespace holdfast::journal::file {
namespace {

struct RemoteFileSystem {
  std::uint32_t magic;
  std::string_view name;
};

// FUSE is here because most of what it carries (sshfs, object stores, shared volumes) is remote and a
// program cannot tell which. Numbers without a kernel header are from statfs(2).
constexpr std::array kRemote{
    RemoteFileSystem{NFS_SUPER_MAGIC, "NFS"},   RemoteFileSystem{SMB_SUPER_MAGIC, "SMB"},
    RemoteFileSystem{0xff534d42, "CIFS"},       RemoteFileSystem{0xfe534d42, "SMB2"},
    RemoteFileSystem{AFS_SUPER_MAGIC, "AFS"},   RemoteFileSystem{CODA_SUPER_MAGIC, "Coda"},
    RemoteFileSystem{0x00c36400, "Ceph"},       RemoteFileSystem{V9FS_MAGIC, "9p"},
    RemoteFileSystem{0x01161970, "GFS2"},       RemoteFileSystem{OCFS2_SUPER_MAGIC, "OCFS2"},
    RemoteFileSystem{FUSE_SUPER_MAGIC, "FUSE"}, RemoteFileSystem{0x0bd00bd0, "Lustre"},
    RemoteFileSystem{0x6b414653, "kAFS"},       RemoteFileSystem{0x47504653, "GPFS"},
};

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

class SystemFile final : public File {
 public:
  SystemFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    std::size_t done = 0;
    while (done < out.size()) {
      const ssize_t got =
          ::pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return errno_error(fmt::format("read {} at {}", path_, offset + done), errno);
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

  Result<void> write(std::uint64_t offset, ByteView bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return errno_error(fmt::format("write {} at {}", path_, offset), put < 0 ? errno : EIO);
      bytes = bytes.subspan(static_cast<std::size_t>(put));
      offset += static_cast<std::uint64_t>(put);
    }
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return errno_error("sync " + path_, errno);
    return {};
  }

  Result<void> settle() override {
    if (auto synced = sync(); !synced) return synced.error();
    if (const int error = ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED); error != 0) {
      return errno_error("drop the cached pages of " + path_, error);
    }
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) return errno_error("stat " + path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  Descriptor fd_;
  std::string path_;
};

int open_flags(OpenMode mode) {
  int flags = O_CLOEXEC | O_NOFOLLOW;
  switch (mode.access) {
    case OpenMode::Access::read:
      flags |= O_RDONLY;
      break;
    case OpenMode::Access::write:
      flags |= O_RDWR;
      break;
    case OpenMode::Access::create:
      flags |= O_RDWR | O_CREAT | O_TRUNC;
      break;
  }
  if (mode.direct) flags |= O_DIRECT;
  if (mode.write_through) flags |= O_DSYNC;
  return flags;
}

class SystemDirectory final : public Directory {
 public:
  SystemDirectory(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  const std::string& path() const override { return path_; }

  Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override {
    const int fd = ::openat(fd_.get(), name.c_str(), open_flags(mode), 0600);
    if (fd < 0) return errno_error("open " + path_of(name), errno);
    return std::make_unique<SystemFile>(fd, path_of(name));
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    if (::renameat(fd_.get(), from.c_str(), fd_.get(), to.c_str()) != 0) {
      return errno_error(fmt::format("rename {} to {}", path_of(from), to), errno);
    }
    return {};
  }

  Result<void> remove(const std::string& name) override {
    if (::unlinkat(fd_.get(), name.c_str(), 0) != 0) return errno_error("remove " + path_of(name), errno);
    return {};
  }

  Result<std::vector<std::string>> list() override {
    // A descriptor of its own: closedir() closes it, and the position is not shared between threads.
    const int fd = ::openat(fd_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno_error("open " + path_, errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd), ::closedir);
    if (!entries) return errno_error("list " + path_, errno);
    std::vector<std::string> names;
    for (errno = 0; const dirent* entry = ::readdir(entries.get()); errno = 0) {
      const std::string_view name = entry->d_name;
      if (name != "." && name != "..") names.emplace_back(name);
    }
    if (errno != 0) return errno_error("list " + path_, errno);
    return names;
  }

  Result<void> sync() override {
    if (::fsync(fd_.get()) != 0) return errno_error("sync the directory " + path_, errno);
    return {};
  }

  Result<void> lock() override {
    struct statfs status {};
    if (::fstatfs(fd_.get(), &status) != 0) return errno_error("stat the file system of " + path_, errno);
    if (const auto remote = remote_file_system(static_cast<std::uint32_t>(status.f_type))) {
      return Error{
          Errc::unsupported,
          fmt::format("{} is on {}: file locks there do not exclude other machines; use a local disk "
                      "or an engine made for several machines",
                      path_, *remote)};
    }
    if (::flock(fd_.get(), LOCK_EX | LOCK_NB) == 0) return {};
    if (errno == EWOULDBLOCK) return Error{Errc::in_use, path_ + " is locked"};
    return errno_error("lock " + path_, errno);
  }

 private:
  Descriptor fd_;
  std::string path_;
};

// A new directory is only durable when its parent was synced, up to the first one that existed before.
Result<void> make_directories(const std::filesystem::path& path) {
  std::error_code error;
  if (path.empty() || std::filesystem::is_directory(path, error)) return {};
  const auto parent = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (auto made = make_directories(parent); !made) return made.error();
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return errno_error("make " + path.string(), errno);
  const Descriptor fd(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return errno_error("sync " + parent.string(), errno);
  return {};
}

}  // namespace

std::optional<std::string_view> remote_file_system(std::uint32_t type) {
  const auto remote = std::ranges::find(kRemote, type, &RemoteFileSystem::magic);
  return remote == kRemote.end() ? std::nullopt : std::optional(remote->name);
}

Result<std::unique_ptr<Directory>> open_directory(const std::string& path, bool make) {
  if (make) {
    auto normal = std::filesystem::path(path).lexically_normal();
    if (!normal.has_filename()) normal = normal.parent_path();
    if (auto made = make_directories(normal); !made) return made.error();
  }
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return errno_error("open the directory " + path, errno);
  return std::make_unique<SystemDirectory>(fd, path);
}

}  // namespace holdfast::journal::file
