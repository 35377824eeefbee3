// The loop's part for journals to which other servers may append.

#include <utility>

#include <boost/asio/post.hpp>

#include "keeper/loop.h"

namespace holdfast::keeper {

// Whether an entry is due even if nothing happened: somebody asks whether this server still leads, or it is
// time that the others hear of it.
bool Loop::must_show() const {
  if (!shared()) return false;
  return !pending_.empty() || !asked_.empty() || entry_clock_.since_entry() >= heartbeat();
}

void Loop::confirm(std::function<void(bool leads)> then) {
  if (!shared()) return when_durable([then = std::move(then)] { then(true); });
  if (stopping_ || dead_) {
    return boost::asio::post(io_, [then = std::move(then)] { then(false); });
  }
  asked_.push_back(std::move(then));
  schedule();
}

void Loop::answer_asked(std::vector<std::function<void(bool)>> asked, bool leads) {
  for (const auto& then : asked) then(leads);
}

// What is in flight was not written, or nobody can tell. Either way the state has gone beyond the journal.
void Loop::lost_append(lock::Code in_flight) {
  if (!hooks_.deposed) {
    return die({journal::make_error_code(journal::Errc::in_use), "somebody else appended to this journal"});
  }
  if (stopping_) return finish_stop();
  stopping_ = true;
  alarm_.cancel();
  refuse_all(in_flight, "another server leads");
  boost::asio::post(io_, alive([](Loop& self) { self.hooks_.deposed(); }));
}

}  // namespace holdfast::keeper
