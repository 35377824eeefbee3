#include "cli/bench/workload.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "cli/bench/actor.h"
#include "cli/bench/holdfast_dialect.h"

namespace holdfast::cli::bench {
namespace {

// One client whose server is played by the test: each line of RESP it is given is the answer to what it sent.
class Stage {
 public:
  explicit Stage(const WorkloadKind& kind, Settings settings = {}) : Stage(kind, std::move(settings), own_) {}
  Stage(const WorkloadKind& kind, Settings settings, Dialect& dialect)
      : run(with_prefix(std::move(settings)), dialect), actor_(run, kind.make(run, 0)) {
    run.measuring = true;
    run.now_ns = 1;
  }

  // What the client says next: its command as words, or what else it does.
  std::string says() {
    std::string out;
    ++run.now_ns;
    switch (actor_.go_on(out)) {
      case Actor::State::paused:
        return "(pauses)";
      case Actor::State::finished:
        return "(has finished)";
      case Actor::State::sent:
        return words(out);
    }
    return "";
  }
  void hears(const std::string& bytes) {
    Reply reply;
    ASSERT_EQ(read_reply(bytes, reply), Reading::whole);
    ++run.now_ns;
    actor_.answered(reply);
  }
  void is_granted(std::uint64_t token, const std::string& handle = "h") {
    hears("*5\r\n$" + std::to_string(handle.size()) + "\r\n" + handle +
          "\r\n:30000\r\n:0\r\n:9\r\n:" + std::to_string(token) + "\r\n");
  }
  bool prepared() const { return actor_.workload().prepared(); }

 private:
  static Settings with_prefix(Settings settings) {
    settings.prefix = "p";
    settings.clients = 1;
    settings.keys = 1;
    settings.wait_ms = 500;
    return settings;
  }
  // A command is an array of bulk strings, which a reply may be too.
  static std::string words(const std::string& command) {
    Reply reply;
    EXPECT_EQ(read_reply(command, reply), Reading::whole);
    EXPECT_EQ(reply.bytes, command.size());
    std::string text;
    for (const Value& value : reply.values) text += (text.empty() ? "" : " ") + std::string(value.text);
    return text;
  }

  HoldfastDialect own_;

 public:
  Run run;

