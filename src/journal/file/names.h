#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.h"
#include "journal/file/directory.h"
#include "journal/objects.h"

// The names in the directory of a file journal; docs/format/file-journal.md lists them.

namespace holdfast::journal::file {

inline constexpr std::string_view kMarkerName = "holdfast-journal";
inline constexpr std::string_view kMarkerText = "holdfast file journal, format 1\n";
inline constexpr std::string_view kPartialSuffix = ".partial";

std::string segment_name(std::uint64_t ordinal);
std::string spare_name(std::uint64_t random);
std::string snapshot_name(std::uint64_t sequence);
std::string object_name(const ObjectId& id);
std::string partial_name(const std::string& name);

// What a directory holds, each list in ascending order.
struct Listing {
  bool marker = false;
  std::vector<std::uint64_t> segments;   // ordinals
  std::vector<std::uint64_t> snapshots;  // sequences
  std::vector<ObjectId> objects;
  std::vector<std::string> spares;
  std::vector<std::string> partial;  // unfinished files of ours: never part of the journal
  std::vector<std::string> foreign;
};

Result<Listing> list_journal(Directory& directory);

// Whether the directory is a journal of the known format, or may become one. Errc::not_a_journal when it
// holds something else or another format version, Errc::damaged when its segments are gone.
enum class Presence { fresh, present };
Result<Presence> identify(Directory& directory, const Listing& listing);

}  // namespace holdfast::journal::file
