#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "journal/journal.h"
#include "journal/memory/memory_store.h"
#include "random.h"
#include "schedule.h"

namespace holdfast::sim {

// How the engine behind the journal does just now. Changed by the faults of a run.
struct Weather {
  Nanos slowest = std::chrono::milliseconds(2);  // for a request on its way to the engine, and for its answer
  std::uint32_t unknown_ppm = 0;  // of appends whose outcome is not told, and of looks that fail
  bool full = false;              // no room can be reserved
};

// What became of the faults above.
struct StoreFigures {
  std::uint64_t unknown = 0;
  std::uint64_t unknown_written = 0;
  std::uint64_t late = 0;  // arrived when their sender had long been told that nobody knows
};

// The engine that the servers share. It sees each entry at the moment at which it becomes durable, whoever
// has sent it, and whatever its sender is told.
class Store {
 public:
  // `durable` gets every entry once, in order.
  using Durable = std::function<void(std::uint64_t sequence, ByteView entry)>;
  Store(Schedule& schedule, Random random, Durable durable);

  Weather& weather() { return weather_; }
  const StoreFigures& figures() const { return figures_; }

  // A server's own journal, whose appends meet the weather if `exposed()` says so. The store and `exposed`
  // must outlive it.
  std::unique_ptr<journal::Journal> open(std::function<bool()> exposed);

 private:
  friend class SharedJournal;

  Result<journal::Append> append(journal::Journal& handle, const journal::Head& previous,
                                 const journal::AppendId& id, ByteView entry);
  Result<journal::Append> append_without_answer(journal::Journal& handle, const journal::Head& previous,
                                                const journal::AppendId& id, ByteView entry);
  void arrive_late(const journal::Head& previous, const journal::AppendId& id, ByteView entry);

  Schedule& schedule_;
  Random random_;
  Durable durable_;
  Weather weather_;
  StoreFigures figures_;
  std::shared_ptr<journal::memory::MemoryStore> engine_ = std::make_shared<journal::memory::MemoryStore>();
  std::uint64_t told_ = 0;  // the last entry that `durable` got
};

}  // namespace holdfast::sim
