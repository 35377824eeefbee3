#include <algorithm>
#include <atomic>
#include <fstream>

#include <gmock/gmock.h>

#include "journal/file/file_journal_fixture.h"

// What a crash leaves behind: a record that was being written, names that were not yet durable, segments that
// were used before.

namespace holdfast::journal::file {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Operation::Kind;

class Recovery : public FileJournalFixture {
 protected:
  // Opens a journal whose next record is cut off after `written` bytes, appends it, and crashes.
  void crash_in_append(std::string_view text, std::size_t written) {
    std::atomic<bool> armed = false;
    auto opened = try_open_with([&](const Operation& operation) {
      const bool torn = armed && operation.kind == Kind::write;
      return torn ? Verdict{.error = EIO, .written = written} : Verdict{};
    });
    ASSERT_TRUE(opened) << opened.error().message();
    journal_ = std::move(*opened);
    armed = true;
    EXPECT_FALSE(try_append(text));
    close();
  }

  // A journal of several segments of which the first ones were trimmed. Without spares made ahead, the next
  // segment is sure to be one that was used before.
  void fill_and_trim() {
    auto opened = try_open({.segment_bytes = kMinSegmentBytes, .spare_segments = 0});
    ASSERT_TRUE(opened) << opened.error().message();
    journal_ = std::move(*opened);
    for (int i = 0; i < 6; ++i) append(big_);
    take_snapshot("previous");
    for (int i = 0; i < 2; ++i) append(big_);
    take_snapshot("newest");
    ASSERT_TRUE(journal_->trim());
    wait_for([](const Listing& names) { return names.segments.front() == 4; });
  }

