#include <fmt/format.h>
#include <gmock/gmock.h>

#include "journal/file/file_journal_fixture.h"
#include "journal/file/verify.h"
#include "journal/file/volatile_directory.h"

// The power goes at every single operation of a journal's life: creation, appends, rolls, snapshots, trims,
// recycling, a restart. Afterwards everything acknowledged is there, at most one entry more, and nothing
// else.
//
// Bugs that this catches: a write that is neither O_DSYNC nor synced; a rename that counts before the
// directory was synced; a spare that is used before its new name is durable; a header after the name; the
// marker before the first segment; a snapshot that replaces its predecessor before it is whole.

namespace holdfast::journal::file {
namespace {

class PowerModelTest : public FileJournalFixture {
 protected:
  struct Acknowledged {
    std::vector<std::string> entries;
    std::uint64_t snapshot = 0;
    bool in_flight = false;
  };

  // Lives until the machine dies or the story is over; notes what was acknowledged.
  void live(PowerModel& model, Acknowledged& told) {
    for (int start = 0; start < 2; ++start) {
      auto opened =
          FileJournal::open(model.directory(), {.segment_bytes = kMinSegmentBytes, .spare_segments = 1},
                            [](const std::string&) {});
      if (!opened) return;
      journal_ = std::move(*opened);
      for (int round = 0; round < 3; ++round) {
        if (!append_some(told) || !snapshot(told)) return journal_.reset();
        if (!journal_->trim()) return journal_.reset();
      }
      journal_.reset();
    }
  }

  bool append_some(Acknowledged& told) {
    for (const std::size_t size : {400'000u, 5'000u, 300'000u, 20u}) {
      const std::string text(size, static_cast<char>('a' + told.entries.size() % 26));
      if (!journal_->reserve(size)) return false;
      const auto done = try_append(text);
      told.in_flight = !done;
      if (!done) return false;
      told.entries.push_back(text);
    }
    return true;
  }

  bool snapshot(Acknowledged& told) {
    auto writer = journal_->begin_snapshot(journal_->head());
    if (!writer || !(*writer)->write(as_bytes("state")) || !(*writer)->commit()) return false;
    told.snapshot = journal_->head().sequence;
    return true;
  }

  void expect_everything(const Acknowledged& told, std::string_view context) {
    PowerModel again(data(), {});
    const auto report = verify(*again.directory());
    if (report) {
      EXPECT_TRUE(report->damages.empty()) << context << report->damages[0].what;
    } else {
      EXPECT_EQ(report.error().code, Errc::not_a_journal) << context << report.error().message();
    }
    auto opened = FileJournal::open(again.directory(), kOptions, [](const std::string&) {});
    ASSERT_TRUE(opened) << context << opened.error().message();
    journal_ = std::move(*opened);
    const std::uint64_t head = journal_->head().sequence;
    ASSERT_GE(head, told.entries.size()) << context;
    EXPECT_LE(head, told.entries.size() + (told.in_flight ? 1 : 0)) << context;
    const auto newest = journal_->latest_snapshot();
    EXPECT_GE(newest ? newest->head.sequence : 0, told.snapshot) << context;
    const std::uint64_t first = report ? report->first_sequence : 1;
    EXPECT_LE(first, told.snapshot + 1) << context;
    const auto entries = entries_from(first);
    for (std::uint64_t i = first; i <= told.entries.size(); ++i) {
      EXPECT_EQ(entries[i - first], told.entries[i - 1]) << context << "entry " << i;
    }
    append("the next");
    close();
  }

  void cut_at_every_operation(bool refuse_direct) {
    for (std::uint64_t operations = 0;; ++operations) {
      std::filesystem::remove_all(data());
      PowerModel model(data(),
                       {.seed = operations, .operations = operations, .refuse_direct = refuse_direct});
      Acknowledged told;
      live(model, told);
      if (!model.died()) {
        EXPECT_EQ(told.entries.size(), 24u);
        EXPECT_GT(operations, 100u);
        return;
      }
      model.cut();
      expect_everything(told, fmt::format("cut at operation {}: ", operations));
      if (HasFailure()) return;
    }
  }
};

TEST_F(PowerModelTest, NothingIsLostAtAnyOperation) {
  cut_at_every_operation(false);
}

TEST_F(PowerModelTest, NothingIsLostAtAnyOperationWithoutDirectWrites) {
  cut_at_every_operation(true);
}

}  // namespace
}  // namespace holdfast::journal::file
