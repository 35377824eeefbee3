// The bytes of events, entries and snapshots: what is written comes back, and nothing that is cut, changed or
// newer is taken for it.

#include <random>

#include <gtest/gtest.h>

#include "lock/entry.h"
#include "lock/errc.h"
#include "lock/event_codec.h"

namespace holdfast::lock {
namespace {

constexpr RequestTag kTag{{7, 9}, 11};

// One of each event, every field set to something that is not its default.
std::vector<Event> every_event() {
  CellCreated created;
  created.cell.fill(std::byte{1});
  created.secret.fill(std::byte{2});
  created.incarnation = 3;
  created.rate_ppm = 500;
  created.first_token = FencingToken{1ull << 52};
  return {
      created,
      TookOver{Epoch{300}},
      LeaseOpened{true, kNoExpiry, Millis(3'000), "principal", "owner", "{}", {}, kTag, Millis(40'000)},
      Granted{LeaseId{5},
              WaiterId{6},
              "reason",
              kTag,
              {{"a", Mode::exclusive, "", 1, 0, FencingToken{8}},
               {"b", Mode::shared, "w", 2, 9, FencingToken{9}}}},
      LeaseRenewed{LeaseId{5}, Millis(100)},
      LeaseEnded{LeaseId{5}, Ended::max_hold, Millis(70), kTag},
      Released{LeaseId{5}, Ended::broken, Millis(70), kTag, {"a", "b"}},
      WaitBegan{LeaseId{5},
                Millis(1),
                kNoDeadline,
                Millis(2),
                Millis(3),
                "principal",
                "owner",
                "reason",
                "{}",
                {Dialect::rwlocks, "alias"},
                kTag,
                {{"a", Mode::shared, "w", 2, 9, true, false}, {"b", Mode::exclusive, "", 1, 0, false, true}}},
      WaiterAttached{WaiterId{6}, kNoDeadline},
      WaiterDetached{WaiterId{6}, Millis(5'000)},
      WaitEnded{WaiterId{6}, WaitEnd::broken, "by", "reason"},
      GrantDetached{LeaseId{5}, Millis(5'000)},
      GrantAttached{LeaseId{5}},
      KeyOpened{"a/b"},
      LockRegistered{"a/b",
                     {.description = "description",
                      .owners = {"ann", "bea"},
                      .limit = 3,
                      .shared_groups = {"read", "w"},
                      .lock_delay = Millis(1),
                      .max_hold = Millis(2),
                      .max_ttl = Millis(3),
                      .max_wait = Millis(4),
                      .allow_multi_key_wait = false,
                      .record_refusals = true},
                     "by"},
      LockUnregistered{"a/b", "by"},
      HoldsBroken{LeaseId{5}, {"a", "b"}, true, "by", "reason"},
      LossesAcknowledged{LeaseId{5}, {"a", "b"}},
      ReleaseRequested{"a/b", "by", "reason"},
      AcquireRefused{"a/b", "principal", "owner", "reason", Refusal::not_allowed},
      RequestRemembered{kTag, LeaseId{5}, {"a", "b"}},
      Restored{4, FencingToken{1ull << 40}, Revision{1ull << 41}, Millis(30'000)},
      Reopened{},
      Sealed{"file:/elsewhere"},
      LevelRaised{2},
      DocumentStored{"a/b", ObjectId{std::byte{7}, std::byte{9}}, 1ull << 24},
      DocumentRemoved{"a/b"},
  };
}

Bytes encoded(const Event& event) {
  Bytes bytes;
  ByteWriter out(bytes);
  encode_event(event, out);
  return bytes;
}

TEST(EventCodec, EveryEventComesBackAndFitsItsBound) {
  EXPECT_EQ(every_event().size(), std::variant_size_v<Event>) << "an event is missing from this test";
  for (const Event& event : every_event()) {
    const Bytes bytes = encoded(event);
    EXPECT_LE(bytes.size(), encoded_size_bound(event));
    ByteReader in(bytes);
    const auto decoded = decode_event(in);
    ASSERT_TRUE(decoded.has_value()) << event.index();
    EXPECT_TRUE(in.done());
    EXPECT_EQ(*decoded, event);
  }
}

TEST(EventCodec, EveryTruncationOfEveryEventFails) {
  for (const Event& event : every_event()) {
    const Bytes bytes = encoded(event);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      ByteReader in(ByteView(bytes).first(size));
      EXPECT_EQ(decode_event(in), std::nullopt) << event.index() << " cut to " << size;
      EXPECT_TRUE(in.failed());
    }
  }
}

TEST(EventCodec, UnknownKindsFail) {
  for (int kind = 0; kind < 256; ++kind) {
    if (kind >= 1 && kind <= static_cast<int>(std::variant_size_v<Event>)) continue;
    Bytes bytes(64);
    bytes[0] = static_cast<std::byte>(kind);
    ByteReader in(bytes);
    EXPECT_EQ(decode_event(in), std::nullopt) << kind;
  }
}

TEST(EventCodec, ATextTooLongForTheStateFails) {
  const Bytes bytes = encoded(KeyOpened{std::string(65'536, 'k')});
  ByteReader in(bytes);
  EXPECT_EQ(decode_event(in), std::nullopt);
}

Entry an_entry() {
  return {{.epoch = Epoch{4},
           .time = JournalTime(Millis(5)),
           .wall = WallTime(Millis(6)),
           .first_revision = Revision{7},
           .digest = SetDigest::from_parts(8, 9)},
          every_event()};
}

Bytes encoded(const Entry& entry) {
  Bytes bytes;
  encode_entry(entry.header, entry.events, bytes);
  return bytes;
}

TEST(EntryCodec, ComesBackWithAndWithoutEventsAndDigest) {
  for (const bool full : {true, false}) {
    Entry entry = an_entry();
    if (!full) {
      entry.events.clear();
      entry.header.digest.reset();
    }
    const Result<Entry> decoded = decode_entry(encoded(entry));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->events, entry.events);
    EXPECT_EQ(decoded->header.epoch, entry.header.epoch);
    EXPECT_EQ(decoded->header.time, entry.header.time);
    EXPECT_EQ(decoded->header.wall, entry.header.wall);
    EXPECT_EQ(decoded->header.first_revision, entry.header.first_revision);
    EXPECT_EQ(decoded->header.digest, entry.header.digest);
  }
}

TEST(EntryCodec, RefusesWhatIsCutOrHasMoreBehind) {
  Bytes bytes = encoded(an_entry());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_entry(ByteView(bytes).first(size)).has_value()) << size;
  }
  bytes.push_back(std::byte{0});
  const Result<Entry> longer = decode_entry(bytes);
  ASSERT_FALSE(longer.has_value());
  EXPECT_EQ(longer.error().code, Errc::malformed);
}

TEST(EntryCodec, StopsAtANewerFeatureLevel) {
  Entry entry = an_entry();
  entry.header.feature_level = kFeatureLevel + 1;
  const Result<Entry> newer = decode_entry(encoded(entry));
  ASSERT_FALSE(newer.has_value());
  EXPECT_EQ(newer.error().code, Errc::unknown_feature);
}

TEST(EntryCodec, RandomAndMutatedBytesNeverCrash) {
  std::mt19937_64 random(6);
  const Bytes good = encoded(an_entry());
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes = good;
    if (i % 4 == 0) {
      bytes.resize(random() % 200);
      for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    }
    for (std::size_t change = random() % 4 + 1; change > 0 && !bytes.empty(); --change) {
      bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    }
    const Result<Entry> decoded = decode_entry(bytes);
    if (!decoded) continue;
    // What is taken is what would be written.
    EXPECT_EQ(decode_entry(encoded(*decoded))->events, decoded->events);
  }
}

class Replay : public ::testing::Test {
 protected:
  Replay() {
    EXPECT_TRUE(replay(state_, {{.time = at(10), .first_revision = Revision{1}}, {CellCreated{}}}));
  }

  static JournalTime at(int ms) { return JournalTime(Millis(ms)); }
  std::error_code refusal(const EntryHeader& header, std::vector<Event> events) {
    const SetDigest before = state_.digest();
    const Result<void> result = replay(state_, {header, std::move(events)});
    EXPECT_EQ(state_.digest(), before) << "a refused entry changes nothing";
    return result ? std::error_code() : result.error().code;
  }

  State state_;
};

TEST_F(Replay, RefusesAnEntryThatDoesNotFollow) {
  ASSERT_TRUE(replay(state_, {{.time = at(10), .first_revision = Revision{2}}, {TookOver{Epoch{5}}}}));
  EXPECT_EQ(refusal({.epoch = Epoch{5}, .time = at(10), .first_revision = Revision{2}}, {}),
            Errc::out_of_sequence);
  EXPECT_EQ(refusal({.epoch = Epoch{5}, .time = at(10), .first_revision = Revision{4}}, {}),
            Errc::out_of_sequence);
  EXPECT_EQ(refusal({.epoch = Epoch{5}, .time = at(9), .first_revision = Revision{3}}, {}),
            Errc::out_of_sequence);
  EXPECT_EQ(refusal({.epoch = Epoch{4}, .time = at(10), .first_revision = Revision{3}}, {}),
            Errc::out_of_sequence);
  EXPECT_EQ(refusal({.epoch = Epoch{5},
                     .time = at(10),
                     .first_revision = Revision{3},
                     .digest = SetDigest::from_parts(1, 1)},
                    {}),
            Errc::digest_mismatch);
}

TEST_F(Replay, TakesAnEntryWithTheRightDigest) {
  EXPECT_TRUE(
      replay(state_, {{.time = at(11), .first_revision = Revision{2}, .digest = state_.digest()}, {}}));
  EXPECT_EQ(state_.time(), at(11));
}

}  // namespace
}  // namespace holdfast::lock
