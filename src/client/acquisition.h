#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <variant>

#include "client/line.h"

namespace holdfast::client {

// A granted lock: the reply and until when its lease is certain.
struct Held {
  AcquireReply reply;
  Deadline deadline;
};

// Gets one lock (of one key or several), whatever happens to connections and servers on the way.
//
// First the server is asked without waiting, so that an unreachable or stalled server is told from a long
// queue, and so that the caller learns who holds. If that is refused as held and there is time, the wait
// begins: with `claim_ms`, so that a grant that cannot reach us ends soon; with `reattach_ms` and always the
// same request_id, so that a lost connection keeps its place; with the wait that is left. A waited grant is
// renewed at once, which turns the claim into the full ttl; a claim that ended before that is no lock, and
// the acquisition begins again with what is left of the wait.
class Acquisition {
 public:
  struct Options {
    std::optional<Milliseconds> wait;  // none: without limit; 0: not at all
    // How long an unreachable server is tried at the start (the wait, if that is shorter and not 0).
    Milliseconds start_patience{10'000};
    // Called once, on the calling thread, when waiting begins, with the refusal that says who holds.
    std::function<void(const Problem&)> on_waiting;
  };

  // `request` gets its wait, claim, reattach and request_id from here. `line` outlives this object.
  Acquisition(Line& line, AcquireRequest request, Options options);

  // Blocks until granted, refused, out of time or stopped; call it once.
  // Refusals: the server's, of which `held` means not granted in time.
  // Errors: HttpErrc::cancelled after a stop, the waiting request withdrawn if the server could be told
  // within 2 s; else HttpErrc of the last attempt: never_reached() says whether the server ever answered.
  Result<std::variant<Held, Problem>> run(std::stop_token stop);

  bool never_reached() const { return never_reached_; }

 private:
  Answer<AcquireReply> try_once();
  Result<std::variant<Held, Problem>> wait_and_claim();
  Result<std::variant<Held, Problem>> held_by(Answer<AcquireReply> answer) const;
  Answer<AcquireReply> wait_for_grant();
  Answer<RenewReply> claim(const Held& held);
  Answer<AcquireReply> attempt(std::optional<Milliseconds> timeout);
  void withdraw();
  std::optional<Milliseconds> wait_left() const;

  Line& line_;
  AcquireRequest request_;
  Options options_;
  std::stop_token stop_;
  std::optional<BootTime> end_;  // of the wait
  BootTime sent_{0};             // when the last attempt was sent
  bool never_reached_ = true;
};

}  // namespace holdfast::client
