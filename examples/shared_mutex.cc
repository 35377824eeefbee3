// Readers together, one writer alone.

#include <cstdio>
#include <holdfast/holdfast.h>
#include <mutex>
#include <shared_mutex>

int main(int argc, char** argv) {
  const holdfast::connection locks = holdfast::connect(argc > 1 ? argv[1] : "http://127.0.0.1:7420");
  holdfast::shared_mutex report(locks, "report");
  holdfast::shared_mutex same_report(locks, "report");
  {
    const std::shared_lock reader(report);
    const std::shared_lock another(same_report);
    const bool written = same_report.try_lock();
    std::printf("two read; a writer %s\n", written ? "writes" : "has to wait");
    if (written) same_report.unlock();
  }
  const std::unique_lock writer(report);
  std::puts("nobody reads: written");
}
