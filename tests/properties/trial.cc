#include "trial.h"

#include <fmt/format.h>

namespace holdfast::lock::testing {
namespace {

constexpr model::Time kPauses[] = {0, 0, 0, 1, 40, 500, 1'000, 3'000, 5'011, 10'000, 30'031, 610'000};

std::string_view text(Ended how) {
  constexpr std::string_view kTexts[] = {"release", "expiry", "undelivered", "broken", "max_hold"};
  return kTexts[static_cast<std::size_t>(how)];
}

std::string_view text(WaitEnd how) {
  constexpr std::string_view kTexts[] = {"timed_out",   "cancelled", "disconnected", "not_reattached",
                                         "lease_ended", "hold_lost", "broken"};
  return kTexts[static_cast<std::size_t>(how)];
}

std::string_view text(Code code) {
  switch (code) {
    case Code::invalid_argument:
      return "invalid_argument";
    case Code::held:
      return "held";
    case Code::deadlock:
      return "deadlock";
    case Code::limit_mismatch:
      return "limit_mismatch";
    case Code::request_id_reused:
      return "request_id_reused";
    case Code::lock_delay:
      return "lock_delay";
    case Code::already_held:
      return "already_held";
    case Code::cancelled:
      return "cancelled";
    case Code::lease_gone:
      return "lease_gone";
    case Code::not_found:
      return "not_found";
    case Code::in_use:
      return "in_use";
    case Code::etag_mismatch:
      return "etag_mismatch";
    default:
      return "another code";
  }
}

std::string left(const std::optional<Millis>& expires_in) {
  return expires_in ? std::to_string(expires_in->count()) : "never";
}

std::string joined(const std::vector<std::string>& keys) {
  std::string out;
  for (const std::string& key : keys) out += " " + key;
  return out;
}

struct EventLine {
  Names& names;
  Revision revision;

