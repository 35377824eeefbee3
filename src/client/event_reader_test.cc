#include "client/event_reader.h"

#include <vector>

#include <gtest/gtest.h>

namespace holdfast::client {
namespace {

const std::string kStream =
    "retry: 1000\nid: 1-5\n\n"
    "id: 1-7\nevent: granted\ndata: {\"a\":1}\n\n"
    ": still here\nid: 1-9\n\n"
    "id: 1-10\r\nevent: released\r\ndata: x\r\ndata: y\r\n\r\n"
    "id: 1-11\nevent: gra";

TEST(EventReader, ReadsTheSameHoweverItArrives) {
  for (std::size_t piece = 1; piece <= kStream.size(); ++piece) {
    std::vector<std::string> seen;
    EventReader reader([&](const EventReader::Message& message) {
      seen.push_back(message.kind + " " + message.data);
      return true;
    });
    for (std::size_t at = 0; at < kStream.size(); at += piece) {
      EXPECT_TRUE(reader.feed(std::string_view(kStream).substr(at, piece)));
    }
    EXPECT_EQ(seen, (std::vector<std::string>{"granted {\"a\":1}", "released x\ny"}));
    EXPECT_EQ(reader.last_id(), "1-10");
  }
}

TEST(EventReader, AnEventThatIsNotTakenIsNotPassed) {
  EventReader reader([](const EventReader::Message&) { return false; });
  EXPECT_FALSE(reader.feed(kStream));
  EXPECT_EQ(reader.last_id(), "1-5");
}

}  // namespace
}  // namespace holdfast::client
