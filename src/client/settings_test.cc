#include "client/settings.h"

#include <cstdio>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

Environment environment(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const char* name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Settings, TakeFlagBeforeEnvironmentBeforeDefault) {
  EXPECT_EQ(read_settings("", environment({}))->server.text(), kDefaultServer);
  const auto set = environment({{"HOLDFAST_SERVER", "http://b:1"}});
  EXPECT_EQ(read_settings("", set)->server.text(), "http://b:1");
  EXPECT_EQ(read_settings("http://a:1", set)->server.text(), "http://a:1");
}

TEST(Settings, ReadTheKeyFromVariableOrFile) {
  EXPECT_EQ(read_settings("", environment({{"HOLDFAST_API_KEY", "hf_a"}}))->api_key, "hf_a");
  const std::string path = testing::TempDir() + "holdfast-settings-test-key";
  std::ofstream(path) << "hf_b\r\nsecond line\n";
  EXPECT_EQ(read_settings("", environment({{"HOLDFAST_API_KEY_FILE", path}}))->api_key, "hf_b");
  EXPECT_TRUE(read_settings("", environment({{"HOLDFAST_API_KEY", "a"}, {"HOLDFAST_API_KEY_FILE", path}}))
                  .has_error());
  std::remove(path.c_str());
  EXPECT_TRUE(read_settings("", environment({{"HOLDFAST_API_KEY_FILE", path}})).has_error());
}

TEST(Settings, RefuseAKeyThatWouldBreakTheHeader) {
  EXPECT_TRUE(read_settings("", environment({{"HOLDFAST_API_KEY", "a\r\nX-Evil: 1"}})).has_error());
  EXPECT_TRUE(read_settings("", environment({{"HOLDFAST_API_KEY", "a b"}})).has_error());
}

TEST(Settings, ReadTheTlsFiles) {
  const auto settings = read_settings(
      "", environment({{"HOLDFAST_CA", "ca"}, {"HOLDFAST_CERT", "cert"}, {"HOLDFAST_CERT_KEY", "key"}}));
  EXPECT_EQ(settings->tls.ca, "ca");
  EXPECT_EQ(settings->tls.cert, "cert");
  EXPECT_EQ(settings->tls.key, "key");
}

}  // namespace
}  // namespace holdfast::client
