#include <algorithm>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/assert.h"
#include "journal/file/durable_file.h"
#include "journal/file/layout.h"
#include "journal/journal.h"

// One durable append after the other, beside what the same disk takes for the bare system calls with as many
// bytes on a file that was filled before. The difference is what the journal costs: chain, checksum, one
// copy, and now and then a new segment. HOLDFAST_BENCH_DIR says where (default: the directory for temporary
// files).

namespace holdfast::journal {
namespace {

constexpr std::uint64_t kFileBytes = 32u << 20;

class Scratch {
 public:
  Scratch() {
    const char* place = std::getenv("HOLDFAST_BENCH_DIR");
    const auto parent =
        place != nullptr ? std::filesystem::path(place) : std::filesystem::temp_directory_path();
    path_ = (parent / "holdfast-bench-XXXXXX").string();
    HOLDFAST_ASSERT(mkdtemp(path_.data()) != nullptr);
  }
  ~Scratch() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Times every step itself, because commits are judged by their percentiles.
// `between` runs after each step and is not timed.
template <class Step, class Between>
void measure(benchmark::State& state, Step step, Between between) {
  std::vector<double> micros;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    step();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    micros.push_back(took.count());
    state.SetIterationTime(took.count() / 1e6);
    between();
  }
  std::ranges::sort(micros);
  const auto at = [&](double share) { return micros[static_cast<std::size_t>(share * (micros.size() - 1))]; };
  state.counters["p50_us"] = at(0.5);
  state.counters["p99_us"] = at(0.99);
  state.counters["p999_us"] = at(0.999);
  state.counters["max_us"] = micros.back();
}

void raw(benchmark::State& state, int flags, bool sync) {
  const Scratch scratch;
  const std::string path = scratch.path() + "/raw";
  file::AlignedBuffer buffer(file::kMaxRecordBytes);
  const int fill = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const std::size_t size = file::record_bytes(static_cast<std::size_t>(state.range(0)));
  const std::size_t chunk = kFileBytes / 64;
  for (std::uint64_t at = 0; at < kFileBytes; at += chunk) {
    HOLDFAST_ASSERT(::pwrite(fill, buffer.span().data(), chunk, static_cast<off_t>(at)) ==
                    static_cast<ssize_t>(chunk));
  }
  HOLDFAST_ASSERT(::fsync(fill) == 0 && ::close(fill) == 0);
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags);
  if (fd < 0) return state.SkipWithError("this file system refuses the flags");
  std::ranges::fill(buffer.span(), std::byte{0x5a});
  std::uint64_t offset = 0;
  measure(
      state,
      [&] {
        if (offset + size > kFileBytes) offset = 0;
        HOLDFAST_ASSERT(::pwrite(fd, buffer.span().data(), size, static_cast<off_t>(offset)) ==
                        static_cast<ssize_t>(size));
        HOLDFAST_ASSERT(!sync || ::fdatasync(fd) == 0);
        offset += size;
      },
      [] {});
  ::close(fd);
}

void raw_direct(benchmark::State& state) {
  raw(state, O_DIRECT | O_DSYNC, false);
}
void raw_fdatasync(benchmark::State& state) {
  raw(state, 0, true);
}

// Snapshots of a few bytes and trims keep the log short, as a server does; they are not part of the time.
void journal_append(benchmark::State& state) {
  const Scratch scratch;
  auto opened = open("file:" + scratch.path() + "/data", {}, [](const std::string&) {});
  HOLDFAST_ASSERT(opened.has_value());
  Journal& journal = **opened;
  const Bytes entry(static_cast<std::size_t>(state.range(0)), std::byte{0x5a});
  AppendId id{};
  std::uint64_t written = 0;
  const auto append = [&] {
    id[0] = static_cast<std::byte>(++written);
    HOLDFAST_ASSERT(journal.reserve(entry.size()).has_value());
    HOLDFAST_ASSERT(journal.append(journal.head(), id, entry).value() == Append::written);
  };
  const auto shorten = [&] {
    if (written * file::record_bytes(entry.size()) < kFileBytes) return;
    written = 0;
    auto snapshot = journal.begin_snapshot(journal.head());
    HOLDFAST_ASSERT(snapshot.has_value() && (*snapshot)->write(entry).has_value() &&
                    (*snapshot)->commit().has_value());
    HOLDFAST_ASSERT(journal.trim().has_value());
  };
  measure(state, append, shorten);
}

BENCHMARK(raw_direct)->Arg(128)->Arg(8192)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(raw_fdatasync)->Arg(128)->Arg(8192)->UseManualTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(journal_append)->Arg(128)->Arg(8192)->UseManualTime()->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace holdfast::journal

BENCHMARK_MAIN();
