#include "journal/journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "journal/journal_conformance.h"

namespace holdfast::journal {
namespace {

INSTANTIATE_TEST_SUITE_P(Memory, JournalConformance,
                         testing::Values(ConformanceEngine{.name = "memory",
                                                           .survives_reopen = false,
                                                           .url = [](const auto&) { return "memory:"; }}),
                         engine_name);

INSTANTIATE_TEST_SUITE_P(File, JournalConformance,
                         testing::Values(ConformanceEngine{.name = "file",
                                                           .url =
                                                               [](const std::filesystem::path& scratch) {
                                                                 return "file:" + (scratch / "data").string();
                                                               }}),
                         engine_name);

// The value is SHA-256 of 32 zero bytes and "abc", computed with sha256sum.
TEST(Chain, IsSha256OfThePreviousChainAndTheEntry) {
  std::string hex;
  for (const std::byte byte : next_chain(Chain{}, as_bytes("abc"))) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    hex += kDigits[static_cast<std::size_t>(byte) >> 4];
    hex += kDigits[static_cast<std::size_t>(byte) & 15];
  }
  EXPECT_EQ(hex, "365aa7d8f7f9402c4b9434502b4cc89ddb09fe50d7cd95b493b834c62d5a5370");
}

TEST(Registry, NamesTheKnownEnginesAndHidesTheRestOfTheUrl) {
  for (const char* url : {"tape://user:secret@host", "nonsense", ""}) {
    const auto opened = open(url, {}, [](std::string) {});
    ASSERT_FALSE(opened) << url;
    EXPECT_EQ(opened.error().code, Errc::unsupported);
    EXPECT_THAT(opened.error().message(), testing::HasSubstr("file:DIR, memory:"));
    EXPECT_THAT(opened.error().message(), testing::Not(testing::HasSubstr("secret")));
  }
  EXPECT_EQ(open("file:", {}, [](std::string) {}).error().code, Errc::unsupported);
  EXPECT_EQ(open("memory:here", {}, [](std::string) {}).error().code, Errc::unsupported);
}

}  // namespace
}  // namespace holdfast::journal
