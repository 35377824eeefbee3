// What is told of each event: with what the event leaves out because the state has it.

#include "lock/event_view.h"

#include <gtest/gtest.h>

#include "lock/event_view_codec.h"
#include "lock/evolve.h"

namespace holdfast::lock {
namespace {

constexpr WallTime kWall{Millis(1'800'000'000'000)};

class Views : public ::testing::Test {
 protected:
  Views() { tell(CellCreated{}); }

  // What is told of the event, which then happens.
  std::optional<EventView> tell(const Event& event) {
    state_->begin_entry(state_->time(), kWall);
    const auto view = view_of(event);
    evolve(*state_, event);
    if (view) {
      EXPECT_EQ(view->revision, state_->revision());
      EXPECT_EQ(view->at, kWall);
    }
    return view;
  }

  // A copy that outlives what the event takes away.
  std::optional<EventView> view_of(const Event& event) {
    if (!make_view(*state_, event, state_->revision().next(), state_->wall(), told_)) return std::nullopt;
    Bytes bytes;
    ByteWriter out(bytes);
    encode_view(told_, out);
    ByteReader in(bytes);
    return decode_view(in);
  }

  LeaseId open_lease(bool shared = false) {
    tell(LeaseOpened{.shared = shared, .ttl = Millis(5'000), .principal = "p", .owner = "o"});
    return LeaseId{state_->revision().value};
  }

  LeaseId hold(std::vector<GrantedKey> keys) {
    const LeaseId lease = open_lease();
    tell(Granted{.lease = lease, .reason = "r", .keys = std::move(keys)});
    return lease;
  }

  std::unique_ptr<State> state_ = std::make_unique<State>();
  EventViewRef told_;
};

const GrantedKey kA{"a", Mode::exclusive, "", 1, 0, FencingToken{1}};
const GrantedKey kB{"b", Mode::shared, "", 2, 3, FencingToken{2}};
const EventKey kToldA{"a", Mode::exclusive, "", 1, FencingToken{1}};
const EventKey kToldB{"b", Mode::shared, "read", 2, FencingToken{2}};

TEST_F(Views, AGrantSaysWhoseLeaseItIs) {
  const LeaseId lease = open_lease();
  const auto view = tell(Granted{.lease = lease, .reason = "r", .keys = {kA, kB}});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->kind, EventKind::granted);
  EXPECT_EQ(view->keys, (std::vector{kToldA, kToldB}));
  EXPECT_EQ(view->lease, lease);
  EXPECT_EQ(view->owner, "o");
  EXPECT_EQ(view->principal, "p");
  EXPECT_EQ(view->reason, "r");
  EXPECT_EQ(view->ttl, Millis(5'000));
}

TEST_F(Views, TheEndOfALeaseNamesItsKeysAndHow) {
  const std::pair<Ended, EventKind> ends[] = {{Ended::release, EventKind::released},
                                              {Ended::expiry, EventKind::expired},
                                              {Ended::undelivered, EventKind::undelivered},
                                              {Ended::broken, EventKind::broken},
                                              {Ended::max_hold, EventKind::max_hold}};
  for (const auto& [how, kind] : ends) {
    const LeaseId lease = hold({kA, kB});
    const auto view = tell(LeaseEnded{.lease = lease, .how = how});
    ASSERT_TRUE(view);
    EXPECT_EQ(view->kind, kind);
    EXPECT_TRUE(view->lease_ended);
    EXPECT_EQ(view->owner, "o");
    EXPECT_EQ(view->keys, (std::vector{kToldA, kToldB}));
  }
}

TEST_F(Views, AReleaseOfSomeKeysNamesThemInItsOrder) {
  const LeaseId lease = hold({kA, kB});
  const auto view = tell(Released{.lease = lease, .keys = {"b", "a"}});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->kind, EventKind::released);
  EXPECT_FALSE(view->lease_ended);
  EXPECT_EQ(view->keys, (std::vector{kToldB, kToldA}));
}

TEST_F(Views, AWaitHasABeginningAndAnEnd) {
  hold({kA});
  const auto began = tell(WaitBegan{.ttl = Millis(9),
                                    .wait = kNoDeadline,
                                    .principal = "p2",
                                    .owner = "o2",
                                    .reason = "r2",
                                    .items = {{.key = "a", .mode = Mode::shared, .group = "w"}}});
  ASSERT_TRUE(began);
  const WaiterId waiter{state_->revision().value};
  const EventKey waited{"a", Mode::shared, "w", 1, {}};
  EXPECT_EQ(began->kind, EventKind::wait_began);
  EXPECT_EQ(began->waiter, waiter);
  EXPECT_EQ(began->owner, "o2");
  EXPECT_EQ(began->reason, "r2");
  EXPECT_EQ(began->keys, std::vector{waited});
  EXPECT_FALSE(tell(WaiterDetached{waiter, Millis(1)}));
  EXPECT_FALSE(tell(WaiterAttached{waiter, Millis(1)}));

  const auto ended = tell(WaitEnded{waiter, WaitEnd::cancelled});
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->kind, EventKind::wait_ended);
  EXPECT_EQ(ended->waiter, waiter);
  EXPECT_EQ(ended->owner, "o2");
  EXPECT_EQ(ended->principal, "p2");
  EXPECT_EQ(ended->outcome, "cancelled");
  EXPECT_EQ(ended->keys, std::vector{waited});
}

TEST_F(Views, AWaitedGrantNamesItsWaiter) {
  const LeaseId holder = hold({kA});
  tell(WaitBegan{.ttl = Millis(9), .wait = kNoDeadline, .items = {{.key = "a"}}});
  const WaiterId waiter{state_->revision().value};
  tell(LeaseEnded{.lease = holder});
  const LeaseId lease = open_lease();
  const auto view = tell(Granted{.lease = lease, .waiter = waiter, .keys = {kA}});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->waiter, waiter);
}

TEST_F(Views, OnlyALeaseThatWasOpenedForItselfIsTold) {
  EXPECT_FALSE(tell(LeaseOpened{.ttl = Millis(5)}));
  const auto view = tell(LeaseOpened{.shared = true, .ttl = kNoExpiry, .principal = "p", .owner = "o"});
  ASSERT_TRUE(view);
  EXPECT_EQ(view->kind, EventKind::lease_opened);
  EXPECT_EQ(view->lease, LeaseId{state_->revision().value});
  EXPECT_EQ(view->ttl, kNoExpiry);
  EXPECT_FALSE(tell(LeaseRenewed{view->lease, Millis(7)}));
}

TEST_F(Views, ServersAndKeysAreToldToo) {
  const auto took_over = tell(TookOver{Epoch{3}});
  ASSERT_TRUE(took_over);
  EXPECT_EQ(took_over->kind, EventKind::took_over);
  EXPECT_EQ(took_over->number, 3u);

  const LeaseId lease = hold({kA});
  tell(LeaseEnded{.lease = lease, .keep_for = Millis(5)});
  const auto opened = tell(KeyOpened{"a"});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->kind, EventKind::key_opened);
  EXPECT_EQ(opened->keys, std::vector{EventKey{.key = "a"}});
}

TEST(EventKinds, EachNameLeadsBack) {
  for (std::size_t i = 0; i < kEventKindCount; ++i) {
    const auto kind = static_cast<EventKind>(i);
    EXPECT_EQ(event_kind_of(name_of(kind)), kind);
  }
  EXPECT_EQ(event_kind_of("renewed"), std::nullopt);
}

}  // namespace
}  // namespace holdfast::lock
