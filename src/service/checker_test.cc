#include "service/checker.h"

#include <functional>

#include <gtest/gtest.h>

#include "lock/limits.h"

namespace holdfast::service {
namespace {

class CheckerTest : public testing::Test {
 protected:
  static AcquireRequest one(std::string key) {
    AcquireRequest request;
    request.keys.push_back({.key = std::move(key), .field = "key"});
    return request;
  }
  static AcquireRequest many(std::vector<std::string> keys) {
    AcquireRequest request;
    for (std::string& key : keys) {
      request.keys.push_back(
          {.key = std::move(key), .field = "keys[" + std::to_string(request.keys.size()) + "]"});
    }
    return request;
  }
  std::string handle() const {
    std::string out;
    handles.append(out, lock::LeaseId{5});
    return out;
  }
  // The field that the request is refused for; "" when it is taken.
  std::string fault_of(const AcquireRequest& request) const {
    const auto command = checker.acquire(caller, request);
    if (command) return "";
    EXPECT_EQ(command.error().code, Code::invalid_argument);
    EXPECT_FALSE(command.error().detail.empty());
    return command.error().field;
  }

  LeaseHandles handles{std::array<std::byte, 32>{}};
  Checker checker{handles, lock::Millis(30'000)};
  Caller caller{};
};

// A key that came twice would be decided twice against the same state, and granted twice.
TEST_F(CheckerTest, AnAcquireOfEachOfSeveralKeysNamesNoneTwice) {
  const auto fault_of_keys = [&](std::vector<std::string> keys) -> std::string {
    const auto command = checker.acquire_each(
        caller, {.keys = std::move(keys), .alias = {lock::Dialect::keys, "a"}, .ttl_ms = 1'000});
    return command ? "" : command.error().detail;
  };
  EXPECT_EQ(fault_of_keys({"a", "b"}), "");
  EXPECT_EQ(fault_of_keys({}), "");
  EXPECT_EQ(fault_of_keys({"b", "a", "b"}), "the key 'b' is named twice");
}

using Change = std::function<void(AcquireRequest&)>;
struct Case {
  const char* field;  // "": taken
  Change change;
};

TEST_F(CheckerTest, BoundsOfAcquire) {
  const lock::Mode shared = lock::Mode::shared;
  const std::vector<Case> cases{
      {"ttl_ms", [](auto& r) { r.ttl_ms = 99; }},
      {"", [](auto& r) { r.ttl_ms = 100; }},
      {"", [](auto& r) { r.ttl_ms = 86'400'000; }},
      {"ttl_ms", [](auto& r) { r.ttl_ms = 86'400'001; }},
      {"", [](auto& r) { r.ttl_ms = -1; }},
      {"ttl_ms", [](auto& r) { r.ttl_ms = -2; }},
      {"ttl_ms", [](auto& r) { r.ttl_ms = 0; }},
      {"ttl_ms", [](auto& r) { r.ttl_ms = INT64_MAX; }},
      {"", [](auto& r) { r.wait_ms = -1; }},
      {"wait_ms", [](auto& r) { r.wait_ms = -2; }},
      {"", [](auto& r) { r.wait_ms = 604'800'000; }},
      {"wait_ms", [](auto& r) { r.wait_ms = 604'800'001; }},
      {"", [](auto& r) { r.claim_ms = 100; }},
      {"claim_ms", [](auto& r) { r.claim_ms = 99; }},
      {"claim_ms", [](auto& r) { r.claim_ms = -1; }},
      {"", [](auto& r) { r.reattach_ms = 600'000; }},
      {"reattach_ms", [](auto& r) { r.reattach_ms = 600'001; }},
      {"reattach_ms", [](auto& r) { r.reattach_ms = -1; }},
      {"", [](auto& r) { r.owner = std::string(256, 'o'); }},
      {"owner", [](auto& r) { r.owner = std::string(257, 'o'); }},
      {"owner", [](auto& r) { r.owner = "a\nb"; }},
      {"", [](auto& r) { r.reason = std::string(1024, 'r'); }},
      {"reason", [](auto& r) { r.reason = std::string(1025, 'r'); }},
      {"", [](auto& r) { r.metadata = std::string(4096, ' '); }},
      {"metadata", [](auto& r) { r.metadata = std::string(4097, ' '); }},
      {"", [](auto& r) { r.request_id = std::string(128, 'i'); }},
      {"request_id", [](auto& r) { r.request_id = std::string(129, 'i'); }},
      {"request_id", [](auto& r) { r.request_id = ""; }},
      {"group", [](auto& r) { r.how.group = "g"; }},
      {"permits", [](auto& r) { r.how.permits = 1; }},
      {"limit", [](auto& r) { r.how.limit = 1; }},
      {"",
       [=](auto& r) { r.how = {.mode = shared, .group = std::string(64, 'g'), .permits = 2, .limit = 2}; }},
      {"group", [=](auto& r) { r.how = {.mode = shared, .group = std::string(65, 'g')}; }},
      {"permits", [=](auto& r) { r.how = {.mode = shared, .permits = 0}; }},
      {"permits", [=](auto& r) { r.how = {.mode = shared, .permits = -1}; }},
      {"", [=](auto& r) { r.how = {.mode = shared, .permits = 1'000'000}; }},
      {"permits", [=](auto& r) { r.how = {.mode = shared, .permits = 1'000'001}; }},
      {"permits", [=](auto& r) { r.how = {.mode = shared, .permits = std::int64_t{1} << 32 | 1}; }},
      {"limit", [=](auto& r) { r.how = {.mode = shared, .limit = 0}; }},
      {"limit", [=](auto& r) { r.how = {.mode = shared, .limit = 1'000'001}; }},
      {"limit", [=](auto& r) { r.how = {.mode = shared, .permits = 3, .limit = 2}; }},
      {"keys", [](auto& r) { r.keys.clear(); }},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    AcquireRequest request = one("deploy/prod");
    cases[i].change(request);
    EXPECT_EQ(fault_of(request), cases[i].field) << "case " << i;
  }
}

TEST_F(CheckerTest, KeysMustBeKeysAndDistinct) {
  for (const std::string& bad : {std::string(), std::string("/a"), std::string("a//b"), std::string("a/.."),
                                 std::string(513, 'k'), std::string("a\x01"), std::string("\xff")}) {
    EXPECT_EQ(fault_of(one(bad)), "key") << bad;
  }
  EXPECT_EQ(fault_of(one(std::string(512, 'k'))), "");
  EXPECT_EQ(fault_of(many({"a", "b", "a/b"})), "");
  EXPECT_EQ(fault_of(many({"a", "b", "a"})), "keys[2]");
  EXPECT_EQ(fault_of(many({"a", "b/"})), "keys[1]");
  std::vector<std::string> keys;
  for (int i = 0; i < 256; ++i) keys.push_back("k" + std::to_string(i));
  EXPECT_EQ(fault_of(many(keys)), "");
  keys.push_back("one-more");
  EXPECT_EQ(fault_of(many(keys)), "keys");
}

TEST_F(CheckerTest, AnItemTakesFromTheRequestWhatItDoesNotSay) {
  AcquireRequest request = many({"a", "b", "c"});
  request.how = {.mode = lock::Mode::shared, .group = "all", .permits = 2, .limit = 8};
  request.keys[1].how = {.group = "write", .permits = 3};
  request.keys[2].how.mode = lock::Mode::exclusive;
  const auto command = checker.acquire(caller, request);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->items[0], (lock::Item{"a", lock::Mode::shared, "all", 2, 8}));
  EXPECT_EQ(command->items[1], (lock::Item{"b", lock::Mode::shared, "write", 3, 8}));
  EXPECT_EQ(command->items[2], (lock::Item{"c", lock::Mode::exclusive, "", 1, 0}));
}

// Kills: two names for the default group, which would keep its holders apart.
TEST_F(CheckerTest, TheDefaultGroupHasOneForm) {
  AcquireRequest request = many({"a", "b"});
  request.how.mode = lock::Mode::shared;
  request.keys[1].how.group = "read";
  const auto command = checker.acquire(caller, request);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->items[0].group, "");
  EXPECT_EQ(command->items[1].group, "");
}

TEST_F(CheckerTest, AnExclusiveItemSaysNothingOfSharing) {
  AcquireRequest request = many({"a"});
  request.keys[0].how.permits = 2;
  EXPECT_EQ(fault_of(request), "keys[0].permits");
}

TEST_F(CheckerTest, LeaseComesInAsAHandleAndKeepsItsTtl) {
  AcquireRequest request = one("a");
  request.lease = handle();
  const auto command = checker.acquire(caller, request);
  ASSERT_TRUE(command);
  EXPECT_EQ(command->lease, lock::LeaseId{5});
  request.ttl_ms = 1000;
  EXPECT_EQ(fault_of(request), "ttl_ms");
  request.ttl_ms.reset();
  request.lease = "5";
  EXPECT_EQ(checker.acquire(caller, request).error().code, Code::lease_gone);
}

TEST_F(CheckerTest, DefaultsAndDurations) {
  const auto command = checker.acquire(caller, one("a"));
  ASSERT_TRUE(command);
  EXPECT_EQ(command->ttl, lock::Millis(30'000));
  EXPECT_EQ(command->wait, lock::Millis(0));
  EXPECT_FALSE(command->request);
  EXPECT_EQ(checker.open_lease(caller, {})->ttl, lock::Millis(30'000));
  EXPECT_FALSE(checker.renew(caller, {.lease = handle()})->ttl);
  EXPECT_EQ(checker.renew(caller, {.lease = handle(), .ttl_ms = 99}).error().field, "ttl_ms");
  EXPECT_EQ(checker.open_lease(caller, {.ttl_ms = 99}).error().field, "ttl_ms");
}

TEST_F(CheckerTest, Release) {
  EXPECT_EQ(checker.release(caller, {.lease = handle()})->lease, lock::LeaseName(lock::LeaseId{5}));
  EXPECT_EQ(checker.release(caller, {.lease = handle(), .keys = {{}}}).error().field, "keys");
  EXPECT_EQ(checker.release(caller, {.lease = handle(), .keys = {{"a", "a"}}}).error().field, "keys");
  EXPECT_EQ(checker.release(caller, {.lease = handle(), .keys = {{"a", "/"}}}).error().field, "keys[1]");
  EXPECT_EQ(checker.release(caller, {.lease = handle(), .keep_for_ms = -1}).error().field, "keep_for_ms");
  EXPECT_EQ(checker.release(caller, {.lease = handle(), .keep_for_ms = 86'400'001}).error().field,
            "keep_for_ms");
  EXPECT_EQ(checker.release(caller, {.lease = "x"}).error().code, Code::lease_gone);
  EXPECT_EQ(checker.cancel(caller, {.request_id = ""}).error().field, "request_id");
}

}  // namespace
}  // namespace holdfast::service
