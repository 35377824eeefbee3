#include "promises.h"

#include <algorithm>

#include <fmt/format.h>

namespace holdfast::lock::testing {
namespace {

// What a client counts whose clock runs slow by r, in the keeper's time.
Millis stretched(Millis told) {
  return Millis(told.count() * 1'001 / 1'000);
}

}  // namespace

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
  void operator()(const LeaseOpened& event) const {
    self.leases_.emplace(LeaseId{revision.value}, JournalTime::min());
    if (event.shared) self.shared_.insert(LeaseId{revision.value});
    if (event.ttl == kNoExpiry) self.endless_.insert(LeaseId{revision.value});
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
    const bool capped = self.shared_.contains(event.lease) || self.keys_of(event.lease).empty();
    for (const GrantedKey& key : event.keys) grant(event.lease, key, capped);
  }
  void operator()(const LeaseRenewed& event) const {
    living(event.lease, "a renewal");
    if (event.ttl == kNoExpiry) self.endless_.insert(event.lease);
  }
  void operator()(const LeaseEnded& event) const {
    living(event.lease, "an end");
    self.end_all(event.lease, event.how, event.keep_for, now);
  }
  void operator()(const Released& event) const {
    living(event.lease, "a release");
    for (const std::string& key : event.keys) {
      self.end(event.lease, key, event.how, event.keep_for, now, revision);
    }
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
  void operator()(const LockRegistered& event) const { self.settings_[event.key] = event.settings; }
  void operator()(const LockUnregistered& event) const { self.settings_.erase(event.key); }
  void operator()(const HoldsBroken& event) const {
    living(event.lease, "a break");
    for (const std::string& key : event.keys.empty() ? self.keys_of(event.lease) : event.keys) {
      break_hold(event, key);
    }
    if (event.keys.empty()) self.end_all(event.lease, Ended::broken, Millis(0), now);
  }
  void operator()(const LossesAcknowledged& event) const {
    living(event.lease, "an acknowledgement");
    for (Lost& lost : self.lost_) {
      const bool meant = lost.lease == event.lease && std::ranges::count(event.keys, lost.key) != 0;
      if (meant && !lost.until) lost.until = revision;
    }
  }
  void operator()(const ReleaseRequested&) const {}
  void operator()(const AcquireRefused&) const {}
  void operator()(const RequestRemembered&) const {}
  void operator()(const Restored& event) const {
    self.last_token_ = std::max(self.last_token_, FencingToken{event.first_token.value - 1});
    self.quiet_ = event.quiet > Millis(0);
    self.quiet_until_ = now + event.quiet;
  }
  void operator()(const Reopened&) const {
    if (now < self.quiet_until_) self.fault("the quiet after a restore ends early");
    self.quiet_ = false;
  }
  void operator()(const Sealed&) const {}
  void operator()(const LevelRaised&) const {}
  void operator()(const DocumentStored&) const {}
  void operator()(const DocumentRemoved&) const {}

  // `capped`: not for an unshared lease that had holds before, which a cap would end early.
  void grant(LeaseId lease, const GrantedKey& key, bool capped) const {
    const auto [at, fresh] = self.holds_.try_emplace({lease, key.key});
    Held& held = at->second;
    if (key.token != held.token && key.token <= self.last_token_) {
      self.fault(fmt::format("token {} after {}", key.token.value, self.last_token_.value));
    }
    // A hold that only becomes weaker keeps its token and shuts nobody else out.
    if (key.token != held.token) let_in(key.key);
    self.last_token_ = std::max(self.last_token_, key.token);
    held.token = key.token;
    const auto settings = self.settings_.find(key.key);
    if (!fresh || !capped || settings == self.settings_.end() || settings->second.max_hold == Millis(0))
      return;
    const Millis most = settings->second.max_hold;
    held.cap = now + most + most / 1'000 + Millis(2);
  }

  void let_in(const std::string& key) const {
    if (self.quiet_) self.fault(fmt::format("{} is granted in the quiet after a restore", key));
    const auto closed = self.closed_.find(key);
    if (closed != self.closed_.end() && now < closed->second) {
      self.fault(fmt::format("{} is granted {} ms before it opens", key, (closed->second - now).count()));
    }
  }

  // Nobody is let in while the broken hold may still be counted on, unless there is no end to that.
  void break_hold(const HoldsBroken& event, const std::string& key) const {
    const auto held = self.holds_.find({event.lease, key});
    if (held == self.holds_.end()) {
      return self.fault(fmt::format("{} is broken, which lease {} does not hold", key, event.lease.value));
    }
    const JournalTime end = self.promised_end(event.lease, held->second);
    const JournalTime from =
        event.now || end == kNever || self.endless_.contains(event.lease) ? now : std::max(now, end);
    self.close(key, from);
    if (const auto settings = self.settings_.find(key); settings != self.settings_.end()) {
      self.close(key, from + settings->second.lock_delay);
    }
    if (!event.keys.empty()) self.end(event.lease, key, Ended::broken, Millis(0), now, revision);
  }
};

void Promises::check(JournalTime now, Batch& batch, const std::vector<Event>& events) {
  std::uint64_t revision = batch.first_revision().value;
  untold_.clear();
  for (const Event& event : events) see(now, Revision{revision++}, event);
  for (const Answer& answer : batch.answers()) promise_by(answer.reply, answer.revision, now);
  for (const WaiterAnswer& answer : batch.waiter_answers()) promise_by(answer.reply, answer.revision, now);
  check_caps(now);
}

void Promises::see(JournalTime now, Revision revision, const Event& event) {
  std::visit(Visit{*this, now, revision}, event);
}

void Promises::promise_by(const Reply& reply, Revision revision, JournalTime now) {
  if (const auto* several = std::get_if<AcquiredEach>(&reply)) {
    for (const Acquired& acquired : several->each) promise_by(acquired, revision, now);
  } else if (const auto* acquired = std::get_if<Acquired>(&reply)) {
    promise(acquired->lease.id, now, acquired->lease.expires_in);
    for (const Grant& grant : acquired->grants) {
      if (grant.fence_floor > grant.token) fault("a fence floor above the grant's own token");
      const auto held = holds_.find({acquired->lease.id, grant.key});
      if (held == holds_.end() || !grant.expires_in) continue;
      held->second.promised = std::max(held->second.promised, now + stretched(*grant.expires_in));
    }
  } else if (const auto* started = std::get_if<LeaseStarted>(&reply)) {
    promise(started->lease.id, now, started->lease.expires_in);
  } else if (const auto* renewed = std::get_if<Renewed>(&reply)) {
    promise(renewed->lease.id, now, renewed->lease.expires_in);
    check_lost(*renewed, revision);
  }
}

void Promises::check_lost(const Renewed& renewed, Revision revision) {
  if (!leases_.contains(renewed.lease.id)) return;  // it ended later in the same batch
  std::set<std::pair<std::string, FencingToken>> expected;
  std::set<std::pair<std::string, FencingToken>> told;
  for (const Lost& lost : lost_) {
    if (lost.lease != renewed.lease.id || lost.since > revision) continue;
    if (!lost.until || lost.until > revision) expected.insert({lost.key, lost.token});
  }
  for (const LossInfo& loss : renewed.lost) told.insert({loss.key, loss.token});
  if (told != expected) {
    fault(fmt::format("lease {} is told of {} losses and has {}", renewed.lease.id.value, told.size(),
                      expected.size()));
  }
}

void Promises::check_caps(JournalTime now) {
  for (const auto& [at, held] : holds_) {
    if (held.cap != kNever && held.cap <= now) {
      fault(fmt::format("lease {} holds {} beyond its cap", at.first.value, at.second));
    }
  }
}

JournalTime Promises::promised_end(LeaseId lease, const Held& held) const {
  const JournalTime its = leases_.at(lease);
  return held.promised == JournalTime::min() ? its : std::min(its, held.promised);
}

std::vector<std::string> Promises::keys_of(LeaseId lease) const {
  std::vector<std::string> keys;
  for (const auto& [at, held] : holds_) {
    if (at.first == lease) keys.push_back(at.second);
  }
  return keys;
}

void Promises::close(const std::string& key, JournalTime until) {
  JournalTime& closed = closed_.try_emplace(key, until).first->second;
  closed = std::max(closed, until);
}

void Promises::end(LeaseId lease, const std::string& key, Ended how, Millis keep_for, JournalTime now,
                   Revision revision) {
  const auto held = holds_.find({lease, key});
  if (held == holds_.end())
    return fault(fmt::format("{} ends, which lease {} does not hold", key, lease.value));
  if (how == Ended::max_hold && now < promised_end(lease, held->second)) {
    fault(fmt::format("{} is taken from lease {} early", key, lease.value));
  }
  close(key, now + keep_for);
  const auto settings = settings_.find(key);
  const bool delayed = how == Ended::expiry || how == Ended::max_hold;
  if (delayed && settings != settings_.end()) close(key, now + settings->second.lock_delay);
  if (how == Ended::max_hold || how == Ended::broken) {
    for (Lost& before : lost_) {
      if (before.lease == lease && before.key == key && !before.until) before.until = revision;
    }
    lost_.push_back({lease, key, held->second.token, revision, {}});
  }
  holds_.erase(held);
}

void Promises::end_all(LeaseId lease, Ended how, Millis keep_for, JournalTime now) {
  const bool by_time = how == Ended::expiry || how == Ended::max_hold;
  if (by_time && now < leases_[lease]) {
    fault(fmt::format("lease {} ends {} ms early", lease.value, (leases_[lease] - now).count()));
  }
  for (const std::string& key : keys_of(lease)) end(lease, key, how, keep_for, now, {});
  std::erase_if(lost_, [&](const Lost& lost) { return lost.lease == lease; });
  leases_.erase(lease);
}

void Promises::promise(LeaseId lease, JournalTime now, const std::optional<Millis>& expires_in) {
  const auto found = leases_.find(lease);
  // Ended in the same batch, after it was decided, or said to be unknown to anybody.
  if (found == leases_.end() || untold_.contains(lease)) return;
  if (!expires_in) {
    found->second = kNever;
  } else if (found->second != kNever) {
    found->second = std::max(found->second, now + stretched(*expires_in));
  }
}

}  // namespace holdfast::lock::testing
