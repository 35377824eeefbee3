#include "api/http/browser_guard.h"

#include <gtest/gtest.h>

namespace holdfast::api::http {
namespace {

using service::Code;

Request request(Verb method, std::string host, std::string origin = "", std::string site = "") {
  Request out;
  out.method = method;
  out.host_count = 1;
  out.host = std::move(host);
  out.origin = std::move(origin);
  out.fetch_site = std::move(site);
  return out;
}

TEST(BrowserGuard, LoopbackHasLoopbackNames) {
  for (const char* good :
       {"localhost", "LOCALHOST:7420", "127.0.0.1", "127.0.0.1:7420", "127.1.2.3:1", "[::1]", "[::1]:7420"}) {
    EXPECT_TRUE(names_loopback(good)) << good;
  }
  for (const char* bad :
       {"", "example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "::1", "[::2]:7420",
        "localhost:x", "127.0.0.1:7420:1", "localhost@evil", "128.0.0.1", "127.0.0.1:123456"}) {
    EXPECT_FALSE(names_loopback(bad)) << bad;
    EXPECT_EQ(guard_against_browsers(request(Verb::get, bad), true)->code, Code::permission_denied) << bad;
    EXPECT_FALSE(guard_against_browsers(request(Verb::get, bad), false)) << bad;
  }
}

TEST(BrowserGuard, HostIsThereOnce) {
  Request none = request(Verb::get, "");
  none.host_count = 0;
  EXPECT_EQ(guard_against_browsers(none, true)->code, Code::invalid_argument);
  none.http_1_1 = false;
  EXPECT_FALSE(guard_against_browsers(none, true));
  Request two = request(Verb::get, "localhost");
  two.host_count = 2;
  EXPECT_EQ(guard_against_browsers(two, false)->code, Code::invalid_argument);
}

TEST(BrowserGuard, ForeignPagesChangeNothing) {
  const std::string host = "127.0.0.1:7420";
  for (const char* origin : {"http://evil.example", "null", "http://127.0.0.1:7421", "127.0.0.1:7420",
                             "ftp://127.0.0.1:7420", "http://127.0.0.1:7420/"}) {
    EXPECT_TRUE(guard_against_browsers(request(Verb::post, host, origin), true)) << origin;
    EXPECT_TRUE(guard_against_browsers(request(Verb::delete_, host, origin), true)) << origin;
    EXPECT_FALSE(guard_against_browsers(request(Verb::get, host, origin), true)) << origin;
  }
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, host, "http://127.0.0.1:7420"), true));
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, host), true));
  EXPECT_TRUE(guard_against_browsers(request(Verb::post, host, "", "cross-site"), true));
  EXPECT_TRUE(guard_against_browsers(request(Verb::post, host, "", "same-site"), true));
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, host, "", "same-origin"), true));
}

}  // namespace
}  // namespace holdfast::api::http
