#include "cli/bench/actor.h"

#include <variant>

namespace holdfast::cli::bench {

Actor::State Actor::go_on(std::string& out) {
  return std::visit([&](const auto& step) { return begin(step, out); }, workload_->next());
}

Actor::State Actor::begin(const DoAcquire& step, std::string& out) {
  waits_ = step.ask.wait_ms != 0;
  run_.dialect.acquire(out, step.ask, step.hold);
  const State state = sent(Timed::acquire, &step.hold);
  if (!refused_) asked_ns_ = sent_ns_;
  return state;
}

Actor::State Actor::begin(const DoRenew& step, std::string& out) {
  run_.dialect.renew(out, step.hold, run_.settings.ttl_ms);
  return sent(Timed::renew, &step.hold);
}

Actor::State Actor::begin(const DoRelease& step, std::string& out) {
  run_.dialect.release(out, step.hold);
  return sent(Timed::release, &step.hold);
}

Actor::State Actor::begin(const DoPause& step, std::string&) {
  resumes_at_ns_ = run_.now_ns + step.nanoseconds;
  return State::paused;
}

Actor::State Actor::begin(const DoFinish&, std::string&) {
  return State::finished;
}

Actor::State Actor::sent(Timed verb, Hold* hold) {
  verb_ = verb;
  hold_ = hold;
  sent_ns_ = run_.now_ns;
  return State::sent;
}

void Actor::answered(const Reply& reply) {
  switch (verb_) {
    case Timed::acquire:
      return settle(run_.dialect.acquired(reply, *hold_));
    case Timed::renew:
      return settle(run_.dialect.renewed(reply));
    default:
      return settle(run_.dialect.released(reply));
  }
}

void Actor::settle(std::string_view word) {
  refused_ = verb_ == Timed::acquire && waits_ && !run_.dialect.queues() && word == Dialect::kHeld;
  const std::int64_t since_ns = verb_ == Timed::acquire ? asked_ns_ : sent_ns_;
  if (word.empty()) {
    ++run_.done[static_cast<std::size_t>(verb_)];
    run_.time(verb_, since_ns);
  } else if (refused_) {
    ++run_.totals.refused;
  } else {
    run_.count_error(word);
  }
  const Answer answer{.word = word, .since_ns = since_ns, .refused = refused_};
  if (verb_ == Timed::acquire) return workload_->acquired(answer);
  if (verb_ == Timed::renew) return workload_->renewed(answer);
  workload_->released(answer);
}

}  // namespace holdfast::cli::bench
