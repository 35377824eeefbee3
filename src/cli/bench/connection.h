#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "cli/bench/actor.h"
#include "cli/bench/poller.h"

namespace holdfast::cli::bench {

class Connection;

// Tells the load what its connections cannot settle by themselves.
class Crew {
 public:
  virtual ~Crew() = default;
  // It shall go on when its pause is over: Connection::resume().
  virtual void paused(Connection& connection, Actor& actor) = 0;
  virtual void finished(Actor& actor) = 0;
};

// One connection with the closed loops that share it. Their commands go out together, and the server answers
// in their order.
class Connection final : public Pollable {
 public:
  Connection(Run& run, Crew& crew, Descriptor socket) : run_(run), crew_(crew), socket_(std::move(socket)) {}

  void start(const std::vector<Actor*>& actors);
  void resume(Actor& actor);

  int fd() const override { return socket_.get(); }
  void ready(bool ended) override;

 private:
  void go_on(Actor& actor);
  void take_replies();
  bool read_some(bool ended);
  void flush();
  void fail(std::string_view word);

  Run& run_;
  Crew& crew_;
  Descriptor socket_;
  std::deque<Actor*> waiting_;  // for answers, the next one first
  std::string out_;
  std::size_t written_ = 0;
  std::vector<char> in_;
  std::size_t in_size_ = 0;
  Reply reply_;
  bool broken_ = false;
};

}  // namespace holdfast::cli::bench
