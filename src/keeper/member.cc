#include "keeper/member.h"

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "base/assert.h"
#include "base/random.h"
#include "keeper/errc.h"
#include "keeper/takeover.h"

namespace holdfast::keeper {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstRepeat{50};
constexpr milliseconds kLongestRepeat{1'000};
constexpr std::chrono::seconds kRememberEvery{5};

}  // namespace

// What exists only while this server leads.
struct Member::Reign {
  std::shared_ptr<Sweeper> sweeper;
  std::shared_ptr<Snapshotter> snapshotter;
  std::shared_ptr<Loop> loop;
};

Member::Member(const Parts& parts, const Options& options, Hooks hooks)
    : io_(parts.io),
      runner_(parts.runner),
      alarm_(parts.alarm),
      loop_alarm_(parts.loop_alarm),
      clock_(parts.clock),
      wall_(parts.wall),
      events_(parts.events),
      positions_(parts.positions),
      chance_(parts.chance),
      open_stream_(parts.open_stream),
      options_(options),
      hooks_(std::move(hooks)),
      follower_(parts.events) {
  HOLDFAST_ASSERT(options.takeover_after > milliseconds(0));
}

Member::~Member() {
  if (reign_) reign_->snapshotter->stop();
}

template <class Handler>
auto Member::alive(Handler handler) {
  return [weak = weak_from_this(), handler = std::move(handler)] {
    const std::shared_ptr<Member> self = weak.lock();
    if (self && self->role_ != Role::stopped) handler(*self);
  };
}

Result<void> Member::start() {
  const Result<std::optional<Position>> position = positions_.load();
  if (!position) return position.error();
  if (*position) follower_.expect(**position);
  seen_at_ = remembered_at_ = clock_.now();
  patience_ = options_.takeover_after;
  look();
  return {};
}

CallId Member::submit(lock::Command&& command, Call& call) {
  if (role_ == Role::keeper) return reign_->loop->submit(std::move(command), call);
  last_call_ = CallId{last_call_.value + 1};
  refuse(last_call_, call);
  return last_call_;
}

void Member::refuse(CallId id, Call& call) {
  refused_.emplace(id, &call);
  boost::asio::post(io_, [weak = weak_from_this(), id] {
    const std::shared_ptr<Member> self = weak.lock();
    if (!self) return;
    const auto found = self->refused_.find(id);
    if (found == self->refused_.end()) return;
    Call& waiting = *found->second;
    self->refused_.erase(found);
    waiting.answered({}, lock::Refused{.code = lock::Code::no_leader, .detail = "this server does not lead"},
                   {});
  });
}

void Member::leave(CallId id) {
  if (refused_.erase(id) == 0 && role_ == Role::keeper) reign_->loop->leave(id);
}

void Member::confirm(std::function<void(bool leads)> then) {
  if (role_ == Role::keeper) return reign_->loop->confirm(std::move(then));
  boost::asio::post(io_, [then = std::move(then)] { then(false); });
}

std::uint64_t Member::snapshots_taken() const {
  return reign_ ? reign_->snapshotter->figures().taken : 0;
}

void Member::look() {
  const auto look = std::make_shared<Result<Follower::Look>>(Follower::Look{});
  runner_.run([look, known = follower_.head(),
               &clock = clock_](journal::Journal& journal) { *look = Follower::look(journal, known, clock); },
              alive([look](Member& self) { self.looked(std::move(*look)); }));
}

void Member::looked(Result<Follower::Look> look) {
  if (!look) {
    if (look.error().code != make_error_code(journal::Errc::unavailable)) return fail(look.error());
    return wake_in(options_.takeover_after / 4);
  }
  const journal::Head before = follower_.head();
  if (const auto taken = follower_.take(std::move(*look)); !taken) return fail(taken.error());
  if (follower_.head() != before) {
    seen_at_ = clock_.now();
    remember();
  }
  if (!follower_.caught_up()) return this->look();
  wait_and_see();
}

void Member::wait_and_see() {
  const Nanos silent = clock_.now() - seen_at_;
  if (silent >= patience_) return claim();
  wake_in(std::min<Nanos>(patience_ - silent, options_.takeover_after / 4));
}

void Member::wake_in(Nanos delay) {
  alarm_.set(delay, alive([](Member& self) { self.claim_ ? self.append_claim() : self.look(); }));
}

void Member::claim() {
  if (!state().successor().empty()) {
    return fail({make_error_code(Errc::sealed), "its state goes on in " + state().successor()});
  }
  become(Role::claiming);
  claim_.emplace();
  fill_random(claim_->id);
  claim_->patience = kFirstRepeat;
  claim_->entry =
      keeper::claim(follower_.state(), follower_.head().sequence + 1, lock::WallTime(wall_.now()), events_);
  append_claim();
}

void Member::append_claim() {
  const auto outcome = std::make_shared<Result<journal::Append>>(journal::Append::unknown);
  runner_.run([outcome, head = follower_.head(), claim = *claim_](
                  journal::Journal& journal) { *outcome = journal.append(head, claim.id, claim.entry); },
              alive([outcome](Member& self) { self.claimed(*outcome); }));
}

void Member::claimed(const Result<journal::Append>& outcome) {
  if (!outcome) return fail(outcome.error());
  switch (*outcome) {
    case journal::Append::written:
      return lead();
    case journal::Append::unknown:
      wake_in(claim_->patience);
      claim_->patience = std::min<Nanos>(2 * claim_->patience, kLongestRepeat);
      return;
    case journal::Append::refused:
    case journal::Append::overtaken:
      return fall_back();
  }
}

// The entry is durable. The first one of all only made the cell.
void Member::lead() {
  const journal::Head& before = follower_.head();
  follower_.advance({before.sequence + 1, journal::next_chain(before.chain, claim_->entry)});
  claim_.reset();
  if (state().epoch() == lock::Epoch{}) return claim();
  events_.durable(state());
  reign_ = std::make_unique<Reign>();
  reign_->sweeper = std::make_shared<Sweeper>(io_, follower_.state(), clock_);
  reign_->snapshotter = std::make_shared<Snapshotter>(
      Snapshotter::Parts{io_, state(), *reign_->sweeper, runner_, clock_, events_, open_stream_},
      options_.snapshot_every_bytes,
      Snapshotter::Newest{follower_.newest_snapshot().head.sequence, follower_.newest_snapshot().bytes},
      std::nullopt);
  reign_->loop = std::make_shared<Loop>(
      Loop::Parts{io_, follower_.state(), runner_, loop_alarm_, clock_, wall_, last_call_}, options_,
      Loop::Hooks{.fatal = [this](Error error) { fail(std::move(error)); },
                  .deposed = [this] { fall_back(); },
                  .durable =
                      [this](const journal::Head& head, std::uint64_t bytes, bool quiet) {
                        follower_.advance(head);
                        events_.durable(state());
                        remember();
                        reign_->snapshotter->at(head, bytes, quiet);
                      }});
  reign_->loop->observe(events_);
  become(Role::keeper);
  reign_->loop->start(follower_.head());
}

// Somebody else appended: the state has gone another way than the journal.
void Member::fall_back() {
  claim_.reset();
  if (reign_) {
    reign_->snapshotter->stop();
    last_call_ = reign_->loop->last_call();
    reign_.reset();
  }
  follower_.forget();
  seen_at_ = clock_.now();
  patience_ = Nanos(
      static_cast<Nanos::rep>(static_cast<double>(Nanos(options_.takeover_after).count()) * (1 + chance_())));
  become(Role::standby);
  look();
}

void Member::remember() {
  if (clock_.now() - remembered_at_ < kRememberEvery) return;
  remembered_at_ = clock_.now();
  const auto saved = positions_.save({state().cell().id, follower_.head()});
  if (!saved) spdlog::warn("the position in the journal was not kept: {}", saved.error().message());
}

void Member::fail(Error error) {
  become(Role::stopped);
  hooks_.fatal(std::move(error));
}

void Member::become(Role role) {
  if (std::exchange(role_, role) != role && hooks_.changed) hooks_.changed(role);
}

void Member::stop(std::function<void()> stopped) {
  alarm_.cancel();
  if (role_ != Role::keeper) {
    become(Role::stopped);
    return boost::asio::post(io_, std::move(stopped));
  }
  reign_->snapshotter->stop();
  reign_->loop->stop([weak = weak_from_this(), stopped = std::move(stopped)] {
    if (const std::shared_ptr<Member> self = weak.lock()) self->become(Role::stopped);
    stopped();
  });
}

}  // namespace holdfast::keeper
