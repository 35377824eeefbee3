#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "journal/file/faulty_directory.h"
#include "journal/file/file_journal.h"
#include "journal/file/log_scan.h"

namespace holdfast::journal::file {

// A data directory of its own and the verbs that the tests of the file journal are told in.
class FileJournalFixture : public testing::Test {
 protected:
  static constexpr OpenOptions kOptions{.segment_bytes = kMinSegmentBytes, .spare_segments = 1};

  void SetUp() override;
  void TearDown() override;

  std::string data() const { return (scratch_ / "data").string(); }
  std::string path_of(const std::string& name) const { return data() + "/" + name; }

  // The journal on the real disk, or on one that obeys `script`. Warnings go to warnings_.
  Result<std::unique_ptr<Journal>> try_open(const OpenOptions& options = kOptions);
  Result<std::unique_ptr<Journal>> try_open_with(Script script, const OpenOptions& options = kOptions);
  void open();
  void close() { journal_.reset(); }

  // Appends on the present head with a fresh id; the first form expects success.
  void append(std::string_view text);
  Result<Append> try_append(std::string_view text);

  void take_snapshot(std::string_view state);
  std::vector<std::string> entries_from(std::uint64_t first);

  // What recovery would say, without changing anything and without waiting for the disk.
  Result<LogScan> scan();
  // Waits until the listing satisfies `condition`; the background thread is at work meanwhile.
  void wait_for(const std::function<bool(const Listing&)>& condition);
  Listing listing();

  // The bytes of a closed journal's file.
  Bytes file_bytes(const std::string& name);
  void overwrite(const std::string& name, std::uint64_t offset, ByteView bytes);
  void flip(const std::string& name, std::uint64_t offset, std::uint8_t mask);

  std::filesystem::path scratch_;
  std::unique_ptr<Journal> journal_;
  std::vector<std::string> warnings_;
  std::uint64_t ids_ = 0;
};

}  // namespace holdfast::journal::file
