#pragma once

#include <cstdlib>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "journal/file/directory.h"

namespace holdfast::journal::file {

// Memory that O_DIRECT accepts: aligned to 4 KiB, zero at first.
class AlignedBuffer {
 public:
  explicit AlignedBuffer(std::size_t bytes);
  std::span<std::byte> span() { return {data_.get(), size_}; }

 private:
  struct Free {
    void operator()(std::byte* data) const { std::free(data); }
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_;
};

// Whether files are still opened with O_DIRECT. Some file systems refuse it when a file is opened, some only
// at the first write; the first refusal is told to `warn`, and from then on writes go through the page cache,
// each followed by fdatasync: as safe, a little slower.
class DirectMode {
 public:
  explicit DirectMode(std::function<void(std::string)> warn, bool direct = true)
      : warn_(std::move(warn)), direct_(direct) {}
  bool direct() const { return direct_; }
  void fall_back(const std::string& path);

 private:
  std::function<void(std::string)> warn_;
  bool direct_;
};

// A file whose every write is durable when it returns. Offsets, sizes and buffers are multiples of 4 KiB.
// `directory` and `mode` must outlive it.
class DurableFile {
 public:
  static Result<DurableFile> open(Directory& directory, const std::string& name, DirectMode& mode);

  Result<void> write(std::uint64_t offset, ByteView blocks);
  File& file() { return *file_; }

  // The name under which the file is to be found from now on, after a rename.
  void set_name(std::string name) { name_ = std::move(name); }

 private:
  DurableFile(Directory& directory, std::string name, DirectMode& mode)
      : directory_(&directory), name_(std::move(name)), mode_(&mode) {}

  Result<void> reopen();

  Directory* directory_;
  std::string name_;
  DirectMode* mode_;
  std::unique_ptr<File> file_;
  bool write_through_ = false;
};

}  // namespace holdfast::journal::file
