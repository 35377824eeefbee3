#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <thread>
#include <unistd.h>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/hex.h"
#include "journal/file/faulty_directory.h"
#include "journal/file/file_journal.h"
#include "journal/file/verify.h"

// What powercut.py runs on a disk that it is going to cut:
//   powercut_writer write DIR SEED [writes|names]   appends until it is killed
//   powercut_writer check DIR                       opens the journal and tells everything in it
// `write` prints "A number digest" for each entry when it was acknowledged, "S number" for each snapshot when
// it was committed, "O id digest" for each object when it was put, "R id" before one is removed, and "begin
// what" and "end what" around snapshots, objects and trims. `check` prints "H first last", "E number digest"
// for each entry, "S number" for the newest snapshot and "O id digest" for each object, and fails when the
// journal does not open or verify() finds damage.
//
// Segments are small and snapshots frequent, so that rolling, renaming and recycling are in progress at many
// of the cuts. `writes` leaves all file contents in the page cache, `names` never syncs the directory: both
// must lose something, or the rig is blind.

namespace holdfast::journal {
namespace {

using file::Operation;
using file::Verdict;

constexpr OpenOptions kOptions{.segment_bytes = 1u << 20, .spare_segments = 2};
constexpr std::uint64_t kSnapshotEvery = 256u << 10;
constexpr std::size_t kMaxSmallObject = 300'000;
constexpr std::size_t kObjectsKept = 8;

// The rig reads a pipe that outlives this process; one write() per line, so a line is there whole or not at
// all.
void say(const std::string& line) {
  HOLDFAST_ASSERT(::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()));
}

[[noreturn]] void give_up(const Error& error) {
  std::fprintf(stderr, "powercut_writer: %s\n", error.message().c_str());
  std::exit(1);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

std::string digest(ByteView bytes) {
  std::string hex;
  for (const std::byte byte : ByteView(next_chain(Chain{}, bytes)).first(8)) {
    hex += fmt::format("{:02x}", static_cast<unsigned>(byte));
  }
  return hex;
}

Verdict lose_writes(const Operation& operation) {
  const bool syncs = operation.kind == Operation::Kind::sync || operation.kind == Operation::Kind::settle;
  return {.pretend = syncs, .cached_only = true};
}

Verdict lose_names(const Operation& operation) {
  return {.pretend = operation.kind == Operation::Kind::sync_directory};
}

std::unique_ptr<Journal> open_journal(const std::string& path, std::string_view sabotage) {
  auto directory = must(file::open_directory(path, true));
  if (sabotage == "writes") directory = file::make_faulty_directory(std::move(directory), lose_writes);
  if (sabotage == "names") directory = file::make_faulty_directory(std::move(directory), lose_names);
  return must(file::FileJournal::open(std::move(directory), kOptions, [](const std::string& warning) {
    std::fprintf(stderr, "powercut_writer: %s\n", warning.c_str());
  }));
}

// A piece of state that says which entry it follows.
Bytes snapshot_chunk(std::uint64_t sequence) {
  Bytes chunk;
  ByteWriter out(chunk);
  while (chunk.size() < kMaxChunkBytes / 8) out.u64(sequence);
  return chunk;
}

// Says what is under way, so that the rig can count what was cut.
class Activity {
 public:
  explicit Activity(std::string_view what) : what_(what) { say(fmt::format("begin {}\n", what_)); }
  ~Activity() { say(fmt::format("end {}\n", what_)); }
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

 private:
  std::string_view what_;
};

void write_snapshot(SnapshotWriter& writer, std::uint64_t sequence) {
  const Activity activity("snapshot");
  const Bytes chunk = snapshot_chunk(sequence);
  for (int i = 0; i < 4; ++i) must(writer.write(chunk));
  must(writer.commit());
  say(fmt::format("S {}\n", sequence));
}

template <class Id>
Id random_id(std::mt19937_64& random) {
  Id id{};
  for (std::byte& byte : id) byte = static_cast<std::byte>(random());
  return id;
}

Bytes random_bytes(std::mt19937_64& random, std::size_t size) {
  Bytes bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

// Puts one, and removes as many as there are too many: a cut may have come before a removal.
void change_objects(Objects& objects, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const Activity activity("object");
  const auto id = random_id<ObjectId>(random);
  const Bytes bytes = random_bytes(random, random() % kMaxSmallObject);
  must(objects.put(id, bytes));
  say(fmt::format("O {} {}\n", to_hex(id), digest(bytes)));
  for (auto known = must(objects.list()); known.size() > kObjectsKept; known.pop_back()) {
    std::swap(known.back(), known[random() % known.size()]);
    say(fmt::format("R {}\n", to_hex(known.back())));
    must(objects.remove(known.back()));
  }
}

[[noreturn]] void write_forever(const std::string& path, std::uint64_t seed, std::string_view sabotage) {
  std::mt19937_64 random(seed);
  const auto journal = open_journal(path, sabotage);
  for (;;) {
    const auto writer = must(journal->begin_snapshot(journal->head()));
    std::jthread thread(
        [&writer, sequence = journal->head().sequence] { write_snapshot(*writer, sequence); });
    std::jthread documents([&journal, seed = random()] { change_objects(journal->objects(), seed); });
    for (std::uint64_t written = 0; written < kSnapshotEvery;) {
      const Bytes entry = random_bytes(random, 1 + random() % (random() % 16 == 0 ? 100'000 : 6'000));
      must(journal->reserve(entry.size()));
      HOLDFAST_ASSERT(must(journal->append(journal->head(), random_id<AppendId>(random), entry)) ==
                      Append::written);
      say(fmt::format("A {} {}\n", journal->head().sequence, digest(entry)));
      written += entry.size();
    }
    thread.join();
    documents.join();
    const Activity activity("trim");
    must(journal->trim());
  }
}

void check_snapshot(Journal& journal) {
  const auto snapshot = journal.latest_snapshot();
  if (!snapshot) return;
  const Bytes expected = snapshot_chunk(snapshot->head.sequence);
  must(journal.read_snapshot([&](ByteView chunk) -> Result<void> {
    if (!std::ranges::equal(chunk, expected)) return Error{Errc::damaged, "the snapshot is another one"};
    return {};
  }));
  say(fmt::format("S {}\n", snapshot->head.sequence));
}

void check_objects(Objects& objects) {
  for (const ObjectId& id : must(objects.list())) {
    say(fmt::format("O {} {}\n", to_hex(id), digest(must(objects.get(id)))));
  }
}

void check(const std::string& path) {
  const auto report = must(file::verify(path));
  for (const auto& damage : report.damages) {
    give_up({Errc::damaged, fmt::format("{} at {}: {}", damage.file, damage.offset, damage.what)});
  }
  const auto journal = open_journal(path, "");
  say(fmt::format("H {} {}\n", report.first_sequence, journal->head().sequence));
  check_snapshot(*journal);
  check_objects(journal->objects());
  must(journal->read(report.first_sequence, [](std::uint64_t sequence, ByteView entry) -> Result<void> {
    say(fmt::format("E {} {}\n", sequence, digest(entry)));
    return {};
  }));
}

}  // namespace
}  // namespace holdfast::journal

int main(int argc, char** argv) {
  const std::string_view verb = argc > 2 ? argv[1] : "";
  if (verb == "check") {
    holdfast::journal::check(argv[2]);
    return 0;
  }
  if (verb == "write" && argc > 3) {
    holdfast::journal::write_forever(argv[2], std::strtoull(argv[3], nullptr, 10), argc > 4 ? argv[4] : "");
  }
  std::fprintf(stderr, "usage: powercut_writer write DIR SEED [writes|names] | check DIR\n");
  return 2;
}
