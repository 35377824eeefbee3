#include "service/request_tag.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

lock::Acquire asked() {
  lock::Acquire command;
  command.items = {{.key = "a"},
                   {.key = "b", .mode = lock::Mode::shared, .group = "g", .permits = 2, .limit = 4}};
  command.owner = "o";
  return command;
}

// Kills: an id over the request id alone, or over the two texts without a border between them.
TEST(RequestTag, IsThePrincipalsOwn) {
  std::set<std::array<std::uint64_t, 2>> ids;
  for (const auto& [principal, id] : std::vector<std::pair<std::string, std::string>>{
           {"", "ab"}, {"a", "b"}, {"ab", ""}, {"b", "a"}, {"", "b"}}) {
    const lock::RequestTag tag = tag_of(principal, id);
    EXPECT_TRUE(tag);
    ids.insert(tag.id);
  }
  EXPECT_EQ(ids.size(), 5u);
}

TEST(RequestTag, TheSameRequestHasTheSameTag) {
  EXPECT_EQ(tag_of("p", "r", asked()), tag_of("p", "r", asked()));
  EXPECT_EQ(tag_of("p", "r", asked()).id, tag_of("p", "r").id);
}

TEST(RequestTag, HowLongAndWhyAreLeftOut) {
  lock::Acquire retry = asked();
  retry.wait = lock::Millis(7);
  retry.reason = "again";
  retry.ttl = lock::Millis(1'000);
  EXPECT_EQ(tag_of("p", "r", retry), tag_of("p", "r", asked()));
}

TEST(RequestTag, EverythingElseIsInTheFingerprint) {
  const std::vector<std::function<void(lock::Acquire&)>> changes{
      [](auto& c) { c.items[0].key = "c"; },   [](auto& c) { c.items[0].mode = lock::Mode::shared; },
      [](auto& c) { c.items[1].group = "h"; }, [](auto& c) { c.items[1].permits = 3; },
      [](auto& c) { c.items[1].limit = 5; },   [](auto& c) { c.lease = lock::LeaseId{1}; },
      [](auto& c) { c.owner = "other"; },      [](auto& c) { std::swap(c.items[0], c.items[1]); },
      [](auto& c) { c.items.pop_back(); },
  };
  std::set<std::uint64_t> seen{tag_of("p", "r", asked()).fingerprint};
  for (const auto& change : changes) {
    lock::Acquire other = asked();
    change(other);
    EXPECT_TRUE(seen.insert(tag_of("p", "r", other).fingerprint).second) << "change " << seen.size();
  }
}

TEST(RequestTag, VerbsDiffer) {
  const lock::OpenLease open;
  const lock::Release release;
  EXPECT_NE(tag_of("p", "r", open), tag_of("p", "r", release));
  EXPECT_NE(tag_of("p", "r", lock::Acquire{}), tag_of("p", "r", open));
}

}  // namespace
}  // namespace holdfast::service
