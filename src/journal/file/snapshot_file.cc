#include "journal/file/snapshot_file.h"

#include <array>

#include "base/assert.h"

namespace holdfast::journal::file {
namespace {

constexpr std::uint64_t kSyncEvery = 4u << 20;
constexpr std::size_t kEndBytes = sizeof(SnapshotBlock) + sizeof(std::uint64_t);

constexpr std::string_view kRemedy =
    "Restore a backup; or, if there is an older snapshot beside it, move this file away: the older one and "
    "the log "
    "hold the same state";

Result<void> read_exactly(File& file, std::uint64_t offset, std::span<std::byte> out) {
  auto got = file.read(offset, out);
  if (!got) return got.error();
  if (*got != out.size()) return Error{Errc::damaged, "the file ends too early"};
  return {};
}

// One pass over a snapshot file. Errors of its steps do not name the file; read_snapshot_file() adds that.
class Pass {
 public:
  explicit Pass(File& file) : file_(file), chunk_(kMaxChunkBytes) {}

  std::uint64_t offset() const { return offset_; }

  Result<SnapshotHeader> header() {
    std::array<std::byte, sizeof(SnapshotHeader)> bytes;
    if (auto got = read_exactly(file_, 0, bytes); !got) return got.error();
    auto header = decode_snapshot_header(bytes);
    if (!header) return header.error();
    offset_ = sizeof(SnapshotHeader);
    crc_ = header->crc;
    return *header;
  }

  // The next chunk; empty at the end.
  Result<ByteView> next() {
    std::array<std::byte, sizeof(SnapshotBlock)> bytes;
    if (auto got = read_exactly(file_, offset_, bytes); !got) return got.error();
    const auto block = load<SnapshotBlock>(bytes);
    if (block.length > kMaxChunkBytes || block.index != index_)
      return Error{Errc::damaged, "not the expected block"};
    // The end's sum of lengths is checked like data.
    const std::size_t size = block.length == 0 ? sizeof(std::uint64_t) : block.length;
    const auto data = std::span(chunk_).first(size);
    if (auto got = read_exactly(file_, offset_ + sizeof block, data); !got) return got.error();
    if (snapshot_block_crc(block, data, crc_) != block.crc)
      return Error{Errc::damaged, "a block's checksum is wrong"};
    if (block.length == 0) return end(load<std::uint64_t>(data));
    crc_ = block.crc;
    index_ += 1;
    total_ += size;
    offset_ += sizeof block + size;
    return ByteView(data);
  }

 private:
  Result<ByteView> end(std::uint64_t total) {
    const auto size = file_.size();
    if (!size) return size.error();
    if (total != total_ || *size != offset_ + kEndBytes)
      return Error{Errc::damaged, "the end is not where it should be"};
    return ByteView{};
  }

