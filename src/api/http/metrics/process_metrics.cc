#include <cstdio>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/http/metrics/metric.h"

// The names are those by which Prometheus knows every process.

namespace holdfast::api::http::metrics {
namespace {

using prometheus::MetricType;

// In pages, the second number of statm.
double resident_bytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long all = 0;
  unsigned long resident = 0;
  const bool read = std::fscanf(file, "%lu %lu", &all, &resident) == 2;
  std::fclose(file);
  return read ? static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) : 0;
}

// Since Linux 6.2 the directory's size is the number; before, it is zero and they are counted.
double open_descriptors() {
  struct stat directory {};
  if (stat("/proc/self/fd", &directory) == 0 && directory.st_size > 0) {
    return static_cast<double>(directory.st_size);
  }
  std::error_code error;
  double count = 0;
  for (auto at = std::filesystem::directory_iterator("/proc/self/fd", error); !error && at != end(at);
       at.increment(error)) {
    ++count;
  }
  return count;
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

constexpr Metric kMetrics[] = {
    {"holdfast_build_info", MetricType::Gauge, "version", "Always 1; the label tells the version.",
     [](const Sources&, Samples& out) {
       out.add(1, {{"version", HOLDFAST_VERSION}});
     }},
    {"process_start_time_seconds", MetricType::Gauge, "", "When the process began, in seconds since 1970.",
     [](const Sources& in, Samples& out) {
       out.add(std::chrono::duration<double>(in.backend.clocks.began()).count());
     }},
    {"process_cpu_seconds_total", MetricType::Counter, "", "Processor time that was used.",
     [](const Sources&, Samples& out) { out.add(processor_seconds()); }},
    {"process_resident_memory_bytes", MetricType::Gauge, "", "Memory that is resident.",
     [](const Sources&, Samples& out) { out.add(resident_bytes()); }},
    {"process_open_fds", MetricType::Gauge, "", "Open file descriptors.",
     [](const Sources&, Samples& out) { out.add(open_descriptors()); }},
    {"process_max_fds", MetricType::Gauge, "", "How many file descriptors may be open.",
     [](const Sources&, Samples& out) {
       rlimit limit{};
       getrlimit(RLIMIT_NOFILE, &limit);
       out.add(static_cast<double>(limit.rlim_cur));
     }},
};

}  // namespace

std::span<const Metric> process_metrics() {
  return kMetrics;
}

}  // namespace holdfast::api::http::metrics
