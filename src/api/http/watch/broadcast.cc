#include "api/http/watch/broadcast.h"

#include <algorithm>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/http/watch/event_stream.h"

namespace holdfast::api::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// A round of at most so much, then the rest of the server has its turn.
constexpr milliseconds kLongestTurn{2};
// Between the beginnings of two rounds: at least this, and so many times what the last one took.
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

void Broadcast::leave(EventStream& stream) {
  const auto at = std::find(streams_.begin(), streams_.end(), &stream);
  const auto index = static_cast<std::size_t>(at - streams_.begin());
  streams_.erase(at);
  if (index < next_) --next_;
  if (streams_.empty()) texts_.clear();
}

void Broadcast::take(const keeper::SharedChunk&) {
  if (!streams_.empty()) call_again();
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
  not_before_ = now + std::clamp<nanoseconds>(kShare * spent_, kShortestPause, kLongestPause);
  in_round_ = false;
  if (again_ && !streams_.empty()) begin_round();
}

Coroutine<void> Broadcast::beat() {
  for (;;) {
    beat_timer_.expires_after(kBeat);
    const auto [error] = co_await beat_timer_.async_wait(asio::as_tuple(kAwait));
    if (error) co_return;
    const Time quiet_since = steady_clock::now() - options_.heartbeat;
    for (EventStream* const stream : std::vector(streams_)) {
      if (std::find(streams_.begin(), streams_.end(), stream) != streams_.end()) stream->beat(quiet_since);
    }
  }
}

}  // namespace holdfast::api::http
