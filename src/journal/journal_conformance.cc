#include "journal/journal_conformance.h"

#include <cstdlib>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>

// Each test names the planted bug that it catches.

namespace holdfast::journal {

using testing::AnyOf;
using testing::ElementsAre;

AppendId append_id(std::uint64_t number) {
  AppendId id{};
  for (std::size_t i = 0; i < sizeof number; ++i) id[i] = static_cast<std::byte>(number >> (8 * i));
  return id;
}

void JournalConformance::SetUp() {
  std::string pattern = (std::filesystem::temp_directory_path() / "holdfast-journal-XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  scratch_ = pattern;
  open_journal();
}

void JournalConformance::TearDown() {
  journal_.reset();
  std::filesystem::remove_all(scratch_);
}

void JournalConformance::open_journal() {
  auto opened =
      open(GetParam().url(scratch_), {.segment_bytes = 1u << 20, .spare_segments = 1}, [](std::string) {});
  ASSERT_TRUE(opened) << opened.error().message();
  journal_ = std::move(*opened);
}

void JournalConformance::reopen() {
  journal_.reset();
  open_journal();
}

void JournalConformance::append(std::string_view text) {
  ASSERT_TRUE(journal_->reserve(text.size()));
  const auto done = journal_->append(journal_->head(), append_id(++ids_), as_bytes(text));
  ASSERT_TRUE(done) << done.error().message();
  ASSERT_EQ(*done, Append::written);
}

std::vector<std::string> JournalConformance::entries_from(std::uint64_t first) {
  std::vector<std::string> texts;
  const auto read = journal_->read(first, [&](std::uint64_t sequence, ByteView entry) -> Result<void> {
    EXPECT_EQ(sequence, first + texts.size());
    texts.emplace_back(as_text(entry));
    return {};
  });
  EXPECT_TRUE(read) << read.error().message();
  return texts;
}

void JournalConformance::take_snapshot(std::string_view state) {
  auto writer = journal_->begin_snapshot(journal_->head());
  ASSERT_TRUE(writer) << writer.error().message();
  ASSERT_TRUE((*writer)->write(as_bytes(state)));
  const auto committed = (*writer)->commit();
  ASSERT_TRUE(committed) << committed.error().message();
}

std::string JournalConformance::snapshot_state() {
  std::string state;
  const auto read = journal_->read_snapshot([&](ByteView chunk) -> Result<void> {
    state += as_text(chunk);
    return {};
  });
  EXPECT_TRUE(read) << read.error().message();
  return state;
}

// Bug: a fresh journal that starts at 1, or with a chain.
TEST_P(JournalConformance, AFreshJournalIsEmpty) {
  EXPECT_EQ(journal_->head(), Head{});
  EXPECT_FALSE(journal_->latest_snapshot());
  EXPECT_EQ(journal_->bytes_since_snapshot(), 0u);
  EXPECT_TRUE(entries_from(1).empty());
}

// Bug: a chain that does not depend on the entry before, or on the entry.
TEST_P(JournalConformance, AnAppendMovesTheHead) {
  append("a");
  EXPECT_EQ(journal_->head(), (Head{1, next_chain(Chain{}, as_bytes("a"))}));
  append("b");
  EXPECT_EQ(journal_->head(), (Head{2, next_chain(next_chain(Chain{}, as_bytes("a")), as_bytes("b"))}));
  EXPECT_THAT(entries_from(1), ElementsAre("a", "b"));
}

// Bug: only the number of the head is compared, or only its chain.
TEST_P(JournalConformance, AppendsOnAnotherHeadAreRefused) {
  append("a");
  append("b");
  const Head head = journal_->head();
  Head other_chain = head;
  other_chain.chain[31] ^= std::byte{1};
  const Head behind{1, next_chain(Chain{}, as_bytes("a"))};
  const Head ahead{3, head.chain};
  const Head same_chain_other_number{1, head.chain};
  for (const Head& previous : {other_chain, behind, ahead, same_chain_other_number, Head{}}) {
    const auto done = journal_->append(previous, append_id(99), as_bytes("x"));
    ASSERT_TRUE(done);
    EXPECT_EQ(*done, Append::refused);
  }
  EXPECT_EQ(journal_->head(), head);
  EXPECT_THAT(entries_from(1), ElementsAre("a", "b"));
}

// Bug: a repeat after a lost reply is refused, or written twice; another's equal bytes count as one's own.
TEST_P(JournalConformance, ARepeatedAppendIsWrittenOnce) {
  append("a");
  const Head previous = journal_->head();
  for (int i = 0; i < 3; ++i) {
    const auto done = journal_->append(previous, append_id(7), as_bytes("b"));
    ASSERT_TRUE(done);
    EXPECT_EQ(*done, Append::written);
  }
  EXPECT_EQ(*journal_->append(previous, append_id(8), as_bytes("b")), Append::refused);
  EXPECT_EQ(*journal_->append(previous, append_id(7), as_bytes("c")), Append::refused);
  append("d");
  EXPECT_EQ(*journal_->append(previous, append_id(7), as_bytes("b")), Append::written);
  EXPECT_EQ(journal_->head().sequence, 3u);
  EXPECT_THAT(entries_from(1), ElementsAre("a", "b", "d"));
}

// Bug: "position N is free" is the condition, which is true again after a trim.
TEST_P(JournalConformance, ALateAppendAfterATrimIsRefused) {
  append("a");
  const Head old = journal_->head();
  append("b");
  take_snapshot("ab");
  append("c");
  take_snapshot("abc");
  ASSERT_TRUE(journal_->trim());
  const Head head = journal_->head();
  for (const Head& previous : {old, Head{}}) {
    EXPECT_THAT(*journal_->append(previous, append_id(50), as_bytes("late")),
                AnyOf(Append::refused, Append::overtaken));
  }
  EXPECT_EQ(journal_->head(), head);
}

// Bug: reading starts at the wrong entry, or goes on after the visitor's error.
TEST_P(JournalConformance, ReadsFromAnyEntryAndStopsAtAnError) {
  for (const char* text : {"a", "b", "c", "d"}) append(text);
  EXPECT_THAT(entries_from(3), ElementsAre("c", "d"));
  EXPECT_THAT(entries_from(4), ElementsAre("d"));
  EXPECT_TRUE(entries_from(5).empty());
  int visits = 0;
  const auto read = journal_->read(1, [&](std::uint64_t sequence, ByteView) -> Result<void> {
    ++visits;
    if (sequence == 2) return Error{Errc::unavailable, "enough"};
    return {};
  });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().detail, "enough");
  EXPECT_EQ(visits, 2);
}

// Bug: a limit below 512 KiB, or bytes lost at the edge of a block or segment.
TEST_P(JournalConformance, TakesEntriesOfEverySizeUpTo512KiB) {
  std::vector<std::string> texts;
  for (const std::size_t size : {1u, 4015u, 4016u, 4017u, 8192u, 524287u, 524288u, 524288u, 524288u}) {
    texts.emplace_back(size, static_cast<char>('a' + texts.size()));
    append(texts.back());
  }
  EXPECT_EQ(entries_from(1), texts);
}

// Bug: the newest snapshot changes before commit(), or an abandoned one counts.
TEST_P(JournalConformance, ASnapshotIsInvisibleBeforeItsCommit) {
  append("a");
  {
    auto abandoned = journal_->begin_snapshot(journal_->head());
    ASSERT_TRUE(abandoned);
    ASSERT_TRUE((*abandoned)->write(as_bytes("half")));
    EXPECT_FALSE(journal_->latest_snapshot());
  }
  EXPECT_FALSE(journal_->latest_snapshot());
  take_snapshot("first");
  append("b");
  auto writer = journal_->begin_snapshot(journal_->head());
  ASSERT_TRUE(writer);
  ASSERT_TRUE((*writer)->write(as_bytes("sec")));
  ASSERT_TRUE((*writer)->write(as_bytes("ond")));
  EXPECT_EQ(snapshot_state(), "first");
  ASSERT_TRUE((*writer)->commit());
  EXPECT_EQ(snapshot_state(), "second");
  EXPECT_EQ(journal_->latest_snapshot()->head, journal_->head());
  EXPECT_EQ(journal_->latest_snapshot()->bytes, 6u);
}

// Bug: the writer shares state with the journal without a lock (seen by the thread sanitizer), or the
// snapshot names the head at its commit instead of the one it began with.
TEST_P(JournalConformance, ASnapshotIsWrittenBesideAppends) {
  append("a");
  const Head begun_at = journal_->head();
  auto writer = journal_->begin_snapshot(begun_at);
  ASSERT_TRUE(writer);
  std::thread thread([&] {
    for (int i = 0; i < 20; ++i) EXPECT_TRUE((*writer)->write(as_bytes(std::string(10'000, 's'))));
    EXPECT_TRUE((*writer)->commit());
  });
  for (int i = 0; i < 50; ++i) append("more");
  thread.join();
  EXPECT_EQ(journal_->latest_snapshot()->head, begun_at);
  EXPECT_EQ(snapshot_state(), std::string(200'000, 's'));
  EXPECT_EQ(journal_->bytes_since_snapshot(), 200u);
}

// Bug: trimming up to the newest snapshot, so that the previous one has no log to go with it.
TEST_P(JournalConformance, TrimKeepsWhatThePreviousSnapshotNeeds) {
  const std::string big(400 * 1024, 'x');
  for (int i = 0; i < 6; ++i) append(big);
  take_snapshot("at 6");
  for (int i = 0; i < 6; ++i) append(big);
  ASSERT_TRUE(journal_->trim());
  EXPECT_EQ(entries_from(1).size(), 12u) << "one snapshot has no previous one";
  take_snapshot("at 12");
  for (int i = 0; i < 6; ++i) append(big);
  take_snapshot("at 18");
  ASSERT_TRUE(journal_->trim());
  EXPECT_EQ(entries_from(13).size(), 6u);
  const auto below = journal_->read(1, [](std::uint64_t, ByteView) -> Result<void> { return {}; });
  ASSERT_FALSE(below) << "nothing was trimmed";
  EXPECT_THAT(below.error().code, AnyOf(Errc::damaged, Errc::trimmed));
  append("z");
  EXPECT_EQ(entries_from(19), std::vector<std::string>{"z"});
}

// Bug: a second snapshot of one head pushes the previous one out, and a trim then takes its entries.
TEST_P(JournalConformance, ASnapshotOfTheSameHeadReplacesTheNewest) {
  append("a");
  take_snapshot("previous");
  append("b");
  append("c");
  take_snapshot("newest");
  take_snapshot("newest again");
  EXPECT_EQ(snapshot_state(), "newest again");
  ASSERT_TRUE(journal_->trim());
  EXPECT_THAT(entries_from(2), ElementsAre("b", "c"));
  if (!GetParam().survives_reopen) return;
  reopen();
  EXPECT_EQ(snapshot_state(), "newest again");
  EXPECT_THAT(entries_from(2), ElementsAre("b", "c"));
}

// Bug: the count is not reset by a snapshot, or counts entries that it covers.
TEST_P(JournalConformance, CountsBytesSinceTheNewestSnapshot) {
  append("12345");
  EXPECT_EQ(journal_->bytes_since_snapshot(), 5u);
  auto writer = journal_->begin_snapshot(journal_->head());
  append("123");
  ASSERT_TRUE((*writer)->write(as_bytes("s")));
  ASSERT_TRUE((*writer)->commit());
  EXPECT_EQ(journal_->bytes_since_snapshot(), 3u);
  if (!GetParam().survives_reopen) return;
  writer->reset();
  reopen();
  EXPECT_EQ(journal_->bytes_since_snapshot(), 3u);
  append("1");
  EXPECT_EQ(journal_->bytes_since_snapshot(), 4u);
}

// Bugs: an object that is not cut into chunks, or whose last chunk is left out; one that another replaces.
TEST_P(JournalConformance, ObjectsComeBackUntilTheyAreRemoved) {
  const auto id = [](std::size_t number) { return ObjectId{std::byte{1}, static_cast<std::byte>(number)}; };
  const std::vector<std::size_t> sizes{0, 1, kMaxChunkBytes, kMaxChunkBytes + 1, 3 * kMaxChunkBytes};
  const auto bytes = [&](std::size_t number) {
    return std::string(sizes[number], static_cast<char>('a' + number));
  };
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    ASSERT_TRUE(journal_->objects().put(id(i), as_bytes(bytes(i))));
  }
  append("a");
  if (GetParam().survives_reopen) reopen();
  EXPECT_EQ(journal_->objects().list()->size(), sizes.size());
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto got = journal_->objects().get(id(i));
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(as_text(*got), bytes(i));
  }
  ASSERT_TRUE(journal_->objects().remove(id(1)));
  EXPECT_TRUE(journal_->objects().remove(id(1))) << "it is removed already";
  EXPECT_EQ(journal_->objects().get(id(1)).error().code, Errc::damaged);
  EXPECT_TRUE(journal_->objects().get(id(2)));
  EXPECT_EQ(journal_->objects().list()->size(), sizes.size() - 1);
}

// Bug: anything that only lives in memory: chain, ids, the previous snapshot, the place after a trim.
TEST_P(JournalConformance, AReopenKeepsEverything) {
  if (!GetParam().survives_reopen) GTEST_SKIP() << "gone with its process by design";
  const std::string big(400 * 1024, 'x');
  for (int i = 0; i < 5; ++i) append(big);
  take_snapshot("first");
  for (int i = 0; i < 5; ++i) append(big);
  take_snapshot("second");
  ASSERT_TRUE(journal_->trim());
  append("tail");
  const Head head = journal_->head();
  const Head before = journal_->latest_snapshot()->head;
  for (int i = 0; i < 2; ++i) {
    reopen();
    EXPECT_EQ(journal_->head(), head);
    EXPECT_EQ(snapshot_state(), "second");
    EXPECT_EQ(entries_from(11), std::vector<std::string>{"tail"});
    EXPECT_EQ(*journal_->append(before, append_id(ids_), as_bytes("tail")), Append::written);
    EXPECT_EQ(*journal_->append(before, append_id(0), as_bytes("tail")), Append::refused);
    EXPECT_EQ(journal_->head(), head);
  }
  append("more");
  reopen();
  EXPECT_THAT(entries_from(11), ElementsAre("tail", "more"));
}

}  // namespace holdfast::journal
