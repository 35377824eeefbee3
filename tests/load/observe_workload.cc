#include "observe_workload.h"

namespace holdfast::load {
namespace {
constexpr std::chrono::milliseconds kBetweenLooks{10};
}

void ObserveWorkload::next(Client& client) {
  if (client.run().living == 1) return client.finish();
  if (std::exchange(pause_next_, false)) return client.pause(kBetweenLooks);
  client.perform({.verb = Verb::show_lock, .keys = {key_}});
}

void ObserveWorkload::answered(Client& client, const Operation&, const Answer& answer, History::Times times) {
  pause_next_ = true;
  if (!client.run().history) return;
  for (const Waiting& waiting : answer.queue) {
    client.run().history->waiter(client.number(), key_, times, answer.revision, waiting.owner,
                                 waiting.waiter);
  }
}

}  // namespace holdfast::load
