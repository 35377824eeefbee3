// Several servers on one memory journal: what journal.h says of journals that others use too.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/journal_conformance.h"
#include "journal/memory/memory_store.h"

namespace holdfast::journal::memory {
namespace {

struct Servers {
  std::shared_ptr<MemoryStore> store = std::make_shared<MemoryStore>();
  std::unique_ptr<Journal> a = open_on(store);
  std::unique_ptr<Journal> b = open_on(store);

  Append append(Journal& journal, std::uint64_t id, std::string_view text) {
    return journal.append(journal.head(), append_id(id), as_bytes(text)).value();
  }
  std::vector<std::string> seen_by(Journal& journal) {
    std::vector<std::string> texts;
    EXPECT_TRUE(journal.refresh());
    EXPECT_TRUE(journal.read(1, [&](std::uint64_t, ByteView entry) -> Result<void> {
      texts.emplace_back(as_text(entry));
      return {};
    }));
    return texts;
  }
  Result<void> snapshot(Journal& journal, const Head& head) {
    auto writer = journal.begin_snapshot(head);
    if (!writer) return writer.error();
    EXPECT_TRUE((*writer)->write(as_bytes("state")));
    return (*writer)->commit();
  }
};

TEST(SharedMemory, OneOfTwoAppendsOnTheSameHeadIsRefused) {
  Servers servers;
  EXPECT_EQ(servers.append(*servers.a, 1, "a"), Append::written);
  EXPECT_EQ(servers.append(*servers.b, 2, "b"), Append::refused);
  EXPECT_EQ(servers.b->head(), Head{}) << "it has not looked yet";
  EXPECT_THAT(servers.seen_by(*servers.b), testing::ElementsAre("a"));
  EXPECT_EQ(servers.append(*servers.b, 3, "b"), Append::written);
  EXPECT_THAT(servers.seen_by(*servers.a), testing::ElementsAre("a", "b"));
}

TEST(SharedMemory, ARepeatIsKnownAgainBehindAnothersEntry) {
  Servers servers;
  const Head empty = servers.a->head();
  ASSERT_EQ(servers.append(*servers.a, 1, "a"), Append::written);
  const Head after = servers.a->head();
  ASSERT_TRUE(servers.b->refresh());
  ASSERT_EQ(servers.append(*servers.b, 2, "b"), Append::written);
  EXPECT_EQ(servers.a->append(empty, append_id(1), as_bytes("a")).value(), Append::written);
  EXPECT_EQ(servers.a->head(), after) << "what follows is another's, and not looked at yet";
}

TEST(SharedMemory, ARepeatOfWhatIsTrimmedCannotBeJudged) {
  Servers servers;
  const Head empty = servers.a->head();
  for (std::uint64_t id = 1; id <= 4; ++id) {
    ASSERT_EQ(servers.append(*servers.a, id, "a"), Append::written);
    ASSERT_TRUE(servers.snapshot(*servers.a, servers.a->head()));
  }
  ASSERT_TRUE(servers.a->trim());
  EXPECT_EQ(servers.b->append(empty, append_id(1), as_bytes("a")).value(), Append::overtaken);
  ASSERT_TRUE(servers.b->refresh());
  const auto read = servers.b->read(1, [](std::uint64_t, ByteView) -> Result<void> { return {}; });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::trimmed);
}

TEST(SharedMemory, TheNewestSnapshotNeverMovesBack) {
  Servers servers;
  ASSERT_EQ(servers.append(*servers.a, 1, "a"), Append::written);
  const Head first = servers.a->head();
  auto slow = servers.a->begin_snapshot(first);
  ASSERT_TRUE((*slow)->write(as_bytes("old")));
  ASSERT_TRUE(servers.b->refresh());
  ASSERT_EQ(servers.append(*servers.b, 2, "b"), Append::written);
  ASSERT_TRUE(servers.snapshot(*servers.b, servers.b->head()));
  EXPECT_FALSE((*slow)->commit());
  slow->reset();
  EXPECT_FALSE(servers.a->begin_snapshot(first)) << "begun too late";
  EXPECT_EQ(servers.a->latest_snapshot()->head, servers.b->head());
}

TEST(SharedMemory, ARewindIsNoticedByWhoeverUsedItBefore) {
  Servers servers;
  for (std::uint64_t id = 1; id <= 3; ++id) ASSERT_EQ(servers.append(*servers.a, id, "a"), Append::written);
  ASSERT_TRUE(servers.b->refresh());
  servers.store->rewind(2);
  EXPECT_EQ(servers.b->refresh().error().code, Errc::rewound);
  EXPECT_EQ(servers.a->append(servers.a->head(), append_id(4), as_bytes("b")).error().code, Errc::rewound);
  EXPECT_EQ(open_on(servers.store)->head().sequence, 2u);
}

}  // namespace
}  // namespace holdfast::journal::memory
