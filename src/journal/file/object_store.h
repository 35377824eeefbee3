#pragma once

#include "journal/file/directory.h"
#include "journal/journal.h"

namespace holdfast::journal::file {

// Objects as files of the journal's directory: object-ID, written as snapshots are, with the id where a
// snapshot has its chain, so that a file under another's name is noticed. The directory must outlive it.
class ObjectStore final : public Objects {
 public:
  explicit ObjectStore(Directory& directory) : directory_(directory) {}

  Result<void> put(const ObjectId& id, ByteView bytes) override;
  Result<Bytes> get(const ObjectId& id) override;
  Result<void> remove(const ObjectId& id) override;
  Result<std::vector<ObjectId>> list() override;

 private:
  Result<void> write(const std::string& partial, const ObjectId& id, ByteView bytes);

  Directory& directory_;
};

// Whether a file that was found whole is the object of this name.
bool is_object(const SnapshotInfo& info, const ObjectId& id);

}  // namespace holdfast::journal::file
