#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/error.h"
#include "journal/objects.h"

// The journal: an ordered, durable log whose one power is to append entry N if and only if its head is
// exactly the entry N-1 that the caller knows (protocol.md section 1). Every engine is one folder beside this
// file and one line in registry.cc; all pass the suite of journal_conformance.h.
//
// A journal beyond one machine is open in several servers at once, each with a Journal object of its own.
// What such an object knows of the others' appends is what refresh() found.
//
// Threads: one thread at a time calls a Journal, except for SnapshotWriter and Objects, which may be used on
// others.
// Calls block. A journal knows nothing of what its entries and snapshots say.

namespace holdfast::journal {

enum class Errc {
  damaged = 1,    // bytes that were acknowledged are not what was written: refuse, name the place
  in_use,         // another process has the journal
  unsupported,    // the place cannot host a journal (network file system, unknown URL)
  no_space,       // nothing was written; the same append may succeed later
  unavailable,    // the engine does not answer; nothing is known to be wrong
  not_a_journal,  // the place exists and holds something else, or an unknown format version
  trimmed,        // another server forgot what was asked for: start again from the newest snapshot
  rewound,        // the head is not a descendant of the one that was known (protocol.md 5)
};
std::error_code make_error_code(Errc);

// SHA-256(previous chain ‖ entry bytes); all zero before the first entry. Names one history, not one number.
using Chain = std::array<std::byte, 32>;
Chain next_chain(const Chain& previous, ByteView entry);

// The largest entry of a journal and the largest chunk of a snapshot (protocol.md 7 and 29).
inline constexpr std::size_t kMaxEntryBytes = 512 * 1024;
inline constexpr std::size_t kMaxChunkBytes = 512 * 1024;

// The last entry of the journal. `sequence` is 0 and `chain` all zero when nothing was ever appended.
struct Head {
  std::uint64_t sequence = 0;
  Chain chain{};
  friend bool operator==(const Head&, const Head&) = default;
};

// Random 128 bits for each (keeper, sequence, bytes): how a keeper knows its own append again.
using AppendId = std::array<std::byte, 16>;

enum class Append {
  written,    // durable, and the head is now this entry
  refused,    // nothing was written, nor will it be: the head is not `previous`
  unknown,    // may have been written, or may still be: repeat the very same append (protocol.md 2)
  overtaken,  // the position is taken and trimmed already: nobody can tell any more whether by this append
};

// What an engine promises, shown at start and in /v1/status.
struct Durability {
  std::string_view engine;  // "file", "memory"
  std::string_view level;   // "strict on one machine", "none"
  std::string description;  // one sentence for a person
};

// A snapshot being written. Invisible until commit() returned success; dropped when destroyed before.
class SnapshotWriter {
 public:
  virtual ~SnapshotWriter() = default;
  // 1 byte to 512 KiB a chunk. An error makes the snapshot useless; the journal itself is unharmed.
  virtual Result<void> write(ByteView chunk) = 0;
  // Durable and verified when it returns; only then the latest snapshot is this one.
  virtual Result<void> commit() = 0;
};

// A complete snapshot: the state after the entry `head`.
struct SnapshotInfo {
  Head head;
  std::uint64_t bytes = 0;
};

class Journal {
 public:
  virtual ~Journal() = default;
  Journal() = default;
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  virtual Durability durability() const = 0;

  // The head after recovery, the newest append of this object, or refresh().
  virtual Head head() const = 0;

  // Looks what other servers have appended; head() and latest_snapshot() say so from then on. Where nobody
  // else can have appended there is nothing to look for. Errc::unavailable: ask again. Errc::rewound: the
  // engine has lost what this object has seen, and neither may be trusted.
  virtual Result<void> refresh() = 0;

  // Whether one entry of `bytes` can surely be appended, so that a full disk is known before anything is
  // decided. Errc::no_space when not; asking again later may succeed.
  virtual Result<void> reserve(std::size_t bytes) = 0;

  // Appends `entry` (1 byte to 512 KiB) as number previous.sequence + 1 iff the head is `previous`, durably.
  // The same id and bytes for a position that they already occupy is `written`. An Error means that the
  // journal can no longer be used by this process: it must end (a failed write or sync leaves unknown pages).
  // Only Errc::no_space is milder: nothing was written, which does not happen after a successful reserve().
  virtual Result<Append> append(const Head& previous, const AppendId& id, ByteView entry) = 0;

  // Calls `visit(sequence, entry)` for every entry from `first` to the head, in order; stops at the first
  // error that `visit` returns and returns it. Below the first kept entry it is Errc::trimmed where another
  // server may have trimmed it, else Errc::damaged.
  using Visit = std::function<Result<void>(std::uint64_t sequence, ByteView entry)>;
  virtual Result<void> read(std::uint64_t first, const Visit& visit) = 0;

  // The newest complete snapshot, if any, and its chunks in order. Another server may put a newer one in its
  // place between two calls, so compare before and after.
  virtual std::optional<SnapshotInfo> latest_snapshot() const = 0;
  virtual Result<void> read_snapshot(const std::function<Result<void>(ByteView chunk)>& visit) = 0;

  // Starts a snapshot of the state after `head`, which lies between the newest snapshot's and the journal's;
  // one with the newest's very head replaces it. The newest only ever moves forward: one that another server
  // has overtaken is refused, here or by its commit(), with Errc::in_use. At most one writer at a time. The
  // writer may be used from another thread while this object goes on appending; it must not outlive the
  // journal.
  virtual Result<std::unique_ptr<SnapshotWriter>> begin_snapshot(const Head& head) = 0;

  // Forgets entries that the previous complete snapshot (the one before the newest) already covers, and older
  // snapshots. Call it after a commit(), on the journal's thread. Never needed for safety.
  virtual Result<void> trim() = 0;

  // Bytes of entries appended since begin_snapshot() of the newest snapshot: when to take the next one.
  virtual std::uint64_t bytes_since_snapshot() const = 0;

  // They last as long as this object does.
  virtual Objects& objects() = 0;
};

struct OpenOptions {
  bool create = true;                       // where there is none; else that is Errc::not_a_journal
  std::uint64_t segment_bytes = 32u << 20;  // file: size of a segment, rounded up to 4 KiB and at least 1 MiB
  unsigned spare_segments = 2;              // file: segments made ahead
};

// Opens the journal that `url` names (`file:DIR`, `memory:`), making it when there is none, and recovers it.
// Warnings for a person (a torn tail was cut, O_DIRECT is not available) go to `warn`, on the caller's
// thread, during open() and append().
Result<std::unique_ptr<Journal>> open(std::string_view url, const OpenOptions& options,
                                      const std::function<void(std::string)>& warn);

}  // namespace holdfast::journal

template <>
struct std::is_error_code_enum<holdfast::journal::Errc> : std::true_type {};
