#include "client/library/core.h"

#include <array>
#include <unistd.h>

#include "base/clock.h"
#include "client/acquisition.h"
#include "client/library/failures.h"
#include "client/library/held_lease.h"
#include "client/persist.h"
#include "client/request_id.h"

namespace holdfast::detail {
namespace {

constexpr milliseconds kQuestion(10'000);

std::string this_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return std::string(host.data()) + ":" + std::to_string(::getpid());
}

failure cancelled() {
  return {make_error_code(errc::cancelled), "a stop was asked for"};
}

bool worth_another_attempt(const failure& why) {
  return why == errc::held || why == errc::overloaded;
}

std::unique_ptr<held_lease> keep(std::shared_ptr<core> from, client::Held held, const lock_options& options) {
  std::vector<held_lease::Grant> grants;
  std::vector<std::string> keys;
  for (const client::Grant& grant : held.reply.grants) {
    grants.push_back({grant.key, grant.fencing_token});
    keys.push_back(grant.key);
  }
  auto lease = std::make_shared<RenewedLease>(
      RenewedLease::Origin{.handle = held.reply.lease.handle,
                           .keys = std::move(keys),
                           .ttl = held.reply.lease.ttl,
                           .deadline = held.deadline,
                           .renews = options.auto_renew,
                           .on_release_requested = options.on_release_requested});
  return std::make_unique<held_lease>(std::move(from), std::move(lease), held.reply.lease.id,
                                      std::move(grants));
}

}  // namespace

core::core(const MakeLine& make_line, const connect_options& options)
    : owner_(options.owner.empty() ? this_process() : options.owner),
      lines_(make_line),
      control_(make_line()),
      renewer_(make_line(), options.log) {}

client::AcquireRequest core::request_for(const std::vector<std::string>& keys,
                                         const lock_options& options) const {
  client::AcquireRequest request;
  request.keys = keys;
  request.shared = options.mode == mode::shared;
  request.group = options.group;
  if (options.permits) request.permits = *options.permits;
  if (options.limit) request.limit = *options.limit;
  request.ttl = options.ttl;
  request.owner = owner_;
  request.reason = options.reason;
  return request;
}

core::Outcome core::acquire(const std::vector<std::string>& keys, const lock_options& options) {
  for (int attempts = 1;; ++attempts) {
    Outcome outcome = attempt(keys, options);
    if (outcome || !worth_another_attempt(outcome.error()) || attempts >= options.attempts) return outcome;
    if (!client::sleep_for(options.interval, options.stop)) return cancelled();
  }
}

core::Outcome core::attempt(const std::vector<std::string>& keys, const lock_options& options) {
  const bool endless = options.wait == forever;
  const auto begun = boot_clock().now();
  const milliseconds patience = options.wait == milliseconds(0) ? kQuestion : options.wait;
  auto line = lines_.take(endless ? std::nullopt : std::optional(begun + patience), options.stop);
  if (!line) {
    if (options.stop.stop_requested()) return cancelled();
    return failure{make_error_code(errc::held), "too many calls of this connection wait for a lock"};
  }
  std::optional<milliseconds> wait;
  if (!endless) {
    const auto waited = std::chrono::floor<milliseconds>(boot_clock().now() - begun);
    wait = std::max(options.wait - waited, milliseconds(0));
  }
  client::Acquisition acquisition(**line, request_for(keys, options), {.wait = wait});
  auto outcome = acquisition.run(options.stop);
  if (!outcome) return failure_of(outcome.error());
  if (const auto* problem = std::get_if<client::Problem>(&*outcome)) return failure_of(*problem);
  return keep(shared_from_this(), std::move(std::get<client::Held>(*outcome)), options);
}

template <class Reply, class Send>
result<Reply> core::ask(milliseconds bound, Send send) {
  const auto begun = boot_clock().now();
  const std::unique_lock line(asking_, bound);
  if (!line) return failure{make_error_code(errc::unavailable), "the connection is busy"};
  auto answer = client::persist(
      [&](milliseconds left) { return send(*control_, left); },
      {std::max(bound - std::chrono::floor<milliseconds>(boot_clock().now() - begun), milliseconds(1))}, {});
  if (!answer) return failure_of(answer.error());
  if (const auto* problem = std::get_if<client::Problem>(&*answer)) return failure_of(*problem);
  return std::move(std::get<Reply>(*answer));
}

result<client::RenewReply> core::renew(const client::RenewRequest& request, milliseconds bound) {
  return ask<client::RenewReply>(
      bound, [&](client::Line& line, milliseconds left) { return line.renew(request, {.timeout = left}); });
}

result<void> core::release(const std::string& handle, milliseconds bound) {
  const client::ReleaseRequest request{.lease = handle, .request_id = client::new_request_id()};
  const auto reply = ask<client::ReleaseReply>(
      bound, [&](client::Line& line, milliseconds left) { return line.release(request, {.timeout = left}); });
  if (!reply) return reply.error();
  return {};
}

result<std::vector<holder>> core::holders(const std::string& key) {
  auto reply = ask<client::LockReply>(kQuestion, [&](client::Line& line, milliseconds left) {
    return line.show_lock(key, {.timeout = left});
  });
  if (!reply) return reply.error();
  std::vector<holder> all;
  for (client::Holder& one : reply->lock.holders) {
    all.push_back({.owner = std::move(one.owner),
                   .reason = std::move(one.reason),
                   .lease = std::move(one.lease),
                   .mode = one.mode == "shared" ? mode::shared : mode::exclusive,
                   .fencing_token = one.fencing_token});
  }
  return all;
}

}  // namespace holdfast::detail
