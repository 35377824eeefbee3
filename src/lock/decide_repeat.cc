#include <algorithm>

#include "lock/decide.h"
#include "lock/info.h"

// An acquire that is known already, by its request (protocol.md 25).

namespace holdfast::lock {
namespace {

class Repetition {
 public:
  Repetition(const State& state, JournalTime now, const Acquire& command)
      : state_(state), now_(now), command_(command) {}

  Decision run(Ref<Request> ref) const {
    const Request& request = state_.requests()[ref];
    if (request.tag.fingerprint != command_.request.fingerprint) {
      return {{}, refuse(Code::request_id_reused, "this request_id was used for another request")};
    }
    switch (request.kind) {
      case Request::Kind::waiting: {
        const Waiter& waiter = state_.waiters()[request.waiter];
        return {{WaiterAttached{waiter.id, wait_left(waiter)}}, std::nullopt, waiter.id};
      }
      case Request::Kind::granted:
        return repeat_grant(ref);
      case Request::Kind::ended_wait:
        return {{}, ended_wait(request.wait_end)};
      default:
        break;
    }
    Refused refused = lease_gone(state_, request.lease_id);
    // The lease may live on, or have ended otherwise than what it was granted here.
    if (!refused.ended || refused.ended->how != request.lease_end)
      refused.ended = EndedInfo{request.lease_end};
    return {{}, std::move(refused)};
  }

 private:
  // Repeating a request does not make its wait longer than the settings of its keys allow.
  Millis wait_left(const Waiter& waiter) const {
    Millis most = kNoDeadline;
    for (const Ref<Place> at : waiter.places) {
      most = at_most(most, state_.settings(state_.places()[at].lock), &Settings::max_wait);
    }
    if (most == kNoDeadline) return command_.wait;
    const Millis left = std::max(Millis(0), waiter.since + most - now_);
    return command_.wait == kNoDeadline ? left : std::min(command_.wait, left);
  }

  Decision repeat_grant(Ref<Request> ref) const {
    const LeaseId id = state_.requests()[ref].lease_id;
    const Ref<Lease> lease_ref = state_.find_lease(id);
    const Lease& lease = state_.leases()[lease_ref];
    Acquired acquired{lease_info(state_, lease, now_), {}, Millis(0), Millis(0)};
    for (const Item& item : command_.items) {
      const Ref<Hold> hold = state_.find_hold(lease_ref, state_.find_lock(item.key));
      if (hold && state_.holds()[hold].request == ref) {
        acquired.grants.push_back(grant_info(state_, state_.holds()[hold], now_));
      }
    }
    Decision decision;
    if (lease.unclaimed) {
      decision.events.push_back(GrantAttached{id});
      const JournalTime expires = std::max(lease.expires, state_.expiry(now_, lease.ttl()));
      acquired.lease.expires_in = state_.expires_in(state_.end_of(lease, expires), now_);
    }
    decision.reply = std::move(acquired);
    return decision;
  }

  Refused ended_wait(WaitEnd how) const {
    switch (how) {
      case WaitEnd::cancelled:
        return refuse(Code::cancelled, "the wait of this request was cancelled");
      case WaitEnd::broken: {
        Refused refused = refuse(Code::cancelled, "the wait was ended by somebody with the right to");
        refused.ended = EndedInfo{Ended::broken, {}, {}};
        return refused;
      }
      case WaitEnd::lease_ended:
      case WaitEnd::hold_lost:
        return refuse(Code::lease_gone, "the lease was lost while the request waited");
      default:
        break;
    }
    for (const Item& item : command_.items) {
      const Ref<Lock> lock = state_.find_lock(item.key);
      if (!lock) continue;
      Refused refused = refuse_held(state_, lock, now_);
      refused.code = Code::held;
      refused.detail = "this request was not granted within its wait_ms; ask with a new request_id";
      return refused;
    }
    return refuse(Code::held, "this request was not granted within its wait_ms; ask with a new request_id");
  }

  const State& state_;
  JournalTime now_;
  const Acquire& command_;
};

}  // namespace

Decision repeat_acquire(const State& state, JournalTime now, const Acquire& command, Ref<Request> request) {
  return Repetition(state, now, command).run(request);
}

}  // namespace holdfast::lock
