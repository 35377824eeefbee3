#include "api/network.h"

#include <gtest/gtest.h>

namespace holdfast::api {
namespace {

asio::ip::address address(const char* text) {
  return asio::ip::make_address(text);
}

TEST(Network, ContainsWhatHasItsPrefix) {
  struct Case {
    const char* network;
    const char* inside;
    const char* outside;
  };
  for (const Case& c :
       {Case{"10.0.0.0/8", "10.255.0.1", "11.0.0.1"}, Case{"10.0.0.0/9", "10.127.1.1", "10.128.0.0"},
        Case{"192.0.2.7", "192.0.2.7", "192.0.2.6"}, Case{"fd00::/8", "fdff::1", "fe00::1"},
        Case{"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"}, Case{"::1", "::1", "::2"},
        Case{"10.0.0.0/8", "::ffff:10.1.1.1", "::ffff:11.1.1.1"}, Case{"0.0.0.0/0", "9.9.9.9", "::1"}}) {
    const auto network = Network::parse(c.network);
    ASSERT_TRUE(network) << c.network;
    EXPECT_TRUE(network->contains(address(c.inside))) << c.network;
    EXPECT_FALSE(network->contains(address(c.outside))) << c.network;
  }
}

TEST(Network, RefusesTheRest) {
  for (const char* bad : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.1/8",
                          "example.org", "fd00::/129", "fd00::1/64", "10.0.0.0/8/8", "unix"}) {
    EXPECT_FALSE(Network::parse(bad)) << bad;
  }
}

TEST(TrustedProxies, TrustWhomTheyName) {
  TrustedProxies proxies;
  EXPECT_FALSE(proxies.trust(address("127.0.0.1")));
  EXPECT_FALSE(proxies.trust(std::nullopt));
  proxies.networks.push_back(*Network::parse("127.0.0.0/8"));
  EXPECT_TRUE(proxies.trust(address("127.0.0.1")));
  EXPECT_FALSE(proxies.trust(std::nullopt));
  proxies.unix_sockets = true;
  EXPECT_TRUE(proxies.trust(std::nullopt));
}

}  // namespace
}  // namespace holdfast::api
