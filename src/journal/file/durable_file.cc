#include "journal/file/durable_file.h"

#include <cerrno>
#include <cstring>

#include "base/assert.h"
#include "journal/file/layout.h"

namespace holdfast::journal::file {
namespace {

bool is_direct_refusal(const Error& error) {
  return error.code == std::error_code(EINVAL, std::generic_category());
}

}  // namespace

AlignedBuffer::AlignedBuffer(std::size_t bytes)
    : data_(static_cast<std::byte*>(std::aligned_alloc(kBlockBytes, round_up_to_block(bytes)))),
      size_(bytes) {
  HOLDFAST_ASSERT(data_ != nullptr);
  std::memset(data_.get(), 0, bytes);
}

void DirectMode::fall_back(const std::string& path) {
  if (direct_)
    warn_(path + ": the file system refuses O_DIRECT; using the page cache and fdatasync, which is slower");
  direct_ = false;
}

Result<DurableFile> DurableFile::open(Directory& directory, const std::string& name, DirectMode& mode) {
  DurableFile file(directory, name, mode);
  if (auto opened = file.reopen(); !opened) return opened.error();
  return file;
}

Result<void> DurableFile::reopen() {
  write_through_ = mode_->direct();
  auto opened = directory_->open(
      name_, {.access = OpenMode::Access::write, .direct = write_through_, .write_through = write_through_});
  if (!opened && write_through_ && is_direct_refusal(opened.error())) {
    mode_->fall_back(directory_->path_of(name_));
    return reopen();
  }
  if (!opened) return opened.error();
  file_ = std::move(*opened);
  return {};
}

Result<void> DurableFile::write(std::uint64_t offset, ByteView blocks) {
  auto written = file_->write(offset, blocks);
  if (!written && write_through_ && is_direct_refusal(written.error())) {
    mode_->fall_back(directory_->path_of(name_));
    if (auto reopened = reopen(); !reopened) return reopened.error();
    written = file_->write(offset, blocks);
  }
  if (!written || write_through_) return written;
  return file_->sync();
}

}  // namespace holdfast::journal::file
