#include "cli/serve/setting_values.h"

#include <gtest/gtest.h>

namespace holdfast::cli {
namespace {

using std::chrono::milliseconds;

TEST(SettingValues, ListenersAreLocal) {
  for (const char* good : {"127.0.0.1:0", "[::1]:7420", "unix:/run/h.sock", "localhost:1"}) {
    EXPECT_TRUE(read_listener(good)) << good;
  }
  for (const char* open : {"0.0.0.0:7420", "[::]:7420", "10.0.0.1:7420"}) {
    const auto listener = read_listener(open);
    ASSERT_FALSE(listener) << open;
    EXPECT_NE(listener.error().detail.find("authentication"), std::string::npos);
  }
}

TEST(SettingValues, Sizes) {
  EXPECT_EQ(*read_size("0"), 0u);
  EXPECT_EQ(*read_size("1048576"), 1u << 20);
  EXPECT_EQ(*read_size("500KiB"), 500u << 10);
  EXPECT_EQ(*read_size("1GiB"), 1u << 30);
  EXPECT_EQ(*read_size("16777215TiB"), 16777215ull << 40);
  EXPECT_EQ(*read_size("1MiB", 1u << 20, 1u << 21), 1u << 20);
  EXPECT_FALSE(read_size("1048575", 1u << 20, 1u << 21));
  EXPECT_FALSE(read_size("2097153", 1u << 20, 1u << 21));
  for (const char* bad : {"", "GiB", "1GB", "1 GiB", "-1", "1.5GiB", "16777216TiB", "99999999999999999999"}) {
    EXPECT_FALSE(read_size(bad)) << bad;
  }
}

TEST(SettingValues, NumbersAndBooleans) {
  EXPECT_EQ(*read_number("7", 1, 10), 7u);
  for (const char* bad : {"", "0", "11", "-1", "7x", "1e1"}) EXPECT_FALSE(read_number(bad, 1, 10)) << bad;
  EXPECT_TRUE(*read_boolean("true"));
  EXPECT_FALSE(*read_boolean("false"));
  for (const char* bad : {"", "yes", "1", "TRUE"}) EXPECT_FALSE(read_boolean(bad)) << bad;
}

TEST(SettingValues, Durations) {
  EXPECT_EQ(*read_duration("1s", milliseconds(1)), milliseconds(1000));
  EXPECT_FALSE(read_duration("0", milliseconds(1)));
  EXPECT_FALSE(read_duration("3651d", milliseconds(1)));
  EXPECT_EQ(*read_default_ttl("none"), milliseconds(-1));
  EXPECT_FALSE(read_default_ttl("99ms"));
  EXPECT_FALSE(read_default_ttl("25h"));
}

TEST(SettingValues, BasePaths) {
  EXPECT_EQ(*read_base_path("/locks"), "/locks");
  EXPECT_EQ(*read_base_path("/a/b-c.d"), "/a/b-c.d");
  EXPECT_EQ(*read_base_path("/"), "");
  for (const char* bad :
       {"", "locks", "/locks/", "//", "/a//b", "/..", "/a/./b", "/a?b", "/a b", "/%61", "/a\n"}) {
    EXPECT_FALSE(read_base_path(bad)) << bad;
  }
}

TEST(SettingValues, Urls) {
  EXPECT_EQ(*read_advertise("https://locks.example.org/base/"), "https://locks.example.org/base");
  for (const char* bad :
       {"", "locks.example.org", "ftp://a", "https://", "https://u@a", "https://a?b", "https://a#b"}) {
    EXPECT_FALSE(read_advertise(bad)) << bad;
  }
  for (const char* good : {"https://console.example.org", "http://localhost:5173", "https://[::1]:444"}) {
    EXPECT_EQ(*read_origin(good), good);
  }
  for (const char* bad :
       {"*", "null", "https://a/", "https://A", "https://a:443", "http://a:80", "a", "https://a/b"}) {
    EXPECT_FALSE(read_origin(bad)) << bad;
  }
}

TEST(SettingValues, TrustedProxies) {
  api::TrustedProxies proxies;
  EXPECT_TRUE(read_trusted_proxy("unix", proxies));
  EXPECT_TRUE(read_trusted_proxy("10.0.0.0/8", proxies));
  EXPECT_FALSE(read_trusted_proxy("everybody", proxies));
  EXPECT_TRUE(proxies.unix_sockets);
  EXPECT_EQ(proxies.networks.size(), 1u);
}

TEST(SettingValues, PasswordsAreMasked) {
  EXPECT_EQ(mask_password("postgres://user:secret@host/db"), "postgres://user:***@host/db");
  EXPECT_EQ(mask_password("redis://:p@ss@host:6379"), "redis://:***@host:6379");
  for (const char* open :
       {"file:./a:b@c", "postgres://user@host:5432/db", "etcd://h1:2379,h2:2379/p@q", "memory:"}) {
    EXPECT_EQ(mask_password(open), open);
  }
}

}  // namespace
}  // namespace holdfast::cli
