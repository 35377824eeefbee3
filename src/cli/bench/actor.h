#pragma once

#include <memory>
#include <string>

#include "cli/bench/workload.h"

namespace holdfast::cli::bench {

// One closed loop: turns the steps of its workload into commands, measures and counts their answers.
class Actor {
 public:
  enum class State { sent, paused, finished };

  Actor(Run& run, std::unique_ptr<Workload> workload) : run_(run), workload_(std::move(workload)) {}

  // Appends the next command to `out`, unless the workload pauses or has finished.
  State go_on(std::string& out);
  // Takes the answer to the command that was sent; go_on() follows.
  void answered(const Reply& reply);

  // When a pause is over.
  std::int64_t resumes_at_ns() const { return resumes_at_ns_; }
  const Workload& workload() const { return *workload_; }

 private:
  State begin(const DoAcquire& step, std::string& out);
  State begin(const DoRenew& step, std::string& out);
  State begin(const DoRelease& step, std::string& out);
  State begin(const DoPause& step, std::string& out);
  State begin(const DoFinish& step, std::string& out);
  State sent(Timed verb, Hold* hold);
  void settle(std::string_view word);

  Run& run_;
  const std::unique_ptr<Workload> workload_;
  Timed verb_ = Timed::acquire;
  Hold* hold_ = nullptr;  // of the command in flight
  bool waits_ = false;
  std::int64_t sent_ns_ = 0;
  std::int64_t asked_ns_ = 0;  // of an acquire: when it was sent first, before it was refused
  bool refused_ = false;
  std::int64_t resumes_at_ns_ = 0;
};

}  // namespace holdfast::cli::bench
