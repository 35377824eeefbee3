#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/log_gate.h"
#include "keeper/keeper.h"
#include "service/code.h"

namespace holdfast::api {

// How a request ended, as the log tells it.
struct Outcome {
  std::optional<int> status;  // where the protocol has one
  std::optional<service::Code> refusal;
  std::string_view detail;  // why it failed; comes from the server alone
  std::chrono::nanoseconds took{};
};

// Writes the lines that the requests of every protocol have: never a key, a handle or a path, which are the
// business of clients. What a line is about is told by the scopes in which it is written.
class LogDesk {
 public:
  explicit LogDesk(std::chrono::nanoseconds slow);

  // Writes an id that no other request of any server has.
  void next_id(std::string& id);

  // Whether that took so long, waits in a lock's queue apart, that tell_slow() should be called.
  bool is_slow(const keeper::Timing& timing) const { return timing.queued + timing.append > slow_; }
  void tell_slow(std::chrono::nanoseconds now, const keeper::Timing& timing, std::size_t keys);

  // Whether tell() would write a line; the server itself failed with `failed`.
  bool is_told(bool failed) const;
  void tell(std::chrono::nanoseconds now, bool failed, const Outcome& outcome);

 private:
  LogGate failures_;
  LogGate slow_operations_;
  std::chrono::nanoseconds slow_;
  std::string prefix_;  // of this process
  std::uint64_t count_ = 0;
};

// What can stand in a header and in one word of a line.
bool is_log_id(std::string_view text);

}  // namespace holdfast::api
