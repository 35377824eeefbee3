#include "client/line.h"

#include <algorithm>

#include "base/clock.h"

namespace holdfast::client {

// One after the other within the time of all. After the first that is not answered nothing more is sent.
std::vector<Answer<RenewReply>> Line::renew_all(std::span<const RenewRequest> requests,
                                                const CallOptions& options) {
  const BootTime begin = boot_clock().now();
  std::vector<Answer<RenewReply>> answers;
  for (const RenewRequest& request : requests) {
    if (!answers.empty() && !answers.back()) {
      answers.push_back(answers.back());
      continue;
    }
    CallOptions rest = options;
    if (options.timeout) {
      const auto spent = std::chrono::floor<Milliseconds>(boot_clock().now() - begin);
      rest.timeout = std::max(*options.timeout - spent, Milliseconds(1));
    }
    answers.push_back(renew(request, rest));
  }
  return answers;
}

}  // namespace holdfast::client
