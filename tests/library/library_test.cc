// The C++ library from outside: only its public headers, and a real server, whose URL is in HOLDFAST_SERVER
// and whose process in HOLDFAST_SERVER_PID. Keys are a test's own.

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <holdfast/holdfast.h>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using holdfast::errc;

constexpr auto kPatience = 60s;  // only a hang is longer

std::string setting(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

holdfast::connection connect() {
  return holdfast::connect(setting("HOLDFAST_TEST_URL"));
}

std::string own_key(const std::string& name = "a") {
  return std::string("library/") + testing::UnitTest::GetInstance()->current_test_info()->name() + "/" + name;
}

template <class What>
bool becomes_true(What what) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end) {
    if (what()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

// The server's process, stopped.
class Stopped {
 public:
  Stopped() { ::kill(pid_, SIGSTOP); }
  ~Stopped() { ::kill(pid_, SIGCONT); }

 private:
  const pid_t pid_ = std::atoi(setting("HOLDFAST_SERVER_PID").c_str());
};

TEST(Mutex, IsALockOfTheStandardLibrary) {
  const auto locks = connect();
  holdfast::mutex one(locks, own_key());
  holdfast::mutex two(connect(), own_key());
  std::uint64_t first = 0;
  {
    const std::unique_lock held(one);
    first = one.fencing_token();
    EXPECT_GT(first, 0u);
    EXPECT_TRUE(one.is_held());
    EXPECT_FALSE(two.try_lock());
    EXPECT_FALSE(two.try_lock_for(50ms));
    EXPECT_EQ(two.fencing_token(), 0u);
  }
  EXPECT_EQ(one.fencing_token(), 0u);
  const std::lock_guard held(two);
  EXPECT_GT(two.fencing_token(), first);
}

TEST(Mutex, ThreadsOfOneObjectExcludeEachOther) {
  holdfast::mutex mutex(connect(), own_key());
  std::atomic<int> inside = 0;
  int sum = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 12; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 5; ++round) {
        const std::lock_guard held(mutex);
        EXPECT_EQ(++inside, 1);
        ++sum;
        --inside;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(sum, 60);
}

TEST(Mutex, TwoAreLockedTogetherInAnyOrder) {
  holdfast::mutex a(connect(), own_key("a"));
  holdfast::mutex b(connect(), own_key("b"));
  const auto work = [&](auto& first, auto& second) {
    for (int round = 0; round < 5; ++round) const std::scoped_lock both(first, second);
  };
  std::jthread there([&] { work(a, b); });
  std::jthread back([&] { work(b, a); });
}

TEST(SharedMutex, ReadersTogetherOneWriterAlone) {
  holdfast::shared_mutex one(connect(), own_key());
  holdfast::shared_mutex two(connect(), own_key());
  {
    const std::shared_lock reader(one);
    const std::shared_lock another(two);
    const std::shared_lock of_the_same_object(one);
    EXPECT_FALSE(two.try_lock());
  }
  const std::unique_lock writer(two);
  EXPECT_FALSE(one.try_lock_shared());
  EXPECT_FALSE(one.try_lock_shared_for(20ms));
}

TEST(RecursiveMutex, CountsInTheHandle) {
  holdfast::recursive_mutex mutex(connect(), own_key());
  holdfast::mutex other(connect(), own_key());
  mutex.lock();
  EXPECT_TRUE(mutex.try_lock());
  mutex.unlock();
  EXPECT_FALSE(other.try_lock());
  mutex.unlock();
  EXPECT_TRUE(other.try_lock());
  other.unlock();
}

TEST(Acquire, AllKeysOrNone) {
  const auto locks = connect();
  auto both = locks.acquire({own_key("a"), own_key("b")});
  ASSERT_TRUE(both) << both.error().detail;
  EXPECT_EQ(both->keys().size(), 2u);
  EXPECT_GT(both->fencing_token(own_key("b")), 0u);
  EXPECT_EQ(both->fencing_token("another"), 0u);
  const auto refused = locks.acquire({own_key("b"), own_key("c")}, {.attempts = 2, .interval = 10ms});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), errc::held);
  EXPECT_NE(refused.error().detail.find(own_key("b")), std::string::npos) << refused.error().detail;
  EXPECT_TRUE(locks.try_acquire(own_key("c")));
  ASSERT_TRUE(both->release());
  EXPECT_FALSE(both->is_held());
  EXPECT_EQ(both->release().error(), errc::lost);
  EXPECT_TRUE(locks.acquire({own_key("b"), own_key("c")}));
}