  File& file_;
  Bytes chunk_;
  std::uint64_t offset_ = 0;
  std::uint64_t index_ = 0;
  std::uint64_t total_ = 0;
  std::uint32_t crc_ = 0;
};

// Sorts an error of reading `name` into damage, which becomes a finding, and everything else.
Result<SnapshotCheck> as_finding(const Directory& directory, const std::string& name, std::uint64_t offset,
                                 const Error& error) {
  if (error.code == Errc::damaged) return SnapshotCheck{.damage = Damage{name, offset, error.detail}};
  if (error.code == Errc::not_a_journal)
    return Error{error.code, directory.path_of(name) + ": " + error.detail};
  return error;
}

Result<SnapshotCheck> read_all(Directory& directory, const std::string& name, const VisitChunk& visit) {
  auto file = directory.open(name, {});
  if (!file) return file.error();
  Pass pass(**file);
  const auto header = pass.header();
  if (!header) return as_finding(directory, name, 0, header.error());
  SnapshotCheck check{.info = {{header->sequence, header->chain}, 0}};
  for (;;) {
    const auto chunk = pass.next();
    if (!chunk) return as_finding(directory, name, pass.offset(), chunk.error());
    if (chunk->empty()) return check;
    check.info.bytes += chunk->size();
    if (auto visited = visit(*chunk); !visited) return visited.error();
  }
}

Result<SnapshotCheck> read_ends(Directory& directory, const std::string& name) {
  auto file = directory.open(name, {});
  if (!file) return file.error();
  const auto size = (*file)->size();
  if (!size) return size.error();
  const auto header = Pass(**file).header();
  if (!header) return as_finding(directory, name, 0, header.error());
  const auto damaged = [&](std::uint64_t offset, const char* what) {
    return SnapshotCheck{.damage = Damage{name, offset, what}};
  };
  if (*size < sizeof(SnapshotHeader) + kEndBytes) return damaged(*size, "the file ends too early");
  std::array<std::byte, kEndBytes> bytes{};
  if (auto got = read_exactly(**file, *size - kEndBytes, bytes); !got) return got.error();
  const auto end = load<SnapshotBlock>(bytes);
  const auto total = load<std::uint64_t>(ByteView(bytes).subspan(sizeof end));
  if (end.length != 0 || *size != sizeof(SnapshotHeader) + end.index * sizeof end + total + kEndBytes) {
    return damaged(*size - kEndBytes, "the end is not where it should be");
  }
  return SnapshotCheck{.info = {{header->sequence, header->chain}, total}};
}

Result<SnapshotInfo> refuse_damage(const Directory& directory, const Result<SnapshotCheck>& check) {
  if (!check) return check.error();
  if (check->damage) return damage_error(directory, *check->damage, kRemedy);
  return check->info;
}

}  // namespace

Result<SnapshotInfo> inspect_snapshot(Directory& directory, const std::string& name) {
  return refuse_damage(directory, read_ends(directory, name));
}

Result<SnapshotInfo> read_snapshot_file(Directory& directory, const std::string& name,
                                        const VisitChunk& visit) {
  return refuse_damage(directory, read_all(directory, name, visit));
}

Result<SnapshotCheck> check_snapshot(Directory& directory, const std::string& name, const VisitChunk& visit) {
  return read_all(directory, name, visit);
}

Result<SnapshotFileWriter> SnapshotFileWriter::create(Directory& directory, std::string name,
                                                      const Head& head) {
  SnapshotFileWriter writer(directory, std::move(name));
  auto file = directory.open(writer.name_, {.access = OpenMode::Access::create});
  if (!file) return file.error();
  writer.file_ = std::move(*file);
  SnapshotHeader header{.sequence = head.sequence, .chain = head.chain, .random = random_u64()};
  seal(header);
  writer.crc_ = header.crc;
  writer.info_.head = head;
  if (auto put = writer.put(bytes_of(header)); !put) return put.error();
  return writer;
}

Result<void> SnapshotFileWriter::put(ByteView bytes) {
  if (auto written = file_->write(offset_, bytes); !written) return written.error();
  offset_ += bytes.size();
  return {};
}

Result<void> SnapshotFileWriter::put_block(ByteView data) {
  SnapshotBlock block{.crc = 0, .length = static_cast<std::uint32_t>(data.size()), .index = index_};
  std::uint64_t total = info_.bytes;
  if (data.empty()) data = bytes_of(total);
  block.crc = snapshot_block_crc(block, data, crc_);
  crc_ = block.crc;
  index_ += 1;
  if (auto done = put(bytes_of(block)); !done) return done.error();
  return put(data);
}

Result<void> SnapshotFileWriter::write(ByteView chunk) {
  HOLDFAST_ASSERT(!chunk.empty() && chunk.size() <= kMaxChunkBytes);
  if (auto done = put_block(chunk); !done) return done.error();
  info_.bytes += chunk.size();
  if (offset_ - synced_ < kSyncEvery) return {};
  synced_ = offset_;
  return file_->sync();
}

Result<SnapshotInfo> SnapshotFileWriter::finish() {
  if (auto done = put_block({}); !done) return done.error();
  if (auto settled = file_->settle(); !settled) return settled.error();
  auto read = read_snapshot_file(*directory_, name_, [](ByteView) -> Result<void> { return {}; });
  if (read && (read->head != info_.head || read->bytes != info_.bytes)) {
    return damage_error(*directory_, {name_, 0, "what was read back is not what was written"}, kRemedy);
  }
  return read;
}

}  // namespace holdfast::journal::file
