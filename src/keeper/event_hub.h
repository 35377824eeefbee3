#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.h"
#include "lock/event_observer.h"
#include "lock/event_view.h"
#include "lock/types.h"

// Events on their way to those who follow them. What is told of an event is made just before it happens, when
// the state still knows what the event takes away, and held back until its entry is durable; then it goes to
// every subscriber, each event once, in order. The newest are kept in memory, so that most who come back find
// there what they missed.

namespace holdfast::keeper {

// What names the revisions of one journal: without both, a revision means nothing.
struct CellName {
  std::array<std::byte, 16> id{};
  std::uint64_t incarnation = 0;
  friend bool operator==(const CellName&, const CellName&) = default;
};

// All told events after one revision and up to another, encoded. Shared by everybody who has to do with them,
// never changed.
struct EventChunk {
  CellName cell;
  lock::Revision after;
  lock::Revision through;
  lock::WallTime at;  // of the last event
  std::size_t count = 0;
  Bytes views;  // lock/event_view_codec.h, one behind the other
};
using SharedChunk = std::shared_ptr<const EventChunk>;

// The views of a chunk, in order. Stops at what cannot be read, which a chunk that was made here never has.
std::vector<lock::EventView> views_of(const EventChunk& chunk);

class EventHub final : public lock::EventObserver {
 public:
  // Called on the keeper's thread with every chunk, also while the journal is recovered. Must not block for
  // long once the keeper serves.
  class Subscriber {
   public:
    virtual ~Subscriber() = default;
    virtual void take(const SharedChunk& chunk) = 0;
    // A snapshot of what came so far begins; once it is complete, the journal will not tell those events
    // again. What this returns is called before that, on another thread, and may block until they are kept
    // elsewhere. `mark` has no events; it reaches to the snapshot's revision.
    virtual std::function<void()> keep(const SharedChunk& mark) {
      (void)mark;
      return [] {};
    }
  };

  // Of the chunks kept in memory; the newest one is always kept.
  struct Limits {
    std::size_t events = 64u << 10;
    std::size_t bytes = 32u << 20;
  };

  EventHub() : EventHub(Limits()) {}
  explicit EventHub(Limits limits) : limits_(limits) {}

  // The subscriber must outlive the hub or its end of subscription. Neither is called from within take().
  void subscribe(Subscriber& subscriber) { subscribers_.push_back(&subscriber); }
  void unsubscribe(Subscriber& subscriber) { std::erase(subscribers_, &subscriber); }

  // The state is as a snapshot left it: events are told from here on. May be called again with another state
  // of the same journal: what was seen and not durable is dropped, and what was told already is not told
  // again. A state that is further on than what was told leaves a gap: the chunks before it are forgotten.
  void begin(const lock::State& state);
  // lock::EventObserver
  void before(const lock::State& state, const lock::Event& event) override;
  // The state is the one after an entry that is durable, as are all events seen so far.
  void durable(const lock::State& state);

  // Asks every subscriber to keep what was told so far; all of the state is durable.
  std::function<void()> keep(const lock::State& state);

  // Every told event after this revision is in memory.
  lock::Revision floor() const { return floor_; }
  // The last durable revision.
  lock::Revision through() const { return through_; }

  // Chunks in memory are numbered without a gap; the number of a chunk never changes.
  std::uint64_t first_number() const { return next_number_ - chunks_.size(); }
  std::uint64_t next_number() const { return next_number_; }
  const SharedChunk& chunk(std::uint64_t number) const { return chunks_[number - first_number()]; }
  // The first chunk that may hold an event after `revision`, which must not lie below the floor;
  // next_number() when there is none yet.
  std::uint64_t number_after(lock::Revision revision) const;

 private:
  void seal(lock::Revision through);
  void forget_old();
  void forget_oldest();

  const Limits limits_;
  std::vector<Subscriber*> subscribers_;
  lock::EventViewRef view_;         // of the event that is being seen
  EventChunk open_;                 // what is being gathered
  std::vector<EventChunk> sealed_;  // gathered, not yet durable
  std::deque<SharedChunk> chunks_;
  std::uint64_t next_number_ = 0;
  std::size_t events_ = 0;
  std::size_t bytes_ = 0;
  lock::Revision floor_;
  lock::Revision through_;
};

}  // namespace holdfast::keeper
