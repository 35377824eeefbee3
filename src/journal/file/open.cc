#include "journal/file/open.h"

#include <algorithm>

#include <fmt/format.h>

#include "journal/file/file_journal.h"

// How a FileJournal comes up: lock, look, then make a new journal or recover the one that is there.

namespace holdfast::journal::file {

Result<std::unique_ptr<Journal>> open(std::string_view path, const OpenOptions& options,
                                      const std::function<void(std::string)>& warn) {
  if (path.empty()) return Error{Errc::unsupported, "file: needs a directory, as in file:/var/lib/holdfast"};
  auto directory = open_directory(std::string(path), options.create);
  if (!directory) return directory.error();
  return FileJournal::open(std::move(*directory), options, warn);
}

FileJournal::FileJournal(std::unique_ptr<Directory> directory, const OpenOptions& options, const Warn& warn)
    : directory_(std::move(directory)), options_(options), mode_(warn), writer_(*directory_, mode_) {
  options_.segment_bytes = std::max(kMinSegmentBytes, round_up_to_block(options.segment_bytes));
}

Result<std::unique_ptr<Journal>> FileJournal::open(std::unique_ptr<Directory> directory,
                                                   const OpenOptions& options, const Warn& warn) {
  std::unique_ptr<FileJournal> journal(new FileJournal(std::move(directory), options, warn));
  if (auto started = journal->start(warn); !started) return started.error();
  return journal;
}

Result<void> FileJournal::start(const Warn& warn) {
  if (auto locked = directory_->lock(); !locked) return locked.error();
  auto listing = list_journal(*directory_);
  if (!listing) return listing.error();
  const auto presence = identify(*directory_, *listing);
  if (!presence) return presence.error();
  if (*presence == Presence::fresh && !options_.create) {
    return Error{Errc::not_a_journal, directory_->path() + " holds no journal"};
  }
  auto snapshots = SnapshotStore::open(*directory_, *listing);
  if (!snapshots) return snapshots.error();
  snapshots_ = std::move(*snapshots);
  // Recovery comes before anything is changed: a damaged directory stays as it was found.
  if (*presence == Presence::present) {
    if (auto recovered = recover(*listing, warn); !recovered) return recovered.error();
  }
  for (const std::string& name : listing->partial) {
    if (auto removed = directory_->remove(name); !removed) return removed.error();
  }
  auto spares = usable_spares(*listing);
  if (!spares) return spares.error();
  const std::size_t fresh = *presence == Presence::fresh ? 1 : 0;
  if (auto made = make_pool(std::move(*spares), options_.spare_segments + fresh, warn); !made)
    return made.error();
  if (fresh != 0) {
    if (auto rolled = roll(); !rolled) return rolled.error();
  }
  // The marker is written last: with it, missing segments are damage; without it, this is begun again.
  if (!listing->marker) {
    if (auto marked = write_marker(); !marked) return marked.error();
  }
  // Names that a killed process left behind count from here on, so they must be durable.
  return directory_->sync();
}

Result<void> FileJournal::recover(const Listing& listing, const Warn& warn) {
  const auto snapshots = snapshots_->kept();
  auto scan = scan_log(*directory_, listing, {.snapshots = snapshots});
  if (!scan) return scan.error();
  if (!scan->damages.empty()) return damage_error(*directory_, scan->damages.front(), kLogRemedy);
  if (scan->torn_tail) {
    warn(
        fmt::format("{} at offset {}: cut the last record, which is not whole: most likely it was being "
                    "written at a crash and "
                    "was never acknowledged",
                    directory_->path_of(segment_name(scan->segments.back().ordinal)), scan->end_offset));
  }
  if (auto resumed = writer_.resume(*scan); !resumed) return resumed.error();
  for (const std::uint64_t ordinal : scan->leftover) leftover_.push_back(segment_name(ordinal));
  segments_ = std::move(scan->segments);
  end_ = scan->end;
  appended_ = scan->entry_bytes_after_snapshot;
  return {};
}

Result<std::vector<std::string>> FileJournal::usable_spares(const Listing& listing) {
  std::vector<std::string> spares;
  for (const std::string& name : listing.spares) {
    auto file = directory_->open(name, {});
    if (!file) return file.error();
    const auto size = (*file)->size();
    if (!size) return size.error();
    if (*size == options_.segment_bytes) {
      spares.push_back(name);
    } else if (auto removed = directory_->remove(name); !removed) {
      return removed.error();
    }
  }
  return spares;
}

Result<void> FileJournal::make_pool(std::vector<std::string> spares, std::size_t count, const Warn& warn) {
  const SegmentPool::Options options{
      .segment_bytes = options_.segment_bytes, .target = options_.spare_segments, .direct = mode_.direct()};
  pool_ = std::make_unique<SegmentPool>(*directory_, options, std::move(spares));
  const auto filled = pool_->fill(count);
  if (!filled && filled.error().code != Errc::no_space) return filled.error();
  // The log may have room for a long time yet; reserve() will say when it has not.
  if (!filled) warn("no space to make spare segments: " + filled.error().message());
  pool_->start();
  pool_->recycle(std::move(leftover_), options_.spare_segments + segments_.size());
  return {};
}

Result<void> FileJournal::write_marker() {
  const std::string name(kMarkerName);
  auto file = directory_->open(partial_name(name), {.access = OpenMode::Access::create});
  if (!file) return file.error();
  if (auto written = (*file)->write(0, as_bytes(kMarkerText)); !written) return written.error();
  if (auto synced = (*file)->sync(); !synced) return synced.error();
  return directory_->rename(partial_name(name), name);
}

}  // namespace holdfast::journal::file
