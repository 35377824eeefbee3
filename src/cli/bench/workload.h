#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/bench/run.h"

namespace holdfast::cli::bench {

// What a client does next. A hold is the workload's and stays where it is until the answer has come.
struct DoAcquire {
  Ask ask;
  Hold& hold;
};
struct DoRenew {
  Hold& hold;
};
struct DoRelease {
  Hold& hold;
};
struct DoPause {
  std::int64_t nanoseconds;
};
struct DoFinish {};
using Step = std::variant<DoAcquire, DoRenew, DoRelease, DoPause, DoFinish>;

// An answer: `word` is empty when it was done, else as Dialect says.
struct Answer {
  std::string_view word;
  std::int64_t since_ns = 0;  // when it was asked for, before any refusal
  bool refused = false;       // would have had to wait, where nobody can: it is to be asked again

  bool done() const { return word.empty(); }
};

// The state machine of one client: one command at a time, the next one when it was answered. It is told of
// answers by the verb's own function, and then asked for its next step. Errors were counted already, and so
// were the times of what was done.
class Workload {
 public:
  Workload(Run& run, std::uint64_t number) : run_(run), number_(number), random_(number + 1) {}
  virtual ~Workload() = default;
  Workload(const Workload&) = delete;
  Workload& operator=(const Workload&) = delete;

  virtual Step next() = 0;
  virtual void acquired(const Answer& answer) = 0;
  virtual void renewed(const Answer&) {}
  virtual void released(const Answer&) {}

  // Measuring begins when every client is.
  virtual bool prepared() const { return true; }
  // How often it got the lock that all compete for.
  virtual std::uint64_t grants() const { return 0; }

 protected:
  Run& run() { return run_; }
  const Run& run() const { return run_; }
  std::uint64_t number() const { return number_; }
  std::uint64_t random(std::uint64_t below) { return random_() % below; }
  // A key of this run alone, whatever an earlier one left behind.
  std::string key(std::string_view kind, std::uint64_t number) const;
  // Of this client's own share of the keys.
  std::string own_key();
  DoPause pause_before_retry();

 private:
  Run& run_;
  const std::uint64_t number_;
  std::minstd_rand random_;
};

// One entry for each workload that the load can run with clients alone.
struct WorkloadKind {
  std::string_view name;
  std::string_view operation;  // what its operations are, in the plural
  std::unique_ptr<Workload> (*make)(Run& run, std::uint64_t number);
  bool pipelines = true;  // false: commands behind one that waits would wait with it
  bool by_count = false;  // ends when everything is done, not after a time
};

extern const WorkloadKind kUncontended;
extern const WorkloadKind kHandover;
extern const WorkloadKind kRenew;
extern const WorkloadKind kHold;
extern const WorkloadKind kLetGo;  // releases what kHold left in Run::kept
extern const WorkloadKind kMixed;

}  // namespace holdfast::cli::bench
