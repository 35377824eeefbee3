#include "service/history/memory_directory.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <string>

namespace holdfast::service::history {
namespace {

using journal::file::Directory;
using journal::file::File;
using journal::file::OpenMode;

struct Contents {
  std::mutex mutex;
  Bytes bytes;
};

class MemoryFile final : public File {
 public:
  explicit MemoryFile(std::shared_ptr<Contents> contents) : contents_(std::move(contents)) {}

  Result<std::size_t> read(std::uint64_t offset, std::span<std::byte> out) override {
    const std::lock_guard guard(contents_->mutex);
    const Bytes& bytes = contents_->bytes;
    if (offset >= bytes.size()) return std::size_t{0};
    const std::size_t size = std::min<std::size_t>(out.size(), bytes.size() - offset);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), size, out.begin());
    return size;
  }

  Result<void> write(std::uint64_t offset, ByteView in) override {
    const std::lock_guard guard(contents_->mutex);
    Bytes& bytes = contents_->bytes;
    bytes.resize(std::max<std::size_t>(bytes.size(), offset + in.size()));
    std::copy(in.begin(), in.end(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
    return {};
  }

  Result<void> sync() override { return {}; }
  Result<void> settle() override { return {}; }

  Result<std::uint64_t> size() override {
    const std::lock_guard guard(contents_->mutex);
    return std::uint64_t{contents_->bytes.size()};
  }

 private:
  std::shared_ptr<Contents> contents_;
};

class MemoryDirectory final : public Directory {
 public:
  const std::string& path() const override { return path_; }

  Result<std::unique_ptr<File>> open(const std::string& name, OpenMode mode) override {
    std::shared_ptr<Contents>& contents = files_[name];
    if (mode.access == OpenMode::Access::create) contents = std::make_shared<Contents>();
    if (!contents) {
      files_.erase(name);
      return errno_error("open " + path_of(name), ENOENT);
    }
    return std::make_unique<MemoryFile>(contents);
  }

  Result<void> rename(const std::string& from, const std::string& to) override {
    auto file = files_.extract(from);
    if (!file) return errno_error("rename " + path_of(from), ENOENT);
    files_.insert_or_assign(to, std::move(file.mapped()));
    return {};
  }

  Result<void> remove(const std::string& name) override {
    if (files_.erase(name) == 0) return errno_error("remove " + path_of(name), ENOENT);
    return {};
  }

  Result<std::vector<std::string>> list() override {
    std::vector<std::string> names;
    for (const auto& [name, contents] : files_) names.push_back(name);
    return names;
  }

  Result<void> sync() override { return {}; }
  Result<void> lock() override { return {}; }

 private:
  const std::string path_ = "memory";
  std::map<std::string, std::shared_ptr<Contents>> files_;
};

}  // namespace

std::unique_ptr<Directory> make_memory_directory() {
  return std::make_unique<MemoryDirectory>();
}

}  // namespace holdfast::service::history
