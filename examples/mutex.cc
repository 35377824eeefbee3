// A lock of the standard library's kind: only one process of all migrates the database.

#include <cstdio>
#include <holdfast/holdfast.h>
#include <mutex>

int main(int argc, char** argv) {
  const holdfast::connection locks = holdfast::connect(argc > 1 ? argv[1] : "http://127.0.0.1:7420");
  holdfast::mutex migration(locks, "db/migration", {.ttl = std::chrono::seconds(10), .reason = "schema 42"});
  try {
    const std::unique_lock held(migration);
    std::printf("migrating, with token %llu\n", static_cast<unsigned long long>(migration.fencing_token()));
  } catch (const holdfast::error& error) {
    std::fprintf(stderr, "no lock: %s\n", error.what());
    return 1;
  }
  std::puts("done");
}
