// What the pure core costs: commands through Batch, memory of held locks, snapshots, the digest. One thread,
// no journal. `lock_bench --benchmark_filter=...` runs a part.

#include <benchmark/benchmark.h>
#include <malloc.h>
#include <memory>

#include "lock/batch.h"
#include "lock/entry.h"
#include "lock/snapshot.h"

namespace holdfast::lock {
namespace {

// A state with a journal time of its own, one command per batch.
class Bed {
 public:
  Bed() {
    CellCreated created;
    if (!replay(*state_, {{.first_revision = Revision{1}}, {created}})) std::abort();
  }

  State& state() { return *state_; }

  LeaseId acquire(const std::string& key, Millis wait = Millis(0)) {
    Acquire command{.wait = wait, .principal = "bench", .owner = "host-17/pid-4242"};
    command.items.push_back({.key = key});
    Batch batch = next();
    batch.execute(Ticket{1}, command);
    batch.settle();
    if (batch.answers().empty()) return {};
    return std::get<Acquired>(batch.answers()[0].reply).lease.id;
  }

  // Whoever is granted by it; none when nobody waits.
  LeaseId release(LeaseId lease) {
    Batch batch = next();
    batch.execute(Ticket{1}, Release{.lease = lease});
    batch.settle();
    if (batch.waiter_answers().empty()) return {};
    return std::get<Acquired>(batch.waiter_answers()[0].reply).lease.id;
  }

  void renew(LeaseId lease) {
    Batch batch = next();
    batch.execute(Ticket{1}, Renew{.lease = lease});
    benchmark::DoNotOptimize(batch.answers());
  }

 private:
  // A millisecond per thousand commands, so that nothing expires.
  Batch next() {
    return Batch(*state_, JournalTime(Millis(++commands_ / 1'000)), WallTime(Millis(1'700'000'000'000)));
  }

  std::unique_ptr<State> state_ = std::make_unique<State>();
  std::int64_t commands_ = 0;
};

// 32 bytes.
std::string key_of(std::int64_t number) {
  std::string key = "bench/service-7/resource-";
  std::string digits = std::to_string(number);
  return key + std::string(32 - key.size() - digits.size(), '0') + digits;
}

std::size_t bytes_in_use() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

void acquire_and_release(benchmark::State& run) {
  Bed bed;
  for (std::int64_t i = 0; i < run.range(0); ++i) bed.acquire(key_of(i));
  const std::string key = key_of(run.range(0));
  for (auto _ : run) bed.release(bed.acquire(key));
}
BENCHMARK(acquire_and_release)->Arg(0)->Arg(100'000);

void renew(benchmark::State& run) {
  Bed bed;
  std::vector<LeaseId> leases;
  for (std::int64_t i = 0; i < run.range(0); ++i) leases.push_back(bed.acquire(key_of(i)));
  std::size_t at = 0;
  for (auto _ : run) bed.renew(leases[at++ % leases.size()]);
}
BENCHMARK(renew)->Arg(1)->Arg(100'000);

// One release that grants the next, and one new waiter at the end: must not depend on the length of the
// queue.
void hand_over(benchmark::State& run) {
  Bed bed;
  LeaseId holder = bed.acquire("hot");
  for (std::int64_t i = 0; i < run.range(0); ++i) bed.acquire("hot", kNoDeadline);
  for (auto _ : run) {
    holder = bed.release(holder);
    bed.acquire("hot", kNoDeadline);
  }
}
BENCHMARK(hand_over)->Arg(10)->Arg(10'000);

void million_held_locks(benchmark::State& run) {
  constexpr std::int64_t kLocks = 1'000'000;
  for (auto _ : run) {
    const std::size_t before = bytes_in_use();
    auto bed = std::make_unique<Bed>();
    for (std::int64_t i = 0; i < kLocks; ++i) bed->acquire(key_of(i));
    run.counters["bytes_each"] = static_cast<double>(bytes_in_use() - before) / kLocks;
    run.PauseTiming();
    bed.reset();
    run.ResumeTiming();
  }
  run.SetItemsProcessed(kLocks * run.iterations());
}
BENCHMARK(million_held_locks)->Iterations(1)->Unit(benchmark::kMillisecond);

Bed& million() {
  static Bed bed;
  for (std::int64_t i = 0; bed.state().locks().size() < 1'000'000; ++i) bed.acquire(key_of(i));
  return bed;
}

Bytes snapshot_of(State& state) {
  SnapshotSweep sweep(state);
  Bytes bytes;
  while (sweep.next(1'000, bytes)) {
  }
  return bytes;
}

void snapshot_of_a_million(benchmark::State& run) {
  State& state = million().state();
  for (auto _ : run) run.counters["bytes"] = static_cast<double>(snapshot_of(state).size());
}
BENCHMARK(snapshot_of_a_million)->Unit(benchmark::kMillisecond);

// How many records fit into the millisecond that one slice may take.
void snapshot_slice_of_1000(benchmark::State& run) {
  State& state = million().state();
  auto sweep = std::make_unique<SnapshotSweep>(state);
  Bytes bytes;
  for (auto _ : run) {
    bytes.clear();
    if (sweep->next(1'000, bytes)) continue;
    sweep.reset();
    sweep = std::make_unique<SnapshotSweep>(state);
  }
}
BENCHMARK(snapshot_slice_of_1000)->Unit(benchmark::kMicrosecond);

void load_of_a_million(benchmark::State& run) {
  const Bytes bytes = snapshot_of(million().state());
  for (auto _ : run) {
    State loaded;
    SnapshotLoader loader;
    loader.feed(bytes);
    if (!loader.finish(loaded)) run.SkipWithError("the snapshot does not load");
  }
}
BENCHMARK(load_of_a_million)->Unit(benchmark::kMillisecond);

void digest(benchmark::State& run) {
  State& state = million().state();
  for (auto _ : run) benchmark::DoNotOptimize(state.digest());
}
BENCHMARK(digest);

// What the running digest costs each change: a record's bytes hashed once out and once in.
void digest_of_a_record(benchmark::State& run) {
  SetDigest set;
  const Bytes record(100);
  for (auto _ : run) {
    set.add(record);
    set.remove(record);
  }
  benchmark::DoNotOptimize(set);
}
BENCHMARK(digest_of_a_record);

}  // namespace
}  // namespace holdfast::lock

BENCHMARK_MAIN();
