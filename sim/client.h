#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "asker.h"
#include "machine.h"
#include "plan.h"
#include "tenures.h"

namespace holdfast::sim {

// One client: it does something every now and then, chosen by the weights of the plan, and looks after the
// leases that came of it. What it does is in workload/.
class Client final : public Machine {
 public:
  struct Parts {
    ClientId id = 0;
    Schedule& schedule;
    Network& network;
    std::vector<Endpoint*> endpoints;
    Referee& referee;
    const Plan& plan;
    Random random;
    Nanos clock_offset;
    std::int64_t clock_rate_ppm;
    std::uint64_t& connections;
    std::uint64_t& operations;  // counted for the whole run
  };
  explicit Client(const Parts& parts);

  void start();
  // The process dies without a word, and another one begins later that knows nothing of it.
  void die();
  // Begins nothing new, gives back what it has, and asks on until everything is answered.
  void drain();

  std::size_t open_questions() const { return asker_.open(); }

 private:
  using Manner = Asker::Manner;
  using Told = Asker::Told;

  void think();
  void act();
  void act(Verb verb);
  Verb draw_verb();
  Manner manner(bool repeats);
  AskId ask(lock::Command command, const Manner& manner, Asker::Done done);

  // workload/lock_acts.cc
  void lock(std::size_t keys);
  void lock_by_alias();
  void extend_by_alias();
  void lock_each();
  void poll();
  void poll_again(const lock::Acquire& acquire, int left);
  void cancel();
  void hang_up();
  void repeat();
  void reuse_id();
  // workload/session_acts.cc
  void open_session();
  void lock_in_session();
  bool may_change_holds();
  void convert();
  void ask_under(Tenure& tenure, lock::Acquire acquire);
  void release_part();
  void renew();
  // workload/admin_acts.cc
  void register_key();
  void unregister_key();
  void break_hold();
  void break_wait();
  void request_release();
  void read();

  void withdraw_waits();
  void acquired(const Told* told, const lock::Alias& alias);
  void hear(const lock::Refused& refused);

  struct Seen {
    std::string key;
    lock::LeaseId lease;
    lock::FencingToken token;
  };
  struct SeenWait {
    std::string key;
    lock::WaiterId waiter;
  };

  ClientId id_;
  const Plan& plan_;
  Random random_;
  Referee& referee_;
  std::uint64_t& operations_;
  Asker asker_;
  Tenures tenures_;
  std::optional<lock::Acquire> last_;  // one that can be repeated
  bool repeating_ = false;
  std::map<std::string, lock::Revision> versions_;  // of settings it made
  std::optional<Seen> seen_;
  std::optional<SeenWait> seen_wait_;
  bool draining_ = false;
};

}  // namespace holdfast::sim
