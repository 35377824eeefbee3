// Several servers on one journal: who leads, what is told, and what a server does that is not the keeper any
// more.

#include "keeper/member.h"

#include <gtest/gtest.h>

#include "journal/memory/memory_store.h"
#include "keeper/errc.h"
#include "keeper/keeper_fixture.h"

namespace holdfast::keeper::testing {
namespace {

using lock::Code;

constexpr std::chrono::milliseconds kTakeoverAfter{2'000};

struct FakePositions final : PositionStore {
  Result<std::optional<Position>> load() override { return kept; }
  Result<void> save(const Position& position) override {
    kept = position;
    return {};
  }
  std::optional<Position> kept;
};

// A server. Switched off, it does nothing, as if its process were stopped; its clock goes on.
struct Server {
  Server(boost::asio::io_context& io, std::shared_ptr<journal::memory::MemoryStore> store, FakeClock& clock,
         double chance, FakePositions& kept, std::uint64_t snapshot_every)
      : journal(journal::memory::open_on(std::move(store))),
        runner(make_inline_runner(journal)),
        alarm(clock),
        loop_alarm(clock),
        member(std::make_shared<Member>(
            Member::Parts{.io = io,
                          .runner = *runner,
                          .alarm = alarm,
                          .loop_alarm = loop_alarm,
                          .clock = clock,
                          .wall = wall,
                          .events = events,
                          .positions = kept,
                          .chance = [chance] { return chance; },
                          .open_stream = stream_in_place},
            Options{.snapshot_every_bytes = snapshot_every, .takeover_after = kTakeoverAfter},
            Member::Hooks{.fatal = [this](Error error) { fatal = std::move(error); }, .changed = {}})) {
    EXPECT_TRUE(member->start());
  }

  bool leads() const { return member->role() == Role::keeper; }

  FakeWallClock wall;
  FaultyJournal journal;
  std::unique_ptr<JournalRunner> runner;
  FakeAlarm alarm;
  FakeAlarm loop_alarm;
  EventHub events;
  std::optional<Error> fatal;
  bool off = false;
  std::shared_ptr<Member> member;
};

struct Cell {
  explicit Cell(int count = 2, std::uint64_t snapshot_every = 64u << 20) : snapshot_every_(snapshot_every) {
    for (int i = 0; i < count; ++i) add();
  }

  Server& add() {
    positions.push_back(std::make_unique<FakePositions>());
    return add_at(*positions.back());
  }
  Server& add_at(FakePositions& kept) {
    servers.push_back(std::make_unique<Server>(io, store, clock, 0.1 * static_cast<double>(servers.size()),
                                               kept, snapshot_every_));
    return *servers.back();
  }

  void pass() {
    io.restart();
    io.poll();
  }
  // Time goes by, in steps at which due alarms ring.
  void advance(std::chrono::milliseconds by) {
    for (std::chrono::milliseconds gone{0}; gone < by; gone += 50ms) {
      clock.move(50ms);
      for (const auto& server : servers) {
        for (FakeAlarm* alarm : {&server->alarm, &server->loop_alarm}) {
          if (!server->off && alarm->is_due(clock.now())) alarm->ring();
        }
      }
      pass();
    }
  }
  Server& until_one_leads() {
    for (int i = 0; i < 200; ++i) {
      advance(50ms);
      for (const auto& server : servers) {
        if (server->leads() && !server->off) return *server;
      }
    }
    ADD_FAILURE() << "nobody leads";
    return *servers[0];
  }
  Server& other(const Server& server) { return servers[0].get() == &server ? *servers[1] : *servers[0]; }
  // Whether it has the keeper's very state, once it has looked.
  bool follows(Server& standby, const Server& keeper) {
    standby.alarm.ring();
    pass();
    return standby.member->state().digest() == keeper.member->state().digest();
  }
  void ask(Server& server, lock::Command command, Client& client) {
    server.member->submit(std::move(command), client);
    pass();
  }

  boost::asio::io_context io;
  FakeClock clock;
  std::shared_ptr<journal::memory::MemoryStore> store = std::make_shared<journal::memory::MemoryStore>();
  std::vector<std::unique_ptr<FakePositions>> positions;
  std::vector<std::unique_ptr<Server>> servers;

 private:
  const std::uint64_t snapshot_every_;
};

TEST(Member, OneOfThreeLeadsAndTheOthersFollow) {
  Cell cell(3);
  Server& keeper = cell.until_one_leads();
  Client client;
  cell.ask(keeper, acquire("a"), client);
  ASSERT_NE(client.granted(), nullptr);
  cell.advance(3s);
  int standbys = 0;
  for (const auto& server : cell.servers) {
    EXPECT_TRUE(server->member->state().find_lock("a"));
    if (server->leads()) continue;
    ++standbys;
    EXPECT_TRUE(cell.follows(*server, keeper));
  }
  EXPECT_EQ(standbys, 2);
}

TEST(Member, WhoDoesNotLeadRefuses) {
  Cell cell;
  Server& standby = cell.other(cell.until_one_leads());
  Client client, gone;
  cell.ask(standby, acquire("a"), client);
  EXPECT_TRUE(client.refused_with(Code::no_leader));
  const CallId id = standby.member->submit(acquire("a"), gone);
  standby.member->leave(id);
  cell.pass();
  EXPECT_EQ(gone.answers, 0);
}

TEST(Member, AStandbyTakesOverWithAllLocksAndTheirRemainingTime) {
  Cell cell;
  Server& first = cell.until_one_leads();
  Client held;
  cell.ask(first, acquire("a", 0ms, 10s), held);
  cell.advance(4s);
  first.off = true;
  Server& second = cell.until_one_leads();
  EXPECT_NE(&second, &first);
  Client refused, later;
  cell.ask(second, acquire("a"), refused);
  EXPECT_TRUE(refused.refused_with(Code::held));
  const auto left = refused.refused()->holders.at(0).expires_in;
  EXPECT_LE(*left, 7s);
  EXPECT_GE(*left, 5s) << "time stands still while there is no keeper";
  cell.advance(8s);
  cell.ask(second, acquire("a"), later);
  ASSERT_NE(later.granted(), nullptr);
  EXPECT_GT(later.granted()->grants[0].token, held.granted()->grants[0].token);
}

TEST(Member, AKeeperThatWakesUpTooLateGrantsNothing) {
  Cell cell;
  Server& first = cell.until_one_leads();
  first.off = true;
  Server& second = cell.until_one_leads();
  Client winner, loser;
  cell.ask(second, acquire("a"), winner);
  ASSERT_NE(winner.granted(), nullptr);
  ASSERT_TRUE(first.leads()) << "or so it believes";
  cell.ask(first, acquire("a"), loser);
  EXPECT_TRUE(loser.refused_with(Code::no_leader));
  EXPECT_FALSE(first.leads());
  first.off = false;
  cell.advance(2s);
  EXPECT_TRUE(cell.follows(first, second));
  EXPECT_TRUE(second.leads());
}

TEST(Member, AStaleKeeperIsNotConfirmedAndItsRefusalsAreNotTold) {
  Cell cell;
  Server& first = cell.until_one_leads();
  Client held, released, stale;
  cell.ask(first, acquire("a"), held);
  cell.advance(1s);
  first.off = true;
  Server& second = cell.until_one_leads();
  cell.ask(second, lock::Release{.lease = held.lease()}, released);
  std::optional<bool> leads;
  first.member->confirm([&](bool told) { leads = told; });
  cell.ask(first, acquire("a"), stale);
  EXPECT_EQ(leads, false);
  EXPECT_TRUE(stale.refused_with(Code::no_leader)) << "not `held`, which it is no more";
  leads.reset();
  second.member->confirm([&](bool told) { leads = told; });
  EXPECT_EQ(leads, std::nullopt) << "before an append that was sent after the question";
  cell.pass();
  EXPECT_EQ(leads, true);
}

TEST(Member, ARefusalWaitsForAnAppend) {
  Cell cell;
  Server& keeper = cell.until_one_leads();
  Client held, refused;
  cell.ask(keeper, acquire("a"), held);
  const int before = keeper.journal.appends();
  cell.ask(keeper, acquire("a"), refused);
  EXPECT_TRUE(refused.refused_with(Code::held));
  EXPECT_EQ(keeper.journal.appends(), before + 1);
}

TEST(Member, AnAppendOfUnknownOutcomeIsRepeatedAndThenGivenUp) {
  Cell cell;
  Server& first = cell.until_one_leads();
  const std::size_t before = first.journal.ids().size();
  for (int i = 0; i < 40; ++i) first.journal.answer_next(journal::Append::unknown);
  Client asked, behind;
  cell.ask(first, acquire("a"), asked);
  cell.ask(first, acquire("b"), behind);
  EXPECT_EQ(asked.answers, 0);
  cell.advance(8s);
  EXPECT_TRUE(asked.refused_with(Code::outcome_unknown));
  EXPECT_TRUE(behind.refused_with(Code::no_leader)) << "it was never decided";
  const auto ids = first.journal.ids();
  EXPECT_GT(ids.size(), before + 3);
  EXPECT_EQ(ids[before + 2], ids[before]) << "the same append again";
  EXPECT_EQ(first.journal.sent()[before + 2], first.journal.sent()[before]);
}

TEST(Member, AnAppendOfUnknownOutcomeStaysUnknownWhenItsPlaceIsTaken) {
  Cell cell;
  Server& first = cell.until_one_leads();
  first.journal.answer_next(journal::Append::unknown);
  first.journal.answer_next(journal::Append::refused);
  Client asked;
  cell.ask(first, acquire("a"), asked);
  cell.advance(1s);
  EXPECT_TRUE(asked.refused_with(Code::outcome_unknown));
}

TEST(Member, AWaitIsRefusedWhenTheReignEnds) {
  Cell cell;
  Server& first = cell.until_one_leads();
  Client held, waiting;
  cell.ask(first, acquire("a"), held);
  cell.ask(first, acquire("a", 60s), waiting);
  EXPECT_EQ(waiting.answers, 0);
  first.journal.answer_next(journal::Append::refused);
  cell.advance(1s);
  EXPECT_TRUE(waiting.refused_with(Code::no_leader));
  EXPECT_EQ(waiting.answers, 1);
}

TEST(Member, AClaimOfUnknownOutcomeIsRepeatedAsItIs) {
  Cell cell(1);
  Server& server = *cell.servers[0];
  for (int i = 0; i < 3; ++i) server.journal.answer_next(journal::Append::unknown);
  cell.until_one_leads();
  const auto ids = server.journal.ids();
  ASSERT_GE(ids.size(), 4u);
  EXPECT_EQ(ids[0], ids[3]);
  EXPECT_EQ(server.journal.sent()[0], server.journal.sent()[3]);
}

TEST(Member, OfTwoClaimsOneIsWrittenAndTheOtherFallsBack) {
  Cell cell(1);
  Server& server = *cell.servers[0];
  server.journal.answer_next(journal::Append::refused);
  while (server.journal.appends() == 0) cell.advance(50ms);
  EXPECT_EQ(server.member->role(), Role::standby);
  EXPECT_EQ(server.member->state().revision(), lock::Revision{}) << "nothing of it is in the journal";
  EXPECT_TRUE(cell.until_one_leads().leads());
}

TEST(Member, AStandbyTellsEventsOnceSomethingFollowsThem) {
  Cell cell;
  Server& keeper = cell.until_one_leads();
  Server& standby = cell.other(keeper);
  Client client;
  cell.advance(600ms);
  cell.ask(keeper, acquire("a"), client);
  const lock::Revision granted = client.revision;
  while (standby.member->state().revision() < granted) cell.advance(50ms);
  EXPECT_LT(standby.events.through(), granted);
  cell.advance(3s);
  EXPECT_GE(standby.events.through(), granted);
}

TEST(Member, AStandbyThatFellBehindTheTrimStartsFromTheSnapshot) {
  Cell cell(2, 20'000);
  Server& keeper = cell.until_one_leads();
  Server& standby = cell.other(keeper);
  cell.advance(1s);
  standby.off = true;
  for (int i = 0; i < 200; ++i) {
    Client client;
    cell.ask(keeper, acquire(std::to_string(i)), client);
    cell.advance(50ms);
  }
  ASSERT_GE(keeper.member->snapshots_taken(), 2u);
  standby.off = false;
  cell.advance(1s);
  EXPECT_FALSE(standby.fatal);
  EXPECT_TRUE(cell.follows(standby, keeper));
}

TEST(Member, ARewoundJournalIsTrustedByNobody) {
  Cell cell;
  Server& keeper = cell.until_one_leads();
  Client client, late;
  cell.ask(keeper, acquire("a"), client);
  cell.advance(1s);
  cell.store->rewind(keeper.journal.head().sequence - 1);
  cell.ask(keeper, acquire("b"), late);
  cell.advance(1s);
  EXPECT_EQ(late.answers, 0);
  for (const auto& server : cell.servers) {
    ASSERT_TRUE(server->fatal);
    EXPECT_EQ(server->fatal->code, journal::Errc::rewound);
  }
}

TEST(Member, AServerRefusesAnotherJournalThanItsOwn) {
  Cell cell;
  cell.until_one_leads();
  cell.advance(10s);
  FakePositions& kept = *cell.positions[0];
  ASSERT_TRUE(kept.kept);

  Cell empty(0);
  ASSERT_TRUE(empty.add_at(kept).fatal);
  EXPECT_EQ(empty.servers[0]->fatal->code, journal::Errc::rewound);

  Cell another;
  another.until_one_leads();
  another.advance(20s);
  const Server& lost = another.add_at(kept);
  ASSERT_TRUE(lost.fatal);
  EXPECT_TRUE(lost.fatal->code == Errc::other_cell || lost.fatal->code == journal::Errc::rewound);
}

TEST(Member, AServerRefusesAnotherHistoryOrCellUnderItsPosition) {
  Cell cell;
  cell.until_one_leads();
  cell.advance(10s);
  const Position position = *cell.positions[0]->kept;
  FakePositions other_chain, other_cell, same;
  other_chain.kept = other_cell.kept = same.kept = position;
  other_chain.kept->head.chain[0] ^= std::byte{1};
  ASSERT_TRUE(cell.add_at(other_chain).fatal);
  EXPECT_EQ(cell.servers.back()->fatal->code, journal::Errc::rewound);
  other_cell.kept->cell[0] ^= std::byte{1};
  ASSERT_TRUE(cell.add_at(other_cell).fatal);
  EXPECT_EQ(cell.servers.back()->fatal->code, Errc::other_cell);
  EXPECT_FALSE(cell.add_at(same).fatal);
}

TEST(Member, StopsInEveryRole) {
  Cell cell;
  Server& keeper = cell.until_one_leads();
  Client held, waiting;
  cell.ask(keeper, acquire("a"), held);
  cell.ask(keeper, acquire("a", 60s), waiting);
  int stopped = 0;
  for (const auto& server : cell.servers) server->member->stop([&] { ++stopped; });
  cell.pass();
  EXPECT_EQ(stopped, 2);
  EXPECT_TRUE(waiting.refused_with(Code::no_leader));
  for (const auto& server : cell.servers) EXPECT_EQ(server->member->role(), Role::stopped);
}

}  // namespace
}  // namespace holdfast::keeper::testing
