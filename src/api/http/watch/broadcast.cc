#include "api/http/watch/broadcast.h"

#include <algorithm>
#include <set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http/watch/event_stream.h"
#include "lock/view.h"

namespace holdfast::api::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// A round of at most so much, then the rest of the server has its turn.
constexpr milliseconds kLongestTurn{2};
// Between the beginnings of two rounds: at least this, and so many times what the last one took, unless
// nothing has happened meanwhile that watchers could have delayed.
constexpr milliseconds kShortestPause{5};
constexpr milliseconds kLongestPause{500};
constexpr int kShare = 20;

constexpr std::size_t kTextBytes = 8u << 20;
constexpr milliseconds kBeat{1'000};

}  // namespace

Broadcast::Broadcast(asio::io_context& io, keeper::Keeper& keeper, service::history::History& history,
                     BroadcastOptions options)
    : io_(io),
      keeper_(keeper),
      hub_(keeper.events()),
      history_(history),
      options_(options),
      texts_(kTextBytes),
      round_timer_(io.get_executor()),
      beat_timer_(io.get_executor()) {
  hub_.subscribe(*this);
  spawn(io.get_executor(), beat());
}

Broadcast::~Broadcast() {
  hub_.unsubscribe(*this);
}

bool Broadcast::is_full_for(const EventFilter& filter) const {
  if (filter.lease) return by_lease_.size() >= options_.max_lease_streams;
  return streams_.size() - by_lease_.size() >= options_.max_streams;
}

void Broadcast::join(EventStream& stream) {
  streams_.push_back(&stream);
  if (const lock::LeaseId lease = stream.filter().lease) by_lease_.emplace(lease.value, &stream);
}

void Broadcast::leave(EventStream& stream) {
  const auto at = std::find(streams_.begin(), streams_.end(), &stream);
  const auto index = static_cast<std::size_t>(at - streams_.begin());
  streams_.erase(at);
  if (index < next_) --next_;
  if (index < next_beat_) --next_beat_;
  const auto [first, last] = by_lease_.equal_range(stream.filter().lease.value);
  const auto indexed = std::find_if(first, last, [&](const auto& entry) { return entry.second == &stream; });
  if (indexed != last) by_lease_.erase(indexed);
  if (streams_.empty()) texts_.clear();
}

SharedText Broadcast::text(std::uint64_t number, lock::Revision position, const EventFilter& filter) {
  const keeper::EventChunk& chunk = *hub_.chunk(number);
  if (filter.takes_all() && position <= chunk.after) return texts_.whole_text(number, chunk);
  const auto held = [&](const std::string& key) {
    return lock::lease_holds(keeper_.state(), filter.lease, key);
  };
  return std::make_shared<const std::string>(
      text_of(texts_.events(number, chunk), chunk.cell.incarnation, position, filter, held));
}

KeyTest Broadcast::held_now(lock::LeaseId lease) const {
  std::set<std::string> keys;
  if (const auto shown = lock::show_lease(keeper_.state(), lease, keeper_.now())) {
    for (const lock::LeaseHold& hold : shown->holds) keys.insert(hold.key);
  }
  return [keys = std::move(keys)](const std::string& key) { return keys.contains(key); };
}

void Broadcast::take(const keeper::SharedChunk& chunk) {
  if (!by_lease_.empty()) wake_leases(*chunk);
  if (!streams_.empty()) call_again();
}

void Broadcast::wake_leases(const keeper::EventChunk& chunk) {
  for (const lock::EventView& event : texts_.events(hub_.next_number() - 1, chunk)) {
    if (event.lease) wake(event.lease, chunk);
    if (event.kind != lock::EventKind::release_requested) continue;
    for (const lock::LeaseId lease : lock::leases_holding(keeper_.state(), event.keys.front().key)) {
      wake(lease, chunk);
    }
  }
}

void Broadcast::wake(lock::LeaseId lease, const keeper::EventChunk& chunk) {
  const auto [first, last] = by_lease_.equal_range(lease.value);
  std::for_each(first, last, [&](const auto& entry) { entry.second->wake(chunk.after); });
}

void Broadcast::call_again() {
  if (in_round_) {
    again_ = true;
  } else {
    begin_round();
  }
}

void Broadcast::begin_round() {
  in_round_ = true;
  round_began_at_ = keeper_.state().revision();
  next_ = 0;
  spent_ = {};
  const auto turn = [this](const boost::system::error_code& error) {
    if (!error) serve_some();
  };
  round_timer_.expires_at(not_before_);
  round_timer_.async_wait(turn);
}

void Broadcast::serve_some() {
  const Time began = steady_clock::now();
  Time now = began;
  if (next_ == 0) again_ = false;
  // A stream may end, and leave, while it is served.
  while (next_ < streams_.size() && now - began < kLongestTurn) {
    streams_[next_++]->pump();
    now = steady_clock::now();
  }
  spent_ += now - began;
  if (next_ < streams_.size()) {
    round_timer_.expires_after(nanoseconds(0));
    return round_timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) serve_some();
    });
  }
  const bool idle = keeper_.state().revision() == round_began_at_;
  not_before_ = now + std::clamp<nanoseconds>((idle ? 1 : kShare) * spent_, kShortestPause, kLongestPause);
  in_round_ = false;
  if (again_ && !streams_.empty()) begin_round();
}

Coroutine<void> Broadcast::beat() {
  for (;;) {
    beat_timer_.expires_after(kBeat);
    const auto [error] = co_await beat_timer_.async_wait(asio::as_tuple(kAwait));
    if (error) co_return;
    const Time quiet_since = steady_clock::now() - options_.heartbeat;
    // A stream may end, and leave, at its turn.
    for (next_beat_ = 0; next_beat_ < streams_.size();) streams_[next_beat_++]->beat(quiet_since);
  }
}

}  // namespace holdfast::api::http
