#include <algorithm>
#include <vector>

#include "input.h"
#include "journal/file/layout.h"
#include "journal/file/log_scan.h"
#include "journal/file/names.h"
#include "journal/file/verify.h"
#include "service/history/memory_directory.h"
#include "target.h"

namespace {

using namespace holdfast;
using namespace journal::file;
using journal::Head;

constexpr std::uint64_t kGeneration = 0x1234;
constexpr std::size_t kMaxRecords = 12;

// A log of one segment as the journal writes it, and every head that it had.
struct Log {
  Bytes bytes;
  std::vector<Head> heads;
};

Log written(fuzz::Input& input) {
  Log log{.bytes = {}, .heads = {Head{}}};
  log.bytes.resize(kBlockBytes);
  std::uint32_t crc = 0;
  const std::size_t records = input.up_to(kMaxRecords);
  for (std::size_t i = 0; i < records; ++i) {
    const Bytes entry(1 + input.two_bytes() % (3 * kBlockBytes), std::byte{0x5a});
    const Head& last = log.heads.back();
    const Head next{last.sequence + 1, journal::next_chain(last.chain, entry)};
    const std::size_t at = log.bytes.size();
    log.bytes.resize(at + record_bytes(entry.size()));
    crc = encode_record({.crc = 0,
                         .length = 0,
                         .generation = kGeneration,
                         .sequence = next.sequence,
                         .previous_crc = crc,
                         .reserved = 0,
                         .id = {},
                         .chain = next.chain},
                        entry, std::span(log.bytes).subspan(at));
    log.heads.push_back(next);
  }
  log.bytes.resize(log.bytes.size() + kBlockBytes * input.up_to(3));
  SegmentHeader header{};
  header.ordinal = 1;
  header.generation = kGeneration;
  header.file_bytes = log.bytes.size();
  encode_segment_header(header, std::span(log.bytes).first(kBlockBytes));
  return log;
}

// Bytes written over it, or zeros, or a cut.
bool damage(fuzz::Input& input, Bytes& bytes) {
  const Bytes before = bytes;
  while (!input.empty() && !bytes.empty()) {
    const std::uint8_t how = input.byte();
    const std::size_t at = (input.two_bytes() << 2) % bytes.size();
    if (how == 0) {
      bytes.resize(at);
    } else if (how < 32) {
      std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes.end(), std::byte{0});
    } else {
      const ByteView over = input.take(std::min<std::size_t>(how - 31, bytes.size() - at));
      std::copy(over.begin(), over.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }
  return bytes != before;
}

void put_file(Directory& directory, const std::string& name, ByteView bytes) {
  auto file = directory.open(name, {.access = OpenMode::Access::create});
  HOLDFAST_ASSERT(file && (*file)->write(0, bytes));
}

}  // namespace

// What is read of a damaged log is what was written, up to some entry; verify sees what recovery sees.
HOLDFAST_FUZZ_TARGET(journal_log) {
  fuzz::Input choices(input);
  Log log = written(choices);
  const bool damaged = damage(choices, log.bytes);
  const auto directory = service::history::make_memory_directory();
  put_file(*directory, std::string(kMarkerName), as_bytes(kMarkerText));
  put_file(*directory, segment_name(1), log.bytes);

  const auto listing = list_journal(*directory);
  HOLDFAST_ASSERT(listing.has_value());
  const auto scan = scan_log(*directory, *listing, {});
  const auto report = verify(*directory);
  HOLDFAST_ASSERT(scan.has_value() == report.has_value());
  if (!scan) return;  // another format version
  HOLDFAST_ASSERT(scan->damages.empty() == report->damages.empty());
  if (!scan->damages.empty()) {
    HOLDFAST_ASSERT(damaged);
    return;
  }
  HOLDFAST_ASSERT(std::ranges::find(log.heads, scan->end.head) != log.heads.end());
  HOLDFAST_ASSERT(damaged || (scan->end.head == log.heads.back() && !scan->torn_tail));
  HOLDFAST_ASSERT(report->head == scan->end.head && report->torn_tail == scan->torn_tail);
}
