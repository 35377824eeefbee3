#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <absl/container/flat_hash_map.h>

#include "base/clock.h"
#include "service/fault.h"

// What one client may use of the server, so that one cannot take it from the others. A client is an address
// until there are identities; of IPv6 it is the network of 64 bits, which one client has for itself.

namespace holdfast::service {

// 0 is no limit.
struct ClientQuota {
  std::size_t connections = 0;
  std::size_t waits = 0;           // keys times waiting requests
  std::uint64_t requests = 0;      // in a period, and at once
  std::chrono::seconds period{1};  // a second or a minute
};

// Counts only what is limited. One thread.
class ClientLimits {
 public:
  // `clock` must outlive this.
  explicit ClientLimits(const MonotonicClock& clock) : clock_(clock) {}

  // For what comes from now on; nobody is cut off.
  void set(const ClientQuota& quota) { quota_ = quota; }

  // A share that ends with its Hold. `too_many_requests` when there is no room.
  class Hold;
  Checked<Hold> connect(std::string_view address);
  Checked<Hold> wait(std::string_view address, std::size_t keys);

  // One request, which passes; or too_many_requests.
  std::optional<Fault> admit(std::string_view address);

  std::size_t clients() const { return clients_.size(); }

 private:
  struct Client {
    std::size_t connections = 0;
    std::size_t waits = 0;
    double requests = 0;  // that may still pass at once, as of `counted_at`
    std::chrono::nanoseconds counted_at{};
  };
  using Count = std::size_t Client::*;

  Client* client(const std::string& name);
  Checked<Hold> take(std::string_view address, Count count, std::size_t amount, std::size_t most,
                     std::string_view of);
  void give_back(const std::string& name, Count count, std::size_t amount);
  void refill(Client& client) const;
  void forget_idle();

  const MonotonicClock& clock_;
  ClientQuota quota_;
  absl::flat_hash_map<std::string, Client> clients_;
};

// Must not outlive its ClientLimits. An empty one holds nothing.
class ClientLimits::Hold {
 public:
  Hold() = default;
  Hold(Hold&& other) noexcept { swap(other); }
  Hold& operator=(Hold&& other) noexcept {
    swap(other);
    return *this;
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold() { release(); }

  void release() {
    if (limits_ != nullptr) std::exchange(limits_, nullptr)->give_back(name_, count_, amount_);
  }

 private:
  friend class ClientLimits;
  Hold(ClientLimits& limits, std::string name, Count count, std::size_t amount)
      : limits_(&limits), name_(std::move(name)), count_(count), amount_(amount) {}
  void swap(Hold& other) {
    std::swap(limits_, other.limits_);
    std::swap(name_, other.name_);
    std::swap(count_, other.count_);
    std::swap(amount_, other.amount_);
  }

  ClientLimits* limits_ = nullptr;
  std::string name_;
  Count count_ = nullptr;
  std::size_t amount_ = 0;
};

}  // namespace holdfast::service
