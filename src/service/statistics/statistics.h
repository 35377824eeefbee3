#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <absl/container/node_hash_map.h>

#include "lock/event_observer.h"
#include "service/statistics/key_table.h"
#include "service/statistics/prefix_table.h"

namespace holdfast::service {

inline constexpr std::size_t kEndedCount = static_cast<std::size_t>(lock::Ended::max_hold) + 1;
inline constexpr std::size_t kWaitEndCount = static_cast<std::size_t>(lock::WaitEnd::broken) + 1;

// Looks texts up by views of them.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

// What this server has seen happen to locks since it began: not durable, not shared, for people and their
// charts. It is shown every event while it is decided, on the keeper's thread, and costs a look-up or two for
// each key of it.
class Statistics final : public lock::EventObserver {
 public:
  struct Counts {
    std::uint64_t grants = 0;         // of keys
    std::uint64_t waited_grants = 0;  // requests that waited before
    std::uint64_t leases_opened = 0;
    std::uint64_t renewals = 0;
    std::uint64_t waits_begun = 0;
    std::array<std::uint64_t, kEndedCount> holds_ended{};    // by lock::Ended
    std::array<std::uint64_t, kWaitEndCount> waits_ended{};  // without a grant, by lock::WaitEnd
  };

  // Once the state is recovered.
  void start(const lock::State& state);

  void before(const lock::State& state, const lock::Event& event) override;
  void refused(const lock::Refused& refusal) override;

  const Counts& counts() const { return counts_; }
  const PrefixTable& prefixes() const { return prefixes_; }
  // Nothing for a key that is neither registered nor among the most used of the others.
  const KeyStatistics* find(std::string_view key) const;

 private:
  static constexpr std::size_t kMostKeys = 10'000;

  class Note;
  KeyStatistics* of(std::string_view key);
  void keep(std::string_view key);
  void granted(std::string_view key, lock::Millis waited);
  void hold_ended(std::string_view key, lock::Ended how, lock::Millis held);

  Counts counts_;
  PrefixTable prefixes_;
  absl::node_hash_map<std::string, KeyStatistics, TextHash, std::equal_to<>> registered_;
  KeyTable keys_{kMostKeys};
};

}  // namespace holdfast::service
