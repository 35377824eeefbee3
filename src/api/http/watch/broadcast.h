#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "api/http/watch/chunk_texts.h"
#include "api/socket.h"
#include "keeper/event_hub.h"
#include "keeper/keeper.h"
#include "service/history/history.h"

// Everybody who watches, served in rounds. New events begin a round; each watcher gets in one write all that
// came since the round before. The longer a round takes, the later the next one begins, so that watchers
// never take more than a small share of the thread that also grants locks: they get their events a little
// later then, not fewer.

namespace holdfast::api::http {

class EventStream;

// More watchers are refused: too_many_requests.
struct BroadcastOptions {
  std::size_t max_streams = 1'000;
  std::size_t max_lease_streams = 10'000;  // of one lease: woken by what concerns it, they cost little
  std::chrono::milliseconds heartbeat{15'000};
};

// One thread, that of the io_context. Outlives the streams.
class Broadcast final : private keeper::EventHub::Subscriber {
 public:
  Broadcast(asio::io_context& io, keeper::Keeper& keeper, service::history::History& history,
            BroadcastOptions options);
  ~Broadcast() override;

  std::size_t streams() const { return streams_.size(); }
  // Of one more stream with this filter.
  bool is_full_for(const EventFilter& filter) const;

  // --- for streams ---

  void join(EventStream& stream);
  void leave(EventStream& stream);
  // There is more to send than one turn takes.
  void call_again();
  const keeper::EventHub& hub() const { return hub_; }
  service::history::History& history() { return history_; }
  // The oldest revision after which every event is still kept.
  lock::Revision floor() const { return std::min(hub_.floor(), history_.floor()); }
  std::uint64_t incarnation() const { return keeper_.state().cell().incarnation; }
  // What the filter takes of the chunk of this number, which is in memory, after `position`.
  SharedText text(std::uint64_t number, lock::Revision position, const EventFilter& filter);
  // The keys that the lease holds at this moment, for use on another thread.
  KeyTest held_now(lock::LeaseId lease) const;
  // Space to put a message together in, until the next stream's turn.
  std::string& scratch() { return scratch_; }

 private:
  using Time = std::chrono::steady_clock::time_point;
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;

  // keeper::EventHub::Subscriber
  void take(const keeper::SharedChunk& chunk) override;
  void wake_leases(const keeper::EventChunk& chunk);
  void wake(lock::LeaseId lease, const keeper::EventChunk& chunk);
  void begin_round();
  void serve_some();
  Coroutine<void> beat();

  asio::io_context& io_;
  keeper::Keeper& keeper_;
  keeper::EventHub& hub_;
  service::history::History& history_;
  const BroadcastOptions options_;
  ChunkTexts texts_;
  std::string scratch_;
  std::vector<EventStream*> streams_;
  std::unordered_multimap<std::uint64_t, EventStream*> by_lease_;  // those of one lease
  std::size_t next_ = 0;                                           // of the round
  std::size_t next_beat_ = 0;
  bool in_round_ = false;
  bool again_ = false;  // events came during the round
  std::chrono::nanoseconds spent_{};
  lock::Revision round_began_at_;
  Time not_before_{};
  Timer round_timer_;
  Timer beat_timer_;
};

}  // namespace holdfast::api::http
