#include "client.h"

#include <utility>

#include "workload/orders.h"

namespace holdfast::sim {

Client::Client(const Parts& parts)
    : Machine(parts.schedule, parts.clock_offset, parts.clock_rate_ppm),
      id_(parts.id),
      plan_(parts.plan),
      random_(parts.random),
      referee_(parts.referee),
      operations_(parts.operations),
      asker_({parts.id, *this, parts.network, parts.endpoints, parts.referee, random_.fork(),
              parts.connections}),
      tenures_({parts.id, *this, asker_, parts.plan, random_}) {}

void Client::start() {
  process_starts();
  think();
}

void Client::die() {
  asker_.vanish();
  tenures_.vanish();
  last_.reset();
  repeating_ = false;
  process_dies();
  referee_.vanishes(id_);
}

void Client::drain() {
  draining_ = true;
  asker_.insist();
  tenures_.release_all();
  withdraw_waits();
}

// Again and again: a cancel may come before the attempt that it is about.
void Client::withdraw_waits() {
  for (const Asker::Waiting& wait : asker_.waiting()) {
    wait.request ? void(ask(lock::Cancel{wait.request}, {}, [](const Told*) {})) : asker_.forget(wait.ask);
  }
  after(std::chrono::seconds(10), [this] { withdraw_waits(); });
}

void Client::think() {
  after(random_.between(Nanos(1), 2 * plan_.think), [this] {
    if (draining_) return;
    act();
    think();
  });
}

void Client::act() {
  if (asker_.open() < 6) act(draw_verb());
}

Verb Client::draw_verb() {
  std::uint64_t all = 0;
  for (const std::uint32_t weight : plan_.weight) all += weight;
  std::uint64_t drawn = random_.below(all);
  std::size_t verb = 0;
  for (; drawn >= plan_.weight[verb]; ++verb) drawn -= plan_.weight[verb];
  return static_cast<Verb>(verb);
}

void Client::act(Verb verb) {
  switch (verb) {
    case Verb::lock:
      return lock(1);
    case Verb::lock_several:
      return lock(static_cast<std::size_t>(random_.between(2, 3)));
    case Verb::open_session:
      return open_session();
    case Verb::lock_in_session:
      return lock_in_session();
    case Verb::convert:
      return convert();
    case Verb::release_part:
      return release_part();
    case Verb::renew:
      return renew();
    case Verb::lock_by_alias:
      return lock_by_alias();
    case Verb::extend_by_alias:
      return extend_by_alias();
    case Verb::lock_each:
      return lock_each();
    case Verb::poll:
      return poll();
    case Verb::cancel:
      return cancel();
    case Verb::hang_up:
      return hang_up();
    case Verb::register_key:
      return register_key();
    case Verb::unregister_key:
      return unregister_key();
    case Verb::break_hold:
      return break_hold();
    case Verb::break_wait:
      return break_wait();
    case Verb::request_release:
      return request_release();
    case Verb::read:
      return read();
    case Verb::reuse_id:
      return reuse_id();
    case Verb::repeat:
      return repeat();
  }
}

Asker::Manner Client::manner(bool repeats) {
  return {.repeats = repeats,
          .patience = random_.spread(std::chrono::milliseconds(200), std::chrono::seconds(8)),
          .twice = random_.one_in(10)};
}

AskId Client::ask(lock::Command command, const Manner& manner, Asker::Done done) {
  ++operations_;
  return asker_.ask(std::move(command), manner, std::move(done));
}

void Client::acquired(const Told* told, const lock::Alias& alias) {
  if (const auto* acquired = reply_of<lock::Acquired>(told)) {
    tenures_.began(*acquired, alias);
    // What comes while it is leaving is given back at once.
    if (draining_) tenures_.release(acquired->lease.id);
  } else if (const auto* refused = reply_of<lock::Refused>(told)) {
    hear(*refused);
  }
}

void Client::hear(const lock::Refused& refused) {
  if (!refused.holders.empty())
    seen_ = {refused.key, refused.holders.front().lease, refused.holders.front().token};
  if (!refused.blocked_by.empty()) seen_wait_ = {refused.key, refused.blocked_by.front().waiter};
}

}  // namespace holdfast::sim
