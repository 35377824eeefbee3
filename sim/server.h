#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "keeper/keeper.h"
#include "keeper/position.h"
#include "lock/reply.h"
#include "machine.h"
#include "process.h"
#include "random.h"
#include "store.h"

namespace holdfast::sim {

// What a read of one key shows.
struct KeyView {
  lock::Revision revision;
  std::vector<lock::HolderInfo> holders;
};

// One server without its network: a machine, what is on its own disk, and a process that comes and goes.
class Server final : public Machine {
 public:
  struct Hooks {
    // After everything that it did at once, the server follows or leads with this state.
    std::function<void(const lock::State& state)> looked_at;
    // The process has ended itself.
    std::function<void(const Error& error)> fatal;
  };
  struct Parts {
    Schedule& schedule;
    Store& store;
    Random random;
    Nanos clock_offset;
    std::int64_t clock_rate_ppm;
  };

  Server(const Parts& parts, const ServerOptions& options, Hooks hooks);
  ~Server() override;

  // A process begins; an error when it cannot.
  Result<void> start();
  // Loses everything that is not in the store or on its disk. Calls that are open are never answered.
  void crash();

  // As keeper::Keeper has them. Only from within deliver().
  keeper::CallId submit(lock::Command&& command, keeper::Call& call);
  void leave(keeper::CallId id);
  // Null: this server cannot answer.
  using Shown = std::function<void(const KeyView* view)>;
  void read(const std::string& key, Shown shown);

  bool leads() const { return runs() && process_->leads(); }
  const lock::State& state() const { return process_->state(); }

 private:
  class Disk final : public keeper::PositionStore {
   public:
    Result<std::optional<keeper::Position>> load() override { return kept_; }
    Result<void> save(const keeper::Position& position) override {
      kept_ = position;
      return {};
    }

   private:
    std::optional<keeper::Position> kept_;
  };

  void settle() override;

  Store& store_;
  Random random_;
  ServerOptions options_;
  Hooks hooks_;
  Disk disk_;
  std::unique_ptr<Process> process_;
};

}  // namespace holdfast::sim
