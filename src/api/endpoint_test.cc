#include "api/endpoint.h"

#include <gtest/gtest.h>

namespace holdfast::api {
namespace {

TEST(Endpoint, ReadsWhatItWrites) {
  for (const char* text :
       {"127.0.0.1:7420", "[::1]:7420", "0.0.0.0:1", "unix:/run/holdfast/http.sock", "[::]:0"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(to_text(*endpoint), text);
  }
  EXPECT_EQ(to_text(*parse_endpoint("localhost:80")), "127.0.0.1:80");
}

TEST(Endpoint, RefusesTheRest) {
  for (const std::string& bad :
       {std::string(), std::string("7420"), std::string(":7420"), std::string("127.0.0.1"),
        std::string("127.0.0.1:"), std::string("127.0.0.1:65536"), std::string("127.0.0.1:-1"),
        std::string("127.0.0.1:7420x"), std::string("::1:7420"), std::string("[127.0.0.1]:1"),
        std::string("example.org:1"), std::string("unix:"), "unix:/" + std::string(200, 'p')}) {
    EXPECT_FALSE(parse_endpoint(bad)) << bad;
  }
}

TEST(Endpoint, KnowsWhatIsLocal) {
  for (const char* local : {"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "unix:a"}) {
    EXPECT_TRUE(is_local(*parse_endpoint(local))) << local;
  }
  for (const char* open : {"0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[fe80::1]:1"}) {
    EXPECT_FALSE(is_local(*parse_endpoint(open))) << open;
  }
}

}  // namespace
}  // namespace holdfast::api
