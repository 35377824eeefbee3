#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

// Every file operation of the file journal goes through these two interfaces, so that tests can put failing,
// torn and full disks beneath it (faulty_directory.h). Errors carry errno and name the file. Both may be used
// from several threads, one file by one thread at a time.

namespace holdfast::journal::file {

class File {
 public:
  virtual ~File() = default;

  // Reads at `offset`; fewer bytes than asked for only at the end of the file.
  virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) = 0;

  // Writes everything or fails; after a failure any part may have been written.
  virtual Result<void> write(std::uint64_t offset, ByteView bytes) = 0;

  // Makes what was written, and the file's size, durable (fdatasync).
  virtual Result<void> sync() = 0;

  // As sync(), and forgets the cached pages: what is read afterwards is what the disk holds. After a failed
  // fsync the cache shows pages as clean that never reached the disk.
  virtual Result<void> settle() = 0;

  virtual Result<std::uint64_t> size() = 0;
};

struct OpenMode {
  enum class Access { read, write, create };
  Access access = Access::read;  // `create` also empties a file that exists
  bool direct = false;           // O_DIRECT: offsets, sizes and buffers are multiples of 4 KiB
  bool write_through = false;    // O_DSYNC: every write is durable when it returns
};

// One directory, by its descriptor: it stays the same place when somebody renames it.
class Directory {
 public:
  virtual ~Directory() = default;

  virtual const std::string& path() const = 0;
  std::string path_of(const std::string& name) const { return path() + "/" + name; }

  virtual Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) = 0;
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& name) = 0;
  virtual Result<std::vector<std::string>> list() = 0;  // without "." and ".."

  // Makes new, renamed and removed names durable.
  virtual Result<void> sync() = 0;

  // Takes the directory for this object until it is destroyed. Errc::in_use when somebody has it,
  // Errc::unsupported on a network file system, where this lock excludes nobody on other machines.
  virtual Result<void> lock() = 0;
};

// The name of the file system with this number of statfs(2) if it is one of other machines, or may be.
std::optional<std::string_view> remote_file_system(std::uint32_t type);

// The directory `path` of this machine; with `make`, it and its parents are made, durably, where missing.
Result<std::unique_ptr<Directory>> open_directory(const std::string& path, bool make);

}  // namespace holdfast::journal::file
