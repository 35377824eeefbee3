#include "api/http/forwarded.h"

#include <gtest/gtest.h>

namespace holdfast::api::http {
namespace {

const std::string kPeer = "10.0.0.1";

TrustedProxies proxies() {
  TrustedProxies out;
  out.networks.push_back(*Network::parse("10.0.0.0/8"));
  out.networks.push_back(*Network::parse("fd00::/8"));
  return out;
}

std::string client(std::string forwarded, std::string forwarded_for) {
  Request request;
  request.forwarded = std::move(forwarded);
  request.forwarded_for = std::move(forwarded_for);
  return forwarded_client(request, proxies(), kPeer);
}

TEST(Forwarded, TheLastHopThatIsNoProxyIsTheClient) {
  EXPECT_EQ(client("", ""), kPeer);
  EXPECT_EQ(client("", "192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(client("", "1.1.1.1, 192.0.2.7, 10.0.0.9"), "192.0.2.7");
  EXPECT_EQ(client("", "10.0.0.7,10.0.0.9"), "10.0.0.7");
  EXPECT_EQ(client("", "192.0.2.7:4711"), "192.0.2.7");
  EXPECT_EQ(client("", "[2001:db8::7]:4711 , fd00::9"), "2001:db8::7");
  EXPECT_EQ(client("", "2001:db8::7"), "2001:db8::7");
}

TEST(Forwarded, ReadsTheStandardHeader) {
  EXPECT_EQ(client("for=192.0.2.7", ""), "192.0.2.7");
  EXPECT_EQ(client("for=1.1.1.1, For=\"192.0.2.7:80\";proto=https;by=10.0.0.9, for=10.0.0.9", ""),
            "192.0.2.7");
  EXPECT_EQ(client("proto=https ; for=\"[2001:db8::7]:80\"", ""), "2001:db8::7");
}

TEST(Forwarded, WhatIsNoAddressEndsTheSearch) {
  EXPECT_EQ(client("", "1.1.1.1, unknown"), kPeer);
  EXPECT_EQ(client("", "1.1.1.1, nonsense, 10.0.0.9"), "10.0.0.9");
  EXPECT_EQ(client("for=1.1.1.1, for=_hidden", ""), kPeer);
  EXPECT_EQ(client("for=1.1.1.1, proto=http", ""), kPeer);
  EXPECT_EQ(client("", "1.1.1.1,,"), kPeer);
  EXPECT_EQ(client("", "["), kPeer);
}

TEST(Forwarded, WhereTheHeadersDisagreeNeitherIsBelieved) {
  EXPECT_EQ(client("for=192.0.2.7", "192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(client("for=6.6.6.6", "192.0.2.7"), kPeer);
}

}  // namespace
}  // namespace holdfast::api::http
