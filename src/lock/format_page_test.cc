// Catches an event or a record that docs/format/events.md does not describe.

#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "lock/event.h"
#include "lock/record_codec.h"

namespace holdfast::lock {
namespace {

// The numbers that begin the rows of the tables between two headings.
std::multiset<std::size_t> rows(const std::string& from, const std::string& to) {
  std::ifstream page(std::filesystem::path(HOLDFAST_SOURCE_DIR) / "docs/format/events.md");
  std::multiset<std::size_t> numbers;
  bool inside = false;
  for (std::string line; std::getline(page, line);) {
    if (line == from) inside = true;
    if (line == to) inside = false;
    if (inside && line.starts_with("| ") && line[2] >= '0' && line[2] <= '9') {
      numbers.insert(std::stoul(line.substr(2)));
    }
  }
  return numbers;
}

std::multiset<std::size_t> up_to(std::size_t last) {
  std::multiset<std::size_t> numbers;
  for (std::size_t number = 1; number <= last; ++number) numbers.insert(number);
  return numbers;
}

TEST(FormatPage, HasEveryEvent) {
  EXPECT_EQ(rows("## Events", "## Snapshot"), up_to(std::variant_size_v<Event>));
}

TEST(FormatPage, HasEveryRecord) {
  EXPECT_EQ(rows("## Snapshot", "## Digest"), up_to(static_cast<std::size_t>(RecordKind::document)));
}

}  // namespace
}  // namespace holdfast::lock
