#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "api/http/long_reply.h"
#include "api/http/watch/broadcast.h"
#include "lock/types.h"

namespace holdfast::api::http {

class Exchange;

// One watcher. It holds a place among the events and at most one text of them, never a queue of its own: what
// it has not taken yet waits in the memory that all share, and then in the history. A watcher that takes
// nothing is cut off by its connection, one that falls behind what is kept is told `compacted`.
class EventStream final : public LongReply, public std::enable_shared_from_this<EventStream> {
 public:
  struct Start {
    lock::Revision after;
    EventFilter filter;
  };

  // The exchange owns the stream; the broadcast must outlive it.
  EventStream(Exchange& exchange, Broadcast& broadcast, Start start);
  ~EventStream() override;

  // The first words.
  void begin();
  // Sends what is new, as far as the client takes it.
  void pump();
  // Sends a sign of life if nothing was sent since `quiet_since`.
  void beat(std::chrono::steady_clock::time_point quiet_since);

  const EventFilter& filter() const { return filter_; }
  // Of a stream of one lease, which is not looked at otherwise: a chunk that begins after `after` concerns
  // it.
  void wake(lock::Revision after);

  // LongReply
  void sent() override { pump(); }
  void end(const service::Fault& why) override;

 private:
  bool next_text(std::size_t& looked_at);
  void take_text(SharedText text);
  bool is_up_to_date() const;
  void read_history();
  void take_history(lock::Revision through, SharedText text);
  void send(std::string_view text);
  void cut_off(const service::Fault& why);

  Exchange& exchange_;
  Broadcast& broadcast_;
  const EventFilter filter_;
  lock::Revision position_;  // every event up to here is in text_, or was sent
  SharedText text_;          // what is being sent; null: nothing
  std::size_t taken_ = 0;    // of text_
  std::chrono::steady_clock::time_point sent_at_{};
  bool reading_ = false;  // history
  bool idle_ = false;     // told all there is, and until wake() there is nothing for it
  bool over_ = false;
};

}  // namespace holdfast::api::http
