#include "client/library/renewer.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "client/request_id.h"

namespace holdfast::detail {

Renewer::Renewer(const client::Settings& settings, Log log)
    : connection_(settings), log_(std::move(log)), thread_([this](std::stop_token stop) { work(stop); }) {}

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
  if (busy_ != lease || thread_.get_id() == std::this_thread::get_id()) return;
  attempt_.request_stop();
  idle_.wait(lock, [&] { return busy_ != lease; });
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
    if (const Lease due = take_due(now, verdicts_)) {
      due->judge(now);
    } else if (const Lease tried = take_due(now, attempts_)) {
      renew(tried, stop);
    } else {
      alarm_.wait_until(next_wake());
      continue;
    }
    const std::lock_guard lock(mutex_);
    if (leases_.contains(busy_)) schedule(busy_);
    busy_.reset();
    idle_.notify_all();
  }
}

Renewer::Lease Renewer::take_due(BootTime now, Line& line) {
  const std::lock_guard lock(mutex_);
  if (line.empty() || line.begin()->first > now) return nullptr;
  busy_ = line.begin()->second;
  attempt_ = std::stop_source();
  return busy_;
}

std::optional<BootTime> Renewer::next_wake() {
  const std::lock_guard lock(mutex_);
  std::optional<BootTime> next;
  for (const Line* line : {&attempts_, &verdicts_}) {
    if (!line->empty()) next = std::min(next.value_or(line->begin()->first), line->begin()->first);
  }
  return next;
}

Milliseconds Renewer::limit_for(const Lease& lease, BootTime now) {
  const Milliseconds limit = lease->attempt_limit(now);
  const std::lock_guard lock(mutex_);
  if (verdicts_.empty()) return limit;
  const auto until_verdict = std::chrono::ceil<Milliseconds>(verdicts_.begin()->first - now);
  return std::clamp(until_verdict, Milliseconds(1), limit);
}

void Renewer::renew(const Lease& lease, std::stop_token stop) {
  const BootTime sent = boot_clock().now();
  const std::stop_callback on_stop(stop, [this] {
    const std::lock_guard lock(mutex_);
    attempt_.request_stop();
  });
  const auto answer = connection_.renew({.lease = lease->handle(), .request_id = client::new_request_id()},
                                        {.timeout = limit_for(lease, sent), .stop = attempt_.get_token()});
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
