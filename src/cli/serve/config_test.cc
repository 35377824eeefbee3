#include "cli/serve/config.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/serve/setting.h"

namespace holdfast::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class ConfigTest : public testing::Test {
 protected:
  ConfigTest() : path_(testing::TempDir() + "holdfast_config_test.toml") { write(""); }
  ~ConfigTest() override { std::filesystem::remove(path_); }

  void write(std::string_view text) { std::ofstream(path_, std::ios::binary) << text; }

  Result<Config> read() const {
    return Config::read(ConfigSources{flags_,
                                      [this](const char* name) -> std::optional<std::string> {
                                        const auto found = environment_.find(name);
                                        if (found == environment_.end()) return std::nullopt;
                                        return found->second;
                                      },
                                      path_});
  }

  std::string fault() const {
    const auto config = read();
    return config ? "" : config.error().detail;
  }

  void flag(std::string_view name, std::vector<std::string> values) {
    flags_[find_setting(name)->name] = Told{std::move(values), "--" + std::string(name)};
  }

  const std::string path_;
  Layer flags_;
  std::map<std::string, std::string> environment_;
};

TEST_F(ConfigTest, DefaultsAreGood) {
  const auto config = read();
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->settings().journal_url(), "file:./holdfast-data");
  EXPECT_EQ(config->settings().default_ttl, lock::Millis(30'000));
  EXPECT_EQ(config->settings().history_keep, std::chrono::days(7));
  EXPECT_EQ(config->settings().history_bytes, 1u << 30);
  EXPECT_EQ(config->settings().segment_bytes, 32u << 20);
  EXPECT_EQ(config->settings().snapshot_bytes, 64u << 20);
  EXPECT_EQ(config->settings().slow_operation, lock::Millis(1000));
  EXPECT_EQ(config->settings().max_connections, 10'240u);
  ASSERT_EQ(config->settings().listen.size(), 1u);
  EXPECT_EQ(api::to_text(config->settings().listen.front()), "127.0.0.1:7420");
  EXPECT_TRUE(config->settings().cors_origins.empty());
}

TEST_F(ConfigTest, FlagBeatsEnvironmentBeatsFileBeatsDefault) {
  write("data = \"file\"\nlog-level = \"warn\"\ndefault-ttl = \"7s\"\nmax-connections = 5\n");
  environment_["HOLDFAST_DATA"] = "environment";
  environment_["HOLDFAST_LOG_LEVEL"] = "error";
  flag("data", {"flag"});
  const auto config = read();
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->settings().data, "flag");
  EXPECT_EQ(config->told("data")->origin, "--data");
  EXPECT_EQ(config->settings().log_level, "error");
  EXPECT_EQ(config->told("log-level")->origin, "HOLDFAST_LOG_LEVEL");
  EXPECT_EQ(config->settings().default_ttl, lock::Millis(7000));
  EXPECT_EQ(config->told("default-ttl")->origin, path_ + ":3");
  EXPECT_EQ(config->settings().max_connections, 5u);
  EXPECT_EQ(config->told("log-format")->origin, "default");
  EXPECT_EQ(config->told("journal"), nullptr);
}

TEST_F(ConfigTest, ListsAreReplaced) {
  write("listen = [\"127.0.0.1:1\", \"unix:a\"]\ncors-origin = \"https://a\"\n");
  EXPECT_EQ(read()->settings().listen.size(), 2u);
  EXPECT_THAT(read()->settings().cors_origins, ElementsAre("https://a"));
  environment_["HOLDFAST_LISTEN"] = "127.0.0.1:3,127.0.0.1:4,[::1]:5";
  EXPECT_EQ(read()->settings().listen.size(), 3u);
  flag("listen", {"unix:b"});
  EXPECT_EQ(read()->settings().listen.size(), 1u);
}

TEST_F(ConfigTest, ErrorsNameSourceAndSetting) {
  write("data = \"a\"\n\nlisten = [\"127.0.0.1:1\", \"0.0.0.0:1\"]\n");
  EXPECT_THAT(fault(), StartsWith(path_ + ":3: listen: '0.0.0.0:1' is no loopback"));
  environment_["HOLDFAST_LISTEN"] = "0.0.0.0:2";
  EXPECT_THAT(fault(), StartsWith("HOLDFAST_LISTEN: '0.0.0.0:2'"));
  flag("listen", {"0.0.0.0:3"});
  EXPECT_THAT(fault(), StartsWith("--listen: '0.0.0.0:3'"));
}

TEST_F(ConfigTest, UnknownKeysAreErrors) {
  write("data = \"a\"\nlisen = \"127.0.0.1:1\"\n");
  EXPECT_EQ(fault(), path_ + ":2: unknown key 'lisen', did you mean 'listen'?");
  write("default_ttl = \"1s\"\n");
  EXPECT_THAT(fault(), HasSubstr("'default-ttl'"));
  write("\n[server]\ndata = \"a\"\n");
  EXPECT_EQ(fault(), path_ + ":2: unknown key 'server'");
}

TEST_F(ConfigTest, NamesWithDotsAreTables) {
  write("[dialects.keys]\nenabled = false\ndefault_ttl_ms = 250\n");
  const auto config = read();
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_FALSE(config->settings().dialects.keys.enabled);
  EXPECT_EQ(config->settings().dialects.keys.default_ttl, lock::Millis(250));
  environment_["HOLDFAST_DIALECTS_KEYS_DEFAULT_TTL_MS"] = "-1";
  EXPECT_EQ(read()->settings().dialects.keys.default_ttl, lock::kNoExpiry);
  environment_.clear();
  write("[dialects.keys]\nenable = false\n");
  EXPECT_EQ(fault(), path_ + ":2: unknown key 'dialects.keys.enable', did you mean 'dialects.keys.enabled'?");
  write("[dialects.kees]\nenabled = false\n");
  EXPECT_THAT(fault(), StartsWith(path_ + ":1: unknown key 'dialects.kees'"));
  write("dialects.keys.default_ttl_ms = 99");
  EXPECT_THAT(fault(), StartsWith(path_ + ":1: dialects.keys.default_ttl_ms: "));
}

TEST_F(ConfigTest, WrongFormsAreErrors) {
  write("max-connections = \"5\"\n");
  EXPECT_EQ(fault(), path_ + ":1: max-connections is a number");
  write("insecure-plaintext = \"true\"\n");
  EXPECT_EQ(fault(), path_ + ":1: insecure-plaintext is true or false");
  write("data = [\"a\"]\n");
  EXPECT_EQ(fault(), path_ + ":1: data is a string");
  write("listen = [5]\n");
  EXPECT_THAT(fault(), StartsWith(path_ + ":1: listen is a string, or a list"));
  write("listen = []\n");
  EXPECT_THAT(fault(), HasSubstr("list is empty"));
  write("max-connections = -1\n");
  EXPECT_THAT(fault(), HasSubstr("'-1' is not a number from 1"));
  write("data = \n");
  EXPECT_THAT(fault(), StartsWith(path_ + ":1: "));
  write("data = \"a\"\ndata = \"b\"\n");
  EXPECT_THAT(fault(), StartsWith(path_ + ":2: "));
  write(std::string((1 << 20) + 1, '\n'));
  EXPECT_THAT(fault(), HasSubstr("at most"));
  std::filesystem::remove(path_);
  EXPECT_THAT(fault(), HasSubstr(path_));
}

TEST_F(ConfigTest, WhatGoesTogether) {
  flag("tls-cert", {"a.pem"});
  EXPECT_THAT(fault(), HasSubstr("tls-key"));
  flag("tls-key", {"a.key"});
  EXPECT_EQ(fault(), "");
  flags_.clear();
  flag("tls-client-ca", {"ca.pem"});
  EXPECT_THAT(fault(), HasSubstr("needs tls-cert"));
}

TEST_F(ConfigTest, DifferencesAreNamedInTheTablesOrder) {
  const auto before = read();
  write("log-level = \"warn\"\njournal = \"memory:\"\ndata = \"./holdfast-data\"\n");
  EXPECT_THAT(before->differences(*read()), ElementsAre("journal", "log-level"));
  EXPECT_TRUE(read()->differences(*read()).empty());
}

TEST_F(ConfigTest, WhatIsPrintedIsRead) {
  environment_["HOLDFAST_LISTEN"] = "127.0.0.1:3,unix:/run/\"odd\"\\name";
  flag("data", {"dir with spaces # and ' and \" and \t"});
  flag("insecure-plaintext", {"true"});
  flag("cors-origin", {"https://a", "https://b"});
  const auto printed = read();
  ASSERT_TRUE(printed) << printed.error().detail;
  const std::string text = to_toml(*printed);
  EXPECT_THAT(text, HasSubstr("# HOLDFAST_LISTEN"));
  EXPECT_THAT(text, HasSubstr("max-connections = 10240  # default\n"));
  EXPECT_THAT(text, HasSubstr("# journal =  # no value\n"));
  environment_.clear();
  flags_.clear();
  write(text);
  const auto again = read();
  ASSERT_TRUE(again) << again.error().detail << "\n" << text;
  EXPECT_TRUE(again->differences(*printed).empty());
}

TEST_F(ConfigTest, SecretsAreMasked) {
  flag("journal", {"postgres://user:hush@host/db"});
  EXPECT_THAT(to_toml(*read()), HasSubstr("postgres://user:***@host/db"));
}

TEST(Settings, EachHasAnEnvironmentNameOfItsOwn) {
  EXPECT_EQ(environment_name("default-ttl"), "HOLDFAST_DEFAULT_TTL");
  for (const Setting& setting : serve_settings()) EXPECT_EQ(find_setting(setting.name), &setting);
  EXPECT_EQ(find_setting("config"), nullptr);
}

}  // namespace
}  // namespace holdfast::cli
