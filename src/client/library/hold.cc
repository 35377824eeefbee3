#include <holdfast/hold.h>
#include <utility>

#include "base/clock.h"
#include "client/library/held_lease.h"

namespace holdfast {
namespace {

const std::string kNothing;
const std::vector<std::string> kNoKeys;

failure holds_nothing() {
  return {make_error_code(errc::lost), "nothing is held"};
}

}  // namespace

local_clock::time_point local_clock::now() noexcept {
  return time_point(boot_clock().now());
}

hold::hold() noexcept = default;
hold::hold(hold&&) noexcept = default;
hold& hold::operator=(hold&&) noexcept = default;
hold::~hold() = default;
hold::hold(std::unique_ptr<detail::held_lease> lease) noexcept : lease_(std::move(lease)) {}

bool hold::is_held() const noexcept {
  return lease_ && lease_->lease().certain();
}

std::optional<local_clock::time_point> hold::valid_until() const noexcept {
  if (!lease_) return local_clock::time_point();
  const auto deadline = lease_->lease().deadline().at();
  if (!deadline) return std::nullopt;
  return local_clock::time_point(*deadline);
}

std::uint64_t hold::fencing_token() const noexcept {
  return is_held() ? lease_->grants().front().token : 0;
}

std::uint64_t hold::fencing_token(std::string_view key) const noexcept {
  if (!is_held()) return 0;
  for (const auto& grant : lease_->grants()) {
    if (grant.key == key) return grant.token;
  }
  return 0;
}

const std::vector<std::string>& hold::keys() const noexcept {
  return lease_ ? lease_->keys() : kNoKeys;
}

const std::string& hold::lease() const noexcept {
  return lease_ ? lease_->id() : kNothing;
}

std::stop_token hold::lost() const noexcept {
  return lease_ ? lease_->lease().lost() : std::stop_token();
}

std::stop_token hold::at_risk() const {
  return lease_ ? lease_->lease().at_risk() : std::stop_token();
}

std::string hold::trouble() const {
  return lease_ ? lease_->lease().trouble() : kNothing;
}

result<void> hold::renew(std::optional<milliseconds> ttl) {
  return lease_ ? lease_->renew(ttl) : holds_nothing();
}

result<void> hold::release() {
  if (!lease_) return holds_nothing();
  const auto lease = std::exchange(lease_, nullptr);
  return lease->release();
}

}  // namespace holdfast
