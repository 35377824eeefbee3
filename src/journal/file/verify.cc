#include "journal/file/verify.h"

#include <algorithm>

#include "journal/file/log_scan.h"
#include "journal/file/names.h"
#include "journal/file/object_store.h"
#include "journal/file/snapshot_file.h"

namespace holdfast::journal::file {
namespace {

Result<void> unread(ByteView) {
  return {};
}

Result<void> check_snapshots(Directory& directory, const Listing& listing, VerifyReport& report) {
  for (const std::uint64_t sequence : listing.snapshots) {
    auto check = check_snapshot(directory, snapshot_name(sequence), unread);
    if (!check) return check.error();
    if (check->damage) {
      report.damages.push_back(*check->damage);
    } else if (check->info.head.sequence != sequence) {
      report.damages.push_back(
          {snapshot_name(sequence), 16, "the header names another entry than the file's name"});
    } else {
      report.snapshots.push_back(check->info);
    }
  }
  return {};
}

Result<void> check_objects(Directory& directory, const Listing& listing, VerifyReport& report) {
  for (const ObjectId& id : listing.objects) {
    auto check = check_snapshot(directory, object_name(id), unread);
    if (!check) return check.error();
    if (check->damage) {
      report.damages.push_back(*check->damage);
    } else if (!is_object(check->info, id)) {
      report.damages.push_back({object_name(id), 16, "the header names another object than the file's name"});
    } else {
      ++report.objects;
    }
  }
  return {};
}

}  // namespace

Result<VerifyReport> verify(const std::string& path) {
  auto directory = open_directory(path, false);
  if (!directory) return directory.error();
  return verify(**directory);
}

Result<VerifyReport> verify(Directory& directory) {
  if (auto locked = directory.lock(); !locked) return locked.error();
  const auto listing = list_journal(directory);
  if (!listing) return listing.error();
  const auto presence = identify(directory, *listing);
  if (!presence) return presence.error();
  if (*presence == Presence::fresh) return Error{Errc::not_a_journal, directory.path() + " holds no journal"};

  VerifyReport report;
  if (auto checked = check_snapshots(directory, *listing, report); !checked) return checked.error();
  if (auto checked = check_objects(directory, *listing, report); !checked) return checked.error();
  const std::span snapshots(report.snapshots);
  auto scan =
      scan_log(directory, *listing,
               {.snapshots = snapshots.last(std::min<std::size_t>(2, snapshots.size())), .everything = true});
  if (!scan) return scan.error();
  report.head = scan->end.head;
  report.first_sequence = scan->segments.empty() ? 0 : scan->segments.front().base_sequence + 1;
  report.segments = scan->segments.size();
  report.records = scan->records;
  report.entry_bytes = scan->entry_bytes;
  report.torn_tail = scan->torn_tail;
  std::ranges::move(scan->damages, std::back_inserter(report.damages));
  return report;
}

}  // namespace holdfast::journal::file
