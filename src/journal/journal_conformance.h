#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/journal.h"

// The suite that every engine passes. An engine's test file instantiates it with how to name a fresh journal:
//   INSTANTIATE_TEST_SUITE_P(Memory, JournalConformance, testing::Values(ConformanceEngine{…}), engine_name);

namespace holdfast::journal {

struct ConformanceEngine {
  std::string name;
  bool survives_reopen = true;
  // The URL of a journal; `scratch` is a directory of this test's own.
  std::function<std::string(const std::filesystem::path& scratch)> url;
};

inline std::string engine_name(const testing::TestParamInfo<ConformanceEngine>& info) {
  return info.param.name;
}

// A different id for every number.
AppendId append_id(std::uint64_t number);

class JournalConformance : public testing::TestWithParam<ConformanceEngine> {
 protected:
  void SetUp() override;
  void TearDown() override;

  void open_journal();
  void reopen();

  // Appends on the present head and expects success.
  void append(std::string_view text);
  // Every entry from `first` on, as texts; numbers must follow each other.
  std::vector<std::string> entries_from(std::uint64_t first);
  void take_snapshot(std::string_view state);
  std::string snapshot_state();

  std::filesystem::path scratch_;
  std::unique_ptr<Journal> journal_;
  std::uint64_t ids_ = 0;
};

}  // namespace holdfast::journal
