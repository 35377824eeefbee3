#include "client/lease_watch.h"

#include <algorithm>

#include "client/persist.h"

namespace holdfast::client {
namespace {

constexpr Milliseconds kFirstPause(1'000);
constexpr Milliseconds kLongestPause(30'000);

// Whether the stream that ended so may begin again. One that has been there may, whatever ended it; a server
// that never had one may only be unable to answer now.
bool may_begin_again(const Answer<StatusReply>& end, bool was_there) {
  if (!end) return was_there || worth_repeating(end.error());
  const auto* problem = std::get_if<Problem>(&*end);
  return problem == nullptr || (problem->code != "lease_gone" && (was_there || problem->transient()));
}

bool is_refused_with(const Answer<StatusReply>& end, std::string_view code) {
  const auto* problem = end ? std::get_if<Problem>(&*end) : nullptr;
  return problem != nullptr && problem->code == code;
}

}  // namespace

LeaseWatch::LeaseWatch(const Settings& settings, std::string lease, std::function<void()> heard)
    : connection_(settings),
      lease_(std::move(lease)),
      heard_(std::move(heard)),
      thread_([this](std::stop_token stop) { work(stop); }) {}

LeaseWatch::~LeaseWatch() {
  thread_.request_stop();
  thread_.join();
}

void LeaseWatch::work(std::stop_token stop) {
  WatchRequest request{.lease = lease_};
  const auto on_event = [this](const Event&) {
    heard_();
    return true;
  };
  for (Milliseconds pause = kFirstPause;;) {
    const std::string before = request.since;
    const auto end = connection_.watch(request, on_event, stop);
    if (stop.stop_requested()) return;
    const bool missed_events = is_refused_with(end, "compacted");
    if (missed_events || is_refused_with(end, "lease_gone")) heard_();
    if (!may_begin_again(end, !request.since.empty())) return;
    pause = request.since != before ? kFirstPause : std::min(2 * pause, kLongestPause);
    if (missed_events) request.since.clear();
    if (!sleep_for(pause, stop)) return;
  }
}

}  // namespace holdfast::client
