#include "keeper/restore.h"

#include <filesystem>
#include <unistd.h>

#include <gtest/gtest.h>

#include "keeper/errc.h"
#include "keeper/incarnation.h"
#include "keeper/keeper_fixture.h"
#include "keeper/migrate.h"
#include "lock/batch.h"
#include "lock/errc.h"
#include "lock/view.h"

// How a cell goes on in a new journal, and what is left of an attempt that was interrupted anywhere.

namespace holdfast::keeper::testing {
namespace {

const lock::WallTime kNow(lock::Millis(1'800'000'000'000));

// Real journals, that come back after the process that had them.
class Journals {
 public:
  Journals() {
    std::string name = (std::filesystem::temp_directory_path() / "holdfast-restore-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~Journals() { std::filesystem::remove_all(folder_); }

  std::unique_ptr<journal::Journal> open(const std::string& name) const {
    auto journal = journal::open("file:" + (folder_ / name).string(),
                                 {.segment_bytes = 1 << 20, .spare_segments = 0}, [](const std::string&) {});
    EXPECT_TRUE(journal) << journal.error().message();
    return std::move(*journal);
  }
  void remove(const std::string& name) const { std::filesystem::remove_all(folder_ / name); }

 private:
  std::filesystem::path folder_;
};

// Calls of a journal that change it; from the given one on, the process is dead.
class Mortal final : public journal::Journal {
 public:
  Mortal(std::unique_ptr<journal::Journal> inner, int& steps_left)
      : inner_(std::move(inner)), steps_left_(steps_left) {}

  journal::Durability durability() const override { return inner_->durability(); }
  journal::Head head() const override { return inner_->head(); }
  Result<void> refresh() override { return inner_->refresh(); }
  Result<void> reserve(std::size_t bytes) override { return inner_->reserve(bytes); }
  Result<journal::Append> append(const journal::Head& previous, const journal::AppendId& id,
                                 ByteView entry) override {
    if (auto alive = step(steps_left_); !alive) return alive.error();
    return inner_->append(previous, id, entry);
  }
  Result<void> read(std::uint64_t first, const Visit& visit) override { return inner_->read(first, visit); }
  std::optional<journal::SnapshotInfo> latest_snapshot() const override { return inner_->latest_snapshot(); }
  Result<void> read_snapshot(const std::function<Result<void>(ByteView)>& visit) override {
    return inner_->read_snapshot(visit);
  }
  Result<std::unique_ptr<journal::SnapshotWriter>> begin_snapshot(const journal::Head& head) override {
    if (auto alive = step(steps_left_); !alive) return alive.error();
    auto writer = inner_->begin_snapshot(head);
    if (!writer) return writer;
    return std::make_unique<MortalWriter>(std::move(*writer), steps_left_);
  }
  Result<void> trim() override { return inner_->trim(); }
  std::uint64_t bytes_since_snapshot() const override { return inner_->bytes_since_snapshot(); }
  journal::Objects& objects() override { return inner_->objects(); }

 private:
  static Result<void> step(int& steps_left) {
    if (steps_left-- > 0) return {};
    return Error{std::make_error_code(std::errc::io_error), "killed"};
  }

  class MortalWriter final : public journal::SnapshotWriter {
   public:
    MortalWriter(std::unique_ptr<journal::SnapshotWriter> inner, int& steps_left)
        : inner_(std::move(inner)), steps_left_(steps_left) {}
    Result<void> write(ByteView chunk) override {
      if (auto alive = step(steps_left_); !alive) return alive;
      return inner_->write(chunk);
    }
    Result<void> commit() override {
      if (auto alive = step(steps_left_); !alive) return alive;
      return inner_->commit();
    }

   private:
    std::unique_ptr<journal::SnapshotWriter> inner_;
    int& steps_left_;
  };

  std::unique_ptr<journal::Journal> inner_;
  int& steps_left_;
};

// A keeper's state over a journal, and commands that are decided at once.
struct Served {
  explicit Served(journal::Journal& of) : journal(of) {
    recovered = [&]() -> Result<void> {
      if (const auto rebuilt = rebuild(state, journal, clock, events); !rebuilt) return rebuilt.error();
      return take_over(state, journal, wall, events);
    }();
  }

  // Decided and durable, at this time after the recovery.
  lock::Reply ask(const lock::Command& command, lock::Millis after = 0ms) {
    lock::Batch batch(state, began + after, kNow);
    batch.expire();
    batch.execute(lock::Ticket{1}, command);
    lock::Reply reply = batch.answers().at(0).reply;
    if (!batch.has_entry()) return reply;
    Bytes entry;
    batch.write_entry({}, entry);
    EXPECT_EQ(journal.append(journal.head(), {std::byte{++appends}}, entry).value(),
              journal::Append::written);
    return reply;
  }
  lock::Acquired grant(const std::string& key, lock::Millis ttl = 30s, lock::Millis after = 0ms) {
    return std::get<lock::Acquired>(ask(acquire(key, 0ms, ttl), after));
  }

  journal::Journal& journal;
  lock::State state;
  EventHub events;
  FakeClock clock;
  FakeWallClock wall;
  Result<void> recovered;
  unsigned char appends = 0;
  lock::JournalTime began = state.time();
};

std::error_code why_not(journal::Journal& journal) {
  const Served served(journal);
  return served.recovered ? std::error_code{} : served.recovered.error().code;
}

// --- numbers ---

lock::Restored next(lock::State& state, lock::WallTime now) {
  return next_incarnation(state, now, 0ms).value();
}

struct Incarnation : ::testing::Test {
  Journals journals;
  std::unique_ptr<journal::Journal> journal = journals.open("a");
  Served served{*journal};
  lock::State& state = served.state;
};

TEST_F(Incarnation, BothNumbersAreRaisedAndStayWithin53Bits) {
  const lock::Restored restored = next(state, kNow);
  EXPECT_EQ(restored.incarnation, 2u);
  EXPECT_EQ(restored.first_token.value, 1'800'000'000'000ull << 11);
  EXPECT_EQ(restored.revision.value, 1'800'000'000'000ull << 11);
  const lock::WallTime late = std::chrono::sys_days(std::chrono::year(2100) / 12 / 31);
  EXPECT_LT(next(state, late).first_token.value, 1ull << 53);
}

TEST_F(Incarnation, AClockThatCannotBeRightIsRefused) {
  const auto year = [](int y) { return lock::WallTime(std::chrono::sys_days(std::chrono::year(y) / 1 / 1)); };
  EXPECT_EQ(next_incarnation(state, year(2025), 0ms).error().code, Errc::wrong_clock);
  EXPECT_EQ(next_incarnation(state, year(1970), 0ms).error().code, Errc::wrong_clock);
  EXPECT_EQ(next_incarnation(state, year(2101), 0ms).error().code, Errc::wrong_clock);
  EXPECT_TRUE(next_incarnation(state, year(2026), 0ms));
}

// Bug: what was raised by 2^32 is ahead of the clock, and the next two restores of it begin alike.
TEST_F(Incarnation, ARestoredStateGoesOnTwiceWithoutRepeatingAnything) {
  lock::WallTime now = kNow;
  lock::Restored restored = next(state, now);
  for (int generation = 0; generation < 5; ++generation) {
    state.begin_entry(state.time(), now);
    state.raise_incarnation(restored.incarnation, restored.first_token, restored.revision);
    const lock::Restored first = next(state, now + 1s);
    const lock::Restored second = next(state, now + 2s);
    EXPECT_GE(first.first_token.value, state.next_token().value + (1ull << 32));
    EXPECT_GE(second.first_token.value, first.first_token.value + 2'000'000);
    EXPECT_GE(second.revision.value, first.revision.value + 2'000'000);
    restored = second;
    now += 3s;
  }
}

// --- restore ---

struct Restoring : ::testing::Test {
  Restoring() {
    held = served.grant("held").grants.at(0).token;
    served.grant("long", 60s);
  }

  // What a backup of the source is.
  void copy(lock::State& state) {
    FakeClock clock;
    EventHub unread;
    ASSERT_TRUE(rebuild(state, *source, clock, unread));
  }

  Journals journals;
  std::unique_ptr<journal::Journal> source = journals.open("source");
  Served served{*source};
  lock::FencingToken held;
};

TEST_F(Restoring, KeepsHoldsAndRefusesWhatWasLost) {
  lock::State state;
  copy(state);
  const lock::FencingToken lost = served.grant("lost").grants.at(0).token;
  auto target = journals.open("target");
  ASSERT_TRUE(restore(*target, state, kNow, 0ms));

  Served again(*target);
  ASSERT_TRUE(again.recovered) << again.recovered.error().message();
  EXPECT_TRUE(lock::fence_valid(again.state, "held", held));
  EXPECT_FALSE(lock::fence_valid(again.state, "lost", lost));
  EXPECT_EQ(again.state.cell().id, served.state.cell().id);
  EXPECT_EQ(again.state.cell().secret, served.state.cell().secret);
  EXPECT_EQ(again.state.cell().incarnation, 2u);
  again.began = again.state.time();
  EXPECT_GT(again.grant("new").grants.at(0).token, lost);
}

TEST_F(Restoring, GrantsNothingForTheLongestTtlEverUsed) {
  lock::State state;
  copy(state);
  auto target = journals.open("target");
  const auto restored = restore(*target, state, kNow, std::nullopt);
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->quiet, 60s);

  Served again(*target);
  ASSERT_TRUE(again.recovered);
  again.began = again.state.time();
  const auto early = std::get<lock::Refused>(again.ask(acquire("lost"), 59'999ms));
  EXPECT_EQ(early.code, lock::Code::lock_delay);
  EXPECT_TRUE(std::holds_alternative<lock::Acquired>(again.ask(acquire("lost"), 60'062ms)));
}

TEST_F(Restoring, TheShortestQuietIsHalfAMinute) {
  const auto empty = journals.open("empty");
  Served brief(*empty);
  brief.grant("x", 200ms);
  EXPECT_EQ(quiet_for_lost_leases(brief.state), 30s);
}

TEST_F(Restoring, OnlyAnEmptyJournalIsWrittenTo) {
  lock::State state;
  copy(state);
  const auto head = source->head();
  EXPECT_EQ(restore(*source, state, kNow, 0ms).error().code, Errc::not_empty);
  EXPECT_EQ(source->head(), head);
}

TEST_F(Restoring, AnInterruptedOneIsRefusedAndCanBeRepeated) {
  bool finished = false;
  for (int steps = 0; !finished; ++steps) {
    ASSERT_LT(steps, 50);
    journals.remove("target");
    int left = steps;
    {
      lock::State state;
      copy(state);
      Mortal target(journals.open("target"), left);
      finished = restore(target, state, kNow, 0ms).has_value();
    }
    auto target = journals.open("target");
    if (!finished && target->latest_snapshot()) {
      EXPECT_EQ(why_not(*target), Errc::unfinished) << steps;
    }
    if (!finished) {
      EXPECT_EQ(target->head().sequence, 0u) << "nothing may be granted from it, " << steps;
      lock::State state;
      copy(state);
      ASSERT_TRUE(restore(*target, state, kNow, 0ms)) << steps;
    }
    Served again(*target);
    ASSERT_TRUE(again.recovered) << steps;
    EXPECT_TRUE(lock::fence_valid(again.state, "held", held));
  }
}

// --- migrate ---

TEST_F(Restoring, AMigratedJournalGoesOnAtOnceAndItsPredecessorNeverAgain) {
  auto target = journals.open("target");
  const auto migrated = migrate(*source, *target, "file:/there", kNow, served.clock);
  ASSERT_TRUE(migrated) << migrated.error().message();
  EXPECT_EQ(migrated->counts.holds, 2u);
  EXPECT_EQ(why_not(*source), Errc::sealed);

  Served again(*target);
  ASSERT_TRUE(again.recovered);
  again.began = again.state.time();
  EXPECT_TRUE(lock::fence_valid(again.state, "held", held));
  EXPECT_GT(again.grant("new").grants.at(0).token, held);
  EXPECT_EQ(migrate(*source, *target, "file:/there", kNow, served.clock).error().code, Errc::sealed);
  EXPECT_EQ(migrate(*source, *target, "file:/elsewhere", kNow, served.clock).error().code, Errc::sealed);
}

// Bug: a crash in the middle leaves two journals that grant, or none that can be brought to.
TEST_F(Restoring, AMigrationInterruptedAnywhereLeavesOneToGoOnWith) {
  bool finished = false;
  for (int steps = 0; !finished; ++steps) {
    ASSERT_LT(steps, 50);
    journals.remove("from");
    journals.remove("to");
    {
      const auto from = journals.open("from");
      Served serving(*from);
      serving.grant("held");
    }
    int left = steps;
    {
      Mortal from(journals.open("from"), left);
      Mortal to(journals.open("to"), left);
      finished = migrate(from, to, "file:/to", kNow, served.clock).has_value();
    }
    auto from = journals.open("from");
    auto to = journals.open("to");
    const bool from_is_sealed = [&] {
      lock::State state;
      EventHub unread;
      EXPECT_TRUE(rebuild(state, *from, served.clock, unread));
      return !state.successor().empty();
    }();
    const bool to_is_usable = to->head().sequence > 0;
    EXPECT_EQ(to_is_usable, finished) << steps;
    EXPECT_TRUE(from_is_sealed || !to_is_usable) << steps;
    if (from_is_sealed && !finished) {
      EXPECT_EQ(why_not(*to), Errc::unfinished) << steps;
    }
    if (!finished) {
      ASSERT_TRUE(migrate(*from, *to, "file:/to", kNow, served.clock)) << steps;
    }
    EXPECT_EQ(why_not(*from), Errc::sealed);
    EXPECT_EQ(why_not(*to), std::error_code());
  }
}

// Bug: the interrupted migration is finished with a copy that was overtaken.
TEST_F(Restoring, AnInterruptedMigrationStartsAgainWhereTheOldJournalWentOn) {
  lock::State state;
  copy(state);
  auto target = journals.open("target");
  ASSERT_TRUE(write_base(*target, state));
  const lock::FencingToken later = served.grant("later").grants.at(0).token;
  ASSERT_TRUE(migrate(*source, *target, "file:/to", kNow, served.clock));
  Served again(*target);
  EXPECT_TRUE(lock::fence_valid(again.state, "later", later));
}

// --- newer versions ---

TEST_F(Restoring, AJournalOfANewerVersionIsRefused) {
  const lock::EntryHeader header{.epoch = served.state.epoch(),
                                 .time = served.state.time(),
                                 .wall = kNow,
                                 .first_revision = served.state.revision().next()};
  const lock::Event event = lock::LevelRaised{lock::kFeatureLevel + 1};
  Bytes entry;
  lock::encode_entry(header, std::span(&event, 1), entry);
  ASSERT_EQ(source->append(source->head(), {}, entry).value(), journal::Append::written);
  EXPECT_EQ(why_not(*source), lock::Errc::unknown_feature);
}

}  // namespace
}  // namespace holdfast::keeper::testing
