#include "client/library/renewer.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "client/request_id.h"

namespace holdfast::detail {
namespace {

// Renewals so close to each other go together. Short beside the third of the shortest ttl.
constexpr std::chrono::milliseconds kTogether{10};
constexpr std::size_t kMostTogether = 256;

}  // namespace

Renewer::Renewer(std::unique_ptr<client::Line> line, Log log)
    : line_(std::move(line)), log_(std::move(log)), thread_([this](std::stop_token stop) { work(stop); }) {}

Renewer::~Renewer() {
  thread_.request_stop();
  thread_.join();
}

void Renewer::add(Lease lease) {
  {
    const std::lock_guard lock(mutex_);
    leases_.emplace(lease, Times{});
    schedule(lease);
  }
  alarm_.ring();
}

void Renewer::remove(const Lease& lease) {
  std::unique_lock lock(mutex_);
  unschedule(lease);
  leases_.erase(lease);
  const auto is_busy = [&] { return std::ranges::count(busy_, lease) != 0; };
  if (!is_busy() || thread_.get_id() == std::this_thread::get_id()) return;
  attempt_.request_stop();
  idle_.wait(lock, [&] { return !is_busy(); });
}

void Renewer::reconsider(const Lease& lease) {
  {
    const std::lock_guard lock(mutex_);
    if (leases_.contains(lease)) schedule(lease);
  }
  alarm_.ring();
}

void Renewer::schedule(const Lease& lease) {
  unschedule(lease);
  Times& times = leases_.at(lease);
  times = {lease->next_attempt(), lease->next_verdict()};
  if (times.attempt) attempts_.emplace(*times.attempt, lease);
  if (times.verdict) verdicts_.emplace(*times.verdict, lease);
}

void Renewer::unschedule(const Lease& lease) {
  const auto found = leases_.find(lease);
  if (found == leases_.end()) return;
  const Times times = std::exchange(found->second, {});
  if (times.attempt) attempts_.erase({*times.attempt, lease});
  if (times.verdict) verdicts_.erase({*times.verdict, lease});
}

void Renewer::work(std::stop_token stop) {
  const std::stop_callback on_stop(stop, [this] { alarm_.ring(); });
  while (!stop.stop_requested()) {
    const BootTime now = boot_clock().now();
    if (const auto judged = take_due(verdicts_, now, 1); !judged.empty()) {
      judged.front()->judge(now);
    } else if (!take_due(attempts_, now, 1).empty()) {
      renew(take_due(attempts_, now + kTogether, kMostTogether), stop);
    } else {
      alarm_.wait_until(next_wake());
      continue;
    }
    put_back();
  }
}

std::vector<Renewer::Lease> Renewer::take_due(const InTime& times, BootTime until, std::size_t most) {
  const std::lock_guard lock(mutex_);
  busy_.clear();
  for (auto due = times.begin(); due != times.end() && due->first <= until && busy_.size() < most; ++due) {
    busy_.push_back(due->second);
  }
  attempt_ = std::stop_source();
  return busy_;
}

void Renewer::put_back() {
  const std::lock_guard lock(mutex_);
  for (const Lease& lease : busy_) {
    if (leases_.contains(lease)) schedule(lease);
  }
  busy_.clear();
  idle_.notify_all();
}

std::optional<BootTime> Renewer::next_wake() {
  const std::lock_guard lock(mutex_);
  std::optional<BootTime> next;
  for (const InTime* times : {&attempts_, &verdicts_}) {
    if (!times->empty()) next = std::min(next.value_or(times->begin()->first), times->begin()->first);
  }
  return next;
}

Milliseconds Renewer::limit_for(const std::vector<Lease>& due, BootTime now) {
  Milliseconds limit = Milliseconds::max();
  for (const Lease& lease : due) limit = std::min(limit, lease->attempt_limit(now));
  const std::lock_guard lock(mutex_);
  if (verdicts_.empty()) return limit;
  const auto until_verdict = std::chrono::ceil<Milliseconds>(verdicts_.begin()->first - now);
  return std::clamp(until_verdict, Milliseconds(1), limit);
}

void Renewer::renew(const std::vector<Lease>& due, std::stop_token stop) {
  const BootTime sent = boot_clock().now();
  const std::stop_callback on_stop(stop, [this] {
    const std::lock_guard lock(mutex_);
    attempt_.request_stop();
  });
  std::vector<client::RenewRequest> requests;
  for (const Lease& lease : due) {
    requests.push_back({.lease = lease->handle(), .request_id = client::new_request_id()});
  }
  const auto answers =
      line_->renew_all(requests, {.timeout = limit_for(due, sent), .stop = attempt_.get_token()});
  for (std::size_t i = 0; i < due.size(); ++i) hear(due[i], sent, answers[i]);
}

void Renewer::hear(const Lease& lease, BootTime sent, const client::Answer<client::RenewReply>& answer) {
  if (!answer) {
    if (answer.error().code == client::HttpErrc::cancelled) return;
    lease->failed(answer.error().message());
    if (log_) log_("a renewal failed: " + answer.error().message());
  } else if (const auto* problem = std::get_if<client::Problem>(&*answer)) {
    problem->code == "lease_gone" ? lease->lose(problem->text()) : lease->failed(problem->text());
    if (log_) log_("a renewal was refused: " + problem->text());
  } else {
    for (const release_request& wish : lease->renewed(sent, std::get<client::RenewReply>(*answer))) {
      lease->tell(wish);
    }
  }
}

}  // namespace holdfast::detail
