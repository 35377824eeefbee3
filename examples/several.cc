// Two keys or none, asked for three times, and what is said when others hold one of them.

#include <cstdio>
#include <holdfast/holdfast.h>

using namespace std::chrono_literals;

int main(int argc, char** argv) {
  const holdfast::connection locks = holdfast::connect(argc > 1 ? argv[1] : "http://127.0.0.1:7420");
  auto both = locks.acquire({"account/1", "account/2"}, {.attempts = 3, .interval = 100ms});
  if (!both) {
    std::fprintf(stderr, "%s\n", both.error().detail.c_str());
    return 1;
  }
  for (const std::string& key : both->keys()) {
    std::printf("%s: token %llu\n", key.c_str(), static_cast<unsigned long long>(both->fencing_token(key)));
  }

  const auto again = locks.try_acquire("account/2", {.wait = 50ms});
  if (!again && again.error() == holdfast::errc::held) std::printf("%s\n", again.error().detail.c_str());
}
