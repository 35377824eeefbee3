#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "keeper/alarm.h"
#include "keeper/backup_file.h"
#include "keeper/documents.h"
#include "keeper/sweeper.h"
#include "lock/state.h"

// Backups of a running keeper, one at a time: the state at one durable position, in the bytes of a backup
// file, while grants go on. A backup waits for a snapshot whose sweep is under way, and while it sweeps
// itself no snapshot is begun. What is changed before it is swept is kept in memory, so a taker that is slow,
// or that lets too much gather, loses its backup.

namespace holdfast::keeper {

// Whoever takes a backup. On the keeper's thread.
class BackupTaker {
 public:
  virtual ~BackupTaker() = default;
  virtual bool has_room() const = 0;
  virtual void take(ByteView bytes) = 0;
  // That was all of the file. Backups has let go of the taker.
  virtual void taken() = 0;
  // There will be no more of it. Backups has let go of the taker.
  virtual void failed(const Error& error) = 0;
};

class Backups : public std::enable_shared_from_this<Backups>, private Sweeper::Taker {
 public:
  // How slow a taker may be, from the begin of the sweep: `grace`, and a second for each so many bytes.
  struct Limits {
    std::chrono::seconds grace{30};
    std::uint64_t slowest = 256 << 10;         // bytes a second
    std::size_t most_kept_bytes = 256u << 20;  // in memory, of what was changed before it was swept
  };
  struct Parts {
    const lock::State& state;
    Sweeper& sweeper;
    Alarm& alarm;
    const MonotonicClock& clock;
    Documents& documents;
    std::function<void(std::function<void()>)> when_durable;  // as Keeper::when_durable()
    std::function<std::uint64_t()> sequence;                  // of the last durable entry
  };

  explicit Backups(Parts parts) : Backups(std::move(parts), Limits()) {}
  Backups(Parts parts, const Limits& limits) : parts_(std::move(parts)), limits_(limits) {}

  bool busy() const { return taker_ != nullptr; }
  // Not while it is busy. The taker must live until taken(), failed() or end().
  void begin(BackupTaker& taker);
  // The taker has room again.
  void go_on();
  // The taker no longer cares. Nothing happens if the backup is not, or no longer, its own.
  void end(const BackupTaker& taker);

 private:
  void begin_when_durable();
  void begin_sweep();
  void watch_pace();
  void next_object();
  void give_object();
  void fail(std::string why);
  BackupTaker& let_go();
  void give(const Bytes& bytes);

  // Sweeper::Taker
  bool has_room() const override { return taker_->has_room(); }
  void take(ByteView chunk) override { give(writer_->block(chunk)); }
  void swept() override;

  const Parts parts_;
  const Limits limits_;
  BackupTaker* taker_ = nullptr;
  std::uint64_t number_ = 0;             // of the backup, so that a late callback of an earlier one is known
  bool sweeping_ = false;                // or giving objects
  std::vector<lock::ObjectId> objects_;  // of the state that is swept, still to be given; kept until then
  std::optional<Bytes> object_;          // that is being given
  std::size_t object_at_ = 0;
  bool giving_ = false;
  std::optional<BackupWriter> writer_;
  std::chrono::nanoseconds began_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace holdfast::keeper
