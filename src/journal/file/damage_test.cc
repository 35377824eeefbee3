#include <fmt/format.h>
#include <gmock/gmock.h>

#include "journal/file/file_journal_fixture.h"
#include "journal/file/verify.h"

// Flipped, missing and zeroed bytes of a log at rest: an acknowledged entry is either there as it was
// written, or the journal says where it is not. Only damage to the last record may pass for a torn tail.

namespace holdfast::journal::file {
namespace {

using testing::HasSubstr;

class Damaged : public FileJournalFixture {
 protected:
  // One record of one block, one of three blocks, one of one block; a segment of which most is still zero.
  void SetUp() override {
    FileJournalFixture::SetUp();
    open();
    for (const std::string& text : texts_) {
      offsets_.push_back(end_);
      append(text);
      end_ += record_bytes(text.size());
    }
    close();
  }

  std::size_t last_record() const { return texts_.size() - 1; }
  std::uint64_t used(std::size_t record) const { return sizeof(RecordHeader) + texts_[record].size(); }

  // Which record's header or entry the byte belongs to, texts_.size() for padding and the unused rest.
  std::size_t record_at(std::uint64_t offset) const {
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (offset >= offsets_[i] && offset < offsets_[i] + used(i)) return i;
    }
    return texts_.size();
  }

  // What recovery must say after damage to the record (texts_.size(): to nothing that counts).
  void expect_outcome(std::size_t record, std::string_view context) {
    const auto found = scan();
    ASSERT_TRUE(found) << context << found.error().message();
    if (record < last_record()) {
      ASSERT_EQ(found->damages.size(), 1u) << context;
      EXPECT_EQ(found->damages[0].file, name_) << context;
      EXPECT_EQ(found->damages[0].offset, offsets_[record]) << context;
    } else {
      EXPECT_TRUE(found->damages.empty()) << context;
      EXPECT_EQ(found->end.head.sequence, record == last_record() ? texts_.size() - 1 : texts_.size())
          << context;
    }
  }

  const std::string name_ = segment_name(1);
  const std::vector<std::string> texts_{"first", std::string(9000, 'm'), "third", "fourth and last"};
  std::vector<std::uint64_t> offsets_;
  std::uint64_t end_ = kFirstRecordOffset;
};

// Bugs: a field left out of the checksum; look-ahead that stops at the first bad block; no look-ahead. Every
// bit of the headers and of what follows them, and one bit of every other byte.
TEST_F(Damaged, EveryFlippedBitOfTheRecordsIsNoticed) {
  for (std::uint64_t offset = kFirstRecordOffset; offset < end_ + kBlockBytes; ++offset) {
    const std::size_t record = record_at(offset);
    const bool near_header = record < texts_.size() && offset < offsets_[record] + 200;
    const unsigned first = near_header ? 0 : offset % 8;
    const unsigned last = near_header ? 7 : first;
    for (unsigned bit = first; bit <= last; ++bit) {
      flip(name_, offset, static_cast<std::uint8_t>(1u << bit));
      expect_outcome(record, fmt::format("offset {} bit {}: ", offset, bit));
      flip(name_, offset, static_cast<std::uint8_t>(1u << bit));
      if (HasFailure()) return;
    }
  }
}

// Bug: a segment whose header is not valid counts as unused or empty.
TEST_F(Damaged, EveryFlippedBitOfTheSegmentHeaderIsRefused) {
  for (std::uint64_t offset = 0; offset < sizeof(SegmentHeader); ++offset) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      flip(name_, offset, static_cast<std::uint8_t>(1u << bit));
      const auto found = scan();
      const bool version =
          offset >= offsetof(SegmentHeader, version) && offset < offsetof(SegmentHeader, block_bytes);
      if (version) {
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, Errc::not_a_journal);
      } else {
        ASSERT_TRUE(found);
        ASSERT_EQ(found->damages.size(), 1u) << offset;
        EXPECT_EQ(found->damages[0].offset, 0u);
      }
      flip(name_, offset, static_cast<std::uint8_t>(1u << bit));
    }
  }
}

// Bug: the end of the file counts as the end of the log.
TEST_F(Damaged, EveryTruncationIsRefused) {
  for (std::uint64_t size = end_ + 10; size-- > 0;) {
    std::filesystem::resize_file(path_of(name_), size);
    const auto found = scan();
    ASSERT_TRUE(found) << size;
    ASSERT_EQ(found->damages.size(), 1u) << size;
    EXPECT_EQ(found->damages[0].file, name_);
  }
}

