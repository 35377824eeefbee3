// Pool, list, index, timers and text, each against the plainest model of it.

#include <map>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "lock/index.h"
#include "lock/key_order.h"
#include "lock/pool.h"
#include "lock/ref_list.h"
#include "lock/text.h"
#include "lock/timers.h"

namespace holdfast::lock {
namespace {

struct Node {
  std::uint64_t id = 0;
  Link<Node> link;
  std::uint32_t timer = 0;
  Text name;
};
using List = RefList<Node, &Node::link>;

TEST(Pool, KeepsRecordsInPlaceWhileItGrowsAndShrinks) {
  Pool<Node> pool;
  std::map<std::uint32_t, std::pair<const Node*, std::uint64_t>> model;
  std::mt19937_64 random(1);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    if (model.empty() || random() % 5 < 3) {
      const Ref<Node> ref = pool.create();
      ASSERT_TRUE(ref);
      ASSERT_EQ(pool[ref].id, 0u) << "a used slot is made anew";
      pool[ref].id = i;
      pool[ref].name = Text("some text that owns memory");
      ASSERT_TRUE(model.emplace(ref.number, std::pair(&pool[ref], i)).second)
          << "a live slot is given out again";
    } else {
      auto at = model.lower_bound(static_cast<std::uint32_t>(random() % pool.slots()));
      if (at == model.end()) at = model.begin();
      pool.destroy({at->first});
      model.erase(at);
    }
    ASSERT_EQ(pool.size(), model.size());
  }
  std::size_t live = 0;
  for (std::size_t slot = 0; slot < pool.slots(); ++slot) {
    const Ref<Node> ref = Pool<Node>::ref_of_slot(slot);
    const auto at = model.find(ref.number);
    ASSERT_EQ(pool.at_slot(slot) != nullptr, at != model.end());
    if (at == model.end()) continue;
    ++live;
    ASSERT_EQ(&pool[ref], at->second.first);
    ASSERT_EQ(pool[ref].id, at->second.second);
  }
  EXPECT_EQ(live, model.size());
}

TEST(RefList, LinksAsAVectorWould) {
  Pool<Node> pool;
  List list;
  std::vector<Ref<Node>> model;
  std::mt19937_64 random(2);
  for (int i = 0; i < 2'000; ++i) {
    const std::size_t place = model.empty() ? 0 : random() % model.size();
    const auto at = model.begin() + static_cast<std::ptrdiff_t>(place);
    switch (random() % 5) {
      case 0:
        model.push_back(pool.create()), list.push_back(pool, model.back());
        break;
      case 1:
        model.insert(model.begin(), pool.create()), list.push_front(pool, model.front());
        break;
      case 2: {
        const Ref<Node> ref = pool.create();
        list.insert_after(pool, model.empty() ? Ref<Node>{} : *at, ref);
        model.insert(model.empty() ? model.begin() : at + 1, ref);
        break;
      }
      default:
        if (model.empty()) break;
        list.remove(pool, *at);
        pool.destroy(*at);
        model.erase(at);
    }
    std::vector<Ref<Node>> forward;
    for (Ref<Node> ref = list.front(); ref; ref = List::next(pool, ref)) forward.push_back(ref);
    ASSERT_EQ(forward, model);
    std::vector<Ref<Node>> backward;
    for (Ref<Node> ref = list.back(); ref; ref = List::previous(pool, ref))
      backward.insert(backward.begin(), ref);
    ASSERT_EQ(backward, model);
    ASSERT_EQ(list.empty(), model.empty());
  }
}

struct NodeId {
  std::uint64_t operator()(const Node& node) const { return node.id; }
};

TEST(Index, FindsWhatIsThereAndNothingElse) {
  Pool<Node> pool;
  Index<Node, NodeId> index(pool);
  std::map<std::uint64_t, Ref<Node>> model;
  std::mt19937_64 random(3);
  for (int i = 0; i < 50'000; ++i) {
    const std::uint64_t id = random() % 4'000;
    const auto at = model.find(id);
    ASSERT_EQ(index.find(id), at == model.end() ? Ref<Node>{} : at->second);
    if (at == model.end()) {
      const Ref<Node> ref = pool.create();
      pool[ref].id = id;
      index.insert(id, ref);
      model.emplace(id, ref);
    } else {
      index.erase(id);
      pool.destroy(at->second);
      model.erase(at);
    }
    ASSERT_EQ(index.size(), model.size());
  }
}

struct Position {
  Pool<Node>* pool;
  std::uint32_t& operator()(TimerTarget target) const { return (*pool)[Ref<Node>{target.number}].timer; }
};

TEST(Timers, GiveTheEarliestOfAll) {
  Pool<Node> pool;
  Timers<Position> timers(Position{&pool});
  std::map<TimerTarget, JournalTime> model;
  std::vector<Ref<Node>> nodes;
  for (int i = 0; i < 300; ++i) nodes.push_back(pool.create());
  std::mt19937_64 random(4);
  for (int i = 0; i < 50'000; ++i) {
    const Ref<Node> node = nodes[random() % nodes.size()];
    const TimerTarget target{TimerKind::waiter, node.number};
    const JournalTime deadline = random() % 3 == 0 ? kNever : JournalTime(Millis(random() % 1'000));
    timers.set(target, deadline);
    model.erase(target);
    if (deadline != kNever) model.emplace(target, deadline);
    JournalTime earliest = kNever;
    for (const auto& [of, at] : model) earliest = std::min(earliest, at);
    ASSERT_EQ(timers.earliest(), earliest);
    ASSERT_EQ(timers.empty(), model.empty());
    ASSERT_EQ(timers.entries().size(), model.size());
    if (!model.empty()) {
      ASSERT_EQ(model.at(timers.earliest_target()), earliest);
    }
    ASSERT_EQ(pool[node].timer != 0, deadline != kNever) << "a record without a deadline has no timer";
  }
}

TEST(Timers, DrainInOrderOfDeadlineThenTarget) {
  Pool<Node> pool;
  Timers<Position> timers(Position{&pool});
  std::set<std::pair<JournalTime, TimerTarget>> model;
  std::mt19937_64 random(5);
  for (int i = 0; i < 1'000; ++i) {
    const TimerTarget target{TimerKind::lease, pool.create().number};
    const JournalTime deadline{Millis(random() % 50)};
    timers.set(target, deadline);
    model.emplace(deadline, target);
  }
  for (const auto& [deadline, target] : model) {
    ASSERT_EQ(timers.earliest(), deadline);
    ASSERT_EQ(timers.earliest_target(), target);
    timers.set(target, kNever);
  }
  EXPECT_TRUE(timers.empty());
}

// Far more locks than may wait to be put in order, and lists at any time.
TEST(KeyOrder, IsTheOrderOfTheKeysWheneverItIsAskedFor) {
  Pool<Lock> pool;
  KeyOrder order(pool);
  std::map<std::string, Ref<Lock>, std::less<>> model;
  std::mt19937_64 random(7);
  for (int step = 0; step < 60'000; ++step) {
    const std::string key = "lock/" + std::to_string(random() % 20'000);
    if (const auto found = model.find(key); found == model.end()) {
      const Ref<Lock> ref = pool.create();
      pool[ref].key = Text(key);
      order.add(ref);
      model.emplace(key, ref);
    } else if (random() % 3 != 0) {
      order.remove(found->second);
      pool.destroy(found->second);
      model.erase(found);
    }
    ASSERT_EQ(order.size(), model.size());
    if (random() % 500 != 0) continue;
    const bool including = random() % 2 == 0;
    const auto next = including ? model.lower_bound(key) : model.upper_bound(key);
    ASSERT_EQ(order.next(key, including), next == model.end() ? Ref<Lock>{} : next->second);
  }
  std::string at;
  for (const auto& [key, ref] : model) {
    ASSERT_EQ(order.next(at, false), ref);
    at = key;
  }
  EXPECT_FALSE(order.next(at, false));
}

TEST(Text, HoldsAnyBytesUpToItsLimitAndNothingForNone) {
  EXPECT_TRUE(Text().empty());
  EXPECT_TRUE(Text("").empty());
  EXPECT_EQ(Text("").view(), "");
  EXPECT_EQ(sizeof(Text), sizeof(void*));
  for (const std::size_t size : {1ul, 2ul, 255ul, 256ul, 65'535ul}) {
    const std::string bytes(size, '\0');
    EXPECT_EQ(Text(bytes).view(), bytes);
  }
  Text from("abc");
  Text to("before");
  to = std::move(from);
  EXPECT_EQ(to.view(), "abc");
  Text moved(std::move(to));
  EXPECT_EQ(moved.view(), "abc");
}

TEST(TextDeathTest, RefusesMoreThanItsLengthCanSay) {
  EXPECT_DEATH(Text(std::string(65'536, 'x')), "UINT16_MAX");
}

}  // namespace
}  // namespace holdfast::lock
