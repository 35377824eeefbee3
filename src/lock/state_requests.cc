#include "lock/state.h"

// Requests that can be repeated, and what is remembered of those and of leases that have ended.

namespace holdfast::lock {
namespace {

// About how many remembered records of a kind one entry forgets at most, so that no entry takes long.
constexpr std::size_t kForgottenPerEntry = 10'000;

}  // namespace

Ref<Request> State::add_request(Request&& request) {
  const Ref<Request> ref = requests_.create();
  requests_[ref] = std::move(request);
  added(requests_[ref]);
  request_index_.insert(requests_[ref].tag.id, ref);
  return ref;
}

void State::remove_request(Ref<Request> ref) {
  Request& request = requests_[ref];
  before_change(request);
  if (request.ended) {
    ended_requests_in_order_.remove(requests_, ref);
    --ended_request_count_;
  }
  request_index_.erase(request.tag.id);
  requests_.destroy(ref);
}

void State::remember_ended(Ref<Request> ref) {
  edit(ref, [&](Request& request) {
    request.ended = revision_;
    request.ended_at = time_;
  });
  restore_ended(ref);
  while (ended_request_count_ > kMaxRemembered) forget_oldest_request();
}

void State::restore_ended(Ref<Request> ref) {
  ended_requests_in_order_.push_back(requests_, ref);
  ++ended_request_count_;
}

void State::add_ended_lease(EndedLease&& ended) {
  const Ref<EndedLease> ref = ended_leases_.create();
  ended_leases_[ref] = std::move(ended);
  added(ended_leases_[ref]);
  ended_lease_index_.insert(ended_leases_[ref].id.value, ref);
  ended_leases_in_order_.push_back(ended_leases_, ref);
  ++ended_lease_count_;
  while (ended_lease_count_ > kMaxRemembered) forget_oldest_lease();
}

// All that one event ended go together: their order among themselves is no truth, and a replica that was
// loaded from a snapshot must forget the same.
void State::forget_oldest_request() {
  const Revision ended = requests_[ended_requests_in_order_.front()].ended;
  while (!ended_requests_in_order_.empty()) {
    const Ref<Request> oldest = ended_requests_in_order_.front();
    if (requests_[oldest].ended != ended) return;
    remove_request(oldest);
  }
}

void State::forget_oldest_lease() {
  const Ref<EndedLease> ref = ended_leases_in_order_.front();
  before_change(ended_leases_[ref]);
  ended_leases_in_order_.remove(ended_leases_, ref);
  --ended_lease_count_;
  ended_lease_index_.erase(ended_leases_[ref].id.value);
  ended_leases_.destroy(ref);
}

void State::forget_old() {
  const JournalTime horizon = time_ - kRememberEnded;
  const std::size_t kept = ended_request_count_ - std::min(ended_request_count_, kForgottenPerEntry);
  while (ended_request_count_ > kept) {
    if (requests_[ended_requests_in_order_.front()].ended_at > horizon) break;
    forget_oldest_request();
  }
  for (std::size_t left = kForgottenPerEntry; left > 0 && !ended_leases_in_order_.empty(); --left) {
    if (ended_leases_[ended_leases_in_order_.front()].ended_at > horizon) break;
    forget_oldest_lease();
  }
}

}  // namespace holdfast::lock
