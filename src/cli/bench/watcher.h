#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "cli/bench/poller.h"
#include "client/settings.h"

namespace holdfast::cli::bench {

// One watcher of events: counts those that reach it.
class Watcher final : public Pollable {
 public:
  // Begins to watch keys with this prefix, and returns when the stream has begun, so that nothing that
  // follows is missed. Fails for a server that is reached over TLS, and with the first line of an answer that
  // is no stream.
  static Result<std::unique_ptr<Watcher>> open(const client::Settings& settings, const std::string& prefix);

  std::uint64_t events() const { return events_; }
  bool ended() const { return ended_; }

  int fd() const override { return socket_.get(); }
  void ready(bool ended) override;

 private:
  explicit Watcher(Descriptor socket) : socket_(std::move(socket)) {}
  Result<void> begin(const std::string& request);
  void count(std::string_view bytes);

  Descriptor socket_;
  std::uint64_t events_ = 0;
  std::size_t matched_ = 0;  // of an event's mark, which may be cut by the end of a read
  bool ended_ = false;
};

}  // namespace holdfast::cli::bench
