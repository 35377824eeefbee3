#pragma once

#include <functional>
#include <memory>

#include "base/error.h"
#include "keeper/keeper.h"
#include "keeper/position.h"
#include "lock/state.h"
#include "machine.h"
#include "random.h"
#include "store.h"

namespace holdfast::sim {

struct ServerOptions {
  // How long a standby waits before it takes over; zero: the only server of its journal, which leads at once.
  std::chrono::milliseconds takeover_after{0};
  std::uint64_t snapshot_every_entries = 100;
};

// A server process: the keeper's code as it is in the product, on a virtual machine. Everything but poll()
// and start() is called from within Machine::deliver().
class Process {
 public:
  struct Parts {
    Machine& machine;
    Store& store;
    keeper::PositionStore& positions;
    Random random;
    ServerOptions options;
    // The process has ended itself. From within poll().
    std::function<void(const Error& error)> fatal;
  };

  virtual ~Process() = default;
  virtual Result<void> start() = 0;
  // What is ready happens.
  virtual void poll() = 0;

  virtual keeper::CallId submit(lock::Command&& command, keeper::Call& call) = 0;
  virtual void leave(keeper::CallId id) = 0;
  // As keeper::Loop has it.
  virtual void confirm(std::function<void(bool leads)> then) = 0;
  virtual const lock::State& state() const = 0;
  virtual bool leads() const = 0;
  // Neither of those: its takeover is on the way, and its state one that may never come to be.
  virtual bool claims() const = 0;
};

// The only server of its journal.
std::unique_ptr<Process> make_lone_process(Process::Parts parts);
// One of several.
std::unique_ptr<Process> make_member_process(Process::Parts parts);

}  // namespace holdfast::sim