  std::string operator()(const CellCreated&) const { return "cell"; }
  std::string operator()(const TookOver&) const { return "takeover"; }
  std::string operator()(const LeaseOpened&) const {
    names.add(LeaseId{revision.value});
    return "open " + names.of(LeaseId{revision.value});
  }
  std::string operator()(const Granted& e) const {
    std::string line = "grant " + names.of(e.lease);
    for (const GrantedKey& key : e.keys) line += fmt::format(" {}#{}", key.key, key.token.value);
    return e.waiter ? line + " to " + names.of(e.waiter) : line;
  }
  std::string operator()(const LeaseRenewed& e) const { return "renew " + names.of(e.lease); }
  std::string operator()(const LeaseEnded& e) const {
    return fmt::format("end {} {}", names.of(e.lease), text(e.how));
  }
  std::string operator()(const Released& e) const {
    return fmt::format("lose {} {}{}", names.of(e.lease), text(e.how), joined(e.keys));
  }
  std::string operator()(const WaitBegan&) const {
    names.add(WaiterId{revision.value});
    return "wait " + names.of(WaiterId{revision.value});
  }
  std::string operator()(const WaiterAttached& e) const { return "attach " + names.of(e.waiter); }
  std::string operator()(const WaiterDetached& e) const { return "detach " + names.of(e.waiter); }
  std::string operator()(const WaitEnded& e) const {
    return fmt::format("waitend {} {}", names.of(e.waiter), text(e.how));
  }
  std::string operator()(const GrantDetached& e) const { return "kept " + names.of(e.lease); }
  std::string operator()(const GrantAttached& e) const { return "claimed " + names.of(e.lease); }
  std::string operator()(const KeyOpened& e) const { return "opened " + e.key; }
  std::string operator()(const LockRegistered& e) const { return "rules " + e.key; }
  std::string operator()(const LockUnregistered& e) const { return "norules " + e.key; }
  std::string operator()(const HoldsBroken& e) const {
    return fmt::format("break {}{}{}", names.of(e.lease), joined(e.keys), e.now ? " now" : "");
  }
  std::string operator()(const LossesAcknowledged& e) const {
    return fmt::format("know {}{}", names.of(e.lease), joined(e.keys));
  }
  std::string operator()(const ReleaseRequested& e) const { return "wish " + e.key; }
  std::string operator()(const RequestRemembered& e) const { return "done" + joined(e.keys); }
  std::string operator()(const auto&) const { return "another event"; }
};

int number_of(std::string_view name) {
  return std::stoi(std::string(name.substr(1)));
}

}  // namespace

std::string Trial::line_of(const Outcome::Recorded& recorded) {
  return std::visit(EventLine{names_, recorded.revision}, recorded.event);
}

std::string Trial::line_of(const Reply& reply, bool with_key) const {
  if (const auto* r = std::get_if<Acquired>(&reply)) {
    std::string line = fmt::format("granted {} {}", names_.of(r->lease.id), left(r->lease.expires_in));
    for (const Grant& grant : r->grants) {
      line += fmt::format(" {}#{}/{}", grant.key, grant.token.value, grant.fence_floor.value);
      if (grant.expires_in) line += "!" + left(grant.expires_in);
    }
    return line + fmt::format(" waited {} queued {}", r->waited.count(), r->queued.count());
  }
  if (const auto* r = std::get_if<AcquiredEach>(&reply)) {
    std::string line = "each";
    for (const Acquired& one : r->each) line += " | " + line_of(one, with_key);
    return line;
  }
  if (const auto* r = std::get_if<LeaseStarted>(&reply)) {
    return fmt::format("has {} {}", names_.of(r->lease.id), left(r->lease.expires_in));
  }
  if (const auto* r = std::get_if<Renewed>(&reply)) {
    std::string line = fmt::format("renewed {} ttl {} {}", names_.of(r->lease.id), r->lease.ttl.count(),
                                   left(r->lease.expires_in));
    for (const LossInfo& loss : r->lost) {
      line += fmt::format(" lost {}#{} {}", loss.key, loss.token.value, text(loss.ended.how));
    }
    for (const ReleaseRequestInfo& wish : r->release_requested) line += " asked " + wish.key;
    return line;
  }
  if (const auto* r = std::get_if<ReleaseDone>(&reply)) return "released" + joined(r->keys);
  if (const auto* r = std::get_if<CancelDone>(&reply)) return r->cancelled ? "cancelled 1" : "cancelled 0";
  if (const auto* r = std::get_if<RegisterDone>(&reply)) return "registered " + r->key;
  if (const auto* r = std::get_if<UnregisterDone>(&reply)) return "unregistered " + r->key;
  if (const auto* r = std::get_if<BreakDone>(&reply)) {
    std::string line = "broke";
    for (const BrokenInfo& info : r->broken) {
      line += info.waiter ? fmt::format(" {}@", names_.of(info.waiter)) : " ";
      line += info.key;
      if (info.token) line += fmt::format("#{}:{}", info.token.value, info.opens_in.count());
    }
    return line;
  }
  if (const auto* r = std::get_if<ReleaseRequestDone>(&reply)) {
    std::string line = "asked";
    for (const HolderInfo& holder : r->holders) line += " " + names_.of(holder.lease);
    return line;
  }
  if (!std::holds_alternative<Refused>(reply)) return "another reply";
  const Refused& refused = std::get<Refused>(reply);
  std::string line = fmt::format("refused {}", text(refused.code));
  return with_key && !refused.key.empty() ? line + " " + refused.key : line;
}

std::string Trial::play(const Steps& steps) {
  for (const Step& step : steps) {
    if (const model::Time pause = kPauses[step.pause]; pause != 0) {
      play_batch();
      if (!difference_.empty()) return difference_;
      now_ += pause;
    }
    batch_.push_back(move_of(step));
  }
  play_batch();
  return difference_;
}

void Trial::play_batch() {
  std::vector<Command> commands;
  told_ += fmt::format("at {}\n", now_);
  for (const Move& move : batch_) {
    commands.push_back(move.command);
    told_ += "  " + move.text + "\n";
  }
  // Sometimes time alone is recorded; what is remembered is then forgotten first.
  const bool tick = now_ % 3 == 0;
  const Outcome outcome = rig_.run(JournalTime(Millis(now_)), commands, tick);
  lines_.clear();
  to_waiters_.clear();
  for (const Outcome::Recorded& recorded : outcome.events) {
    lines_.push_back(line_of(recorded));
    told_ += "    " + lines_.back() + "\n";
  }
  model_.begin_batch(now_, tick);
  for (const Outcome::Phase& phase : outcome.phases) check_phase(outcome, phase);
  if (outcome.waiter_answers.size() != to_waiters_.size()) differ("another number of waiters is answered");
  for (std::size_t i = 0; i < to_waiters_.size() && difference_.empty(); ++i) {
    const WaiterAnswer& answer = outcome.waiter_answers[i];
    expect(names_.of(answer.waiter) + " " + line_of(answer.reply, false), to_waiters_[i], "to a waiter");
  }
  if (!rig_.faults().empty()) differ(rig_.faults().front());
  batch_.clear();
}

void Trial::check_phase(const Outcome& outcome, const Outcome::Phase& phase) {
  if (!difference_.empty()) return;
  if (phase.of == Outcome::Phase::Of::command) return check_command(outcome, phase);
  check_by_itself(outcome, phase);
  if (phase.of == Outcome::Phase::Of::due) {
    if (model_.next_due() <= now_) differ(fmt::format("something was due at {}", model_.next_due()));
  } else if (const int waiter = model_.unsettled(); waiter != 0) {
    differ(fmt::format("W{} should have been granted", waiter));
  }
}

// Which key stood in the way of a wait that has ended the model does not say, and a refusal of settings is of
// the one key that was named.
bool Trial::names_a_key(const std::string& predicted) {
  return predicted != "refused held" && predicted != "refused in_use";
}

void Trial::check_command(const Outcome& outcome, const Outcome::Phase& phase) {
  const model::Lines predicted = batch_[phase.command].predict(model_);
  const std::string& what = batch_[phase.command].text;
  std::vector<std::string> real(lines_.begin() + static_cast<std::ptrdiff_t>(phase.first_event),
                                lines_.begin() + static_cast<std::ptrdiff_t>(phase.end_event));
  expect(fmt::format("{}", fmt::join(real, "; ")), fmt::format("{}", fmt::join(predicted.events, "; ")),
         what);
  to_waiters_.insert(to_waiters_.end(), predicted.to_waiters.begin(), predicted.to_waiters.end());
  const Ticket ticket{phase.command + 1};
  std::string reply;
  for (const Answer& answer : outcome.answers) {
    if (answer.ticket == ticket) reply = line_of(answer.reply, names_a_key(predicted.reply));
  }
  for (const Waiting& waiting : outcome.waiting) {
    if (waiting.ticket == ticket) reply = "waits " + names_.of(waiting.waiter);
  }
  expect(reply, predicted.reply, what);
}

// The events of deadlines and queues, of which only some orders are given.
void Trial::check_by_itself(const Outcome& outcome, const Outcome::Phase& phase) {
  for (std::size_t at = phase.first_event; at < phase.end_event && difference_.empty();) {
    const std::optional<model::Lines> lines = accept(outcome, phase, at);
    if (!lines) return differ("must not happen: " + lines_[at]);
    for (const std::string& line : lines->events) {
      expect(at < phase.end_event ? lines_[at] : "nothing more", line, "by itself");
      ++at;
    }
    to_waiters_.insert(to_waiters_.end(), lines->to_waiters.begin(), lines->to_waiters.end());
  }
}

// What begins with the event at `at`.
std::optional<model::Lines> Trial::accept(const Outcome& outcome, const Outcome::Phase& phase,
                                          std::size_t at) {
  const bool due = phase.of == Outcome::Phase::Of::due;
  // The end of a lease begins with those of its waits.
  for (std::size_t i = at; due && i < phase.end_event; ++i) {
    const auto* wait = std::get_if<WaitEnded>(&outcome.events[i].event);
    if (wait && (wait->how == WaitEnd::lease_ended || wait->how == WaitEnd::hold_lost)) continue;
    if (const auto* end = std::get_if<LeaseEnded>(&outcome.events[i].event)) {
      const int lease = number_of(names_.of(end->lease));
      return end->how == Ended::max_hold ? model_.lease_capped(lease) : model_.lease_expires(lease);
    }
    if (const auto* taken = std::get_if<Released>(&outcome.events[i].event)) {
      return model_.hold_capped(number_of(names_.of(taken->lease)), taken->keys.front());
    }
    break;
  }
  const Event& event = outcome.events[at].event;
  if (const auto* opened = std::get_if<KeyOpened>(&event); opened && due)
    return model_.key_opens(opened->key);
  if (const auto* wait = std::get_if<WaitEnded>(&event)) {
    const int waiter = number_of(names_.of(wait->waiter));
    return due ? model_.wait_runs_out(waiter) : model_.loses_its_ground(waiter);
  }
  if (due) return std::nullopt;
  for (std::size_t i = at; i < std::min(at + 2, phase.end_event); ++i) {
    if (const auto* grant = std::get_if<Granted>(&outcome.events[i].event)) {
      // The names are given already; the text of the event has the waiter's.
      return grant->waiter ? model_.grant(number_of(lines_[i].substr(lines_[i].rfind('W')))) : std::nullopt;
    }
  }
  return std::nullopt;
}

void Trial::expect(const std::string& real, const std::string& predicted, const std::string& where) {
  if (real != predicted) differ(fmt::format("{}\n  happened: {}\n  expected: {}", where, real, predicted));
}

void Trial::differ(const std::string& what) {
  if (difference_.empty()) difference_ = told_ + "\n" + what;
}

}  // namespace holdfast::lock::testing
