#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "client/library/core.h"
#include "client/library/renewed_lease.h"

namespace holdfast::detail {

// What a hold has while it holds: it keeps the connection alive, and is renewed until it is destroyed.
class held_lease {
 public:
  struct Grant {
    std::string key;
    std::uint64_t token = 0;
  };
  held_lease(std::shared_ptr<core> from, std::shared_ptr<RenewedLease> lease, std::string id,
             std::vector<Grant> grants);
  ~held_lease();
  held_lease(const held_lease&) = delete;
  held_lease& operator=(const held_lease&) = delete;

  RenewedLease& lease() { return *lease_; }
  const std::string& id() const { return id_; }
  const std::vector<std::string>& keys() const { return keys_; }
  const std::vector<Grant>& grants() const { return grants_; }

  result<void> renew(std::optional<milliseconds> ttl);
  // Nothing is renewed afterwards, whatever it says.
  result<void> release();

 private:
  const std::shared_ptr<core> core_;
  const std::shared_ptr<RenewedLease> lease_;
  const std::string id_;
  const std::vector<Grant> grants_;
  std::vector<std::string> keys_;
  bool released_ = false;
};

}  // namespace holdfast::detail
