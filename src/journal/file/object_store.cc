#include "journal/file/object_store.h"

#include <algorithm>
#include <cerrno>

#include "base/assert.h"
#include "journal/file/names.h"
#include "journal/file/snapshot_file.h"

namespace holdfast::journal::file {
namespace {

constexpr std::string_view kRemedy = "Restore a backup, or store what it was again";

Head head_of(const ObjectId& id) {
  Head head;
  std::ranges::copy(id, head.chain.begin());
  return head;
}

}  // namespace

bool is_object(const SnapshotInfo& info, const ObjectId& id) {
  return info.head == head_of(id);
}

Result<void> ObjectStore::put(const ObjectId& id, ByteView bytes) {
  HOLDFAST_ASSERT(bytes.size() <= kMaxObjectBytes);
  const std::string partial = partial_name(object_name(id));
  auto written = write(partial, id, bytes);
  // What is left behind by a failure here goes at the next start.
  if (!written) (void)directory_.remove(partial);
  return written;
}

Result<void> ObjectStore::write(const std::string& partial, const ObjectId& id, ByteView bytes) {
  auto file = SnapshotFileWriter::create(directory_, partial, head_of(id));
  if (!file) return file.error();
  while (!bytes.empty()) {
    const ByteView chunk = bytes.first(std::min(bytes.size(), kMaxChunkBytes));
    if (auto done = file->write(chunk); !done) return done;
    bytes = bytes.subspan(chunk.size());
  }
  if (auto finished = file->finish(); !finished) return finished.error();
  if (auto renamed = directory_.rename(partial, object_name(id)); !renamed) return renamed;
  return directory_.sync();
}

Result<Bytes> ObjectStore::get(const ObjectId& id) {
  const std::string name = object_name(id);
  Bytes bytes;
  const auto check = check_snapshot(directory_, name, [&](ByteView chunk) -> Result<void> {
    bytes.insert(bytes.end(), chunk.begin(), chunk.end());
    return {};
  });
  if (!check && check.error().code == std::error_code(ENOENT, std::generic_category())) {
    return damage_error(directory_, {name, 0, "the file is gone"}, kRemedy);
  }
  if (!check) return check.error();
  if (check->damage) return damage_error(directory_, *check->damage, kRemedy);
  if (!is_object(check->info, id)) {
    return damage_error(directory_, {name, 16, "the header names another object than the file's name"},
                        kRemedy);
  }
  return bytes;
}

Result<void> ObjectStore::remove(const ObjectId& id) {
  auto removed = directory_.remove(object_name(id));
  if (!removed && removed.error().code == std::error_code(ENOENT, std::generic_category())) return {};
  return removed;
}

Result<std::vector<ObjectId>> ObjectStore::list() {
  auto listing = list_journal(directory_);
  if (!listing) return listing.error();
  return std::move(listing->objects);
}

}  // namespace holdfast::journal::file
