#include "client/server_url.h"

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

TEST(ServerUrl, TakesHttpHttpsAndUnixSockets) {
  EXPECT_EQ(ServerUrl::parse("http://127.0.0.1:7420")->base(), "http://127.0.0.1:7420");
  EXPECT_EQ(ServerUrl::parse("https://locks.example.org/base/")->base(), "https://locks.example.org/base");
  EXPECT_EQ(ServerUrl::parse("http://[::1]:7420/")->base(), "http://[::1]:7420");
  const auto unix_url = ServerUrl::parse("unix:/run/holdfast/http.sock");
  EXPECT_EQ(unix_url->unix_socket(), "/run/holdfast/http.sock");
  EXPECT_EQ(unix_url->text(), "unix:/run/holdfast/http.sock");
}

TEST(ServerUrl, RefusesWhatItCannotReach) {
  for (const char* text : {"", "localhost:7420", "ftp://host", "http://", "unix:relative", "http://h/?a=b",
                           "http://user:secret@host", "http://h:port"}) {
    EXPECT_TRUE(ServerUrl::parse(text).has_error()) << text;
  }
}

TEST(Encoding, KeepsSlashesOfKeysInPathsOnly) {
  EXPECT_EQ(encode_path("deploy/prod eu?#%"), "deploy/prod%20eu%3F%23%25");
  EXPECT_EQ(encode_query("deploy/&x=1+2"), "deploy%2F%26x%3D1%2B2");
  EXPECT_EQ(encode_path("sch\xc3\xb6n"), "sch%C3%B6n");
}

}  // namespace
}  // namespace holdfast::client