TEST(Acquire, SaysWhoHolds) {
  const auto locks = holdfast::connect(setting("HOLDFAST_TEST_URL"), {.owner = "somebody"});
  const auto held = locks.acquire(own_key(), {.reason = "because"});
  ASSERT_TRUE(held);
  const auto holders = locks.holders(own_key());
  ASSERT_TRUE(holders);
  ASSERT_EQ(holders->size(), 1u);
  EXPECT_EQ(holders->front().owner, "somebody");
  EXPECT_EQ(holders->front().reason, "because");
  EXPECT_EQ(holders->front().lease, held->lease());
  EXPECT_EQ(holders->front().fencing_token, held->fencing_token());
  const auto refused = locks.try_acquire(own_key());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().detail.find("somebody"), std::string::npos) << refused.error().detail;
}

TEST(Acquire, ASemaphoreIsASharedLockWithALimit) {
  const auto locks = connect();
  const holdfast::lock_options one_of_two{.mode = holdfast::mode::shared, .limit = 2};
  const auto first = locks.acquire(own_key(), one_of_two);
  const auto second = locks.acquire(own_key(), one_of_two);
  const auto third = locks.acquire(own_key(), one_of_two);
  EXPECT_TRUE(first && second);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error(), errc::held);
  const auto other = locks.acquire(own_key(), {.mode = holdfast::mode::shared, .limit = 3});
  EXPECT_EQ(other.error(), errc::limit_mismatch);
}

TEST(Acquire, AStopEndsAWait) {
  const auto locks = connect();
  const auto held = locks.acquire(own_key());
  std::stop_source stop;
  std::jthread stopper([&] {
    std::this_thread::sleep_for(100ms);
    stop.request_stop();
  });
  const auto waited = locks.acquire(own_key(), {.wait = holdfast::forever, .stop = stop.get_token()});
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error(), errc::cancelled);
}

TEST(Acquire, MoreCallsThanLinesWaitInTurn) {
  const auto locks = connect();
  auto held = locks.acquire(own_key());
  ASSERT_TRUE(held);
  std::atomic<int> granted = 0;
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 20; ++i) {
    waiting.emplace_back([&] {
      if (locks.acquire(own_key(), {.wait = kPatience})) ++granted;
    });
  }
  std::this_thread::sleep_for(100ms);
  EXPECT_EQ(granted, 0);
  EXPECT_TRUE(held->release()) << "releases have a line of their own";
  waiting.clear();
  EXPECT_EQ(granted, 20);
}

TEST(Hold, IsRenewedInTheBackground) {
  const auto locks = connect();
  auto held = locks.acquire(own_key(), {.ttl = 600ms});
  ASSERT_TRUE(held);
  const auto first = held->valid_until();
  ASSERT_TRUE(becomes_true([&] { return *held->valid_until() > *first + 1s; }));
  EXPECT_TRUE(held->is_held());
  EXPECT_FALSE(held->lost().stop_requested());
}

TEST(Hold, ThatIsNotRenewedIsLostInTime) {
  const auto locks = connect();
  auto held = locks.acquire(own_key(), {.ttl = 300ms, .auto_renew = false});
  ASSERT_TRUE(held);
  const auto end = *held->valid_until();
  std::optional<holdfast::local_clock::time_point> told;
  const std::stop_callback callback(held->lost(), [&] { told = holdfast::local_clock::now(); });
  ASSERT_TRUE(becomes_true([&] { return held->lost().stop_requested(); }));
  EXPECT_GE(*told, end);
  EXPECT_FALSE(held->is_held());
  EXPECT_EQ(held->fencing_token(), 0u);
  EXPECT_FALSE(held->trouble().empty());
  auto next = locks.acquire(own_key(), {.wait = kPatience});
  ASSERT_TRUE(next);
  EXPECT_EQ(held->renew().error(), errc::lost);
  EXPECT_EQ(held->release().error(), errc::lost);
  EXPECT_TRUE(next->is_held()) << "a late release frees nobody else's lock";
  EXPECT_TRUE(next->renew());
}

TEST(Hold, CanBeRenewedByHandAndForLonger) {
  const auto locks = connect();
  auto held = locks.acquire(own_key(), {.ttl = 5s, .auto_renew = false});
  ASSERT_TRUE(held);
  ASSERT_TRUE(held->renew(60s));
  EXPECT_GT(*held->valid_until(), holdfast::local_clock::now() + 30s);
  ASSERT_TRUE(held->renew(holdfast::forever));
  EXPECT_FALSE(held->valid_until());
}

