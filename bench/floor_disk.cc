#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

#include "base/assert.h"
#include "base/clock.h"

// floor_disk DIR [COUNT]: how long the disk under DIR takes to make 4 KiB durable, in the two ways that a log
// has: a write to a file opened O_DIRECT|O_DSYNC, and a write followed by fdatasync. The file is written in
// full before, so that no commit allocates. Both are measured in turns of 100 and printed as JSON, in
// microseconds. The file is removed.

namespace holdfast::bench {
namespace {

constexpr std::size_t kBlock = 4096;
constexpr std::size_t kFileBytes = 8u << 20;
constexpr std::size_t kTurn = 100;

struct FreeBlock {
  void operator()(std::byte* block) const { std::free(block); }
};
using Block = std::unique_ptr<std::byte, FreeBlock>;

class File {
 public:
  File(const std::string& path, int flags)
      : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600)) {
    if (fd_ < 0) {
      std::perror(path.c_str());
      std::exit(1);
    }
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(const std::byte* block, std::size_t at) const {
    HOLDFAST_ASSERT(::pwrite(fd_, block, kBlock, static_cast<off_t>(at)) == static_cast<ssize_t>(kBlock));
  }
  void sync() const { HOLDFAST_ASSERT(::fdatasync(fd_) == 0); }

 private:
  int fd_;
};

double quantile_us(std::vector<std::int64_t>& samples, double fraction) {
  const auto at = static_cast<std::ptrdiff_t>(fraction * static_cast<double>(samples.size() - 1));
  std::nth_element(samples.begin(), samples.begin() + at, samples.end());
  return static_cast<double>(samples[static_cast<std::size_t>(at)]) / 1000.0;
}

void measure(const std::string& path, std::size_t count) {
  const Block block(static_cast<std::byte*>(std::aligned_alloc(kBlock, kBlock)));
  std::fill_n(block.get(), kBlock, std::byte{0x5a});
  const File synced(path, 0);
  for (std::size_t at = 0; at < kFileBytes; at += kBlock) synced.write(block.get(), at);
  synced.sync();
  const File direct(path, O_DIRECT | O_DSYNC);
  std::vector<std::int64_t> direct_ns, synced_ns;
  std::size_t at = 0;
  const auto next = [&] { return at = (at + kBlock) % kFileBytes; };
  while (direct_ns.size() < count) {
    for (std::size_t i = 0; i < kTurn; ++i) {
      const auto began = raw_clock().now();
      direct.write(block.get(), next());
      direct_ns.push_back((raw_clock().now() - began).count());
    }
    for (std::size_t i = 0; i < kTurn; ++i) {
      const auto began = raw_clock().now();
      synced.write(block.get(), next());
      synced.sync();
      synced_ns.push_back((raw_clock().now() - began).count());
    }
  }
  fmt::print(
      "{{\"direct_p50_us\":{:.1f},\"direct_p99_us\":{:.1f},\"fdatasync_p50_us\":{:.1f},"
      "\"fdatasync_p99_us\":{:.1f},\"count\":{}}}\n",
      quantile_us(direct_ns, 0.5), quantile_us(direct_ns, 0.99), quantile_us(synced_ns, 0.5),
      quantile_us(synced_ns, 0.99), direct_ns.size());
}

}  // namespace
}  // namespace holdfast::bench

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fputs("usage: floor_disk DIR [COUNT]\n", stderr);
    return 64;
  }
  const std::string path = std::string(argv[1]) + "/floor_disk.tmp";
  holdfast::bench::measure(path, argc == 3 ? std::stoul(argv[2]) : 1000);
  ::unlink(path.c_str());
  return 0;
}
