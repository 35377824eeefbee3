#include "api/http/browser_guard.h"

#include <gtest/gtest.h>

#include "api/http/cors.h"

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
    EXPECT_EQ(guard_against_browsers(request(Verb::get, bad), {}, true)->code, Code::permission_denied)
        << bad;
    EXPECT_FALSE(guard_against_browsers(request(Verb::get, bad), {}, false)) << bad;
  }
}

TEST(BrowserGuard, HostIsThereOnce) {
  Request none = request(Verb::get, "");
  none.host_count = 0;
  EXPECT_EQ(guard_against_browsers(none, {}, true)->code, Code::invalid_argument);
  none.http_1_1 = false;
  EXPECT_FALSE(guard_against_browsers(none, {}, true));
  Request two = request(Verb::get, "localhost");
  two.host_count = 2;
  EXPECT_EQ(guard_against_browsers(two, {}, false)->code, Code::invalid_argument);
}

TEST(BrowserGuard, ForeignPagesChangeNothing) {
  const std::string host = "127.0.0.1:7420";
  for (const char* origin : {"http://evil.example", "null", "http://127.0.0.1:7421", "127.0.0.1:7420",
                             "ftp://127.0.0.1:7420", "http://127.0.0.1:7420/"}) {
    EXPECT_TRUE(guard_against_browsers(request(Verb::post, host, origin), {}, true)) << origin;
    EXPECT_TRUE(guard_against_browsers(request(Verb::delete_, host, origin), {}, true)) << origin;
    EXPECT_FALSE(guard_against_browsers(request(Verb::get, host, origin), {}, true)) << origin;
  }
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, host, "http://127.0.0.1:7420"), {}, true));
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, host), {}, true));
  EXPECT_TRUE(guard_against_browsers(request(Verb::post, host, "", "cross-site"), {}, true));
  EXPECT_TRUE(guard_against_browsers(request(Verb::post, host, "", "same-site"), {}, true));
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, host, "", "same-origin"), {}, true));
}

TEST(BrowserGuard, TheAdvertisedHostIsItsOwn) {
  const BrowserRules rules("https://locks.example.org/base", {});
  const std::string host = "Locks.example.org";
  EXPECT_FALSE(guard_against_browsers(request(Verb::get, host), rules, true));
  EXPECT_FALSE(guard_against_browsers(request(Verb::get, host + ":8443"), rules, true));
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, host), rules, true));
  EXPECT_TRUE(guard_against_browsers(request(Verb::get, "locks.example.org.evil"), rules, true));
  EXPECT_TRUE(guard_against_browsers(request(Verb::get, "example.org"), rules, true));
  const std::string inner = "127.0.0.1:7420";
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, inner, "https://locks.example.org"), rules, true));
  for (const char* other :
       {"http://locks.example.org", "https://locks.example.org:8443", "https://example.org"}) {
    EXPECT_TRUE(guard_against_browsers(request(Verb::post, inner, other), rules, true)) << other;
  }
  EXPECT_FALSE(BrowserRules("unix:/run/h.sock", {}).is_own_host(""));
  EXPECT_FALSE(BrowserRules("", {}).is_own_origin(""));
}

TEST(BrowserGuard, NamedOriginsAreLetIn) {
  const BrowserRules rules("", {"https://console.example.org", "http://localhost:5173"});
  const std::string host = "127.0.0.1:7420";
  EXPECT_FALSE(guard_against_browsers(request(Verb::post, host, "https://console.example.org", "cross-site"),
                                      rules, true));
  EXPECT_FALSE(
      guard_against_browsers(request(Verb::post, host, "http://localhost:5173", "same-site"), rules, true));
  EXPECT_TRUE(guard_against_browsers(request(Verb::post, host, "https://example.org"), rules, true));
  EXPECT_TRUE(
      guard_against_browsers(request(Verb::post, "evil.example", "http://localhost:5173"), rules, true));
  EXPECT_FALSE(rules.is_shared_with(""));
}

TEST(Cors, OnlyNamedOriginsMayReadAndAsk) {
  const BrowserRules rules("", {"https://a.example"});
  Request asking = request(Verb::options, "localhost", "https://a.example");
  EXPECT_FALSE(asks_for_leave(asking, rules));
  asking.is_preflight = true;
  EXPECT_TRUE(asks_for_leave(asking, rules));
  std::string lines;
  append_sharing(lines, asking, rules);
  EXPECT_TRUE(lines.starts_with("Access-Control-Allow-Origin: https://a.example\r\n"));
  EXPECT_TRUE(lines.ends_with("Vary: Origin\r\n"));
  asking.origin = "https://b.example";
  EXPECT_FALSE(asks_for_leave(asking, rules));
  lines.clear();
  append_sharing(lines, asking, rules);
  EXPECT_EQ(lines, "");
}

}  // namespace
}  // namespace holdfast::api::http
