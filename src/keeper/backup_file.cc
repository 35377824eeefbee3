#include "keeper/backup_file.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/assert.h"
#include "journal/objects.h"
#include "keeper/errc.h"

namespace holdfast::keeper {
namespace {

constexpr std::string_view kMagic = "HFBACKUP";
constexpr std::uint32_t kWithoutObjects = 1;
constexpr std::uint32_t kWithObjects = 2;
constexpr std::size_t kMostFieldBytes = 4'096;

Error bad(std::string what) {
  return {make_error_code(Errc::bad_backup), std::move(what)};
}

Bytes fields_of(const BackupHead& head) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(head.level);
  out.raw(head.cell);
  out.u64(head.incarnation);
  out.u64(head.sequence);
  out.u64(head.revision.value);
  out.u64(static_cast<std::uint64_t>(head.wall.time_since_epoch().count()));
  out.text(head.version);
  return bytes;
}

}  // namespace

// --- writing ---

Bytes BackupWriter::head(const BackupHead& head, std::uint32_t objects) {
  if (objects != 0) objects_to_tell_ = objects;
  const Bytes fields = fields_of(head);
  Bytes bytes;
  ByteWriter out(bytes);
  out.raw(as_bytes(kMagic));
  out.u32(objects == 0 ? kWithoutObjects : kWithObjects);
  out.u32(static_cast<std::uint32_t>(fields.size()));
  out.raw(fields);
  return counted(std::move(bytes));
}

Bytes BackupWriter::block(ByteView piece) {
  HOLDFAST_ASSERT(!piece.empty() && piece.size() <= kBackupBlockBytes);
  Bytes bytes;
  bytes.reserve(piece.size() + 4);
  ByteWriter out(bytes);
  out.u32(static_cast<std::uint32_t>(piece.size()));
  out.raw(piece);
  return counted(std::move(bytes));
}

Bytes BackupWriter::object(const lock::ObjectId& id) {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(0);
  if (objects_to_tell_) out.u32(*std::exchange(objects_to_tell_, {}));
  out.raw(id);
  return counted(std::move(bytes));
}

Bytes BackupWriter::end() {
  Bytes bytes;
  ByteWriter out(bytes);
  out.u32(0);
  bytes = counted(std::move(bytes));
  out.raw(digest_.finish());
  return bytes;
}

Bytes BackupWriter::counted(Bytes bytes) {
  digest_.update(bytes);
  return bytes;
}

// --- reading ---

Result<void> BackupReader::feed(ByteView piece, const Visit& visit, const VisitObject& visit_object) {
  while (!piece.empty()) {
    if (part_ == Part::over) return bad("bytes follow the end of the backup");
    const ByteView part = piece.first(std::min(piece.size(), wanted_ - pending_.size()));
    piece = piece.subspan(part.size());
    pending_.insert(pending_.end(), part.begin(), part.end());
    if (pending_.size() < wanted_) return {};
    const Bytes whole = std::exchange(pending_, {});
    if (auto taken = take(whole, visit, visit_object); !taken) return taken;
  }
  return {};
}

Result<void> BackupReader::take(ByteView part, const Visit& visit, const VisitObject& visit_object) {
  if (part_ == Part::digest) {
    if (!std::ranges::equal(part, digest_.finish())) return bad("the digest is wrong: the backup is damaged");
    expect(Part::over, 0);
    return {};
  }
  digest_.update(part);
  switch (part_) {
    case Part::prefix:
      return take_prefix(part);
    case Part::fields:
      return take_fields(part);
    case Part::block_size:
      return take_block_size(part, visit_object);
    case Part::objects:
      objects_left_ = ByteReader(part).u32();
      if (*objects_left_ == 0) return bad("the number of objects in the backup is damaged");
      expect_object();
      return {};
    case Part::object:
      std::ranges::copy(part, id_.begin());
      expect(Part::block_size, 4);
      return {};
    default:
      return take_block(part, visit);
  }
}

Result<void> BackupReader::take_block(ByteView part, const Visit& visit) {
  if (!objects_left_) {
    visit(part);
  } else if (object_.size() + part.size() > journal::kMaxObjectBytes) {
    return bad("an object of the backup is too large");
  } else {
    object_.insert(object_.end(), part.begin(), part.end());
  }
  expect(Part::block_size, 4);
  return {};
}

Result<void> BackupReader::take_prefix(ByteView part) {
  ByteReader in(part);
  if (as_text(in.raw(kMagic.size())) != kMagic) return bad("this is not a backup of Holdfast");
  format_ = in.u32();
  if (format_ != kWithoutObjects && format_ != kWithObjects) {
    return bad(fmt::format("the backup has format {}, and this program knows formats {} and {}", format_,
                           kWithoutObjects, kWithObjects));
  }
  const std::uint32_t bytes = in.u32();
  if (bytes == 0 || bytes > kMostFieldBytes) return bad("the head of the backup is damaged");
  expect(Part::fields, bytes);
  return {};
}

Result<void> BackupReader::take_fields(ByteView part) {
  ByteReader in(part);
  BackupHead head;
  head.level = in.u32();
  std::ranges::copy(in.raw(head.cell.size()), head.cell.begin());
  head.incarnation = in.u64();
  head.sequence = in.u64();
  head.revision = lock::Revision{in.u64()};
  head.wall = lock::WallTime(lock::Millis(static_cast<std::int64_t>(in.u64())));
  head.version = in.text();
  if (!in.done()) return bad("the head of the backup is damaged");
  head_ = std::move(head);
  expect(Part::block_size, 4);
  return {};
}

Result<void> BackupReader::take_block_size(ByteView part, const VisitObject& visit_object) {
  const std::uint32_t bytes = ByteReader(part).u32();
  if (bytes > kBackupBlockBytes) return bad("a block of the backup is damaged");
  if (bytes == 0) return end_of_blocks(visit_object);
  expect(Part::block, bytes);
  return {};
}

// Of the state, or of an object.
Result<void> BackupReader::end_of_blocks(const VisitObject& visit_object) {
  if (objects_left_) {
    if (auto visited = visit_object(id_, std::exchange(object_, {})); !visited) return visited;
    --*objects_left_;
  } else if (format_ == kWithObjects) {
    expect(Part::objects, 4);
    return {};
  }
  if (objects_left_.value_or(0) != 0) {
    expect_object();
  } else {
    expect(Part::digest, std::tuple_size_v<Sha256::Digest>);
  }
  return {};
}

void BackupReader::expect_object() {
  expect(Part::object, id_.size());
}

void BackupReader::expect(Part part, std::size_t bytes) {
  part_ = part;
  wanted_ = bytes;
}

Result<void> BackupReader::finish() const {
  if (part_ != Part::over) return bad("the backup ends too early: it was cut");
  return {};
}

}  // namespace holdfast::keeper
