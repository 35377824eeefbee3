#pragma once

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

#include "keeper/calls.h"
#include "lock/command.h"
#include "lock/reply.h"

// Answers on their way out. All that became durable together is handed out in one go, so that connections can
// gather what is theirs and send it at once.
//
// It also sees to it that no grant stays behind that nobody knows of (protocol.md 17): the first answer that
// tells of a new grant is `fresh`; when its call has left, the duty passes to another answer that tells of
// the same grant (a retry), and when there is none, the grant is abandoned.

namespace holdfast::keeper {

struct Answer {
  CallId call;  // none: nobody was attached when it was decided
  lock::Revision revision;
  lock::Reply reply;
  bool fresh = false;
  std::chrono::nanoseconds append{};  // that its entry took
  lock::Millis reattach{0};           // of a fresh grant: how long to keep it for a client that comes back
};

class Outbox {
 public:
  using Abandon = std::function<void(lock::Abandon)>;

  // `abandon` is called from within flush().
  Outbox(CallTable& calls, Abandon abandon) : calls_(calls), abandon_(std::move(abandon)) {}

  void add(Answer answer) { answers_.push_back(std::move(answer)); }
  // Takes them all. `append` is what their entry took.
  void add(std::vector<Answer>& answers, std::chrono::nanoseconds append = {});
  bool empty() const { return answers_.empty(); }

  // Answers everything, and what is added meanwhile. The answers of an entry that is still in flight are
  // looked at only for somebody to whom a duty can pass.
  void flush(std::vector<Answer>& in_flight);

 private:
  void hand_out(const CallTable::Taken& taken, const Answer& answer);
  void nobody_was_told(std::size_t index, std::vector<Answer>& in_flight);

  CallTable& calls_;
  Abandon abandon_;
  std::vector<Answer> answers_;
  std::vector<Answer> going_out_;         // in this flush; what is added meanwhile comes after
  std::vector<lock::FencingToken> told_;  // of the grants handed out in this flush
  bool flushing_ = false;
};

}  // namespace holdfast::keeper
