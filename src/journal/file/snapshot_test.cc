#include <fstream>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "journal/file/file_journal_fixture.h"
#include "journal/file/verify.h"

// Snapshots at rest and on the way to it: whole or refused by name, and never the reason to lose the log.

namespace holdfast::journal::file {
namespace {

using testing::HasSubstr;

class Snapshots : public FileJournalFixture {
 protected:
  void SetUp() override {
    FileJournalFixture::SetUp();
    open();
    append("a");
    auto writer = journal_->begin_snapshot(journal_->head());
    ASSERT_TRUE(writer);
    for (const char* chunk : {"one", "two", "three"}) ASSERT_TRUE((*writer)->write(as_bytes(chunk)));
    ASSERT_TRUE((*writer)->commit());
    writer->reset();
    close();
  }

  // Opens and reads the newest snapshot: the first error, or what was read.
  Result<std::string> read_back() {
    auto opened = try_open();
    if (!opened) return opened.error();
    std::string state;
    auto read = (*opened)->read_snapshot([&](ByteView chunk) -> Result<void> {
      state += as_text(chunk);
      return {};
    });
    if (!read) return read.error();
    return state;
  }

  const std::string name_ = snapshot_name(1);
};

// Bugs: a header field or a block's length outside every checksum; blocks not bound to their place.
TEST_F(Snapshots, EveryFlippedBitIsRefusedWithTheFile) {
  ASSERT_EQ(*read_back(), "onetwothree");
  const std::size_t size = file_bytes(name_).size();
  for (std::size_t offset = 0; offset < size; ++offset) {
    const auto mask = static_cast<std::uint8_t>(1u << (offset % 8));
    flip(name_, offset, mask);
    const auto state = read_back();
    ASSERT_FALSE(state) << "offset " << offset;
    EXPECT_THAT(state.error().message(), HasSubstr(path_of(name_))) << offset;
    const auto report = verify(data());
    EXPECT_TRUE(!report || report->damages.size() == 1) << offset;
    flip(name_, offset, mask);
  }
  EXPECT_EQ(*read_back(), "onetwothree");
}

// Bug: an end of the file where a block could end counts as the end of the snapshot.
TEST_F(Snapshots, EveryTruncationIsRefusedWithTheFile) {
  for (std::size_t size = file_bytes(name_).size(); size-- > 0;) {
    std::filesystem::resize_file(path_of(name_), size);
    const auto state = read_back();
    ASSERT_FALSE(state) << size;
    EXPECT_THAT(state.error().message(), HasSubstr(path_of(name_) + " at offset"));
  }
}

// Bug: what follows the end is ignored, so that a longer older file under the name would pass.
TEST_F(Snapshots, BytesAfterTheEndAreRefused) {
  overwrite(name_, file_bytes(name_).size(), as_bytes("x"));
  EXPECT_FALSE(read_back());
}

// Bug: a snapshot of another journal is believed because its checksums are right.
TEST_F(Snapshots, ASnapshotOfAnotherHistoryIsRefused) {
  const Bytes foreign = file_bytes(name_);
  std::filesystem::remove_all(data());
  open();
  append("b");
  close();
  std::ofstream(path_of(name_), std::ios::binary) << as_text(foreign);
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message(), HasSubstr("another history"));
}

// Bug: the remedy that the refusal names does not work.
TEST_F(Snapshots, TheOlderSnapshotAndTheLogReplaceADamagedOne) {
  open();
  append("b");
  take_snapshot("newest");
  append("c");
  ASSERT_TRUE(journal_->trim());
  close();
  flip(snapshot_name(2), sizeof(SnapshotHeader) + 20, 1);
  const auto refused = read_back();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("move this file away"));
  std::filesystem::remove(path_of(snapshot_name(2)));
  EXPECT_EQ(*read_back(), "onetwothree");
  open();
  EXPECT_EQ(entries_from(2), (std::vector<std::string>{"b", "c"}));
}

// Bug: an unfinished file counts, or stays for ever.
TEST_F(Snapshots, AnUnfinishedFileIsRemovedAtTheNextStart) {
  std::filesystem::copy_file(path_of(name_), path_of(partial_name(snapshot_name(9))));
  std::ofstream(path_of(partial_name(spare_name(9)))) << "zeros";
  open();
  EXPECT_EQ(journal_->latest_snapshot()->head.sequence, 1u);
  EXPECT_TRUE(listing().partial.empty());
}

// Bug: older snapshots are never removed, or the previous one is.
TEST_F(Snapshots, TrimKeepsTheNewestTwo) {
  open();
  for (const char* text : {"b", "c", "d"}) {
    append(text);
    take_snapshot(text);
  }
  EXPECT_EQ(listing().snapshots, (std::vector<std::uint64_t>{1, 2, 3, 4}));
  ASSERT_TRUE(journal_->trim());
  EXPECT_EQ(listing().snapshots, (std::vector<std::uint64_t>{3, 4}));
}

}  // namespace
}  // namespace holdfast::journal::file
