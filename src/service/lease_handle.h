#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lock/types.h"

// Lease handles: `id.proof`, where proof is base64url of the first 128 bits of HMAC-SHA-256(cell secret, id
// as decimal text). Whoever has the handle owns the lease; the id alone is public (protocol.md 27).

namespace holdfast::service {

class LeaseHandles {
 public:
  // `secret` is the cell's. Throws std::runtime_error when OpenSSL offers no HMAC-SHA-256; start-up only.
  explicit LeaseHandles(const std::array<std::byte, 32>& secret);
  ~LeaseHandles();

  void append(std::string& out, lock::LeaseId id) const;

  // The lease whose owner this is; none when the handle is malformed or its proof wrong. The comparison takes
  // the same time wherever they differ. Says nothing of whether the lease lives.
  std::optional<lock::LeaseId> check(std::string_view handle) const;

 private:
  struct Mac;
  std::unique_ptr<Mac> mac_;
};

// A lease id in its one form: decimal, no sign, no leading zero, not 0. None otherwise.
std::optional<lock::LeaseId> parse_lease_id(std::string_view text);

}  // namespace holdfast::service
