// Every public header, and nothing but them; `boost` beside this file refuses to be included.

#include <cstdio>
#include <holdfast/holdfast.h>
#include <mutex>

int main(int argc, char** argv) {
  static_assert(HOLDFAST_VERSION_MAJOR >= 0);
  if (argc < 2) return std::puts(HOLDFAST_VERSION_STRING), 0;
  holdfast::mutex mutex(holdfast::connect(argv[1]), "consumer");
  const std::lock_guard held(mutex);
  std::printf("token %llu\n", static_cast<unsigned long long>(mutex.fencing_token()));
}
