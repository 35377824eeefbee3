#include "api/dialects/terraform/lock_info.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace holdfast::api::terraform {
namespace {

constexpr std::string_view kInfo =
    R"({"ID":"6e2c", "Operation":"OperationTypePlan","Info":"","Who":"ann@host","Version":"1.5.7",)"
    R"("Created":"2026-11-22T03:19:21.005Z","Path":""})";

std::string text_of(const std::string& json, const char* member) {
  return boost::json::value_to<std::string>(boost::json::parse(json).at(member));
}

TEST(LockInfo, IsReadAndKeptInOneLine) {
  const auto info = read_lock_info(kInfo, {});
  ASSERT_TRUE(info);
  EXPECT_EQ(info->id, "6e2c");
  EXPECT_EQ(info->who, "ann@host");
  EXPECT_EQ(info->operation, "OperationTypePlan");
  EXPECT_EQ(boost::json::parse(info->json), boost::json::parse(kInfo));
  EXPECT_EQ(read_lock_info("{\n\"ID\":\"a\"}", {})->json, R"({"ID":"a"})");
}

TEST(LockInfo, RefusesWhatIsNone) {
  for (const char* body :
       {"", "[]", "{}", R"({"ID":""})", R"({"ID":7})", R"({"ID":"a","Who":[]})", "{", "x"}) {
    const auto info = read_lock_info(body, {});
    ASSERT_FALSE(info) << body;
    EXPECT_EQ(info.error().code, service::Code::invalid_argument) << body;
  }
  const std::string large = R"({"ID":"a","Info":")" + std::string(5'000, 'x') + "\"}";
  EXPECT_EQ(read_lock_info(large, {}).error().code, service::Code::too_large);
}

TEST(LockInfo, OfAnotherHolderIsItsOwn) {
  lock::HolderInfo holder;
  holder.dialect = lock::Dialect::terraform;
  holder.metadata = kInfo;
  EXPECT_EQ(lock_info_of({.holders = {holder}}), kInfo);
}

TEST(LockInfo, SaysWhoElseIsInTheWay) {
  lock::HolderInfo holder;
  holder.lease = lock::LeaseId{7};
  holder.owner = "deploy \"one\"";
  holder.acquired_at = lock::WallTime(lock::Millis(1'800'000'000'000));
  const std::string native = lock_info_of({.key = "terraform/a", .holders = {holder}});
  EXPECT_EQ(text_of(native, "ID"), "native:7");
  EXPECT_EQ(text_of(native, "Who"), "deploy \"one\"");
  EXPECT_EQ(text_of(native, "Created"), "2027-01-15T08:00:00.000Z");
  EXPECT_EQ(text_of(native, "Path"), "terraform/a");
  lock::WaiterInfo waiter;
  waiter.waiter = lock::WaiterId{9};
  EXPECT_EQ(text_of(lock_info_of({.blocked_by = {waiter}}), "ID"), "waiter:9");
  EXPECT_EQ(text_of(lock_info_of({}), "ID"), "closed");
}

}  // namespace
}  // namespace holdfast::api::terraform