// Bug: a record is believed because its first sector is right.
TEST_F(Damaged, EveryZeroedSectorOfTheRecordsIsNoticed) {
  constexpr std::size_t kSector = 512;
  const Bytes intact = file_bytes(name_);
  for (std::uint64_t offset = kFirstRecordOffset; offset < end_; offset += kSector) {
    overwrite(name_, offset, Bytes(kSector));
    expect_outcome(record_at(offset), fmt::format("sector at {}: ", offset));
    overwrite(name_, offset, ByteView(intact).subspan(offset, kSector));
  }
}

// Bug: each record is only checked by itself, so a valid one of another writing passes in the place of the
// one that was acknowledged.
TEST_F(Damaged, AValidRecordInThePlaceOfAnotherIsNoticed) {
  const Bytes intact = file_bytes(name_);
  RecordHeader header = load<RecordHeader>(ByteView(intact).subspan(offsets_[1]));
  Bytes other(record_bytes(texts_[1].size()));
  encode_record(header, as_bytes(std::string(texts_[1].size(), 'n')), other);
  overwrite(name_, offsets_[1], other);
  const auto found = scan();
  ASSERT_TRUE(found);
  ASSERT_EQ(found->damages.size(), 1u);
  EXPECT_EQ(found->damages[0].offset, offsets_[2]) << "the next one does not continue it";
  const auto report = verify(data());
  ASSERT_TRUE(report);
  ASSERT_EQ(report->damages.size(), 2u);
  EXPECT_EQ(report->damages[0].offset, offsets_[1]) << "its chain is wrong";
}

// Bug: the refusal does not say where, what to do, or changes the file before it refuses.
TEST_F(Damaged, TheRefusalNamesThePlaceAndTheRemedyAndChangesNothing) {
  flip(name_, offsets_[1] + 5000, 0x10);
  const Bytes before = file_bytes(name_);
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::damaged);
  EXPECT_THAT(opened.error().message(),
              HasSubstr(fmt::format("{} at offset {}", path_of(name_), offsets_[1])));
  EXPECT_THAT(opened.error().message(), HasSubstr("holdfast verify"));
  EXPECT_EQ(file_bytes(name_), before);
}

// Bug: the cut is forgotten at the next start, or the log cannot go on after it.
TEST_F(Damaged, DamageToTheLastRecordIsCutAndTheLogGoesOn) {
  flip(name_, offsets_[last_record()] + sizeof(RecordHeader), 1);
  open();
  EXPECT_EQ(journal_->head().sequence, texts_.size() - 1);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0],
              HasSubstr(fmt::format("{} at offset {}", path_of(name_), offsets_[last_record()])));
  append("another fourth");
  close();
  open();
  EXPECT_EQ(warnings_.size(), 1u);
  EXPECT_EQ(entries_from(3), (std::vector<std::string>{"third", "another fourth"}));
}

// Bug: look-ahead ends with the segment.
TEST_F(Damaged, DamageToTheLastRecordOfAFullSegmentIsRefused) {
  open();
  for (int i = 0; i < 3; ++i) append(std::string(400 * 1024, 'x'));
  append("in the next segment");
  close();
  ASSERT_EQ(listing().segments.size(), 2u);
  const std::uint64_t last_of_first = end_ + record_bytes(400 * 1024);
  flip(name_, last_of_first + 100'000, 1);
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(),
              HasSubstr(fmt::format("{} at offset {}", path_of(name_), last_of_first)));
}

// Bug: a log that ends before its snapshot opens, with a head that was already passed.
TEST_F(Damaged, ALogThatEndsBeforeItsSnapshotIsRefused) {
  open();
  take_snapshot("after the fourth");
  close();
  flip(name_, offsets_[last_record()] + 3, 1);
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::damaged);
  EXPECT_THAT(opened.error().message(),
              HasSubstr(fmt::format("{} at offset {}", path_of(name_), offsets_[last_record()])));
}

// Bug: verify stops at the first damage, or calls a torn tail damage.
TEST_F(Damaged, VerifyListsEveryDamage) {
  auto report = verify(data());
  ASSERT_TRUE(report) << report.error().message();
  EXPECT_TRUE(report->damages.empty());
  EXPECT_EQ(report->records, 4u);
  EXPECT_EQ(report->head.sequence, 4u);
  flip(name_, offsets_[0] + 50, 1);
  flip(name_, offsets_[2] + 82, 1);
  report = verify(data());
  ASSERT_TRUE(report);
  ASSERT_EQ(report->damages.size(), 2u);
  EXPECT_EQ(report->damages[0].offset, offsets_[0]);
  EXPECT_EQ(report->damages[1].offset, offsets_[2]);
  flip(name_, offsets_[0] + 50, 1);
  flip(name_, offsets_[2] + 82, 1);
  flip(name_, offsets_[3] + 82, 1);
  report = verify(data());
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->damages.empty());
  EXPECT_TRUE(report->torn_tail);
  EXPECT_EQ(report->head.sequence, 3u);
}

}  // namespace
}  // namespace holdfast::journal::file
