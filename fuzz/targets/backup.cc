#include <string>

#include "input.h"
#include "keeper/backup_file.h"
#include "target.h"

namespace {

using namespace holdfast;
using keeper::BackupReader;

struct Read {
  bool whole = false;
  std::optional<keeper::BackupHead> head;
  std::string state;
  std::vector<std::pair<lock::ObjectId, std::string>> objects;
  friend bool operator==(const Read&, const Read&) = default;
};

Read read(ByteView file, std::size_t step) {
  Read read;
  BackupReader reader;
  Result<void> fed;
  while (fed && !file.empty()) {
    const ByteView piece = file.first(std::min(step, file.size()));
    file = file.subspan(piece.size());
    fed = reader.feed(
        piece, [&](ByteView bytes) { read.state += as_text(bytes); },
        [&](const lock::ObjectId& id, ByteView bytes) -> Result<void> {
          read.objects.emplace_back(id, as_text(bytes));
          return {};
        });
  }
  read.whole = fed && reader.finish();
  read.head = reader.head();
  return read;
}

// A file as it is written, so that the digest at its end is right.
Bytes made(fuzz::Input& input) {
  keeper::BackupWriter writer;
  Bytes file;
  const auto append = [&](const Bytes& bytes) { file.insert(file.end(), bytes.begin(), bytes.end()); };
  const std::size_t objects = input.up_to(3);
  append(
      writer.head({.level = 1, .incarnation = 1, .version = "0.1.0"}, static_cast<std::uint32_t>(objects)));
  for (std::size_t part = 0; part <= objects; ++part) {
    if (part > 0) append(writer.object({std::byte{input.byte()}}));
    for (std::size_t blocks = input.up_to(3); blocks > 0; --blocks) {
      append(writer.block(Bytes(1 + input.byte(), std::byte{input.byte()})));
    }
  }
  append(writer.end());
  return file;
}

}  // namespace

// The first byte is the size of the pieces, the second whether the rest is a file, or how one is written and
// then changed.
HOLDFAST_FUZZ_TARGET(backup) {
  fuzz::Input choices(input);
  const std::size_t step = 1 + choices.byte();
  Bytes file;
  bool changed = true;
  if (choices.flag()) {
    file = made(choices);
    const Bytes before = file;
    while (!choices.empty()) file[choices.two_bytes() % file.size()] = std::byte{choices.byte()};
    changed = file != before;
  } else {
    file.assign(choices.rest().begin(), choices.rest().end());
  }
  const Read whole = read(file, file.size());
  HOLDFAST_ASSERT(changed || whole.whole);
  HOLDFAST_ASSERT(whole.state.size() <= file.size());
  const Read pieces = read(file, step);
  HOLDFAST_ASSERT(whole.whole == pieces.whole);
  if (whole.whole) HOLDFAST_ASSERT(whole == pieces);
}
