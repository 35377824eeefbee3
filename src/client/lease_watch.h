#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "client/connection.h"

namespace holdfast::client {

// Listens, on a thread of its own, to the server's events of one lease, so that its owner learns within a
// moment of a break, the end of a longest hold, or a request for release. What it hears decides nothing: it
// only says that it is time to renew, and the renewal's answer decides. Without it, with a server or a proxy
// that has no such stream, the owner learns the same at the next renewal.
class LeaseWatch {
 public:
  // `lease` is the public id. `heard` is called on the watch's thread after each event, and when events may
  // have been missed; it must not block.
  LeaseWatch(const Settings& settings, std::string lease, std::function<void()> heard);
  // Stops the thread, which takes milliseconds, whatever the server does.
  ~LeaseWatch();
  LeaseWatch(const LeaseWatch&) = delete;
  LeaseWatch& operator=(const LeaseWatch&) = delete;

 private:
  void work(std::stop_token stop);

  Connection connection_;
  const std::string lease_;
  const std::function<void()> heard_;
  std::jthread thread_;  // last: starts when everything else exists
};

}  // namespace holdfast::client
