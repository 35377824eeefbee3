#include <atomic>

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "journal/file/file_journal_fixture.h"

// Disks that fail, fill up, or die in the middle of anything.

namespace holdfast::journal::file {
namespace {

using testing::HasSubstr;
using Kind = Operation::Kind;

bool is_log(const Operation& operation) {
  return operation.name.starts_with("segment-");
}

class Faults : public FileJournalFixture {
 protected:
  void open_with(Script script) {
    auto opened = try_open_with(std::move(script));
    ASSERT_TRUE(opened) << opened.error().message();
    journal_ = std::move(*opened);
  }

  // After a failure nothing is written any more, and what was acknowledged before is all there.
  void expect_dead_then_recover(std::uint64_t acknowledged) {
    EXPECT_FALSE(try_append("again"));
    EXPECT_FALSE(journal_->reserve(1));
    close();
    open();
    EXPECT_GE(journal_->head().sequence, acknowledged);
    EXPECT_LE(journal_->head().sequence, acknowledged + 1);
    append("after the restart");
  }

  const std::string big_ = std::string(400 * 1024, 'x');
};

// Bug: a failed write is tried again, or the journal goes on after it.
TEST_F(Faults, AfterAFailedWriteNoAppendSucceeds) {
  std::atomic<bool> failing = false;
  open_with([&](const Operation& operation) {
    return Verdict{.error = failing && is_log(operation) && operation.kind == Kind::write ? EIO : 0};
  });
  append("a");
  failing = true;
  const auto failed = try_append("b");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, std::errc::io_error);
  EXPECT_THAT(failed.error().message(), HasSubstr(segment_name(1)));
  failing = false;
  expect_dead_then_recover(1);
}

// Bug: a second fdatasync that succeeds is taken as proof.
TEST_F(Faults, AfterAFailedSyncNoAppendSucceeds) {
  std::atomic<bool> failing = false;
  open_with([&](const Operation& operation) {
    if (operation.kind == Kind::open && operation.direct) return Verdict{.error = EINVAL};
    return Verdict{.error = failing && operation.kind == Kind::sync ? EIO : 0};
  });
  append("a");
  failing = true;
  EXPECT_FALSE(try_append("b"));
  failing = false;
  expect_dead_then_recover(1);
}

// Bug: an error while the next segment is begun is overlooked because it is not a write of a record.
TEST_F(Faults, AfterAFailureToRollNoAppendSucceeds) {
  for (const Kind kind : {Kind::open, Kind::write, Kind::rename, Kind::sync_directory}) {
    std::atomic<bool> failing = false;
    open_with([&](const Operation& operation) {
      const bool rolls = operation.name.starts_with("spare-") && !operation.name.ends_with(kPartialSuffix);
      const bool hit = operation.kind == kind && (rolls || kind == Kind::sync_directory);
      return Verdict{.error = failing && hit ? EIO : 0};
    });
    const std::uint64_t before = journal_->head().sequence;
    append(big_);
    append(big_);
    failing = true;
    Result<Append> done = Append::written;
    std::uint64_t acknowledged = before + 2;
    while (acknowledged < before + 20 && (done = try_append(big_))) ++acknowledged;
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, std::errc::io_error);
    failing = false;
    expect_dead_then_recover(acknowledged);
    close();
  }
}

// Bug: durability rests on a flag that is not set, or on a sync that is not made.
TEST_F(Faults, EveryRecordIsWrittenThroughOrSynced) {
  for (const bool direct : {true, false}) {
    std::vector<Operation> log;
    open_with([&](const Operation& operation) {
      if (operation.kind == Kind::open && operation.direct && !direct) return Verdict{.error = EINVAL};
      if (is_log(operation) && (operation.kind == Kind::write || operation.kind == Kind::sync))
        log.push_back(operation);
      return Verdict{};
    });
    log.clear();
    append("a");
    ASSERT_EQ(log.size(), direct ? 1u : 2u);
    EXPECT_EQ(log[0].write_through, direct);
    EXPECT_EQ(log[0].direct, direct);
    EXPECT_EQ(log[0].bytes, kBlockBytes);
    EXPECT_EQ(log.back().kind, direct ? Kind::write : Kind::sync);
    close();
  }
}

