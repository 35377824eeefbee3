#include "journal/file/log_writer.h"

#include <algorithm>

#include "base/assert.h"

namespace holdfast::journal::file {

Result<void> LogWriter::resume(const LogScan& scan) {
  ordinal_ = scan.segments.back().ordinal;
  generation_ = scan.last_header.generation;
  file_bytes_ = scan.last_header.file_bytes;
  offset_ = scan.end_offset;
  auto file = DurableFile::open(directory_, segment_name(ordinal_), mode_);
  if (!file) return file.error();
  file_ = std::make_unique<DurableFile>(std::move(*file));
  return cut();
}

Result<void> LogWriter::cut() {
  const auto region = buffer_.span().first(std::min<std::uint64_t>(kMaxRecordBytes, file_bytes_ - offset_));
  const auto got = file_->file().read(offset_, region);
  if (!got) return got.error();
  if (std::ranges::all_of(region, [](std::byte byte) { return byte == std::byte{0}; })) return {};
  std::ranges::fill(region, std::byte{0});
  return file_->write(offset_, region);
}

Result<void> LogWriter::roll(const std::string& spare, const LogPosition& base) {
  auto file = DurableFile::open(directory_, spare, mode_);
  if (!file) return file.error();
  const auto size = file->file().size();
  if (!size) return size.error();
  const SegmentHeader header{.ordinal = ordinal_ + 1,
                             .generation = random_u64(),
                             .file_bytes = *size,
                             .base_sequence = base.head.sequence,
                             .base_chain = base.head.chain,
                             .base_crc = base.crc};
  const auto block = buffer_.span().first(kBlockBytes);
  encode_segment_header(header, block);
  // The header is durable before the name is, so a segment without a valid header is never the crash's doing.
  if (auto written = file->write(0, block); !written) return written.error();
  if (auto renamed = directory_.rename(spare, segment_name(header.ordinal)); !renamed) return renamed.error();
  if (auto synced = directory_.sync(); !synced) return synced.error();
  file_ = std::make_unique<DurableFile>(std::move(*file));
  file_->set_name(segment_name(header.ordinal));
  ordinal_ = header.ordinal;
  generation_ = header.generation;
  file_bytes_ = header.file_bytes;
  offset_ = kFirstRecordOffset;
  return {};
}

Result<std::uint32_t> LogWriter::append(const LogPosition& previous, const AppendId& id, const Chain& chain,
                                        ByteView entry) {
  HOLDFAST_ASSERT(has_room(entry.size()));
  const auto record = buffer_.span().first(record_bytes(entry.size()));
  const std::uint32_t crc = encode_record({.generation = generation_,
                                           .sequence = previous.head.sequence + 1,
                                           .previous_crc = previous.crc,
                                           .id = id,
                                           .chain = chain},
                                          entry, record);
  if (auto written = file_->write(offset_, record); !written) return written.error();
  offset_ += record.size();
  return crc;
}

}  // namespace holdfast::journal::file
