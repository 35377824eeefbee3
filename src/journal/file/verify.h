#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "journal/file/damage.h"
#include "journal/journal.h"

namespace holdfast::journal::file {

// What `holdfast verify DIR` tells of a data directory.
struct VerifyReport {
  Head head;                         // the last entry that could be read
  std::uint64_t first_sequence = 0;  // the oldest entry kept
  std::uint64_t segments = 0;
  std::uint64_t records = 0;
  std::uint64_t entry_bytes = 0;
  std::vector<SnapshotInfo> snapshots;  // the sound ones, oldest first
  std::uint64_t objects = 0;            // the sound ones
  bool torn_tail = false;               // the next start will cut a record that was never acknowledged
  std::vector<Damage> damages;          // empty when all is well
};

// Reads every record and snapshot of a stopped journal, computes every checksum and chain, and changes
// nothing. Errors: Errc::in_use while a server runs on it, not_a_journal, unsupported, or errno of a failed
// read.
Result<VerifyReport> verify(const std::string& path);
Result<VerifyReport> verify(Directory& directory);

}  // namespace holdfast::journal::file