// Bugs: a file system that refuses O_DIRECT cannot be used, is tried again for ever, or warns at every
// append.
TEST_F(Faults, ARefusedDirectOpenOrWriteFallsBackOnce) {
  for (const Kind refusal : {Kind::open, Kind::write}) {
    warnings_.clear();
    open_with([&](const Operation& operation) {
      return Verdict{.error = operation.kind == refusal && operation.direct ? EINVAL : 0};
    });
    for (int i = 0; i < 3; ++i) append(big_);
    append("small");
    ASSERT_EQ(warnings_.size(), 1u);
    EXPECT_THAT(warnings_[0], HasSubstr("O_DIRECT"));
    EXPECT_THAT(journal_->durability().description, HasSubstr("fdatasync"));
    const auto head = journal_->head();
    close();
    open();
    EXPECT_EQ(journal_->head(), head);
    close();
  }
}

// Bugs: a full disk shows itself in append(), ends the journal, or is remembered after space was freed.
TEST_F(Faults, AFullDiskIsKnownBeforeTheAppendAndPasses) {
  std::atomic<bool> full = false;
  open_with([&](const Operation& operation) {
    const bool grows = operation.name.ends_with(kPartialSuffix) && operation.kind == Kind::write;
    return Verdict{.error = full && grows ? ENOSPC : 0};
  });
  full = true;
  Result<void> room;
  std::uint64_t appended = 0;
  for (; appended < 20 && (room = journal_->reserve(big_.size())); ++appended) append(big_);
  ASSERT_FALSE(room);
  EXPECT_EQ(room.error().code, Errc::no_space);
  EXPECT_GE(appended, 4u) << "the segment in use and the spare were there";
  EXPECT_FALSE(journal_->reserve(big_.size())) << "asking again does not help while the disk is full";
  const auto refused = try_append(big_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::no_space);
  EXPECT_TRUE(journal_->reserve(1));
  append("small entries still fit");
  EXPECT_TRUE(listing().partial.empty()) << "the unfinished spare was given back";
  full = false;
  EXPECT_TRUE(journal_->reserve(big_.size()));
  append(big_);
  const auto head = journal_->head();
  close();
  open();
  EXPECT_EQ(journal_->head(), head);
}

// Bug: a disk too full for spares stops a journal that still has room.
TEST_F(Faults, AJournalOpensOnAFullDisk) {
  open();
  append("a");
  for (const std::string& name : listing().spares) std::filesystem::remove(path_of(name));
  close();
  for (const std::string& name : listing().spares) std::filesystem::remove(path_of(name));
  open_with([](const Operation& operation) {
    return Verdict{.error = operation.name.ends_with(kPartialSuffix) && operation.kind == Kind::write ? ENOSPC
                                                                                                      : 0};
  });
  ASSERT_EQ(warnings_.size(), 1u);
  EXPECT_TRUE(journal_->reserve(5));
  append("b");
}

// Bug: a snapshot that was not written in full becomes the newest one, or harms the log.
TEST_F(Faults, AFailedSnapshotLeavesTheOldOneAndTheLog) {
  for (const Kind kind : {Kind::write, Kind::settle, Kind::rename}) {
    std::atomic<bool> failing = false;
    open_with([&](const Operation& operation) {
      const bool snapshot = operation.name.starts_with("snapshot-");
      return Verdict{.error = failing && snapshot && operation.kind == kind ? EIO : 0};
    });
    append("a");
    take_snapshot("good");
    append("b");
    const auto newest = journal_->latest_snapshot()->head;
    auto writer = journal_->begin_snapshot(journal_->head());
    ASSERT_TRUE(writer);
    failing = true;
    const bool written = static_cast<bool>((*writer)->write(as_bytes("bad")));
    EXPECT_FALSE(written && (*writer)->commit());
    failing = false;
    writer->reset();
    EXPECT_EQ(journal_->latest_snapshot()->head, newest);
    append("c");
    take_snapshot("good again");
    EXPECT_TRUE(listing().partial.empty());
    close();
  }
}

// Bug: bytes that the disk changed on the way become the newest snapshot.
TEST_F(Faults, ASnapshotIsReadBackBeforeItCounts) {
  open_with([](const Operation& operation) {
    const bool lost =
        operation.name.starts_with("snapshot-") && operation.kind == Kind::write && operation.bytes == 4;
    return Verdict{.pretend = lost};
  });
  append("a");
  auto writer = journal_->begin_snapshot(journal_->head());
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write(as_bytes("lost")));
  const auto committed = (*writer)->commit();
  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().code, Errc::damaged);
  EXPECT_FALSE(journal_->latest_snapshot());
}

}  // namespace
}  // namespace holdfast::journal::file