TEST(Hold, IsAtRiskAndThenLostWhenTheServerStandsStill) {
  const auto locks = connect();
  auto held = locks.acquire(own_key(), {.ttl = 2s});
  auto endless = locks.acquire(own_key("endless"), {.ttl = holdfast::forever});
  ASSERT_TRUE(held && endless);
  const auto risk = held->at_risk();
  {
    const Stopped stopped;
    ASSERT_TRUE(becomes_true([&] { return risk.stop_requested(); }));
    EXPECT_TRUE(held->is_held()) << "still certain";
    ASSERT_TRUE(becomes_true([&] { return held->lost().stop_requested(); }));
    EXPECT_FALSE(held->is_held());
    EXPECT_TRUE(endless->is_held());
    const auto begin = std::chrono::steady_clock::now();
    *held = holdfast::hold();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s) << "a destructor waits for two seconds";
  }
}

TEST(Hold, RecoversFromRisk) {
  const auto locks = connect();
  auto held = locks.acquire(own_key(), {.ttl = 6s});
  ASSERT_TRUE(held);
  const auto risk = held->at_risk();
  {
    const Stopped stopped;
    ASSERT_TRUE(becomes_true([&] { return risk.stop_requested(); }));
  }
  ASSERT_TRUE(becomes_true([&] { return !held->at_risk().stop_requested(); }));
  EXPECT_TRUE(held->is_held());
  EXPECT_TRUE(risk.stop_requested()) << "the token of that time";
}

TEST(Hold, IsToldWhenItsReleaseIsAskedFor) {
  const auto locks = connect();
  std::mutex guard;
  std::vector<holdfast::release_request> wishes;
  auto held = locks.acquire(own_key(), {.ttl = 600ms, .on_release_requested = [&](const auto& wish) {
                                          const std::lock_guard lock(guard);
                                          wishes.push_back(wish);
                                        }});
  ASSERT_TRUE(held);
  const std::string command =
      setting("HOLDFAST_BIN") + " request-release --reason hurry " + own_key() + " >/dev/null";
  ASSERT_EQ(std::system(command.c_str()), 0);
  ASSERT_TRUE(becomes_true([&] {
    const std::lock_guard lock(guard);
    return !wishes.empty();
  }));
  EXPECT_EQ(wishes.front().key, own_key());
  EXPECT_EQ(wishes.front().reason, "hurry");
}

TEST(Hold, MayBeReleasedByTheCallbackThatTellsItIsLost) {
  const auto locks = connect();
  auto held = locks.acquire(own_key(), {.ttl = 200ms, .auto_renew = false});
  ASSERT_TRUE(held);
  std::atomic<bool> released = false;
  const std::stop_callback callback(held->lost(), [&] {
    (void)held->release();
    released = true;
  });
  EXPECT_TRUE(becomes_true([&] { return released.load(); }));
}

TEST(Campaign, TheNextLeadsWhenOneResigns) {
  holdfast::campaign first(connect(), own_key(), {.reason = "first"});
  holdfast::campaign second(connect(), own_key(), {.reason = "second"});
  EXPECT_FALSE(*first.leader());
  ASSERT_TRUE(first.run());
  const auto token = first.fencing_token();
  std::jthread other([&] { EXPECT_TRUE(second.run()); });
  const auto leader = second.leader();
  ASSERT_TRUE(leader && *leader);
  EXPECT_EQ((*leader)->reason, "first");
  EXPECT_TRUE(first.resign());
  other.join();
  EXPECT_FALSE(first.leads());
  EXPECT_TRUE(second.leads());
  EXPECT_GT(second.fencing_token(), token);
}

TEST(Connect, SaysWhatIsWrong) {
  EXPECT_EQ(holdfast::try_connect("nonsense").error(), errc::invalid_argument);
  EXPECT_EQ(holdfast::try_connect("zookeeper://127.0.0.1").error(), errc::unsupported);
  EXPECT_THROW(holdfast::connect("http://"), holdfast::error);
  EXPECT_THROW(holdfast::connect("holdfast://a:b@c"), holdfast::error);
  const auto refused = connect().acquire("", {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), errc::invalid_argument) << refused.error().detail;
  for (const char* url : {"http://127.0.0.1:1", "holdfast://127.0.0.1:1"}) {
    const auto nobody = holdfast::connect(url).acquire("a", {.wait = 100ms});
    ASSERT_FALSE(nobody);
    EXPECT_EQ(nobody.error(), errc::unavailable) << nobody.error().detail;
  }
  holdfast::mutex mutex(holdfast::connect("http://127.0.0.1:1"), "a");
  EXPECT_THROW((void)mutex.try_lock_for(100ms), holdfast::error);
}

TEST(Connect, HoldsOutliveTheConnection) {
  auto held = connect().acquire(own_key(), {.ttl = 500ms});
  ASSERT_TRUE(held);
  const auto first = *held->valid_until();
  EXPECT_TRUE(becomes_true([&] { return *held->valid_until() > first; }));
}

}  // namespace
