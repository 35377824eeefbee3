#include "lock/batch.h"

#include "lock/decide.h"
#include "lock/entry.h"
#include "lock/event_codec.h"
#include "lock/evolve.h"
#include "lock/grantable.h"

namespace holdfast::lock {
namespace {

// The entry's stamp, which only the batch knows, for the grants that were made in it.
void stamp(Acquired& acquired, WallTime wall) {
  for (Grant& grant : acquired.grants) {
    if (grant.acquired_at == WallTime{}) grant.acquired_at = wall;
  }
}

void stamp(Reply& reply, WallTime wall) {
  if (auto* acquired = std::get_if<Acquired>(&reply)) return stamp(*acquired, wall);
  auto* several = std::get_if<AcquiredEach>(&reply);
  if (several == nullptr) return;
  for (Acquired& acquired : several->each) stamp(acquired, wall);
}

}  // namespace

Batch::Batch(State& state, JournalTime now, WallTime wall, EventObserver* observer)
    : state_(state), now_(now), wall_(wall), observer_(observer) {
  HOLDFAST_ASSERT(now >= state.time());
}

void Batch::begin_entry() {
  if (begun_) return;
  begun_ = true;
  first_revision_ = state_.revision().next();
  state_.begin_entry(now_, wall_);
}

void Batch::expect(std::size_t commands) {
  events_.reserve(kUsualBytes * commands);
  answers_.reserve(commands);
}

void Batch::apply(const Event& event) {
  begin_entry();
  if (const auto* ended = std::get_if<WaitEnded>(&event)) {
    const Ref<Waiter> waiter = state_.find_waiter(ended->waiter);
    Reply reply = wait_end_reply(state_, now_, waiter, *ended);
    waiter_answers_.push_back({ended->waiter, state_.revision().next(), Millis(0), std::move(reply)});
  }
  if (observer_) observer_->before(state_, event);
  ByteWriter out(events_);
  encode_event(event, out);
  ++event_count_;
  evolve(state_, event);
}

void Batch::apply_all(const Events& events) {
  for (const Event& event : events) apply(event);
}

void Batch::write_entry(const std::optional<SetDigest>& digest, Bytes& out) const {
  const EntryHeader header{.feature_level = state_.level(),
                           .epoch = state_.epoch(),
                           .time = now_,
                           .wall = wall_,
                           .first_revision = first_revision_,
                           .digest = digest};
  encode_entry(header, event_count_, events_, out);
}

void Batch::execute(Ticket ticket, const Command& command) {
  Decision decision = decide(state_, now_, command);
  apply_all(decision.events);
  if (!decision.reply) {
    waiting_.push_back({ticket, decision.waiter});
    return;
  }
  if (const auto* refused = std::get_if<Refused>(&*decision.reply)) {
    if (observer_) observer_->refused(*refused);
  }
  stamp(*decision.reply, wall_);
  answers_.push_back({ticket, state_.revision(), *std::move(decision.reply)});
}

void Batch::expire() {
  for (std::size_t ended = 0; state_.next_deadline() <= now_; ++ended) {
    if (ended == kMaxGrantsPerEntry || full()) {
      unfinished_ = true;
      return;
    }
    apply_all(decide_due(state_, now_, state_.earliest_timer()));
  }
}

void Batch::settle() {
  while (const Ref<Lock> lock = state_.unsettled()) {
    const Ref<Place> head = state_.locks()[lock].queue.front();
    const Ref<Waiter> waiter = head ? state_.places()[head].waiter : Ref<Waiter>{};
    if (waiter && lost_its_ground(state_, waiter)) {
      apply(WaitEnded{state_.waiters()[waiter].id, WaitEnd::hold_lost, {}, {}});
    } else if (!waiter || !grantable(state_, waiter, now_)) {
      state_.mark_settled(lock);
    } else if (granted_ == kMaxGrantsPerEntry || full()) {
      unfinished_ = true;
      return;
    } else {
      grant(waiter);
    }
  }
}

void Batch::grant(Ref<Waiter> ref) {
  ++granted_;
  const WaiterId id = state_.waiters()[ref].id;
  const Millis reattach = state_.waiters()[ref].reattach;
  Decision decision = decide_grant(state_, now_, ref);
  apply_all(decision.events);
  stamp(*decision.reply, wall_);
  waiter_answers_.push_back({id, state_.revision(), reattach, *std::move(decision.reply)});
}

}  // namespace holdfast::lock