 private:
  Actor actor_;
};

// As Redis: no queue, so whoever is refused comes again.
class Impatient final : public Dialect {
 public:
  bool queues() const override { return false; }
  bool shares() const override { return false; }
  void acquire(std::string& out, const Ask& ask, Hold&) override { append_command(out, "TAKE", ask.key); }
  void renew(std::string& out, const Hold&, std::int64_t) override { append_command(out, "RENEW"); }
  void release(std::string& out, const Hold&) override { append_command(out, "GIVE"); }
  std::string_view acquired(const Reply& reply, Hold&) override {
    return reply.first().kind == Value::Kind::nil ? kHeld : std::string_view();
  }
  std::string_view renewed(const Reply&) override { return {}; }
  std::string_view released(const Reply&) override { return {}; }
};

TEST(BenchWorkload, UncontendedTakesAndReleases) {
  Stage stage(kUncontended);
  EXPECT_EQ(stage.says(), "ACQUIRE p/own/0 TTL 30000 EXCLUSIVE");
  stage.is_granted(1, "h1");
  EXPECT_EQ(stage.says(), "RELEASE h1");
  stage.hears(":1\r\n");
  EXPECT_EQ(stage.run.totals.operations, 1u);
  EXPECT_EQ(stage.run.of(Timed::acquire).count(), 1u);
  EXPECT_EQ(stage.says(), "ACQUIRE p/own/0 TTL 30000 EXCLUSIVE");
  stage.is_granted(2);
  stage.run.stopping = true;
  EXPECT_EQ(stage.says(), "RELEASE h");
  stage.hears(":1\r\n");
  EXPECT_EQ(stage.says(), "(has finished)");
  EXPECT_TRUE(stage.run.totals.errors.empty());
  EXPECT_EQ(stage.run.totals.broken_tokens, 0u);
}

TEST(BenchWorkload, ErrorsAreCountedByWordAndAreNoOperations) {
  Stage stage(kUncontended);
  stage.says();
  stage.hears("-OVERLOADED come again\r\n");
  stage.says();
  stage.hears("-HELD key=p/own/0\r\n");
  stage.says();
  stage.hears("+what\r\n");
  stage.says();
  stage.is_granted(1);
  EXPECT_EQ(stage.says(), "RELEASE h");
  stage.hears("-GONE ended_by=expiry\r\n");
  EXPECT_EQ(stage.run.totals.operations, 0u);
  const std::map<std::string, std::uint64_t, std::less<>> expected{
      {"OVERLOADED", 1}, {"HELD", 1}, {"unexpected-reply", 1}, {"GONE", 1}};
  EXPECT_EQ(stage.run.totals.errors, expected);
}

TEST(BenchWorkload, ATokenThatDoesNotGrowIsNoticed) {
  Stage stage(kHandover);
  for (const std::uint64_t token : {7, 8, 8}) {
    stage.says();
    stage.is_granted(token);
    stage.says();
    stage.hears(":1\r\n");
  }
  EXPECT_EQ(stage.run.totals.broken_tokens, 1u);
}

TEST(BenchWorkload, HandoverWaitsAndTimesWhatWasHandedOver) {
  Stage stage(kHandover);
  EXPECT_EQ(stage.says(), "ACQUIRE p/handover/0 TTL 30000 EXCLUSIVE WAIT 500");
  stage.is_granted(1);
  EXPECT_EQ(stage.run.of(Timed::handover).count(), 0u);  // nobody had it before
  EXPECT_EQ(stage.says(), "RELEASE h");
  stage.hears(":1\r\n");
  stage.says();
  stage.run.release_sent_ns = ++stage.run.now_ns;  // another client lets go while this one waits
  stage.is_granted(2);
  EXPECT_EQ(stage.run.of(Timed::handover).count(), 1u);
  EXPECT_EQ(stage.run.totals.operations, 2u);
}

TEST(BenchWorkload, WithoutAQueueTheRefusedComesAgain) {
  Impatient impatient;
  Stage stage(kHandover, {}, impatient);
  EXPECT_EQ(stage.says(), "TAKE p/handover/0");
  stage.hears("$-1\r\n");
  EXPECT_EQ(stage.says(), "(pauses)");
  stage.run.now_ns += 5'000'000;
  EXPECT_EQ(stage.says(), "TAKE p/handover/0");
  stage.hears("+OK\r\n");
  EXPECT_GE(stage.run.of(Timed::acquire).max_us(), 5'000);  // what it has waited, not its last attempt alone
  EXPECT_EQ(stage.says(), "GIVE");
  EXPECT_EQ(stage.run.totals.refused, 1u);
  EXPECT_TRUE(stage.run.totals.errors.empty());
}

TEST(BenchWorkload, RenewPreparesLeasesAndRenewsThemInTurn) {
  Stage stage(kRenew, {.leases = 2});
  EXPECT_EQ(stage.says(), "ACQUIRE p/renew/0 TTL 30000 EXCLUSIVE");
  stage.is_granted(1, "a");
  EXPECT_FALSE(stage.prepared());
  EXPECT_EQ(stage.says(), "ACQUIRE p/renew/1 TTL 30000 EXCLUSIVE");
  stage.is_granted(2, "b");
  EXPECT_TRUE(stage.prepared());
  EXPECT_EQ(stage.says(), "RENEW b 30000");
  stage.hears("*3\r\n:30000\r\n:1\r\n$-1\r\n");
  EXPECT_EQ(stage.says(), "RENEW a 30000");
  stage.hears("*3\r\n:30000\r\n:1\r\n$-1\r\n");
  EXPECT_EQ(stage.run.totals.operations, 2u);
  stage.run.stopping = true;
  EXPECT_EQ(stage.says(), "RELEASE b");
  stage.hears(":1\r\n");
  EXPECT_EQ(stage.says(), "RELEASE a");
  stage.hears(":1\r\n");
  EXPECT_EQ(stage.says(), "(has finished)");
}

TEST(BenchWorkload, HoldTakesAsManyAsAskedAndLetGoReleasesThem) {
  Stage taking(kHold, {.locks = 2});
  EXPECT_EQ(taking.says(), "ACQUIRE p/hold/0 TTL 30000 EXCLUSIVE");
  taking.is_granted(1, "a");
  EXPECT_EQ(taking.says(), "ACQUIRE p/hold/1 TTL 30000 EXCLUSIVE");
  taking.is_granted(2, "b");
  EXPECT_EQ(taking.says(), "(has finished)");
  Stage letting_go(kLetGo);
  letting_go.run.kept = taking.run.kept;
  EXPECT_EQ(letting_go.says(), "RELEASE b");
  letting_go.hears(":1\r\n");
  EXPECT_EQ(letting_go.says(), "RELEASE a");
  letting_go.hears(":1\r\n");
  EXPECT_EQ(letting_go.says(), "(has finished)");
}

// Many turns of one client: the kinds come about as often as they shall.
TEST(BenchWorkload, MixedTurns) {
  Stage stage(kMixed);
  EXPECT_EQ(stage.says(), "ACQUIRE p/standing/0 TTL 30000 EXCLUSIVE");
  EXPECT_FALSE(stage.prepared());
  stage.is_granted(1, "standing");
  EXPECT_TRUE(stage.prepared());
  std::map<std::string, int> turns;
  for (int i = 0; i < 10'000; ++i) {
    const std::string said = stage.says();
    if (said.starts_with("RENEW standing")) {
      ++turns["renew"];
      stage.hears("*3\r\n:30000\r\n:1\r\n$-1\r\n");
      continue;
    }
    ASSERT_TRUE(said.starts_with("ACQUIRE")) << said;
    const bool waits = said.find(" WAIT 500") != std::string::npos;
    const bool shared = said.find(" SHARED") != std::string::npos;
    ASSERT_EQ(waits, said.find("p/hot/") != std::string::npos) << said;
    ASSERT_EQ(shared, said.find("p/shared/") != std::string::npos) << said;
    ++turns[waits ? "waits" : shared ? "shared" : "pairs"];
    stage.is_granted(static_cast<std::uint64_t>(i) + 2, "own");
    ASSERT_EQ(stage.says(), "RELEASE own");
    stage.hears(":1\r\n");
  }
  EXPECT_NEAR(turns["pairs"], 7'000, 300);
  EXPECT_NEAR(turns["renew"], 2'000, 200);
  EXPECT_NEAR(turns["shared"], 500, 120);
  EXPECT_NEAR(turns["waits"], 500, 120);
  stage.run.stopping = true;
  EXPECT_EQ(stage.says(), "RELEASE standing");
  stage.hears(":1\r\n");
  EXPECT_EQ(stage.says(), "(has finished)");
}

}  // namespace
}  // namespace holdfast::cli::bench
