// Pages of history: what is asked for, newest first, and nothing twice from page to page.

#include "service/history/query.h"

#include <gtest/gtest.h>

#include "service/history/history_fixture.h"

namespace holdfast::service::history::testing {
namespace {

using lock::EventKind;

keeper::EventChunk chunk_of(std::uint64_t after, const std::vector<lock::EventView>& events) {
  keeper::EventChunk made{.cell = kCell, .after = lock::Revision{after}, .through = events.back().revision};
  ByteWriter out(made.views);
  for (const lock::EventView& event : events) lock::encode_view(event, out);
  made.count = events.size();
  return made;
}

lock::EventView event(std::uint64_t revision, EventKind kind, std::string owner,
                      std::vector<std::string> keys) {
  lock::EventView made{.revision = lock::Revision{revision}, .kind = kind, .owner = std::move(owner)};
  for (std::string& key : keys) made.keys.push_back({.key = std::move(key)});
  made.lease = lock::LeaseId{revision / 10};
  return made;
}

class Pages : public ::testing::Test {
 protected:
  Pages() {
    auto opened = Store::open(make_memory_directory(), {.segment_bytes = 200}, [](std::string) {});
    store_ = std::move(*opened);
    add(0, event(5, EventKind::took_over, "", {}));
    add(5, event(11, EventKind::granted, "o1", {"a/1", "b/1", "a/2"}));
    add(11, event(22, EventKind::granted, "o2", {"a/1"}));
    add(22, event(23, EventKind::released, "o1", {"a/1"}));
  }
  void add(std::uint64_t after, const lock::EventView& added) {
    EXPECT_TRUE(store_->append(chunk_of(after, {added})));
    EXPECT_TRUE(store_->flush());
  }

  // "revision key" of every row, each page as long as `query` says.
  std::vector<std::string> ask(Query query) {
    std::vector<std::string> all;
    for (int pages = 0; pages < 50; ++pages) {
      PageMaker page(query);
      const auto read = read_backward(store_->segments(), page.begins_before(), kMostEventsPerPage,
                                      [&](std::uint64_t incarnation, const lock::EventView& seen) {
                                        return page.visit(incarnation, seen);
                                      });
      EXPECT_TRUE(read);
      EXPECT_LE(page.rows().size(), query.limit);
      for (const Row& row : page.rows()) {
        all.push_back(std::to_string(row.event.revision.value) +
                      (row.event.keys.empty() ? "" : " " + row.event.keys.front().key));
      }
      const auto next = page.next(*read);
      if (!next) return all;
      EXPECT_EQ(parse_cursor(to_text(*next)), next);
      query.from = *next;
    }
    ADD_FAILURE() << "the pages do not end";
    return all;
  }

  std::unique_ptr<Store> store_;
};

using Rows = std::vector<std::string>;

TEST_F(Pages, HaveEveryRowOnceHoweverLongTheyAre) {
  const Rows all{"23 a/1", "22 a/1", "11 a/1", "11 b/1", "11 a/2", "5"};
  for (std::size_t limit = 1; limit < 8; ++limit) EXPECT_EQ(ask({.limit = limit}), all) << limit;
}

TEST_F(Pages, HaveWhatIsAskedFor) {
  EXPECT_EQ(ask({.key = "a/1"}), (Rows{"23 a/1", "22 a/1", "11 a/1"}));
  EXPECT_EQ(ask({.prefix = "a/", .limit = 1}), (Rows{"23 a/1", "22 a/1", "11 a/1", "11 a/2"}));
  EXPECT_EQ(ask({.owner = "o1"}), (Rows{"23 a/1", "11 a/1", "11 b/1", "11 a/2"}));
  EXPECT_EQ(ask({.lease = lock::LeaseId{2}}), (Rows{"23 a/1", "22 a/1"}));
  EXPECT_EQ(ask({.kind = EventKind::took_over}), Rows{"5"});
  EXPECT_EQ(ask({.since = lock::Revision{11}}), (Rows{"23 a/1", "22 a/1"}));
  EXPECT_EQ(ask({.key = "a"}), Rows{});
}

TEST(HistoryCursor, RefusesWhatNoPageHasGiven) {
  for (const char* text : {"", ".", "1", "1.", ".1", "0.0", "1.x", "1.1.1", "-1.0", "1.-1"}) {
    EXPECT_EQ(parse_cursor(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace holdfast::service::history::testing
