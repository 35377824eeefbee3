// The loop's promises about batches and answers, each with the journal on the loop's thread and on its own.

#include "keeper/loop.h"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "keeper/keeper_fixture.h"

namespace holdfast::keeper::testing {
namespace {

class LoopTest : public ::testing::TestWithParam<Runner> {};

INSTANTIATE_TEST_SUITE_P(Journal, LoopTest, ::testing::Values(Runner::inline_, Runner::threaded),
                         [](const auto& runner) {
                           return std::string(runner.param == Runner::inline_ ? "Inline" : "Threaded");
                         });

TEST_P(LoopTest, GrantsAndReleases) {
  World world(GetParam());
  Client first, second, third;
  world.ask(acquire("a"), first);
  ASSERT_NE(first.granted(), nullptr);
  EXPECT_GT(first.granted()->grants[0].token.value, 0u);
  world.ask(acquire("a"), second);
  EXPECT_TRUE(second.refused_with(lock::Code::held));
  Client released;
  world.ask(lock::Release{.lease = first.lease()}, released);
  EXPECT_TRUE(std::holds_alternative<lock::ReleaseDone>(*released.reply));
  world.ask(acquire("a"), third);
  ASSERT_NE(third.granted(), nullptr);
  EXPECT_GT(third.granted()->grants[0].token, first.granted()->grants[0].token);
}

TEST_P(LoopTest, CommandsOfOnePassShareAnEntry) {
  World world(GetParam());
  const int before = world.journal.appends();
  std::vector<Client> clients(100);
  for (std::size_t i = 0; i < clients.size(); ++i) world.loop->submit(acquire(std::to_string(i)), clients[i]);
  for (const Client& client : clients) EXPECT_EQ(client.answers, 0);
  world.until([&] { return clients.back().answers > 0; });
  EXPECT_EQ(world.journal.appends(), before + 1);
  for (const Client& client : clients) EXPECT_NE(client.granted(), nullptr);
}

TEST(ThreadedLoop, SleepsWhileItAsksAFullDiskForRoom) {
  World world(Runner::threaded);
  world.journal.set_full(true);
  Client last, refused;
  world.ask(acquire("a"), last);
  world.ask(acquire("b"), refused);
  ASSERT_TRUE(refused.refused_with(lock::Code::journal_unavailable));
  world.journal.hold_reservations(true);
  world.clock.move(1s);
  world.alarm.ring();
  world.pass();
  EXPECT_FALSE(world.alarm.is_due(world.clock.now())) << "its answer wakes the loop up";
  world.journal.set_full(false);
  world.journal.hold_reservations(false);
  world.until([&] { return !world.loop->refusing(); });
}

TEST(InlineLoop, AnEntryWaitsForAFewPassesThatBringMore) {
  World world(Runner::inline_);
  const int before = world.journal.appends();
  std::vector<Client> clients(60);
  const std::function<void(std::size_t)> arrive = [&](std::size_t number) {
    world.loop->submit(acquire(std::to_string(number)), clients[number]);
    if (number + 1 < clients.size()) boost::asio::post(world.io, [&, number] { arrive(number + 1); });
  };
  arrive(0);
  world.until([&] { return clients.back().answers > 0; });
  EXPECT_LT(world.journal.appends() - before, 20) << "one a pass brings share an entry";
  EXPECT_GT(world.journal.appends() - before, 4) << "but nobody waits for all that may come";
}

TEST_P(LoopTest, NeverAnswersFromWithinSubmit) {
  World world(GetParam(), Options{.max_pending = 1});
  Client first, overloaded, renewal;
  world.loop->submit(acquire("a"), first);
  world.loop->submit(acquire("b"), overloaded);
  world.loop->submit(lock::Renew{.lease = lock::LeaseId{12345}}, renewal);
  EXPECT_EQ(first.answers + overloaded.answers + renewal.answers, 0);
  world.until([&] { return first.answers && overloaded.answers && renewal.answers; });
  EXPECT_NE(first.granted(), nullptr);
  EXPECT_TRUE(overloaded.refused_with(lock::Code::overloaded));
  EXPECT_TRUE(renewal.refused_with(lock::Code::lease_gone)) << "renewals have room of their own";
}

TEST_P(LoopTest, AFullDiskRefusesEverythingAndChangesNothing) {
  World world(GetParam());
  Client holder;
  world.ask(acquire("a"), holder);
  world.journal.set_full(true);
  Client last_reserved;  // room for this one was reserved by the append before
  world.ask(acquire("b"), last_reserved);
  EXPECT_NE(last_reserved.granted(), nullptr);

  const SetDigest before = world.state.digest();
  Client refused, renewal;
  world.ask(acquire("c"), refused);
  world.ask(lock::Renew{.lease = holder.lease()}, renewal);
  ASSERT_TRUE(refused.refused_with(lock::Code::journal_unavailable));
  EXPECT_NE(refused.refused()->detail.find("the disk is full"), std::string::npos);
  EXPECT_TRUE(renewal.refused_with(lock::Code::journal_unavailable));
  EXPECT_EQ(world.state.digest(), before);
  EXPECT_TRUE(world.loop->refusing().has_value());

  world.journal.set_full(false);
  Client granted;
  world.ask(acquire("c"), granted);
  EXPECT_NE(granted.granted(), nullptr);
  EXPECT_FALSE(world.loop->refusing().has_value());
}

TEST_P(LoopTest, AFullDiskIsTriedAgainEverySecond) {
  World world(GetParam());
  world.journal.set_full(true);
  Client client;
  world.ask(acquire("a"), client);
  world.until([&] { return world.loop->refusing().has_value(); });
  world.journal.set_full(false);
  world.clock.move(1s);
  world.until([&] {
    if (world.alarm.is_due(world.clock.now())) world.alarm.ring();
    return !world.loop->refusing();
  });
}

TEST_P(LoopTest, AFailedAppendAnswersNobody) {
  World world(GetParam());
  Client granted, renewal, later;
  world.ask(acquire("a"), granted);
  world.journal.fail_appends();
  world.loop->submit(acquire("b"), later);
  world.until([&] { return world.fatal.has_value(); });
  EXPECT_EQ(world.fatal->detail, "the disk failed");
  world.loop->submit(lock::Renew{.lease = granted.lease()}, renewal);
  bool told = false;
  world.loop->when_durable([&] { told = true; });
  world.advance(10s);
  world.pass();
  EXPECT_EQ(later.answers + renewal.answers, 0);
  EXPECT_FALSE(told);
}

TEST_P(LoopTest, ARefusedAppendIsFatal) {
  World world(GetParam());
  world.journal.answer_next(journal::Append::refused);
  Client client;
  world.loop->submit(acquire("a"), client);
  world.until([&] { return world.fatal.has_value(); });
  EXPECT_EQ(world.fatal->code, journal::make_error_code(journal::Errc::in_use));
  EXPECT_EQ(client.answers, 0);
}

TEST_P(LoopTest, AnUnknownAppendIsRepeatedAsItWas) {
  World world(GetParam());
  world.journal.answer_next(journal::Append::unknown);
  world.journal.answer_next(journal::Append::unknown);
  const int before = world.journal.appends();
  Client client, second;
  world.loop->submit(acquire("a"), client);
  world.until([&] { return world.journal.appends() == before + 1 && world.alarm.is_set(); });
  world.loop->submit(acquire("b"), second);
  world.until([&] {
    if (world.alarm.is_set()) world.advance(10ms);
    return client.answers > 0;
  });
  EXPECT_NE(client.granted(), nullptr);
  world.until([&] { return second.answers > 0; });
  const auto ids = world.journal.ids();
  ASSERT_EQ(ids.size(), static_cast<std::size_t>(before + 4));
  const auto at = static_cast<std::size_t>(before);
  EXPECT_EQ(ids[at], ids[at + 1]);
  EXPECT_EQ(ids[at], ids[at + 2]);
  EXPECT_NE(ids[at], ids[at + 3]);
}

TEST_P(LoopTest, StopAnswersEverybodyAndWritesNothingMore) {
  World world(GetParam());
  Client holder, waiter, undecided, late;
  world.ask(acquire("a"), holder);
  world.loop->submit(acquire("a", 60s), waiter);
  world.until([&] { return world.queued("a") == 1; });
  world.loop->when_durable([] {});
  world.loop->submit(acquire("b"), undecided);
  bool stopped = false;
  const int before = world.journal.appends();
  world.loop->stop([&] { stopped = true; });
  EXPECT_FALSE(stopped);
  EXPECT_EQ(waiter.answers, 0);
  world.until([&] { return stopped; });
  EXPECT_TRUE(waiter.refused_with(lock::Code::no_leader));
  EXPECT_TRUE(undecided.refused_with(lock::Code::no_leader));
  world.loop->submit(acquire("c"), late);
  world.until([&] { return late.answers > 0; });
  EXPECT_TRUE(late.refused_with(lock::Code::no_leader));
  world.advance(10s);
  EXPECT_LE(world.journal.appends(), before + (GetParam() == Runner::threaded ? 1 : 0));
}

TEST(LoopThreaded, AnswersOnlyAfterTheAppendReturned) {
  World world(Runner::threaded);
  world.journal.hold(true);
  const int before = world.journal.appends();
  Client first, refused, second;
  world.loop->submit(acquire("a"), first);
  world.until([&] { return world.journal.appends() == before + 1; });
  EXPECT_EQ(world.holders("a"), 1u) << "decided, and not told";
  bool durable = false;
  world.loop->when_durable([&] { durable = true; });
  world.loop->submit(acquire("a"), refused);
  world.loop->submit(acquire("b"), second);
  world.pass();
  EXPECT_EQ(first.answers + refused.answers + second.answers, 0);
  EXPECT_FALSE(durable);

  world.journal.hold(false);
  world.until([&] { return first.answers > 0; });
  EXPECT_TRUE(durable);
  world.until([&] { return second.answers > 0; });
  EXPECT_TRUE(refused.refused_with(lock::Code::held));
  EXPECT_EQ(world.journal.appends(), before + 2);
}

// The entry that set out before the answers of the one before it were given is answered too.
TEST(LoopThreaded, StopFromWithinAnAnswerLetsTheNextEntryArrive) {
  World world(Runner::threaded);
  world.journal.hold(true);
  Client first, second;
  bool stopped = false;
  first.then = [&] { world.loop->stop([&] { stopped = true; }); };
  const int before = world.journal.appends();
  world.loop->submit(acquire("a"), first);
  world.until([&] { return world.journal.appends() == before + 1; });
  world.loop->submit(acquire("b"), second);
  world.journal.hold(false);
  world.until([&] { return stopped; });
  EXPECT_NE(first.granted(), nullptr);
  EXPECT_NE(second.granted(), nullptr);
}

TEST(LoopThreaded, StopGivesUpAnAppendWhoseOutcomeStaysUnknown) {
  World world(Runner::threaded);
  world.journal.answer_next(journal::Append::unknown);
  const int before = world.journal.appends();
  Client client, undecided;
  bool durable = false, stopped = false;
  world.loop->submit(acquire("a"), client);
  world.until([&] { return world.journal.appends() == before + 1; });
  world.loop->when_durable([&] { durable = true; });
  world.loop->submit(acquire("b"), undecided);
  world.loop->stop([&] { stopped = true; });
  world.until([&] { return stopped; });
  EXPECT_TRUE(client.refused_with(lock::Code::outcome_unknown));
  EXPECT_TRUE(undecided.refused_with(lock::Code::no_leader));
  EXPECT_FALSE(durable);
}

TEST(LoopInline, RenewalsAndReleasesAreDecidedBeforeTheRest) {
  World world;
  Client holder, next, released;
  world.ask(acquire("a"), holder);
  world.loop->submit(acquire("a"), next);
  world.loop->submit(lock::Release{.lease = holder.lease()}, released);
  world.pass();
  EXPECT_NE(next.granted(), nullptr);
}

TEST(LoopInline, AnswersComeInTheOrderOfTheirRevisions) {
  World world;
  std::vector<Client> clients(50);
  std::vector<lock::Revision> told;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    clients[i].then = [&, i] { told.push_back(clients[i].revision); };
    world.loop->submit(acquire(std::to_string(i % 7)), clients[i]);
  }
  world.pass();
  ASSERT_EQ(told.size(), clients.size());
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
}

TEST(LoopInline, MoreThanAnEntryHoldsBecomesSeveral) {
  World world;
  const int before = world.journal.appends();
  std::vector<Client> clients(600);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    lock::Acquire command = acquire(std::to_string(i));
    command.reason = std::string(1'000, 'x');
    world.loop->submit(std::move(command), clients[i]);
  }
  world.pass();
  for (const Client& client : clients) EXPECT_NE(client.granted(), nullptr);
  EXPECT_GT(world.journal.appends(), before + 1);
}

TEST(LoopInline, EveryThousandthEntryCarriesADigest) {
  World world;
  while (world.journal.head().sequence < 2'001) {
    Client client, released;
    world.ask(acquire("a"), client);
    world.ask(lock::Release{.lease = client.lease()}, released);
  }
  const std::vector<lock::Entry> entries = world.entries();
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].header.digest.has_value(), (i + 1) % 1'000 == 0) << i + 1;
  }
  lock::State again;
  for (const lock::Entry& entry : entries) ASSERT_TRUE(lock::replay(again, entry));
  EXPECT_EQ(again.digest(), world.state.digest());
}

}  // namespace
}  // namespace holdfast::keeper::testing
