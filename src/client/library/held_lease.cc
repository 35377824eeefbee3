#include "client/library/held_lease.h"

#include "base/clock.h"
#include "client/request_id.h"

namespace holdfast::detail {
namespace {

// How long a destructor may wait for the server.
constexpr milliseconds kRelease(2'000);
constexpr milliseconds kLongestRenewal(10'000);

}  // namespace

held_lease::held_lease(std::shared_ptr<core> from, std::shared_ptr<RenewedLease> lease, std::string id,
                       std::vector<Grant> grants)
    : core_(std::move(from)), lease_(std::move(lease)), id_(std::move(id)), grants_(std::move(grants)) {
  for (const Grant& grant : grants_) keys_.push_back(grant.key);
  core_->renewer().add(lease_);
}

held_lease::~held_lease() {
  (void)release();
}

result<void> held_lease::renew(std::optional<milliseconds> ttl) {
  const auto sent = boot_clock().now();
  const auto reply = core_->renew(
      {.lease = lease_->handle(), .ttl = ttl, .request_id = client::new_request_id()}, kLongestRenewal);
  if (!reply) {
    if (reply.error() == errc::lost) lease_->lose(reply.error().detail);
    return reply.error();
  }
  for (const release_request& wish : lease_->renewed(sent, *reply)) lease_->tell(wish);
  core_->renewer().reconsider(lease_);
  if (!lease_->certain()) return failure{make_error_code(errc::lost), lease_->trouble()};
  return {};
}

result<void> held_lease::release() {
  if (std::exchange(released_, true)) return {};
  core_->renewer().remove(lease_);
  return core_->release(lease_->handle(), kRelease);
}

}  // namespace holdfast::detail
