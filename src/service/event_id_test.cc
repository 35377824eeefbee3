#include "service/event_id.h"

#include <gtest/gtest.h>

namespace holdfast::service {
namespace {

TEST(EventId, HasOneForm) {
  std::string text;
  append_event_id(text, {3, lock::Revision{1ull << 52}});
  EXPECT_EQ(text, "3-4503599627370496");
  EXPECT_EQ(parse_event_id(text), (EventId{3, lock::Revision{1ull << 52}}));
  EXPECT_EQ(parse_event_id("1-0"), (EventId{1, lock::Revision{0}}));
}

TEST(EventId, RefusesEverythingElse) {
  for (const char* text : {"", "-", "1", "1-", "-1", "0-1", "01-1", "1-01", "1-+1", "1--1", " 1-1", "1-1 ",
                           "1-1-1", "1-99999999999999999999", "a-1", "1-b"}) {
    EXPECT_EQ(parse_event_id(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace holdfast::service
