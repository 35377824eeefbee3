#include "service/lease_handle.h"

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

std::array<std::byte, 32> secret(unsigned char first) {
  std::array<std::byte, 32> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = std::byte(first + i);
  return bytes;
}

std::string handle_of(const LeaseHandles& handles, std::uint64_t id) {
  std::string out;
  handles.append(out, lock::LeaseId{id});
  return out;
}

// The same bytes from `printf 42 | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f -binary | head -c
// 16`.
TEST(LeaseHandles, AreIdAndTruncatedHmac) {
  const LeaseHandles handles(secret(0));
  EXPECT_EQ(handle_of(handles, 42), "42.ffmJkksuv4gyyAgC0SE6ig");
}

TEST(LeaseHandles, ProveTheirOwnIdOnly) {
  const LeaseHandles handles(secret(0));
  const std::string good = handle_of(handles, 42);
  EXPECT_EQ(handles.check(good), lock::LeaseId{42});
  EXPECT_EQ(handles.check(handle_of(handles, 18446744073709551615u)), lock::LeaseId{18446744073709551615u});
  EXPECT_FALSE(handles.check("43" + good.substr(2)));
  EXPECT_FALSE(LeaseHandles(secret(1)).check(good));
  for (std::size_t at = 3; at < good.size(); ++at) {
    std::string bent = good;
    bent[at] = bent[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(handles.check(bent)) << bent;
  }
}

TEST(LeaseHandles, RefuseEveryOtherShape) {
  const LeaseHandles handles(secret(0));
  const std::string good = handle_of(handles, 42);
  const std::string proof = good.substr(3);
  for (const std::string& bad : {std::string(), std::string("."), std::string("42"), std::string("42."),
                                 "." + proof, proof, good + "A", good.substr(0, good.size() - 1),
                                 "042." + proof, "+42." + proof, " 42." + proof, "0." + proof, "42x." + proof,
                                 "18446744073709551616." + proof, good + "\n", "42.." + proof.substr(1)}) {
    EXPECT_FALSE(handles.check(bad)) << bad;
  }
}

TEST(LeaseId, HasOneForm) {
  EXPECT_EQ(parse_lease_id("7"), lock::LeaseId{7});
  for (const char* bad : {"", "0", "07", "-7", "+7", "7 ", "7x", "x", "18446744073709551616"}) {
    EXPECT_FALSE(parse_lease_id(bad)) << bad;
  }
}

}  // namespace
}  // namespace holdfast::service
