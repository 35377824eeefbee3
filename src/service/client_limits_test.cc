#include "service/client_limits.h"

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

class SetClock : public MonotonicClock {
 public:
  std::chrono::nanoseconds now() const override { return at; }
  std::chrono::nanoseconds at{0};
};

TEST(ClientLimits, WithoutQuotaNothingIsCounted) {
  SetClock clock;
  ClientLimits limits(clock);
  const auto connection = limits.connect("192.0.2.1");
  EXPECT_TRUE(connection && limits.wait("192.0.2.1", 1'000) && !limits.admit("192.0.2.1"));
  EXPECT_EQ(limits.clients(), 0u);
}

TEST(ClientLimits, AShareIsGivenBackByItsEnd) {
  SetClock clock;
  ClientLimits limits(clock);
  limits.set({.connections = 2});
  auto first = limits.connect("192.0.2.1");
  const auto second = limits.connect("192.0.2.1");
  const auto third = limits.connect("192.0.2.1");
  ASSERT_TRUE(first && second && !third);
  EXPECT_EQ(third.error().code, Code::too_many_requests);
  EXPECT_TRUE(limits.connect("192.0.2.2")) << "another client";
  first->release();
  EXPECT_TRUE(limits.connect("192.0.2.1"));
}

TEST(ClientLimits, WaitsCountTheirKeys) {
  SetClock clock;
  ClientLimits limits(clock);
  limits.set({.waits = 10});
  const auto eight = limits.wait("::1", 8);
  EXPECT_TRUE(eight);
  EXPECT_FALSE(limits.wait("::1", 3));
  EXPECT_TRUE(limits.wait("::1", 2));
}

TEST(ClientLimits, RequestsComeBackWithTime) {
  SetClock clock;
  ClientLimits limits(clock);
  limits.set({.requests = 5});
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limits.admit("192.0.2.1")) << i;
  EXPECT_TRUE(limits.admit("192.0.2.1"));
  clock.at = std::chrono::milliseconds(200);
  EXPECT_FALSE(limits.admit("192.0.2.1"));
  EXPECT_TRUE(limits.admit("192.0.2.1"));
  clock.at = std::chrono::hours(1);
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limits.admit("192.0.2.1")) << i;
  EXPECT_TRUE(limits.admit("192.0.2.1")) << "an hour saves up no more than a second";
}

TEST(ClientLimits, AnIpv6NetworkIsOneClient) {
  SetClock clock;
  ClientLimits limits(clock);
  limits.set({.requests = 1});
  EXPECT_FALSE(limits.admit("2001:db8::1"));
  EXPECT_TRUE(limits.admit("2001:db8::2"));
  EXPECT_FALSE(limits.admit("2001:db8:0:1::1"));
}

TEST(ClientLimits, ClientsThatUseNothingAreForgotten) {
  SetClock clock;
  ClientLimits limits(clock);
  limits.set({.connections = 1, .requests = 1});
  const auto kept = limits.connect("192.0.2.1");
  for (unsigned i = 0; i < 9'999; ++i) EXPECT_FALSE(limits.admit("10.0." + std::to_string(i)));
  EXPECT_EQ(limits.clients(), 10'000u);
  clock.at = std::chrono::seconds(1);
  EXPECT_FALSE(limits.admit("192.0.2.9"));
  EXPECT_EQ(limits.clients(), 2u);
  EXPECT_FALSE(limits.connect("192.0.2.1")) << "one that has a connection is not forgotten";
}

}  // namespace
}  // namespace holdfast::service
