#pragma once

#include <algorithm>
#include <functional>
#include <stop_token>

#include "base/clock.h"
#include "client/alarm.h"
#include "client/line.h"

namespace holdfast::client {

// True when the request may be sent again with its request_id: nothing is known of its fate, or the server
// said that it could not decide. False for refusals, for a cancelled call, and for what repeating cannot
// mend.
bool worth_repeating(const Error& error);

// The pause before attempt number `attempt` (counted from 1): doubles from 50 ms to one second.
Milliseconds pause_after(int attempt);

// Sleeps at most `span`; false if a stop was asked for.
bool sleep_for(Milliseconds span, std::stop_token stop);

// How long to go on.
struct Patience {
  Milliseconds answer;                            // until there is an answer
  Milliseconds connection = Milliseconds::max();  // while the server cannot even be connected to
};

// Repeats `send(time left)` until it is answered, cannot be mended by repeating, or `patience` is over. The
// answer is the last one. `send` passes the time left on as its call's timeout; the request inside carries
// the same request_id every time.
template <class Send>
auto persist(Send send, Patience patience, std::stop_token stop) {
  const BootTime begin = boot_clock().now();
  const BootTime end = begin + patience.answer;
  const BootTime connected_by = begin + std::min(patience.answer, patience.connection);
  for (int attempt = 1;; ++attempt) {
    const auto left = std::chrono::ceil<Milliseconds>(end - boot_clock().now());
    auto answer = send(std::max(left, Milliseconds(1)));
    const bool again =
        answer ? std::holds_alternative<Problem>(*answer) && std::get<Problem>(*answer).transient()
               : worth_repeating(answer.error());
    const BootTime next = boot_clock().now() + pause_after(attempt);
    const bool unreachable = !answer && answer.error().code == store::HttpErrc::unreachable;
    if (!again || next >= (unreachable ? connected_by : end) || !sleep_for(pause_after(attempt), stop))
      return answer;
  }
}

}  // namespace holdfast::client
