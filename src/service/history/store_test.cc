// The files of history: whole across crashes, honest about gaps, bounded.

#include "journal/file/faulty_directory.h"
#include "service/history/history_fixture.h"

namespace holdfast::service::history::testing {
namespace {

using journal::file::Operation;
using journal::file::Verdict;

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() { open(); }

  void open(const StoreLimits& limits = {}) {
    store_.reset();
    auto directory = journal::file::make_faulty_directory(
        std::make_unique<SharedDirectory>(*disk_), [this](const Operation& operation) {
          const bool writes =
              operation.kind == Operation::Kind::write || operation.kind == Operation::Kind::create;
          return full_ && writes ? Verdict{.error = ENOSPC, .written = operation.bytes / 2} : Verdict{};
        });
    auto opened =
        Store::open(std::move(directory), limits, [this](std::string text) { warnings_.push_back(text); });
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = std::move(*opened);
  }

  void add(const keeper::EventChunk& chunk) {
    ASSERT_TRUE(store_->append(chunk));
    ASSERT_TRUE(store_->flush());
  }

  std::string newest() { return segment_name(store_->segments().all().back().ordinal); }

  std::unique_ptr<journal::file::Directory> disk_ = make_memory_directory();
  bool full_ = false;
  std::vector<std::string> warnings_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, GivesBackWhatItTook) {
  add(chunk(0, 10));
  add(chunk(10, 12));
  EXPECT_EQ(forward(*store_, 0), from_to(1, 12));
  EXPECT_EQ(forward(*store_, 7), from_to(8, 12));
  EXPECT_EQ(forward(*store_, 12), Revisions{});
  Revisions all = from_to(1, 12);
  std::reverse(all.begin(), all.end());
  EXPECT_EQ(backward(*store_), all);
  EXPECT_EQ(backward(*store_, 3), (Revisions{2, 1}));
}

TEST_F(StoreTest, WhatTheJournalTellsAgainIsSkipped) {
  add(chunk(0, 5));
  add(chunk(5, 9));
  open();
  EXPECT_EQ(store_->through(), lock::Revision{9});
  add(chunk(0, 5));
  add(chunk(5, 9));
  add(chunk(9, 11));
  EXPECT_EQ(forward(*store_, 0), from_to(1, 11));
  open();
  EXPECT_EQ(forward(*store_, 0), from_to(1, 11));
}

TEST_F(StoreTest, TheEndThatACrashToreOffIsToldAgain) {
  add(chunk(0, 5));
  const std::uint64_t whole = store_->segments().all().back().bytes;
  add(chunk(5, 9));
  const std::uint64_t bytes = store_->segments().all().back().bytes;
  for (std::uint64_t cut = whole; cut < bytes; ++cut) {
    const auto disk = make_memory_directory();
    const auto from = disk_->open(newest(), {});
    Bytes copy(cut);
    ASSERT_TRUE((*from)->read(0, copy));
    auto to = disk->open(newest(), {.access = journal::file::OpenMode::Access::create});
    ASSERT_TRUE((*to)->write(0, copy));
    auto torn = Store::open(std::make_unique<SharedDirectory>(*disk), {}, [](std::string) {});
    ASSERT_TRUE(torn);
    EXPECT_EQ((*torn)->through(), lock::Revision{5}) << "cut to " << cut;
    ASSERT_TRUE((*torn)->append(chunk(5, 9)));
    ASSERT_TRUE((*torn)->flush());
    EXPECT_EQ(forward(**torn, 0), from_to(1, 9));
  }
}

TEST_F(StoreTest, AMarkSaysThatThereWasNothing) {
  add(chunk(0, 5));
  add(mark(5, 40));
  open();
  EXPECT_EQ(store_->through(), lock::Revision{40});
  add(chunk(40, 42));  // from a journal that begins at the snapshot
  EXPECT_EQ(forward(*store_, 3), (Revisions{4, 5, 41, 42}));
}

// The first chunk after a mark still begins where the last events were told.
TEST_F(StoreTest, AChunkThatBeginsBeforeAMarkIsTaken) {
  add(chunk(0, 5));
  add(mark(5, 7));
  keeper::EventChunk next = chunk(7, 9);
  next.after = lock::Revision{5};
  add(next);
  EXPECT_EQ(forward(*store_, 0), (Revisions{1, 2, 3, 4, 5, 8, 9}));
  open();
  EXPECT_EQ(forward(*store_, 0), (Revisions{1, 2, 3, 4, 5, 8, 9}));
}

TEST_F(StoreTest, WhatIsMissingIsAGap) {
  add(chunk(0, 5));
  add(chunk(8, 10));
  EXPECT_EQ(store_->segments().floor(), lock::Revision{8});
  EXPECT_EQ(forward(*store_, 8), from_to(9, 10));
  EXPECT_EQ(forward(*store_, 3), Revisions{});
  EXPECT_EQ(backward(*store_), (Revisions{10, 9, 5, 4, 3, 2, 1}));
  open();
  EXPECT_EQ(store_->segments().floor(), lock::Revision{8});
}

TEST_F(StoreTest, AFullDiskMakesAGapAndHarmsNothing) {
  add(chunk(0, 5));
  full_ = true;
  ASSERT_TRUE(store_->append(chunk(5, 7)));
  EXPECT_FALSE(store_->flush());
  EXPECT_FALSE(store_->append(chunk(7, 8)));
  full_ = false;
  add(chunk(8, 9));
  EXPECT_EQ(store_->segments().floor(), lock::Revision{8});
  EXPECT_EQ(forward(*store_, 8), Revisions{9});
  EXPECT_EQ(backward(*store_), (Revisions{9, 5, 4, 3, 2, 1}));
  open();
  EXPECT_EQ(store_->segments().floor(), lock::Revision{8});
}

TEST_F(StoreTest, DamageInTheMiddleEndsWhatCanBeResumed) {
  open({.segment_bytes = 200});
  for (std::uint64_t at = 0; at < 40; at += 4) add(chunk(at, at + 4));
  const auto all = store_->segments().all();
  ASSERT_GE(all.size(), 4u);
  const Segment& damaged = all[1];
  const auto file =
      disk_->open(segment_name(damaged.ordinal), {.access = journal::file::OpenMode::Access::write});
  ASSERT_TRUE((*file)->write(sizeof(SegmentHeader) + 40, Bytes{std::byte{0xff}}));
  EXPECT_EQ(forward(*store_, 0), from_to(1, all[1].header.after));
  EXPECT_EQ(forward(*store_, all[2].header.after), from_to(all[2].header.after + 1, 40));

  ASSERT_TRUE((*file)->write(0, Bytes{std::byte{0xff}}));
  open({.segment_bytes = 200});
  EXPECT_EQ(warnings_.size(), 1u);
  EXPECT_EQ(store_->segments().floor(), lock::Revision{all[2].header.after});
}

TEST_F(StoreTest, IsCutBackToAnOlderJournal) {
  open({.segment_bytes = 200});
  for (std::uint64_t at = 0; at < 40; at += 4) add(chunk(at, at + 4));
  for (const std::uint64_t head : {36u, 22u, 20u, 3u}) {
    open({.segment_bytes = 200});
    ASSERT_TRUE(store_->cut_back(kCell, lock::Revision{head}));
    const std::uint64_t left = head / 4 * 4;
    EXPECT_EQ(forward(*store_, 0), from_to(1, left));
    open({.segment_bytes = 200});
    EXPECT_EQ(store_->through(), lock::Revision{left});
    EXPECT_EQ(forward(*store_, 0), from_to(1, left));
  }
  add(chunk(0, 2));
  EXPECT_EQ(forward(*store_, 0), from_to(1, 2));
}

TEST_F(StoreTest, OldSegmentsGoBySizeAndByAge) {
  const StoreLimits by_size{.bytes = 1'000, .segment_bytes = 200};
  open(by_size);
  for (std::uint64_t at = 0; at < 400; at += 4) add(chunk(at, at + 4));
  std::uint64_t bytes = 0;
  for (const Segment& segment : store_->segments().all()) bytes += segment.bytes;
  EXPECT_LE(bytes, 1'000u + 300u);
  const auto floor = store_->segments().floor()->value;
  EXPECT_GT(floor, 300u);
  EXPECT_EQ(forward(*store_, floor), from_to(floor + 1, 400));
  EXPECT_EQ(forward(*store_, floor - 1), Revisions{});
  EXPECT_EQ(disk_->list()->size(), store_->segments().all().size());

  using std::chrono::days;
  for (int day = 1; day <= 30; ++day) add(chunk(400 + day - 1, 400 + day, kCell, lock::WallTime(days(day))));
  EXPECT_GT(store_->segments().all()[1].at(), lock::WallTime(days(22)));
}

TEST_F(StoreTest, ARestoredJournalBeginsAnew) {
  add(chunk(0, 5));
  keeper::CellName restored = kCell;
  restored.incarnation = 2;
  add(chunk(1'000, 1'002, restored));
  EXPECT_EQ(store_->segments().floor(), lock::Revision{1'000});
  EXPECT_EQ(backward(*store_), (Revisions{1'002, 1'001, 5, 4, 3, 2, 1}));

  keeper::CellName other = kCell;
  other.id[0] = std::byte{9};
  add(chunk(0, 3, other));
  EXPECT_EQ(backward(*store_), (Revisions{3, 2, 1}));
}

TEST_F(StoreTest, ASearchIsBoundedAndGoesOnWhereItStopped) {
  open({.segment_bytes = 200});
  for (std::uint64_t at = 0; at < 100; at += 4) add(chunk(at, at + 4));
  Revisions seen;
  lock::Revision before;
  for (int page = 0; page < 100; ++page) {
    std::size_t visited = 0;
    const auto result =
        read_backward(store_->segments(), before, 10, [&](std::uint64_t, const lock::EventView& event) {
          seen.push_back(event.revision.value);
          ++visited;
          return true;
        });
    ASSERT_TRUE(result);
    EXPECT_LE(visited, 10u + 4u);
    before = result->before;
    if (!result->more) break;
  }
  Revisions all = from_to(1, 100);
  std::reverse(all.begin(), all.end());
  EXPECT_EQ(seen, all);
}

}  // namespace
}  // namespace holdfast::service::history::testing
