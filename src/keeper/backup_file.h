#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/error.h"
#include "base/sha256.h"
#include "lock/document.h"
#include "lock/types.h"

// The bytes of a backup: a head that says of what and when, the snapshot of a state in blocks, the objects
// that it names, and a digest of all of it, without which the file is not whole. Without objects it is of
// format 1, which has no room for any. docs/format/backup.md has them byte by byte.

namespace holdfast::keeper {

struct BackupHead {
  std::uint32_t level = 0;  // feature level of the journal
  std::array<std::byte, 16> cell{};
  std::uint64_t incarnation = 0;
  std::uint64_t sequence = 0;  // of the last journal entry that the state has
  lock::Revision revision;
  lock::WallTime wall{};  // when that entry was made
  std::string version;    // of the program that wrote it
  friend bool operator==(const BackupHead&, const BackupHead&) = default;
};

inline constexpr std::size_t kBackupBlockBytes = 256 << 10;  // the largest

// Makes the file's bytes, in order: head(), block() for each piece of the snapshot, for each of `objects`
// object() and block() for each piece of it, end().
class BackupWriter {
 public:
  Bytes head(const BackupHead& head, std::uint32_t objects = 0);
  Bytes block(ByteView piece);  // 1 byte to kBackupBlockBytes
  Bytes object(const lock::ObjectId& id);
  Bytes end();

 private:
  Bytes counted(Bytes bytes);

  std::optional<std::uint32_t> objects_to_tell_;  // how many there will be, once the state has ended
  Sha256 digest_;
};

// Takes the file's bytes apart as they come. Errors are Errc::bad_backup; after one the reader is of no use.
// What was visited before finish() succeeded may be of a damaged file.
class BackupReader {
 public:
  // Gets the snapshot's bytes in order.
  using Visit = std::function<void(ByteView piece)>;
  // Gets each object whole, after the last of the snapshot's bytes.
  using VisitObject = std::function<Result<void>(const lock::ObjectId& id, ByteView bytes)>;

  Result<void> feed(ByteView piece, const Visit& visit, const VisitObject& visit_object);
  // Whether that was all of it, and unharmed.
  Result<void> finish() const;
  // Once it was read.
  const std::optional<BackupHead>& head() const { return head_; }

 private:
  enum class Part : std::uint8_t { prefix, fields, block_size, block, objects, object, digest, over };

  Result<void> take(ByteView part, const Visit& visit, const VisitObject& visit_object);
  Result<void> take_prefix(ByteView part);
  Result<void> take_fields(ByteView part);
  Result<void> take_block_size(ByteView part, const VisitObject& visit_object);
  Result<void> take_block(ByteView part, const Visit& visit);
  Result<void> end_of_blocks(const VisitObject& visit_object);
  void expect(Part part, std::size_t bytes);
  void expect_object();

  Part part_ = Part::prefix;
  std::size_t wanted_ = 16;
  Bytes pending_;
  std::uint32_t format_ = 0;
  std::optional<std::uint32_t> objects_left_;  // none: the state has not ended
  lock::ObjectId id_{};                        // of the object that is being read
  Bytes object_;
  Sha256 digest_;
  std::optional<BackupHead> head_;
};

}  // namespace holdfast::keeper