  const std::string big_ = std::string(400 * 1024, 'x');  // two of them fill a segment
};

// Bugs: a torn record is believed, an acknowledged one is cut, or the tail is not cleared. The record has
// three blocks; the disk got any number of its sectors.
TEST_F(Recovery, ATornLastRecordIsCutAtEverySector) {
  const std::string torn(9000, 't');
  const std::uint64_t whole = sizeof(RecordHeader) + torn.size();
  open();
  append("acknowledged");
  close();
  std::uint64_t end = kFirstRecordOffset + kBlockBytes;
  for (std::size_t written = 0; written <= record_bytes(torn.size()); written += 512) {
    crash_in_append(torn, written);
    warnings_.clear();
    open();
    const bool complete = written >= whole;
    EXPECT_EQ(entries_from(journal_->head().sequence).back(), complete ? torn : "acknowledged") << written;
    EXPECT_EQ(warnings_.size(), complete || written == 0 ? 0u : 1u) << written;
    if (complete) end += record_bytes(torn.size());
    append("acknowledged");
    close();
    const Bytes bytes = file_bytes(segment_name(1));
    const auto rest = ByteView(bytes).subspan(end + kBlockBytes, kMaxRecordBytes - kBlockBytes);
    EXPECT_TRUE(std::ranges::all_of(rest, [](std::byte byte) { return byte == std::byte{0}; })) << written;
    end += kBlockBytes;
  }
}

// Bug: only a prefix is expected, though a disk may write the sectors of a record in any order.
TEST_F(Recovery, ARecordWithoutItsFirstBlockIsNoRecord) {
  open();
  append("acknowledged");
  append(std::string(9000, 't'));
  close();
  overwrite(segment_name(1), kFirstRecordOffset + kBlockBytes, Bytes(kBlockBytes));
  open();
  EXPECT_THAT(entries_from(1), ElementsAre("acknowledged"));
  append("next");
  close();
  open();
  EXPECT_THAT(entries_from(1), ElementsAre("acknowledged", "next"));
}

// Bug: spares are always made anew, which costs a running server its latency.
TEST_F(Recovery, TrimmedSegmentsBecomeSpares) {
  fill_and_trim();
  append(big_);
  close();
  const auto bytes = file_bytes(segment_name(5));
  EXPECT_EQ(bytes.size(), kOptions.segment_bytes);
  const auto second =
      load<RecordHeader>(ByteView(bytes).subspan(kFirstRecordOffset + record_bytes(big_.size())));
  EXPECT_EQ(second.length, big_.size()) << "the record of an earlier use";
  EXPECT_NE(second.generation, load<SegmentHeader>(bytes).generation);
  open();
  EXPECT_EQ(journal_->head().sequence, 9u);
}

// Bug: the generation is not compared, so yesterday's records behind the tail count as later ones of today,
// and the journal refuses to open.
TEST_F(Recovery, ARecycledSegmentNeverOffersItsOldRecords) {
  fill_and_trim();
  append(std::string(200 * 1024, 'f'));  // fills segment 4
  append(std::string(9000, 's'));
  const Head head = journal_->head();
  close();
  const auto bytes = file_bytes(segment_name(5));
  ASSERT_EQ(load<SegmentHeader>(bytes).base_sequence, 9u);
  const auto old =
      load<RecordHeader>(ByteView(bytes).subspan(kFirstRecordOffset + record_bytes(big_.size())));
  ASSERT_EQ(old.length, big_.size()) << "the old record is still there";
  crash_in_append(std::string(9000, 't'), 4096);
  open();
  EXPECT_EQ(journal_->head(), head);
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_THAT(warnings_[0], HasSubstr("never acknowledged"));
  append("after the crash");
  close();
  open();
  EXPECT_EQ(warnings_.size(), 1u);
  EXPECT_EQ(entries_from(11), std::vector<std::string>{"after the crash"});
}

// Bug: a crash between two renames of a trim leaves a gap that is taken for damage.
TEST_F(Recovery, ATrimmedSegmentThatCameBackIsPutAway) {
  open();
  for (int i = 0; i < 4; ++i) append(big_);
  const Bytes first = file_bytes(segment_name(1));
  take_snapshot("previous");
  for (int i = 0; i < 2; ++i) append(big_);
  take_snapshot("newest");
  ASSERT_TRUE(journal_->trim());
  wait_for([](const Listing& names) { return names.segments.front() == 3; });
  append(big_);
  close();
  std::ofstream(path_of(segment_name(1)), std::ios::binary) << as_text(first);
  ASSERT_EQ(listing().segments, (std::vector<std::uint64_t>{1, 3, 4}));
  open();
  EXPECT_EQ(journal_->head().sequence, 7u);
  wait_for([](const Listing& names) { return names.segments.front() == 3; });
}

// Bug: a missing segment file below the newest snapshot but above the previous one goes unnoticed.
TEST_F(Recovery, AMissingSegmentIsRefused) {
  open();
  for (int i = 0; i < 6; ++i) append(big_);
  close();
  for (const std::uint64_t ordinal : {1u, 2u}) {
    std::filesystem::rename(path_of(segment_name(ordinal)), path_of("aside"));
    const auto opened = try_open();
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, Errc::damaged);
    EXPECT_THAT(opened.error().message(), HasSubstr("a segment file is missing"));
    std::filesystem::rename(path_of("aside"), path_of(segment_name(ordinal)));
  }
  open();
  EXPECT_EQ(journal_->head().sequence, 6u);
}

// Bug: what a killed process left in the page cache is served before it is durable.
TEST_F(Recovery, EverySegmentIsReadFromTheDiskAndNotFromTheCache) {
  open();
  for (int i = 0; i < 3; ++i) append(big_);
  close();
  std::vector<std::string> order;
  auto opened = try_open_with([&](const Operation& operation) {
    if (operation.kind == Kind::settle) order.push_back("settle " + operation.name);
    if (operation.kind == Kind::read) order.push_back("read " + operation.name);
    return Verdict{};
  });
  ASSERT_TRUE(opened);
  for (const std::uint64_t ordinal : {1u, 2u}) {
    const auto settled = std::ranges::find(order, "settle " + segment_name(ordinal));
    const auto read = std::ranges::find(order, "read " + segment_name(ordinal));
    EXPECT_TRUE(settled < read) << ordinal;
  }
}

}  // namespace
}  // namespace holdfast::journal::file
