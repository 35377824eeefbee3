#include "promises.h"

#include <fmt/format.h>

namespace holdfast::lock::testing {

struct Promises::Visit {
  Promises& self;
  JournalTime now;
  Revision revision;

  void living(LeaseId lease, std::string_view what) const {
    if (!self.leases_.contains(lease))
      self.fault(fmt::format("{} of lease {}, which has ended", what, lease.value));
  }

  void operator()(const CellCreated&) const {}
  void operator()(const TookOver&) const {
    for (auto& [id, wait] : self.waits_) wait.attached = false;
  }
  void operator()(const LeaseOpened&) const {
    self.leases_.emplace(LeaseId{revision.value}, JournalTime::min());
  }
  void operator()(const Granted& event) const {
    living(event.lease, "a grant");
    if (event.waiter) {
      const auto wait = self.waits_.find(event.waiter);
      if (wait == self.waits_.end())
        return self.fault(fmt::format("waiter {} is no more", event.waiter.value));
      if (!wait->second.attached)
        self.fault(fmt::format("waiter {} is granted detached", event.waiter.value));
      if (wait->second.deadline <= now)
        self.fault(fmt::format("waiter {} is granted overdue", event.waiter.value));
      self.waits_.erase(wait);
    }
    for (const GrantedKey& key : event.keys) {
      FencingToken& held = self.holds_[{event.lease, key.key}];
      if (key.token != held && key.token <= self.last_token_) {
        self.fault(fmt::format("token {} after {}", key.token.value, self.last_token_.value));
      }
      self.last_token_ = std::max(self.last_token_, key.token);
      held = key.token;
    }
  }
  void operator()(const LeaseRenewed& event) const { living(event.lease, "a renewal"); }
  void operator()(const LeaseEnded& event) const {
    living(event.lease, "an end");
    if (event.how == Ended::expiry && now < self.leases_[event.lease]) {
      self.fault(fmt::format("lease {} expires {} ms early", event.lease.value,
                             (self.leases_[event.lease] - now).count()));
    }
    self.leases_.erase(event.lease);
    std::erase_if(self.holds_, [&](const auto& hold) { return hold.first.first == event.lease; });
  }
  void operator()(const Released& event) const {
    living(event.lease, "a release");
    for (const std::string& key : event.keys) self.holds_.erase({event.lease, key});
  }
  void operator()(const WaitBegan& event) const {
    if (event.lease) living(event.lease, "a wait");
    self.waits_[WaiterId{revision.value}] = {event.wait == kNoDeadline ? kNever : now + event.wait, true};
  }
  void operator()(const WaiterAttached& event) const {
    Wait& wait = self.waits_.at(event.waiter);
    wait = {event.wait == kNoDeadline ? kNever : now + event.wait, true};
  }
  void operator()(const WaiterDetached& event) const { self.waits_.at(event.waiter).attached = false; }
  void operator()(const WaitEnded& event) const { self.waits_.erase(event.waiter); }
  // Nobody was told of the lease, or so its sender says.
  void operator()(const GrantDetached& event) const {
    self.leases_[event.lease] = JournalTime::min();
    self.untold_.insert(event.lease);
  }
  void operator()(const GrantAttached& event) const { living(event.lease, "an attachment"); }
  void operator()(const KeyOpened&) const {}
  void operator()(const LockRegistered&) const {}
  void operator()(const LockUnregistered&) const {}
  void operator()(const HoldsBroken& event) const {
    living(event.lease, "a break");
    if (event.keys.empty()) {
      self.leases_.erase(event.lease);
      std::erase_if(self.holds_, [&](const auto& hold) { return hold.first.first == event.lease; });
    }
    for (const std::string& key : event.keys) self.holds_.erase({event.lease, key});
  }
  void operator()(const LossesAcknowledged& event) const { living(event.lease, "an acknowledgement"); }
  void operator()(const auto&) const {}
};

void Promises::check(JournalTime now, Batch& batch) {
  std::uint64_t revision = batch.first_revision().value;
  untold_.clear();
  for (const Event& event : batch.events()) std::visit(Visit{*this, now, Revision{revision++}}, event);
  for (const Answer& answer : batch.answers()) promise_by(answer.reply, now);
  for (const WaiterAnswer& answer : batch.waiter_answers()) promise_by(answer.reply, now);
}

void Promises::promise_by(const Reply& reply, JournalTime now) {
  if (const auto* acquired = std::get_if<Acquired>(&reply)) {
    promise(acquired->lease.id, now, acquired->lease.expires_in);
    for (const Grant& grant : acquired->grants) {
      if (grant.fence_floor > grant.token) fault("a fence floor above the grant's own token");
    }
  } else if (const auto* started = std::get_if<LeaseStarted>(&reply)) {
    promise(started->lease.id, now, started->lease.expires_in);
  } else if (const auto* renewed = std::get_if<Renewed>(&reply)) {
    promise(renewed->lease.id, now, renewed->lease.expires_in);
  }
}

// A client whose clock runs slow by r counts expires_in for that much longer in the keeper's time.
void Promises::promise(LeaseId lease, JournalTime now, const std::optional<Millis>& expires_in) {
  const auto found = leases_.find(lease);
  // Ended in the same batch, after it was decided, or said to be unknown to anybody.
  if (found == leases_.end() || untold_.contains(lease)) return;
  if (!expires_in) {
    found->second = kNever;
  } else if (found->second != kNever) {
    const auto stretched = Millis(expires_in->count() * 1'001 / 1'000);
    found->second = std::max(found->second, now + stretched);
  }
}

}  // namespace holdfast::lock::testing
